"""How pages show what the catalogue of findings says: readings, charts, maps, tables."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

import numpy as np
import streamlit as st

import findings
from findings import Answer
from ui import cache
from ui.access import ROOT
from ui.choices import Choices, put, switch

CHART = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showSendToCloud": False}
MAP = CHART | {"topojsonURL": "/app/static/topojson/"}
"""Plotly fetches a world map from its maker's server unless it is told where another one lies: ours is empty."""

OFFICES = findings.OFFICES
"""The levels of what a prefecture enters itself, which has no boundaries."""

MAP_PAGE = "pages/map.py"
PATH_HEIGHT = 190
MAP_WIDTH, MAP_LEAST, MAP_MOST, MAP_EDGE = 760, 320, 520, 0.03


def answer(name: str, chosen: Choices, **asked: Any) -> Answer:
    """The answer to a finding for the present view."""
    return cache.answer(name, chosen.view, **asked)


def indicators(chosen: Choices) -> tuple[tuple[str, str, bool], ...]:
    """The indicators that a map can show: (id, programme, has a share)."""
    return cache.indicators(chosen.view)


def text(panel: Any, chosen: Choices, *, part: str | None = None) -> None:
    """A panel, or a part of what stands around it, as text."""
    st.html(findings.text(panel, locale=chosen.view.locale, part=part))


def empty(sentence: str, next_step: str) -> None:
    """Something true and useful where there is nothing to show."""
    with st.container(key="empty"):
        st.info(f"{sentence}\n\n{next_step}")


