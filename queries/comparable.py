"""Comparable prefectures: the ten most like one, by population and by how much of it is urban.

Both are those of the latest census published at or before the day asked: the population of the prefecture or province,
and the part of it that lives in urban communes. Only prefectures that the reader may see are looked at.
"""

from functools import cache

import numpy as np
import sqlalchemy as sa

from data.schema import census, territory
from queries.cuts import parameter
from queries.methods.stages import nearest
from queries.territories import visible

MOST = 10


def comparable(connection: sa.Connection, *, of: str, on: int, scope: str, most: int = MOST) -> tuple[str, ...]:
    """The codes of the prefectures and provinces most like one, the nearest first; empty where `of` is none."""
    seen = visible(connection, scope=scope)
    rows = [
        row
        for row in connection.execute(_people(), {"on": on}).all()
        if seen is None or row.code in seen or row.code == of
    ]
    codes = [row.code for row in rows]
    if of not in codes:
        return ()
    people = np.array([row.people or 0 for row in rows], dtype=float)
    urban = np.array([row.urban or 0 for row in rows], dtype=float)
    share = np.divide(urban, people, out=np.full_like(people, np.nan), where=people > 0)
    return tuple(codes[place] for place in nearest(people, share, of=codes.index(of), most=most))


@cache
def _people() -> sa.Select:
    """Each prefecture with its population and that of its urban communes, by the census of the parameter `on`."""
    year = (
        sa.select(sa.func.max(census.c.year))
        .where(census.c.published_on <= parameter("on"), census.c.unit == "person")
        .scalar_subquery()
    )
    people, commune, inside = census.alias("people"), territory.alias("commune"), census.alias("inside")
    urban = (
        sa.select(sa.func.sum(inside.c.value))
        .select_from(commune)
        .join(inside, inside.c.territory == commune.c.code)
        .where(
            commune.c.parent == territory.c.code,
            commune.c.kind == "urban_commune",
            inside.c.unit == "person",
            inside.c.year == people.c.year,
        )
        .correlate(territory, people)
        .scalar_subquery()
    )
    return (
        sa.select(territory.c.code, people.c.value.label("people"), urban.label("urban"))
        .join(people, people.c.territory == territory.c.code)
        .where(
            territory.c.level == "prefecture",
            territory.c.ended.is_(None),
            people.c.unit == "person",
            people.c.year == year,
        )
        .order_by(territory.c.position)
    )
