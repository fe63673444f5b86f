"""Levers in words: the day with the means chosen in all its cases, the least that is enough, the next stage."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from i18n import words
from panels.html import bars_html, promise_html, rows_html
from panels.levers import card, course, means, van_days
from panels.plot import course_figure
from queries.levers import MEANS_COLUMNS, VAN_COLUMNS, Next, Outlook
from queries.methods.levers import Ahead
from queries.targets import PROGRESS_COLUMNS

LOCALES = ("ar", "fr", "en")
PREFECTURE = "09.273"
SENTENCES = ("same", "sooner", "dated", "lost", "undated", "met", "no_target", "no_forecast")


@pytest.fixture
def found(day):
    """A function from what differs to a `queries.levers.Outlook` of a prefecture with means and a forecast."""

    def run(row=None, **more):
        values = dict.fromkeys(PROGRESS_COLUMNS, math.nan) | {
            "target": 64_000.0,
            "due": float(day("2023-12-31")),
            "recent_per_day": 152.0,
            "verdict": "watch",
            "source": "office",
            "state": "shown",
        }
        usual = {
            "step": "rsu.registered",
            "unit": "household",
            "row": pd.Series(values | (row or {})),
            "means": pd.DataFrame([(PREFECTURE, "desk", 4.0, day("2023-01-01"), "office", 1)], columns=MEANS_COLUMNS),
            "present": 480.0,
            "changed": 600.0,
            "ratio": 1.25,
            "estimated": None,
            "best_week": 1495.3,
            "recent_week": 720.5,
            "told": day("2024-01-20"),
            "after": day("2023-12-20"),
            "ahead": Ahead(100, (120,), (110,), 10),
            "origin": day("2023-09-17"),
            "path": pd.DataFrame(
                [(day("2023-09-17"), 100.0, 100.0, 100.0), (day("2023-09-24"), 125.0, 112.0, 140.0)],
                columns=["on_date", "median", "low", "high"],
            ),
            "least": 1.2,
            "alone": {"desk": 2, "staff": None},
            "following": (Next("rsu.indexed", "interior", False, 144.0),),
        }
        return Outlook(**usual | more)

    return run


def cases(found, day):
    """What each sentence is said of: (the outlook, whether a lever was moved)."""
    return {
        "same": (found(after=day("2024-01-20")), False),
        "sooner": (found(), True),
        "dated": (found(told=None), True),
        "lost": (found(after=None), True),
        "undated": (found(told=None, after=None), True),
        "met": (found(row={"verdict": "met"}), False),
        "no_target": (found(row={"target": math.nan}), False),
        "no_forecast": (found(ahead=None), False),
    }


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("which", SENTENCES)
def test_each_case_has_its_sentence(found, day, locale, which):
    w = words(locale)
    outlook, changed = cases(found, day)[which]
    panel = card(outlook, territory=PREFECTURE, changed=changed, locale=locale)
    said = {"target": w.short(64_000), "place": w.in_territory(PREFECTURE)}
    dates = {
        "deadline": w.date(pd.Timestamp("2023-12-31").date()),
        "day": w.date(pd.Timestamp("2024-01-20" if which == "same" else "2023-12-20").date()),
        "before": w.date(pd.Timestamp("2024-01-20").date()),
    }
    assert panel.title == w(f"levers.{which}", **said | dates)
    assert "nan" not in promise_html(panel, locale=locale)


def test_the_french_and_arabic_sentences_read_as_they_should(found, plain):
    assert plain(card(found(), territory=PREFECTURE, changed=True, locale="fr").title) == (
        "Avec les moyens choisis, l'objectif (64 000) dans la préfecture d'Inezgane-Aït Melloul est attendu le "
        "20 décembre 2023 au lieu du 20 janvier 2024, pour une échéance au 31 décembre 2023."
    )
    assert plain(card(found(), territory=PREFECTURE, changed=True, locale="ar").title) == (
        "بالوسائل المختارة، يتوقع بلوغ الهدف (64 000) بعمالة إنزكان أيت ملول بتاريخ 20 دجنبر 2023 بدل 20 يناير 2024، "
        "والأجل 31 دجنبر 2023."
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_least_capacity_and_each_lever_alone_are_told(found, locale):
    w = words(locale)
    notes = card(found(), territory=PREFECTURE, changed=False, locale=locale).notes
    assert w("levers.least", n=w.count("file", 576), times=w.decimal(1.2, places=2)) in notes
    assert w("levers.alone", ways=w.join([w("levers.alone_desk", n=w.number(2))])) in notes
    none = card(found(alone={"desk": None}), territory=PREFECTURE, changed=False, locale=locale).notes
    assert w("levers.alone_none") in none
    assert w("levers.least_none") in card(found(least=None), territory=PREFECTURE, changed=False, locale=locale).notes
    assert w("levers.least_enough") in card(found(least=1.0), territory=PREFECTURE, changed=False, locale=locale).notes


@pytest.mark.parametrize("locale", LOCALES)
def test_the_next_stage_is_named_with_its_body_and_whether_files_would_wait_there(found, locale):
    w = words(locale)

    def told(recent, ratio):
        following = (Next("rsu.indexed", "interior", False, recent),)
        outlook = found(following=following, ratio=ratio)
        return card(outlook, territory=PREFECTURE, changed=True, locale=locale).notes

    said = {"step": w.name("step", "rsu.indexed"), "body": w.name("body", "interior")}
    assert w("levers.next_waits", **said, recent=w.number(144), coming=w.number(190)) in told(144.0, 1.25)
    assert w("levers.next", **said, recent=w.number(190), coming=w.number(190)) in told(190.0, 1.25)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_estimated_and_what_was_not_entered_is_said(found, locale):
    w = words(locale)
    place = w.in_territory(PREFECTURE)
    estimated = card(found(estimated=2.35), territory=PREFECTURE, changed=False, locale=locale)
    assert w("levers.estimated", n=w.decimal(2.35)) in estimated.notes
    nothing = found(means=pd.DataFrame(columns=MEANS_COLUMNS), present=None, changed=None, ratio=1.0)
    panel = card(nothing, territory=PREFECTURE, changed=False, locale=locale)
    assert w("levers.least_times", times=w.decimal(1.2, places=2)) in panel.notes
    assert w("levers.capacity") not in [cell.label for cell in panel.parts["cells"]]
    part = card(found(present=None, changed=None), territory=PREFECTURE, changed=False, locale=locale)
    assert w("levers.incomplete", place=place) in part.notes


@pytest.mark.parametrize("locale", LOCALES)
def test_the_chart_draws_both_courses_and_names_them(found, day, spec, locale):
    w = words(locale)
    actual = pd.DataFrame({"on_date": [day("2023-09-10"), day("2023-09-17")], "value": [90.0, 100.0]})
    actual = actual.assign(believed=True, complete=True)
    ahead = pd.DataFrame([(day("2023-09-17"), 100.0), (day("2023-09-24"), 120.0)], columns=["on_date", "median"])
    outlook = found(course=SimpleNamespace(actual=actual, ahead=ahead))
    panel = course(outlook, territory=PREFECTURE, on=day("2023-09-17"), locale=locale)
    _, sent = spec(course_figure(panel, locale=locale))
    names = [trace["name"] for trace in sent["data"]]
    assert w("levers.line_ahead") in names and w("levers.line_planned") in names
    assert "de de" not in panel.title and panel.sources
    assert course(found(ahead=None), territory=PREFECTURE, on=day("2023-09-17"), locale=locale) is None


@pytest.mark.parametrize("locale", LOCALES)
def test_the_table_of_means_shows_what_each_office_said_and_no_column_of_nothing(day, locale):
    w = words(locale)
    rows = [
        ("09.273.01.05", "desk", 3.0, day("2023-01-01"), "office", 1),
        ("09.273.01.05", "no_shows", 12.0, day("2023-05-01"), "office", 2),
        ("09.273.01.15", "desk", 0.0, day("2023-01-01"), "office", 1),
    ]
    panel = means(pd.DataFrame(rows, columns=MEANS_COLUMNS), territory=PREFECTURE, locale=locale)
    assert w("levers.column_staff") not in panel.parts["head"]
    first, second = panel.parts["rows"]
    assert first[2] == w.share(0.12, decimals=0) and second[1:3] == (w.number(0), (w("state.missing"), "tt-none"))
    assert w.territory("09.273.01.05") in rows_html(panel, locale=locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_van_days_are_listed_in_their_order_and_their_absence_is_said(locale):
    w = words(locale)
    rows = [
        ("09.273.01.15", 2000.0, 30_000.0, 0.066, 7, 280.0, 0.057, "office"),
        ("09.273.05.19", 300.0, np.nan, np.nan, 0, 0.0, np.nan, "office"),
    ]
    frame = pd.DataFrame(rows, columns=VAN_COLUMNS)
    asked = {"parent": PREFECTURE, "locale": locale}
    place = w.in_territory(PREFECTURE)
    panel = van_days(frame, days=7, files_a_day=40.0, **asked)
    assert panel.title == w("levers.van_title", place=place, n=w.count("day", 7))
    assert [row.cells[1] for row in panel.parts["rows"]] == [w.number(7), w.number(0)]
    assert "nan" not in bars_html(panel, locale=locale) and len(panel.sources) == 1
    assert van_days(frame, days=0, files_a_day=40.0, **asked).title == w("levers.van_none", place=place)
    assert van_days(frame.iloc[:0], days=7, files_a_day=None, **asked).title == w("levers.van_unknown", place=place)
