"""Choices kept in the address, so that a link reopens the view it was copied from.

The address is the state: each run reads it, each widget writes to it. Streamlit's own binding writes the label of an
option into the address, which would make a link depend on the language it was copied in.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

import findings
from data.chain import MADE_UP
from data.settings import DEFAULT_TERRITORY
from i18n import LOCALES, Words, words
from ui import cache
from ui.addresses import MISSING
from ui.cache import View
from ui.engine import today

KINGDOM = "MA"
FIRST_DAY = dt.date(1970, 1, 1)

_MISTYPED = "_mistyped"


@dataclass(frozen=True)
class Choices:
    """What the reader chose, checked: a territory that exists and may be seen, a day that has come."""

    view: View
    territory: str
    on: dt.date
    line: tuple[str, ...]
    levels: dict[str, str]
    complaints: tuple[str, ...] = ()

    @property
    def words(self) -> Words:
        return words(self.view.locale)

    @property
    def on_day(self) -> int:
        """The day asked, as the tables count days."""
        return (self.on - FIRST_DAY).days


def asked(name: str) -> str:
    """What the address says of a choice; empty when nothing."""
    return st.query_params.get(name, "")


def locale_asked() -> str:
    """The language of the address, else Arabic."""
    return asked("lang") if asked("lang") in LOCALES else LOCALES[0]


def read(view: View) -> Choices:
    """The choices of the address; what cannot be had is replaced by what can, and said."""
    w = words(view.locale)
    places = cache.places(view)
    parents, levels = places.parents, places.levels
    # A reader of a narrower scope opens on his own territory, not on the totals above it.
    default = opening(view, levels)
    complaints = [w("errors.unknown_page")] if asked(MISSING) else []
    territory = asked("territory") or default
    if territory not in levels:
        if not _of_the_other_office(territory, view):
            complaints.append(_not_shown(territory, default, w))
        territory = default
    on, day = today(demonstration=view.demonstration), asked("on")
    if day:
        parsed = w.parse_date(day[:40])
        if parsed is None:
            example = w.date_short(on)
            complaints.append(w("errors.unknown_date", seen=day[:40], shown=w.date(on), example=example))
        elif parsed > on and view.demonstration:
            pass  # whoever switches the demonstration on brings a day with him that has not come there
        elif parsed > on:
            complaints.append(w("errors.future_date", seen=w.date(parsed), shown=w.date(on)))
        else:
            on = parsed
    line = [territory]
    while parents.get(line[0], "") in parents:
        line.insert(0, parents[line[0]])
    mistyped = st.session_state.pop(_MISTYPED, "")
    if mistyped:
        complaints.append(w("errors.typed_date", seen=mistyped[:40], example=w.date_short(on)))
    return Choices(view, territory, on, tuple(line), levels, tuple(complaints))


def opening(view: View, levels: dict[str, str]) -> str:
    """The territory that opens when the address names none: for a narrower scope its own, else the office's."""
    settled = cache.office(view).get("office", {}).get("territory", DEFAULT_TERRITORY)
    wanted = settled if view.scope == KINGDOM else view.scope
    return wanted if wanted in levels else KINGDOM


def _of_the_other_office(territory: str, view: View) -> bool:
    """Whether a code is that of an office of the demonstration outside it, or of the real one inside: the switch was
    turned while one of them was chosen, which is nobody's mistake."""
    last = territory.rpartition(".")[2]
    return last[:1].isalpha() and last.startswith(MADE_UP) != view.demonstration


def _not_shown(territory: str, default: str, w: Words) -> str:
    """Why the territory of the address is not shown: there is none of that code, or this reader may not see it."""
    try:
        return w("errors.outside_scope", place_in=w.in_territory(territory))
    except KeyError:
        return w("errors.unknown_territory", seen=territory[:40], place_in=w.in_territory(default))


def complain(complaint: str, w: Words) -> None:
    """Say what is wrong with the address."""
    # As text: what stands in the address is somebody else's, and must not become a link or a picture.
    st.html(f'<div class="tt-complaint" dir="{w.direction}" role="alert">{escape(complaint)}</div>')


