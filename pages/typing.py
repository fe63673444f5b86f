"""Typing by hand: a grid of dates by territories, stored as an event like any other."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import typing  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("typing.title"), anchor=False)
st.markdown(w("typing.intro"))
typing.typing(chosen, who())
