"""The journal of accesses as it is read: newest first, narrowed, and within the reader's own territory."""

import pytest

from data.access import Access, record
from queries.access import COLUMNS, last, log

EVERYTHING = {"since": 0, "until": 2**31 - 1}


@pytest.fixture
def journal(reference_engine):
    """A journal of four accesses, an hour apart."""
    rows = [
        Access("page", "local", "administrator", "MA", {"page": "map", "territory": "09.273"}, at=3600),
        Access("taken", "a" * 64, "reader", "09.273", {"file": "x.csv"}, at=7200),
        Access("page", "b" * 64, "preparer", "09.273.01.15", {"page": "events"}, at=10800),
        Access("refused", "c" * 64, "", "", {"login": True}, at=14400),
    ]
    record(reference_engine, rows)
    return reference_engine


def numbers(engine, *, scope="MA", **asked):
    frame, total = log(engine, scope=scope, **EVERYTHING | asked)
    assert list(frame.columns) == COLUMNS
    return frame["number"].tolist(), total


def test_accesses_stand_newest_first_with_what_they_were_about(journal):
    assert numbers(journal) == ([4, 3, 2, 1], 4)
    frame, _ = log(journal, scope="MA", **EVERYTHING)
    assert frame["details"].tolist()[-1] == {"page": "map", "territory": "09.273"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"since": 7200}, [4, 3, 2]),
        ({"until": 7200}, [1]),
        ({"by_role": "reader"}, [2]),
        ({"what": "page"}, [3, 1]),
        ({"account": "b" * 64}, [3]),
        ({"by_role": "reader", "what": "page"}, []),
    ],
)
def test_they_are_narrowed_by_day_role_kind_and_account(journal, asked, found):
    assert numbers(journal, **asked) == (found, len(found))


def test_the_total_counts_what_the_list_leaves_out(journal):
    assert numbers(journal, limit=1) == ([4], 4)


@pytest.mark.parametrize(("scope", "found"), [("09", [3, 2]), ("09.273", [3, 2]), ("09.273.01.15", [3]), ("02", [])])
def test_an_administrator_of_a_territory_reads_what_was_done_within_it(journal, scope, found):
    assert numbers(journal, scope=scope) == (found, len(found))


def test_the_end_of_the_journal_is_its_last_number_and_digest(journal, engine):
    frame, _ = log(journal, scope="MA", **EVERYTHING)
    assert last(journal) == (4, frame["digest"].iloc[0])
    assert last(engine) == (0, "")
