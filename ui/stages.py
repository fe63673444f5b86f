"""What the page of stages does with Streamlit: which programme, the panels in reading order, the sheets to take."""

from functools import partial
from typing import Any

import streamlit as st

import findings
from exports import tables
from findings import Answer
from ui import accesses, cache, show
from ui.choices import Choices, choose, unfold
from ui.viewer import Viewer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOVEMENTS_HEIGHT = 300


def choose_programme(chosen: Choices) -> str:
    """The programme whose stages are looked at."""
    w = chosen.words
    offered = cache.stage_choices(chosen.view)
    with st.container(key="stages-choices", width=520):
        return choose(
            w("stages.programme"), "programme", offered, default=offered[0], spell=lambda p: w.name("programme", p)
        )


def tell(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """Everything that is known of the stages, the picture of all branches first."""
    w, facts = chosen.words, answer.facts
    branches, passages = answer.panels
    if facts["priority"] is not None:
        show.text(facts["priority"], chosen)
    elif not facts["empty"]:
        with st.container(key="empty"):
            st.info(facts["unnamed"])
    show.text(branches, chosen)
    titled(passages, chosen)
    if facts["cohorts"] is not None and unfold(w("stages.show_cohorts"), "cohorts"):
        show.table(facts["cohorts"], chosen)
    if facts["refusals"] is not None:
        show.text(facts["refusals"], chosen)
    elif facts["refusable"] and not facts["empty"]:
        st.markdown(w("stages.refusals_none", place=w.in_territory(chosen.territory)))
    _bodies(facts, chosen, who)
    movements(facts["movements"], chosen)


def titled(panel: Any, chosen: Choices) -> None:
    """A table with its title, and its sources and notes below."""
    show.table(panel, chosen)
    if panel.sources or panel.notes:
        show.text(panel, chosen, part="footer")


def _bodies(facts: dict[str, Any], chosen: Choices, who: Viewer) -> None:
    """Who is concerned, and for each body a sheet to send before the meeting."""
    w = chosen.words
    if facts["bodies"] is None:
        if not facts["empty"]:
            st.markdown(w("stages.bodies_none", place=w.in_territory(chosen.territory)))
        return
    titled(facts["bodies"], chosen)
    st.markdown(w("stages.sheets"))
    with st.container(key="stages-sheets", horizontal=True):
        for body, sheet in facts["bodies"].parts["sheets"].items():
            st.download_button(
                w("stages.sheet_of", body=w.name("body", body)),
                # Written when it is asked for, and not at every view.
                partial(tables.table, sheet, locale=chosen.view.locale),
                file_name=f"tatabbu-{body}-{chosen.territory}-{chosen.on.isoformat()}.xlsx",
                mime=XLSX,
                key=f"sheet-{body}",
                on_click=accesses.taken,
                args=(f"sheet-{body}", chosen, who),
                type="tertiary",
            )


def movements(panel: Any, chosen: Choices) -> None:
    """What the stock of a programme did from month to month: the picture, then the table."""
    if panel is None:
        return
    w = chosen.words
    st.header(panel.title, anchor=False)
    figure = findings.drawing(panel, locale=chosen.view.locale, height=MOVEMENTS_HEIGHT)
    st.markdown(panel.parts["axis"])
    st.plotly_chart(figure, key="movements", theme=None, config=show.CHART, alt=panel.title)
    if unfold(w("stages.movement_heading"), "movements"):
        show.table(panel, chosen)
    show.text(panel, chosen, part="footer")
