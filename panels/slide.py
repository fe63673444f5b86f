"""Slides: a finding as it is frozen for a meeting. One object for the wall, the paper and the file, worded for good.

A slide holds finished sentences and numbers beside the codes and values they were made from: whoever draws it words
nothing, computes nothing and asks nobody. It goes to the database and comes back as JSON.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = ("cover", "bars", "path", "map", "chain", "table", "text")
"""How a slide is drawn. `chart` holds, by kind (every text is ready, every value a number or None):

cover: lines (texts below the title).
bars: unit, share (whether values are shares), most (the value of a whole length), rows: code, name, value, text,
    planned (where the path says it should be today, or None), planned_text, state, tone, shape, word.
path: unit, dates (ISO), values, labels; planned (list of {date, value}), target ({date, value, text} or None),
    band (list of {date, low, high}), marks (list of {date, until, text, kind: action, recommendation or meeting}),
    ticks (list of {date, text}), scale (list of {value, text}).
map: parent (code), level, unit, groups (list of {key, text, tint: 0 to 4 or None, state, tone}), territories (list of
    {code, name, group, text}).
chain: nodes (list of {step, name, value, text, state}), passages (list of {name, body, waiting, text, oldest,
    oldest_text, priority, held_elsewhere}; oldest: the first day of the month of entry of whoever waits longest, or
    empty; it and its text are there only where cohorts were looked at).
table, text: empty; the slide's own `table` or `lines` says it.
"""

MOST_NUMBERS = 3
OFFICE, OUTSIDE = AUDIENCES = ("office", "outside")

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit over the telephone."""


@dataclass(frozen=True)
class Number:
    """A headline number: what it is, as it is printed, the unit's word beside it, and the value behind it."""

    label: str
    text: str
    unit: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Figure:
    """One figure that a slide says: of what, where, of which day, its value, how it is known, and as it is printed.

    what: a step (`programme.step`), an indicator, or a measure of the slide's subject (planned, target, needed_per_day,
    change, …). value: None where it is not shown. state: shown, withheld, missing or not_applicable.
    """

    what: str
    territory: str
    on_date: int
    value: float | None
    text: str
    unit: str = ""
    state: str = "shown"


@dataclass(frozen=True)
class Table:
    """Ready cells: the first of a row heads it. numeric: which columns hold numbers, for their alignment."""

    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    numeric: tuple[int, ...] = ()


@dataclass(frozen=True)
class Source:
    """What is printed of a source, and the address behind it (empty: the office's own extracts)."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Slide:
    """One slide. key: its own within the meeting, as `item/subject` or `item/subject/territory`. parent: the key of the
    slide that it is a drill-down of; empty: it is on the way of the presenter. item: the agenda item (empty: of the
    whole sitting). subject: recommendations, since, pace, gap, cause, options, readback, cover, … title: the one
    message. numbers: at most three. verdict: {verdict, tone, shape, word} or None. chart: as KINDS says. table: the
    same figures in rows, for paper and for who cannot see the chart. lines: further sentences, in reading order.
    figures: every figure that the slide says. asked: the canonical key that `panel` was made from. screen_only: must
    not be on the wall unless the chair asks.
    """

    key: str
    subject: str
    kind: str
    title: str
    item: str = ""
    parent: str = ""
    territory: str = ""
    on_date: int = 0
    numbers: tuple[Number, ...] = ()
    verdict: dict[str, str] | None = None
    chart: dict[str, Any] = field(default_factory=dict)
    table: Table = Table()
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    sources: tuple[Source, ...] = ()
    dates: tuple[int, ...] = ()
    asked: dict[str, Any] = field(default_factory=dict)
    panel: str = ""
    audience: str = OFFICE
    demonstration: bool = False
    screen_only: bool = False

    def to_json(self) -> str:
        """The slide as text that `from_json` reads back equal."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def from_json(text: str) -> Slide:
    """The slide that `to_json` wrote. What a later version added and is not there has its default."""
    said = json.loads(text)
    made = {
        "numbers": tuple(Number(**one) for one in said.get("numbers", ())),
        "figures": tuple(Figure(**one) for one in said.get("figures", ())),
        "sources": tuple(Source(**one) for one in said.get("sources", ())),
        "table": _table(said.get("table") or {}),
        **{name: tuple(said.get(name, ())) for name in ("lines", "notes", "dates")},
    }
    return Slide(**(said | made))


def _table(said: Mapping[str, Any]) -> Table:
    return Table(
        tuple(said.get("head", ())), tuple(tuple(row) for row in said.get("rows", ())), tuple(said.get("numeric", ()))
    )


def panel_id(asked: Mapping[str, Any]) -> str:
    """The eight characters that name a panel: of the SHA-256 of what was asked, as JSON in one canonical form.

    asked: indicator or subject and its definition, territory, dates, breakdown, audience, cut: what makes two panels
    two, and nothing of how they are drawn or worded.
    """
    text = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:5])
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
