"""Answers kept between runs: computed once, by what they depend on, and no more of them than there is room for."""

import contextlib
import threading

import pytest

from ui.kept import kept

TOGETHER = 20


@pytest.fixture
def squares():
    """A kept function that squares a number, two entries at most, and the numbers that it really had to square."""
    worked = []

    @kept(2)
    def square(number, _engine=None):
        worked.append(number)
        return [number * number]

    return square, worked


def all_at_once(work):
    """What a piece of work answers to twenty threads that ask in the same moment; None where it raised."""
    gate, answers = threading.Barrier(TOGETHER), [None] * TOGETHER

    def ask(at):
        gate.wait(10)
        with contextlib.suppress(LookupError):
            answers[at] = work()

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def test_the_same_question_has_the_same_answer_and_is_worked_out_once(squares):
    square, worked = squares
    assert square(3) is square(3) and square(3) == [9] and worked == [3]


def test_twenty_who_ask_at_once_wait_for_one_answer():
    worked, asked = [], threading.Event()

    @kept(4)
    def slow(key):
        worked.append(key)
        asked.wait(0.3)
        return object()

    answers = all_at_once(lambda: slow("one"))
    assert worked == ["one"] and answers[0] is not None and all(a is answers[0] for a in answers)


def test_those_who_ask_something_else_do_not_wait():
    started, go_on = threading.Event(), threading.Event()

    @kept(4)
    def work(key):
        if key == "slow":
            started.set()
            assert go_on.wait(10)
        return key

    slow = threading.Thread(target=work, args=("slow",))
    slow.start()
    assert started.wait(10)
    assert work("quick") == "quick" and slow.is_alive()
    go_on.set()
    slow.join(10)
    assert not slow.is_alive()


def test_what_was_asked_longest_ago_gives_way(squares):
    square, worked = squares
    square(1), square(2), square(1), square(3)
    assert worked == [1, 2, 3]
    square(1), square(3)
    assert worked == [1, 2, 3]
    square(2)
    assert worked == [1, 2, 3, 2]


def test_an_argument_whose_name_begins_with_an_underscore_does_not_count(squares):
    square, worked = squares
    # A dictionary could not even be part of what an answer is kept by.
    assert square(5, {"engine": 1}) is square(5, {"engine": 2}) and worked == [5]


def test_a_failure_is_not_kept():
    tries = []

    @kept(2)
    def work(key):
        tries.append(key)
        if len(tries) == 1:
            raise LookupError(key)
        return key

    with pytest.raises(LookupError):
        work("one")
    assert work("one") == "one" and work("one") == "one" and tries == ["one", "one"]


def test_twenty_who_ask_at_once_for_what_fails_first_all_come_back():
    tries = []

    @kept(2)
    def work(key):
        tries.append(key)
        if len(tries) == 1:
            raise LookupError(key)
        return key

    answers = all_at_once(lambda: work("one"))
    assert sorted(answers, key=str) == sorted([None] + ["one"] * (TOGETHER - 1), key=str) and len(tries) == 2


def test_a_kept_function_keeps_its_name_and_its_explanation():
    @kept(1)
    def explained():
        """What it is."""

    assert (explained.__name__, explained.__doc__) == ("explained", "What it is.")
