"""Since the last meeting: what each priority gained, and which of the figures shown there have been revised."""

from collections.abc import Mapping

from findings.meetings import counts_of, frozen
from findings.reader import Reader
from panels import since as say
from panels.slide import OFFICE, Slide
from queries.cuts import Keeper
from queries.definitions import Definitions, definitions
from queries.meetings import Item, Meeting
from queries.methods.split import rounded
from queries.since import Found, Moment, since

_found: Keeper = Keeper(128)
"""What was found between two cuts: three languages and two audiences ask for it, one after another."""


def since_slides(
    reader: Reader, item: Item, meeting: Meeting, before: Meeting | None, *, audience: str = OFFICE
) -> list[Slide]:
    """The slides of an item that compare it with the meeting before: `<item>/revised` where a figure that was shown
    there has been revised since, `<item>/since`, and one below it for each child. None where there is nothing to
    compare: no meeting before, nothing frozen for it, another territory, or an item that is about no count.
    """
    counts = counts_of(reader.known, item)
    if before is None or before.cut is None or not counts or before.on_date > meeting.on_date:
        return []
    count = counts[0]
    shown = _shown(reader, before, count)
    if before.territory != meeting.territory and meeting.territory not in shown:
        return []
    found = _answer(reader, item, meeting, before, count, meeting.territory, shown)
    if found.whole.state == "withheld":
        return []
    below = {
        child.territory: answer
        for child in found.children
        if child.territory in found.by_code
        and (answer := _answer(reader, item, meeting, before, count, child.territory, shown)).children
    }
    tell = say.Telling(
        locale=reader.locale,
        item=item.id,
        step=count[0],
        unit=count[1],
        sitting=before.kind,
        date=before.on_date,
        on=meeting.on_date,
        nearest=rounded,
        audience=audience,
        body=reader.known.steps.get(count[0], {}).get("body", ""),
        asked={
            "item": item.id,
            "indicator": _indicator(reader.known, item),
            "step": count[0],
            "unit": count[1],
            "then": [before.cut, before.on_date],
            "audience": audience,
            "cut": reader.cut,
            "scope": reader.scope,
        },
    )
    told = say.slides(found, tell, below=below)
    revised = say.revised_slide(found, tell, shown=shown) if found.unit_changed is None else None
    return [*([revised] if revised is not None else []), *told]


def _indicator(known: Definitions, item: Item) -> str:
    return item.indicator or known.programmes.get(item.programme, {}).get("headline", "")


def _answer(
    reader: Reader,
    item: Item,
    meeting: Meeting,
    before: Meeting,
    count: tuple[str, str],
    territory: str,
    shown: Mapping[str, int],
) -> Found:
    key = (territory, item.id, count, before.id, before.frozen, before.cut, before.on_date)
    key += (reader.cut, meeting.on_date, reader.scope, reader.role, _indicator(reader.known, item))
    found = _found.get(reader.engine, key)
    if found is None:
        known = definitions(reader.engine, cut=before.cut).seen_by(reader.role)
        # What the indicator counted then; one that was not defined yet counted nothing else.
        then = (counts_of(known, item) or (count,))[0]
        found = since(
            reader.engine,
            of=territory,
            then=Moment(before.cut, before.on_date, known, then),
            now=Moment(reader.cut, meeting.on_date, reader.known, count),
            scope=reader.scope,
            role=reader.role,
            indicator=_indicator(reader.known, item),
            shown=shown,
        )
        _found.keep(reader.engine, {key: found})
    return found


def _shown(reader: Reader, before: Meeting, count: tuple[str, str]) -> dict[str, int]:
    """What the office's slides of a meeting said of a count, by territory: its last figure up to the meeting's day."""
    found: dict[str, tuple[int, int]] = {}
    for slide in frozen(reader.engine, before, locale=reader.locale):
        for one in slide.figures:
            if (one.what, one.unit or count[1]) != count or one.state != "shown" or one.value is None:
                continue
            last = found.get(one.territory)
            if one.on_date <= before.on_date and (last is None or one.on_date > last[0]):
                found[one.territory] = (one.on_date, int(one.value))
    return {code: value for code, (_, value) in found.items()}
