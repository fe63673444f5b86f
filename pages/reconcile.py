"""Reconcile: a number heard on the telephone, what could explain that it is not ours, and a sentence to read out."""

from ui.frame import choices, enter

enter()

import streamlit as st  # noqa: E402

from ui import reconcile, show  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("reconcile.title"), anchor=False)
st.markdown(w("reconcile.intro"))
given = reconcile.form(chosen)
if given is None:
    show.empty(w("reconcile.empty"), w("reconcile.empty_next"))
else:
    reconcile.explained(given, chosen)
