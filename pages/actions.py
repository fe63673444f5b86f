"""Actions: what the office did, where, when and at what cost; the form that keeps it."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import actions  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("actions.title", place=w.in_territory(chosen.territory)), anchor=False)
st.markdown(w("actions.intro"))
answer = actions.filters(chosen)
actions.listed(answer, chosen, who())
if who().may_import:
    actions.kept(answer, chosen, who())
