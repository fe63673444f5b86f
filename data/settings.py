"""The settings of the office: `settings.toml` of its own folder, and the spellings of its territories.

docs/settings.md shows every field. Everything wrong in the file is said at once, each fault with its block and field.
A save writes a new file beside the old one and puts it in its place in one step; the file before it is kept.
"""

import csv
import io
import json
import os
import re
import tempfile
import threading
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from data.catalogue import REFERENCE, CatalogueError, Definition, Fault, Id, IndicatorId, StepCount, catalogue

FILE = "settings.toml"
SPELLINGS = "spellings.csv"
CHAIN = "chain.csv"

LEGAL_ACTS = REFERENCE / "legal_acts.csv"

DEFAULT_TERRITORY = "09.273"
"""The prefecture that opens where no settings name one."""

LEAST_SMALL_CELL, DEFAULT_SMALL_CELL, MOST_SMALL_CELL = 5, 10, 100
"""Below five, a cell of a breakdown is a household that neighbours know."""

HIDEABLE = ("reader", "preparer")
"""The roles from which an indicator may be kept: the administrator sees what he decides about."""

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=_PRINTABLE)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=_PRINTABLE)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30)]


class SettingsError(CatalogueError):
    """The settings cannot be used. `faults` has one entry per thing to mend."""


@dataclass(frozen=True)
class SettingsFault(Fault):
    """One thing to mend in the settings. code: what kind of thing, for whoever puts it into words; path: of the field
    in the file, as ("office", "small_cell") or ("service", 0, "name")."""

    code: str = "wrong"
    path: tuple[str | int, ...] = ()


class Texts(Definition):
    """The same words in Arabic, French and English; where one is empty, another language stands in for it."""

    ar: Text = ""
    fr: Text = ""
    en: Text = ""

    def __bool__(self) -> bool:
        return bool(self.ar or self.fr or self.en)


class Letterhead(Definition):
    """The lines over a document, from the top."""

    ar: Annotated[tuple[Line, ...], Field(max_length=8)] = ()
    fr: Annotated[tuple[Line, ...], Field(max_length=8)] = ()
    en: Annotated[tuple[Line, ...], Field(max_length=8)] = ()


class Office(Definition):
    """The office: the territory that opens, its names, what it calls a recommendation and several of them (empty: by
    that word), the least count of a breakdown that is shown, and the order in which sources speak (those that it does
    not name come after)."""

    territory: Code = DEFAULT_TERRITORY
    name: Texts = Texts()
    unit: Texts = Texts()
    letterhead: Letterhead = Letterhead()
    recommendation: Texts = Texts()
    recommendations: Texts = Texts()
    small_cell: Annotated[int, Field(ge=LEAST_SMALL_CELL, le=MOST_SMALL_CELL)] = DEFAULT_SMALL_CELL
    source_order: tuple[Id, ...] = ()


class Service(Definition):
    """A service that the office works with. body: of the definitions, that holds its steps; partner: outside the
    State's services (an association, a bank)."""

    id: Id
    name: Texts
    body: str = ""
    partner: bool = False


class Delivery(Definition):
    """What a provider sends, and when. expected_day: ISO weekday (weekly), else day of the month; reminder_days: how
    many days before it is due the office is reminded; level: of the territories that it speaks of."""

    id: Id
    name: Texts
    service: str = ""
    source: Id = "office"
    channel: Literal["portal", "email", "message", "paper", "database", "file"]
    periodicity: Literal["daily", "weekly", "monthly", "quarterly"]
    expected_day: Annotated[int, Field(ge=1, le=31)] = 1
    reminder_days: Annotated[int, Field(ge=0, le=31)] = 2
    level: Literal["annex", "commune", "school", "prefecture"]
    counts: Annotated[tuple[StepCount, ...], Field(min_length=1)]
    starts: date


class Hidden(Definition):
    """An indicator that is not shown to some roles."""

    indicator: IndicatorId
    roles: Annotated[tuple[Literal[HIDEABLE], ...], Field(min_length=1)]


class FilingWindow(Definition):
    """The days on which applications to a programme may be filed in a year, as the office was told; it takes the place
    of those of the definitions for that year. Without `closes` the closing day is not announced. source: who said so, a
    letter or an address."""

    programme: Id
    year: Annotated[int, Field(ge=2001, le=2100)]
    opens: date
    closes: date | None = None
    source: Text = ""


