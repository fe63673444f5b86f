"""The sheet of a territory, from any page and for any day: what is known of it, as slides that paper draws."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from findings.reader import Reader
from panels import map as say_map
from panels import sheet as say
from panels.deck import ON_A_MAP
from panels.slide import OFFICE, OUTSIDE, Slide
from queries import map as geography
from queries import meetings, recommendations, territories
from queries import targets as promises
from queries.figures import of_territory
from queries.situation import quoted, readings

ROUNDED_TO = 5
"""What counts are rounded to in copies for outside."""

MOST_PATHS = 4
"""Priorities whose path is drawn: a sheet is a page or two."""

_COUNTS = ("actual", "planned", "planned_today", "target", "gap", "remaining", "reported", "milestone", "start_value")


def sheet(
    reader: Reader, *, territory: str, on: int, audience: str = OFFICE, demonstration: bool = False
) -> list[Slide]:
    """The slides of a territory's sheet: programmes; where its counts stand beside their targets; the path of up to
    four priorities; for the office alone, what was recommended about it; one priority on the map of what lies below;
    and every count.

    Small cells stay withheld, as the queries withhold them; for outside every count is rounded, and shares and the pace
    that is needed are made of the rounded ones.
    """
    known, asked = reader.known, {"on": on, **reader.asked}
    headline, found = readings(reader.engine, territories=[territory], **asked)
    printed = quoted(reader.engine, found=found, on=on, cut=reader.cut, territories=[territory], known=known)
    printed = printed[~printed["step"].isin(known.hidden_steps)]
    rows = promises.standings(reader.engine, territories=[territory], found=found, shares=True, **asked)
    rows = [row for row in rows if not math.isnan(row.target)]
    counts = of_territory(reader.engine, territory=territory, on=on, **reader.asked)
    with reader.engine.connect() as connection:
        level = territories.level_of(connection, territory) or ""
        children = territories.summed_over(connection, line=[territory])
    if audience == OUTSIDE:
        headline, found, counts = outside_readings(headline), outside(found), outside(counts)
        rows = [outside_standing(row) for row in rows]
        printed = printed.iloc[:0]
    key = {"territory": territory, "on": on, "audience": audience, "cut": reader.cut}
    told = {"asked": key, "locale": reader.locale}
    slides = [
        say.programmes(headline, found, printed, level=level, children=children, threshold=known.small_cell, **told),
        say.standings(rows, **told),
        *(_paths(reader, rows, territory=territory, on=on, audience=audience, key=key)),
    ]
    if audience == OFFICE:
        slides.append(_asked_of_services(reader, territory=territory, on=on, key=key))
    slides.append(_on_a_map(reader, rows, territory=territory, on=on, audience=audience, key=key))
    slides.append(say.counts(counts, known.steps, threshold=known.small_cell, **told))
    return [replace(one, demonstration=demonstration) for one in slides if one is not None]


def _paths(reader: Reader, rows: Sequence[Any], *, territory: str, on: int, audience: str, key: dict) -> list[Slide]:
    """The paths of the priorities."""
    known = reader.known
    own = _promised(rows)
    found = []
    for indicator in _priorities(reader, rows)[:MOST_PATHS]:
        course = promises.course(reader.engine, indicator=indicator, territory=territory, on=on, **reader.asked)
        if audience == OUTSIDE:
            course = replace(course, actual=outside(course.actual), planned=outside(course.planned, "planned"))
        numerator = known.indicators[indicator]["numerator"]
        own_key = key | {"indicator": indicator, "step": numerator["step"], "unit": numerator["unit"]}
        made = say.course(course, own.get(indicator), indicator=indicator, asked=own_key, locale=reader.locale)
        if made is not None:
            found.append(made)
    return found


def _promised(rows: Sequence[Any]) -> dict[str, Any]:
    """What was promised of the territory itself, by indicator."""
    return {row.indicator: row for row in rows if row.set_by != "arithmetical"}


def _priorities(reader: Reader, rows: Sequence[Any]) -> list[str]:
    """The indicators that come first: of what was promised of the territory itself, what is furthest from it; where
    nothing was, those of the first screen."""
    own = _promised(rows)
    ranks = {"expired": 0, "below": 1, "watch": 2, "on_path": 3, "ahead": 4, "met": 5}
    return sorted(own, key=lambda indicator: ranks.get(own[indicator].verdict, 6)) or _featured(reader)


def _featured(reader: Reader) -> list[str]:
    """The indicators of the first screen."""
    known = reader.known
    featured = (p.get("headline") for p in known.ordered_programmes if p.get("featured"))
    return [one for one in featured if one in known.indicators]


def _on_a_map(
    reader: Reader, rows: Sequence[Any], *, territory: str, on: int, audience: str, key: dict
) -> Slide | None:
    """The map of what lies below the territory, of the first priority that most of it has figures of; None where it has
    nothing below it that has boundaries."""
    with reader.engine.connect() as connection:
        below = territories.children(connection, of=territory)
        level = territories.level_of(connection, below[0]) if below else ""
    if level not in ON_A_MAP:
        return None
    for indicator in dict.fromkeys([*_featured(reader), *_priorities(reader, rows)]):
        frame = geography.by_child(reader.engine, parent=territory, indicator=indicator, on=on, **reader.asked)
        if audience == OUTSIDE:
            frame = outside_readings(frame)
        share = frame["covered_share"].notna().sum() * 2 > len(frame)
        if not share and (frame["state"] == "shown").sum() * 2 <= len(frame):
            continue
        panel = say_map.territories_map(
            frame,
            parent=territory,
            indicator=reader.known.indicators[indicator],
            show="share" if share else "count",
            level=level,
            boundaries=level,
            on=on,
            locale=reader.locale,
            threshold=reader.known.small_cell,
        )
        asked = key | {"indicator": indicator, "level": level}
        return say.on_a_map(panel, indicator=indicator, asked=asked, locale=reader.locale)
    return None


def _asked_of_services(reader: Reader, *, territory: str, on: int, key: dict) -> Slide | None:
    rows, held = concerning(reader, territory=territory, on=on)
    return say.recommendations(rows, held=held, names=service_names(reader), asked=key, locale=reader.locale)


def concerning(reader: Reader, *, territory: str, on: int) -> tuple[list[Any], dict[str, int]]:
    """The recommendations about a territory or what lies below it, of meetings held by the day `on` that the reader
    sees, the overdue first, then by date; and the day of each meeting."""
    seen = meetings.meetings(reader.engine, cut=reader.cut, scope=reader.scope)
    held = {one.id: one.on_date for one in seen if one.on_date <= on}
    where = {one.id: one.territory for one in seen}
    if not held:
        return [], held
    found = recommendations.of_meetings(reader.engine, list(held), cut=reader.cut)
    above: dict[str, tuple[str, ...]] = {}
    with reader.engine.connect() as connection:
        for place in {row.territory or where[row.meeting] for row in found}:
            above[place] = territories.lineage(connection, of=place)
    mine = [
        row
        for row in found
        if row.state != "withdrawn" and territory in above.get(row.territory or where[row.meeting], ())
    ]
    mine.sort(key=lambda row: (not row.overdue(on), row.state == "done", row.due, row.number))
    return mine, held


def service_names(reader: Reader) -> dict[str, str]:
    """The names of the office's services, by id, in the reader's language or the next one it has."""
    found = {}
    for one in reader.known.settings.get("service", ()):
        texts = one.get("name", {})
        found[one["id"]] = next(
            (texts[lang] for lang in (reader.locale, "ar", "fr", "en") if texts.get(lang)), one["id"]
        )
    return found


# For outside


def to_five(value: Any) -> Any:
    """A count as it goes outside."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return value
    return float(math.floor(value / ROUNDED_TO + 0.5) * ROUNDED_TO)


