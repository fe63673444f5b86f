"""The documents on the pages: made when asked for, read back, given under names that nobody else has."""

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from i18n import words
from ui import documents
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def downloads(app):
    """The buttons that give a document."""
    return [one for one in app.get("download_button") if one.key.startswith("take-")]


@pytest.fixture
def shown(demonstration_local, monkeypatch, opened):
    """The pages of an office that has the demonstration, on the day of its second meeting."""

    def run(page="situation", **address):
        monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
        return sound(opened(page, demo="1", on="2023-09-18", sheet="1", **address))

    return run


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", ["situation", "targets"])
def test_the_sheet_of_a_territory_is_made_on_demand_and_not_before(shown, page, locale):
    app = shown(page, lang=locale, territory="09.273")
    assert not downloads(app)
    sound(app.button(key="sheet-make").click().run())
    (one,) = downloads(app)
    assert words(locale)("documents.sheet") in one.label and "PDF" in one.label


def test_a_page_without_the_switch_shows_nothing_of_it(demonstration_local, monkeypatch, opened):
    monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
    app = sound(opened("situation", demo="1", lang="fr"))
    assert not [b for b in app.button if b.key == "sheet-make"]


def test_what_was_made_for_other_choices_is_not_given(shown):
    app = shown(lang="fr", territory="09.273")
    sound(app.button(key="sheet-make").click().run())
    assert len(downloads(app)) == 1
    sound(app.button_group(key="sheet-audience").set_value("outside").run())
    assert not downloads(app)


def test_two_viewers_of_the_same_sheet_never_share_an_address(shown):
    found = set()
    for _ in range(2):
        app = shown(lang="fr", territory="09.273.01.05")
        sound(app.button(key="sheet-make").click().run())
        (one,) = downloads(app)
        found.add(one.proto.url)
    assert len(found) == 2


def test_a_file_that_is_taken_stands_in_the_journal_without_the_word_drawn_by_lot(shown, monkeypatch):
    noted = []
    monkeypatch.setattr("ui.accesses.note", lambda what, chosen, who, **details: noted.append(details))
    app = shown(lang="fr", territory="09.273.01.05")
    sound(app.button(key="sheet-make").click().run())
    (one,) = downloads(app)
    sound(one.click().run())
    (file,) = [details["file"] for details in noted if "file" in details]
    assert file.startswith("tatabbu-sheet-09.273.01.05-") and one.key == f"take-{file[:-4]}{one.key[-13:]}"


def test_a_document_that_differs_is_not_handed_over_and_the_page_says_which_figure(shown, monkeypatch):
    from exports import papers
    from exports.readback import Difference

    real = papers.compared

    def spoilt(content, made, told):
        assert real(content, made, told) == []
        return [Difference("2", "51 470", "51 479", "ménages")]

    monkeypatch.setattr("exports.papers.compared", spoilt)
    app = shown(lang="fr", territory="09.273")
    app.button(key="sheet-make").click().run()
    assert not app.exception and not downloads(app)
    (said,) = [e.value for e in app.error]
    assert "51 470" in said and "51 479" in said


