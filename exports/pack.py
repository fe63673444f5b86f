"""The one-file pack: a meeting in one HTML file that opens from a USB key and asks nobody for anything.

The script and the style are those of the wall, and stand in the file with the typeface. Without the script, or in a
browser too old for it, the slides can be read one below another; printed, each begins a page.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from exports import wall
from i18n import words
from panels.slide import Slide

MOST_BYTES = 20_000_000
DOCUMENT = wall.FOLDER / "pack.css"
FONTS = Path(__file__).resolve().parents[1] / "static" / "fonts"
FAMILY = "IBM Plex Sans Arabic"
FONT = re.compile(r"-(?P<script>arabic|latin)-(?P<weight>\d+)\.")
RANGES = {
    "arabic": "U+0600-06FF,U+0750-077F,U+08A0-08FF,U+200C-200E,U+FB50-FDFF,U+FE70-FEFC",
    "latin": "U+0000-024F,U+2000-206F,U+20AC,U+2190-22FF,U+25A0-25FF,U+FEFF,U+FFFD",
}


class PackTooLarge(ValueError):
    """The file would not travel: more than MOST_BYTES."""


def pack(slides: Iterable[Slide], *, locale: str, title: str, office: str = "", asked: bool = False) -> bytes:
    """The file as bytes of UTF-8 HTML.

    slides: those on the presenter's way in their order, then the drill-downs; the recommendations of the meeting as its
    last one. asked: those too that are on the wall only when the chair asks. Raises PackTooLarge.
    """
    kept = [slide for slide in slides if asked or not slide.screen_only]
    deck = wall.deck(kept, locale=locale, title=title, office=office, mode="pack")
    way = "".join(one.pop("html") for one in deck["slides"] if not one["parent"])
    below = "".join(one.pop("html") for one in deck["slides"] if one["parent"])
    sections = f'{way}\n<div class="tw-downs">{below}</div>' if below else way
    script = wall.SCRIPT.read_text(encoding="utf-8")
    style = _fonts() + wall.STYLE.read_text(encoding="utf-8") + DOCUMENT.read_text(encoding="utf-8")
    w = words(locale)
    heading = " · ".join(part for part in (office, title) if part)
    # `<` cannot end the element that holds the deck.
    told = json.dumps(deck, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    made = (
        f'<!doctype html>\n<html lang="{locale}" dir="{w.direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<main class="tw-pack" id="tw-pack"><p>{escape(heading)}</p>\n{sections}</main>\n'
        f'<script type="application/json" id="tw-deck">{told}</script>\n'
        f'<script type="module">{script}</script>\n</body>\n</html>\n'
    ).encode()
    if len(made) > MOST_BYTES:
        raise PackTooLarge(len(made))
    return made


def _policy(script: str) -> str:
    """Nothing is fetched from anywhere; the one script that runs is the one that stands in the file."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _fonts() -> str:
    faces = []
    for file in sorted(FONTS.glob("*.woff2")):
        found = FONT.search(file.name)
        data = base64.b64encode(file.read_bytes()).decode()
        faces.append(
            f'@font-face{{font-family:"{FAMILY}";font-weight:{found["weight"]};'
            f"src:url(data:font/woff2;base64,{data}) format('woff2');unicode-range:{RANGES[found['script']]}}}"
        )
    return "".join(faces)
