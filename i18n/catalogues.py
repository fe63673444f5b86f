"""The three catalogues of texts, read from their .po files when they are needed.

A text is asked for by a dotted key, `block.key`. A text may hold named places, `{place}`; in Arabic whatever is put
there is isolated, so that a Latin name, a code or a sign cannot turn the words around it.
"""

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import NoReturn

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

FOLDER = Path(__file__).parent

BABEL_LOCALES = {"ar": "ar_MA", "fr": "fr_MA", "en": "en_GB"}
"""The regional locale behind each language: Moroccan month names, day before month in English too."""

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
"""Left-to-right isolate, right-to-left isolate, isolate that takes its direction from its content, end of isolate."""

PLACEHOLDER = re.compile(r"\{([a-z][a-z_0-9]*)\}")
ARABIC_LETTER = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")


class Raw(str):
    """Text that is put in a placeholder as it is, without an isolate: markup, or a piece of the sentence itself."""

    __slots__ = ()


class _Absent(NullTranslations):
    """What answers when a catalogue has no such key: gettext would print the key, which no reader understands."""

    def __init__(self, locale: str) -> None:
        super().__init__()
        self._locale = locale

    def gettext(self, message: str) -> NoReturn:
        raise KeyError(f"i18n/{self._locale}.po has no text for {message!r}")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:
        raise KeyError(f"i18n/{self._locale}.po has no counted forms for {msgid1!r}")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One language's texts. `texts` has one entry a key: its text, or its counted forms in the order of the header."""

    locale: str
    texts: dict[str, str | tuple[str, ...]]
    translations: Translations

    def text(self, key: str) -> str:
        """The text of a key, with its placeholders unfilled. KeyError when the catalogue has none."""
        return self.translations.gettext(key)

    def form(self, key: str, number: int) -> str:
        """The counted form of a key that goes with a whole number. KeyError when the catalogue has none."""
        return self.translations.ngettext(key, key, number)


def catalogue(locale: str, *, folder: Path = FOLDER) -> Catalogue:
    """A language's catalogue, read again when its file has changed. ValueError when the file is not well formed."""
    path = folder / f"{locale}.po"
    return _read(locale, path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read(locale: str, path: Path, mtime: int) -> Catalogue:
    with path.open("rb") as file:
        # Without a locale, write_mo leaves the plural header out and every count falls back to the Germanic rule.
        messages = read_po(file, locale=BABEL_LOCALES[locale], abort_invalid=True)
    texts: dict[str, str | tuple[str, ...]] = {}
    for message in messages:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        if message.fuzzy:
            raise ValueError(f"{path.name}: {key!r} is marked fuzzy; have its text confirmed and take the mark away")
        texts[key] = message.string if isinstance(message.string, str) else tuple(message.string)
    # write_mo leaves an entry without text out, so that asking for it raises like an absent key.
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    translations = Translations(compiled)
    if locale == "ar" and [translations.plural(n) for n in (0, 1, 2, 3, 11, 100)] != [0, 1, 2, 3, 4, 5]:
        # Babel's own header for Arabic has 100 at index 4 and 11 at index 5; a .po editor may write it back.
        raise ValueError(
            f"{path.name}: the Plural-Forms header does not number the forms 0, 1, 2, 3-10, 11-99, 100; write it as: "
            "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
        )
    translations.add_fallback(_Absent(locale))
    return Catalogue(locale=locale, texts=texts, translations=translations)


def placeholders(text: str) -> frozenset[str]:
    """The names between braces in a text."""
    return frozenset(PLACEHOLDER.findall(text))


def filled(text: str, values: dict[str, str], *, isolate: bool) -> str:
    """The text with its places filled; each value in an isolate if asked. KeyError when a place has no value."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in values:
            raise KeyError(f"no value for {{{name}}} in {text!r}")
        return isolated(values[name]) if isolate else values[name]

    return PLACEHOLDER.sub(value, text)


def isolated(text: str) -> str:
    """The text in an isolate, unless it is Raw, empty, or one isolate already."""
    if not text or isinstance(text, Raw) or _is_one_isolate(text):
        return str(text)
    # An isolate takes its direction from the first letter outside the isolates within it. Where all the letters are
    # within ("⁨A⁩ / ⁨B⁩"), there is none, the whole would run left to right and its parts would change places.
    outside = _outside_isolates(text)
    if not any(character.isalpha() for character in outside) and ARABIC_LETTER.search(text):
        return f"{RLI}{text}{PDI}"
    return f"{FSI}{text}{PDI}"


def left_to_right(text: str) -> str:
    """The text in a left-to-right isolate: a sign, a code, digits with strokes, in a right-to-left line."""
    return f"{LRI}{text}{PDI}"


def _is_one_isolate(text: str) -> bool:
    if text[0] not in (LRI, RLI, FSI) or text[-1] != PDI:
        return False
    # Two isolates side by side are not one: the first mark must be open until the last.
    depth = 0
    for character in text[:-1]:
        depth += (character in (LRI, RLI, FSI)) - (character == PDI)
        if depth == 0:
            return False
    return depth == 1


def _outside_isolates(text: str) -> str:
    depth, outside = 0, []
    for character in text:
        if character in (LRI, RLI, FSI):
            depth += 1
        elif character == PDI:
            depth = max(0, depth - 1)
        elif depth == 0:
            outside.append(character)
    return "".join(outside)
