"""Plotly drawing of panels: lines and maps. Text and legends are drawn by whoever shows the panel."""

import plotly.graph_objects as go

from i18n import PDI, RLI, Words, words
from panels import Panel

INK, MUTED, GRID, PAPER = "#16211E", "#5B6762", "#E3E6E2", "rgba(0,0,0,0)"
GREEN = "#0B5D4E"
TINTS = ("#D3E8DF", "#A3CFBF", "#68AE98", "#2F8570", "#0B4F42")
"""Five tints of one green, light to dark: told apart in grey as well."""

STATE_FILL = {"zero": "#FFFFFF", "missing": "#E7E5DF", "withheld": "#8A8F98", "not_applicable": "#F7F6F3"}
STATE_MARK = {"zero": "0", "missing": "–", "withheld": "■", "not_applicable": "×"}
"""Each state has a mark as well as a fill: never colour alone."""

FONT = "IBM Plex Sans Arabic, Noto Sans Arabic, Arial, sans-serif"
MARKED = 90
"""Up to so many territories each state wears its mark; names are written on up to LABELLED."""
LABELLED = 10

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showSendToCloud": False}


def path_figure(panel: Panel, *, locale: str, height: int = 150) -> go.Figure:
    """The line of a `path` panel. Time runs left to right in every language; the scale stands where reading begins."""
    w = words(locale)
    dates, values = panel.parts["dates"], panel.parts["values"]
    top = max(values, default=0) or 1
    sparse = len(dates) <= 40
    last = len(dates) - 1
    # The last value is named; the highest one too where the two would not overlap.
    named = [0, values[last]] if values and values[last] else [0, top]
    if values and top > values[last] * 1.25:
        named.append(top)
    trace = {
        "type": "scatter",
        "mode": "lines+markers" if sparse else "lines",
        "x": [d.isoformat() for d in dates],
        "y": values,
        "customdata": [right_to_left(label, w) for label in panel.parts["labels"]],
        "hovertemplate": "%{customdata}<extra></extra>",
        "line": {"color": GREEN, "width": 2.5},
        "marker": {
            "size": [9 if i == last else 5 for i in range(len(dates))],
            "color": [GREEN if i == last else "#FFFFFF" for i in range(len(dates))],
            "line": {"color": GREEN, "width": 1.5},
        },
        "fill": "tozeroy",
        "fillcolor": "rgba(11,93,78,0.08)",
        "cliponaxis": False,
    }
    ticks = _time_ticks(dates)
    scale = [right_to_left(w.short(v), w) for v in named]
    room = 24 + 8 * max(map(len, scale))  # the widest label at 13 px
    figure = {
        "data": [trace],
        "layout": {
            "height": height,
            "margin": {"l": 14 if w.rtl else room, "r": room if w.rtl else 14, "t": 14, "b": 26},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "font": {"family": FONT, "size": 13, "color": MUTED},
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"font": {"family": FONT, "size": 14}, "bgcolor": "#FFFFFF", "bordercolor": GREEN},
            "xaxis": {
                "type": "date",
                "tickvals": [d.isoformat() for d in ticks],
                "ticktext": [str(d.year) for d in ticks],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "ticks": "outside",
                "tickcolor": GRID,
                "linecolor": GRID,
                "showline": True,
            },
            "yaxis": {
                "side": "right" if w.rtl else "left",
                "range": [0, top * 1.12],
                "tickvals": named,
                "ticktext": scale,
                "ticklabelstandoff": 8,
                "gridcolor": GRID,
                "zeroline": False,
                "fixedrange": True,
            },
        },
    }
    return go.Figure(figure, skip_invalid=False)


def right_to_left(text: str, w: Words) -> str:
    """The text as a right-to-left run: a drawing has no direction of its own and would begin with the number."""
    return f"{RLI}{text}{PDI}" if w.rtl else text


