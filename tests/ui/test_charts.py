"""The code of charts as it is served: what the house draws is in it, what it does not draw is out of it."""

import ast
import re
from pathlib import Path

import pytest

from ui import server
from ui.charts import _REGISTERED, DRAWN, lightened, prepared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def code():
    (file,) = server.chart_scripts()
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def lighter(code):
    return lightened(code)


def test_the_kinds_of_trace_that_are_drawn_are_all_that_is_registered(code, lighter):
    assert _REGISTERED.search(code)[2].count(",") > 40
    assert _REGISTERED.search(lighter)[2].count("()") == len(DRAWN)
    assert len(lighter) < 0.75 * len(code)


def test_every_kind_of_trace_that_a_panel_draws_is_in_the_code_that_is_served(code):
    every = set(re.findall(r'"lib/(\w+)\.js"', code)) - {"core", "index", "calendars"} | {"scatter"}
    drawn = every & {kind for file in (ROOT / "panels").rglob("*.py") for kind in types_of(file)}
    assert {"scatter", "choropleth"} <= drawn
    assert drawn <= {"scatter", *DRAWN}, "a kind of trace that is drawn is not served: add it to ui.charts.DRAWN"


def types_of(file):
    """What the dictionaries and the calls of a module say a `type` is, and the classes of Plotly that it names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Dict):
            named = zip(node.keys, node.values, strict=True)
            yield from (v.value for k, v in named if isinstance(v, ast.Constant) and getattr(k, "value", "") == "type")
        elif isinstance(node, ast.Call):
            named = [(keyword.arg, keyword.value) for keyword in node.keywords]
            yield from (v.value for k, v in named if isinstance(v, ast.Constant) and k == "type")
        elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "go":
            yield node.attr.lower()


def test_code_of_another_make_is_served_as_it_is(code):
    assert lightened("export const charts = 1") == "export const charts = 1"
    without_one = code.replace('"lib/choropleth.js"', '"lib/other.js"')
    assert lightened(without_one) == without_one


def test_the_lighter_code_is_made_once_and_found_by_the_next_start(code, tmp_path):
    file = tmp_path / "PlotlyChart.x.js"
    file.write_text(code, encoding="utf-8")
    made = prepared(file, folder=tmp_path / "kept")
    assert made != file and made.read_text(encoding="utf-8") == lightened(code)
    stamp = made.stat().st_mtime_ns
    assert prepared(file, folder=tmp_path / "kept") == made and made.stat().st_mtime_ns == stamp
    assert [one.name for one in (tmp_path / "kept").iterdir()] == [made.name]


def test_code_that_cannot_be_made_lighter_is_sent_itself(tmp_path):
    file = tmp_path / "PlotlyChart.x.js"
    file.write_text("export {}", encoding="utf-8")
    assert prepared(file, folder=tmp_path / "kept") == file
