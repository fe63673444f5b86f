"""Which accepted rows look wrong, by which rule. Nothing is refused here: what is doubted waits for a yes or no.

Every rule measures a row against what is known of its own count: the figures of the tables and of the file itself, in
the order of their dates. A row that says again what the tables say is never doubted. Where there is no history there is
no jump: a first delivery is judged by its ceiling and by its own parts only.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field

import numpy as np
import sqlalchemy as sa

from data.counts import MISSING, current, packed, series_of, unpacked
from data.importer.check import Checked
from data.importer.personal import group_looks_personal, note_looks_personal
from data.rollups import Tree
from data.schema import ALL, BREAKDOWNS, SERIES_KEY, census, definition, observation, target

PERSON, CEILING, DOUBLED, JUMP, FALL, SILENT, PARTS = RULES = (
    "person",
    "ceiling",
    "doubled",
    "jump",
    "fall",
    "silent",
    "parts",
)
"""The rules in the order in which the first that holds gives its reason."""

JUMP_HISTORY = 6
"""Earlier changes (of a stock) or periods (of a flow) that a count must have before a jump can be told."""
JUMP_TIMES = 5
"""A change by day over so many times the largest in the count's own history is a jump…"""
JUMP_SHARE, JUMP_LEAST = 0.2, 50
"""…when it is also at least this share of the figure before, and at least so many."""
DOUBLE_FROM, DOUBLE_TO = 1.95, 2.05
DOUBLE_PLACES, DOUBLE_SHARE, DOUBLE_LEAST = 3, 0.9, 10
"""A file says everything twice when at least this share of at least so many territories whose figure before was at
least ten says between 1.95 and 2.05 times that."""
CEILING_SHARE = 1.2
"""Above this share of the census known on that day, or of the target where there is no census, a count is doubted."""
SILENT_HISTORY, SILENT_LEAST = 6, 20
"""A zero is silence where at least so many periods before it were all at least so large."""
SILENT_PLACES, SILENT_SHARE = 5, 0.8
"""A territory is missing from a file that brings at least this share of at least so many that reported the day before.
"""
PARTS_SHARE, PARTS_LEAST = 0.005, 5
"""A total may differ from its parts by half a percent or by five, whichever is more."""
MEMORY, AHEAD = 400, 100
"""Days before the first and after the last of a file that are looked at."""

THRESHOLDS: Mapping[str, float] = {
    "jump_history": JUMP_HISTORY,
    "jump_times": JUMP_TIMES,
    "jump_share": JUMP_SHARE,
    "jump_least": JUMP_LEAST,
    "double_places": DOUBLE_PLACES,
    "double_share": DOUBLE_SHARE,
    "ceiling_share": CEILING_SHARE,
    "silent_history": SILENT_HISTORY,
    "silent_least": SILENT_LEAST,
    "silent_share": SILENT_SHARE,
    "parts_share": PARTS_SHARE,
    "parts_least": PARTS_LEAST,
}
"""What the rules turn on, for the page that explains them."""

_SOURCE, _TERRITORY, _STEP, _UNIT, _MEASURE = (
    SERIES_KEY.index(name) for name in ("source", "territory", "step", "unit", "measure")
)
_REASON = SERIES_KEY.index("reason")
_FIRST_PART = len(SERIES_KEY) - len(BREAKDOWNS)
_COMPLETE = {"sex": {"female", "male"}, "area": {"urban", "rural"}}
_LARGEST = 1e8
"""Changes by day above this are compared as this: no count of Moroccans has larger ones."""


@dataclass(frozen=True, slots=True)
class Held:
    """The rows that wait, one place in each array: `keys` of the count (a text that looks like a person is empty),
    days, value, the rule that doubts it, what it was compared with and of which day (MISSING: nothing), its line
    (MISSING: the file does not bring it) and how many lines say it."""

    keys: tuple[tuple[str, ...], ...] = ()
    series: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    from_date: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    to_date: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    value: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    rule: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    compared: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    compared_date: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    line: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))
    lines: np.ndarray = dataclass_field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.series)

    @property
    def rows(self) -> int:
        """How many rows of the file wait: what a file does not bring is none."""
        return int(self.lines[self.line >= 0].sum())

    def by_rule(self) -> dict[str, int]:
        """How many wait by rule, in the order of the rules."""
        counted = np.bincount(self.rule, minlength=len(RULES))
        return {name: int(n) for name, n in zip(RULES, counted, strict=True) if n}


