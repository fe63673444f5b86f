"""Words: the catalogues in three languages, and the one way to write a number, a date, a name."""

import datetime
import os
import time
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from . import dates, numbers
from .catalogues import (
    BABEL_LOCALES,
    FOLDER,
    FSI,
    LRI,
    PDI,
    RLI,
    Catalogue,
    Raw,
    catalogue,
    filled,
    isolated,
    left_to_right,
)
from .names import REFERENCE, Names, elided, names
from .numbers import Countable, Written
from .sides import reads_against

__all__ = ["FSI", "LOCALES", "LRI", "PDI", "RLI", "Raw", "Words", "isolated", "look_again", "reads_against", "words"]

LOCALES = tuple(BABEL_LOCALES)
"""The languages, in the order in which they are offered."""


class Words:
    """One language: texts, numbers, dates and names, as its readers write them."""

    def __init__(self, *, texts: Catalogue, names: Names) -> None:
        self.locale = texts.locale
        self.rtl = texts.locale == "ar"
        self.direction = "rtl" if self.rtl else "ltr"
        self._texts = texts
        self._names = names

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key with its placeholders filled; in Arabic each value stands in an isolate, in the other
        languages those that are in Arabic.

        Text is put in as it is; a date is written in words; a whole number is grouped, but for a placeholder named
        `year` or ending in `_year`. Other numbers are refused: `share`, `decimal` or `count` say how they are written.
        KeyError when the key is not in the catalogue or a placeholder has no value.
        """
        text = self._texts.text(key)
        said = {name: self._held(self._written(name, value)) for name, value in values.items()}
        return filled(text, said, isolate=self.rtl)

    def __contains__(self, key: str) -> bool:
        return key in self._texts.texts

    # Numbers

    def number(self, number: int) -> str:
        """A whole number in digits: 1 800 000. A negative one has its sign, for tables; in a sentence use `spoken`."""
        return numbers.with_sign(_whole(number), locale=self.locale)

    def signed(self, number: int) -> str:
        """A change in digits with its sign: +35, −35, 0."""
        return numbers.with_sign(_whole(number), locale=self.locale, plus=True)

    def spoken(self, number: int) -> str:
        """A whole number for a sentence: a negative one is said in a word, never with a sign."""
        return self._without_sign(_whole(number), self.number(abs(_whole(number))))

    def decimal(self, number: Countable, places: int = 1) -> str:
        """A number with at most so many decimals, without useless zeros: 1,7."""
        return numbers.with_sign(numbers.trimmed(numbers.rounded(number, places)), locale=self.locale)

    def short(self, number: int) -> str:
        """A large number as it is said: 1,8 million from a million on, with two decimals at most; else in digits."""
        number = _whole(number)
        millions = numbers.in_millions(number)
        if millions is None:
            return self.number(number)
        return self._without_sign(number, self._counted("number.million", abs(millions)))

    def share(self, share: Countable, decimals: int | None = None) -> str:
        """A share (1 is the whole) with the percent sign: 35 %; one decimal below 10 %; above 100 % as it is.

        A share that is not zero but would print as zero is said to be less than the least that can be printed.
        """
        percent = numbers.percent(share, decimals=decimals)
        if percent == 0 and numbers.exact(share) != 0:
            least = Decimal(1).scaleb(-(1 if decimals is None else decimals))
            text = numbers.with_percent_sign(numbers.digits(least, locale=self.locale), locale=self.locale)
            return self._less_than(text)
        sign = numbers.MINUS if percent < 0 else ""
        return numbers.with_percent_sign(sign + numbers.digits(percent, locale=self.locale), locale=self.locale)

    def percent_words(self, share: Countable, decimals: int | None = None) -> str:
        """A share (1 is the whole) for a sentence: «35 في المائة», « 35 % »."""
        percent = numbers.percent(share, decimals=decimals)
        if percent == 0 and numbers.exact(share) != 0:
            least = Decimal(1).scaleb(-(1 if decimals is None else decimals))
            return self._less_than(self._percent_said(least))
        return self._without_sign(percent, self._percent_said(abs(percent)))

    def parse_number(self, text: str) -> Written | None:
        """The number that a reader wrote, in any of the three languages and any grouping; None when not understood."""
        return numbers.parsed(text)

    def count(self, unit: str, number: Countable, short: bool = False, millions: bool = False) -> str:
        """A counted phrase, in the case that follows a preposition: 3 أسر, 1,8 مليون أسرة, 1,8 million de ménages.

        The form goes with what is printed. In Arabic 1 and 2 are said in the noun and 0 is «أي …», which belongs in a
        negative sentence. With `short`, from a million on, the number is said in millions, for the units that have
        such a form; the others are written in full. With `millions` smaller numbers too are said so, beside one of
        millions: 0,27 مليون أسرة. A number with decimals is printed with one.
        """
        key = f"count.{unit}"
        value = numbers.trimmed(numbers.rounded(number, 1))
        if short and value == int(value) and f"{key}.million" in self:
            said_in = numbers.in_millions(int(value), least=1 if millions else numbers.MILLION)
            if said_in is not None:
                said = self._counted("number.million_of", abs(said_in))
                return self._without_sign(value, filled(self._texts.text(f"{key}.million"), {"n": said}, isolate=False))
        return self._without_sign(value, self._counted(key, abs(value)))

    def parts(self, unit: str, number: int) -> tuple[str, str]:
        """A counted phrase, large numbers in millions, as its number and its noun: ("1,8 million", "de ménages").

        Where the language says the number in the noun («أسرتين»), all of it is the first part.
        """
        key, number = f"count.{unit}", _whole(number)
        millions = numbers.in_millions(number) if f"{key}.million" in self else None
        if millions is not None:
            figure, form = self._counted("number.million_of", abs(millions)), self._texts.text(f"{key}.million")
        else:
            figure = numbers.digits(abs(number), locale=self.locale)
            form = self._texts.form(key, numbers.form_of(abs(number), locale=self.locale))
        if "{n}" not in form:
            figure = form
        return self._without_sign(number, figure), form.replace("{n}", "").strip() if "{n}" in form else ""

    # Dates

    def date(self, day: datetime.date) -> str:
        """A date in words: 14 شتنبر 2023, 1er janvier 2024."""
        return dates.long(day, locale=self.locale)

    def weekday_date(self, day: datetime.date) -> str:
        """A date in words with the name of its day: الاثنين 18 شتنبر 2023."""
        return dates.with_weekday(day, locale=self.locale)

    def hour(self, minutes: int) -> str:
        """An hour of the minutes since midnight: 10:00, in French 10 h 00."""
        return dates.hour(minutes, locale=self.locale)

    def parse_hour(self, text: str) -> int | None:
        """The minutes since midnight of the hour that a reader wrote; None when it is not understood."""
        return dates.parsed_hour(text)

    def date_short(self, day: datetime.date) -> str:
        """A date in digits, for axes and tables: 14/09/2023."""
        return dates.short(day, locale=self.locale)

    def month(self, day: datetime.date) -> str:
        """A month and its year: شتنبر 2023."""
        return dates.month(day, locale=self.locale)

    def period(self, start: datetime.date, end: datetime.date) -> str:
        """The days from one to another, both counted; one day alone is written as a date."""
        return self.date(start) if start == end else self("date.period", start=start, end=end)

    def parse_date(self, text: str) -> datetime.date | None:
        """The day that a reader wrote, in any of the three languages; None when it is not understood."""
        return dates.parsed(text)

    # Names

    def territory(self, code: str) -> str:
        """A territory's name, in the office's spelling. KeyError when the code is unknown."""
        return self._names.place(code).name[self.locale]

    def place(self, code: str) -> str:
        """A territory with what it is: «عمالة إنزكان أيت ملول»; the kingdom and offices as they are called."""
        found = self._names.place(code)
        name = found.name[self.locale]
        return name if found.is_called else self("app.place", kind=self.kind(code), name=name)

    def in_territory(self, code: str) -> str:
        """The ready form that says where: بعمالة…, dans la préfecture de…, in the prefecture of…"""
        return self._names.place(code).within[self.locale]

    def of_territory(self, code: str) -> str:
        """The ready form that says whose: لعمالة…, de la préfecture de…, of the prefecture of…"""
        return self._names.place(code).belonging[self.locale]

    def kind(self, code: str) -> str:
        """What a territory is: جهة, عمالة, إقليم, جماعة…"""
        return self(f"kind.{self._names.place(code).kind}")

    def name(self, kind: str, id: str, field: str = "name") -> str:
        """A text of a definition. `kind`: programme, step, indicator, source, body; a step's id is programme.step.

        Without a short name of its own, a definition is called by its name. KeyError when there is no such text.
        """
        definition = self._names.definition(kind, id)
        text = definition.get(field)
        if text is None and field == "short":
            text = definition.get("name")
        return self._in_language(text, f"{kind} {id}: {field}")

    def things(self, step: str, unit: str) -> str:
        """What a step counts, a definite plural with its register: «الأسر المسجلة في السجل الاجتماعي الموحد»."""
        text = self._names.definition("step", step).get("things", {}).get(unit)
        return self._in_language(text, f"step {step}: things.{unit}")

    def of_things(self, step: str, unit: str) -> str:
        """What a step counts, after "the number of": in French with « de » or « d' » before it."""
        things = self.things(step, unit)
        return elided(things) if self.locale == "fr" else things

    def file_name(self, name: str) -> str:
        """A file's name as it was given: in Arabic what is written in other letters is held together, which a line from
        right to left would tear («2023-W37.csv» as «W37.csv-2023»)."""
        if not self.rtl:
            return name
        runs = groupby(name.split(" "), key=_has_arabic)
        return " ".join(" ".join(run) if arabic else left_to_right(" ".join(run)) for arabic, run in runs)

    # Lists

    def join(self, items: Iterable[str]) -> str:
        """Names one after another, the last after "and"; in Arabic each in an isolate, elsewhere those in Arabic."""
        parts = [isolated(item) if self.rtl else self._held(item) for item in items]
        if len(parts) < 2:
            return "".join(parts)
        first = self._texts.text("list.separator").join(parts[:-1])
        return filled(self._texts.text("list.last"), {"first": first, "last": parts[-1]}, isolate=False)

    def _counted(self, key: str, printed: int | Decimal) -> str:
        form = self._texts.form(key, numbers.form_of(printed, locale=self.locale))
        return filled(form, {"n": numbers.digits(printed, locale=self.locale)}, isolate=False)

    def _less_than(self, text: str) -> str:
        return filled(self._texts.text("number.less_than"), {"number": text}, isolate=False)

    def _percent_said(self, percent: Decimal) -> str:
        digits = numbers.digits(percent, locale=self.locale)
        return filled(self._texts.text("number.percent"), {"number": digits}, isolate=False)

    def _without_sign(self, number: Countable, text: str) -> str:
        if number >= 0:
            return text
        return filled(self._texts.text("number.minus"), {"number": text}, isolate=False)

    def _held(self, text: str) -> str:
        """A value in a line from left to right: one in Arabic would take the signs and digits beside it along."""
        return text if self.rtl or not _has_arabic(text) else isolated(text)

    def _written(self, name: str, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, datetime.date):
            return self.date(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value) if name == "year" or name.endswith("_year") else self.number(value)
        raise TypeError(f"{{{name}}} is given {value!r}: write it first with number, share, decimal, count or date")

    def _in_language(self, text: object, what: str) -> str:
        if isinstance(text, str):
            return text
        if not isinstance(text, dict) or self.locale not in text:
            raise KeyError(f"{what} has no text in {self.locale!r}")
        return text[self.locale]


