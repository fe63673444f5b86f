"""What is counted: programmes and their steps, indicators, sources, responsible bodies. Definitions are data, not code.

They stand in three files, `programmes.toml`, `indicators.toml` and `sources.toml`, of data/reference. An office lays
its own files of the same names over them, in the folder of its local state: a block whose id is new is added, a block
whose id is known changes only the fields that it gives. docs/add-a-programme.md shows both.

Everything wrong in the files is said at once, each fault with its file, its block and its field.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag, ValidationError

REFERENCE = Path(__file__).parent / "reference"
"""Where the definitions that come with the product stand."""

FILES = ("programmes.toml", "indicators.toml", "sources.toml")
"""The files that hold definitions, in data/reference and, when the office has its own, in its local folder."""

LOCALES = ("ar", "fr", "en")
"""The languages in which every word of a definition is given."""

Unit = Literal["person", "household", "insured", "beneficiary", "application", "student", "file"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
StepId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
IndicatorId = StepId
NoneOrId = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)?$")]
Address = Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")]


class CatalogueError(ValueError):
    """The definitions cannot be used. `faults` has one entry per thing to mend."""

    def __init__(self, faults: Iterable["Fault"]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True)
class Fault:
    """One thing to mend. `seen` is empty when something is missing."""

    file: str
    block: str
    field: str
    problem: str
    seen: str = ""

    def __str__(self) -> str:
        seen = f" Seen: {self.seen}." if self.seen else ""
        return f"{self.file}, {self.block}, field {self.field}: {self.problem}.{seen}"


class Definition(BaseModel):
    """What all definitions share: they never change once read, and a field that nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Localised(Definition):
    """The same words in Arabic, French and English."""

    ar: Words
    fr: Words
    en: Words


class LegalText(Definition):
    """A law or a decree on which a programme rests."""

    text: Localised
    address: Address = ""


class Opening(Definition):
    """The day from which a programme was open in the whole of a region, the later one when sources differ."""

    region: Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
    on: date
    address: Address = ""
    note: Localised | None = None


class Threshold(Definition):
    """The socio-economic index that opens a right, from a day on. `value` is text: the index has no rounding."""

    value: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]
    since: date = Field(alias="from")
    comparison: Literal["at_most", "above"] = "at_most"
    legal: Localised
    address: Address = ""


class Body(Definition):
    """Who holds a step: the authority that can move it."""

    id: Id
    name: Localised


class Reason(Definition):
    """Why a file was refused or waits. `mendable`: the office can mend it with the family, a wrong form as much as a
    missing birth extract; `sensitive`: it tells of disability or widowhood, and is shown for prefectures only."""

    id: Id
    mendable: bool
    sensitive: bool = False
    name: Localised


class Source(Definition):
    """Who says a figure. Of two sources for one figure, the lower rank speaks. Anyone may read a `public` one."""

    id: Id
    rank: Annotated[int, Field(ge=0)]
    public: bool = False
    name: Localised


class Bridge(Definition):
    """How a count of one unit becomes one of another unit at a step: `one_to_one`, each `to` is made of one `from`;
    else in the measure of the step's own counts of one day in both units."""

    since: Unit = Field(alias="from")
    to: Unit
    one_to_one: bool = False
    note: Localised | None = None


class Step(Definition):
    """One thing that a programme counts. `id` is `programme.step`; `starts` is its first day, None when not documented.

    `kind` is sequence (a stage on the way), exit (a way out) or memo (a part or another reading of a stage, never added
    to it). `follows` names the steps before it, `predecessor` the step that it took over from, in any programme.
    `things` says, for each unit, what is counted, as a definite plural that follows "the number of".
    `stale_after` is the age in days from which a figure reads "late". `waits` False: who has reached the step before
    does not wait for this one (an application is a choice, an acceptance an outcome). `bridges`: from one unit to
    another. `entries`, `exits`: the steps whose flows go into this stock and out of it. `restricted`: not for readers,
    only for whoever prepares or administers. `note` says what a reader has to know of its counts. `lacking` names, of
    those that a window is for, whoever is not registered yet. `overlaps`: the steps of which it counts those who are in
    all of them.
    """

    id: StepId
    programme: Id
    kind: Literal["sequence", "exit", "memo"]
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]
    starts: date | None = None
    stale_after: Annotated[int, Field(gt=0)]
    follows: tuple[StepId, ...] = ()
    predecessor: NoneOrId = ""
    body: Id
    prefecture_can_act: bool
    can_fall: bool = False
    waits: bool = True
    bridges: tuple[Bridge, ...] = ()
    entries: tuple[StepId, ...] = ()
    exits: tuple[StepId, ...] = ()
    restricted: bool = False
    name: Localised
    things: dict[Unit, Localised]
    act: Localised
    note: Localised | None = None
    lacking: Localised | None = None
    overlaps: tuple[StepId, ...] = ()


