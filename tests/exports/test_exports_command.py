"""`python -m exports`: the documents of a meeting in a folder, edited minutes read back, each refusal in words."""

import shutil
import zipfile

import pytest

from data.database import engine_for
from exports import documents
from exports.__main__ import main
from exports.direction import bare
from i18n import words
from tests.papers import sitting


@pytest.fixture(scope="module")
def stored(tmp_path_factory, reference_file):
    """The folder of an office with one meeting that is closed."""
    folder = tmp_path_factory.mktemp("command")
    shutil.copyfile(reference_file, folder / "tatabbu.db")
    engine = engine_for(f"sqlite:///{folder / 'tatabbu.db'}")
    meeting = sitting(engine, close=True)
    engine.dispose()
    return folder, meeting


@pytest.fixture
def office(stored, tmp_path, monkeypatch):
    """That folder, copied for one test, as the office's own; the meeting."""
    folder, meeting = stored
    shutil.copytree(folder, tmp_path / "office")
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path / "office"))
    return meeting


def run(*arguments):
    return main([str(one) for one in arguments])


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_the_full_set_is_written_into_the_folder_and_told_as_it_is_made(office, tmp_path, capsys, locale):
    to = tmp_path / "out" / "deeper"
    only = "minutes,convening,note,reminders,slides"
    assert run("--meeting", office.id, "--lang", locale, "--to", to, "--only", only) == 0
    names = sorted(path.name for path in to.iterdir())
    end = f"{office.id}-2023-09-18-{locale}"
    assert names == sorted(
        [
            f"tatabbu-{kind}-{end}.docx"
            for kind in ("minutes", "convening", "note", "reminder-cnss", "reminder-education")
        ]
        + [f"tatabbu-slides-{end}.pptx"]
    )
    said = capsys.readouterr()
    assert [bare(line) for line in said.out.splitlines()] == [
        bare(words(locale)("exports.written", file=name)) for name in names_in_order(said.out, names)
    ]
    assert len(said.err.splitlines()) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office", "out"]


def names_in_order(out, names):
    return sorted(names, key=lambda name: bare(out).index(name))


def test_the_number_of_a_meeting_is_enough(office, tmp_path):
    number = office.id.removeprefix("m")
    assert run("--meeting", number, "--lang", "fr", "--to", tmp_path / "out", "--only", "minutes", "--outside") == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == [
        f"tatabbu-minutes-{office.id}-2023-09-18-fr-outside.docx"
    ]


def test_two_languages_side_by_side(office, tmp_path):
    assert run("--meeting", office.id, "--lang", "ar", "--beside", "fr", "--to", tmp_path, "--only", "minutes") == 0
    assert (tmp_path / f"tatabbu-minutes-{office.id}-2023-09-18-ar-fr.docx").is_file()


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("--meeting", "m999"), "exports.unknown_meeting"),
        (("--meeting", "{id}", "--only", "minutes,poster"), "exports.unknown_document"),
        (("--meeting", "{id}", "--scope", "04.441"), "exports.unknown_meeting"),
        (("--meeting", "{id}", "--demonstration"), "exports.no_demonstration"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(office, tmp_path, capsys, arguments, key):
    given = [one.format(id=office.id) for one in arguments]
    assert run(*given, "--lang", "fr", "--to", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert said.startswith(words("fr")._texts.text(key).partition("{")[0].strip())
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_said(office, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert run("--meeting", office.id, "--lang", "fr", "--to", tmp_path / "file" / "out") == 1
    assert str(tmp_path / "file" / "out") in capsys.readouterr().err


def test_a_file_is_never_written_outside_the_folder(office, tmp_path, monkeypatch):
    monkeypatch.setitem(documents.DOCUMENTS, "astray", lambda record: [("../../etc/x.txt", b"1"), ("a\\b.txt", b"2")])
    assert run("--meeting", office.id, "--lang", "fr", "--to", tmp_path / "out", "--only", "astray") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["b.txt", "x.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["office", "out"]


def test_a_damaged_template_is_said_and_what_needs_none_is_still_written(office, tmp_path, capsys):
    (tmp_path / "office" / "template.docx").write_bytes(b"nothing")
    assert run("--meeting", office.id, "--lang", "fr", "--to", tmp_path / "out", "--only", "minutes,slides") == 1
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".pptx"]
    assert "template.docx" in capsys.readouterr().err


def edited(path, before, after):
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = "word/document.xml"
    assert before.encode() in parts[name]
    parts[name] = parts[name].replace(before.encode(), after.encode())
    with zipfile.ZipFile(path, "w") as packed:
        for one, body in parts.items():
            packed.writestr(one, body)


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_edited_minutes_are_read_back_and_each_figure_that_differs_is_named(office, tmp_path, capsys, locale):
    w = words(locale)
    run("--meeting", office.id, "--lang", locale, "--to", tmp_path / "out", "--only", "minutes")
    (path,) = (tmp_path / "out").iterdir()
    capsys.readouterr()
    assert run("--check", path, "--lang", locale) == 0
    assert capsys.readouterr().out.strip()
    edited(path, w.number(40_000), w.number(41_000))
    assert run("--check", path, "--lang", locale) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert w.number(40_000) in bare(line) and w.number(41_000) in bare(line)


def test_minutes_of_an_unknown_meeting_a_missing_file_and_no_document_are_said(office, tmp_path, capsys):
    run("--meeting", office.id, "--lang", "fr", "--to", tmp_path / "out", "--only", "minutes,slides")
    word = next((tmp_path / "out").glob("*.docx"))
    slides = next((tmp_path / "out").glob("*.pptx"))
    assert run("--check", tmp_path / "none.docx", "--lang", "fr") == 1
    assert "none.docx" in capsys.readouterr().err
    assert run("--check", slides, "--lang", "fr") == 1
    assert slides.name in capsys.readouterr().err
    assert run("--check", word, "--meeting", "m999", "--lang", "fr") == 1
    assert "m999" in capsys.readouterr().err


def test_without_anything_to_do_the_usage_is_said(office, capsys):
    assert run("--lang", "fr") == 2
    assert "python -m exports" in capsys.readouterr().err
