"""Numbers as people and programs write them: groups of three digits, a decimal comma, digits of another script."""

import re
from collections.abc import Iterable

from data.importer.vocabulary import tidy

_GROUPS = (r"[ \u00a0\u2009\u202f]", r"\.", ",", "['\u2019\u02bc`]", "\u066c")
_GROUPED = [re.compile(rf"([0-9]{{1,3}}(?:{mark}[0-9]{{3}})+)(?:([.,\u066b])([0-9]+))?") for mark in _GROUPS]
_PLAIN = re.compile(r"([0-9]+)(?:([.,\u066b])([0-9]+))?")
_DECIMAL = re.compile(r"[0-9]+([.,])(?:[0-9]{1,2}|[0-9]{4,})")
_GROUPED_DECIMAL = re.compile(r"[0-9]{1,3}(?:([., '\u2019])[0-9]{3})+([.,])[0-9]+")


def plain(text: str, *, decimal: str = "") -> str:
    """The number's digits where the text is a whole number however it is written, else the text, tidied.

    decimal: the sign that this column uses before decimals, where it shows; «1,234» is then no group of three.
    «12,0» is twelve; a number that is not whole keeps its decimals, for the check to say so.
    """
    said = tidy(text)
    if said.isascii() and said.isdigit():
        return said
    for pattern in _GROUPED:
        found = pattern.fullmatch(said)
        if found and (found[2] is None or found[2] not in found[1]):
            mark = found[1].strip("0123456789")[:1]
            if found[2] is None and mark and mark == decimal:
                break
            return _whole(re.sub(r"[^0-9]", "", found[1]), found[3])
    found = _PLAIN.fullmatch(said)
    return _whole(found[1], found[3]) if found else said


def _whole(digits: str, decimals: str | None) -> str:
    return digits if not (decimals or "").strip("0") else f"{digits},{decimals}"


def decimal_sign(texts: Iterable[str]) -> str:
    """The sign that stands before decimals in these cells; empty when none shows it for certain."""
    for text in texts:
        said = tidy(text)
        if found := _DECIMAL.fullmatch(said):
            return found[1]
        found = _GROUPED_DECIMAL.fullmatch(said)
        if found and found[1] != found[2]:
            return found[2]
    return ""


def is_number(text: str) -> bool:
    """Whether the text is a number, whole or not, of either sign."""
    said = plain(text.strip().lstrip("-+\u2212"))
    return bool(_PLAIN.fullmatch(said))
