"""Recommendations in words: the log names what became of them, marks stand on a course, the office has its own word."""

import datetime as dt
import json

import pandas as pd
import pytest

from data.database import as_day
from i18n import LOCALES, words
from panels import Panel
from panels import events as say_events
from panels.actions import MARK
from panels.recommendations import MARKS, SHAPE, labels, marked
from queries.recommendations import STATES


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        *(("recommendation", one) for one in ("recorded", "changed", "stated", "withdrawn", "restored")),
        ("declaration", "declared"),
        ("declaration", "taken_back"),
    ],
)
def test_the_log_says_what_became_of_a_recommendation_or_a_declaration(locale, kind, what):
    event = pd.Series({"kind": kind, "details": json.dumps({"what": what})})
    w = words(locale)
    assert say_events.kind_of(event, w) == w(f"events.{kind}_{what}")
    assert say_events.kind_of(pd.Series({"kind": kind, "details": "{}"}), w) == w(f"events.kind_{kind}")


def test_each_state_has_a_shape_of_its_own():
    assert set(SHAPE) == {*STATES, "overdue"} and len(set(SHAPE.values())) == len(SHAPE)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_offices_own_word_stands_for_its_language_only(locale):
    w = words(locale)
    own = labels({"recommendation": {"fr": "mesure"}, "recommendations": {"fr": "mesures"}}, locale=locale)
    expected = ("mesure", "mesures") if locale == "fr" else (w("recommendations.one"), w("recommendations.many"))
    assert (own.one, own.many) == expected and own.own is (locale == "fr")


COURSE = Panel(
    subject="targets",
    kind="course",
    title="",
    frame=pd.DataFrame(),
    parts={
        "actual": ((dt.date(2023, 8, 1), 10.0), (dt.date(2023, 9, 1), 20.0)),
        "incomplete": (),
        "planned": ((dt.date(2023, 7, 1), 0.0), (dt.date(2023, 12, 31), 50.0)),
        "ahead": (),
    },
)


def said(kind, date, until, text="x"):
    return {"kind": kind, "date": date, "until": until, "text": text}


@pytest.mark.parametrize("locale", LOCALES)
def test_marks_stand_within_the_days_of_the_course_and_say_that_what_followed_is_not_laid_to_them(locale):
    found = marked(
        COURSE,
        None,
        [
            said("meeting", "2023-06-01", "2023-06-01"),
            said("meeting", "2023-08-07", "2023-08-07"),
            said("recommendation", "2023-08-07", "2024-02-01", "one"),
            said("recommendation", "2023-08-07", "2024-02-01", "two"),
        ],
        locale=locale,
    )
    marks = found.parts["marks"]
    assert [(m.mark, m.first.isoformat(), m.last.isoformat(), m.at_end) for m in marks] == [
        (MARKS["recommendation"], "2023-08-07", "2023-12-31", True),
        (MARKS["meeting"], "2023-08-07", "2023-08-07", False),
    ]
    assert marks[0].said == "one · two"
    w = words(locale)
    given = {"mark": MARKS["recommendation"], "n": 2, "meeting_mark": MARKS["meeting"], "meetings": 1}
    assert found.parts["legend"] == w("recommendations.legend", **given)


def test_actions_and_recommendations_share_one_legend():
    acted = pd.DataFrame(
        [
            {
                "kind": "campaign",
                "territory_code": "09.273",
                "from_date": as_day(dt.date(2023, 8, 10)),
                "to_date": as_day(dt.date(2023, 8, 12)),
            }
        ]
    )
    found = marked(COURSE, acted, [said("meeting", "2023-08-07", "2023-08-07")], locale="fr")
    assert [m.mark for m in found.parts["marks"]] == [MARK, MARKS["meeting"]]
    assert found.parts["legend"].count("attribu") == 1


def test_a_course_without_any_stays_what_it_was():
    assert marked(COURSE, None, [], locale="fr") is COURSE
    assert marked(COURSE, None, [said("meeting", "2020-01-01", "2020-01-01")], locale="fr") is COURSE
