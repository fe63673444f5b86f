"""Four branches: where each stands by its own unit, who is in several, and the projects listed beside the gaps."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import branches  # noqa: E402

chosen = choices()
w = chosen.words
st.title(w("branches.title", place=w.in_territory(chosen.territory)), anchor=False)
st.markdown(w("branches.intro"))
branches.standing(chosen)
branches.convergence(chosen, who())
