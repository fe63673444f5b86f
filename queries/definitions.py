"""What programmes, steps, indicators and sources meant at a cut."""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import sqlalchemy as sa

from data.schema import definition
from queries.methods.calendar import FIRST_YEAR, RAMADAN_SHARE, civil_holidays, spans
from queries.methods.disclosure import SMALLEST_SHOWN

_YEARS_AHEAD = 5
"""How many years after those of the calendar civil holidays, whose days the law fixes, are still counted."""


STALE_AFTER = 45
"""The age in days from which a figure reads "late" where no definition says another."""


_READER = "reader"


@dataclass(frozen=True)
class Definitions:
    """The definitions known at one cut, by kind and id; each a dict as its block in the reference files says.

    Programmes stand in their order, steps in the order of their programmes, indicators and sources in that of their id.
    settings: what the office has settled, as its file says it; empty where it has settled nothing. hidden_steps: steps
    whose every indicator is kept from the reader, so that no figure of theirs is read for him; none as read from the
    tables. calendar: the days off that move, as `data.calendar` says them.
    """

    programmes: dict[str, dict] = field(default_factory=dict)
    steps: dict[str, dict] = field(default_factory=dict)
    indicators: dict[str, dict] = field(default_factory=dict)
    sources: dict[str, dict] = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    reasons: dict[str, dict] = field(default_factory=dict)
    hidden_steps: frozenset[str] = frozenset()
    calendar: dict = field(default_factory=dict)

    @cached_property
    def ordered_programmes(self) -> list[dict]:
        """Programmes in the order readers expect: registers first, then what hangs on them."""
        return list(self.programmes.values())

    @cached_property
    def source_rank(self) -> dict[str, int]:
        """Which source speaks first: the lower the number, the sooner; those that the office has put in order first."""
        chosen = [name for name in self.office.get("source_order", ()) if name in self.sources]
        ranks = {name: len(chosen) + int(body.get("rank", 999)) for name, body in self.sources.items()}
        return ranks | {name: place for place, name in enumerate(chosen)}

    @cached_property
    def office(self) -> dict:
        """What the office says of itself: its names, its letterhead, its threshold; empty where it says nothing."""
        return self.settings.get("office", {})

    @cached_property
    def working(self) -> dict:
        """The working calendar as `queries.methods.pace` takes it: holidays and ramadan (days), ramadan_share.

        Empty where the tables hold no calendar: Monday to Friday are then all that is known.
        """
        if not self.calendar:
            return {}
        last = int(self.calendar["last"][:4]) + _YEARS_AHEAD
        firsts = np.array([one["date"] for one in self.calendar["holidays"]], dtype="datetime64[D]").astype(np.int64)
        lasts = firsts + np.array([one["days"] - 1 for one in self.calendar["holidays"]], dtype=np.int64)
        off = np.union1d(civil_holidays(FIRST_YEAR, last), spans(firsts, lasts))
        worked = np.array(self.calendar["worked"], dtype="datetime64[D]").astype(np.int64)
        fasts = self.calendar["ramadan"]
        bounds = (np.array([one[end] for one in fasts], dtype="datetime64[D]") for end in ("first", "last"))
        shares = {Fraction(one["minutes"], one["ordinary"]) for one in fasts}
        return {
            "holidays": np.setdiff1d(off, worked),
            "ramadan": spans(*bounds),
            # One share serves all years: should they differ, the shortest day is taken.
            "ramadan_share": min(shares, default=RAMADAN_SHARE),
        }

    @cached_property
    def small_cell(self) -> int:
        """The least count of a breakdown that is shown."""
        return int(self.office.get("small_cell", SMALLEST_SHOWN))

    def seen_by(self, role: str) -> "Definitions":
        """The definitions without the indicators that the office keeps from this role, and without their steps.

        A step goes when there are indicators of it, as numerator or denominator, and all of them are kept from him; and
        every step of a programme of which he is shown no indicator. A restricted step goes for whoever only reads.
        """
        kept_from = {h["indicator"] for h in self.settings.get("hidden", ()) if role in h["roles"]}
        restricted = self.restricted if role == _READER else frozenset()
        if not kept_from & self.indicators.keys() and not restricted:
            return self
        if role not in self._seen:
            shown = {key: body for key, body in self.indicators.items() if key not in kept_from}
            gone = {key: body for key, body in self.indicators.items() if key in kept_from}
            closed = {body["programme"] for body in gone.values()} - {body["programme"] for body in shown.values()}
            of_closed = {step for step in self.steps if step.partition(".")[0] in closed}
            hidden = (_steps_of(gone) | of_closed) - _steps_of(shown) | restricted
            self._seen[role] = Definitions(
                self.programmes,
                {key: body for key, body in self.steps.items() if key not in hidden},
                shown,
                self.sources,
                self.settings,
                reasons=self.reasons,
                hidden_steps=hidden,
                calendar=self.calendar,
            )
        return self._seen[role]

    @cached_property
    def restricted(self) -> frozenset[str]:
        """The steps that are not for who only reads."""
        return frozenset(step for step, body in self.steps.items() if body.get("restricted"))

    @cached_property
    def _seen(self) -> dict[str, "Definitions"]:
        return {}

    @cached_property
    def public_sources(self) -> frozenset[str]:
        """The sources that anyone may read, wherever they speak of."""
        return frozenset(name for name, body in self.sources.items() if body.get("public"))

    def stale_after(self, step: str) -> int:
        """The age in days from which a figure of a step reads "late"; that of most for a step no longer defined."""
        return self.steps.get(step, {}).get("stale_after", STALE_AFTER)

    def programme_of(self, step: str) -> dict | None:
        """The programme that a step belongs to."""
        return self.programmes.get(step.partition(".")[0])

    def indicators_of(self, programme: str) -> list[dict]:
        """The indicators of a programme, its headline first."""
        headline = self.programmes.get(programme, {}).get("headline")
        mine = [i for i in self.indicators.values() if i["programme"] == programme]
        return sorted(mine, key=lambda i: i["id"] != headline)


def _steps_of(indicators: dict[str, dict]) -> frozenset[str]:
    """The steps that these indicators count or divide by."""
    counts = [body.get(part) or {} for body in indicators.values() for part in ("numerator", "denominator")]
    return frozenset(count["step"] for count in counts if "step" in count)


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
    kinds = ("programme", "step", "indicator", "source", "setting", "reason", "calendar")
    found: dict[str, dict[str, dict]] = {kind: {} for kind in kinds}
    for kind, key, body in connection.execute(statement):
        if body is not None and kind in found:
            found[kind][key] = json.loads(body)
    programmes = dict(sorted(found["programme"].items(), key=lambda item: (item[1].get("order", 0), item[0])))
    named = [step for body in programmes.values() for step in body.get("step", [])]
    steps = {key: found["step"][key] for key in named if key in found["step"]}
    settings = found["setting"].get("office", {})
    return Definitions(
        programmes,
        steps,
        found["indicator"],
        found["source"],
        settings,
        found["reason"],
        calendar=found["calendar"].get("holidays", {}),
    )
