"""Agendas: what one may be made of, the one that is proposed, and which services each item concerns."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

from findings.meetings import counts_of
from findings.reader import Reader
from queries import recommendations, transition
from queries import stages as waiting
from queries import targets as promises
from queries import window as filing
from queries.definitions import Definitions
from queries.meetings import Item, Meeting, meetings
from queries.methods import verdict
from queries.situation import readings

IN_DIFFICULTY = (verdict.BELOW, verdict.WATCH, verdict.EXPIRED)
"""The verdicts that bring an indicator before a meeting."""
CLOSES_SOON = 21
"""Days: an item about a window that closes within them is urgent."""
MOVED_MOST = 2
"""How many headlines are proposed because they moved most."""
LEAST_MOVE = 0.02
"""A headline that moved by less than this share of itself did not move."""
MOST = 10


def choices(reader: Reader) -> tuple[Item, ...]:
    """Everything that an item may be about, in the order of the programmes, each without an id."""
    known = reader.known
    windows, transitions = set(filing.programmes(known)), set(transition.programmes(known))
    chains = set(waiting.chains(known))
    found = []
    for programme in known.ordered_programmes:
        id = programme["id"]
        found += [Item("", "pace", id, indicator["id"]) for indicator in known.indicators_of(id)]
        found += [
            Item("", subject, id)
            for subject, having in (("stages", chains), ("transition", transitions), ("window", windows))
            if id in having
        ]
    return (*found, Item("", "actions"), Item("", "branches"), Item("", "words"))


def proposed(reader: Reader, *, territory: str, on: int, before: Meeting | None = None) -> list[Item]:
    """The agenda that is proposed for a meeting of a territory on a day: filing windows that are open, what is below
    its path or alarms, what moved most since the meeting before, what was recommended and is overdue.

    Urgent items first, then in the order of the programmes: which is worse than which is not said. before: the meeting
    before; without one what moved is looked for over about four weeks.
    """
    known = reader.known
    found = dict.fromkeys(
        (
            *_windows(known, on),
            *_in_difficulty(reader, territory, on),
            *_moved(reader, territory, on, before),
            *_overdue(reader, territory, on),
        )
    )
    places = {programme["id"]: place for place, programme in enumerate(known.ordered_programmes)}
    # The sooner a window closes the sooner it is looked at; all else stands in the order of the programmes.
    ordered = sorted(_once(found), key=lambda item: (not item.urgent, places.get(item.programme, len(places))))
    named = ({"id": f"i{place}", "service": _service(known, item)} for place, item in enumerate(ordered, 1))
    return [replace(item, **more) for item, more in zip(ordered, named, strict=True)][:MOST]


def _once(items: Iterable[Item]) -> Iterator[Item]:
    """Each programme and count once: of a programme whose window is open nothing else is proposed."""
    taken: set[tuple[str, str]] = set()
    whole: set[str] = set()
    for item in items:
        key = (item.programme, item.indicator)
        if key in taken or (item.programme and item.programme in whole):
            continue
        taken.add(key)
        if item.subject in ("window", "transition"):
            whole.add(item.programme)
        yield item


def _windows(known: Definitions, on: int) -> Iterator[Item]:
    for programme in filing.programmes(known):
        window = filing.present(filing.windows(known, programme), on=on)
        if window.state(on) in (filing.OPEN, filing.LAST_DAY):
            soon = window.closes is not None and window.closes - on <= CLOSES_SOON
            yield Item("", "window", programme, urgent=soon)


def _in_difficulty(reader: Reader, territory: str, on: int) -> Iterator[Item]:
    """What stands below its path here, and what alarms here or below."""
    asked = {"on": on, **reader.asked}
    for row in promises.standings(reader.engine, territories=[territory], **asked):
        if row.verdict in IN_DIFFICULTY and row.set_by != verdict.ARITHMETICAL:
            yield Item("", "pace", row.programme, row.indicator)
    alarms = promises.alerts(reader.engine, territory=territory, **asked)
    for indicator, step in zip(alarms["indicator"], alarms["step"], strict=True):
        item = _of_indicator(reader.known, indicator) if indicator else _of_step(reader.known, step)
        if item is not None:
            yield item


def _moved(reader: Reader, territory: str, on: int, before: Meeting | None) -> list[Item]:
    """The headlines that moved most, those that did at all."""
    asked = {"territories": [territory], **reader.asked}
    now, _ = readings(reader.engine, on=on, **asked)
    now = now[now["state"] == "shown"]
    if before is None:
        then = dict(zip(now["programme"], now["value"] - now["change"], strict=True))
    else:
        earlier, _ = readings(reader.engine, on=before.on_date, **asked)
        then = dict(zip(earlier["programme"], earlier["value"], strict=True))
    shares = []
    for place, (programme, value) in enumerate(zip(now["programme"], now["value"], strict=True)):
        was = then.get(programme, math.nan)
        if was and not math.isnan(was) and (share := abs(value - was) / was) >= LEAST_MOVE:
            shares.append((-share, place, programme))
    of_programme = (_of_programme(reader.known, programme) for _, _, programme in sorted(shares))
    return [item for item in of_programme if item is not None][:MOVED_MOST]


def _overdue(reader: Reader, territory: str, on: int) -> Iterator[Item]:
    """What meetings of the territory recommended and whose day has passed: by its count, or among the actions."""
    held = meetings(reader.engine, cut=reader.cut, scope=reader.scope)
    ids = [one.id for one in held if one.territory == territory]
    for one in recommendations.of_meetings(reader.engine, ids, cut=reader.cut) if ids else ():
        if one.overdue(on):
            yield (_of_step(reader.known, one.step) if one.step else None) or Item("", "actions")


def _of_indicator(known: Definitions, indicator: str) -> Item | None:
    body = known.indicators.get(indicator)
    return None if body is None else Item("", "pace", body["programme"], indicator)


def _of_step(known: Definitions, step: str) -> Item | None:
    """The item about a step: the pace of an indicator that counts it, else the stages of its programme."""
    programme = step.partition(".")[0]
    of_it = (i for i in known.indicators_of(programme) if i["numerator"].get("step") == step) if step else ()
    first = next(iter(of_it), None)
    if first is not None:
        return Item("", "pace", programme, first["id"])
    return Item("", "stages", programme) if programme in waiting.chains(known) else None


def _of_programme(known: Definitions, programme: str) -> Item | None:
    """The item about a programme whose headline moved."""
    if programme in transition.programmes(known):
        return Item("", "transition", programme)
    return _of_indicator(known, known.programmes[programme].get("headline", ""))


def _service(known: Definitions, item: Item) -> str:
    """The first service that an item concerns; empty where the office has none for it."""
    return next(iter(concerned(known, item)), "")


def concerned(known: Definitions, item: Item) -> tuple[str, ...]:
    """The services of the settings that an item concerns: its own first, then those of the bodies that hold its steps.
    All of them for what is about none: actions, branches, words."""
    services = known.settings.get("service", ())
    own = [item.service] if item.service else []
    if item.subject == "pace":
        steps = [step for step, _ in counts_of(known, item)]
    else:
        steps = [step for step in known.steps if item.programme and step.partition(".")[0] == item.programme]
    if not steps:
        return tuple(own or [service["id"] for service in services])
    # In the order of the steps: who holds the first of them is asked first.
    bodies = dict.fromkeys(known.steps[step].get("body", "") for step in steps if step in known.steps)
    holding = [service["id"] for body in bodies for service in services if body and service.get("body") == body]
    return tuple(dict.fromkeys((*own, *holding)))