class Window(Definition):
    """The days on which applications may be filed in a year. Without a known closing day there is no clock."""

    year: int
    opens: date
    closes: date | None = None
    address: Address = ""
    note: Localised | None = None


class Transition(Definition):
    """The move from a programme that ended to this one, in the steps that count its parts: `former`, what there was on
    the day `former_on`; `switched` on the day `on`; of these `confirmed`, `waiting` and `left`; `entrants`, who was
    never in the former one. `band`: a count between two thresholds, for whoever prepares. An empty one is not counted.
    """

    former: StepId
    former_on: date
    on: date
    switched: NoneOrId = ""
    confirmed: NoneOrId = ""
    waiting: NoneOrId = ""
    left: NoneOrId = ""
    entrants: NoneOrId = ""
    band: NoneOrId = ""


class Programme(Definition):
    """A register, or a programme that hangs on the registers, with its steps in the order of the file."""

    id: Id
    order: int
    featured: bool = False
    kind: Literal["register", "programme"]
    branch: Literal["registers", "illness", "childhood", "old_age", "job_loss", "education"]
    mechanism: Literal["register", "assistance", "insurance"]
    starts: date | None = None
    ended: date | None = None
    headline: NoneOrId = ""
    name: Localised
    short: Localised
    description: Localised
    legal: tuple[LegalText, ...] = ()
    openings: tuple[Opening, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    windows: tuple[Window, ...] = ()
    transition: Transition | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1, alias="step")]


class StepCount(Definition):
    """The count of a step in one of its units."""

    step: StepId
    unit: Unit


class CensusCount(Definition):
    """The census count of persons or of households, the latest that was published on the day of the view."""

    census: Literal["person", "household"]

    @property
    def unit(self) -> Unit:
        return self.census


def _kind_of_denominator(value: Any) -> str:
    census = value.get("census") if isinstance(value, dict) else isinstance(value, CensusCount)
    return "CensusCount" if census else "StepCount"


Denominator = Annotated[
    Annotated[CensusCount, Tag("CensusCount")] | Annotated[StepCount, Tag("StepCount")],
    Discriminator(_kind_of_denominator),
]
"""One or the other, told apart first, so that a fault is not said once for each."""


class Indicator(Definition):
    """A count, or a count over another. Without a denominator it is never shown as a share.

    `higher_is_better` None: descriptive, nobody's goal. `across_units` True: the definition means to divide one unit by
    another; without it the two units must be the same.
    """

    id: IndicatorId
    programme: Id
    numerator: StepCount
    denominator: Denominator | None = None
    across_units: bool = False
    higher_is_better: bool | None = None
    name: Localised
    caveat: Localised
    denominator_name: Localised | None = None


class Catalogue(Definition):
    """All definitions, checked against each other. Programmes stand in their order; the rest is found by id."""

    programmes: tuple[Programme, ...]
    steps: dict[StepId, Step]
    indicators: dict[IndicatorId, Indicator]
    sources: dict[Id, Source]
    bodies: dict[Id, Body]
    reasons: dict[Id, Reason]

    def to_rows(self) -> list[tuple[str, str, str]]:
        """(kind, id, body) for the table `definition`; the same definition always gives the same body, byte for byte.

        A programme's body names its steps; each step has a row of its own.
        """
        rows = []
        for programme in self.programmes:
            body = programme.model_dump(mode="json", by_alias=True, exclude={"steps"})
            rows.append(("programme", programme.id, body | {"step": [step.id for step in programme.steps]}))
        others = {"step": self.steps, "indicator": self.indicators, "source": self.sources, "reason": self.reasons}
        for kind, found in others.items():
            rows += [(kind, key, item.model_dump(mode="json", by_alias=True)) for key, item in found.items()]
        return [
            (kind, key, json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
            for kind, key, body in rows
        ]


def catalogue(local: Path | None = None, *, reference: Path = REFERENCE) -> Catalogue:
    """The definitions of `reference` with the office's own laid over them; read again only when a file has changed.

    `local` is the folder of the office's state, by default TATABBU_LOCAL, else data/local. Raises CatalogueError.
    """
    local = local or Path(os.environ.get("TATABBU_LOCAL") or Path(__file__).parent / "local")
    missing = [Fault(name, "the file", "-", f"no such file in {reference}") for name in FILES]
    missing = [fault for fault in missing if not (reference / fault.file).is_file()]
    if missing:
        raise CatalogueError(missing)
    paths = [folder / name for folder in (reference, local) for name in FILES]
    return _read(tuple((path, *_stamp(path)) for path in paths if path.is_file()))


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=16)
def _read(stamped: tuple[tuple[Path, int, int], ...]) -> Catalogue:
    drawer = _Drawer()
    for path, *_ in stamped:
        drawer.lay(path)
    return drawer.checked()


