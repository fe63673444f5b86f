"""The window on the screen: its programme and year, the clock and the stages, and the place to enter its dates."""

import datetime as dt
from dataclasses import replace
from typing import Any

import streamlit as st

from data import settings as office
from data.loading import load_reference
from data.settings import Settings, SettingsError, can_undo, change, undo
from findings import Answer
from ui import accesses, cache, show
from ui.choices import Choices, asked, choose, complain, switch
from ui.settings import fault_in_words, may_change
from ui.viewer import Viewer

ORDERS = ("administrative", "remaining")
_SAID, _WRONG = "_window_said", "_window_wrong"
"""What was just done to the dates, in a sentence; what was wrong with what was just typed, a line each."""


def answer(chosen: Choices, who: Viewer) -> Answer | None:
    """The answer to what the address chooses, under its title; None where no programme has a window."""
    w = chosen.words
    offered = list(cache.window_choices(chosen.view))
    if not offered:
        return None
    programme = asked("programme") if asked("programme") in offered else offered[0]
    by = switched(chosen) if who.may_import else ORDERS[0]
    found = _asked(chosen, programme, _year(), by)
    st.title(
        w(
            "window.title",
            programme=w.name("programme", programme, field="short"),
            place=w.in_territory(chosen.territory),
        ),
        anchor=False,
    )
    years = {str(year) for year in (*found.facts["known_years"], found.facts["year"])}
    with st.container(key="window-choices"):
        columns = st.columns([3, 2, 4], vertical_alignment="bottom")
        if len(offered) > 1:
            with columns[0]:
                choose(
                    w("window.programme"),
                    "programme",
                    offered,
                    default=offered[0],
                    spell=lambda p: w.name("programme", p, field="short"),
                )
        with columns[0 if len(offered) == 1 else 1]:
            choose(
                w("window.year"),
                "year",
                sorted(years, reverse=True),
                default=str(found.facts["year"]),
                spell=lambda year: w("window.year_named", year=year),
            )
    return found


def _year() -> int | None:
    return int(asked("year")) if asked("year").isascii() and asked("year").isdigit() else None


def _asked(chosen: Choices, programme: str, year: int | None, by: str) -> Answer:
    return show.answer(
        "window",
        chosen,
        territory=chosen.territory,
        on=chosen.on_day,
        programme=programme,
        year=year,
        by_remaining=by == "remaining",
    )


def switched(chosen: Choices) -> str:
    """The order of the tables, as the address says it; the buttons stand over them."""
    return asked("order") if asked("order") in ORDERS else ORDERS[0]


def shown(found: Answer, chosen: Choices) -> None:
    """The clock, the stages, what is left where, and the dates that are known."""
    w = chosen.words
    clock, stages = found.panels
    show.text(clock, chosen)
    if found.facts["silent"]:
        show.empty(stages.title, w("window.silent_next"))
    else:
        show.text(stages, chosen)
    if found.facts["tables"] and chosen.view.role != "reader":
        with st.container(key="window-order"):
            switch(w("window.order"), "order", ORDERS, default=ORDERS[0], spell=lambda o: w(f"window.order_{o}"))
    for table in found.facts["tables"]:
        show.text(table, chosen)
    show.table(found.facts["years"], chosen)


def handed_out(found: Answer, chosen: Choices) -> list[Any]:
    """The panels that may leave the house: lists in administrative order, whatever the screen is sorted by."""
    facts = found.facts
    if switched(chosen) != ORDERS[0]:
        facts = _asked(chosen, found.panels[0].parts["programme"], facts["year"], ORDERS[0]).facts
    stages = [] if facts["silent"] else [found.panels[1]]
    # The note after the first names the places to begin with, which is for the preparer's screen alone.
    tables = [replace(table, notes=table.notes[:1]) for table in facts["tables"]]
    return [*stages, *tables, facts["years"]]


