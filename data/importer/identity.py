"""Columns that name or number a person: known by their header in three languages, or by what their cells look like.

What is found is the column and the kind of identity. No value is ever handed back.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

WORDS = Path(__file__).resolve().parent.parent / "reference" / "identity.toml"
SAMPLE = 200
"""Filled cells of a column that are looked at."""
LEAST, LEAST_NAMES = 2, 3
"""Filled cells below which the look of a column says nothing; a header still does. Names are words of places too."""
ALIKE = 0.6
"""The part of the cells looked at that must look like one kind of identity."""

NAME = "name"
KINDS = ("idcs", "massar", "card", "cnss", "phone", "email", "bank", "birth_date", "address", NAME)
"""What a column may tell of a person; `card`: the national card (CNIE, CIN) or a passport."""

_BETWEEN = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W_]+")
_COUNT = re.compile(r"[0-9]{1,8}|[0-9]{1,3}([\s\u00a0\u202f.,'][0-9]{3})+|[0-9]+[.,][0-9]+")
_VARIANTS = str.maketrans("أإآٱى", "ااااي")


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.translate(_VARIANTS).casefold())
    return "".join(one for one in folded if one.isalnum() and one != "ـ")


@lru_cache(maxsize=1)
def _known() -> Mapping:
    with open(WORDS, "rb") as file:
        known = tomllib.load(file)
    return {
        "not": {_plain(word) for word in known["not_of_a_person"]["words"]},
        "columns": [
            (one["kind"], {_plain(word) for word in one["words"]}, [_plain(phrase) for phrase in one["phrases"]])
            for one in known["column"]
        ],
        "content": [(one["kind"], re.compile(one["pattern"])) for one in known["content"]],
        "names": {_plain(name) for names in known["given_names"].values() for name in names},
    }


def by_header(header: str) -> str | None:
    """The kind of identity that a column of this name holds (one of KINDS), None when its name tells of none."""
    words = [_plain(word) for word in _BETWEEN.split(header.strip()) if word]
    words = [word for word in words if word]
    whole, known = "".join(words), _known()
    of_a_place = not known["not"].isdisjoint(words)
    for kind, single, phrases in known["columns"]:
        said = not single.isdisjoint(words) or any(phrase in whole for phrase in phrases)
        # A commune has a name and an address, an agency of the fund its initials; a card is always somebody's.
        if said and not (of_a_place and kind in ("name", "address", "birth_date", "cnss")):
            return kind
    return None


def by_content(cells: Iterable[str]) -> str | None:
    """The kind of identity that these cells look like (one of KINDS), None when they look like none."""
    filled: list[str] = []
    for cell in cells:
        if text := cell.strip():
            filled.append(text)
        if len(filled) == SAMPLE:
            break
    if len(filled) < LEAST:
        return None
    enough = ALIKE * len(filled)
    looks = Counter(filter(None, map(_number_of, filled)))
    if looks.total() >= enough:
        return looks.most_common(1)[0][0]
    # The same few names again and again are those of places or services; persons differ.
    if (
        len(filled) >= LEAST_NAMES
        and len(set(filled)) >= 0.5 * len(filled)
        and sum(_like_a_person(text) for text in filled) >= enough
    ):
        return NAME
    return None


def _number_of(text: str) -> str | None:
    """The kind of number of somebody's that a cell looks like."""
    return next((kind for kind, pattern in _known()["content"] if pattern.fullmatch(text)), None)


def _like_a_person(text: str) -> bool:
    words = [word for part in re.split(r"[\s'’-]+", text) if (word := _plain(part))]
    if not 2 <= len(words) <= 5 or not _known()["not"].isdisjoint(words):
        return False
    # «عبد الحق», « El Mehdi »: one name in two words.
    together = map("".join, zip(words, words[1:], strict=False))
    return not _known()["names"].isdisjoint((*words, *together))


def of_column(header: str, cells: Iterable[str], *, is_place: Callable[[str], bool]) -> str | None:
    """The kind of identity that a column holds, by its header or by what its cells look like; None when it holds none.

    Under a header that says so there may yet be none: « CIN » over counts, how many have one; « Nom » over communes.
    `is_place` tells whether a text names a territory.
    """
    filled = [text for cell in cells if (text := cell.strip())]
    kind = by_header(header)
    if kind and filled and _only_counts(filled):
        kind = None
    if kind in (None, NAME) and filled and sum(map(is_place, filled)) >= 0.5 * len(filled):
        return None
    return kind or by_content(filled)


def _only_counts(sample: Sequence[str]) -> bool:
    return all(_COUNT.fullmatch(text) for text in sample)


def looks_personal(text: str) -> bool:
    """Whether a cell by itself may be somebody's number or name: it is not repeated, not even as the name of a column
    of a file that has no header."""
    text, words = text.strip(), [_plain(word) for word in _BETWEEN.split(text)]
    return (
        "@" in text
        or any(letter.isdigit() for letter in text)
        or not _known()["names"].isdisjoint(words)
        or any(pattern.fullmatch(text) for _, pattern in _known()["content"])
    )
