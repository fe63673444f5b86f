"""What pages keep between reruns: answers ready to be shown, keyed by database, cut, scope, language and choices.

Nothing here depends on the clock or on a frame: the same key always means the same answer, whoever asks.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import findings
from findings import Answer
from i18n import LOCALES, words
from ui.engine import address, engine, folder
from ui.kept import kept

FIRST_DAY = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class View:
    """What a page asks for: everything that its answer depends on, besides the tables themselves.

    reference: the last event that changed territories or definitions; what depends on them alone is kept across
    imports. role: what of the indicators may be shown. demonstration: made-up counts, in a database of their own.
    foreseen: the last cut that forecasts were kept for, and how many were; they come some seconds after their cut.
    """

    cut: int
    scope: str
    locale: str
    reference: int = 0
    role: str = "administrator"
    demonstration: bool = False
    foreseen: tuple[int, int] = (0, 0)

    @cached_property
    def address(self) -> str:
        """Where the database of this view is."""
        return address(demonstration=self.demonstration)

    @cached_property
    def engine(self) -> sa.Engine:
        """The engine on the database of this view."""
        return engine(demonstration=self.demonstration)

    @property
    def folder(self) -> Path:
        """The folder of the office of this view."""
        return folder(demonstration=self.demonstration)


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
    return findings.find(
        name,
        _engine,
        cut=view.cut,
        scope=view.scope,
        locale=view.locale,
        role=view.role,
        demonstration=view.demonstration,
        wording=stamp,
        **dict(choices),
    )


def answer(name: str, view: View, **choices: Any) -> Answer:
    """The answer to a finding for these choices."""
    return _answer(view.address, id(words(view.locale)), name, view, tuple(sorted(choices.items())), view.engine)


@kept(64)
def _places(database: str, stamp: int, reference: int, scope: str, locale: str, _engine: sa.Engine) -> Places:
    offered = findings.territory_choices(_engine, scope=scope)
    w = words(locale)
    upper = tuple(code for code, level, _ in offered if level in ("country", "region", "prefecture"))
    below: dict[str, list[str]] = {code: [] for code, level, _ in offered if level == "prefecture"}
    labels = {}
    manned = {".".join(code.split(".")[:2]) for code, level, _ in offered if level in findings.OFFICES}
    for code, level, _ in offered:
        prefecture = ".".join(code.split(".")[:2])
        if code != prefecture and prefecture in below:
            below[prefecture].append(code)
        name = w.territory(code)
        # What stands above or beside the others is named with what it is: an office may have a commune's name.
        named = level in ("region", "grouping", "arrondissement") or (level == "commune" and prefecture in manned)
        labels[code] = w.place(code) if named else name
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
    return _places(view.address, stamp, view.reference, view.scope, view.locale, view.engine)


@kept(256)
def _levels_below(database: str, reference: int, territory: str, _engine: sa.Engine) -> tuple[str, ...]:
    return findings.levels_below(_engine, of=territory)


def levels_below(view: View, territory: str) -> tuple[str, ...]:
    """The levels of what lies below a territory: that of its map, then those of its offices."""
    return _levels_below(view.address, view.reference, territory, view.engine)


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
    return _dates(view.address, stamp, view.cut, view.scope, territory, view.locale, view.engine)


@kept(64)
def _indicators(database: str, reference: int, role: str, _engine: sa.Engine) -> tuple[tuple[str, str, bool], ...]:
    return findings.indicator_choices(_engine, cut=reference, role=role)


def indicators(view: View) -> tuple[tuple[str, str, bool], ...]:
    """The indicators a map can show: (id, programme, has a share)."""
    return _indicators(view.address, view.reference, view.role, view.engine)


@kept(64)
def _target_choices(database: str, cut: int, scope: str, role: str, _engine: sa.Engine) -> tuple[str, ...]:
    return findings.target_choices(_engine, cut=cut, scope=scope, role=role)


def target_choices(view: View) -> tuple[str, ...]:
    """The indicators that a target may be set for: those that have one first."""
    return _target_choices(view.address, view.cut, view.scope, view.role, view.engine)


@kept(32)
def _stage_choices(database: str, reference: int, role: str, _engine: sa.Engine) -> tuple[str, ...]:
    return findings.stage_choices(_engine, cut=reference, role=role)


def stage_choices(view: View) -> tuple[str, ...]:
    """The programmes whose stages may be looked at."""
    return _stage_choices(view.address, view.reference, view.role, view.engine)


@kept(32)
def _transition_choices(database: str, reference: int, role: str, _engine: sa.Engine) -> dict[str, tuple[str, ...]]:
    return findings.transition_choices(_engine, cut=reference, role=role)


def transition_choices(view: View) -> dict[str, tuple[str, ...]]:
    """The programmes that took over from another, each with its units."""
    return _transition_choices(view.address, view.reference, view.role, view.engine)


@kept(16)
def _headline_counts(database: str, reference: int, role: str, _engine: sa.Engine) -> tuple[tuple[str, str], ...]:
    return findings.headline_counts(_engine, cut=reference, role=role)


def headline_counts(view: View) -> tuple[tuple[str, str], ...]:
    """The stocks (step, unit) that the first screen shows."""
    return _headline_counts(view.address, view.reference, view.role, view.engine)


@kept(64)
def _lever_choices(database: str, cut: int, scope: str, role: str, _engine: sa.Engine) -> tuple[str, ...]:
    return findings.lever_choices(_engine, cut=cut, scope=scope, role=role)


def lever_choices(view: View) -> tuple[str, ...]:
    """The indicators that the prefecture can move: those with a target first."""
    return _lever_choices(view.address, view.cut, view.scope, view.role, view.engine)


@kept(16)
def _window_choices(database: str, reference: int, role: str, _engine: sa.Engine) -> tuple[str, ...]:
    return findings.window_choices(_engine, cut=reference, role=role)


def window_choices(view: View) -> tuple[str, ...]:
    """The programmes whose applications are filed in a window."""
    return _window_choices(view.address, view.reference, view.role, view.engine)


@kept(16)
def _office(database: str, reference: int, _engine: sa.Engine) -> dict[str, Any]:
    return findings.office(_engine, cut=reference)


def office(view: View) -> dict[str, Any]:
    """What the office has settled about itself, as its file says it; empty where it has settled nothing."""
    return _office(view.address, view.reference, view.engine)


def office_names(view: View) -> tuple[str, str]:
    """The names of the office and of its unit, in the reader's language or the next one it has; empty: it has none."""
    said = office(view).get("office", {})
    return _in_words(said.get("name", {}), view.locale), _in_words(said.get("unit", {}), view.locale)


def _in_words(texts: dict[str, str], locale: str) -> str:
    return next((texts[language] for language in (locale, *LOCALES) if texts.get(language)), "")
