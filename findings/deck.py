"""The deck of a meeting: every slide of its agenda and every drill-down in its territory, in the order that works.

What is read of a database for an item is read once (`Studied`) and worded for each language and audience. A slide is
finished when it leaves here: it can be frozen, and nothing that is imported or redefined later changes it.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd
import sqlalchemy as sa

from findings.meetings import counts_of, recommended
from findings.reader import ADMINISTRATOR, Reader
from findings.recalled import recalled_slides
from findings.since import since_slides
from panels import agenda as say
from panels import deck as pieces
from panels import rows_of
from panels.deck import Place, Told
from panels.noted import noted
from panels.slide import AUDIENCES, OFFICE, OUTSIDE, Slide
from queries import actions as journal
from queries import branches as law
from queries import levers as pulling
from queries import moves as moving
from queries import outside, refusals, stages, territories, transition
from queries import targets as promises
from queries import window as filing
from queries.definitions import Definitions
from queries.meetings import Item, Meeting

LOCALES = ("ar", "fr", "en")
DEMONSTRATION = "demonstration"
"""What the demonstration's own database, or schema, is called."""

ALARMING = ("watch", "below", "expired")
"""The verdicts of an item in difficulty: it has a cause, and options where there is a forecast."""

LARGE = ("country", "region")
"""Levels at which offices are not looked at: only some of the prefectures have entered theirs."""

AHEAD = 45
"""Days after a meeting up to which planned actions are shown where the next one's day is not settled."""


@dataclass(frozen=True)
class Family:
    """The children of a level with what is known of each: level (of a child), frame, courses by code."""

    level: str
    frame: pd.DataFrame
    courses: Mapping[str, promises.Course]


@dataclass(frozen=True)
class Pace:
    """What is read of a count: its row, its course, its children by level, the marks under its path."""

    row: promises.Standing
    course: promises.Course | None
    families: tuple[Family, ...]
    marks: Mapping[str, pd.DataFrame]

    @cached_property
    def outside(self) -> "Pace":
        """The same with every count rounded."""
        row = outside.standing(self.row)
        families = tuple(
            Family(
                one.level,
                outside.children(one.frame, gap=row.gap),
                {code: outside.course(found) for code, found in one.courses.items()},
            )
            for one in self.families
        )
        course = None if self.course is None else outside.course(self.course)
        return Pace(row, course, families, self.marks)


