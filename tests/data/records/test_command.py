"""`python -m data.importer … --layout NAME`: what it prints, its exit code, and that it may be stopped."""

import json

import pytest
import sqlalchemy as sa

import data.importer.__main__ as command
from i18n import LOCALES

on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])
HEAD = "household_key,commune,prefecture,registered_on,indexed_on,applied_on,area,nom,cnie"
ROWS = ["1,09.273.01.15,,2023-09-05,2023-09-10,,U,Fatima Zahra,JB123456", "2,Lqliaa,,2023-09-05,,,R,Ali,JB123457"]


@pytest.fixture
def run(database_url, monkeypatch, capsys):
    """A function that runs the command here; its exit code, standard output and standard error."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def command_line(*arguments):
        code = command.main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return command_line


@pytest.fixture
def extract(tmp_path):
    def write(*rows):
        path = tmp_path / "extract.csv"
        path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        return path

    return write


@on_one_engine
@pytest.mark.parametrize("language", LOCALES)
def test_an_extract_is_stored_and_said_in_three_languages_without_a_person(run, extract, language):
    code, out, err = run(extract(*ROWS), "--layout", "households", "--lang", language)
    assert (code, "extract.csv" in out) == (0, True)
    assert not any(secret in out + err for secret in ("Fatima", "JB123456", "{"))
    code, out, _ = run(extract(*ROWS[::-1]), "--layout", "households", "--lang", language, "--json")
    assert (code, json.loads(out)["event"]) == (0, 1)


def test_a_table_of_another_database_is_taken_in_by_its_address(run, tmp_path):
    url = f"sqlite:///{tmp_path / 'register.db'}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE households ({', '.join(f'{c} TEXT' for c in HEAD.split(','))})")
        for row in ROWS:
            connection.exec_driver_sql(f"INSERT INTO households VALUES ({', '.join('?' * 9)})", tuple(row.split(",")))
    engine.dispose()
    code, out, _ = run("--from-database", url, "--layout", "households", "--json")
    assert (code, json.loads(out)["rows_read"], json.loads(out)["accepted"]) == (0, 2, 2)


@on_one_engine
def test_a_database_without_a_layout_is_not_understood_and_an_unknown_layout_is_said(run, extract):
    assert run("--from-database", "sqlite:///x.db")[0] == 2
    code, _, said = run(extract(*ROWS), "--layout", "nobody", "--lang", "en")
    # Layouts of sheets are named beside those of records.
    assert (code, "households" in said, "members_by_sex" in said) == (1, True, True)


@on_one_engine
def test_the_rows_that_can_be_counted_are_stored_when_asked(run, extract):
    path = extract(*ROWS, "3,Atlantis,,2023-09-05,,,U,x,x")
    code, out, _ = run(path, "--layout", "households", "--lang", "en")
    assert (code, "--accept-rest" in out, "Atlantis" in out) == (1, True, False)
    code, out, _ = run(path, "--layout", "households", "--accept-rest", "--json")
    said = json.loads(out)
    assert (code, said["rows_read"], said["accepted"], said["refused"]) == (0, 3, 2, 1)


@on_one_engine
def test_rows_rate_and_time_left_are_told_after_a_second(run, capsys, monkeypatch):
    terminal = command.Terminal(command.words("en"), as_json=False)
    for at in ("started", "told", "stage_started"):
        setattr(terminal, at, getattr(terminal, at) - 10)
    terminal.stage = "aggregating"
    terminal.progress("aggregating", 1000, 4000)
    said = capsys.readouterr().err
    assert "1,000 / 4,000" in said.replace("\u202f", ",") or "1\u202f000" in said
    assert "100" in said and "30 s" in said


def test_the_keyboard_stops_it_at_any_stage_and_nothing_is_stored(run, extract, engine, rows_in, monkeypatch):
    before = rows_in()
    told = command.Terminal.progress
    for stage in ("aggregating", "storing"):

        def stopped(self, now, done, total, stage=stage):
            if now == stage:
                raise KeyboardInterrupt
            told(self, now, done, total)

        monkeypatch.setattr(command.Terminal, "progress", stopped)
        code, _, err = run(extract(*ROWS), "--layout", "households", "--lang", "en")
        assert (code, "nothing was stored" in err, rows_in()) == (130, True, before)
