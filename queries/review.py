"""Review: what came of a quarter: recommendations by service, deliveries, and where each priority stood.

Definitions. A *quarter* is that of the calendar; one that is not over is looked at as of the day asked. *Carried*:
recommendations of earlier meetings that were neither done nor withdrawn when the quarter began. *Made*: those of the
meetings held in it. Carried and made add up to done, under way, blocked and assigned, each in its state at the end of
the quarter; *overdue* are those of them whose date had passed by then. A recommendation that was entered after the
quarter was over is read as it stands now. *Expected*: the days of the quarter that close a cycle of a delivery
(`queries.methods.due`): complete where all offices have figures dated in that cycle, missing where none has, else
incomplete. What counts is the date of the figures, as on the board of sources. *Paths*: verdicts on the first day of
the quarter and at its end, both by what is known now, of the priorities of its meetings and of what has a target.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd
import sqlalchemy as sa

from data.schema import event, observation, recommendation, series
from queries import meetings as sittings
from queries import territories
from queries.cuts import is_current, parameter, parameters
from queries.definitions import Definitions
from queries.frames import of_rows
from queries.meetings import Meeting
from queries.recommendations import of_meetings
from queries.sources import calendar_of, day_of, offices
from queries.targets import progress

MOST = 20
"""Quarters that may be chosen."""

FIRST_DAY = dt.date(1970, 1, 1)

SERVICE_COLUMNS = ["service", "carried", "made", "done", "under_way", "blocked", "assigned", "overdue"]
DELIVERY_COLUMNS = ["delivery", "expected", "complete", "incomplete", "missing", "offices"]
PATH_COLUMNS = [
    "indicator",
    "on_agenda",
    "state_start",
    "state_end",
    "actual_start",
    "actual_end",
    "planned_start",
    "planned_end",
    "verdict_start",
    "verdict_end",
    "held_elsewhere",
    "body",
    "step",
    "unit",
]


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a calendar year."""

    year: int
    number: int

    @property
    def id(self) -> str:
        """As the address says it: 2023-3."""
        return f"{self.year}-{self.number}"

    @property
    def first(self) -> int:
        """The first day, since 1970-01-01."""
        return (dt.date(self.year, 3 * self.number - 2, 1) - FIRST_DAY).days

    @property
    def last(self) -> int:
        """The last day, since 1970-01-01."""
        return self.next.first - 1

    @property
    def next(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before it."""
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)


def quarter_of(day: int) -> Quarter:
    """The quarter that a day lies in."""
    date = FIRST_DAY + dt.timedelta(days=int(day))
    return Quarter(date.year, (date.month + 2) // 3)


def quarter(id: str) -> Quarter:
    """The quarter of an id. ValueError where it is none."""
    year, _, number = id.partition("-")
    found = Quarter(int(year), int(number))
    if not 1 <= found.number <= 4:
        raise ValueError(id)
    return found


def quarters(engine: sa.Engine, *, of: str, on: int, cut: int, scope: str) -> list[Quarter]:
    """The quarters from that of the first meeting to that of the day `on`, the latest first; this one and the one
    before in any case."""
    held = [one.on_date for one in held_in(engine, of=of, until=on, cut=cut, scope=scope)]
    present = quarter_of(on)
    first = min([quarter_of(day) for day in held], default=present.previous)
    found = [present]
    while (found[-1] > first or len(found) < 2) and len(found) < MOST:
        found.append(found[-1].previous)
    return found


def held_in(engine: sa.Engine, *, of: str, until: int, cut: int, scope: str, since: int | None = None) -> list[Meeting]:
    """The meetings of a territory and below that were held by a day, and since another; the earliest first."""
    with engine.connect() as connection:
        inside = None if of == territories.KINGDOM else territories.inside_of(connection, of=of)
    found = [
        one
        for one in sittings.meetings(engine, cut=cut, scope=scope)
        if one.on_date <= until
        and (since is None or one.on_date >= since)
        and one.state != "prepared"
        and (inside is None or one.territory in inside)
    ]
    return sorted(found, key=lambda one: (one.on_date, one.event))


def by_service(
    engine: sa.Engine,
    *,
    of: str,
    quarter: Quarter,
    on: int,
    cut: int,
    scope: str,
    known: Definitions,
) -> tuple[pd.DataFrame, list[tuple[Meeting, int]]]:
    """What became of recommendations in a quarter, by the service that carries them; and the meetings held in it, each
    with how many it made.

    One row per service that has any, in the order of the settings, the others after by id: never by how many it has.
    service (id), carried, made, done, under_way, blocked, assigned, overdue: whole numbers.
    """
    end = min(quarter.last, on)
    held = held_in(engine, of=of, until=end, cut=cut, scope=scope)
    by_meeting = {one.id: one for one in held}
    present = of_meetings(engine, list(by_meeting), cut=cut)
    at_start, at_end = (_states(engine, list(by_meeting), day=day, cut=cut) for day in (quarter.first - 1, end))
    order = [block["id"] for block in known.settings.get("service", ())]
    tallies: dict[str, dict[str, int]] = {}
    made_by = dict.fromkeys((one.id for one in held if one.on_date >= quarter.first), 0)
    for one in present:
        made = by_meeting[one.meeting].on_date >= quarter.first
        # What was entered afterwards had no state yet: it is read as it stands now.
        state, due = at_end.get(one.id, (one.state, one.due))
        before = "" if made else at_start.get(one.id, ("assigned", 0))[0]
        if state == "withdrawn" or before in ("done", "withdrawn"):
            continue
        tally = tallies.setdefault(one.lead, dict.fromkeys(SERVICE_COLUMNS[1:], 0))
        tally["made" if made else "carried"] += 1
        tally[state] += 1
        tally["overdue"] += state != "done" and due < end
        if made:
            made_by[one.meeting] += 1
    listed = [service for service in order if service in tallies]
    listed += sorted(tallies.keys() - set(order))
    rows = [(service, *tallies[service].values()) for service in listed]
    return of_rows(rows, SERVICE_COLUMNS), [(by_meeting[key], count) for key, count in made_by.items()]


def _states(engine: sa.Engine, ids: Sequence[str], *, day: int, cut: int) -> dict[str, tuple[str, int]]:
    """The state and due date of each recommendation at the end of a day; those that were not entered yet are left
    out."""
    midnight = (day + 1) * 86_400
    statement = (
        sa.select(recommendation.c.id, recommendation.c.state, recommendation.c.due)
        .join(event, event.c.number == recommendation.c.event)
        .where(
            recommendation.c.meeting.in_(parameters("ids")),
            recommendation.c.event <= parameter("cut"),
            event.c.recorded_at < sa.bindparam("midnight", type_=sa.BigInteger),
        )
        .order_by(recommendation.c.event)
    )
    with engine.connect() as connection:
        rows = connection.execute(statement, {"ids": list(ids), "cut": cut, "midnight": midnight}).all()
    return {key: (state, due) for key, state, due in rows}


def delivered(
    engine: sa.Engine, *, of: str, quarter: Quarter, on: int, cut: int, scope: str, known: Definitions
) -> pd.DataFrame:
    """What came of each delivery in a quarter, in the order of the settings.

    One row per delivery: delivery (id), expected (days that closed a cycle by the end of the quarter or the day `on`),
    complete, incomplete, missing (of them), offices (that are to report). No count is returned.
    """
    end, rows = min(quarter.last, on), []
    with engine.connect() as connection:
        for delivery in known.settings.get("delivery", ()):
            counts = [count for count in delivery["counts"] if count["step"] in known.steps]
            if not counts:
                continue
            codes = offices(connection, of=of, level=delivery["level"], scope=scope, on=end, known=known)
            calendar = calendar_of(delivery)
            starts = day_of(delivery["starts"])
            days = calendar.within(max(quarter.first, calendar.on_or_after(starts)), end)
            if not codes or not days:
                rows.append((delivery["id"], 0, 0, 0, 0, len(codes)))
                continue
            since = calendar.before(days[0]) + 1
            told = _told(connection, delivery["source"], counts, codes, since=since, until=end, cut=cut)
            tally = {"complete": 0, "incomplete": 0, "missing": 0}
            for day in days:
                cycle = range(calendar.before(day) + 1, day + 1)
                reported = sum(_has(told, code, counts, cycle) for code in codes)
                tally["complete" if reported == len(codes) else "incomplete" if reported else "missing"] += 1
            rows.append((delivery["id"], len(days), *tally.values(), len(codes)))
    return of_rows(rows, DELIVERY_COLUMNS)


def _has(told: Mapping[tuple, set[int]], code: str, counts: Sequence[dict], cycle: range) -> bool:
    """Whether an office has figures of each count that are dated in a cycle."""
    return all(any(day in cycle for day in told.get((code, one["step"], one["unit"]), ())) for one in counts)


def _told(
    connection: sa.Connection,
    source: str,
    counts: Sequence[dict],
    codes: Collection[str],
    *,
    since: int,
    until: int,
    cut: int,
) -> dict[tuple[str, str, str], set[int]]:
    """The days of which each office has figures, by (territory, step, unit)."""
    asked = {"source": source, "steps": sorted({one["step"] for one in counts}), "cut": cut}
    asked |= {"since": since, "until": until}
    found: dict[tuple[str, str, str], set[int]] = {}
    listed = list(codes)
    # In parts: an older SQLite takes a thousand parameters.
    for at in range(0, len(listed), 500):
        for code, step, unit, day in connection.execute(_days_told(), asked | {"codes": listed[at : at + 500]}):
            found.setdefault((code, step, unit), set()).add(day)
    return found


@cache
def _days_told() -> sa.Select:
    row = observation.alias("row")
    return (
        sa.select(series.c.territory, series.c.step, series.c.unit, row.c.to_date)
        .join(row, row.c.series == series.c.id)
        .where(
            series.c.source == sa.bindparam("source"),
            series.c.step.in_(parameters("steps")),
            series.c.territory.in_(parameters("codes")),
            row.c.to_date.between(parameter("since"), parameter("until")),
            is_current(row, cut=parameter("cut")),
        )
        .distinct()
    )


def paths(
    engine: sa.Engine,
    *,
    of: str,
    quarter: Quarter,
    on: int,
    cut: int,
    scope: str,
    known: Definitions,
    held: Sequence[Meeting] = (),
) -> pd.DataFrame:
    """Where each priority of a territory stood beside its path on the first day of a quarter and at its end.

    One row per indicator, by programme: indicator; on_agenda (whether a meeting of the quarter had it); actual_start,
    actual_end, planned_start, planned_end (counts as floats, NaN: none); verdict_start, verdict_end (codes of
    `queries.methods.verdict`, empty where there was no target yet); state_start, state_end; held_elsewhere, body, step,
    unit. Columns as those of `queries.targets.progress`.
    """
    wanted = _priorities(known, held)
    days = (quarter.first, min(quarter.last, on))
    asked = {"cut": cut, "scope": scope, "known": known, "foresee": False, "indicators": wanted}
    told = [
        {row.indicator: row for row in progress(engine, territories=[of], on=day, **asked).itertuples(index=False)}
        for day in days
    ]
    names = [one for one in known.indicators if one in told[0] or one in told[1]]
    order = {one["id"]: at for at, one in enumerate(known.ordered_programmes)}
    names.sort(key=lambda one: (one not in wanted, order.get(known.indicators[one]["programme"], len(order))))
    rows = []
    for name in names:
        start, end = (one.get(name) for one in told)
        row = end or start
        sides = [
            [getattr(one, field, default) if one is not None else default for one in (start, end)]
            for field, default in (("state", ""), ("actual", float("nan")), ("planned", float("nan")), ("verdict", ""))
        ]
        flat = [value for side in sides for value in side]
        rows.append((name, name in wanted, *flat, row.held_elsewhere, row.body, row.step, row.unit))
    floats = ("actual_start", "actual_end", "planned_start", "planned_end")
    return of_rows(rows, PATH_COLUMNS, floats=floats)


def _priorities(known: Definitions, held: Sequence[Meeting]) -> set[str]:
    """The indicators that the agendas of some meetings were about."""
    found = set()
    for meeting in held:
        for item in meeting.agenda:
            name = item.indicator or known.programmes.get(item.programme, {}).get("headline", "")
            if "numerator" in known.indicators.get(name, {}):
                found.add(name)
    return found
