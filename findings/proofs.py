"""Proofs as the page of a panel's id reads them: the slide as it was kept, and where."""

from dataclasses import dataclass

import sqlalchemy as sa

from panels.as_slide import as_slide, offered
from panels.slide import Slide, from_json
from queries import proofs
from queries.proofs import OUTSIDE

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_LETTERS = frozenset("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
LENGTH = 8

__all__ = ["LENGTH", "OUTSIDE", "Proved", "Slide", "as_slide", "offered", "proved", "read_id"]


@dataclass(frozen=True)
class Proved:
    """A panel and where it was kept. meeting, kind, on_date: of the meeting that froze it; at: when it left the house
    outside one, in seconds since 1970-01-01 UTC."""

    slide: Slide
    locale: str
    meeting: str
    kind: str
    on_date: int | None
    territory: str
    at: int | None


def read_id(said: str) -> str:
    """The id that a reader typed: small letters, spaces, dashes, O for 0, I and L for 1 are forgiven. Empty: no id."""
    plain = "".join(letter for letter in said.upper() if letter.isalnum()).translate(_READ_AS)
    return plain if len(plain) == LENGTH and set(plain) <= _LETTERS else ""


def proved(engine: sa.Engine, panel: str, *, locale: str, cut: int, scope: str) -> Proved | str | None:
    """The panel of an id, in the language asked for where it was kept in it; OUTSIDE where it is not for a reader of
    `scope`; None where there is none."""
    found = proofs.of_panel(engine, panel, locale=locale, cut=cut, scope=scope)
    if found is None or isinstance(found, str):
        return found
    slide = from_json(found.body)
    return Proved(slide, found.locale, found.meeting, found.kind, found.on_date, found.territory, found.at)
