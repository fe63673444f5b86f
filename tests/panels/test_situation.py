"""One programme's readings, in words: the sentence, the numbers, what stands beside them."""

import datetime as dt

import pandas as pd
import pytest

from i18n import words
from panels import rows_of
from panels.situation import NAMED, by_programme, host_of, others, path, rounded_to, situation, source_line

LEVELS = {"MA": "country", "02": "region", "02.411": "prefecture"}
COMMUNES = ("02.411.01.11", "02.411.01.19", "02.411.01.23", "02.411.03.01", "02.411.03.03", "02.411.03.05")
LOCALES = ("ar", "fr", "en")


@pytest.fixture
def panel(readings, found, quoted):
    """A function that makes the panel of one programme from drawn rows."""

    def make(*rows, other=(), printed=(), locale="en", programme="rsu", silent=None):
        return situation(
            readings(*rows),
            found(*other),
            quoted(*printed),
            programme=programme,
            levels=LEVELS,
            locale=locale,
            silent=silent,
        )

    return make


@pytest.fixture
def only(panel):
    """A function that makes the panel of one row and returns its one reading."""
    return lambda row, **rest: panel(row, **rest).parts["readings"][0]


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("ar", "بلغ عدد الأسر المسجلة في السجل الاجتماعي الموحد بعمالة وجدة-أنجاد 61 000 إلى غاية 10 يناير 2024."),
        (
            "fr",
            "Au 10 janvier 2024, dans la préfecture d'Oujda-Angad, le nombre de ménages inscrits au RSU est de 61 000.",
        ),
        ("en", "As of 10 January 2024, in the prefecture of Oujda-Angad: 61,000 households registered in the RSU."),
    ],
)
def test_the_title_states_the_finding_in_a_sentence(panel, plain, locale, sentence):
    assert plain(panel({"value": 61000.0}, locale=locale).title) == sentence


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("ar", "بلغ عدد الأسر المسجلة في السجل الاجتماعي الموحد بالمملكة 1,8 مليون إلى غاية 15 ماي 2023."),
        ("fr", "Au 15 mai 2023, au niveau national, le nombre de ménages inscrits au RSU est de 1,8 million."),
        ("en", "As of 15 May 2023, in Morocco: 1.8 million households registered in the RSU."),
    ],
)
def test_the_title_says_millions_as_they_are_spoken(panel, plain, day, locale, sentence):
    row = {"territory_code": "MA", "value": 1_800_000.0, "on_date": day("2023-05-15")}
    assert plain(panel(row, locale=locale).title) == sentence


@pytest.mark.parametrize("locale", LOCALES)
def test_the_title_of_a_flow_says_its_period(panel, plain, day, locale):
    row = {"measure": "flow", "value": 120.0, "from_date": day("2024-01-01"), "on_date": day("2024-01-31")}
    made = panel(row, locale=locale)
    w = words(locale)
    for text in (plain(made.title), plain(made.parts["readings"][0].dateline)):
        first = text.index(w.date(dt.date(2024, 1, 1)))
        assert first < text.index(w.date(dt.date(2024, 1, 31)))


COUNTED = {
    "ar": {
        0: ("0", "شخص", "0 شخص"),
        1: ("شخص واحد", "", "شخص واحد"),
        2: ("شخصين", "", "شخصين"),
        3: ("3", "أشخاص", "3 أشخاص"),
        11: ("11", "شخصا", "11 شخصا"),
        100: ("100", "شخص", "100 شخص"),
        1_800_000: ("1,8 مليون", "شخص", "1 800 000 شخص"),
        13_600_000: ("13,6 مليون", "شخص", "13 600 000 شخص"),
    },
    "fr": {
        0: ("0", "personne", "0 personne"),
        1: ("1", "personne", "1 personne"),
        2: ("2", "personnes", "2 personnes"),
        3: ("3", "personnes", "3 personnes"),
        11: ("11", "personnes", "11 personnes"),
        100: ("100", "personnes", "100 personnes"),
        1_800_000: ("1,8 million", "de personnes", "1 800 000 personnes"),
        13_600_000: ("13,6 millions", "de personnes", "13 600 000 personnes"),
    },
    "en": {
        0: ("0", "person", "0 person"),
        1: ("1", "person", "1 person"),
        2: ("2", "persons", "2 persons"),
        3: ("3", "persons", "3 persons"),
        11: ("11", "persons", "11 persons"),
        100: ("100", "persons", "100 persons"),
        1_800_000: ("1.8 million", "persons", "1,800,000 persons"),
        13_600_000: ("13.6 million", "persons", "13,600,000 persons"),
    },
}


