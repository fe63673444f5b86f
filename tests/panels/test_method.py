"""The Method page's panels: what an indicator is, and what was printed elsewhere."""

import datetime as dt

import pandas as pd
import pytest

from data.catalogue import catalogue
from i18n import words
from panels.method import definition, quotations

LOCALES = ("ar", "fr", "en")
PROGRAMME = {"id": "asd"}
INDICATOR = {
    "id": "asd.paid_share",
    "numerator": {"step": "asd.paid", "unit": "household"},
    "denominator": {"step": "rsu.registered", "unit": "household"},
}
STEPS = {"asd.paid": {"body": "cnss", "stale_after": 45, "starts": "2023-12-28"}}


def answers(panel):
    """Question → answer; the last of questions asked several times."""
    return dict(panel.parts["rows"])


@pytest.mark.parametrize("locale", LOCALES)
def test_a_definition_says_what_is_counted_of_what_by_whom_and_with_which_reserve(locale):
    w = words(locale)
    said = answers(definition(INDICATOR, PROGRAMME, STEPS, locale=locale))
    assert said[w("method.numerator")] == w("method.number_of", things=w.of_things("asd.paid", "household"))
    assert said[w("method.denominator")] == w.name("indicator", "asd.paid_share", field="denominator_name")
    assert said[w("method.caveat")] == w.name("indicator", "asd.paid_share", field="caveat")
    assert said[w("method.body")] == w.name("body", "cnss")
    assert said[w("method.starts")] == w.date(dt.date(2023, 12, 28))


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("ar", "عدد الأسر المستفيدة"),
        ("fr", "nombre de ménages"),
        ("en", "number of households"),
    ],
)
def test_what_is_counted_is_said_as_a_number_of_things(plain, locale, said):
    panel = definition(INDICATOR, PROGRAMME, STEPS, locale=locale)
    assert plain(answers(panel)[words(locale)("method.numerator")]).startswith(said)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_shipped_indicator_has_a_definition_in_every_language(locale):
    known = catalogue()
    steps = {key: step.model_dump(mode="json", by_alias=True) for key, step in known.steps.items()}
    programmes = {p.id: p.model_dump(mode="json", by_alias=True) for p in known.programmes}
    for key, indicator in known.indicators.items():
        body = indicator.model_dump(mode="json", by_alias=True, exclude_none=True)
        panel = definition(body, programmes[indicator.programme], steps, locale=locale)
        assert panel.title == words(locale).name("indicator", key)
        assert all(isinstance(cell, str) and cell for row in panel.parts["rows"] for cell in row)


@pytest.mark.parametrize("locale", LOCALES)
def test_without_a_denominator_the_definition_says_that_there_is_no_share(locale):
    indicator = {name: value for name, value in INDICATOR.items() if name != "denominator"}
    said = answers(definition(indicator, PROGRAMME, STEPS, locale=locale))
    w = words(locale)
    assert said[w("method.denominator")] == w("method.no_denominator")


@pytest.mark.parametrize(
    ("sense", "said"),
    [(True, "Higher is better"), (False, "Lower is better"), (None, "Descriptive: 100% is not a goal")],
)
def test_whether_more_is_better_is_said_as_it_was_declared(sense, said):
    indicator = INDICATOR | ({} if sense is None else {"higher_is_better": sense})
    assert answers(definition(indicator, PROGRAMME, STEPS, locale="en"))["Reading"] == said


@pytest.mark.parametrize(
    ("days", "said"), [(1, "يوم واحد"), (2, "يومين"), (3, "3 أيام"), (11, "11 يوما"), (45, "45 يوما"), (100, "100 يوم")]
)
def test_the_age_from_which_a_figure_is_late_takes_its_plural(plain, days, said):
    steps = {"asd.paid": STEPS["asd.paid"] | {"stale_after": days}}
    panel = definition(INDICATOR, PROGRAMME, steps, locale="ar")
    assert plain(answers(panel)[words("ar")("method.stale_after")]) == said


