"""Data: what was received, how fresh it is, and the place to hand in a file."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import intake, records, show  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("events.title"), anchor=False)
if who().may_import:
    intake.hand_in(chosen, who())
    records.hand_in(chosen, who())
answer = show.answer("events", chosen, on=chosen.on_day)
if answer.facts["empty"]:
    show.empty(w("events.empty"), w("events.empty_next"))
for panel in answer.panels:
    st.header(panel.title, anchor=False)
    if panel.parts["rows"]:
        show.table(panel, chosen)
    else:
        st.info(w("events.nothing"))
if who().may_withdraw:
    intake.withdrawals(answer.facts["imports"], chosen, who())
if who().may_erase:
    intake.erasures(answer.facts["erasable"], chosen, who())
