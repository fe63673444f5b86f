"""What the columns of records mean: a layout, a TOML file of data/reference/layouts/records or of the office's folder.

The name of the file is the layout's. docs/load-your-own-file.md explains each field with an example.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from data.catalogue import Catalogue, Definition, Fault, Id, Localised, StepId, Unit
from data.importer.identity import by_header

REFERENCE = Path(__file__).resolve().parent.parent.parent / "reference" / "layouts" / "records"
FOLDER = ("layouts", "records")
"""Where an office keeps its own, in its local folder."""

EARLIEST = date(1990, 1, 1)
OLDEST = 130
"""Years after which a year of birth is no longer believed."""

Column = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Cell = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class LayoutWrong(ValueError):
    """The layout cannot be used. `faults` has one entry per thing to mend."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Place(Definition):
    """Where a record belongs: a column of codes or names; `level` or kind of all of them; a column of what is above."""

    column: Column
    level: str = ""
    parent: Column | None = None


class Milestone(Definition):
    """A step and the column with the day on which a record reached it; `unit` where it is not the layout's."""

    step: StepId
    column: Column
    unit: Unit | None = None


class Status(Definition):
    """A column that says what became of a record: values that are not counted at all, values that mean "refused"."""

    column: Column
    left_out: tuple[Cell, ...] = ()
    refused: tuple[Cell, ...] = ()


class Refusals(Definition):
    """Refused records: the step that counts them, the day of the decision, and the reasons by the cells that say so."""

    step: StepId
    column: Column
    unit: Unit | None = None
    reason: Column | None = None
    reasons: dict[Id, tuple[Cell, ...]] = {}


class Sex(Definition):
    """The column and the cells that mean each."""

    column: Column
    female: Annotated[tuple[Cell, ...], Field(min_length=1)]
    male: Annotated[tuple[Cell, ...], Field(min_length=1)]


class Area(Definition):
    """The column and the cells that mean each."""

    column: Column
    urban: Annotated[tuple[Cell, ...], Field(min_length=1)]
    rural: Annotated[tuple[Cell, ...], Field(min_length=1)]


class Birth(Definition):
    """The column of the year of birth and the first age of each band. `only_year_of_date`: the column holds whole
    dates, of which the engine that holds them takes the year; nothing else of them is read."""

    column: Column
    bands: Annotated[tuple[Annotated[int, Field(ge=0, le=120)], ...], Field(min_length=1)] = (0, 6, 18, 40, 60)
    only_year_of_date: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The bands as `age_band` names them: 0-5, 6-17, …, 60+."""
        ends = [*(f"{first}-{after - 1}" for first, after in zip(self.bands, self.bands[1:], strict=False))]
        return (*ends, f"{self.bands[-1]}+")


class Layout(Definition):
    """What one row is (`unit`), where it belongs, and the days on which it reached each step, in their order.

    `key`: a column that is different on each row, so that nobody is counted twice; never a card's number. `covers`: the
    territory of which every record is in the extract; without it the extract speaks of the territories it names.
    `every`: how far apart the stocks and the ends of flows are. `dates`: how text writes a day, 2023-09-14 or
    14/09/2023. `cohorts`: whether the records of each month of entry are followed.
    """

    id: Id
    name: Localised
    source: Id = "office"
    table: Column | None = None
    schema_name: Column | None = Field(default=None, alias="schema")
    unit: Unit
    key: Column | None = None
    covers: str = ""
    every: Literal["week", "month"] = "week"
    dates: Literal["ymd", "dmy"] = "ymd"
    cohorts: bool = True
    territory: Place
    milestones: Annotated[tuple[Milestone, ...], Field(min_length=1, alias="milestone")]
    status: Status | None = None
    refusals: Refusals | None = None
    sex: Sex | None = None
    area: Area | None = None
    birth: Birth | None = None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once. The key is only counted."""
        found = [self.territory.column, self.territory.parent, *(one.column for one in self.milestones)]
        found += [self.refusals.column, self.refusals.reason] if self.refusals else []
        found += [one.column for one in (self.status, self.sex, self.area, self.birth) if one]
        found.append(self.key)
        return tuple(dict.fromkeys(name for name in found if name))

    @cached_property
    def dated(self) -> tuple[Milestone, ...]:
        """The steps with the columns of their days, refusals last; a refusal may stand in the column of a milestone."""
        if self.refusals is None:
            return self.milestones
        last = Milestone(step=self.refusals.step, column=self.refusals.column, unit=self.refusals.unit)
        return (*self.milestones, last)

    def unit_of(self, milestone: Milestone) -> str:
        """What a milestone counts."""
        return milestone.unit or self.unit

    def first_day(self, milestone: Milestone, known: Catalogue) -> date:
        """The day before which nobody can have reached it."""
        step = known.steps[milestone.step]
        programme = next(one for one in known.programmes if one.id == step.programme)
        return max(step.starts or programme.starts or EARLIEST, EARLIEST)


