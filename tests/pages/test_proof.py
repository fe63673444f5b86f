"""`/?id=…` by the front door: what a panel is made of, in three languages, within the scope of who asks."""

from dataclasses import replace
from html import unescape

import pytest

from data.proofs import keep
from i18n import words
from tests.decks import HERE, deck
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")


def slide_of(locale, key="i1/gap"):
    return next(one for one in deck(locale) if one.key == key)


@pytest.fixture
def own(tmp_path, monkeypatch, opened):
    """An office of its own, whose proofs may be written; its engine."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


def kept(engine, slide, *, locale="ar", scope=HERE):
    keep(
        engine, panel=slide.panel, locale=locale, scope=scope, asked=slide.asked, body=slide.to_json(), at=1_700_000_000
    )
    return slide


def said(app):
    """Everything that the page says: headings, html, notices."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    bodies = [e.proto.body for e in app.get("html")]
    return unescape("\n".join([*bodies, *(i.value for i in app.info), *(t.value for t in app.title)]))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_panel_is_told_with_its_figures_sources_and_dates(own, opened, locale):
    slide, w = kept(own(), slide_of(locale), locale=locale), words(locale)
    text = said(opened(lang=locale, id=slide.panel))
    assert w("proof.title") in text and slide.title in text
    for figure in slide.figures:
        assert w.territory(figure.territory) in text and f"<bdi>{figure.text}</bdi>" in text
    assert w.name("source", "office") in text and w(f"workbook.audience_{slide.audience}") in text
    assert w("demo.badge") in text


def test_small_letters_and_letters_read_as_digits_are_forgiven(own, opened):
    slide = kept(own(), replace(slide_of("fr"), panel="0110ABCD"), locale="fr")
    assert slide.title in said(opened(lang="fr", id="oiLo-abcd"))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("typed", ["ZZZZZZZZ", "no id", "<b>x</b>"])
def test_what_is_not_found_is_said(opened, locale, typed):
    w = words(locale)
    text = said(opened(lang=locale, id=typed))
    assert w("proof.unknown_next") in text and "<b>x</b>" not in text.replace(w("proof.unknown", seen=typed), "")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_reader_of_another_place_is_told_nothing_but_that_it_is_not_for_him(own, opened, locale, monkeypatch):
    slide, w = kept(own(), slide_of(locale), locale=locale), words(locale)
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer(role="reader", scope="09.001"))
    text = said(opened(lang=locale, id=slide.panel))
    assert w("proof.outside") in text
    assert slide.title not in text and all(f">{one.text}<" not in text for one in slide.figures if one.value)


def test_what_is_for_the_preparers_screen_is_not_told_to_a_reader(own, opened, monkeypatch):
    slide = kept(own(), replace(slide_of("fr"), screen_only=True), locale="fr")
    assert slide.title in said(opened(lang="fr", id=slide.panel))
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer(role="reader", scope=HERE))
    assert slide.title not in said(opened(lang="fr", id=slide.panel))


def test_a_panel_in_another_language_says_so(own, opened):
    slide = kept(own(), slide_of("ar"))
    text = said(opened(lang="fr", id=slide.panel))
    assert slide.title in text and words("fr")("app.language_ar") in text


def test_the_links_of_the_bar_lead_away_from_it(own, opened):
    slide = kept(own(), slide_of("fr"), locale="fr")
    app = opened(lang="fr", id=slide.panel)
    links = [one.proto.query_string for one in app.get("page_link")]
    assert links and not any("id=" in link for link in links)


def test_another_code_may_be_typed(own, opened):
    first, second = kept(own(), slide_of("fr"), locale="fr"), kept(own(), slide_of("fr", "i1/cause"), locale="fr")
    app = opened(lang="fr", id=first.panel)
    app.text_input(key="proof-code").set_value(second.panel.lower()).run()
    assert app.query_params["id"] in (second.panel.lower(), [second.panel.lower()])
    assert words("fr").name("step", "asd.applied") in said(app)


def test_an_empty_id_is_no_question(opened):
    assert words("fr")("proof.title") not in said(opened(lang="fr", id=""))
