"""Which territory a cell means: its code, or its exact name where that name is one territory's alone."""

import csv
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from data.chain import Office, kinds, offices
from data.rollups import Tree

REFERENCE = Path(__file__).resolve().parent.parent / "reference"
SUGGESTED = 3
ALIKE = 72
"""A name less alike than this (of 100) is no suggestion."""
LEVELS = ("country", "region", "prefecture", "commune", "arrondissement", "grouping")


def normal(name: str) -> str:
    """The name without case, accents, vowel signs, spaces and hyphens: «أيت ملول» and «آيت-ملول» are one."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in plain if character.isalnum() and character != "ـ")


def _spelt(office: Office) -> list[str]:
    """How an office may be written: its name, alone or after what it is, in Arabic or in Latin letters."""
    kind = kinds()[office.kind]
    written = [office.name_ar, office.name_fr]
    for name, form in ((office.name_ar, "called_ar"), (office.name_fr, "called_fr")):
        title = kind[form].partition("{")[0].strip()
        for before in (title, *filter(None, kind["also"].split("|"))):
            written.append(f"{before} {name}")
            if form == "called_fr":
                written += [f"{before} de {name}", f"{before} d'{name}"]
    return written


@dataclass(frozen=True, slots=True)
class Territory:
    """One territory: code, the code above it (empty for the kingdom), level, kind."""

    code: str
    parent: str
    level: str
    kind: str


class Territories:
    """The territories of the reference list and the offices of the chain of command, found by code or by name.

    `rows` are (code, parent, level, kind); `spellings` are (code, name); `members` are (grouping, arrondissement);
    `chain` are offices, which are rows too. A name that a commune and an office share means the commune: the office is
    written with what it is («قيادة التمسية»), or its kind beside it.
    """

    def __init__(
        self,
        rows: Iterable[tuple[str, str, str, str]],
        *,
        spellings: Iterable[tuple[str, str]] = (),
        members: Iterable[tuple[str, str]] = (),
        chain: Iterable[Office] = (),
    ):
        chain = tuple(chain)
        self.by_code = {row[0]: Territory(*row) for row in rows}
        self.by_code |= {one.code: Territory(one.code, one.parent, one.level, one.kind) for one in chain}
        self.offices = {one.code for one in chain}
        self.jurisdiction = tuple((one.code, covered) for one in chain for covered in one.covers)
        spellings = [*spellings, *((one.code, name) for one in chain for name in _spelt(one))]
        self.members = tuple(members)
        self._beside: dict[str, set[str]] = {}
        for grouping, member in self.members:
            self._beside.setdefault(member, set()).add(grouping)
        self._by_name: dict[str, list[str]] = {}
        for code, name in spellings:
            held = self._by_name.setdefault(normal(name), [])
            if code in self.by_code and code not in held:
                held.append(code)
        self._by_name.pop("", None)
        self._kinds = {name for t in self.by_code.values() for name in (t.kind, t.level)} | set(LEVELS)
        self._places = {code: place for place, code in enumerate(self.by_code)}
        self._alike: dict[str, list[str]] = {}

    @classmethod
    def load(cls, local: Path | None = None, *, reference: Path = REFERENCE) -> "Territories":
        """The reference list with its spellings and, where the folder `local` has them, those of the office and its
        chain of command. Raises data.chain.ChainRefused."""
        with open(reference / "territories.csv", encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
        names = ("name_ar", "name_fr", "office_ar", "office_fr")
        spellings = [(row["code"], row[name]) for row in table for name in names if row.get(name)]
        for path in (
            reference / "spellings.csv",
            *([local / "spellings.csv"] if local else []),
        ):
            if path.exists():
                with open(path, encoding="utf-8-sig", newline="") as file:
                    # The list that ships has one spelling a line; an office writes its own in columns `ar` and `fr`.
                    spellings += [
                        (row["code"], row[name])
                        for row in csv.DictReader(file)
                        for name in ("spelling", "ar", "fr")
                        if row.get(name)
                    ]
        with open(reference / "groupings.csv", encoding="utf-8-sig", newline="") as file:
            members = [(row["grouping"], row["member"]) for row in csv.DictReader(file)]
        rows = [(row["code"], row["parent"], row["level"], row["kind"]) for row in table]
        return cls(rows, spellings=spellings, members=members, chain=offices(local) if local else ())

    @property
    def spellings(self) -> Mapping[str, Sequence[str]]:
        """The codes of the territories that are spelt so, by spelling in the form of `normal`."""
        return self._by_name

    @property
    def named_levels(self) -> Collection[str]:
        """The levels and kinds that a file may name."""
        return self._kinds

    def named(self, name: str) -> Sequence[str]:
        """The codes of the territories that have exactly this code or name."""
        return self._named(name)

    def suggestions(self, name: str) -> Sequence[str]:
        """Codes of at most SUGGESTED territories whose name is like this one, the most alike first."""
        return self._suggestions(name)

    def tree(self) -> Tree:
        """Who is summed into whom."""
        rows = [(t.code, t.parent, t.level) for t in self.by_code.values()]
        return Tree(rows, self.members, self.jurisdiction)

    def above(self, code: str) -> set[str]:
        """Every territory that holds this one, groupings of arrondissements included."""
        held: set[str] = set()
        todo = [code]
        while todo:
            here = todo.pop()
            parents = self._beside.get(here, set()) | {self.by_code[here].parent if here in self.by_code else ""}
            new = {parent for parent in parents if parent} - held
            held |= new
            todo += new
        return held

    def names_one(self, text: str) -> bool:
        """Whether a text is the name of a territory."""
        return bool(self._named(text))

    def find(self, name: str, *, kind: str = "", parent: str = "") -> str | tuple[str, dict]:
        """The code of the territory that is meant, or a problem's code and values.

        `kind` is a level or a kind; `parent` a code or a name of any territory above.
        """
        wanted = kind.strip().lower()
        if wanted and wanted not in self._kinds:
            return "unknown_kind", {"kind": kind, "allowed": sorted(self._kinds)}
        within: set[str] | None = None
        if parent:
            within = set(self._named(parent))
            if not within:
                return "unknown_parent", {
                    "parent": parent,
                    "suggestions": self._suggestions(parent),
                }
        known = self._named(name)
        fit = [code for code in known if self._fits(code, wanted, within)]
        fit = [code for code in fit if code not in self.offices] or fit
        if len(fit) == 1:
            return fit[0]
        if fit:
            return "ambiguous_territory", {"candidates": self._in_order(fit)}
        if known:
            return "territory_elsewhere", {"candidates": self._in_order(known)}
        alike = self._suggestions(name)
        near = [code for code in alike if self._fits(code, wanted, within)]
        return "unknown_territory", {"suggestions": near or alike}

    def _fits(self, code: str, kind: str, within: set[str] | None) -> bool:
        territory = self.by_code[code]
        if kind and kind not in (territory.level, territory.kind):
            return False
        return within is None or bool(within & self.above(code))

    def _in_order(self, codes: Iterable[str]) -> list[str]:
        return sorted(codes, key=self._places.__getitem__)

    def _named(self, name: str) -> list[str]:
        code = name.strip().upper()
        return [code] if code in self.by_code else self._by_name.get(normal(name), [])

    def _suggestions(self, name: str) -> list[str]:
        """At most SUGGESTED territories whose code or name is like this one, the most alike first."""
        name = name[:80]
        if name not in self._alike:
            if len(self._alike) >= 500:  # a file of noise is told so without searching for every word of it
                return []
            if name.strip() and not name.strip(". 0123456789"):
                # A spreadsheet that takes a code for a number drops its leading zero.
                padded = [code for code in (name, "0" + name, name + "0", "0" + name + "0") if code in self.by_code]
                found = padded or [code for code, _, _ in process.extract(name, list(self.by_code), limit=SUGGESTED)]
            else:
                hits = process.extract(
                    normal(name),
                    self._by_name.keys(),
                    scorer=fuzz.ratio,
                    limit=SUGGESTED,
                    score_cutoff=ALIKE,
                )
                found = list(dict.fromkeys(code for spelling, _, _ in hits for code in self._by_name[spelling]))
            self._alike[name] = found[:SUGGESTED]
        return self._alike[name]
