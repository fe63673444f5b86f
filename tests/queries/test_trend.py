"""Trend: the history of counts in a territory."""

import pytest

from queries.definitions import definitions
from queries.trend import COLUMNS, best_histories, best_history, histories, nearest_histories


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks for the histories of one territory."""

    def run(*territories, on="2024-06-30", scope="MA", **choices):
        return histories(
            reference_engine,
            territories=territories or ["09.273"],
            on=day(on),
            cut=now(reference_engine),
            scope=scope,
            **choices,
        )

    return run


@pytest.fixture
def best(reference_engine, now):
    """A function that picks the history of RSU households out of a frame."""

    def run(frame, territory="09.273", step="rsu.registered", unit="household"):
        known = definitions(reference_engine, cut=now(reference_engine))
        return best_history(frame, known, territory=territory, step=step, unit=unit)

    return run


def test_every_total_up_to_the_day_comes_oldest_first(book, ask, day):
    book.say(("09.273", "2023-09-14", 100), ("09.273", "2023-07-14", 80), ("09.273", "2023-08-14", 90))
    frame = ask(on="2023-08-14")
    assert frame["value"].tolist() == [80, 90]
    assert frame["on_date"].tolist() == [day("2023-07-14"), day("2023-08-14")]
    assert list(frame.columns) == [*COLUMNS, "state"]


def test_breakdowns_are_left_out(book, ask):
    book.say(("09.273", "2023-09-14", 100))
    book.say(("09.273", "2023-09-14", 60), sex="female")
    book.say(("09.273", "2023-09-14", 40), reason="income")
    assert ask()["value"].tolist() == [100]


def test_sums_stand_beside_reports_and_say_of_how_many(book, ask):
    book.say(("09.273", "2023-09-14", 100))
    book.sum(("09.273", "2023-09-14", 98, 5, 6))
    frame = ask().set_index("basis")
    assert frame.loc["reported", ["value", "reporting", "expected"]].tolist() == [100, 0, 0]
    assert frame.loc["summed", ["value", "reporting", "expected"]].tolist() == [98, 5, 6]


def test_only_the_steps_asked_for_are_read(book, ask):
    book.say(("09.273", "2023-09-14", 100))
    book.say(("09.273", "2023-09-14", 700), step="rnp.registered", unit="person")
    assert ask(steps=["rnp.registered"])["value"].tolist() == [700]
    assert len(ask()) == 2
    assert ask(steps=[]).empty


def test_the_best_history_takes_for_each_date_the_source_that_speaks(book, ask, best):
    book.say(("09.273", "2023-07-14", 81), ("09.273", "2023-08-14", 91), source="published")
    book.say(("09.273", "2023-08-14", 90), ("09.273", "2023-09-14", 100))
    book.say(("09.273", "2023-08-14", 92), source="published_other")
    path = best(ask())
    assert path["value"].tolist() == [81, 90, 100]
    assert list(path.columns) == [*COLUMNS, "state"]


def test_a_report_speaks_before_a_sum_of_the_same_day_and_source(book, ask, best):
    book.say(("09.273", "2023-09-14", 100))
    book.sum(("09.273", "2023-09-14", 98, 6, 6), ("09.273", "2023-10-14", 105, 6, 6))
    assert best(ask())["value"].tolist() == [100, 105]


def test_partial_sums_make_no_path_since_it_would_rise_when_one_more_child_reports(book, ask, best):
    book.sum(("09.273", "2023-08-14", 60, 4, 6), ("09.273", "2023-09-14", 75, 5, 6))
    assert best(ask())["value"].tolist() == []
    book.sum(("09.273", "2023-10-14", 105, 6, 6))
    assert best(ask())["value"].tolist() == [105]


def test_stocks_and_flows_never_make_one_path(book, ask, best):
    book.say(("09.273", ("2023-08-15", "2023-09-14"), 7), ("09.273", ("2023-09-15", "2023-10-14"), 8), measure="flow")
    assert best(ask())["value"].tolist() == [7, 8]
    book.say(("09.273", "2023-09-14", 100))
    assert best(ask())["value"].tolist() == [100]


def test_of_the_periods_of_a_flow_that_end_on_one_day_the_shortest_is_taken(book, ask, best):
    book.say(("09.273", ("2023-01-01", "2023-09-30"), 70), ("09.273", ("2023-09-01", "2023-09-30"), 8), measure="flow")
    assert best(ask())["value"].tolist() == [8]


def test_many_best_histories_at_once_are_those_asked_for_one_by_one(book, ask, best, reference_engine, now):
    book.say(("09.273", "2023-07-14", 81), ("09", "2023-07-14", 8_100), source="published")
    book.say(("09.273", "2023-08-14", 90), ("09.273", "2023-07-14", 80), ("MA", "2023-08-14", 90_000))
    book.say(("09.273", "2023-07-14", 700), step="rnp.registered", unit="person")
    book.sum(("09", "2023-07-14", 8_000, 6, 6), ("09", "2023-08-14", 8_500, 5, 6))
    frame = ask("MA", "09", "09.273")
    counts = [("09.273", "rsu.registered", "household"), ("09", "rsu.registered", "household")]
    counts += [("09.273", "rnp.registered", "person"), ("09", "rnp.registered", "person")]
    known = definitions(reference_engine, cut=now(reference_engine))
    found = best_histories(frame, known, counts=iter(counts))
    assert {count: path["value"].tolist() for count, path in found.items()} == dict(
        zip(counts, ([80, 90], [8_000], [700], []), strict=True)
    )
    for (territory, step, unit), path in found.items():
        assert path.equals(best(frame, territory=territory, step=step, unit=unit))
    assert best_histories(frame, known, counts=[]) == {}


RSU, RNP = ("rsu.registered", "household"), ("rnp.registered", "person")


@pytest.fixture
def nearest(reference_engine, now, day):
    """A function that asks for the nearest paths of a line, as known now or at `cut`."""

    def run(*line, counts=(RSU,), on="2024-12-31", scope="MA", cut=None):
        cut = now(reference_engine) if cut is None else cut
        return nearest_histories(reference_engine, line=line, counts=counts, on=day(on), cut=cut, scope=scope)

    return run


def test_the_nearest_path_is_the_last_of_the_line_with_two_dates_for_each_count_by_itself(book, nearest):
    book.say(("MA", "2023-07-14", 9_000), ("MA", "2023-08-14", 9_500), ("09.273", "2023-08-14", 90))
    book.say(("09.273", "2023-07-14", 700), ("09.273", "2023-08-14", 800), step="rnp.registered", unit="person")
    found = nearest("MA", "09", "09.273", counts=(RSU, RNP, ("asd.paid", "household")))
    assert {count: (code, path["value"].tolist()) for count, (code, path) in found.items()} == {
        RSU: ("MA", [9_000, 9_500]),
        RNP: ("09.273", [700, 800]),
    }
    assert nearest("09.273", counts=(RSU,)) == {} and nearest(counts=(RSU,)) == {}


def test_the_nearest_path_is_the_best_history_of_its_territory(book, ask, best, nearest):
    book.say(("09.273", "2023-07-14", 81), ("09.273", "2023-09-14", 99), source="published")
    book.say(("09.273", "2023-08-14", 90), ("09.273", "2023-07-14", 80))
    book.sum(("09.273", "2023-10-14", 95, 5, 6), ("09.273", "2023-11-14", 97, 6, 6))
    code, path = nearest("MA", "09.273")[RSU]
    assert code == "09.273" and path["value"].tolist() == [80, 90, 99, 97]
    assert path.reset_index(drop=True).equals(best(ask("09.273", on="2024-12-31")).reset_index(drop=True))


def test_a_path_is_read_again_when_an_event_touched_its_step_there_and_is_the_same_otherwise(
    book, nearest, reference_engine, now
):
    book.say(("09.273", "2023-07-14", 80), ("09.273", "2023-08-14", 90))
    book.say(("09.273", "2023-07-14", 700), ("09.273", "2023-08-14", 800), step="rnp.registered", unit="person")
    before = now(reference_engine)
    first = nearest("MA", "09.273", counts=(RSU, RNP))
    book.say(("09.273", "2023-08-14", 95), ("MA", "2023-08-14", 9_000))
    second = nearest("MA", "09.273", counts=(RSU, RNP))
    assert second[RSU][1]["value"].tolist() == [80, 95] and second[RNP][1] is first[RNP][1]
    # What was known before stays what it was, also after it was read again.
    assert nearest("MA", "09.273", cut=before)[RSU][1]["value"].tolist() == [80, 90]
    book.say(("09.273", "2023-07-14", None), step="rnp.registered", unit="person")
    assert RNP not in nearest("MA", "09.273", counts=(RSU, RNP))
    assert nearest("MA", "09.273", counts=(RNP,), cut=before)[RNP][1]["value"].tolist() == [700, 800]


def test_a_path_kept_for_one_reader_or_day_is_not_shown_to_another(book, nearest):
    book.sum(("09", "2024-01-12", 821, 2, 6), ("09", "2024-02-12", 3000, 6, 6), ("09", "2024-03-12", 3100, 6, 6))
    book.say(("02.411", "2024-01-12", 61_234), ("02.411", "2024-02-12", 61_300))
    assert nearest("02.411")[RSU][1]["value"].tolist() == [61_234, 61_300]
    assert nearest("02.411", scope="09.273") == {} and nearest("02.411", on="2024-02-01") == {}
    assert nearest("09", scope="09.273")[RSU][1]["value"].tolist() == [3000, 3100]


def test_of_two_sources_of_one_series_each_point_has_the_name_of_its_own(book, ask, day):
    book.say(("09.273", "2023-07-14", 81), ("09", "2023-07-15", 8_100), source="published")
    book.say(("09.273", "2023-08-14", 90), ("09", "2023-08-15", 9_000), step="rnp.registered", unit="person")
    book.sum(("09", "2023-08-16", 9_001, 6, 6), step="rnp.registered", unit="person")
    rows = ask("09", "09.273")[["territory_code", "step", "unit", "source", "basis", "on_date", "value"]]
    assert {tuple(row) for row in rows.to_numpy().tolist()} == {
        ("09.273", "rsu.registered", "household", "published", "reported", day("2023-07-14"), 81),
        ("09", "rsu.registered", "household", "published", "reported", day("2023-07-15"), 8_100),
        ("09.273", "rnp.registered", "person", "office", "reported", day("2023-08-14"), 90),
        ("09", "rnp.registered", "person", "office", "reported", day("2023-08-15"), 9_000),
        ("09", "rnp.registered", "person", "office", "summed", day("2023-08-16"), 9_001),
    }


def test_a_territory_without_figures_has_an_empty_history(book, ask, best):
    book.say(("09.273", "2023-09-14", 100))
    assert best(ask(), territory="09").empty
    assert best(ask(), unit="person").empty


def test_a_reader_has_no_history_of_another_prefecture_but_the_published_one(book, ask):
    book.say(("02.411", "2024-01-12", 61_234), ("09.273", "2024-01-12", 500))
    book.say(("02.411", "2024-01-10", 61_000), source="published")
    frame = ask("02.411", "09.273", scope="09.273")
    assert sorted(frame["value"]) == [500, 61_000]


def test_a_regions_history_shows_no_sum_that_gives_another_prefecture_away(book, ask, best):
    book.sum(("09", "2024-01-12", 821, 2, 6), ("09", "2024-02-12", 3000, 6, 6))
    frame = ask("09", scope="09.273")
    assert frame["state"].tolist() == ["withheld", "shown"]
    assert best(frame, territory="09")["value"].tolist() == [3000]
    assert ask("09", scope="09")["state"].tolist() == ["shown", "shown"]


def test_the_published_path_of_the_kingdom_has_one_value_a_day(published, now, day):
    cut = now(published)
    frame = histories(published, territories=["MA"], on=day("2026-03-01"), cut=cut, scope="MA")
    path = best_history(
        frame, definitions(published, cut=cut), territory="MA", step="amo_tadamon.covered", unit="person"
    )
    assert path["on_date"].is_monotonic_increasing and path["on_date"].is_unique
    assert path["value"].iloc[-1] == 11_000_000
    assert (path["source"] == "published").all()


def test_a_database_that_was_only_migrated_has_no_history(engine):
    for scope in ("MA", "09.273"):
        frame = histories(engine, territories=["MA", "09.273"], on=20_000, cut=0, scope=scope)
        assert frame.empty
        assert list(frame.columns) == [*COLUMNS, "state"]
        known = definitions(engine, cut=0)
        assert best_history(frame, known, territory="MA", step="rsu.registered", unit="household").empty
