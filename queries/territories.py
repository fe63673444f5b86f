"""Territories as the tables know them: who stands above, who stands below, who may be seen."""

from functools import cache, lru_cache
from itertools import pairwise

import pandas as pd
import sqlalchemy as sa

from data.schema import grouping_member, territory
from queries.frames import of_rows

KINGDOM = "MA"

CHILD_LEVEL = {"country": "prefecture", "region": "prefecture", "prefecture": "commune", "commune": "arrondissement"}
"""The level that a map of each level shows: the kingdom is read by its prefectures and provinces."""


def territories(engine: sa.Engine) -> pd.DataFrame:
    """All territories in administrative order, the kingdom first.

    One row per territory: territory_code, parent_code, level, kind, position (administrative order).
    """
    with engine.connect() as connection:
        rows = connection.execute(_ALL).all()
    return of_rows(rows, ["territory_code", "parent_code", "level", "kind", "position"])


_ALL = sa.select(
    territory.c.code, territory.c.parent, territory.c.level, territory.c.kind, territory.c.position
).order_by(territory.c.position)


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
    01.511.01.01), so only parents are followed. Below the kingdom lies every territory but itself.
    """
    if of == KINGDOM:
        return sa.select(territory.c.code).where(territory.c.level == level, territory.c.code != KINGDOM)
    below = sa.select(territory.c.code, territory.c.level).where(territory.c.parent == of).cte("below", recursive=True)
    child = territory.alias("child")
    below = below.union_all(sa.select(child.c.code, child.c.level).where(child.c.parent == below.c.code))
    inside = sa.select(below.c.code).where(below.c.level == level)
    grouped = sa.select(grouping_member.c.member).where(grouping_member.c.grouping == of)
    return inside.union(grouped)


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


def visible(connection: sa.Connection, *, scope: str) -> frozenset[str] | None:
    """The codes whose counts a reader of `scope` may see: his own, all below, the totals above. None: every one."""
    if scope == KINGDOM:
        return None
    inside = connection.execute(_below(), {"of": scope}).scalars()
    return frozenset((*inside, *lineage(connection, of=scope)))


@cache
def _below() -> sa.CompoundSelect:
    of = sa.bindparam("of")
    below = sa.select(territory.c.code).where(territory.c.parent == of).cte("below", recursive=True)
    child = territory.alias("child")
    below = below.union_all(sa.select(child.c.code).where(child.c.parent == below.c.code))
    grouped = sa.select(grouping_member.c.member).where(grouping_member.c.grouping == of)
    return sa.select(below.c.code).union(grouped)


OTHERS = 2
"""Territories that must stand together in what is left of a total when a reader takes away what he sees of it."""


def mixed(connection: sa.Connection, *, scope: str) -> dict[str, tuple[int, int]]:
    """For each territory above `scope`: of how many children a total must speak, and how many children there are.

    A reader sees totals above him and what lies below him; the difference must be that of two territories at least.
    For the kingdom the children are prefectures, as in its sums, and what is taken away is the reader's region.
    Prefectures of arrondissements stand beside the tree: no total is made of them.
    """
    line = lineage(connection, of=scope)
    counted = {}
    for code in line:
        below = CHILD_LEVEL.get(level_of(connection, code) or "")
        statement = sa.select(sa.func.count()).select_from(members(of=code, level=below or "").subquery())
        counted[code] = connection.execute(statement).scalar_one() if below else 0
    found = {}
    for above, below in pairwise(line):
        if level_of(connection, below) != "grouping":
            found[above] = ((counted[below] if above == KINGDOM else 1) + OTHERS, counted[above])
    return found
