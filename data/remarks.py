"""Remarks: another value that a territory's user sets beside an official figure, until somebody rules on it.

The figure stays as it is meanwhile: both are shown. Upheld, the other value becomes a figure of the office's own, by an
event, with the sums above it; set aside, only its trace remains. What is wrong with a remark comes back as faults,
never as words, and never with what was written.
"""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from data.catalogue import catalogue as load_catalogue
from data.counts import add_series, packed, series_of
from data.database import as_day, local_folder, next_event, write
from data.faults import Fault, Refused
from data.importer import Territories
from data.importer.check import DEFAULT_SOURCE, MOST_DIGITS, Checked
from data.importer.personal import note_looks_personal
from data.importer.store import write_observations, write_slices
from data.rollups import write_rollups
from data.schema import ALL, BREAKDOWNS, event, remark

OPEN, UPHELD, SET_ASIDE, TAKEN_BACK = STATES = ("open", "upheld", "set_aside", "taken_back")
LONGEST_REASON, LONGEST_SOURCE = 500, 200


@dataclass(frozen=True)
class Remark:
    """Another value: of which count, where and of which day or period; the value, why, and where it comes from.
    official: the figure that it stands beside, as its writer saw it, None where there was none; official_source: whose.
    """

    territory: str
    step: str
    unit: str
    measure: str
    first: dt.date
    last: dt.date
    value: int
    reason: str
    source: str
    official: int | None = None
    official_source: str = ""


class RemarkRefused(Refused):
    """Nothing was stored; `faults` says why."""


@dataclass(frozen=True)
class Stored:
    """What became of a remark: its id, and the number of the event that says so."""

    id: str
    event: int


def remark_on(
    engine: sa.Engine, new: Remark, *, actor: str, today: dt.date, catalogue=None, within: Collection[str] | None = None
) -> Stored:
    """Set another value beside a figure. within: the territories of which the writer may say anything, None for all.

    Raises RemarkRefused with every fault.
    """
    known = catalogue or load_catalogue(local_folder())
    with write(engine) as connection:
        return set_beside(connection, new, known, actor=actor, today=today, within=within)


def set_beside(
    connection: sa.Connection,
    new: Remark,
    known,
    *,
    actor: str,
    today: dt.date,
    within: Collection[str] | None = None,
) -> Stored:
    """`remark_on` inside a transaction that writes more than the remark: all of it is kept, or nothing."""
    wrong = _faults(connection, new, known, today=today, within=within)
    if wrong:
        raise RemarkRefused(wrong)
    number = next_event(connection, kind="remark", actor=actor)
    _say(connection, f"r{number}", new, OPEN, number)
    return Stored(f"r{number}", number)


def take_back(connection: sa.Connection, row: sa.Row, *, actor: str) -> None:
    """Take an open remark back inside a transaction that takes back what it came from. row: its present state."""
    number = next_event(connection, kind="remark", actor=actor)
    connection.execute(sa.insert(remark).values(dict(row._mapping) | {"event": number, "state": TAKEN_BACK}))
    _tell(connection, number, row.id, TAKEN_BACK, row.territory)


def rule_on(
    engine: sa.Engine,
    id: str,
    state: str,
    *,
    seen: int,
    actor: str,
    catalogue=None,
    territories: Territories | None = None,
    within: Collection[str] | None = None,
) -> Stored:
    """Uphold a remark, set it aside, or take it back. seen: the event of the state that the writer had before him.

    within: the territories that he may rule on, None for all. Raises RemarkRefused.
    """
    local = local_folder()
    known = catalogue or load_catalogue(local)
    with write(engine) as connection:
        row = _held(connection, id, seen=seen, within=within)
        number = next_event(connection, kind="remark", actor=actor, source=DEFAULT_SOURCE if state == UPHELD else "")
        said = dict(row._mapping) | {"event": number, "state": state}
        connection.execute(sa.insert(remark).values(said))
        _tell(connection, number, id, state, row.territory)
        if state == UPHELD:
            tree = (territories or Territories.load(local)).tree()
            stale_after = {name: step.stale_after for name, step in known.steps.items()}
            _take(connection, number, row, tree, stale_after)
        return Stored(id, number)


