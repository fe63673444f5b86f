"""Plotly drawing of panels: lines and maps. Text and legends are drawn by whoever shows the panel."""

from collections.abc import Sequence
from os.path import commonprefix
from textwrap import wrap
from typing import Any

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

SPARSE = 14
"""Up to so many dates each has its dot: more look like a string of beads."""
TITLE_WIDTH = 40
WITHOUT_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


def path_figure(panel: Panel, *, locale: str, height: int = 150) -> go.Figure:
    """The line of a `path` panel. Time runs left to right in every language; the scale stands where reading begins."""
    w = words(locale)
    dates, values = panel.parts["dates"], panel.parts["values"]
    top = max(values, default=0) or 1
    sparse = len(dates) <= SPARSE
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
    # Two ticks of one year would both read "2024": then the days are written, which stand over the ends of the axis.
    named_days = not dates or dates[0].year == dates[-1].year
    ends = 40 if named_days else 14
    scale = [right_to_left(w.short(v), w) for v in named]
    room = 24 + 8 * max(map(len, scale))  # the widest label at 13 px
    # An isolate that a line break cuts in two would turn the words of the second line round.
    title = [right_to_left(line, w) for line in wrap(panel.title.translate(WITHOUT_ISOLATES), TITLE_WIDTH)]
    figure = {
        "data": [trace],
        "layout": {
            "height": height + 18 * len(title),
            "title": {
                "text": "<br>".join(title),
                "font": {"size": 13, "color": MUTED},
                "x": 1 if w.rtl else 0,
                "xanchor": "right" if w.rtl else "left",
                "y": 1,
                "yanchor": "top",
                "pad": {"t": 14},
            },
            "margin": {
                "l": ends if w.rtl else max(room, ends),
                "r": max(room, ends) if w.rtl else ends,
                "t": 22 + 18 * len(title),
                "b": 26,
            },
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
                "ticktext": [w.date_short(d) if named_days else str(d.year) for d in ticks],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "ticks": "outside",
                "tickcolor": GRID,
                "linecolor": GRID,
                "showline": True,
                "automargin": True,
            },
            "yaxis": {
                "side": "right" if w.rtl else "left",
                "range": [0, top * 1.12],
                "tickvals": named,
                "ticktext": scale,
                "ticklabelstandoff": 8,
                "automargin": True,
                "gridcolor": GRID,
                "zeroline": False,
                "fixedrange": True,
            },
        },
    }
    if panel.parts.get("marks"):
        _mark_actions(figure, panel, w)
    if panel.demonstration:
        # Small, as the chart is: its whole height is that of seven lines.
        # Counts grow: over the beginning of the path there is room, or under it where it begins high.
        edge = {"y": 0, "yanchor": "bottom"} if values and values[0] > top / 2 else {"y": 1, "yanchor": "top"}
        small = edge | {"x": 0, "xanchor": "left", "font": {"size": 10, "color": "#7A5200"}}
        notes = [note | small for note in in_picture(panel, w)]
        figure["layout"]["annotations"] = [*figure["layout"].get("annotations", ()), *notes]
    return Chart(figure)


COURSE_LETTERS = 54
"""As many as a telephone has room for: the course is as wide as the page."""

MARKS_ROOM = 14
"""The height of the row of marks between the axis of time and its labels, in pixels."""


def _mark_actions(figure: dict, panel: Panel, w: Words, *, letters: int = TITLE_WIDTH) -> None:
    """The actions of the office as small marks under the axis of time, and the line that explains them below it.

    letters: how many of them a line of that has room for.
    """
    marks, layout = panel.parts["marks"], figure["layout"]
    legend = [right_to_left(line, w) for line in wrap(panel.parts["legend"].translate(WITHOUT_ISOLATES), letters)]
    below = MARKS_ROOM + 17 * len(legend)
    layout["height"] += below
    plotted = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"] - below
    layout["margin"]["b"] += below
    layout["xaxis"]["ticklabelstandoff"] = MARKS_ROOM
    level = -MARKS_ROOM / 2
    layout["shapes"] = [
        *layout.get("shapes", ()),
        *(
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": mark.first.isoformat(),
                "x1": mark.last.isoformat(),
                "y0": level / plotted,
                "y1": level / plotted,
                "line": {"color": MUTED, "width": 3},
            }
            for mark in marks
            if mark.first != mark.last
        ),
    ]
    # As annotations: a point that lies outside its scale is not drawn, and the marks stand below the axis.
    layout["annotations"] = [
        *layout.get("annotations", ()),
        *(
            {
                "text": mark.mark,
                "hovertext": right_to_left(mark.said, w),
                "showarrow": False,
                "xref": "x",
                "yref": "paper",
                "x": (mark.last if mark.at_end else mark.first).isoformat(),
                "y": 0,
                "yanchor": "middle",
                "yshift": level,
                "font": {"size": 11, "color": INK},
            }
            for mark in marks
        ),
    ]
    layout["annotations"].append(
        {
            "text": "<br>".join(legend),
            "showarrow": False,
            "xref": "paper",
            "yref": "paper",
            "x": 1 if w.rtl else 0,
            "y": 0,
            "xanchor": "right" if w.rtl else "left",
            "yanchor": "top",
            "yshift": -26 - MARKS_ROOM,
            # To the edge of the picture, like its title: the plot alone is too narrow for a line of words.
            "xshift": layout["margin"]["r"] if w.rtl else -layout["margin"]["l"],
            "align": "right" if w.rtl else "left",
            "font": {"size": 12, "color": MUTED},
        }
    )


