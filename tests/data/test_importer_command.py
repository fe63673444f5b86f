"""`python -m data.importer`: what it prints, its exit code, and that it may be killed at any moment."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

import data.importer.__main__ as command
from data.database import engine_for, migrate
from data.importer import Problem, Report
from data.importer.check import LAYOUT
from i18n import LOCALES, words
from i18n.catalogues import catalogue as catalogue_of

HOUSE = Path(__file__).resolve().parents[2]
HEAD = "territory,step,unit,measure,date,value"
FIELDS = ["file", "rows_read", "accepted", "refused", "quarantined", "event", "problems"]


def rsu(territory, date, value):
    return f"{territory},rsu.registered,household,stock,{date},{value}"


@pytest.fixture
def run(database_url, monkeypatch, capsys):
    """A function that runs the command here; its exit code, standard output and standard error."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    def command_line(*arguments):
        code = command.main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return command_line


@pytest.fixture
def file(tmp_path):
    def write(*lines, name="counts.csv"):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])


def test_json_is_one_object_a_file_on_one_line(run, file):
    good = file(HEAD, rsu("09.273", "2023-09-14", 5), name="good.csv")
    bad = file(HEAD, rsu("Atlantis", "2023-09-14", 5), name="bad.csv")
    code, out, _ = run(good, bad, "--json")
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 1
    assert list(first) == list(second) == FIELDS
    assert first == dict(zip(FIELDS, ["good.csv", 1, 1, 0, 0, 1, []], strict=True))
    assert [second[name] for name in FIELDS[:-1]] == ["bad.csv", 1, 0, 1, 0, None]
    assert list(second["problems"][0]) == ["line", "column", "cell", "seen", "problem", "mend"]
    assert [second["problems"][0][name] for name in ("line", "column", "seen")] == [2, "territory", "Atlantis"]


@on_one_engine
def test_the_rest_is_accepted_on_demand_with_exit_0_and_the_problems_still_told(run, file):
    path = file(HEAD, rsu("Atlantis", "2023-09-14", 5), rsu("MA", "2023-09-14", 6))
    code, out, _ = run(path, "--json", "--accept-rest")
    said = json.loads(out)
    assert (code, said["accepted"], said["refused"], len(said["problems"])) == (0, 1, 1, 1)


@on_one_engine
def test_the_same_file_again_is_said_and_ends_well(run, file):
    path = file(HEAD, rsu("09.273", "2023-09-14", 5))
    run(path)
    code, out, err = run(path, "--json", "--lang", "en")
    assert (code, json.loads(out)["event"]) == (0, 1)
    assert "already stored as number 1" in err
    code, out, _ = run(path, "--lang", "en")
    assert (code, "already stored as number 1" in out) == (0, True)


@on_one_engine
def test_a_withdrawal_by_number_lets_the_file_in_again(run, file):
    path = file(HEAD, rsu("09.273", "2023-09-14", 5))
    run(path)
    code, out, _ = run("--withdraw", 1, "--lang", "en")
    assert (code, "Received file 1 was withdrawn" in out) == (0, True)
    code, _, err = run("--withdraw", 1, "--lang", "en")
    assert (code, "already withdrawn" in err) == (1, True)
    assert json.loads(run(path, "--json")[1])["event"] == 3


@on_one_engine
@pytest.mark.parametrize("language", LOCALES)
def test_a_problem_names_its_line_its_column_what_was_seen_and_what_was_meant(run, file, language):
    path = file(HEAD, *[rsu("Salé", f"2023-09-{day:02}", 5) for day in range(1, 29)])
    code, out, _ = run(path, "--lang", language)
    first = re.sub("[\u2066-\u2069]", "", out.splitlines()[0])
    assert code == 1
    for part in ("2", "territory", "Salé", "04.441", "28", words(language).territory("04.441"), "kind", "parent"):
        assert part in first, f"{part} is not said in {first}"
    assert len(out.splitlines()) == 3


@on_one_engine
def test_a_file_that_is_not_there_is_said_and_the_next_one_is_stored(run, file):
    code, out, _ = run("nowhere.csv", file(HEAD, rsu("09.273", "2023-09-14", 5)), "--json")
    assert (code, [json.loads(line)["event"] for line in out.splitlines()]) == (1, [None, 1])


@on_one_engine
def test_without_a_file_the_command_says_how_it_is_used(run):
    code, _, err = run()
    assert (code, "python -m data.importer" in err) == (2, True)


