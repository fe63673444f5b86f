"""Sums of children, written by the event that moved them, so that the kingdom is read and not added up.

A parent's sum stands beside its own reported figure, under the same series: the table says which is which.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np
import sqlalchemy as sa

from data.counts import (
    MISSING,
    Key,
    add_series,
    current,
    insert,
    keys_of,
    packed,
    series_of,
    unpacked,
)
from data.schema import SERIES_KEY, observation, rollup

LEVELS = ("commune", "grouping", "prefecture", "region", "country")
"""Levels that are sums, from the bottom up. A grouping stands beside the tree: it is summed into nobody."""
STALE_AFTER = 45
"""Days after which a stock no longer counts, for a step that is no longer defined."""

_TERRITORY = SERIES_KEY.index("territory")


class Tree:
    """Who is summed into whom: a commune from its arrondissements, a prefecture from its communes, a region from its
    prefectures, the kingdom from its regions; a grouping from its member arrondissements.

    `rows` are (code, parent, level); `members` are (grouping, arrondissement).
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, str, str]],
        members: Iterable[tuple[str, str]] = (),
    ):
        self.level = {code: level for code, _, level in rows}
        self.children: dict[str, list[str]] = {}
        self.parents: dict[str, list[str]] = {}
        below = {
            "commune": "arrondissement",
            "prefecture": "commune",
            "region": "prefecture",
            "country": "region",
        }
        pairs = [(parent, code) for code, parent, level in rows if below.get(self.level.get(parent, "")) == level]
        for parent, child in (*pairs, *members):
            self.children.setdefault(parent, []).append(child)
            self.parents.setdefault(child, []).append(parent)

    def expected(self, code: str) -> int:
        """Of how many children a sum speaks: those below it; for the kingdom, its prefectures."""
        children = self.children.get(code, [])
        if self.level[code] == "country":
            return sum(self.weight(child) for child in children)
        return len(children)

    def weight(self, code: str) -> int:
        """For how many prefectures a region speaks when it reported itself."""
        return len(self.children.get(code, [])) if self.level[code] == "region" else 1

    def above(self, codes: Iterable[str]) -> set[str]:
        """Every territory that a change of one of these moves."""
        held: set[str] = set()
        todo = set(codes)
        while todo:
            todo = {parent for code in todo for parent in self.parents.get(code, ())} - held
            held |= todo
        return held


class _Group:
    """The territories of one kind of count (source, step, unit, measure, breakdowns) and their figures by date.

    The matrices have one row per territory in `codes` and one column per date or period; MISSING where there is none.
    """

    def __init__(self, codes: list[str], columns: np.ndarray, tree: Tree):
        self.codes, self.columns, self.tree = codes, columns, tree
        self.place = {code: at for at, code in enumerate(codes)}
        shape = (len(codes), len(columns))
        self.own = np.full(shape, MISSING, np.int64)
        self.sum = np.full(shape, MISSING, np.int64)
        self.reporting = np.zeros(shape, np.int64)
        self.expected = np.array(
            [tree.expected(code) if code in tree.children else 0 for code in codes],
            np.int64,
        )

    def roll(self, parents: list[str], *, moved: np.ndarray, stale_after: int | None) -> None:
        """Put the sums of `parents` (all of one level) into the columns `moved`; no `stale_after` for a flow."""
        country = self.tree.level[parents[0]] == "country"
        children = [self.tree.children[parent] for parent in parents]
        kids = np.array([self.place[child] for block in children for child in block], np.int64)
        starts = np.cumsum([0, *(len(block) for block in children[:-1])])
        own, summed, reporting = self.own[kids], self.sum[kids], self.reporting[kids]
        said, added = own >= 0, summed >= 0
        whole = added & (reporting == self.expected[kids][:, None])
        if stale_after is None:
            has = said | added
        else:
            # The sum over some of its children does not displace a territory's own figure that still holds.
            holds = _carried(said, self.columns, stale_after) >= 0
            has = said | (added & (whole | ~holds))
        value = np.where(said, own, summed)
        if country:
            weights = np.array([self.tree.weight(self.codes[kid]) for kid in kids], np.int64)[:, None]
            counted = np.where(said, weights, reporting)
        else:
            counted = (said | whole).astype(np.int64)
        if stale_after is None:
            live = has
        else:
            place = _carried(has, self.columns, stale_after)
            live = place >= 0
            value = np.take_along_axis(value, np.maximum(place, 0), axis=1)
            counted = np.take_along_axis(counted, np.maximum(place, 0), axis=1)
        total = np.add.reduceat(np.where(live, value, 0), starts, axis=0)
        children_in = np.add.reduceat(np.where(live, counted, 0), starts, axis=0)
        speaks = np.logical_or.reduceat(has, starts, axis=0)
        rows = np.array([self.place[parent] for parent in parents], np.int64)
        target = np.ix_(rows, moved)
        self.sum[target] = np.where(speaks, total, MISSING)[:, moved]
        self.reporting[target] = np.where(speaks, children_in, 0)[:, moved]