class Chart(go.Figure):
    """A finished figure: whoever shows it gets the same dictionary each time.

    Plotly copies a figure and looks for arrays in all of it whenever it is asked for its dictionary, which Streamlit
    does at every run: three of five milliseconds a chart. Checking each property took ten more when a chart was made, a
    quarter of the first view after an event. That is done by the tests, and here only when somebody looks inside.
    """

    def __init__(self, figure: dict):
        self.__dict__["_finished"] = figure

    def __getattr__(self, name: str) -> Any:
        """What a Plotly figure holds besides: it is built, and checked, when the first of it is asked for."""
        finished = self.__dict__.get("_finished")
        if finished is None or "_built" in self.__dict__:
            raise AttributeError(name)
        self.__dict__["_built"] = True
        super().__init__(finished, skip_invalid=False)
        # Plotly's own theme would be sent with every chart: 7 kB of colours that none of ours uses.
        self.layout.template = None
        return getattr(self, name)

    def to_dict(self) -> dict:
        """The figure as a dictionary, which nobody may change."""
        return self.__dict__["_finished"]

    def __reduce__(self) -> tuple:
        """How it is copied: Plotly's own way would write into the dictionary that everybody is given."""
        return Chart, (self.to_dict(),)


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


AMBER, RED, GREY = "#C77700", "#A4262C", "#9AA29E"
ROOM_ABOVE = 1.06
"""How far the scale of a course goes beyond its highest value."""
APART = 0.09
"""Two levels of a scale stand at least so far apart, as a share of its height: nearer, their names would overlap."""


