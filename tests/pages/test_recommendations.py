"""All recommendations by the front door: listed by meeting, filtered by the address, written by those who may."""

import datetime as dt
from dataclasses import replace
from html import unescape

import pytest

from data.declarations import Declaration, declare
from data.recommendations import Recommendation, record, tell
from i18n import words
from tests.decks import HERE, STEP, UNIT
from tests.sessions import end, sit
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")
ON = "2023-11-01"
ASKED = Recommendation("Ouvrir le samedi", "education", slide="i1/pace", step=STEP, unit=UNIT)
SETTINGS = """
[[service]]
id = "education"
name = {ar = "", fr = "Direction de l'éducation", en = ""}
[[service]]
id = "cnss"
name = {ar = "", fr = "Agence CNSS", en = ""}
"""


@pytest.fixture
def office(tmp_path, monkeypatch, opened):
    """An office of its own with two services; its engine."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    (tmp_path / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    yield engine()
    engine().dispose()


@pytest.fixture
def ask(office):
    """A function that records a recommendation in a meeting."""
    return lambda meeting, **more: record(office, meeting.id, replace(ASKED, **more), actor="administrator")


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def said(app, html):
    return unescape(html(app))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_lists_each_meetings_recommendations_with_service_date_and_state(office, ask, opened, html, locale):
    ask(sit(office, on=dt.date(2023, 8, 7), next_on=dt.date(2023, 9, 18)), text="ancienne")
    done = ask(sit(office), due=dt.date(2023, 12, 1))
    app = sound(opened("recommendations", lang=locale, on=ON))
    w, page = words(locale), said(app, html)
    called = w("recommendations.many")
    assert app.title[0].value == w("recommendations.title", labels=called[:1].upper() + called[1:])
    headers = [h.value for h in app.header]
    assert [w.date(dt.date(2023, 9, 18)) in headers[0], w.date(dt.date(2023, 8, 7)) in headers[1]] == [True, True]
    assert page.index("Ouvrir le samedi") < page.index("ancienne")
    overdue = f"■\u00a0{w('recommendations.state_overdue')}"
    assert overdue in page and f"○\u00a0{w('recommendations.state_assigned')}" in page and page.count(overdue) == 1
    assert w.date_short(dt.date(2023, 12, 1)) in page and f"recommendation={done.id}" in page


@pytest.mark.parametrize("locale", LOCALES)
def test_an_office_without_any_is_told_where_they_come_from(office, opened, locale):
    app = sound(opened("recommendations", lang=locale))
    w = words(locale)
    assert w("recommendations.empty") in app.info[0].value and w("recommendations.empty_next") in app.info[0].value


@pytest.mark.parametrize("locale", LOCALES)
def test_a_link_opens_one_and_what_is_told_of_it_is_kept_with_its_note(office, ask, opened, html, locale):
    meeting = sit(office)
    done = ask(meeting)
    end(office, meeting)
    app = sound(opened("recommendations", lang=locale, on=ON, recommendation=done.id))
    key = f"{done.id}-{done.event}"
    app.selectbox(key=f"state-{key}").select("blocked")
    app.text_input(key=f"note-{key}").input("pas de local")
    app.button(key=f"save-state-{key}").click().run()
    w = words(locale)
    assert "pas de local" in said(sound(app), html) and w("recommendations.state_blocked") in said(app, html)
    app.button(key="recommendation-undo").click().run()
    assert w("recommendations.state_assigned") in said(sound(app), html)
    assert not [b for b in app.button if b.key.startswith("take-back-")]


def test_a_link_to_none_says_so(office, opened, html):
    app = sound(opened("recommendations", lang="fr", recommendation="<b>x</b>"))
    assert words("fr")("recommendations.fault_unknown") in said(app, html) and "<b>x</b>" not in html(app)


def test_one_is_recorded_outside_the_wall_while_a_meeting_is_open_and_undone(office, opened, html):
    meeting = sit(office)
    app = opened("recommendations", lang="fr", on=ON)
    key = f"new-{meeting.id}-0"
    assert app.text_input(key=f"due-{key}").value == "16 octobre 2023"
    app.selectbox(key=f"slide-{key}").select("i1/pace")
    app.text_area(key=f"text-{key}").input("Ouvrir deux guichets")
    app.selectbox(key=f"lead-{key}").select("cnss")
    app.selectbox(key=f"count-{key}").select((STEP, UNIT))
    app.text_input(key=f"expected-{key}").input("1 200")
    app.button(key=f"save-{key}").click().run()
    page = said(sound(app), html)
    assert "Ouvrir deux guichets" in page and "36\u202f597 ménages" in page and "+1\u202f200" in page
    assert app.text_area(key=f"text-new-{meeting.id}-1").value == ""
    app.button(key="recommendation-undo").click().run()
    assert "Ouvrir deux guichets" not in said(sound(app), html)


def test_what_is_wrong_is_said_and_a_persons_number_is_not_repeated(office, opened, html):
    meeting = sit(office)
    app, w = opened("recommendations", lang="fr", on=ON), words("fr")
    key = f"new-{meeting.id}-0"
    app.text_area(key=f"text-{key}").input("Appeler le 0612345678")
    app.button(key=f"save-{key}").click().run()
    page = said(sound(app), html)
    assert w("recommendations.fault_no_lead") in page and "0612345678" not in page
    assert w("recommendations.fault_personal", name=w("recommendations.form_text")) in page
    app.text_input(key=f"due-{key}").input("bientôt")
    app.button(key=f"save-{key}").click().run()
    assert w("recommendations.form_due") in said(app, html) and "tt-table tt-recommendations" not in html(app)


def test_words_are_changed_and_one_is_taken_back_while_its_meeting_is_open(office, ask, opened, html):
    done = ask(sit(office))
    app = opened("recommendations", lang="fr", on=ON, recommendation=done.id)
    key = f"{done.id}-{done.event}"
    app.text_area(key=f"text-{key}").input("Ouvrir le dimanche")
    app.button(key=f"save-{key}").click().run()
    page = said(sound(app), html)
    assert "Ouvrir le dimanche" in page and "Ouvrir le samedi" not in page
    app.button(key=f"take-back-{done.id}").click().run()
    assert words("fr")("recommendations.state_withdrawn") in said(sound(app), html)
    app.button(key="recommendation-back").click().run()
    assert words("fr")("recommendations.state_overdue") in said(sound(app), html)


def test_filters_stand_in_the_address(office, ask, opened, html):
    meeting = sit(office)
    ask(meeting)
    other = ask(meeting, text="Publier la liste", lead="cnss", due=dt.date(2023, 12, 1))
    tell(office, other.id, "done", seen=other.event, actor="administrator")
    for address, kept in (
        ({"service": "cnss"}, "Publier"),
        ({"state": "done"}, "Publier"),
        ({"state": "overdue"}, "samedi"),
        ({"service": "education"}, "samedi"),
    ):
        page = said(sound(opened("recommendations", lang="fr", on=ON, **address)), html)
        assert ("Publier" in page, "samedi" in page) == (kept == "Publier", kept == "samedi"), address
    app = sound(opened("recommendations", lang="fr", on=ON, since="2023-10-01"))
    assert words("fr")("recommendations.none_of_these") in app.info[0].value
    assert "samedi" in said(sound(opened("recommendations", lang="fr", on=ON, meeting=meeting.id)), html)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_service_gets_its_extract_as_a_file_and_a_letter_that_calls_what_is_overdue_to_mind(
    office, ask, opened, html, locale
):
    meeting = sit(office)
    ask(meeting, lead="cnss", partners=("education",))
    ask(meeting, text="Publier la liste", due=dt.date(2024, 3, 1))
    app = sound(opened("recommendations", lang=locale, on=ON, service="education"))
    w = words(locale)
    assert len(app.get("download_button")) == 1
    page = said(app, html)
    assert w("recommendations.is_partner") in page and w("recommendations.leads") in page
    # It leads nothing that is overdue or soon due.
    assert [code.value for code in app.code] == []
    app = sound(opened("recommendations", lang=locale, on=ON, service="cnss"))
    letters = [code.value for code in app.code]
    assert len(letters) == len({locale, "ar", "fr"})
    assert "Ouvrir le samedi" in letters[0] and w("recommendations.letter_opening") in letters[0]
    assert w("recommendations.letter_closing") in letters[0] and "\u2068" not in letters[0]
    assert "Publier" not in letters[0] and words("fr")("recommendations.letter_begins") in "".join(letters)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_services_declared_is_listed_and_taken_back_while_the_meeting_is_open(office, opened, html, locale):
    meeting = sit(office)
    given = {"actor": "administrator", "today": dt.date(2023, 9, 18)}
    done = declare(office, meeting.id, Declaration("cnss", slide="i1/gap", text="Saisie en cours"), **given)
    app = sound(opened("recommendations", lang=locale, on=ON))
    w = words(locale)
    sentence = w("declarations.said", service="Agence CNSS", text="Saisie en cours")
    assert sentence in said(app, html) and w("declarations.in_minutes") in said(app, html)
    (box,) = [s for s in app.selectbox if s.key.startswith("declaration-")]
    box.select(done.id).run()
    app.button(key="declaration-take-back").click().run()
    assert sentence not in said(sound(app), html)


def test_a_reader_reads_and_finds_no_form(office, ask, opened, html, monkeypatch):
    done = ask(sit(office))
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", HERE))
    app = sound(opened("recommendations", lang="fr", on=ON, recommendation=done.id, service="education"))
    assert "Ouvrir le samedi" in said(app, html)
    assert not [b for b in app.button if b.key.startswith(("save-", "take-"))] and not app.code
    assert words("fr")("recommendations.add", label="recommandation") not in [e.label for e in app.expander]


def test_a_preparer_of_another_prefecture_sees_none_of_it(office, ask, opened, html, monkeypatch):
    done = ask(sit(office))
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("preparer", "02.411"))
    app = sound(opened("recommendations", lang="fr", on=ON, recommendation=done.id))
    assert "Ouvrir le samedi" not in said(app, html)
    assert words("fr")("recommendations.fault_unknown") in said(app, html)


def test_the_course_of_a_figure_carries_its_recommendations_and_says_that_they_are_only_followed(
    office, ask, opened, take_in_page
):
    ask(sit(office))
    take_in_page(office)
    app = sound(opened("targets", lang="fr", territory=HERE, on="2023-12-20", indicator="rsu.registered_share"))
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert any("\u25c6" in spec and "attribu" in spec for spec in charts)


@pytest.fixture
def take_in_page():
    """A function that takes in some counts of the prefecture."""
    from data.catalogue import catalogue
    from data.importer import import_file

    def run(engine):
        head = "territory,step,unit,measure,date,value,note"
        days = ("2023-07-03", "2023-08-07", "2023-09-18", "2023-10-16", "2023-12-18")
        lines = [head, *(f"{HERE},{STEP},{UNIT},stock,{d},{30_000 + 2_000 * i}," for i, d in enumerate(days))]
        asked = {"actor": "administrator", "today": dt.date(2026, 11, 23), "judged": False}
        report = import_file(engine, "\n".join(lines).encode(), name="c.csv", catalogue=catalogue(), **asked)
        assert report.event, report.problems

    return run