@pytest.mark.parametrize(("locale", "n"), [(locale, n) for locale in LOCALES for n in COUNTED[locale]])
def test_a_count_takes_the_form_that_its_language_gives_it_and_zero_is_a_digit(only, plain, locale, n):
    row = {"programme": "rnp", "step": "rnp.registered", "unit": "person", "value": float(n)}
    said = only(row, locale=locale, programme="rnp")
    assert (plain(said.number), plain(said.unit), plain(said.exact)) == COUNTED[locale][n]


@pytest.mark.parametrize(
    ("state", "texts"),
    [
        ("withheld", {"ar": "أقل من 10", "fr": "moins de 10", "en": "fewer than 10"}),
        ("missing", {"ar": "غير متوفر", "fr": "non disponible", "en": "not available"}),
        ("not_applicable", {"ar": "غير معني", "fr": "sans objet", "en": "not applicable"}),
    ],
)
@pytest.mark.parametrize("locale", LOCALES)
def test_where_there_is_no_number_a_word_says_why(only, plain, state, texts, locale):
    said = only({"state": state}, locale=locale)
    assert (said.state, plain(said.number)) == (state, texts[locale])
    assert (said.share, said.change, said.dateline, said.source) == ("", "", "", None)


@pytest.mark.parametrize("locale", LOCALES)
def test_without_any_figure_the_title_says_so(panel, locale):
    w = words(locale)
    assert panel({"state": "missing"}, locale=locale).title == w("situation.no_figure", name=w.name("programme", "rsu"))


PARTIAL = {"value": 900.0, "basis": "summed", "reporting": 3, "expected": 11}


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        (
            "ar",
            "بلغ عدد الأسر المسجلة في السجل الاجتماعي الموحد بعمالة وجدة-أنجاد 900 إلى غاية 10 يناير 2024،"
            " حسب معطيات جزئية (3 من أصل 11 جماعة).",
        ),
        (
            "fr",
            "Au 10 janvier 2024, dans la préfecture d'Oujda-Angad, le nombre de ménages inscrits au RSU est de 900"
            " selon des données partielles (3 sur 11 communes).",
        ),
        (
            "en",
            "As of 10 January 2024, in the prefecture of Oujda-Angad: 900 households registered in the RSU,"
            " on partial data (3 of 11 communes).",
        ),
    ],
)
def test_a_partial_figure_of_the_nearest_territory_is_stated_as_partial(panel, plain, locale, sentence):
    made = panel({"territory_code": "MA", "value": 5_300_000.0}, PARTIAL, locale=locale)
    assert plain(made.title) == sentence


def test_a_sum_without_any_whole_child_is_not_the_finding_the_nearest_figure_above_is(panel):
    made = panel({"territory_code": "MA", "value": 5_300_000.0}, PARTIAL | {"reporting": 0})
    assert "in Morocco" in made.title and "900" not in made.title and "partial" not in made.title


def test_of_two_partial_figures_the_nearer_one_is_stated_unless_no_child_of_it_is_whole(panel):
    region = PARTIAL | {"territory_code": "02", "value": 7000.0, "reporting": 2, "expected": 8}
    assert ": 900 " in panel(region, PARTIAL).title
    above = panel(region, PARTIAL | {"reporting": 0}).title
    assert ": 7,000 " in above and "(2 of 8 prefectures and provinces)" in above


@pytest.mark.parametrize("locale", LOCALES)
def test_with_sums_of_no_whole_child_alone_the_title_states_no_total(panel, locale):
    w = words(locale)
    made = panel({"territory_code": "MA", "state": "missing"}, PARTIAL | {"reporting": 0}, locale=locale)
    assert made.title == w("situation.no_total", name=w.name("programme", "rsu"))


@pytest.mark.parametrize(("locale", "badge"), [("ar", "جزئي"), ("fr", "partiel"), ("en", "partial")])
def test_a_sum_says_how_many_of_the_children_are_in_it_and_wears_a_badge_when_not_all_are(only, locale, badge):
    partial, whole = only(PARTIAL, locale=locale), only(PARTIAL | {"reporting": 11}, locale=locale)
    w = words(locale)
    of = w.count("commune", 11)
    assert (partial.reporting, partial.partial) == (w("reading.reporting", n="3", m=of), badge)
    assert (whole.reporting, whole.partial) == (w("reading.complete", n="11", m=of), "")
    assert partial.reporting != whole.reporting


