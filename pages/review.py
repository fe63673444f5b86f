"""Review: what came of a quarter, for the periodic evaluation that the framework law asks for."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import review  # noqa: E402

chosen = choices()
w = chosen.words
quarter, called = review.choose_quarter(chosen)
st.title(w("review.title", quarter=called, place=w.in_territory(chosen.territory)), anchor=False)
st.markdown(w("review.law"))
review.show_quarter(quarter, chosen, who())
