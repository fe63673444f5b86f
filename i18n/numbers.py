"""How a number is written: one way for every page, wall, slide and sheet.

Digits are 0-9 in the three languages. Thousands are parted by U+202F in Arabic and French: a plain space shows the
groups reversed in a right-to-left line, and the full stop of ar_MA prints 9743 as 9.743, which is a threshold.
"""

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


def in_millions(value: int) -> Decimal | None:
    """The number in millions with the decimals that count, two at most; None when it is below a million."""
    if abs(value) < MILLION:
        return None
    return trimmed(rounded(Decimal(value) / MILLION, 2))