def _time_ticks(dates) -> list:
    """The first day of each year in the span, every other one when they would crowd; else the first and last day."""
    if not dates:
        return []
    years = [dates[0].replace(year=y, month=1, day=1) for y in range(dates[0].year + 1, dates[-1].year + 1)]
    if not years:
        return [dates[0], dates[-1]] if dates[0] != dates[-1] else [dates[0]]
    return years[:: 1 + len(years) // 7]


def map_figure(panel: Panel, *, locale: str, height: int = 560) -> go.Figure:
    """The choropleth of a `map` panel, its geometry fetched by address so that the browser keeps it."""
    w = words(locale)
    rows = panel.parts["rows"]
    address = panel.parts["boundaries"]
    language = "ar" if locale == "ar" else "fr"
    edge = "#FFFFFF" if len(rows) < 400 else "rgba(255,255,255,0.5)"
    base = {
        "type": "choropleth",
        "geojson": address,
        "featureidkey": "id",
        "showscale": False,
        "hovertemplate": f"<b>%{{properties.{language}}}</b><br>%{{customdata}}<extra></extra>",
        "hoverlabel": {"align": "right" if locale == "ar" else "left"},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }
    traces = []
    tinted = [r for r in rows if r.tint is not None]
    used = max(len(panel.parts["breaks"]), 1)
    if tinted:
        tints = tints_for(used)
        # Two stops per tint, so that a class has one colour and nothing is mixed between classes.
        steps = [[stop / used, tint] for i, tint in enumerate(tints) for stop in (i, i + 1)]
        traces.append(
            base
            | {
                "locations": [r.territory_code for r in tinted],
                "z": [r.tint + 0.5 for r in tinted],
                "zmin": 0,
                "zmax": used,
                "colorscale": steps,
                "customdata": [right_to_left(f"{r.count} · {r.share}" if r.share else r.count, w) for r in tinted],
                "marker": {"line": {"color": edge, "width": 0.6}},
            }
        )
    for state, fill in STATE_FILL.items():
        mine = [r for r in rows if r.tint is None and r.state == state]
        if not mine:
            continue
        outline = {"zero": GREEN, "not_applicable": "#BDBBB4"}.get(state, edge)
        traces.append(
            base
            | {
                "locations": [r.territory_code for r in mine],
                "z": [0] * len(mine),
                "zmin": 0,
                "zmax": 1,
                "colorscale": [[0, fill], [1, fill]],
                "customdata": [r.count for r in mine],
                "marker": {"line": {"color": outline, "width": 1.4 if state == "zero" else 0.6}},
            }
        )
    traces += _marks(rows, address)
    figure = {
        "data": traces,
        "layout": {
            "height": height,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "paper_bgcolor": PAPER,
            "font": {"family": FONT, "size": 14, "color": INK},
            "showlegend": False,
            "dragmode": False,
            "clickmode": "event+select",
            "hoverlabel": {"font": {"family": FONT, "size": 15}, "bgcolor": "#FFFFFF", "bordercolor": GREEN},
            "geo": {
                "visible": False,
                "fitbounds": "geojson",
                "projection": {"type": "mercator"},
                "bgcolor": PAPER,
            },
        },
    }
    return go.Figure(figure, skip_invalid=False)


def tints_for(classes: int) -> list[str]:
    """As many tints as there are classes, spread from the lightest to the darkest."""
    if classes == 1:
        return [TINTS[3]]
    return [TINTS[round(i * (len(TINTS) - 1) / (classes - 1))] for i in range(classes)]


def _marks(rows, address: str) -> list[dict]:
    """The names of few territories, and the mark of each state where there are not too many."""
    if len(rows) > MARKED:
        return []
    named = len(rows) <= LABELLED
    text, where, colour = [], [], []
    for r in rows:
        # On a map of the kingdom the grey of «missing» is said by the legend: seventy dashes would hide the rest.
        silent = r.tint is not None or (r.state == "missing" and not named)
        mark = "" if silent else STATE_MARK.get(r.state, "")
        label = f"{r.name}<br>{mark}".removesuffix("<br>") if named else mark
        if not label:
            continue
        where.append(r.territory_code)
        text.append(label)
        colour.append("#FFFFFF" if r.tint is not None and r.tint >= 3 or r.state == "withheld" else INK)
    if not where:
        return []
    return [
        {
            "type": "scattergeo",
            "mode": "text",
            "locations": where,
            "locationmode": "geojson-id",
            "geojson": address,
            "featureidkey": "id",
            "text": text,
            "textfont": {"family": FONT, "size": 15 if named else 12, "color": colour},
            "hoverinfo": "skip",
        }
    ]