def _faults(connection, new: Remark, known, *, today: dt.date, within) -> list[Fault]:
    found = []
    places = connection.execute(sa.text("SELECT 1 FROM territory WHERE code = :code"), {"code": new.territory}).first()
    if places is None:
        found.append(Fault("unknown_territory", "territory"))
    elif within is not None and new.territory not in within:
        found.append(Fault("outside", "territory"))
    if new.step not in known.steps or new.unit not in known.steps[new.step].units:
        found.append(Fault("unknown_step", "step"))
    if new.last > today or new.first > new.last:
        found.append(Fault("future", "last"))
    if not 0 <= new.value < 10**MOST_DIGITS:
        found.append(Fault("value", "value"))
    if new.official is not None and new.value == new.official:
        found.append(Fault("same", "value"))
    for name, text, most in (("reason", new.reason, LONGEST_REASON), ("source", new.source, LONGEST_SOURCE)):
        if not text.strip():
            found.append(Fault("empty", name))
        if len(text) > most:
            found.append(Fault("long", name, {"most": most}))
        if note_looks_personal(text):
            found.append(Fault("personal", name))
    same = connection.execute(
        sa.select(remark.c.id, remark.c.event, remark.c.state)
        .where(
            remark.c.territory == new.territory,
            remark.c.step == new.step,
            remark.c.unit == new.unit,
            remark.c.measure == new.measure,
            remark.c.from_date == as_day(new.first),
            remark.c.to_date == as_day(new.last),
        )
        .order_by(remark.c.event)
    ).all()
    if OPEN in {row.id: row.state for row in same}.values():
        found.append(Fault("open_already", "value"))
    return found


def _held(connection, id: str, *, seen: int, within: Collection[str] | None) -> sa.Row:
    """The remark that is open; refuses an unknown one, one of others, and one that was ruled on meanwhile."""
    undo = event.alias("undo")
    row = connection.execute(
        sa.select(remark)
        .where(remark.c.id == id, ~sa.exists().where(undo.c.withdraws == remark.c.event))
        .order_by(remark.c.event.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise RemarkRefused([Fault("unknown")])
    if within is not None and row.territory not in within:
        raise RemarkRefused([Fault("outside", "territory")])
    if row.state != OPEN or row.event != seen:
        raise RemarkRefused([Fault("changed_meanwhile")])
    return row


def _say(connection, id: str, new: Remark, state: str, number: int) -> None:
    connection.execute(
        sa.insert(remark).values(
            id=id,
            event=number,
            territory=new.territory,
            step=new.step,
            unit=new.unit,
            measure=new.measure,
            from_date=as_day(new.first),
            to_date=as_day(new.last),
            value=new.value,
            official=new.official,
            official_source=new.official_source,
            reason=new.reason.strip(),
            source=new.source.strip(),
            state=state,
        )
    )
    _tell(connection, number, id, state, new.territory)


def _tell(connection, number: int, id: str, state: str, territory: str) -> None:
    """The event tells it in codes only."""
    told = json.dumps({"remark": id, "what": state, "territory": territory})
    connection.execute(sa.update(event).where(event.c.number == number).values(details=told))


def _take(connection, number: int, row: sa.Row, tree, stale_after) -> None:
    """Make the other value a figure of the office's own."""
    key = (DEFAULT_SOURCE, row.territory, row.step, row.unit, row.measure, *([ALL] * len(BREAKDOWNS)))
    held = series_of(connection, kinds={(key[0], key[2], key[3], key[4])})
    identity = held[key] if key in held else add_series(connection, [key])[key]
    to_date, from_date = np.array([row.to_date], np.int64), np.array([row.from_date], np.int64)
    packed_key, value = packed(np.array([identity], np.int64), to_date, from_date), np.array([row.value], np.int64)
    write_observations(connection, event=number, key=packed_key, value=value)
    series = np.zeros(1, np.int64)
    write_slices(
        connection,
        number,
        Checked(1, 0, (), keys=(key,), series=series, from_date=from_date, to_date=to_date, value=value),
    )
    write_rollups(connection, event=number, changed=packed_key, tree=tree, stale_after=stale_after)
