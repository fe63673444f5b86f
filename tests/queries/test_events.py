"""Events: the log, how fresh each source is, and the days at which something is known."""

import json

import pytest

from queries.events import EVENT_COLUMNS, data_dates, freshness, log

HEAD = "territory,step,unit,measure,date,value"


@pytest.fixture
def fresh(reference_engine, now, day):
    """A function that asks how fresh the sources are, by source and step."""

    def run(on="2024-06-30", scope="MA", cut=None):
        cut = now(reference_engine) if cut is None else cut
        return freshness(reference_engine, on=day(on), cut=cut, scope=scope).set_index(["source", "step"])

    return run


@pytest.fixture
def dates(reference_engine, now):
    """A function that asks at which days something is known."""

    def run(*territories, scope="MA", cut=None):
        cut = now(reference_engine) if cut is None else cut
        return data_dates(reference_engine, territories=territories, cut=cut, scope=scope)

    return run


def line(territory, date, value, step="rsu.registered", unit="household"):
    return f"{territory},{step},{unit},stock,{date},{value}"


# The log


def test_the_last_events_come_newest_first(book, now):
    for _ in range(3):
        book.event(source="office", file_name="a.csv", rows_read=7, accepted=6, refused=1)
    frame = log(book.engine, cut=now(book.engine), scope="MA", limit=2)
    assert frame["number"].tolist() == [4, 3]
    assert frame[["rows_read", "accepted", "refused", "file_name"]].values.tolist() == [[7, 6, 1, "a.csv"]] * 2
    assert list(frame.columns) == EVENT_COLUMNS


def test_an_event_says_by_which_other_it_was_withdrawn_once_that_is_known(book):
    first = book.event()
    undo = book.event(kind="withdrawal", withdraws=first)
    before = log(book.engine, cut=first, scope="MA").set_index("number")
    after = log(book.engine, cut=undo, scope="MA").set_index("number")
    assert before["withdrawn_by"].isna().all()
    assert undo not in before.index
    assert after.loc[first, "withdrawn_by"] == undo
    assert after.loc[undo, "withdraws"] == first


def test_the_withdrawal_of_an_event_older_than_those_shown_is_told_apart(book):
    first, second = book.event(), book.event()
    undo = book.event(kind="withdrawal", withdraws=second)
    frame = log(book.engine, cut=undo, scope="MA", limit=2).set_index("number")
    assert frame.index.tolist() == [undo, second]
    assert frame.loc[second, "withdrawn_by"] == undo
    assert frame["withdraws"].tolist()[0] == second
    assert log(book.engine, cut=undo, scope="MA").set_index("number")["withdrawn_by"].isna().loc[first]


def test_the_keys_that_an_event_confirmed_are_not_in_the_log(take_in, reference_engine, now):
    take_in(HEAD, line("09.273", "2024-01-10", 100))
    take_in(HEAD, line("09.273", "2024-01-10", 100), line("09.163", "2024-01-10", 5))
    details = [json.loads(text) for text in log(reference_engine, cut=now(reference_engine), scope="MA")["details"]]
    assert details[0]["unchanged"] == 1
    assert "confirmed" not in details[0]


def test_a_reader_sees_only_the_events_that_touched_his_territories(book, now):
    book.say(("02.411", "2024-01-10", 61_234))
    mine = book.say(("09.273.01.17", "2024-01-10", 10))
    above = book.say(("MA", "2024-01-10", 10), source="published")
    numbers = log(book.engine, cut=now(book.engine), scope="09.273")["number"].tolist()
    assert numbers == [above, mine, 1]
    assert len(log(book.engine, cut=now(book.engine), scope="MA")) == 4


# Freshness


def test_each_source_and_step_has_its_first_and_last_day(take_in, fresh, day):
    take_in(HEAD, line("09.273", "2024-01-10", 100), line("09.163", "2024-02-10", 5))
    number = take_in(HEAD, line("09.273", "2024-03-10", 120), line("09.273", "2024-03-10", 7, "asd.paid"))
    row = fresh().loc["office", "rsu.registered"]
    assert (row["first_date"], row["last_date"]) == (day("2024-01-10"), day("2024-03-10"))
    assert (row["observations"], row["territories"], row["last_event"]) == (3, 2, number)
    assert len(fresh()) == 2


def test_a_source_is_late_when_its_last_day_is_older_than_the_step_allows(take_in, fresh, known):
    take_in(HEAD, line("09.273", "2024-01-01", 100), line("09.273", "2024-01-01", 100, "asd.refused", "application"))
    assert (known.steps["rsu.registered"].stale_after, known.steps["asd.refused"].stale_after) == (45, 62)
    for scope in ("MA", "09.273"):
        assert fresh("2024-02-15", scope=scope)["late"].tolist() == [False, False]
        frame = fresh("2024-02-16", scope=scope)["late"]
        assert (frame["office", "rsu.registered"], frame["office", "asd.refused"]) == (True, False)


def test_what_was_withdrawn_is_no_longer_fresh(take_in, fresh, reference_engine, known, places, day):
    from data.importer import withdraw

    take_in(HEAD, line("09.273", "2024-01-10", 100))
    cut = take_in(HEAD, line("09.273", "2024-01-10", 110), line("09.273", "2024-03-10", 120))
    withdraw(reference_engine, cut, actor="administrator", catalogue=known, territories=places)
    for scope in ("MA", "09.273"):
        row = fresh(scope=scope).loc["office", "rsu.registered"]
        assert (row["last_date"], row["observations"]) == (day("2024-01-10"), 1)
        assert fresh(scope=scope, cut=cut).loc["office", "rsu.registered"]["last_date"] == day("2024-03-10")


