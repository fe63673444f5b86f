"""What a meeting made of the last one's recommendations, and its own to be read back: slides, and marks on series."""

from typing import Any

from findings.reader import Reader
from panels import recommendations as say
from panels.recommendations import Labels
from panels.slide import OFFICE, Slide
from queries import recommendations as told
from queries.meetings import Meeting, meetings, of_id
from queries.recommendations import Followed
from queries.territories import lineage

FARTHEST = 24
"""How many meetings back a recommendation that is still open is looked for."""

HELD = ("open", "presented", "closed")


def labels_of(reader: Reader) -> Labels:
    """What the office calls a recommendation, in the reader's language."""
    return say.labels(reader.known.office, locale=reader.locale)


def recalled_slide(
    reader: Reader, meeting: Meeting, before: Meeting | None, *, audience: str = OFFICE, demonstration: bool = False
) -> Slide | None:
    """The slide on which a meeting opens: the first of `recalled_slides`; None without any."""
    found = recalled_slides(reader, meeting, before, audience=audience, demonstration=demonstration)
    return found[0] if found else None


def recalled_slides(
    reader: Reader, meeting: Meeting, before: Meeting | None, *, audience: str = OFFICE, demonstration: bool = False
) -> list[Slide]:
    """What became of the recommendations of the meeting before, and of those of older ones that are still open: their
    states as known at the reader's cut, their dates and figures by the meeting's day. None without any."""
    if before is None:
        return []
    found = told.beside(
        reader.engine, _still_open(reader, before, on=meeting.on_date), on=meeting.on_date, **reader.asked
    )
    return say.recalled(
        found,
        labels_of(reader),
        meeting=meeting,
        before=before,
        cut=reader.cut,
        locale=reader.locale,
        audience=audience,
        demonstration=demonstration,
    )


def _still_open(reader: Reader, before: Meeting, *, on: int) -> list[Followed]:
    """All that the meeting before recommended, then what is neither done nor withdrawn of those before it."""
    line = [before]
    while line[-1].previous and len(line) < FARTHEST:
        earlier = of_id(reader.engine, line[-1].previous, cut=reader.cut, scope=reader.scope)
        if earlier is None or earlier in line:
            break
        line.append(earlier)
    said: dict[str, list] = {}
    for one in told.of_meetings(reader.engine, [of.id for of in line], cut=reader.cut):
        said.setdefault(one.meeting, []).append(one)
    return [
        Followed(one, of, one.overdue(on))
        for of in line
        for one in said.get(of.id, ())
        if one.state != "withdrawn" and (of is before or one.state != "done")
    ]


def readback_slide(reader: Reader, meeting: Meeting, *, audience: str = OFFICE, demonstration: bool = False) -> Slide:
    """What a meeting recommends, with service and date: the first of `readback_slides`."""
    return readback_slides(reader, meeting, audience=audience, demonstration=demonstration)[0]


def readback_slides(
    reader: Reader, meeting: Meeting, *, audience: str = OFFICE, demonstration: bool = False
) -> list[Slide]:
    """What a meeting recommends, with service and date: as it stands at the reader's cut, as it was sealed once the
    meeting is closed. At least one slide."""
    cut = meeting.event if meeting.state == "closed" else reader.cut
    found = [
        Followed(one, meeting, False)
        for one in told.of_meetings(reader.engine, [meeting.id], cut=cut)
        if one.state != "withdrawn"
    ]
    return say.read_back(
        found,
        labels_of(reader),
        meeting=meeting,
        cut=cut,
        locale=reader.locale,
        audience=audience,
        demonstration=demonstration,
    )


def marks(reader: Reader, territory: str, step: str) -> list[dict[str, Any]]:
    """What is marked on the series of a count, the oldest first: the recommendations about it there and below, and the
    meetings that were held for the territory or for one above it. Each: date, until (ISO), text, kind (recommendation
    or meeting). What followed them is not laid to them."""
    called = labels_of(reader)
    found = told.followed(
        reader.engine, cut=reader.cut, scope=reader.scope, on=0, known=reader.known, territory=territory
    )
    mine = [one for one in found if one.recommendation.step == step and one.recommendation.territory]
    with reader.engine.connect() as connection:
        above = frozenset(lineage(connection, of=territory))
        # Of what lies beside it, in the same meeting, nothing is marked here.
        mine = [one for one in mine if territory in lineage(connection, of=one.recommendation.territory)]
    held = [
        of
        for of in meetings(reader.engine, cut=reader.cut, scope=reader.scope)
        if of.territory in above and of.state in HELD
    ]
    said = [say.meeting_mark(of, locale=reader.locale) for of in held]
    said += [say.mark(one, called, locale=reader.locale) for one in mine]
    return sorted(said, key=lambda one: (one["date"], one["kind"], one["text"]))
