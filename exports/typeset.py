"""Paper and pictures set by typst: a template of ours, and data that it reads as JSON. No browser, no network.

A template (`exports/templates/NAME.typ`) begins with `#let data = json(bytes(sys.inputs.data))`; what comes from the
tables is never pasted into its markup, so nothing in a name is ever read as a command. An SVG goes in as a text:
`#image(bytes(data.svg), format: "svg", alt: …)`.

What typst does with our languages, seen with 0.15.2:
- The fonts of the house are the only ones there are. The heavier weights are families of their own (HALF_BOLD).
- In an SVG it ignores `direction` and keeps `text-anchor` physical: Arabic is marked by an isolate in the text.
- `#set text(lang: "ar", dir: rtl)` joins letters and lays them out rightly. Readers of PDF that guess at the order
  (poppler, pdfium) turn round the letters of one ligature (لا, لأ, سر, لى): `ligatures: false` does not help, and
  without `rlig` the لا is no longer the one that people know (`exports/paper.py` writes it); `exports/guided.py` tells
  them the rest.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).resolve().parent / "templates"
FONTS = Path(__file__).resolve().parent.parent / "panels" / "fonts"
FAMILY, MEDIUM, HALF_BOLD = "IBM Plex Sans Arabic", "IBM Plex Sans Arabic Medm", "IBM Plex Sans Arabic SmBld"
ARCHIVE = "a-2u"
"""PDF/A that any office can keep, with the letters behind every shape. (`a-2a` wants `alt` on every picture.)"""

PIXELS = 144
"""Pixels an inch of a picture: two for each point of the page, the right size for a telephone."""


class NotTypeset(RuntimeError):
    """typst refused a template or its data; the message is typst's own, for the log."""


def compile_pdf(
    template: str, data: Mapping[str, Any], *, standards: str | Sequence[str] = ARCHIVE, today: datetime | None = None
) -> bytes:
    """A template filled with data, as the bytes of a PDF.

    template: the name of a file of TEMPLATES without its ending. standards: typst's names of PDF standards; empty for
    none. today: what the file says of its making; without it nothing that moves, so the same data give the same bytes.
    """
    return _compiled(
        template,
        data,
        format="pdf",
        pdf_standards=[standards] if isinstance(standards, str) and standards else list(standards),
        timestamp=today or datetime(2000, 1, 1, tzinfo=UTC),
    )[0]


def compile_png(template: str, data: Mapping[str, Any], *, pixels: float = PIXELS) -> bytes:
    """The first page of a template filled with data, as the bytes of a PNG with so many pixels an inch."""
    return _compiled(template, data, format="png", ppi=pixels)[0]


def _compiled(template: str, data: Mapping[str, Any], **how: Any) -> list[bytes]:
    """The pages of a picture, or the one file of a document."""
    said = json.dumps(data, ensure_ascii=False, allow_nan=False)
    try:
        compiler = typst.Compiler(
            input=str(TEMPLATES / f"{template}.typ"),
            root=str(TEMPLATES),
            font_paths=_fonts(),
            sys_inputs={"data": said},
        )
        made = compiler.compile(**how)
    except RuntimeError as error:
        raise NotTypeset(str(error)) from error
    return list(made) if isinstance(made, list) else [made]


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
