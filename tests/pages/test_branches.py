"""The four branches by the front door: published figures, an empty database, and the projects that an office lists."""

from html import unescape

import pytest

from i18n import words
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")


@pytest.fixture
def own(tmp_path, monkeypatch, opened):
    """An office of its own, whose list may be written to; its engine."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", ["MA", "09.273", "06.141.01.0"])
def test_published_figures_fill_the_branches_and_the_overlap_has_its_address(opened, html, locale, code):
    page, w = unescape(html(sound(opened("branches", lang=locale, territory=code)))), words(locale)
    for name in ("illness", "childhood", "old_age", "job_loss", "beside"):
        assert w(f"branches.branch_{name}") in page
    assert w.count("household", 3_200_000, short=True) in page and "https://consonews.ma/" in page
    assert w("branches.mechanism_insurance") in page and w("branches.mechanism_assistance") in page
    assert page.count(w("branches.not_added")) == 5


@pytest.mark.parametrize("locale", LOCALES)
def test_an_empty_database_says_that_no_figure_is_known(without_figures, opened, html, locale):
    page, w = unescape(html(sound(opened("branches", lang=locale)))), words(locale)
    assert page.count("tt-branch") >= 5 and w("branches.branch_illness") in page


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", ["09.273", "09.273.XA01"])
def test_the_demonstration_says_in_each_table_that_it_is_made_up(
    demonstration_local, monkeypatch, opened, html, locale, code
):
    monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
    page, w = unescape(html(sound(opened("branches", lang=locale, demo="1", territory=code)))), words(locale)
    assert page.count(w("demo.badge")) >= 5


def test_a_project_is_listed_on_the_page_undone_and_brought_back(own, opened, html):
    w = words("fr")
    app = sound(opened("branches", lang="fr", territory="09.273"))
    app.text_input(key="project-programme").input("INDH")
    app.text_input(key="project-title").input("Dar Attalib de Temsia")
    app.selectbox(key="project-territory").select("09.273.05.27")
    app.text_input(key="project-date").input("2 mai 2023")
    app.text_input(key="project-amount").input("1 200 000")
    app.button(key="project-save").click().run()
    page = unescape(html(sound(app)))
    assert "Dar Attalib de Temsia" in page and w("actions.dirhams", n=w.number(1_200_000)) in page
    assert app.success
    app.button(key="project-undo").click().run()
    assert "Dar Attalib de Temsia" not in html(sound(app))
    app.button(key="project-undo").click().run()
    assert "Dar Attalib de Temsia" in html(sound(app))


def test_what_is_wrong_with_a_project_is_said_and_not_kept(own, opened, html):
    app = sound(opened("branches", lang="fr", territory="09.273"))
    app.text_input(key="project-programme").input("INDH")
    app.text_input(key="project-title").input("Appeler le 0612345678")
    app.text_input(key="project-date").input("2 mai 2023")
    app.button(key="project-save").click().run()
    assert [e.value for e in app.exception] == []
    assert [e.value for e in app.error] == [words("fr")("branches.refused")]
    assert any(words("fr")("importer.personal_text") in t.value for t in app.text)
    assert "0612345678" not in html(app)


def test_a_reader_finds_no_form(opened, html, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273"))
    app = sound(opened("branches", lang="fr"))
    assert not app.expander and not [b for b in app.button if (b.key or "").startswith("project")]
