"""Map: one indicator over prefectures and provinces, down to the communes by a click."""

from ui.frame import choices, enter, who

enter()

import streamlit as st  # noqa: E402

from ui import downloads, show  # noqa: E402
from ui.choices import choose, switch  # noqa: E402

chosen = choices()
w = chosen.words
offered = show.indicators(chosen)
territory = show.drawn_territory(chosen)
if not offered:
    show.empty(w("map.nothing_offered"), w("map.nothing_offered_next"))
    st.stop()

show.breadcrumb(territory, chosen)
with st.container(key="map-choices", horizontal=True, vertical_alignment="center", gap="small"):
    indicator = choose(
        w("map.indicator"),
        "indicator",
        [i for i, _, _ in offered],
        default=next((i for i, _, shared in offered if shared), ""),
        spell=lambda i: w.name("indicator", i),
        labelled=False,
    )
    has_share = {i: shared for i, _, shared in offered}[indicator]
    shown = st.container(width="content")
    with st.container(width="content"):
        level = show.level_switch(territory, chosen)
    with shown:
        # Few offices cover whole communes: most have no denominator, and their counts say more.
        measures = ("share", "count") if has_share else ("count",)
        first_shown = "count" if level in show.OFFICES else measures[0]
        measure = switch(w("map.show"), "show", measures, default=first_shown, spell=lambda s: w(f"map.show_{s}"))

asked = {"territory": territory, "indicator": indicator, "show": measure, "level": level}
where = show.boundaries(territory, level, chosen)
show.territories_map(chosen, on=chosen.on_day, boundaries=where, **asked)
downloads.offer(show.answer("map", chosen, on=chosen.on_day, boundaries=where, **asked).panels, chosen, who(), **asked)
