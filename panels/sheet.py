"""The sheet of a territory: where each programme stands, the paths of its priorities, what was asked of its services.

Each part is a slide: the paper draws what the wall would, and every figure is told beside the text it is printed as.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.as_slide import as_slide
from panels.plot import LABELLED
from panels.recommendations import capital
from panels.situation import counted, on_date, situation, source_line, whole_or_partial
from panels.slide import Figure, Slide, Source, Table, panel_id
from panels.targets import SHAPE, promised, tone_of
from panels.targets import card as promise_card

MOST_POINTS = 80
"""Points of a line on paper: more of them are one line."""


def _slide(key: str, asked: Mapping[str, Any], **said: Any) -> Slide:
    own = {**asked, "subject": key}
    return Slide(
        key=key,
        subject=key.partition("/")[2],
        asked=own,
        panel=panel_id(own),
        territory=asked["territory"],
        on_date=asked["on"],
        audience=asked["audience"],
        **said,
    )


def programmes(
    readings: pd.DataFrame,
    found: pd.DataFrame,
    quoted: pd.DataFrame,
    *,
    level: str,
    children: Mapping[str, dict[int, str]],
    threshold: int,
    asked: Mapping[str, Any],
    locale: str,
) -> Slide:
    """Where each programme stands in one territory: a row each that has begun there, its count in its unit, its share
    with what it is a share of and of which year, its change, its day, its source.

    readings: `queries.situation.readings` of that territory alone. asked: territory, on, audience, cut.
    """
    w, code = words(locale), asked["territory"]
    rows, figures, dates, sources = [], [], [], []
    for row in rows_of(readings):
        if row.state == "not_applicable":
            continue
        mine = readings[readings["programme"] == row.programme]
        panel = situation(
            mine,
            found[found["step"] == row.step],
            quoted[quoted["step"] == row.step],
            programme=row.programme,
            levels={code: level},
            locale=locale,
            threshold=threshold,
            children=dict(children),
        )
        (reading,) = panel.parts["readings"]
        shown = reading.state == "shown"
        share = w("sheet.share_of", share=reading.share, of=reading.share_of) if reading.share else ""
        dated = " · ".join(filter(None, (reading.dateline, reading.late)))
        told = " · ".join(filter(None, (reading.source.text if reading.source else "", reading.reporting)))
        count = reading.exact if shown else reading.number
        rows.append((w.name("programme", row.programme, field="short"), count, share, reading.change, dated, told))
        value = int(row.value) if shown else None
        day = int(row.on_date) if shown else asked["on"]
        figures.append(Figure(row.step, code, day, value, count, row.unit, reading.state))
        if shown:
            dates.append(day)
            if reading.share:
                figures.append(Figure(row.indicator, code, day, float(row.covered_share), reading.share, "share"))
        if reading.source:
            sources.append(Source(reading.source.text, reading.source.address))
    columns = ("situation.column_programme", "situation.column_count", "sheet.column_share", "sheet.column_change")
    head = tuple(w(name) for name in (*columns, "situation.column_date", "situation.column_source"))
    if len({row[-1] for row in rows if row[-1]}) == 1:
        rows, head = [row[:-1] for row in rows], head[:-1]
    return _slide(
        "sheet/programmes",
        asked,
        kind="table",
        title=w("sheet.programmes_title", place=w.in_territory(code), date=w.date(on_date(asked["on"]))),
        table=Table(head, tuple(rows)),
        figures=tuple(figures),
        sources=tuple(dict.fromkeys(sources)),
        dates=tuple(sorted(set(dates))),
        notes=_states(figures, threshold, asked["on"], w),
    )


def _states(figures: Sequence[Figure], threshold: int, on: int, w: Words) -> tuple[str, ...]:
    """What the words that stand in the place of a figure mean, where there are any."""
    states = {figure.state for figure in figures}
    said = []
    if "withheld" in states:
        said.append(w("state.withheld_why", threshold=w.number(threshold)))
    if "missing" in states:
        said.append(w("state.missing_why", date=on_date(on)))
    return tuple(said)


def counts(
    found: pd.DataFrame, steps: Mapping[str, Any], *, threshold: int, asked: Mapping[str, Any], locale: str
) -> Slide | None:
    """Every count known of the territory, as `queries.figures` has it; those that speak only. What was counted at one
    stage on one day (households and persons) is one row. None where there is none."""
    w, code = words(locale), asked["territory"]
    order = {step: at for at, step in enumerate(steps)}
    mine = [row for row in rows_of(found) if row.speaks and row.step in order]
    mine.sort(key=lambda row: (order[row.step], row.unit, row.measure))
    rows, figures, before = {}, [], ""
    for row in mine:
        if row.state == "shown":
            text = whole_or_partial(row, counted(row.unit, int(row.value), w), w)
        else:
            threshold_said = {"threshold": w.number(threshold)} if row.state == "withheld" else {}
            text = w(f"state.{row.state}", **threshold_said)
        dated = w.date_short(on_date(row.on_date))
        if row.measure == "flow":
            dated = w("reading.period", since=w.date_short(on_date(row.from_date)), date=dated)
        source = source_line(row.source, "", row.basis, w).text
        rows.setdefault((row.step, dated, source), []).append(text)
        value = int(row.value) if row.state == "shown" else None
        figures.append(Figure(row.step, code, int(row.on_date), value, text, row.unit, row.state))
    if not rows:
        return None
    told, kept = {source for _, _, source in rows}, []
    for (step, dated, source), texts in rows.items():
        programme = step.partition(".")[0]
        name = "" if programme == before else w.name("programme", programme, field="short")
        before = programme
        kept.append((name, w.name("step", step), " · ".join(dict.fromkeys(texts)), dated, source))
    names = ("programme", "step", "count", "date", "source")
    head = tuple(w(f"situation.column_{name}") for name in names)
    if len(told) == 1:
        # One source for all of them is said once, below.
        kept, head = [row[:-1] for row in kept], head[:-1]
    return _slide(
        "sheet/counts",
        asked,
        kind="table",
        title=w("sheet.counts_title", place=w.in_territory(code)),
        table=Table(head, tuple(kept)),
        figures=tuple(figures),
        sources=tuple(Source(one) for one in sorted(told)) if len(told) == 1 else (),
        dates=tuple(sorted({figure.on_date for figure in figures})),
        notes=_states(figures, threshold, asked["on"], w),
    )


def standings(rows: Sequence[Any], *, asked: Mapping[str, Any], locale: str) -> Slide | None:
    """Where each count stands beside its target: a row each, with its verdict by shape and word, the pace that is
    needed and the recent one, and who holds the stage. None where nothing was promised."""
    w, code = words(locale), asked["territory"]
    told, figures, promises = [], [], []
    for row in rows:
        word = f"{SHAPE[row.verdict]} {w(f'targets.verdict_{row.verdict}')}"
        actual = w("state.missing") if math.isnan(row.actual) else w.number(round(row.actual))
        if row.state == "withheld":
            actual = w("targets.withheld")
        planned = "" if math.isnan(row.planned_today) else w.number(round(row.planned_today))
        needed = "" if math.isnan(row.needed_per_day) else w.number(math.ceil(row.needed_per_day))
        recent = "" if math.isnan(row.recent_per_day) else w.number(math.floor(row.recent_per_day + 0.5))
        held = w.name("body", row.body) if row.body else ""
        told.append((_things(row, w), actual, planned, word, needed, recent, held))
        day = asked["on"] if math.isnan(row.on_date) else int(row.on_date)
        seen = None if math.isnan(row.actual) else round(row.actual)
        state = "shown" if seen is not None else row.state if row.state != "shown" else "missing"
        figures.append(Figure(row.step, code, day, seen, actual, row.unit, state))
        for what, text, value in (
            ("planned", planned, row.planned_today),
            ("needed_per_day", needed, row.needed_per_day),
            ("recent_per_day", recent, row.recent_per_day),
        ):
            if text:
                figures.append(Figure(what, code, asked["on"], float(value), text, row.unit))
        promise = promised(row, w)
        if promise is not None:
            promises.append(f"{_things(row, w)} – {promise.text}")
    if not told:
        return None
    names = ("indicator", "actual", "planned", "verdict", "needed", "recent", "body")
    head, acting = tuple(w(f"sheet.column_{name}") for name in names), ()
    if len({row[-1] for row in told}) == 1:
        # Who can act is said once, below, where it is the same for all.
        acting = (w("sheet.body_of_all", body=told[0][-1]),) if told[0][-1] else ()
        told, head = [row[:-1] for row in told], head[:-1]
    return _slide(
        "sheet/standings",
        asked,
        kind="table",
        title=w("sheet.standings_title", place=w.in_territory(code)),
        table=Table(head, tuple(told), (1, 2, 4, 5)),
        figures=tuple(figures),
        notes=(*acting, w("sheet.paces_note"), *dict.fromkeys(promises)),
        dates=tuple(sorted({figure.on_date for figure in figures if figure.what not in _MEASURES})),
    )


_MEASURES = ("planned", "needed_per_day", "recent_per_day")


def _things(row: Any, w: Words) -> str:
    """What a standing counts: a count stands beside it, never a share, so it bears no name of a share."""
    return w("sheet.things", things=capital(w.things(row.step, row.unit)))


def course(found: Any, row: Any, *, indicator: str, asked: Mapping[str, Any], locale: str) -> Slide | None:
    """The path of one count: what it was, what was planned. found: `queries.targets.Course`; row: its standing, None
    where nothing was promised. None without two points."""
    w, code = words(locale), asked["territory"]
    actual = [(int(r.on_date), r.value) for r in rows_of(found.actual) if r.believed and r.value is not None]
    if len(actual) < 2:
        return None
    step, unit = asked["step"], asked["unit"]
    kept = _thinned(actual)
    planned = [(int(r.on_date), r.planned) for r in rows_of(found.planned)]
    promising = row is not None and not math.isnan(row.target)
    most = max(value for _, value in kept + planned)
    day, value = actual[-1]
    text = w.number(round(value))
    chart = {
        "unit": w(f"unit.{unit}.plural"),
        "dates": [_iso(on) for on, _ in kept],
        "values": [round(v) for _, v in kept],
        "labels": [w.number(round(v)) for _, v in kept],
        "planned": [{"date": _iso(on), "value": v} for on, v in planned],
        "target": {"date": _iso(int(row.due)), "value": row.target, "text": w.number(round(row.target))}
        if promising
        else None,
        "band": [],
        "marks": [],
        "ticks": _ticks([on for on, _ in kept + planned], w),
        "scale": _scale(most, w),
    }
    figures = [Figure(step, code, day, round(value), text, unit)]
    if promising:
        figures.append(Figure("target", code, int(row.due), row.target, w.number(round(row.target)), unit))
    held = row is not None and bool(row.held_elsewhere)
    return _slide(
        f"sheet/{indicator}",
        asked,
        kind="path",
        title=promise_card(row, locale=locale).title
        if row is not None
        else w("targets.course_title_bare", things=w.of_things(step, unit), place=w.in_territory(code)),
        verdict={
            "verdict": row.verdict,
            "tone": tone_of(row.verdict, held_elsewhere=held),
            "shape": SHAPE[row.verdict],
            "word": w(f"targets.verdict_{row.verdict}"),
        }
        if row is not None
        else None,
        chart=chart,
        figures=tuple(figures),
        sources=(Source(source_line(row.source, "", "reported", w).text),) if row is not None and row.source else (),
        dates=(day,),
    )


def on_a_map(panel: Panel, *, indicator: str, asked: Mapping[str, Any], locale: str) -> Slide:
    """The map of what lies below a territory, without a table: a sheet is a page or two. Up to so many territories as
    the drawing names, their figures stand in it. panel: `panels.map.territories_map`."""
    whole = as_slide(panel, locale=locale, asked={**asked, "show": panel.parts["show"]})
    share = panel.parts["show"] == "share"
    rows = [row for row in panel.parts["rows"] if row.tint is not None or row.state == "zero"]
    figures = tuple(
        Figure(
            indicator,
            row.territory_code,
            asked["on"],
            row.covered_share if share else row.value,
            row.share if share else row.count,
            "share" if share else panel.units[0],
        )
        for row in rows
    )
    return _slide(
        "sheet/map",
        {**asked, "indicator": indicator},
        kind="map",
        title=panel.title,
        chart=whole.chart,
        figures=figures if len(panel.parts["rows"]) <= LABELLED else (),
        sources=whole.sources,
        dates=whole.dates,
        notes=whole.notes,
    )


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """So many points that a line on paper is the same: the first and the last, and every so many between."""
    every = math.ceil(len(points) / MOST_POINTS)
    return [*points[:-1:every], points[-1]]


def _iso(day: int) -> str:
    return on_date(day).isoformat()


def _ticks(days: Sequence[int], w: Words) -> list[dict[str, str]]:
    """The beginnings of months along an axis, five at most."""
    first, last = on_date(min(days)), on_date(max(days))
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    every = max(math.ceil(months / 5), 1)
    found = []
    for at in range(0, months + 1, every):
        year, month = divmod(first.year * 12 + first.month - 1 + at, 12)
        day = dt.date(year, month + 1, 1)
        if first <= day <= last:
            found.append({"date": day.isoformat(), "text": w.month(day)})
    return found or [{"date": first.isoformat(), "text": w.date_short(first)}]


def _scale(most: float, w: Words) -> list[dict[str, Any]]:
    """Round values from zero to above the greatest, five at most."""
    most = max(most, 4)
    power = 10 ** math.floor(math.log10(most / 4))
    step = next(power * m for m in (1, 2, 5, 10) if power * m * 4 >= most)
    return [{"value": at * step, "text": w.number(int(at * step))} for at in range(math.ceil(most / step) + 1)]


def recommendations(
    rows: Sequence[Any], *, held: Mapping[str, int], names: Mapping[str, str], asked: Mapping[str, Any], locale: str
) -> Slide | None:
    """What was asked of services about the territory, with what became of it. rows: `queries.recommendations`; held:
    the day of each meeting; names: of the services, by id. None where nothing was."""
    w = words(locale)
    told = [
        (
            w("sheet.number_of", number=w.number(row.number), date=w.date_short(on_date(held[row.meeting]))),
            row.text,
            names.get(row.lead, row.lead),
            w.date(on_date(row.due)),
            standing(row, asked["on"], w),
        )
        for row in rows
    ]
    if not told:
        return None
    head = tuple(w(f"sheet.column_{name}") for name in ("recommendation", "text", "service", "due", "state"))
    return _slide(
        "sheet/recommendations",
        asked,
        kind="table",
        title=w("sheet.recommendations_title", place=w.in_territory(asked["territory"])),
        table=Table(head, tuple(told)),
    )


def standing(row: Any, on: int, w: Words) -> str:
    """What a service said of a recommendation, and that its date has passed where it has."""
    return w("sheet.state_overdue") if row.overdue(on) else w(f"sheet.state_{row.state}")
