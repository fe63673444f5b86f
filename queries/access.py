"""Access: the journal of accesses, as its administrator reads it. It is no statement about counts and has no cut."""

import json
from functools import cache

import pandas as pd
import sqlalchemy as sa

from data.schema import access
from queries.cuts import parameter, parameters
from queries.frames import of_rows
from queries.territories import lineage, visible

COLUMNS = ["number", "at", "who", "role", "scope", "what", "details", "before", "digest"]


def log(
    engine: sa.Engine,
    *,
    scope: str,
    since: int,
    until: int,
    by_role: str = "",
    what: str = "",
    account: str = "",
    limit: int = 200,
) -> tuple[pd.DataFrame, int]:
    """The accesses from `since` to `until` (seconds since 1970-01-01 UTC, the second not included), newest first.

    One row per access: number; at (seconds since 1970-01-01 UTC); who (digest of an account, or "local"); role; scope
    (territory code); what; details (a dict of codes and numbers); before, digest (of the row before, and of this one).
    Beside the frame, how many there are in all: it holds the last `limit`. by_role, what, account: only rows of that
    role, kind, digest. For a scope below the kingdom, only accesses of accounts whose own scope lies within it.
    """
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        mine = None if seen is None else sorted(seen - set(lineage(connection, of=scope)[:-1]))
        asked = {"since": since, "until": until, "role": by_role, "what": what, "account": account}
        asked |= {} if mine is None else {"scopes": mine}
        listed = _listed(all_of_them=mine is None)
        total = connection.execute(listed.with_only_columns(sa.func.count()), asked).scalar_one()
        newest = listed.order_by(access.c.number.desc()).limit(parameter("limit"))
        rows = connection.execute(newest, asked | {"limit": limit}).all()
    return of_rows(([*row[:6], json.loads(row[6]), *row[7:]] for row in rows), COLUMNS), total


@cache
def _listed(*, all_of_them: bool) -> sa.Select:
    """COLUMNS of the rows of `log`, with its arguments as parameters and, for some scopes only, `scopes`."""
    text = {name: sa.bindparam(name, type_=sa.Text) for name in ("role", "what", "account")}
    statement = sa.select(*(access.c[name] for name in COLUMNS)).where(
        access.c.at >= parameter("since"),
        access.c.at < parameter("until"),
        sa.or_(text["role"] == "", access.c.role == text["role"]),
        sa.or_(text["what"] == "", access.c.what == text["what"]),
        sa.or_(text["account"] == "", access.c.who == text["account"]),
    )
    return statement if all_of_them else statement.where(access.c.scope.in_(parameters("scopes")))


def last(engine: sa.Engine) -> tuple[int, str]:
    """The number and the digest of the last access; 0 and nothing in an empty journal."""
    with engine.connect() as connection:
        statement = sa.select(access.c.number, access.c.digest).order_by(access.c.number.desc()).limit(1)
        found = connection.execute(statement).first()
    return tuple(found) if found else (0, "")
