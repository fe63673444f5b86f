"""The chain of command: what each office covers, and by whom each commune is covered.

An office covers communes or arrondissements in whole or in part. Where several offices cover one, nobody knows how many
of its people belong to which: it is then shared. A district that has annexes covers what they cover.
"""

import pandas as pd
import sqlalchemy as sa

from data.schema import jurisdiction, territory
from queries.cuts import parameters
from queries.frames import of_rows
from queries.territories import OFFICES, lineage, members, visible

OFFICE_COLUMNS = ["office_code", "parent_code", "level", "kind", "covers", "shared"]
COVERED_COLUMNS = ["territory_code", "offices", "state"]


def offices(engine: sa.Engine, *, of: str, scope: str) -> pd.DataFrame:
    """The offices and schools of a territory that a reader of `scope` may see, in the order of the chain.

    One row per office: office_code; parent_code (a prefecture, or a district); level (district, annex, school); kind;
    covers (tuple of codes, in administrative order); shared (those of them that another annex covers too).
    """
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        rows, covers = _read(connection, of=of)
    annexes: dict[str, list[str]] = {}
    for row in rows:
        if row.level == "annex":
            annexes.setdefault(row.parent, []).append(row.code)
    by = _covered_by(rows, covers, annexes)
    found = []
    for row in rows:
        mine = {row.code, *annexes.get(row.code, ())}
        covered = sorted({code for one in mine for code in covers.get(one, ())}, key=list(by).index)
        shared = tuple(code for code in covered if row.level != "school" and by[code] - mine)
        if seen is None or row.code in seen:
            found.append((row.code, row.parent, row.level, row.kind, tuple(covered), shared))
    return of_rows(found, OFFICE_COLUMNS)


def covered(engine: sa.Engine, *, of: str, scope: str) -> pd.DataFrame:
    """By whom each commune of a territory is covered, each arrondissement where a city is divided into such.

    One row per commune or arrondissement that a reader of `scope` may see, in administrative order: territory_code;
    offices (tuple of codes: annexes, and districts that have none); state: nobody, one, several. No row where the
    territory has no offices at all.
    """
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        rows, covers = _read(connection, of=of)
        ground = _ground(connection, of=of)
    annexes = {row.parent for row in rows if row.level == "annex"}
    by = _covered_by(rows, covers, annexes)
    if not any(row.level in ("district", "annex") for row in rows):
        return of_rows([], COVERED_COLUMNS)
    order = [row.code for row in rows]
    found = []
    for code, city in ground.items():
        if seen is not None and code not in seen:
            continue
        whose = sorted(by.get(code, set()) | by.get(city, set()), key=order.index)
        state = ("nobody", "one", "several")[min(len(whose), 2)]
        found.append((code, tuple(whose), state))
    return of_rows(found, COVERED_COLUMNS)


def _read(connection: sa.Connection, *, of: str) -> tuple[list[sa.Row], dict[str, list[str]]]:
    """The offices below a territory, itself included, in their order, and what each covers, in administrative order."""
    inside = [territory.c.code.in_(members(of=of, level=level)) for level in OFFICES]
    statement = (
        sa.select(territory.c.code, territory.c.parent, territory.c.level, territory.c.kind)
        .where(sa.or_(territory.c.code == of, *inside))
        .where(territory.c.level.in_(OFFICES), territory.c.ended.is_(None))
        .order_by(territory.c.position)
    )
    rows = connection.execute(statement).all()
    covers: dict[str, list[str]] = {}
    place = (
        sa.select(jurisdiction.c.office, jurisdiction.c.territory)
        .join(territory, territory.c.code == jurisdiction.c.territory)
        .where(jurisdiction.c.office.in_(parameters("offices")))
        .order_by(territory.c.position)
    )
    for office, code in connection.execute(place, {"offices": [row.code for row in rows]}):
        covers.setdefault(office, []).append(code)
    return rows, covers


def _covered_by(rows, covers, annexes) -> dict[str, set[str]]:
    """The offices by what they cover, schools and districts that have annexes left out; every code that is covered."""
    by: dict[str, set[str]] = {code: set() for one in covers.values() for code in one}
    for row in rows:
        if row.level != "school" and row.code not in annexes:
            for code in covers.get(row.code, ()):
                by[code].add(row.code)
    return by


def _ground(connection: sa.Connection, *, of: str) -> dict[str, str]:
    """The communes of a territory, and instead of a divided city its arrondissements, each with its city."""
    inside = sa.or_(
        territory.c.code.in_(members(of=of, level="commune")),
        territory.c.code.in_(members(of=of, level="arrondissement")),
    )
    statement = (
        sa.select(territory.c.code, territory.c.parent, territory.c.level).where(inside).order_by(territory.c.position)
    )
    rows = connection.execute(statement).all()
    cities = {row.parent for row in rows if row.level == "arrondissement"}
    return {row.code: row.parent for row in rows if row.code not in cities}


def prefecture(engine: sa.Engine, *, of: str) -> str:
    """The prefecture or province of a territory; empty above it."""
    with engine.connect() as connection:
        line = lineage(connection, of=of)
        levels = dict(
            connection.execute(
                sa.select(territory.c.code, territory.c.level).where(territory.c.code.in_(parameters("line"))),
                {"line": list(line)},
            ).all()
        )
    return next((code for code in line if levels[code] == "prefecture"), "")
