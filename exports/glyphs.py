"""Which characters the fonts of the house have: PDF/A takes no other, and somebody may have typed any."""

import struct
from functools import lru_cache
from pathlib import Path

from exports.typeset import FONTS


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """The code points that every font of the house has a glyph for."""
    sets = [_code_points(path) for path in sorted(FONTS.glob("*.ttf"))]
    return frozenset.intersection(*sets) if sets else frozenset()


def _code_points(path: Path) -> frozenset[int]:
    """The code points of a TrueType font, by its table of characters (formats 4 and 12 of OpenType's `cmap`)."""
    font = path.read_bytes()
    (tables,) = struct.unpack_from(">H", font, 4)
    places = {font[at : at + 4]: struct.unpack_from(">L", font, at + 8)[0] for at in range(12, 12 + 16 * tables, 16)}
    begins = places[b"cmap"]
    (many,) = struct.unpack_from(">H", font, begins + 2)
    found: set[int] = set()
    for at in range(begins + 4, begins + 4 + 8 * many, 8):
        table = begins + struct.unpack_from(">L", font, at + 4)[0]
        (form,) = struct.unpack_from(">H", font, table)
        if form == 4:
            found |= _of_segments(font, table)
        elif form == 12:
            (groups,) = struct.unpack_from(">L", font, table + 12)
            for group in range(groups):
                first, last, glyph = struct.unpack_from(">LLL", font, table + 16 + 12 * group)
                found |= {code for code in range(first, last + 1) if glyph + code - first}
    return frozenset(found)


def _of_segments(font: bytes, table: int) -> set[int]:
    (doubled,) = struct.unpack_from(">H", font, table + 6)
    count = doubled // 2
    lasts = struct.unpack_from(f">{count}H", font, table + 14)
    firsts = struct.unpack_from(f">{count}H", font, table + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", font, table + 16 + 2 * doubled)
    offsets_at = table + 16 + 3 * doubled
    offsets = struct.unpack_from(f">{count}H", font, offsets_at)
    found = set()
    for segment in range(count):
        for code in range(firsts[segment], lasts[segment] + 1):
            if offsets[segment]:
                place = offsets_at + 2 * segment + offsets[segment] + 2 * (code - firsts[segment])
                (glyph,) = struct.unpack_from(">H", font, place) if place + 2 <= len(font) else (0,)
            else:
                glyph = (code + deltas[segment]) & 0xFFFF
            if glyph and code != 0xFFFF:
                found.add(code)
    return found
