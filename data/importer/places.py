"""Which territory a line of a sheet means: its code first, then its name inside what holds it, else a proposal.

A code that a spreadsheet took for a number gets its zeros back where one territory only has such a code. A name that is
nearly one of the territories of the same parent is read as that one (and the report says so); everything less certain
is proposed to a person, whose answer the office remembers in `spellings.csv` of its local folder.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from data.importer.names import SUGGESTED, Territories, normal
from data.importer.vocabulary import Vocabulary, tidy

NEAR = 85
MARGIN = 5
"""How near a name must be (of 100), and how much nearer than the next one, to be read without being asked."""
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Placed:
    """What a name came to. code: the territory, empty when it has to be asked; how: `code`, `padded`, `name`, `near`,
    or the code of the problem; candidates: the territories that may be meant, the likeliest first."""

    code: str
    how: str
    candidates: tuple[str, ...] = ()


class Placer:
    """Finds territories for the lines of one file. `level` is that of most of its lines, where it is known."""

    def __init__(self, territories: Territories, words: Vocabulary):
        self.territories, self.words = territories, words
        self.level = ""
        self._held: dict[tuple[str, ...], Placed] = {}
        self._pools: dict[str, dict[str, list[str]]] = {}
        self._above: dict[str, frozenset[str]] = {}

    @cached_property
    def _digits(self) -> dict[str, list[str]]:
        """The codes that have these digits, without their points."""
        found: dict[str, list[str]] = {}
        for code in self.territories.by_code:
            found.setdefault(code.replace(".", ""), []).append(code)
        return found

    def learn_level(self, names: Iterable[str], *, parent: str = "") -> None:
        """Take the level that most of these names have, of those that are one territory's alone."""
        found = Counter()
        for name in set(names):
            held = self.place(name, parent=parent)
            if held.how == "name":
                found[self.territories.by_code[held.code].level] += 1
        if found:
            level, count = found.most_common(1)[0]
            if count * 3 >= 2 * found.total():
                self.level = level
                self._held.clear()

    def place(self, name: str, *, code: str = "", parent: str = "", level: str = "") -> Placed:
        """The territory of a line. parent: the code of one above it, empty when none is known."""
        key = (name, code, parent, level)
        if key not in self._held:
            self._held[key] = self._place(tidy(name), tidy(code), parent, level)
        return self._held[key]

    def _place(self, name: str, code: str, parent: str, level: str) -> Placed:
        if code:
            found = self._by_code(code)
            if found is not None:
                others = list(self.territories.named(name)) if name else []
                if others and found.code not in others and not self._alike(name, found.code):
                    return Placed("", "code_of_another", (found.code, *others[:2]))
                return found
            if not name:
                return Placed("", "unknown_territory", tuple(self.territories.suggestions(code)))
            if self._looks_like_code(code) and "." in code:
                # A code of another list (an older census, cercles): its name may be that of something else.
                said = self._place(name, "", parent, level)
                return Placed("", "unknown_territory", said.candidates or ((said.code,) if said.code else ()))
        if self._looks_like_code(name):
            found = self._by_code(name)
            return found or Placed("", "unknown_territory", tuple(self.territories.suggestions(name)))
        titled, rest = self.words.titled(name)
        exact = list(dict.fromkeys((*self.territories.named(name), *(self.territories.named(rest) if titled else ()))))
        fit = self._fitting(exact, titled or level, parent)
        if len(fit) == 1:
            return Placed(fit[0], "name")
        if len(fit) > 1:
            return Placed("", "ambiguous_territory", tuple(fit))
        if exact and not titled:
            return Placed("", "territory_elsewhere", tuple(exact[:SUGGESTED]))
        return self._near(rest if titled else name, titled or level, parent)

    def _fitting(self, codes: list[str], level: str, parent: str) -> list[str]:
        by_code = self.territories.by_code
        fit = [code for code in codes if not level or by_code[code].level == level]
        if parent:
            fit = [code for code in fit if code == parent or parent in self._holders(code)]
        fit = [code for code in fit if code not in self.territories.offices] or fit
        if len(fit) > 1 and parent:
            # Of a prefecture and its own chief town, the line below the prefecture is the town.
            fit = [code for code in fit if code != parent] or fit
        if len(fit) > 1 and self.level:
            fit = [code for code in fit if by_code[code].level == self.level] or fit
        return fit

    def _holders(self, code: str) -> frozenset[str]:
        if code not in self._above:
            self._above[code] = frozenset(self.territories.above(code))
        return self._above[code]

    def _near(self, name: str, level: str, parent: str) -> Placed:
        wanted = normal(name)
        if not wanted:
            return Placed("", "unknown_territory")
        if not parent:
            return Placed("", "unknown_territory", tuple(self.territories.suggestions(name)))
        pool = self._pool(parent)
        hits: dict[str, float] = {}
        for spelling, score, _ in process.extract(
            wanted[:80], pool.keys(), scorer=fuzz.ratio, limit=8, score_cutoff=60
        ):
            for code in self._fitting(pool[spelling], level, parent):
                if _DIGITS.findall(spelling) == _DIGITS.findall(wanted):
                    hits[code] = max(hits.get(code, 0), score)
        order = sorted(hits, key=hits.get, reverse=True)
        if order and hits[order[0]] >= NEAR and (len(order) == 1 or hits[order[0]] - hits[order[1]] >= MARGIN):
            return Placed(order[0], "near", tuple(order[:SUGGESTED]))
        return Placed("", "unknown_territory", tuple(order[:SUGGESTED] or self.territories.suggestions(name)))

    def _alike(self, name: str, code: str) -> bool:
        """Whether a name may be that of the territory of this code."""
        _, rest = self.words.titled(name)
        spelt = [spelling for spelling, codes in self.territories.spellings.items() if code in codes]
        hit = process.extractOne(normal(rest), spelt, scorer=fuzz.partial_ratio)
        return bool(hit) and hit[1] >= NEAR

    def _pool(self, parent: str) -> dict[str, list[str]]:
        if parent not in self._pools:
            pool: dict[str, list[str]] = {}
            for spelling, codes in self.territories.spellings.items():
                inside = [code for code in codes if code == parent or parent in self._holders(code)]
                if inside:
                    pool[spelling] = inside
            self._pools[parent] = pool
        return self._pools[parent]

    @staticmethod
    def _looks_like_code(name: str) -> bool:
        return bool(name) and not name.strip(". 0123456789")

    def _by_code(self, text: str) -> Placed | None:
        code = text.strip().upper().replace(",", ".")
        if code in self.territories.by_code:
            return Placed(code, "code")
        if not self._looks_like_code(code):
            return None
        padded = [c for c in ("0" + code, code + "0", "0" + code + "0") if c in self.territories.by_code]
        if "." not in code:
            padded += [found for digits in (code, "0" + code) for found in self._digits.get(digits, ())]
        padded = list(dict.fromkeys(padded))
        return Placed(padded[0], "padded") if len(padded) == 1 else None

    def mentioned(self, texts: Iterable[str]) -> str:
        """The code of the prefecture or region that these texts name with its title («بعمالة …», « Province de … »),
        the innermost of them; empty when none or several."""
        found: set[str] = set()
        for text in texts:
            pieces = re.findall(r"[^\s:;,()]+", tidy(text))[:40]
            for at in range(len(pieces)):
                for size in range(min(7, len(pieces) - at), 1, -1):
                    part = " ".join(pieces[at : at + size])
                    level, rest = self.words.titled(part)
                    if not level:
                        # Arabic joins the preposition to the title: «بعمالة».
                        level, rest = self.words.titled(part[1:])
                    if level in ("prefecture", "region"):
                        codes = [c for c in self.territories.named(rest) if self.territories.by_code[c].level == level]
                        if len(codes) == 1:
                            found.add(codes[0])
                            break
        inner = [code for code in found if not any(code in self._holders(other) for other in found)]
        return inner[0] if len(inner) == 1 else ""