class Studied:
    """What is read of a database for the items of a meeting, each thing once: whoever words it in a second language, or
    for a second audience, reads nothing again."""

    def __init__(self, reader: Reader, meeting: Meeting, before: Meeting | None):
        self.reader, self.meeting, self.before = reader, meeting, before
        self._kept: dict[tuple, Any] = {}

    @property
    def known(self) -> Definitions:
        """The definitions at the cut, as the reader's role sees them."""
        return self.reader.known

    @property
    def engine(self) -> sa.Engine:
        """The database."""
        return self.reader.engine

    @property
    def asked(self) -> dict[str, Any]:
        """What queries are given."""
        return {"on": self.meeting.on_date, **self.reader.asked}

    @property
    def here(self) -> str:
        """The territory of the meeting."""
        return self.meeting.territory

    def once(self, key: tuple, read: Any) -> Any:
        """What `read` says, asked once."""
        if key not in self._kept:
            self._kept[key] = read()
        return self._kept[key]

    @cached_property
    def levels(self) -> tuple[tuple[str, str | None], ...]:
        """The levels of the children that are looked at, each with what queries ask for it (None: that of the map)."""
        with self.engine.connect() as connection:
            own = territories.level_of(connection, self.here)
            below = territories.levels_below(connection, of=self.here) if own not in LARGE else ()
            first = territories.children(connection, of=self.here)
            level = territories.level_of(connection, first[0]) if first else ""
        found: list[tuple[str, str | None]] = [(level or "", None)] if first else []
        if "annex" in below:
            found.append(("annex", "annex"))
        return tuple(found)

    def pace(self, indicator: str) -> Pace | None:
        """A count beside its path; None where it is not defined, or not for the reader."""
        if indicator not in self.known.indicators:
            return None
        return self.once(("pace", indicator), lambda: self._pace(indicator))

    def _pace(self, indicator: str) -> Pace | None:
        asked = self.asked
        rows = promises.standings(
            self.engine,
            territories=[self.here],
            **asked,
            indicators={indicator},
            only={indicator},
            shares=True,
        )
        if not rows:
            return None
        row = rows[0]
        own = promises.course(self.engine, indicator=indicator, territory=self.here, **asked)
        if own.row is None and row.set_by:
            # A share of what was promised above has a path too.
            own = replace(own, planned=_straight(row))
        families = []
        for level, wanted in self.levels:
            frame = promises.children(self.engine, indicator=indicator, parent=self.here, level=wanted, **asked)
            frame = frame[~frame["state"].eq("not_applicable") | frame["territory_code"].isin(pieces.REST)]
            if not (frame["actual"].notna() & ~frame["territory_code"].isin(pieces.REST)).any():
                continue
            courses = promises.courses(self.engine, frame, indicator=indicator, parent=self.here, **asked)
            families.append(Family(level, frame, courses))
        codes = [self.here, *(code for one in families for code in one.courses)]
        marks = journal.beside(
            self.engine, counts=[(code, row.step) for code in codes], cut=self.reader.cut, scope=self.reader.scope
        )
        return Pace(row, own, tuple(families), {code: frame for (code, _), frame in marks.items()})

    def stages(self, programme: str) -> stages.Stages:
        """The passages of a programme."""
        asked = {"territory": self.here, "programme": programme, **self.asked}
        return self.once(("stages", programme), lambda: stages.stages(self.engine, **asked))

    def transition(self, programme: str) -> tuple[str, pd.DataFrame, pd.DataFrame] | None:
        """A transition in the first unit that is known: the unit, its parts, what remains; None where there is none."""
        if not self.known.programmes[programme].get("transition"):
            return None
        return self.once(("transition", programme), lambda: self._transition(programme))

    def _transition(self, programme: str) -> tuple[str, pd.DataFrame, pd.DataFrame] | None:
        found = None
        for unit in transition.units(self.known, programme):
            asked = {"programme": programme, "unit": unit, **self.asked}
            frame = transition.parts(self.engine, territory=self.here, **asked)
            left = transition.remaining(self.engine, territories=[self.here], **asked)
            found = found or (unit, frame, left)
            if (frame["state"] == "shown").any():
                return unit, frame, left
        return found

    def left_below(self, programme: str, unit: str) -> list[tuple[str, pd.DataFrame]]:
        """What remains of a transition in the children of each level of which any is known."""
        return self.once(("left", programme, unit), lambda: list(self._left_below(programme, unit)))

    def _left_below(self, programme: str, unit: str) -> Iterator[tuple[str, pd.DataFrame]]:
        for level, wanted in self.levels:
            asked = {"programme": programme, "unit": unit, "level": wanted, **self.asked}
            frame = transition.below(self.engine, parent=self.here, **asked)
            if (frame["state"] == "shown").any():
                yield level, frame

    def reasons(self, step: str) -> pd.DataFrame:
        """Why files wait at a step."""
        asked = {"territory": self.here, "steps": [step], "measure": "stock", **self.asked}
        return self.once(("reasons", step), lambda: refusals.refusals(self.engine, **asked))

    def window(self, programme: str) -> filing.Course | None:
        """The window of a programme; None where it has none."""
        if programme not in filing.programmes(self.known):
            return None
        asked = {"programme": programme, "territory": self.here, **self.asked}
        return self.once(("window", programme), lambda: filing.course(self.engine, **asked))

    def filed_below(self, programme: str) -> list[tuple[str, pd.DataFrame]]:
        """The window in the children of each level of which any is known."""
        return self.once(("filed", programme), lambda: list(self._filed_below(programme)))

    def _filed_below(self, programme: str) -> Iterator[tuple[str, pd.DataFrame]]:
        for level, wanted in self.levels:
            frame = filing.children(self.engine, programme=programme, parent=self.here, level=wanted, **self.asked)
            if frame["remaining"].notna().any():
                yield level, frame

    def moves(self, indicator: str) -> tuple[pulling.Outlook, pd.DataFrame] | None:
        """What the office can do for a count; None where it is not for the office to move."""
        if not pulling.indicators(self.known, [indicator]):
            return None
        return self.once(("moves", indicator), lambda: self._moves(indicator))

    def _moves(self, indicator: str) -> tuple[pulling.Outlook, pd.DataFrame]:
        found = pulling.outlook(self.engine, indicator=indicator, territory_code=self.here, **self.asked)
        return found, moving.moves(found)

    def actions(self, programme: str) -> tuple[pd.DataFrame, int | None]:
        """The actions since the meeting before and those that are planned, and the day of that meeting."""
        return self.once(("actions", programme), lambda: self._actions(programme))

    def _actions(self, programme: str) -> tuple[pd.DataFrame, int | None]:
        since = self.before.on_date if self.before is not None else None
        last = self.meeting.next_date or self.meeting.on_date + AHEAD
        frame = journal.actions(
            self.engine,
            territory_code=self.here,
            cut=self.reader.cut,
            scope=self.reader.scope,
            first=since,
            last=last,
        )
        hidden = frame["step"].isin(self.known.hidden_steps)
        of_it = frame["step"].map(lambda step: not programme or not step or _of(step) == programme).astype(bool)
        frame = frame[~hidden & of_it].sort_values("from_date", kind="stable").reset_index(drop=True)
        return frame, since

    def branches(self) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The branches here and in the kingdom."""
        places = tuple(dict.fromkeys((self.here, territories.KINGDOM)))
        found = self.once(("branches",), lambda: law.standing(self.engine, territories=places, **self.asked))
        return found, places

    def definition(self, indicator: str, programme: str) -> str:
        """The digest of what an indicator, or a programme, was taken to mean: another one when its definition is."""
        return self.once(("definition", indicator, programme), lambda: _digest(self.known, indicator, programme))


def _straight(row: promises.Standing) -> pd.DataFrame:
    """The two ends of the path of a share."""
    return pd.DataFrame({"on_date": [int(row.starts), int(row.due)], "planned": [row.start_value, row.target]})


def _of(step: str) -> str:
    return step.partition(".")[0]


def _digest(known: Definitions, indicator: str, programme: str) -> str:
    body = known.indicators.get(indicator)
    named = {part["step"] for name in ("numerator", "denominator") if "step" in (part := (body or {}).get(name) or {})}
    mine = named or {step for step in known.steps if _of(step) == programme}
    told = {"indicator": body, "programme": known.programmes.get(programme, {}).get("transition")}
    told["steps"] = {step: known.steps[step] for step in sorted(mine) if step in known.steps}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# ---------------------------------------------------------------------------------------------------------------- decks


def deck(
    reader: Reader,
    meeting: Meeting,
    *,
    audience: str = OFFICE,
    before: Meeting | None = None,
    demonstration: bool | None = None,
) -> list[Slide]:
    """The slides of a meeting as known at the reader's cut, in his language: those on the presenter's way in its order,
    then their drill-downs.

    before: the meeting before this one, where there is one. demonstration: whether the figures are made up (None: as
    the database says). Of what the reader may not see, or of what nothing is known, there is no slide or one that says
    so.
    """
    return _worded(Studied(reader, meeting, before), reader, audience, _made_up(reader.engine, demonstration))


def deck_all(
    engine: sa.Engine,
    meeting: Meeting,
    *,
    cut: int,
    scope: str,
    role: str = ADMINISTRATOR,
    locales: Sequence[str] = LOCALES,
    audiences: Sequence[str] = AUDIENCES,
    before: Meeting | None = None,
    wording: Mapping[str, int] | None = None,
    demonstration: bool | None = None,
) -> Iterator[tuple[str, str, list[Slide]]]:
    """Audience, language and slides of a meeting, read once and worded for each when it is asked for; see `deck`.

    wording: as in `Reader`, by language.
    """
    made_up, wordings = _made_up(engine, demonstration), wording or {}
    readers = [
        Reader(engine, cut=cut, scope=scope, role=role, locale=one, wording=wordings.get(one, 0)) for one in locales
    ]
    studied = Studied(readers[0], meeting, before) if readers else None
    for audience in audiences:
        for reader in readers:
            yield audience, reader.locale, _worded(studied, reader, audience, made_up)


def _made_up(engine: sa.Engine, said: bool | None) -> bool:
    """Whether a database is the demonstration's: it has one of its own, or a schema of its own."""
    if said is not None:
        return said
    file = (engine.url.database or "").replace("\\", "/").rpartition("/")[2]
    options = engine.url.query.get("options", "")
    return file == f"{DEMONSTRATION}.db" or f"search_path={DEMONSTRATION}" in "".join(options)


