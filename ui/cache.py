"""What pages keep between reruns: answers ready to be shown, keyed by database, cut, scope, language and choices.

Nothing here depends on the clock or on a frame: the same key always means the same answer, whoever asks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import streamlit as st

import findings
from data.database import database_url
from findings import Answer
from i18n import words
from ui.engine import engine


@dataclass(frozen=True)
class View:
    """What a page asks for: everything that its answer depends on, besides the tables themselves."""

    cut: int
    scope: str
    locale: str


@st.cache_resource(max_entries=128, show_spinner=False)
def _answer(database: str, stamp: int, name: str, view: View, choices: tuple, _engine: sa.Engine) -> Answer:
    return findings.find(name, _engine, cut=view.cut, scope=view.scope, locale=view.locale, **dict(choices))


def answer(name: str, view: View, **choices: Any) -> Answer:
    """The answer to a finding for these choices."""
    return _answer(database_url(), id(words(view.locale)), name, view, tuple(sorted(choices.items())), engine())


@st.cache_resource(max_entries=512, show_spinner=False)
def _drawn(database: str, stamp: int, what: str, view: View, choices: tuple, _make: Callable[[], Any]) -> Any:
    return _make()


def drawn(what: str, view: View, make: Callable[[], Any], **choices: Any) -> Any:
    """A finished chart or text made by `make`, kept under `what` and the choices it was made from."""
    return _drawn(database_url(), id(words(view.locale)), what, view, tuple(sorted(choices.items())), make)


@st.cache_resource(max_entries=256, show_spinner=False)
def _territories(database: str, cut: int, scope: str, _engine: sa.Engine) -> tuple[tuple[str, str, str], ...]:
    return findings.territory_choices(_engine, scope=scope)


def territories(view: View) -> tuple[tuple[str, str, str], ...]:
    """The territories that may be chosen: (code, level, parent)."""
    return _territories(database_url(), view.cut, view.scope, engine())


@st.cache_resource(max_entries=1024, show_spinner=False)
def _dates(database: str, cut: int, scope: str, territory: str, _engine: sa.Engine) -> tuple[int, ...]:
    return findings.date_choices(_engine, territory=territory, cut=cut, scope=scope)


def dates(view: View, territory: str) -> tuple[int, ...]:
    """The days with data for a territory, newest first."""
    return _dates(database_url(), view.cut, view.scope, territory, engine())


@st.cache_resource(max_entries=64, show_spinner=False)
def _indicators(database: str, cut: int, _engine: sa.Engine) -> tuple[tuple[str, str, bool], ...]:
    return findings.indicator_choices(_engine, cut=cut)


def indicators(view: View) -> tuple[tuple[str, str, bool], ...]:
    """The indicators a map can show: (id, programme, has a share)."""
    return _indicators(database_url(), view.cut, engine())
