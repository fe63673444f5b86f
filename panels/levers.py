"""Levers: the day of the target with the means chosen, the least that is enough, the next stage, van-days, means."""

import math
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.situation import on_date, source_line, source_name
from panels.targets import Cell
from panels.window import Bar, sources_of

MEANS = ("desk", "staff", "hours_a_week", "files_an_hour", "no_shows", "mobile_unit_days")


def card(found: Any, *, territory: str, changed: bool, locale: str) -> Panel:
    """What the means chosen do to the day of the target, in one sentence; `queries.levers.Outlook`.

    `parts` as those of a `promise` panel. changed: whether any lever was moved.
    """
    w = words(locale)
    cells = []
    if found.row is not None and found.ahead is not None:
        day = found.after if changed else found.told
        number = w("levers.uncertain") if day is None else w.date_short(on_date(day))
        below = w("levers.due", date=w.date_short(on_date(found.row["due"])))
        cells.append(Cell(w("levers.expected"), number, below, said=day is None))
    if found.present is not None:
        cells.append(Cell(w("levers.capacity"), w.number(round(found.present)), w("levers.a_week")))
    if changed and found.changed is not None:
        cells.append(Cell(w("levers.capacity_new"), w.number(round(found.changed)), w("levers.a_week")))
    if not math.isnan(found.recent_week):
        cells.append(Cell(w("levers.recent"), w.number(round(found.recent_week)), w("levers.recent_weeks")))
    if not math.isnan(found.best_week):
        cells.append(Cell(w("levers.best"), w.number(round(found.best_week)), w("levers.best_weeks")))
    sentences = [*least(found, w), *_next(found, w), *_estimated(found, w)]
    sentences.append(w("levers.assumption"))
    if found.present is None and not found.means.empty:
        sentences.insert(0, w("levers.incomplete", place=w.in_territory(territory)))
    row = found.row
    in_time = found.after is not None and row is not None and found.after <= row["due"]
    return Panel(
        subject="levers",
        kind="promise",
        title=_sentence(found, territory, changed, w),
        frame=found.means,
        units=(found.unit,),
        sources=(source_line(row["source"], "", "reported", w),) if row is not None and row["source"] else (),
        data_dates=() if found.origin is None else (int(found.origin),),
        notes=tuple(sentences),
        parts={
            "programme": found.step.partition(".")[0],
            "verdict": "",
            "tone": "good" if in_time else "none",
            "shape": "◆" if changed else "●",
            "word": w("levers.word_changed" if changed else "levers.word_same"),
            "cells": tuple(cells),
            "sentences": tuple(sentences),
            "needed": "",
            "promise": None,
        },
    )


def _sentence(found: Any, territory: str, changed: bool, w: Words) -> str:
    place = w.in_territory(territory)
    row = found.row
    if row is None or math.isnan(row["target"]):
        return w("levers.no_target", place=place)
    said = {"target": w.short(round(row["target"])), "place": place}
    if row["verdict"] == "met":
        return w("levers.met", **said)
    if found.ahead is None:
        return w("levers.no_forecast", **said)
    deadline = {"deadline": w.date(on_date(row["due"]))}
    before = None if found.told is None else w.date(on_date(found.told))
    after = None if found.after is None else w.date(on_date(found.after))
    if after is None and before is None:
        return w("levers.undated", **said, **deadline)
    if not changed or after == before:
        return w("levers.same", **said, **deadline, day=after)
    if after is None:
        return w("levers.lost", **said, before=before)
    if before is None:
        return w("levers.dated", **said, **deadline, day=after)
    return w("levers.sooner", **said, **deadline, day=after, before=before)


def least(found: Any, w: Words) -> list[str]:
    """The least capacity that meets the due date, and each of the means alone."""
    if found.ahead is None or found.row is None or found.row["verdict"] in ("met", "expired"):
        return []
    if found.least is None:
        return [w("levers.least_none")]
    if found.least <= 1:
        return [w("levers.least_enough")]
    times = w.decimal(found.least, places=2)
    if found.present is None:
        return [w("levers.least_times", times=times)]
    said = [w("levers.least", n=w.count("file", math.ceil(found.present * found.least)), times=times)]
    ways = [w(f"levers.alone_{name}", n=w.number(n)) for name, n in found.alone.items() if n]
    return [*said, w("levers.alone", ways=w.join(ways)) if ways else w("levers.alone_none")]


def _next(found: Any, w: Words) -> list[str]:
    """The stage that comes next, and whether it can take what would come to it."""
    if found.row is None or math.isnan(found.row["recent_per_day"]):
        return []
    coming = found.row["recent_per_day"] * found.ratio
    said = []
    for one in found.following:
        # Printed alike, they are alike: nobody waits for a fraction.
        waits = math.floor(coming + 0.5) > math.floor(one.recent_per_day + 0.5)
        said.append(
            w(
                "levers.next_waits" if waits else "levers.next",
                step=w.name("step", one.step),
                body=w.name("body", one.body),
                recent=w.number(max(math.floor(one.recent_per_day + 0.5), 0)),
                coming=w.number(max(math.floor(coming + 0.5), 0)),
            )
        )
    return said


