"""The map's panel: which class a territory falls in, what is said of it, what the legend promises."""

import datetime as dt
import math

import numpy as np
import pytest

from i18n import words
from panels.map import CLASSES, class_breaks, table_order, territories_map, tint_of, told_apart

LOCALES = ("ar", "fr", "en")
PREFECTURES = ("01.051", "01.151", "01.227", "01.331", "01.405", "01.511")
SHARE = {
    "id": "rsu.registered_share",
    "numerator": {"step": "rsu.registered", "unit": "household"},
    "denominator": {"census": "household"},
}
COUNT = {"id": "ramed.covered_count", "numerator": {"step": "ramed.covered", "unit": "person"}}


@pytest.fixture
def drawn(children, day):
    """A function that makes the map's panel of drawn rows over a region."""

    def make(*rows, show="count", locale="en", indicator=SHARE, level="prefecture", parent="01"):
        coded = [{"territory_code": code} | row for code, row in zip(PREFECTURES, rows, strict=False)]
        return territories_map(
            children(*coded),
            parent=parent,
            indicator=indicator,
            show=show,
            level=level,
            boundaries="/app/static/boundaries/x.geojson",
            on=day("2026-02-28"),
            locale=locale,
        )

    return make


def states(panel):
    return [row.state for row in panel.parts["rows"]]


def test_few_values_have_a_class_each():
    assert class_breaks(np.array([30.0, 10.0, 10.0, 20.0])) == (10.0, 20.0, 30.0)


def test_no_value_makes_no_class():
    assert class_breaks(np.array([])) == ()


@pytest.mark.parametrize("seed", range(8))
def test_many_values_fall_into_five_classes_at_most_and_each_holds_some(seed):
    values = np.random.default_rng(seed).lognormal(9, 2, 400).round() + 1
    breaks = class_breaks(values)
    held = {tint_of(v, breaks) for v in values}
    assert list(breaks) == sorted(set(breaks))
    assert len(breaks) <= CLASSES and held == set(range(len(breaks)))
    assert breaks[0] == values.min()


def test_values_that_print_alike_wear_one_tint():
    values = np.array([0.39, 0.40, 0.496, 0.504])
    assert told_apart(class_breaks(values), values, lambda v: f"{v:.0%}") == (0.39, 0.40, 0.496)


def test_classes_hold_about_as_many_territories_each():
    values = np.arange(1, 501, dtype=float)
    breaks = class_breaks(values)
    sizes = np.bincount([tint_of(v, breaks) for v in values])
    assert len(sizes) == CLASSES and sizes.min() >= 90 and sizes.max() <= 110


def test_bounds_between_classes_have_two_digits():
    assert class_breaks(np.arange(1, 1504, dtype=float) * 7) == (7.0, 2100.0, 4200.0, 6300.0, 8400.0)


def test_values_so_near_each_other_that_bounds_round_alike_leave_no_class_empty():
    values = np.array([1_049_000, 1_049_500, 1_049_600, 1_049_700, 1_049_800, 1_049_900, 1_051_000], dtype=float)
    breaks = class_breaks(values)
    assert {tint_of(v, breaks) for v in values} == set(range(len(breaks)))


@pytest.mark.parametrize(("value", "tint"), [(10, 0), (19.9, 0), (20, 1), (29, 1), (30, 2), (9e9, 2), (9, 0)])
def test_a_value_takes_the_last_tint_whose_bound_is_not_above_it(value, tint):
    assert tint_of(value, (10.0, 20.0, 30.0)) == tint


def test_the_legend_gives_the_lowest_and_highest_value_that_each_tint_holds(drawn):
    values = [10, 11, 40, 41, 900, 901]
    panel = drawn(*({"value": float(v)} for v in values))
    rows = panel.parts["rows"]
    held = {}
    for row in rows:
        held.setdefault(row.tint, []).append(row.value)
    said = {int(key.removeprefix("tint-")): text for key, text in panel.parts["legend"]}
    spelled = {tint: f"from {min(v):.0f} to {max(v):.0f}" if len(v) > 1 else f"{v[0]:.0f}" for tint, v in held.items()}
    assert said == spelled


