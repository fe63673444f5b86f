"""One file, one event, one transaction: what the file says beside what earlier ones said."""

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from data.counts import (
    MISSING,
    Key,
    add_series,
    current,
    found,
    insert,
    packed,
    series_of,
    unpacked,
)
from data.database import next_event, write
from data.importer.before import said_before
from data.importer.check import Checked
from data.importer.read import Progress
from data.importer.report import Problem
from data.rollups import Tree, write_rollups
from data.schema import (
    ALL,
    BREAKDOWNS,
    SERIES_KEY,
    citation,
    event,
    event_slice,
    observation,
)

_TERRITORY = SERIES_KEY.index("territory")
_FIRST_PART = len(SERIES_KEY) - len(BREAKDOWNS)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Stored:
    """The event that holds the rows, an earlier one if `already`; `unchanged` rows of it said what was known. `noted`:
    what the rows say beside what was known (data.importer.before)."""

    event: int
    unchanged: int = 0
    already: bool = False
    noted: tuple[Problem, ...] = ()


def taken_in(connection: sa.Connection, *, digest: str) -> sa.Row | None:
    """The event that took in these bytes and was not withdrawn since, the latest if there are several."""
    undo = event.alias()
    return connection.execute(
        sa.select(event)
        .where(event.c.file_hash == digest, event.c.kind == "import")
        .where(~sa.exists().where(undo.c.withdraws == event.c.number))
        .order_by(event.c.number.desc())
        .limit(1)
    ).one_or_none()


def store(
    engine: sa.Engine,
    checked: Checked,
    *,
    name: str,
    digest: str,
    actor: str,
    tree: Tree,
    stale_after: Mapping[str, int],
    details: Mapping[str, object] | None = None,
    guard: Callable[[sa.Connection], None] | None = None,
    progress: Progress | None = None,
) -> Stored:
    """Write the accepted rows as one event, and the sums that they move. All of it is kept, or nothing.

    `details` are noted with the event. `guard` is called under the write lock: what it raises leaves all as it was.
    """
    with write(engine) as connection:
        earlier = taken_in(connection, digest=digest)
        if earlier is not None and earlier.refused <= checked.refused:
            # Somebody else took in the same bytes while this file was being checked.
            return Stored(event=earlier.number, already=True)
        if guard:
            guard(connection)
        return _write(connection, checked, name, digest, actor, tree, stale_after, dict(details or {}), progress)


def _write(connection, checked, name, digest, actor, tree, stale_after, details, progress) -> Stored:
    kinds = {(key[0], key[2], key[3], key[4]) for key in checked.keys}
    held = series_of(connection, kinds=kinds)
    old_ids = set(held.values())
    held.update(add_series(connection, [key for key in checked.keys if key not in held]))
    ids = np.array([held[key] for key in checked.keys], np.int64)
    key = packed(ids[checked.series], checked.to_date, checked.from_date)
    order = np.argsort(key)
    key, value, cited = key[order], checked.value[order], checked.cited[order]

    siblings = _siblings(checked, held)
    known = old_ids & ({int(one) for one in ids} | siblings)
    span = {"first": int(checked.to_date.min()), "last": int(checked.to_date.max())}
    now = current(connection, observation, ids=known, **span)
    here, place = found(key, now[:, 0])
    same = here & (now[place, 2] == value) if len(now) else here
    if checked.citations != (("", ""),):
        same &= _same_citation(connection, key, cited, now, here, place, checked.citations, known, span)
    gone = _gone(checked, held, siblings, key, now)
    before = said_before(connection, key=key, value=value, now=now, here=here, place=place, same=same, old_ids=old_ids)

    keep = np.flatnonzero(~same)
    written_key = np.concatenate([key[keep], gone])
    written_value = np.concatenate([value[keep], np.full(len(gone), MISSING, np.int64)])
    order = np.argsort(written_key)
    written_key, written_value = written_key[order], written_value[order]
    details |= {
        "unchanged": int(same.sum()),
        "repeated": checked.repeated,
        "gone": len(gone),
    }
    if same.any():
        details["confirmed"] = confirmed_text(key[same])
    sources = sorted({one[0] for one in checked.keys})
    number = next_event(
        connection,
        kind="import",
        actor=actor,
        source=",".join(sources),
        file_name=name[:LONGEST_NAME],
        file_hash=digest,
        rows_read=checked.rows_read,
        accepted=checked.accepted,
        refused=checked.refused,
        quarantined=0,
        details=json.dumps(details),
    )

    def told(stage):
        return (lambda done, total: progress(stage, done, total)) if progress else None

    write_observations(
        connection,
        event=number,
        key=written_key,
        value=written_value,
        told=told("storing"),
    )
    write_citations(
        connection,
        event=number,
        key=key[keep],
        texts=[checked.citations[at] for at in cited[keep].tolist()] if len(checked.citations) > 1 else None,
    )
    _write_slices(connection, number, checked)
    write_rollups(
        connection,
        event=number,
        changed=written_key,
        tree=tree,
        stale_after=stale_after,
        told=told("summing"),
    )
    return Stored(event=number, unchanged=int(same.sum()), noted=before)


def write_observations(connection, *, event: int, key: np.ndarray, value: np.ndarray, told=None) -> None:
    """Write one row per packed key; MISSING is "no longer reported"."""
    columns = ("series", "to_date", "from_date", "event", "value")
    insert(
        connection,
        observation,
        columns,
        [*unpacked(key), np.full(len(key), event), value],
        told=told,
    )


