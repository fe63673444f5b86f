"""The slides of a meeting as a wall shows them, in HTML: one deck for the screen of the room and for the one-file pack.

Every text of a slide is its own; what is added here is where it stands. Charts are drawn for two shapes of screen, so
that no letter of them is ever made smaller than it was drawn.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from math import ceil
from pathlib import Path
from typing import Any

from exports.outlines import outlines
from i18n import Words, words
from panels.html import told
from panels.slide import Slide, Table
from panels.svg import svg

FOLDER = Path(__file__).resolve().parents[1] / "static" / "wall"
SCRIPT, STYLE = FOLDER / "wall.js", FOLDER / "wall.css"

DRAWN = ("bars", "path", "map", "chain")
LEAST = 24
"""The smallest letter of a wall of 1920 by 1080."""
LEAST_TALL = 16
"""The same of a telephone's chart, of which 520 are as wide as the screen."""
ROW = 58
"""The height of a row of bars on a telephone, where all of them stand below each other."""

_FONT_SIZE = re.compile(r'font-size="([\d.]+)"')
_DAY = re.compile(r"\W*\d{2}/\d{2}/\d{4}\W*")
_COUNTED = re.compile(r"(?<![\d\u202f\u00a0])(\d{1,2}) (?=[^\W\d_])")
_FIRST_DAY = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Shape:
    """A shape of screen. name: its class in the style; width, height: of the room that a chart and its sentences have
    when nothing stands beside them; aside, above: what numbers and verdict take of it."""

    name: str
    width: int
    height: int
    aside: int
    above: int


WIDE = Shape("wide", 1760, 640, 540, 0)
"""16:9, drawn at 1920 × 1080."""
SQUARE = Shape("square", 1312, 640, 0, 236)
"""4:3, drawn at 1440 × 1080."""
BARE = 168
"""What numbers take above a chart where no verdict stands with them."""
SHAPES = (WIDE, SQUARE)
TALL = Shape("tall", 520, 560, 0, 0)
"""A telephone held upright, for who follows and who has the pack: there a slide scrolls, and a letter is as large as on
its other pages."""
HAND = Shape("hand", 440, 500, 0, 0)
"""The same on the page of those who follow by a code, where a chart stands in a card with its table."""
UPRIGHT = (TALL, HAND)


def digest() -> str:
    """What the script and the style of the wall are known by: other bytes, another name."""
    return hashlib.sha256(SCRIPT.read_bytes() + STYLE.read_bytes()).hexdigest()[:12]


def deck(
    slides: Iterable[Slide], *, locale: str, title: str, office: str = "", mode: str, **more: Any
) -> dict[str, Any]:
    """What the script is given of a meeting: its title, the office's name, the words of the wall, and the slides, each
    with key, parent, item, name (of its territory), asked (only on the wall when the chair asks) and html.

    mode: present, follow, read or pack. Territories below a slide stand in administrative order. more: what else the
    script is told.
    """
    w = words(locale)
    shapes = (*SHAPES, TALL) if mode in ("follow", "pack") else SHAPES
    return {
        "title": title,
        "office": office,
        "locale": locale,
        "dir": w.direction,
        "mode": mode,
        "words": wording(locale),
        "slides": [one(slide, locale=locale, shapes=shapes) for slide in in_order(slides)],
        **more,
    }


def in_order(slides: Iterable[Slide]) -> list[Slide]:
    """The presenter's way as it is, then the drill-downs, each family in administrative order."""
    slides = list(slides)
    way = [slide for slide in slides if not slide.parent]
    place = {slide.key: at for at, slide in enumerate(way)}
    below = sorted(
        (slide for slide in slides if slide.parent),
        key=lambda slide: (place.get(slide.parent, len(way)), slide.parent, slide.territory),
    )
    return [*way, *below]


def one(slide: Slide, *, locale: str, shapes: Sequence[Shape] = SHAPES) -> dict[str, Any]:
    """What the script is given of one slide, its chart drawn for those shapes of screen."""
    w = words(locale)
    return {
        "key": slide.key,
        "parent": slide.parent,
        "item": slide.item,
        "subject": slide.subject,
        "territory": slide.territory,
        "name": w.territory(slide.territory) if slide.territory else "",
        "counts": [[figure.what, figure.unit] for figure in slide.figures if "." in figure.what][:1],
        "asked": slide.screen_only,
        "html": section(slide, locale=locale, shapes=shapes),
    }


WORDS = (
    *("counter", "page", "next", "previous", "full_screen", "help", "back", "leave", "detail", "detail_title", "close"),
    *("key_next", "key_previous", "key_ends", "key_black", "key_down", "key_up", "key_full", "key_help", "key_leave"),
    *(
        "key_number",
        "key_up_only",
        "key_recommend",
        "key_declare",
        "key_asked",
        "asked",
        "offline",
        "kept",
        "sending",
        "empty",
        "black",
        "waiting",
    ),
    *("recommend", "recommend_text", "lead", "partners", "partner_add", "partner_remove", "due", "figure", "no_figure"),
    "due_proposed",
    *("territory", "no_territory", "expected", "submit", "cancel", "draft", "need_text", "need_lead", "need_due"),
    *(
        "declare",
        "declare_service",
        "declare_on",
        "declare_value",
        "declare_text",
        "need_service",
        "need_said",
        "no_services",
    ),
    *("recorded_recommend", "recorded_declare", "refused", "choose", "day", "month", "year", "optional", "slides"),
)
"""The texts that the script puts on the wall."""