def test_a_class_whose_ends_print_alike_is_not_given_as_a_range(drawn):
    rows = [{"value": v, "denominator": 1000.0} for v in (351.0, 352.0, 353.0, 354.0, 100.0, 900.0)]
    said = [text for _, text in drawn(*rows, show="share").parts["legend"]]
    assert said == ["10%", "35%", "90%"] or all(
        len({*t.removeprefix("from ").split(" to ")}) == 1 + (" to " in t) for t in said
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_four_ways_of_having_no_number_stand_in_the_legend_and_the_table(drawn, plain, locale):
    w = words(locale)
    panel = drawn(
        {"value": 25.0},
        {"value": 0.0},
        {"state": "missing"},
        {"state": "withheld"},
        {"state": "not_applicable"},
        locale=locale,
    )
    assert states(panel) == ["shown", "zero", "missing", "withheld", "not_applicable"]
    assert [row.tint for row in panel.parts["rows"]] == [0, None, None, None, None]
    assert [plain(row.count) for row in panel.parts["rows"]] == [
        "25",
        "0",
        w("state.missing"),
        plain(w("state.withheld", threshold="10")),
        w("state.not_applicable"),
    ]
    legend = dict(panel.parts["legend"])
    assert [key for key in legend if not key.startswith("tint-")] == ["zero", "missing", "withheld", "not_applicable"]
    assert len(set(legend.values())) == 5


def test_the_legend_names_only_what_is_on_the_map(drawn):
    assert [key for key, _ in drawn({"value": 25.0}, {"value": 26.0}).parts["legend"]] == ["tint-0", "tint-1"]


def test_zero_is_a_claim_and_gets_no_tint(drawn):
    panel = drawn({"value": 0.0}, {"value": 0.0})
    assert states(panel) == ["zero", "zero"] and panel.parts["breaks"] == ()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("show", ["count", "share"])
def test_a_partial_sum_is_not_tinted_and_is_called_partial_in_the_table(drawn, plain, show, locale):
    partial = {"value": 900.0, "basis": "summed", "reporting": 3, "expected": 11, "denominator": 9000.0}
    partial["covered_share"] = float("nan")
    panel = drawn(partial, {"value": 500.0, "denominator": 1000.0}, show=show, locale=locale)
    first, second = panel.parts["rows"]
    assert (first.state, first.tint, first.share) == ("missing", None, "")
    assert plain(first.count) == plain(words(locale)("map.partial", n="900", reporting="3", expected="11"))
    assert second.tint == 0 and panel.parts["breaks"] == ((500.0,) if show == "count" else (0.5,))


def test_a_sum_over_all_children_is_tinted_like_a_report(drawn):
    (row,) = drawn({"value": 900.0, "basis": "summed", "reporting": 11, "expected": 11}).parts["rows"]
    assert (row.tint, row.count) == (0, "900")


def test_a_count_without_a_denominator_has_no_share_to_draw_and_keeps_its_count(drawn):
    row, _ = drawn({"value": 900.0}, {"value": 5.0, "denominator": 10.0}, show="share").parts["rows"]
    assert (row.state, row.tint, row.share, row.count) == ("missing", None, "", "900")


def test_a_share_above_the_whole_is_drawn_and_printed_as_it_is(drawn, plain):
    row, _ = drawn(
        {"value": 130.0, "denominator": 100.0}, {"value": 50.0, "denominator": 100.0}, show="share", locale="fr"
    ).parts["rows"]
    assert (plain(row.share), row.tint, row.covered_share) == ("130 %", 1, 1.3)


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("ar", "الأرقام متوفرة عن 2 من أصل 3 عمالات أو أقاليم إلى غاية 28 فبراير 2026"),
        ("fr", "2 sur 3 préfectures et provinces"),
        ("en", "figures for 2 of 3 prefectures and provinces as of 28 February 2026"),
    ],
)
def test_the_title_says_for_how_many_there_are_figures(drawn, plain, locale, title):
    rows = [{"value": 1.0}, {"value": 0.0}, {"state": "missing"}]
    assert title in plain(drawn(*rows, locale=locale).title)


def test_a_partial_sum_is_not_counted_among_the_figures_of_the_title(drawn):
    partial = {"value": 900.0, "basis": "summed", "reporting": 3, "expected": 11}
    assert "figures for 1 of 2 " in drawn(partial, {"value": 4.0}).title


@pytest.mark.parametrize(
    ("locale", "count", "rate"),
    [
        ("ar", "عدد الأسر المسجلة في السجل الاجتماعي الموحد", "نسبة"),
        ("fr", "Nombre de ménages inscrits au RSU", "Part"),
        ("en", "Number of households registered", "Share"),
    ],
)
def test_a_map_of_counts_is_not_titled_as_one_of_a_rate(drawn, plain, locale, count, rate):
    assert plain(drawn({"value": 4.0}, locale=locale).title).startswith(count)
    assert plain(drawn({"value": 4.0, "denominator": 8.0}, show="share", locale=locale).title).startswith(rate)


