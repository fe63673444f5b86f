"""The page of stages by the front door: the published case, the demonstration, an annex, and nothing at all."""

import io
from html import escape

import openpyxl
import pytest
from streamlit.runtime.media_file_manager import MediaFileManager

from i18n import words
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")
SEFROU = {"territory": "03.451", "on": "2024-02-09"}
DEMO = {"demo": "1", "programme": "amo_tadamon"}


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


@pytest.fixture
def shown(demonstration_local, monkeypatch, opened):
    """A function that opens a page of the demonstration."""

    def run(page="stages", **address):
        monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
        return sound(opened(page, **DEMO | address))

    return run


@pytest.mark.parametrize("locale", LOCALES)
def test_sefrou_is_shown_as_it_was_published(opened, html, locale):
    app = sound(opened("stages", lang=locale, **SEFROU))
    w, page = words(locale), html(app)
    for value, unit in ((200_000, "person"), (52_000, "household"), (43_000, "household"), (13_000, "household")):
        assert escape(w.parts(unit, value)[0]) in page
    assert escape(w("stages.why_parallel")) in page
    step = w.name("step", "rsu.registered")
    assert escape(w("stages.arrow_leap", share=w.share(0.25), step=step)) in page
    # Neither 43,000 of 52,000 nor 52,000 households of 200,000 persons.
    assert w.share(43 / 52) not in page and w.share(0.26) not in page
    assert [info.value for info in app.info] == [w("stages.unnamed_stocks", place=w.in_territory("03.451"))]
    assert not app.get("download_button")


@pytest.mark.parametrize("locale", LOCALES)
def test_without_any_figure_it_says_so_and_what_to_do(without_figures, opened, html, locale):
    app = sound(opened("stages", lang=locale))
    w = words(locale)
    assert w("stages.empty", place=w.in_territory("09.273")) in app.info[0].value
    assert escape(w("stages.finding_none", place=w.in_territory("09.273"))) in html(app)
    assert f">{w.number(0)}<" not in html(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demonstration_names_a_stage_its_refusals_and_who_is_concerned(shown, html, locale):
    app = shown(lang=locale)
    w, page = words(locale), html(app)
    assert escape(w("stages.column_gain")) in page and not app.info
    assert escape(w("stages.mendable")) in page and escape(w.name("reason", "widowhood_document")) in page
    assert escape(w("stages.column_body")) in page and w("demo.badge") in page
    assert len(app.get("plotly_chart")) == 1
    labels = [button.proto.label for button in app.get("download_button")]
    assert w("stages.sheet_of", body=w.name("body", "cnss")) in labels


@pytest.mark.parametrize("locale", LOCALES)
def test_an_annex_has_ratios_of_stocks_and_no_stage_is_named(shown, html, locale):
    app = shown(lang=locale, territory="09.273.XA04")
    w = words(locale)
    assert escape(w("stages.finding_stocks", place=w.in_territory("09.273.XA04"))) in html(app)
    assert [info.value for info in app.info] == [w("stages.unnamed_stocks", place=w.in_territory("09.273.XA04"))]
    # Reasons are told for prefectures only here; that of widowhood would not be shown below them.
    assert escape(w.name("reason", "widowhood_document")) not in html(app)


def test_the_months_and_the_movements_are_shown_on_demand(shown, html):
    w = words("fr")
    assert escape(w("stages.column_not_passed")) not in html(shown(lang="fr"))
    page = html(shown(lang="fr", cohorts="1", movements="1"))
    assert escape(w("stages.column_not_passed")) in page and escape(w("stages.column_exits")) in page


def test_the_sheet_of_a_body_holds_its_stages_and_says_that_the_figures_are_made_up(shown, monkeypatch):
    given = []
    deferred = MediaFileManager.add_deferred

    def noted(self, made, *rest, **named):
        given.append(made())
        return deferred(self, made, *rest, **named)

    monkeypatch.setattr(MediaFileManager, "add_deferred", noted)
    shown(lang="fr")
    w = words("fr")
    sheets = [
        [c.value for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for c in row if c.value]
        for content in given
    ]
    # Each run of the page offers them anew.
    sheet = next(values for values in sheets if w.name("body", "cnss") in values[0])
    assert w.name("step", "amo_tadamon.decided") in sheet and w("demo.badge") in sheet


@pytest.mark.parametrize("programme", ["rsu", "minhaty", "asd", "amo_tns"])
def test_every_programme_with_stages_can_be_looked_at(shown, programme):
    app = shown(lang="fr", programme=programme)
    assert app.selectbox(key="choose-programme").value == programme


def test_a_reader_of_the_annex_sees_its_own_stages_only(shown, html, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273.XA04"))
    app = shown(lang="fr")
    assert words("fr").in_territory("09.273.XA04") in app.title[0].value
    assert escape(words("fr")("stages.basis_stocks")) in html(app)