def _estimated(found: Any, w: Words) -> list[str]:
    return [] if found.estimated is None else [w("levers.estimated", n=w.decimal(found.estimated))]


def course(found: Any, *, territory: str, on: int, locale: str) -> Panel | None:
    """The count, what is expected of it with the present means, and with those chosen; None without a forecast."""
    if found.ahead is None or found.course is None or not len(found.course.actual):
        return None
    w = words(locale)
    actual = found.course.actual
    believed, complete = (actual[name].astype(bool) for name in ("believed", "complete"))

    def points(frame: pd.DataFrame, *names: str) -> tuple:
        return tuple(zip(map(on_date, frame["on_date"]), *(frame[name].tolist() for name in names), strict=True))

    lines = ("actual", "incomplete", "planned", "ahead", "band", "doubted")
    names = {
        name: w(f"levers.line_{name}" if name in ("ahead", "planned") else f"targets.line_{name}") for name in lines
    }
    return Panel(
        subject="levers",
        kind="course",
        title=w("levers.chart_title", things=w.of_things(found.step, found.unit), place=w.in_territory(territory)),
        frame=found.path,
        units=(found.unit,),
        sources=sources_of(pd.DataFrame({"source": [found.row["source"]]}), w),
        data_dates=(int(actual["on_date"].max()),),
        parts={
            "actual": points(actual[believed & complete], "value"),
            "incomplete": points(actual[believed & ~complete], "value"),
            "doubted": (),
            "planned": points(found.course.ahead, "median"),
            "ahead": points(found.path, "median", "low", "high"),
            "today": on_date(on),
            "said": w.date(on_date(on)),
            "unit": w(f"unit.{found.unit}.plural"),
            "names": names,
        },
    )


def means(frame: pd.DataFrame, *, territory: str, locale: str) -> Panel:
    """What each office has, in administrative order. frame: `queries.levers.means`."""
    w = words(locale)
    said: dict[str, dict[str, Any]] = {}
    for row in rows_of(frame):
        said.setdefault(row.territory_code, {})[row.means] = row
    kept = [name for name in MEANS if any(name in mine for mine in said.values())]
    rows = []
    for code, mine in said.items():
        cells = [_value(mine.get(name), name, w) for name in kept]
        last = max(mine.values(), key=lambda row: row.on_date)
        rows.append((w.territory(code), *cells, w.date_short(on_date(last.on_date)), _who(last.source, w)))
    names = ("office", *kept, "date", "source")
    return Panel(
        subject="levers",
        kind="table",
        title=w("levers.means_title", place=w.in_territory(territory)),
        frame=frame,
        parts={"head": tuple(w(f"levers.column_{n}") for n in names), "rows": tuple(rows), "titled": True},
    )


def _value(row: Any, name: str, w: Words) -> str | tuple:
    if row is None:
        return (w("state.missing"), "tt-none")
    return w.share(row.value / 100, decimals=0) if name == "no_shows" else w.number(int(row.value))


def _who(source: str, w: Words) -> str:
    return source_name(source, w)


def van_days(frame: pd.DataFrame, *, parent: str, days: int, files_a_day: float | None, locale: str) -> Panel:
    """The order of the communes for a month's van-days. frame: `queries.levers.van_days`; its bars are the days."""
    w = words(locale)
    place = w.in_territory(parent)
    most = float(frame["days"].max()) if len(frame) else 0.0
    rows = []
    for row in rows_of(frame):
        cells = (
            w.territory(row.territory_code),
            w.number(int(row.days)),
            w.number(math.floor(row.files + 0.5)),
            w.number(math.ceil(row.remaining)),
            "" if row.share_left is None else w.share(row.share_left),
            "" if row.share_after is None else w.share(row.share_after),
        )
        rows.append(Bar(cells, row.days / most if row.days else None))
    if not len(frame) or not files_a_day:
        title = w("levers.van_unknown", place=place)
    elif not days:
        title = w("levers.van_none", place=place)
    else:
        title = w("levers.van_title", place=place, n=w.count("day", days))
    columns = ("territory", "bar", "days", "files", "remaining", "share_left", "share_after")
    return Panel(
        subject="levers",
        kind="bars",
        title=title,
        frame=frame,
        sources=sources_of(frame, w),
        notes=(w("levers.van_note", n=w.decimal(files_a_day)),) if files_a_day else (),
        parts={
            "head": tuple(w(f"levers.column_{n}") for n in columns),
            "rows": tuple(rows) if days else (),
            "css": "tt-window-children",
        },
    )