_FILLED = {
    "counter": {"number": "{number}", "total": "{total}"},
    "page": {"number": "{number}", "total": "{total}"},
    "recorded_recommend": {"number": "{number}"},
    "recorded_declare": {"number": "{number}"},
    "partner_remove": {"name": "{name}"},
    "waiting": {"number": "{number}"},
}


def wording(locale: str) -> dict[str, Any]:
    """The words of the wall in a language; a placeholder stays where the script puts in a number. months: their names
    from January on."""
    w = words(locale)
    said: dict[str, Any] = {name: w(f"wall.{name}", **_FILLED.get(name, {})) for name in WORDS}
    said["months"] = [w.month(dt.date(2024, number, 1)).removesuffix(" 2024") for number in range(1, 13)]
    return said


def section(slide: Slide, *, locale: str, shapes: Sequence[Shape] = SHAPES) -> str:
    """One slide as an HTML section: title, at most three numbers, verdict, one chart, sentences, sources."""
    w = words(locale)
    aside = _aside(slide)
    classes = ["tw-slide", f"tw-kind-{slide.kind}", *_holding(slide)]
    body = _body(slide, locale=locale, shapes=shapes)
    lines = "" if slide.kind in ("cover", "text") else _lines(slide)
    return (
        f'<section class="{" ".join(classes)}" data-key="{escape(slide.key)}" lang="{locale}" dir="{w.direction}">'
        f'<h1 class="tw-title">{escape(_together(slide.title))}</h1>'
        f'<div class="tw-body">{aside}<div class="tw-main">{body}{lines}</div></div>'
        f'<div class="tw-foot">{_sources(slide, locale)}{_notice(slide, locale)}</div></section>'
    )


def _together(title: str) -> str:
    """A title in which no line ends between a day and its month, a number and what it counts."""
    return _COUNTED.sub("\\1\u00a0", title)


def _holding(slide: Slide) -> list[str]:
    """What a slide has beside its chart, as classes: browsers of 2023 know no other way to ask an element what is in
    it."""
    has = {
        "tw-beside": slide.numbers,
        "tw-alone": len(slide.numbers) == 1,
        "tw-judged": slide.verdict,
        "tw-told": slide.numbers or slide.verdict,
        "tw-listed": slide.lines if slide.kind == "text" else slide.kind == "table" and slide.table.rows,
    }
    return [name for name, there in has.items() if there]


def _aside(slide: Slide) -> str:
    said = "".join(
        f'<div class="tw-figure"><div class="tw-what">{escape(number.label)}</div>'
        f'<div class="tw-big"><b>{escape(number.text)}</b>'
        + (f' <span class="tw-unit">{escape(number.unit)}</span>' if number.unit else "")
        + "</div></div>"
        for number in slide.numbers[:3]
    )
    if slide.verdict:
        tone, shape, word = (escape(slide.verdict.get(name, "")) for name in ("tone", "shape", "word"))
        said += f'<div class="tw-verdict tw-{tone}"><span aria-hidden="true">{shape}</span> {word}</div>'
    return f'<div class="tw-aside">{said}</div>' if said else ""


def _body(slide: Slide, *, locale: str, shapes: Sequence[Shape]) -> str:
    if slide.kind == "cover":
        lines = slide.chart.get("lines") or slide.lines
        return "".join(f'<p class="tw-cover-line">{escape(line)}</p>' for line in lines)
    if slide.kind == "text":
        rows = "".join(f"<li>{told(line, words(locale))}</li>" for line in slide.lines)
        return f'<ul class="tw-said tw-parts">{rows}</ul>' if rows else ""
    if slide.kind in DRAWN:
        return "".join(_drawn(slide, shape, locale=locale) for shape in shapes)
    return table(slide.table, words(locale))


def _drawn(slide: Slide, shape: Shape, *, locale: str) -> str:
    """The chart as it is drawn for a shape of screen: as many pictures as its rows need."""
    width, height = room(slide, shape)
    made = "".join(f'<div class="tw-picture">{one}</div>' for one in pictures(slide, shape, locale=locale))
    return f'<div class="tw-chart tw-for-{shape.name}" style="--w:{width}px;--h:{height}px">{made}</div>'


