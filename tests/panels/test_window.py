"""The window in words: sentence 7 in all its cases and three languages, the bars, the dates."""

import math

import pandas as pd
import pytest

from i18n import words
from i18n.catalogues import catalogue
from panels.html import bars_html, promise_html
from panels.window import SHAPE, children, clock, stages, years
from queries.window import CHILD_COLUMNS, STAGE_COLUMNS, STATES, Clock, Course, Window

LOCALES = ("ar", "fr", "en")
PREFECTURE = "09.273"
CHAIN = (
    ("minhaty.second_year", "student", "population", "education", True),
    ("minhaty.bac_passed", "student", "population", "education", False),
    ("minhaty.family_in_rnp", "student", "registering", "interior", True),
    ("minhaty.household_in_rsu", "student", "gate", "interior", True),
    ("minhaty.applied", "application", "filing", "education", True),
    ("minhaty.decided", "application", "after", "higher_education", False),
)


@pytest.fixture
def told(day):
    """A function from the state of a window and columns of its clock to a `queries.window.Course`."""

    def run(state="open", values=(), window=None, **left):
        rows = []
        shown = dict(values)
        for step, unit, role, body, can_move in CHAIN:
            row = dict.fromkeys(STAGE_COLUMNS, math.nan) | {"source": "", "basis": "", "measure": "", "address": ""}
            row |= {"step": step, "unit": unit, "role": role, "body": body, "can_move": can_move, "late": False}
            row |= {"reporting": 0, "expected": 0, "state": "missing"}
            if step in shown:
                row |= {"value": shown[step], "state": "shown", "source": "office", "basis": "reported"}
                row |= {"on_date": day("2023-09-17"), "from_date": day("2023-09-17")}
            rows.append(row)
        frame = pd.DataFrame(rows, columns=STAGE_COLUMNS)
        for before, after in zip(frame.index, frame.index[1:], strict=False):
            if frame.loc[after, "role"] != "population" and frame.loc[before, "unit"] == frame.loc[after, "unit"]:
                frame.loc[after, "share_before"] = frame.loc[after, "value"] / frame.loc[before, "value"]
        one = window or Window(2023, day("2023-08-01"), None if state == "unannounced" else day("2023-09-30"))
        usual = {"gate_step": "minhaty.household_in_rsu", "days_left": 13.0, "working_days": 8.0}
        return Course("minhaty", one, state, frame, Clock(**usual | left))

    return run


@pytest.fixture
def after(day):
    """The clock's figures once those who passed are declared."""
    return {
        "population_step": "minhaty.bac_passed",
        "population": 4795.0,
        "population_on": float(day("2023-06-26")),
        "registered": 3046.0,
        "registered_on": float(day("2023-09-17")),
        "remaining": 1749.0,
        "needed_per_day": 218.625,
        "recent_per_day": 39.68,
        "times": 5.509,
        "pace_state": "running",
    }


def said(found, locale, plain, day):
    return plain(clock(found, territory=PREFECTURE, on=day("2023-09-17"), locale=locale).title)