def _worded(studied: Studied, reader: Reader, audience: str, demonstration: bool) -> list[Slide]:
    meeting, before = studied.meeting, studied.before
    told = Told(
        locale=reader.locale,
        audience=audience,
        on=meeting.on_date,
        threshold=reader.known.small_cell,
        demonstration=demonstration,
        asked={"audience": audience, "cut": reader.cut, "scope": reader.scope},
    )
    w = noted(reader.locale)
    titles = [(pieces.item_title(item, w), item.urgent) for item in meeting.agenda]
    agenda = [
        [item.id, item.subject, item.programme, item.indicator, dict(item.title or {}), item.urgent]
        for item in meeting.agenda
    ]
    sitting = {"kind": meeting.kind, "chair": meeting.chair, "place": meeting.place, "agenda": agenda}
    way = [pieces.cover(meeting, titles, told, Place("cover", "cover", asked=sitting))]
    way += recalled_slides(reader, meeting, before, audience=audience, demonstration=demonstration)
    below: list[Slide] = []
    for item, (title, _) in zip(meeting.agenda, titles, strict=True):
        since = [
            replace(slide, demonstration=slide.demonstration or demonstration)
            for slide in since_slides(reader, item, meeting, before, audience=audience)
        ]
        for slide in (*since, *_Item(studied, reader, item, title, told).slides()):
            (below if slide.parent else way).append(slide)
    return [*way, *below]


