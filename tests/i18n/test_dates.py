"""Dates in words, in digits, and read from what a reader wrote."""

from datetime import date

import pytest

from i18n import LRI, PDI, words

MOROCCAN = ["يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر"]


def test_arabic_months_have_their_moroccan_names():
    w = words("ar")
    assert [w.date(date(2023, month, 14)) for month in range(1, 13)] == [f"14 {name} 2023" for name in MOROCCAN]
    assert w.month(date(2023, 9, 1)) == "شتنبر 2023"


def test_dates_are_written_in_the_words_of_each_language():
    assert words("fr").date(date(2023, 9, 14)) == "14 septembre 2023"
    assert words("en").date(date(2023, 9, 14)) == "14 September 2023"
    assert words("fr").month(date(2023, 8, 1)) == "août 2023"


def test_the_first_of_the_month_is_an_ordinal_in_french_alone():
    assert words("fr").date(date(2024, 1, 1)) == "1er janvier 2024"
    assert words("fr").date(date(2024, 1, 11)) == "11 janvier 2024"
    assert words("ar").date(date(2024, 1, 1)) == "1 يناير 2024"


def test_a_date_in_digits_is_held_left_to_right_in_arabic():
    assert words("ar").date_short(date(2023, 9, 4)) == f"{LRI}04/09/2023{PDI}"
    assert words("fr").date_short(date(2023, 9, 4)) == "04/09/2023"


def test_a_period_is_said_from_day_to_day_and_one_day_as_a_date():
    w = words("fr")
    assert w.period(date(2024, 1, 1), date(2024, 1, 31)) == "du 1er janvier 2024 au 31 janvier 2024"
    assert w.period(date(2024, 1, 1), date(2024, 1, 1)) == "1er janvier 2024"


@pytest.mark.parametrize(
    "text",
    [
        "2023-09-14",
        "14/09/2023",
        "14-9-2023",
        "14.09.2023",
        " 14 شتنبر 2023 ",
        "14 سبتمبر 2023",
        "14 septembre 2023",
        "14 SEPTEMBRE 2023",
        "14 sept. 2023",
        "14 September 2023",
        "September 14, 2023",
        "٢٠٢٣-٠٩-١٤",
        "١٤ شتنبر ٢٠٢٣",
        f"{LRI}14/09/2023{PDI}",
    ],
)
def test_a_date_is_understood_however_it_is_written(text):
    assert words("ar").parse_date(text) == date(2023, 9, 14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1er mai 2023", date(2023, 5, 1)),
        ("3 fevrier 2023", date(2023, 2, 3)),
        ("15 août 2023", date(2023, 8, 15)),
        ("2 اكتوبر 2023", date(2023, 10, 2)),
        ("1st May 2023", date(2023, 5, 1)),
        ("03/04/2023", date(2023, 4, 3)),
    ],
)
def test_day_comes_before_month_and_accents_may_be_missing(text, expected):
    assert words("fr").parse_date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "hier", "14/09/23", "31/02/2023", "2023-13-01", "14-09/2023", "14 brumaire 2023", "14 2023", "0/1/2023"],
)
def test_what_is_no_date_for_certain_is_not_guessed(text):
    assert words("fr").parse_date(text) is None


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_every_date_that_is_written_is_understood_again(locale):
    w = words(locale)
    for month in range(1, 13):
        day = date(2024, month, 1)
        assert w.parse_date(w.date(day)) == w.parse_date(w.date_short(day)) == day


def test_a_day_is_called_by_its_name_where_people_are_asked_to_come():
    assert words("ar").weekday_date(date(2023, 9, 18)) == "الاثنين 18 شتنبر 2023"
    assert words("fr").weekday_date(date(2024, 1, 1)) == "lundi 1er janvier 2024"
    assert words("en").weekday_date(date(2023, 9, 18)) == "Monday 18 September 2023"


def test_an_hour_is_written_in_digits_and_read_as_people_write_it():
    assert words("ar").hour(570) == f"{LRI}09:30{PDI}"
    assert words("fr").hour(570) == "9\u00a0h\u00a030" and words("en").hour(600) == "10:00"
    w = words("fr")
    for text in ("9h30", "9 h 30", "09:30", "9.30", "٩:٣٠", w.hour(570), words("ar").hour(570)):
        assert w.parse_hour(text) == 570, text
    assert w.parse_hour("10h") == 600
    for text in ("", "24:00", "10:60", "10", "dix heures", "1030"):
        assert w.parse_hour(text) is None, text
