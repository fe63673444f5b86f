"""Texts that look like a person, where only the name of a group or a note on a figure is expected."""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from data.importer.names import normal

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "personal.toml"

FIRST_ARABIC = 0x600

HIDDEN = "…"
"""What stands in the place of somebody."""

_CARD = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,2}[0-9]{5,7}(?![0-9])")
_LONG = re.compile(r"(?<![0-9])[0-9]{9,12}(?![0-9])")
"""An identifier of a register, of a fund."""
_PHONE = re.compile(r"(?<![0-9])(?:\+?212|0)[ .-]?[5-8](?:[ .-]?[0-9]){8}(?![0-9])")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_NUMBERS = (_CARD, _LONG, _PHONE, _MAIL)
_SHORT_NUMBER = re.compile(r"[0-9.,/\s-]{0,8}")
_NOBODYS = re.compile(r"0[0-9]{8}|20[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])[0-9]{2,4}")
"""A commune's code without its dots; the day and the hour, as programs name what they export."""
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


@cache
def _said() -> dict[str, list[str]]:
    return tomllib.loads(REFERENCE.read_text(encoding="utf-8"))


@cache
def _normal(name: str) -> frozenset[str]:
    """A list of the reference file, as names are compared."""
    return frozenset(map(normal, _said()[name]))


@cache
def _title() -> re.Pattern[str]:
    before = "|".join(re.escape(title) for title in sorted(_said()["titles"], key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{before})\.?\s+\w")


def _has_number(text: str) -> bool:
    return any(pattern.search(text) for pattern in _NUMBERS)


def group_looks_personal(text: str) -> bool:
    """Whether the name of a group (a reason) holds a given name, or what looks like a number of somebody's."""
    words = [normal(word) for word in _WORD.findall(text.replace("_", " "))]
    together = {*words, *(a + b for a, b in zip(words, words[1:], strict=False))}
    return _has_number(text) or bool(together & _normal("given_names"))


def note_looks_personal(text: str) -> bool:
    """Whether a note names somebody: by a title, by a given name that another name follows, or by a number.

    A given name alone is no person: communes, schools and streets are called by them.
    """
    if _has_number(text) or _title().search(text):
        return True
    found = _WORD.findall(text)
    words = [normal(word) for word in found]
    names, reigning = _normal("given_names"), _normal("reigning")
    for at, word in enumerate(words[:-1]):
        follows = words[at + 1]
        if word in names and follows not in reigning and (follows in names or _is_family_name(found[at + 1])):
            return True
    return False


@lru_cache(maxsize=1 << 16)
def without_persons(text: str) -> str:
    """The text as it may be repeated: who is called by name in it, and a long number, is HIDDEN; all of it where it
    holds a card, a telephone or an address of mail, for whose they are stands beside them."""
    if _SHORT_NUMBER.fullmatch(text):
        return text
    if any(pattern.search(text) for pattern in (_CARD, _PHONE, _MAIL)):
        return HIDDEN
    text = _LONG.sub(lambda found: found[0] if _NOBODYS.fullmatch(found[0]) else HIDDEN, text)
    given, reigning, of_places = _normal("given_names"), _normal("reigning"), _normal("of_places")
    found = list(_WORD.finditer(text))
    words = [normal(one[0]) for one in found]
    titled = {match.end() - 1 for match in _title().finditer(text)}
    spans, at = [], 0
    while at < len(found):
        last = at
        if words[at] in given:
            follows = words[at + 1] if at + 1 < len(found) else ""
            if follows and follows not in reigning and (follows in given or _is_family_name(found[at + 1][0])):
                last = at + 1
                while last + 1 < len(found) and (words[last + 1] in given or _is_family_name(found[last + 1][0])):
                    last += 1
            of_a_place = at > 0 and words[at - 1] in of_places
            if (last > at or found[at].start() in titled) and not of_a_place:
                spans.append((found[at].start(), found[last].end()))
        at = last + 1
    for start, end in reversed(spans):
        text = text[:start] + HIDDEN + text[end:]
    return text


def names_somebody(text: str) -> bool:
    """Whether a text calls somebody by a title and a given name: a title alone is that of a function («السيد القائد»,
    « M. le pacha »), a name alone that of a school or a street."""
    given = _normal("given_names")
    for found in _title().finditer(text):
        follows = _WORD.match(text, found.end() - 1)
        if follows and normal(follows[0]) in given:
            return True
    return False


def _is_family_name(word: str) -> bool:
    """Whether a word is written as a family name after a given one: in capitals, or with a Moroccan name's beginning.

    In Arabic script every family name that begins so begins with the article or with the word for "son".
    """
    if ord(word[0]) < FIRST_ARABIC:
        return (len(word) > 2 and word.isupper()) or word[:1].isupper()
    return len(word) > 3 and word.startswith(tuple(_said()["family_begins"]))
