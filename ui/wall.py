"""The wall: the slides of a meeting on the screen of the room, sent once, turned by keys, told to the server meanwhile.

Two components stand in the page, both drawn by static/wall/wall.js: one brings the deck, which never changes while a
meeting is shown, the other what does: what was answered, the slides made of what is said here, what the forms offer.
"""

import contextlib
import datetime as dt
import json
from html import escape
from typing import Any

import sqlalchemy as sa
import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

import findings
from data.meetings import MeetingRefused, show
from exports import wall
from findings import meetings
from findings.follow import LIVE
from findings.meetings import Meeting
from findings.reader import Reader
from findings.recalled import readback_slides
from i18n import Words, words
from ui import accesses, cache
from ui.choices import FIRST_DAY, Choices, asked
from ui.engine import today
from ui.kept import kept
from ui.recording import offer, record
from ui.viewer import Viewer

ASKED, WHICH = "wall", "meeting"
"""The choices of the address: that the wall is asked for, and of which meeting."""

PACKAGE = "tatabbu"
PRESENT, FOLLOW, READ = "present", "follow", "read"
SECONDS = 3
"""How often those who follow ask whether a further slide was shown."""

_OPENED, _PRESENTED, _HEARD, _DONE = "_wall_opened", "_wall_presented", "_wall_heard", "_wall_done"
"""The meeting whose wall was opened; the one that was open while it was; what the browser has said and was not yet
dealt with; the answers given in this session, by the browser's ids."""

_MOST_ANSWERS = 200


def folder() -> str:
    """The address under which the script and the style are served: other bytes, another address."""
    return f"/_stcore/bidi-components/{PACKAGE}.{_name()}/"


def is_asked() -> bool:
    """Whether the address asks for the wall of a meeting."""
    return asked(ASKED) == "1" and bool(asked(WHICH))


def address(meeting: str, *, locale: str, demonstration: bool = False) -> str:
    """The address of a meeting's wall."""
    return f"./?lang={locale}" + ("&demo=1" if demonstration else "") + f"&{WHICH}={meeting}&{ASKED}=1"


def run(chosen: Choices, who: Viewer) -> None:
    """The whole page of the wall, in the place of the bar and of a page."""
    view, w = chosen.view, chosen.words
    of = meetings.of_id(view.engine, asked(WHICH), cut=view.cut, scope=view.scope)
    if of is None or of.state == "withdrawn":
        _say("wall.not_found", w)
    elif of.frozen is None:
        _say("wall.not_open", w)
    else:
        if st.session_state.get(_OPENED) != of.id:
            st.session_state[_OPENED] = of.id
            accesses.note(accesses.PAGE, chosen, who, page="wall", territory=of.territory)
        if who.may_import:
            _present(view, of, who)
        else:
            _follow(view, of)


def _present(view: cache.View, of: Meeting, who: Viewer) -> None:
    """The wall as the presenter has it; of a closed meeting it is read and nothing is written."""
    open_now = of.state in ("open", "presented")
    if open_now:
        st.session_state[_PRESENTED] = of.id
    # Closed by somebody else while this one was writing: he is answered all the same, and told why it was refused.
    answers = open_now or st.session_state.get(_PRESENTED) == of.id
    if answers:
        _deal_with(view, of, who)
    with st.spinner(words(view.locale)("wall.preparing")):
        deck = _deck(view, of, PRESENT if open_now else READ)
    _mount(deck)
    if answers:
        live = _live(view, of) if open_now else _answers()
        _component()(key="wall-live", data=live, height=1, on_said_change=_hear)


@st.fragment(run_every=SECONDS)
def _follow(view: cache.View, of: Meeting) -> None:
    """The slides that were shown so far, for a reader; the link dies when the meeting is closed."""
    w = words(view.locale)
    now = meetings.of_id(view.engine, of.id, cut=findings.latest_cut(view.engine), scope=view.scope)
    if now is None or now.state == "closed":
        _say("wall.ended", w)
        return
    with st.spinner(w("wall.preparing")):
        deck = _deck(view, now, FOLLOW, frozenset(meetings.shown(view.engine, of.id)))
    _mount(deck)


def _say(key: str, w: Words) -> None:
    """Why there is nothing to show, and the way back."""
    back = f"./?lang={w.locale}" + ("&demo=1" if asked("demo") else "")
    said, way = escape(w(key)), escape(w("wall.to_page"))
    st.html(
        f'<div class="tt-complaint" dir="{w.direction}" role="alert">{said} '
        f'<a href="{escape(back)}" target="_self">{way}</a></div>'
    )


# The deck


def _deck(view: cache.View, of: Meeting, mode: str, only: frozenset[str] | None = None) -> bytes:
    stamp = id(words(view.locale))
    # The recommendations read back are as they stand at this moment: another cut, other ones.
    cut = findings.latest_cut(view.engine) if only and any(key.startswith(LIVE) for key in only) else 0
    if mode == READ:
        cut = of.event  # as they stood when the meeting was closed
    return _told(view.address, stamp, of.frozen, view.locale, view.scope, view.role, mode, only, cut, of, view)


