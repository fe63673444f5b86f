"""Actions: their list in words, their cost by kind, and their marks under a path."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from i18n import words
from panels.actions import MARKED, choices, costs, listing, marked
from panels.html import rows_html
from panels.plot import path_figure
from panels.situation import path
from queries.actions import COLUMNS, by_kind

LOCALES = ("ar", "fr", "en")


@pytest.fixture
def acted(day):
    """A function from some columns of each action to a frame of `queries.actions.actions`."""
    usual = {
        "id": "a1",
        "event": 1,
        "kind": "visit",
        "territory_code": "09.273",
        "from_date": day("2023-09-05"),
        "to_date": day("2023-09-05"),
        "service": "",
        "step": "",
        "cost": np.nan,
        "place": "",
        "note": "",
    }
    return lambda *rows: pd.DataFrame([usual | row for row in rows], columns=COLUMNS)


@pytest.fixture
def drawn(day):
    """A path over September 2023."""
    days = [day("2023-09-01"), day("2023-09-10"), day("2023-09-30")]
    history = pd.DataFrame({"on_date": days, "value": [100.0, 200.0, 300.0]})
    return lambda locale="fr": path(history, step="rsu.registered", unit="household", territory="09.273", locale=locale)


def test_an_action_is_listed_with_its_place_days_step_and_cost(acted, day, plain):
    frame = acted({"place": "Dar Chabab", "cost": 12_000.0, "step": "rsu.registered", "to_date": day("2023-09-07")}, {})
    panel = listing(frame, name="listed", locale="fr")
    first, second = panel.parts["rows"]
    assert tuple(map(plain, first)) == (
        "Visite de terrain",
        "Inezgane-Aït Melloul : Dar Chabab",
        "du 5 septembre 2023 au 7 septembre 2023",
        "",
        "RSU : Inscription au RSU",
        "12 000 dirhams",
        "",
    )
    assert second[4:6] == ("Toutes les étapes", "Non disponible")


def test_what_was_written_is_escaped(acted):
    panel = listing(acted({"note": "<script>"}), name="listed", locale="fr")
    assert "<script>" not in rows_html(panel, locale="fr")


def test_costs_say_how_many_have_none(acted, plain):
    panel = costs(by_kind(acted({"cost": 100.0}, {}, {"kind": "campaign"})), locale="fr")
    rows = [tuple(map(plain, row)) for row in panel.parts["rows"]]
    assert rows[0][1:] == ("2", "100 dirhams (hors 1 action sans coût connu)")
    assert rows[1][1:] == ("1", "Non disponible")


def test_an_action_to_choose_carries_what_it_says(acted):
    named, event, said = choices(acted({"cost": 5.0}), locale="fr")["a1"]
    assert "Visite de terrain" in named and event == 1
    assert (said["first"], said["cost"], said["step"]) == (dt.date(2023, 9, 5), 5, "")


def test_actions_within_the_days_of_a_path_are_marked_on_it(acted, drawn, day):
    frame = acted(
        {"from_date": day("2023-08-01"), "to_date": day("2023-08-05")},
        {"from_date": day("2023-08-25"), "to_date": day("2023-09-03")},
        {},
        {"from_date": day("2023-10-01"), "to_date": day("2023-10-05")},
    )
    panel = marked(drawn(), frame, locale="fr")
    assert [(m.first, m.last) for m in panel.parts["marks"]] == [
        (dt.date(2023, 9, 1), dt.date(2023, 9, 3)),
        (dt.date(2023, 9, 5), dt.date(2023, 9, 5)),
    ]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_legend_lays_nothing_to_an_action(acted, drawn, locale, plain):
    panel = marked(drawn(locale), acted({}), locale=locale)
    w = words(locale)
    assert plain(panel.parts["legend"]) == plain(w("actions.legend", mark="▲", n=w.count("action", 1)))
    figure = path_figure(panel, locale=locale)
    mark, line = figure.layout.annotations
    assert (mark.x, plain(mark.hovertext)) == ("2023-09-05", plain(panel.parts["marks"][0].said))
    assert plain(line.text).replace("<br>", " ") == plain(panel.parts["legend"])


def test_a_path_without_actions_is_left_as_it_is(acted, drawn, day):
    panel = drawn()
    assert marked(panel, None, locale="fr") is panel
    assert marked(panel, acted({"from_date": day("2020-01-01"), "to_date": day("2020-01-01")}), locale="fr") is panel
    assert "annotations" not in path_figure(panel, locale="fr").to_dict()["layout"]


def test_marks_do_not_outlive_the_action_in_what_was_drawn(acted, drawn):
    panel = drawn()
    panel.drawn["kept"] = "as it was"
    assert marked(panel, acted({}), locale="fr").drawn == {}
    assert panel.drawn == {"kept": "as it was"} and "marks" not in panel.parts


def test_a_mark_stands_under_the_axis_and_several_days_are_a_line(acted, drawn, day):
    plain_figure = path_figure(drawn(), locale="fr").to_dict()["layout"]
    panel = marked(drawn(), acted({"to_date": day("2023-09-09")}), locale="fr")
    figure = path_figure(panel, locale="fr")
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == ("2023-09-05", "2023-09-09") and line.y0 == line.y1 < 0
    assert figure.layout.annotations[0].yshift < 0 and figure.layout.height > plain_figure["height"]
    # The curve keeps its height: what the marks need is added below.
    kept = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    margin = plain_figure["margin"]
    assert kept == plain_figure["height"] - margin["t"] - margin["b"]


def test_of_very_many_actions_the_latest_are_marked(acted, drawn):
    panel = marked(drawn(), acted(*({"id": f"a{n}"} for n in range(MARKED + 5))), locale="fr")
    assert len(panel.parts["marks"]) == MARKED and str(MARKED + 5) in panel.parts["legend"]