class Settings(Definition):
    """What the office has settled about itself."""

    office: Office = Office()
    services: tuple[Service, ...] = Field(default=(), alias="service")
    deliveries: tuple[Delivery, ...] = Field(default=(), alias="delivery")
    hidden: tuple[Hidden, ...] = ()
    windows: tuple[FilingWindow, ...] = Field(default=(), alias="window")

    def to_body(self) -> dict[str, Any]:
        """The settings as their file says them, every field given: for the table `definition`."""
        return self.model_dump(mode="json", by_alias=True)

    def to_toml(self) -> str:
        """The settings as a file."""
        return _toml(self.model_dump(mode="python", by_alias=True))


def settings(folder: Path) -> Settings:
    """The settings of an office's folder, those of every office where it has no file. Raises SettingsError."""
    path = folder / FILE
    if not path.is_file():
        return Settings()
    return _read(path, path.stat().st_mtime_ns, path.stat().st_size, _stamp(folder))


def are_settled(folder: Path) -> bool:
    """Whether the office has settings of its own."""
    return (folder / FILE).is_file()


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int, _size: int, _beside: tuple) -> Settings:
    return parsed(path.read_bytes(), path.parent, name=str(path))


def _stamp(folder: Path) -> tuple:
    """The state of the files that the settings are checked against."""
    names = ("programmes.toml", "indicators.toml", "sources.toml", CHAIN)
    return tuple((f.stat().st_mtime_ns if f.is_file() else 0) for f in (folder / name for name in names))


def parsed(content: bytes, folder: Path, *, name: str = FILE) -> Settings:
    """The settings that a file says, checked against the definitions of the office. Raises SettingsError."""
    try:
        block = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = SettingsFault(name, "the file", "-", f"not a TOML file in UTF-8: {error}", code="not_toml")
        raise SettingsError([fault]) from error
    return checked(block, folder, name=name)


def checked(block: Mapping[str, Any], folder: Path, *, name: str = FILE) -> Settings:
    """The settings out of the tables of a file, checked against the definitions of the office. Raises SettingsError."""
    try:
        found = Settings.model_validate(block)
    except ValidationError as error:
        raise SettingsError([_fault(name, detail) for detail in error.errors(include_url=False)]) from error
    faults = list(_faults(found, folder, name))
    if faults:
        raise SettingsError(faults)
    return found


_CODES = {
    "missing": ("missing", "missing"),
    "extra_forbidden": ("unknown_field", "no such field"),
    "string_too_long": ("too_long", "too long"),
    "too_long": ("too_long", "too many"),
    "too_short": ("empty", "empty"),
    "int_parsing": ("not_a_number", "not a whole number"),
    "int_type": ("not_a_number", "not a whole number"),
    "greater_than_equal": ("out_of_range", "too small"),
    "less_than_equal": ("out_of_range", "too large"),
}


def _fault(name: str, detail: dict[str, Any]) -> SettingsFault:
    path = tuple(detail["loc"])
    code, problem = _CODES.get(detail["type"], ("wrong", detail["msg"]))
    seen = "" if code in ("missing", "empty") else f'"{str(detail["input"])[:60]}"'
    return SettingsFault(name, _block(path), _field(path), problem, seen, code=code, path=path)


def _block(path: tuple[str | int, ...]) -> str:
    """[office], or [[service]] number 2."""
    if not path:
        return "the file"
    return f"[[{path[0]}]] number {path[1] + 1}" if len(path) > 1 and isinstance(path[1], int) else f"[{path[0]}]"


def _field(path: tuple[str | int, ...]) -> str:
    inside = path[2:] if len(path) > 1 and isinstance(path[1], int) else path[1:]
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in inside)
    return text.lstrip(".") or "-"