class _Item:
    """The slides of one item of an agenda, worded."""

    def __init__(self, studied: Studied, reader: Reader, item: Item, title: str, told: Told):
        self.studied, self.reader, self.item, self.title, self.told = studied, reader, item, title, told
        self.known, self.here = studied.known, studied.here
        counted = counts_of(self.known, item)
        self.indicator = self._indicator() if counted else ""
        self.programme = item.programme or (
            self.known.indicators[self.indicator]["programme"] if self.indicator else ""
        )

    def _indicator(self) -> str:
        if self.item.indicator:
            return self.item.indicator
        return self.known.programmes[self.item.programme].get("headline", "")

    def slides(self) -> Iterator[Slide]:
        """Those on the way in their order, each followed by its drill-downs."""
        subject = self.item.subject
        if subject == "pace":
            yield from self._pace()
        elif subject in ("stages", "transition", "window") and self.programme not in self.known.programmes:
            yield self._words()
        elif subject == "stages":
            yield from self._stages()
        elif subject == "transition":
            yield from self._transition()
        elif subject == "window":
            yield from self._window()
        elif subject == "actions":
            frame, since = self.studied.actions(self.programme)
            place = self._place("actions", programme=self.programme, since=since)
            yield say.actions(frame, self.told, place, territory=self.here, since=since)
        elif subject == "branches":
            frame, places = self.studied.branches()
            frame = outside.branches(frame) if self.told.outside else frame
            place = self._place("branches", breakdown="branch", definition=self.studied.definition("", ""))
            yield say.branches(frame, self.told, place, territories=places)
        else:
            yield self._words()

    def _place(self, subject: str, code: str = "", parent: str = "", **asked: Any) -> Place:
        key = f"{self.item.id}/{subject}" + (f"/{code}" if code else "")
        return Place(key, subject, self.item.id, parent, asked)

    def _of_indicator(self, **more: Any) -> dict[str, Any]:
        definition = self.studied.definition(self.indicator, self.programme)
        return {"indicator": self.indicator, "definition": definition, **more}

    def _of_programme(self, **more: Any) -> dict[str, Any]:
        definition = self.studied.definition("", self.programme)
        return {"programme": self.programme, "definition": definition, **more}

    def _words(self) -> Slide:
        asked = {"title": dict(self.item.title or {}), "service": self.item.service}
        place = self._place("words", **asked)
        return say.in_words(self.item, self.title, self.told, place, territory=self.here)

    # A count beside its path

    def _pace(self) -> Iterator[Slide]:
        whole = self.studied.pace(self.indicator) if self.indicator else None
        if whole is None:
            yield self._words()
            return
        found = whole.outside if self.told.outside else whole
        row = found.row
        place = self._place("pace", **self._of_indicator())
        first = pieces.pace(row, found.course, self.told, place, under=self._under(found, self.here))
        yield first
        parent = first.key
        for number, family in enumerate(self._by_weight(found.families)):
            # The level that says most is on the way; the other one is a drill-down of it.
            place = self._place(
                "gap",
                self.here if number else "",
                parent if number else "",
                **self._of_indicator(breakdown=family.level),
            )
            slide = pieces.gap(family.frame, row, self.told, place, level=family.level)
            if slide is not None:
                yield slide
                parent = parent if number else slide.key
        for family in found.families:
            yield from self._children(family, found, parent)
        if whole.row.verdict in ALARMING:
            yield self._cause(row)
            yield from self._options()

    @staticmethod
    def _by_weight(families: Sequence[Family]) -> list[Family]:
        """Those first of which more have a path of their own, which a verdict can be given on."""
        return sorted(families, key=lambda one: -_judged(one.frame))

    def _children(self, family: Family, found: Pace, parent: str) -> Iterator[Slide]:
        for row in pieces.standings(family.frame):
            code = row.territory_code
            if code in pieces.REST:
                continue
            place = self._place("pace", code, parent, **self._of_indicator(breakdown=family.level))
            yield pieces.pace(row, family.courses.get(code), self.told, place, under=self._under(found, code))

    def _under(self, found: Pace, code: str) -> pieces.Under:
        """What is marked under a path: actions, the meeting before, and what that recommended on this very figure."""
        before, row = self.studied.before, found.row
        own = tuple(
            (one.number, one.due)
            for one in self._recommended()
            if (one.territory, one.step, one.unit) == (code, row.step, row.unit)
        )
        # The meeting itself is marked where it sat, and where it recommended something.
        sat = before is not None and (code == self.here or own)
        return pieces.Under(found.marks.get(code), before.on_date if sat else None, own)

    def _recommended(self) -> list[Any]:
        before = self.studied.before
        if before is None:
            return []
        return self.studied.once(
            ("recommended",), lambda: recommended(self.studied.engine, before, cut=self.reader.cut)
        )

    def _cause(self, row: Any) -> Slide:
        """The one cause of an item in difficulty: of what waits in a transition or a window, else the stage."""
        step = row.step
        body = self.known.programmes[self.programme].get("transition") or {}
        if step == body.get("confirmed") and body.get("waiting") in self.known.steps:
            return self._reasons(body["waiting"])
        course = self.studied.window(self.programme)
        if course is not None and step == course.clock.gate_step:
            slide = self._window_cause(course)
            if slide is not None:
                return slide
        return self._stage_cause(step)

    def _stage_cause(self, step: str) -> Slide:
        found = self.studied.stages(self.programme)
        found = outside.stages(found) if self.told.outside else found
        place = self._place("cause", **self._of_programme(before=step))
        body = self.known.steps[step]
        return say.stages(
            found,
            self.told,
            place,
            territory=self.here,
            programme=self.programme,
            before=step,
            holder=(body["body"], bool(body.get("prefecture_can_act"))),
        )

    def _options(self) -> Iterator[Slide]:
        """What the office can do, where there is a forecast to compare it with."""
        found = self.studied.moves(self.indicator) if self.indicator else None
        if found is None:
            return
        outlook, frame = found
        if self.told.outside:
            row = outlook.row
            if row is not None:
                row = row.copy()
                row["target"] = outside.rounded(float(row["target"]))
            outlook, frame = replace(outlook, row=row), outside.moves(frame)
        place = self._place("options", **self._of_indicator(breakdown="means"))
        slide = say.options(frame, outlook, self.told, place, territory=self.here)
        if slide is not None:
            yield slide

    # The other subjects

    def _stages(self) -> Iterator[Slide]:
        found = self.studied.stages(self.programme)
        found = outside.stages(found) if self.told.outside else found
        place = self._place("stages", **self._of_programme())
        yield say.stages(found, self.told, place, territory=self.here, programme=self.programme)

    def _transition(self) -> Iterator[Slide]:
        found = self.studied.transition(self.programme)
        if found is None:
            yield self._words()
            return
        unit, frame, remaining = found
        body = self.known.programmes[self.programme]["transition"]
        if self.told.outside:
            frame, remaining = outside.parts(frame), outside.remaining(remaining)
        (left,) = rows_of(remaining)
        place = self._place("transition", **self._of_programme(unit=unit))
        yield say.transition(
            frame,
            left,
            self.told,
            place,
            territory=self.here,
            programme=self.programme,
            former_on=transition.day_of(body["former_on"]),
        )
        yield from self._left(
            self.studied.left_below(self.programme, unit),
            outside.remaining,
            parent=place.key,
            what=body.get("waiting") or "remaining",
            unit=unit,
            whole="former",
            day="remaining_date",
            left=math.nan if left.remaining is None else float(left.remaining),
        )
        if left.state == "shown" and left.remaining and body.get("waiting") in self.known.steps:
            yield self._reasons(body["waiting"])
            yield from self._options_of(self.indicator)

    def _options_of(self, indicator: str) -> Iterator[Slide]:
        """Options of an item of another subject, where its count is short of a path."""
        whole = self.studied.pace(indicator) if indicator else None
        if whole is not None and whole.row.verdict in ALARMING:
            yield from self._options()

    def _reasons(self, step: str) -> Slide:
        frame = self.studied.reasons(step)
        frame = outside.refusals(frame) if self.told.outside else frame
        body = self.known.steps[step]
        place = self._place("cause", **self._of_programme(step=step, breakdown="reason"))
        can_act = bool(body.get("prefecture_can_act"))
        return say.reasons(frame, body["body"], can_act, self.told, place, territory=self.here, step=step)

    def _left(
        self,
        families: Sequence[tuple[str, pd.DataFrame]],
        rounding: Any,
        *,
        parent: str,
        what: str,
        unit: str,
        whole: str,
        day: str,
        left: float,
    ) -> Iterator[Slide]:
        """What is left in each child: bars for a level, and each child by itself."""
        asked = {"what": what, "unit": unit}
        for number, (level, frame) in enumerate(families[::-1]):
            frame = rounding(frame) if self.told.outside else frame
            more = self._of_programme(breakdown=level, **asked)
            place = self._place("gap", self.here if number else "", parent if number else "", **more)
            own = {"territory": self.here, "whole": left}
            slide = say.left_below(frame, self.told, place, what=what, unit=unit, day=day, **own)
            if slide is None:
                continue
            yield slide
            parent = parent if number else slide.key
            for row in rows_of(frame):
                place = self._place("gap", row.territory_code, parent, **more)
                yield say.left_in(row, self.told, place, what=what, unit=unit, whole=whole, day=day)

    def _window(self) -> Iterator[Slide]:
        course = self.studied.window(self.programme)
        if course is None:
            yield self._words()
            return
        found = outside.window(course) if self.told.outside else course
        place = self._place("window", **self._of_programme(year=course.window.year))
        yield say.window(found, self.told, place, territory=self.here)
        gate = course.clock.gate_step
        unit = next((row.unit for row in rows_of(course.stages) if row.step == gate), "")
        if gate and unit:
            yield from self._left(
                self.studied.filed_below(self.programme),
                outside.filed,
                parent=place.key,
                what="remaining",
                unit=unit,
                whole="population",
                day="on_date",
                left=found.clock.remaining,
            )
        late = course.state in (*filing.RUNNING, filing.LAST_DAY) and course.clock.remaining > 0
        if late and not (course.clock.pace_state == "running" and course.clock.times <= 1):
            slide = self._window_cause(course)
            if slide is not None:
                yield slide
            yield from self._options_of(self.indicator)

    def _window_cause(self, course: filing.Course) -> Slide | None:
        found = outside.window(course) if self.told.outside else course
        place = self._place("cause", **self._of_programme(year=course.window.year, breakdown="stage"))
        return say.window_cause(found, self.told, place, territory=self.here)


def _judged(frame: pd.DataFrame) -> int:
    """How many of some children have a path of their own, on which a verdict can be given."""
    return int((~frame["verdict"].isin(["indicative", "no_target", "no_figure"]) & frame["gap"].notna()).sum())


__all__ = ["LOCALES", "OFFICE", "OUTSIDE", "Studied", "deck", "deck_all"]
