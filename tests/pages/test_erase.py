"""The administrator's button that erases what a file brought: a second look, its number typed once more."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from data.catalogue import catalogue
from data.importer import Territories, import_file
from i18n import words
from ui.viewer import Viewer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken(tmp_path, monkeypatch):
    """An office that has taken in one file; the number of its event."""
    from ui.engine import engine, today

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    content = "territory,step,unit,measure,date,value\n09.273.05.27,rsu.registered,household,stock,2023-09-14,1200"
    report = import_file(
        engine(),
        content.encode(),
        name="slipped.csv",
        actor="preparer",
        today=today(),
        catalogue=catalogue(),
        territories=Territories.load(),
    )
    yield report.event
    engine().dispose()


def test_a_file_is_erased_only_after_its_number_was_typed(taken):
    from ui.engine import engine

    w = words("ar")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["lang"] = "ar"
    app.run()
    app.switch_page("pages/events.py").run()
    next(s for s in app.selectbox if s.key.startswith("erase-")).set_value(taken).run()
    assert "erase-do" not in [b.key for b in app.button]
    typed = next(t for t in app.text_input if t.key == f"erase-sure-{taken}")
    typed.set_value("99").run()
    assert "erase-do" not in [b.key for b in app.button]
    next(t for t in app.text_input if t.key == f"erase-sure-{taken}").set_value(str(taken)).run()
    app.button(key="erase-do").click().run()
    assert w("importer.erased", event=taken, by=taken + 1) in [s.value for s in app.success]
    with engine().connect() as connection:
        left = connection.execute(sa.text("SELECT count(*) FROM observation WHERE event = :n"), {"n": taken}).scalar()
        name = connection.execute(sa.text("SELECT file_name FROM event WHERE number = :n"), {"n": taken}).scalar()
    assert (left, name) == (0, "")


@pytest.mark.parametrize(
    ("role", "scope", "may"),
    [
        ("administrator", "MA", True),
        ("administrator", "09.273", False),
        ("preparer", "MA", False),
        ("reader", "MA", False),
    ],
)
def test_only_the_administrator_of_the_kingdom_may_erase(role, scope, may):
    assert Viewer(role, scope).may_erase is may
