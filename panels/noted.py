"""Words that take note of every number they write, so that a slide can list each figure that it says."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from i18n import Words, words

DIRECTIONS = re.compile("[\u2066-\u2069]")
"""Marks of direction: nobody sees them, so they count for no length and split no number."""

_PART_OF_A_NUMBER = "0-9\u202f"


@dataclass(frozen=True)
class Said:
    """A number that was written: its text, its value, and the unit or `share` where the words knew it."""

    text: str
    value: float
    unit: str = ""


class Noted(Words):
    """A language's words that remember in `said` each number they wrote, in the order of writing."""

    def __init__(self, of: Words) -> None:
        super().__init__(texts=of._texts, names=of._names)
        self.said: list[Said] = []
        self._depth = 0


def noted(locale: str) -> Noted:
    """Words of a language that remember what they write; new ones at each call."""
    return Noted(words(locale))


def _noting(plain: Callable, *, at: int, unit: str = "") -> Callable:
    """A method of `Words` that takes note of what it writes. at: where the number stands among its arguments."""

    @wraps(plain)
    def method(self: Noted, *args: Any, **kwargs: Any) -> Any:
        # A number that is written by way of another method is written once.
        self._depth += 1
        try:
            text = plain(self, *args, **kwargs)
        finally:
            self._depth -= 1
        if not self._depth:
            printed = text if isinstance(text, str) else text[0]
            self.said.append(Said(printed, float(args[at]), args[0] if at else unit))
        return text

    return method


for _name, _at, _unit in (
    ("number", 0, ""),
    ("signed", 0, ""),
    ("spoken", 0, ""),
    ("decimal", 0, ""),
    ("short", 0, ""),
    ("share", 0, "share"),
    ("percent_words", 0, "share"),
    ("count", 1, ""),
    ("parts", 1, ""),
):
    setattr(Noted, _name, _noting(getattr(Words, _name), at=_at, unit=_unit))


def is_printed(text: str, *, among: Iterable[str]) -> bool:
    """Whether a number stands among some texts by itself, not as a part of a longer one."""
    bare = DIRECTIONS.sub("", text)
    pattern = re.compile(rf"(?<![{_PART_OF_A_NUMBER}]){re.escape(bare)}(?![{_PART_OF_A_NUMBER}])")
    return any(pattern.search(DIRECTIONS.sub("", one)) for one in among)


def length(text: str) -> int:
    """How many characters of a text are seen."""
    return len(DIRECTIONS.sub("", text))
