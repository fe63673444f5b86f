"""Refusals by reason: what the office can mend, over which weeks, and what is shown where."""

import pytest

from queries.definitions import definitions
from queries.refusals import COLUMNS, refusals

PREFECTURE, COMMUNE = "09.273", "09.273.01.15"
REFUSED, WAITING = "asd.refused", "amo_tadamon.waiting"


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks why files were refused."""

    def run(territory=PREFECTURE, step=REFUSED, *, on="2024-06-30", measure="flow", scope="MA"):
        cut = now(reference_engine)
        known = definitions(reference_engine, cut=cut)
        asked = {"on": day(on), "cut": cut, "scope": scope, "known": known}
        frame = refusals(reference_engine, territory=territory, steps=[step], measure=measure, **asked)
        assert list(frame.columns) == COLUMNS
        return frame

    return run


@pytest.fixture
def refused(book):
    """A function that writes the refusals of a period by reason."""

    def run(period, territory=PREFECTURE, **reasons):
        for reason, count in reasons.items():
            book.say((territory, period, count), step=REFUSED, unit="application", measure="flow", reason=reason)

    return run


MAY, JUNE = ("2024-05-01", "2024-05-31"), ("2024-06-01", "2024-06-30")


def test_what_the_office_can_mend_stands_first_and_each_has_its_share(ask, refused):
    refused(MAY, wrong_form=40, above_threshold=80)
    refused(JUNE, wrong_form=20, rsu_mismatch=30, above_threshold=30)
    frame = ask()
    assert frame[["reason", "mendable", "value", "share"]].to_numpy().tolist() == [
        ["wrong_form", True, 60, 0.3],
        ["rsu_mismatch", True, 30, 0.15],
        ["above_threshold", False, 110, 0.55],
    ]
    assert frame["share"].sum() == 1


def test_only_the_last_thirteen_weeks_that_were_told_are_summed(ask, refused, day):
    refused(("2024-03-01", "2024-03-31"), wrong_form=500)
    refused(MAY, wrong_form=40)
    refused(JUNE, wrong_form=20)
    frame = ask()
    assert frame["value"].tolist() == [60]
    assert (frame["from_date"][0], frame["on_date"][0]) == (day("2024-05-01"), day("2024-06-30"))


def test_a_month_that_holds_weeks_is_not_counted_with_them(ask, refused):
    refused(JUNE, wrong_form=100)
    refused(("2024-06-03", "2024-06-09"), wrong_form=20)
    refused(("2024-06-10", "2024-06-16"), wrong_form=30)
    assert ask()["value"].tolist() == [50]


def test_a_small_reason_is_withheld_and_one_more_with_it(ask, refused):
    refused(JUNE, wrong_form=40, rsu_mismatch=7, above_threshold=60)
    frame = ask().set_index("reason")
    assert frame.loc["rsu_mismatch", "state"] == "withheld" and frame.loc["wrong_form", "state"] == "withheld"
    assert frame.loc["above_threshold", ["value", "share"]].tolist() == [60, 1]


def test_sensitive_reasons_are_shown_for_prefectures_only(ask, refused):
    refused(JUNE, disability_certificate=30, widowhood_document=25, wrong_form=40)
    assert (ask()["state"] == "shown").all()
    refused(JUNE, territory=COMMUNE, disability_certificate=30, widowhood_document=25, wrong_form=40)
    below = ask(COMMUNE).set_index("reason")
    assert below.loc["wrong_form", "value"] == 40
    assert below.loc[["disability_certificate", "widowhood_document"], "value"].isna().all()


def test_a_single_sensitive_reason_does_not_follow_from_the_total(ask, refused):
    refused(JUNE, territory=COMMUNE, disability_certificate=30, wrong_form=40, above_threshold=90)
    below = ask(COMMUNE).set_index("reason")
    assert below["state"].to_dict() == {
        "wrong_form": "withheld",
        "disability_certificate": "withheld",
        "above_threshold": "shown",
    }


def test_who_waits_by_reason_is_the_stock_of_the_last_day(ask, book):
    for on, count in (("2024-05-31", 500), ("2024-06-30", 300)):
        book.say((PREFECTURE, on, count), step=WAITING, unit="household", reason="not_in_rsu")
    frame = ask(step=WAITING, measure="stock")
    assert frame[["reason", "value"]].to_numpy().tolist() == [["not_in_rsu", 300]]


def test_a_reader_is_told_nothing_of_another_prefecture(ask, refused):
    refused(JUNE, territory="02.411", wrong_form=40)
    assert ask("02.411", scope=PREFECTURE).empty and not ask("02.411").empty


def test_without_reasons_there_is_nothing_to_split(ask, book):
    book.say((PREFECTURE, JUNE, 90), step=REFUSED, unit="application", measure="flow")
    frame = ask()
    assert frame.empty
