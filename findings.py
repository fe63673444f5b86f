"""The catalogue of findings: each one's name, its choices, the query that answers it, the panel that says it.

Pages, agendas and documents ask here, so that the same question has one answer everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import sqlalchemy as sa

from panels import Panel, html, plot
from panels import events as say_events
from panels import figures as say_figures
from panels import map as say_map
from panels import method as say_method
from panels import situation as say_situation
from queries import events, territories, trend
from queries import map as geography
from queries.cuts import latest_cut, latest_events
from queries.definitions import Definitions, definitions
from queries.figures import of_territory
from queries.silence import silent_children
from queries.situation import quotations, quoted, readings


@dataclass(frozen=True)
class Answer:
    """What a finding says: its panels in reading order, and the paths that go with them, by programme.

    facts: what else a page has to know, by name: further panels, whether there is anything to show at all.
    """

    panels: tuple[Panel, ...]
    paths: dict[str, Panel] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A question that the product answers. `choices`: what a reader may choose, the names of `answer`'s arguments."""

    name: str
    choices: tuple[str, ...]
    answer: Callable[..., Answer]


MOST_READINGS = 4
"""The kingdom, the region, the prefecture, and what was chosen below it."""


def _situation(engine: sa.Engine, *, cut: int, scope: str, locale: str, territory: str, on: int) -> Answer:
    known = definitions(engine, cut=cut)
    with engine.connect() as connection:
        line = territories.lineage(connection, of=territory)
        levels = {code: territories.level_of(connection, code) or "" for code in line}
    if len(line) > MOST_READINGS:
        line = (*line[: MOST_READINGS - 1], line[-1])
    headline, found = readings(engine, territories=line, on=on, cut=cut, scope=scope)
    printed = quoted(engine, found=found, on=on, cut=cut, territories=line)
    silent = silent_children(
        engine, of=territory, counts=_partial_counts(headline, territory), on=on, cut=cut, scope=scope
    )
    headlines = _headlines(known)
    history = trend.histories(
        engine, territories=line, on=on, cut=cut, scope=scope, known=known, steps=[step for step, _ in headlines]
    )
    counts = [(code, step, unit) for step, unit in headlines for code in line]
    histories = trend.best_histories(history, known, counts=counts)
    around = say_situation.beside(found, printed)
    panels, paths, others = [], {}, []
    for programme in known.ordered_programmes:
        key = programme["id"]
        mine = headline[headline["programme"] == key]
        if mine.empty or not _in_view(programme, mine, on):
            continue
        panel = say_situation.situation(
            headline, found, printed, programme=key, levels=levels, locale=locale, silent=silent, around=around
        )
        if not programme.get("featured"):
            others.append(panel)
            continue
        panels.append(panel)
        path = _path(histories, line=line, row=mine.iloc[0], locale=locale)
        if path is not None:
            paths[key] = path
    facts = {
        "line": line,
        "others": say_situation.others(others, line=line, locale=locale) if others else None,
        "listed": bool((found["territory_code"] == territory).any()),
        "silent": not (headline[headline["territory_code"] == territory]["state"] == "shown").any(),
        "empty": found.empty,
    }
    return Answer(tuple(panels), paths, facts)


def _figures(engine: sa.Engine, *, cut: int, scope: str, locale: str, territory: str, on: int) -> Answer:
    known = definitions(engine, cut=cut)
    found = of_territory(engine, territory=territory, on=on, cut=cut, scope=scope)
    return Answer((say_figures.figures(found, known, territory=territory, locale=locale),))


def _partial_counts(headline: pd.DataFrame, territory: str) -> set[tuple[str, str]]:
    """The counts (step, unit) that stand for a territory as sums over some of its children only."""
    mine = headline[(headline["territory_code"] == territory) & (headline["basis"] == "summed")]
    mine = mine[mine["reporting"] < mine["expected"]]
    return set(zip(mine["step"], mine["unit"], strict=True))


def _in_view(programme: dict, mine: pd.DataFrame, on: int) -> bool:
    """A programme is in view once it has begun somewhere on the line, and as long as a figure of it is not late."""
    if (mine["state"] == "not_applicable").all():
        return False
    shown = mine[mine["state"] == "shown"]
    return not programme.get("ended") or (len(shown) > 0 and not shown["late"].astype(bool).all())


def _path(histories: dict[tuple, pd.DataFrame], *, line, row, locale: str) -> Panel | None:
    """The path of the nearest territory whose history has at least two dates, from the chosen one up."""
    for code in reversed(line):
        best = histories[code, row["step"], row["unit"]]
        if best["on_date"].nunique() >= 2:
            return say_situation.path(best, step=row["step"], unit=row["unit"], territory=code, locale=locale)
    return None


def _map(
    engine: sa.Engine,
    *,
    cut: int,
    scope: str,
    locale: str,
    territory: str,
    on: int,
    indicator: str,
    show: str,
    level: str | None,
    boundaries: str,
) -> Answer:
    known = definitions(engine, cut=cut)
    frame = geography.by_child(engine, parent=territory, indicator=indicator, on=on, cut=cut, scope=scope, level=level)
    with engine.connect() as connection:
        below = territories.level_of(connection, frame["territory_code"].iloc[0]) if len(frame) else None
    panel = say_map.territories_map(
        frame,
        parent=territory,
        indicator=known.indicators[indicator],
        show=show,
        level=below or "commune",
        boundaries=boundaries,
        on=on,
        locale=locale,
    )
    return Answer((panel,))


