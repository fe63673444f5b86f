"""Promises: the targets as known at a cut, each with its planned path, and the word on a count that stands beside one.

A target names an indicator, a territory and a due date; what is promised is a stock of the indicator's numerator. What
was said of one last holds, a withdrawn one is none.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property

import sqlalchemy as sa

from data.schema import milestone, target
from queries.cuts import parameter, parameters
from queries.definitions import Definitions
from queries.methods.path import Plan
from queries.methods.verdict import Verdict, verdict

_PART = 500
"""Territories asked for at once: an older SQLite takes a thousand parameters."""


@dataclass(frozen=True)
class Target:
    """A promise: value (count) of an indicator in a territory by the day `due`, and the way to it from `starts`.

    set_by: assigned, adopted, announced or arithmetical. source, address: where it stands. event: that said it.
    milestones: (day, value), ascending.
    """

    indicator: str
    territory: str
    due: int
    event: int
    value: int
    starts: int
    start_value: int
    path: str
    set_by: str
    source: str
    address: str
    milestones: tuple[tuple[int, int], ...] = ()

    @cached_property
    def plan(self) -> Plan:
        """The planned path."""
        return Plan(
            start=self.starts,
            due=self.due,
            target=self.value,
            base=self.start_value,
            kind=self.path,
            milestones=self.milestones,
        )


def count_of(definition: Mapping) -> tuple[str, str]:
    """The count (step, unit) that a target of an indicator speaks of."""
    return definition["numerator"]["step"], definition["numerator"]["unit"]


def rises(definition: Mapping) -> bool:
    """Whether the count of an indicator is to rise; where the definition only describes, a target says so."""
    return definition.get("higher_is_better") is not False


def targets(
    connection: sa.Connection, *, cut: int, known: Definitions, territories: Collection[str] | None = None
) -> dict[tuple[str, str], list[Target]]:
    """The targets as known at `cut` of each indicator and territory, by due date. `territories`: only those.

    Indicators that `known` does not have are left out.
    """
    said: dict[tuple[str, str, int], sa.Row] = {}
    stages: dict[tuple[str, str, int, int], list[tuple[int, int]]] = {}
    for row in _asked(connection, target, cut, territories):
        if row.indicator in known.indicators:
            said[row.indicator, row.territory, row.due] = row
    live = {key: row for key, row in said.items() if row.value is not None}
    if any(row.path != "linear" for row in live.values()):
        for row in _asked(connection, milestone, cut, territories):
            stages.setdefault((row.indicator, row.territory, row.due, row.event), []).append((row.on_date, row.value))
    found: dict[tuple[str, str], list[Target]] = {}
    for key in sorted(live):
        row = live[key]
        one = Target(*row, milestones=tuple(sorted(stages.get((*key, row.event), ()))))
        found.setdefault((row.indicator, row.territory), []).append(one)
    return found


def _asked(
    connection: sa.Connection, table: sa.Table, cut: int, territories: Collection[str] | None
) -> Iterable[sa.Row]:
    if territories is None:
        return connection.execute(_said(table, everywhere=True), {"cut": cut}).all()
    listed, rows = list(territories), []
    for at in range(0, len(listed), _PART):
        asked = {"cut": cut, "territories": listed[at : at + _PART]}
        rows += connection.execute(_said(table, everywhere=False), asked).all()
    return rows


_COLUMNS = (
    "indicator",
    "territory",
    "due",
    "event",
    "value",
    "starts",
    "start_value",
    "path",
    "set_by",
    "source",
    "address",
)


@cache
def _said(table: sa.Table, *, everywhere: bool) -> sa.Select:
    """What every event up to the parameter `cut` said of targets, or of their milestones, oldest first."""
    columns = [table.c[name] for name in _COLUMNS] if table is target else list(table.c)
    statement = sa.select(*columns).where(table.c.event <= parameter("cut")).order_by(table.c.event)
    return statement if everywhere else statement.where(table.c.territory.in_(parameters("territories")))


def in_force(held: Iterable[Target], *, on: int) -> Target | None:
    """Of the targets of one indicator and territory the one that counts on the day `on`.

    It is the one with the nearest due date that is not over; when all are over, the last one.
    """
    by_due = sorted(held, key=lambda one: one.due)
    return next((one for one in by_due if one.due >= on), by_due[-1] if by_due else None)


def shared(parent: Target, territory: str, *, value: int, start_value: int, milestones: Iterable[int]) -> Target:
    """A child's arithmetical share of its parent's target."""
    stages = tuple((day, part) for (day, _), part in zip(parent.milestones, milestones, strict=True))
    return replace(
        parent,
        territory=territory,
        value=value,
        start_value=start_value,
        milestones=stages,
        set_by="arithmetical",
    )


def word(
    one: Target,
    *,
    actual: float | None,
    on_date: int | None,
    on: int,
    probability: float | None,
    higher_is_better: bool,
    held_elsewhere: bool,
) -> Verdict:
    """The verdict on a figure of the day `on_date`, looked at on the day `on`.

    A figure is compared with what was planned for its own day: one of last week is not behind because a week has
    passed. Only that the due date is over is asked of the day `on`.
    """
    return verdict(
        actual,
        plan=one.plan,
        on=on if on > one.due or on_date is None else on_date,
        set_by=one.set_by,
        higher_is_better=higher_is_better,
        probability=probability,
        held_elsewhere=held_elsewhere,
    )