@kept(48)
def _told(
    database: str,
    stamp: int,
    frozen: int,
    locale: str,
    scope: str,
    role: str,
    mode: str,
    only: frozenset[str] | None,
    cut: int,
    _of: Meeting,
    _view: cache.View,
) -> bytes:
    """The deck as the script reads it. only: the keys of the slides that may be in it, None for all.
    cut: at which the recommendations are read back; 0: they are not yet, or are sent beside the deck."""
    engine, of, demonstration = _view.engine, _of, _view.demonstration
    slides = meetings.frozen(engine, of, locale=locale)
    if only is not None:
        slides = [slide for slide in slides if slide.key in only and not slide.key.startswith(LIVE)]
    if cut:
        reader = Reader(engine, cut, scope, role, locale)
        live = readback_slides(reader, of, demonstration=demonstration)
        slides += [slide for slide in live if only is None or slide.key in only]
    made = wall.deck(
        slides,
        locale=locale,
        title=title(of, locale=locale),
        office=_office(engine, of, locale),
        mode=mode,
        store=f"tatabbu.wall.{'demo.' if demonstration else ''}{of.id}.{of.frozen}" if mode != FOLLOW else "",
    )
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def title(of: Meeting, *, locale: str) -> str:
    """What a meeting is called on its slides: its kind, territory and day."""
    w = words(locale)
    day = FIRST_DAY + dt.timedelta(of.on_date)
    return w("wall.meeting_title", kind=w(f"wall.kind_{of.kind}"), place_of=w.of_territory(of.territory), date=day)


def _office(engine: sa.Engine, of: Meeting, locale: str) -> str:
    """The name of the office as it is settled at the cut of the meeting; empty where it has settled none."""
    names = findings.office(engine, cut=of.cut).get("office", {}).get("name", {})
    return next((names[one] for one in (locale, "ar", "fr", "en") if names.get(one)), "")


# What changes


def _answers() -> dict[str, Any]:
    """The answers alone: what a wall is told that may no longer say anything."""
    return {"answers": st.session_state.get(_DONE, {}), "slides": [], "offer": None}


def _live(view: cache.View, of: Meeting) -> dict[str, Any]:
    """What the script is told at each run: the answers, the slides made of what was said, what the forms offer."""
    cut = findings.latest_cut(view.engine)
    told = _answers()
    if offer is not None:
        on = (FIRST_DAY + dt.timedelta(of.on_date)).isoformat()
        told["offer"] = {"on": on} | _offer(
            view.address, id(words(view.locale)), of.id, cut, view.locale, of, view.engine
        )
        reader = Reader(view.engine, cut, view.scope, view.role, view.locale)
        slides = readback_slides(reader, of, demonstration=view.demonstration)
        told["slides"] = [wall.one(slide, locale=view.locale) | {"made": True} for slide in slides]
    return told


@kept(16)
def _offer(
    database: str, stamp: int, meeting: str, cut: int, locale: str, _of: Meeting, _engine: sa.Engine
) -> dict[str, Any]:
    return offer(_engine, _of, locale=locale, cut=cut)


def _hear() -> None:
    """Before the run: keep what the browser said for the run, which knows who may say it."""
    said = st.session_state["wall-live"].get("said")
    if isinstance(said, list):
        st.session_state.setdefault(_HEARD, []).extend(said[:_MOST_ANSWERS])


def _deal_with(view: cache.View, of: Meeting, who: Viewer) -> None:
    """Write what the browser said, each by its id once; what is wrong with it is answered in words."""
    done = st.session_state.setdefault(_DONE, {})
    for entry in st.session_state.pop(_HEARD, []):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or entry["id"] in done:
            continue
        done[entry["id"]] = _dealt_with(entry, view, of, who)
    for id in list(done)[:-_MOST_ANSWERS]:
        del done[id]


def _dealt_with(entry: dict[str, Any], view: cache.View, of: Meeting, who: Viewer) -> dict[str, Any]:
    if entry.get("kind") == "show":
        # One that is refused was frozen again or closed meanwhile: the browser is told, and asks no more.
        with contextlib.suppress(MeetingRefused):
            within = findings.writable(view.engine, scope=who.scope)
            show(view.engine, of.id, str(entry.get("key")), actor=who.role, within=within)
        return {"ok": True}
    day = today(demonstration=view.demonstration)
    if record is None:
        return {"ok": False, "faults": [words(view.locale)("errors.database_unavailable")]}
    return record(view.engine, of, entry, who=who, today=day, locale=view.locale)


# The component


@kept(1)
def _name() -> str:
    return f"wall_{wall.digest()}"


def _component():
    """The component, known to the present runtime. It is no installed package, so its folder is named here."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(f"{PACKAGE}.{_name()}") is None:
        config = ComponentConfig(name=_name(), asset_dir=wall.FOLDER.name)
        manager.register_from_manifest(ComponentManifest(PACKAGE, "1", [config]), wall.FOLDER.parent)
    return _made()


@kept(1)
def _made():
    name = f"{PACKAGE}.{_name()}"
    return st.components.v2.component(name, js=wall.SCRIPT.name, css=wall.STYLE.name, isolate_styles=False)


def _mount(deck: bytes) -> None:
    _component()(key="wall-deck", data=deck, height=1)
