"""Levers: what more desks, staff, hours or van-days would do to the day of a target."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import levers, show  # noqa: E402

chosen = choices()
w = chosen.words
st.title(w("levers.title", place=w.in_territory(chosen.territory)), anchor=False)
answer = levers.answer(chosen)
if answer is None:
    show.empty(w("levers.empty"), w("levers.empty_next"))
    st.stop()
levers.shown(answer, chosen)
if who().may_import:
    levers.enter_means(chosen, who())
