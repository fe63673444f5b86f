"""Sums of children, written by the event that moved them, so that the kingdom is read and not added up.

A parent's sum stands beside its own reported figure, under the same series: the table says which is which.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

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
from data.schema import SERIES_KEY, observation, rollup, series

LEVELS = ("district", "arrondissement", "commune", "grouping", "prefecture", "region", "country")
"""Levels that are sums, from the bottom up. A grouping stands beside the tree: it is summed into nobody."""
STALE_AFTER = 45
"""Days after which a stock no longer counts, for a step that is no longer defined."""

_BELOW = {"commune": "arrondissement", "prefecture": "commune", "region": "prefecture", "country": "region"}
_TERRITORY = SERIES_KEY.index("territory")
_ALWAYS = (1 << 17) - 1
"""The last day that there is room for."""


class Family(NamedTuple):
    """Children of one kind, of whom a sum can be made. weights: for how many of `expected` each of them speaks;
    uncovered: communes and arrondissements that none of them covers, without which no sum is whole."""

    name: str
    children: tuple[str, ...]
    weights: tuple[int, ...]
    uncovered: int = 0

    @property
    def expected(self) -> int:
        """Of how many a whole sum speaks."""
        return sum(self.weights) + self.uncovered


class Tree:
    """Who is summed into whom: a commune from its arrondissements, a prefecture from its communes, a region from its
    prefectures, the kingdom from its regions; a grouping from its member arrondissements.

    Beside these stand the chain of command, where it was entered, and the schools: a prefecture is also the sum of its
    districts and of the annexes directly below it, a district that of its annexes, a commune or arrondissement that of
    the annexes that touch it, if all of them lie wholly inside it. These are other families of children, and no sum is
    ever made of two of them.

    `rows` are (code, parent, level); `members` are (grouping, arrondissement); `jurisdiction` (office, territory).
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, str, str]],
        members: Iterable[tuple[str, str]] = (),
        jurisdiction: Iterable[tuple[str, str]] = (),
    ):
        rows = list(rows)
        self.level = {code: level for code, _, level in rows}
        below: dict[tuple[str, str], list[str]] = {}
        for code, parent, level in rows:
            below.setdefault((parent, level), []).append(code)
        self.covers: dict[str, set[str]] = {}
        for office, covered in jurisdiction:
            self.covers.setdefault(office, set()).add(covered)
        self._set_touching(below)
        families: dict[str, list[Family]] = {}

        def add(parent: str, name: str, kids: Iterable[str], uncovered: int = 0) -> None:
            kids = tuple(kids)
            if kids:
                weights = tuple(self._weight(kid, parent, below) for kid in kids)
                families.setdefault(parent, []).append(Family(name, kids, weights, uncovered))

        for code, level in self.level.items():
            if level in _BELOW:
                add(code, "territories", below.get((code, _BELOW[level]), ()))
        groups: dict[str, list[str]] = {}
        for grouping, member in members:
            groups.setdefault(grouping, []).append(member)
        for grouping, kids in groups.items():
            add(grouping, "territories", kids)
        if any(level in ("district", "annex", "school") for level in self.level.values()):
            for code, level in self.level.items():
                annexes = below.get((code, "annex"), [])
                if level == "prefecture":
                    offices = {*annexes, *below.get((code, "district"), ())}
                    if offices:
                        ground = [
                            part for one in below.get((code, "commune"), ()) for part in self._parts.get(one, (one,))
                        ]
                        uncovered = sum(one not in self.touching for one in ground)
                        add(code, "chain", [one for one in self.level if one in offices], uncovered)
                    add(code, "schools", below.get((code, "school"), ()))
                elif level == "district":
                    add(code, "chain", annexes)
                elif self.lies_within(code):
                    add(code, "chain", [one for one in self.level if one in self.touching[code]])
        self.families = {code: tuple(held) for code, held in families.items()}
        self.children = {code: [kid for one in held for kid in one.children] for code, held in self.families.items()}
        self.parents: dict[str, list[str]] = {}
        for parent, kids in self.children.items():
            for kid in kids:
                self.parents.setdefault(kid, []).append(parent)

    def _set_touching(self, below: dict[tuple[str, str], list[str]]) -> None:
        """`touching`: the offices that share ground with a commune or arrondissement. A district that has annexes is
        where these are, and is none of them."""
        self.touching: dict[str, set[str]] = {}
        self._parts: dict[str, list[str]] = {}
        if not self.covers:
            return
        city_of = {}
        for (parent, level), codes in below.items():
            if level == "arrondissement":
                self._parts[parent] = codes
                city_of.update(dict.fromkeys(codes, parent))
        for office, covered in self.covers.items():
            level = self.level.get(office)
            if level != "annex" and (level != "district" or (office, "annex") in below):
                continue
            for code in covered:
                around = (code, *self._parts.get(code, ()), *((city_of[code],) if code in city_of else ()))
                for one in around:
                    self.touching.setdefault(one, set()).add(office)

    def lies_within(self, code: str) -> bool:
        """Whether offices touch this commune or arrondissement, and each of them covers nothing else."""
        inside = {code, *self._parts.get(code, ())}
        return code in self.touching and all(self.covers[office] <= inside for office in self.touching[code])

    def alone(self, offices: Collection[str]) -> set[str] | None:
        """The territories that these offices cover, None where one of them is also covered by another office."""
        covered = set().union(*(self.covers.get(office, ()) for office in offices))
        mine = set(offices)
        return covered if covered and all(self.touching[code] <= mine for code in covered) else None

    def _weight(self, kid: str, parent: str, below: dict[tuple[str, str], list[str]]) -> int:
        """For how many a child speaks when it reported itself: a region for its prefectures, a district for its
        annexes."""
        if self.level[parent] == "country":
            return len(below.get((kid, "prefecture"), ()))
        return max(1, len(below.get((kid, "annex"), ()))) if self.level[kid] == "district" else 1

    def expected(self, code: str) -> int:
        """Of how many children a sum speaks: those of its first family; for the kingdom, its prefectures."""
        return self.families[code][0].expected if code in self.families else 0

    def above(self, codes: Iterable[str]) -> set[str]:
        """Every territory that a change of one of these moves."""
        held: set[str] = set()
        todo = set(codes)
        while todo:
            todo = {parent for code in todo for parent in self.parents.get(code, ())} - held
            held |= todo
        return held

    @cached_property
    def height(self) -> int:
        """How many levels there are from the bottom to the top."""
        steps: dict[str, int] = {}
        for level in LEVELS:
            for code in (one for one in self.families if self.level[one] == level):
                steps[code] = 1 + max(steps.get(kid, 1) for kid in self.children[code])
        return max(steps.values(), default=1)

    def differing(self, other: "Tree") -> set[str]:
        """The territories that are summed from other children, or counted otherwise, in the other tree."""
        either = self.families.keys() | other.families.keys()
        return {code for code in either if self.families.get(code) != other.families.get(code)}


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
        self.expected = np.zeros(shape, np.int64)

    def roll(self, parents: list[str], *, moved: np.ndarray, stale_after: int | None) -> None:
        """Put the sums of `parents` (all of one level) into the columns `moved`; no `stale_after` for a flow.

        Of several families of children the one of which most has reported speaks; of equals one with a figure of that
        very day, else the first. Where the one that speaks has no figure of that day, its earlier sum still holds.
        """
        families = [self.tree.families[parent] for parent in parents]
        total, counted, speaks, most = self._added([held[0] for held in families], stale_after)
        if any(len(held) > 1 for held in families):
            most = np.repeat(most, total.shape[1], axis=1)
            for rank in range(1, max(map(len, families))):
                at = [place for place, held in enumerate(families) if len(held) > rank]
                sums, reported, said, whole = self._added([families[place][rank] for place in at], stale_after)
                mine, theirs = reported * most[at], counted[at] * whole
                better = (mine > theirs) | ((mine == theirs) & said & ~speaks[at])
                total[at] = np.where(better, sums, total[at])
                counted[at] = np.where(better, reported, counted[at])
                speaks[at] = np.where(better, said, speaks[at])
                most[at] = np.where(better, whole, most[at])
        rows = np.array([self.place[parent] for parent in parents], np.int64)
        target = np.ix_(rows, moved)
        self.sum[target] = np.where(speaks, total, MISSING)[:, moved]
        self.reporting[target] = np.where(speaks, counted, 0)[:, moved]
        self.expected[target] = np.where(speaks, most, 0)[:, moved]

    def _added(
        self, families: list[Family], stale_after: int | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """For one family of each of some parents, by parent and column: the sum of what holds, how many are in it, and
        whether one of them has a figure of that very day; then, in one column, how many are expected."""
        kids = np.array([self.place[child] for family in families for child in family.children], np.int64)
        starts = np.cumsum([0, *(len(family.children) for family in families[:-1])])
        own, summed, reporting = self.own[kids], self.sum[kids], self.reporting[kids]
        said, added = own >= 0, summed >= 0
        whole = added & (reporting == self.expected[kids])
        if stale_after is None:
            has = said | added
        else:
            # The sum over some of its children does not displace a territory's own figure that still holds.
            holds = _carried(said, self.columns, stale_after) >= 0
            has = said | (added & (whole | ~holds))
        value = np.where(said, own, summed)
        weights = np.array([weight for family in families for weight in family.weights], np.int64)[:, None]
        # Where a child stands for several, so does each part of it; else it is in the sum in full or not at all.
        counted = np.where(said, weights, np.where(weights > 1, reporting, whole))
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
        return total, children_in, speaks, np.array([[family.expected] for family in families], np.int64)


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
    cut: int | None = None,
    only: Collection[str] | None = None,
) -> int:
    """Write the sums that the changed observations move, under the number of the event that changed them.

    `changed` are packed keys of observations. `stale_after` is in days, by step. Only sums that differ from what the
    tables say are written. cut: as known then; only: of these ancestors, None for all. Returns how many.
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
    found = []
    for done, kind in enumerate(sorted(by_kind)):
        moved = _moved(
            connection,
            ids=held[kind],
            changed=np.concatenate(by_kind[kind]),
            territories=territories[kind],
            tree=tree,
            stale_after=_stale_after(kind, stale_after),
            cut=cut,
            only=only,
        )
        found += [(kind, *one) for one in moved]
        if told:
            told(done + 1, len(by_kind))
    return _write(connection, event=event, held=held, found=found)


def rewrite_rollups(
    connection: sa.Connection, *, event: int, before: Tree, tree: Tree, stale_after: Mapping[str, int]
) -> int:
    """Write the sums that are others since the tree is another than `before`, under the number of the event that
    changed it; of all days and of every kind of count. Returns how many were written."""
    differing = tree.differing(before)
    parents = differing | tree.above(differing) | before.above(differing)
    needed = parents | {kid for parent in parents for one in (tree, before) for kid in one.children.get(parent, ())}
    held: dict[Key, dict[str, int]] = {}
    columns = [series.c[name] for name in SERIES_KEY]
    wanted = sorted(needed)
    for at in range(0, len(wanted), 500):
        statement = sa.select(series.c.id, *columns).where(series.c.territory.in_(wanted[at : at + 500]))
        for number, *key in connection.execute(statement):
            held.setdefault(_without_territory(tuple(key)), {})[key[_TERRITORY]] = number
    found = []
    for kind in sorted(held):
        moved = _rolled(
            connection,
            ids=held[kind],
            parents=parents,
            window=(0, _ALWAYS),
            changed=None,
            tree=tree,
            stale_after=_stale_after(kind, stale_after),
        )
        found += [(kind, *one) for one in moved]
    return _write(connection, event=event, held=held, found=found)


def rewrite_sums(
    connection: sa.Connection,
    *,
    event: int,
    kinds: Collection[Key],
    held: Mapping[Key, int],
    tree: Tree,
    stale_after: Mapping[str, int],
    only: Collection[str],
) -> int:
    """Write the sums of the ancestors `only` that are others than the tables say, of all days of these kinds of count.
    held: the series of these kinds. Returns how many were written."""
    ids: dict[Key, dict[str, int]] = {kind: {} for kind in kinds}
    for key, number in held.items():
        ids[_without_territory(key)][key[_TERRITORY]] = number
    found = []
    for kind in sorted(ids):
        moved = _rolled(
            connection,
            ids=ids[kind],
            parents=set(only),
            window=(0, _ALWAYS),
            changed=None,
            tree=tree,
            stale_after=_stale_after(kind, stale_after),
        )
        found += [(kind, *one) for one in moved]
    return _write(connection, event=event, held=ids, found=found)


def _stale_after(kind: Key, stale_after: Mapping[str, int]) -> int | None:
    return None if kind[3] == "flow" else stale_after.get(kind[1], STALE_AFTER)


def _write(connection, *, event: int, held: Mapping[Key, Mapping[str, int]], found: list[tuple]) -> int:
    """Write sums, series included where they have none. `found` has, per kind of count and territory: the kind, the
    territory, then to_date, from_date, value, reporting and expected of its sums."""
    rows = [((kind[0], code, *kind[1:]), held[kind].get(code), arrays) for kind, code, *arrays in found]
    made = add_series(connection, list(dict.fromkeys(key for key, number, _ in rows if number is None)))
    if not rows:
        return 0
    numbers = [np.full(len(arrays[0]), made[key] if number is None else number) for key, number, arrays in rows]
    number = np.concatenate(numbers)
    to_date, from_date, value, reporting, expected = (
        np.concatenate([arrays[at] for _, _, arrays in rows]) for at in range(5)
    )
    order = np.argsort(packed(number, to_date, from_date))
    columns = ("series", "to_date", "from_date", "event", "value", "reporting", "expected")
    arrays = [number, to_date, from_date, np.full(len(number), event), value, reporting, expected]
    insert(connection, rollup, columns, [array[order] for array in arrays])
    return len(number)


def _without_territory(key: Key) -> Key:
    return (*key[:_TERRITORY], *key[_TERRITORY + 1 :])


def _moved(connection, *, ids, changed, territories, tree, stale_after, cut=None, only=None) -> list[tuple]:
    """Per ancestor whose sums move: its code, to_date, from_date, value, reporting, expected of these sums."""
    parents = tree.above(territories & tree.level.keys())
    if only is not None:
        parents &= set(only)
    to_date = unpacked(changed)[1]
    first, last = int(to_date.min()), int(to_date.max())
    return _rolled(
        connection,
        ids=ids,
        parents=parents,
        window=(first, last),
        changed=changed,
        tree=tree,
        stale_after=stale_after,
        cut=cut,
    )


def _rolled(connection, *, ids, parents, window, changed, tree, stale_after, cut=None) -> list[tuple]:
    """The sums of `parents` that differ from what the tables say, from the first day of `window` on.

    `changed`: packed keys of what changed, None when all of it may have. A parent that has no children any more has no
    sum any more.
    """
    if not parents:
        return []
    needed = parents | {child for parent in parents for child in tree.children.get(parent, ())}
    codes = sorted(needed)
    first, last = window
    # A figure moves sums as long as it is carried forward, once per level above it; a sum in that time looks back as
    # far, and whether a part displaces a whole figure looks back once more.
    back, ahead = (0, 0) if stale_after is None else (2 * stale_after, tree.height * stale_after)
    window = {"first": first - back, "last": last + ahead, "cut": cut}
    by_id = {number: code for code, number in ids.items() if code in needed}
    own = current(connection, observation, ids=list(by_id), **window)
    parts = [number for number, code in by_id.items() if code in tree.children or code in parents]
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

    if stale_after is None and changed is not None:
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
            group.expected[at, column] = rows[:, 4]
    before = group.sum.copy(), group.reporting.copy(), group.expected.copy()
    childless = [group.place[code] for code in codes if code in parents and code not in tree.families]
    for target, nothing in ((group.sum, MISSING), (group.reporting, 0), (group.expected, 0)):
        target[np.ix_(childless, moved)] = nothing
    for level in LEVELS:
        of_level = [code for code in codes if code in parents and code in tree.families and tree.level[code] == level]
        if of_level:
            group.roll(of_level, moved=moved, stale_after=stale_after)
    result = []
    for code in codes:
        if code not in parents:
            continue
        row = group.place[code]
        differs = (group.sum[row] != before[0][row]) | (
            (group.sum[row] >= 0) & ((group.reporting[row] != before[1][row]) | (group.expected[row] != before[2][row]))
        )
        at = np.flatnonzero(differs)
        if len(at):
            to, start = (
                (columns[at], columns[at]) if stale_after is not None else (columns[at] >> 20, columns[at] & 0xFFFFF)
            )
            result.append((code, to, start, group.sum[row][at], group.reporting[row][at], group.expected[row][at]))
    return result


def _places(key: np.ndarray, by_id: Mapping[int, str], group: _Group) -> np.ndarray:
    """The row of the matrices that each packed key belongs to."""
    if not len(key):
        return np.empty(0, np.int64)
    numbers = np.array(sorted(by_id), np.int64)
    rows = np.array([group.place[by_id[int(number)]] for number in numbers], np.int64)
    return rows[np.searchsorted(numbers, unpacked(key)[0])]
