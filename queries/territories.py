"""Territories as the tables know them: who stands above, who stands below, who may be seen.

Besides the tree from the kingdom down to its arrondissements stand the offices of the chain of command (districts, that
is pachaliks and cercles, and annexes or caïdats) and the schools, below their prefecture. An office that is no more is
no child of anybody: its figures are those of earlier cuts.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sa

from data.schema import grouping_member, jurisdiction, territory
from queries.cuts import parameters
from queries.frames import of_rows

KINGDOM = "MA"

CHILD_LEVEL = {
    "country": "prefecture",
    "region": "prefecture",
    "prefecture": "commune",
    "commune": "arrondissement",
    "district": "annex",
}
"""The level that a map of each level shows: the kingdom is read by its prefectures and provinces."""

UNIT = "territorial_unit"
"""What children of several levels are called together."""

OFFICES = ("district", "annex", "school")
"""The levels that the prefecture itself enters, without boundaries."""


def territories(engine: sa.Engine) -> pd.DataFrame:
    """All territories in administrative order, the kingdom first, offices and schools after every commune.

    One row per territory: territory_code, parent_code, level, kind, position (administrative order).
    """
    with engine.connect() as connection:
        rows = connection.execute(_ALL).all()
    return of_rows(rows, ["territory_code", "parent_code", "level", "kind", "position"])


_ALL = (
    sa.select(territory.c.code, territory.c.parent, territory.c.level, territory.c.kind, territory.c.position)
    .where(territory.c.ended.is_(None))
    .order_by(territory.c.position)
)


def lineage(connection: sa.Connection, *, of: str) -> tuple[str, ...]:
    """The codes from the kingdom down to `of`, itself included; empty when `of` is no territory."""
    return tuple(connection.execute(_lineage(), {"of": of}).scalars())


@cache
def _lineage() -> sa.Select:
    above = sa.select(territory.c.code, territory.c.parent, sa.literal(0).label("steps"))
    up = above.where(territory.c.code == sa.bindparam("of")).cte("up", recursive=True)
    parent = territory.alias("above")
    up = up.union_all(sa.select(parent.c.code, parent.c.parent, up.c.steps + 1).where(parent.c.code == up.c.parent))
    return sa.select(up.c.code).order_by(up.c.steps.desc())


@lru_cache(maxsize=1024)
def members(*, of: str, level: str) -> sa.Select | sa.CompoundSelect:
    """A statement for the codes of `level` that lie below `of`, whatever the level of `of`.

    The codes of communes and arrondissements are not nested (the city of Tanger is 01.511.01.0, its neighbour Assilah
    01.511.01.01), so only parents are followed. Below the kingdom lies every territory but itself; below a commune or
    arrondissement, of the annexes, those that cover nothing outside it.
    """
    here = territory.c.ended.is_(None)
    if of == KINGDOM:
        return sa.select(territory.c.code).where(territory.c.level == level, territory.c.code != KINGDOM, here)
    below = (
        sa.select(territory.c.code, territory.c.level)
        .where(territory.c.parent == of, here)
        .cte(f"below_{level}", recursive=True)
    )
    child = territory.alias("child")
    below = below.union_all(
        sa.select(child.c.code, child.c.level).where(child.c.parent == below.c.code, child.c.ended.is_(None))
    )
    inside = sa.select(below.c.code).where(below.c.level == level)
    grouped = sa.select(grouping_member.c.member).where(grouping_member.c.grouping == of)
    if level == "annex":
        ground = sa.union(sa.select(below.c.code), grouped, sa.select(sa.literal(of)))
        return inside.union(_offices_within(ground, levels=("annex",)))
    return inside.union(grouped) if level == "arrondissement" else inside


def _offices_within(ground: sa.Select | sa.CompoundSelect, *, levels: tuple[str, ...]) -> sa.Select:
    """The offices of these levels that cover some of the communes and arrondissements of `ground`, and nothing else."""
    office, other = jurisdiction.alias("office"), jurisdiction.alias("other")
    codes = ground.subquery()
    outside = sa.select(other.c.office).where(
        other.c.office == office.c.office, other.c.territory.not_in(sa.select(codes.c[0]))
    )
    return (
        sa.select(office.c.office)
        .join(territory, territory.c.code == office.c.office)
        .where(office.c.territory.in_(sa.select(codes.c[0])), ~outside.exists())
        .where(territory.c.level.in_(levels), territory.c.ended.is_(None))
        .distinct()
    )


def level_of(connection: sa.Connection, code: str) -> str | None:
    """The level of a territory, or None when there is no such code."""
    return connection.execute(_LEVEL, {"of": code}).scalar()


_LEVEL = sa.select(territory.c.level).where(territory.c.code == sa.bindparam("of"))


def children(connection: sa.Connection, *, of: str, level: str | None = None) -> tuple[str, ...]:
    """The codes that a map of `of` shows, in administrative order; `level` asks for another level below it."""
    own = level_of(connection, of)
    wanted = level or ("arrondissement" if own == "grouping" else CHILD_LEVEL.get(own or ""))
    return () if wanted is None else tuple(connection.execute(_children(of, wanted)).scalars())


@lru_cache(maxsize=1024)
def _children(of: str, level: str) -> sa.Select:
    inside = territory.c.code.in_(members(of=of, level=level))
    return sa.select(territory.c.code).where(inside).order_by(territory.c.position)


def levels_below(connection: sa.Connection, *, of: str) -> tuple[str, ...]:
    """The levels of which `of` has members, the one of its map first, then the chain of command and the schools."""
    own = (
        "arrondissement" if level_of(connection, of) == "grouping" else CHILD_LEVEL.get(level_of(connection, of) or "")
    )
    wanted = dict.fromkeys((own, *(OFFICES if of != KINGDOM else ())))
    return tuple(
        level
        for level in wanted
        if level and connection.execute(members(of=of, level=level).limit(1)).first() is not None
    )


def visible(connection: sa.Connection, *, scope: str) -> frozenset[str] | None:
    """The codes whose counts a reader of `scope` may see: his own, all below, the totals above. None: every one.

    Below a commune lie the annexes that cover nothing outside it. A caïd sees his own annex and the totals above it:
    its communes may be another's too.
    """
    if scope == KINGDOM:
        return None
    inside = connection.execute(_below(), {"of": scope}).scalars()
    return frozenset((*inside, *lineage(connection, of=scope)))


@cache
def _below() -> sa.CompoundSelect:
    of = sa.bindparam("of", type_=sa.Text)
    below = sa.select(territory.c.code).where(territory.c.parent == of).cte("below", recursive=True)
    child = territory.alias("child")
    below = below.union_all(sa.select(child.c.code).where(child.c.parent == below.c.code))
    grouped = sa.select(grouping_member.c.member).where(grouping_member.c.grouping == of)
    ground = sa.union(sa.select(below.c.code), grouped, sa.select(of))
    within = _offices_within(ground, levels=("district", "annex"))
    return sa.union(sa.select(below.c.code), grouped, within)


def inside_of(connection: sa.Connection, *, of: str) -> frozenset[str]:
    """The codes of a territory and of all that lies below it, offices and schools that are no more included."""
    return frozenset((of, *connection.execute(_below(), {"of": of}).scalars()))


class Family(NamedTuple):
    """Children of one kind: level of those that its sums count (a district counts for its annexes), codes, how many
    they count for each, and of how many a whole sum speaks (communes that no office covers are missing in all)."""

    level: str
    children: tuple[str, ...]
    weights: tuple[int, ...]
    expected: int


def families(connection: sa.Connection, *, of: str) -> tuple[Family, ...]:
    """The kinds of children whose sums a territory may have, as `data.rollups` adds them up: first those of the tree,
    then the chain of command, then schools. The kingdom's are its regions, which count for their prefectures."""
    if level_of(connection, of) == "grouping":
        members_of = children(connection, of=of)
        return (Family("arrondissement", members_of, (1,) * len(members_of), len(members_of)),)
    return _Near(connection, lineage(connection, of=of)).families(of)


