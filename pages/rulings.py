"""Rulings: the rows of files that wait for a yes or no."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import rulings  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("rulings.title"), anchor=False)
st.markdown(w("rulings.intro"))
rulings.rulings(chosen, who())
