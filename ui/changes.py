"""The log of changes on a page: events by kind, territory and day, page by page, and the figures of one of them."""

import datetime as dt

import streamlit as st

from i18n import Words
from ui import show
from ui.choices import Choices, asked, choose, complain, put, switch
from ui.engine import CASABLANCA

EVENTS, FIGURES = 25, 50
"""How many events, and how many figures of one, a page lists."""

EVERYWHERE, HERE = "everywhere", "here"


def changes(chosen: Choices) -> None:
    """The choices, the events, and what the chosen one made of figures."""
    w = chosen.words
    kinds = show.answer("changes_kinds", chosen).facts["kinds"]
    with st.container(key="changes-choices"):
        columns = st.columns([2, 5, 2, 2], vertical_alignment="bottom")
        with columns[0]:
            kind = choose(
                w("changes.kind"),
                "kind",
                ("", *kinds),
                default="",
                spell=lambda k: kinds[k] if k else w("changes.every_kind"),
            )
        with columns[1]:
            where = switch(
                w("changes.where"),
                "where",
                (EVERYWHERE, HERE),
                default=EVERYWHERE,
                spell=lambda o: (
                    w("changes.everywhere") if o == EVERYWHERE else w("changes.here", place=w.place(chosen.territory))
                ),
            )
        with columns[2]:
            first = _day("since", w("changes.first"), chosen)
        with columns[3]:
            last = _day("until", w("changes.last"), chosen)
    territory = chosen.territory if where == HERE else ""
    page = _page("events")
    answer = show.answer(
        "changes",
        chosen,
        kind=kind,
        territory=territory,
        first=_seconds(first),
        last=_seconds(last + dt.timedelta(days=1) if last else None),
        limit=EVENTS,
        offset=EVENTS * page,
    )
    (panel,) = answer.panels
    if not panel.parts["rows"]:
        show.empty(w("changes.none"), w("changes.none_next"))
        if page:
            _steps("events", page, more=False, w=w)
        return
    st.header(panel.title, anchor=False)
    show.table(panel, chosen)
    _steps("events", page, more=answer.facts["more"], w=w)
    _touched(panel.parts["choices"], territory, chosen)


def _touched(choices: dict[int, str], territory: str, chosen: Choices) -> None:
    w = chosen.words
    if not choices:
        return
    names = {str(number): name for number, name in choices.items()}
    number = choose(
        w("changes.which"),
        "event",
        list(names),
        default=next(iter(names)) if asked("event") not in names else asked("event"),
        spell=lambda n: names[n],
    )
    page = _page("figures")
    answer = show.answer(
        "changed_figures",
        chosen,
        number=int(number),
        territory=territory,
        limit=FIGURES,
        offset=FIGURES * page,
    )
    (panel,) = answer.panels
    st.header(panel.title, anchor=False)
    show.table(panel, chosen)
    _steps("figures", page, more=answer.facts["more"], w=w)


def _steps(name: str, page: int, *, more: bool, w: Words) -> None:
    """A step back and a step on, where there is one."""
    if not page and not more:
        return
    with st.container(key=f"steps-{name}", horizontal=True, vertical_alignment="center", gap="small"):
        if page:
            st.button(
                w("changes.newer") if name == "events" else w("changes.before_these"),
                key=f"back-{name}",
                on_click=put,
                args=(name, str(page - 1) if page > 1 else ""),
            )
        st.html(f"<span>{w('changes.page', n=page + 1)}</span>", width="content")
        if more:
            st.button(
                w("changes.older") if name == "events" else w("changes.after_these"),
                key=f"on-{name}",
                on_click=put,
                args=(name, str(page + 1)),
            )


def _page(name: str) -> int:
    said = asked(name)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0


def _seconds(day: dt.date | None) -> int | None:
    """The beginning of a day in Casablanca, in seconds since 1970-01-01 UTC."""
    return None if day is None else int(dt.datetime.combine(day, dt.time(), tzinfo=CASABLANCA).timestamp())


def _day(name: str, label: str, chosen: Choices) -> dt.date | None:
    """A day of the address, typed in words or digits; None where none is asked for. What is no day is said."""
    w = chosen.words
    day = w.parse_date(asked(name)[:40]) if asked(name) else None
    widget = f"changes-{name}"
    st.session_state[widget] = w.date_short(day) if day else asked(name)[:40]
    st.text_input(label, key=widget, max_chars=40, on_change=_put_day, args=(widget, name, w))
    if asked(name) and day is None:
        complain(w("sources.date_not_read", seen=asked(name)[:40], example=w.date_short(chosen.on)), w)
    return day


def _put_day(widget: str, name: str, w: Words) -> None:
    typed = str(st.session_state.get(widget, "")).strip()
    day = w.parse_date(typed)
    put(name, day.isoformat() if day else typed)
