"""Panels as HTML: what is read before any chart is there, and what must never become markup."""

import re
from html.parser import HTMLParser

import pytest

from i18n import words
from panels import Panel, SourceLine
from panels.html import footer_html, legend_html, link, map_table_html, rows_html, situation_html
from panels.map import Row, territories_map
from panels.plot import STATE_FILL, STATE_MARK
from panels.situation import Reading

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
