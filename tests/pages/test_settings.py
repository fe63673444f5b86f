"""The page of the settings: typed, looked at, saved, in effect, and taken back."""

from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.settings import Settings, change, checked, save, settings, spellings
from i18n import words

ROOT = Path(__file__).parents[2]
LOCALES = ("ar", "fr", "en")


@pytest.fixture
def office(tmp_path, monkeypatch):
    """The folder of an office that has settled nothing yet. Words are read again only where somebody asks for it."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    monkeypatch.setattr("i18n.LOOK_AGAIN", 1e9)
    yield tmp_path
    engine().dispose()


@pytest.fixture
def opened(office):
    """A function that opens a part of the settings by the front door."""

    def run(section="office", page="settings", lang="en", **address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in {"lang": lang, "section": section, **address}.items():
            app.query_params[name] = value
        app.run()
        return app.switch_page(f"pages/{page}.py").run() if page != "situation" else app

    return run


def field(app, kind, *path):
    """The field of a form whose key ends with this path."""
    (found,) = [f for f in app.get(kind) if f.key and f.key.startswith("set-") and f.key.endswith("-".join(path))]
    return found


def submit(app, lang="en"):
    """Ask to see the changes."""
    w = words(lang)
    (button,) = [b for b in app.button if b.label == w("settings.look")]
    return sound(button.click().run())


def sound(app):
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def html(app):
    return "\n".join(e.proto.body for e in app.get("html"))


@pytest.mark.parametrize("lang", LOCALES)
@pytest.mark.parametrize("section", ["office", "figures", "indicators", "services", "spellings", "file"])
def test_every_part_opens_in_every_language_on_an_empty_office(opened, section, lang):
    app = sound(opened(section, lang=lang))
    w = words(lang)
    assert [t.value for t in app.title] == [w("settings.title")]
    assert w("settings.first_steps") in [h.value for h in app.header]


def test_the_first_steps_are_ticked_off_one_by_one(opened, office):
    w = words("en")
    assert html(opened()).count(w("settings.step_to_do")) == 3
    save(office, Settings())
    page = html(opened())
    assert page.count(w("settings.step_to_do")) == 2 and page.count(w("settings.step_done")) == 1


def test_a_name_is_typed_looked_at_saved_and_stands_in_the_frame_of_every_page(opened, office):
    app = opened()
    field(app, "text_input", "office", "name", "ar").set_value("عمالة <b>وجدة</b>")
    field(app, "text_input", "office", "name", "en").set_value("Prefecture of Oujda")
    field(app, "text_area", "office", "letterhead", "fr").set_value("Royaume du Maroc\n\n Ministère ")
    field(app, "selectbox", "territory").set_value("02.411")
    submit(app)
    w = words("en")
    assert "Prefecture of Oujda" in html(app) and not (office / "settings.toml").exists()
    sound(app.button(key="settings-save").click().run())
    assert w("settings.saved") in [s.value for s in app.success]
    now = settings(office).office
    assert now.letterhead.fr == ("Royaume du Maroc", "Ministère") and now.territory == "02.411"
    other = sound(opened(page="situation"))
    assert '<span class="tt-office"><span>Prefecture of Oujda</span></span>' in html(other)
    assert words("en").in_territory("02.411") in other.title[0].value
    # In French there is no name of its own: the Arabic one stands in, and is no markup.
    assert "عمالة &lt;b&gt;وجدة&lt;/b&gt;" in html(opened(page="situation", lang="fr"))


def test_what_was_looked_at_and_left_changes_nothing(opened, office):
    app = opened("figures")
    field(app, "text_input", "small_cell").set_value("20")
    submit(app)
    sound(app.button(key="settings-leave").click().run())
    assert not (office / "settings.toml").exists()
    assert "settings-save" not in [b.key for b in app.button]


@pytest.mark.parametrize(
    ("typed", "code"), [("4", "out_of_range"), ("101", "out_of_range"), ("many", "not_a_number"), ("", "not_a_number")]
)
def test_a_threshold_that_is_none_is_said_beside_its_field_and_cannot_be_saved(opened, office, typed, code):
    app = opened("figures")
    field(app, "text_input", "small_cell").set_value(typed)
    submit(app)
    w = words("en")
    said = w(f"settings.fault_{code}", seen=typed, least=w.number(5), most=w.number(100))
    assert said in html(app) and "settings-save" not in [b.key for b in app.button]
    assert field(app, "text_input", "small_cell").value == typed


def test_a_threshold_that_is_saved_is_the_one_that_the_method_tells(opened):
    app = opened("figures")
    field(app, "text_input", "small_cell").set_value("15")
    sound(submit(app).button(key="settings-save").click().run())
    w = words("en")
    method = sound(opened(page="method"))
    assert w("method.states", threshold=w.number(15)) in [m.value for m in method.markdown]


def test_the_order_of_sources_is_saved_and_one_named_twice_is_not(opened, office):
    app = opened("figures")
    field(app, "selectbox", "source", "0").set_value("published")
    submit(app)
    w = words("en")
    assert w("settings.fault_twice", seen="published") in html(app)
    field(app, "selectbox", "source", "1").set_value("office")
    sound(submit(app).button(key="settings-save").click().run())
    assert settings(office).office.source_order[:2] == ("published", "office")


def test_an_indicator_kept_from_readers_is_saved(opened, office):
    app = opened("indicators")
    field(app, "checkbox", "shown", "rsu.registered_share", "reader").uncheck()
    submit(app)
    assert words("en").name("indicator", "rsu.registered_share") in html(app)
    sound(app.button(key="settings-save").click().run())
    (hidden,) = settings(office).hidden
    assert (hidden.indicator, hidden.roles) == ("rsu.registered_share", ("reader",))


DELIVERY = {
    "id": "weekly",
    "name": {"ar": "x"},
    "service": "education",
    "channel": "email",
    "periodicity": "weekly",
    "level": "commune",
    "counts": [{"step": "rsu.registered", "unit": "household"}],
    "starts": "2023-01-02",
}


def test_services_are_added_renamed_and_taken_out_and_deliveries_stay(opened, office):
    app = opened("services")
    field(app, "text_input", "service", "0", "fr").set_value("Direction provinciale")
    field(app, "selectbox", "service", "0", "body").set_value("education")
    sound(submit(app).button(key="settings-save").click().run())
    assert [(s.id, s.name.fr) for s in settings(office).services] == [("education", "Direction provinciale")]
    change(office, lambda now: checked(now.to_body() | {"delivery": [DELIVERY]}, office))
    app = opened("services")
    field(app, "text_input", "service", "0", "fr").set_value("Direction de l'éducation")
    field(app, "text_input", "service", "1", "ar").set_value("جمعية")
    field(app, "checkbox", "service", "1", "partner").check()
    sound(submit(app).button(key="settings-save").click().run())
    now = settings(office)
    assert [(s.id, s.partner) for s in now.services] == [("education", False), ("service_1", True)]
    assert now.services[0].name.fr == "Direction de l'éducation" and [d.id for d in now.deliveries] == ["weekly"]
    assert words("fr", local=office).name("service", "service_1") == "جمعية"
    app = opened("services")
    field(app, "checkbox", "service", "0", "remove").check()
    submit(app)
    w = words("en", local=office)
    assert w("settings.service_in_use", services=w.name("service", "education")) in html(app).replace("&#x27;", "'")
    assert "settings-save" not in [b.key for b in app.button]


def test_what_another_page_saved_meanwhile_is_kept(opened, office):
    app = opened("figures")
    field(app, "text_input", "small_cell").set_value("20")
    submit(app)
    body = {"service": [{"id": "education", "name": {"ar": "x"}}], "delivery": [DELIVERY]}
    save(office, checked(body, office))
    sound(app.button(key="settings-save").click().run())
    now = settings(office)
    assert now.office.small_cell == 20 and [d.id for d in now.deliveries] == ["weekly"] and len(now.services) == 1


def test_a_place_is_written_as_the_office_writes_it(opened, office):
    app = opened("spellings", territory="09.273")
    field(app, "text_input", "spelt", "09.273.01.15", "fr").set_value("Temsiya")
    submit(app)
    assert "Temsiya" in html(app)
    sound(app.button(key="settings-save").click().run())
    assert spellings(office) == {"09.273.01.15": {"fr": "Temsiya"}}
    assert words("fr", local=office).territory("09.273.01.15") == "Temsiya"
    sound(opened("spellings", territory="09.273"))


def test_the_last_save_is_undone_and_the_undoing_too(opened, office):
    for number in ("20", "30"):
        app = opened("figures")
        field(app, "text_input", "small_cell").set_value(number)
        sound(submit(app).button(key="settings-save").click().run())
    app = opened("file")
    sound(app.button(key="settings-undo").click().run())
    assert settings(office).office.small_cell == 20
    assert words("en")("settings.undone") in [s.value for s in app.success]
    sound(app.button(key="settings-undo").click().run())
    assert settings(office).office.small_cell == 30


def test_a_file_is_looked_at_before_it_is_taken_and_its_faults_are_said(opened, office):
    app = opened("file")
    wrong = b'[office]\nterritory = "99.999"\nsmall_cell = 3\n'
    app.file_uploader(key="settings-upload").set_value(("settings.toml", wrong, "application/toml")).run()
    sound(app.button(key="settings-look").click().run())
    w = words("en")
    page = html(app)
    assert w("settings.fault_out_of_range", seen="3", least=w.number(5), most=w.number(100)) in page
    right = b'[office]\nterritory = "02.411"\nsmall_cell = 30\n'
    app.file_uploader(key="settings-upload").set_value(("settings.toml", right, "application/toml")).run()
    sound(app.button(key="settings-look").click().run())
    assert not (office / "settings.toml").exists()
    sound(app.button(key="settings-save").click().run())
    assert (settings(office).office.territory, settings(office).office.small_cell) == ("02.411", 30)


def test_a_file_broken_by_hand_is_said_and_every_other_page_goes_on(opened, office):
    save(office, checked({"office": {"small_cell": 20}}, office))
    save(office, checked({"office": {"small_cell": 30}}, office))
    sound(opened(page="situation"))
    (office / "settings.toml").write_text("[office\n", encoding="utf-8")
    sound(opened(page="situation"))
    app = sound(opened())
    assert "not a TOML file" in html(app)
    sound(app.button(key="settings-undo").click().run())
    assert settings(office).office.small_cell == 20


@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_what_a_recommendation_is_called_is_saved_and_an_act_of_law_is_refused_with_a_reason(opened, office, lang):
    app = opened(lang=lang)
    field(app, "text_input", "office", "recommendation", "fr").set_value("décision")
    submit(app, lang)
    assert words(lang)("settings.fault_legal_act", seen="décision") in unescape(html(app))
    field(app, "text_input", "office", "recommendation", "fr").set_value("mesure")
    field(app, "text_input", "office", "recommendations", "fr").set_value("mesures")
    submit(app, lang)
    sound(app.button(key="settings-save").click().run())
    assert settings(office).office.recommendations.fr == "mesures"
    assert "Mesures" in sound(opened(page="recommendations", lang="fr")).title[0].value
