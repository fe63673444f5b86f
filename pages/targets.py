"""Targets: where a count stands beside what was promised, the pace it needs, who carries the gap, what alarms."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import documents, downloads, show  # noqa: E402
from ui import targets as promising  # noqa: E402
from ui.choices import choose, unfold  # noqa: E402

chosen = choices()
w = chosen.words
offered = promising.indicators(chosen)
if not offered:
    show.empty(w("map.nothing_offered"), w("map.nothing_offered_next"))
    st.stop()
with st.container(key="targets-choices"):
    first, second = st.columns([2, 3], vertical_alignment="bottom")
    with first:
        indicator = choose(
            w("targets.indicator"),
            "indicator",
            offered,
            default=offered[0],
            spell=lambda i: w.name("indicator", i),
            labelled=False,
        )
    with second:
        drawn = show.drawn_territory(chosen)
        level = show.level_switch(drawn, chosen) if drawn == chosen.territory else None
st.title(w("targets.title", date=w.date(chosen.on)), anchor=False)
asked = {"territory": chosen.territory, "on": chosen.on_day, "indicator": indicator}
split = promising.split_asked()
answer = show.answer("targets", chosen, level=level, split=split, **asked)
if not answer.facts["promised"]:
    show.empty(w("targets.empty"), w("targets.empty_next"))
promising.course(answer, chosen)
mapped = None
if answer.facts["carried"] is not None:
    show.text(answer.facts["carried"], chosen)
if answer.facts["children"] is not None:
    st.header(answer.facts["children"].title, anchor=False)
    promising.split_switch(answer, chosen)
    show.table(answer.facts["children"], chosen)
    # Of offices, which have no boundaries, the table says all; and a map of nothing promised has nothing to tell.
    if not level and answer.facts["promised"]:
        mapped = promising.map_of(chosen, who(), indicator=indicator, split=split)
promising.alerts(chosen, always=True)
facts = answer.facts
taken = [facts["course"], facts["carried"], facts["children"], mapped]
downloads.offer(taken, chosen, who(), indicator=indicator, level=level, split=split)
if who().may_import:
    promising.enter_targets(chosen, who(), indicator=indicator)
if unfold(w("targets.all_history"), "history"):
    show.table(show.answer("target_history", chosen).panels[0], chosen)
documents.territory_sheet(chosen, who())