def sifted(
    connection: sa.Connection,
    checked: Checked,
    *,
    catalogue,
    tree: Tree,
    is_place: Callable[[str], bool],
) -> tuple[Checked, Held]:
    """The rows that may be stored, and those that wait. `is_place`: whether a text is a territory's name."""
    if not len(checked.value):
        return checked, Held()
    book = _Book(connection, checked, catalogue)
    book.doubt_persons(checked, set(catalogue.reasons), is_place)
    book.doubt_ceilings(connection)
    book.doubt_doubled()
    book.doubt_courses()
    book.doubt_totals(tree)
    return book.parted(book.absent(connection, tree))


class _Book:
    """One file beside what the tables say of the same counts."""

    def __init__(self, connection: sa.Connection, checked: Checked, catalogue):
        self.checked, keys = checked, checked.keys
        self.keys = keys
        count = len(checked.value)
        self.rule = np.full(count, MISSING, np.int64)
        self.compared = np.full(count, MISSING, np.int64)
        self.compared_date = np.full(count, MISSING, np.int64)
        self.is_stock = np.array([key[_MEASURE] == "stock" for key in keys], bool)
        steps = catalogue.steps
        self.may_fall = np.array([steps[key[_STEP]].can_fall if key[_STEP] in steps else True for key in keys], bool)
        kinds: dict[tuple, int] = {}
        self.kind = np.array([kinds.setdefault(_without(key), len(kinds)) for key in keys], np.int64)
        self.kinds = list(kinds)
        held = series_of(connection, kinds={(k[_SOURCE], k[_STEP], k[_UNIT], k[_MEASURE]) for k in keys})
        self.held = held
        mine = {held[key]: at for at, key in enumerate(keys) if key in held}
        span = {"first": int(checked.to_date.min()) - MEMORY, "last": int(checked.to_date.max()) + AHEAD}
        self.span = span
        past = current(connection, observation, ids=list(mine), **span) if mine else np.empty((0, 3), np.int64)
        past = past[past[:, 2] >= 0]
        if len(past):
            ids = np.array(sorted(mine), np.int64)
            local = np.array([mine[int(one)] for one in ids], np.int64)
            series = past[:, 0] >> 34
            past_key = (local[np.searchsorted(ids, series)] << 34) | (past[:, 0] & ((1 << 34) - 1))
        else:
            past_key = np.empty(0, np.int64)
        self._line_up(past_key, past[:, 2])

    def _line_up(self, past_key: np.ndarray, past_value: np.ndarray) -> None:
        """One course for each count: the rows of the file and the figures of other days that the tables have."""
        checked = self.checked
        mine = packed(checked.series, checked.to_date, checked.from_date)
        order = np.argsort(past_key)
        past_key, past_value = past_key[order], past_value[order]
        sure = np.zeros(len(mine), bool)
        if len(past_key):
            place = np.minimum(np.searchsorted(past_key, mine), len(past_key) - 1)
            same = past_key[place] == mine
            # What the tables say already was looked at when it came.
            sure = same & (past_value[place] == checked.value)
            other = np.ones(len(past_key), bool)
            other[place[same]] = False
            past_key, past_value = past_key[other], past_value[other]
        key = np.concatenate([mine, past_key])
        order = np.argsort(key, kind="stable")
        self.key = key[order]
        self.series = self.key >> 34
        self.to = (self.key >> 17) & ((1 << 17) - 1)
        self.start = self.key & ((1 << 17) - 1)
        self.value = np.concatenate([checked.value, past_value])[order]
        row = np.concatenate([np.arange(len(mine)), np.full(len(past_key), MISSING)])
        self.row = row[order]
        """Per place of the course the row of the file, MISSING for a figure of the tables."""
        self.sure = (self.row < 0) | np.concatenate([sure, np.zeros(len(past_key), bool)])[order]
        self.first = np.ones(len(self.key), bool)
        self.first[1:] = self.series[1:] != self.series[:-1]
        self.known = sure
        self.personal: set[int] = set()
        """Places in `keys` whose reason looks like a person."""

    def _hold(self, rows: np.ndarray, rule: str, compared=MISSING, compared_date=MISSING) -> None:
        """Doubt rows (places in the file) by a rule, unless an earlier one did or the tables say the same."""
        compared = np.broadcast_to(compared, rows.shape)
        compared_date = np.broadcast_to(compared_date, rows.shape)
        new = (self.rule[rows] < 0) & ~self.known[rows]
        rows, compared, compared_date = rows[new], compared[new], compared_date[new]
        self.rule[rows] = RULES.index(rule)
        self.compared[rows] = compared
        self.compared_date[rows] = compared_date

    # Each row by itself

    def doubt_persons(self, checked: Checked, reasons: set[str], is_place: Callable[[str], bool]) -> None:
        """Texts that look like a person: the name of a reason that nobody declared, a note on a figure."""
        named = {key[_REASON] for key in self.keys} - reasons - {ALL}
        personal = {text for text in named if group_looks_personal(text)}
        if personal:
            of_person = np.array([key[_REASON] in personal for key in self.keys], bool)
            self.personal = set(np.flatnonzero(of_person).tolist())
            self._hold(np.flatnonzero(of_person[checked.series]), PERSON)
        if len(checked.citations) > 1:
            bad = [
                place
                for place, (_, note) in enumerate(checked.citations)
                if note and note_looks_personal(note) and not is_place(note)
            ]
            if bad:
                # A note is new even where its figure is known.
                rows = np.flatnonzero(np.isin(checked.cited, bad))
                self.known[rows] = False
                self._hold(rows, PERSON)

    def doubt_ceilings(self, connection: sa.Connection) -> None:
        """Counts above 120 % of how many there are at most: the census known on that day, else the target."""
        counted = _censuses(connection, {key[_UNIT] for key in self.keys})
        promised = _targets(connection)
        years = sorted({known for known, _ in (one for held in counted.values() for one in held)})
        if not counted and not promised:
            return
        ceiling = np.full((len(self.keys), len(years) + 1), MISSING, np.int64)
        for at, key in enumerate(self.keys):
            ceiling[at, 0] = promised.get((key[_STEP], key[_UNIT], key[_TERRITORY]), MISSING)
            for known, value in counted.get((key[_TERRITORY], key[_UNIT]), ()):
                ceiling[at, years.index(known) + 1] = value
        # A census says for a part what it says for the whole: no part is larger.
        checked = self.checked
        most = ceiling[checked.series, 0]
        for at, known in enumerate(years):
            said = ceiling[checked.series, at + 1]
            most = np.where((said >= 0) & (checked.to_date >= known), said, most)
        rows = np.flatnonzero((most > 0) & (checked.value > CEILING_SHARE * most))
        self._hold(rows, CEILING, most[rows])

    # A row beside the day before

    def doubt_doubled(self) -> None:
        """Dates at which a file says nearly everywhere twice the figure before."""
        before = np.roll(self.value, 1)
        near = ~self.first & (self.to - np.roll(self.to, 1) <= MEMORY // 8) & (before >= DOUBLE_LEAST)
        near &= self.row >= 0
        hit = near & ~self.sure & (self.value >= DOUBLE_FROM * before) & (self.value <= DOUBLE_TO * before)
        if not hit.any():
            return
        group = (self.kind[self.series] << 17) | self.to
        days, place = np.unique(group[near], return_inverse=True)
        all_of_them = np.bincount(place)
        hits = np.bincount(place, weights=hit[near])
        wrong = days[(all_of_them >= DOUBLE_PLACES) & (hits >= DOUBLE_SHARE * all_of_them)]
        at = np.flatnonzero(hit & np.isin(group, wrong))
        self._hold(self.row[at], DOUBLED, before[at], np.roll(self.to, 1)[at])

    def doubt_courses(self) -> None:
        """Jumps beyond a count's own history, falls in what cannot fall, zeros where there were always many.

        All counts at once to see which have any; these one by one, since what is doubted is no history for the next.
        """
        stock = self.is_stock[self.series]
        fixed = stock & ~self.may_fall[self.series]
        before = np.roll(self.value, 1)
        change = np.where(self.first, 0, self.value - before)
        days = np.maximum(np.where(stock, self.to - np.roll(self.to, 1), self.to - self.start + 1), 1)
        moved = np.where(stock, np.where(fixed, np.maximum(change, 0), np.abs(change)), self.value)
        rate = np.where(self.first & stock, 0.0, np.minimum(moved, _LARGEST) / days)
        most = _largest_before(rate, self.series)
        starts = np.maximum.accumulate(np.where(self.first, np.arange(len(self.key)), 0))
        earlier = np.arange(len(self.key)) - starts - np.where(stock, 1, 0)
        beyond = np.where(stock, moved, moved - most * days)
        floor = np.maximum(JUMP_SHARE * np.where(self.first, 0, before), JUMP_LEAST)
        jumps = (earlier >= JUMP_HISTORY) & (rate > JUMP_TIMES * most) & (beyond >= floor)
        falls = fixed & ~self.first & (change < 0)
        falls[:-1] |= falls[1:]
        zeros = ~stock & (self.value == 0) & (earlier >= SILENT_HISTORY)
        odd = (jumps | falls | zeros) & ~self.sure
        odd |= (self.row >= 0) & (self.rule[np.maximum(self.row, 0)] >= 0)
        if not odd.any():
            return
        ends = np.append(np.flatnonzero(self.first)[1:], len(self.key))
        begins = np.flatnonzero(self.first)
        for at in np.flatnonzero(np.logical_or.reduceat(odd, begins)).tolist():
            self._follow(slice(begins[at], ends[at]))

    def _follow(self, span: slice) -> None:
        """One count from its first figure to its last, each measured against those before it that are not doubted."""
        series = int(self.series[span.start])
        stock, may_fall = bool(self.is_stock[series]), bool(self.may_fall[series])
        values, tos, starts, rows, sure = (
            array[span].tolist() for array in (self.value, self.to, self.start, self.row, self.sure)
        )
        last, most, least, count = None, 0.0, None, 0
        for at, value in enumerate(values):
            to, row = tos[at], rows[at]
            doubted = row >= 0 and self.rule[row] >= 0
            days = max(to - last[1] if stock and last else to - starts[at] + 1, 1)
            rise = value - last[0] if last else 0
            moved = (max(rise, 0) if not may_fall else abs(rise)) if stock else value
            rate = min(moved, _LARGEST) / days if not stock or last else None
            if not doubted and not sure[at]:
                found = None
                if stock and not may_fall:
                    found = _fall(at, values, tos, sure, last)
                if found is None and rate is not None and count >= JUMP_HISTORY and rate > JUMP_TIMES * most:
                    beyond = moved if stock else moved - most * days
                    if beyond >= max(JUMP_SHARE * (last[0] if last else 0), JUMP_LEAST):
                        found = (JUMP, *last)
                if found is None and not stock and value == 0 and count >= SILENT_HISTORY and least >= SILENT_LEAST:
                    found = (SILENT, *last)
                if found is not None:
                    rule, compared, compared_date = found
                    self._hold(np.array([row]), rule, compared, compared_date)
                    doubted = True
            if doubted:
                continue
            if rate is not None:
                most, count = max(most, rate), count + 1
                least = value if least is None else min(least, value)
            last = (value, to)

    # A row beside others of its day

    def doubt_totals(self, tree: Tree) -> None:
        """Totals unlike the breakdown, or the children, that stand in the same file on the same day."""
        of_total: dict[tuple, int] = {}
        for at, key in enumerate(self.keys):
            if all(part == ALL for part in key[_FIRST_PART:]):
                of_total[key[:_FIRST_PART]] = at
        if not of_total:
            return
        self._compare_with_parts(of_total)
        self._compare_with_children(of_total, tree)

    def _compare_with_parts(self, of_total: Mapping[tuple, int]) -> None:
        families: dict[tuple[str, frozenset], tuple[list[int], list[int]]] = {}
        for at, key in enumerate(self.keys):
            used = [name for name, group in zip(BREAKDOWNS, key[_FIRST_PART:], strict=True) if group != ALL]
            if len(used) == 1 and key[:_FIRST_PART] in of_total:
                parts, totals = families.setdefault(used[0], ([], []))
                parts.append(at)
                totals.append(of_total[key[:_FIRST_PART]])
        for name, (parts, totals) in families.items():
            expected = np.full(len(self.keys), len(_COMPLETE.get(name, ())))
            self._compare(parts, totals, expected, complete=name in _COMPLETE)

    def _compare_with_children(self, of_total: Mapping[tuple, int], tree: Tree) -> None:
        parts, totals = [], []
        expected = np.zeros(len(self.keys), np.int64)
        for key, at in of_total.items():
            for family in tree.families.get(key[_TERRITORY], ())[:1]:
                kids = [
                    of_total.get((*key[:_TERRITORY], kid, *key[_TERRITORY + 1 : _FIRST_PART]))
                    for kid in family.children
                ]
                if kids and None not in kids:
                    parts += kids
                    totals += [at] * len(kids)
                    expected[at] = len(kids)
        if parts:
            self._compare(parts, totals, expected, complete=True)

    def _compare(self, parts: Sequence[int], totals: Sequence[int], expected: np.ndarray, *, complete: bool) -> None:
        """Doubt the totals (places in `keys`) unlike the sum of their parts, day by day; of a breakdown that may have
        further groups only those below it."""
        checked = self.checked
        total_of = np.full(len(self.keys), MISSING, np.int64)
        total_of[np.array(parts)] = totals
        days = packed(np.zeros_like(checked.to_date), checked.to_date, checked.from_date)
        rows = np.flatnonzero(total_of[checked.series] >= 0)
        part_key = (total_of[checked.series[rows]] << 34) | days[rows]
        keys, place = np.unique(part_key, return_inverse=True)
        summed = np.bincount(place, weights=checked.value[rows]).astype(np.int64)
        counted = np.bincount(place)
        is_total = np.zeros(len(self.keys), bool)
        is_total[np.array(totals)] = True
        rows = np.flatnonzero(is_total[checked.series])
        own_key = (checked.series[rows] << 34) | days[rows]
        found = np.minimum(np.searchsorted(keys, own_key), len(keys) - 1)
        here = keys[found] == own_key
        rows, found = rows[here], found[here]
        value, parts_sum = checked.value[rows], summed[found]
        room = np.maximum(PARTS_SHARE * value, PARTS_LEAST)
        whole = counted[found] == expected[checked.series[rows]]
        differs = whole & (np.abs(value - parts_sum) > room) if complete else parts_sum - value > room
        self._hold(rows[differs], PARTS, parts_sum[differs])

    # What is not there

    def absent(self, connection: sa.Connection, tree: Tree) -> list[tuple]:
        """Totals that the last day of the file lacks and that were reported the day before by territories of a level of
        which the file brings nearly all: (place in `kinds`, territory, day, figure before, its day)."""
        if self.checked.unsure is None:
            return []
        ends: dict[int, int] = {}
        total = np.array([all(part == ALL for part in key[_FIRST_PART:]) for key in self.keys], bool) & self.is_stock
        rows = np.flatnonzero(total[self.checked.series])
        kind, to = self.kind[self.checked.series[rows]], self.checked.to_date[rows]
        for one in np.unique(kind).tolist():
            ends[one] = int(to[kind == one].max())
        wanted = {self.kinds[one]: one for one in ends}
        ids: dict[int, list[tuple[int, str]]] = {}
        for key, number in self.held.items():
            one = wanted.get(_without(key))
            if one is not None:
                ids.setdefault(one, []).append((number, key[_TERRITORY]))
        refused = {(key[0], key[1], key[2], key[3], key[4], key[6]) for key in self.checked.unsure}
        missing = []
        for one, series in ids.items():
            end = ends[one]
            said = current(
                connection, observation, ids=[number for number, _ in series], first=end - MEMORY // 8, last=end
            )
            said = said[said[:, 2] >= 0]
            names = dict(series)
            told = [
                (names[key >> 34], (key >> 17) & ((1 << 17) - 1), value)
                for key, value in zip(said[:, 0].tolist(), said[:, 2].tolist(), strict=True)
            ]
            brought = {
                self.keys[at][_TERRITORY]
                for at in np.unique(self.checked.series[rows[(kind == one) & (to == end)]]).tolist()
            } | {place for place, day, _ in told if day == end}
            for place, day, value in _silent(told, brought, tree, end):
                source, step, unit, measure = self.kinds[one][:4]
                if (source, step, unit, measure, place, end) not in refused:
                    missing.append((one, place, end, value, day))
        return missing

    def parted(self, absent: list[tuple]) -> tuple[Checked, Held]:
        """What may be stored, and what waits."""
        checked = self.checked
        wait = np.flatnonzero(self.rule >= 0)
        if not len(wait) and not absent:
            return checked, Held()
        lines = checked.times[wait] if checked.times is not None else np.ones(len(wait), np.int64)
        order = np.lexsort((checked.line[wait], self.rule[wait]))
        wait, lines = wait[order], lines[order]
        used, series = np.unique(checked.series[wait], return_inverse=True)
        keys = [_blank(checked.keys[at]) if at in self.personal else checked.keys[at] for at in used.tolist()]
        gone = [(_within(self.kinds[kind], place), *rest) for kind, place, *rest in absent]
        days, before, before_date = (np.array([row[at] for row in gone], np.int64) for at in (1, 2, 3))
        none = np.full(len(gone), MISSING, np.int64)
        held = Held(
            keys=(*keys, *(row[0] for row in gone)),
            series=np.concatenate([series, len(keys) + np.arange(len(gone))]),
            from_date=np.concatenate([checked.from_date[wait], days]),
            to_date=np.concatenate([checked.to_date[wait], days]),
            value=np.concatenate([checked.value[wait], none]),
            rule=np.concatenate([self.rule[wait], np.full(len(gone), RULES.index(SILENT))]),
            compared=np.concatenate([self.compared[wait], before]),
            compared_date=np.concatenate([self.compared_date[wait], before_date]),
            line=np.concatenate([checked.line[wait], none]),
            lines=np.concatenate([lines, np.zeros(len(gone), np.int64)]),
        )
        return _without_rows(checked, wait, quarantined=int(lines.sum())), held


def _without(key: tuple[str, ...]) -> tuple[str, ...]:
    return (*key[:_TERRITORY], *key[_TERRITORY + 1 :])


def _within(kind: tuple[str, ...], territory: str) -> tuple[str, ...]:
    return (*kind[:_TERRITORY], territory, *kind[_TERRITORY:])


def _blank(key: tuple[str, ...]) -> tuple[str, ...]:
    """The key without the text of its reason, which is not kept."""
    return (*key[:_REASON], "", *key[_REASON + 1 :])


def _without_rows(checked: Checked, wait: np.ndarray, *, quarantined: int) -> Checked:
    """The rows but those that wait. Nothing is known of these: no group is gone because of them."""
    keep = np.ones(len(checked.value), bool)
    keep[wait] = False
    used, series = np.unique(checked.series[keep], return_inverse=True)
    unsure = checked.unsure
    if unsure is not None:
        waiting = packed(checked.series[wait], checked.to_date[wait], checked.from_date[wait])
        said = zip(*(array.tolist() for array in unpacked(np.unique(waiting))), strict=True)
        unsure = unsure | {
            (*(checked.keys[at][place] for place in (_SOURCE, _STEP, _UNIT, _MEASURE, _TERRITORY)), start, to)
            for at, to, start in said
        }
    again = 0 if checked.times is None else int((checked.times[wait] - 1).sum())
    return replace(
        checked,
        quarantined=quarantined,
        keys=tuple(checked.keys[at] for at in used.tolist()),
        series=series,
        from_date=checked.from_date[keep],
        to_date=checked.to_date[keep],
        value=checked.value[keep],
        cited=checked.cited[keep],
        line=checked.line[keep],
        times=None if checked.times is None else checked.times[keep],
        repeated=checked.repeated - again,
        unsure=unsure,
    )


def _silent(told: Sequence[tuple[str, int, int]], brought: set[str], tree: Tree, end: int) -> list[tuple]:
    """(territory, day, figure) of those that reported the day before `end` and not then. told: (territory, day, figure)
    of the days up to it; brought: who has reported of it."""
    by_level: dict[str, dict[int, dict[str, int]]] = {}
    for place, day, value in told:
        if day < end:
            by_level.setdefault(tree.level.get(place, ""), {}).setdefault(day, {})[place] = value
    found = []
    for days in by_level.values():
        day = max(days)
        before = days[day]
        here = len(brought & before.keys())
        if len(before) >= SILENT_PLACES and len(before) > here >= SILENT_SHARE * len(before):
            found += [(place, day, value) for place, value in before.items() if place not in brought]
    return sorted(found)


def _censuses(connection: sa.Connection, units: set[str]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(territory, unit) → (day of publication, count) of each census, the older first."""
    statement = (
        sa.select(census.c.territory, census.c.unit, census.c.published_on, census.c.value)
        .where(census.c.unit.in_(sorted(units)), census.c.value > 0)
        .order_by(census.c.year)
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for place, unit, known, value in connection.execute(statement):
        found.setdefault((place, unit), []).append((known, value))
    return found


def _targets(connection: sa.Connection) -> dict[tuple[str, str, str], int]:
    """(step, unit, territory) → the largest target that holds for the count of that step there."""
    said = connection.execute(
        sa.select(target.c.indicator, target.c.territory, target.c.due, target.c.value).order_by(target.c.event)
    ).all()
    if not said:
        return {}
    bodies = connection.execute(
        sa.select(definition.c.id, definition.c.body)
        .where(definition.c.kind == "indicator")
        .order_by(definition.c.event)
    )
    counts = {}
    for name, body in bodies:
        counts[name] = json.loads(body).get("numerator") if body else None
    found: dict[tuple[str, str, str], int] = {}
    for (indicator, place, _), value in {tuple(row[:3]): row[3] for row in said}.items():
        count = counts.get(indicator)
        if count and value:
            key = (count["step"], count["unit"], place)
            found[key] = max(value, found.get(key, 0))
    return found


def _fall(at: int, values: list[int], tos: list[int], sure: list[bool], last: tuple[int, int] | None):
    """The rule, figure and day that a row of a count that cannot fall breaks; None when it breaks none.

    Of a figure and a lower one after it, either may be wrong: what follows tells which.
    """
    value = values[at]
    if last is not None and value < last[0]:
        return (FALL, *last)
    if at + 1 < len(values) and value > values[at + 1] and (last is None or values[at + 1] >= last[0]):
        lower_after = at + 2 < len(values) and values[at + 2] < value
        if sure[at + 1] or lower_after:
            return FALL, values[at + 1], tos[at + 1]
    return None


def _largest_before(rate: np.ndarray, series: np.ndarray) -> np.ndarray:
    """Per place the largest rate at the places before it of the same series (in order), 0 where there is none."""
    # Each series is lifted above the one before it, so that one running maximum serves all of them.
    step = float(rate.max(initial=0.0)) + 1.0
    lifted = rate + series * step
    running = np.maximum.accumulate(lifted)
    before = np.roll(running, 1)
    if len(before):
        before[0] = 0.0
    return np.maximum(before - series * step, 0.0)