@pytest.mark.parametrize(
    ("locale", "comparison", "said"),
    [
        ("ar", "at_most", "المؤشر أقل من أو يساوي 9,743001 ابتداء من 30 نونبر 2023 (نص)"),
        ("fr", "at_most", "indice inférieur ou égal à 9,743001 à compter du 30 novembre 2023 (texte)"),
        ("en", "at_most", "index at or below 9.743001 from 30 November 2023 (text)"),
        ("en", "above", "index above 9.743001 from 30 November 2023 (text)"),
    ],
)
def test_a_threshold_keeps_all_its_digits_and_says_since_when_and_by_which_text(plain, locale, comparison, said):
    threshold = {
        "value": "9.743001",
        "from": "2023-11-30",
        "comparison": comparison,
        "legal": {"ar": "نص", "fr": "texte", "en": "text"},
    }
    panel = definition(INDICATOR, PROGRAMME | {"thresholds": [threshold]}, STEPS, locale=locale)
    assert plain(answers(panel)[words(locale)("method.threshold")]) == said


def test_each_legal_text_has_a_row():
    legal = [{"text": {"ar": "أ", "fr": f"loi {n}", "en": "x"}} for n in (1, 2)]
    rows = definition(INDICATOR, PROGRAMME | {"legal": legal}, STEPS, locale="fr").parts["rows"]
    assert [answer for asked, answer in rows if asked == words("fr")("method.legal")] == ["loi 1", "loi 2"]


@pytest.fixture
def printed(day):
    """A function from some columns of each statement to the rows of the panel of quotations."""
    usual = {
        "id": "one",
        "territory_code": "MA",
        "step": "asd.paid",
        "on_date": day("2024-09-30"),
        "measure": "share",
        "value": 9000,
        "unit": "household",
        "address": "https://example.org/page",
        "note": "",
    }
    return lambda *rows, locale="en": quotations(pd.DataFrame([usual | r for r in rows]), locale=locale).parts["rows"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"value": 9000}, {"ar": "9 %", "fr": "9 %", "en": "9%"}),
        ({"value": 14800}, {"ar": "14,8 %", "fr": "14,8 %", "en": "14.8%"}),
        (
            {"measure": "count", "value": 120000, "unit": "person"},
            {"ar": "120 000 شخص", "fr": "120 000 personnes", "en": "120,000 persons"},
        ),
        (
            {"measure": "rate", "value": 93000, "unit": "file"},
            {"ar": "93 000 ملف في اليوم", "fr": "93 000 dossiers par jour", "en": "93,000 files a day"},
        ),
        (
            {"measure": "amount", "value": 2_040_000_000, "unit": "MAD"},
            {"ar": "2 040 000 000 درهم", "fr": "2 040 000 000 DH", "en": "2,040,000,000 MAD"},
        ),
        ({"measure": "count", "value": 5, "unit": "centre"}, {"ar": "5", "fr": "5", "en": "5"}),
    ],
)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_statement_is_quoted_as_it_was_printed_with_its_unit(printed, plain, statement, said, locale):
    ((_, _, value, _, _),) = printed(statement, locale=locale)
    assert plain(value) == said[locale]


def test_a_statement_has_its_programme_its_place_its_day_and_its_address(printed, plain):
    ((step, place, _, source, note),) = printed({"note": "TO CONFIRM: date"}, locale="fr")
    w = words("fr")
    assert step == w(
        "events.step_of", step=w.name("step", "asd.paid"), programme=w.name("programme", "asd", field="short")
    )
    assert place == w.territory("MA")
    assert (plain(source.text), source.address) == ("30/09/2024", "https://example.org/page")
    assert note == w("reading.to_confirm")


def test_a_statement_of_no_territory_in_particular_names_none(printed):
    assert printed({"territory_code": ""})[0][1] == ""
