"""Who asks, and what he is answered."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from panels import Panel
from queries.definitions import Definitions, definitions

READER, ADMINISTRATOR = "reader", "administrator"
"""The role that is shown no probability, and the one that sees every indicator."""


@dataclass(frozen=True)
class Answer:
    """What a finding says: its panels in reading order, and the paths that go with them, by programme.

    facts: what else a page has to know, by name: further panels, whether there is anything to show at all.
    """

    panels: tuple[Panel, ...]
    paths: dict[str, Panel] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Who asks, of which database, as known at which cut: what every answer depends on besides its choices.

    wording: another number when the words of the language are others, such as the office's own spellings.
    """

    engine: sa.Engine
    cut: int
    scope: str
    role: str
    locale: str
    wording: int = 0

    @cached_property
    def known(self) -> Definitions:
        """The definitions at the cut, without the indicators that his role is not shown."""
        return definitions(self.engine, cut=self.cut).seen_by(self.role)

    @property
    def asked(self) -> dict[str, Any]:
        """What queries are given of him."""
        return {"cut": self.cut, "scope": self.scope, "known": self.known}