def pictures(slide: Slide, shape: Shape, *, locale: str) -> list[str]:
    """The chart of a slide for a shape of screen as SVG, as many as its rows need; none for a kind without a chart."""
    if slide.kind not in DRAWN:
        return []
    width, height = room(slide, shape)
    if shape in UPRIGHT and slide.kind == "bars":
        rows = 80 + ROW * len(slide.chart.get("rows", ()))
        height = rows if shape is HAND else max(height, rows)
    asked: dict[str, Any] = {"locale": locale, "width": width, "height": height, "wall": True}
    if slide.kind == "map":
        asked["outlines"] = outlines(slide.chart["parent"], slide.chart["level"])
    # The notice stands once on a slide, below its chart, in full.
    slide = replace(slide, demonstration=False)
    made: list[str] = []
    for charts in parted(slide.kind, slide.chart):
        made = [svg(replace(slide, chart=chart), **asked) for chart in charts]
        if all(_least(picture) >= (LEAST_TALL if shape in UPRIGHT else LEAST) for picture in made):
            break
    return made


def parted(kind: str, chart: Mapping[str, Any]) -> Iterator[list[Mapping[str, Any]]]:
    """A chart on one page, then on ever more of them, each page a chart of its own. Whoever draws one makes its letters
    smaller where there is no room, which no wall may show."""
    yield [chart]
    if kind == "bars":
        rows = chart.get("rows", ())
        for count in range(2, len(rows) + 1):
            yield [{**chart, "rows": part} for part in shared(rows, count)]
    if kind == "chain":
        nodes, passages = chart.get("nodes", ()), chart.get("passages", ())
        # What waits is the message; the stages that it waits between come after it.
        for count in range(1, max(len(nodes), len(passages)) + 1):
            waiting = [{**chart, "nodes": [], "passages": part} for part in shared(passages, count)]
            stages = [{**chart, "nodes": part, "passages": []} for part in shared(nodes, max(1, count - 1))]
            yield [*waiting, *stages]


def shared(rows: Sequence[Any], count: int) -> list[list[Any]]:
    """Rows on that many pages at most, shared evenly: a bar must not grow thick because it stands alone on the last."""
    share = ceil(len(rows) / count)
    return [list(rows[at : at + share]) for at in range(0, len(rows), share)] if rows else []


def _least(picture: str) -> float:
    """The smallest letter of a picture."""
    return min((float(size) for size in _FONT_SIZE.findall(picture)), default=LEAST)


def room(slide: Slide, shape: Shape) -> tuple[int, int]:
    """The width and height that a slide leaves its chart on a shape of screen."""
    width, height = shape.width, shape.height
    if shape in UPRIGHT:
        return width, height
    if slide.numbers:
        width, height = width - shape.aside, height - (shape.above if slide.verdict or not shape.above else BARE)
    elif slide.verdict:
        height -= 84
    if _beside_chart(slide) and not (slide.numbers and shape is SQUARE):
        height -= 12 + 44 * _rows(slide.lines[0], width)
    return width, height


def _rows(line: str, width: int) -> int:
    return ceil(len(line) * 15 / width)


def _beside_chart(slide: Slide) -> bool:
    """Whether the first sentence stands below the chart: a short one. The others are for paper, and for who reads the
    pack without its script."""
    return bool(slide.lines) and _rows(slide.lines[0], WIDE.width - WIDE.aside) <= 2


def table(said: Table, w: Words) -> str:
    """A table of ready cells; each row can go to a further page of the slide."""
    if not said.head and not said.rows:
        return ""

    def cell(tag: str, at: int, text: str) -> str:
        kind = ' class="tw-number"' if at in said.numeric else ' class="tw-date"' if _DAY.fullmatch(text) else ""
        scope = ' scope="col"' if tag == "th" else ""
        # On a telephone a row is a card, and each cell says what it is.
        named = f' data-head="{escape(said.head[at])}"' if tag == "td" and at < len(said.head) else ""
        return f"<{tag}{kind}{scope}{named}>{told(text, w)}</{tag}>"

    head = "".join(cell("th", at, text) for at, text in enumerate(said.head))
    rows = "".join("<tr>" + "".join(cell("td", at, text) for at, text in enumerate(row)) + "</tr>" for row in said.rows)
    return f'<table class="tw-table"><thead><tr>{head}</tr></thead><tbody class="tw-parts">{rows}</tbody></table>'


def _lines(slide: Slide) -> str:
    kept = len(slide.lines) if slide.kind not in DRAWN else int(_beside_chart(slide))
    return "".join(
        f'<p class="tw-line{"" if at < kept else " tw-rest"}">{escape(line)}</p>' for at, line in enumerate(slide.lines)
    )


def _sources(slide: Slide, locale: str) -> str:
    w = words(locale)
    if not slide.sources:
        return ""
    names = w.join(dict.fromkeys(source.text for source in slide.sources))
    if slide.dates:
        names = w("app.source_as_of", source=names, date=_FIRST_DAY + dt.timedelta(max(slide.dates)))
    return f'<p class="tw-source">{escape(w("app.source", source=names))}</p>'


def _notice(slide: Slide, locale: str) -> str:
    if not slide.demonstration:
        return ""
    w = words(locale)
    said = w("demo.notice", place_of=w.of_territory(slide.territory)) if slide.territory else w("demo.badge")
    return f'<p class="tw-fiction">{escape(said)}</p>'
