"""What is sent to the browser to be drawn: which way it runs, what it weighs, what it gives away."""

import csv
import datetime as dt
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from i18n import words
from panels import Panel
from panels.map import territories_map
from panels.plot import (
    LABELLED,
    MARKED,
    SPARSE,
    STATE_FILL,
    STATE_MARK,
    TINTS,
    TITLE_WIDTH,
    Chart,
    course_figure,
    group_fill,
    map_figure,
    path_figure,
    tints_for,
    verdicts_figure,
)

LOCALES = ("ar", "fr", "en")
TERRITORIES = Path(__file__).parents[2] / "data/reference/territories.csv"
RLI, PDI = "\u2067", "\u2069"


def line(points, locale="fr", title="T"):
    """The panel of a path through (ISO date, value)."""
    w = words(locale)
    days = [dt.date.fromisoformat(iso) for iso, _ in points]
    return Panel(
        subject="situation",
        kind="path",
        title=title,
        frame=None,
        parts={
            "dates": days,
            "values": [value for _, value in points],
            "labels": [
                w("path.point", date=day, n=w.count("household", n)) for day, (_, n) in zip(days, points, strict=True)
            ],
        },
    )


YEARS = [("2022-11-29", 1000), ("2023-05-15", 1_800_000), ("2024-09-30", 5_200_000), ("2026-02-01", 5_500_000)]


@pytest.mark.parametrize("locale", LOCALES)
def test_time_runs_left_to_right_in_every_language(spec, locale):
    _, sent = spec(path_figure(line(YEARS, locale), locale=locale))
    assert sent["data"][0]["x"] == [iso for iso, _ in YEARS]
    axis = sent["layout"]["xaxis"]
    assert axis["type"] == "date" and "autorange" not in axis and "range" not in axis
    assert axis["ticktext"] == ["2023", "2024", "2025", "2026"]


@pytest.mark.parametrize(("locale", "side"), [("ar", "right"), ("fr", "left"), ("en", "left")])
def test_the_scale_stands_where_reading_begins_and_has_room_there(spec, locale, side):
    _, sent = spec(path_figure(line(YEARS, locale), locale=locale))
    margin = sent["layout"]["margin"]
    assert sent["layout"]["yaxis"]["side"] == side
    assert margin[side[0]] > 60 > 20 > margin["l" if side == "right" else "r"]


def test_arabic_labels_run_right_to_left_and_the_others_as_they_are(spec):
    for locale in LOCALES:
        _, sent = spec(path_figure(line(YEARS, locale), locale=locale))
        texts = [*sent["data"][0]["customdata"], *sent["layout"]["yaxis"]["ticktext"]]
        assert len(texts) == 6
        for text in texts:
            assert (text.startswith(RLI) and text.endswith(PDI)) == (locale == "ar")


@pytest.mark.parametrize(("locale", "said"), [("ar", "5,5 مليون"), ("fr", "5,5 millions"), ("en", "5.5 million")])
def test_the_scale_begins_at_zero_and_names_the_last_value_as_it_is_spoken(spec, plain, locale, said):
    _, sent = spec(path_figure(line(YEARS, locale), locale=locale))
    axis = sent["layout"]["yaxis"]
    assert axis["tickvals"] == [0, 5_500_000] and axis["range"][0] == 0 and axis["range"][1] > 5_500_000
    assert [plain(text) for text in axis["ticktext"]] == ["0", said]


def test_a_value_well_above_the_last_one_is_named_too(spec):
    _, sent = spec(path_figure(line([("2023-01-01", 900), ("2024-01-01", 500)]), locale="fr"))
    assert sent["layout"]["yaxis"]["tickvals"] == [0, 500, 900]


def test_a_count_that_went_to_zero_keeps_a_scale(spec):
    _, sent = spec(path_figure(line([("2023-01-01", 0), ("2024-01-01", 0)]), locale="fr"))
    assert set(sent["layout"]["yaxis"]["tickvals"]) == {0, 1} and sent["data"][0]["y"] == [0, 0]


@pytest.mark.parametrize("locale", LOCALES)
def test_within_one_year_the_axis_names_days_and_not_the_same_year_twice(spec, plain, locale):
    _, sent = spec(path_figure(line([("2024-01-10", 5), ("2024-02-20", 6)], locale), locale=locale))
    assert [plain(text) for text in sent["layout"]["xaxis"]["ticktext"]] == ["10/01/2024", "20/02/2024"]


