"""A meeting as those who follow it see it."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from findings.reader import READER, Reader
from findings.recalled import readback_slides
from panels.handheld import handheld_html
from panels.slide import Slide, from_json
from queries.cuts import latest_cut
from queries.follow import LIVE, Followed, followed, last_shown, shown_slides
from queries.meetings import of_id
from queries.territories import KINGDOM

__all__ = ["LIVE", "Followed", "followed", "seen", "seen_html"]


def seen(engine: sa.Engine, of: Followed, *, locale: str, demonstration: bool = False) -> list[Slide]:
    """The slides that a follower may see: those that were shown, without what the room saw because the chair asked. The
    recommendations read back are there as they stand at this moment."""
    found, live = [], None
    for key, body in shown_slides(engine, of, locale=locale):
        if body:
            found.append(from_json(body))
        else:
            live = _read_back(engine, of, locale, demonstration) if live is None else live
            found += [one for one in live if one.key == key]
    return [one for one in found if not one.screen_only]


def _read_back(engine: sa.Engine, of: Followed, locale: str, demonstration: bool) -> list[Slide]:
    # The code is the right to see: it was given by whoever presents the meeting, wherever that is.
    reader = Reader(engine, latest_cut(engine), KINGDOM, READER, locale)
    meeting = of_id(engine, of.id, cut=reader.cut, scope=KINGDOM)
    return [] if meeting is None else readback_slides(reader, meeting, demonstration=demonstration)


def seen_html(
    engine: sa.Engine,
    of: Followed,
    *,
    locale: str,
    demonstration: bool = False,
    drawn: Callable[[Slide], Sequence[str]] = lambda slide: (),
) -> str:
    """These slides one below another as HTML, in the order in which they were first shown. The one on the wall has the
    attribute `data-now`; where the wall shows what followers do not see, the one before it.

    drawn: the chart of a slide as SVG, in as many parts as its rows need.
    """
    slides = seen(engine, of, locale=locale, demonstration=demonstration)
    now = last_shown(engine, of.id)
    keys = [slide.key for slide in slides]
    at = keys.index(now) if now in keys else len(keys) - 1
    return "".join(
        f"<section{' data-now' if place == at else ''}>"
        f"{handheld_html(slide, locale=locale, chart=''.join(drawn(slide)))}</section>"
        for place, slide in enumerate(slides)
    )