def write_citations(connection, *, event: int, key: np.ndarray, texts: list[tuple[str, str]] | None) -> None:
    """Write (address, note) of the keys that have one."""
    if not texts:
        return
    at = [place for place, text in enumerate(texts) if text != ("", "")]
    arrays = [
        *unpacked(key[at]),
        np.full(len(at), event),
        [texts[i][0] for i in at],
        [texts[i][1] for i in at],
    ]
    insert(
        connection,
        citation,
        ("series", "to_date", "from_date", "event", "address", "note"),
        arrays,
    )


def citations_of(connection, *, ids, first: int, last: int) -> dict[tuple[int, int], tuple[str, str]]:
    """(address, note) by packed key and event, of the series `ids` with to_date from `first` to `last`."""
    held: dict[tuple[int, int], tuple[str, str]] = {}
    wanted = sorted(int(one) for one in ids)
    columns = [citation.c[name] for name in ("series", "to_date", "from_date", "event", "address", "note")]
    for at in range(0, len(wanted), 500):
        rows = connection.execute(
            sa.select(*columns).where(
                citation.c.series.in_(wanted[at : at + 500]),
                citation.c.to_date.between(first, last),
            )
        ).all()
        if rows:
            keys = packed(*(np.array([row[i] for row in rows], np.int64) for i in range(3)))
            held.update(((int(k), row[3]), (row[4], row[5])) for k, row in zip(keys, rows, strict=True))
    return held


def _same_citation(connection, key, cited, now, here, place, citations, known, span) -> np.ndarray:
    """Per row whether the file says no other address and note than those the current figure has. A file that says
    none takes none away."""
    places = {text: at for at, text in enumerate(citations)}
    old = np.zeros(len(now), np.int64)
    for (packed_key, number), text in citations_of(connection, ids=known, **span).items():
        is_there, at = found(np.array([packed_key]), now[:, 0])
        if is_there[0] and now[at[0], 1] == number:
            old[at[0]] = places.get(text, -1)
    return (cited == 0) | (here & (old[place] == cited if len(now) else here))


def shape_of(key: Key) -> str:
    """The breakdown columns that a count uses, joined by a comma; empty for a total."""
    parts = zip(BREAKDOWNS, key[_FIRST_PART:], strict=True)
    return ",".join(name for name, group in parts if group != ALL)


def _siblings(checked: Checked, held: Mapping[Key, int]) -> set[int]:
    """Ids of the series that break the same counts of the same territories down in the same way as the file does."""
    brought = {(key[:_FIRST_PART], shape_of(key)) for key in checked.keys}
    brought = {one for one in brought if one[1]}
    if not brought:
        return set()
    return {number for key, number in held.items() if (key[:_FIRST_PART], shape_of(key)) in brought}


def _gone(
    checked: Checked,
    held: Mapping[Key, int],
    siblings: set[int],
    key: np.ndarray,
    now: np.ndarray,
) -> np.ndarray:
    """Packed keys that stood in what the file replaces and that it does not bring: groups that have gone to zero."""
    if not siblings or checked.unsure is None:
        return np.empty(0, np.int64)
    families: dict[tuple, int] = {}
    family_of = {}
    key_of = {}
    for one, number in held.items():
        if number in siblings:
            family_of[number] = families.setdefault((one[:_FIRST_PART], shape_of(one)), len(families))
            key_of[number] = one
    numbers = np.array(sorted(family_of), np.int64)
    family = np.array([family_of[int(number)] for number in numbers], np.int64)

    def family_keys(keys):
        """Packed keys with the family in the place of the series; those of other series are left out."""
        series_id, to_date, from_date = unpacked(keys)
        here, place = found(series_id, numbers)
        return here, packed(family[place], to_date, from_date)

    here, brought = family_keys(key)
    brought = np.unique(brought[here])
    stands = now[now[:, 2] >= 0, 0]
    here, replaced = family_keys(stands)
    gone = stands[here & found(replaced, brought)[0] & ~found(stands, key)[0]]
    if checked.unsure:
        sure = []
        for series_id, to_date, from_date in zip(*(a.tolist() for a in unpacked(gone)), strict=True):
            source, territory, step, unit, measure = key_of[series_id][:_FIRST_PART]
            sure.append((source, step, unit, measure, territory, from_date, to_date) not in checked.unsure)
        gone = gone[np.array(sure, bool)]
    return gone


def _write_slices(connection, number: int, checked: Checked) -> None:
    kinds: dict[tuple, list[int]] = {}
    for at, key in enumerate(checked.keys):
        kinds.setdefault((key[0], key[2], key[3], key[4], shape_of(key)), []).append(at)
    slice_of = np.empty(len(checked.keys), np.int64)
    for place, series in enumerate(kinds.values()):
        slice_of[series] = place
    row_slice = slice_of[checked.series]
    rows = []
    for place, (kind, series) in enumerate(kinds.items()):
        of_slice = row_slice == place
        rows.append(
            dict(
                zip(("source", "step", "unit", "measure", "shape"), kind, strict=True),
                event=number,
                from_date=int(checked.from_date[of_slice].min()),
                to_date=int(checked.to_date[of_slice].max()),
                territories=len({checked.keys[at][_TERRITORY] for at in series}),
                observations=int(of_slice.sum()),
            )
        )
    connection.execute(sa.insert(event_slice), rows)


def confirmed_text(key: np.ndarray) -> str:
    """Packed keys that an event found to be known already, as text for its details.

    They are not written again, yet the event vouches for them: when the event that wrote them is withdrawn, they stay.
    """
    return base64.b85encode(zlib.compress(np.diff(np.sort(key), prepend=0).astype("<i8").tobytes(), 6)).decode()


def confirmed_keys(text: str) -> np.ndarray:
    """The packed keys, in order, that `confirmed_text` wrote."""
    return np.cumsum(np.frombuffer(zlib.decompress(base64.b85decode(text)), "<i8"))