@pytest.mark.parametrize("locale", LOCALES)
def test_a_sum_without_any_whole_child_says_that_none_is(only, locale):
    said = only(PARTIAL | {"reporting": 0}, locale=locale)
    w = words(locale)
    assert said.reporting == w("reading.reporting_none", m=w.count("commune", 11))
    assert said.partial == w("reading.partial") and said.number == "900"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("ar", "آخر معطى مدرج بتاريخ 10 يناير 2024"),
        ("fr", "dernière donnée incluse : 10 janvier 2024"),
        ("en", "latest figure included: 10 January 2024"),
    ],
)
@pytest.mark.parametrize("reporting", [3, 11])
def test_a_sum_is_dated_by_the_latest_figure_in_it(only, plain, reporting, locale, said):
    assert plain(only(PARTIAL | {"reporting": reporting}, locale=locale).dateline) == said
    assert plain(only({"value": 900.0}, locale=locale).dateline) != said


KEY = ("rsu.registered", "household")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("names", [1, NAMED])
def test_up_to_five_children_without_a_figure_are_named(only, plain, locale, names):
    w = words(locale)
    said = only(PARTIAL, silent={KEY: COMMUNES[:names]}, locale=locale)
    assert said.silent == w("reading.missing_children", names=w.join(map(w.territory, COMMUNES[:names])))
    assert all(plain(w.territory(code)) in plain(said.silent) for code in COMMUNES[:names])


@pytest.mark.parametrize(
    "silent",
    [{}, {KEY: ()}, {KEY: COMMUNES}, {("rsu.registered", "person"): COMMUNES[:2]}],
    ids=["unknown", "none", "more than five", "another count"],
)
def test_no_child_is_named_when_none_is_silent_or_too_many_are(only, silent):
    assert len(COMMUNES) > NAMED
    assert only(PARTIAL, silent=silent).silent == ""


def test_silent_children_are_those_of_the_chosen_territory_and_not_of_those_above(panel):
    region = PARTIAL | {"territory_code": "02", "expected": 8}
    above, chosen = panel(region, PARTIAL, silent={KEY: COMMUNES[:2]}).parts["readings"]
    assert above.silent == "" and chosen.silent


@pytest.mark.parametrize(
    ("code", "level", "said"),
    [
        ("MA", "country", "75 prefectures and provinces"),
        ("02", "region", "75 prefectures and provinces"),
        ("06.141.01.0", "commune", "75 arrondissements"),
        ("06.141", "prefecture", "75 communes"),
    ],
)
def test_the_children_of_a_sum_are_called_what_they_are(readings, found, quoted, code, level, said):
    frame = readings({"territory_code": code, "value": 9.0, "basis": "summed", "reporting": 3, "expected": 75})
    made = situation(frame, found(), quoted(), programme="rsu", levels={code: level}, locale="en")
    assert made.parts["readings"][0].reporting == words("en")("reading.reporting", n="3", m=said)


def test_a_share_says_what_it_is_a_share_of_with_the_census_year(only, plain):
    row = {"value": 61000.0, "denominator": 128000.0, "denominator_kind": "census", "denominator_year": 2014}
    said = only(row | {"covered_share": 61 / 128}, locale="fr")
    assert (plain(said.share), said.share_of) == ("48 %", "des ménages (recensement de 2014)")


def test_a_share_over_another_step_says_its_count_and_its_date(only, plain, day):
    row = {
        "programme": "asd",
        "indicator": "asd.paid_share",
        "step": "asd.paid",
        "value": 21500.0,
        "denominator": 61000.0,
        "denominator_kind": "step",
        "denominator_date": day("2024-01-10"),
        "covered_share": 21.5 / 61,
    }
    said = only(row, locale="fr", programme="asd")
    assert plain(said.share) == "35 %"
    assert "61 000 au 10 janvier 2024" in plain(said.share_of)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_share_above_the_whole_is_shown_as_it_is_and_explained(only, plain, locale):
    row = {"value": 110.0, "denominator": 100.0, "covered_share": 1.1, "denominator_year": 2014}
    over_census = only(row | {"denominator_kind": "census"}, locale=locale)
    over_step = only(row | {"denominator_kind": "step", "denominator_date": 19732}, locale=locale)
    w = words(locale)
    assert plain(over_census.share).replace(" ", "") == plain(over_step.share).replace(" ", "") == "110%"
    assert [r.text for r in over_census.remarks] == [w("reading.above_whole")]
    assert [r.text for r in over_step.remarks] == [w("reading.above_whole_step")]