def summed_over(connection: sa.Connection, *, line: Sequence[str]) -> dict[str, dict[int, str]]:
    """For each territory of a line, the level of its children by how many of them a sum speaks of.

    Where two families of different levels are as large, nobody can tell which of them a sum is of; and where offices
    leave communes uncovered, these are counted with them: they are then units.
    """
    near = _Near(connection, line)
    found: dict[str, dict[int, str]] = {}
    for code in line:
        below = found.setdefault(code, {})
        for family in near.families(code):
            level = family.level if family.expected == sum(family.weights) else UNIT
            below[family.expected] = level if below.get(family.expected, level) == level else UNIT
    return found


class _Near:
    """The territories of a line and what lies just below them, read at once: families ask for much of it again."""

    def __init__(self, connection: sa.Connection, line: Sequence[str]):
        rows = connection.execute(_NEAR, {"line": list(line)}).all()
        self.level = {row.code: row.level for row in rows}
        self.parent = {row.code: row.parent for row in rows}
        self.below: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            self.below.setdefault((row.parent, row.level), []).append(row.code)
        self.covers: dict[str, set[str]] = {}
        if any(level in OFFICES for level in self.level.values()):
            for office, covered in connection.execute(_COVERS):
                if office in self.level:
                    self.covers.setdefault(office, set()).add(covered)

    def families(self, of: str) -> tuple[Family, ...]:
        """The families of a territory of the line."""
        own = self.level.get(of, "")
        below = CHILD_LEVEL.get(own, "")
        if own == "country":
            regions = self.below.get((of, "region"), [])
            weights = [len(self.below.get((region, "prefecture"), ())) for region in regions]
            found = [Family(below, tuple(regions), tuple(weights), sum(weights))]
        else:
            found = [_alike(below, self.below.get((of, below), []))]
        if own == "prefecture":
            offices = [code for code in self.level if self._is_office(code) and self.parent[code] == of]
            weights = [len(self._units(code)) for code in offices]
            communes = self.below.get((of, "commune"), [])
            ground = [part for code in communes for part in self.below.get((code, "arrondissement"), [code])]
            uncovered = sum(not self._touching(code) for code in ground)
            found.append(Family("annex", tuple(offices), tuple(weights), sum(weights) + uncovered))
            found.append(_alike("school", self.below.get((of, "school"), [])))
        elif own in ("commune", "arrondissement"):
            touching = self._touching(of)
            inside = {of, *self.below.get((of, "arrondissement"), ())}
            if all(self.covers[office] <= inside for office in touching):
                found.append(_alike("annex", touching))
        return tuple(family for family in found if family.children)

    def taken(self, below: str, family: Family) -> int:
        """For how many of a family a child speaks, or, if it is of another family, how many share ground with it."""
        weights = dict(zip(family.children, family.weights, strict=True))
        if below in weights:
            return weights[below]
        if "school" in (family.level, self.level[below]):
            # Students are counted where they learn: no part of a commune's count is a school's.
            return 0
        ground = set().union(*(self._around(code) for unit in self._units(below) for code in self._ground(unit)))
        units = [unit for child in family.children for unit in self._units(child)]
        return sum(bool(ground & self._ground(unit)) for unit in units)

    def _is_office(self, code: str) -> bool:
        return self.level[code] in ("district", "annex")

    def _units(self, code: str) -> list[str]:
        """A district's annexes, for whom it speaks; anything else itself."""
        return self.below.get((code, "annex"), []) or [code]

    def _ground(self, unit: str) -> set[str]:
        """The communes and arrondissements that an office covers; a commune itself."""
        return self.covers.get(unit, set()) if self.level[unit] in OFFICES else self._around(unit)

    def _around(self, code: str) -> set[str]:
        """A commune or arrondissement, its parts, and the city that it is a part of."""
        city = {self.parent[code]} if self.level.get(code) == "arrondissement" else set()
        return {code, *self.below.get((code, "arrondissement"), ()), *city}

    def _touching(self, code: str) -> list[str]:
        """The offices that share ground with a commune or arrondissement. A district that has annexes is where these
        are, and is none of them."""
        around = self._around(code)
        leaves = [one for one in self.covers if self._is_office(one) and self._units(one) == [one]]
        return sorted((one for one in leaves if self.covers[one] & around), key=list(self.level).index)