def test_many_years_are_not_all_named(spec):
    points = [(f"{year}-06-30", year) for year in range(2005, 2027)]
    _, sent = spec(path_figure(line(points), locale="fr"))
    years = [int(text) for text in sent["layout"]["xaxis"]["ticktext"]]
    assert len(years) <= 7 and len({b - a for a, b in zip(years, years[1:], strict=False)}) == 1


@pytest.mark.parametrize(("points", "mode"), [(SPARSE, "lines+markers"), (SPARSE + 1, "lines")])
def test_points_are_marked_as_long_as_they_can_be_told_apart(spec, points, mode):
    start = dt.date(2020, 1, 1)
    drawn = [((start + dt.timedelta(weeks=i)).isoformat(), i) for i in range(points)]
    assert spec(path_figure(line(drawn), locale="fr"))[1]["data"][0]["mode"] == mode


def test_a_dot_stands_for_each_of_fourteen_dates_at_most():
    assert SPARSE == 14


LONG = {
    "ar": "تطور عدد الأسر المسجلة في السجل الاجتماعي الموحد بعمالة إنزكان أيت ملول منذ البداية",
    "fr": "Évolution du nombre de ménages inscrits au RSU dans la préfecture d'Inezgane-Aït Melloul",
    "en": "Over time: households registered in the RSU, in the prefecture of Inezgane-Aït Melloul",
}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_title_stands_in_the_chart_in_lines_of_forty_and_has_room_above(spec, locale):
    sent = {}
    for title in ("T", LONG[locale]):
        _, sent[title] = spec(path_figure(line(YEARS, locale, title), locale=locale, height=150))
    layout = sent[LONG[locale]]["layout"]
    lines = [text.strip(RLI + PDI) for text in layout["title"]["text"].split("<br>")]
    assert " ".join(lines) == LONG[locale] and len(lines) > 1 and max(map(len, lines)) <= TITLE_WIDTH == 40
    more = len(lines) - 1
    short = sent["T"]["layout"]
    assert layout["margin"]["t"] - short["margin"]["t"] == layout["height"] - short["height"] == 18 * more
    # What is drawn below the title keeps its height.
    assert layout["margin"]["t"] > 18 * len(lines)


@pytest.mark.parametrize(("locale", "side", "at"), [("ar", "right", 1), ("fr", "left", 0), ("en", "left", 0)])
def test_the_title_begins_where_reading_begins_and_runs_as_its_language_does(spec, locale, side, at):
    _, sent = spec(path_figure(line(YEARS, locale, LONG[locale]), locale=locale))
    title = sent["layout"]["title"]
    assert (title["xanchor"], title["x"]) == (side, at)
    for text in title["text"].split("<br>"):
        assert (text.startswith(RLI) and text.endswith(PDI)) == (locale == "ar")


@pytest.fixture
def charts(drawn, codes):
    """Every shape of chart: a line through no, one, few and many dates, a map of few, of more, of every state."""

    def every(locale):
        many = [((dt.date(2020, 1, 1) + dt.timedelta(7 * i)).isoformat(), 1000 + i) for i in range(SPARSE + 40)]
        for points in ([], YEARS[:1], YEARS[:2], YEARS, [*YEARS[:3], ("2026-02-01", 9)], many):
            yield path_figure(line(points, locale), locale=locale)
        rows = [{"territory_code": code, "value": 9.0 * i, "denominator": 900.0} for i, code in enumerate(codes)]
        counts = [{"territory_code": row["territory_code"], "value": row["value"]} for row in rows]
        for of, show in ((rows[:LABELLED], "share"), (rows, "share"), (counts, "count"), (EVERY_STATE, "count")):
            yield map_figure(drawn(*of, locale=locale, show=show), locale=locale)

    codes = codes["prefecture"]
    return every


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_sent_of_a_chart_is_what_plotly_itself_makes_of_it_when_it_checks_each_property(charts, locale):
    """A finished chart is sent unchecked, which is only right as long as Plotly has nothing to refuse or to mend."""
    seen = 0
    for chart in charts(locale):
        sent = chart.to_dict()
        checked = go.Figure(sent["data"], sent["layout"], skip_invalid=False)
        checked.layout.template = None
        assert json.loads(chart.to_json()) == json.loads(checked.to_json())
        assert len(sent["data"]) >= 1 and sent["layout"]["height"] > 0
        seen += 1
    assert seen == 10