def outside(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """A frame with its counts rounded; by default the columns value and previous_value."""
    wanted = [name for name in columns or ("value", "previous_value") if name in frame]
    return frame.assign(**{name: frame[name].map(to_five) for name in wanted}) if len(frame) else frame


def outside_readings(frame: pd.DataFrame) -> pd.DataFrame:
    """The readings of `queries.situation` with their counts rounded, and shares of the rounded ones."""
    rounded = outside(frame, "value", "change")
    # A denominator that is a census is public; one that is a count of a register is rounded as the others.
    of_step = rounded["denominator_kind"] == "step"
    rounded = rounded.assign(denominator=rounded["denominator"].where(~of_step, rounded["denominator"].map(to_five)))
    divided = rounded["value"].astype(float) / rounded["denominator"].astype(float).replace(0, np.nan)
    return rounded.assign(covered_share=divided.where(rounded["covered_share"].notna()))


def outside_standing(row: Any) -> Any:
    """A standing of `queries.targets` with its counts rounded, and the pace that is needed made of them."""
    changed = {name: to_five(getattr(row, name)) for name in _COUNTS}
    needed = changed["remaining"] / row.working_days if row.working_days > 0 else row.needed_per_day
    return row._replace(**changed, needed_per_day=needed if not math.isnan(row.needed_per_day) else math.nan)