def course_figure(panel: Panel, *, locale: str, height: int = 320) -> go.Figure:
    """A count, the path planned for it, what is expected of it, and the day of the view: a `course` panel."""
    w, parts = words(locale), panel.parts
    names = parts["names"]
    actual, planned, ahead = parts["actual"], parts["planned"], parts["ahead"]
    incomplete, doubted = parts["incomplete"], parts["doubted"]
    # What is not believed may lie far above all else: it is drawn where there is room, and never makes the scale.
    highest = [v for _, v in (*actual, *incomplete, *planned)] + [high for *_, high in ahead]
    top = max(highest, default=0) or 1
    edge = {"color": PAPER, "width": 0}
    # The band is two lines without a colour of their own and what lies between.
    band = {"line": edge, "hoverinfo": "skip", "hovertemplate": None}

    def line(points: Sequence[tuple], name: str, **style: Any) -> dict:
        # A point that is drawn lower than it stands has its own value last.
        values = [point[-1] if name == "doubted" else point[1] for point in points]
        said = [
            f"{names[name]} · {w.number(round(value))} · {w.date(point[0])}"
            for value, point in zip(values, points, strict=True)
        ]
        trace = {
            "type": "scatter",
            "mode": "lines",
            "name": names[name],
            "x": [point[0].isoformat() for point in points],
            "y": [point[1] for point in points],
            "customdata": [right_to_left(text, w) for text in said],
            "hovertemplate": "%{customdata}<extra></extra>",
        } | style
        return {key: value for key, value in trace.items() if value is not None}

    data = []
    if ahead:
        data.append(line([(day, low) for day, _, low, _ in ahead], "band", **band))
        shade = {"fill": "tonexty", "fillcolor": "rgba(199,119,0,0.18)"}
        data.append(line([(day, high) for day, *_, high in ahead], "band", **band, **shade))
        data.append(line(ahead, "ahead", line={"color": AMBER, "width": 2.5, "dash": "dot"}))
    if planned:
        data.append(line(planned, "planned", line={"color": MUTED, "width": 2, "dash": "dash"}))
    if actual:
        dots = {"mode": "lines+markers", "marker": {"size": 9, "color": GREEN}} if len(actual) <= SPARSE else {}
        data.append(line(actual, "actual", line={"color": GREEN, "width": 3}, **dots))
    if incomplete:
        grey = {"line": {"color": GREY, "width": 2}, "marker": {"size": 6, "color": GREY}}
        # From the last full week on: alone, a single point would stand beside its line.
        data.append(line([*actual[-1:], *incomplete], "incomplete", mode="lines+markers", **grey))
    if doubted:
        cross = {"symbol": "x", "size": 9, "color": RED}
        shown = [(day, min(value, top * ROOM_ABOVE), value) for day, value in doubted]
        data.append(line(shown, "doubted", mode="markers", marker=cross))
    days = sorted({point[0] for point in (*actual, *incomplete, *doubted, *planned, *ahead)} | {parts["today"]})
    named = _levels([0, *(points[-1][1] for points in (planned, incomplete or actual) if points)], top)
    scale = [right_to_left(w.short(round(value)), w) for value in named]
    room = 24 + 8 * max(map(len, scale))
    ticks = _month_ticks(days)
    late = (parts["today"] - days[0]) * 2 > days[-1] - days[0]
    today = parts["today"].isoformat()
    beside = {"yref": "paper", "showarrow": False}
    figure = {
        "data": data,
        "layout": {
            "height": height,
            "margin": {"l": 20 if w.rtl else room, "r": room if w.rtl else 20, "t": 30, "b": 34},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "font": {"family": FONT, "size": 14, "color": INK},
            "showlegend": False,
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"font": {"family": FONT, "size": 14}, "bgcolor": "#FFFFFF", "bordercolor": GREEN},
            "shapes": [
                {"type": "line", "x0": today, "x1": today, "yref": "paper", "y0": 0, "y1": 1, "line": {"width": 1.5}}
            ],
            "annotations": [
                beside
                | {
                    "x": today,
                    "y": 1,
                    "text": right_to_left(parts["said"], w),
                    "xanchor": "right" if late else "left",
                    "yanchor": "bottom",
                    "font": {"size": 13, "color": INK},
                },
                # Counts grow: over the beginning of the path there is room.
                *(note | {"x": 0.01, "y": 0.97, "xanchor": "left", "yanchor": "top"} for note in in_picture(panel, w)),
            ],
            "xaxis": {
                "type": "date",
                "tickvals": [day.isoformat() for day in ticks],
                "ticktext": [right_to_left(w.month(day), w) for day in ticks],
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
                "linecolor": GRID,
                "showline": True,
                "automargin": True,
            },
            "yaxis": {
                "side": "right" if w.rtl else "left",
                "range": [0, top * ROOM_ABOVE * 1.03],
                "tickvals": named,
                "ticktext": scale,
                "ticklabelstandoff": 8,
                "automargin": True,
                "gridcolor": GRID,
                "zeroline": False,
                "fixedrange": True,
            },
        },
    }
    if panel.parts.get("marks"):
        _mark_actions(figure, panel, w, letters=COURSE_LETTERS)
    return Chart(figure)


def _levels(wanted: Sequence[float], top: float) -> list[float]:
    """The levels that a scale names, the first of two that would overlap; its top where there is no other."""
    named: list[float] = []
    for level in (*wanted, *([top] if len(set(wanted)) < 2 else [])):
        if all(abs(level - other) >= APART * top for other in named):
            named.append(level)
    return sorted(named)


def _month_ticks(days: Sequence) -> list:
    """The first day of every so many months in the span, at most five."""
    first, last = days[0], days[-1]
    months = (last.year - first.year) * 12 + last.month - first.month
    every = max(1, -(-months // 5))
    found = []
    for at in range(1, months + 1, every):
        years, month = divmod(first.month - 1 + at, 12)
        found.append(first.replace(year=first.year + years, month=month + 1, day=1))
    return found or [first]


def in_picture(panel: Panel, w: Words) -> list[dict]:
    """The notice of the demonstration as an annotation: even a picture of the chart says that it is made up."""
    if not panel.demonstration:
        return []
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": 0.5,
            "y": 0.5,
            "text": "<br>".join(right_to_left(line, w) for line in wrap(w("demo.badge"), 34)),
            "showarrow": False,
            "font": {"size": 13, "color": "#7A5200"},
            "bgcolor": "rgba(251,234,196,0.75)",
            "borderpad": 3,
        }
    ]


