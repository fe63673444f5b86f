"""The chain of command as the office wrote it down: who is below whom, and which communes each covers.

It stands in `chain.csv` of the office's folder, one line per pachalik, cercle, caïdat, administrative annex or lycée.
Saving writes the whole file at once and keeps the one before, so that it can be put back. What is wrong is handed back
as values, never as words.
"""

import csv
import io
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent / "reference"
FILE, BEFORE, ENDED = "chain.csv", "chain.before.csv", "chain.ended.csv"
"""What there is; what the last save replaced; what there was once, whose names figures and actions still need."""
COLUMNS = ("code", "kind", "parent", "name_ar", "name_fr", "covers")
DISTRICT, ANNEX, SCHOOL = "district", "annex", "school"
LEVELS = (DISTRICT, ANNEX, SCHOOL)
NAMES = ("name_ar", "name_fr")
COVERED = ("commune", "arrondissement")
"""Levels of the territories that an office can cover."""
LONGEST_NAME = 80
MADE_UP = "X"
"""The letter that codes of the demonstration's offices carry, so that its names and the office's own never meet."""


@dataclass(frozen=True, slots=True)
class Office:
    """A line of the chain of command. kind: pachalik, cercle, caidat, annex, lycee; parent: the code of a prefecture,
    or of a district for an annex; the names stand without what they are; covers: codes of communes or arrondissements,
    in whole or in part; line: where it stands in its file."""

    code: str
    kind: str
    parent: str
    name_ar: str
    name_fr: str
    covers: tuple[str, ...] = ()
    line: int | None = field(default=None, compare=False)

    @property
    def level(self) -> str:
        """district, annex or school; empty for a kind there is not."""
        return kinds()[self.kind]["level"] if self.kind in kinds() else ""

    @property
    def prefecture(self) -> str:
        """The prefecture that the code begins with."""
        return self.code.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend in the chain: as a problem of the importer, `code` names it, `values` fill its sentence."""

    code: str
    line: int | None = None
    column: str | None = None
    seen: str = ""
    values: dict = field(default_factory=dict)


class ChainRefused(Exception):
    """The chain of command cannot be used as it is; `faults` says why."""

    def __init__(self, faults: Sequence[Fault]):
        super().__init__("; ".join(f"{FILE} line {f.line}, {f.column}: {f.code} {f.seen}" for f in faults[:5]))
        self.faults = tuple(faults)


@cache
def kinds() -> dict[str, dict[str, str]]:
    """The kinds of office in the order of the list that ships: level, letter of the code, ready forms of the name."""
    with (REFERENCE / "offices.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["kind"]: row for row in csv.DictReader(file)}


@cache
def territories() -> dict[str, dict[str, str]]:
    """The rows of the reference list of territories, by code, in administrative order."""
    with (REFERENCE / "territories.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def prefecture_of(code: str) -> str:
    """The prefecture or province that holds a commune or arrondissement, or is named; empty when there is none."""
    while code in territories() and territories()[code]["level"] != "prefecture":
        code = territories()[code]["parent"]
    return code if code in territories() else ""


def coverable(prefecture: str) -> tuple[str, ...]:
    """The communes and arrondissements of a prefecture, in administrative order."""
    held = territories()
    return tuple(code for code, row in held.items() if row["level"] in COVERED and prefecture_of(code) == prefecture)


def mark_of(local: Path) -> str:
    """What codes of an office in this folder carry after the dot: nothing, or the letter of the demonstration."""
    return MADE_UP if local.name == "demonstration" else ""


# In and out of the folder


def offices(local: Path) -> tuple[Office, ...]:
    """The chain of command of an office's folder, in its own order: each district before its annexes, schools last.

    Empty when it has none. Raises ChainRefused.
    """
    path = local / FILE
    try:
        stamp = path.stat().st_mtime_ns, path.stat().st_size
    except FileNotFoundError:
        return ()
    return _read(path, stamp, mark_of(local))


@cache
def _read(path: Path, stamp: tuple[int, int], mark: str) -> tuple[Office, ...]:
    try:
        rows = rows_of(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ChainRefused([Fault("not_utf8")]) from error
    found, faults = checked(rows, mark=mark)
    if faults:
        raise ChainRefused(faults)
    return found


def rows_of(text: str) -> list[dict[str, str]]:
    """The lines of a CSV text with the number of each under `line`; a French spreadsheet writes a semicolon."""
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    rows = []
    for row in reader:
        cells = {str(key).strip(): (cell or "").strip() for key, cell in row.items() if isinstance(cell, str | None)}
        if any(cells.values()):
            rows.append(cells | {"line": reader.line_num})
    return rows


def text_of(chain: Iterable[Office]) -> str:
    """The chain as the text of its file."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for one in chain:
        rows.writerow([one.code, one.kind, one.parent, one.name_ar, one.name_fr, " ".join(one.covers)])
    return text.getvalue()


