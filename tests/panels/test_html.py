"""Panels as HTML: what is read before any chart is there, and what must never become markup."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from i18n import words
from panels import Panel, SourceLine
from panels.html import (
    brief_html,
    carried_html,
    course_html,
    footer_html,
    groups_html,
    legend_html,
    link,
    map_table_html,
    notes_html,
    promise_html,
    rows_html,
    situation_html,
    told,
)
from panels.map import Row, territories_map
from panels.plot import STATE_FILL, STATE_MARK, group_fill
from panels.situation import Reading
from panels.targets import Bar, Cell

EVIL = '<script>alert("x")</script>'


class Markup(HTMLParser):
    """The elements and the text of a piece of HTML; raises where an element is left open or closed twice."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.text, self._open = [], "", []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def named(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def classed(self, css):
        return [attributes for _, attributes in self.elements if css in attributes.get("class", "").split()]


@pytest.fixture
def said(readings):
    """A function from readings to the HTML of a programme."""

    def make(*cells, title="A sentence.", locale="en"):
        panel = Panel("situation", "readings", title, readings(), parts={"readings": cells, "programme": "rsu"})
        return Markup(situation_html(panel, locale=locale))

    return make


def reading(**changed):
    usual = {
        "territory_code": "02.411",
        "label": "Oujda-Angad",
        "state": "shown",
        "number": "61,000",
        "exact": "61,000",
    }
    return Reading(**usual | {"dateline": "as of 10 January 2024", "unit": "households"} | changed)


@pytest.mark.parametrize("address", ["https://example.org/a?b=1&c=2", "http://example.org", "HTTPS://EXAMPLE.ORG/x"])
def test_a_source_at_a_public_address_is_a_link_that_tells_it_nothing(address):
    (attributes,) = Markup(link(SourceLine("Source", address))).named("a")
    assert attributes == {"href": address, "target": "_blank", "rel": "noopener noreferrer"}


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        " https://example.org",
        "//example.org",
        "ftp://x",
        "",
    ],
)
def test_any_other_address_is_no_link(address):
    markup = Markup(link(SourceLine("Source", address)))
    assert markup.named("a") == [] and markup.text == "Source"


def test_an_address_cannot_leave_its_attribute():
    (attributes,) = Markup(link(SourceLine("Source", 'https://x/" onclick="alert(1)'))).named("a")
    assert attributes["href"] == 'https://x/" onclick="alert(1)' and "onclick" not in attributes


def test_no_text_of_a_reading_becomes_markup(said):
    fields = ("label", "number", "exact", "unit", "share", "share_of", "change", "dateline", "reporting", "late")
    texts = dict.fromkeys((*fields, "partial", "silent"), EVIL)
    line = SourceLine(EVIL, 'https://example.org/"><script>')
    markup = said(
        reading(**texts, source=line, remarks=(line,), territory_code='"><script>'),
        reading(state="missing", number=EVIL),
        title=EVIL,
    )
    assert markup.named("script") == []
    assert markup.text.count(EVIL) == 15  # the exact number stands in an attribute
    assert [a["title"] for a in markup.classed("tt-number")] == [EVIL]


def test_no_text_of_a_table_becomes_markup():
    panel = Panel("method", "table", EVIL, None, parts={"head": (EVIL, EVIL), "rows": [(EVIL, SourceLine(EVIL, "x"))]})
    markup = Markup(rows_html(panel, locale="ar"))
    assert markup.named("script") == []
    assert markup.text.count(EVIL) == 5