def _alike(level: str, codes: Sequence[str]) -> Family:
    """A family of children that count for one each."""
    return Family(level, tuple(codes), (1,) * len(codes), len(codes))


def _near() -> sa.Select:
    """The territories of the parameter `line`, their children, and the grandchildren that sums count or divide."""
    child, below = territory.alias("child"), territory.alias("below")
    line = parameters("line")
    # Three look-ups by an index; one condition with OR between would have every territory looked at.
    codes = sa.union(
        sa.select(territory.c.code).where(territory.c.code.in_(line)),
        sa.select(child.c.code).where(child.c.parent.in_(line)),
        sa.select(below.c.code)
        .join(child, below.c.parent == child.c.code)
        .where(child.c.parent.in_(line), below.c.level.in_(("prefecture", "annex", "arrondissement"))),
    )
    return (
        sa.select(territory.c.code, territory.c.parent, territory.c.level)
        .where(territory.c.code.in_(codes), territory.c.ended.is_(None))
        .order_by(territory.c.position)
    )


_NEAR = _near()
_COVERS = sa.select(jurisdiction.c.office, jurisdiction.c.territory)


OTHERS = 2
"""Territories that must stand together in what is left of a total when a reader takes away what he sees of it."""


class Mixed(NamedTuple):
    """Of how many children a total of one family must speak, so that a reader does not learn the count of one of them,
    and of how many a whole total speaks."""

    least: int
    expected: int


def mixed(connection: sa.Connection, *, scope: str) -> dict[str, tuple[Mixed, ...]]:
    """For each territory above `scope`, and each family of its children, what a total of it must hold.

    A reader sees totals above him and what lies below him; the difference must be that of two children at least. For
    the kingdom the children are prefectures, as in its sums, and what is taken away is the reader's region. Where the
    reader has an office, all communes that it touches are taken away; where he has a commune, all annexes that touch
    it. Prefectures of arrondissements stand beside the tree: no total is made of them.
    """
    line = lineage(connection, of=scope)
    near = _Near(connection, line) if len(line) > 1 else None
    return {
        above: tuple(Mixed(near.taken(below, family) + OTHERS, family.expected) for family in near.families(above))
        for above, below in pairwise(line)
        if near.level[below] != "grouping"
    }
