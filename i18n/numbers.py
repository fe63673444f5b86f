"""How a number is written: one way for every page, wall, slide and sheet; and how a written number is read.

Digits are 0-9 in the three languages. Thousands are parted by U+202F in Arabic and French: a plain space shows the
groups reversed in a right-to-left line, and the full stop of ar_MA prints 9743 as 9.743, which is a threshold.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from .catalogues import left_to_right

MILLION = 1_000_000
MINUS = "\u2212"
NARROW_SPACE = "\u202f"
HARD_SPACE = "\u00a0"

Countable = int | float | Decimal


def exact(value: Countable) -> Decimal:
    """The number as it reads in decimal, so that 0.345 rounds as 345 thousandths and not as 0.34499999999999997.

    ValueError when it is no finite number: a figure that is not there has a word of its own.
    """
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value!r} cannot be written as a number; a missing figure is written with state.missing")
    return number


def rounded(value: Countable, places: int, *, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The number to so many decimals, halves away from zero."""
    return exact(value).quantize(Decimal(1).scaleb(-places), rounding=rounding)


def trimmed(value: Decimal) -> Decimal:
    """The number without zeros after its last decimal that counts: 1.80 is 1.8, 2.00 is 2."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def digits(value: int | Decimal, *, locale: str) -> str:
    """The digits of a number without its sign, grouped by three, with the decimals that it has."""
    whole, _, decimals = f"{abs(value):f}".partition(".") if isinstance(value, Decimal) else (str(abs(value)), "", "")
    grouped = f"{int(whole):,}"
    if locale != "en":
        grouped = grouped.replace(",", NARROW_SPACE)
    if not decimals:
        return grouped
    return f"{grouped}{'.' if locale == 'en' else ','}{decimals}"


def with_sign(value: int | Decimal, *, locale: str, plus: bool = False) -> str:
    """The number with its minus sign, or plus sign if asked; in Arabic a sign is held on the left of its digits."""
    sign = MINUS if value < 0 else "+" if plus and value > 0 else ""
    text = sign + digits(value, locale=locale)
    return left_to_right(text) if sign and locale == "ar" else text


def percent(value: Countable, *, decimals: int | None = None) -> Decimal:
    """A share (1 is the whole) in percent, rounded as it is printed.

    Without `decimals`: one decimal below 10 %, none from there on. Only the whole itself prints as 100: what lacks
    one file in ten thousand prints 99.9.
    """
    hundredfold = exact(value) * 100
    if decimals is not None:
        return rounded(hundredfold, decimals)
    finer = rounded(hundredfold, 1)
    if hundredfold == 0:
        return Decimal(0)
    if abs(finer) < 10:
        return finer
    coarse = rounded(hundredfold, 0)
    if abs(coarse) == 100 and abs(hundredfold) != 100:
        return rounded(hundredfold, 1, rounding=ROUND_DOWN if abs(hundredfold) < 100 else ROUND_UP)
    return coarse


def with_percent_sign(text: str, *, locale: str) -> str:
    """Digits followed by the percent sign, which in Arabic too stays on the right of its digits."""
    if locale == "en":
        return f"{text}%"
    joined = f"{text}{HARD_SPACE}%"
    return left_to_right(joined) if locale == "ar" else joined


def form_of(printed: int | Decimal, *, locale: str) -> int:
    """The whole number whose counted form goes with a printed number.

    French looks at the whole part (1,8 takes the singular); Arabic puts the noun after a decimal as after 100;
    English puts every decimal in the plural.
    """
    value = abs(printed)
    if value == int(value) or locale == "fr":
        return int(value)
    return 100


def in_millions(value: int, *, least: int = MILLION) -> Decimal | None:
    """The number in millions with the decimals that count, two at most; None when it is below `least`."""
    if abs(value) < least:
        return None
    return trimmed(rounded(Decimal(value) / MILLION, 2))


@dataclass(frozen=True)
class Written:
    """A number as someone wrote or said it: its value (of a share, where 1 is the whole), the last place that was said
    (a thousand for «58 ألف», a hundredth for 9 %), and whether it is a share."""

    value: Decimal
    precision: Decimal
    share: bool = False


_SCALES = {
    1_000: ("ألف", "آلاف", "الاف", "الف", "ألفا", "mille", "thousand", "k"),
    1_000_000: ("مليون", "ملايين", "مليونا", "million", "millions", "m", "mn"),
    1_000_000_000: ("مليار", "ملايير", "milliard", "milliards", "billion", "md"),
}
SCALES = {name: size for size, names in _SCALES.items() for name in names if len(name) > 2}
"""The words of scale in the three languages, by the number that each stands for."""

_PERCENT = ("%", "٪", "في المائة", "في المئة", "بالمائة", "بالمئة", "pour cent", "per cent", "percent")
_DIGITS = r"\d+(?:[ .,'٬٫\u2019]\d+)*"


def parsed(text: str) -> Written | None:
    """The number that a text says; None when it says none, or more than one reading of it is possible.

    Understood: digits of any script in any grouping (58 000, 58.000, 58,000), decimals with a comma or a point, scale
    words of the three languages (58 ألف, 1,8 million, 58 ألف و200), percentages. A point or a comma before exactly
    three digits groups, unless a scale or a percent sign follows. Words around the number («حوالي», "households") are
    left aside. At most two digits of a round number count as said: "60 000" is said to the thousand.
    """
    plain = _plain_number(text)
    share = False
    for sign in _PERCENT:
        if sign in plain:
            plain, share = plain.replace(sign, " ", 1), True
    total, last, order, at = Decimal(0), Decimal(1), None, 0
    for match in re.finditer(rf"({_DIGITS})\s*([^\W\d_]+)?", plain):
        sign_before = plain[at : match.start()].rstrip()[-1:]
        at = match.end(1)
        scale = next((size for size, names in _SCALES.items() if match[2] in names), 1)
        number = _number(match[1], decimals=scale > 1 or share)
        # «58 000 12» is no number, and neither is a smaller scale followed by a larger one.
        if number is None or sign_before in ("-", MINUS) or (order is not None and scale >= order):
            return None
        total, order = total + number * scale, scale
        last = Decimal(1).scaleb(min(int(number.as_tuple().exponent), 0)) * scale
    if order is None or (share and order != 1):
        return None
    if share:
        return Written(total / 100, last / 100, share=True)
    if total and last >= 1:
        zeros = len(str(int(total))) - len(str(int(total)).rstrip("0"))
        said = max(last, Decimal(10) ** zeros) if order == 1 else last
        last = min(said, max(Decimal(10) ** (total.adjusted() - 1), Decimal(1)))
    return Written(total, last)


def _plain_number(text: str) -> str:
    """Lower case with digits 0-9, plain spaces, no marks of direction; hamza seats are kept."""
    letters = []
    for character in text.casefold():
        category = unicodedata.category(character)
        if category == "Nd":
            letters.append(str(unicodedata.digit(character)))
        elif category == "Zs" or character.isspace():
            letters.append(" ")
        elif category != "Cf":
            letters.append(character)
    return " ".join("".join(letters).split())


def _number(written: str, *, decimals: bool) -> Decimal | None:
    """Digits with their separators as a number; None where the groups are not of three."""
    parts = re.split(r"([ .,'٬٫\u2019])", written)
    groups, marks = parts[::2], parts[1::2]
    fraction = ""
    last = marks[-1] if marks else ""
    alone = last in (".", ",") and marks.count(last) == 1
    if last == "٫" or (alone and (len(groups[-1]) != 3 or decimals or groups[0] == "0")):
        fraction, groups, marks = groups[-1], groups[:-1], marks[:-1]
    if len(set(marks)) > 1 or any(len(group) != 3 for group in groups[1:]) or (groups[1:] and len(groups[0]) > 3):
        return None
    return Decimal("".join(groups) + (f".{fraction}" if fraction else ""))
