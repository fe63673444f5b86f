"""The page of a number heard on the telephone, by the front door."""

from html import escape, unescape

import pytest

from i18n import words

LOCALES = ("ar", "fr", "en")
OUJDA = {"territory": "02.411", "on": "2024-01-20", "step": "asd.paid", "heard": "9 %"}


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


@pytest.mark.parametrize("locale", LOCALES)
def test_a_printed_share_is_explained_in_three_languages(opened, html, locale):
    page = unescape(html(sound(opened("reconcile", lang=locale, **OUJDA))))
    for other in LOCALES:
        w = words(other)
        assert w.of_things("rsu.registered", "person") in page
        assert w.percent_words(0.35) in page and w.count("household", 61_000) in page
    assert 'class="tt-read-out" lang="' + locale in page


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_says_what_to_type_before_a_number_is_there(opened, html, locale):
    app = sound(opened("reconcile", lang=locale))
    assert app.title[0].value == words(locale)("reconcile.title")
    assert any(words(locale)("reconcile.empty") in info.value for info in app.info)
    assert 'class="tt-read-out"' not in html(app)


@pytest.mark.parametrize("seen", ["abc", "58 12", "58,5"])
def test_a_number_that_is_not_understood_is_said_with_an_example(opened, html, seen):
    w = words("fr")
    said = w("reconcile.not_understood", seen=seen, example=w.number(58_000))
    assert escape(said) in html(sound(opened("reconcile", lang="fr", heard=seen)))


def test_a_typed_number_goes_into_the_address_and_the_link_reopens_it(opened, html):
    app = sound(opened("reconcile", lang="fr", territory="MA", on="2024-01-20", step="rsu.registered"))
    app.text_input(key="type-heard").input("2,8 millions").run()
    assert app.query_params["heard"] == "2,8 millions"
    again = opened("reconcile", lang="fr", territory="MA", on="2024-01-20", step="rsu.registered", heard="2,8 millions")
    assert html(again) == html(app) and words("fr").count("household", 2_800_000) in unescape(html(app))


def test_who_said_it_stays_out_of_the_address_unless_asked(opened, html):
    app = opened("reconcile", lang="fr", **OUJDA)
    app.text_input(key="type-by").input("ministère").run()
    assert "by" not in app.query_params and "ministère : " in html(app).replace("\u00a0", " ")
    app.checkbox(key="keep-by").check().run()
    assert app.query_params["by"] == "ministère"
    app.checkbox(key="keep-by").uncheck().run()
    assert "by" not in app.query_params


def test_who_said_it_is_never_somebodys_identity(opened, html):
    app = opened("reconcile", lang="fr", **OUJDA)
    app.checkbox(key="keep-by").check().run()
    app.text_input(key="type-by").input("0612345678").run()
    assert "by" not in app.query_params and "0612345678" not in html(app)
    assert words("fr")("reconcile.by_personal") in unescape(html(app))


def test_what_does_not_explain_is_shown_on_demand_and_kept_in_the_link(opened, html):
    w = words("fr")
    app = sound(opened("reconcile", lang="fr", **OUJDA))
    assert w("reconcile.kind_place") not in html(app)
    app.toggle(key="unfold-folded").set_value(True).run()
    assert app.query_params["folded"] == "1" and w("reconcile.kind_place") in html(app)


def test_another_step_is_counted_in_its_own_units(opened, html):
    app = sound(opened("reconcile", lang="fr", **(OUJDA | {"unit": "person"})))
    app.selectbox(key="choose-step").select("asd.applied").run()
    assert sound(app).query_params["step"] == "asd.applied"


def test_names_that_sound_alike_are_namesakes_within_the_readers_scope(office, monkeypatch):
    from ui.cache import View, places
    from ui.choices import Choices
    from ui.engine import engine
    from ui.reconcile import namesakes

    monkeypatch.setenv("TATABBU_LOCAL", str(office))
    from findings import latest_events

    cut, reference = latest_events(engine())

    def of(code, scope="MA"):
        view = View(cut=cut, scope=scope, locale="fr", reference=reference)
        return namesakes(Choices(view, code, None, (code,), places(view).levels))

    assert "09.273" in of("09.273.01.15")  # Inezgane, and the prefecture of Inezgane-Aït Melloul
    everywhere = {code: of(code) for code in ("02.411.01.23", "06.141.01.00")}
    assert all(code not in found for code, found in everywhere.items())
    assert set(of("09.273.01.15", scope="09.273")) <= set(of("09.273.01.15"))
