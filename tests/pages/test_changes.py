"""The page of changes: events, and the figures of one of them."""

from html import escape

import pytest

from i18n import words


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_events_are_listed_with_the_figures_that_they_touched(opened, html, locale):
    w = words(locale)
    app = opened("changes", lang=locale)
    assert not app.exception
    assert [t.value for t in app.title] == [w("changes.title")]
    assert escape(w("events.kind_import")) in html(app)
    assert escape(w("changes.column_before")) in html(app)


def test_the_kind_is_kept_in_the_address(opened, html):
    w = words("fr")
    app = opened("changes", lang="fr", kind="reference")
    assert escape(w("events.kind_reference")) in html(app)
    assert escape(w("events.kind_import")) not in html(app)


def test_choices_without_an_event_say_so(opened):
    w = words("ar")
    app = opened("changes", lang="ar", until="1999-01-01")
    assert w("changes.none") in "".join(i.value for i in app.info)


def test_a_page_that_there_is_not_leads_back(opened):
    app = opened("changes", lang="fr", events="9999")
    assert app.button(key="back-events") is not None


def test_an_event_of_the_address_that_is_not_listed_is_replaced(opened):
    app = opened("changes", lang="fr", event="4000")
    assert not app.exception
