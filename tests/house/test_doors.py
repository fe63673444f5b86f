"""Which room may open which: walks every import and says, in words, which door was forced."""

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "pages", "ui", "findings", "exports", "panels", "queries", "data", "i18n")
FREE = ("tests", "bench")
"""What stands outside the house and may look into every room."""

DOORS = {
    "app": {"pages", "ui"},
    "pages": {"ui", "findings", "exports", "i18n"},
    "ui": {"findings", "exports", "data", "i18n"},
    "exports": {"findings", "panels", "i18n"},
    "findings": {"queries", "panels"},
    "panels": {"i18n"},
    "queries": {"data.schema"},
    "queries.methods": set(),
    "data": set(),
    "i18n": set(),
}
"""What each room may import besides itself. A dotted name is one module of a room."""

EXCEPTIONS = {
    # The importer returns problems as codes; its command line is what puts them into words.
    ("data/importer/__main__.py", "i18n"),
    # The command line of the demonstration makes what the page makes: the slides of its meetings come from findings.
    ("data/demonstration/__main__.py", "findings"),
    ("data/demonstration/__main__.py", "i18n"),
    # The command line of exports has no page to be given an engine by.
    ("exports/__main__.py", "data"),
}

LIBRARIES = {
    "streamlit": {"app", "pages", "ui"},
    "plotly": {"panels"},
    "sqlalchemy": {"data", "queries", "findings", "exports", "ui"},
    "alembic": {"data"},
}
"""Libraries that only some rooms may know."""

NAMELESS = {"utils", "util", "helpers", "helper", "common", "core", "services", "misc"}
"""Names that say nothing about what is inside."""


def modules(root: Path) -> Iterator[Path]:
    """Every module of the project below `root`, without what is installed or local."""
    for file in sorted(root.rglob("*.py")):
        parts = file.relative_to(root).parts
        if not any(part.startswith(".") or part == "__pycache__" for part in parts) and parts[:2] != ("data", "local"):
            yield file


def room_of(name: str) -> str:
    """The room a dotted module name stands in; empty when it is none of ours."""
    if name == "queries.methods" or name.startswith("queries.methods."):
        return "queries.methods"
    first = name.partition(".")[0]
    return first if first in ROOMS else ""


