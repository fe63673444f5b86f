"""Problems in words: what is wrong with a file, where, and how to mend it.

A problem is a value with `code`, `line`, `column`, `seen` and `values`, as the importer hands it back; one of a form
has `cell` too, and `sheet` where there are several.
"""

import datetime
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from . import Words

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
EXAMPLE_DATE = "2023-09-14"
PLACES = ("candidates", "suggestions")
ASKED_OF_DATES = ("which_grain",)
MOST_CELLS = 8
"""Addresses of cells that are named of those with the same problem."""


class Problem(Protocol):
    """What a problem has: its code names the sentence, its values fill it."""

    code: str
    line: int | None
    column: str | None
    seen: str
    values: dict[str, Any]
    cell: str
    sheet: str


def sentence(problem: Problem, w: Words) -> tuple[str, str]:
    """What is wrong, and how to mend it."""
    values = _values(problem, w)
    key = f"importer.{problem.code}"
    like = any(problem.values.get(name) for name in ("suggestions", "columns") if not isinstance(values.get(name), int))
    mend = f"{key}.mend_like" if like and f"{key}.mend_like" in w else f"{key}.mend"
    return w(key, **values), w(mend, **values)


def notes(said: Iterable[Problem], w: Words) -> Iterator[str]:
    """One line of text for each thing that was understood of a file and that refuses nothing."""
    for one in said:
        yield w(f"importer.{one.code}", **_values(one, w))


def _values(problem: Problem, w: Words) -> dict[str, Any]:
    """What fills the sentence of a problem: codes as names, dates as dates, lists joined."""
    seen = problem.seen
    if _ISO.fullmatch(seen) and problem.code in ASKED_OF_DATES:
        seen = w.date_short(datetime.date.fromisoformat(seen))
    values = {"seen": seen, "column": problem.column or "", "example": EXAMPLE_DATE}
    if {"first", "last"} <= problem.values.keys():
        first, last = (datetime.date.fromisoformat(problem.values[name]) for name in ("first", "last"))
        values["period"] = w.date_short(first) if first == last else w.period(first, last)
    for name, value in problem.values.items():
        # The line of the problem itself is said around the sentence.
        name = "other_line" if name == "line" else name
        if name in PLACES:
            values[name] = w.join(_place(code, w) for code in value)
        elif name == "territory":
            values[name] = _place(value, w)
        elif name == "steps":
            values[name] = w.join(w.name("step", step) for step in value)
        elif name in ("known", "found") and problem.code == "which_count_other":
            values[name] = w.name("step", value)
        elif name == "counts":
            values[name] = w.join(w.things(step, unit) for step, unit in value)
        elif name in ("measure", "said", "shown"):
            values[name] = w(f"importer.measure_{value}")
        elif name == "kind" and f"identity.{value}" in w:
            values[name] = w(f"identity.{value}")
        elif isinstance(value, str) and _ISO.fullmatch(value):
            values[name] = w.date_short(datetime.date.fromisoformat(value))
        elif isinstance(value, list | tuple):
            values[name] = w.join(str(one) for one in value)
        else:
            values[name] = value
    return values


def told(problem: Problem, w: Words) -> str:
    """What is wrong and how to mend it, with the column: for a line that says of itself where it stands."""
    said, mend = sentence(problem, w)
    return f"{problem.column}: {said} {mend}" if problem.column else f"{said} {mend}"


def _place(code: str, w: Words) -> str:
    return w("importer.candidate", name=w.territory(code), kind=w.kind(code), code=code)


def grouped(problems: Iterable[Problem], w: Words) -> Iterator[str]:
    """One line of text per problem; what many lines say in the same words is said once, with their number."""
    groups: dict[tuple, list[Problem]] = {}
    for problem in problems:
        told = {k: v for k, v in problem.values.items() if k not in ("line", "other", "other_cell")}
        values = json.dumps(told, sort_keys=True)
        same = "" if problem.code.endswith("two_values") else problem.seen
        groups.setdefault((problem.code, problem.column, problem.sheet, same, values), []).append(problem)
    for found in groups.values():
        first = found[0]
        said, mend = sentence(first, w)
        if first.cell and first.sheet:
            said = w("importer.at_cell_of", sheet=first.sheet, cell=first.cell, problem=said)
        elif first.cell:
            said = w("importer.at_cell", cell=first.cell, problem=said)
        elif first.line is not None and first.column:
            said = w("importer.at_column", line=first.line, column=first.column, problem=said)
        elif first.line is not None:
            said = w("importer.at_line", line=first.line, problem=said)
        parts = [said, mend]
        if len(found) > 1 and first.cell:
            cells = w.join(dict.fromkeys(problem.cell for problem in found[:MOST_CELLS]))
            parts.append(w("importer.cells_say_so", n=len(found), cells=cells))
        elif len(found) > 1:
            parts.append(w("importer.lines_say_so", n=len(found)))
        yield " ".join(parts)
