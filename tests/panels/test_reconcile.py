"""Reconcile: the sentence to read out in three languages, and the rows beside it."""

import math

import pytest

from panels.html import rows_html
from panels.reconcile import TOLERANCE, folded, reconciliation, reconciliation_html
from queries.frames import of_rows
from queries.methods import reconcile as method
from queries.reconcile import COLUMNS, Asked, Candidate, Heard

LOCALES = ("ar", "fr", "en")


@pytest.fixture
def asked(day):
    return Asked("02.411", "rsu.registered", "household", day("2024-01-20"))


@pytest.fixture
def candidate(day):
    """A function from some columns of a candidate to a row, by default our own count on another day."""
    usual = {
        "territory_code": "02.411",
        "step": "rsu.registered",
        "unit": "household",
        "measure": "stock",
        "source": "office",
        "basis": "reported",
        "from_date": day("2023-09-03"),
        "on_date": day("2023-09-03"),
    }

    def make(kind, value, changes=1, band="said", gap=12.0, **columns):
        return (*Candidate(kind, changes, value, **(usual | columns)), gap, band)

    return make


def framed(*rows):
    floats = ("value", "from_date", "on_date", "other_value", "other_date", "divided", "divisor", "divisor_date")
    return of_rows(rows, COLUMNS, floats=(*floats, "event", "recorded_at", "gap"))


@pytest.fixture
def said(asked, found, plain):
    """A function from our value (None: none), what was heard and the rows to the sentence of a language."""

    def run(ours, heard, *rows, locale="fr", by="", ask=None):
        figure = None if ours is None else next(found({"value": ours}).itertuples(index=False))
        panel = reconciliation(figure, framed(*rows), asked=ask or asked, heard=heard, by=by, locale=locale)
        return plain(panel.title)

    return run


THOUSAND = Heard(58_000, 1000)


def test_another_day_is_said_with_our_own_day_beside_it(said, candidate):
    row = candidate("date", 58_012)
    assert said(61_000, THOUSAND, row) == (
        "Le chiffre annoncé (58 000 ménages) recoupe le nombre de ménages inscrits au RSU dans la préfecture "
        "d'Oujda-Angad au 3 septembre 2023 (58 012 ménages) ; le nôtre (61 000 ménages) est au 10 janvier 2024."
    )
    assert said(61_000, THOUSAND, row, locale="ar") == (
        "الرقم المعلن (58 000 أسرة) يطابق عدد الأسر المسجلة في السجل الاجتماعي الموحد بعمالة وجدة-أنجاد إلى غاية "
        "3 شتنبر 2023 (58 012 أسرة)؛ أما رقمنا (61 000 أسرة) فهو إلى غاية 10 يناير 2024."
    )
    assert said(61_000, THOUSAND, row, locale="en") == (
        "The number given (58,000 households) matches the number of households registered in the RSU in the prefecture "
        "of Oujda-Angad on 3 September 2023 (58,012 households); ours (61,000 households) is of 10 January 2024."
    )


def test_what_lies_within_the_tolerance_only_is_said_to_be_close(said, candidate):
    assert "avoisine" in said(61_000, Heard(58_001, 1), candidate("date", 58_100, band="near"))


def test_our_own_number_is_said_to_be_ours_and_that_it_was_rounded(said, candidate):
    own = candidate("ours", 57_981, changes=0, gap=-19.0)
    assert "est le nôtre, arrondi (57 981 ménages)" in said(57_981, THOUSAND, own)
    own = candidate("ours", 58_000, changes=0, gap=0.0)
    assert "est le nôtre : le nombre de ménages" in said(58_000, THOUSAND, own)


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_that_explains_is_said_plainly_with_what_to_ask(said, candidate, plain, locale):
    from i18n import words

    w = words(locale)
    text = said(61_000, THOUSAND, candidate("date", 10, band="far"), locale=locale)
    assert all(plain(w(f"reconcile.ask_{name}")) in text for name in ("date", "unit", "place", "period"))
    text = said(None, Heard(0.09, 0.01, True), locale=locale)
    assert plain(w("reconcile.ask_over")) in text


def test_two_units_in_one_share_are_said_with_the_share_in_one_unit(said, candidate, day, asked):
    row = candidate(
        "share",
        21_500 / 241_000,
        changes=2,
        gap=-0.0008,
        step="asd.paid",
        on_date=day("2024-01-10"),
        divided=21_500,
        divisor=241_000,
        divisor_kind="step",
        divisor_step="rsu.registered",
        divisor_unit="person",
        divisor_date=day("2024-01-10"),
        other_value=61_000,
    )
    text = said(21_500, Heard(0.09, 0.01, True), row, ask=asked._replace(step="asd.paid"))
    assert text == (
        "Le chiffre annoncé (9 %) recoupe le rapport entre le nombre de ménages bénéficiaires de l'ASD dans la "
        "préfecture d'Oujda-Angad au 10 janvier 2024 (21 500 ménages) et le nombre de personnes inscrites au RSU "
        "(241 000 personnes), deux unités différentes (8,9 %) ; dans la même unité, la part est de 35 % "
        "(21 500 ménages sur 61 000 ménages)."
    )