def enter_dates(found: Answer, chosen: Choices, who: Viewer) -> None:
    """The place to enter the dates of a year, which stand in the settings from then on; and the way back."""
    w = chosen.words
    said, wrong = st.session_state.pop(_SAID, ""), st.session_state.pop(_WRONG, ())
    if said:
        st.success(said)
    if not may_change(chosen, who):
        return
    with st.expander(w("window.enter"), expanded=bool(wrong)):
        st.markdown(w("window.enter_how"))
        for line in wrong:
            complain(line, w)
        offered = list(cache.window_choices(chosen.view))
        with st.form("window-dates", border=False, enter_to_submit=False):
            first, second, third, fourth = st.columns(4)
            programme = first.selectbox(
                w("window.programme"),
                offered,
                index=offered.index(found.panels[0].parts["programme"]),
                format_func=lambda p: w.name("programme", p, field="short"),
                key="window-programme",
            )
            year = second.text_input(w("window.year"), str(found.facts["year"]), max_chars=4, key="window-year")
            opens = third.text_input(w("window.column_opens"), max_chars=40, key="window-opens")
            closes = fourth.text_input(w("window.column_closes"), max_chars=40, key="window-closes")
            source = st.text_input(w("window.field_source"), max_chars=300, key="window-source")
            if st.form_submit_button(w("window.save"), type="primary", key="window-save"):
                _save(chosen, who, programme, year.strip(), opens.strip(), closes.strip(), source.strip())
        key = (found.panels[0].parts["programme"], found.facts["year"])
        if any((one.programme, one.year) == key for one in office.settings(chosen.view.folder).windows) and st.button(
            w("window.remove", year=str(key[1])), key="window-remove"
        ):
            change(chosen.view.folder, lambda now: now.model_copy(update={"windows": _without(now, key)}))
            _take_effect(chosen, who, programme=key[0], year=key[1])
            st.session_state[_SAID] = w("window.removed", year=str(key[1]))
            st.rerun()
        if can_undo(chosen.view.folder) and st.button(w("window.undo"), key="window-undo"):
            undo(chosen.view.folder)
            _take_effect(chosen, who, undone=True)
            st.session_state[_SAID] = w("window.undone")
            st.rerun()


def _save(chosen: Choices, who: Viewer, programme: str, year: str, opens: str, closes: str, source: str) -> None:
    w = chosen.words
    first, last = w.parse_date(opens), w.parse_date(closes) if closes else None
    example = w.date_short(chosen.on)
    wrong = []
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        wrong.append(w("window.fault_year"))
    if first is None:
        wrong.append(w("window.fault_opens", seen=opens, example=example))
    if closes and last is None:
        wrong.append(w("window.fault_closes", seen=closes, example=example))
    if not wrong:
        block = {"programme": programme, "year": int(year), "opens": first, "closes": last, "source": source}
        try:
            change(chosen.view.folder, lambda now: _with(now, block, chosen))
        except SettingsError as refused:
            wrong = [fault_in_words(fault, w) for fault in refused.faults]
    if wrong:
        st.session_state[_WRONG] = tuple(wrong)
        st.rerun()
    _take_effect(chosen, who, programme=programme, year=int(year))
    st.session_state[_SAID] = w("window.saved", year=year)
    st.rerun()


def _without(now: Settings, key: tuple[str, int]) -> tuple:
    return tuple(one for one in now.windows if (one.programme, one.year) != key)


def _with(now: Settings, block: dict[str, str | int | dt.date | None], chosen: Choices) -> Settings:
    """The present settings with the dates of a year, in the place of those that stood for it."""
    body = now.to_body()
    key = (block["programme"], block["year"])
    others = [one.model_dump() for one in _without(now, key)]
    return office.checked(body | {"window": [*others, block]}, chosen.view.folder)


def _take_effect(chosen: Choices, who: Viewer, **details) -> None:
    load_reference(chosen.view.engine, local=chosen.view.folder)
    accesses.changed("settings", chosen, who, **details)
