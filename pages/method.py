"""Method: what each indicator is, of what, from where, and what it does not say."""

from ui.frame import choices, enter

enter()

import streamlit as st  # noqa: E402

from ui import rulings, show  # noqa: E402
from ui.choices import unfold  # noqa: E402

chosen = choices()
w = chosen.words
answer = show.answer("method", chosen, on=chosen.on_day)

st.title(w("method.title"), anchor=False)
st.markdown(w("method.intro"))
show.states(chosen, threshold=answer.facts["small_cell"])
for panel in answer.panels:
    with st.expander(panel.title):
        show.table(panel, chosen)
verdicts = answer.facts["rules"]
st.header(verdicts.title, anchor=False)
show.table(verdicts, chosen)
show.text(verdicts, chosen, part="notes")
st.header(w("rulings.rules_title"), anchor=False)
st.markdown(w("rulings.rules_intro"))
rulings.rules(chosen)
# On demand: it reads every forecast that was kept.
if unfold(w("method.judged"), "judged"):
    judged = show.answer("judged", chosen).panels[0]
    st.subheader(judged.title, anchor=False)
    if judged.parts["rows"]:
        show.table(judged, chosen)
        show.text(judged, chosen, part="footer")
st.header(w("method.quoted_title"), anchor=False)
st.markdown(w("method.quoted_intro"))
if answer.facts["quotations"].parts["rows"]:
    show.table(answer.facts["quotations"], chosen)
else:
    st.info(w("method.quoted_none"))