def _method(engine: sa.Engine, *, cut: int, scope: str, locale: str, on: int) -> Answer:
    known = definitions(engine, cut=cut)
    panels = [
        say_method.definition(indicator, programme, known.steps, locale=locale)
        for programme in known.ordered_programmes
        for indicator in known.indicators_of(programme["id"])
    ]
    printed = quotations(engine, on=on, cut=cut)
    return Answer(tuple(panels), facts={"quotations": say_method.quotations(printed, locale=locale)})


def _events(engine: sa.Engine, *, cut: int, scope: str, locale: str, on: int) -> Answer:
    log = events.log(engine, cut=cut, scope=scope)
    fresh = events.freshness(engine, on=on, cut=cut, scope=scope)
    return Answer(
        (say_events.freshness(fresh, locale=locale), say_events.log(log, locale=locale)),
        facts={
            "empty": not (log["kind"] == "import").any(),
            "imports": say_events.withdrawable(log, locale=locale),
        },
    )


FINDINGS = {
    f.name: f
    for f in (
        Finding("situation", ("territory", "on"), _situation),
        Finding("figures", ("territory", "on"), _figures),
        Finding("map", ("territory", "on", "indicator", "show", "level", "boundaries"), _map),
        Finding("method", ("on",), _method),
        Finding("events", ("on",), _events),
    )
}


def find(name: str, engine: sa.Engine, *, cut: int, scope: str, locale: str, **choices: Any) -> Answer:
    """The answer to a finding. Raises KeyError for a finding there is not, TypeError for choices it does not have."""
    return FINDINGS[name].answer(engine, cut=cut, scope=scope, locale=locale, **choices)


def indicator_choices(engine: sa.Engine, *, cut: int) -> tuple[tuple[str, str, bool], ...]:
    """The indicators that a map can show, in order: (id, programme, whether it has a share)."""
    known = definitions(engine, cut=cut)
    return tuple(
        (i["id"], p["id"], bool(i.get("denominator")))
        for p in known.ordered_programmes
        for i in known.indicators_of(p["id"])
    )


def headline_counts(engine: sa.Engine, *, cut: int) -> tuple[tuple[str, str], ...]:
    """The counts (step, unit) of the headline indicators of the first screen, in its order."""
    return _headlines(definitions(engine, cut=cut))


def _headlines(known: Definitions) -> tuple[tuple[str, str], ...]:
    headlines = (p.get("headline") for p in known.ordered_programmes if p.get("featured"))
    numerators = (known.indicators[h]["numerator"] for h in headlines if h in known.indicators)
    return tuple((n["step"], n["unit"]) for n in numerators)


def territory_choices(engine: sa.Engine, *, scope: str) -> tuple[tuple[str, str, str], ...]:
    """The territories that a reader of `scope` may choose, in administrative order: (code, level, parent)."""
    frame = territories.territories(engine)
    with engine.connect() as connection:
        seen = territories.visible(connection, scope=scope)
    kept = frame if seen is None else frame[frame["territory_code"].isin(seen)]
    return tuple(kept[["territory_code", "level", "parent_code"]].itertuples(index=False, name=None))


def writable(engine: sa.Engine, *, scope: str) -> frozenset[str] | None:
    """The territories whose counts one of `scope` may hand in: his own and those below; None for all."""
    if scope == territories.KINGDOM:
        return None
    with engine.connect() as connection:
        seen = territories.visible(connection, scope=scope)
        above = territories.lineage(connection, of=scope)[:-1]
    return (seen or frozenset()) - frozenset(above)


def date_choices(engine: sa.Engine, *, territory: str, cut: int, scope: str) -> tuple[int, ...]:
    """The days at which something is known of a territory or of what stands above it, newest first."""
    with engine.connect() as connection:
        line = territories.lineage(connection, of=territory)
    return tuple(events.data_dates(engine, territories=line, cut=cut, scope=scope))


DRAWINGS: dict[str, Callable[..., Any]] = {"path": plot.path_figure, "map": plot.map_figure}
"""How each kind of panel is drawn as a chart."""

TEXTS: dict[str, Callable[..., str]] = {
    "readings": html.situation_html,
    "table": html.rows_html,
    "legend": html.legend_html,
    "footer": html.footer_html,
}
"""How panels, and what stands around them, are written as HTML."""


def drawing(panel: Panel, *, locale: str, height: int) -> Any:
    """The chart of a panel, for Plotly."""
    return _made(panel, (locale, height), lambda: DRAWINGS[panel.kind](panel, locale=locale, height=height))


def text(panel: Panel, *, locale: str, part: str | None = None) -> str:
    """A panel as HTML, or one part of what stands around it (legend, footer)."""
    return _made(panel, (locale, part), lambda: TEXTS[part or panel.kind](panel, locale=locale))


def map_table(panel: Panel, *, order: str, locale: str, address: Callable[[str], str]) -> str:
    """The table beside a map, in the order that the reader asked for; `address` leads to a territory's own view."""
    rows = say_map.table_order(panel.parts["rows"], order)
    return html.map_table_html(rows, panel, locale=locale, address=address)


def _made(panel: Panel, key: tuple, make: Callable[[], Any]) -> Any:
    if key not in panel.drawn:
        panel.drawn[key] = make()
    return panel.drawn[key]


__all__ = [
    "FINDINGS",
    "Answer",
    "Finding",
    "date_choices",
    "drawing",
    "find",
    "headline_counts",
    "indicator_choices",
    "latest_cut",
    "latest_events",
    "map_table",
    "territory_choices",
    "text",
    "writable",
]
