"""What programmes, steps, indicators and sources meant at a cut."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from data.schema import definition


@dataclass(frozen=True)
class Definitions:
    """The definitions known at one cut, by kind and id; each a dict as its block in the reference files says.

    Programmes stand in their order, steps in the order of their programmes, indicators and sources in that of their id.
    """

    programmes: dict[str, dict] = field(default_factory=dict)
    steps: dict[str, dict] = field(default_factory=dict)
    indicators: dict[str, dict] = field(default_factory=dict)
    sources: dict[str, dict] = field(default_factory=dict)

    @cached_property
    def ordered_programmes(self) -> list[dict]:
        """Programmes in the order readers expect: registers first, then what hangs on them."""
        return list(self.programmes.values())

    @cached_property
    def source_rank(self) -> dict[str, int]:
        """Which source speaks first: the lower the number, the sooner."""
        return {name: int(body.get("rank", 999)) for name, body in self.sources.items()}

    @cached_property
    def public_sources(self) -> frozenset[str]:
        """The sources that anyone may read, wherever they speak of."""
        return frozenset(name for name, body in self.sources.items() if body.get("public"))

    def programme_of(self, step: str) -> dict | None:
        """The programme that a step belongs to."""
        return self.programmes.get(step.partition(".")[0])

    def indicators_of(self, programme: str) -> list[dict]:
        """The indicators of a programme, its headline first."""
        headline = self.programmes.get(programme, {}).get("headline")
        mine = [i for i in self.indicators.values() if i["programme"] == programme]
        return sorted(mine, key=lambda i: i["id"] != headline)


_read: WeakKeyDictionary[sa.Engine, dict[int, Definitions]] = WeakKeyDictionary()
"""Definitions by the event that last changed them: what an event said never changes, so it is parsed once."""


def definitions(engine: sa.Engine, *, cut: int) -> Definitions:
    """The definitions as known at `cut`."""
    with engine.connect() as connection:
        version = connection.execute(_VERSION, {"cut": cut}).scalar_one()
        kept = _read.setdefault(engine, {})
        if version not in kept:
            kept[version] = _definitions(connection, cut=version)
    return kept[version]


_VERSION = sa.select(sa.func.coalesce(sa.func.max(definition.c.event), 0)).where(
    definition.c.event <= sa.bindparam("cut")
)


def _definitions(connection: sa.Connection, *, cut: int) -> Definitions:
    last = (
        sa.select(definition.c.kind, definition.c.id, sa.func.max(definition.c.event).label("event"))
        .where(definition.c.event <= cut)
        .group_by(definition.c.kind, definition.c.id)
        .subquery()
    )
    statement = (
        sa.select(definition.c.kind, definition.c.id, definition.c.body)
        .join(
            last,
            (definition.c.kind == last.c.kind) & (definition.c.id == last.c.id) & (definition.c.event == last.c.event),
        )
        .order_by(definition.c.kind, definition.c.id)
    )
    found: dict[str, dict[str, dict]] = {"programme": {}, "step": {}, "indicator": {}, "source": {}}
    for kind, key, body in connection.execute(statement):
        if body is not None and kind in found:
            found[kind][key] = json.loads(body)
    programmes = dict(sorted(found["programme"].items(), key=lambda item: (item[1].get("order", 0), item[0])))
    named = [step for body in programmes.values() for step in body.get("step", [])]
    steps = {key: found["step"][key] for key in named if key in found["step"]}
    return Definitions(programmes, steps, found["indicator"], found["source"])
