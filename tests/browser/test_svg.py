"""Charts as a browser lays them out: no text meets another or leaves the picture, with the longest names."""

import base64
from pathlib import Path

import pytest

import panels.measure as measure
from exports.outlines import outlines
from panels.svg import svg
from tests.panels.drawn import COMMUNES, HERE, charted, many_bars

SIZES = ((1800, 640), (1300, 640), (960, 430))
WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold"}

LOADED = """() => Promise.all([400, 500, 600].map(
    weight => document.fonts.load(`${weight} 20px 'IBM Plex Sans Arabic'`, 'a\u0639')))"""
LAID_OUT = """() => [...document.querySelectorAll('svg text')].map(text => {
    const box = text.getBBox(), moved = text.parentNode.transform.baseVal.consolidate().matrix.e;
    return {said: text.textContent, left: moved + box.x, right: moved + box.x + box.width, y: +text.getAttribute('y'),
            size: +text.getAttribute('font-size'), family: getComputedStyle(text).fontFamily};
})"""


def faces():
    """The fonts of the house as a page carries them, so that nothing is fetched."""
    found = []
    for weight, name in WEIGHTS.items():
        content = (Path(measure.FONTS) / f"IBMPlexSansArabic-{name}.ttf").read_bytes()
        source = f"url(data:font/ttf;base64,{base64.b64encode(content).decode()})"
        found.append(f"@font-face{{font-family:'IBM Plex Sans Arabic';font-weight:{weight};src:{source}}}")
    return "".join(found)


@pytest.fixture
def laid_out(page):
    """A function from an SVG to its texts as the browser lays them out: what is said, left, top, right, bottom."""

    def run(drawn, width, direction):
        page.set_content(
            f'<html dir="{direction}"><style>{faces()}</style><div style="width:{width}px">{drawn}</div></html>'
        )
        page.evaluate(LOADED)
        assert page.evaluate("[...document.fonts].every(face => face.status === 'loaded')")
        # From side to side as the browser measures; up and down as far as letters reach, not the room between lines.
        return [
            (
                text["said"],
                text["left"],
                text["y"] - measure.TOP * text["size"],
                text["right"],
                text["y"] + measure.BOTTOM * text["size"],
            )
            for text in page.evaluate(LAID_OUT)
        ]

    return run


def every_chart(locale, width, height):
    near = charted(locale, COMMUNES)["map"]
    for slide in (*charted(locale).values(), near, many_bars(locale, 20), many_bars(locale, 34)):
        yield (
            slide,
            svg(slide, locale=locale, width=width, height=height, wall=True, outlines=outlines(HERE, "commune")),
        )


@pytest.mark.parametrize("locale", ("ar", "fr"))
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_text_meets_another_or_leaves_the_picture(laid_out, locale, width, height):
    for slide, drawn in every_chart(locale, width, height):
        boxes = laid_out(drawn, width, "rtl" if locale == "ar" else "ltr")
        assert len(boxes) > 3
        for said, left, top, right, bottom in boxes:
            assert left >= -1 and top >= -1 and right <= width + 1 and bottom <= height + 1, (slide.kind, said)
        for i, (one, *a) in enumerate(boxes):
            for other, *b in boxes[i + 1 :]:
                apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
                assert apart, (slide.kind, one, other)


def test_a_picture_stands_the_same_in_a_page_of_either_direction(laid_out):
    drawn = svg(charted("ar")["bars"], locale="ar", width=1300, height=640, wall=True)
    assert laid_out(drawn, 1300, "rtl") == laid_out(drawn, 1300, "ltr")


def test_widths_are_as_the_browser_measures_them(laid_out):
    drawn = svg(charted("ar")["bars"], locale="ar", width=1300, height=640, wall=True)
    sizes = {
        text: (right - left) / ((bottom - top) / (measure.TOP + measure.BOTTOM))
        for text, left, top, right, bottom in laid_out(drawn, 1300, "rtl")
    }
    for row in charted("ar")["bars"].chart["rows"]:
        (seen,) = [wide for text, wide in sizes.items() if row["name"] in text]
        assert measure.width(row["name"], 1) == pytest.approx(seen, rel=0.03)
