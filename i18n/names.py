"""The names that are data: territories, programmes, steps, indicators, sources and the bodies responsible.

They are read from data/reference and from the office's own folder, whose spelling wins. Nothing is validated here:
data.catalogue does that when the files are loaded.
"""

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "data" / "reference"

TERRITORIES = "territories.csv"
SPELLINGS = "spellings.csv"
DEFINITIONS = {
    "programmes.toml": ("programme", "body", "reason"),
    "indicators.toml": ("indicator",),
    "sources.toml": ("source",),
}
OFFICES = "offices.csv"
"""What the kinds of office are called, and the ready forms of their names."""
CHAINS = ("chain.ended.csv", "chain.csv")
"""The offices that are no more, of which figures may still speak, and those that there are."""
SETTINGS = "settings.toml"
SETTLED = ("service", "delivery")
"""What the office names in its settings."""
DEMONSTRATION = "demonstration"
"""The folder, inside the office's own, of the made-up office, whose names stand beside the real ones."""

LANGUAGES = ("ar", "fr", "en")

_OFFICE_CODE = re.compile(r"\d\d\.\d{3}\.X?([DAL])\d{2,4}")
_KIND_OF_LETTER = {"D": "pachalik", "A": "annex", "L": "lycee"}

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
    is_called: bool = False
    """Whether the name itself says what it is, as that of the kingdom and those of offices do."""


@dataclass(frozen=True, eq=False)
class Names:
    """The names of one reference folder and one office folder, read once at first need."""

    reference: Path
    local: Path

    @cached_property
    def places(self) -> dict[str, Place]:
        """Each territory in words, by code."""
        own = self.local / SPELLINGS
        # Further spellings that files may use stand in the same list, in a column of their own: they are never shown.
        shown = [row for row in _rows(own) if not row.get("spelling")] if _is_there(own) else []
        spellings = {row["code"]: row for row in shown}
        found = {
            row["code"]: _place(row, spellings.get(row["code"], {})) for row in _rows(self.reference / TERRITORIES)
        }
        forms = {row["kind"]: row for row in _offices(self.reference / OFFICES)}
        for folder in (self.local / DEMONSTRATION, self.local):
            for name in CHAINS:
                for row in _offices(folder / name):
                    if row.get("kind") in forms and row.get("code"):
                        place = _office(row, forms[row["kind"]], spellings.get(row["code"], {}))
                        found[place.code] = place
        return found

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
        for folder in (self.local / DEMONSTRATION, self.local):
            found |= _settled(folder / SETTINGS)
        return found

    def place(self, code: str) -> Place:
        """A territory in words; an office whose file is not on this machine by its code.

        KeyError when the reference list has no such code.
        """
        try:
            return self.places[code]
        except KeyError:
            if office := _OFFICE_CODE.fullmatch(code):
                said = dict.fromkeys(LANGUAGES, code)
                return Place(code, _KIND_OF_LETTER[office[1]], name=said, within=said, belonging=said, is_called=True)
            raise KeyError(f"no territory has the code {code!r} in {self.reference / TERRITORIES}") from None

    def definition(self, kind: str, id: str) -> dict:
        """A definition as it stands in its file. KeyError when there is none."""
        try:
            return self.definitions[kind, id]
        except KeyError:
            raise KeyError(f"no {kind} has the id {id!r} in {self.reference} or {self.local}") from None


def names(*, reference: Path = REFERENCE, local: Path) -> Names:
    """The names of a reference folder and an office folder, read again when one of their files has changed."""
    files = [reference / TERRITORIES, reference / OFFICES, local / SPELLINGS]
    files += [folder / file_name for file_name in DEFINITIONS for folder in (reference, local)]
    files += [folder / name for name in (SETTINGS, *CHAINS) for folder in (local, local / DEMONSTRATION)]
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


def _settled(path: Path) -> dict[tuple[str, str], dict]:
    """The services and deliveries that an office's settings name, by (kind, id); a language left out has another's."""
    try:
        tables = _tables(path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # A slip in the office's own file is said where it is loaded; it must not take every word from every page.
        return {}
    found = {}
    for kind in SETTLED:
        for block in tables.get(kind, []):
            written = block.get("name", {})
            stand_in = next((written[language] for language in LANGUAGES if written.get(language)), block["id"])
            name = {language: written.get(language) or stand_in for language in LANGUAGES}
            found[kind, block["id"]] = block | {"name": name}
    return found


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
    is_called = row["level"] == "country"
    return Place(row["code"], row["kind"], name=name, within=within, belonging=belonging, is_called=is_called)


def _offices(path: Path) -> list[dict[str, str]]:
    """The lines of a chain of command, or of the kinds of office.

    What is wrong with them is said where they are loaded; it must not take every name from every page.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, UnicodeDecodeError):
        return []
    head = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=max(",;\t", key=head.count))
    return [{key: (cell or "").strip() for key, cell in row.items() if isinstance(key, str)} for row in reader]


def _office(row: dict[str, str], form: dict[str, str], spelling: dict[str, str]) -> Place:
    """An office in words: «قيادة التمسية», «بنفوذ قيادة التمسية». It is never named without what it is, since a commune
    may have the same name."""
    called, within, belonging = {}, {}, {}
    for language in LANGUAGES:
        # English has the French name; a name that one language lacks is that of the other.
        column = "ar" if language == "ar" else "fr"
        name = spelling.get(column) or row.get(f"name_{column}") or row.get("name_fr") or row.get("name_ar") or ""
        title = form[f"called_{column}"].partition("{")[0].strip()
        if name.casefold().startswith(title.casefold() + " "):
            name = name[len(title) :].strip()
        for forms, start in ((called, "called"), (within, "in"), (belonging, "of")):
            forms[language] = form[f"{start}_{language}"].format(name=name, de_name=elided(name))
    return Place(row["code"].upper(), row["kind"], name=called, within=within, belonging=belonging, is_called=True)


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
