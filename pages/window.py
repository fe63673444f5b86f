"""Window: the applications that may be filed until a day: what is left to do, where, and the dates of each year."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import downloads, show  # noqa: E402
from ui import window as filing  # noqa: E402

chosen = choices()
w = chosen.words
answer = filing.answer(chosen, who())
if answer is None:
    show.empty(w("window.empty"), w("window.empty_next"))
    st.stop()
filing.shown(answer, chosen)
asked = {"programme": answer.panels[0].parts["programme"], "year": answer.facts["year"]}
downloads.offer(filing.handed_out(answer, chosen), chosen, who(), **asked)
if who().may_import:
    filing.enter_dates(answer, chosen, who())