def _faults(found: Settings, folder: Path, name: str) -> Iterator[SettingsFault]:
    """What the settings say of things that there are not."""

    def fault(code: str, problem: str, seen: str, *path: str | int) -> SettingsFault:
        return SettingsFault(name, _block(path), _field(path), problem, f'"{seen}"' if seen else "", code, path)

    known = catalogue(folder)
    if found.office.territory not in territory_codes(folder):
        yield fault("unknown_territory", "no such territory", found.office.territory, "office", "territory")
    for field in ("recommendation", "recommendations"):
        for language, said in getattr(found.office, field).model_dump().items():
            if names_a_legal_act(said):
                yield fault(
                    "legal_act", "names an act of law, which a recommendation is not", said, "office", field, language
                )
    for place, source in enumerate(found.office.source_order):
        if source not in known.sources:
            yield fault("unknown_source", "no such source", source, "office", "source_order", place)
        elif source in found.office.source_order[:place]:
            yield fault("twice", "named twice", source, "office", "source_order", place)
    for kind, blocks in (("service", found.services), ("delivery", found.deliveries)):
        ids = [block.id for block in blocks]
        for place, block in enumerate(blocks):
            if block.id in ids[:place]:
                yield fault("twice", "used twice", block.id, kind, place, "id")
            if not block.name:
                yield fault("no_name", "missing in all languages", "", kind, place, "name")
    services = {service.id for service in found.services}
    for place, service in enumerate(found.services):
        if service.body and service.body not in known.bodies:
            yield fault("unknown_body", "no [[body]] of that id", service.body, "service", place, "body")
    for place, delivery in enumerate(found.deliveries):
        if delivery.service and delivery.service not in services:
            yield fault("unknown_service", "no [[service]] of that id", delivery.service, "delivery", place, "service")
        if delivery.source not in known.sources:
            yield fault("unknown_source", "no such source", delivery.source, "delivery", place, "source")
        if delivery.periodicity == "weekly" and delivery.expected_day > 7:
            seen = str(delivery.expected_day)
            yield fault("not_a_weekday", "a day of the week is 1 to 7", seen, "delivery", place, "expected_day")
        for at, count in enumerate(delivery.counts):
            step = known.steps.get(count.step)
            if step is None:
                yield fault("unknown_step", "no such step", count.step, "delivery", place, "counts", at, "step")
            elif count.unit not in step.units:
                problem = f"{step.id} counts {', '.join(step.units)}"
                yield fault("wrong_unit", problem, count.unit, "delivery", place, "counts", at, "unit")
    programmes = {programme.id for programme in known.programmes}
    years = [(window.programme, window.year) for window in found.windows]
    for place, window in enumerate(found.windows):
        if window.programme not in programmes:
            yield fault("unknown_programme", "no such programme", window.programme, "window", place, "programme")
        if years[place] in years[:place]:
            yield fault("twice", "named twice", str(window.year), "window", place, "year")
        if window.closes and window.closes < window.opens:
            seen = window.closes.isoformat()
            yield fault("closes_first", "closes before it opens", seen, "window", place, "closes")
    named = [hidden.indicator for hidden in found.hidden]
    for place, hidden in enumerate(found.hidden):
        if hidden.indicator not in known.indicators:
            yield fault("unknown_indicator", "no such indicator", hidden.indicator, "hidden", place, "indicator")
        elif hidden.indicator in named[:place]:
            yield fault("twice", "named twice", hidden.indicator, "hidden", place, "indicator")


def names_a_legal_act(text: str) -> bool:
    """Whether a text calls something by the name of an act of law (LEGAL_ACTS): a governor's is an act that can be
    appealed against, and what a meeting asks of a service is none."""
    return any(word.casefold() in _legal_acts() for word in re.findall(r"\w+", unicodedata.normalize("NFC", text)))


@lru_cache(maxsize=1)
def _legal_acts() -> frozenset[str]:
    return frozenset(row["word"].casefold() for row in _csv(LEGAL_ACTS))


def territory_codes(folder: Path) -> frozenset[str]:
    """The codes of the reference list and of the office's own chain of command."""
    own = folder / CHAIN
    return _codes(REFERENCE / "territories.csv", own if own.is_file() else None, _stamp(folder))


@lru_cache(maxsize=8)
def _codes(reference: Path, own: Path | None, _beside: tuple) -> frozenset[str]:
    return frozenset(row["code"] for path in (reference, own) if path for row in _csv(path))


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: (text or "").strip() for key, text in row.items() if key} for row in csv.DictReader(file)]


# Writing

_writing = threading.RLock()


def save(folder: Path, new: Settings) -> None:
    """Put these settings in the place of the present ones, which are kept for `undo`. Raises SettingsError."""
    with _writing:
        checked(new.to_body(), folder)
        _replace(folder / FILE, new.to_toml())


def change(folder: Path, edit: Callable[[Settings], Settings]) -> Settings:
    """Save what `edit` makes of the present settings, which nobody else changes meanwhile. Raises SettingsError."""
    with _writing:
        new = edit(settings(folder))
        save(folder, new)
        return new


def undo(folder: Path, *, file: str = FILE) -> bool:
    """Put the file before the present one back, the present one into its place; whether there was one."""
    with _writing:
        before, present = folder / _previous(file), folder / file
        if not before.is_file():
            return False
        content = before.read_text(encoding="utf-8")
        if file == FILE:
            parsed(content.encode(), folder)
        _replace(present, content)
        return True


def can_undo(folder: Path, *, file: str = FILE) -> bool:
    """Whether a file before the present one is kept."""
    return (folder / _previous(file)).is_file()


def _previous(file: str) -> str:
    name, dot, ending = file.rpartition(".")
    return f"{name}.previous{dot}{ending}"


