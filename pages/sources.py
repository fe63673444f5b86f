"""Sources: what each service is to send, when, and where it stands; the forms to fill in."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import sources  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("sources.title"), anchor=False)
deliveries = sources.board(chosen, who())
sources.blank_form(deliveries, chosen, who())
if sources.may_declare(chosen, who()):
    sources.declare(chosen, who())
