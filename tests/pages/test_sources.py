"""The board of deliveries by the front door: declared, changed, recalled, and its blank forms."""

import datetime as dt
import io

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from data.loading import load_reference
from data.settings import change, settings
from i18n import words
from tests.pages.conftest import ROOT
from ui.engine import engine

COMMUNE = "09.273.01.17"


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A function that opens a page of an office of its own. Words are read again only where somebody asks for it."""
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    monkeypatch.setattr("i18n.LOOK_AGAIN", 1e9)

    def run(name="sources", **address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180)
        for key, value in address.items():
            app.query_params[key] = value
        app.run()
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception
        return app

    yield run
    from ui.engine import engine

    engine().dispose()


def said(app):
    texts = [e.proto.body for e in app.get("html")]
    return "\n".join(
        [*texts, *(e.value for kind in ("info", "success", "error", "warning", "header") for e in app.get(kind))]
    )


def fill(app, **values):
    """Write into the fields of the form of a delivery; each is found by the end of its key."""
    for kind in ("text_input", "selectbox", "number_input", "multiselect"):
        for element in app.get(kind):
            for name, value in values.items():
                if (
                    element.key
                    and element.key.startswith("delivery-")
                    and element.key.endswith("-" + name.replace("_", "-"))
                ):
                    element.set_value(value)


def test_with_nothing_declared_the_board_proposes_deliveries_of_the_main_steps(page, tmp_path):
    app = page(lang="ar")
    assert "لم يصرح بعد بأي إرسالية منتظمة" in said(app)
    app.button(key="propose").click().run()
    declared = settings(tmp_path).deliveries
    assert len(declared) >= 3
    assert {delivery.level for delivery in declared} == {"commune"}
    # Each is named in its reader's language.
    assert all(delivery.name.ar and delivery.name.fr != delivery.name.ar for delivery in declared)
    assert 'tt-table tt-sources"' in said(app)
    assert declared[0].name.ar in said(app)
    assert words("ar").name("delivery", declared[0].id) == declared[0].name.ar
    assert app.get("download_button")[0].proto.label == "تحميل الاستمارة"


def test_a_delivery_is_declared_changed_and_taken_off_the_list(page, tmp_path):
    app = page(lang="fr", on="2023-09-20", territory="09.273")
    fill(app, name_fr="Bilan du RSU", counts=["rsu.registered:household"], starts="02/01/2023", level="prefecture")
    app.button(key=next(b.key for b in app.button if b.key and "delivery-form" in b.key)).click().run()
    (delivery,) = settings(tmp_path).deliveries
    assert (delivery.id, delivery.name.fr, delivery.level) == ("delivery_1", "Bilan du RSU", "prefecture")
    assert delivery.starts.isoformat() == "2023-01-02"
    assert "Bilan du RSU" in said(app) and "en retard de" in said(app)
    app.selectbox(key="edit-delivery").set_value("delivery_1").run()
    fill(app, periodicity="monthly", expected_day=31)
    app.button(key=next(b.key for b in app.button if b.key and "delivery-form" in b.key)).click().run()
    (delivery,) = settings(tmp_path).deliveries
    assert (delivery.periodicity, delivery.expected_day, delivery.name.fr) == ("monthly", 31, "Bilan du RSU")
    app.checkbox[-1].check().run()
    next(b for b in app.button if b.key and b.key.endswith("-sure")).click().run()
    assert settings(tmp_path).deliveries == ()
    assert 'tt-table tt-sources"' not in said(app)


def test_what_is_wrong_with_a_delivery_is_said_and_nothing_is_saved(page, tmp_path):
    app = page(lang="en")
    fill(app, name_en="Weekly count", expected_day=9, counts=["rsu.registered:household"])
    app.button(key=next(b.key for b in app.button if b.key and "delivery-form" in b.key)).click().run()
    assert "Expected day" in said(app)
    assert settings(tmp_path).deliveries == ()
    fill(app, starts="tomorrow")
    app.button(key=next(b.key for b in app.button if b.key and "delivery-form" in b.key)).click().run()
    assert "tomorrow: not a date I can read" in said(app).replace("\u2068", "").replace("\u2069", "")


def test_the_other_blocks_of_the_settings_are_kept(page, tmp_path):
    (tmp_path / "settings.toml").write_text(
        '[office]\nterritory = "09.273"\nunit = {ar = "قسم العمل الاجتماعي"}\n'
        '[[service]]\nid = "interior"\nname = {ar = "الداخلية"}\n',
        encoding="utf-8",
    )
    page(lang="ar").button(key="propose").click().run()
    now = settings(tmp_path)
    assert now.office.unit.ar == "قسم العمل الاجتماعي"
    assert [service.id for service in now.services] == ["interior"]
    assert now.deliveries


def test_a_reminder_stands_ready_in_three_languages_and_names_offices_only(page, tmp_path):
    page(lang="ar").button(key="propose").click().run()
    # Declared today, nothing is late but on the weekday of delivery: let it have been declared long ago.
    long_ago = [one.model_copy(update={"starts": dt.date(2023, 1, 2)}) for one in settings(tmp_path).deliveries]
    change(tmp_path, lambda now: now.model_copy(update={"deliveries": tuple(long_ago)}))
    load_reference(engine(), local=tmp_path)
    app = page(lang="fr")
    texts = [element.value for element in app.code]
    assert len(texts) % 3 == 0 and texts
    assert texts[0].startswith("Rappel") and any(text.startswith("تذكير") for text in texts[:3])


def test_the_blank_form_has_a_line_for_each_commune_and_a_column_for_each_due_day(page, monkeypatch):
    page(lang="ar").button(key="propose").click().run()
    from ui import sources

    made = []
    form = sources.forms.form
    monkeypatch.setattr(sources.forms, "form", lambda *a, **k: made.append(form(*a, **k)) or made[-1])
    page(lang="fr", delivery="rsu_registered", form_from="2023-09-01", form_to="2023-09-30", territory="09.273")
    sheet = openpyxl.load_workbook(io.BytesIO(made[-1])).worksheets[0]
    header = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("rsu.registered/"))
    assert [cell.value.strftime("%d/%m/%Y") for cell in header[2:]] == [
        "04/09/2023",
        "11/09/2023",
        "18/09/2023",
        "25/09/2023",
    ]
    codes = [row[0].value for row in sheet.iter_rows(min_row=header[0].row + 1)]
    assert len(codes) == 6 and COMMUNE in codes


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_the_typing_page_shows_the_grid_of_the_communes_where_there_are_no_annexes(page, locale):
    app = page("typing", lang=locale, territory="09.273", on="2023-09-17")
    (grid,) = app.dataframe
    assert len(grid.value) == 6
    order = list(grid.proto.column_order)
    # Time runs in the direction of the language.
    assert (order[-1] if locale == "ar" else order[0]) == "name"
    assert order[:-1] == sorted(order[:-1], reverse=True) if locale == "ar" else order[1:] == sorted(order[1:])


def test_where_no_annex_is_declared_the_typing_page_offers_the_communes(page):
    app = page("typing", lang="ar", territory="09.273", grid_level="annex")
    assert not app.dataframe
    app.button(key="by-commune").click().run()
    assert len(app.dataframe) == 1


def test_the_week_before_is_one_click_away_and_stands_in_the_link(page):
    app = page("typing", lang="fr", territory="09.273", on="2023-09-17", week="2023-09-17")
    app.button(key="week-before").click().run()
    assert app.query_params["week"] == "2023-09-10"
    assert "11/09/2023" not in str(app.dataframe[0].proto.columns)
