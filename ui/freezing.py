"""Freezing from a page: the slides of every language and audience, with how far it is, stored as one event."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
import streamlit as st

from data.meetings import Frozen, Stored
from data.meetings import freeze as store
from findings import freezing
from findings.meetings import Meeting
from i18n import LOCALES, words
from ui.choices import Choices


def freeze(of: Meeting, chosen: Choices, *, actor: str, within: frozenset[str] | None) -> Stored:
    """Freeze a meeting on what is known now. Raises data.meetings.MeetingRefused."""
    view, w = chosen.view, chosen.words
    with st.empty():
        bar = st.progress(0.0, text=w("meetings.freezing"))

        def told(done: int, wanted: int) -> None:
            said = w("meetings.freezing_at", n=done, total=wanted)
            bar.progress(done / wanted, text=said)

        made = freezing.slides(
            view.engine,
            of,
            cut=view.cut,
            scope=view.scope,
            locales=LOCALES,
            wording={locale: id(words(locale)) for locale in LOCALES},
            demonstration=view.demonstration,
            told=told,
        )
        # Made before the write begins: an import never waits for slides.
        slides = [Frozen(**one) for one in made]
        return store(view.engine, of.id, slides, at=view.cut, seen=of.event, actor=actor, within=within)


def of_demonstration(engine: sa.Engine, id: str, cut: int) -> Iterator[Mapping[str, str]]:
    """The slides of a meeting of the demonstration, while it is made."""
    return freezing.slides_of(engine, id, cut=cut, locales=LOCALES, demonstration=True)


def foreseen_for_demonstration(engine: sa.Engine, id: str, cut: int) -> Iterator[list[dict[str, Any]]]:
    """The forecasts that these slides are made of."""
    return freezing.foreseen_for(engine, id, cut=cut)
