"""Actions: which ones stand in a territory, in what order, at what cost, and which are marked on a history."""

import datetime as dt

import pytest

from data.actions import Action, change, record, withdraw
from queries.actions import actions, beside, by_kind
from queries.events import log

TODAY = dt.date(2026, 11, 23)
PREFECTURE, COMMUNE, OTHER, AWAY = "09.273", "09.273.01.15", "09.273.01.05", "02.411"


@pytest.fixture
def did(reference_engine):
    """A function that records an action and returns what became of it."""

    def run(territory=PREFECTURE, first="2026-10-03", last=None, kind="visit", **columns):
        begins = dt.date.fromisoformat(first)
        new = Action(kind, territory, begins, dt.date.fromisoformat(last) if last else begins, **columns)
        return record(reference_engine, new, actor="preparer", today=TODAY)

    return run


@pytest.fixture
def told(reference_engine, now):
    """A function that asks for the actions of a territory."""

    def run(territory=PREFECTURE, cut=None, scope="MA", **given):
        cut = now(reference_engine) if cut is None else cut
        return actions(reference_engine, territory_code=territory, cut=cut, scope=scope, **given)

    return run


def test_a_territory_has_its_own_actions_and_those_below_it_in_administrative_order(did, told):
    did(COMMUNE), did(OTHER), did(PREFECTURE, "2026-10-09"), did(PREFECTURE, "2026-10-01"), did(AWAY), did("09")
    assert told()["territory_code"].tolist() == [PREFECTURE, PREFECTURE, OTHER, COMMUNE]
    assert told(COMMUNE)["territory_code"].tolist() == [COMMUNE]
    assert len(told("MA")) == 6


def test_in_the_order_of_time_the_latest_comes_first(did, told):
    first, second = did(PREFECTURE, "2026-10-01"), did(COMMUNE, "2026-10-09")
    assert told(chronological=True)["id"].tolist() == [second.id, first.id]
    assert told()["id"].tolist() == [first.id, second.id]


def test_actions_are_chosen_by_kind_and_by_the_days_they_touch(did, told, day):
    visit = did(first="2026-10-01", last="2026-10-05")
    campaign = did(kind="campaign", first="2026-11-01")
    assert told(kinds=["campaign"])["id"].tolist() == [campaign.id]
    assert told(first=day("2026-10-05"), last=day("2026-10-31"))["id"].tolist() == [visit.id]
    assert told(first=day("2026-10-06"), last=day("2026-10-31")).empty


def test_an_action_is_what_it_was_at_the_cut(reference_engine, did, told):
    done = did(cost=100)
    said = Action("campaign", PREFECTURE, dt.date(2026, 10, 3), dt.date(2026, 10, 3), cost=200)
    changed = change(reference_engine, done.id, said, seen=done.event, actor="preparer", today=TODAY)
    gone = withdraw(reference_engine, done.id, seen=changed.event, actor="preparer")
    assert told(cut=done.event - 1).empty
    assert told(cut=done.event)[["kind", "cost", "event"]].values.tolist() == [["visit", 100, done.event]]
    assert told(cut=changed.event)[["kind", "cost"]].values.tolist() == [["campaign", 200]]
    assert told(cut=gone.event).empty
    assert told(withdrawn=True)["id"].tolist() == [done.id]


def test_a_reader_of_a_scope_is_told_of_his_own_territories_and_of_those_above(did, told):
    mine, above = did(COMMUNE), did("09")
    did(AWAY), did(OTHER)
    assert set(told("MA", scope=COMMUNE)["id"]) == {mine.id, above.id}
    assert told(AWAY, scope=COMMUNE).empty


def test_costs_are_summed_by_kind_and_those_not_known_are_counted(did, told):
    did(cost=100), did(cost=50), did(), did(kind="campaign")
    frame = by_kind(told())
    assert frame.values.tolist() == [["visit", 3, 150.0, 1], ["campaign", 1, 0.0, 1]]


def test_marked_are_those_below_and_the_campaigns_of_the_kingdom_meant_for_the_step(reference_engine, did, now):
    marked = [
        did(COMMUNE, "2026-10-02", step="rsu.registered"),
        did("MA", "2026-10-04", kind="campaign"),
        did(PREFECTURE, "2026-10-08"),
    ]
    did(PREFECTURE, step="asd.paid"), did("MA", kind="visit"), did("09", kind="campaign"), did(AWAY)
    count = (PREFECTURE, "rsu.registered")
    found = beside(reference_engine, counts=[count, (AWAY, "rsu.registered")], cut=now(reference_engine), scope="MA")
    assert found[count]["id"].tolist() == [done.id for done in marked]
    assert len(found[AWAY, "rsu.registered"]) == 2
    found = beside(reference_engine, counts=[count], cut=now(reference_engine), scope=COMMUNE)
    assert found[count]["id"].tolist() == [done.id for done in marked]


def test_a_count_without_actions_has_nothing_to_mark(reference_engine, now, did):
    asked = {"counts": [(PREFECTURE, "rsu.registered")], "cut": now(reference_engine), "scope": "MA"}
    assert beside(reference_engine, **asked) == {}
    did(AWAY)
    assert beside(reference_engine, **(asked | {"cut": now(reference_engine)})) == {}


def test_the_log_tells_a_reader_the_actions_of_what_he_may_see(reference_engine, did, now):
    mine, other = did(COMMUNE), did(AWAY)
    asked = {"cut": now(reference_engine), "scope": COMMUNE}
    numbers = log(reference_engine, **asked)["number"].tolist()
    assert mine.event in numbers and other.event not in numbers
