"""Transition: from a programme that ended to the one that took over: what is confirmed, what remains, and by when."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import demonstration, downloads, show, transition  # noqa: E402

chosen = choices()
w = chosen.words
asked = transition.choose_count(chosen)
if asked is None:
    show.empty(w("transition.none"), "")
    st.stop()
answer = show.answer("transition", chosen, territory=chosen.territory, on=chosen.on_day, **asked)
st.title(transition.title(answer, chosen, **asked), anchor=False)
if answer.facts["empty"]:
    show.empty(
        w("transition.empty", place=w.in_territory(chosen.territory)),
        w("transition.empty_next"),
    )
    demonstration.invite(chosen)
transition.tell(answer, chosen)
downloads.offer([*answer.panels, answer.facts["below"], answer.facts["reasons"]], chosen, who(), **asked)
if who().may_import:
    transition.enter_former(answer, chosen, who(), **asked)
