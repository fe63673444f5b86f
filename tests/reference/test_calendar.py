"""The dated calendar: whole, in order, and each announced day with the address where it was read."""

import csv
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from queries.methods.calendar import RAMADAN_SHARE, civil_holidays, spans, working_days

FOLDER = Path(__file__).resolve().parents[2] / "data" / "reference" / "calendar"
FEASTS = {"Eid al-Fitr": 2, "Eid al-Adha": 2, "First of Muharram": 1, "Mawlid": 2}
"""How many days each lasts, by decree n° 2-77-169."""

YEARS = range(2022, 2028)


def rows_of(name):
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def holidays():
    return rows_of("holidays.csv")


@pytest.fixture(scope="module")
def ramadans():
    return rows_of("ramadan.csv")


def ordinal(text):
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def test_every_year_has_the_four_feasts_once_and_in_order(holidays):
    dates = [row["date"] for row in holidays]
    assert dates == sorted(set(dates))
    for year in YEARS:
        named = [row["name_en"] for row in holidays if row["kind"] == "religious" and row["date"][:4] == str(year)]
        assert sorted(named) == sorted(FEASTS), year


def test_feasts_last_as_long_as_the_decree_says_and_other_days_one_day(holidays):
    for row in holidays:
        assert row["kind"] in ("religious", "exceptional")
        assert int(row["days"]) == (FEASTS[row["name_en"]] if row["kind"] == "religious" else 1)


def test_names_stand_in_three_languages(holidays):
    for row in holidays:
        assert row["name_ar"]
        assert row["name_fr"]
        assert row["name_en"]
        assert any("\u0600" <= letter <= "\u06ff" for letter in row["name_ar"])
    for name in ("name_ar", "name_fr"):
        assert len({row[name] for row in holidays}) == len({row["name_en"] for row in holidays})


def test_what_was_announced_has_an_address_and_everything_names_its_source(holidays, ramadans):
    for row in holidays + ramadans:
        assert row["status"] in ("announced", "expected")
        assert row["source"].strip()
        assert row["address"].startswith(("https://", "http://")) or row["status"] == "expected"
        assert " " not in row["address"]


def test_an_exceptional_day_off_was_announced_and_follows_a_feast(holidays):
    feasts = {ordinal(row["date"]): int(row["days"]) for row in holidays if row["kind"] == "religious"}
    for row in holidays:
        if row["kind"] == "exceptional":
            assert row["status"] == "announced"
            assert any(0 < ordinal(row["date"]) - first - days + 1 <= 2 for first, days in feasts.items())
            assert date.fromisoformat(row["date"]).isoweekday() <= 5


def test_ramadan_lasts_29_or_30_days_and_ends_on_the_eve_of_the_feast(holidays, ramadans):
    assert [row["first_day"][:4] for row in ramadans] == [str(year) for year in YEARS]
    eves = {
        (date.fromisoformat(row["date"]) - timedelta(days=1)).isoformat(): row["status"]
        for row in holidays
        if row["name_en"] == "Eid al-Fitr"
    }
    for row in ramadans:
        assert eves[row["last_day"]] == row["status"]
        assert ordinal(row["last_day"]) - ordinal(row["first_day"]) + 1 in (29, 30)


def test_the_lunar_year_lies_between_the_same_feasts_of_two_years(holidays):
    for name in FEASTS:
        days = [ordinal(row["date"]) for row in holidays if row["name_en"] == name]
        assert all(353 <= later - earlier <= 356 for earlier, later in zip(days, days[1:], strict=False)), name


def test_the_hours_of_ramadan_are_the_share_that_the_method_takes_by_default(ramadans):
    for row in ramadans:
        opens, closes = (int(row[name][:2]) * 60 + int(row[name][3:]) for name in ("opens", "closes"))
        assert closes - opens == int(row["working_minutes"])
        assert Fraction(int(row["working_minutes"]), int(row["ordinary_minutes"])) == RAMADAN_SHARE


def test_2023_had_249_working_days(holidays):
    first = [ordinal(row["date"]) for row in holidays]
    moving = spans(first, [day + int(row["days"]) - 1 for day, row in zip(first, holidays, strict=True)])
    closed = [*moving.tolist(), *civil_holidays(2022, 2027).tolist()]
    # 260 weekdays, less 11 January, 1 May, 14 and 21 August, 6 November; 24 April (exceptional); 29 and 30 June, 19
    # July, 28 and 29 September. The other feasts fell on weekends.
    assert working_days(ordinal("2022-12-31"), ordinal("2023-12-31"), holidays=closed) == 260 - 5 - 1 - 5
