"""The log of changes: what each event made of figures, of whom, and what of it a reader may see."""

import numpy as np
import pytest
import sqlalchemy as sa

from data.database import write
from data.schema import event
from queries import changes

TEMSIA, LQLIAA, SEFROU = "09.273.05.27", "09.273.01.17", "03.561"


@pytest.fixture
def listed(reference_engine, now):
    """The events as a function of the filters."""

    def run(scope="MA", **asked):
        return changes.events(reference_engine, cut=now(reference_engine), scope=scope, **asked)

    return run


@pytest.fixture
def touched(reference_engine, now):
    """What an event touched."""

    def run(number, scope="MA", **asked):
        return changes.touched(reference_engine, number=number, cut=now(reference_engine), scope=scope, **asked)

    return run


def test_each_figure_is_listed_with_what_was_known_before_and_after(book, touched):
    first = book.say((TEMSIA, "2023-09-03", 100))
    second = book.say((TEMSIA, "2023-09-03", 130), (LQLIAA, "2023-09-03", 50))
    frame = touched(second)
    assert frame[["territory_code", "before", "value"]].fillna(-1).values.tolist() == [
        [LQLIAA, -1, 50],
        [TEMSIA, 100, 130],
    ]
    assert touched(first)["value"].tolist() == [100]


def test_a_figure_that_is_no_longer_reported_has_nothing_after(book, touched):
    book.say((TEMSIA, "2023-09-03", 100))
    gone = book.say((TEMSIA, "2023-09-03", None))
    row = touched(gone).iloc[0]
    assert row["before"] == 100 and np.isnan(row["value"]) and row["state"] == "missing"


def test_small_cells_of_a_breakdown_are_withheld_before_and_after(book, touched):
    book.say((TEMSIA, "2023-09-03", 4), sex="female")
    book.say((TEMSIA, "2023-09-03", 40), sex="male")
    number = book.say((TEMSIA, "2023-09-03", 44), sex="female")
    row = touched(number).iloc[0]
    assert (row["before_state"], row["state"], row["value"]) == ("withheld", "shown", 44)
    assert np.isnan(row["before"])


def test_of_territories_outside_the_scope_there_is_neither_event_nor_figure(book, listed, touched):
    mine = book.say((TEMSIA, "2023-09-03", 100), (SEFROU, "2023-09-03", 900))
    foreign = book.say((SEFROU, "2023-09-10", 901))
    above = book.say(("09", "2023-09-10", 902))
    frame = listed(scope="09.273")
    assert mine in frame["number"].tolist()
    assert not {foreign, above} & set(frame["number"])
    assert frame.set_index("number").loc[mine, "figures"] == 1
    assert touched(mine, scope="09.273")["territory_code"].tolist() == [TEMSIA]
    assert touched(foreign, scope="09.273").empty


def test_events_are_found_by_kind_territory_and_day(book, listed, reference_engine):
    here, there = book.say((TEMSIA, "2023-09-03", 100)), book.say((SEFROU, "2023-09-03", 900))
    withdrawal = book.event(kind="withdrawal", withdraws=there)
    with write(reference_engine) as connection:
        connection.execute(sa.update(event).where(event.c.number == here).values(recorded_at=1_000))
    assert listed(kind="withdrawal")["number"].tolist() == [withdrawal]
    assert listed(territory_code="09.273")["number"].tolist() == [here]
    assert listed(territory_code="09.273", scope="03").empty
    assert listed(last=2_000)["number"].tolist() == [here]
    assert here not in listed(first=2_000)["number"].tolist()


def test_pages_follow_each_other_without_a_gap(book, listed, touched):
    numbers = [book.say((TEMSIA, f"2023-09-{day:02}", day)) for day in range(1, 8)]
    found = [*listed(limit=3)["number"], *listed(limit=3, offset=3)["number"]]
    assert found == numbers[::-1][:6]
    many = book.say(*[(TEMSIA, f"2023-10-{day:02}", day) for day in range(1, 31)])
    pages = [touched(many, limit=7, offset=at)["value"].tolist() for at in range(0, 35, 7)]
    assert [value for page in pages for value in page] == list(range(1, 31))


def test_a_later_cut_adds_nothing_to_an_earlier_log(book, reference_engine):
    first = book.say((TEMSIA, "2023-09-03", 100))
    book.say((TEMSIA, "2023-09-03", 130))
    frame = changes.events(reference_engine, cut=first, scope="MA")
    assert frame["number"].max() == first
