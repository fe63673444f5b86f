"""Method: what each indicator is, of what, from where, and what it does not say."""

from ui.frame import choices, enter

enter()

import streamlit as st  # noqa: E402

from ui import show  # noqa: E402

chosen = choices()
w = chosen.words
answer = show.answer("method", chosen, on=chosen.on_day)

st.title(w("method.title"), anchor=False)
st.markdown(w("method.intro"))
show.states(chosen)
for panel in answer.panels:
    with st.expander(panel.title):
        show.table(panel, chosen)
st.header(w("method.quoted_title"), anchor=False)
st.markdown(w("method.quoted_intro"))
if answer.facts["quotations"].parts["rows"]:
    show.table(answer.facts["quotations"], chosen)
else:
    st.info(w("method.quoted_none"))
