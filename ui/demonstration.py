"""The switch of the demonstration, the place where it is made and removed, and the notice over its pages."""

from html import escape

import streamlit as st

from data import demonstration
from data.access import journal
from i18n import Words, words
from ui.choices import KINGDOM, Choices, asked, put
from ui.engine import engine
from ui.freezing import foreseen_for_demonstration, of_demonstration
from ui.viewer import ADMINISTRATOR, Viewer

ASKED = "demo"
"""The choice in the address that opens the demonstration."""

STAGES = ("preparing", "drawing", "writing", "freezing")
"""What making it goes through; writing is nearly all of it."""


def is_asked() -> bool:
    """Whether the address asks for the demonstration."""
    return asked(ASKED) == "1"


def is_ready() -> bool:
    """Whether the demonstration has been made."""
    return demonstration.is_ready(engine=engine())


def offer(who: Viewer, locale: str) -> None:
    """Say what the demonstration is, and make it for whoever may."""
    w = words(locale)
    with st.container(key="demo-offer", border=True):
        st.title(w("demo.offer_title"), anchor=False)
        st.markdown(w("demo.offer_text", date=w.date(demonstration.LAST_DAY)))
        if who.may_import:
            st.markdown(w("demo.offer_how"))
            if st.button(w("demo.make"), key="demo-make", type="primary"):
                _make(w)
                st.rerun()
        else:
            st.info(w("demo.offer_reader"))
        st.html(f'<a href="./?lang={w.locale}" target="_self">{escape(w("demo.back"))}</a>')


def _make(w: Words) -> None:
    with st.empty():
        bar = st.progress(0.0, text=w("demo.making"))

        def told(stage: str, done: int, total: int) -> None:
            share = {"writing": 0.04 + 0.76 * done / total, "freezing": 0.8 + 0.2 * done / total}.get(stage, 0.01)
            text = w("demo.making_week", n=w.number(done), total=w.number(total)) if done else w("demo.making")
            if stage == STAGES[-1]:
                text = w("demo.making_meetings", n=w.number(done), total=w.number(total))
            bar.progress(min(share, 1.0), text=text)

        demonstration.make(progress=told, freeze=of_demonstration, foresee=foreseen_for_demonstration)


def switch(on: bool, w: Words) -> None:
    """The switch in the bar; it stays in the link."""
    st.session_state["switch-demo"] = on
    st.toggle(w("demo.switch"), key="switch-demo", on_change=_put)


def _put() -> None:
    put(ASKED, "1" if st.session_state.get("switch-demo") else "")


def notice(chosen: Choices) -> None:
    """Over each page: these figures are made up. Who answers for everything may remove them, on a second look."""
    w = chosen.words
    said = w("demo.notice", place_of=w.of_territory(chosen.territory))
    with st.container(key="demo-notice", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<div class="tt-demo" dir="{w.direction}" role="note">{escape(said)}</div>')
        if chosen.view.role == ADMINISTRATOR and chosen.view.scope == KINGDOM:
            with st.popover(w("demo.remove"), width="content"):
                st.markdown(w("demo.remove_sure"))
                st.button(w("demo.remove_yes"), key="demo-remove", on_click=_remove, args=(chosen,))


def _remove(chosen: Choices) -> None:
    # What was opened in it is written down first, and connections that wait in the pool would hold the old file open.
    journal.flush()
    chosen.view.engine.dispose()
    demonstration.remove()
    put(ASKED, "")


def invite(chosen: Choices) -> None:
    """Where nothing is known of a place: the way to where everything can be tried."""
    if chosen.view.demonstration:
        return
    w = chosen.words
    address = f"./?lang={w.locale}&{ASKED}=1&territory={chosen.territory}"
    st.html(f'<a class="tt-invite" href="{escape(address)}" target="_self">{escape(w("demo.invite"))}</a>')