def programmes(
    panels: Sequence[Any],
    paths: Mapping[str, Any],
    chosen: Choices,
    promises: Mapping[str, Any] | None = None,
    remarked: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Programmes, each with its readings and beside them the path its count has taken: the sheet sets them so.

    remarked: what others say of figures that are shown, by programme: it stands below them.

    All readings are sent before the first path: the browser runs the code of charts for a second as soon as one is
    there, and until then shows nothing else that arrives.
    """
    places, direction = {}, chosen.words.direction
    for panel in panels:
        key = panel.parts["programme"]
        places[key] = st.container(key=f"programme-{key}")
        with places[key]:
            beside = findings.programme(panel, (promises or {}).get(key), locale=chosen.view.locale)
            said = (remarked or {}).get(key, ())
            beside += "".join(f'<p class="tt-remark tt-objection" dir="{direction}">{escape(one)}</p>' for one in said)
            st.html(f"<div>{beside}</div>")
    for key, place in places.items():
        if key in paths:
            figure = findings.drawing(paths[key], locale=chosen.view.locale, height=PATH_HEIGHT)
            place.plotly_chart(figure, key=f"path-{key}", theme=None, config=CHART, alt=paths[key].title)


def table(panel: Any, chosen: Choices) -> None:
    """A panel of kind table."""
    text(panel, chosen)


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict]:
    return json.loads((ROOT / "static/boundaries/manifest.json").read_text(encoding="utf-8"))


def drawn_territory(chosen: Choices) -> str:
    """The territory whose children the map shows: the chosen one, or the nearest above it that has any.

    A pachalik or cercle that is chosen has annexes, in a table since they have no boundaries.
    """
    if chosen.levels[chosen.territory] == "district" and _levels(chosen.territory, chosen):
        return chosen.territory
    for code in reversed(chosen.line):
        if _layer(code, "", chosen) is not None:
            return code
    return chosen.line[0]


def _layer(code: str, level: str, chosen: Choices) -> str | None:
    """The layer of boundaries that holds the children of a territory; None when it has none."""
    own = chosen.levels[code]
    if own == "country":
        return "communes" if level == "commune" else "prefectures"
    name = {"region": f"prefectures-{code}", "prefecture": f"communes-{code}"}.get(own, f"arrondissements-{code}")
    return name if name in _manifest() else None


def boundaries(code: str, level: str | None, chosen: Choices) -> str:
    """The address of the boundaries of a territory's children; empty for those that have none.

    The name holds a content hash: browsers keep it.
    """
    if level in findings.OFFICES:
        return ""
    layer = _layer(code, level or "", chosen) or "prefectures"
    return f"/app/static/boundaries/{_manifest()[layer]['file']}"


def map_room(code: str, chosen: Choices) -> dict[str, Any]:
    """What the map of a territory's children is given: its height in pixels, and the box of the earth that it shows."""
    return _room(_layer(code, "", chosen) or "prefectures")


@lru_cache(maxsize=128)
def _room(layer: str) -> dict[str, Any]:
    features = json.loads((ROOT / "static/boundaries" / _manifest()[layer]["file"]).read_text(encoding="utf-8"))[
        "features"
    ]
    points = np.array([point for feature in features for point in _points(feature["geometry"]["coordinates"])])
    low, high = points.min(axis=0), points.max(axis=0)
    # A hair of room: an outline on the very edge is drawn half.
    low, high = low - MAP_EDGE * (high - low), high + MAP_EDGE * (high - low)
    lon = np.radians([low[0], high[0]])
    mercator = np.log(np.tan(np.pi / 4 + np.radians([low[1], high[1]]) / 2))
    height = MAP_WIDTH * np.ptp(mercator) / np.ptp(lon)
    box = (*(float(v) for v in low), *(float(v) for v in high))
    return {"height": int(min(max(height, MAP_LEAST), MAP_MOST)), "box": box}


def _points(coordinates: list) -> Iterator[list[float]]:
    """The points of a GeoJSON geometry, however deep they lie."""
    if isinstance(coordinates[0], float | int):
        yield coordinates[:2]
    else:
        for inner in coordinates:
            yield from _points(inner)


def level_switch(code: str, chosen: Choices) -> str | None:
    """For the kingdom: prefectures and provinces, or all communes; where a chain of command was entered: communes, or
    its offices, or lycées. None: the level that the map of the territory has."""
    levels = ("prefecture", "commune") if chosen.levels[code] == "country" else _levels(code, chosen)
    w = chosen.words
    if len(levels) < 2:
        return next((level for level in levels if level in findings.OFFICES), None)
    level = switch(w("map.level"), "level", levels, default=levels[0], spell=lambda s: w(f"map.level_{s}"))
    return None if level == levels[0] and level not in findings.OFFICES else level


def by_level(chosen: Choices) -> None:
    """The way from a prefecture's own figures to those of what lies below it, one click for each kind of child."""
    levels = _levels(chosen.territory, chosen)
    if len(levels) < 2:
        return
    # A territory that was refused here is not asked for again by every link.
    w, kept = chosen.words, st.query_params.to_dict() | {"territory": chosen.territory}
    with st.container(key="by-level", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<span class="tt-crumb">{escape(w("situation.by_level"))}</span>', width="content")
        for level in levels:
            st.page_link(MAP_PAGE, label=w(f"map.level_{level}"), query_params=kept | {"level": level})


def _levels(code: str, chosen: Choices) -> tuple[str, ...]:
    """The levels of what lies below a territory, from its prefecture down."""
    return () if chosen.levels[code] in ("country", "region") else cache.levels_below(chosen.view, code)


def place(code: str, chosen: Choices) -> str:
    """A territory with what it is: Casablanca is a prefecture, and the commune in it."""
    return chosen.words.place(code)


def breadcrumb(territory: str, chosen: Choices) -> None:
    """The way back up: the kingdom, the region, the prefecture, each a step back."""
    w = chosen.words
    above = chosen.line[: chosen.line.index(territory)]
    with st.container(key="breadcrumb", horizontal=True, vertical_alignment="center", gap="small"):
        for code in above:
            st.button(place(code, chosen), key=f"up-{code}", type="tertiary", on_click=put, args=("territory", code))
            st.html(f'<span class="tt-crumb">{w("map.crumb")}</span>', width="content")
        st.html(f'<span class="tt-here">{escape(place(territory, chosen))}</span>', width="content")


def territories_map(chosen: Choices, **asked: Any) -> None:
    """The map that was asked for, its legend, and the table beside it; a click goes down.

    What has no boundaries has no map: the table then takes all the room, with a bar in each row.
    """
    w, locale = chosen.words, chosen.view.locale
    panel = answer("map", chosen, **asked).panels[0]
    st.html(f'<h1 class="tt-map-title" dir="{w.direction}">{escape(panel.title)}</h1>')
    if not asked["boundaries"]:
        _map_table(panel, chosen, bars=True)
        text(panel, chosen, part="footer")
        return
    drawn, listed = st.columns([3, 2], gap="medium")
    with drawn:
        text(panel, chosen, part="legend")
        layer = _layer(asked["territory"], asked["level"] or "", chosen) or ""
        figure = findings.drawing(panel, locale=locale, **_room(layer))
        # A chart of its own for each territory and level: a selection must not outlive the map it was made on.
        key = f"map-{asked['territory']}-{asked['level'] or ''}"
        st.plotly_chart(
            figure,
            key=key,
            theme=None,
            config=MAP,
            alt=panel.title,
            on_select=lambda: _go_down(key, chosen),
            selection_mode="points",
        )
        text(panel, chosen, part="footer")
    with listed:
        _map_table(panel, chosen)


def _map_table(panel: Any, chosen: Choices, *, bars: bool = False) -> None:
    """The table of a map: in administrative order, until the reader asks for another."""
    w = chosen.words
    orders = ("administrative", "count", "share")
    order = switch(w("map.order"), "order", orders, default=orders[0], spell=lambda o: w(f"map.order_{o}"))
    kept = st.query_params.to_dict()
    st.html(
        findings.map_table(
            panel,
            order=order,
            locale=chosen.view.locale,
            address=lambda code: "?" + urlencode(kept | {"territory": code}) if code in chosen.levels else "",
            bars=bars,
        )
    )


def _go_down(key: str, chosen: Choices) -> None:
    """A click on a territory: it becomes the chosen one."""
    points = st.session_state[key].selection.points
    code = str(points[0].get("location", "")) if points else ""
    if code in chosen.levels:
        put("territory", code)


def states(chosen: Choices, *, threshold: int) -> None:
    """The four ways of having no number, and the zero, in words; threshold: the least count of a breakdown shown."""
    w = chosen.words
    st.markdown(w("method.states", threshold=w.number(threshold)))