def test_a_finished_chart_is_the_same_dictionary_each_time(charts):
    for chart in charts("ar"):
        assert chart.to_dict() is chart.to_dict() and chart.to_plotly_json() == chart.to_dict()


def test_whoever_looks_inside_a_chart_finds_a_figure_of_plotly(drawn):
    path, geography = path_figure(line(YEARS), locale="fr"), map_figure(drawn(*EVERY_STATE), locale="fr")
    assert path.data[0].y == tuple(value for _, value in YEARS) and path.layout.template == go.layout.Template()
    assert isinstance(geography.data[0], go.Choropleth) and len(geography.data) == len(geography.to_dict()["data"])
    assert go.Figure(path).data == path.data
    assert (
        pickle.loads(pickle.dumps(path)).to_dict() == path.to_dict() == path_figure(line(YEARS), locale="fr").to_dict()
    )
    with pytest.raises(AttributeError):
        path.no_such_thing  # noqa: B018


def test_a_property_that_plotly_does_not_know_is_refused_when_somebody_looks_inside():
    with pytest.raises(ValueError, match="colour"):
        Chart({"data": [{"type": "scatter", "line": {"colour": "red"}}], "layout": {}}).data  # noqa: B018


@pytest.fixture(scope="module")
def codes():
    """The codes of each level, in administrative order."""
    with TERRITORIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {level: [r["code"] for r in rows if r["level"] == level] for level in ("prefecture", "commune")}


@pytest.fixture
def drawn(children, day):
    """A function that makes the panel of a map out of drawn rows."""
    indicator = {
        "id": "rsu.registered_share",
        "numerator": {"step": "rsu.registered", "unit": "household"},
        "denominator": {"census": "household"},
    }

    def make(*rows, locale="ar", level="prefecture", show="share"):
        return territories_map(
            children(*rows),
            parent="MA",
            indicator=indicator,
            show=show,
            level=level,
            boundaries="/app/static/boundaries/communes.0123456789abcdef.geojson",
            on=day("2026-02-28"),
            locale=locale,
        )

    return make


@pytest.mark.parametrize("locale", LOCALES)
def test_the_notice_of_the_demonstration_stands_inside_a_map(drawn, spec, codes, locale):
    panel = drawn(*reported(codes["prefecture"]), locale=locale)
    first = words(locale)("demo.badge").split()[0]
    for shown in (True, False):
        layout = spec(map_figure(replace(panel, demonstration=shown), locale=locale))[1]["layout"]
        assert (first in str(layout.get("annotations", ""))) is shown


def reported(codes):
    """A figure for each code: of many sizes, some of them zero, missing, withheld or not applicable."""
    random = np.random.default_rng(1)
    rows = []
    for i, code in enumerate(codes):
        state = {3: "missing", 11: "withheld", 17: "not_applicable"}.get(i % 23)
        whole = float(random.integers(500, 90000))
        value = 0.0 if i % 23 == 5 else round(whole * random.random())
        figure = {"state": state} if state else {"value": value, "denominator": whole}
        rows.append({"territory_code": code} | figure)
    return rows


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("level", "count", "limit"), [("prefecture", 75, 15_000), ("commune", 1503, 60_000)])
def test_a_map_is_light_and_sends_neither_shapes_nor_names(drawn, spec, codes, level, count, limit, locale):
    assert len(codes[level]) == count
    text, sent = spec(map_figure(drawn(*reported(codes[level]), locale=locale, level=level), locale=locale))
    located = [code for trace in sent["data"] if trace["type"] == "choropleth" for code in trace["locations"]]
    assert sorted(located) == sorted(codes[level])
    assert len(text.encode()) < limit
    w = words(locale)
    assert [code for code in codes[level] if len(w.territory(code)) > 3 and w.territory(code) in text] == []
    assert {trace["geojson"] for trace in sent["data"]} == {"/app/static/boundaries/communes.0123456789abcdef.geojson"}


@pytest.mark.parametrize(("locale", "language"), [("ar", "ar"), ("fr", "fr"), ("en", "fr")])
def test_the_pointer_takes_names_from_the_boundaries_that_the_browser_keeps(drawn, spec, locale, language):
    panel = drawn({"territory_code": "01.051", "value": 5.0, "denominator": 10.0}, locale=locale)
    _, sent = spec(map_figure(panel, locale=locale))
    assert sent["data"][0]["hovertemplate"].startswith(f"<b>%{{properties.{language}}}</b>")


