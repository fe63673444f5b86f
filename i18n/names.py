"""The names that are data: territories, programmes, steps, indicators, sources and the bodies responsible.

They are read from data/reference and from the office's own folder, whose spelling wins. Nothing is validated here:
data.catalogue does that when the files are loaded.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "data" / "reference"

TERRITORIES = "territories.csv"
SPELLINGS = "spellings.csv"
DEFINITIONS = {
    "programmes.toml": ("programme", "body"),
    "indicators.toml": ("indicator",),
    "sources.toml": ("source",),
}

_ENGLISH_KINDS = {
    "country": "{name}",
    "region": "the region of {name}",
    "prefecture": "the prefecture of {name}",
    "province": "the province of {name}",
    "prefecture_of_arrondissements": "the prefecture of arrondissements of {name}",
    "urban_commune": "the commune of {name}",
    "rural_commune": "the commune of {name}",
    "arrondissement": "the arrondissement of {name}",
}


@dataclass(frozen=True)
class Place:
    """A territory in words. Each mapping goes from the language to the name, or to a form with its preposition."""

    code: str
    kind: str
    name: Mapping[str, str]
    within: Mapping[str, str]
    belonging: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Names:
    """The names of one reference folder and one office folder, read once at first need."""

    reference: Path
    local: Path

    @cached_property
    def places(self) -> dict[str, Place]:
        """Each territory in words, by code."""
        own = self.local / SPELLINGS
        spellings = {row["code"]: row for row in _rows(own)} if _is_there(own) else {}
        return {row["code"]: _place(row, spellings.get(row["code"], {})) for row in _rows(self.reference / TERRITORIES)}

    @cached_property
    def definitions(self) -> dict[tuple[str, str], dict]:
        """Each definition as it stands in its file, by (kind, id); a step's id is programme.step."""
        found: dict[tuple[str, str], dict] = {}
        for file_name, kinds in DEFINITIONS.items():
            tables = _merged(_tables(self.reference / file_name), _tables(self.local / file_name))
            for kind in kinds:
                for block in tables.get(kind, []):
                    found[kind, block["id"]] = block
                    for step in block.get("step", []):
                        found["step", f"{block['id']}.{step['id']}"] = step
        return found

    def place(self, code: str) -> Place:
        """A territory in words. KeyError when the reference list has no such code."""
        try:
            return self.places[code]
        except KeyError:
            raise KeyError(f"no territory has the code {code!r} in {self.reference / TERRITORIES}") from None

    def definition(self, kind: str, id: str) -> dict:
        """A definition as it stands in its file. KeyError when there is none."""
        try:
            return self.definitions[kind, id]
        except KeyError:
            raise KeyError(f"no {kind} has the id {id!r} in {self.reference} or {self.local}") from None


def names(*, reference: Path = REFERENCE, local: Path) -> Names:
    """The names of a reference folder and an office folder, read again when one of their files has changed."""
    files = [reference / TERRITORIES, local / SPELLINGS]
    files += [folder / file_name for file_name in DEFINITIONS for folder in (reference, local)]
    return _names(reference, local, tuple(_mtime(path) for path in files))


@lru_cache(maxsize=8)
def _names(reference: Path, local: Path, stamp: tuple[int, ...]) -> Names:
    return Names(reference=reference, local=local)


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _is_there(path: Path) -> bool:
    return _mtime(path) != 0


def _rows(path: Path) -> list[dict[str, str]]:
    # Excel on Windows begins a UTF-8 file with a mark that would become part of the first column's name.
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if "code" not in (reader.fieldnames or ()):
            raise ValueError(f"{path}: the first line names no column `code`, but {', '.join(reader.fieldnames or ())}")
        return [{key: (text or "").strip() for key, text in row.items() if key} for row in reader]


def _tables(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8-sig")) if _is_there(path) else {}


def _merged(ours: dict, theirs: dict) -> dict:
    """The office's tables laid over ours: blocks meet by their id, fields and languages one by one."""
    merged = dict(ours)
    for key, value in theirs.items():
        before = merged.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            merged[key] = _merged(before, value)
        elif _are_blocks(value) and _are_blocks(before):
            blocks = {block["id"]: block for block in before}
            for block in value:
                blocks[block["id"]] = _merged(blocks.get(block["id"], {}), block)
            merged[key] = list(blocks.values())
        else:
            merged[key] = value
    return merged


def _are_blocks(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "id" in item for item in value)


def _place(row: dict[str, str], spelling: dict[str, str]) -> Place:
    name, within, belonging = {}, {}, {}
    for language in ("ar", "fr"):
        # The ready forms of the file use the office's spelling when there is one.
        written = row[f"office_{language}"] or row[f"name_{language}"]
        preferred = spelling.get(language) or written
        name[language] = preferred
        for forms, column in ((within, "in"), (belonging, "of")):
            forms[language] = _respelt(row[f"{column}_{language}"], written, preferred)
    name["en"] = "Morocco" if row["level"] == "country" else name["fr"]
    phrase = _ENGLISH_KINDS[row["kind"]].format(name=name["en"])
    within["en"] = f"in {phrase}"
    belonging["en"] = f"of {phrase}"
    return Place(code=row["code"], kind=row["kind"], name=name, within=within, belonging=belonging)


def _respelt(form: str, written: str, preferred: str) -> str:
    """A ready form with another spelling of its name; French « de » or « d' » follows the new first letter."""
    if preferred == written:
        return form
    before, found, after = form.rpartition(written)
    if not found:
        return form
    for article in ("d'", "d’", "de "):
        if before.endswith(article):
            apostrophe = "’" if article == "d’" else "'"
            before = before.removesuffix(article) + (f"d{apostrophe}" if _begins_with_vowel(preferred) else "de ")
            break
    return before + preferred + after


def elided(text: str) -> str:
    """French: the text after « de », which loses its vowel before another."""
    return f"d'{text}" if _begins_with_vowel(text) else f"de {text}"


def _begins_with_vowel(name: str) -> bool:
    # Not h: Moroccan names beginning with it have it aspirated (de Had Soualem, de Harhoura).
    return name[:1].casefold() in set("aeiouàâäéèêëîïôöùûü")