def _replace(path: Path, content: str) -> None:
    """Write a file so that whoever reads it meets the old one or the new one, whole, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file():
        _place(path.with_name(_previous(path.name)), path.read_bytes())
    _place(path, content.encode())


def _place(path: Path, content: bytes) -> None:
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    if os.name == "posix":
        # The rename itself is only on disk once the folder is.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def changes(before: Settings, after: Settings) -> list[tuple[tuple[str, ...], Any, Any]]:
    """What differs: (path of the field, what it was, what it will be), None for nothing. Blocks go by their id."""
    return list(_differences((), _by_name(before), _by_name(after)))


def _by_name(found: Settings) -> dict[str, Any]:
    body = found.to_body()
    for kind, key in (("service", "id"), ("delivery", "id"), ("hidden", "indicator")):
        body[kind] = {block[key]: block for block in body[kind]}
    body["window"] = {f"{block['programme']} {block['year']}": block for block in body["window"]}
    return body


def _differences(path: tuple[str, ...], before: Any, after: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences((*path, key), before.get(key), after.get(key))
    elif before != after:
        yield path, before, after


# Spellings of the office's own territories


def spellings(folder: Path) -> dict[str, dict[str, str]]:
    """The office's own spellings: code → {ar, fr}, a language left out where it has none."""
    path = folder / SPELLINGS
    rows = _csv(path) if path.is_file() else []
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        said = {lang: row[lang] for lang in ("ar", "fr") if row.get(lang)}
        if row.get("code") and (said or not row.get("spelling")):
            found.setdefault(row["code"], {}).update(said)
    return found


def remembered_spellings(folder: Path) -> dict[str, str]:
    """What people have confirmed that names in files mean: code by name. They are read, never shown."""
    path = folder / SPELLINGS
    rows = _csv(path) if path.is_file() else []
    return {row["spelling"]: row["code"] for row in rows if row.get("spelling") and row.get("code")}


def remember_spellings(folder: Path, answers: Mapping[str, str]) -> None:
    """Keep what names in files mean (code by name), beside the office's own spellings.

    Raises SettingsError for a code there is not, and for a spelling that is no name.
    """
    with _writing:
        faults = [
            fault for name, code in answers.items() for fault in _spelling_faults(folder, {code: {"spelling": name}})
        ]
        if faults:
            raise SettingsError(faults)
        _write_spellings(folder, spellings(folder), remembered_spellings(folder) | dict(answers))


def _write_spellings(folder: Path, own: Mapping[str, Mapping[str, str]], remembered: Mapping[str, str]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "ar", "fr", *(["spelling"] if remembered else [])])
    for code in sorted(own):
        if any(own[code].values()):
            rows.writerow([code, own[code].get("ar", ""), own[code].get("fr", ""), *([""] if remembered else [])])
    rows.writerows([code, "", "", name] for name, code in sorted(remembered.items()))
    _replace(folder / SPELLINGS, text.getvalue())


def save_spellings(folder: Path, new: Mapping[str, Mapping[str, str]]) -> None:
    """Put these spellings in the place of those that the office has for the same codes; an empty one takes it back.

    Raises SettingsError for a code there is not, and for a spelling that is no name.
    """
    with _writing:
        faults = list(_spelling_faults(folder, new))
        if faults:
            raise SettingsError(faults)
        kept = spellings(folder)
        for code, said in new.items():
            kept[code] = {lang: said.get(lang, "").strip() for lang in ("ar", "fr")}
        _write_spellings(folder, kept, remembered_spellings(folder))


def _spelling_faults(folder: Path, new: Mapping[str, Mapping[str, str]]) -> Iterator[SettingsFault]:
    codes = territory_codes(folder)
    for code, said in new.items():
        if code not in codes:
            yield SettingsFault(SPELLINGS, code, "code", "no such territory", f'"{code}"', "unknown_territory", (code,))
        for lang, text in said.items():
            if text and (len(text) > 100 or not all(letter.isprintable() for letter in text)):
                yield SettingsFault(SPELLINGS, code, lang, "not a name", f'"{text[:60]}"', "too_long", (code, lang))


# TOML: the standard library reads it and does not write it


def _toml(body: Mapping[str, Any]) -> str:
    """The tables of `Settings` as TOML."""
    lines = ["[office]", *_fields(body["office"])]
    for kind in ("service", "delivery", "hidden", "window"):
        for block in body[kind]:
            lines += ["", f"[[{kind}]]", *_fields(block)]
    return "\n".join(lines) + "\n"


def _fields(block: Mapping[str, Any]) -> Iterable[str]:
    return (f"{key} = {_value(value)}" for key, value in block.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # What JSON escapes TOML escapes alike, but for the one character that JSON leaves.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
