"""Layouts: what each column of a sheet is. Those of data/reference/layouts ship with the product; those of `layouts` in
the office's local folder were confirmed by a person there, and come back with every sheet that has the same headers.

A column is named by its key (data.importer.grid): its header from the top line down, joined by ` / `, with each date in
it written `{date}`. docs/load-your-own-file.md shows one.
"""

import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from data.importer.names import normal

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "layouts"
FOLDER = "layouts"
"""The folder of the office's own layouts, in its local folder."""

Role = Literal[
    "code",
    "territory",
    "prefecture",
    "region",
    "date",
    "year",
    "from",
    "to",
    "value",
    "total",
    "step",
    "sex",
    "area",
    "age_band",
    "reason",
    "ignored",
]
ROLES: tuple[str, ...] = get_args(Role)
"""What a column may be, in the order in which they are offered."""

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Short = Annotated[str, StringConstraints(max_length=80)]


UNKNOWN = "unknown"
"""Where a layout is wrong that is asked for by a name that none has."""


class LayoutError(ValueError):
    """A file is no layout; `where` names the field, `seen` what stood there."""

    def __init__(self, file: str, where: str, seen: str = ""):
        super().__init__(f"{file}: {where}")
        self.file, self.where, self.seen = file, where, seen


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """What one column is. header: its key, or several that it may have. The rest is said of every figure in it, over
    what the layout says of all."""

    header: tuple[str, ...]
    role: Role
    step: Short = ""
    unit: Short = ""
    sex: Short = ""
    area: Short = ""
    age_band: Short = ""
    reason: Short = ""

    @property
    def key(self) -> str:
        """The name by which it is shown."""
        return self.header[0]


class Layout(_Strict):
    """What the columns of a sheet are, and what holds for all figures in it.

    measure: stock or flow; sure: a person said so although the numbers look otherwise. order: of day and month in a
    date like 03/04/2023 (`dmy`, `mdy`), empty where it must show. grain: whether the first of a month in a header is
    that `day` or the whole `month`. epoch: the calendar (1900, 1904) of dates that lost their format, 0: there are
    none. within: the code of the territory that all lines belong to.
    """

    id: Id
    name: dict[str, str] = Field(default_factory=dict)
    source: Short = "office"
    step: Short = ""
    unit: Short = ""
    measure: Literal["stock", "flow", ""] = ""
    sure: bool = False
    order: Literal["dmy", "mdy", ""] = ""
    grain: Literal["day", "month", ""] = ""
    epoch: Literal[0, 1900, 1904] = 0
    within: Short = ""
    column: tuple[Rule, ...]

    def rule(self, key: str) -> Rule | None:
        """What the column of this key is; None when the layout does not know it."""
        plain = _plain(key)
        return next((rule for rule in self.column if any(_plain(header) == plain for header in rule.header)), None)

    def fits(self, keys: Sequence[str]) -> bool:
        """Whether a sheet with these columns has this layout: it knows all of them, and misses none that it reads."""
        known = [self.rule(key) for key in keys]
        return None not in known and all(rule in known for rule in self.column if rule.role != "ignored")

    def covers(self, keys: Sequence[str]) -> bool:
        """Whether it can read a sheet with these columns: it knows each of them."""
        return all(self.rule(key) is not None for key in keys)

    def to_toml(self) -> str:
        """The layout as a file."""
        body = self.model_dump(exclude={"column"}, exclude_defaults=True)
        lines = [f"{key} = {_toml(value)}" for key, value in body.items()]
        for rule in self.column:
            lines += ["", "[[column]]"]
            fields = {"header": rule.key if len(rule.header) == 1 else list(rule.header)}
            fields |= rule.model_dump(exclude={"header"}, exclude_defaults=True)
            lines += [f"{key} = {_toml(value)}" for key, value in fields.items()]
        return "\n".join(lines) + "\n"


def _plain(key: str) -> str:
    return " / ".join(normal(part) or part.strip() for part in key.split(" / "))


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    text = "".join(letter if letter.isprintable() else " " for letter in value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parsed(content: str, *, file: str) -> Layout:
    """The layout that a file says. Raises LayoutError."""
    try:
        body = tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        raise LayoutError(file, "toml") from None
    for rule in body.get("column", ()) if isinstance(body.get("column"), list) else ():
        if isinstance(rule, dict) and isinstance(rule.get("header"), str):
            rule["header"] = (rule["header"],)
    body.setdefault("id", re.sub(r"[^a-z0-9_-]", "_", Path(file).stem.lower()).strip("_-") or "layout")
    try:
        return Layout.model_validate(body)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "layout"
        raise LayoutError(file, where, str(first.get("input", ""))[:40]) from None


def layouts(local: Path | None, *, reference: Path = REFERENCE) -> list[Layout]:
    """Every layout, those of the office first. One that cannot be read is left out: a sheet then has none."""
    found = []
    for folder in (*([local / FOLDER] if local else []), reference):
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            try:
                found.append(parsed(path.read_text(encoding="utf-8"), file=path.name))
            except (LayoutError, OSError, UnicodeDecodeError):
                continue
    return found


def fitting(keys: Sequence[str], known: Iterable[Layout]) -> Layout | None:
    """The first layout that a sheet with these columns has."""
    return next((layout for layout in known if layout.fits(keys)), None)


def named(name: str, local: Path | None) -> Layout:
    """The layout of this id, or of the file of this path. Raises LayoutError, OSError."""
    held = next((layout for layout in layouts(local) if layout.id == name), None)
    if held is not None:
        return held
    path = Path(name)
    if path.suffix != ".toml":
        raise LayoutError(name, UNKNOWN)
    return parsed(path.read_text(encoding="utf-8"), file=path.name)


def keep(local: Path, layout: Layout) -> None:
    """Remember a layout that a person has confirmed. Whoever reads it meets the old one or the new one, whole."""
    folder = local / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".layout.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(layout.to_toml())
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, folder / f"{layout.id}.toml")
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
