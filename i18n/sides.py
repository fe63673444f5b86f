"""Which way a text reads: what people type in one language stands in documents of another."""

import unicodedata

from .catalogues import FSI, LRI, PDI, RLI

_RIGHT = frozenset({"R", "AL"})
LEAST_WORDS = 2
"""A name or an acronym alone goes with the line that it stands in: a column of them keeps one edge."""


def reads_against(text: str, *, rtl: bool) -> bool:
    """Whether a text in a document from right to left (or from left to right) reads the other way: most of its letters
    do, in two words or more. What stands in isolates was put in by a sentence, which is read its own way."""
    outside = _outside(text)
    said = outside if any(letter.isalpha() for letter in outside) else text
    own = other = words_of_other = 0
    for word in said.split():
        ways = [unicodedata.bidirectional(letter) in _RIGHT for letter in word if letter.isalpha()]
        against = sum(way is not rtl for way in ways)
        own, other = own + len(ways) - against, other + against
        words_of_other += against > 0
    return other > own and words_of_other >= LEAST_WORDS


def _outside(text: str) -> str:
    depth, kept = 0, []
    for letter in text:
        if letter in (FSI, LRI, RLI):
            depth += 1
        elif letter == PDI:
            depth -= depth > 0
        elif not depth:
            kept.append(letter)
    return "".join(kept)
