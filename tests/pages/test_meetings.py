"""Meetings by the front door: prepared with a proposed agenda, opened, frozen again, closed; sent to a service."""

import datetime as dt
import shutil
from dataclasses import replace
from html import unescape

import pytest
import sqlalchemy as sa

from data.access import journal as accesses
from data.database import demonstration_url, engine_for
from data.meetings import Frozen, Meeting, freeze, prepare, show
from data.schema import access, slide
from findings import latest_cut
from findings.meetings import meetings
from i18n import words
from panels.slide import Slide
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")
TODAY = dt.date(2026, 11, 23)
ITEM = {"id": "i1", "subject": "pace", "programme": "rsu", "indicator": "rsu.registered_share"}
SITTING = Meeting("session", dt.date(2026, 11, 23), "09.273", chair="السيد العامل", agenda=(ITEM,))


@pytest.fixture
def desk(tmp_path, monkeypatch, opened):
    """An office of its own, whose meetings may be written to."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


@pytest.fixture
def held(desk):
    """A function that prepares a meeting."""

    def run(**given):
        return prepare(desk(), replace(SITTING, **given), actor="administrator", today=TODAY)

    return run


@pytest.fixture
def read(desk):
    """A function that reads the meetings of the office."""
    return lambda: meetings(desk(), cut=latest_cut(desk()), scope="MA", withdrawn=True)


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def keys(app):
    """The keys of the buttons there are."""
    return {button.key for button in app.button}


def as_reader(monkeypatch, scope="MA"):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", scope))


@pytest.mark.parametrize("locale", LOCALES)
def test_where_there_is_no_meeting_the_page_says_so_and_what_to_do(desk, opened, locale):
    app, w = sound(opened("meetings", lang=locale)), words(locale)
    assert app.title[0].value == w("meetings.title")
    assert w("meetings.empty") in app.info[0].value and w("meetings.empty_next") in app.info[0].value


def test_a_reader_is_offered_no_form_and_told_when_meetings_appear(desk, opened, monkeypatch):
    as_reader(monkeypatch)
    app = sound(opened("meetings", lang="fr"))
    assert words("fr")("meetings.empty_reader") in app.info[0].value
    assert not [key for key in keys(app) if key and key.startswith("save-")]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_meeting_is_prepared_opened_frozen_again_and_closed_on_the_page(desk, opened, read, html, locale):
    w = words(locale)
    app = opened("meetings", lang=locale)
    app.selectbox(key="kind-new-0").select("committee")
    app.text_input(key="on-new-0").input(w.date(dt.date(2026, 11, 23)))
    app.text_input(key="chair-new-0").input(w("meetings.chair_default"))
    app.text_input(key="next-new-0").input("21/12/2026")
    app.text_input(key="room-new-0").input("القاعة الكبرى")
    app.text_input(key="rapporteur-new-0").input("رئيس القسم")
    app.text_input(key="begins-new-0").input("في الصباح")
    app.button(key="save-new-0").click().run()
    wrong = w("meetings.fault_no_hour", name=w("meetings.form_begins"), example=w.hour(600))
    assert wrong in unescape(html(app)) and not read()
    app.text_input(key="begins-new-0").input("9h30")
    app.button(key="save-new-0").click().run()
    (one,) = read()
    assert (one.begins, one.room, one.rapporteur) == (570, "القاعة الكبرى", "رئيس القسم")
    for shown in (w.hour(570), "القاعة الكبرى", "رئيس القسم"):
        assert shown in unescape(html(app))
    assert (one.kind, one.state) == ("committee", "prepared")
    assert app.query_params["meeting"] in (one.id, [one.id])
    assert w("meetings.done_prepared", event=str(one.event)) in [s.value for s in sound(app).success]
    assert w("meetings.state_prepared") in unescape(html(app))
    if not one.agenda:
        assert app.button(key="meeting-freeze").disabled
    key = f"{one.id}-{one.event}"
    app.selectbox(key=f"about-{key}").select_index(0)
    app.text_input(key=f"title-{locale}-{key}").input("موضوع" if locale == "ar" else "Sujet")
    app.button(key=f"add-item-{key}").click().run()
    (one,) = read()
    assert one.agenda[-1].called(locale) in unescape(html(sound(app)))
    app.button(key="meeting-freeze").click().run()
    (one,) = read()
    assert (one.state, one.cut) == ("open", one.frozen - 1)
    page = unescape(html(sound(app)))
    assert w("meetings.present") in page and f"wall=1&meeting={one.id}" in page
    with desk().connect() as connection:
        groups = connection.execute(sa.select(slide.c.audience, slide.c.locale).distinct()).all()
    assert len(groups) == 6
    app.button(key="meeting-freeze").click().run()
    assert w("meetings.moved_nothing") in [i.value for i in sound(app).info]
    app.button(key="meeting-close").click().run()
    (one,) = read()
    assert one.state == "closed" and one.digest in unescape(html(sound(app)))
    assert w("meetings.intact") in [s.value for s in app.success]
    assert not {"meeting-freeze", "meeting-close", "meeting-withdraw", "meeting-undo"} & keys(app)


def test_every_change_stands_in_the_journal_of_accesses(desk, opened, held, read):
    one = held()
    app = opened("meetings", lang="fr", meeting=one.id)
    app.button(key="meeting-freeze").click().run()
    accesses.flush()
    with desk().connect() as connection:
        said = connection.execute(sa.select(access.c.details).where(access.c.what == "changed")).scalars().all()
    assert len(said) == 1 and one.id in said[0] and '"meetings"' in said[0]


def test_what_moved_between_two_freezings_is_said_then_and_now(desk, opened, held, html, read):
    from data.catalogue import catalogue
    from data.importer import Territories, import_file

    def bring(value):
        line = f"09.273,rsu.registered,household,stock,2026-11-20,{value},office"
        return import_file(
            desk(),
            f"territory,step,unit,measure,date,value,source\n{line}\n".encode(),
            name="counts.csv",
            actor="administrator",
            today=TODAY,
            catalogue=catalogue(),
            territories=Territories.load(),
        )

    assert bring(41_000).event
    one = held()
    app = opened("meetings", lang="fr", meeting=one.id)
    app.button(key="meeting-freeze").click().run()
    assert bring(41_250).event
    app.run()
    app.button(key="meeting-freeze").click().run()
    w, page = words("fr"), unescape(html(sound(app)))
    assert w.number(41_000) in page and w.number(41_250) in page
    assert w("meetings.column_then") in page and w("meetings.moved_nothing") not in [i.value for i in app.info]


def test_an_opening_is_undone_until_a_slide_was_shown(desk, opened, held, read):
    one = held()
    app = opened("meetings", lang="ar", meeting=one.id)
    app.button(key="meeting-freeze").click().run()
    app.button(key="meeting-unfreeze").click().run()
    assert read()[0].state == "prepared"
    sound(app).button(key="meeting-freeze").click().run()
    show(desk(), one.id, "cover", actor="administrator")
    app.run()
    assert not {"meeting-freeze", "meeting-unfreeze", "meeting-withdraw"} & keys(sound(app))
    assert "meeting-close" in keys(app)


def test_the_agenda_is_put_in_another_order_marked_urgent_and_shortened(desk, opened, held, read):
    one = held(agenda=(ITEM, {"id": "i2", "subject": "words", "title": {"fr": "Divers"}}))
    app = opened("meetings", lang="fr", meeting=one.id)

    def press(name, item):
        app.button(key=f"{name}-{item}-{read()[0].event}").click().run()
        return [(i.id, i.urgent) for i in read()[0].agenda]

    assert press("up", "i2") == [("i2", False), ("i1", False)]
    assert press("urgent", "i1") == [("i2", False), ("i1", True)]
    assert press("down", "i2") == [("i1", True), ("i2", False)]
    assert press("remove", "i2") == [("i1", True)]
    sound(app).button(key="meeting-undo").click().run()
    assert [i.id for i in read()[0].agenda] == ["i1", "i2"]


def test_who_came_is_noted_also_after_the_opening(desk, opened, held, read, html):
    one = held(services=("social", "health"))
    app = opened("meetings", lang="fr", meeting=one.id)
    app.button(key="meeting-freeze").click().run()
    event = read()[0].event
    app.radio(key=f"came-social-{event}").set_value("present")
    app.radio(key=f"came-health-{event}").set_value("excused")
    app.button(key=f"save-came-{event}").click().run()
    assert read()[0].attendance == {"social": "present", "health": "excused"}
    assert words("fr")("meetings.attendance_excused") in unescape(html(sound(app)))


def test_a_withdrawn_meeting_leaves_the_list_and_is_brought_back(desk, opened, held, read, html):
    one = held()
    app = opened("meetings", lang="fr", meeting=one.id)
    app.button(key="meeting-withdraw").click().run()
    assert read()[0].state == "withdrawn" and "meeting" not in app.query_params
    app = sound(opened("meetings", lang="fr", withdrawn="1"))
    app.button(key=f"back-{one.id}").click().run()
    assert read()[0].state == "prepared"
    assert words("fr")("meetings.state_prepared") in unescape(html(sound(app)))


def test_a_meeting_of_another_scope_or_none_is_said_not_to_be_there(desk, opened, held, html, monkeypatch):
    one, w = held(), words("fr")
    assert w("meetings.not_there") in unescape(html(opened("meetings", lang="fr", meeting="m999")))
    as_reader(monkeypatch, "02.411")
    app = opened("meetings", lang="fr", meeting=one.id)
    assert w("meetings.not_there") in unescape(html(app))
    assert "العامل" not in unescape(html(app))


def test_a_reader_sees_what_is_open_and_not_what_is_being_prepared(desk, opened, held, html, monkeypatch):
    one, w = held(), words("ar")
    app = opened("meetings", lang="ar", meeting=one.id)
    app.button(key="meeting-freeze").click().run()
    held(on=dt.date(2026, 12, 1))
    as_reader(monkeypatch)
    page = unescape(html(sound(opened("meetings", lang="ar"))))
    assert w("meetings.state_open") in page and w("meetings.state_prepared") not in page
    app = sound(opened("meetings", lang="ar", meeting=one.id))
    assert w("meetings.present") in unescape(html(app))
    assert not {key for key in keys(app) if key and key.startswith("meeting-")}


def test_what_is_for_the_screen_of_who_prepares_is_not_shown_to_readers(desk, opened, held, html, monkeypatch):
    one = held()
    told = [Slide("i1/pace", "pace", "text", "Ce que tous voient"), Slide("i1/rank", "gap", "text", "Un classement")]
    told[1] = replace(told[1], screen_only=True)
    made = [Frozen("office", "fr", said.key, "", "", said.to_json()) for said in told]
    freeze(desk(), one.id, made, at=1, seen=one.event, actor="administrator")
    mine = html(sound(opened("meetings", lang="fr", meeting=one.id, slides="1")))
    assert "Ce que tous voient" in mine and "Un classement" in mine
    as_reader(monkeypatch)
    theirs = html(sound(opened("meetings", lang="fr", meeting=one.id, slides="1")))
    assert "Ce que tous voient" in theirs and "Un classement" not in theirs


def test_what_is_wrong_with_a_meeting_is_said_and_a_persons_number_is_not_repeated(desk, opened, read, html):
    app, w = opened("meetings", lang="fr"), words("fr")
    app.text_input(key="chair-new-0").input("JB 123456")
    app.text_input(key="next-new-0").input("1/1/2020")
    app.button(key="save-new-0").click().run()
    page = unescape(html(sound(app)))
    assert w("meetings.fault_personal", name=w("meetings.form_chair")) in page and "123456" not in page
    assert w("meetings.form_next_on") in page and read() == []
    app.text_input(key="on-new-0").input("demain")
    app.button(key="save-new-0").click().run()
    assert w("meetings.form_on") in unescape(html(app)) and read() == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_service_is_sent_the_panels_that_concern_it_before_the_meeting(desk, opened, held, html, monkeypatch, locale):
    one = held(agenda=(ITEM | {"service": "social"}, ITEM | {"id": "i2", "service": "health"}), services=("social",))
    as_reader(monkeypatch)
    w = words(locale)
    app = sound(opened("meetings", lang=locale, meeting=one.id, service="social"))
    page = unescape(html(app))
    assert app.header[0].value == w("meetings.for_service", name="social")
    (item,) = page.partition('<ol class="tt-concerned"')[2].partition("</ol>")[0].split("<li>")[1:]
    assert "targets?" in item and "indicator=rsu.registered_share" in item
    assert w("meetings.service_draft") in page and 'class="tt-slide"' in page
    stranger = sound(opened("meetings", lang=locale, meeting=one.id, service="cnss"))
    assert w("meetings.not_invited") in unescape(html(stranger)) and 'class="tt-slide"' not in html(stranger)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demonstration_held_the_meeting_from_which_this_product_started(
    opened, demonstration_local, monkeypatch, html, locale
):
    monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
    w = words(locale)
    engine = engine_for(demonstration_url(demonstration_local))
    september, august = meetings(engine, cut=latest_cut(engine), scope="MA")
    engine.dispose()
    page = unescape(html(sound(opened("meetings", demo="1", lang=locale))))
    assert w.date(dt.date(2023, 9, 18)) in page and w.date(dt.date(2023, 8, 7)) in page
    app = sound(opened("meetings", demo="1", lang=locale, meeting=september.id, slides="1"))
    page = unescape(html(app))
    assert w("demo.notice", place_of=w.of_territory("09.273")) in page
    assert all(item.called(locale) in page for item in september.agenda)
    assert w("meetings.urgent") in page and f"meeting={august.id}" in page
    assert w("meetings.intact") in [s.value for s in app.success]
    assert 'class="tt-slide"' in page and w("demo.badge") in page


def test_what_was_changed_behind_a_closed_meeting_is_said(opened, demonstration_local, tmp_path, monkeypatch):
    shutil.copytree(demonstration_local, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    engine = engine_for(demonstration_url(tmp_path))
    (september, _) = meetings(engine, cut=latest_cut(engine), scope="MA")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE recommendation SET text = 'x' WHERE number = 2")
    engine.dispose()
    app = opened("meetings", demo="1", lang="ar", meeting=september.id)
    assert [e.value for e in app.error] == [words("ar")("meetings.tampered")]
