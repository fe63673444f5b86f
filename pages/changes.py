"""Changes: every event with the figures that it touched."""

from ui.frame import choices, enter

enter()

import streamlit as st  # noqa: E402

from ui import changes  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("changes.title"), anchor=False)
st.markdown(w("changes.intro"))
changes.changes(chosen)