EVERY_STATE = [
    {"territory_code": "01.051", "value": 5.0, "denominator": 10.0},
    {"territory_code": "01.151", "value": 0.0, "denominator": 10.0},
    {"territory_code": "01.227", "state": "missing"},
    {"territory_code": "01.331", "state": "withheld"},
    {"territory_code": "01.405", "state": "not_applicable"},
]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_four_states_have_a_fill_and_a_mark_of_their_own(drawn, spec, locale):
    _, sent = spec(map_figure(drawn(*EVERY_STATE, locale=locale), locale=locale))
    fills = {t["locations"][0]: t["colorscale"][0][1] for t in sent["data"] if t["type"] == "choropleth"}
    states = {"01.151": "zero", "01.227": "missing", "01.331": "withheld", "01.405": "not_applicable"}
    assert {code: fills[code] for code in states} == {code: STATE_FILL[state] for code, state in states.items()}
    assert len({*fills.values()}) == 5
    (marks,) = [t for t in sent["data"] if t["type"] == "scattergeo"]
    labels = dict(zip(marks["locations"], marks["text"], strict=True))
    marked = (lambda mark: f"{RLI}{mark}{PDI}") if locale == "ar" else (lambda mark: mark)
    assert {code: labels[code].rpartition("<br>")[2] for code in states} == {
        code: marked(STATE_MARK[state]) for code, state in states.items()
    }
    assert len({STATE_MARK[state] for state in states.values()}) == 4


def test_on_a_map_of_many_the_marks_stand_without_names_and_missing_is_left_to_the_legend(drawn, spec, codes):
    rows = EVERY_STATE + [{"territory_code": c, "state": "missing"} for c in codes["prefecture"][5 : LABELLED + 20]]
    _, sent = spec(map_figure(drawn(*rows), locale="ar"))
    (marks,) = [t for t in sent["data"] if t["type"] == "scattergeo"]
    assert dict(zip(marks["locations"], marks["text"], strict=True)) == {"01.151": "0", "01.331": "■", "01.405": "×"}


def test_beyond_ninety_territories_no_state_wears_its_mark(drawn, spec, codes):
    for many, marked in ((MARKED, True), (MARKED + 1, False)):
        rows = [{"territory_code": code, "state": "withheld"} for code in codes["commune"][:many]]
        _, sent = spec(map_figure(drawn(*rows, level="commune"), locale="ar"))
        assert [t["type"] for t in sent["data"]].count("scattergeo") == marked


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("show", ["count", "share"])
def test_on_a_map_of_few_the_number_stands_under_the_name(drawn, spec, codes, show, locale):
    rows = [
        {"territory_code": code, "value": 1000.0 * (i + 1), "denominator": 20_000.0}
        for i, code in enumerate(codes["prefecture"][:LABELLED])
    ]
    panel = drawn(*rows, locale=locale, show=show)
    _, sent = spec(map_figure(panel, locale=locale))
    (marks,) = [t for t in sent["data"] if t["type"] == "scattergeo"]
    marked = (lambda text: f"{RLI}{text}{PDI}") if locale == "ar" else (lambda text: text)
    assert dict(zip(marks["locations"], marks["text"], strict=True)) == {
        r.territory_code: f"{r.name}<br>{marked(r.count if show == 'count' else r.share)}" for r in panel.parts["rows"]
    }


def test_on_a_map_of_more_neither_names_nor_numbers_are_written(drawn, spec, codes):
    rows = [
        {"territory_code": code, "value": 500.0, "denominator": 900.0} for code in codes["prefecture"][: LABELLED + 1]
    ]
    _, sent = spec(map_figure(drawn(*rows), locale="fr"))
    assert "scattergeo" not in [t["type"] for t in sent["data"]]