@pytest.mark.parametrize("locale", LOCALES)
def test_without_any_figure_the_title_says_so(drawn, plain, locale):
    w = words(locale)
    title = plain(drawn({"state": "missing"}, {"state": "withheld"}, show="share", locale=locale).title)
    assert title == plain(
        w(
            "map.title_none",
            name=w.name("indicator", SHARE["id"]),
            place=w.in_territory("01"),
            date=w.date(dt.date(2026, 2, 28)),
        )
    )


@pytest.mark.parametrize(("level", "noun"), [("commune", "2 communes"), ("arrondissement", "2 arrondissements")])
def test_children_are_called_what_they_are(drawn, level, noun):
    assert f"of {noun} as of" in drawn({"value": 1.0}, {"value": 2.0}, level=level).title


def test_the_denominator_names_its_census_year(drawn):
    panel = drawn({"value": 1.0, "denominator": 2.0, "denominator_year": 2014}, show="share")
    assert panel.parts["denominator"] == "of households (2014 census)"


def test_an_indicator_without_a_denominator_names_none(drawn):
    assert drawn({"value": 1.0}, indicator=COUNT).parts["denominator"] == ""


def test_rows_stand_in_the_order_given_and_the_unknown_come_last_in_the_others(drawn):
    rows = drawn(
        {"state": "missing"},
        {"value": 10.0, "denominator": 20.0},
        {"value": 0.0, "denominator": 10.0},
        {"state": "withheld"},
        {"value": 30.0, "denominator": 300.0},
    ).parts["rows"]
    codes = [row.territory_code for row in rows]
    order = {name: [codes.index(r.territory_code) for r in table_order(rows, name)] for name in ("count", "share")}
    assert table_order(rows, "administrative") == rows
    assert order == {"count": [4, 1, 2, 0, 3], "share": [1, 4, 2, 0, 3]}


@pytest.mark.parametrize("show", ["count", "share"])
def test_what_is_written_on_the_map_is_what_it_shows_and_of_tinted_territories_alone(drawn, show):
    partial = {"value": 900.0, "basis": "summed", "reporting": 3, "expected": 11}
    panel = drawn(
        {"value": 10.0, "denominator": 20.0},
        {"value": 0.0, "denominator": 20.0},
        {"state": "missing"},
        {"state": "withheld"},
        partial,
        {"value": 15.0, "denominator": 20.0},
        show=show,
    )
    written = {"count": {"01.051": "10", "01.511": "15"}, "share": {"01.051": "50%", "01.511": "75%"}}[show]
    assert panel.parts["texts"] == written


def test_a_late_figure_is_marked_in_the_table(drawn):
    assert [row.late for row in drawn({"value": 1.0, "late": True}, {"value": 2.0}).parts["rows"]] == [True, False]


def test_the_panel_says_that_boundaries_are_indicative_and_whose_they_are(drawn):
    w = words("fr")
    assert drawn({"value": 1.0}, locale="fr").notes == (w("map.indicative"), w("map.credit"))


def test_the_panel_carries_what_it_is_counted_in_its_sources_and_its_dates(drawn, day):
    panel = drawn({"value": 1.0}, {"value": 2.0, "source": "published", "on_date": day("2025-12-31")})
    assert panel.units == ("household",)
    assert panel.data_dates == (day("2025-12-31"), day("2026-01-31"))
    assert [s.text for s in panel.sources] == [words("en").name("source", s) for s in ("office", "published")]


def test_numbers_behind_the_texts_are_kept_and_absent_ones_are_not_zero(drawn):
    shown, silent = drawn({"value": 10.0, "denominator": 20.0}, {"state": "missing"}).parts["rows"]
    assert (shown.value, shown.covered_share) == (10.0, 0.5)
    assert math.isnan(silent.value) and math.isnan(silent.covered_share)


def test_a_break_between_values_that_print_alike_moves_up_to_the_next_that_does_not():
    values = np.array([0.18, 0.201, 0.252, 0.3, 0.351, 0.352, 0.353, 0.4, 0.451, 0.6, 0.72])
    spelt = "{:.0%}".format
    breaks = told_apart((0.18, 0.252, 0.352, 0.451), values, spelt)
    assert breaks == (0.18, 0.252, 0.4, 0.451)
    # No two tints say the same end, and each holds a value.
    ends = [
        (spelt(values[values >= low].min()), spelt(values[values < high].max()))
        for low, high in zip(breaks, (*breaks[1:], 1.0), strict=True)
    ]
    assert len({end for pair in ends for end in set(pair)}) == sum(len(set(pair)) for pair in ends)
    # Where all that follows prints alike there is nothing to part.
    assert told_apart((0.5, 0.501, 0.502), np.array([0.5, 0.501, 0.502]), spelt) == (0.5,)