OCHRE = "#8A5A00"


def movements_figure(panel: Panel, *, locale: str, height: int = 300) -> go.Figure:
    """Entries above and exits below a line, month by month, and the net as points; where only the net is known, it is
    the bars. Time runs left to right in every language; the scale stands where reading begins."""
    w, names = words(locale), panel.parts["names"]
    bars = panel.parts["bars"]
    middle = [(first + (last - first) / 2).isoformat() for first, last, *_ in bars]
    wide = [0.8 * 86_400_000 * (last - first).days for first, last, *_ in bars]
    said = [right_to_left(text, w) for *_, text in bars]
    base = {"x": middle, "customdata": said, "hovertemplate": "%{customdata}<extra></extra>"}
    net = [bar[2] for bar in bars]
    entries, exits = [bar[3] for bar in bars], [None if bar[4] is None else -bar[4] for bar in bars]
    known = any(value is not None for value in (*entries, *exits))
    data = []
    if known:
        sides = ((entries, names["entries"], GREEN, ""), (exits, names["exits"], OCHRE, "/"))
        for values, name, colour, shape in sides:
            marker = {
                "color": colour,
                "pattern": {"shape": shape, "fillmode": "overlay", "fgcolor": "#FFFFFF", "size": 7},
            }
            data.append(base | {"type": "bar", "name": name, "y": values, "width": wide, "marker": marker})
        marker = {"size": 9, "color": "#FFFFFF", "symbol": "diamond", "line": {"color": INK, "width": 2}}
        points = {"type": "scatter", "mode": "markers", "name": names["net_a_month"], "marker": marker}
        data.append(base | points | {"y": net, "cliponaxis": False})
    else:
        colours = [GREEN if value >= 0 else OCHRE for value in net]
        shapes = ["" if value >= 0 else "/" for value in net]
        marker = {
            "color": colours,
            "pattern": {"shape": shapes, "fillmode": "overlay", "fgcolor": "#FFFFFF", "size": 7},
        }
        data.append(base | {"type": "bar", "name": names["net_a_month"], "y": net, "width": wide, "marker": marker})
    values = [value for value in (*net, *(entries if known else ()), *(exits if known else ())) if value is not None]
    top, bottom = max(*values, 0.0), min(*values, 0.0)
    span = (top - bottom) or 1.0
    levels = [level for level in (bottom, 0.0, top) if level == 0 or abs(level) > APART * span]
    scale = [right_to_left(w.short(round(level)) if level >= 0 else w.signed(round(level)), w) for level in levels]
    room = 24 + 8 * max(map(len, scale))
    ticks = _month_ticks([bars[0][0], bars[-1][1]])
    layout = {
        "height": height,
        "barmode": "overlay",
        "bargap": 0,
        "margin": {"l": 30 if w.rtl else room, "r": room if w.rtl else 30, "t": 34, "b": 30},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"family": FONT, "size": 14, "color": INK},
        "showlegend": known,
        "legend": {
            "orientation": "h",
            "y": 1.02,
            "yanchor": "bottom",
            "x": 1 if w.rtl else 0,
            "xanchor": "right" if w.rtl else "left",
            "traceorder": "reversed" if w.rtl else "normal",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {"font": {"family": FONT, "size": 14}, "bgcolor": "#FFFFFF", "bordercolor": GREEN},
        "xaxis": {
            "type": "date",
            "tickvals": [day.isoformat() for day in ticks],
            "ticktext": [w.month(day) for day in ticks],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "side": "right" if w.rtl else "left",
            "range": [bottom - 0.06 * span, top + 0.06 * span],
            "tickvals": levels,
            "ticktext": scale,
            "gridcolor": GRID,
            "zeroline": True,
            "zerolinecolor": INK,
            "zerolinewidth": 1.5,
            "fixedrange": True,
            "automargin": True,
        },
    }
    if panel.demonstration:
        layout["annotations"] = [note | {"y": 0.98, "yanchor": "top"} for note in in_picture(panel, w)]
    return Chart({"data": data, "layout": layout})


def _edge(colour: str) -> str:
    return ", ".join(f"{x}px {y}px 2px {colour}" for x in (-1, 0, 1) for y in (-1, 0, 1))


