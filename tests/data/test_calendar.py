"""The working calendar as data: what ships, the office's own days over it, and what is wrong in its file."""

import json

import pytest

from data.calendar import CalendarRefused, body, checked, overlay
from data.loading import load_reference
from i18n import LOCALES, words
from i18n.problems import grouped
from queries.definitions import definitions
from queries.methods.calendar import RAMADAN_SHARE, working_days


def write(folder, *lines):
    (folder / "calendar.csv").write_text("\n".join(["date,name_ar,name_fr,kind,source", *lines]), encoding="utf-8")


def test_without_a_file_of_its_own_an_office_has_the_calendar_that_ships(tmp_path):
    found = json.loads(body(tmp_path))
    assert {"date": "2023-04-22", "days": 2} in found["holidays"]
    assert found["worked"] == []
    assert found["last"] == "2027-12-31"
    assert {one["minutes"] for one in found["ramadan"]} == {360}


def test_the_offices_days_stand_over_it(tmp_path):
    write(tmp_path, "2023-07-04,إغلاق,Fermeture,local,note 3", "2023-07-19,,,worked,note 4")
    found = json.loads(body(tmp_path))
    assert {"date": "2023-07-04", "days": 1} in found["holidays"]
    assert found["worked"] == ["2023-07-19"]


def test_a_spreadsheets_semicolon_and_byte_order_mark_are_read(tmp_path):
    (tmp_path / "calendar.csv").write_text("\ufeffdate;kind\n2023-07-04;local\n", encoding="utf-8")
    assert overlay(tmp_path) == [("2023-07-04", "local")]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("date,kind\n04/07/2023,local\n", "not_a_date", 2),
        ("date,kind\n1999-07-04,local\n", "too_early", 2),
        ("date,kind\n2023-07-04,local\n2023-07-04,worked\n", "day_twice", 3),
        ("date,kind\n2023-07-04,closed\n", "not_one_of", 2),
        ("jour,kind\n2023-07-04,local\n", "no_column", 1),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, code, line):
    rows, problems = checked(text)
    assert [(p.code, p.line) for p in problems] == [(code, line)]
    for locale in LOCALES:
        assert "{" not in next(grouped(problems, words(locale)))


def test_a_file_with_a_mistake_stops_the_start_with_its_line(tmp_path, engine):
    write(tmp_path, "2023-07-04,,,closed,note")
    with pytest.raises(CalendarRefused, match="line 2"):
        load_reference(engine, local=tmp_path)


def test_a_file_that_is_no_utf_8_is_refused(tmp_path):
    (tmp_path / "calendar.csv").write_bytes("date,kind,name_fr\n2023-07-04,local,fermé\n".encode("latin-1"))
    with pytest.raises(CalendarRefused, match="not_utf8"):
        overlay(tmp_path)


def test_the_definitions_hold_the_calendar_that_was_known_at_a_cut(engine, tmp_path, day):
    first = load_reference(engine, local=tmp_path)
    write(tmp_path, "2023-07-04,,,local,note", "2023-07-19,,,worked,note")
    second = load_reference(engine, local=tmp_path)
    assert second > first
    before, after = (definitions(engine, cut=cut).working for cut in (first, second))
    off = {day("2023-07-04"), day("2023-07-19")}
    assert off & set(before["holidays"].tolist()) == {day("2023-07-19")}
    assert off & set(after["holidays"].tolist()) == {day("2023-07-04")}
    # Civil holidays are computed, Ramadan is four fifths of a day.
    assert day("2023-11-06") in before["holidays"]
    assert before["ramadan_share"] == RAMADAN_SHARE
    assert day("2023-04-03") in before["ramadan"]
    april = working_days(day("2023-04-20"), day("2023-04-25"), holidays=before["holidays"])
    assert april == 2