def save(local: Path, chain: Iterable[Office]) -> None:
    """Write the chain of command of a folder, all of it or nothing, and keep what stood there before."""
    local.mkdir(parents=True, exist_ok=True)
    path, chain = local / FILE, ordered(chain)
    was = path.read_text(encoding="utf-8-sig") if path.is_file() else text_of(())
    there = {one.code for one in chain}
    gone = {one.code: one for one in (*ended(local), *_legible(path, mark_of(local))) if one.code not in there}
    # In this order: whatever stops half way, no name is lost and the chain is one of the two.
    _write(local / ENDED, text_of(gone.values()))
    _write(local / BEFORE, was)
    _write(path, text_of(chain))


def ended(local: Path) -> tuple[Office, ...]:
    """The offices of a folder that are no more: their codes are never given again."""
    return _legible(local / ENDED, mark_of(local))


def _legible(path: Path, mark: str) -> tuple[Office, ...]:
    """The offices of a file, as far as it can be read, whatever else is wrong with it."""
    try:
        rows = rows_of(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, UnicodeDecodeError):
        return ()
    return checked(rows, mark=mark)[0]


def before(local: Path) -> tuple[Office, ...] | None:
    """The chain of command that the last save replaced; None when there was none, or it is no longer in order."""
    path = local / BEFORE
    if not path.is_file():
        return None
    found, faults = checked(rows_of(path.read_text(encoding="utf-8-sig")), mark=mark_of(local))
    return None if faults else found