SHEET = ("Ménages inscrits au RSU", "Commune;févr. 2024", "Aït Melloul;1 200")


@on_one_engine
def test_a_sheet_of_an_unknown_layout_is_refused_with_the_guess_that_the_command_then_takes(run, file, tmp_path):
    path = file(*SHEET, name="sheet.csv")
    code, out, _ = run(path, "--lang", "en")
    assert code == 1 and "--layout" in out
    guess = out[out.index('id = "') : out.rindex('role = "value"')] + 'role = "value"\n'
    layout = tmp_path / "mine.toml"
    layout.write_text(guess + "\n", encoding="utf-8")
    code, out, err = run(path, "--layout", layout, "--json", "--lang", "en")
    said = json.loads(out)
    assert (code, list(said)) == (0, FIELDS)
    assert [said[name] for name in FIELDS[:-1]] == ["sheet.csv", 1, 1, 0, 0, 1]
    assert "Read as" in err


@on_one_engine
def test_the_rest_is_not_offered_of_a_file_that_names_persons(run, file):
    path = file("Titre", "Commune;Date;Ménages RSU;CIN", "Lqliaa;31/03/2024;5;AB123456", name="sheet.csv")
    code, out, _ = run(path, "--lang", "en")
    assert code == 1 and "persons" in out
    assert "--accept-rest" not in out and "AB123456" not in out


@on_one_engine
def test_json_of_a_sheet_that_waits_for_answers_has_the_same_fields_and_stores_nothing(run, file):
    code, out, _ = run(file("Commune;Nombre", "Aït Melloul;5", name="sheet.csv"), "--json", "--accept-rest")
    said = json.loads(out)
    assert (code, list(said)) == (1, FIELDS)
    assert [said[name] for name in FIELDS[1:-1]] == [1, 0, 1, 0, None]
    assert list(said["problems"][0]) == ["line", "column", "cell", "seen", "problem", "mend"]
    assert len(said["problems"]) == 3


@on_one_engine
def test_a_layout_that_there_is_not_or_that_is_none_ends_in_a_sentence(run, file, tmp_path):
    path, broken = file(*SHEET, name="sheet.csv"), tmp_path / "broken.toml"
    broken.write_text("[[column]]\nheader = 'x'\nrole = 'colour'\n", encoding="utf-8")
    for asked in ("nothing", broken, tmp_path / "nowhere.toml"):
        code, out, err = run(path, "--layout", asked, "--lang", "en")
        assert (code, out) == (1, "") and err.strip()
    assert "column.0.role" in run(path, "--layout", broken, "--lang", "en")[2]


def test_long_work_is_told_from_the_second_second_on_with_rows_and_rate(monkeypatch, capsys):
    clock = [100.0]
    monkeypatch.setattr(command.time, "monotonic", lambda: clock[0])
    terminal = command.Terminal(words("en"), as_json=True)
    terminal.progress("storing", 0, 5000)
    clock[0] += 0.9
    terminal.progress("storing", 1000, 5000)
    assert capsys.readouterr().err == ""
    clock[0] += 1.1
    terminal.progress("storing", 3000, 5000)
    terminal.progress("storing", 3001, 5000)
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert re.findall(r"\d+", err.replace("\u202f", "").replace(",", "")) == ["3000", "5000", "1500", "1"]


CODES = sorted(
    key.split(".")[1]
    for key in catalogue_of("en").texts
    if key.startswith("importer.") and f"{key}.mend" in catalogue_of("en").texts
)
SHELL = {"not_migrated", "database_refused"}
VALUES = {
    "allowed": ["a", "b"],
    "candidates": ["09.273", "MA"],
    "suggestions": ["09.273"],
    "columns": ["date"],
    "required": ["territory"],
    "today": "2026-11-23",
    "earliest": "1990-01-01",
    "starts": "2021-12-24",
    "found": "PDF",
    "owner": "09.273",
    "steps": ["rnp.registered", "rsu.registered"],
    "kind": "name",
    "known": "rsu.registered",
    "said": "stock",
    "shown": "flow",
    "parts": 12,
    "field": "column",
    "option": "--layout",
    "other_cell": "C12",
    "table": "applications",
    "faults": "column",
    "last": "2026-11-23",
    **dict.fromkeys(["gigabytes", "members", "most", "ratio", "sheets", "number", "expected", "megabytes", "rows"], 7),
    **dict.fromkeys(["digits", "line", "other", "event", "by", "seconds"], 7),
}


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("code", [code for code in CODES if code not in SHELL])
def test_every_problem_has_a_sentence_and_a_way_to_mend_it(code, language):
    text = f"{catalogue_of(language).text(f'importer.{code}')} {catalogue_of(language).text(f'importer.{code}.mend')}"
    used = {name: value for name, value in VALUES.items() if f"{{{name}}}" in text or name == "line"}
    if code == "too_many_columns":
        used["columns"] = 300
    if code == "wrong_cell_count":
        used["found"] = 4
    if code == "which_count_other":
        used["found"] = "rnp.registered"
    said, mend = command.sentence(Problem(code, 3, "value", "12,5", used), words(language))
    assert said and mend and said != mend
    assert "{" not in said + mend