HALO, SHADE = _edge("#FFFFFF"), _edge(TINTS[-1])
"""The edge of dark letters and of white ones: a name may be wider than its commune, and is read on any ground."""
GROUP_FILL = {
    "ahead": "#0B4F42",
    "on_path": "#68AE98",
    "met": "#0B5D4E",
    "watch": "#F0B64A",
    "below": "#A4262C",
    "expired": "#6E1A1E",
    "indicative": "#C9CFD4",
    "no_target": "#E7E5DF",
    "no_figure": "#F7F6F3",
    "enough": "#A3CFBF",
    "up_to_two": "#F0B64A",
    "over_two": "#B5641B",
    "no_pace": "#6B4A2B",
    "none": "#F7F6F3",
}
ELSEWHERE_FILL = {"below": "#5B6C8F", "expired": "#3B4A6B"}
"""What another body holds never wears the prefecture's red."""


def group_fill(panel: Panel, key: str) -> str:
    """The colour of a group of a `verdicts` panel."""
    return ELSEWHERE_FILL.get(key, GROUP_FILL[key]) if panel.parts["elsewhere"] else GROUP_FILL[key]


Box = tuple[float, float, float, float]
"""What a map shows of the earth, in degrees: west, south, east, north."""


def _ground(box: Box | None) -> dict:
    """The ground of a map: what the box holds, to the edge; without one Plotly looks for itself what fits, and leaves
    as much room around it as half of it."""
    ground = {"visible": False, "projection": {"type": "mercator"}, "bgcolor": PAPER}
    if box is None:
        return ground | {"fitbounds": "geojson"}
    west, south, east, north = box
    return ground | {"lonaxis": {"range": [west, east]}, "lataxis": {"range": [south, north]}}


def verdicts_figure(panel: Panel, *, locale: str, height: int = 420, box: Box | None = None) -> go.Figure:
    """The map of a `verdicts` panel: a trace for each group, each territory with what is said of it."""
    w, parts = words(locale), panel.parts
    data = []
    for key, text, codes in parts["groups"]:
        fill = group_fill(panel, key)
        data.append(
            {
                "type": "choropleth",
                "name": text,
                "geojson": parts["boundaries"],
                "featureidkey": "id",
                "locations": list(codes),
                "z": [0] * len(codes),
                "zmin": 0,
                "zmax": 1,
                "colorscale": [[0, fill], [1, fill]],
                "showscale": False,
                "customdata": [_folded(parts["texts"][code], w) for code in codes],
                "hovertemplate": "%{customdata}<extra></extra>",
                "hoverlabel": {"align": "right" if w.rtl else "left"},
                "marker": {"line": {"color": "#FFFFFF", "width": 0.8}},
                "selected": {"marker": {"opacity": 1}},
                "unselected": {"marker": {"opacity": 1}},
            }
        )
    named = [code for _, _, codes in parts["groups"] for code in codes]
    if 0 < len(named) <= LABELLED:
        data.append(
            {
                "type": "scattergeo",
                "geojson": parts["boundaries"],
                "featureidkey": "id",
                "locations": named,
                "locationmode": "geojson-id",
                "mode": "text",
                "text": [parts["names"][code] for code in named],
                "textfont": {"size": 13, "family": FONT, "color": INK, "shadow": HALO},
                "hoverinfo": "skip",
            }
        )
    layout = {
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": PAPER,
        "font": {"family": FONT, "size": 14, "color": INK},
        "showlegend": False,
        "dragmode": False,
        "clickmode": "event+select",
        "hoverlabel": {"font": {"family": FONT, "size": 14}, "bgcolor": "#FFFFFF", "bordercolor": GREEN},
        "geo": _ground(box),
    }
    if panel.demonstration:
        layout["annotations"] = [note | _corner(w) for note in in_picture(panel, w)]
    return Chart({"data": data, "layout": layout})


def _corner(w: Words) -> dict:
    """The lower corner of a map at which reading begins."""
    x, side = (1, "right") if w.rtl else (0, "left")
    return {"x": x, "xanchor": side, "y": 0, "yanchor": "bottom"}


def _folded(text: str, w: Words) -> str:
    lines = wrap(text.translate(WITHOUT_ISOLATES), 60)
    return "<br>".join(right_to_left(line, w) for line in lines)


