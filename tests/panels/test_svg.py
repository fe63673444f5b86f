"""The chart of a slide as SVG: whole, legible, one direction of time, the reading side first, nothing from outside."""

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from exports.outlines import outlines
from i18n import LOCALES, words
from panels import measure
from panels.drawing.sheet import GROUND, NOTICE, TONE_FILL, WHITE
from panels.svg import sheet_of, svg
from tests.decks import COMMUNES, deck
from tests.panels.drawn import HERE, charted, many_bars

KINDS = ("bars", "path", "map", "chain")
SIZES = ((1800, 640), (1300, 640), (960, 430))
ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


def drawn(slide, locale, width=1800, height=640, *, wall=True, near=True):
    return sheet_of(
        slide,
        locale=locale,
        width=width,
        height=height,
        wall=wall,
        outlines=outlines(HERE, "commune") if near else None,
    )


def texts(svg_text):
    return [e for e in ET.fromstring(svg_text).iter() if e.tag.endswith("}text")]


def said(svg_text):
    return [e.text.translate(ISOLATES) for e in texts(svg_text)]


def every_slide(locale):
    """Every kind with the longest names, the map with its outlines, and bars of 20, 34 and 80 communes."""
    long, near = charted(locale), charted(locale, COMMUNES)
    return [*long.values(), near["map"], many_bars(locale, 20), many_bars(locale, 34), many_bars(locale, 80)]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_no_text_leaves_the_picture_or_meets_another(locale, width, height):
    for slide in every_slide(locale):
        boxes = drawn(slide, locale, width, height).texts
        assert len(boxes) > 3
        for text, (left, top, right, bottom) in boxes:
            assert left >= -0.5 and top >= -0.5 and right <= width + 0.5 and bottom <= height + 0.5, (slide.key, text)
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            apart = a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5
            assert apart, (slide.key, one, other)


@pytest.mark.parametrize("locale", ("ar", "fr"))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "height"), SIZES[:2])
def test_on_the_wall_no_text_is_smaller_than_24(locale, kind, width, height):
    slide = charted(locale)[kind]
    made = svg(slide, locale=locale, width=width, height=height, wall=True, outlines=outlines(HERE, "commune"))
    assert min(float(one.get("font-size")) for one in texts(made)) >= 24


def test_twenty_bars_and_thirty_four_keep_24_on_the_wall():
    for how_many in (20, 34):
        made = svg(many_bars("ar", how_many), locale="ar", width=1800, height=640, wall=True)
        assert min(float(one.get("font-size")) for one in texts(made)) >= 24


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("locale", ("ar", "fr"))
def test_text_is_read_at_seven_to_one_on_every_ground_it_stands_on(locale):
    fills = {one.get("fill") for slide in every_slide(locale) for one in texts(drawn(slide, locale).whole("x"))}
    assert fills
    assert all(contrast(fill, ground) >= 7 for fill in fills for ground in (WHITE, GROUND, NOTICE))


@pytest.mark.parametrize("tone", TONE_FILL)
def test_bars_and_shapes_are_seen_on_white(tone):
    assert contrast(TONE_FILL[tone], WHITE) >= 3


@pytest.mark.parametrize("locale", LOCALES)
def test_every_number_of_the_chart_is_in_it(locale):
    slides = charted(locale, COMMUNES)
    bars = said(svg(slides["bars"], locale=locale, width=1800, height=640, wall=True))
    assert {row["text"].translate(ISOLATES) for row in slides["bars"].chart["rows"]} <= set(bars)
    path = said(svg(slides["path"], locale=locale, width=1800, height=640, wall=True))
    assert slides["path"].chart["labels"][-1] in path
    assert slides["path"].chart["target"]["text"] in path
    where = said(
        svg(slides["map"], locale=locale, width=1800, height=640, wall=True, outlines=outlines(HERE, "commune"))
    )
    assert {one["text"] for one in slides["map"].chart["territories"]} <= set(where)
    chain = said(svg(slides["chain"], locale=locale, width=1800, height=640, wall=True))
    assert {one["text"] for one in slides["chain"].chart["nodes"]} <= set(chain)