@pytest.mark.parametrize(("locale", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_every_piece_says_its_direction(said, locale, direction):
    panel = Panel("method", "table", "T", None, parts={"head": ("A",), "rows": []}, notes=("N",))
    for markup in (
        said(reading(), locale=locale),
        Markup(rows_html(panel, locale=locale)),
        Markup(footer_html(panel, locale=locale)),
    ):
        assert markup.elements[0][1]["dir"] == direction


def test_a_reading_shows_its_number_its_share_and_its_date_and_marks_the_chosen_one(said):
    markup = said(reading(share="48%", share_of="of households (2014 census)"), reading(chosen=True))
    assert "48% of households (2014 census)" in markup.text
    assert markup.text.count("as of 10 January 2024") == 2
    assert len(markup.classed("tt-reading")) == 2 and len(markup.classed("tt-chosen")) == 1
    assert len(markup.classed("tt-of-2")) == 1


@pytest.mark.parametrize("state", ["missing", "withheld", "not_applicable"])
def test_a_reading_without_a_number_has_a_mark_and_a_word_and_keeps_what_was_printed(said, state):
    markup = said(reading(state=state, number="the word", remarks=(SourceLine("printed: 120,000"),)))
    assert f"{STATE_MARK[state]} the word" in markup.text and "printed: 120,000" in markup.text
    assert markup.classed("tt-number") == [] and "61,000" not in markup.text


def test_a_partial_sum_wears_a_badge_beside_its_number_and_names_who_is_silent(said):
    partial = said(reading(partial="partial", reporting="data of 3 of 11 communes", silent="without data: Oujda"))
    whole = said(reading(reporting="complete sum: 11 of 11 communes"))
    assert len(partial.classed("tt-badge")) == 1 and whole.classed("tt-badge") == []
    assert "61,000 households partial" in partial.text
    assert "data of 3 of 11 communes" in partial.text and "without data: Oujda" in partial.text
    assert len(partial.classed("tt-reporting")) == 2 and len(whole.classed("tt-reporting")) == 1


def test_a_promise_stands_in_the_place_of_the_sentence_where_it_says_the_same_count(readings):
    parts = {"readings": (reading(),), "programme": "rsu"}
    panel = Panel("situation", "readings", "A sentence.", readings(), parts=parts)
    here, above = (
        situation_html(panel, locale="en", promised="<p>As planned.</p>", says_it=same) for same in (True, False)
    )
    assert "A sentence." not in here and here.index("As planned.") < here.index("61,000")
    # That of a territory above says another count: the sentence stays, and it stands below.
    assert "A sentence." in above and above.index("As planned.") > above.index("61,000")


def test_an_old_figure_is_marked_beside_its_date(said):
    assert len(said(reading(late="old figure")).classed("tt-late")) == 1
    assert said(reading()).classed("tt-late") == []


def nowhere(code):
    """Where nothing leads to a territory."""
    return ""


@pytest.fixture
def drawn(children, day):
    """The panel of a map on which every state and three tints stand."""
    rows = [
        {"territory_code": "01.051", "value": 10.0, "denominator": 20.0},
        {"territory_code": "01.151", "value": 20.0, "denominator": 20.0, "late": True},
        {"territory_code": "01.227", "value": 30.0, "denominator": 20.0},
        {"territory_code": "01.331", "value": 0.0, "denominator": 20.0},
        {"territory_code": "01.405", "state": "missing"},
        {"territory_code": "01.511", "state": "withheld"},
        {"territory_code": "01.571", "state": "not_applicable"},
    ]
    indicator = {
        "id": "rsu.registered_share",
        "numerator": {"step": "rsu.registered", "unit": "household"},
        "denominator": {"census": "household"},
    }

    def make(locale="en", show="share"):
        return territories_map(
            children(*rows),
            parent="01",
            indicator=indicator,
            show=show,
            level="prefecture",
            boundaries="",
            on=day("2026-02-28"),
            locale=locale,
        )

    return make


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_the_legend_gives_every_tint_and_every_state_a_fill_and_every_state_a_mark(drawn, locale):
    panel = drawn(locale)
    markup = Markup(legend_html(panel, locale=locale))
    fills = [a["style"].removeprefix("background:") for a in markup.classed("tt-swatch")]
    assert len(fills) == len(panel.parts["legend"]) == 7 and len(set(fills)) == 7
    assert fills[3:] == [STATE_FILL[s] for s in ("zero", "missing", "withheld", "not_applicable")]
    for state in ("zero", "missing", "withheld", "not_applicable"):
        assert f"{STATE_MARK[state]}{dict(panel.parts['legend'])[state]}" in markup.text


def test_the_legend_says_what_it_measures(drawn):
    assert Markup(legend_html(drawn(), locale="en")).text.startswith("of households (2024 census)")
    assert Markup(legend_html(drawn(show="count"), locale="en")).text.startswith("households")


def test_the_table_beside_the_map_has_count_share_and_date_in_the_order_given(drawn):
    panel = drawn()
    text = map_table_html(tuple(reversed(panel.parts["rows"])), panel, locale="en", address=nowhere)
    markup = Markup(text)
    cells = re.findall(
        r"<tr><th scope=\"row\">(.*?)</th><td[^>]*>(.*?)</td><td>(.*?)</td><td[^>]*>(.*?)</td></tr>", text
    )
    assert [row[1:] for row in cells] == [
        ("not applicable", "", ""),
        ("fewer than 10", "", ""),
        ("not available", "", ""),
        ("0", "0%", "31/01/2026"),
        ("30", "150%", "31/01/2026"),
        ("20", "100%", "31/01/2026"),
        ("10", "50%", "31/01/2026"),
    ]
    assert len(markup.classed("tt-none")) == 3 and len(markup.classed("tt-late-cell")) == 1
    assert [a.get("scope") for a in markup.named("th")][:4] == ["col"] * 4


def test_a_table_without_any_share_has_no_column_for_it(drawn):
    panel = drawn()
    rows = [r for r in panel.parts["rows"] if not r.share]
    markup = Markup(map_table_html(rows, panel, locale="en", address=nowhere))
    assert len([a for a in markup.named("th") if a["scope"] == "col"]) == 3


def test_the_name_of_a_territory_does_not_become_markup(drawn):
    row = Row("01", EVIL, "shown", 0, EVIL, EVIL, EVIL, 1.0, 1.0, False)
    for address in (nowhere, lambda code: f"?{EVIL}"):
        markup = Markup(map_table_html([row], drawn(), locale="en", address=address))
        assert markup.named("script") == [] and markup.text.count(EVIL) == 4
    assert markup.named("a")[0]["href"] == f"?{EVIL}"


@pytest.mark.parametrize(("locale", "direction"), [("ar", "rtl"), ("fr", "ltr")])
def test_each_name_in_the_table_leads_to_the_view_of_its_territory_in_the_same_window(drawn, locale, direction):
    panel = drawn(locale)
    address = lambda code: f"?lang={locale}&territory={code}" if code != "01.227" else ""  # noqa: E731
    text = map_table_html(panel.parts["rows"], panel, locale=locale, address=address)
    markup = Markup(text)
    codes = [row.territory_code for row in panel.parts["rows"] if row.territory_code != "01.227"]
    assert markup.named("a") == [{"href": address(code), "target": "_self"} for code in codes]
    assert markup.elements[0][1]["dir"] == direction
    w = words(locale)
    assert f'<th scope="row">{w.territory("01.227")}</th>' in text
    assert f">{w.territory('01.151')}</a></th>" in text


def test_a_table_has_a_title_of_its_own_only_where_it_is_asked_for():
    parts = {"head": ("A",), "rows": [("a",)]}
    bare = Markup(rows_html(Panel("method", "table", "T & T", None, parts=parts), locale="ar"))
    titled = Markup(rows_html(Panel("method", "table", "T & T", None, parts=parts | {"titled": True}), locale="ar"))
    assert bare.named("h2") == [] and titled.named("h2") == [{"dir": "rtl"}]
    assert titled.text == f"T & T{bare.text}"


def test_a_table_can_be_reached_by_keyboard_and_names_itself():
    panel = Panel("method", "table", "What it is", None, parts={"head": ("A", "B"), "rows": [("a", "b")]})
    markup = Markup(rows_html(panel, locale="en"))
    assert markup.elements[0][1] | {"class": ""} == {
        "class": "",
        "dir": "ltr",
        "tabindex": "0",
        "role": "region",
        "aria-label": "What it is",
    }
    assert [a["scope"] for a in markup.named("th")] == ["col", "col", "row"]


def test_the_footer_has_sources_and_notes():
    panel = Panel("map", "map", "T", None, sources=(SourceLine("S", "https://example.org"),), notes=("N", EVIL))
    markup = Markup(footer_html(panel, locale="en"))
    assert markup.named("a")[0]["href"] == "https://example.org"
    assert markup.text == f"SN{EVIL}" and markup.named("script") == []


# ------------------------------------------------------------------------------------------------------------ targets


def promise(*, demonstration=False, **changed):
    """The panel of a card."""
    parts = {
        "programme": "rsu",
        "verdict": "watch",
        "tone": "care",
        "shape": "\u25c6",
        "word": "to be watched",
        "cells": (
            Cell("Actual", "38,000", "on 17 September 2023"),
            Cell("Expected date", "not at this pace", said=True),
        ),
        "sentences": ("One has to register 362 a day.", "An outlook."),
        "needed": "One has to register 362 a day.",
        "promise": SourceLine("Target assigned by letter", "https://example.org/letter"),
    }
    return Panel("targets", "promise", "Where it stands.", None, demonstration=demonstration, parts=parts | changed)


@pytest.mark.parametrize(("locale", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_a_card_says_its_verdict_in_a_shape_and_a_word_before_its_numbers(locale, direction):
    markup = Markup(promise_html(promise(), locale=locale))
    (section,) = markup.classed("tt-promise")
    assert section["dir"] == direction and "tt-tone-care" in section["class"]
    assert markup.classed("tt-verdict") and markup.elements[2][1] == {"aria-hidden": "true"}
    said = [
        "\u25c6",
        "to be watched",
        "Where it stands.",
        "Actual",
        "38,000",
        "on 17 September 2023",
        "362 a day",
        "letter",
    ]
    places = [markup.text.index(text) for text in said]
    assert places == sorted(places)
    assert markup.named("a")[0]["href"] == "https://example.org/letter"


def test_words_in_place_of_a_number_are_set_smaller_than_numbers():
    markup = Markup(promise_html(promise(), locale="en"))
    assert len(markup.classed("tt-number")) == len(markup.classed("tt-said")) == 1


def test_the_card_in_two_sentences_says_what_is_needed_and_no_outlook():
    markup = Markup(brief_html(promise(), locale="en"))
    assert "Where it stands. One has to register 362 a day." in markup.text.replace("\n", " ")
    assert "An outlook." not in markup.text and "Target assigned by letter" in markup.text
    without = Markup(brief_html(promise(needed="", promise=None), locale="en"))
    assert "register" not in without.text and "An outlook." not in without.text and without.named("a") == []


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_the_notice_of_the_demonstration_stands_in_each_part_of_a_target(locale):
    badge = words(locale)("demo.badge")
    bars = Panel("targets", "carried", "T", None, demonstration=True, parts={"bars": ()})
    path = Panel("targets", "course", "T", None, demonstration=True, parts={"names": {}, "ahead": ()})
    for text in (
        promise_html(promise(demonstration=True), locale=locale),
        carried_html(bars, locale=locale),
        course_html(path, locale=locale),
    ):
        assert badge in Markup(text).text
    assert badge not in Markup(promise_html(promise(), locale=locale)).text


def test_nothing_that_is_said_of_a_target_becomes_markup():
    evil = promise(
        word=EVIL,
        shape=EVIL,
        tone='"><b',
        cells=(Cell(EVIL, EVIL, EVIL),),
        sentences=(EVIL,),
        needed=EVIL,
        promise=SourceLine(EVIL, "javascript:alert(1)"),
    )
    bars = (Bar("x", EVIL, EVIL, -3.0, 1.0),)
    stroke = {"names": {"actual": EVIL}, "actual": (1,), "ahead": ()}
    for text in (
        promise_html(evil, locale="en"),
        brief_html(evil, locale="en"),
        carried_html(Panel("targets", "carried", EVIL, None, notes=(EVIL,), parts={"bars": bars}), locale="ar"),
        course_html(Panel("targets", "course", EVIL, None, parts=stroke), locale="en"),
        notes_html(Panel("targets", "table", "T", None, notes=(EVIL,)), locale="en"),
        groups_html(groups((("met", EVIL, ("x",)),)), locale="en"),
    ):
        markup = Markup(text)
        assert markup.named("script") == [] and markup.named("a") == [] and EVIL in markup.text


def groups(found, *, elsewhere=False):
    return Panel("targets", "verdicts", "T", None, parts={"groups": found, "elsewhere": elsewhere})


def test_who_is_ahead_and_who_is_short_stand_on_two_sides_of_one_line():
    bars = (Bar("a", "A", "+3", 3.0, 1.0), Bar("b", "B", "\u22121", -1.0, 1 / 3), Bar("c", "C", "0", 0.0, 0.0))
    panel = Panel("targets", "carried", "T", None, notes=("They add up.",), parts={"bars": bars})
    text = carried_html(panel, locale="ar")
    markup = Markup(text)
    assert markup.classed("tt-carried")[0]["dir"] == "rtl"
    assert len(markup.classed("tt-short")) == len(markup.classed("tt-lead")) == 3
    # From the side that reading begins at, whatever the language: no left, no right.
    assert [bar["style"] for bar in markup.classed("tt-bar")] == ["inline-size:100.0%", "inline-size:33.3%"]
    cells = re.findall(r'<td class="(tt-\w+)">(.*?)</td>', text)
    assert [(css, bool(inner)) for css, inner in cells] == [
        ("tt-short", False),
        ("tt-lead", True),
        ("tt-short", True),
        ("tt-lead", False),
        ("tt-short", False),
        ("tt-lead", False),
    ]
    assert "They add up." in markup.text


def test_the_legend_of_a_path_names_what_is_drawn_and_nothing_else():
    names = {name: name.upper() for name in ("actual", "incomplete", "planned", "ahead", "band", "doubted")}
    usual = dict.fromkeys(("actual", "incomplete", "planned", "ahead", "doubted"), ())

    def told(**drawn):
        panel = Panel("targets", "course", "T", None, parts=usual | drawn | {"names": names})
        return Markup(course_html(panel, locale="ar"))

    assert told(actual=((1, 2),)).text == "TACTUAL"
    everything = told(actual=(1,), planned=(1,), ahead=(1,), doubted=(1,), incomplete=(1,))
    assert [li["class"] for li in everything.classed("tt-stroke")] == [f"tt-stroke tt-stroke-{name}" for name in names]
    assert everything.classed("tt-course")[0]["dir"] == "rtl"


def test_the_legend_of_a_map_of_groups_counts_each_and_has_its_colour():
    panel = groups((("ahead", "A", ("1", "2")), ("below", "B", ("3",))))
    markup = Markup(groups_html(panel, locale="en"))
    assert markup.text == "A (2)B (1)"
    assert [s["style"] for s in markup.classed("tt-swatch")] == [
        f"background:{group_fill(panel, k)}" for k in ("ahead", "below")
    ]


def test_what_another_body_holds_is_not_red_on_a_map():
    held, own = groups((), elsewhere=True), groups(())
    for key in ("below", "expired"):
        assert group_fill(held, key) != group_fill(own, key)
    assert group_fill(held, "ahead") == group_fill(own, "ahead")


def test_the_head_of_a_row_wears_its_class_too():
    panel = Panel("targets", "table", "T", None, parts={"head": ("A", "B"), "rows": ((("x", "tt-tone-bad"), "y"),)})
    heads = Markup(rows_html(panel, locale="fr")).named("th")
    assert {"scope": "row", "class": "tt-tone-bad"} in heads


@pytest.mark.parametrize(
    ("locale", "typed", "way"), [("fr", "فتح شباك إضافي", "rtl"), ("ar", "Ouvrir un guichet", "ltr")]
)
def test_what_was_typed_in_the_other_language_is_set_from_its_own_side(locale, typed, way):
    panel = Panel("x", "table", "x", pd.DataFrame(), parts={"head": ("1", "2"), "rows": [("1", typed)], "css": ""})
    assert f'<div class="tt-against" dir="{way}">{typed}</div>' in rows_html(panel, locale=locale)
    other = "ar" if locale == "fr" else "fr"
    assert f"<td>{typed}</td>" in rows_html(panel, locale=other)


def test_each_line_of_a_cell_is_set_from_its_own_side():
    w = words("fr")
    assert told("فتح شباك إضافي\n(ménages inscrits)", w) == (
        '<div class="tt-against" dir="rtl">فتح شباك إضافي</div><div>(ménages inscrits)</div>'
    )
    assert told("une ligne <b>", w) == "une ligne &lt;b&gt;"
