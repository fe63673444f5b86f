"""What is expected is computed when something was taken in, once, and what goes wrong stops nothing."""

import datetime as dt

import pytest
import sqlalchemy as sa

import findings
from data.catalogue import catalogue
from data.importer import Territories, import_file
from data.schema import forecast
from ui import foresee as subject
from ui.foresee import Watch, foresee, main

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def take_in(reference_engine):
    """A function that takes in weekly counts of the registered households of the kingdom, from one week to another."""

    def run(first, last):
        start = dt.date(2023, 1, 2)
        lines = ["territory,step,unit,measure,date,value"]
        for week in range(first, last):
            lines.append(f"MA,rsu.registered,household,stock,{start + dt.timedelta(weeks=week)},{100_000 * (week + 1)}")
        report = import_file(
            reference_engine,
            "\n".join(lines).encode(),
            name="weeks.csv",
            actor="preparer",
            today=TODAY,
            catalogue=catalogue(),
            territories=Territories.load(),
            judged=False,
        )
        assert report.stored, report.problems
        return report.event

    return run


def kept(engine):
    with engine.connect() as connection:
        return sorted(map(tuple, connection.execute(sa.select(forecast.c.event, forecast.c.territory))))


def test_the_last_cut_is_foreseen_after_each_file_and_then_nothing_is_left(reference_engine, take_in):
    first = take_in(0, 16)
    assert foresee(reference_engine) == 1
    assert kept(reference_engine) == [(first, "MA")]
    assert foresee(reference_engine) == 0
    second = take_in(16, 17)
    assert foresee(reference_engine) == 1
    assert kept(reference_engine)[-1] == (second, "MA")


def test_before_the_first_forecasts_those_of_the_files_before_are_made_too(reference_engine, take_in):
    events = [take_in(0, 14), take_in(14, 15), take_in(15, 16)]
    assert foresee(reference_engine) == 3
    assert kept(reference_engine) == [(number, "MA") for number in events]


def test_what_is_taken_in_meanwhile_is_done_at_the_new_cut(reference_engine, take_in):
    take_in(0, 16)
    told = []

    def pause():
        if not told:
            told.append(take_in(16, 17))

    assert foresee(reference_engine, pause=pause) == 2
    assert kept(reference_engine)[-1] == (told[0], "MA")


def test_the_number_that_kept_answers_depend_on_changes_when_forecasts_come(reference_engine, take_in):
    cut = take_in(0, 16)
    assert findings.foreseen(reference_engine) == (0, 0)
    foresee(reference_engine)
    assert findings.foreseen(reference_engine) == (cut, 1)


def test_a_watch_computes_once_for_each_event(reference_engine, take_in):
    watch = Watch(lambda: reference_engine, every=0)
    take_in(0, 16)
    assert watch.look() == 1
    assert watch.look() == 0
    take_in(16, 17)
    assert watch.look() == 0, "whoever looks at a new event first has the processor to himself"
    assert watch.look() == 1


def test_a_watch_lets_some_time_pass_between_two_looks(reference_engine, take_in):
    watch = Watch(lambda: reference_engine, every=60)
    assert watch.look() == 0
    take_in(0, 16)
    assert watch.look() == 0


def test_a_watch_lives_on_when_the_database_cannot_be_read(reference_engine, take_in, monkeypatch):
    asked = []

    def find():
        asked.append(1)
        if len(asked) == 1:
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("gone"))
        return reference_engine

    watch = Watch(find, every=0)
    take_in(0, 16)
    assert watch.look() == 0
    assert watch.look() == 0, "it rests before it tries again"
    assert len(asked) == 1
    monkeypatch.setattr(watch, "rests_until", 0.0)
    assert watch.look() == 1


def test_a_watch_over_what_is_not_there_does_nothing():
    assert Watch(lambda: None, every=0).look() == 0


def test_the_command_computes_once_and_says_how_many(reference_engine, take_in, monkeypatch, capsys):
    monkeypatch.setattr(subject, "engine", lambda **_: reference_engine)
    take_in(0, 16)
    assert main(["--lang", "en"]) == 0
    assert capsys.readouterr().out == "Forecasts kept: 1.\n"
    assert main(["--lang", "fr"]) == 0
    assert capsys.readouterr().out == "Aucune prévision à faire.\n"


def test_the_command_says_when_there_is_no_demonstration(monkeypatch, capsys):
    monkeypatch.setattr(subject, "_made_up", lambda: None)
    assert main(["--demonstration", "--lang", "en"]) == 1
    assert "not been made" in capsys.readouterr().err


def test_a_process_of_its_own_computes_what_is_due_and_says_how_many(reference_engine, take_in, monkeypatch):
    url = reference_engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    assert subject.apart(reference_engine) == 0, "nothing is due: no process is begun"
    event = take_in(0, 16)
    assert subject.apart(reference_engine) == 1
    assert kept(reference_engine) == [(event, "MA")]
    assert subject.apart(reference_engine) == 0


def test_a_process_that_fails_is_said_and_tried_again_later(reference_engine, take_in, monkeypatch, tmp_path):
    take_in(0, 16)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'nothing.db'}")
    with pytest.raises(subject.NotForeseen):
        subject.apart(reference_engine)
    watch = Watch(lambda: reference_engine, every=0, work=subject.apart)
    assert watch.look() == 0 and watch.rests_until > 0 and watch.done is None
