"""The demonstration: invented counts that add up, pass through what was published, and come as extracts really come."""

import csv
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from data import chain, demonstration
from data.catalogue import catalogue
from data.database import as_date, as_day, demonstration_folder, demonstration_url, engine_for
from data.demonstration.curves import days, delayed, plan, split, waiting, world
from data.demonstration.deliveries import deliveries
from data.demonstration.making import MAKING, OFFICE
from data.loading import PUBLISHED
from data.meetings import intact
from data.settings import settings
from findings.freezing import foreseen_for, slides_of
from i18n import LOCALES
from queries.cuts import latest_cut
from queries.meetings import meetings
from queries.recommendations import of_meetings

ROOT = Path(__file__).parents[2]
LAST = as_day(demonstration.LAST_DAY)
MINE = "09.273"
POINTS = [
    ("rnp.registered", "person", "2023-05-15"),
    ("rsu.registered", "household", "2023-05-15"),
    ("amo_tadamon.covered", "person", "2022-12-31"),
    ("amo_tadamon.covered", "person", "2023-02-18"),
]
LATER_POINTS = [
    ("persons", "rnp.registered", "person", "2023-09-27"),
    ("households", "rsu.registered", "household", "2023-09-27"),
    ("members", "rsu.registered", "person", "2023-09-27"),
    ("covered_person", "amo_tadamon.covered", "person", "2023-10-19"),
]


def frozen(engine, id, cut):
    """The slides of a meeting of the demonstration, as the command makes them."""
    return slides_of(engine, id, cut=cut, locales=LOCALES, demonstration=True)


def foreseen(engine, id, cut):
    """The forecasts that these slides are made of."""
    return foreseen_for(engine, id, cut=cut)


@pytest.fixture(scope="session")
def made_postgresql(postgresql, run_on_server, tmp_path_factory):
    """An office on a server that has made the demonstration: its folder and the address of its database."""
    run_on_server("CREATE DATABASE demonstration_office")
    folder = tmp_path_factory.mktemp("demonstration-server")
    url = postgresql("demonstration_office").render_as_string(hide_password=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("TATABBU_LOCAL", str(folder))
        assert demonstration.make(folder, freeze=frozen, foresee=foreseen)
    return folder, url


@pytest.fixture
def office(backend, request, monkeypatch):
    """The folder of an office that has made the demonstration, on each kind of database."""
    if backend == "sqlite":
        return request.getfixturevalue("demonstration_local")
    folder, url = request.getfixturevalue("made_postgresql")
    monkeypatch.setenv("DATABASE_URL", url)
    return folder


@pytest.fixture
def made(office):
    """An engine on the demonstration."""
    engine = engine_for(demonstration_url(office))
    yield engine
    engine.dispose()


@pytest.fixture
def ask(made):
    """A function that answers a question in SQL with all rows."""

    def run(statement, **values):
        with made.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement), values)]

    return run


@pytest.fixture
def told(ask):
    """A function from a count of a territory to what is known of it at the end: {last day: value}."""

    def run(territory, step, unit, *, table="observation", measure="stock", value="value", **groups):
        keys = dict.fromkeys(("sex", "age_band", "area", "reason", "cohort"), "all") | groups
        where = " AND ".join(f"s.{name} = :{name}" for name in keys)
        rows = ask(
            f"SELECT o.to_date, o.{value} FROM series s JOIN {table} o ON o.series = s.id "
            "WHERE s.territory = :territory AND s.step = :step AND s.unit = :unit AND s.measure = :measure "
            f"AND {where} AND o.event = (SELECT max(n.event) FROM {table} n WHERE n.series = o.series "
            "AND n.to_date = o.to_date AND n.from_date = o.from_date)",
            territory=territory,
            step=step,
            unit=unit,
            measure=measure,
            **keys,
        )
        return dict(rows)

    return run


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """The made-up truth, drawn without a database."""
    folder = tmp_path_factory.mktemp("drawn") / "demonstration"
    shutil.copytree(OFFICE, folder)
    return world(catalogue(folder), folder)


