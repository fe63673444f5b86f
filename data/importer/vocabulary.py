"""The words of sheets, as data/reference/sheets.toml lists them and an office adds to them: what a header, a total, a
month, a title means. Compared without case, accents, vowel signs, spaces and hyphens."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / "reference"
SHEETS = "sheets.toml"
IGNORED = "ignored"
"""The role of a column that is not read."""
MOST_WORDS = 16
LONG = 4
"""A word of fewer letters means something only when it stands alone: « no », « du », «من»."""

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_MARKS = dict.fromkeys(
    map(ord, "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_NOT_UTF8 = ("cp1252", "latin-1", "cp1256")


def _among(*spans: tuple[int, int]) -> str:
    """A class of letters, by code points: first and last of each span."""
    return "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in spans) + "]"


_SPOILT = re.compile(
    # The two bytes of a letter of UTF-8, read as Windows-1252 or as Windows-1256.
    _among((0xC2, 0xC3), (0xD8, 0xD9), (0x637, 0x638))
    + _among((0x80, 0xBF), (0x152, 0x2DC), (0x2013, 0x2122), (0x600, 0x6FF))
)
_LATIN_FOR_ARABIC = re.compile(_among((0xC0, 0xFF)) + "{3,}")


def tidy(text: str) -> str:
    """A cell's text as it is compared and shown: digits 0 to 9, single spaces, no invisible marks."""
    return " ".join(text.translate(_MARKS).translate(_DIGITS).split())


def mended(text: str) -> str:
    """The text that was meant where a program read its bytes in another encoding («PrÃ©fecture»), else the text."""
    if text.isascii():
        return text
    if len(_SPOILT.findall(text)) * 2 >= sum(letter > "\x7f" for letter in text) / 2:
        for name in _NOT_UTF8:
            try:
                again = _bytes(text, name).decode("utf-8")
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
            if len(again) < len(text):
                return again
    if _LATIN_FOR_ARABIC.search(text):
        # Windows-1256 taken for Latin-1: «ÃíÊ ãáæá». French has no three letters with accents in a row.
        try:
            again = _bytes(text, "cp1252").decode("cp1256")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return text
        arabic = sum("\u0621" <= letter <= "\u064a" for letter in again)
        if arabic * 2 > sum(letter.isalpha() for letter in again):
            return again
    return text


def _bytes(text: str, name: str) -> bytes:
    """The bytes that a program read as `name`; what Windows-1252 does not define stays the byte it was."""
    if name != "cp1252":
        return text.encode(name)
    return b"".join(bytes([ord(c)]) if 0x80 <= ord(c) < 0xA0 else c.encode("cp1252") for c in text)