@pytest.mark.parametrize("share", [0.999, 1.0])
def test_a_share_up_to_the_whole_needs_no_explanation(only, share):
    row = {"value": 100.0, "denominator": 100.0, "covered_share": share, "denominator_kind": "census"}
    assert only(row | {"denominator_year": 2024}).remarks == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            350.0,
            {"ar": "+350 منذ 8 دجنبر 2023", "fr": "+350 depuis le 8 décembre 2023", "en": "+350 since 8 December 2023"},
        ),
        (
            -35.0,
            {"ar": "−35 منذ 8 دجنبر 2023", "fr": "−35 depuis le 8 décembre 2023", "en": "−35 since 8 December 2023"},
        ),
        (
            0.0,
            {
                "ar": "دون تغيير منذ 8 دجنبر 2023",
                "fr": "sans changement depuis le 8 décembre 2023",
                "en": "no change since 8 December 2023",
            },
        ),
    ],
)
@pytest.mark.parametrize("locale", LOCALES)
def test_the_change_is_said_with_its_sign_and_since_when(only, plain, day, change, said, locale):
    row = {"value": 500.0, "change": change, "change_since": day("2023-12-08")}
    assert plain(only(row, locale=locale).change) == said[locale]


def test_the_sign_of_a_change_is_held_left_of_its_digits_in_arabic(only, day):
    row = {"value": 500.0, "change": -35.0, "change_since": day("2023-12-08")}
    assert "\u2066−35\u2069" in only(row, locale="ar").change


def test_without_a_comparable_figure_no_change_is_said(only):
    assert only({"value": 500.0}).change == ""


@pytest.mark.parametrize("locale", LOCALES)
def test_an_old_figure_is_called_old_beside_its_date(only, locale):
    assert only({"value": 5.0, "late": True}, locale=locale).late == words(locale)("reading.late")
    assert only({"value": 5.0}, locale=locale).late == ""


def test_what_another_source_says_of_the_same_day_stands_beside_with_its_address(only, plain):
    said = only(
        {"programme": "rsu", "value": 11_000_000.0, "source": "published"},
        other=[
            {"value": 11_000_000.0, "source": "published"},
            {
                "value": 11_400_000.0,
                "source": "published_other",
                "speaks": False,
                "address": "https://www.example.org/a",
            },
        ],
    )
    assert [(plain(r.text), r.address) for r in said.remarks] == [
        (
            f"11.4 million according to {words('en').name('source', 'published_other')}: example.org",
            "https://www.example.org/a",
        )
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"value": 5.0},
        {"value": 6.0, "on_date": 19000},
        {"value": 6.0, "unit": "person"},
        {"value": 6.0, "territory_code": "MA"},
        {"value": 6.0, "step": "rnp.registered"},
        {"value": 6.0, "measure": "flow"},
        {"value": float("nan"), "state": "withheld"},
    ],
    ids=["same value", "other day", "other unit", "other place", "other step", "other measure", "withheld"],
)
def test_what_is_no_other_statement_of_the_same_count_does_not_stand_beside(only, other):
    assert only({"value": 5.0}, other=[other | {"speaks": False, "source": "published"}]).remarks == ()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_partial_sum_beside_a_total_says_that_it_is_partial(only, plain, locale):
    partial = {"value": 900.0, "basis": "summed", "reporting": 3, "expected": 11, "speaks": False}
    (remark,) = only({"value": 5000.0}, other=[partial], locale=locale).remarks
    w = words(locale)
    assert plain(w("map.partial", n=w.number(900), reporting="3", expected="11")) in plain(remark.text)


