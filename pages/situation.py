"""Situation: where each programme stands, read from the kingdom down to the chosen territory."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import demonstration, documents, show  # noqa: E402
from ui import targets as promising  # noqa: E402
from ui.choices import unfold  # noqa: E402

chosen = choices()
w = chosen.words
answer = show.answer("situation", chosen, territory=chosen.territory, on=chosen.on_day)

st.title(w("situation.title", place=w.in_territory(chosen.territory), date=w.date(chosen.on)), anchor=False)
show.by_level(chosen)
if answer.facts["empty"]:
    show.empty(w("situation.empty"), w("situation.empty_next"))
    demonstration.invite(chosen)
elif answer.facts["silent"]:
    show.empty(w("situation.silent", place=w.in_territory(chosen.territory)), w("situation.silent_next"))
    demonstration.invite(chosen)
show.programmes(answer.panels, answer.paths, chosen, answer.facts["promises"], answer.facts["remarked"])
if answer.facts["remarks"]:
    st.header(answer.facts["remarks"].title, anchor=False)
    show.table(answer.facts["remarks"], chosen)
if answer.facts["others"]:
    show.table(answer.facts["others"], chosen)
# Last, though it matters: the readings are on the screen while it is looked for.
promising.alerts(chosen)
# On demand: it is as long as all the rest of the page.
if answer.facts["listed"] and unfold(w("situation.all_figures", place=w.in_territory(chosen.territory)), "figures"):
    listed = show.answer("figures", chosen, territory=chosen.territory, on=chosen.on_day)
    show.table(listed.panels[0], chosen)
if not answer.facts["empty"]:
    documents.territory_sheet(chosen, who())