def _write(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# Checking


def checked(
    rows: Iterable[Mapping[str, str]],
    *,
    mark: str = "",
    known: Iterable[Office] = (),
    within: Collection[str] | None = None,
) -> tuple[tuple[Office, ...], tuple[Fault, ...]]:
    """The offices that the lines speak of, in the order of the chain, and what is wrong with them.

    A line has the columns of COLUMNS as text and may have `line`. A line without a code is that of the office of
    `known` (those that there are, and those that there were) with its name, else it is given a code that none of them
    has. `within`: the prefectures that whoever hands the lines in may write of, None for all.
    """
    rows = list(rows)
    faults: list[Fault] = []
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    if missing:
        return (), (Fault("missing_column", column=missing[0], values={"columns": list(COLUMNS)}),)
    written = {row["code"].strip().upper() for row in rows if row["code"].strip()}
    again = {_named(one, column): one.code for one in known for column in NAMES if one.code not in written}
    codes = _Codes(mark, written | {one.code for one in known}, again)
    found = [office for row in rows if (office := _office(row, codes, faults)) is not None]
    by_code: dict[str, Office] = {}
    for one in found:
        if one.code in by_code:
            faults.append(_fault("same_code", one, "code", one.code))
        by_code.setdefault(one.code, one)
    with_annexes = {one.parent for one in found if one.level == ANNEX}
    for one in found:
        faults += _faults_of(one, by_code, with_annexes, within)
    names: dict[tuple, Office] = {}
    for one in found:
        for column in NAMES:
            key = _named(one, column)
            if key in names and getattr(one, column) and names[key].code != one.code:
                faults.append(_fault("same_name", one, column, getattr(one, column), other=names[key].code))
            names.setdefault(key, one)
    return ordered(found), tuple(sorted(faults, key=lambda fault: fault.line or 0))


def _named(one: Office, column: str) -> tuple[str, ...]:
    """What two offices of one prefecture must not share: kind and name."""
    return one.prefecture, kinds()[one.kind]["letter"], one.kind, column, getattr(one, column).casefold()


@dataclass
class _Codes:
    """Codes that are given: mark: the letter of the demonstration; used: those that are not free; again: those of
    offices by what they are called, each given once."""

    mark: str
    used: set[str]
    again: dict[tuple[str, ...], str]

    def of(self, one: Office, prefecture: str) -> str:
        """The code of an office that has none yet."""
        called = replace(one, code=f"{prefecture}.")
        code = next((self.again[key] for name in NAMES if (key := _named(called, name)) in self.again), "")
        if not code:
            code = next_code(prefecture, kinds()[one.kind]["letter"], self.used, self.mark)
            self.used.add(code)
        self.again = {key: held for key, held in self.again.items() if held != code}
        return code


def _fault(code: str, one: Office, column: str, seen: str, **values: object) -> Fault:
    return Fault(
        code,
        line=one.line,
        column=column,
        seen=seen[:40],
        values={"names": (one.name_ar, one.name_fr), "office": one.code} | values,
    )


def _office(row: Mapping, codes: _Codes, faults: list[Fault]) -> Office | None:
    """The office of a line; None when it cannot even be said what and where it is."""
    line, kind = row.get("line"), row["kind"].strip().lower()
    if kind not in kinds():
        faults.append(Fault("unknown_kind", line, "kind", row["kind"][:40], {"allowed": list(kinds())}))
        return None
    code, parent = row["code"].strip().upper(), row["parent"].strip().upper()
    letter = kinds()[kind]["letter"]
    prefecture = parent if parent in territories() else parent.rpartition(".")[0]
    if territories().get(prefecture, {}).get("level") != "prefecture":
        faults.append(Fault("unknown_parent", line, "parent", row["parent"][:40], {}))
        return None
    names = {name: bare(kind, name, row[name]) for name in NAMES}
    covers = tuple(dict.fromkeys(re.split(r"[\s,;،]+", row["covers"].strip()))) if row["covers"].strip() else ()
    one = Office(code, kind, parent, **names, covers=covers, line=line)
    if not code:
        return replace(one, code=codes.of(one, prefecture))
    if not re.fullmatch(rf"{re.escape(prefecture)}\.{codes.mark}{letter}\d{{2,4}}", code):
        shown = next_code(prefecture, letter, codes.used, codes.mark)
        faults.append(Fault("wrong_code", line, "code", row["code"][:40], {"shown": shown}))
        return None
    return one


def next_code(prefecture: str, letter: str, used: Collection[str], mark: str = "") -> str:
    """The first code of a prefecture and a letter that is not in use."""
    number = 1
    while (code := f"{prefecture}.{mark}{letter}{number:02d}") in used:
        number += 1
    return code


def _faults_of(
    one: Office, by_code: Mapping[str, Office], with_annexes: Collection[str], within: Collection[str] | None
) -> Iterable[Fault]:
    if within is not None and one.prefecture not in within:
        yield _fault("outside_scope", one, "parent", one.parent)
    if one.parent != one.prefecture:
        above = by_code.get(one.parent)
        if above is None or above.level != DISTRICT:
            yield _fault("unknown_parent", one, "parent", one.parent)
        elif one.level != ANNEX:
            yield _fault("parent_of_annex", one, "parent", one.parent)
    for column in NAMES:
        name = getattr(one, column)
        if not name:
            yield _fault("no_name", one, column, "")
        elif len(name) > LONGEST_NAME:
            yield _fault("long_name", one, column, name, most=LONGEST_NAME)
    if one.level == ANNEX and not one.covers:
        yield _fault("covers_nothing", one, "covers", "")
    if one.code in with_annexes and one.covers:
        yield _fault("covers_by_annexes", one, "covers", " ".join(one.covers))
    held = territories()
    for code in one.covers:
        if held.get(code, {}).get("level") not in COVERED:
            yield _fault("unknown_commune", one, "covers", code)
        elif prefecture_of(code) != one.prefecture:
            yield _fault("commune_elsewhere", one, "covers", code)
        elif held[code]["parent"] in one.covers:
            yield _fault("covered_twice", one, "covers", code)


def ordered(chain: Iterable[Office]) -> tuple[Office, ...]:
    """The offices by prefecture: each district followed by its annexes, then the other annexes, then schools."""
    chain = list(chain)
    places = {code: at for at, code in enumerate(territories())}
    of_chain = {one.code: at for at, one in enumerate(chain)}

    def key(one: Office) -> tuple:
        above = of_chain.get(one.parent)
        first = of_chain[one.code] if above is None else above
        loose = one.level != DISTRICT and above is None
        return (
            places.get(one.prefecture, len(places)),
            one.level == SCHOOL,
            loose,
            first,
            above is not None,
            of_chain[one.code],
        )

    return tuple(sorted(chain, key=key))


def bare(kind: str, column: str, name: str) -> str:
    """A name without what it names: «قيادة التمسية» is written down as «التمسية», which its kind then precedes."""
    name = " ".join(name.split())
    form = kinds()[kind]["called_" + column.removeprefix("name_")]
    title = form.partition("{")[0].strip()
    for written in sorted((title, *filter(None, kinds()[kind]["also"].split("|"))), key=len, reverse=True):
        if name.casefold().startswith(written.casefold() + " "):
            rest = name[len(written) :].strip()
            linked = re.fullmatch(r"(?:de\s+|d['’])(.+)", rest, re.IGNORECASE) if "{de_name}" in form else None
            return linked[1] if linked else rest
    return name


@dataclass(frozen=True, slots=True)
class Change:
    """An office that one chain has and another has not, or has otherwise. what: added, removed or changed; columns:
    those that differ."""

    what: str
    office: Office
    columns: tuple[str, ...] = ()


def changes(old: Iterable[Office], new: Iterable[Office]) -> tuple[Change, ...]:
    """What saving `new` over `old` would change, in the order of the chain; what goes comes last."""
    was, is_now = {one.code: one for one in old}, {one.code: one for one in new}
    found = []
    for code, one in is_now.items():
        if code not in was:
            found.append(Change("added", one))
        elif differing := tuple(name for name in COLUMNS if getattr(one, name) != getattr(was[code], name)):
            found.append(Change("changed", one, differing))
    found += [Change("removed", one) for code, one in was.items() if code not in is_now]
    return tuple(found)


def with_prefecture(chain: Iterable[Office], prefecture: str, own: Iterable[Office]) -> tuple[Office, ...]:
    """The chain with the offices of one prefecture replaced by `own`."""
    return ordered([*(one for one in chain if one.prefecture != prefecture), *own])


def as_row(one: Office) -> dict[str, str]:
    """An office as a line to be checked again."""
    row = {name: getattr(one, name) for name in COLUMNS}
    return row | {"covers": " ".join(one.covers), "line": one.line}


def uncovered(chain: Iterable[Office], prefecture: str) -> tuple[str, ...]:
    """The communes of a prefecture, or the arrondissements of a divided city, that no office covers; none of them where
    there is no office at all."""
    mine = [one for one in chain if one.prefecture == prefecture and one.level != SCHOOL]
    covered = {code for one in mine for code in one.covers}
    held = territories()
    ground = coverable(prefecture)
    divided = {held[code]["parent"] for code in ground}
    left = [code for code in ground if code not in divided and not covered & {code, held[code]["parent"]}]
    return tuple(left) if mine else ()


def template(prefecture: str) -> str:
    """A chain to begin from: one annex per commune or arrondissement of the prefecture, which covers it and bears its
    name."""
    held = territories()
    drawn = [
        Office("", ANNEX, prefecture, held[code]["office_ar"] or held[code]["name_ar"], held[code]["name_fr"], (code,))
        for code in coverable(prefecture)
        if not any(other["parent"] == code and other["level"] in COVERED for other in held.values())
    ]
    return text_of(drawn)