def map_figure(panel: Panel, *, locale: str, height: int = 560, box: Box | None = None) -> go.Figure:
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
        "hoverlabel": {"align": "right" if locale == "ar" else "left"},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }

    def hover(said: str) -> str:
        # The run is marked here, once, and not in each of 1,503 texts.
        return f"<b>%{{properties.{language}}}</b><br>{right_to_left(said, w)}<extra></extra>"

    traces = []
    used = max(len(panel.parts["breaks"]), 1)
    # Two stops per tint, so that a class has one colour and nothing is mixed between classes.
    steps = [[stop / used, tint] for i, tint in enumerate(tints_for(used)) for stop in (i, i + 1)]
    for shared in (True, False):
        mine = [r for r in rows if r.tint is not None and bool(r.share) is shared]
        if not mine:
            continue
        before, shares, after = _shell([r.share for r in mine])
        traces.append(
            base
            | {
                "locations": [r.territory_code for r in mine],
                "z": [r.tint for r in mine],
                "zmin": -0.5,
                "zmax": used - 0.5,
                "colorscale": steps,
                "customdata": [r.count for r in mine],
                **({"text": shares} if shared else {}),
                "hovertemplate": hover(f"%{{customdata}} · {before}%{{text}}{after}" if shared else "%{customdata}"),
                "marker": {"line": {"color": edge, "width": 0.6}},
            }
        )
    for state, fill in STATE_FILL.items():
        mine = [r for r in rows if r.tint is None and r.state == state]
        if not mine:
            continue
        texts = [r.count for r in mine]
        # What is said of all alike is sent once; partial sums, which are drawn as missing, are said each for itself.
        if len(set(texts)) == 1:
            said = {"hovertemplate": hover(texts[0])}
        else:
            said = {"hovertemplate": hover("%{customdata}"), "customdata": texts}
        outline = {"zero": GREEN, "not_applicable": "#BDBBB4"}.get(state, edge)
        traces.append(
            base
            | {
                "locations": [r.territory_code for r in mine],
                "z": [0] * len(mine),
                "zmin": 0,
                "zmax": 1,
                "colorscale": [[0, fill], [1, fill]],
                **said,
                "marker": {"line": {"color": outline, "width": 1.4 if state == "zero" else 0.6}},
            }
        )
    traces += _marks(rows, address, texts=panel.parts["texts"], classes=len(panel.parts["breaks"]), w=w)
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
            "geo": _ground(box),
        },
    }
    if panel.demonstration:
        figure["layout"]["annotations"] = [note | _corner(w) for note in in_picture(panel, w)]
    return Chart(figure)


def _shell(texts: Sequence[str]) -> tuple[str, list[str], str]:
    """What all texts begin and end with besides letters and digits, and between the two what is left of each.

    The percent sign, its space and the marks of direction are sent once, and not with each of 1,503 shares.
    """
    before, after = commonprefix(texts), commonprefix([text[::-1] for text in texts])
    before = before[: next((i for i, c in enumerate(before) if c.isalnum()), len(before))]
    after = after[: next((i for i, c in enumerate(after) if c.isalnum()), len(after))][::-1]
    return before, [text[len(before) : len(text) - len(after)] for text in texts], after


def tints_for(classes: int) -> list[str]:
    """As many tints as there are classes, spread from the lightest to the darkest."""
    if classes == 1:
        return [TINTS[2]]
    return [TINTS[round(i * (len(TINTS) - 1) / (classes - 1))] for i in range(classes)]


def _marks(rows, address: str, *, texts: dict[str, str], classes: int, w: Words) -> list[dict]:
    """The names and numbers of few territories, and the mark of each state where there are not too many."""
    if len(rows) > MARKED:
        return []
    named = len(rows) <= LABELLED
    tints = tints_for(max(classes, 1))
    text, where, darks = [], [], []
    for r in rows:
        # On a map of the kingdom the grey of «missing» is said by the legend: seventy dashes would hide the rest.
        silent = r.tint is not None or (r.state == "missing" and not named)
        mark = "" if silent else STATE_MARK.get(r.state, "")
        below = texts.get(r.territory_code, mark)
        label = f"{r.name}<br>{right_to_left(below, w) if below else ''}".removesuffix("<br>") if named else mark
        if not label:
            continue
        where.append(r.territory_code)
        text.append(label)
        darks.append(r.tint is not None and tints[r.tint] in TINTS[3:])
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
            "textfont": {
                "family": FONT,
                "size": 14 if named else 12,
                "color": ["#FFFFFF" if dark else INK for dark in darks],
                "shadow": [SHADE if dark else HALO for dark in darks],
            },
            "hoverinfo": "skip",
        }
    ]
