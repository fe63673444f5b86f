"""The mapping screen: shown for a sheet whose columns nobody has confirmed, not shown again for the same headers."""

import pytest

from data.settings import remembered_spellings
from i18n import LOCALES, words
from tests.data.sheets import LQLIAA, csv_bytes, xlsx_bytes

HEADERS = ["الجماعة", "2023", "", "2024"], ["", "نونبر", "دجنبر", "يناير"]
TITLE = ["حصيلة التقييد في السجل الاجتماعي الموحد بعمالة إنزكان أيت ملول"]


def sheet(*lines, title=TITLE):
    rows = [title, [], *HEADERS, *lines]
    return xlsx_bytes(("ورقة1", rows), merged=[(2, 0, 3, 0), (2, 1, 2, 2)], right_to_left=True)


@pytest.fixture
def own_office(tmp_path, opened, monkeypatch):
    """The folder of an office that the test has to itself, and a function that opens its page of files."""
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))

    def run(locale="ar"):
        return opened("events", lang=locale)

    yield tmp_path, run
    from ui.engine import engine

    engine().dispose()


def hand_in(app, content, name="sheet.xlsx"):
    app.file_uploader(key="file").set_value((name, content, "application/octet-stream")).run()
    app.button(key="take-in").click().run()
    assert not app.exception
    return app


def texts(app):
    found = [e.value for kind in ("text", "info", "success", "error", "markdown") for e in getattr(app, kind)]
    return "\n".join(found + [e.proto.body for e in app.get("html")])


def boxes(app, part):
    return [box for box in app.selectbox if (box.key or "").startswith("map-") and (box.key or "").endswith(part)]


@pytest.mark.parametrize("locale", LOCALES)
def test_an_unknown_sheet_is_mapped_once_and_known_the_next_time(own_office, locale):
    folder, open_page = own_office
    w = words(locale)
    app = hand_in(open_page(locale), sheet(["أيت ملول", 1200, 1300, 1412], ["القليعة", 300, 310, 320]))
    said = texts(app)
    assert w("mapping.title") in [h.value for h in app.header]
    assert w("mapping.ask", file="sheet.xlsx", rows_read=6) in said
    assert w.number(1412) in said and w.things("rsu.registered", "household") in said
    assert [box.value for box in boxes(app, "-count")] == ["rsu.registered:household"]
    assert [box.value for box in boxes(app, "-within")] == ["09.273"]
    app.button(key="mapping-do").click().run()
    assert not app.exception
    assert len(list((folder / "layouts").glob("*.toml"))) == 1
    assert any("6" in one.value for one in app.success)
    app = hand_in(open_page(locale), sheet(["أيت ملول", 1201, 1301, 1413]), name="next.xlsx")
    assert w("mapping.title") not in [h.value for h in app.header]
    assert any("next.xlsx" in one.value for one in app.success)
    # What the file changes of what was known is said with the report.
    corrected = w("importer.noted_corrected", period="", n=3).split(":")[-1]
    assert w("mapping.noted") in texts(app) and corrected.strip(" .") in texts(app)


def test_what_is_corrected_on_the_screen_is_what_is_stored_and_the_preview_follows(own_office):
    folder, open_page = own_office
    w = words("fr")
    app = hand_in(open_page("fr"), sheet(["أيت ملول", 12, 13, 14], title=["بيان"]))
    assert "…" in texts(app)
    (count,) = boxes(app, "-count")
    assert count.value == ""
    count.set_value("rnp.registered:person")
    app.button(key="mapping-look").click().run()
    assert w.things("rnp.registered", "person") in texts(app)
    assert not (folder / "layouts").exists()
    app.button(key="mapping-do").click().run()
    assert not app.exception and app.success
    (layout,) = (folder / "layouts").glob("*.toml")
    assert 'step = "rnp.registered"' in layout.read_text(encoding="utf-8")


def test_a_name_is_confirmed_once_and_remembered(own_office):
    folder, open_page = own_office
    app = hand_in(open_page(), sheet(["أيت ملول", 12, 13, 14], ["لقلعية", 1, 2, 3]))
    (name,) = boxes(app, "-name-0")
    assert name.value == LQLIAA
    app.button(key="mapping-do").click().run()
    assert not app.exception and app.success
    assert remembered_spellings(folder) == {"لقلعية": LQLIAA}
    app = hand_in(open_page(), sheet(["لقلعية", 4, 5, 6]), name="next.xlsx")
    assert not boxes(app, "-name-0") and any("next.xlsx" in one.value for one in app.success)


def test_a_name_out_of_a_file_is_no_mark_up_of_the_page(own_office):
    _, open_page = own_office
    app = hand_in(open_page(), sheet(["أيت ملول", 12, 13, 14], ["[x](https://a.example)", 1, 2, 3]))
    (name,) = boxes(app, "-name-0")
    assert "\\[x\\]\\(https" in name.label


def test_figures_without_a_date_get_the_one_that_is_typed_and_a_mistyped_one_is_said(own_office):
    _, open_page = own_office
    w = words("fr")
    content = csv_bytes([["Ménages RSU"], ["Commune", "Nombre"], ["Lqliaa", "5"]])
    app = hand_in(open_page("fr"), content, name="a.csv")
    (typed,) = [t for t in app.text_input if (t.key or "").endswith("-on") and (t.key or "").startswith("map-")]
    typed.set_value("hier")
    boxes(app, "-within")[0].set_value("09.273")
    app.button(key="mapping-do").click().run()
    assert any("hier" in one.value for one in app.error)
    (typed,) = [t for t in app.text_input if (t.key or "").endswith("-on") and (t.key or "").startswith("map-")]
    typed.set_value("31 mars 2024")
    app.button(key="mapping-do").click().run()
    assert not app.exception
    assert any(w.number(1) in one.value for one in app.success)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_table_of_persons_is_refused_in_words_and_shows_none_of_its_cells(own_office, locale):
    _, open_page = own_office
    content = csv_bytes([["Commune", "CNIE", "Nom"], ["Lqliaa", "AB123456", "Xyzzy"], ["Temsia", "CD123456", "Plugh"]])
    app = hand_in(open_page(locale), content, name="a.csv")
    said = texts(app)
    assert "CNIE" in said and words(locale)("identity.card") in said
    assert not any(cell in said for cell in ("AB123456", "Xyzzy", "Plugh"))
    assert not boxes(app, "-count")


def test_the_columns_of_a_known_sheet_can_be_looked_at_before_it_is_taken_in(own_office):
    _, open_page = own_office
    app = hand_in(open_page(), sheet(["أيت ملول", 12, 13, 14]))
    app.button(key="mapping-do").click().run()
    app = open_page()
    app.checkbox(key="review").check().run()
    app = hand_in(app, sheet(["أيت ملول", 15, 16, 17]), name="next.xlsx")
    assert boxes(app, "-count") and not app.success
