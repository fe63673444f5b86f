"""Numerals as a reader meets them on a slide: the numbers that remain without dates, names and numbers of laws."""

import re

from i18n import words
from panels.deck import texts_of
from panels.noted import DIRECTIONS

NUMBER = re.compile(r"\d+(?:[\u202f]\d+)*(?:,\d+)?")
SHORT_DATE = re.compile(r"\d{2}/\d{2}/\d{4}")
MONTHS = {
    "ar": "يناير فبراير مارس أبريل ماي يونيو يوليوز غشت شتنبر أكتوبر نونبر دجنبر",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "en": "January February March April May June July August September October November December",
}
LAWS = re.compile(r"(?:09[.-]08|09[.-]21|72[.-]18|09[.-]21)")


def bare(text):
    """A text without the marks of direction."""
    return DIRECTIONS.sub("", text)


def names_with_digits(locale, codes):
    """What places and definitions are called, where that has digits: an annex n° 4, a second year of the bac."""
    w = words(locale)
    found = {said for code in codes for said in (w.territory(code), w.in_territory(code))}
    for body in w._names.definitions.values():
        found |= set(_texts(body, locale))
    return sorted((bare(name) for name in found if any(map(str.isdigit, name))), key=len, reverse=True)


def _texts(part, locale):
    """The texts of a definition in a language."""
    if isinstance(part, dict):
        if isinstance(part.get(locale), str):
            yield part[locale]
        for inner in part.values():
            yield from _texts(inner, locale)
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner, locale)


def numerals(text, *, locale, names=()):
    """The numbers of a text, without its dates, the numbers of laws, and names that have digits."""
    text = bare(text)
    for name in names:
        text = text.replace(name, " ")
    months = "|".join(MONTHS[locale].split())
    text = re.sub(rf"(?:\d{{1,2}}(?:er)? )?(?:{months}) \d{{4}}", " ", text)
    text = LAWS.sub(" ", SHORT_DATE.sub(" ", text))
    return NUMBER.findall(text)


def unlisted(slide, *, locale, names=()):
    """(numeral, text) of each number of a slide that none of its figures has."""
    listed = {number for figure in slide.figures for number in NUMBER.findall(bare(figure.text))}
    return [
        (number, bare(text))
        for text in texts_of(slide)
        for number in numerals(text, locale=locale, names=names)
        if number not in listed
    ]
