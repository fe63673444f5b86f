"""Actions: what the office did, where and when, as known at a cut. An action that was taken back is not among them.

Nothing is said of what an action brought about: it stands beside the figures, which are what followed it.
"""

from collections.abc import Collection, Iterable

import pandas as pd
import sqlalchemy as sa

from data.schema import action, territory
from queries.cuts import parameter
from queries.frames import of_rows
from queries.territories import KINGDOM, lineage, visible

COLUMNS = [
    "id",
    "event",
    "kind",
    "territory_code",
    "from_date",
    "to_date",
    "service",
    "step",
    "cost",
    "place",
    "note",
]
EVERYWHERE = "campaign"
"""The kind of action that, held for the whole kingdom, concerns each territory in it."""


def actions(
    engine: sa.Engine,
    *,
    territory_code: str,
    cut: int,
    scope: str,
    kinds: Collection[str] = (),
    first: int | None = None,
    last: int | None = None,
    chronological: bool = False,
    withdrawn: bool = False,
) -> pd.DataFrame:
    """The actions in a territory and below it, as known at `cut`.

    One row per action: id, event (the last one that changed it), kind, territory_code, from_date and to_date (days
    since 1970-01-01), service, step (empty: none, all), cost (dirhams, float, NaN: not known), place, note. kinds: only
    those; none for all. first, last: only actions that touch these days. In administrative order, then by day; with
    `chronological` the latest first. withdrawn: those that were taken back instead. Of territories that the reader of
    `scope` may not see there is no row.
    """
    frame = _read(engine, cut=cut, withdrawn=withdrawn)
    with engine.connect() as connection:
        inside = _inside(connection, territory_code, scope=scope)
        places = dict(connection.execute(sa.select(territory.c.code, territory.c.position)).all())
    kept = _among(frame, inside) & (frame["kind"].isin(list(kinds)) | (not kinds))
    if first is not None:
        kept &= frame["to_date"] >= first
    if last is not None:
        kept &= frame["from_date"] <= last
    frame = frame[kept.astype(bool)]
    if chronological:
        return frame.sort_values(["from_date", "event"], ascending=False, kind="stable").reset_index(drop=True)
    place = frame["territory_code"].map(places)
    frame = frame.assign(_place=place).sort_values(["_place", "from_date", "event"], kind="stable")
    return frame.drop(columns="_place").reset_index(drop=True)


def beside(
    engine: sa.Engine, *, counts: Iterable[tuple[str, str]], cut: int, scope: str
) -> dict[tuple[str, str], pd.DataFrame]:
    """The actions that are marked on the history of each count (territory, step), oldest first; columns as in
    `actions`. A count without any is left out.

    They are those of the territory and below it, and the campaigns of the whole kingdom, that were meant for the step
    or for all of them.
    """
    frame = _read(engine, cut=cut, withdrawn=False)
    if frame.empty:
        return {}
    wanted = list(counts)
    with engine.connect() as connection:
        inside = {code: _inside(connection, code, scope=scope) for code in {code for code, _ in wanted}}
    everywhere = (frame["territory_code"] == KINGDOM) & (frame["kind"] == EVERYWHERE)
    found = {}
    for code, step in wanted:
        meant = (frame["step"] == "") | (frame["step"] == step)
        mine = frame[(_among(frame, inside[code]) | everywhere) & meant]
        if len(mine):
            found[code, step] = mine.sort_values(["from_date", "event"], kind="stable").reset_index(drop=True)
    return found


def by_kind(frame: pd.DataFrame) -> pd.DataFrame:
    """How many actions there are of each kind and what they cost; one row per kind, in the order of the first of each.

    kind; actions (count); cost (dirhams, of those whose cost is known); without_cost (count of the others).
    """
    rows = []
    for kind, mine in frame.groupby("kind", sort=False):
        rows.append((kind, len(mine), float(mine["cost"].sum()), int(mine["cost"].isna().sum())))
    return of_rows(rows, ["kind", "actions", "cost", "without_cost"], floats=("cost",))


def _read(engine: sa.Engine, *, cut: int, withdrawn: bool) -> pd.DataFrame:
    """The last state of each action at a cut: of those that hold, or of those that were taken back."""
    with engine.connect() as connection:
        rows = connection.execute(_LAST, {"cut": cut, "withdrawn": int(withdrawn)}).all()
    return of_rows(rows, COLUMNS, floats=("cost",))


def _last() -> sa.Select:
    newest = (
        sa.select(action.c.id, sa.func.max(action.c.event).label("event"))
        .where(action.c.event <= parameter("cut"))
        .group_by(action.c.id)
        .subquery()
    )
    columns = [action.c["territory" if name == "territory_code" else name] for name in COLUMNS]
    return (
        sa.select(*columns)
        .join(newest, sa.and_(action.c.id == newest.c.id, action.c.event == newest.c.event))
        .where(action.c.withdrawn == parameter("withdrawn"))
        .order_by(action.c.event)
    )


_LAST = _last()


def _inside(connection: sa.Connection, code: str, *, scope: str) -> frozenset[str] | None:
    """A territory and what lies below it, as far as a reader of `scope` may see it; None for every territory."""
    seen = visible(connection, scope=scope)
    below = visible(connection, scope=code)
    if below is not None:
        below = below - frozenset(lineage(connection, of=code)[:-1])
    if below is None or seen is None:
        return seen if below is None else below
    return below & seen


def _among(frame: pd.DataFrame, codes: frozenset[str] | None) -> pd.Series:
    return pd.Series(True, index=frame.index) if codes is None else frame["territory_code"].isin(codes)