def luminance(colour):
    """The relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("classes", range(1, len(TINTS) + 1))
def test_what_is_written_on_a_territory_can_be_read_on_its_fill_and_is_white_on_dark_tints_alone(drawn, spec, classes):
    codes = ("01.227", "01.331", "01.405", "01.511", "01.571")[:classes]
    shown = [{"territory_code": c, "value": i + 1.0, "denominator": 10.0} for i, c in enumerate(codes)]
    states = [{"territory_code": "01.051", "state": "withheld"}, {"territory_code": "01.151", "state": "missing"}]
    panel = drawn(*shown, *states)
    _, sent = spec(map_figure(panel, locale="fr"))
    (marks,) = [t for t in sent["data"] if t["type"] == "scattergeo"]
    written = dict(zip(marks["locations"], marks["textfont"]["color"], strict=True))
    tints = tints_for(classes)
    fills = {r.territory_code: STATE_FILL[r.state] if r.tint is None else tints[r.tint] for r in panel.parts["rows"]}
    assert written.keys() == fills.keys() and len(fills) == classes + 2
    assert {code for code, colour in written.items() if colour == "#FFFFFF"} == {
        code for code, fill in fills.items() if fill in TINTS[3:]
    }
    assert min(contrast(written[code], fill) for code, fill in fills.items()) > 4.4
    # A name is wider than its commune on most maps: what it lies on then is its own edge.
    edges = dict(zip(marks["locations"], marks["textfont"]["shadow"], strict=True))
    for code, colour in written.items():
        assert edges[code].count("px 2px") == 9
        assert contrast(colour, edges[code].split()[-1]) > 4.4


def test_a_map_that_is_given_its_box_shows_it_to_the_edge(drawn, spec, codes):
    panel = drawn(*reported(codes["prefecture"]))
    fitted = spec(map_figure(panel, locale="ar"))[1]["layout"]["geo"]
    boxed = spec(map_figure(panel, locale="ar", box=(-17.0, 20.5, -1.0, 36.0)))[1]["layout"]["geo"]
    assert fitted["fitbounds"] == "geojson" and "fitbounds" not in boxed
    assert boxed["lonaxis"]["range"] == [-17.0, -1.0] and boxed["lataxis"]["range"] == [20.5, 36.0]


def test_what_the_pointer_says_of_any_territory_runs_right_to_left_in_arabic(drawn, spec):
    partial = {"value": 9.0, "basis": "summed", "reporting": 3, "expected": 11}
    rows = [*EVERY_STATE, {"territory_code": "01.511"} | partial]
    _, sent = spec(map_figure(drawn(*rows, locale="ar"), locale="ar"))
    traces = [t for t in sent["data"] if t["type"] == "choropleth"]
    assert sorted(code for t in traces for code in t["locations"]) == sorted(r["territory_code"] for r in rows)
    for trace in traces:
        said = trace["hovertemplate"].partition("<br>")[2].removesuffix("<extra></extra>")
        assert said.startswith(RLI) and said.endswith(PDI) and len(said) > 2
    _, sent = spec(map_figure(drawn(*rows, locale="fr"), locale="fr"))
    assert RLI not in str(sent)


def test_a_partial_sum_is_drawn_like_a_missing_figure(drawn, spec):
    partial = {"territory_code": "01.511", "value": 9.0, "basis": "summed", "reporting": 3, "expected": 11}
    _, sent = spec(map_figure(drawn(partial, EVERY_STATE[0]), locale="fr"))
    (trace,) = [t for t in sent["data"] if t["type"] == "choropleth" and "01.511" in t["locations"]]
    assert trace["colorscale"][0][1] == STATE_FILL["missing"]


def test_a_class_has_one_colour_of_its_own(drawn, spec):
    values = {"01.051": 1.0, "01.151": 2.0, "01.227": 3.0}
    rows = [{"territory_code": code, "value": value, "denominator": 100.0} for code, value in values.items()]
    _, sent = spec(map_figure(drawn(*rows), locale="fr"))
    (trace,) = sent["data"][:1]
    assert trace["z"] == [0, 1, 2] and (trace["zmin"], trace["zmax"]) == (-0.5, 2.5)
    stops = trace["colorscale"]
    assert [stop for stop, _ in stops] == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1])
    assert [colour for _, colour in stops] == [c for c in tints_for(3) for _ in range(2)]


@pytest.mark.parametrize("classes", range(1, len(TINTS) + 1))
def test_as_many_tints_as_classes_from_light_to_dark(classes):
    tints = tints_for(classes)
    assert len(set(tints)) == classes and [TINTS.index(t) for t in tints] == sorted(TINTS.index(t) for t in tints)


def test_tints_can_be_told_apart_in_grey():
    def grey(colour):
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shades = [grey(t) for t in TINTS]
    assert all(a - b > 25 for a, b in zip(shades, shades[1:], strict=False))


def test_nothing_is_drawn_that_asks_another_host_for_anything(drawn, spec):
    for figure in (path_figure(line(YEARS), locale="fr"), map_figure(drawn(*EVERY_STATE), locale="fr")):
        text, _ = spec(figure)
        assert "http:" not in text and "https:" not in text and "mapbox" not in text


def pointed(panel, locale, spec):
    """What the pointer says of each territory, below its name."""
    said = {}
    for trace in spec(map_figure(panel, locale=locale))[1]["data"]:
        if trace["type"] != "choropleth":
            continue
        template = trace["hovertemplate"].partition("<br>")[2].removesuffix("<extra></extra>")
        for i, code in enumerate(trace["locations"]):
            text = template
            for name in ("customdata", "text"):
                text = text.replace(f"%{{{name}}}", trace[name][i] if name in trace else f"%{{{name}}}")
            said[code] = text
    return said


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pointer_says_count_and_share_as_the_table_does(drawn, spec, locale):
    rows = [
        {"territory_code": "01.571", "value": 35.0, "denominator": 100.0},
        {"territory_code": "02.113", "value": 45.0, "denominator": 100.0},
        {"territory_code": "02.167", "value": 1.0, "denominator": 5000.0},
        {"territory_code": "02.251", "value": 130.0, "denominator": 100.0},
        {"territory_code": "01.511", "value": 9.0, "basis": "summed", "reporting": 3, "expected": 11},
        *EVERY_STATE,
    ]
    panel = drawn(*rows, locale=locale)
    marked = (lambda text: f"{RLI}{text}{PDI}") if locale == "ar" else (lambda text: text)
    assert pointed(panel, locale, spec) == {
        r.territory_code: marked(f"{r.count} · {r.share}" if r.share and r.tint is not None else r.count)
        for r in panel.parts["rows"]
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_shares_too_small_to_print_are_said_in_full(drawn, spec, locale):
    rows = [
        {"territory_code": "01.051", "value": 1.0, "denominator": 5000.0},
        {"territory_code": "01.151", "value": 2.0, "denominator": 9000.0},
    ]
    panel = drawn(*rows, locale=locale)
    for row in panel.parts["rows"]:
        assert f"{row.count} · {row.share}" in pointed(panel, locale, spec)[row.territory_code]


def test_a_count_without_a_share_is_said_alone(children, spec, day):
    rows = [{"territory_code": "01.051", "value": 35.0}, {"territory_code": "01.151", "value": 5.0, "denominator": 9.0}]
    panel = territories_map(
        children(*rows),
        parent="MA",
        indicator={"id": "rsu.registered_share", "numerator": {"step": "rsu.registered", "unit": "household"}},
        show="count",
        level="prefecture",
        boundaries="x",
        on=day("2026-02-28"),
        locale="fr",
    )
    assert pointed(panel, "fr", spec) == {"01.051": "35", "01.151": "5 · 56\u00a0%"}


def test_each_line_of_an_arabic_title_is_one_run_of_its_own(spec):
    """An isolate cut in two by a line break would show the second line's words in the wrong order."""
    title = "تطور عدد \u2068الأشخاص المسجلين في السجل الوطني للسكان\u2069 \u2068بالمملكة\u2069"
    _, sent = spec(path_figure(line(YEARS, "ar", title), locale="ar"))
    lines = sent["layout"]["title"]["text"].split("<br>")
    assert len(lines) > 1
    for text in lines:
        assert text.startswith(RLI) and text.endswith(PDI)
        assert not any(mark in text[1:-1] for mark in "\u2066\u2067\u2068\u2069")