def test_every_code_that_the_importer_can_answer_has_words():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (HOUSE / "data/importer").glob("*.py"))
    answered = set(re.findall(r'(?:Problem|Wrong)\(\s*"([a-z0-9_]+)"', source))
    answered |= set(re.findall(r'return "([a-z0-9_]+)"(?:, \{|\n)', source))
    answered |= set(re.findall(r'tell\([^"]*"([a-z0-9_]+)"', source))
    assert len(answered) > 45
    assert answered - set(CODES) - set(LAYOUT) == set()


@pytest.mark.parametrize("language", LOCALES)
def test_the_report_of_many_equal_problems_says_once_what_many_lines_say(language):
    problems = [Problem("negative", line, "value", "-5", {"digits": 15}) for line in range(2, 39)]
    problems.append(Problem("negative", 50, "value", "-6", {"digits": 15}))
    lines = [re.sub("[\u2066-\u2069]", "", line) for line in command.grouped(problems, words(language))]
    assert len(lines) == 2
    assert "37" in lines[0] and "37" not in lines[1]
    assert len(command.as_json(Report(file="a", problems=tuple(problems)), words(language))["problems"]) == 38


def start(url, *arguments):
    environment = os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(HOUSE)}
    return subprocess.Popen(
        [sys.executable, "-m", "data.importer", *map(str, arguments), "--json"],
        cwd=HOUSE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def state(engine):
    """What the tables hold, as far as an import shows in it."""
    with engine.connect() as connection:
        counts = [connection.execute(sa.text(f"SELECT count(*) FROM {t}")).scalar_one() for t in ("event", "rollup")]
        counts.append(connection.execute(sa.text("SELECT count(*), sum(value) FROM observation")).one()[:])
        if engine.dialect.name == "sqlite":
            assert connection.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    return counts


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a signal of POSIX systems")
def test_a_kill_at_any_moment_leaves_the_tables_as_before_or_as_after(database_url, file, places):
    communes = [code for code, place in places.by_code.items() if place.level == "commune"]
    days = [f"2023-{month:02}-{day:02}" for month in range(1, 13) for day in (1, 15)]
    path = file(HEAD, *[rsu(code, day, 5) for day in days for code in communes])
    engine = engine_for(database_url)
    migrate(engine)
    before, seen, killed = state(engine), [], 0
    began = time.monotonic()
    process = start(database_url, path)
    process.communicate(timeout=120)
    whole, after = time.monotonic() - began, state(engine)
    assert after != before
    for share in (0.5, 0.65, 0.8, 0.9):
        with engine.connect() as connection:
            names = "citation", "rollup", "observation", "event_slice", "series", "event"
            for name in names:
                connection.execute(sa.text(f"DELETE FROM {name}"))
            connection.commit()
        process = start(database_url, path)
        time.sleep(whole * share)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate(timeout=120)
        seen.append(state(engine))
    again = start(database_url, path)
    again.communicate(timeout=120)
    assert again.returncode == 0
    assert state(engine) == after
    engine.dispose()
    assert killed > 0
    assert all(one in (before, after) for one in seen)


def test_two_commands_at_once_both_succeed(database_url, file, places):
    files = [
        file(HEAD, *[rsu(code, f"2023-0{month}-14", 5) for code in places.by_code], name=f"{month}.csv")
        for month in (8, 9)
    ]
    processes = [start(database_url, path) for path in files]
    said = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(one["event"] for one in said) == [1, 2]
