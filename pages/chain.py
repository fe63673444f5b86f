"""Chain of command: the offices of a prefecture, what each covers, and the place to enter them."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import chain, show  # noqa: E402

chosen = choices()
w = chosen.words
answer = show.answer("chain", chosen, territory=chosen.territory)
place = answer.facts["place"]

st.title(w("chain.title", place=w.in_territory(place)), anchor=False)
if answer.facts["empty"]:
    show.empty(w("chain.empty", place=w.in_territory(place)), w("chain.empty_next"))
else:
    for panel in answer.panels:
        st.header(panel.title, anchor=False)
        show.table(panel, chosen)
chain.edit(place, chosen, who())
