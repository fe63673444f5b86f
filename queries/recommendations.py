"""Recommendations and declarations as they are read: each in its last state at a cut.

Whoever reads a closed meeting gives the number of the event that closed it: what became of a recommendation later is
not in the minutes of the meeting that made it.
"""

import json
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from data.schema import declaration, event, recommendation, series
from queries.definitions import Definitions, definitions
from queries.figures import figures, is_partial, spoken
from queries.meetings import Meeting, meetings
from queries.territories import KINGDOM, inside_of, visible

STATES = ("assigned", "under_way", "blocked", "done", "withdrawn")
"""What a service says of a recommendation; that it is overdue is read from its date."""


@dataclass(frozen=True)
class Recommendation:
    """A recommendation as known at a cut. number: within its meeting, from 1; slide: the key of the slide it was
    recorded against; lead, partners: ids of services; due: day; territory, step, unit: the figure it is about (empty:
    none); baseline, baseline_date: that figure as it was shown; expected: what it is expected to gain; state: of
    STATES; note: what the service said of it."""

    id: str
    event: int
    meeting: str
    number: int
    slide: str
    text: str
    lead: str
    partners: tuple[str, ...]
    due: int
    territory: str
    step: str
    unit: str
    baseline: int | None
    baseline_date: int | None
    expected: int | None
    state: str
    note: str

    def overdue(self, on: int) -> bool:
        """Whether its date has passed on a day without its being reported as done."""
        return self.due < on and self.state not in ("done", "withdrawn")


@dataclass(frozen=True)
class Declaration:
    """What the representative of a service declared in a meeting: a value beside the official one, or a remark in
    words. remark: the id of the remark («observation») that it became; empty: none."""

    id: str
    event: int
    meeting: str
    number: int
    slide: str
    service: str
    territory: str
    step: str
    unit: str
    on_date: int | None
    value: int | None
    official: int | None
    text: str
    remark: str
    withdrawn: bool


@dataclass(frozen=True)
class Followed:
    """A recommendation with its meeting, and what followed it. overdue: its date has passed on the day of the view
    without its being reported as done; now, now_date: its figure at the cut, of a day after its baseline (None: none
    since, or not for this reader). What followed is not laid to it."""

    recommendation: Recommendation
    meeting: Meeting
    overdue: bool
    now: int | None = None
    now_date: int | None = None


@dataclass(frozen=True)
class State:
    """One event of a recommendation: the state after it, its note, its moment (seconds), its writer (a role)."""

    event: int
    state: str
    note: str
    recorded_at: int
    actor: str


def followed(
    engine: sa.Engine,
    *,
    cut: int,
    scope: str,
    on: int,
    known: Definitions | None = None,
    service: str = "",
    state: str = "",
    territory: str = "",
    meeting: str = "",
    overdue: bool = False,
    first: int | None = None,
    last: int | None = None,
) -> list[Followed]:
    """The recommendations of the meetings that a reader of `scope` sees, the latest meeting first, by number within it;
    those that were withdrawn only where `state` asks for them.

    on: the day of the view, by which a date has passed and up to which figures are read. service: only those it leads
    or is a partner of; state: of STATES; territory: of meetings held for it or below it, or about a figure there;
    meeting: an id; overdue: only those; first, last: of meetings from one day to another.
    """
    held = {one.id: one for one in meetings(engine, cut=cut, scope=scope)}
    inside = None
    if territory and territory != KINGDOM:
        with engine.connect() as connection:
            inside = inside_of(connection, of=territory)
    order = {id: place for place, id in enumerate(held)}
    found = []
    for one in of_meetings(engine, None, cut=cut):
        of = held.get(one.meeting)
        if of is None or (meeting and one.meeting != meeting):
            continue
        if (one.state != state) if state else one.state == "withdrawn":
            continue
        if service and service != one.lead and service not in one.partners:
            continue
        if inside is not None and of.territory not in inside and one.territory not in inside:
            continue
        if (first is not None and of.on_date < first) or (last is not None and of.on_date > last):
            continue
        late = one.overdue(on)
        if overdue and not late:
            continue
        found.append(Followed(one, of, late))
    return beside(
        engine,
        sorted(found, key=lambda f: (order[f.meeting.id], f.recommendation.number)),
        on=on,
        cut=cut,
        scope=scope,
        known=known,
    )


