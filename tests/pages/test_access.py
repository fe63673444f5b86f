"""The journal of accesses on its page: what was done stands in it, and it says whether it is whole."""

import csv
import io
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from data.access import Access as Row
from data.access import digest_of, journal, record
from data.database import write
from data.schema import access
from i18n import words

ROOT = Path(__file__).parents[2]


@pytest.fixture
def office(tmp_path, monkeypatch):
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield tmp_path
    journal.flush()
    engine().dispose()


@pytest.fixture
def opened(office):
    def run(page="access", **address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        app = app.switch_page(f"pages/{page}.py").run() if page != "situation" else app
        assert [e.value for e in (*app.exception, *app.error)] == []
        return app

    return run


@pytest.fixture
def rows(office):
    """A function that reads the journal: (what, details) of each row."""
    from ui.engine import engine

    def read():
        journal.flush()
        with engine().connect() as connection:
            found = connection.execute(sa.select(access).order_by(access.c.number)).mappings().all()
        return [(row["what"], json.loads(row["details"])) for row in found]

    return read


def html(app):
    return "\n".join(e.proto.body for e in app.get("html"))


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_a_page_that_was_opened_stands_in_the_journal_with_its_territory_and_day(opened, lang):
    opened("situation", lang=lang, territory="02.411", on="2024-01-20")
    page = html(opened(lang=lang))
    w = words(lang)
    assert w.territory("02.411") in page and w("app.page_situation") in page and "20/01/2024" in page
    assert w("access.what_page") in page and w("access.local") in page


def test_a_page_is_noted_once_and_again_for_another_territory_or_day(opened, rows):
    app = opened("situation", lang="fr", territory="02.411", on="2024-01-20")
    for _ in range(3):
        app.run()
    assert len(rows()) == 1
    app.query_params["lang"] = "ar"
    app.run()
    assert len(rows()) == 1
    app.query_params["territory"] = "09.273"
    app.run()
    app.query_params["on"] = "2024-01-21"
    app.run()
    assert [details["territory"] for _, details in rows()] == ["02.411", "09.273", "09.273"]


def test_settings_that_changed_stand_in_the_journal_with_the_fields(opened, rows):
    app = opened("settings", lang="en", section="figures")
    (box,) = [f for f in app.text_input if f.key and f.key.endswith("small_cell")]
    box.set_value("20")
    (look,) = [b for b in app.button if b.label == words("en")("settings.look")]
    look.click().run()
    app.button(key="settings-save").click().run()
    assert ("changed", {"subject": "settings", "fields": ["office.small_cell"]}) in rows()


def test_a_file_handed_in_and_taken_back_stands_in_the_journal(opened, rows):
    app = opened("events", lang="en")
    content = b"territory,step,unit,measure,date,value\n02.411,rsu.registered,household,stock,2026-02-20,800\n"
    app.file_uploader(key="file").set_value(("one.csv", content, "text/csv")).run()
    app.button(key="take-in").click().run()
    number = next(details["event"] for what, details in rows() if what == "handed_in")
    (box,) = [s for s in app.selectbox if (s.key or "").startswith("withdraw-")]
    box.select_index(0).run()
    app.button(key="withdraw-do").click().run()
    assert [details for what, details in rows() if what == "withdrawn"] == [{"event": number, "by": number + 1}]


def test_the_journal_is_narrowed_by_day_role_and_kind(opened, office):
    from ui.engine import engine

    opened("situation")
    journal.flush()
    record(
        engine(),
        [
            Row("taken", "a" * 64, "reader", "02.411", {"file": "x.csv"}, at=1_700_000_000),
            Row("refused", "b" * 64, "preparer", "09.273", {"page": "access"}, at=1_700_000_000),
        ],
    )
    asked = {"since": "2023-11-14", "until": "2023-11-15", "lang": "en"}
    page = html(opened(**asked))
    assert "aaaaaaaaaa" in page and "bbbbbbbbbb" in page
    page = html(opened(**asked, role="reader"))
    assert "aaaaaaaaaa" in page and "bbbbbbbbbb" not in page
    page = html(opened(**asked, what="refused"))
    assert "aaaaaaaaaa" not in page and "bbbbbbbbbb" in page
    assert "aaaaaaaaaa" not in html(opened(since="2023-11-16", until="2023-11-20"))


def test_a_typed_account_shows_its_own_rows_and_does_not_enter_the_address(opened, office):
    from ui.engine import engine

    opened("situation")
    journal.flush()
    record(engine(), [Row("page", digest_of("name@office.ma", office), "reader", "02.411", {"page": "map"})])
    app = opened(lang="en")
    app.text_input(key="access-account").set_value("Name@Office.ma").run()
    w = words("en")
    mark = digest_of("name@office.ma", office)[:10]
    assert w("access.account_is", digest=mark, n=w.count("access", 1)) in [i.value for i in app.info]
    assert html(app).count('<th scope="row">') == 1
    assert "office.ma" not in json.dumps(app.query_params.to_dict() if hasattr(app.query_params, "to_dict") else {})


def test_a_broken_chain_is_said_with_its_first_row(opened, office):
    from ui.engine import engine

    opened("situation")
    w = words("en")
    assert any(s.value.startswith("The journal is whole") for s in opened(lang="en").success)
    with write(engine()) as connection:
        connection.exec_driver_sql("DROP TRIGGER access_kept")
        connection.execute(sa.update(access).where(access.c.number == 1).values(role="reader"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.query_params["lang"] = "en"
    app.run()
    app.switch_page("pages/access.py").run()
    assert [e.value for e in app.error] == [w("access.broken", number="1")]


def test_the_file_holds_the_chain_and_no_formula(office):
    import pandas as pd

    from findings import Answer
    from panels import Panel
    from ui.accesses import as_csv

    row = {
        "number": 1,
        "at": 1_700_000_000,
        "who": "=HYPERLINK(1)",
        "role": "+1",
        "scope": "-1",
        "what": "@x",
        "details": {"page": "map"},
        "before": "0" * 64,
        "digest": "f" * 64,
    }
    content = as_csv(Answer((Panel("access", "table", "", pd.DataFrame([row])),)))
    (read,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    assert not any(value[:1] in "=+-@" for value in read.values())
    assert read["digest"] == "f" * 64 and read["at"].startswith("2023-11-14T") and read["details"] == '{"page":"map"}'