@pytest.mark.parametrize(("locale", "share"), [("ar", "9 %"), ("fr", "9 %"), ("en", "9%")])
def test_a_printed_share_stands_beside_ours_with_the_denominator_it_implies(only, plain, locale, share):
    said = only({"value": 21500.0}, printed=[{"implied_denominator": 21500 / 0.09}], locale=locale)
    w = words(locale)
    printed = w.share(0.09, decimals=0)
    text = w("reading.quoted_share_implied", share=printed, date=w.date(dt.date(2024, 1, 10)), n=w.number(239_000))
    assert [(r.text, r.address) for r in said.remarks] == [(text, "https://example.org/page")]
    about = {"ar": "نحو 239 000", "fr": "d'environ 239 000", "en": "of about 239,000"}[locale]
    assert plain(printed) == share and about in plain(text) and "238" not in text


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(238_888.9, 239_000), (238_400.0, 238_000), (99_960.0, 100_000), (1234.0, 1230), (999.6, 1000), (99.9, 100)],
)
def test_what_is_made_of_rounded_figures_keeps_three_digits(value, rounded):
    assert rounded_to(value, digits=3) == rounded


def test_a_printed_share_without_a_figure_to_compare_stays_on_the_method_page(only):
    assert only({"value": 21500.0}, printed=[{}]).remarks == ()


@pytest.mark.parametrize(
    ("state", "value"), [("shown", 5.0), ("missing", float("nan"))], ids=["beside a figure", "where there is none"]
)
def test_a_printed_count_stands_beside_our_reading_whether_there_is_a_figure_or_not(only, plain, state, value):
    printed = {"measure": "count", "value": 120000, "unit": "person"}
    said = only({"value": value, "state": state}, printed=[printed])
    text = words("en")("reading.quoted_count", n="120,000 persons", date="10 January 2024")
    assert [r.text for r in said.remarks] == [text]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_printed_count_carries_its_note_as_it_was_printed(only, locale):
    printed = {"measure": "count", "value": 120000, "unit": "person"}
    (bare,) = only({"value": 5.0}, printed=[printed], locale=locale).remarks
    (noted,) = only({"value": 5.0}, printed=[printed | {"note": "Rabat et Kénitra"}], locale=locale).remarks
    assert noted.text == words(locale)("reading.quoted_note", text=bare.text, note="Rabat et Kénitra")
    assert "Rabat et Kénitra" in noted.text and bare.text != noted.text and noted.address == bare.address


@pytest.mark.parametrize("other", [{"territory_code": "MA"}, {"step": "rnp.registered"}])
def test_what_was_printed_of_another_place_or_step_does_not_stand_here(only, other):
    assert only({"value": 5.0}, printed=[{"implied_denominator": 10.0} | other]).remarks == ()


@pytest.mark.parametrize(("note", "remarks"), [("TO CONFIRM: date", 1), ("to confirm later", 1), ("Source CNSS", 0)])
def test_a_figure_to_be_confirmed_says_so(only, note, remarks):
    said = only({"value": 5.0, "note": note})
    assert [r.text for r in said.remarks] == [words("en")("reading.to_confirm")] * remarks


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.lavieeco.com/au-royaume/x", "lavieeco.com"),
        ("http://[not-closed/x", "http://[not-closed/x"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_a_source_names_the_host_it_was_printed_on(address, host):
    w = words("en")
    line = source_line("published", address, "reported", w)
    assert (line.text, line.address) == (f"{w.name('source', 'published')}: {host}", address)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://le360-le-360-francais-prod.web.arc-cdn.net/economie/x", "le360"),
        ("https://www.a-very-long-name-of-a-ministry.gov.ma/x", "a"),
        ("https://averyveryverylongnewspapername.example.org", "averyveryverylongnewspapername"),
        ("https://thirty-characters-exactly.test/", "thirty-characters-exactly.test"),
    ],
)
def test_a_long_host_is_shortened_to_its_first_word(address, host):
    assert host_of(address) == host
    assert source_line("published", address, "reported", words("en")).address == address


def test_our_own_sum_is_called_a_sum_and_links_nowhere():
    line = source_line("office", "https://example.org", "summed", words("en"))
    name = words("en").name("source", "office")
    assert (line.text, line.address) == (words("en")("reading.source_summed", source=name), "")


def test_a_source_that_is_no_longer_defined_is_called_by_its_id():
    assert source_line("gone", "", "reported", words("en")).text == "gone"


def test_the_panel_lists_its_units_sources_and_dates_once(panel, day):
    made = panel({"territory_code": "MA", "value": 9.0}, {"territory_code": "02.411", "value": 5.0})
    assert (made.units, made.data_dates) == (("household",), (day("2024-01-10"),))
    assert [s.text for s in made.sources] == [words("en").name("source", "office")]


