"""Every figure of one territory, as a table."""

import pytest

from i18n import words
from panels.figures import figures
from queries.definitions import Definitions

LOCALES = ("ar", "fr", "en")
KNOWN = Definitions(steps={step: {} for step in ("rnp.registered", "rsu.registered", "asd.paid")})


@pytest.fixture
def rows(found):
    """A function from drawn figures to the rows of the table."""
    return lambda *drawn, locale="en": figures(found(*drawn), KNOWN, territory="02.411", locale=locale).parts["rows"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_figure_has_its_step_its_count_with_the_unit_its_date_and_its_source(rows, plain, locale):
    ((step, count, dated, source, note),) = rows({"value": 61000.0}, locale=locale)
    w = words(locale)
    assert w.name("step", "rsu.registered") in step and w.name("programme", "rsu", field="short") in step
    assert plain(count) == plain(w.count("household", 61000))
    assert plain(dated) == {"ar": "10 يناير 2024", "fr": "10 janvier 2024", "en": "10 January 2024"}[locale]
    assert plain(source.text) == w.name("source", "office")
    assert note == ""


@pytest.mark.parametrize(("locale", "said"), [("ar", "0 أسرة"), ("fr", "0 ménage"), ("en", "0 household")])
def test_zero_is_a_digit_with_its_unit(rows, plain, locale, said):
    assert plain(rows({"value": 0.0}, locale=locale)[0][1]) == said


@pytest.mark.parametrize("locale", LOCALES)
def test_a_withheld_figure_says_so_and_its_value_is_nowhere(rows, plain, locale):
    ((_, count, *_),) = rows({"value": float("nan"), "state": "withheld"}, locale=locale)
    assert plain(count) == plain(words(locale)("state.withheld", threshold="10"))


def test_a_flow_says_its_period(rows, plain, day):
    ((_, _, dated, *_),) = rows({"value": 5.0, "measure": "flow", "from_date": day("2024-01-01")}, locale="fr")
    assert plain(dated) == "du 1er janvier 2024 au 10 janvier 2024"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_partial_sum_says_that_it_is_partial(rows, plain, locale):
    partial = {"value": 900.0, "basis": "summed", "reporting": 3, "expected": 11}
    w = words(locale)
    whole = plain(rows(partial | {"reporting": 11}, locale=locale)[0][1])
    assert plain(rows(partial, locale=locale)[0][1]) == plain(w("map.partial", n=whole, reporting="3", expected="11"))
    assert whole == plain(w.count("household", 900))


def test_another_statement_of_the_same_count_stands_under_the_one_that_speaks(rows, plain):
    first, second = rows(
        {"value": 62000.0, "speaks": False, "source": "published", "address": "https://example.org/a"},
        {"value": 61000.0},
    )
    assert (plain(first[1]), first[4]) == ("61,000 households", "")
    assert (plain(second[1]), second[4]) == ("62,000 households", "another statement")
    assert second[3].address == "https://example.org/a"


def test_what_is_to_be_confirmed_is_said_also_of_another_statement(rows):
    drawn = [{"value": 1.0, "note": "TO CONFIRM: date"}, {"value": 2.0, "note": "TO CONFIRM: date", "speaks": False}]
    assert [row[4] for row in rows(*drawn)] == [
        "date or figure to be confirmed",
        "another statement · date or figure to be confirmed",
    ]


def test_steps_stand_in_the_order_of_their_programmes(rows):
    w = words("en")
    drawn = [
        {"step": "asd.paid", "value": 3.0},
        {"step": "rsu.registered", "value": 2.0},
        {"step": "rnp.registered", "unit": "person", "value": 1.0},
    ]
    short = [w.name("programme", programme, field="short") for programme in ("rnp", "rsu", "asd")]
    assert [row[0].partition(":")[0] for row in rows(*drawn)] == short


def test_a_count_of_a_step_that_is_no_longer_defined_is_left_out(rows):
    assert len(rows({"value": 1.0}, {"step": "gone.paid", "value": 2.0})) == 1


def test_without_figures_the_table_has_no_row(found):
    panel = figures(found(), KNOWN, territory="02.411", locale="fr")
    assert panel.parts["rows"] == [] and "Oujda-Angad" in panel.title
