"""Remarks: figures that are the subject of a remark, and what was ruled on them."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import remarks  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("remarks.title"), anchor=False)
st.markdown(w("remarks.intro"))
remarks.remarks(chosen, who())