def test_the_last_reading_is_the_chosen_one(panel):
    made = panel({"territory_code": "MA", "value": 9.0}, {"territory_code": "02.411", "value": 5.0})
    assert [(r.territory_code, r.chosen) for r in made.parts["readings"]] == [("MA", False), ("02.411", True)]


@pytest.mark.parametrize(
    ("locale", "label"),
    [("ar", "عمالة وجدة-أنجاد"), ("fr", "Oujda-Angad (préfecture)"), ("en", "Oujda-Angad (prefecture)")],
)
def test_a_territory_is_called_with_what_it_is(plain, locale, label):
    assert plain(words(locale).place("02.411")) == label


def test_the_kingdom_is_called_by_its_name_alone():
    assert words("fr").place("MA") == words("fr").territory("MA")


def test_programmes_off_the_first_screen_have_a_row_each_and_a_column_per_territory(panel, plain):
    first = panel(
        {"territory_code": "MA", "value": 5_300_000.0, "address": "https://example.org/a", "source": "published"},
        {"territory_code": "02.411", "state": "missing"},
    )
    made = others([first], line=("MA", "02.411"), locale="en")
    (row,) = made.parts["rows"]
    assert len(made.parts["head"]) == len(row) == 3
    assert plain(row[1].text) == "5,300,000 households (as of 10 January 2024)"
    assert row[1].address == "https://example.org/a"
    assert row[2] == "not available"


def test_a_partial_sum_among_the_other_programmes_says_that_it_is_partial(panel, plain):
    partial = panel({"value": 900.0, "basis": "summed", "reporting": 3, "expected": 11})
    ((_, cell),) = others([partial], line=("02.411",), locale="en").parts["rows"]
    (reading,) = partial.parts["readings"]
    assert reading.reporting == "data of 3 of 11 communes"
    assert plain(cell.text) == f"900 households (latest figure included: 10 January 2024 · {reading.reporting})"


@pytest.mark.parametrize("locale", LOCALES)
def test_each_point_of_a_path_is_said_with_its_day_and_its_unit(readings, plain, day, locale):
    rows = [{"value": 0.0, "on_date": day("2023-01-31")}, {"value": 61000.0}]
    made = path(readings(*rows), step="rsu.registered", unit="household", territory="02.411", locale=locale)
    w = words(locale)
    assert plain(w.count("household", 61000)) in plain(made.parts["labels"][1])
    assert plain(made.parts["labels"][0]).endswith(f"0 {w('unit.household')}")
    assert made.parts["values"] == [0, 61000] and made.data_dates == (day("2023-01-31"), day("2024-01-10"))
    assert plain(w.in_territory("02.411")) in plain(made.title)


def test_a_path_that_an_event_left_as_it_was_is_drawn_once(path_of):
    first, again, other = path_of([10, 20]), path_of([10, 20]), path_of([10, 21])
    first.drawn["chart"] = object()
    assert again.drawn is first.drawn and again.frame is not first.frame
    assert other.drawn is not first.drawn and other.parts["values"] == [10, 21]
    assert path_of([10, 20], locale="en").drawn is not first.drawn
    assert path_of([10, 20], territory="MA").drawn is not first.drawn


@pytest.fixture
def path_of(day):
    """A function that makes the panel of a path through these values, one a month."""

    def make(values, locale="fr", territory="09.273"):
        days = [day(f"2024-{month:02}-01") for month in range(1, 1 + len(values))]
        history = pd.DataFrame({"on_date": days, "value": [float(value) for value in values]})
        return path(history, step="rsu.registered", unit="household", territory=territory, locale=locale)

    return make


def test_the_readings_of_a_programme_are_found_wherever_they_stand(readings):
    frame = readings({"territory_code": "MA"}, {"programme": "rnp"}, {"territory_code": "02.411"})
    apart = by_programme(frame)
    assert apart["rsu"]["territory_code"].tolist() == ["MA", "02.411"] and list(apart) == ["rsu", "rnp"]
    assert by_programme(frame.iloc[:2])["rsu"].equals(frame.iloc[:1])


def test_rows_say_none_where_there_is_no_number(readings):
    (row,) = rows_of(readings({"value": 3.0}))
    assert (
        row.value == 3
        and row.change is None
        and row.step == "rsu.registered"
        and row == rows_of(readings({"value": 3.0}))[0]
    )
