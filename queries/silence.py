"""Silence: which children of a territory said nothing of a count.

A sum over some of the children is only of use to a reader who can see which ones are missing.
"""

from collections.abc import Collection

import sqlalchemy as sa

from data.schema import series
from queries.figures import figures
from queries.territories import children, visible


def silent_children(
    engine: sa.Engine,
    *,
    of: str,
    counts: Collection[tuple[str, str]],
    on: int,
    cut: int,
    scope: str,
    level: str | None = None,
) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each count (step, unit), the codes of the children of `of` without any figure by the day `on`.

    Children as on the map, in administrative order; `level` asks for others, such as the annexes of a prefecture. Of a
    child that the reader may not see nothing is said: it may have spoken.
    """
    with engine.connect() as connection:
        codes = children(connection, of=of, level=level)
        seen = visible(connection, scope=scope)
    codes = tuple(code for code in codes if seen is None or code in seen)
    if not codes or not counts:
        return {}
    steps = {step for step, _ in counts}
    wanted = sa.and_(series.c.territory.in_(codes), series.c.step.in_(sorted(steps)))
    found = figures(engine, where=wanted, on=on, cut=cut, scope=scope, with_change=False)
    heard = set(zip(found["step"], found["unit"], found["territory_code"], strict=True))
    return {(s, u): tuple(code for code in codes if (s, u, code) not in heard) for s, u in counts}