def words(locale: str, *, folder: Path = FOLDER, reference: Path = REFERENCE, local: Path | None = None) -> Words:
    """A language's words; the same object until a catalogue or a file of names changes.

    `local` is the office's folder, by default TATABBU_LOCAL, else data/local. ValueError for a language there is not.
    """
    if locale not in BABEL_LOCALES:
        raise ValueError(f"{locale!r} is no language of this house: {', '.join(LOCALES)}")
    if (folder, reference, local) != (FOLDER, REFERENCE, None):
        return _words(catalogue(locale, folder=folder), names(reference=reference, local=local or _office_folder()))
    asked = (locale, os.environ.get("TATABBU_LOCAL"))
    looked, found = _looked.get(asked, (0.0, None))
    if found is None or time.monotonic() - looked > LOOK_AGAIN:
        found = _words(catalogue(locale, folder=folder), names(reference=reference, local=_office_folder()))
        _looked[asked] = (time.monotonic(), found)
    return found


def _office_folder() -> Path:
    return Path(os.environ.get("TATABBU_LOCAL") or REFERENCE.parent / "local")


def look_again() -> None:
    """Have the files of words and names read at the next call: whoever has just written one of them asks for it."""
    _looked.clear()


LOOK_AGAIN = 0.5
"""Seconds for which the files of words are taken to be unchanged: a view asks for its words twenty times."""

_looked: dict[tuple, tuple[float, Words]] = {}


@lru_cache(maxsize=32)
def _words(texts: Catalogue, found: Names) -> Words:
    return Words(texts=texts, names=found)


def _has_arabic(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def _whole(number: int) -> int:
    whole = int(number)
    if whole != number:
        raise ValueError(f"{number!r} is not a whole number; write it with decimal")
    return whole
