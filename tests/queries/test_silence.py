"""Silence: which children of a territory said nothing of a count."""

import pytest

from queries.silence import silent_children

HOUSEHOLDS = ("rsu.registered", "household")
PERSONS = ("rnp.registered", "person")


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks which children of a territory are silent."""

    def run(of, *counts, on="2024-01-20", scope="MA", cut=None):
        return silent_children(
            reference_engine,
            of=of,
            counts=set(counts or (HOUSEHOLDS,)),
            on=day(on),
            cut=now(reference_engine) if cut is None else cut,
            scope=scope,
        )

    return run


@pytest.fixture
def communes(reference_engine):
    """The codes of the six communes of a prefecture, in administrative order."""
    from queries.territories import children

    with reference_engine.connect() as connection:
        codes = children(connection, of="09.273")
    assert len(codes) == 6
    return tuple(codes)


def test_the_children_without_any_figure_stand_in_administrative_order(book, ask, communes):
    book.say((communes[4], "2024-01-10", 900), (communes[1], "2024-01-10", 800))
    silent = tuple(code for code in communes if code not in (communes[1], communes[4]))
    assert ask("09.273") == {HOUSEHOLDS: silent}


def test_where_nobody_said_anything_all_are_silent_and_where_all_did_none_is(book, ask, communes):
    assert ask("09.273") == {HOUSEHOLDS: communes}
    book.say(*((code, "2024-01-10", 900) for code in communes))
    assert ask("09.273") == {HOUSEHOLDS: ()}


def test_each_count_has_its_own_silence_and_its_own_unit(book, ask, communes):
    book.say((communes[0], "2024-01-10", 900))
    book.say((communes[1], "2024-01-10", 900), step="rnp.registered", unit="person")
    book.say((communes[2], "2024-01-10", 900), unit="person")
    assert ask("09.273", HOUSEHOLDS, PERSONS) == {
        HOUSEHOLDS: communes[1:],
        PERSONS: (communes[0], *communes[2:]),
    }


def test_a_zero_is_no_silence(book, ask, communes):
    book.say((communes[0], "2024-01-10", 0))
    assert ask("09.273") == {HOUSEHOLDS: communes[1:]}


def test_what_comes_after_the_day_or_after_the_cut_is_not_heard_yet(book, ask, communes, now):
    first = book.say((communes[0], "2024-01-10", 900))
    book.say((communes[1], "2024-01-15", 900))
    book.say((communes[2], "2024-01-25", 900))
    assert ask("09.273") == {HOUSEHOLDS: communes[2:]}
    assert ask("09.273", on="2024-01-12") == {HOUSEHOLDS: communes[1:]}
    assert ask("09.273", cut=first) == {HOUSEHOLDS: communes[1:]}
    assert ask("09.273", on="2024-01-09") == {HOUSEHOLDS: communes}


def test_what_was_taken_back_is_silent_again(book, ask, communes):
    book.say((communes[0], "2024-01-10", 900), (communes[1], "2024-01-10", 900))
    book.say((communes[0], "2024-01-10", None))
    assert ask("09.273") == {HOUSEHOLDS: (communes[0], *communes[2:])}


def test_a_sum_speaks_for_a_child_that_did_not_report_itself(book, ask):
    book.sum(("09.273", "2024-01-10", 1700, 2, 6))
    silent = ask("09")[HOUSEHOLDS]
    assert "09.273" not in silent and len(silent) == 5


def test_of_a_child_that_the_reader_may_not_see_it_is_not_said_that_it_is_silent(book, ask, communes):
    book.say((communes[0], "2024-01-10", 900), (communes[1], "2024-01-10", 900))
    assert ask("09.273", scope="09.273") == {HOUSEHOLDS: communes[2:]}
    assert ask("09.273", scope=communes[0]) == {HOUSEHOLDS: ()}
    assert ask("09.273", scope=communes[2]) == {HOUSEHOLDS: (communes[2],)}


def test_a_territory_without_children_and_a_question_without_counts_have_no_answer(
    reference_engine, ask, communes, day
):
    assert ask(communes[0]) == {}
    assert ask("99.999") == {}
    assert silent_children(reference_engine, of="09.273", counts=(), on=day("2024-01-20"), cut=1, scope="MA") == {}


@pytest.mark.parametrize(("of", "children"), [("06.141.01.0", 16), ("06.141.01.00", 3), ("MA", 75)])
def test_children_are_those_of_the_map(ask, of, children):
    assert len(ask(of)[HOUSEHOLDS]) == children