BLOCKS = {
    "programmes.toml": {"programme": Programme, "body": Body, "reason": Reason},
    "indicators.toml": {"indicator": Indicator},
    "sources.toml": {"source": Source},
}
"""The blocks that each file may hold."""


class _Drawer:
    """The blocks of all files, later ones laid over earlier ones, and the file in which to look for a fault."""

    def __init__(self) -> None:
        self.blocks: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kinds in BLOCKS.values() for kind in kinds}
        self.steps: dict[str, dict[str, dict[str, Any]]] = {}
        self.files: dict[tuple[str, str], str] = {}
        self.faults: list[Fault] = []

    def lay(self, path: Path) -> None:
        """Take in the blocks of one file."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.faults.append(Fault(str(path), "the file", "-", f"not a TOML file in UTF-8: {error}"))
            return
        known = BLOCKS[path.name]
        for kind, blocks in content.items():
            if kind not in known or not isinstance(blocks, list):
                wanted = ", ".join(f"[[{name}]]" for name in known)
                self.faults.append(Fault(str(path), f"[[{kind}]]", "-", f"this file holds only {wanted}"))
                continue
            for key, block in self._named(path, f"[[{kind}]]", blocks):
                steps = block.pop("step", None) if kind == "programme" else None
                self._lay_block(path, kind, key, block)
                if steps is not None:
                    self._lay_steps(path, key, steps)

    def _lay_block(self, path: Path, kind: str, key: str, block: dict[str, Any]) -> None:
        self.blocks[kind][key] = _merged(self.blocks[kind].get(key, {}), block)
        self.files[kind, key] = str(path)

    def _lay_steps(self, path: Path, programme: str, steps: Any) -> None:
        where = _title("programme", programme)
        if not isinstance(steps, list):
            self.faults.append(Fault(str(path), where, "step", "steps are [[programme.step]] blocks"))
            return
        laid = self.steps.setdefault(programme, {})
        for key, block in self._named(path, f"{where} [[programme.step]]", steps):
            laid[key] = _merged(laid.get(key, {}), block)
            self.files["step", f"{programme}.{key}"] = str(path)

    def _named(self, path: Path, where: str, blocks: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each block with its id; a block without one, or with one that the same list has used, is a fault."""
        seen: set[str] = set()
        for number, block in enumerate(blocks, 1):
            key = block.get("id") if isinstance(block, dict) else None
            if not isinstance(key, str) or not key:
                self.faults.append(Fault(str(path), f"{where} number {number}", "id", "missing"))
            elif key in seen:
                self.faults.append(Fault(str(path), f"{where} number {number}", "id", "used twice", f'"{key}"'))
            else:
                seen.add(key)
                yield key, dict(block)

    def fault(self, kind: str, key: str, field: str, problem: str, seen: object = "") -> None:
        """Note what is wrong with a block, in the file that spoke of it last."""
        shown = f'"{seen}"' if seen != "" else ""
        self.faults.append(Fault(self.files[kind, key], _title(kind, key), field, problem, shown))

    def checked(self) -> Catalogue:
        """The catalogue, or CatalogueError with all that was found."""
        programmes = [found for key in self.blocks["programme"] if (found := self._programme(key))]
        kinds = ("body", "indicator", "source", "reason")
        bodies, indicators, sources, reasons = (self._models(kind) for kind in kinds)
        if self.faults:
            # The checks between blocks would only repeat, in other words, what is missing from the blocks themselves.
            raise CatalogueError(self.faults)
        made = Catalogue(
            programmes=tuple(sorted(programmes, key=lambda programme: (programme.order, programme.id))),
            steps={
                step.id: step
                for programme in sorted(programmes, key=lambda programme: (programme.order, programme.id))
                for step in programme.steps
            },
            indicators=indicators,
            sources=dict(sorted(sources.items(), key=lambda item: item[1].rank)),
            bodies=bodies,
            reasons=reasons,
        )
        self._check_programmes(made)
        self._check_steps(made)
        self._check_indicators(made)
        self._check_sources(made)
        if self.faults:
            raise CatalogueError(self.faults)
        return made

    def _models(self, kind: str) -> dict[str, Any]:
        model = next(blocks[kind] for blocks in BLOCKS.values() if kind in blocks)
        return {
            key: found for key, block in self.blocks[kind].items() if (found := self._model(model, kind, key, block))
        }

    def _programme(self, key: str) -> Programme | None:
        steps = []
        for name, block in self.steps.get(key, {}).items():
            full = f"{key}.{name}"
            if "programme" in block:
                self.fault("step", full, "programme", "a step belongs to the block above it; leave this field out")
            elif step := self._model(Step, "step", full, block | {"id": full, "programme": key}):
                steps.append(step)
        broken = len(steps) != len(self.steps.get(key, {}))
        if not steps and not broken:
            self.fault("programme", key, "step", "a programme has at least one [[programme.step]]")
        found = self._model(Programme, "programme", key, self.blocks["programme"][key] | {"step": steps or [_ANY_STEP]})
        return None if broken else found

    def _model(self, model: type[Definition], kind: str, key: str, block: dict[str, Any]) -> Any:
        try:
            return model.model_validate(block)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                field = _field(detail["loc"])
                if detail["type"] == "missing":
                    self.fault(kind, key, field, "missing")
                elif detail["type"] == "extra_forbidden":
                    self.fault(kind, key, field, "no such field")
                else:
                    self.fault(kind, key, field, detail["msg"], detail["input"])
            return None

    def _check_programmes(self, made: Catalogue) -> None:
        for programme in made.programmes:
            if programme.starts and programme.ended and programme.ended < programme.starts:
                self.fault("programme", programme.id, "ended", "earlier than starts", programme.ended)
            if programme.headline:
                indicator = made.indicators.get(programme.headline)
                if indicator is None:
                    self.fault("programme", programme.id, "headline", "no such indicator", programme.headline)
                elif indicator.programme != programme.id:
                    self.fault("programme", programme.id, "headline", "an indicator of another programme", indicator.id)
            regions = [opening.region for opening in programme.openings]
            for region in sorted({region for region in regions if regions.count(region) > 1}):
                self.fault("programme", programme.id, "openings", "a region opens once", region)
            days = [threshold.since for threshold in programme.thresholds]
            for day in sorted({day for day in days if days.count(day) > 1}):
                self.fault("programme", programme.id, "thresholds", "two thresholds from the same day", day)
            years = [window.year for window in programme.windows]
            for year in sorted({year for year in years if years.count(year) > 1}):
                self.fault("programme", programme.id, "windows", "a year has one window", year)
            for window in programme.windows:
                if window.closes and window.closes < window.opens:
                    self.fault("programme", programme.id, "windows", "closes before it opens", window.closes)
            if programme.transition:
                for field, name in programme.transition.model_dump(exclude={"on", "former_on"}).items():
                    if name and name not in made.steps:
                        self.fault("programme", programme.id, f"transition.{field}", "no such step", name)

    def _check_steps(self, made: Catalogue) -> None:
        for step in made.steps.values():
            for name in step.follows:
                if name not in made.steps:
                    self.fault("step", step.id, "follows", "no such step", name)
            for field in ("entries", "exits", "overlaps"):
                for name in getattr(step, field):
                    if name not in made.steps:
                        self.fault("step", step.id, field, "no such step", name)
            for bridge in step.bridges:
                self._check_bridge(made, step, bridge)
            if step.predecessor and step.predecessor not in made.steps:
                self.fault("step", step.id, "predecessor", "no such step", step.predecessor)
            if step.body not in made.bodies:
                self.fault("step", step.id, "body", "no [[body]] of that id", step.body)
            if len(set(step.units)) != len(step.units):
                self.fault("step", step.id, "units", "a unit is named once", ", ".join(step.units))
            for unit in sorted(set(step.units) - set(step.things)):
                self.fault("step", step.id, f"things.{unit}", "missing")
            for unit in sorted(set(step.things) - set(step.units)):
                self.fault("step", step.id, f"things.{unit}", "not a unit of this step", unit)
            if _returns(step.id, made.steps):
                self.fault("step", step.id, "follows", "the step comes, by way of others, after itself", step.id)

    def _check_bridge(self, made: Catalogue, step: Step, bridge: Bridge) -> None:
        """A bridge leads to a unit of its step from one of its own, or, one to one, from one of a step before it."""
        before = {unit for name in step.follows if name in made.steps for unit in made.steps[name].units}
        if bridge.to not in step.units:
            self.fault("step", step.id, "bridges.to", "not a unit of this step", bridge.to)
        if bridge.since not in (set(step.units) | before if bridge.one_to_one else step.units):
            self.fault("step", step.id, "bridges.from", "counted neither by this step nor before it", bridge.since)

    def _check_indicators(self, made: Catalogue) -> None:
        for indicator in made.indicators.values():
            if all(programme.id != indicator.programme for programme in made.programmes):
                self.fault("indicator", indicator.id, "programme", "no such programme", indicator.programme)
            self._check_count(made, indicator.id, "numerator", indicator.numerator)
            step = made.steps.get(indicator.numerator.step)
            if step and step.programme != indicator.programme:
                self.fault("indicator", indicator.id, "numerator.step", "a step of another programme", step.id)
            if indicator.denominator is None:
                if indicator.denominator_name:
                    self.fault("indicator", indicator.id, "denominator_name", "there is no denominator to name")
                continue
            if indicator.denominator_name is None:
                self.fault("indicator", indicator.id, "denominator_name", "missing")
            if isinstance(indicator.denominator, StepCount):
                self._check_count(made, indicator.id, "denominator", indicator.denominator)
            if indicator.denominator.unit != indicator.numerator.unit and not indicator.across_units:
                units = f"{indicator.numerator.unit} over {indicator.denominator.unit}"
                self.fault("indicator", indicator.id, "denominator", "one unit divided by another", units)

    def _check_count(self, made: Catalogue, key: str, field: str, count: StepCount) -> None:
        step = made.steps.get(count.step)
        if step is None:
            self.fault("indicator", key, f"{field}.step", "no such step", count.step)
        elif count.unit not in step.units:
            self.fault("indicator", key, f"{field}.unit", f"{step.id} counts {', '.join(step.units)}", count.unit)

    def _check_sources(self, made: Catalogue) -> None:
        ranks: dict[int, str] = {}
        for source in made.sources.values():
            if source.rank in ranks:
                self.fault("source", source.id, "rank", f'already the rank of "{ranks[source.rank]}"', source.rank)
            ranks.setdefault(source.rank, source.id)


