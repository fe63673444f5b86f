"""Days, months, quarters and years as sheets write them, and the orders of day and month that cannot be told apart."""

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from data.importer.vocabulary import Vocabulary, tidy, tokens

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
EPOCHS = {1900: dt.date(1899, 12, 30), 1904: dt.date(1904, 1, 1)}
"""The day before the first of each calendar of spreadsheets, as whole days are counted from it."""
YEARS = range(1990, 2100)

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
_NUMBERS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?: (?:[^\W\d_] )?\d{1,2}[:h]\d{2}(?::\d{2})?)?")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_COMPACT = re.compile(r"(19|20)(\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[2-6]\d{4}(?:[.,]0+)?")
_WITHIN = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}([-/.])\d{1,2}\1\d{4}")
_ENDS_IN_YEAR = re.compile(r"^\D.*[-/' ]\d{2}$")
_PIECES = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Moment:
    """What a cell says of time; a part is None when it does not say it."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    quarter: int | None = None

    def joined(self, other: "Moment") -> "Moment":
        """Both together, this one's parts first: a month below its year."""
        return Moment(
            *(getattr(self, n) if getattr(self, n) is not None else getattr(other, n) for n in self.__slots__)
        )

    def span(self) -> tuple[dt.date, dt.date] | None:
        """The first and the last day; None while the year is not known."""
        if self.year is None or (self.day and not self.month):
            return None
        if self.day:
            day = dt.date(self.year, self.month, self.day)
            return day, day
        first = self.month or (3 * self.quarter - 2 if self.quarter else 1)
        last = self.month or (3 * self.quarter if self.quarter else 12)
        end = calendar.monthrange(self.year, last)[1]
        return dt.date(self.year, first, 1), dt.date(self.year, last, end)


def moment(text: str, words: Vocabulary, *, order: str = DAY_FIRST, epoch: int = 0) -> Moment | None:
    """What a cell says of time, when it says nothing else; None when it is no time.

    order: what comes first in 03/04/2023. epoch: the calendar in which a bare number is counted; 0: it is none.
    """
    said = tidy(text).strip(" .:؛،;()[]")
    if not said or len(said) > 60:
        return None
    try:
        if found := _ISO.fullmatch(said):
            return _day(*map(int, found.groups()))
        if found := _NUMBERS.fullmatch(said):
            first, second = int(found[1]), int(found[3])
            day, month = (first, second) if order == DAY_FIRST else (second, first)
            return _day(_year(found[4]), month, day)
        if found := _COMPACT.fullmatch(said):
            return _day(int(found[1] + found[2]), int(found[3]), int(found[4]))
        for pattern, (year, month) in ((_YEAR_MONTH, (1, 2)), (_MONTH_YEAR, (2, 1))):
            if found := pattern.fullmatch(said):
                return _day(int(found[year]), int(found[month]), None)
        if said.isdigit() and len(said) == 4 and int(said) in YEARS:
            return Moment(year=int(said))
        if epoch and _SERIAL.fullmatch(said):
            day = EPOCHS[epoch] + dt.timedelta(days=int(said[:5]))
            return Moment(day.year, day.month, day.day)
        return _in_words(said, words)
    except ValueError:
        return None


def _day(year: int, month: int, day: int | None) -> Moment | None:
    if year not in YEARS or not 1 <= month <= 12:
        return None
    dt.date(year, month, day or 1)
    return Moment(year, month, day)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _in_words(said: str, words: Vocabulary) -> Moment | None:
    """A month in letters with what stands around it, or a quarter: 1er janvier 2024, sept-23, شتنبر 2023, T1 2024."""
    spoken = tokens(said)
    found = Moment()
    for phrase, quarter in words.quarters.items():
        size = len(phrase)
        at = next((at for at in range(len(spoken) - size + 1) if spoken[at : at + size] == phrase), None)
        if at is not None:
            found = replace(found, quarter=quarter)
            spoken = spoken[:at] + spoken[at + size :]
            break
    numbers: list[str] = []
    for token in spoken:
        for piece in _PIECES.findall(token):
            month = words.months.get((piece,))
            if piece.isdigit():
                numbers.append(piece)
            elif month and found.month is None:
                found = replace(found, month=month)
            elif month and month != found.month or (not month and piece not in words.around_dates):
                return None
    if found.month is None and found.quarter is None:
        # « Année 2024 », « à fin 2023 »: a year in words of its own.
        if len(numbers) == 1 and len(numbers[0]) == 4 and int(numbers[0]) in YEARS:
            return Moment(year=int(numbers[0]))
        return None
    long = [number for number in numbers if len(number) == 4]
    short = [number for number in numbers if len(number) <= 2]
    if len(long) > 1 or len(long) + len(short) != len(numbers) or len(short) > 2:
        return None
    if long:
        found = replace(found, year=int(long[0]))
    elif len(short) == 2 or (short and (int(short[-1]) > 31 or _ENDS_IN_YEAR.search(said))):
        found = replace(found, year=_year(short.pop()))
    if short and (len(short) > 1 or found.month is None):
        return None
    if short:
        found = replace(found, day=int(short[0]))
    if found.year is not None and found.year not in YEARS:
        return None
    if found.day is not None:
        dt.date(found.year or 2000, found.month, found.day)
    return found


def within(text: str, words: Vocabulary, *, order: str = DAY_FIRST) -> tuple[Moment, str] | None:
    """A time that a sentence names (« Situation arrêtée au 31 mars 2024 »), and the words that name it."""
    said = tidy(text)
    if found := _WITHIN.search(said):
        when = moment(found[0], words, order=order)
        if when:
            return when, found[0]
    pieces = list(re.finditer(r"[^\s,;:()]+", said))
    for size in (3, 2, 4, 1):
        for at in range(len(pieces) - size + 1):
            part = said[pieces[at].start() : pieces[at + size - 1].end()]
            if size == 1 and not re.search(r"\d{4}", part):
                continue
            when = moment(part, words, order=order)
            if when and when.year and (when.month or when.quarter or size == 1):
                return when, part
    return None


def day_month(text: str) -> tuple[int, int] | None:
    """The two numbers of a date whose order of day and month has to be known."""
    found = _NUMBERS.fullmatch(tidy(text))
    return (int(found[1]), int(found[3])) if found else None


def order_of(texts: Iterable[str]) -> str:
    """`dmy` or `mdy` where the dates show it; `?` where every one of them could be either; empty where none depends
    on it. Dates that contradict each other count as `dmy`, and the others are no dates."""
    pairs = [pair for text in texts if (pair := day_month(text))]
    if not pairs:
        return ""
    if any(first > 12 for first, _ in pairs):
        return DAY_FIRST
    if any(second > 12 for _, second in pairs):
        return MONTH_FIRST
    return "?" if any(first != second for first, second in pairs) else DAY_FIRST


def is_serial(text: str) -> bool:
    """Whether a bare number may be a date counted in days."""
    return bool(_SERIAL.fullmatch(tidy(text)))