# ------------------------------------------------------------------------------------------------- courses and verdicts


def run(locale="fr", *, on="2023-09-06", demonstration=False, **changed):
    """The panel of a course."""
    day = dt.date.fromisoformat
    names = ("actual", "incomplete", "planned", "ahead", "band", "doubted")
    parts = {
        "actual": ((day("2023-02-01"), 10.0), (day("2023-08-27"), 180.0)),
        "incomplete": ((day("2023-09-05"), 190.0),),
        "doubted": ((day("2023-09-03"), 5000.0),),
        "planned": ((day("2023-01-01"), 0.0), (day("2023-12-31"), 400.0)),
        "ahead": ((day("2023-09-05"), 190.0, 190.0, 190.0), (day("2023-09-12"), 220.0, 200.0, 260.0)),
        "today": day(on),
        "said": words(locale).date(day(on)),
        "unit": "households",
        "names": {name: words(locale)(f"targets.line_{name}") for name in names},
    }
    return Panel("targets", "course", "T", None, demonstration=demonstration, parts=parts | changed)


def lines(sent, locale="fr"):
    """The traces of a course by what they draw."""
    w = words(locale)
    known = {w(f"targets.line_{n}"): n for n in ("actual", "incomplete", "planned", "ahead", "band", "doubted")}
    return [(known[trace["name"]], trace) for trace in sent["data"]]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("demonstration", [False, True])
