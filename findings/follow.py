"""A meeting as those who follow it see it."""

import sqlalchemy as sa

from panels.handheld import handheld_html
from panels.slide import Slide, from_json
from queries.follow import Followed, followed, last_shown, shown_slides

__all__ = ["Followed", "followed", "seen", "seen_html"]


def seen(engine: sa.Engine, of: Followed, *, locale: str) -> list[Slide]:
    """The slides that a follower may see: those that were shown, without what the room saw because the chair asked."""
    return [one for _, body in shown_slides(engine, of, locale=locale) if not (one := from_json(body)).screen_only]


def seen_html(engine: sa.Engine, of: Followed, *, locale: str) -> str:
    """These slides one below another as HTML, in the order in which they were first shown. The one on the wall has the
    attribute `data-now`; where the wall shows what followers do not see, the one before it."""
    slides, now = seen(engine, of, locale=locale), last_shown(engine, of.id)
    keys = [slide.key for slide in slides]
    at = keys.index(now) if now in keys else len(keys) - 1
    return "".join(
        f"<section{' data-now' if place == at else ''}>{handheld_html(slide, locale=locale)}</section>"
        for place, slide in enumerate(slides)
    )