def _carried(has: np.ndarray, days: np.ndarray, most: int) -> np.ndarray:
    """Per row and column the place of the last column with a figure, -1 where that is over `most` days old."""
    place = np.maximum.accumulate(np.where(has, np.arange(has.shape[1]), -1), axis=1)
    fresh = days[None, :] - days[np.maximum(place, 0)] <= most
    return np.where((place >= 0) & fresh, place, -1)


def write_rollups(
    connection: sa.Connection,
    *,
    event: int,
    changed: np.ndarray,
    tree: Tree,
    stale_after: Mapping[str, int],
    told: Callable[[int, int], None] | None = None,
) -> int:
    """Write the sums that the changed observations move, under the number of the event that changed them.

    `changed` are packed keys of observations. `stale_after` is in days, by step. Only sums that differ from what the
    tables say are written. Returns how many.
    """
    series_id = unpacked(changed)[0]
    touched = keys_of(connection, ids=np.unique(series_id).tolist())
    kinds = {_without_territory(key) for key in touched.values()}
    held: dict[Key, dict[str, int]] = {kind: {} for kind in kinds}
    for key, number in series_of(connection, kinds={(k[0], k[1], k[2], k[3]) for k in kinds}).items():
        kind = _without_territory(key)
        if kind in held:
            held[kind][key[_TERRITORY]] = number
    order = np.argsort(series_id, kind="stable")
    changed, series_id = changed[order], series_id[order]
    by_kind: dict[Key, list[np.ndarray]] = {}
    cuts = [0, *(np.flatnonzero(np.diff(series_id)) + 1).tolist(), len(series_id)]
    territories: dict[Key, set[str]] = {}
    for start, end in pairwise(cuts):
        if start < end:
            key = touched[int(series_id[start])]
            kind = _without_territory(key)
            by_kind.setdefault(kind, []).append(changed[start:end])
            territories.setdefault(kind, set()).add(key[_TERRITORY])
    new: dict[Key, int | None] = {}
    rows = []
    for done, kind in enumerate(sorted(by_kind)):
        found = _moved(
            connection,
            ids=held[kind],
            changed=np.concatenate(by_kind[kind]),
            territories=territories[kind],
            tree=tree,
            stale_after=None if kind[3] == "flow" else stale_after.get(kind[1], STALE_AFTER),
        )
        for code, *arrays in found:
            key = (kind[0], code, *kind[1:])
            if code not in held[kind]:
                new[key] = None
            rows.append((key, held[kind].get(code), arrays))
        if told:
            told(done + 1, len(by_kind))
    made = add_series(connection, list(new))
    if not rows:
        return 0
    numbers = [np.full(len(arrays[0]), made[key] if number is None else number) for key, number, arrays in rows]
    number = np.concatenate(numbers)
    to_date, from_date, value, reporting, expected = (
        np.concatenate([arrays[at] for _, _, arrays in rows]) for at in range(5)
    )
    order = np.argsort(packed(number, to_date, from_date))
    columns = (
        "series",
        "to_date",
        "from_date",
        "event",
        "value",
        "reporting",
        "expected",
    )
    arrays = [
        number,
        to_date,
        from_date,
        np.full(len(number), event),
        value,
        reporting,
        expected,
    ]
    insert(connection, rollup, columns, [array[order] for array in arrays])
    return len(number)


