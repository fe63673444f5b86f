"""Settings: what the office says of itself, and how figures are read in it."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import settings  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("settings.title"), anchor=False)
settings.first_steps(chosen)
settings.edit(chosen, who())