def published(step, unit, date):
    """What was printed for the kingdom."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        [value] = [
            int(row["value"])
            for row in csv.DictReader(file)
            if (row["territory"], row["step"], row["unit"], row["date"]) == ("MA", step, unit, date)
            and row["source"] == "published"
        ]
    return value


def precision(value):
    """The last digit that was printed: 9.7 million is known to a tenth of a million, 10.518 million to a thousand."""
    return 10 ** (len(str(value)) - len(str(value).rstrip("0")))


@pytest.mark.parametrize(("step", "unit", "date"), POINTS)
def test_the_sum_of_the_kingdom_passes_through_what_was_published(told, step, unit, date):
    day, printed = as_day(dt.date.fromisoformat(date)), published(step, unit, date)
    sums = told("MA", step, unit, table="rollup")
    assert round(sums[day], -5) == printed
    assert told("MA", step, unit, table="rollup", value="reporting")[day] == 75


@pytest.mark.parametrize(("name", "step", "unit", "date"), LATER_POINTS)
def test_the_curves_carried_beyond_the_last_day_pass_through_what_was_published_then(drawn, name, step, unit, date):
    printed = published(step, unit, date)
    found = int(drawn.whole[name][:, drawn.days.at(dt.date.fromisoformat(date))].sum())
    assert abs(found - printed) < precision(printed) / 2


def test_the_kingdom_on_the_last_day_is_what_its_curve_is_on_that_day(told, drawn):
    # Prefectures whose last file has not come hold their figure of the week before.
    sums = told("MA", "rnp.registered", "person", table="rollup")
    assert sums[LAST] == pytest.approx(drawn.whole["persons"][:, drawn.days.told - 1].sum(), rel=0.005)


@pytest.mark.parametrize(("step", "unit"), [("rnp.registered", "person"), ("rsu.registered", "household")])
def test_a_prefecture_its_communes_and_its_annexes_say_the_same(told, office, step, unit):
    offices = chain.offices(demonstration_folder(office))
    annexes = [one.code for one in offices if one.level == "annex"]
    communes = chain.coverable(MINE)
    silent = plan()["office"]["silent"]
    day = as_day(silent["from"]) - 1
    mine = told(MINE, step, unit)
    assert mine[LAST] == sum(told(code, step, unit)[LAST] for code in communes)
    assert mine[day] == sum(told(code, step, unit)[day] for code in annexes)
    assert told(MINE, step, unit, table="rollup")[LAST] == mine[LAST]
    assert max(told(silent["code"], step, unit)) == day


def test_an_office_that_spans_two_communes_counts_both(told, office):
    [spanning] = [one for one in chain.offices(demonstration_folder(office)) if one.kind == "caidat"]
    assert len(spanning.covers) == 2
    parts = [told(code, "rnp.registered", "person")[LAST] for code in spanning.covers]
    assert told(spanning.code, "rnp.registered", "person")[LAST] == sum(parts)


def test_what_was_switched_is_confirmed_left_or_waits_and_with_the_new_it_is_all_that_is_covered(told):
    for unit in ("person", "household"):
        now = {
            name: told(MINE, f"amo_tadamon.{name}", unit)
            for name in ("switched", "confirmed", "waiting", "above_threshold", "new_entrants", "covered")
        }
        [switched] = now.pop("switched").values()
        now = {name: values[LAST] for name, values in now.items()}
        assert switched == now["confirmed"] + now["waiting"] + now["above_threshold"]
        assert now["covered"] == switched - now["above_threshold"] + now["new_entrants"]
        assert switched < told(MINE, "ramed.covered", unit)[as_day(dt.date(2022, 11, 30))]


@pytest.mark.parametrize("groups", ["sex", "age_band", "area"])
def test_a_breakdown_adds_up_to_the_total_of_its_day(ask, told, groups):
    total = told(MINE, "rnp.registered", "person")
    values = [
        row[0]
        for row in ask(
            f"SELECT DISTINCT {groups} FROM series WHERE step = 'rnp.registered' AND territory = :t "
            f"AND {groups} <> 'all'",
            t=MINE,
        )
    ]
    assert len(values) >= 2
    parts = [told(MINE, "rnp.registered", "person", **{groups: value}) for value in values]
    assert len(parts[0]) > 35
    doubled = as_day(next(case["on"] for case in plan()["telling"]["doubled"]))
    for day in parts[0].keys() - {doubled}:
        assert sum(part[day] for part in parts) == total[day]


def test_refusals_by_reason_add_up_to_the_refusals_of_the_week(ask, told):
    reasons = [row[0] for row in ask("SELECT DISTINCT reason FROM series WHERE step = 'amo_tadamon.refused'")]
    assert set(reasons) - {"all"} <= set(catalogue().reasons)
    total = told(MINE, "amo_tadamon.refused", "application", measure="flow")
    parts = [
        told(MINE, "amo_tadamon.refused", "application", measure="flow", reason=one) for one in reasons if one != "all"
    ]
    assert len(total) > 20
    assert all(sum(part[day] for part in parts) == total[day] for day in total)


def test_no_more_of_a_cohort_reach_a_step_than_entered(ask, told):
    months = [row[0] for row in ask("SELECT DISTINCT cohort FROM series WHERE cohort <> 'all' ORDER BY cohort")]
    assert all(re.fullmatch(r"202[23]-\d\d", month) for month in months)
    assert len(months) >= 10
    for month in months[2:]:
        entered = told(MINE, "rsu.registered", "household", measure="flow", cohort=month)
        indexed = told(MINE, "rsu.indexed", "household", measure="flow", cohort=month)
        filed = told(MINE, "amo_tadamon.applied", "household", measure="flow", cohort=month)
        assert sum(entered.values()) >= sum(indexed.values()) >= sum(filed.values())
        assert {as_date(day).isoweekday() for day in entered | indexed | filed} == {7}
        assert min(indexed) >= min(entered)


def test_nothing_that_was_published_is_among_the_counts(ask):
    assert ask("SELECT DISTINCT source FROM series") == [("office",)]
    assert ask("SELECT count(*) FROM citation") == [(0,)]
    assert {row[0] for row in ask("SELECT DISTINCT actor FROM event WHERE kind = 'import'")} == {"demonstration"}


def test_every_step_that_had_begun_by_the_last_day_has_counts_in_the_prefecture(ask, office):
    known = catalogue(demonstration_folder(office))
    begun = {
        step.id
        for programme in known.programmes
        for step in programme.steps
        if max((d for d in (programme.starts, step.starts) if d), default=dt.date.min) <= demonstration.LAST_DAY
    }
    assert not any(step.startswith("asd.") for step in begun)
    told = {row[0] for row in ask("SELECT DISTINCT step FROM series WHERE territory = :t", t=MINE)}
    # The scheme that opened in 2024 and direct aid are not yet there.
    assert told == begun - {"asd.refused"}


def test_each_territory_begins_with_the_opening_of_its_region(ask):
    known = catalogue()
    rows = ask(
        "SELECT s.territory, s.step, min(o.to_date) FROM series s JOIN observation o ON o.series = s.id "
        "WHERE s.step IN ('rnp.registered', 'rsu.registered') GROUP BY s.territory, s.step"
    )
    opened = {p.id: {o.region: as_day(o.on) for o in p.openings} for p in known.programmes}
    first = {(territory, step): day for territory, step, day in rows}
    assert first[MINE, "rnp.registered"] == as_day(demonstration.FIRST_DAY)
    assert not [(c, s) for (c, s), day in first.items() if day < opened[s.partition(".")[0]][c[:2]]]
    dakhla = [day for (code, _), day in first.items() if code.startswith("12.")]
    assert min(dakhla) == as_day(dt.date(2022, 12, 28))


def test_days_are_told_for_prefectures_and_the_region_of_the_office_and_weeks_elsewhere(told):
    every = len(told("09.001.01.01", "rsu.registered", "household"))
    assert every > 250
    assert len(told("02.411", "rsu.registered", "household")) > 250
    far = told("01.051.01.01", "rsu.registered", "household")
    assert 30 < len(far) < 45
    assert {as_date(day).isoweekday() for day in far} == {7}


def test_nobody_registers_on_a_sunday_and_few_do_in_ramadan(told):
    values = told(MINE, "rnp.registered", "person")
    day = sorted(values)
    added = {b: values[b] - values[a] for a, b in zip(day, day[1:], strict=False)}
    calm = [n for one, n in added.items() if as_date(one).isoweekday() == 7]
    doubled = as_day(next(case["on"] for case in plan()["telling"]["doubled"]))
    assert len(calm) > 35
    # Rounding of a few places may fall on any day; a slip may stand on one.
    assert sorted(map(abs, calm))[len(calm) // 2] == 0

    def pace(start, end):
        days = [as_day(dt.date.fromisoformat(one)) for one in (start, end)]
        return np.median([n for one, n in added.items() if days[0] <= one <= days[1] and as_date(one).isoweekday() < 6])

    assert doubled in values
    assert pace("2023-03-24", "2023-04-20") < 0.75 * pace("2023-02-20", "2023-03-21")


def test_the_stalled_office_stands_still_and_is_an_invented_one(told):
    stalled = plan()["office"]["stalled"]
    values = told(stalled["code"], "rnp.registered", "person")
    still = {value for day, value in values.items() if day >= as_day(stalled["from"])}
    assert len(still) == 1
    assert still.pop() > 1000
    assert stalled["code"].split(".")[-1].startswith(chain.MADE_UP)


def test_one_doubled_day_is_put_right_and_one_never_is(ask):
    names = {"persons": ("rnp.registered", "person"), "households": ("rsu.registered", "household")}
    for case in plan()["telling"]["doubled"]:
        step, unit = names[case["of"]]

        def at(day, territory=case["territory"], step=step, unit=unit):
            return ask(
                "SELECT o.value FROM series s JOIN observation o ON o.series = s.id "
                "WHERE s.territory = :t AND s.step = :s AND s.unit = :u AND s.sex = 'all' AND s.age_band = 'all' "
                "AND s.area = 'all' AND s.cohort = 'all' "
                "AND s.measure = 'stock' AND o.to_date = :d ORDER BY o.event",
                t=territory,
                s=step,
                u=unit,
                d=as_day(day),
            )

        said = [row[0] for row in at(case["on"])]
        [(day_before,)] = at(case["on"] - dt.timedelta(days=1))[-1:]
        assert said[0] > 1.9 * day_before
        assert (len(said) == 2) == bool(case["corrected_after"])
        assert said[-1] == pytest.approx(day_before, rel=0.05) if case["corrected_after"] else said[-1] == said[0]


def test_files_come_once_a_week_and_the_last_one_on_the_last_day(ask):
    rows = ask(
        "SELECT recorded_at, file_name, file_hash, rows_read, accepted FROM event WHERE kind = 'import' ORDER BY number"
    )
    days = [row[0] // 86400 for row in rows]
    assert 35 <= len(rows) <= 50
    assert days[-1] == LAST
    assert {b - a for a, b in zip(days, days[1:-1], strict=False)} == {7}
    assert all("مثال افتراضي" in row[1] and re.fullmatch(r"[0-9a-f]{64}", row[2]) for row in rows)
    assert len({row[2] for row in rows}) == len(rows)
    assert all(read == accepted > 0 for *_, read, accepted in rows)
    [(stored,)] = ask("SELECT count(*) FROM observation")
    assert sum(row[3] for row in rows) == stored
    [(slices,)] = ask("SELECT sum(observations) FROM event_slice")
    assert slices == stored
    [(known,)] = ask("SELECT recorded_at FROM event WHERE number = 1")
    assert known < rows[0][0]


def test_no_figure_was_known_before_its_day_some_came_late_and_some_were_put_right(ask):
    known = "SELECT count(*) FROM observation o JOIN event e ON e.number = o.event WHERE "
    [(early,)] = ask(known + "o.to_date > e.recorded_at / 86400")
    assert early == 0
    [(late,)] = ask(known + "e.recorded_at / 86400 - o.to_date > 7 AND o.from_date = o.to_date")
    assert late > 5000
    twice = "SELECT series FROM observation GROUP BY series, to_date, from_date HAVING count(*) > 1"
    [(corrected,)] = ask(f"SELECT count(*) FROM ({twice}) AS corrected")
    assert corrected > 50


def test_the_window_narrows_from_stage_to_stage(told, office):
    stages = ["family_in_rnp", "household_in_rsu", "indexed", "applied", "decided", "accepted"]
    for code in (MINE, "09.273.XA01", "09.273.XL01"):
        units = ["student"] * 3 + ["application"] * 3
        now = [told(code, f"minhaty.{stage}", unit)[LAST] for stage, unit in zip(stages, units, strict=True)]
        [passed] = told(code, "minhaty.bac_passed", "student", measure="flow").values()
        assert [passed, *now] == sorted([passed, *now], reverse=True)
        assert now[-1] > 0
    schools = [one.code for one in chain.offices(demonstration_folder(office)) if one.level == "school"]
    assert len(schools) == 8
    public = sum(sum(told(code, "minhaty.bac_passed", "student", measure="flow").values()) for code in schools)
    assert public < sum(told(MINE, "minhaty.bac_passed", "student", measure="flow").values())
    [window] = [w for p in catalogue(demonstration_folder(office)).programmes for w in p.windows if w.year == 2023]
    assert "مثال افتراضي" in window.note.ar


def test_targets_means_and_actions_are_there_and_say_that_they_are_made_up(ask):
    rows = ask("SELECT indicator, territory, value, set_by, source FROM target WHERE set_by <> 'announced'")
    assert {row[3] for row in rows} == {"adopted", "assigned"}
    # In both languages: it is one text, which readers of both see.
    said = {"مثال افتراضي · exemple fictif"}
    assert {row[4] for row in rows} == said
    whole = {row[0]: row[2] for row in rows if row[1] == MINE}
    # Over communes and over annexes: both have something to be measured by.
    for indicator, kind, number in (("rsu", "0", 6), ("rsu", "XA", 13), ("rnp", "XA", 13)):
        below = [row for row in rows if row[0] == f"{indicator}.registered_share" and row[1] != MINE]
        parts = [row[2] for row in below if row[1].startswith(f"{MINE}.{kind}")]
        assert len(parts) == number and sum(parts) == whole[f"{indicator}.registered_share"]
    (note,) = said
    means = ask(f"SELECT means, count(DISTINCT territory) FROM capacity WHERE note = '{note}' GROUP BY means")
    assert {row[0] for row in means} == {"desk", "staff", "hours_a_week", "files_an_hour", "mobile_unit_days"}
    assert {row[1] for row in means} == {13}
    actions = ask("SELECT note, kind, cost FROM action")
    assert len(actions) == 5 and all(row[2] > 0 for row in actions)
    assert {row[0] for row in actions} == said


def test_what_is_made_up_says_so_in_its_name():
    folder = OFFICE
    with (folder / "chain.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 26
    assert all("مثال افتراضي" in row["name_ar"] and "exemple fictif" in row["name_fr"] for row in rows)
    written = tomllib.loads((folder / "settings.toml").read_text(encoding="utf-8"))
    for block in (written["office"], *written["service"], *written["delivery"]):
        assert "مثال افتراضي" in block["name"]["ar"], block
        assert "exemple fictif" in block["name"]["fr"]
        assert "made-up example" in block["name"]["en"]
    assert all(block["id"].startswith("x_") for block in (*written["service"], *written["delivery"]))


def test_the_made_up_office_is_one_that_the_rest_of_the_house_can_read(office):
    folder = demonstration_folder(office)
    assert len(chain.offices(folder)) == 26
    assert settings(folder).office.territory == MINE
    ours = next(p for p in catalogue().programmes if p.windows)
    laid = next(p for p in catalogue(folder).programmes if p.id == ours.id)
    assert set(ours.windows) == {window for window in laid.windows if window.year != 2023}


def test_the_same_seed_tells_the_same(drawn, tmp_path):
    folder = tmp_path / "demonstration"
    shutil.copytree(OFFICE, folder)
    first = deliveries(world(catalogue(folder), folder))
    second = deliveries(world(catalogue(folder), folder))
    assert [file.digest for file in first.files] == [file.digest for file in second.files]
    assert first.keys == second.keys


def test_no_curve_falls_but_those_that_people_also_leave(drawn):
    for name, values in drawn.whole.items():
        if not name.startswith(("waiting", "covered")):
            assert (np.diff(values, axis=1) >= 0).all(), name
        assert (values >= 0).all(), name


def test_a_split_is_of_whole_numbers_and_adds_up():
    total = np.array([0, 1, 7, 1000])
    parts = split(total, np.array([0.5, 0.3, 0.2]))
    assert parts.sum(axis=-1).tolist() == total.tolist()
    assert parts[3].tolist() == [500, 300, 200]
    assert parts[1].tolist() == [1, 0, 0]


def test_whoever_waits_reaches_the_next_step_around_the_mean_wait():
    wait, share = waiting(30)
    assert share.sum() == pytest.approx(1)
    assert (wait * share).sum() == pytest.approx(30, abs=1.5)
    entered = np.concatenate([np.zeros(5), np.full(195, 100.0)])[None, :]
    reached = delayed(entered, np.array([30]))
    assert reached[0, -1] == pytest.approx(100)
    assert (reached <= entered + 1e-9).all()


def test_the_working_calendar_knows_fridays_feasts_and_ramadan():
    span = days(plan())

    def work(iso):
        return span.work[span.at(dt.date.fromisoformat(iso))]

    assert work("2023-02-15") == 1
    assert work("2023-02-18") == 0.25
    assert work("2023-02-19") == work("2023-05-01") == work("2023-06-29") == work("2023-04-22") == 0
    assert work("2023-04-12") == 0.55


# Where it is made and removed


@pytest.fixture
def empty_office(backend, tmp_path, request, monkeypatch):
    """The folder of an office without a demonstration, on each kind of database."""
    if backend == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("database_url"))
    return tmp_path / "local"


def _stand_in(office):
    """Something in the place of the demonstration, as a server or a folder would have it."""
    demonstration_folder(office).mkdir(parents=True)
    engine = engine_for(demonstration_url(office))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("CREATE SCHEMA demonstration")
        connection.exec_driver_sql("CREATE TABLE event (kind TEXT)")
        connection.exec_driver_sql("INSERT INTO event VALUES ('import')")
    engine.dispose()


def test_removing_takes_away_the_database_and_the_folder_and_nothing_else(empty_office):
    assert not demonstration.remove(empty_office)
    _stand_in(empty_office)
    (empty_office / "tatabbu.db").write_bytes(b"the office's own")
    assert demonstration.is_ready(empty_office)
    assert demonstration.remove(empty_office)
    assert not demonstration.is_ready(empty_office)
    left = {path.name for path in empty_office.iterdir()}
    assert left == {"tatabbu.db", f".{MAKING}.lock"}
    assert not demonstration.remove(empty_office)


def test_an_empty_file_that_a_late_connection_leaves_is_no_demonstration(tmp_path):
    _stand_in(tmp_path)
    assert demonstration.is_ready(tmp_path)
    held = engine_for(demonstration_url(tmp_path))
    demonstration.remove(tmp_path)
    demonstration_folder(tmp_path).mkdir()
    with held.connect():
        assert (tmp_path / "demonstration.db").is_file()
        assert not demonstration.is_ready(tmp_path)
    held.dispose()


def test_what_stands_is_not_made_again(empty_office):
    _stand_in(empty_office)
    stages = []
    assert not demonstration.make(empty_office, progress=lambda *told: stages.append(told))
    assert stages == []


def test_a_server_that_has_it_only_gets_the_files_of_the_office_on_another_machine(backend, empty_office):
    if backend == "sqlite":
        return
    _stand_in(empty_office)
    shutil.rmtree(demonstration_folder(empty_office))
    assert not demonstration.is_ready(empty_office)
    assert not demonstration.make(empty_office)
    assert demonstration.is_ready(empty_office)
    assert (demonstration_folder(empty_office) / "chain.csv").is_file()


def _start(office):
    """A process that makes the demonstration and says each weekly file that it has written."""
    program = (
        "import sys; from pathlib import Path; from data.demonstration import make; "
        "make(Path(sys.argv[1]), progress=lambda stage, done, total: print(stage, done, flush=True))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(office)], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def _until(process, *said):
    """Read what a process says up to a line."""
    for line in process.stdout:
        if line.split() == list(said):
            return
    raise AssertionError(f"it ended before it said {said}")


def test_a_second_making_waits_for_the_first_and_begins_anew_when_that_is_killed(empty_office, backend):
    first = _start(empty_office)
    _until(first, "writing", "3")
    second = _start(empty_office)
    said = []
    listening = threading.Thread(target=lambda: said.append(second.stdout.readline()))
    listening.start()
    listening.join(timeout=5)
    assert said == []
    first.kill()
    first.wait()
    assert not demonstration.is_ready(empty_office)
    assert not demonstration_folder(empty_office).exists()
    # The lock went with the process.
    listening.join(timeout=60)
    assert said == ["preparing 0\n"]
    _until(second, "writing", "1")
    second.kill()
    second.wait()
    assert not demonstration.is_ready(empty_office)
    assert not demonstration.remove(empty_office)
    assert not (empty_office / MAKING).exists()
    if backend == "postgresql":
        engine = engine_for(os.environ["DATABASE_URL"])
        with engine.connect() as connection:
            schemas = connection.execute(sa.text("SELECT nspname FROM pg_namespace")).scalars().all()
        engine.dispose()
        assert MAKING not in schemas


def test_it_is_made_by_a_command_and_removed_by_one(demonstration_local, tmp_path):
    office = tmp_path / "office"
    shutil.copytree(demonstration_local, office)
    environment = dict(os.environ) | {"TATABBU_LOCAL": str(office)}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "data.demonstration"]
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert "stands already" in again.stdout
    gone = subprocess.run([*command, "--remove"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert gone.stdout.strip() == "removed"
    assert not demonstration.is_ready(office)


def test_the_details_of_an_event_are_those_of_an_import(ask):
    assert {tuple(json.loads(row[0])) for row in ask("SELECT details FROM event WHERE kind = 'import'")} == {
        ("unchanged", "repeated", "gone")
    }


# The meetings that it held


@pytest.fixture
def rows(made):
    """A function that answers a question in SQL with rows whose columns have names."""

    def run(statement, **values):
        with made.connect() as connection:
            return connection.execute(sa.text(statement), values).all()

    return run


@pytest.fixture
def seen_meetings(made):
    """The meetings of the demonstration, the latest first."""
    return meetings(made, cut=latest_cut(made), scope="MA")


def test_it_held_the_meeting_from_which_this_product_started_and_one_before(seen_meetings):
    september, august = seen_meetings
    assert as_date(september.on_date) == dt.date(2023, 9, 18) and as_date(august.on_date) == dt.date(2023, 8, 7)
    assert {one.state for one in seen_meetings} == {"closed"}
    assert september.previous == august.id and september.chair == august.chair == "السيد العامل"
    assert [item.subject for item in september.agenda] == ["window", "transition", "pace", "actions"]
    assert [item.urgent for item in september.agenda] == [True, False, False, False]
    assert all(set(item.title) == {"ar", "fr", "en"} for one in seen_meetings for item in one.agenda)
    assert as_date(august.next_date) == dt.date(2023, 9, 18)


def test_each_meeting_knew_what_had_arrived_by_its_day_and_nothing_later(rows, seen_meetings):
    events = {row.number: row for row in rows("SELECT number, kind, recorded_at FROM event")}
    assert sorted(events) == list(range(1, len(events) + 1))
    moments = [events[number].recorded_at for number in sorted(events) if events[number].kind != "reference"]
    assert moments == sorted(moments)
    for one in seen_meetings:
        known = [row for row in events.values() if row.kind == "import" and row.number <= one.cut]
        later = [row for row in events.values() if row.kind == "import" and row.number > one.cut]
        assert max(row.recorded_at for row in known) // 86_400 <= one.on_date
        assert all(row.recorded_at // 86_400 > one.on_date for row in later)
    assert seen_meetings[0].cut > seen_meetings[1].cut


def test_the_slides_of_each_meeting_stand_in_every_language_for_each_audience_and_are_sealed(made, rows, seen_meetings):
    for one in seen_meetings:
        counted = {
            (row.audience, row.locale): row.slides
            for row in rows(
                "SELECT audience, locale, count(*) AS slides FROM slide WHERE meeting = :id AND event = :frozen "
                "GROUP BY audience, locale",
                id=one.id,
                frozen=one.frozen,
            )
        }
        assert set(counted) == {(a, locale) for a in ("office", "outside") for locale in ("ar", "fr", "en")}
        assert min(counted.values()) > len(one.agenda)
        assert intact(made, one.id) is True
        bodies = [json.loads(row.body) for row in rows("SELECT body FROM slide WHERE meeting = :id", id=one.id)]
        assert all(body["demonstration"] for body in bodies)


def test_the_second_meeting_opens_on_what_the_first_one_asked_for(made, seen_meetings):
    september, august = seen_meetings
    then = of_meetings(made, [august.id], cut=september.cut)
    assert sorted(one.state for one in then) == ["blocked", "done", "done", "under_way", "under_way"]
    assert {one.state for one in then if one.overdue(september.on_date)} == {"blocked", "under_way"}
    assert [one.state for one in of_meetings(made, [august.id], cut=august.event)] == ["assigned"] * 5
    made_in_september = of_meetings(made, [september.id], cut=september.event)
    assert len(made_in_september) == 4 and all(one.due > september.on_date for one in made_in_september)
    for one in (*then, *made_in_september):
        assert "مثال افتراضي" in one.text and one.lead
        assert (one.baseline is None) == (one.step == "")


def test_the_second_meeting_shows_the_whole_order_and_singles_out_no_commune(rows, seen_meetings):
    september = seen_meetings[0]
    told = rows(
        "SELECT key, parent, body FROM slide WHERE meeting = :id AND event = :frozen AND audience = 'office' "
        "AND locale = 'ar' ORDER BY position",
        id=september.id,
        frozen=september.frozen,
    )
    way = [row.key for row in told if not row.parent]
    assert way[:2] == ["cover", "recommendations"] and way[-1] == "i4/actions"
    pace = [key.partition("/")[2] for key in way if key.startswith("i3/")]
    assert pace == ["revised", "since", "pace", "gap", "cause", "options"]
    bodies = {row.key: json.loads(row.body) for row in told}
    assert bodies["i3/pace"]["verdict"]["verdict"] == "below"
    # Each option says what it is expected to add.
    options = bodies["i3/options"]
    assert any(one["what"].startswith("gain.") and one["value"] > 0 for one in options["figures"])
    # No commune is worse off than the next: all have the same verdict.
    communes = [body["verdict"]["verdict"] for key, body in bodies.items() if key.startswith(f"i3/pace/{MINE}.0")]
    assert len(communes) == 6 and len(set(communes)) == 1


def test_the_forecasts_that_slides_were_made_of_are_left_to_be_computed_with_all_others(rows):
    assert rows("SELECT * FROM forecast") == []


def test_each_recommendation_is_recorded_against_a_slide_that_there_is(rows):
    missing = rows(
        "SELECT r.id, r.slide FROM recommendation r WHERE NOT EXISTS "
        "(SELECT 1 FROM slide s WHERE s.meeting = r.meeting AND s.key = r.slide)"
    )
    assert missing == []


def test_a_making_whose_slides_fail_leaves_nothing_behind(tmp_path):
    def refuse(engine, id, cut):
        raise RuntimeError("no slide today")

    with pytest.raises(RuntimeError):
        demonstration.make(tmp_path, freeze=refuse)
    assert not demonstration.is_ready(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f".{MAKING}.lock"}