def _without_territory(key: Key) -> Key:
    return (*key[:_TERRITORY], *key[_TERRITORY + 1 :])


def _moved(connection, *, ids, changed, territories, tree, stale_after) -> list[tuple]:
    """Per ancestor whose sums move: its code, to_date, from_date, value, reporting, expected of these sums."""
    known = territories & set(tree.level)
    parents = tree.above(known)
    if not parents:
        return []
    needed = parents | {child for parent in parents for child in tree.children[parent]}
    codes = sorted(needed)
    to_date = unpacked(changed)[1]
    first, last = int(to_date.min()), int(to_date.max())
    # A figure moves sums as long as it is carried forward, once per level above it; a sum in that time looks back as
    # far, and whether a part displaces a whole figure looks back once more.
    back, ahead = (0, 0) if stale_after is None else (2 * stale_after, len(LEVELS) * stale_after)
    window = {"first": first - back, "last": last + ahead}
    by_id = {number: code for code, number in ids.items() if code in needed}
    own = current(connection, observation, ids=list(by_id), **window)
    parts = [number for number, code in by_id.items() if code in tree.children]
    sums = current(
        connection,
        rollup,
        ids=parts,
        columns=("value", "reporting", "expected"),
        **window,
    )
    own, sums_now = own[own[:, 2] >= 0], sums[sums[:, 2] >= 0]

    def period(key):
        _, to, start = unpacked(key)
        return to if stale_after is not None else (to << 20) | start

    if stale_after is None:
        columns = np.unique(period(changed))
        own, sums_now = (rows[np.isin(period(rows[:, 0]), columns)] for rows in (own, sums_now))
        moved = np.arange(len(columns))
    else:
        columns = np.unique(np.concatenate([period(own[:, 0]), period(sums_now[:, 0])]))
        moved = np.flatnonzero(columns >= first)
    if not len(columns):
        return []
    group = _Group(codes, columns, tree)
    for rows, target in ((own, group.own), (sums_now, group.sum)):
        at = _places(rows[:, 0], by_id, group)
        column = np.searchsorted(columns, period(rows[:, 0]))
        target[at, column] = rows[:, 2]
        if target is group.sum:
            group.reporting[at, column] = rows[:, 3]
    before = group.sum.copy(), group.reporting.copy()
    expected_before = np.zeros(group.sum.shape, np.int64)
    at = _places(sums_now[:, 0], by_id, group)
    expected_before[at, np.searchsorted(columns, period(sums_now[:, 0]))] = sums_now[:, 4]
    for level in LEVELS:
        of_level = [code for code in codes if code in parents and tree.level[code] == level]
        if of_level:
            group.roll(of_level, moved=moved, stale_after=stale_after)
    result = []
    for code in codes:
        if code not in parents:
            continue
        row = group.place[code]
        differs = (group.sum[row] != before[0][row]) | (
            (group.sum[row] >= 0)
            & ((group.reporting[row] != before[1][row]) | (group.expected[row] != expected_before[row]))
        )
        at = np.flatnonzero(differs)
        if len(at):
            to, start = (
                (columns[at], columns[at]) if stale_after is not None else (columns[at] >> 20, columns[at] & 0xFFFFF)
            )
            full = np.full(len(at), group.expected[row])
            result.append((code, to, start, group.sum[row][at], group.reporting[row][at], full))
    return result


def _places(key: np.ndarray, by_id: Mapping[int, str], group: _Group) -> np.ndarray:
    """The row of the matrices that each packed key belongs to."""
    if not len(key):
        return np.empty(0, np.int64)
    numbers = np.array(sorted(by_id), np.int64)
    rows = np.array([group.place[by_id[int(number)]] for number in numbers], np.int64)
    return rows[np.searchsorted(numbers, unpacked(key)[0])]