def layouts(local: Path | None, known: Catalogue, *, reference: Path = REFERENCE) -> dict[str, Layout]:
    """The layouts of records by their name, the office's own over those that ship. Raises LayoutWrong."""
    paths: dict[str, Path] = {}
    for folder in (reference, local.joinpath(*FOLDER) if local else None):
        if folder and folder.is_dir():
            paths |= {path.stem: path for path in sorted(folder.glob("*.toml"))}
    found, faults = {}, []
    for name, path in paths.items():
        try:
            found[name] = read(path, known)
        except LayoutWrong as wrong:
            faults += wrong.faults
    if faults:
        raise LayoutWrong(faults)
    return found


def read(path: Path, known: Catalogue) -> Layout:
    """One layout, checked against the definitions. Raises LayoutWrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise LayoutWrong([Fault(path.name, "the file", "-", f"not a TOML file in UTF-8: {error}")]) from None
    try:
        layout = Layout.model_validate({"id": path.stem, **content})
    except ValidationError as error:
        raise LayoutWrong(
            Fault(path.name, "layout", ".".join(map(str, one["loc"])) or "-", one["msg"]) for one in error.errors()
        ) from None
    faults = [Fault(path.name, "layout", *fault) for fault in _faults(layout, known)]
    if faults:
        raise LayoutWrong(faults)
    return layout


def _faults(layout: Layout, known: Catalogue):
    if layout.source not in known.sources:
        yield "source", "no such source", layout.source
    seen = set()
    for one in layout.dated:
        step = known.steps.get(one.step)
        if step is None:
            yield "step", "no such step", one.step
        elif layout.unit_of(one) not in step.units:
            yield "unit", f"{one.step} is not counted in this unit", layout.unit_of(one)
        if one.step in seen:
            yield "step", "two columns for one step", one.step
        seen.add(one.step)
    for reason in layout.refusals.reasons if layout.refusals else ():
        if reason not in known.reasons:
            yield "refusals.reasons", "no such reason", reason
    if layout.birth and list(layout.birth.bands) != sorted({0, *layout.birth.bands}):
        yield "birth.bands", "the first ages of the bands rise, from 0"
    for field, groups in _groups(layout):
        cells = [cell for group in groups for cell in group]
        if len(cells) != len(set(cells)):
            yield field, "one cell cannot mean two things"
    for column in layout.columns:
        kind = by_header(column)
        of_date = layout.birth and column == layout.birth.column and layout.birth.only_year_of_date
        if kind and not (kind == "birth_date" and of_date):
            yield "column", "a column about persons is never read: take a key without meaning, or leave it out", column


def _groups(layout: Layout):
    if layout.sex:
        yield "sex", (layout.sex.female, layout.sex.male)
    if layout.area:
        yield "area", (layout.area.urban, layout.area.rural)
    if layout.status:
        yield "status", (layout.status.left_out, layout.status.refused)
    if layout.refusals:
        yield "refusals.reasons", tuple(layout.refusals.reasons.values())
