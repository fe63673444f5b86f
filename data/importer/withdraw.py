"""Take back what one file said. Nothing is deleted: a new event says again what the other files say."""

import json
from collections.abc import Mapping

import numpy as np
import sqlalchemy as sa

from data.catalogue import catalogue as load_catalogue
from data.counts import found, history, last_of_each, packed, unpacked
from data.database import local_folder, next_event, write
from data.importer.names import Territories
from data.importer.report import Problem
from data.importer.store import (
    citations_of,
    confirmed_keys,
    write_citations,
    write_observations,
)
from data.rollups import Tree, write_rollups
from data.schema import event, observation, ruling


def withdraw(
    engine: sa.Engine,
    number: int,
    *,
    actor: str,
    catalogue=None,
    territories: Territories | None = None,
) -> int | Problem:
    """Withdraw the import `number`; the number of the event that does it, or what stands against it.

    A ruling on rows that waited is withdrawn in the same way, and they wait again; with a file go the rulings on its
    rows. Each count then says what the latest other file that was not withdrawn says of it, or nothing. The same bytes
    may be taken in again afterwards.
    """
    local = local_folder()
    catalogue = catalogue or load_catalogue(local)
    tree = (territories or Territories.load(local)).tree()
    stale_after = {name: step.stale_after for name, step in catalogue.steps.items()}
    with write(engine) as connection:
        target = connection.execute(sa.select(event).where(event.c.number == number)).one_or_none()
        if target is None:
            return Problem("unknown_event", seen=str(number), values={"event": number})
        if target.kind not in ("import", "ruling") and '"what": "upheld"' not in target.details:
            return Problem("not_an_import", seen=str(number), values={"event": number})
        by = connection.execute(sa.select(event.c.number).where(event.c.withdraws == number)).scalar()
        if by is not None:
            return Problem(
                "already_withdrawn",
                seen=str(number),
                values={"event": number, "by": by},
            )
        return _undo(connection, target, actor, tree, stale_after)


def _undo(connection, target: sa.Row, actor: str, tree: Tree, stale_after: Mapping[str, int]) -> int:
    events = connection.execute(sa.select(event.c.number, event.c.kind, event.c.withdraws, event.c.details)).all()
    withdrawn = {row.withdraws for row in events if row.withdraws is not None} | {target.number}
    rulings = connection.execute(sa.select(ruling.c.event, ruling.c.file).distinct()).all()
    undone = [target.number, *(number for number, file in rulings if file == target.number and number not in withdrawn)]
    # What was said to the rows of a file goes with the file.
    withdrawn |= {number for number, file in rulings if file in withdrawn}
    speaking = np.array(
        [e.number for e in events if e.kind != "withdrawal" and e.number not in withdrawn],
        np.int64,
    )
    confirmed = {
        row.number: confirmed_keys(text)
        for row in events
        if '"confirmed"' in row.details and (text := json.loads(row.details).get("confirmed"))
    }
    wrote = connection.execute(
        sa.select(observation.c.series, observation.c.to_date, observation.c.from_date).where(
            observation.c.event.in_(undone)
        )
    ).all()
    said = np.array([tuple(row) for row in wrote], np.int64).reshape(len(wrote), 3)
    keys = [
        packed(said[:, 0], said[:, 1], said[:, 2]),
        confirmed.get(target.number, np.empty(0, np.int64)),
    ]
    keys = np.unique(np.concatenate(keys))
    details = {"restored": 0, "emptied": 0}
    if len(keys):
        series_id, to_date, _ = unpacked(keys)
        span = {
            "ids": np.unique(series_id).tolist(),
            "first": int(to_date.min()),
            "last": int(to_date.max()),
        }
        rows = history(connection, observation, **span)
        rows = rows[found(rows[:, 0], keys)[0]]
        rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
        now = last_of_each(rows[:, 0], rows[:, 1])
        claim = _claims(rows, keys, speaking, confirmed)
        has = claim >= 0
        value = np.where(has, rows[np.maximum(claim, 0), 2], -1)
        texts = citations_of(connection, **span)
        cites = [
            texts.get((int(rows[c, 0]), int(rows[c, 1])), ("", "")) if c >= 0 else ("", "") for c in claim.tolist()
        ]
        shown = [texts.get((int(rows[at, 0]), int(rows[at, 1])), ("", "")) for at in now.tolist()]
        differs = value != rows[now, 2]
        if texts:
            differs |= has & np.array([a != b for a, b in zip(cites, shown, strict=True)], bool)
        keys, value = keys[differs], value[differs]
        cites = [text for text, wanted in zip(cites, differs.tolist(), strict=True) if wanted]
        details = {
            "restored": int((value >= 0).sum()),
            "emptied": int((value < 0).sum()),
        }
    number = next_event(
        connection,
        kind="withdrawal",
        actor=actor,
        source=target.source,
        file_name=target.file_name,
        withdraws=target.number,
        details=json.dumps(details),
    )
    if len(keys):
        write_observations(connection, event=number, key=keys, value=value)
        write_citations(connection, event=number, key=keys, texts=cites)
        write_rollups(connection, event=number, changed=keys, tree=tree, stale_after=stale_after)
    return number


def _claims(
    rows: np.ndarray,
    keys: np.ndarray,
    speaking: np.ndarray,
    confirmed: Mapping[int, np.ndarray],
) -> np.ndarray:
    """Per key the place in `rows` of what the latest speaking event says of it, -1 where none says anything.

    An event speaks by a row of its own, or by having found what the tables said to be so: then by the row that was
    current when it came. `rows` are in the order of key and event; `keys` in order.
    """
    place = np.searchsorted(keys, rows[:, 0])
    stamp = (place << 31) | rows[:, 1]
    best = np.full(len(keys), -1, np.int64)
    when = np.full(len(keys), -1, np.int64)
    own = np.flatnonzero(np.isin(rows[:, 1], speaking))
    # In the order of events, so that the last to be written is the latest.
    best[place[own]], when[place[own]] = own, rows[own, 1]
    for number in np.sort(speaking).tolist():
        if number not in confirmed:
            continue
        at = np.flatnonzero(found(keys, confirmed[number])[0])
        before = np.searchsorted(stamp, (at << 31) | number) - 1
        here = (before >= 0) & (place[np.maximum(before, 0)] == at) & (when[at] < number)
        best[at[here]], when[at[here]] = before[here], number
    return best
