"""Plotly drawing of panels: lines and maps. Text and legends are drawn by whoever shows the panel."""

from collections.abc import Sequence
from os.path import commonprefix
from textwrap import wrap

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
    return Chart(figure)


class Chart(go.Figure):
    """A finished figure: whoever shows it gets the same dictionary each time.

    Plotly copies a figure and looks for arrays in all of it whenever it is asked for its dictionary, which Streamlit
    does at every run: three of five milliseconds a chart.
    """

    def __init__(self, figure: dict):
        super().__init__(figure, skip_invalid=False)
        # Plotly's own theme would be sent with every chart: 7 kB of colours that none of ours uses.
        self.layout.template = None
        self.__dict__["_finished"] = super().to_dict()

    def to_dict(self) -> dict:
        """The figure as a dictionary, which nobody may change."""
        return self.__dict__["_finished"]


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
            "geo": {
                "visible": False,
                "fitbounds": "geojson",
                "projection": {"type": "mercator"},
                "bgcolor": PAPER,
            },
        },
    }
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
    text, where, colour = [], [], []
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
        dark = r.tint is not None and tints[r.tint] in TINTS[3:]
        colour.append("#FFFFFF" if dark else INK)
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
            "textfont": {"family": FONT, "size": 14 if named else 12, "color": colour},
            "hoverinfo": "skip",
        }
    ]