def test_who_said_it_stands_with_the_number(said, candidate):
    assert "(ministère : 58 000 ménages)" in said(61_000, THOUSAND, candidate("date", 58_012), by="ministère")


def every_kind(candidate, day):
    sum_of = {"basis": "summed", "reporting": 4, "expected": 6}
    census = {"divisor_kind": "census", "divisor_unit": "household", "divisor_date": 2014}
    return [
        candidate("ours", 57_981, changes=0),
        candidate("date", 58_012),
        candidate("between", 57_000, other_value=59_000, other_date=day("2023-09-10")),
        candidate("unit", 58_012, unit="person"),
        candidate("per_household", 58_012, unit="person", other_value=4.12, divisor_date=2024),
        candidate("per_household", 58_012, other_value=4.12, divisor_date=2024),
        candidate("place", 58_012, territory_code="02"),
        candidate("step", 58_012, step="asd.paid"),
        candidate("source", 58_012, source="published", address="https://example.org/58"),
        candidate("quoted", 58_012, address="https://example.org/58"),
        candidate("census", 124_508, divisor_date=2014),
        candidate("census", 551_767, unit="person", divisor_date=2014),
        candidate("revision", 58_012, event=7, recorded_at=1_700_000_000),
        candidate("partial", 58_012, **sum_of),
        candidate("without", 58_012, other_value=2_000, other_code="02.411.01.23"),
        candidate("flow", 58_012, measure="flow", from_date=day("2023-08-01")),
        candidate("change", 2_150, from_date=day("2023-08-01"), other_value=50_000),
        candidate("doubled", 58_012, other_value=500, other_date=day("2023-09-01")),
        candidate("twice", 122_000),
        candidate("share", 0.49, divided=61_000, divisor=124_508, **census),
        candidate("place", 0.49, territory_code="02", divided=61_000, divisor=124_508, **census),
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_of_explanation_has_its_words_in_each_language(asked, found, candidate, day, locale):
    figure = next(found({"value": 61_000}).itertuples(index=False))
    rows = every_kind(candidate, day)
    panel = reconciliation(figure, framed(*rows), asked=asked, heard=THOUSAND, by="", locale=locale)
    assert len(panel.parts["rows"]) == len(rows) and [s.locale for s in panel.parts["said"]][0] == locale
    assert {s.locale for s in panel.parts["said"]} == set(LOCALES)
    for row in rows:  # each can be the best one, and then stands in the sentence
        best = reconciliation(figure, framed(row), asked=asked, heard=THOUSAND, by="", locale=locale)
        assert best.title
    html = reconciliation_html(panel, locale=locale)
    assert html.count("<tr>") == len(rows) + 1 and "https://example.org/58" in html


def test_what_does_not_explain_is_folded_apart(asked, found, candidate):
    figure = next(found({"value": 61_000}).itertuples(index=False))
    frame = framed(candidate("date", 58_012), candidate("twice", 122_000, band="far", gap=64_000.0))
    panel = reconciliation(figure, frame, asked=asked, heard=THOUSAND, by="", locale="fr")
    rest = folded(figure, frame, heard=THOUSAND, locale="fr")
    assert len(panel.parts["rows"]) == len(rest.parts["rows"]) == 1
    assert "122" in rows_html(rest, locale="fr")


def test_a_gap_is_said_in_units_and_as_a_share_and_of_shares_in_points(asked, found, candidate, plain):
    figure = next(found({"value": 61_000}).itertuples(index=False))
    frame = framed(candidate("date", 58_290, gap=290.0), candidate("source", 58_000, gap=0.0))
    panel = reconciliation(figure, frame, asked=asked, heard=THOUSAND, by="", locale="fr")
    assert [plain(row[-1]) for row in panel.parts["rows"]] == ["+290 (0,5 %)", "aucun écart"]


def test_the_tolerance_that_is_printed_is_the_one_that_is_used():
    assert method.TOLERANCE == TOLERANCE and not math.isnan(TOLERANCE)


def test_a_demonstration_says_so_inside_the_picture(asked, candidate, found):
    from dataclasses import replace

    from i18n import words

    figure = next(found({"value": 61_000}).itertuples(index=False))
    panel = reconciliation(figure, framed(candidate("date", 58_012)), asked=asked, heard=THOUSAND, by="", locale="fr")
    assert words("fr")("demo.badge") in reconciliation_html(replace(panel, demonstration=True), locale="fr")


def test_what_was_typed_is_escaped(asked, candidate, found):
    figure = next(found({"value": 61_000}).itertuples(index=False))
    frame = framed(candidate("date", 58_012))
    panel = reconciliation(figure, frame, asked=asked, heard=THOUSAND, by="<b>x</b>", locale="fr")
    assert "<b>x</b>" not in reconciliation_html(panel, locale="fr")