_WORDS = Localised(ar="-", fr="-", en="-")
# Stands in for steps that are themselves at fault, so that the other fields of their programme are checked too.
_ANY_STEP = Step(
    id="any.step",
    programme="any",
    kind="memo",
    units=("person",),
    stale_after=1,
    body="any",
    prefecture_can_act=False,
    name=_WORDS,
    things={"person": _WORDS},
    act=_WORDS,
)


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`under` with the fields of `over`; tables field by field, so that a translation can be changed by itself."""
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        # A denominator is one thing or the other: half of the old one must not be left in the new one.
        result[key] = _merged(result[key], value) if both and key not in ("numerator", "denominator") else value
    return result


def _title(kind: str, key: str) -> str:
    return f'[[programme.step]] "{key}"' if kind == "step" else f'[[{kind}]] "{key}"'


def _field(location: tuple[int | str, ...]) -> str:
    """The place in the block as one would write it: things.person.fr, thresholds[2].value."""
    # Pydantic also names the alternatives of a union, which are not in the file.
    parts = [part for part in location if isinstance(part, int) or not re.match(r"[A-Z]", part)]
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.lstrip(".") or "-"


def _returns(start: str, steps: dict[str, Step]) -> bool:
    """Whether going back from a step leads to it again."""
    seen: set[str] = set()
    waiting = list(steps[start].follows)
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name not in seen and name in steps:
            seen.add(name)
            waiting += steps[name].follows
    return False