@pytest.mark.parametrize("locale", LOCALES)
def test_names_stand_whole_in_one_line_or_more(locale):
    slide = charted(locale)["bars"]
    written = " ".join(said(svg(slide, locale=locale, width=960, height=430, wall=True)))
    for row in slide.chart["rows"]:
        assert all(word in written for word in row["name"].split(" "))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_notice_of_the_demonstration_stands_in_the_picture(locale, kind):
    slide = charted(locale)[kind]
    notice = words(locale)("demo.badge")
    assert notice in " ".join(said(svg(slide, locale=locale, width=1300, height=640)))
    real = replace(slide, demonstration=False)
    assert notice not in " ".join(said(svg(real, locale=locale, width=1300, height=640)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_fetches_and_runs_nothing_and_says_what_it_is(kind):
    slide = replace(charted("fr")[kind], title='<script>alert(1)</script> "et"')
    made = svg(slide, locale="fr", width=1300, height=640, outlines=outlines(HERE, "commune"))
    root = ET.fromstring(made)
    assert root.get("role") == "img" and root.get("aria-label") == slide.title
    tags = {e.tag.partition("}")[2] for e in root.iter()}
    assert tags <= {"svg", "g", "text", "rect", "circle", "path", "polyline", "polygon"}
    names = {name for e in root.iter() for name in e.attrib}
    assert not any("href" in name or name.startswith("on") or name == "style" for name in names)


def test_a_name_that_looks_like_markup_is_only_text():
    slide = charted("fr")["bars"]
    rows = [row | {"name": '<b onload="x">A&B</b>'} for row in slide.chart["rows"]]
    made = svg(replace(slide, chart=slide.chart | {"rows": rows}), locale="fr", width=1300, height=640)
    assert "A&B" in " ".join(said(made))


def bars_of(made):
    root = ET.fromstring(made)
    fills = set(TONE_FILL.values())
    return [(float(e.get("x")), float(e.get("width"))) for e in root.iter() if e.get("fill") in fills and e.get("x")]


def test_bars_grow_from_the_side_where_reading_begins():
    left = bars_of(svg(charted("fr")["bars"], locale="fr", width=1300, height=640))
    right = bars_of(svg(charted("ar")["bars"], locale="ar", width=1300, height=640))
    assert len({round(x) for x, wide in left if wide > 1}) == 1
    assert len({round(x + wide) for x, wide in right if wide > 1}) == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_time_runs_left_to_right_in_every_language_and_the_scale_stands_where_reading_begins(locale):
    slide = charted(locale)["path"]
    sheet = drawn(slide, locale)
    where = {text.translate(ISOLATES): box for text, box in sheet.texts}
    ticks = [where[t["text"].translate(ISOLATES)][0] for t in slide.chart["ticks"] if t["text"] in where]
    assert len(ticks) >= 3 and ticks == sorted(ticks)
    zero = where[slide.chart["scale"][0]["text"]]
    assert (zero[0] > 1650) is (locale == "ar")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_verdict_is_told_by_a_word_in_the_picture_as_well(locale):
    slide = charted(locale)["bars"]
    for width, height in SIZES:
        written = " ".join(said(svg(slide, locale=locale, width=width, height=height, wall=True)))
        for row in slide.chart["rows"]:
            assert all(word in written for word in row["word"].split())


def test_what_another_body_holds_never_wears_the_red_of_the_prefecture():
    slide = charted("ar")["bars"]
    rows = [row | {"tone": "elsewhere"} for row in slide.chart["rows"]]
    made = svg(replace(slide, chart=slide.chart | {"rows": rows}), locale="ar", width=1300, height=640)
    assert TONE_FILL["bad"] not in made and TONE_FILL["elsewhere"] in made


def test_a_map_says_that_its_borders_are_indicative_and_whose_they_are():
    w = words("ar")
    made = " ".join(said(drawn(charted("ar", COMMUNES)["map"], "ar").whole("x")))
    assert w("map.indicative") in made and "2024" in made


def test_a_map_without_outlines_still_says_every_name_and_number():
    slide = charted("fr")["map"]
    made = " ".join(said(svg(slide, locale="fr", width=960, height=430, wall=True)))
    assert all(word in made for one in slide.chart["territories"] for word in one["name"].split())
    assert words("fr")("map.indicative") not in made


def test_kinds_without_a_chart_draw_nothing():
    for slide in deck("ar"):
        made = svg(slide, locale="ar", width=960, height=430)
        assert bool(made) is (slide.kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_chart_is_drawn_without_a_fault(kind):
    slide = replace(charted("ar")[kind], chart={"unit": "x"})
    made = svg(slide, locale="ar", width=960, height=430, outlines={})
    assert ET.fromstring(made).get("role") == "img"


def test_values_below_zero_grow_the_other_way():
    slide = charted("fr")["bars"]
    rows = [
        row | {"value": v, "planned": None, "text": str(v)}
        for row, v in zip(slide.chart["rows"], (-40, 60), strict=False)
    ]
    made = svg(replace(slide, chart=slide.chart | {"rows": rows, "most": 60}), locale="fr", width=1300, height=640)
    (a, wide), (b, _) = bars_of(made)
    assert round(a + wide) == round(b)


def test_a_line_is_broken_at_spaces_and_never_in_a_number():
    broken = measure.lines("Sidi 412\u202f530 ménages", 20, 90)
    assert broken == ["Sidi", "412\u202f530", "ménages"]


def test_an_isolate_that_a_line_cuts_is_closed_and_opened_again():
    first, second = measure.lines("\u2068Ait Melloul\u2069", 20, 60)
    assert (first, second) == ("\u2068Ait\u2069", "\u2068Melloul\u2069")


def test_letters_are_measured_as_they_are_joined():
    assert measure.width("جماعة", 100) < sum(measure.width(letter, 100) for letter in "جماعة")


def test_no_direction_is_left_to_the_page_around():
    assert re.search(r'<svg [^>]*direction="ltr"', svg(charted("ar")["bars"], locale="ar", width=960, height=430))