def test_the_running_clock_says_days_who_is_left_and_how_many_a_working_day(told, after, plain, day):
    found = told(**after)
    assert said(found, "ar", plain, day) == (
        "على بعد 13 يوما من إغلاق بوابة منحتي (30 شتنبر 2023) بعمالة إنزكان أيت ملول: عدد الحاصلين على شهادة "
        "الباكالوريا الذين لم تستكمل أسرهم التسجيل في السجل الاجتماعي الموحد، حسب تصريح المديرية الإقليمية للتربية "
        "الوطنية إلى غاية 17 شتنبر 2023، هو 1 749، أي ما يتطلب تسجيل 219 تلميذا في كل يوم عمل."
    )
    assert said(found, "fr", plain, day) == (
        "À 13 jours de la fermeture de Minhaty (30 septembre 2023), dans la préfecture d'Inezgane-Aït Melloul : "
        "1 749 bacheliers dont la famille n'a pas achevé son inscription au RSU, selon les déclarations reçues au "
        "17 septembre 2023 (direction provinciale de l'Éducation nationale), soit 219 à inscrire par jour ouvrable."
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_before_the_results_pupils_are_named_and_no_pace(told, day, plain, locale):
    found = told(
        "ahead", population_step="minhaty.second_year", population=7995.0, population_on=float(day("2022-11-15"))
    )
    w = words(locale)
    text = said(found, locale, plain, day)
    assert plain(w.things("minhaty.second_year", "student")) in text and plain(w.number(7995)) in text
    panel = clock(found, territory=PREFECTURE, on=day("2023-09-17"), locale=locale)
    assert [cell.label for cell in panel.parts["cells"]] == [w("window.days_left"), w("window.population")]
    assert any(w("window.opens_on", date=w.date(pd.Timestamp("2023-08-01").date())) == s for s in panel.notes)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_state_has_its_sentence_its_word_and_its_shape(told, after, day, plain, locale):
    seen = set()
    for state in STATES:
        window = Window(2024, made=False) if state == "unknown" else None
        for left in ({}, after):
            panel = clock(told(state, window=window, **left), territory=PREFECTURE, on=day("2023-09-17"), locale=locale)
            assert panel.title and "{" not in panel.title and "nan" not in panel.title
            assert panel.parts["shape"] == SHAPE[state]
            assert f"window.state_{state}" in catalogue(locale).texts
            seen.add(panel.title)
            assert panel.title in promise_html(panel, locale=locale).replace("&#x27;", "'")
    # Not announced and not known at all are one sentence.
    assert len(seen) >= 2 * len(STATES) - 3


@pytest.mark.parametrize("locale", LOCALES)
def test_without_a_last_day_no_days_are_counted(told, after, day, locale):
    found = told("unannounced", **after | {"days_left": math.nan, "working_days": math.nan, "needed_per_day": math.nan})
    panel = clock(found, territory=PREFECTURE, on=day("2023-09-17"), locale=locale)
    labels = [cell.label for cell in panel.parts["cells"]]
    w = words(locale)
    assert w("window.days_left") not in labels and w("window.needed") not in labels
    assert w("window.remaining") in labels


def test_when_no_working_day_is_left_nothing_is_divided(told, after, plain, day):
    found = told(**after | {"days_left": 2.0, "working_days": 0.0, "needed_per_day": math.nan})
    assert "sans jour ouvrable restant : 1 749 bacheliers" in said(found, "fr", plain, day)
    assert "ولم يبق أي يوم عمل" in said(found, "ar", plain, day)


def test_the_last_one_and_nobody_left_have_sentences_of_their_own(told, after, plain, day):
    one = told(**after | {"remaining": 1.0, "needed_per_day": 0.125})
    assert said(one, "fr", plain, day).endswith(": 1.") and "219" not in said(one, "ar", plain, day)
    nobody = told(**after | {"remaining": 0.0, "pace_state": "met"})
    assert "est achevée pour tous" in said(nobody, "fr", plain, day)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_the_prefecture_can_move_and_what_others_hold_is_told(told, after, day, locale):
    panel = clock(told(**after), territory=PREFECTURE, on=day("2023-09-17"), locale=locale)
    w = words(locale)
    (mine,) = [s for s in panel.notes if w.name("step", "minhaty.household_in_rsu") in s and "minhaty" not in s]
    assert w.name("step", "minhaty.decided") not in mine
    (others,) = [s for s in panel.notes if w.name("step", "minhaty.decided") in s]
    assert w.name("body", "higher_education") in others


@pytest.mark.parametrize("locale", LOCALES)
def test_the_stages_name_where_most_wait_among_those_that_can_be_moved(told, locale):
    values = {
        "minhaty.bac_passed": 4795.0,
        "minhaty.family_in_rnp": 3723.0,
        "minhaty.household_in_rsu": 3046.0,
        "minhaty.applied": 3000.0,
        "minhaty.decided": 538.0,
    }
    panel = stages(told(values=values), territory=PREFECTURE, locale=locale)
    w = words(locale)
    assert w.count("student", 1072) in panel.title and w.name("step", "minhaty.decided") not in panel.title
    rows = {row.cells[0]: row for row in panel.parts["rows"]}
    pupils = rows[w.name("step", "minhaty.second_year")]
    assert pupils.length is None and pupils.cells[1][0] == w("window.not_measured")
    decided = rows[w.name("step", "minhaty.decided")]
    assert decided.tone == "elsewhere" and decided.cells[2] == w.share(538 / 3000)
    # Applications are not divided by students.
    assert rows[w.name("step", "minhaty.applied")].cells[2] == ""
    text = bars_html(panel, locale=locale)
    assert text.count("tt-row-bar") == 5 and "tt-bar-elsewhere" in text


@pytest.mark.parametrize("locale", LOCALES)
def test_where_nothing_is_measured_the_stages_say_so_and_print_no_zero(told, locale):
    panel = stages(told(), territory=PREFECTURE, locale=locale)
    w = words(locale)
    assert panel.title == w("window.stages_none", place=w.in_territory(PREFECTURE))
    assert {row.cells[1][0] for row in panel.parts["rows"]} == {w("window.not_measured")}
    assert "tt-row-bar" not in bars_html(panel, locale=locale)


@pytest.fixture
def schools(day):
    """What is left in four places."""
    rows = [
        (
            code,
            "minhaty.bac_passed",
            500.0,
            500.0 - left,
            100.0,
            left,
            left / 8,
            float(day("2023-09-17")),
            "office",
            "shown",
        )
        for code, left in (("09.273.01.05", 30.0), ("09.273.01.13", 200.0), ("09.273.01.15", 20.0))
    ]
    rows.append(("09.273.01.17", "", *[math.nan] * 5, math.nan, "", "withheld"))
    return pd.DataFrame(rows, columns=CHILD_COLUMNS)


@pytest.mark.parametrize("locale", LOCALES)
def test_children_stand_in_administrative_order_and_are_named_for_the_preparer_only(schools, locale):
    w = words(locale)
    asked = {"parent": PREFECTURE, "level": "commune", "unit": "student", "locale": locale}
    wall = children(schools, by_remaining=False, names_first=False, **asked)
    assert [row.cells[0] for row in wall.parts["rows"]] == [w.territory(c) for c in schools["territory_code"]]
    name = w.territory("09.273.01.13")
    assert not any(name in note for note in wall.notes)
    assert any(w.count("commune", 1) in note for note in wall.notes)
    desk = children(schools, by_remaining=True, names_first=True, **asked)
    assert desk.parts["rows"][0].cells[0] == name and any(name in note for note in desk.notes)
    assert desk.parts["rows"][-1].cells[1] == (w("targets.withheld"), "tt-none")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_dates_say_who_told_them_and_an_unknown_last_day(day, locale):
    w = words(locale)
    held = (
        Window(2019, day("2019-05-28"), day("2019-07-19")),
        Window(2020, day("2020-06-15"), day("2020-07-31"), "https://www.example.org/a"),
        Window(2024, day("2024-08-01"), None, said="letter 12"),
    )
    rows = years(held, locale=locale).parts["rows"]
    assert [row[0] for row in rows] == ["2019", "2020", "2024"]
    assert rows[0][3].text == w("window.no_source") and rows[1][3].address == "https://www.example.org/a"
    assert rows[2][2] == w("window.no_closing") and rows[2][3].text == w("window.by_office", said="letter 12")
    assert years((), locale=locale).title == w("window.years_none")