@lru_cache(maxsize=1 << 15)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in the form in which they are compared."""
    plain = unicodedata.normalize("NFKD", tidy(text).casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter != "ـ")
    return tuple(_WORD.findall(plain))


@dataclass(frozen=True)
class Vocabulary:
    """What words mean. Each of the mappings goes from words (as `tokens` gives them) to a meaning."""

    months: Mapping[tuple[str, ...], int]
    quarters: Mapping[tuple[str, ...], int]
    around_dates: frozenset[str]
    headers: Mapping[tuple[str, ...], str]
    totals: frozenset[tuple[str, ...]]
    absent: frozenset[str]
    titles: Mapping[tuple[str, ...], str]
    units: Mapping[tuple[str, ...], str]
    measures: Mapping[tuple[str, ...], str]
    sex: Mapping[tuple[str, ...], str]
    area: Mapping[tuple[str, ...], str]
    steps: Mapping[tuple[str, ...], str]
    asked: tuple[tuple[frozenset[tuple[str, ...]], tuple[str, ...]], ...]

    def header(self, text: str) -> str:
        """What a column under this header is: a role, empty when the words say none."""
        if "%" in text:
            return IGNORED
        return meaning(self.headers, text)

    def is_total(self, text: str) -> bool:
        """Whether the text names a sum, alone or with what it sums («مجموع الإقليم», « Total Salé »)."""
        said = tokens(text)
        return any(said[: len(words)] == words for words in self.totals)

    def without_total(self, text: str) -> str:
        """What a sum is the sum of: the text after the word for it."""
        said = tokens(text)
        longest = max((len(words) for words in self.totals if said[: len(words)] == words), default=0)
        return " ".join(said[longest:])

    def is_absent(self, text: str) -> bool:
        """Whether the cell says that a figure is not known."""
        return tidy(text).casefold() in self.absent

    def titled(self, name: str) -> tuple[str, str]:
        """The level that stands before a territory's name, and the name; the level is empty when none stands there."""
        said, rest = tidy(name), ""
        words = tokens(said)
        for size in range(min(4, len(words) - 1), 0, -1):
            level = self.titles.get(words[:size])
            if level:
                found = list(_WORD.finditer(unicodedata.normalize("NFC", said)))
                # The words were cut where these are, unless the text is spelt with signs of its own.
                rest = said[found[size].start() :] if len(found) == len(words) else " ".join(words[size:])
                return level, rest
        return "", said

    def register(self, text: str) -> tuple[str, ...]:
        """The steps of which one must be chosen, when the text uses a name that means several."""
        said = tokens(text)
        return next((steps for words, steps in self.asked if any(_holds(said, one) for one in words)), ())


def meaning(words: Mapping[tuple[str, ...], str], text: str, *, least: int = LONG) -> str:
    """What the longest words that the text holds mean; empty when it holds none of at least so many letters."""
    said = tokens(text)
    if said in words:
        return words[said]
    best, most = "", least - 1
    for phrase in phrases(said):
        if phrase in words and (size := sum(map(len, phrase))) > most:
            best, most = words[phrase], size
    return best


def phrases(said: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every run of at most MOST_WORDS words of a text."""
    for at in range(len(said)):
        for size in range(1, min(MOST_WORDS, len(said) - at) + 1):
            yield said[at : at + size]


def _holds(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(said[at : at + size] == phrase for at in range(len(said) - size + 1))


def vocabulary(local: Path | None = None) -> Vocabulary:
    """The words that ship with the product, with those of the office."""
    own = local / SHEETS if local else None
    stamp = own.stat().st_mtime_ns if own and own.is_file() else 0
    return _vocabulary(own if stamp else None, stamp)


@lru_cache(maxsize=8)
def _vocabulary(own: Path | None, stamp: int) -> Vocabulary:
    body = tomllib.loads((REFERENCE / SHEETS).read_text(encoding="utf-8"))
    more = tomllib.loads(own.read_text(encoding="utf-8")) if own else {}

    def lists(section: str) -> Iterator[tuple[str, str]]:
        for part in (body, more):
            for key, words in part.get(section, {}).items():
                yield from ((key, word) for word in words)

    def mapped(section: str) -> dict[tuple[str, ...], str]:
        return {tokens(word): key for key, word in lists(section) if tokens(word)}

    def every(words: Iterable[str]) -> frozenset[tuple[str, ...]]:
        return frozenset(filter(None, map(tokens, words)))

    asked = [(every(one["words"]), tuple(one["steps"])) for part in (body, more) for one in part.get("asked", ())]
    return Vocabulary(
        months={words: int(key) for words, key in mapped("months").items()},
        quarters={words: int(key) for words, key in mapped("quarters").items()},
        around_dates=frozenset(word for _, text in lists("dates") for word in tokens(text)),
        headers=mapped("headers"),
        totals=every(word for _, word in lists("totals")),
        absent=frozenset(tidy(word).casefold() for _, word in lists("absent")),
        titles=mapped("titles"),
        units=mapped("units"),
        measures=mapped("measures"),
        sex=mapped("sex"),
        area=mapped("area"),
        steps=mapped("steps"),
        asked=tuple(asked),
    )
