"""One file, one event, one transaction: what the file says beside what earlier ones said."""

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from data.importer.doubt import RULES, Held
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
    quarantine,
)

_TERRITORY = SERIES_KEY.index("territory")
_FIRST_PART = len(SERIES_KEY) - len(BREAKDOWNS)
LONGEST_NAME = 200

Where = Callable[[int], tuple[int | None, str]]
"""From a row of a form to the line and the cell that a reader sees."""


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
    held: Held | None = None,
    where: Where | None = None,
    details: Mapping[str, object] | None = None,
    guard: Callable[[sa.Connection], None] | None = None,
    progress: Progress | None = None,
) -> Stored:
    """Write the accepted rows as one event, and the sums that they move. All of it is kept, or nothing.

    `held` are rows that wait, kept aside under the same event; `where` finds their cells in a form. `details` are noted
    with the event. `guard` is called under the write lock: what it raises leaves all as it was.
    """
    with write(engine) as connection:
        earlier = taken_in(connection, digest=digest)
        if earlier is not None and earlier.refused <= checked.refused:
            # Somebody else took in the same bytes while this file was being checked.
            return Stored(event=earlier.number, already=True)
        if guard:
            guard(connection)
        if len(checked.value):
            stored = _write(connection, checked, name, digest, actor, tree, stale_after, dict(details or {}), progress)
        else:
            # All that the file brings waits for a yes or no.
            sources = sorted({key[0] for key in held.keys}) if held else []
            stored = Stored(_event(connection, checked, name, digest, actor, sources, dict(details or {})))
        if held is not None:
            write_held(connection, event=stored.event, held=held, where=where)
        return stored


def _write(connection, checked, name, digest, actor, tree, stale_after, details, progress) -> Stored:
    kinds = {(key[0], key[2], key[3], key[4]) for key in checked.keys} | {one[:4] for one in checked.whole_groups}
    held = series_of(connection, kinds=kinds)
    old_ids = set(held.values())
    held.update(add_series(connection, [key for key in checked.keys if key not in held]))
    ids = np.array([held[key] for key in checked.keys], np.int64)
    key = packed(ids[checked.series], checked.to_date, checked.from_date)
    order = np.argsort(key)
    key, value, cited = key[order], checked.value[order], checked.cited[order]

    siblings, told_whole = _siblings(checked, held), _told_whole(checked, held)
    known = old_ids & ({int(one) for one in ids} | siblings | told_whole.keys())
    span = {"first": 0 if told_whole else int(checked.to_date.min()), "last": int(checked.to_date.max())}
    now = current(connection, observation, ids=known, **span)
    here, place = found(key, now[:, 0])
    same = here & (now[place, 2] == value) if len(now) else here
    if checked.citations != (("", ""),):
        same &= _same_citation(connection, key, cited, now, here, place, checked.citations, known, span)
    gone = np.union1d(_gone(checked, held, siblings, key, now), _gone_from_whole(told_whole, key, now))
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
    number = _event(connection, checked, name, digest, actor, sources, details)

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
    write_slices(connection, number, checked)
    write_rollups(
        connection,
        event=number,
        changed=written_key,
        tree=tree,
        stale_after=stale_after,
        told=told("summing"),
    )
    return Stored(event=number, unchanged=int(same.sum()), noted=before)


def _event(connection, checked: Checked, name: str, digest: str, actor: str, sources: list[str], details: dict) -> int:
    return next_event(
        connection,
        kind="import",
        actor=actor,
        source=",".join(sources),
        file_name=name[:LONGEST_NAME],
        file_hash=digest,
        rows_read=checked.rows_read,
        accepted=checked.accepted,
        refused=checked.refused,
        quarantined=checked.quarantined,
        details=json.dumps(details),
    )


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