def test_a_course_is_a_figure_that_plotly_accepts(locale, demonstration):
    figure = course_figure(run(locale, demonstration=demonstration), locale=locale)
    checked = go.Figure(figure.to_dict(), skip_invalid=False)
    checked.layout.template = None
    assert json.loads(checked.to_json()) == json.loads(json.dumps(figure.to_dict()))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_band_lies_under_what_is_expected_and_the_count_over_its_path(spec, locale):
    _, sent = spec(course_figure(run(locale), locale=locale))
    drawn = lines(sent, locale)
    assert [name for name, _ in drawn] == ["band", "band", "ahead", "planned", "actual", "incomplete", "doubted"]
    low, high = (trace for name, trace in drawn if name == "band")
    assert low["y"] == [190, 200] and high["y"] == [190, 260] and high["fill"] == "tonexty" and "fill" not in low
    assert all(trace["hoverinfo"] == "skip" and "hovertemplate" not in trace for trace in (low, high))
    assert sent["layout"]["showlegend"] is False


@pytest.mark.parametrize(("locale", "side"), [("ar", "right"), ("fr", "left"), ("en", "left")])
def test_the_scale_of_a_course_stands_where_reading_begins_and_time_runs_left_to_right(spec, locale, side):
    _, sent = spec(course_figure(run(locale), locale=locale))
    layout = sent["layout"]
    assert layout["yaxis"]["side"] == side and layout["margin"][side[0]] > 20
    assert layout["xaxis"]["tickvals"] == sorted(layout["xaxis"]["tickvals"]) and "autorange" not in layout["xaxis"]
    for text in (*layout["yaxis"]["ticktext"], *layout["xaxis"]["ticktext"], layout["annotations"][0]["text"]):
        assert (text.startswith(RLI) and text.endswith(PDI)) == (locale == "ar")


@pytest.mark.parametrize(("on", "anchor"), [("2023-02-01", "left"), ("2023-12-01", "right")])
def test_the_day_of_the_view_is_marked_and_named_with_room_for_its_name(spec, on, anchor):
    _, sent = spec(course_figure(run(on=on), locale="fr"))
    (mark,), note = sent["layout"]["shapes"], sent["layout"]["annotations"][0]
    assert mark["x0"] == mark["x1"] == note["x"] == on and (mark["y0"], mark["y1"]) == (0, 1)
    assert note["xanchor"] == anchor and note["text"] == words("fr").date(dt.date.fromisoformat(on))


def test_a_report_of_an_unfinished_week_is_grey_and_goes_on_from_the_last_full_one(spec):
    drawn = dict(lines(spec(course_figure(run(), locale="fr"))[1]))
    assert drawn["incomplete"]["x"] == ["2023-08-27", "2023-09-05"] and drawn["actual"]["x"][-1] == "2023-08-27"
    assert drawn["incomplete"]["line"]["color"] != drawn["actual"]["line"]["color"]


def test_a_report_that_is_not_believed_does_not_make_the_scale_and_says_its_own_value(spec, plain):
    _, sent = spec(course_figure(run(), locale="fr"))
    top = sent["layout"]["yaxis"]["range"][1]
    doubted = dict(lines(sent))["doubted"]
    assert top < 500 and doubted["y"][0] < top and "5 000" in plain(doubted["customdata"][0])
    assert doubted["mode"] == "markers" and doubted["marker"]["symbol"] == "x"


