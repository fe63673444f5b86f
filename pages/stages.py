"""Stages: where files wait on the way from a register to a right, which stage matters most, who is concerned."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import demonstration, downloads, show, stages  # noqa: E402

chosen = choices()
w = chosen.words
programme = stages.choose_programme(chosen)
st.title(w("stages.title", place=w.in_territory(chosen.territory), date=w.date(chosen.on)), anchor=False)
answer = show.answer("stages", chosen, territory=chosen.territory, on=chosen.on_day, programme=programme)
if answer.facts["empty"]:
    show.empty(
        w("stages.empty", place=w.in_territory(chosen.territory)),
        w("stages.empty_next"),
    )
    demonstration.invite(chosen)
stages.tell(answer, chosen, who())
facts = answer.facts
taken = [facts["priority"], *answer.panels, facts["cohorts"], facts["refusals"], facts["movements"]]
downloads.offer(taken, chosen, who(), programme=programme)