def write_held(connection: sa.Connection, *, event: int, held: Held, where: Where | None = None) -> None:
    """Keep the rows that wait under the event of their file."""
    count = len(held)
    if not count:
        return
    lines: list[int | None] = [None if line == MISSING else line for line in held.line.tolist()]
    cells = [""] * count
    if where is not None:
        placed = [(None, "") if line is None else where(line) for line in lines]
        lines, cells = [line for line, _ in placed], [cell for _, cell in placed]
    keys = [held.keys[at] for at in held.series.tolist()]
    numbers = ("place", "lines", "from_date", "to_date", "value", "compared", "compared_date")
    arrays = (
        np.arange(1, count + 1),
        held.lines,
        held.from_date,
        held.to_date,
        held.value,
        held.compared,
        held.compared_date,
    )
    columns = [
        [None if number == MISSING else number for number in array.tolist()]
        if name in ("value", "compared", "compared_date")
        else array.tolist()
        for name, array in zip(numbers, arrays, strict=True)
    ]
    rules = [RULES[at] for at in held.rule.tolist()]
    names = ("event", "rule", "line", "cell", *SERIES_KEY, *numbers)
    every = zip([event] * count, rules, lines, cells, *zip(*keys, strict=True), *columns, strict=True)
    for block in _blocks(every, 50_000):
        connection.execute(sa.insert(quarantine), [dict(zip(names, row, strict=True)) for row in block])


def _blocks(rows: Iterable[tuple], size: int) -> Iterator[list[tuple]]:
    block = []
    for row in rows:
        block.append(row)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


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


def _told_whole(checked: Checked, held: Mapping[Key, int]) -> dict[int, int]:
    """The series of which the file tells everything: -1 where all of it counts, as in a flow of groups, else the first
    day told, before which nothing stands any more."""
    if not checked.whole:
        return {}
    kinds: dict[tuple, list[int]] = {}
    for at, key in enumerate(checked.keys):
        kinds.setdefault((key[0], *key[2:_FIRST_PART], shape_of(key)), []).append(at)
    first_of = np.full(len(checked.keys), checked.to_date.max(initial=0))
    np.minimum.at(first_of, checked.series, checked.to_date)
    first = dict.fromkeys(checked.whole_groups, 0)
    first |= {kind: int(first_of[series].min()) for kind, series in kinds.items()}
    whole = {}
    for key, number in held.items():
        kind = (key[0], *key[2:_FIRST_PART], shape_of(key))
        # Groups of a stock are told for the last day alone: those of earlier days stand.
        if key[_TERRITORY] in checked.whole and kind in first and (kind[3] == "flow" or not kind[4]):
            whole[number] = -1 if kind[4] else first[kind]
    return whole


def _gone_from_whole(told_whole: Mapping[int, int], key: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Packed keys that stood in series told whole and that the file does not bring."""
    if not told_whole:
        return np.empty(0, np.int64)
    stands = now[now[:, 2] >= 0, 0]
    numbers = np.array(sorted(told_whole), np.int64)
    before = np.array([told_whole[int(number)] for number in numbers], np.int64)
    series_id, to_date, _ = unpacked(stands)
    here, place = found(series_id, numbers)
    return stands[here & ((before[place] < 0) | (to_date < before[place])) & ~found(stands, key)[0]]


def write_slices(connection, number: int, checked: Checked) -> None:
    """Write what the rows replace, one row per kind of count."""
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
    # What the file replaces without bringing any of it is declared too: of these steps something may be gone.
    rows += [
        dict(
            zip(("source", "step", "unit", "measure", "shape"), kind, strict=True),
            event=number,
            from_date=int(checked.from_date.min()),
            to_date=int(checked.to_date.max()),
            territories=len(checked.whole),
            observations=0,
        )
        for kind in sorted(checked.whole_groups - kinds.keys())
    ]
    connection.execute(sa.insert(event_slice), rows)


def confirmed_text(key: np.ndarray) -> str:
    """Packed keys that an event found to be known already, as text for its details.

    They are not written again, yet the event vouches for them: when the event that wrote them is withdrawn, they stay.
    """
    return base64.b85encode(zlib.compress(np.diff(np.sort(key), prepend=0).astype("<i8").tobytes(), 6)).decode()


def confirmed_keys(text: str) -> np.ndarray:
    """The packed keys, in order, that `confirmed_text` wrote."""
    return np.cumsum(np.frombuffer(zlib.decompress(base64.b85decode(text)), "<i8"))
