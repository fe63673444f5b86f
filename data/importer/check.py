"""From rows of text to typed rows and problems. Each distinct text is looked at once, however often it stands there."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process

from data.importer.names import Territories
from data.importer.report import Problem, clipped
from data.schema import ALL, BREAKDOWNS

REQUIRED = ("territory", "step", "unit", "measure", "value")
DATES = ("date", "from", "to")
OPTIONAL = ("kind", "parent", *BREAKDOWNS, "source", "address", "note")
LAYOUT = (*REQUIRED, *DATES, *OPTIONAL)
MEASURES = ("stock", "flow")
CHOICES = {"sex": ("female", "male", ALL), "area": ("urban", "rural", ALL)}
CODE = re.compile(r"[^\W_][\w.+/-]{0,39}")
IDENTITY = re.compile(r"[A-Za-z]{1,2}[0-9]{4,}|[0-9]{7,}")
"""What a national card's or a telephone's number looks like: such a text is no name of a group."""
ADDRESS = re.compile(r"https?://[^\s<>\"']{3,2000}", re.IGNORECASE)
LONGEST_NOTE = 2000
MOST_DIGITS = 15
EARLIEST = dt.date(1990, 1, 1)
DEFAULT_SOURCE = "office"
COMPUTED = "="
"""What stands in the place of a number that a workbook computes: it is not what somebody counted and wrote."""
OWN_COLUMN = "(tatabbu)"
"""The end of the name of a column that we added to what we handed back: it is left out when the file comes again."""

_FIRST_DAY = dt.date(1970, 1, 1).toordinal()
_MARKS = dict.fromkeys(map(ord, "\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows that may be stored, and what is wrong with the others.

    keys: one tuple per count (SERIES_KEY's columns). series: per row, its place in `keys`. from_date, to_date: days
    since 1970-01-01. value: whole number. cited: per row, its place in `citations` (address, note), 0 for none. line:
    per row, its line; times: how many lines say it, None where each is said once. quarantined: rows that wait
    (data.importer.doubt). `repeated` counts accepted rows that say again what an earlier line of the file said.
    `unsure` holds (source, step, unit, measure, territory, from_date, to_date) of refused and waiting rows, None when
    some refused row cannot be placed at all: of these the file may not be taken to say that a group is gone. `whole`:
    territories of which the file tells everything up to its last day, so that what it does not bring is gone: flows of
    groups, and what lies before its first day; `whole_groups`: the kinds of such flows (source, step, unit, measure,
    breakdowns), brought or not.
    """

    rows_read: int
    refused: int
    problems: tuple[Problem, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    series: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    from_date: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    to_date: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    value: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    cited: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    citations: tuple[tuple[str, str], ...] = (("", ""),)
    line: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    times: np.ndarray | None = None
    quarantined: int = 0
    repeated: int = 0
    unsure: frozenset[tuple] | None = frozenset()
    whole: frozenset[str] = frozenset()
    whole_groups: frozenset[tuple[str, ...]] = frozenset()

    @property
    def accepted(self) -> int:
        return self.rows_read - self.refused - self.quarantined


@dataclass(slots=True)
class _Column:
    """A column of text: per row the place of its text in `texts`, where each text stands once."""

    texts: list[str]
    codes: np.ndarray


def _clean(text: str) -> str:
    return text.translate(_MARKS).strip()


def _column(raw: pa.ChunkedArray) -> _Column:
    encoded = raw.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    places: dict[str, int] = {}
    remap = np.array(
        [places.setdefault(_clean(text), len(places)) for text in encoded.dictionary.to_pylist()] or [0], np.int64
    )
    return _Column(texts=list(places), codes=remap[encoded.indices.to_numpy(zero_copy_only=False)])


def combined(columns: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """One whole number per row that is equal where all columns are equal."""
    code, size = np.zeros(len(columns[0]), np.int64), 1
    for column, most in zip(columns, sizes, strict=True):
        if size * max(most, 1) >= 1 << 62:
            code = np.unique(code, return_inverse=True)[1]
            size = int(code.max(initial=0)) + 1
        code = code * max(most, 1) + column
        size *= max(most, 1)
    return code


class _Sheet:
    """One file under check: its columns, its refused rows, its problems."""

    def __init__(self, table: pa.Table, columns: Mapping[str, pa.ChunkedArray]):
        self.count = table.num_rows
        self.line = table.column("line").to_numpy()
        self.raw = columns
        self.refused = np.zeros(self.count, bool)
        self.problems: list[Problem] = []
        self.columns = {name: _column(raw) for name, raw in columns.items() if name != "value"}

    def column(self, name: str) -> _Column:
        """The column, or one that is empty everywhere."""
        return self.columns.get(name) or _Column(texts=[""], codes=np.zeros(self.count, np.int64))

    def tell(self, rows: np.ndarray, code: str, column: str, seen, values=None) -> None:
        """Refuse the rows (places); `seen` and `values` are asked per row, or stand for all."""
        self.refused[rows] = True
        for row in rows.tolist():
            text = seen(row) if callable(seen) else seen
            filled = values(row) if callable(values) else (values or {})
            self.problems.append(Problem(code, int(self.line[row]), column, clipped(text), filled))

    def by_text(self, name: str, verdict, *, within: np.ndarray | None = None) -> np.ndarray:
        """Per row the answer of `verdict(text)`: a whole number, or a problem's code and values (then -1)."""
        column = self.column(name)
        answers = np.empty(len(column.texts), np.int64)
        wrong: dict[int, tuple[str, dict]] = {}
        for place, text in enumerate(column.texts):
            answer = verdict(text)
            if isinstance(answer, tuple):
                wrong[place], answer = answer, -1
            answers[place] = answer
        result = answers[column.codes]
        if wrong:
            bad = np.isin(column.codes, list(wrong))
            if within is not None:
                bad &= within
            codes = column.codes
            by_code: dict[str, list[int]] = {}
            for place, (code, _) in wrong.items():
                by_code.setdefault(code, []).append(place)
            for code, places in by_code.items():
                rows = np.flatnonzero(bad & np.isin(codes, places))
                self.tell(rows, code, name, lambda row: column.texts[codes[row]], lambda row: wrong[codes[row]][1])
        return result


def check(
    table: pa.Table,
    header: Sequence[str],
    *,
    catalogue,
    territories: Territories,
    today: dt.date,
    ragged: int = 0,
    within: Collection[str] | None = None,
) -> Checked:
    """The typed rows of a table of text (`line`, then one column per name of `header`), and its problems.

    `ragged` is how many further lines of the file were no rows at all: they count as read and refused. `within` are the
    codes that whoever hands the file in may write, None for all.
    """
    columns, problems, fatal = _columns(table, header)
    count = table.num_rows + ragged
    if fatal:
        return Checked(rows_read=count, refused=count, problems=tuple(problems), unsure=None)
    if not table.num_rows:
        empty = () if ragged else (Problem("no_rows"),)
        return Checked(rows_read=count, refused=count, problems=(*problems, *empty), unsure=None)
    sheet = _Sheet(table, columns)

    territory = _territories(sheet, territories, within)
    steps = list(catalogue.steps)
    step = sheet.by_text("step", _chooser(steps, "unknown_step"))
    sources = list(catalogue.sources)
    source = sheet.by_text("source", _chooser(sources, "unknown_source", default=DEFAULT_SOURCE))
    measure = sheet.by_text("measure", _chooser(MEASURES, "unknown_measure"))
    unit, units = _units(sheet, step, [catalogue.steps[name] for name in steps])
    from_day, to_day = _dates(sheet, measure, step, [catalogue.steps[name] for name in steps], today)
    value = _values(sheet)
    parts, part_texts = [], []
    for name in BREAKDOWNS:
        texts: list[str] = []
        parts.append(sheet.by_text(name, _grouper(name, texts)))
        part_texts.append(texts)
    cited, citations = _citations(sheet)

    axes = [source, territory, step, unit, measure, *parts]
    codes = list(territories.by_code)
    texts = [sources, codes, steps, units, list(MEASURES), *part_texts]
    fine = np.flatnonzero(~sheet.refused)
    kinds = combined([axis[fine] for axis in axes], [len(t) for t in texts])
    _, first, series = np.unique(kinds, return_index=True, return_inverse=True)
    days = combined([from_day[fine], to_day[fine]], [1 << 20, 1 << 20])
    periods, period = np.unique(days, return_inverse=True)
    said = series * len(periods) + period
    repeated = _doubles(sheet, fine, said, value)

    unsure = _unsure(sheet, axes[:5], texts[:5], from_day, to_day, bool(ragged))
    keep = np.flatnonzero(~sheet.refused[fine] & ~repeated)
    rows = fine[keep]
    times = None
    if repeated.any():
        _, place, counted = np.unique(said, return_inverse=True, return_counts=True)
        times = counted[place][keep]
    used, series = np.unique(series[keep], return_inverse=True)
    keys = tuple(tuple(texts[at][axes[at][fine[place]]] for at in range(len(axes))) for place in first[used].tolist())
    problems += sorted(sheet.problems, key=lambda problem: problem.line)
    return Checked(
        rows_read=count,
        refused=int(sheet.refused.sum()) + ragged,
        problems=tuple(problems),
        keys=keys,
        series=series,
        from_date=from_day[rows],
        to_date=to_day[rows],
        value=value[rows],
        cited=cited[rows],
        citations=citations,
        line=sheet.line[rows],
        times=times,
        repeated=int((repeated & ~sheet.refused[fine]).sum()),
        unsure=unsure,
    )


def _columns(table: pa.Table, header: Sequence[str]) -> tuple[dict[str, pa.ChunkedArray], list[Problem], bool]:
    """The columns of the layout by name, what is wrong with the header, and whether nothing can be read without it."""
    found: dict[str, pa.ChunkedArray] = {}
    problems: list[Problem] = []
    fatal = False
    for place, written in enumerate(header):
        name, column = _clean(written).lower(), table.column(str(place))
        if name.endswith(OWN_COLUMN):
            continue
        if name in found:
            problems.append(Problem("repeated_column", 1, name, clipped(written)))
            fatal = True
        elif name in LAYOUT:
            found[name] = column
        elif name or pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py():
            hit = process.extractOne(name, LAYOUT, score_cutoff=70) if name else None
            values = {"number": place + 1, "columns": [hit[0]] if hit else []}
            problems.append(Problem("unknown_column", 1, clipped(name) or None, clipped(written), values))
    for name in REQUIRED:
        if name not in found:
            problems.append(Problem("missing_column", 1, name, values={"required": list(REQUIRED)}))
            fatal = True
    if "date" not in found and not {"from", "to"} <= set(found):
        problems.append(Problem("missing_dates", 1, "date"))
        fatal = True
    return found, problems, fatal


def _chooser(allowed: Sequence[str], code: str, *, default: str = ""):
    places = {name.lower(): place for place, name in enumerate(allowed)}

    def verdict(text: str):
        name = (text or default).lower()
        if not name:
            return "empty_cell", {}
        if name in places:
            return places[name]
        hits = process.extract(name[:80], list(allowed), limit=2, score_cutoff=75) if allowed else []
        return code, {"allowed": [hit[0] for hit in hits] or list(allowed)}

    return verdict


def _territories(sheet: _Sheet, territories: Territories, within: Collection[str] | None) -> np.ndarray:
    columns = [sheet.column(name) for name in ("territory", "kind", "parent")]
    kinds = combined([c.codes for c in columns], [len(c.texts) for c in columns])
    _, first, place = np.unique(kinds, return_index=True, return_inverse=True)
    order = {code: at for at, code in enumerate(territories.by_code)}
    answers, wrong = np.full(len(first), -1, np.int64), {}
    for at, row in enumerate(first.tolist()):
        name, kind, parent = (c.texts[c.codes[row]] for c in columns)
        answer = ("empty_cell", {}) if not name else territories.find(name, kind=kind, parent=parent)
        if isinstance(answer, tuple):
            wrong[at] = (*answer, {"unknown_kind": "kind", "unknown_parent": "parent"}.get(answer[0], "territory"))
        elif within is not None and answer not in within:
            wrong[at] = ("outside_scope", {}, "territory")
        else:
            answers[at] = order[answer]
    for at, (code, values, name) in wrong.items():
        column = sheet.column(name)
        text = column.texts[column.codes[first[at]]]
        values = {key: clipped(v) if isinstance(v, str) else v for key, v in values.items()}
        sheet.tell(np.flatnonzero(place == at), code, name, text, values)
    return answers[place]


def _units(sheet: _Sheet, step: np.ndarray, steps: Sequence) -> tuple[np.ndarray, list[str]]:
    units = sorted({unit for s in steps for unit in s.units})
    column = sheet.column("unit")
    places = {unit: at for at, unit in enumerate(units)}
    known = np.array([places.get(text.lower(), -1) for text in column.texts], np.int64)
    unit = known[column.codes]
    # One more line and column, all true at the line: of an unknown step no unit is wrong.
    may = np.zeros((len(steps) + 1, len(units) + 1), bool)
    for at, one in enumerate(steps):
        may[at, [places[name] for name in one.units]] = True
    may[-1, :] = True
    empty = np.array([not text for text in column.texts], bool)[column.codes]
    sheet.tell(np.flatnonzero(empty), "empty_cell", "unit", "")
    bad = np.flatnonzero(~may[step, unit] & ~empty)
    sheet.tell(
        bad,
        "unit_not_of_step",
        "unit",
        lambda row: column.texts[column.codes[row]],
        lambda row: {"allowed": list(steps[step[row]].units)},
    )
    lost = np.flatnonzero((unit < 0) & (step < 0) & ~empty)
    sheet.tell(
        lost, "unit_not_of_step", "unit", lambda row: column.texts[column.codes[row]], lambda row: {"allowed": units}
    )
    return unit, units


def _day(text: str, today: dt.date):
    if not text:
        return -1
    try:
        if len(text) != 10 or not text.isascii():
            raise ValueError
        date = dt.date.fromisoformat(text)
    except ValueError:
        return "not_a_date", {}
    if date > today:
        return "future_date", {"today": today.isoformat()}
    if date < EARLIEST:
        return "too_early", {"earliest": EARLIEST.isoformat()}
    return date.toordinal() - _FIRST_DAY


def _dates(sheet: _Sheet, measure, step, steps, today: dt.date) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last day of each row; -1 where a row has none that can be used."""
    days = {name: sheet.by_text(name, lambda text: _day(text, today)) for name in DATES}
    written = {
        name: np.array([bool(text) for text in column.texts], bool)[column.codes]
        for name in DATES
        for column in (sheet.column(name),)
    }
    date, start, end = (days[name] for name in DATES)
    has_date, has_from, has_to = (written[name] for name in DATES)

    def seen(name):
        column = sheet.column(name)
        return lambda row: column.texts[column.codes[row]]

    sheet.tell(np.flatnonzero(~has_date & ~has_from & ~has_to), "no_date", "date", "")
    half = ~has_date & (has_from ^ has_to)
    sheet.tell(np.flatnonzero(half & has_from), "half_period", "to", "")
    sheet.tell(np.flatnonzero(half & has_to), "half_period", "from", "")
    fine = (date >= 0) & ((start >= 0) | ~has_from) & ((end >= 0) | ~has_to)
    twice = fine & ((has_from & (start != date)) | (has_to & (end != date)))
    sheet.tell(np.flatnonzero(twice), "date_twice", "date", seen("date"))
    from_day = np.where(has_date, date, start)
    to_day = np.where(has_date, date, end)
    whole = (from_day >= 0) & (to_day >= 0) & ~twice
    sheet.tell(np.flatnonzero(whole & (from_day > to_day)), "period_reversed", "from", seen("from"))
    wide = whole & (measure == MEASURES.index("stock")) & (from_day < to_day)
    sheet.tell(np.flatnonzero(wide), "stock_with_period", "from", seen("from"))
    starts = np.array([s.starts.toordinal() - _FIRST_DAY if s.starts else -1 for s in steps] + [-1], np.int64)
    early = np.flatnonzero(whole & (to_day < starts[step]))
    column = [("date" if dated else "to") for dated in has_date[early].tolist()]
    for name in ("date", "to"):
        rows = early[np.array([c == name for c in column], bool)] if len(early) else early
        sheet.tell(rows, "before_start", name, seen(name), lambda row: {"starts": steps[step[row]].starts.isoformat()})
    broken = ~whole | (from_day > to_day) | wide
    return np.where(broken, -1, from_day), np.where(broken, -1, to_day)


def _values(sheet: _Sheet) -> np.ndarray:
    raw = sheet.raw["value"].combine_chunks()
    plain = pc.match_substring_regex(raw, f"^[0-9]{{1,{MOST_DIGITS}}}$")
    good = pc.if_else(plain, raw, "0")
    value = pc.cast(good, pa.int64()).to_numpy(zero_copy_only=False).copy()
    by_code: dict[str, list[int]] = {}
    texts: dict[int, str] = {}
    for row in np.flatnonzero(~plain.to_numpy(zero_copy_only=False)).tolist():
        text = _clean(raw[row].as_py())
        answer = _odd_value(text)
        if isinstance(answer, int):
            value[row] = answer
        else:
            by_code.setdefault(answer, []).append(row)
            texts[row] = text
    for code, rows in by_code.items():
        sheet.tell(np.array(rows), code, "value", texts.__getitem__, {"digits": MOST_DIGITS})
    return value


def _odd_value(text: str) -> int | str:
    """A value that is not plain digits as it stands: the number after cleaning, or what is wrong with it."""
    if re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", text):
        return int(text)
    if not text:
        return "empty_cell"
    if text == COMPUTED:
        return "formula"
    if re.fullmatch(r"[0-9]+", text):
        return "number_too_large"
    if re.fullmatch(r"[-\u2212\u2013]\s?[0-9]+([.,][0-9]+)?", text):
        return "negative"
    if re.fullmatch(r"[0-9]{1,3}([\s\u00a0\u202f][0-9]{3})+|[0-9]{1,3}([.,'\u2019][0-9]{3})+", text):
        return "grouped_number"
    if re.fullmatch(r"[0-9]+[.,][0-9]+|[0-9.]+[eE][+-]?[0-9]+", text):
        return "decimal"
    return "not_a_number"


def _grouper(name: str, texts: list[str]):
    """A verdict on the cells of a breakdown column; the texts it takes are put into `texts`."""
    places: dict[str, int] = {}

    def verdict(text: str):
        group = text.lower() or ALL
        if name in CHOICES and group not in CHOICES[name]:
            return "not_one_of", {"allowed": list(CHOICES[name])}
        if name not in CHOICES and (not CODE.fullmatch(group) or IDENTITY.fullmatch(group)):
            return "not_a_group", {}
        if group not in places:
            places[group] = len(texts)
            texts.append(group)
        return places[group]

    return verdict


def _citations(sheet: _Sheet) -> tuple[np.ndarray, tuple[tuple[str, str], ...]]:
    if "address" not in sheet.columns and "note" not in sheet.columns:
        return np.zeros(sheet.count, np.int64), (("", ""),)
    sheet.by_text("address", lambda text: 0 if not text or ADDRESS.fullmatch(text) else ("not_an_address", {}))
    sheet.by_text("note", lambda text: 0 if len(text) <= LONGEST_NOTE else ("long_note", {"most": LONGEST_NOTE}))
    address, note = sheet.column("address"), sheet.column("note")
    kinds = combined([address.codes, note.codes], [len(address.texts), len(note.texts)])
    _, first, place = np.unique(kinds, return_index=True, return_inverse=True)
    found = {("", ""): 0}
    remap = np.array(
        [
            found.setdefault((address.texts[address.codes[row]], note.texts[note.codes[row]]), len(found))
            for row in first.tolist()
        ],
        np.int64,
    )
    return remap[place], tuple(found)


def _doubles(sheet: _Sheet, fine: np.ndarray, key: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Refuse rows that give one key two values; per row of `fine`, whether it repeats an earlier line word for word."""
    order = np.argsort(key, kind="stable")
    ordered, values = key[order], value[fine][order]
    new = np.ones(len(order), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    repeated = np.zeros(len(order), bool)
    if new.all():
        return repeated
    starts = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    clash = (low != high)[group]
    repeated[order[~new & ~clash]] = True
    # A row is told of the first line that says otherwise; the first lines, of the first that disagrees with them.
    firsts = starts[group]
    differs = values != values[firsts]
    places = np.where(differs, np.arange(len(order)), len(order))
    others = np.where(differs, firsts, np.minimum.reduceat(places, starts)[group])
    lines = sheet.line[fine][order]
    said = {
        int(fine[order[at]]): {"line": int(lines[others[at]]), "other": int(values[others[at]])}
        for at in np.flatnonzero(clash).tolist()
    }
    sheet.tell(np.array(sorted(said), np.int64), "two_values", "value", lambda row: str(value[row]), said.get)
    return repeated


def _unsure(sheet, axes, texts, from_day, to_day, unplaced) -> frozenset[tuple] | None:
    rows = np.flatnonzero(sheet.refused)
    if unplaced:
        return None
    days = [from_day, to_day]
    if any((axis[rows] < 0).any() for axis in [*axes, *days]):
        return None
    source, territory, step, unit, measure = axes
    names = [texts[0], texts[2], texts[3], texts[4], texts[1]]
    placed = np.stack([source, step, unit, measure, territory, *days], axis=1)[rows] if len(rows) else np.empty((0, 7))
    return frozenset(
        (*(names[at][int(row[at])] for at in range(5)), int(row[5]), int(row[6])) for row in np.unique(placed, axis=0)
    )
