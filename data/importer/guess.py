"""What the columns of an unknown sheet probably are: by the words of their headers, then by what their cells hold.

A guess is shown to a person, who confirms or corrects it; it is never used by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data.importer import dates
from data.importer.grid import DATE, OPEN, Column, Table, is_value
from data.importer.layouts import Layout, Rule
from data.importer.names import Territories
from data.importer.places import Placer
from data.importer.report import Problem, clipped
from data.importer.vocabulary import IGNORED, Vocabulary, meaning, tidy, tokens

TEXTUAL = ("code", "territory", "prefecture", "region", "date", "year", "from", "to", "step", "sex", "area")
NAMES = ("territory", "prefecture", "region")
LOOKED_AT = 200
"""Cells of a column that are looked at."""
MOSTLY = 0.6
ACRONYM = 3


@dataclass(frozen=True)
class Sample:
    """A column as the mapping screen shows it: its key, its header as written, some of its cells."""

    key: str
    header: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """The layout that a sheet probably has, what has to be asked beside it, and what its columns look like."""

    layout: Layout
    asked: tuple[Problem, ...]
    samples: tuple[Sample, ...]


def guess(tables: Sequence[Table], *, territories: Territories, words: Vocabulary, catalogue, file: str = "") -> Guess:
    """The guess for tables with the same headers. file: the name of the file, which may say what is counted."""
    return _Guesser(tables[0], territories, words, catalogue, file).guess()


class _Guesser:
    def __init__(self, table: Table, territories: Territories, words: Vocabulary, catalogue, file: str):
        self.table, self.words, self.catalogue = table, words, catalogue
        self.placer = Placer(territories, words)
        self.around = [*table.above, table.sheet.name, file.rpartition(".")[0].replace("_", " "), *table.below]
        self.known = dict(words.steps)
        for step, definition in catalogue.steps.items():
            for locale in ("ar", "fr", "en"):
                self.known.setdefault(tokens(getattr(definition.name, locale)), step)
                for things in (definition.things or {}).values():
                    self.known.setdefault(tokens(getattr(things, locale)), step)
            self.known.setdefault(tokens(step), step)
        for programme in catalogue.programmes:
            first = next((step for step in catalogue.steps if step.startswith(f"{programme.id}.")), "")
            for said in (programme.id, *(getattr(programme.short, locale) for locale in ("ar", "fr", "en"))):
                self.known.setdefault(tokens(said), first)
        self.known.pop((), None)
        self.asked: list[Problem] = []

    def guess(self) -> Guess:
        first: dict[str, Column] = {}
        for column in self.table.columns:
            if column.key:
                first.setdefault(column.key, column)
        rules = [self._rule(column) for column in first.values()]
        rules = self._one_name(rules)
        values = [rule for rule in rules if rule.role == "value"]
        if len(values) > 1 and any(rule.sex for rule in values):
            # Women, men, both: the last is a figure of its own.
            rules = [
                rule.model_copy(update={"role": "value"}) if rule.role == "total" and not rule.sex else rule
                for rule in rules
            ]
        step, unit = self._count()
        layout = Layout(
            id=self._id(),
            step=step,
            unit=unit,
            measure=self._measure(),
            order=self._order(rules),
            within=self.placer.mentioned((*self.table.above, self.table.sheet.name)),
            column=tuple(rules),
        )
        samples = tuple(Sample(key, self._shown(column), self._cells(column)) for key, column in first.items())
        return Guess(layout=layout, asked=tuple(self.asked), samples=samples)

    def _id(self) -> str:
        return f"sheet-{self.table.signature}"

    def _shown(self, column: Column) -> str:
        return clipped(" / ".join(column.path))

    def _cells(self, column: Column) -> tuple[str, ...]:
        found = []
        for text in self.table.texts(column.place):
            if text not in found:
                found.append(clipped(tidy(text)))
            if len(found) == 3:
                break
        return tuple(found)

    def _rule(self, column: Column) -> Rule:
        said = [text for text in column.path if not dates.moment(text, self.words, epoch=1900)]
        cells = []
        for line in self.table.body:
            cell = self.table.sheet.cells.get(line, {}).get(column.place)
            if cell is not None and not self.words.is_absent(cell.text):
                cells.append(cell)
            if len(cells) >= LOOKED_AT:
                break
        counts = bool(cells) and sum(map(is_value, cells)) >= MOSTLY * len(cells)
        role = next((found for text in reversed(said) if (found := self.words.header(text))), "")
        counts = counts or (role == "value" and any(map(is_value, cells)))
        # « Nombre de communes » holds the word for a name over numbers; codes are numbers under a name.
        if role in TEXTUAL and (not counts or role not in NAMES or self._are_codes(cells)):
            return Rule(header=(column.key,), role=role)
        if not counts:
            return Rule(header=(column.key,), role=self._by_cells(cells, role))
        if role == "ignored" or (not said and OPEN not in column.key):
            return Rule(header=(column.key,), role="ignored")
        parts = {}
        for text in said:
            parts |= self._said_of(text)
        is_sum = any(self.words.is_total(text) for text in said)
        role = "total" if is_sum and not parts.get("step") else "value"
        if role == "value" and said and not parts and not role_word(self.words, said) and OPEN not in column.key:
            # A number of which nothing is known may be anything: a population, a rank.
            role = "ignored" if self._others_say() else "value"
        return Rule(header=(column.key,), role=role, **parts)

    def _are_codes(self, cells) -> bool:
        placed = [self.placer.place(text) for text in dict.fromkeys(cell.text for cell in cells)]
        return sum(one.how in ("code", "padded") for one in placed) >= MOSTLY * len(placed)

    def _said_of(self, text: str) -> dict[str, str]:
        """What a header says of the figures below it."""
        found = {}
        register = self.words.register(text)
        if register:
            self._ask_register(text, register)
        elif step := meaning(self.known, text, least=ACRONYM):
            found["step"] = step
        if unit := meaning(self.words.units, text):
            found["unit"] = unit
        if (sex := meaning(self.words.sex, text)) and sex != "all":
            found["sex"] = sex
        if (area := meaning(self.words.area, text)) and area != "all":
            found["area"] = area
        if found.get("step") and "unit" in found and found["unit"] not in self.catalogue.steps[found["step"]].units:
            found.pop("unit")
        return found

    def _others_say(self) -> bool:
        """Whether some column of numbers says what it counts."""
        return any(
            meaning(kind, text, least=ACRONYM)
            for column in self.table.columns
            for text in column.path
            for kind in (self.known, self.words.units, self.words.sex)
        ) or any(column.key == OPEN for column in self.table.columns)

    def _by_cells(self, cells, role: str) -> str:
        texts = [cell.text for cell in cells]
        if role == "reason" or (role in TEXTUAL and role):
            return role
        if not texts:
            return IGNORED
        times = sum(cell.kind == DATE or dates.moment(cell.text, self.words) is not None for cell in cells)
        if times >= MOSTLY * len(texts):
            return "date"
        names = [text for text in dict.fromkeys(texts) if not self.words.is_total(text)]
        placed = [self.placer.place(text) for text in names]
        sure = sum(bool(one.code) or one.how == "ambiguous_territory" for one in placed)
        return "territory" if names and sure >= MOSTLY * len(names) else "ignored"

    @staticmethod
    def _one_name(rules: list[Rule]) -> list[Rule]:
        """A name in two languages is read once."""
        seen: set[str] = set()
        kept = []
        for rule in rules:
            if rule.role in ("territory", "prefecture", "region", "code") and rule.role in seen:
                rule = rule.model_copy(update={"role": "ignored"})
            seen.add(rule.role)
            kept.append(rule)
        return kept

    def _ask_register(self, text: str, steps: Sequence[str]) -> None:
        if not any(one.code == "which_register" for one in self.asked):
            values = {"asks": "count", "steps": list(steps)}
            self.asked.append(Problem("which_register", seen=clipped(tidy(text)), values=values))

    def _count(self) -> tuple[str, str]:
        """What the notes, the sheet and the file say that is counted."""
        step = ""
        for text in self.around:
            register = self.words.register(text)
            if register:
                self._ask_register(text, register)
                continue
            step = step or meaning(self.known, text, least=ACRONYM)
        if step not in self.catalogue.steps:
            return "", ""
        units = self.catalogue.steps[step].units
        said = next((unit for text in self.around if (unit := meaning(self.words.units, text)) in units), "")
        return step, said or units[0]

    def _measure(self) -> str:
        texts = [*self.around, *(text for column in self.table.columns for text in column.path)]
        return next((said for text in texts if (said := meaning(self.words.measures, text))), "stock")

    def _order(self, rules: Sequence[Rule]) -> str:
        keys = {rule.key for rule in rules if rule.role in ("date", "from", "to")}
        texts = [t for column in self.table.columns if column.key in keys for t in self.table.texts(column.place)]
        return found if (found := dates.order_of(texts)) in ("dmy", "mdy") else ""


def role_word(words: Vocabulary, texts: Sequence[str]) -> bool:
    """Whether a header says that figures stand below it."""
    return any(words.header(text) == "value" for text in texts)