def beside(
    engine: sa.Engine,
    found: Iterable[Followed],
    *,
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> list[Followed]:
    """The same, each with the figure that it is about as it stands on the day `on`. A reader who is not shown a figure
    is not told its baseline either."""
    found, known = list(found), known or definitions(engine, cut=cut)
    counts = {
        (one.recommendation.territory, one.recommendation.step)
        for one in found
        if one.recommendation.baseline is not None
    }
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
    held = {}
    if counts:
        where = sa.or_(*(sa.and_(series.c.territory == code, series.c.step == step) for code, step in sorted(counts)))
        frame = figures(engine, where=where, on=on, cut=cut, scope=scope, known=known, with_change=False)
        held = spoken(frame) if len(frame) else {}
    return [_with_figure(one, held, known, seen) for one in found]


def _with_figure(one: Followed, held: dict, known: Definitions, seen: Collection[str] | None) -> Followed:
    said = one.recommendation
    if said.step in known.hidden_steps or (seen is not None and said.territory and said.territory not in seen):
        kept = {name: getattr(said, name) for name in Recommendation.__dataclass_fields__}
        bare = Recommendation(
            **kept | {"step": "", "unit": "", "baseline": None, "baseline_date": None, "expected": None}
        )
        return Followed(bare, one.meeting, one.overdue)
    row = held.get((said.territory, said.step, said.unit))
    if said.baseline is None or row is None or math.isnan(row.value) or is_partial(row):
        return one
    if row.on_date <= said.baseline_date:
        # The same day's figure, revised or not, says nothing of what followed.
        return one
    return Followed(said, one.meeting, one.overdue, int(row.value), int(row.on_date))


def history(engine: sa.Engine, id: str, *, cut: int) -> list[State]:
    """What was said of a recommendation, the oldest first."""
    statement = (
        sa.select(
            recommendation.c.event, recommendation.c.state, recommendation.c.note, event.c.recorded_at, event.c.actor
        )
        .join(event, event.c.number == recommendation.c.event)
        .where(recommendation.c.id == id, recommendation.c.event <= cut)
        .order_by(recommendation.c.event)
    )
    with engine.connect() as connection:
        return [State(*row) for row in connection.execute(statement).all()]


def of_meetings(engine: sa.Engine, ids: list[str] | None, *, cut: int) -> list[Recommendation]:
    """The recommendations of these meetings (None: of all), withdrawn ones too, by meeting and number."""
    return [
        Recommendation(**row._asdict() | {"partners": tuple(json.loads(row.partners))})
        for row in _rows(engine, recommendation, ids, cut)
    ]


def declared(engine: sa.Engine, ids: list[str] | None, *, cut: int) -> list[Declaration]:
    """What was declared in these meetings (None: in all), what was taken back too, by meeting and number."""
    return [
        Declaration(**row._asdict() | {"withdrawn": bool(row.withdrawn)})
        for row in _rows(engine, declaration, ids, cut)
    ]


def _rows(engine: sa.Engine, table: sa.Table, ids: list[str] | None, cut: int) -> list[sa.Row]:
    last = sa.select(table.c.id, sa.func.max(table.c.event).label("event")).where(table.c.event <= cut)
    last = last.group_by(table.c.id).subquery()
    statement = (
        sa.select(table)
        .join(last, sa.and_(table.c.id == last.c.id, table.c.event == last.c.event))
        .order_by(table.c.meeting, table.c.number)
    )
    if ids is not None:
        statement = statement.where(table.c.meeting.in_(ids))
    with engine.connect() as connection:
        return list(connection.execute(statement).all())
