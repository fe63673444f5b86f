"""Take out for good what one event brought: its figures, their notes, what of it still waits. Its trace stays.

A withdrawal says something else from now on and leaves every earlier cut as it was. An erasure is for what must not be
there at all: afterwards every cut, past ones too, says what it would have said had the event never come. The event
itself stays, with who by role, when and how many, and so does the erasure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from data.catalogue import catalogue as load_catalogue
from data.counts import MISSING, found, history, keys_of, packed, series_of, unpacked
from data.database import local_folder, next_event, write
from data.importer.names import Territories
from data.importer.report import Problem
from data.importer.store import citations_of, confirmed_keys, write_citations, write_observations
from data.rollups import Tree, rewrite_sums, write_rollups
from data.schema import SERIES_KEY, citation, event, forecast, observation, quarantine, rollup, ruling

_TERRITORY = SERIES_KEY.index("territory")
_ALL_DAYS = {"first": 0, "last": (1 << 17) - 1}


def erase(
    engine: sa.Engine,
    number: int,
    *,
    actor: str,
    catalogue=None,
    territories: Territories | None = None,
) -> int | Problem:
    """Erase what the import or ruling `number` brought; the number of the event that does it, or what is against it.

    With an import go the answers to its rows that waited. Sums of ancestors are made again at every cut since, by the
    present list of territories. Raises sqlalchemy.exc.SQLAlchemyError when the database refuses.
    """
    local = local_folder()
    catalogue = catalogue or load_catalogue(local)
    tree = (territories or Territories.load(local)).tree()
    stale_after = {name: step.stale_after for name, step in catalogue.steps.items()}
    with write(engine) as connection:
        target = connection.execute(sa.select(event).where(event.c.number == number)).one_or_none()
        if target is None:
            return Problem("unknown_event", seen=str(number), values={"event": number})
        if target.kind not in ("import", "ruling"):
            return Problem("not_an_import", seen=str(number), values={"event": number})
        earlier = connection.execute(
            sa.select(event.c.number).where(event.c.withdraws == number, event.c.kind == "erasure")
        ).scalar()
        if earlier is not None:
            return Problem("already_erased", seen=str(number), values={"event": number, "by": earlier})
        if connection.dialect.name == "sqlite":
            # What is deleted is overwritten, not only forgotten.
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        erased = _erased(connection, target, actor, tree, stale_after)
    _forget(engine)
    return erased


@dataclass(frozen=True)
class _Claims:
    """What events say of figures besides their own rows. gone: those that are erased; undoes: withdrawal → events it
    withdrew; confirmed: event → the packed keys that it found to be so."""

    gone: frozenset[int]
    undoes: Mapping[int, frozenset[int]]
    confirmed: Mapping[int, np.ndarray]


def _erased(connection, target: sa.Row, actor: str, tree: Tree, stale_after: Mapping[str, int]) -> int:
    claims = _claims(connection, target.number)
    gone = sorted(claims.gone)
    wrote = connection.execute(
        sa.select(observation.c.series, observation.c.to_date, observation.c.from_date).where(
            observation.c.event.in_(gone)
        )
    ).all()
    said = np.array([tuple(row) for row in wrote], np.int64).reshape(len(wrote), 3)
    mine = [packed(said[:, 0], said[:, 1], said[:, 2])]
    mine += [claims.confirmed[one] for one in gone if one in claims.confirmed]
    keys = np.unique(np.concatenate(mine))
    told = _counted(connection, gone) | {"figures": len(wrote)}
    if len(keys):
        _say_again(connection, keys, claims)
    for table in (observation, citation, quarantine):
        connection.execute(sa.delete(table).where(table.c.event.in_(gone)))
    # A name may stand in the name of a file as well.
    copies = sa.select(event.c.number).where(event.c.withdraws.in_(gone))
    connection.execute(
        sa.update(event)
        .where(sa.or_(event.c.number.in_(gone), event.c.number.in_(copies.scalar_subquery())))
        .values(file_name="")
    )
    for one in gone:
        details = json.loads(connection.execute(sa.select(event.c.details).where(event.c.number == one)).scalar_one())
        kept = {name: value for name, value in details.items() if name != "confirmed"}
        connection.execute(sa.update(event).where(event.c.number == one).values(details=json.dumps(kept)))
    number = next_event(
        connection,
        kind="erasure",
        actor=actor,
        source=target.source,
        withdraws=target.number,
        details=json.dumps(told),
    )
    if len(keys):
        _sum_again(connection, keys, target.number, number, tree, stale_after)
    return number


def _counted(connection, gone: list[int]) -> dict[str, int]:
    """How many notes and waiting rows are erased."""
    size = sa.func.count()
    return {
        "notes": connection.execute(sa.select(size).where(citation.c.event.in_(gone))).scalar_one(),
        "waiting": connection.execute(sa.select(size).where(quarantine.c.event.in_(gone))).scalar_one(),
    }


def _claims(connection, number: int) -> _Claims:
    files = dict(connection.execute(sa.select(ruling.c.event, ruling.c.file).distinct()).all())
    gone = frozenset((number, *(one for one, file in files.items() if file == number)))
    undoes, confirmed = {}, {}
    for row in connection.execute(sa.select(event.c.number, event.c.kind, event.c.withdraws, event.c.details)):
        if row.withdraws is not None:
            undoes[row.number] = frozenset(
                (row.withdraws, *(one for one, file in files.items() if file == row.withdraws))
            )
        if '"confirmed"' in row.details and (text := json.loads(row.details).get("confirmed")):
            confirmed[row.number] = confirmed_keys(text)
    return _Claims(gone, undoes, confirmed)


def _say_again(connection, keys: np.ndarray, claims: _Claims) -> None:
    """Put the rows of the other events on these keys as they would be had the erased ones never spoken.

    Rows of files stay as they are. What a file only confirmed gets a row of its own where the row that it confirmed is
    erased; what withdrawals said is worked out again.
    """
    ids = np.unique(unpacked(keys)[0]).tolist()
    rows = history(connection, observation, ids=ids, **_ALL_DAYS)
    rows = rows[found(rows[:, 0], keys)[0]]
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    others = [one for one in claims.confirmed if one not in claims.gone]
    vouched: dict[int, list[int]] = {}
    for one in others:
        for key in claims.confirmed[one][found(claims.confirmed[one], keys)[0]].tolist():
            vouched.setdefault(key, []).append(one)
    by_key: dict[int, list[tuple[int, int]]] = {}
    for key, number, value in rows.tolist():
        by_key.setdefault(key, []).append((number, value))
    texts = citations_of(connection, ids=ids, **_ALL_DAYS)
    stale: list[tuple[int, int]] = []
    again: list[tuple[int, int, int, tuple[str, str]]] = []
    for key, said in by_key.items():
        if key not in vouched and all(number in claims.gone for number, _ in said):
            continue
        stale += [(key, number) for number, _ in said if number in claims.undoes]
        again += [
            (key, number, value, texts.get((key, by), ("", "")) if by else ("", ""))
            for number, value, by in _course(said, vouched.get(key, []), claims)
        ]
    _take_out(connection, stale)
    for number in sorted({row[1] for row in again}):
        block = sorted(row for row in again if row[1] == number)
        key = np.array([row[0] for row in block], np.int64)
        write_observations(connection, event=number, key=key, value=np.array([row[2] for row in block], np.int64))
        write_citations(connection, event=number, key=key, texts=[row[3] for row in block])


def _course(said: list[tuple[int, int]], vouched: list[int], claims: _Claims) -> list[tuple[int, int, int]]:
    """(event, value, event whose word it is) of each row of one figure that is not a file's own.

    said: its rows, in the order of events. vouched: the events that only confirmed it.
    """
    own = {number: value for number, value in said if number not in claims.gone and number not in claims.undoes}
    held: dict[int, int] = {}
    for one in vouched:
        before = [value for number, value in said if number < one]
        if before:
            held[one] = before[-1]
    speaking: dict[int, int] = {}
    current, rows = MISSING, []
    for number in sorted({*own, *held, *claims.undoes}):
        if number in own:
            speaking[number] = current = own[number]
            continue
        if number in held:
            speaking[number] = value = held[number]
            by = 0
        else:
            if not speaking.keys() & claims.undoes[number]:
                continue
            for one in claims.undoes[number]:
                speaking.pop(one, None)
            by = max(speaking, default=0)
            value = speaking[by] if by else MISSING
        if value != current:
            rows.append((number, value, by))
            current = value
    return rows


def _take_out(connection, rows: list[tuple[int, int]]) -> None:
    if not rows:
        return
    series, to_date, from_date = (array.tolist() for array in unpacked(np.array([key for key, _ in rows], np.int64)))
    numbers = [number for _, number in rows]
    for table in (observation, citation):
        statement = sa.delete(table).where(
            table.c.series == sa.bindparam("a_series"),
            table.c.to_date == sa.bindparam("a_to"),
            table.c.from_date == sa.bindparam("a_from"),
            table.c.event == sa.bindparam("a_number"),
        )
        asked = zip(series, to_date, from_date, numbers, strict=True)
        connection.execute(
            statement, [dict(zip(("a_series", "a_to", "a_from", "a_number"), row, strict=True)) for row in asked]
        )


def _sum_again(connection, keys: np.ndarray, since: int, number: int, tree: Tree, stale_after) -> None:
    """Make the sums of all ancestors of these keys again, event by event, from the erased one on."""
    touched = keys_of(connection, ids=np.unique(unpacked(keys)[0]).tolist())
    kinds = {(*key[:_TERRITORY], *key[_TERRITORY + 1 :]) for key in touched.values()}
    parents = tree.above({key[_TERRITORY] for key in touched.values()} & tree.level.keys())
    every = series_of(connection, kinds={(kind[0], kind[1], kind[2], kind[3]) for kind in kinds})
    of_kinds = {key: one for key, one in every.items() if (*key[:_TERRITORY], *key[_TERRITORY + 1 :]) in kinds}
    sums = [one for key, one in of_kinds.items() if key[_TERRITORY] in parents]
    for at in range(0, len(sums), 500):
        connection.execute(sa.delete(rollup).where(rollup.c.series.in_(sums[at : at + 500]), rollup.c.event >= since))
    places = {key[_TERRITORY] for key in touched.values()} | parents
    steps = {(key[2], key[3]) for key in touched.values()}
    for step, unit in sorted(steps):
        # What was foreseen was foreseen from it.
        connection.execute(
            sa.delete(forecast).where(
                forecast.c.event >= since,
                forecast.c.step == step,
                forecast.c.unit == unit,
                forecast.c.territory.in_(sorted(places)),
            )
        )
    rows = history(connection, observation, ids=sorted(of_kinds.values()), **_ALL_DAYS)
    rows = rows[rows[:, 1] >= since]
    shared = {"tree": tree, "stale_after": stale_after, "only": parents}
    for one in np.unique(rows[:, 1]).tolist():
        write_rollups(connection, event=one, changed=rows[rows[:, 1] == one, 0], cut=one, **shared)
    rewrite_sums(connection, event=number, kinds=kinds, held=of_kinds, **shared)


def _forget(engine: sa.Engine) -> None:
    """Have the database itself forget what was deleted: its log on SQLite, dead rows on PostgreSQL."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
            for table in (observation, citation, quarantine, event):
                connection.exec_driver_sql(f"VACUUM {table.name}")
        else:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
