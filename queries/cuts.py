"""Cuts: an event number up to which the tables are read, how a statement reads up to it, and what events touched."""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from data.schema import event, event_slice

SAYS_NO_FIGURE = ("meeting", "recommendation", "declaration")
"""The kinds of events after which every figure, definition and target is what it was."""


def latest_cut(engine: sa.Engine) -> int:
    """The number of the last event; 0 in an empty database."""
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.coalesce(sa.func.max(event.c.number), 0))).scalar_one()


def latest_events(engine: sa.Engine) -> tuple[int, int]:
    """The number of the last event, and that of the last one that changed territories or definitions; 0: none yet."""
    last = sa.func.coalesce(sa.func.max(event.c.number), 0)
    reference = sa.select(last).where(event.c.kind == "reference").scalar_subquery()
    with engine.connect() as connection:
        return tuple(connection.execute(sa.select(last, reference)).one())


class Keeper:
    """Answers kept for an engine as long as it lives, the `most` that were asked for last, by what they depend on."""

    def __init__(self, most: int):
        self._most, self._lock = most, Lock()
        self._kept: WeakKeyDictionary[sa.Engine, OrderedDict[Hashable, Any]] = WeakKeyDictionary()

    def get(self, engine: sa.Engine, key: Hashable) -> Any:
        """What is kept under a key; None where nothing is."""
        with self._lock:
            kept = self._kept.get(engine)
            if kept is None or key not in kept:
                return None
            kept.move_to_end(key)
            return kept[key]

    def keep(self, engine: sa.Engine, found: Mapping[Hashable, Any]) -> None:
        """Keep answers by their keys; those that were not asked for longest give way."""
        with self._lock:
            kept = self._kept.setdefault(engine, OrderedDict())
            for key, one in found.items():
                kept[key] = one
                kept.move_to_end(key)
            while len(kept) > self._most:
                kept.popitem(last=False)


@dataclass(frozen=True)
class LastSaid:
    """The last events, up to a cut, that said anything. steps: of the counts of each step; everything: of whatever is
    not the counts of some steps alone (definitions, targets, actions, what was taken back), which may have touched all.
    """

    steps: dict[str, int] = field(default_factory=dict)
    everything: int = 0

    def of(self, steps: Iterable[str]) -> int:
        """The last event that may have changed what is said of these steps."""
        return max(self.everything, *(self.steps.get(step, 0) for step in steps), 0)


def last_said(engine: sa.Engine, *, cut: int) -> LastSaid:
    """What the events up to `cut` have touched, by the steps that each import declares.

    An import moves nothing but the counts of the steps that it declares, and their sums. Of an event of any other kind,
    and of an import that declares nothing, whatever may hang on it counts as touched.
    """
    with _keeping:
        kept = _kept.setdefault(engine, OrderedDict())
        before = max((earlier for earlier in kept if earlier <= cut), default=0)
        known = kept.get(before, LastSaid())
    if before == cut and cut in kept:
        return known
    asked = {"after": before, "cut": cut}
    with engine.connect() as connection:
        touched = dict(map(tuple, connection.execute(_TOUCHED, asked)))
        everything = connection.execute(_EVERYTHING, asked).scalar_one()
    found = LastSaid(known.steps | touched, max(known.everything, everything))
    with _keeping:
        kept[cut] = found
        while len(kept) > _MOST_CUTS:
            kept.popitem(last=False)
    return found


_MOST_CUTS = 16
_kept: WeakKeyDictionary[sa.Engine, OrderedDict[int, LastSaid]] = WeakKeyDictionary()
"""What was touched up to a cut: it never changes, and up to the next one only what came since has to be looked at."""
_keeping = Lock()

_declared = sa.exists().where(event_slice.c.event == event.c.number)
_TOUCHED = (
    sa.select(event_slice.c.step, sa.func.max(event_slice.c.event))
    .where(event_slice.c.event > sa.bindparam("after"), event_slice.c.event <= sa.bindparam("cut"))
    .group_by(event_slice.c.step)
)
_EVERYTHING = sa.select(sa.func.coalesce(sa.func.max(event.c.number), 0)).where(
    event.c.number > sa.bindparam("after"),
    event.c.number <= sa.bindparam("cut"),
    event.c.kind.not_in(SAYS_NO_FIGURE),
    sa.or_(event.c.kind != "import", ~_declared),
)


def parameter(name: str) -> sa.BindParameter[int]:
    """A whole number that is given when a statement is run: building one takes longer than answering it."""
    return sa.bindparam(name, type_=sa.Integer)


def parameters(name: str) -> sa.BindParameter[str]:
    """A list of texts for `in_` that is given when a statement is run."""
    return sa.bindparam(name, type_=sa.Text, expanding=True)


def is_current(row: sa.FromClause, *, cut: int | sa.BindParameter[int]) -> sa.ColumnElement[bool]:
    """Whether a row of `observation` or `rollup` is the last word on its key at `cut`, and says a number."""
    newer = row.original.alias() if isinstance(row, sa.Alias) else row.alias()
    superseded = sa.exists().where(
        newer.c.series == row.c.series,
        newer.c.to_date == row.c.to_date,
        newer.c.from_date == row.c.from_date,
        newer.c.event > row.c.event,
        newer.c.event <= cut,
    )
    return sa.and_(row.c.event <= cut, row.c.value.is_not(None), ~superseded)
