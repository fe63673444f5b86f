"""Columns of persons, by their headers in three languages and by what their cells look like. No value is kept."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.importer.vocabulary import phrases, tidy, tokens

FILE = Path(__file__).resolve().parent.parent / "reference" / "identity.toml"
SAMPLE = 2000
"""Different cells of a column that are looked at."""
LEAST = 2
"""Cells of a kind that make a column of it, where they are also SHARE of it."""
SHARE = 0.3
NAME = "name"
LEAST_NAMES = 3
NAMED = 0.2
"""First names are words of places too: a column of names has several, in many of its cells."""


@dataclass(frozen=True)
class _Known:
    headers: Mapping[tuple[str, ...], str]
    shapes: Mapping[str, re.Pattern]
    first_names: frozenset[str]


@lru_cache(maxsize=1)
def _known() -> _Known:
    body = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return _Known(
        headers={tokens(word): kind for kind, words in body["headers"].items() for word in words},
        shapes={kind: re.compile(shape, re.IGNORECASE) for kind, shape in body["shapes"].items()},
        first_names=frozenset(token for name in body["names"]["first"] for token in tokens(name) if len(token) > 2),
    )


def by_header(header: str) -> str:
    """The kind of identity that a header names; empty when it names none.

    Words of one word count only when nothing else stands there, but for a number sign: « Nom » is a person's name,
    « Nom de la commune » is none.
    """
    said = tuple(token for token in tokens(header) if token not in ("n", "no"))
    known = _known().headers
    if said in known or tokens(header) in known:
        return known.get(said) or known[tokens(header)]
    return next((known[words] for words in phrases(said) if len(words) > 1 and words in known), "")


def by_content(texts: Iterable[str]) -> str:
    """The kind of identity that a column's cells look like; empty when they look like none."""
    seen = set()
    for text in texts:
        seen.add(tidy(text))
        if len(seen) >= SAMPLE:
            break
    seen.discard("")
    if len(seen) < LEAST:
        return ""
    known = _known()
    for kind, shape in known.shapes.items():
        hits = sum(bool(shape.fullmatch(re.sub(r"[\s.\-]", "", text) if kind != "email" else text)) for text in seen)
        if hits >= LEAST and hits >= SHARE * len(seen):
            return kind
    words = [tokens(text) for text in seen]
    named = sum(2 <= len(said) <= 5 and any(token in known.first_names for token in said) for said in words)
    plain = sum(2 <= len(said) <= 5 and not any(token.isdigit() for token in said) for said in words)
    if named >= LEAST_NAMES and named >= NAMED * len(seen) and plain >= 0.8 * len(seen):
        return NAME
    return ""


def looks_personal(text: str) -> bool:
    """Whether a cell by itself looks like a person's: it may not be repeated, not even as the name of a column."""
    known = _known()
    packed = re.sub(r"[\s.\-]", "", tidy(text))
    if any(shape.fullmatch(packed) for shape in known.shapes.values()) or "@" in text:
        return True
    return any(token in known.first_names for token in tokens(text)) or any(letter.isdigit() for letter in packed)
