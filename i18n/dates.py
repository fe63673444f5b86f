"""How a date and an hour are written, and how written ones are read. A day is a day, an hour one of Casablanca."""

import re
import unicodedata
from datetime import date
from functools import lru_cache

from babel.dates import format_date, get_month_names

from .catalogues import BABEL_LOCALES, left_to_right

_OTHER_MONTHS = {
    # How the rest of the Arab press, and keyboards without hamza, write what Morocco writes in its own way.
    "مايو": 5,
    "يوليو": 7,
    "أغسطس": 8,
    "سبتمبر": 9,
    "نوفمبر": 11,
    "ديسمبر": 12,
    "sept": 9,
}


@lru_cache(maxsize=4096)
def long(day: date, *, locale: str) -> str:
    """The date in words: 14 شتنبر 2023, 14 septembre 2023, 1er janvier 2024."""
    text = format_date(day, "d MMMM y", locale=BABEL_LOCALES[locale])
    if locale == "fr" and day.day == 1:
        return "1er" + text[1:]
    return text


def with_weekday(day: date, *, locale: str) -> str:
    """The date in words with the name of its day: الاثنين 18 شتنبر 2023, lundi 18 septembre 2023."""
    name = format_date(day, "EEEE", locale=BABEL_LOCALES[locale])
    return f"{name} {long(day, locale=locale)}"


def hour(minutes: int, *, locale: str) -> str:
    """An hour, of the minutes since midnight, in digits: 10:00, 10 h 00; held left to right in Arabic."""
    hours, rest = divmod(minutes, 60)
    if locale == "fr":
        return f"{hours}\u00a0h\u00a0{rest:02}"
    text = f"{hours:02}:{rest:02}"
    return left_to_right(text) if locale == "ar" else text


def parsed_hour(text: str) -> int | None:
    """The minutes since midnight of an hour of 24 that a text names (10:00, 10h, 10 h 30, 10.30), in digits of either
    kind; None when it names none."""
    match = re.fullmatch(r"(\d{1,2}) ?(?:[:h.] ?(\d{2})|h)", _plain(text))
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return None
    return int(match[1]) * 60 + int(match[2] or 0)


def short(day: date, *, locale: str) -> str:
    """The date in digits for a table or an axis: 14/09/2023, held left to right in Arabic."""
    text = f"{day.day:02}/{day.month:02}/{day.year:04}"
    return left_to_right(text) if locale == "ar" else text


def month(day: date, *, locale: str) -> str:
    """The month of a date and its year: شتنبر 2023."""
    return format_date(day, "LLLL y", locale=BABEL_LOCALES[locale])


def parsed(text: str) -> date | None:
    """The day that a text names, day before month; None when it names none for certain.

    Understood: 2023-09-14, 14/09/2023, 14-9-2023, 14.9.2023, and the day, the month's name in one of the three
    languages and the year; digits may be Arabic-Indic. A year of two digits is not understood.
    """
    plain = _plain(text)
    if match := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", plain):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", plain):
        return _day(int(match[4]), int(match[3]), int(match[1]))
    if match := re.fullmatch(r"(\d{1,2})(?:er|st|nd|rd|th)?\s+([^\W\d]+)\.?,?\s+(\d{4})", plain):
        return _day(int(match[3]), _months().get(match[2], 0), int(match[1]))
    if match := re.fullmatch(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", plain):
        return _day(int(match[3]), _months().get(match[1], 0), int(match[2]))
    return None


def _day(year: int, month_number: int, day_of_month: int) -> date | None:
    try:
        return date(year, month_number, day_of_month)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Lower case without accents, hamza seats or direction marks, with digits 0-9 and single spaces."""
    letters = []
    for character in unicodedata.normalize("NFKD", text).casefold():
        category = unicodedata.category(character)
        if category == "Nd":
            letters.append(str(unicodedata.digit(character)))
        elif category not in ("Mn", "Cf"):
            letters.append(character)
    return " ".join("".join(letters).split())


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for locale in BABEL_LOCALES.values():
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                names[_plain(name).rstrip(".")] = number
    for name, number in _OTHER_MONTHS.items():
        names[_plain(name)] = number
    return names
