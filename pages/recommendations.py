"""Recommendations: all that meetings asked of services, what became of them, and what each service takes along."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import recommendations  # noqa: E402

chosen = choices()

recommendations.title(chosen)
answer = recommendations.filters(chosen)
recommendations.done(chosen, who())
recommendations.opened(answer, chosen, who())
recommendations.listed(answer, chosen, who())
if who().may_import:
    recommendations.kept(answer, chosen, who())
recommendations.declared(answer, chosen, who())
st.divider()
recommendations.of_service(answer, chosen, who())
