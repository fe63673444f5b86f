"""Freezing a meeting: its slides in every language, for each audience; and what moved since they were last frozen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from findings.deck import deck_all
from findings.meetings import counts_of
from findings.reader import READER
from panels.slide import AUDIENCES, Figure, Slide
from queries import forecasts
from queries.definitions import definitions
from queries.meetings import Meeting, of_id
from queries.territories import KINGDOM, inside_of

Told = Callable[[int, int], None]
"""Told how many decks are made, and how many there are to make."""


def before_of(engine: sa.Engine, of: Meeting, *, cut: int, scope: str) -> Meeting | None:
    """The meeting that a meeting goes on from, as known at a cut; None where it names none."""
    return of_id(engine, of.previous, cut=cut, scope=scope) if of.previous else None


def slides(
    engine: sa.Engine,
    of: Meeting,
    *,
    cut: int,
    scope: str,
    locales: Sequence[str],
    wording: Mapping[str, int] | None = None,
    demonstration: bool = False,
    told: Told | None = None,
) -> Iterator[dict[str, str]]:
    """The slides of a meeting as known at a cut, in each language and for each audience, each in the order of its deck:
    one mapping with audience, locale, key, parent, panel and body (its JSON) for each.

    They are made as for a reader: what is kept from readers is kept from the room too. wording: as in `Reader`, by
    language. demonstration: each slide says that its figures are made up.
    """
    before = before_of(engine, of, cut=cut, scope=scope)
    made, wanted = 0, len(locales) * len(AUDIENCES)
    asked = {"cut": cut, "scope": scope, "role": READER, "locales": locales, "before": before, "wording": wording}
    if told is not None:
        told(made, wanted)
    for audience, locale, deck in deck_all(engine, of, **asked, demonstration=demonstration or None):
        made += 1
        if told is not None:
            told(made, wanted)
        for slide in deck:
            yield {
                "audience": audience,
                "locale": locale,
                "key": slide.key,
                "parent": slide.parent,
                "panel": slide.panel,
                "body": slide.to_json(),
            }


def slides_of(
    engine: sa.Engine, id: str, *, cut: int, locales: Sequence[str], demonstration: bool = False
) -> Iterator[dict[str, str]]:
    """The slides of a meeting by its id, of all that is known of its territory: for whoever has no page."""
    of = of_id(engine, id, cut=cut, scope=KINGDOM)
    return slides(engine, of, cut=cut, scope=KINGDOM, locales=locales, demonstration=demonstration)


def foreseen_for(engine: sa.Engine, id: str, *, cut: int) -> Iterator[list[dict[str, Any]]]:
    """The forecasts of the counts of a meeting's agenda in its territory and below, as known at a cut and after each of
    the two files before it, since a verdict is steady over several: rows to be kept, the oldest cut first."""
    of = of_id(engine, id, cut=cut, scope=KINGDOM)
    with engine.connect() as connection:
        inside = inside_of(connection, of=of.territory)
    for until in forecasts.last_files(engine, cut=cut, many=2) + [cut]:
        known = definitions(engine, cut=until)
        mine = {count for item in of.agenda for count in counts_of(known, item)}
        due = forecasts.due_series(engine, cut=until, known=known)
        counts = [one for one in due if one[0] in inside and one[1:] in mine]
        yield forecasts.foreseen(engine, cut=until, counts=counts, known=known)


@dataclass(frozen=True)
class Moved:
    """One figure that two freezings of a meeting say differently: on which slide, and as each of them prints it. A
    figure, or a whole slide, that one of them lacks is None there."""

    slide: Slide
    then: Figure | None = None
    now: Figure | None = None


def moved(earlier: Sequence[Slide], present: Sequence[Slide]) -> tuple[Moved, ...]:
    """What moved between two freezings, in the order of the present slides; then the slides that are no more. A figure
    is the same one when slide, count, unit and territory are: its day may be another. Each figure is told once, on the
    first slide that says it."""
    old = {slide.key: slide for slide in earlier}
    found: list[Moved] = []
    told: set[tuple] = set()
    for slide in present:
        before = old.pop(slide.key, None)
        if before is None:
            found.append(Moved(slide))
            continue
        then, now = _by_key(before), _by_key(slide)
        for key in dict.fromkeys((*now, *then)):
            was, became = then.get(key), now.get(key)
            change = (key, was and (was.value, was.text), became and (became.value, became.text))
            if _says(was) != _says(became) and change not in told:
                told.add(change)
                found.append(Moved(slide, was, became))
    return (*found, *(Moved(slide) for slide in old.values()))


def _by_key(slide: Slide) -> dict[tuple, Figure]:
    """The figures of a slide by what makes each one what it is; of several of one count, in their order."""
    found: dict[tuple, Figure] = {}
    for figure in slide.figures:
        place = 0
        while (key := (figure.what, figure.territory, figure.unit, place)) in found:
            place += 1
        found[key] = figure
    return found


def _says(figure: Figure | None) -> tuple | None:
    return None if figure is None else (figure.value, figure.text, figure.state)