def test_the_scale_names_the_target_and_the_count_unless_they_would_overlap(spec):
    day = dt.date.fromisoformat

    def named(last):
        panel = run(actual=((day("2023-02-01"), 10.0), (day("2023-08-27"), last)), incomplete=(), doubted=())
        return spec(course_figure(panel, locale="fr"))[1]["layout"]["yaxis"]["tickvals"]

    assert named(180.0) == [0, 180, 400] and named(395.0) == [0, 400] and named(8.0) == [0, 400]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_course_of_a_single_report_without_a_target_is_drawn(spec, locale):
    day = dt.date.fromisoformat("2023-05-15")
    empty = dict.fromkeys(("incomplete", "doubted", "planned", "ahead"), ())
    _, sent = spec(course_figure(run(locale, on="2023-05-15", actual=((day, 1_800_000.0),), **empty), locale=locale))
    assert [name for name, _ in lines(sent, locale)] == ["actual"] and sent["data"][0]["mode"] == "lines+markers"
    assert sent["layout"]["yaxis"]["tickvals"] == [0, 1_800_000]
    nothing = run(locale, actual=(), **empty)
    assert spec(course_figure(nothing, locale=locale))[1]["data"] == []


def test_the_months_named_on_a_course_are_five_at_most_whatever_its_length(spec):
    day = dt.date.fromisoformat
    for last in ("2023-03-01", "2023-12-31", "2026-11-01", "2040-01-01"):
        panel = run(planned=((day("2022-11-17"), 0.0), (day(last), 400.0)))
        texts = spec(course_figure(panel, locale="fr"))[1]["layout"]["xaxis"]["ticktext"]
        assert 1 <= len(texts) <= 5 and len(set(texts)) == len(texts)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_notice_of_the_demonstration_stands_inside_each_picture(spec, locale):
    for make in (
        lambda shown: path_figure(replace(line(YEARS, locale), demonstration=shown), locale=locale),
        lambda shown: course_figure(run(locale, demonstration=shown), locale=locale),
        lambda shown: verdicts_figure(grouped(demonstration=shown), locale=locale),
    ):
        told = [
            " ".join(note["text"] for note in spec(make(shown))[1]["layout"].get("annotations", ()))
            for shown in (True, False)
        ]
        first = words(locale)("demo.badge").split()[0]
        assert first in told[0] and first not in told[1]


@pytest.mark.parametrize(("first", "side"), [(0, "top"), (90, "bottom")])
def test_the_notice_of_the_demonstration_leaves_the_line_to_be_seen(spec, first, side):
    panel = line(YEARS, "ar")
    panel = replace(
        panel,
        demonstration=True,
        parts=panel.parts | {"values": [first, 80, 100, 100]},
    )
    (note,) = spec(path_figure(panel, locale="ar"))[1]["layout"]["annotations"]
    assert (note["x"], note["yanchor"]) == (0, side)


def grouped(codes=("a", "b", "c"), *, demonstration=False, elsewhere=False):
    """The panel of a map of two groups."""
    parts = {
        "groups": (("ahead", "Ahead", codes[:2]), ("below", "Below", codes[2:])),
        "boundaries": "/app/static/x.geojson",
        "texts": {
            code: f"What is said of {code}, in a sentence that is longer than a line of sixty." for code in codes
        },
        "names": {code: code.upper() for code in codes},
        "elsewhere": elsewhere,
    }
    return Panel("targets", "verdicts", "T", None, demonstration=demonstration, parts=parts)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("demonstration", [False, True])
def test_a_map_of_groups_is_a_figure_that_plotly_accepts(locale, demonstration):
    figure = verdicts_figure(grouped(demonstration=demonstration), locale=locale)
    checked = go.Figure(figure.to_dict(), skip_invalid=False)
    checked.layout.template = None
    assert json.loads(checked.to_json()) == json.loads(json.dumps(figure.to_dict()))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_map_of_groups_has_a_colour_for_each_and_says_the_sentence_of_each_territory(spec, locale):
    panel = grouped()
    _, sent = spec(verdicts_figure(panel, locale=locale))
    shapes = [trace for trace in sent["data"] if trace["type"] == "choropleth"]
    assert [trace["locations"] for trace in shapes] == [["a", "b"], ["c"]]
    assert [trace["colorscale"][0][1] for trace in shapes] == [group_fill(panel, key) for key in ("ahead", "below")]
    assert all(
        "<br>" in text and text.startswith(RLI) == (locale == "ar") for trace in shapes for text in trace["customdata"]
    )
    assert sent["data"][-1]["text"] == ["A", "B", "C"]
    assert all(trace["geojson"] == "/app/static/x.geojson" for trace in sent["data"])


def test_many_territories_have_no_names_on_the_map_of_groups(spec):
    codes = tuple(f"c{i}" for i in range(LABELLED + 1))
    assert all(t["type"] == "choropleth" for t in spec(verdicts_figure(grouped(codes), locale="fr"))[1]["data"])
