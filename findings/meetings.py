"""Meetings as pages, wall and documents read them: slides as they were frozen, recommendations as they stood."""

import sqlalchemy as sa

from panels.meetings import (
    about,
    agenda,
    chair,
    item_title,
    listing,
    moved,
    read_out,
    services_html,
    short_title,
    title,
)
from panels.meetings import recommended as say_recommended
from panels.slide import OFFICE, Slide, from_json
from queries import recommendations
from queries.definitions import Definitions
from queries.meetings import (
    SUBJECTS,
    Item,
    Meeting,
    before,
    frozen_before,
    meetings,
    of_id,
    proposed_due,
    shown,
    slides,
)
from queries.recommendations import Declaration, Recommendation

__all__ = [
    "SUBJECTS",
    "Declaration",
    "Item",
    "Meeting",
    "Recommendation",
    "about",
    "agenda",
    "before",
    "carried",
    "chair",
    "counts_of",
    "declared",
    "frozen",
    "frozen_before",
    "item_title",
    "known_at",
    "listing",
    "meetings",
    "moved",
    "of_id",
    "proposed_due",
    "read_out",
    "recommended",
    "say_recommended",
    "services_html",
    "short_title",
    "shown",
    "title",
]


def frozen(engine: sa.Engine, of: Meeting, *, locale: str, audience: str = OFFICE) -> list[Slide]:
    """The slides that a meeting froze, in their order, drill-downs after those on the presenter's way; none as long as
    nothing is frozen."""
    return [from_json(text) for text in slides(engine, of, locale=locale, audience=audience)]


def known_at(of: Meeting, *, cut: int) -> int:
    """The cut at which a meeting's recommendations are read: at its closing once it is closed, else the present one."""
    return of.event if of.state == "closed" else cut


def recommended(engine: sa.Engine, of: Meeting, *, cut: int) -> list[Recommendation]:
    """What a meeting recommended, without what was withdrawn, by number: as it stood at closing once it is closed."""
    found = recommendations.of_meetings(engine, [of.id], cut=known_at(of, cut=cut))
    return [one for one in found if one.state != "withdrawn"]


def carried(engine: sa.Engine, ids: list[str], *, cut: int) -> list[Recommendation]:
    """What these meetings recommended, without what was withdrawn, as it stands at a cut: what became of it since, also
    where they are closed."""
    return [one for one in recommendations.of_meetings(engine, ids, cut=cut) if one.state != "withdrawn"] if ids else []


def declared(engine: sa.Engine, of: Meeting, *, cut: int) -> list[Declaration]:
    """What services declared in a meeting, without what was taken back, by number."""
    found = recommendations.declared(engine, [of.id], cut=known_at(of, cut=cut))
    return [one for one in found if not one.withdrawn]


def counts_of(known: Definitions, item: Item) -> tuple[tuple[str, str], ...]:
    """The counts (step, unit) that an item of an agenda is about: of its indicator, or of its programme's headline;
    none for actions, branches and words."""
    indicator = item.indicator
    if not indicator and item.programme in known.programmes:
        indicator = known.programmes[item.programme].get("headline", "")
    numerator = (known.indicators.get(indicator) or {}).get("numerator") or {}
    return ((numerator["step"], numerator["unit"]),) if "step" in numerator else ()