def put(name: str, value: str) -> None:
    """Write a choice into the address; an empty one is taken out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def put_from(widget: str, name: str) -> None:
    """The callback of a widget: its value goes into the address."""
    value = st.session_state.get(widget)
    put(name, str(value) if value is not None else "")


def choose(
    label: str, name: str, options: Sequence[str], *, default: str, spell, key: str | None = None, labelled: bool = True
) -> str:
    """A list to choose from whose value stands in the address under `name`; the option chosen.

    An option of the address that there is not is replaced by the default, and that is said.
    """
    widget = key or f"choose-{name}"
    present = asked(name) if asked(name) in options else default
    if asked(name) not in ("", present):
        w = words(locale_asked())
        complain(w("errors.unknown_choice", seen=asked(name)[:40], shown=spell(present)), w)
    st.session_state[widget] = present
    st.selectbox(
        label,
        list(options),
        format_func=spell,
        key=widget,
        on_change=put_from,
        args=(widget, name),
        label_visibility="visible" if labelled else "collapsed",
    )
    return present


def switch(label: str, name: str, options: Sequence[str], *, default: str, spell, key: str | None = None) -> str:
    """A row of buttons of which one is on, its value in the address under `name`; the option that is on."""
    widget = key or f"switch-{name}"
    present = asked(name) if asked(name) in options else default
    st.session_state[widget] = present
    st.segmented_control(
        label,
        list(options),
        format_func=spell,
        key=widget,
        on_change=_keep_one,
        args=(widget, name, present),
        label_visibility="collapsed",
    )
    return present


def _keep_one(widget: str, name: str, present: str) -> None:
    """A click on the button that is on would turn all of them off."""
    put(name, str(st.session_state.get(widget) or present))


def unfold(label: str, name: str) -> bool:
    """A switch for something long that is only sent when asked for; whether it is on, as the address says."""
    widget = f"unfold-{name}"
    st.session_state[widget] = asked(name) == "1"
    st.toggle(label, key=widget, on_change=_put_unfolded, args=(widget, name))
    return asked(name) == "1"


def _put_unfolded(widget: str, name: str) -> None:
    put(name, "1" if st.session_state.get(widget) else "")


def choose_territory(choices: Choices) -> None:
    """The lists of territories: down to prefectures and provinces in the first, what lies below in the second."""
    w, places = choices.words, cache.places(choices.view)
    above = next((code for code in reversed(choices.line) if code in places.below or code in places.upper), "")
    inside = places.below.get(above, ())
    st.session_state["choose-upper"] = above
    st.selectbox(
        w("app.choose_territory"),
        places.upper,
        format_func=places.labels.get,
        key="choose-upper",
        on_change=put_from,
        args=("choose-upper", "territory"),
    )
    all_of_it = w("app.choose_none")
    st.session_state["choose-lower"] = choices.territory if choices.territory in inside else above
    st.selectbox(
        w(
            "app.choose_unit"
            if any(places.levels[code] in findings.OFFICES for code in inside)
            else "app.choose_commune"
        ),
        (above, *inside),
        format_func=lambda code: all_of_it if code == above else places.labels[code],
        key="choose-lower",
        disabled=not inside,
        on_change=put_from,
        args=("choose-lower", "territory"),
    )


def choose_date(choices: Choices) -> None:
    """The day: any day in words or digits, or one of the days at which figures are known."""
    w = choices.words
    st.session_state["type-on"] = w.date(choices.on)
    st.text_input(
        w("app.choose_date"),
        key="type-on",
        on_change=_put_typed_date,
        args=(choices.view.locale,),
        help=w("app.date_help", example=w.date_short(choices.on)),
    )
    days = cache.dates(choices.view, choices.territory)
    present = choices.on.isoformat() if asked("on") else ""
    # A day between two deliveries is none of the list: the list then says what it is for.
    st.session_state["choose-on"] = present if present in days or not present else None
    st.selectbox(
        w("app.data_dates"),
        ("", *days),
        format_func=lambda iso: days.get(iso) or w("app.today"),
        key="choose-on",
        index=None,
        placeholder=w("app.pick_date"),
        on_change=put_from,
        args=("choose-on", "on"),
    )


def _put_typed_date(locale: str) -> None:
    typed = str(st.session_state.get("type-on", "")).strip()
    parsed = words(locale).parse_date(typed)
    if parsed is None:
        # The view stays: whoever mistypes has not asked for another day.
        st.session_state[_MISTYPED] = typed
    else:
        put("on", parsed.isoformat())