def imported(file: Path, root: Path) -> Iterator[tuple[int, str]]:
    """The line and dotted name of each module that `file` imports, late imports and relative ones included."""
    package = file.relative_to(root).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), filename=str(file))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from queries import methods` opens queries.methods, not only queries.
            yield from ((node.lineno, f"{module}.{alias.name}".lstrip(".")) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from ((node.lineno, a.value) for a in node.args if isinstance(a, ast.Constant) and a.value)


def may_open(room: str, name: str) -> bool:
    """Whether `room` may import the module of that name."""
    target = room_of(name)
    if not target or target == room:
        return True
    if room == "queries" and target == "queries.methods":
        return True
    return any(name == door or name.startswith(f"{door}.") for door in DOORS[room])


def forced_doors(root: Path) -> list[str]:
    """One sentence for each import that no door allows."""
    sentences = []
    for file in modules(root):
        path = file.relative_to(root).as_posix()
        name = ".".join(file.relative_to(root).with_suffix("").parts)
        if name.partition(".")[0] in FREE:
            continue
        room = room_of(name)
        if not room:
            sentences.append(f"{path} stands in no room: the rooms are {', '.join(ROOMS)}")
            continue
        for line, opened in imported(file, root):
            library = opened.partition(".")[0]
            if not may_open(room, opened) and (path, room_of(opened)) not in EXCEPTIONS:
                doors = ", ".join(sorted(DOORS[room])) or "nothing of ours"
                sentences.append(f"{path}, line {line}, imports {opened}: {room} may only open {doors}")
            elif library in LIBRARIES and room.partition(".")[0] not in LIBRARIES[library]:
                rooms = ", ".join(sorted(LIBRARIES[library]))
                sentences.append(f"{path}, line {line}, imports {library}: only {rooms} may know it")
    return sentences


def nameless_modules(root: Path) -> list[str]:
    """One sentence for each module or folder whose name says nothing."""
    return [
        f"{file.relative_to(root).as_posix()}: {part} says nothing about what is inside"
        for file in modules(root)
        for part in file.relative_to(root).with_suffix("").parts
        if part.lower() in NAMELESS
    ]


def test_no_door_between_rooms_is_forced():
    assert forced_doors(ROOT) == []


def test_every_module_has_a_name_that_says_what_is_inside():
    assert nameless_modules(ROOT) == []


def test_the_walk_reaches_every_room_that_is_built():
    reached = {room_of(".".join(file.relative_to(ROOT).with_suffix("").parts)) for file in modules(ROOT)}
    assert {"app", "pages", "ui", "findings", "panels", "queries", "queries.methods", "data", "i18n"} <= reached


@pytest.fixture
def house(tmp_path):
    """Builds a made-up house from {path: source} and returns its root."""

    def build(files: dict[str, str]) -> Path:
        for path, source in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(source), encoding="utf-8")
        return tmp_path

    return build


def test_a_forced_door_is_named_with_file_line_and_what_was_allowed(house):
    root = house({"pages/map.py": "import json\nfrom queries.series import by_territory\n"})
    assert forced_doors(root) == [
        "pages/map.py, line 2, imports queries.series.by_territory: pages may only open exports, findings, i18n, ui"
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("queries/chain.py", "from data.database import engine_for"),
        ("queries/chain.py", "from data import database"),
        ("queries/methods/pace.py", "from data.schema import series"),
        ("queries/methods/pace.py", "from queries import cuts"),
        ("data/database.py", "def late():\n    from i18n import words"),
        ("data/importer/store.py", "from i18n import words"),
        ("i18n/names.py", "import data.catalogue"),
        ("panels/map.py", "import queries.cuts"),
        ("findings/__init__.py", "from ui.cache import cached"),
        ("findings/__init__.py", "from data.schema import series"),
        ("pages/map.py", "import importlib\nimportlib.import_module('data.database')"),
        ("ui/frame.py", "from pages import map"),
        ("ui/frame.py", "from panels.map import drawn"),
        ("queries/methods/pace.py", "from .. import cuts"),
        ("pages/map.py", "import sqlalchemy as sa"),
        ("panels/map.py", "from sqlalchemy import select"),
        ("panels/map.py", "import streamlit as st"),
        ("queries/chain.py", "from plotly import graph_objects"),
        ("pages/map.py", "import plotly.express as px"),
        ("attic/map.py", "import json"),
    ],
)
def test_each_of_these_doors_is_closed(house, path, source):
    assert len(forced_doors(house({path: source}))) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app.py", "from ui.frame import run"),
        ("pages/map.py", "import findings\nfrom ui import cache\nimport streamlit as st"),
        ("ui/frame.py", "from data.database import engine_for\nfrom i18n import words"),
        ("findings/__init__.py", "from queries import chain\nfrom panels import chain as drawn"),
        ("queries/chain.py", "from data.schema import series\nfrom queries.methods import pace\nimport sqlalchemy"),
        ("queries/methods/pace.py", "from .calendar import days\nimport numpy"),
        ("panels/map.py", "from i18n import words\nimport plotly.graph_objects as go"),
        ("data/importer/__main__.py", "from i18n import words"),
        ("tests/test_map.py", "from queries.chain import chain\nimport plotly"),
    ],
)
def test_each_of_these_doors_is_open(house, path, source):
    assert forced_doors(house({path: source})) == []


def test_a_module_named_helpers_is_refused(house):
    assert nameless_modules(house({"ui/helpers.py": ""})) == [
        "ui/helpers.py: helpers says nothing about what is inside"
    ]
