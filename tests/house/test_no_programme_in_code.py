"""No programme is named in code: a new allowance is a block in programmes.toml and appears everywhere."""

import io
import keyword
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMMES = ROOT / "data" / "reference" / "programmes.toml"
ROOMS = ("app.py", "findings", "pages", "ui", "exports", "panels", "queries", "data", "i18n")
# The builders of the reference data know their sources by name: that is their subject, and the app never runs them.
OUTSIDE = (ROOT / "data" / "reference", ROOT / "data" / "local")

_WORD = re.compile(r"[a-z0-9]+", re.IGNORECASE)


def names_of_programmes(file: Path) -> set[str]:
    """The ids of the programmes and the full ids of their steps.

    Without an id that is also a branch of framework law 09-21: the branches are the law's words, not programmes.
    """
    programmes = tomllib.loads(file.read_text(encoding="utf-8"))["programme"]
    steps = {f"{programme['id']}.{step['id']}" for programme in programmes for step in programme.get("step", [])}
    branches = {programme["branch"] for programme in programmes}
    return {programme["id"] for programme in programmes} - branches | steps


def sources() -> Iterator[Path]:
    """The modules of every room."""
    for room in ROOMS:
        path = ROOT / room
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if not any(folder in file.parents for folder in OUTSIDE):
                yield file


def named(source: str, names: set[str]) -> list[tuple[int, str]]:
    """The line and the name, for each name that stands as words of its own in an identifier, a string or a docstring.

    Comments may name a programme: a quirk is explained by the case that proves it.
    """
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = tokenize.tok_name[token.type] in ("NAME", "STRING", "FSTRING_MIDDLE") and token.string
        if not text or keyword.iskeyword(text):
            continue
        words = " ".join(_WORD.findall(text.lower()))
        for name in names:
            if f" {' '.join(_WORD.findall(name))} " in f" {words} ":
                found.append((token.start[0], name))
    return found


def test_no_programme_is_named_in_the_code_of_a_room():
    names = names_of_programmes(PROGRAMMES)
    assert len(names) > 20
    assert [
        f"{file.relative_to(ROOT).as_posix()}, line {line}, names {name}: it belongs in programmes.toml"
        for file in sources()
        for line, name in named(file.read_text(encoding="utf-8"), names)
    ] == []


@pytest.mark.parametrize(
    "source",
    ['step = "rnp.registered"', "rnp = 1", "def rnp_share(): ...", 'x = f"step {y} of RNP"', '"""What RNP counts."""'],
)
def test_a_programme_in_a_name_or_a_string_is_found(source):
    assert [name for _, name in named(source, {"rnp"})] == ["rnp"]


@pytest.mark.parametrize("source", ["# RNP passed its target", 'x = "turnpike"', "warnpoint = 1"])
def test_a_comment_or_a_part_of_another_word_is_left_alone(source):
    assert named(source, {"rnp"}) == []
