"""Access: who saw or did what, and when; whether the journal that says so is whole."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import accesses, show  # noqa: E402

chosen = choices()
w = chosen.words

st.title(w("access.title"), anchor=False)
st.markdown(w("access.intro"))
asked = accesses.asked_for(chosen)
answer = accesses.listed(asked, chosen)
accesses.told_about_account(asked, answer, chosen)
accesses.state_of_chain(answer, chosen)
for panel in answer.panels:
    st.header(panel.title, anchor=False)
    if panel.parts["rows"]:
        show.table(panel, chosen)
        accesses.give(asked, chosen, who())
    else:
        st.info(w("access.none"))
