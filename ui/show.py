"""How pages show what the catalogue of findings says: readings, charts, maps, tables."""

import json
from collections.abc import Iterator
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

PATH_HEIGHT = 190
MAP_WIDTH, MAP_LEAST, MAP_MOST = 580, 300, 520


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


def programme(panel: Any, path: Any | None, chosen: Choices) -> None:
    """One programme: its readings, and beside them the path its count has taken. The sheet sets them side by side."""
    key = panel.parts["programme"]
    with st.container(key=f"programme-{key}"):
        text(panel, chosen)
        if path is not None:
            figure = findings.drawing(path, locale=chosen.view.locale, height=PATH_HEIGHT)
            st.plotly_chart(figure, key=f"path-{key}", theme=None, config=CHART, alt=path.title)


def table(panel: Any, chosen: Choices) -> None:
    """A panel of kind table."""
    text(panel, chosen)


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict]:
    return json.loads((ROOT / "static/boundaries/manifest.json").read_text(encoding="utf-8"))


def drawn_territory(chosen: Choices) -> str:
    """The territory whose children the map shows: the chosen one, or the nearest above it that has any."""
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
    """The address of the boundaries of a territory's children. The name holds a content hash: browsers keep it."""
    layer = _layer(code, level or "", chosen) or "prefectures"
    return f"/app/static/boundaries/{_manifest()[layer]['file']}"


@lru_cache(maxsize=128)
def _map_height(layer: str) -> int:
    """The height that a layer fills at the width that a map has on a small screen, in pixels."""
    features = json.loads((ROOT / "static/boundaries" / _manifest()[layer]["file"]).read_text(encoding="utf-8"))[
        "features"
    ]
    points = np.array([point for feature in features for point in _points(feature["geometry"]["coordinates"])])
    lon, lat = np.radians(points).T
    mercator = np.log(np.tan(np.pi / 4 + lat / 2))
    # Plotly leaves as much room around a map as half of it.
    height = 1.45 * MAP_WIDTH * np.ptp(mercator) / np.ptp(lon)
    return int(min(max(height, MAP_LEAST), MAP_MOST))


def _points(coordinates: list) -> Iterator[list[float]]:
    """The points of a GeoJSON geometry, however deep they lie."""
    if isinstance(coordinates[0], float | int):
        yield coordinates[:2]
    else:
        for inner in coordinates:
            yield from _points(inner)


def level_switch(code: str, chosen: Choices) -> str | None:
    """For the kingdom: prefectures and provinces, or all communes. None: the level that the territory has."""
    if chosen.levels[code] != "country":
        return None
    w = chosen.words
    level = switch(
        w("map.level"), "level", ("prefecture", "commune"), default="prefecture", spell=lambda s: w(f"map.level_{s}")
    )
    return None if level == "prefecture" else level


def place(code: str, chosen: Choices) -> str:
    """A territory with what it is: Casablanca is a prefecture, and the commune in it."""
    w = chosen.words
    name = w.territory(code)
    return name if chosen.levels[code] == "country" else w("app.place", kind=w.kind(code), name=name)


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
    """The map that was asked for, its legend, and the table beside it; a click goes down."""
    w, locale = chosen.words, chosen.view.locale
    panel = answer("map", chosen, **asked).panels[0]
    st.html(f'<h1 class="tt-map-title" dir="{w.direction}">{escape(panel.title)}</h1>')
    drawn, listed = st.columns([3, 2], gap="medium")
    with drawn:
        text(panel, chosen, part="legend")
        layer = _layer(asked["territory"], asked["level"] or "", chosen) or ""
        figure = findings.drawing(panel, locale=locale, height=_map_height(layer))
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
        orders = ("administrative", "count", "share")
        order = switch(w("map.order"), "order", orders, default=orders[0], spell=lambda o: w(f"map.order_{o}"))
        kept = st.query_params.to_dict()
        st.html(
            findings.map_table(
                panel,
                order=order,
                locale=locale,
                address=lambda code: "?" + urlencode(kept | {"territory": code}) if code in chosen.levels else "",
            )
        )


def _go_down(key: str, chosen: Choices) -> None:
    """A click on a territory: it becomes the chosen one."""
    points = st.session_state[key].selection.points
    code = str(points[0].get("location", "")) if points else ""
    if code in chosen.levels:
        put("territory", code)


def states(chosen: Choices) -> None:
    """The four ways of having no number, and the zero, in words."""
    w = chosen.words
    st.markdown(w("method.states", threshold=w.number(10)))
