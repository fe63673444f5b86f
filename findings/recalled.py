"""What a meeting made of the last one's recommendations, and its own to be read back: slides, and marks on series."""

from typing import Any

from findings.reader import Reader
from panels import recommendations as say
from panels.recommendations import Labels
from panels.slide import OFFICE, Slide
from queries import recommendations as told
from queries.meetings import HELD, VISIT, Meeting, meetings
from queries.recommendations import Followed
from queries.territories import lineage

FARTHEST = 24
"""How many meetings back a recommendation that is still open is looked for."""

OPENED = ("open", *HELD)
"""The states of a meeting once its figures are frozen: from then on it may recommend."""


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
    """What became of the recommendations of the meeting before and of the field visits since, and of those of all other
    meetings that are still open: their states as known at the reader's cut, their dates and figures by the meeting's
    day. None without any."""
    found = told.beside(reader.engine, coming_back(reader, meeting, before), on=meeting.on_date, **reader.asked)
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


def coming_back(reader: Reader, meeting: Meeting, before: Meeting | None) -> list[Followed]:
    """All that the meeting before and the visits since recommended, then what is neither done nor withdrawn of the
    other meetings held for the territory, whatever their kind, and of those that the meeting before goes on from."""
    line = _line(reader, meeting, before)
    told_once = {of.id for of in line if of is before or (of.kind == VISIT and _is_since(of, before))}
    said: dict[str, list] = {}
    for one in told.of_meetings(reader.engine, [of.id for of in line], cut=reader.cut):
        said.setdefault(one.meeting, []).append(one)
    return [
        Followed(one, of, one.overdue(meeting.on_date))
        for of in line
        for one in said.get(of.id, ())
        if one.state != "withdrawn" and (of.id in told_once or one.state != "done")
    ]


def _line(reader: Reader, meeting: Meeting, before: Meeting | None) -> list[Meeting]:
    """The meeting before first, then all others whose recommendations may come back, the latest first."""
    known = meetings(reader.engine, cut=reader.cut, scope=reader.scope)
    by_id = {of.id: of for of in known}
    chain = {before.id: before} if before is not None else {}
    of = before
    while of is not None and (of := by_id.get(of.previous)) is not None and of.id not in chain:
        chain[of.id] = of
    others = [
        of
        for of in known
        if of.id != meeting.id
        and of.on_date <= meeting.on_date
        and (of.id in chain or (of.state in OPENED and of.territory == meeting.territory))
        and (before is None or of.id != before.id)
    ]
    return ([before] if before is not None else []) + others[: FARTHEST - 1]


def _is_since(of: Meeting, before: Meeting | None) -> bool:
    return before is None or (of.on_date, of.event) > (before.on_date, before.event)


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
        if of.territory in above and of.state in OPENED
    ]
    said = [say.meeting_mark(of, locale=reader.locale) for of in held]
    said += [say.mark(one, called, locale=reader.locale) for one in mine]
    return sorted(said, key=lambda one: (one["date"], one["kind"], one["text"]))