def test_a_figure_of_a_later_day_does_not_make_an_earlier_view_fresh(take_in, fresh, day):
    take_in(HEAD, *(line("09.273", date, 100) for date in ("2024-01-10", "2024-01-20", "2024-05-10")))
    take_in(HEAD, line("09.273", "2024-06-10", 100))
    for scope in ("MA", "09.273"):
        row = fresh("2024-04-30", scope=scope).loc["office", "rsu.registered"]
        assert (row["first_date"], row["last_date"]) == (day("2024-01-10"), day("2024-01-20"))
        assert bool(row["late"])
        assert fresh("2024-01-09", scope=scope).empty


def test_a_period_that_has_not_ended_is_not_yet_a_day_of_its_source(take_in, fresh, day):
    head = "territory,step,unit,measure,from,to,value"
    take_in(head, "09.273,asd.refused,application,flow,2024-03-01,2024-03-31,44")
    assert fresh("2024-03-15").empty
    assert fresh("2024-03-31").loc["office", "asd.refused"]["last_date"] == day("2024-03-31")


def test_a_day_whose_figures_are_no_longer_reported_is_not_the_last_before_the_day_asked(take_in, book, fresh, day):
    dates = ("2024-01-10", "2024-02-10", "2024-05-10")
    take_in(HEAD, *(line("09.273", date, 100) for date in dates))
    book.say(("09.273", "2024-02-10", None))
    assert fresh("2024-03-01").loc["office", "rsu.registered"]["last_date"] == day("2024-01-10")


def test_files_before_and_across_the_day_are_counted_together(take_in, fresh, day):
    take_in(HEAD, line("09.273", "2024-01-10", 100))
    take_in(HEAD, line("09.163", "2024-02-10", 100), line("09.163", "2024-05-10", 100))
    row = fresh("2024-03-01").loc["office", "rsu.registered"]
    assert (row["first_date"], row["last_date"], row["observations"]) == (day("2024-01-10"), day("2024-02-10"), 3)


def test_a_reader_has_the_freshness_of_his_territories_and_of_public_sources(take_in, fresh, day):
    take_in(HEAD, line("09.273", "2024-01-10", 100), line("02.411", "2024-03-10", 61_234))
    take_in(HEAD + ",source", line("02.411", "2024-02-10", 61_000) + ",published")
    frame = fresh(scope="09.273")
    row = frame.loc["office", "rsu.registered"]
    assert (row["last_date"], row["observations"], row["territories"]) == (day("2024-01-10"), 1, 1)
    assert frame.loc["published", "rsu.registered"]["last_date"] == day("2024-02-10")


def test_the_published_figures_are_as_fresh_for_a_reader_as_for_all(published, now, day):
    cut, on = now(published), day("2024-01-20")
    columns = ["source", "step", "first_date", "last_date", "last_event", "late"]
    whole = freshness(published, on=on, cut=cut, scope="MA")[columns]
    inside = freshness(published, on=on, cut=cut, scope="09.273")[columns]
    assert whole.values.tolist() == inside.values.tolist()
    assert len(whole) > 5


# Days


def test_the_days_are_those_of_reports_and_sums_newest_first(book, dates, day):
    book.say(("09.273", "2024-01-10", 1), ("09.273", "2024-02-10", 2), ("09.163", "2024-03-10", 2))
    book.sum(("09", "2024-02-12", 2, 2, 6))
    assert dates("09", "09.273") == [day("2024-02-12"), day("2024-02-10"), day("2024-01-10")]
    assert dates() == []


def test_a_day_at_which_nothing_is_reported_any_more_is_none(book, dates, day):
    first = book.say(("09.273", "2024-01-10", 1), ("09.273", "2024-02-10", 2))
    book.say(("09.273", "2024-02-10", None))
    assert dates("09.273") == [day("2024-01-10")]
    assert dates("09.273", cut=first) == [day("2024-02-10"), day("2024-01-10")]


def test_a_day_stays_known_as_long_as_one_of_its_figures_is_reported(book, dates, day):
    book.say(("09.273", "2024-01-10", 1), ("09", "2024-01-10", 2), ("09", "2024-01-11", 2))
    gone = book.say(("09.273", "2024-01-10", None), ("09", "2024-01-11", None))
    assert dates("09", "09.273") == [day("2024-01-10")]
    assert dates("09.273") == []
    book.say(("09", "2024-01-11", 3))
    assert dates("09", "09.273") == [day("2024-01-11"), day("2024-01-10")]
    assert dates("09", "09.273", cut=gone) == [day("2024-01-10")]


def test_a_sum_that_no_child_is_in_any_more_is_no_day(book, dates, day):
    book.sum(("09", "2024-01-10", 5, 1, 6), ("09", "2024-02-10", 6, 1, 6))
    book.sum(("09", "2024-02-10", None, 0, 6))
    assert dates("09") == [day("2024-01-10")]


def test_a_reader_has_no_office_day_of_another_prefecture(book, dates, day):
    book.say(("02.411", "2024-01-10", 61_234), ("09.273", "2024-01-11", 1))
    book.say(("02.411", "2024-02-10", 61_000), source="published")
    assert dates("02.411", "09.273", scope="09.273") == [day("2024-02-10"), day("2024-01-11")]


def test_a_database_that_was_only_migrated_has_no_event(engine):
    for scope in ("MA", "09.273"):
        assert log(engine, cut=0, scope=scope).empty
        found = freshness(engine, on=20_000, cut=0, scope=scope)
        assert found.empty
        assert "late" in found
        assert data_dates(engine, territories=["MA", "09.273"], cut=0, scope=scope) == []
