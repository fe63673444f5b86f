"""What pages keep between reruns: answers ready to be shown, keyed by database, cut, scope, language and choices.

Nothing here depends on the clock or on a frame: the same key always means the same answer, whoever asks.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import findings
from data.database import database_url
from findings import Answer
from i18n import words
from ui.engine import engine
from ui.kept import kept

FIRST_DAY = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class View:
    """What a page asks for: everything that its answer depends on, besides the tables themselves.

    reference: the last event that changed territories or definitions; what depends on them alone is kept across
    imports.
    """

    cut: int
    scope: str
    locale: str
    reference: int = 0


@dataclass(frozen=True)
class Places:
    """The territories that may be chosen. upper: kingdom, regions, prefectures and provinces in administrative order;
    below: for each prefecture or province what lies below it; levels, parents: by code; labels: as lists name them."""

    upper: tuple[str, ...]
    below: dict[str, tuple[str, ...]]
    levels: dict[str, str]
    parents: dict[str, str]
    labels: dict[str, str]


@kept(128)
def _answer(database: str, stamp: int, name: str, view: View, choices: tuple, _engine: sa.Engine) -> Answer:
    return findings.find(name, _engine, cut=view.cut, scope=view.scope, locale=view.locale, **dict(choices))


def answer(name: str, view: View, **choices: Any) -> Answer:
    """The answer to a finding for these choices."""
    return _answer(database_url(), id(words(view.locale)), name, view, tuple(sorted(choices.items())), engine())


@kept(64)
def _places(database: str, stamp: int, reference: int, scope: str, locale: str, _engine: sa.Engine) -> Places:
    offered = findings.territory_choices(_engine, scope=scope)
    w = words(locale)
    upper = tuple(code for code, level, _ in offered if level in ("country", "region", "prefecture"))
    below: dict[str, list[str]] = {code: [] for code, level, _ in offered if level == "prefecture"}
    labels = {}
    for code, level, _ in offered:
        prefecture = ".".join(code.split(".")[:2])
        if code != prefecture and prefecture in below:
            below[prefecture].append(code)
        name = w.territory(code)
        # What stands above or beside the others is named with what it is.
        named = level in ("region", "grouping", "arrondissement")
        labels[code] = w("app.place", kind=w.kind(code), name=name) if named else name
    return Places(
        upper=upper,
        below={code: tuple(inside) for code, inside in below.items()},
        levels={code: level for code, level, _ in offered},
        parents={code: parent for code, _, parent in offered},
        labels=labels,
    )


def places(view: View) -> Places:
    """The territories that a viewer may choose."""
    stamp = id(words(view.locale))
    return _places(database_url(), stamp, view.reference, view.scope, view.locale, engine())


@kept(1024)
def _dates(
    database: str, stamp: int, cut: int, scope: str, territory: str, locale: str, _engine: sa.Engine
) -> dict[str, str]:
    w = words(locale)
    days = findings.date_choices(_engine, territory=territory, cut=cut, scope=scope)
    return {day.isoformat(): w.date(day) for day in (FIRST_DAY + dt.timedelta(days=d) for d in days)}


def dates(view: View, territory: str) -> dict[str, str]:
    """The days with data for a territory, newest first: ISO date → as lists write it."""
    stamp = id(words(view.locale))
    return _dates(database_url(), stamp, view.cut, view.scope, territory, view.locale, engine())


@kept(64)
def _indicators(database: str, reference: int, _engine: sa.Engine) -> tuple[tuple[str, str, bool], ...]:
    return findings.indicator_choices(_engine, cut=reference)


def indicators(view: View) -> tuple[tuple[str, str, bool], ...]:
    """The indicators a map can show: (id, programme, has a share)."""
    return _indicators(database_url(), view.reference, engine())


@kept(16)
def _headline_counts(database: str, reference: int, _engine: sa.Engine) -> tuple[tuple[str, str], ...]:
    return findings.headline_counts(_engine, cut=reference)


def headline_counts(view: View) -> tuple[tuple[str, str], ...]:
    """The stocks (step, unit) that the first screen shows."""
    return _headline_counts(database_url(), view.reference, engine())
