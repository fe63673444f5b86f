"""Map: one indicator over prefectures and provinces, down to the communes by a click."""

from ui.frame import choices, enter

enter()

import streamlit as st  # noqa: E402

from ui import show  # noqa: E402
from ui.choices import choose, switch  # noqa: E402

chosen = choices()
w = chosen.words
offered = show.indicators(chosen)
territory = show.drawn_territory(chosen)

show.breadcrumb(territory, chosen)
with st.container(key="map-choices"):
    first, second, third = st.columns([4, 3, 4], vertical_alignment="bottom")
    with first:
        indicator = choose(
            w("map.indicator"),
            "indicator",
            [i for i, _, _ in offered],
            default=next((i for i, _, shared in offered if shared), ""),
            spell=lambda i: w.name("indicator", i),
            labelled=False,
        )
    has_share = {i: shared for i, _, shared in offered}[indicator]
    with second:
        measures = ("share", "count") if has_share else ("count",)
        measure = switch(w("map.show"), "show", measures, default=measures[0], spell=lambda s: w(f"map.show_{s}"))
    with third:
        level = show.level_switch(territory, chosen)

show.territories_map(
    chosen,
    territory=territory,
    on=chosen.on_day,
    indicator=indicator,
    show=measure,
    level=level,
    boundaries=show.boundaries(territory, level, chosen),
)