def test_a_reader_of_a_narrower_scope_gets_the_sheet_of_what_he_sees(shown, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273.01.05"))
    app = shown(lang="fr")
    sound(app.button(key="sheet-make").click().run())
    assert len(downloads(app)) == 1


def test_the_archive_holds_every_file_under_its_plain_name():
    files = [("a", "x-ar-00000000-11111111.pdf", b"1"), ("b", "y-ar-00000000-22222222.docx", b"2")]
    with zipfile.ZipFile(io.BytesIO(documents.zipped(files))) as archive:
        assert archive.namelist() == ["x-ar.pdf", "y-ar.docx"] and archive.read("x-ar.pdf") == b"1"
    assert documents.zipped(files) == documents.zipped(files)


def test_two_files_of_one_name_are_both_in_the_archive():
    files = [("a", "x-ar-00000000-11111111.pdf", b"1"), ("b", "x-ar-00000000-22222222.pdf", b"2")]
    with zipfile.ZipFile(io.BytesIO(documents.zipped(files))) as archive:
        assert [archive.read(name) for name in archive.namelist()] == [b"1", b"2"]


# The documents of a meeting


def sitting_page():
    """The documents part alone, for the frozen meeting of the office: its page is another's to test."""
    import streamlit as st

    import findings
    from findings import meetings
    from ui import choices, documents
    from ui.cache import View
    from ui.engine import engine
    from ui.viewer import Viewer

    where = engine()
    cut, reference = findings.latest_events(where)
    view = View(cut=cut, scope="MA", locale=st.query_params.get("lang", "ar"), reference=reference)
    wanted = "open" in st.query_params
    held = [one for one in meetings.meetings(where, cut=cut, scope="MA") if (one.frozen is not None) == wanted]
    documents.documents(held[0], choices.read(view), Viewer("administrator", "MA"))


@pytest.fixture
def held(tmp_path, monkeypatch):
    """The documents part of a meeting, in a language; `frozen`: of the one that was opened."""
    from tests.papers import sitting
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    sitting(engine())

    def run(locale, *, frozen=True):
        app = AppTest.from_function(sitting_page, default_timeout=120)
        app.query_params["lang"] = locale
        if frozen:
            app.query_params["open"] = "1"
        return sound(app.run())

    yield run
    engine().dispose()


def keyed(app, kind, start):
    (found,) = [one for one in app.get(kind) if one.key.startswith(start)]
    return found


@pytest.mark.parametrize("locale", LOCALES)
def test_the_full_set_is_made_with_one_button_and_given_in_one_file_too(held, locale):
    from exports.documents import DOCUMENTS

    app = held(locale)
    assert not downloads(app)
    sound(keyed(app, "button", "documents-make").click().run())
    given = downloads(app)
    assert len(given) > len(DOCUMENTS) and given[0].key.partition(".")[2] == "zip"
    w = words(locale)
    labels = " ".join([*(one.label for one in given), *(one.label for one in app.expander)])
    assert all(w(f"documents.kind_{name}") in labels for name in DOCUMENTS)


@pytest.mark.parametrize("locale", LOCALES)
def test_of_several_files_of_a_kind_each_says_which_it_is_and_they_stand_in_a_box(held, locale):
    app = held(locale)
    sound(keyed(app, "button", "documents-make").click().run())
    w = words(locale)
    labels = [one.label for one in downloads(app)]
    assert len(labels) == len(set(labels)) > 12
    boxes = {one.label for one in app.expander}
    for name in ("services", "workbook", "pictures"):
        assert any(w(f"documents.kind_{name}") in label for label in boxes)
    (minutes,) = [label for label in labels if w("documents.kind_minutes") in label]
    assert "DOCX" in minutes
    # Nothing is being made any more, and nothing says so.
    assert not app.get("progress")


def test_one_document_that_cannot_be_made_takes_none_of_the_others_with_it(held, monkeypatch):
    from exports.documents import DOCUMENTS
    from exports.pack import PackTooLarge

    def breaks(of):
        raise OSError("disk")

    def too_large(of):
        raise PackTooLarge(21_000_000)

    monkeypatch.setitem(DOCUMENTS, "annexes", breaks)
    monkeypatch.setitem(DOCUMENTS, "pack", too_large)
    app = held("fr")
    keyed(app, "button_group", "documents-which").set_value(["annexes", "pack", "minutes"]).run()
    keyed(app, "button", "documents-make").click().run()
    assert not app.exception and len(downloads(app)) == 1
    w = words("fr")
    said = [e.value for e in app.error]
    assert w("documents.too_large", name=w("documents.kind_pack"), most=w.number(20)) in said
    (broken,) = [one for one in said if w("documents.kind_annexes") in one]
    # A reference for the log, and nothing of what was wrong.
    assert "disk" not in broken and len(said) == 2


def test_before_a_meeting_is_opened_only_what_prepares_it_is_offered(held):
    app = held("fr", frozen=False)
    pills = keyed(app, "button_group", "documents-which")
    w = words("fr")
    assert pills.options == [w(f"documents.kind_{name}") for name in ("convening", "brief", "territory")]
    assert w("documents.before") in [m.value for m in app.markdown]


def test_only_the_chosen_documents_are_made_for_whom_and_in_which_language_they_are_asked(held):
    app = held("fr")
    keyed(app, "button_group", "documents-which").set_value(["annexes"])
    [one for one in app.get("button_group") if one.key.endswith("-audience")][0].set_value("outside")
    [one for one in app.get("button_group") if one.key.endswith("-language")][0].set_value("ar+fr").run()
    sound(keyed(app, "button", "documents-make").click().run())
    (one,) = downloads(app)
    assert "annexes" in one.key and "-ar-fr-outside-" in one.key
