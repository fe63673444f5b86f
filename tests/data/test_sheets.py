"""Sheets as offices have them: however they are written, the same counts come in, totals never among them."""

import datetime as dt
import os
import random
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.importer import import_file
from data.importer.grid import sheets, tables
from data.importer.guess import guess
from data.importer.layouts import Layout, parsed
from data.importer.read import Reading
from data.importer.rejects import written
from data.importer.unfold import HEADER, unfold
from data.importer.vocabulary import vocabulary
from tests.data import mutants
from tests.data.sheets import (
    AIT_MELLOUL,
    LQLIAA,
    TEMSIA,
    csv_bytes,
    html_bytes,
    ods_archive,
    ods_bytes,
    xls_bytes,
    xlsx_bytes,
)

TODAY = dt.date(2026, 11, 23)
WORDS = vocabulary()
STEP, UNIT = "rsu.registered", "household"

# How a sheet is understood does not depend on the database.
on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def hand_in(engine, known, places, tmp_path, quick_child):
    """A function that imports bytes with a folder of the office of its own; the guess is confirmed, with `answers`."""

    def run(content, *, name="sheet", confirm=True, on=None, **answers):
        def once(layout=None):
            return import_file(
                engine,
                content,
                name=name,
                actor="administrator",
                today=TODAY,
                catalogue=known,
                territories=places,
                local=tmp_path,
                layout=layout,
                on=on,
            )

        report = once()
        if report.sheet is None or report.sheet.known or not confirm:
            return report
        guessed = report.sheet.guess.layout
        if not guessed.step and not any(rule.step for rule in guessed.column):
            answers = {"step": STEP, "unit": UNIT} | answers
        return once(guessed.model_copy(update={"within": guessed.within or "09.273"} | answers))

    return run


def codes(report):
    return [problem.code for problem in report.problems]


def noted(report):
    return {problem.code: problem.values for problem in report.noted}


COUNTS = {
    (AIT_MELLOUL, "2023-11-30"): 1200,
    (AIT_MELLOUL, "2023-12-31"): 1300,
    (AIT_MELLOUL, "2024-01-31"): 1412,
    (LQLIAA, "2023-11-30"): 300,
    (LQLIAA, "2023-12-31"): 310,
    (LQLIAA, "2024-01-31"): 320,
}
ACROSS = [
    ["Préfecture d'Inezgane-Aït Melloul"],
    ["Ménages inscrits au RSU"],
    [],
    ["Commune", "2023", "", "2024"],
    ["", "nov.", "déc.", "janv."],
    ["Aït Melloul", "1 200", "1 300", "1 412"],
    ["Lqliaa", "300", "310", "320"],
    ["Total", "1 500", "1 610", "1 732"],
    ["Source : division de l'action sociale"],
]
ARABIC = [
    ["حصيلة التقييد في السجل الاجتماعي الموحد"],
    ["عمالة إنزكان أيت ملول"],
    [],
    ["الجماعة", "2023", "", "2024"],
    ["", "نونبر", "دجنبر", "يناير"],
    ["أيت ملول", "1 200", "1 300", "1 412"],
    ["القليعة", "300", "310", "320"],
    ["المجموع", "1 500", "1 610", "1 732"],
    ["المصدر: قسم العمل الاجتماعي"],
]


def grouped(rows, mark):
    return [[cell.replace(" ", mark) if cell[:1].isdigit() else cell for cell in row] for row in rows]


def numbers(rows):
    return [[int(cell.replace(" ", "")) if cell[:1].isdigit() else cell for cell in row] for row in rows]


MERGED = [(3, 0, 4, 0), (3, 1, 3, 2)]
STYLES = {
    "utf-8 with a mark": csv_bytes(ACROSS, encoding="utf-8-sig"),
    "latin-1": csv_bytes(ACROSS, encoding="latin-1"),
    "utf-16": csv_bytes(ACROSS, encoding="utf-16"),
    "utf-16 without a mark": csv_bytes(ACROSS, encoding="utf-16-le"),
    "windows-1256": csv_bytes(ARABIC, encoding="cp1256"),
    "arabic utf-8 with commas": csv_bytes(ARABIC, delimiter=",", end="\n"),
    "tabs": csv_bytes(ACROSS, delimiter="\t"),
    "no-break spaces": csv_bytes(grouped(ACROSS, "\u00a0")),
    "narrow spaces": csv_bytes(grouped(ACROSS, "\u202f")),
    "dots": csv_bytes(grouped(ACROSS, ".")),
    "apostrophes": csv_bytes(grouped(ACROSS, "'")),
    "commas in groups": csv_bytes(grouped(ACROSS, ",")),
    "decimal zeros": csv_bytes([[f"{c},0" if c[:1].isdigit() and len(row) == 4 and row[0] else c for c in row]
                                if row and row[0] in ("Aït Melloul", "Lqliaa", "Total") else row for row in ACROSS]),
    "arabic digits": csv_bytes([["".join(chr(0x660 + int(d)) if d.isdigit() else d for d in cell) for cell in row]
                                for row in ARABIC]),
    "mojibake": csv_bytes([[cell.encode().decode("cp1252", errors="replace") for cell in row] for row in ACROSS]),
    "mirrored": csv_bytes([list(reversed(row + [""] * (4 - len(row)))) if len(row) > 1 else row for row in ACROSS]),
    "workbook": xlsx_bytes(("a", numbers(ACROSS))),
    "workbook of texts": xlsx_bytes(("a", ACROSS)),
    "merged": xlsx_bytes(("ورقة", numbers(ARABIC)), merged=MERGED, right_to_left=True),
    "old workbook": xls_bytes(numbers(ACROSS)),
    "old workbook, merged": xls_bytes(numbers(ARABIC), merged=MERGED),
    "opendocument": ods_bytes(numbers(ACROSS)),
    "page": html_bytes(ARABIC),
    "page in windows-1256": html_bytes(ARABIC, encoding="windows-1256"),
}  # fmt: skip


@on_one_engine
@pytest.mark.parametrize("style", STYLES)
def test_a_sheet_means_the_same_counts_however_it_is_written(hand_in, figures, day, style):
    report = hand_in(STYLES[style])
    assert report.problems == ()
    assert figures() == {(code, STEP, "all", day(on)): value for (code, on), value in COUNTS.items()}
    assert (report.rows_read, report.accepted, report.refused) == (6, 6, 0)
    assert noted(report)["noted_totals"] == {"n": 3}


@on_one_engine
def test_a_delimiter_within_quotation_marks_is_none(hand_in, figures):
    lines = ["Commune,Date,Ménages RSU,Observations", '"Aït Melloul",2024-03-31,5,"a;b;c;d"', "Lqliaa,2024-03-31,6,x;y"]
    assert hand_in("\n".join(lines).encode()).problems == ()
    assert sorted(figures().values()) == [5, 6]


DATES = [
    ("14/09/2023", "15/09/2023"),
    ("14-09-2023", "15-09-2023"),
    ("14.09.2023", "15.09.2023"),
    ("14/09/23", "15/09/23"),
    ("2023-09-14", "2023-09-15"),
    ("2023/09/14", "2023/09/15"),
    ("20230914", "20230915"),
    ("14 septembre 2023", "15 sept. 2023"),
    ("14 شتنبر 2023", "15 شتنبر 2023"),
    ("September 14, 2023", "Sept. 15, 2023"),
    ("jeudi 14 septembre 2023", "vendredi 15 septembre 2023"),
    ("45183", "45184"),
    ("٢٠٢٣/٠٩/١٤", "٢٠٢٣/٠٩/١٥"),
]


@on_one_engine
@pytest.mark.parametrize("dates", DATES, ids=[one for one, _ in DATES])
def test_a_date_is_read_in_the_form_in_which_it_is_written(hand_in, figures, day, dates):
    rows = [["Commune", "Date", "Ménages RSU"], ["Lqliaa", dates[0], "5"], ["Lqliaa", dates[1], "6"]]
    assert hand_in(csv_bytes(rows)).problems == ()
    assert figures() == {(LQLIAA, STEP, "all", day("2023-09-14")): 5, (LQLIAA, STEP, "all", day("2023-09-15")): 6}


@on_one_engine
@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_the_time_of_day_beside_a_date_is_left_aside(hand_in, figures, day, kind):
    rows = [["Commune", "Date", "Ménages RSU"], ["Lqliaa", "14/09/2023 16:45:10", 5], ["Temsia", "14/09/2023 9:05", 6]]
    if kind == "workbook":
        rows = [
            rows[0],
            *([row[0], dt.datetime.combine(dt.date(2023, 9, 14), dt.time(16, 45)), row[2]] for row in rows[1:]),
        ]
    assert hand_in(xlsx_bytes(("a", rows)) if kind == "workbook" else csv_bytes(rows)).problems == ()
    on = day("2023-09-14")
    assert figures() == {(LQLIAA, STEP, "all", on): 5, (TEMSIA, STEP, "all", on): 6}


@on_one_engine
@pytest.mark.parametrize("on", [None, dt.date(2023, 9, 14)])
def test_what_stands_for_a_date_and_is_none_is_told_at_its_cell_and_asks_nothing_of_the_file(hand_in, on):
    rows = [["Commune", "Date", "Ménages RSU"], ["Lqliaa", "14/09/2023", "5"], ["Temsia", "hier", "6"]]
    rows.append(["Aït Melloul", "31/02/2023", "7"])
    report = hand_in(csv_bytes(rows), on=on)
    assert [(p.code, p.line, p.column, p.seen) for p in report.problems] == [
        ("not_a_date", 3, "Date", "hier"),
        ("not_a_date", 4, "Date", "31/02/2023"),
    ]
    assert report.sheet.asked == () and (report.rows_read, report.refused) == (3, 3)


@on_one_engine
def test_a_year_in_words_over_its_months_is_written_once(hand_in, figures, day):
    rows = [["Ménages RSU, Préfecture d'Inezgane-Aït Melloul"], ["Commune", "Exercice 2023", "", "Année 2024"]]
    rows += [["", "nov.", "déc.", "janv."], ["Aït Melloul", 1200, 1300, 1412], ["Lqliaa", 300, 310, 320]]
    for content in (csv_bytes(rows), ods_bytes(rows), html_bytes(rows)):
        assert hand_in(content).problems == ()
    assert figures() == {(code, STEP, "all", day(date)): value for (code, date), value in COUNTS.items()}


@on_one_engine
def test_a_column_called_number_holds_figures_although_few_of_its_cells_are_some(hand_in):
    rows = [["Commune", "Date", "Nombre"], ["Lqliaa", "14/09/2023", "(5)"], ["Temsia", "14/09/2023", "12"]]
    rows += [["Aït Melloul", "14/09/2023", "environ 30"], ["Inezgane", "14/09/2023", "(12)"]]
    report = hand_in(csv_bytes([["Ménages inscrits au RSU"], [], *rows]))
    assert [(p.code, p.line, p.seen) for p in report.problems] == [
        ("not_a_number", 4, "(5)"),
        ("not_a_number", 6, "environ 30"),
        ("not_a_number", 7, "(12)"),
    ]
    assert (report.rows_read, report.refused) == (4, 4)
    two = [["Ménages RSU mars 2024"], ["Commune", "Nombre"], ["Lqliaa", "5"], ["Temsia", "12*"], ["Fait à Agadir"]]
    assert [(p.code, p.line) for p in hand_in(csv_bytes(two)).problems] == [("not_a_number", 4)]


@on_one_engine
def test_a_table_without_a_column_of_figures_is_not_said_to_have_no_lines(hand_in):
    rows = [["Commune", "Date", "Ménages RSU", "Taux"], ["Lqliaa", "14/09/2023", "", "12"]]
    assert codes(hand_in(csv_bytes(rows))) == ["sheet_no_figures"]


@on_one_engine
@pytest.mark.parametrize("date_1904", [False, True])
def test_real_dates_and_bare_numbers_of_days_are_read_in_the_calendar_of_the_workbook(hand_in, figures, day, date_1904):
    bare = 45183 - (1462 if date_1904 else 0)
    rows = [["Commune", "Date", "Ménages RSU"], ["Lqliaa", dt.date(2023, 9, 15), 6], ["Temsia", bare, 5]]
    assert hand_in(xlsx_bytes(("a", rows), date_1904=date_1904)).problems == ()
    assert figures() == {(LQLIAA, STEP, "all", day("2023-09-15")): 6, (TEMSIA, STEP, "all", day("2023-09-14")): 5}


@on_one_engine
def test_a_date_that_could_be_read_both_ways_is_asked_and_nothing_is_stored(hand_in, figures, day):
    content = csv_bytes([["Commune", "Date", "Ménages RSU"], ["Lqliaa", "03/04/2023", "5"]])
    report = hand_in(content)
    assert codes(report) == ["which_order"]
    assert (report.event, report.rows_read, report.refused) == (None, 1, 1)
    assert hand_in(content, order="mdy").problems == ()
    assert list(figures()) == [(LQLIAA, STEP, "all", day("2023-03-04"))]


@on_one_engine
def test_one_date_that_can_only_be_read_one_way_decides_for_its_column(hand_in, figures, day):
    rows = [["Commune", "Date", "Ménages RSU"], ["Lqliaa", "03/04/2023", "5"], ["Temsia", "30/04/2023", "6"]]
    assert hand_in(csv_bytes(rows)).problems == ()
    assert (LQLIAA, STEP, "all", day("2023-04-03")) in figures()


@on_one_engine
def test_firsts_of_months_over_columns_are_asked_about_and_mean_what_was_answered(hand_in, figures, day):
    rows = [["Commune", dt.date(2023, 10, 1), dt.date(2023, 11, 1)], ["Lqliaa", 5, 6]]
    content = xlsx_bytes(("RSU", rows))
    assert codes(hand_in(content)) == ["which_grain"]
    assert hand_in(content, grain="month").problems == ()
    assert set(figures()) == {(LQLIAA, STEP, "all", day(d)) for d in ("2023-10-31", "2023-11-30")}


@on_one_engine
def test_figures_without_a_date_wait_for_one(hand_in, figures, day):
    content = csv_bytes([["Commune", "Ménages RSU"], ["Lqliaa", "5"]])
    assert codes(hand_in(content)) == ["which_date"]
    assert hand_in(content, on=dt.date(2024, 3, 31)).problems == ()
    assert list(figures()) == [(LQLIAA, STEP, "all", day("2024-03-31"))]


@on_one_engine
def test_a_date_in_a_note_above_the_table_holds_for_its_figures(hand_in, figures, day):
    rows = [["Situation des ménages RSU arrêtée au 31 mars 2024"], [], ["Commune", "Nombre"], ["Lqliaa", "5"]]
    assert hand_in(csv_bytes(rows)).problems == ()
    assert list(figures()) == [(LQLIAA, STEP, "all", day("2024-03-31"))]


# Territories


@on_one_engine
@pytest.mark.parametrize(
    "name",
    [
        "Préfecture d'Inezgane-Aït Melloul",
        "INEZGANE AIT MELLOUL",
        "عمالة إنزكان آيت ملول",
        "Prefecture Inezgane Ait Meloul",
        "09.273",
        "9.273",
        "9273",
        "09273",
    ],
)
def test_a_prefecture_is_known_in_any_spelling(hand_in, figures, name):
    rows = [["Préfecture ou province", "Date", "Ménages RSU"], [name, "2024-03-31", "5"]]
    report = hand_in(csv_bytes(rows), within="09")
    assert report.problems == ()
    assert [key[0] for key in figures()] == ["09.273"]


@on_one_engine
def test_a_name_that_is_nearly_one_of_its_prefecture_is_read_as_it_and_said(hand_in, figures):
    rows = [["Commune", "Date", "Ménages RSU"], ["Lqliaaa", "2024-03-31", "5"]]
    report = hand_in(csv_bytes(rows))
    assert [key[0] for key in figures()] == [LQLIAA]
    assert noted(report)["noted_near"] == {"territory": LQLIAA, "n": 1}


@on_one_engine
def test_a_name_that_could_be_two_is_proposed_and_its_answer_is_remembered(hand_in, figures, tmp_path, engine, known):
    from data.importer import Territories
    from data.settings import remember_spellings, save_spellings, spellings

    rows = [["Commune", "Date", "Ménages RSU"], ["Klia", "2024-03-31", "5"], ["Temsia", "2024-03-31", "6"]]
    content = csv_bytes(rows)
    report = hand_in(content)
    assert [(p.code, p.line, p.column, p.seen) for p in report.problems] == [("sheet_unknown", 2, "Commune", "Klia")]
    assert [one.name for one in report.sheet.proposals] == ["Klia"]
    assert (report.rows_read, report.accepted, report.refused) == (2, 0, 2)
    remember_spellings(tmp_path, {"Klia": LQLIAA})
    save_spellings(tmp_path, {LQLIAA: {"ar": "القليعة", "fr": ""}})
    assert spellings(tmp_path) == {LQLIAA: {"ar": "القليعة"}}
    assert Territories.load(tmp_path).find("klia") == LQLIAA
    layout = report.sheet.guess.layout
    after = import_file(
        engine,
        content,
        name="a",
        actor="a",
        today=TODAY,
        catalogue=known,
        territories=Territories.load(tmp_path),
        local=tmp_path,
        layout=layout,
    )
    assert after.problems == ()
    assert {key[0] for key in figures()} == {LQLIAA, TEMSIA}


@on_one_engine
def test_a_name_that_other_territories_share_is_told_apart_by_what_is_written_above_it(hand_in, figures, places):
    rows = [
        ["Province", "Commune", "Date", "Ménages RSU"],
        ["Préfecture de Salé", "Salé", "2024-03-31", "5"],
        ["", "Sidi Bouknadel", "2024-03-31", "6"],
    ]
    assert hand_in(csv_bytes(rows), within="").problems == ()
    assert {places.by_code[key[0]].level for key in figures()} == {"commune"}


@on_one_engine
def test_a_code_and_a_name_of_two_territories_are_refused(hand_in):
    rows = [["Code", "Commune", "Date", "Ménages RSU"], [LQLIAA, "Temsia", "2024-03-31", "5"]]
    assert codes(hand_in(csv_bytes(rows))) == ["sheet_code_other"]


@on_one_engine
def test_a_code_of_another_list_is_not_overlooked_for_its_name(hand_in):
    rows = [["Code", "Commune", "Date", "Ménages RSU"], ["09.273.77.77", "Temsia", "2024-03-31", "5"]]
    report = hand_in(csv_bytes(rows))
    assert [(p.code, p.values) for p in report.problems] == [("sheet_unknown", {"suggestions": [TEMSIA]})]


@on_one_engine
def test_a_column_of_line_numbers_called_codes_places_nothing(hand_in, figures):
    rows = [["Code", "Commune", "Date", "Ménages RSU"], ["9", "Temsia", "2024-03-31", "5"]]
    assert codes(hand_in(csv_bytes(rows))) == ["sheet_code_other"]
    assert figures() == {}


# Blocks and totals

BLOCKS = [
    ["Province", "Commune", "Date", "Ménages RSU"],
    ["Inezgane-Aït Melloul", "Aït Melloul", "2024-03-31", "7"],
    ["", "Lqliaa", "2024-03-31", "3"],
    ["Sous-total", "", "2024-03-31", "10"],
    ["Sefrou", "Bhalil", "2024-03-31", "20"],
    ["", "El Menzel", "2024-03-31", "30"],
    ["Sous-total", "", "2024-03-31", "50"],
    ["Total général", "", "2024-03-31", "60"],
]


@on_one_engine
def test_a_province_named_once_holds_for_its_block_and_totals_are_never_added(hand_in, figures, places):
    report = hand_in(csv_bytes(BLOCKS), within="")
    assert report.problems == ()
    assert sorted(figures().values()) == [3, 7, 20, 30]
    assert {places.by_code[key[0]].parent for key in figures()} == {"09.273", "03.451"}
    assert noted(report)["noted_totals"] == {"n": 3}


@on_one_engine
def test_a_total_unlike_its_parts_is_told_at_its_cell_and_stops_the_file(hand_in, figures):
    rows = [*BLOCKS[:3], ["Sous-total", "", "2024-03-31", "11"], *BLOCKS[4:]]
    report = hand_in(xlsx_bytes(("a", [[int(c) if c.isdigit() else c for c in row] for row in rows])), within="")
    found = [(p.code, p.cell, p.seen, p.values) for p in report.problems]
    assert found == [("total_differs", "D4", "11", {"parts": 10})]
    assert (report.event, figures()) == (None, {})


@on_one_engine
def test_a_line_without_a_name_is_a_total_when_it_is_the_sum_and_refused_when_it_is_not(hand_in, figures):
    head = ["Commune", "Date", "Ménages RSU"]
    parts = [["Lqliaa", "2024-03-31", "3"], ["Temsia", "2024-03-31", "4"]]
    assert hand_in(csv_bytes([head, *parts, ["", "", "7"]])).problems == ()
    assert sorted(figures().values()) == [3, 4]
    report = hand_in(csv_bytes([head, *parts, ["", "", "8"]]))
    assert [(p.code, p.line) for p in report.problems] == [("sheet_nameless", 4)]


@on_one_engine
def test_a_prefectures_own_line_among_its_communes_is_its_own_report(hand_in, figures):
    rows = [
        ["Territoire", "Date", "Ménages RSU"],
        ["Préfecture d'Inezgane-Aït Melloul", "2024-03-31", "12"],
        ["Lqliaa", "2024-03-31", "3"],
        ["Temsia", "2024-03-31", "4"],
        ["Total", "", "7"],
    ]
    assert hand_in(csv_bytes(rows)).problems == ()
    assert {key[0]: value for key, value in figures().items()} == {"09.273": 12, LQLIAA: 3, TEMSIA: 4}


@on_one_engine
def test_women_men_and_both_are_three_counts_and_the_last_is_held_against_the_two(hand_in, figures):
    rows = [["Commune", "Date", "RSU"], ["", "", "Femmes", "Hommes", "Total"], ["Lqliaa", "2024-03-31", "3", "4", "7"]]
    rows[0] = ["Commune", "Date", "Personnes RSU", "", ""]
    assert hand_in(csv_bytes(rows)).problems == ()
    assert {key[2]: value for key, value in figures().items()} == {"female": 3, "male": 4, "all": 7}
    rows[2] = ["Temsia", "2024-03-31", "3", "4", "8"]
    assert codes(hand_in(csv_bytes(rows))) == ["total_differs"]


@on_one_engine
def test_a_figure_that_is_not_known_is_no_zero(hand_in, figures):
    rows = [["Commune", "Date", "Ménages RSU"], ["Lqliaa", "2024-03-31", "n.d."], ["Temsia", "2024-03-31", "0"]]
    report = hand_in(csv_bytes(rows))
    assert list(figures().values()) == [0]
    assert noted(report)["noted_absent"] == {"n": 1}


@on_one_engine
def test_what_is_no_count_is_told_at_its_own_cell(hand_in):
    heads = [["", "Commune", "2023", ""], ["", "", "nov.", "déc."]]
    rows = [*heads, ["", "Lqliaa", 5.5, "beaucoup"], ["", "Temsia", -3, 4]]
    report = hand_in(xlsx_bytes(("RSU", rows)))
    found = [(p.code, p.cell) for p in report.problems]
    assert found == [("decimal", "C3"), ("not_a_number", "D3"), ("negative", "C4")]


# Which register, which count


@on_one_engine
@pytest.mark.parametrize("title", ["السجل الوطني الموحد", "RNU", "Registre national unifié"])
def test_a_name_that_no_register_has_is_asked_about(hand_in, title):
    report = hand_in(csv_bytes([[title], ["Commune", "Date", "Nombre"], ["Lqliaa", "2024-03-31", "5"]]), confirm=False)
    asked = next(p for p in report.problems if p.code == "which_register")
    assert (asked.seen, asked.values["steps"]) == (title, ["rnp.registered", "rsu.registered"])
    assert report.event is None


@on_one_engine
def test_a_layout_comes_back_with_its_headers_and_asks_when_the_title_names_another_count(hand_in, tmp_path):
    from data.importer import keep

    rows = [["Commune", "Date", "Nombre"], ["Lqliaa", "2024-03-31", "5"]]
    first = hand_in(csv_bytes([["Ménages RSU"], *rows]), confirm=False)
    assert codes(first) == ["unknown_layout"]
    keep(tmp_path, first.sheet.guess.layout.model_copy(update={"within": "09.273"}))
    rows[1][1:] = ["2024-04-30", "6"]
    assert hand_in(csv_bytes([["Ménages RSU"], *rows]), confirm=False).accepted == 1
    other = hand_in(csv_bytes([["Registre national de la population"], *rows]), confirm=False)
    assert codes(other) == ["which_count_other"]
    assert other.event is None


def test_a_layout_is_written_as_it_is_read():
    text = r"""
        id = "weekly"
        name = {ar = "حصيلة", fr = "Bilan \"hebdo\"", en = "Weekly"}
        step = "rsu.registered"
        unit = "household"
        measure = "flow"
        [[column]]
        header = ["commune", "الجماعة"]
        role = "territory"
        [[column]]
        header = "{date} / femmes"
        role = "value"
        sex = "female"
    """
    layout = parsed(text, file="a.toml")
    assert parsed(layout.to_toml(), file="a.toml") == layout
    assert layout.fits(["الجماعة", "{date} / Femmes"]) and not layout.fits(["commune"])
    assert not layout.fits(["commune", "{date} / femmes", "x"])


def test_every_layout_that_ships_can_be_read_and_counts_what_is_defined(known):
    from data.importer.layouts import REFERENCE

    files = sorted(REFERENCE.glob("*.toml"))
    assert len(files) >= 3
    for file in files:
        layout = parsed(file.read_text(encoding="utf-8"), file=file.name)
        assert (layout.id, set(layout.name)) == (file.stem, {"ar", "fr", "en"})
        for rule in layout.column:
            step = rule.step or layout.step
            if rule.role == "value":
                assert (rule.unit or layout.unit) in known.steps[step].units


# Stock or flow


@on_one_engine
def test_numbers_that_rise_and_fall_under_the_name_of_a_stock_are_asked_about(hand_in, figures):
    months = ["janv.", "févr.", "mars", "avr.", "mai", "juin"]
    rows = [["Commune", "2024"], ["", *months]]
    rows += [["Lqliaa", 50, 20, 60, 10, 70, 30], ["Temsia", 5, 40, 10, 60, 20, 70]]
    rows[0] += [""] * 5
    content = csv_bytes(rows)
    report = hand_in(content, step=STEP, unit=UNIT)
    assert codes(report) == ["which_measure"]
    assert report.problems[0].values == {"asks": "measure", "said": "stock", "shown": "flow"}
    assert hand_in(content, measure="flow").problems == ()
    assert len(figures()) == 12


@on_one_engine
def test_a_month_of_a_flow_runs_from_its_first_day_to_its_last(hand_in, engine):
    import sqlalchemy as sa

    rows = [["Nouveaux ménages RSU"], ["Commune", "févr. 2024"], ["Lqliaa", "5"]]
    report = hand_in(csv_bytes(rows))
    assert (report.problems, report.accepted) == ((), 1)
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT from_date, to_date FROM observation")).one()
    epoch = dt.date(1970, 1, 1).toordinal()
    assert [dt.date.fromordinal(epoch + day).isoformat() for day in found] == ["2024-02-01", "2024-02-29"]


@on_one_engine
def test_one_month_of_figures_far_below_the_known_stock_is_asked_about(hand_in, figures):
    names = ["Aït Melloul", "Lqliaa", "Temsia", "Inezgane"]
    stock = [["Ménages RSU"], ["Commune", "févr. 2024"], *[[name, 1000 + at] for at, name in enumerate(names)]]
    month = [["Ménages RSU"], ["Commune", "mars 2024"], *[[name, 20 + at] for at, name in enumerate(names)]]
    # Counts of another register first: the numbers of series are then no places in the file.
    assert hand_in(csv_bytes([["Personnes RNP"], *stock[1:]])).problems == ()
    assert hand_in(csv_bytes(stock)).problems == ()
    report = hand_in(csv_bytes(month))
    assert (codes(report), report.event) == (["which_measure"], None)
    assert report.problems[0].values == {"asks": "measure", "said": "stock", "shown": "flow"}
    assert hand_in(csv_bytes(month), measure="flow").problems == ()
    whole = [["Ménages RSU"], ["Commune", "avr. 2024"], *[[name, 1050 + at] for at, name in enumerate(names)]]
    assert codes(hand_in(csv_bytes(whole), measure="flow")) == ["which_measure"]
    assert hand_in(csv_bytes(whole), measure="flow", sure=True).problems == ()
    assert len(figures()) == 16


def test_a_month_sent_again_a_correction_and_an_overlap_are_each_said(take_in):
    head = "territory,step,unit,measure,from,to,value"
    line = "09.273,rsu.registered,household,flow,{},{},{}"
    take_in(head, line.format("2024-01-01", "2024-01-31", 5), line.format("2024-02-01", "2024-02-29", 6))
    report = take_in(
        head,
        line.format("2024-01-01", "2024-01-31", 5),
        line.format("2024-02-01", "2024-02-29", 7),
        line.format("2024-02-15", "2024-03-14", 9),
    )
    assert report.accepted == 3
    assert noted(report) == {
        "noted_resent": {"first": "2024-01-01", "last": "2024-01-31", "n": 1},
        "noted_corrected": {"first": "2024-02-01", "last": "2024-02-29", "n": 1},
        "noted_overlapping": {"first": "2024-02-01", "last": "2024-02-29", "n": 2},
    }


def test_a_first_file_says_nothing_of_what_came_before(take_in):
    head = "territory,step,unit,measure,from,to,value"
    line = "09.273,rsu.registered,household,flow,{},{},{}"
    report = take_in(head, line.format("2024-01-01", "2024-01-31", 5), line.format("2024-02-01", "2024-02-29", 6))
    assert report.noted == ()


# Persons


@on_one_engine
@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([["Commune", "Nom", "CNIE"], ["Lqliaa", "Xyz", "AB123456"]], ["Nom", "CNIE"]),
        ([["الجماعة", "الاسم الكامل", "رقم الهاتف"], ["القليعة", "س", "0612345678"]], ["الاسم الكامل", "رقم الهاتف"]),
        ([["Commune", "Réf"], ["Lqliaa", "AB123456"], ["Temsia", "CD654321"]], ["Réf"]),
        ([["Commune", "x"], *[["Lqliaa", f"{n} Alaoui"] for n in ("Fatima", "Mohamed", "Ahmed", "Omar")]], ["x"]),
        ([["Lqliaa", "AB123456"], ["Temsia", "CD654321"], ["Temsia", "EF123123"]], ["B"]),
    ],
)
def test_a_table_of_persons_is_refused_by_its_columns_and_nothing_of_it_is_repeated(hand_in, rows, named):
    for content in (csv_bytes(rows), xlsx_bytes(("a", rows))):
        report = hand_in(content, confirm=False)
        assert [(p.code, p.column, p.seen) for p in report.problems] == [("nominative", name, "") for name in named]
        assert (report.event, report.sheet, report.noted) == (None, None, ())
        assert not any(cell in repr(report) for row in rows[1:] for cell in row[1:] if len(cell) > 2)


def test_a_column_of_persons_beside_the_long_layout_is_refused_too(take_in):
    report = take_in(
        "territory,step,unit,measure,date,value,cin", "09.273,rsu.registered,household,stock,2024-03-31,5,AB123456"
    )
    assert codes(report) == ["nominative"]


SOMEBODY = ("AB123456", "Benjelloun", "0661223344")
FIGURES = [["Commune", "Date", "Nombre"], ["Aït Melloul", "31/03/2024", "1412"], ["Lqliaa", "31/03/2024", "320"]]
TITLE = [["Ménages inscrits au RSU"]]


@on_one_engine
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("a note", [*TITLE, ["Saisi par M. Ahmed Benjelloun, AB123456, 0661223344"], *FIGURES]),
        ("a note that asks", [["RNU, Ahmed Benjelloun AB123456"], *FIGURES]),
        ("liste Ahmed Benjelloun", [*TITLE, *FIGURES]),
        ("liste_AB123456.csv", [*TITLE, *FIGURES]),
        ("a place", [*TITLE, *FIGURES, ["Ahmed Benjelloun", "31/03/2024", "5"], ["Temsia", "31/03/2024", "6"]]),
        ("a card for a place", [*TITLE, *FIGURES, ["AB123456", "31/03/2024", "5"], ["Temsia", "31/03/2024", "6"]]),
        ("a date", [*TITLE, *FIGURES, ["Temsia", "0661223344", "5"]]),
        ("a number", [*TITLE, *FIGURES, ["Temsia", "31/03/2024", "AB123456"], ["Inezgane", "31/03/2024", "6"]]),
        ("a header", [*TITLE, ["Commune", "Date", "Ahmed Benjelloun"], *FIGURES[1:]]),
        ("a label in each cell", [*TITLE, [*FIGURES[0], "Divers"], *([*row, "CIN: AB123456"] for row in FIGURES[1:])]),
        ("a remark", [*TITLE, [*FIGURES[0], "Divers"], [*FIGURES[1], "Ahmed Benjelloun"], [*FIGURES[2], "ok"]]),
        ("a remark of a refused line", [*TITLE, [*FIGURES[0], "Divers"], *FIGURES[1:], ["X", "", "5", "AB123456"]]),
    ],
)
def test_whoever_is_named_anywhere_in_a_sheet_is_nowhere_in_what_is_said_or_kept(hand_in, engine, tmp_path, name, rows):
    for content in (csv_bytes(rows), xlsx_bytes((f"{SOMEBODY[0]}", rows), ("b", rows))):
        looked, taken = hand_in(content, name=name, confirm=False), hand_in(content, name=name)
        for report in (looked, taken):
            shown = repr(report.sheet) + repr(report)
            if report.rejected is not None:
                heading = {"heading": "why", "say": lambda problem: problem.seen}
                shown += written(replace(report.rejected, workbook=False), **heading).decode()
            assert not [one for one in SOMEBODY if one in shown], name
        with engine.connect() as connection:
            kept = [
                str(tuple(row))
                for table in sa.inspect(connection).get_table_names()
                for row in connection.execute(sa.text(f'SELECT * FROM "{table}"'))
            ]
        kept += [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.toml")]
        assert not [one for one in SOMEBODY if any(one in row for row in kept)], name


def test_no_list_of_territories_is_taken_for_one_of_persons(places):
    import csv

    from data.importer import identity
    from data.importer.names import REFERENCE

    with open(REFERENCE / "territories.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    children = {}
    for row in rows:
        for name in ("name_ar", "name_fr"):
            children.setdefault((row["parent"], name), []).append(row[name])
    assert [key for key, names in children.items() if identity.by_content(names)] == []


# Hostile files


@on_one_engine
def test_hostile_files_are_refused_with_a_reason(hand_in, rows_in):
    many = "<table:table-row table:number-rows-repeated='1048576'><table:table-cell office:value-type='float' "
    many += "office:value='1' table:number-columns-repeated='16384'><text:p>1</text:p></table:table-cell>"
    many += "</table:table-row>"
    wide = b"<table><tr><td colspan='999999999'>1</td><td>2</td></tr></table>"
    hostile = {
        "ods": (ods_archive(many), {"too_much_memory", "reader_died", "reader_too_slow", "sheet_too_large",
                                    "too_many_columns", "book_broken"}),
        "a page with a wide cell": (wide, {"too_many_columns"}),
        "a page with entities": (b"<!DOCTYPE html [<!ENTITY a 'b'>]><table><tr><td>&a;</td></tr></table>",
                                 {"xlsx_doctype"}),
        "a million empty columns": (b"Commune" + b"," * 1_000_000 + b"Nombre\nLqliaa,5\n", {"too_many_columns"}),
        "an old workbook cut short": (xls_bytes([["Commune", "RSU"], ["Lqliaa", 5]])[:2000], {"book_broken"}),
        "a page of scripts": (b"<html><script>while(1){}</script></html>", {"empty_file"}),
        "a page that never ends a tag": (b"<table><td " + b"a" * (3 << 20), {"unreadable_line", "empty_file"}),
        "spreadsheet xml": (b"<?xml version='1.0'?><Workbook/>", {"not_a_table"}),
    }  # fmt: skip
    for name, (content, expected) in hostile.items():
        report = hand_in(content, confirm=False)
        assert {problem.code for problem in report.problems} <= expected and report.problems, name
        assert report.event is None
    assert set(rows_in().values()) == {0}


@on_one_engine
def test_empty_columns_by_the_thousand_beside_a_table_change_nothing(hand_in):
    content = csv_bytes([["Commune", "Date", "Ménages RSU", *[""] * 20_000], ["Lqliaa", "2024-03-31", "5"]])
    assert hand_in(content).problems == ()


@on_one_engine
def test_a_workbook_of_more_than_50_megabytes_is_refused_unopened(hand_in):
    content = xlsx_bytes(("a", [["Commune", "RSU"], ["Lqliaa", 5]])) + b"\0" * (50 << 20)
    assert codes(hand_in(content)) == ["book_too_large"]


@on_one_engine
def test_scripts_in_a_page_are_no_cells_and_its_entities_are_letters(hand_in, figures):
    before = "<script>document.write('<table><tr><td>1</td></tr></table>')</script><style>td{color:red}</style>"
    rows = [["Commune", "Date", "Ménages RSU"], ["Aït Melloul", "2024-03-31", "1 200"]]
    content = html_bytes(rows, before=before).replace("ï".encode(), b"&iuml;").replace(" ".encode(), b"&nbsp;")
    assert hand_in(content).problems == ()
    assert list(figures().values()) == [1200]


# The guide

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "load-your-own-file.md").read_text(encoding="utf-8")
COUNTED = {
    "Months across, a year over its months": 6,
    "The same in Arabic, right to left": 6,
    "One line a date, a province named once": 5,
    "Women, men and both": 3,
    "A date for the whole sheet": 1,
}
EXAMPLES = re.findall(r"### ([^\n]+)\n\n```text\n(.*?)```", GUIDE, re.DOTALL)


def test_the_guide_has_an_example_of_each_kind_of_sheet():
    assert [title for title, _ in EXAMPLES] == list(COUNTED)


@on_one_engine
@pytest.mark.parametrize(("title", "example"), EXAMPLES, ids=[title for title, _ in EXAMPLES])
def test_each_example_of_the_guide_is_taken_in_as_it_stands(hand_in, title, example):
    report = hand_in(example.encode(), within="")
    assert report.problems == ()
    assert report.accepted == COUNTED[title]


@on_one_engine
def test_the_layout_of_the_guide_reads_the_example_of_the_guide(hand_in, tmp_path):
    from data.importer import keep

    text = re.search(r"```toml\n(step = .*?)```", GUIDE, re.DOTALL).group(1)
    keep(tmp_path, parsed(text, file="mine.toml"))
    assert hand_in(EXAMPLES[0][1].encode(), confirm=False).accepted == 6
    assert hand_in(EXAMPLES[1][1].encode(), confirm=False).accepted == 6


# Any file at all


@on_one_engine
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the child process that stays is a fork")
def test_five_thousand_spoilt_files_crash_nothing_and_leave_no_half_import(
    engine, known, places, tmp_path, quick_child
):
    found = mutants.run(engine, files=5000, seed=22, local=tmp_path, known=known, places=places)
    assert found["stored"] + found["refused"] == 5000
    assert found["stored"] > 100 and found["rows"] > 5000


CELLS = st.one_of(
    st.sampled_from(
        ["Commune", "Total", "Lqliaa", "Temsia", "Préfecture", "2023", "janv.", "نونبر", "1 200", "1,5", "n.d.", "-4",
         "RSU", "Femmes", "14/09/2023", "03/04/2023", "45183", "القليعة", "09.273", "المجموع", "AB123456", "", ""]
    ),
    st.integers(-5, 3000).map(str),
    st.text(max_size=6),
)  # fmt: skip
GRIDS = st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=9)


def reading(rows, merged=()):
    """The cells of a sheet as the child process hands them over."""
    cells = [
        (line, "a", str(column), text, "n" if text.isdecimal() and text.isascii() else "s")
        for line, row in enumerate(rows, start=1)
        for column, text in enumerate(row, start=1)
        if text.strip()
    ]
    columns = list(zip(*cells, strict=True)) or [()] * 5
    arrays = [pa.array(columns[0], pa.int64()), *(pa.array(column, pa.string()) for column in columns[1:])]
    return Reading(pa.table(arrays, names=list("lctxk")), (), (), 0, grid=True, merged=tuple(merged))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=GRIDS, merged=st.lists(st.tuples(*[st.integers(1, 6)] * 4), max_size=3))
def test_any_sheet_is_understood_or_refused_and_every_row_counted(known, places, rows, merged):
    from data.importer.check import check

    held = tables(sheets(reading(rows, [("a", *m) for m in merged])), WORDS)
    if not held:
        return
    guessed = guess(held, territories=places, words=WORDS, catalogue=known)
    given = {"step": guessed.layout.step or STEP, "unit": guessed.layout.unit or UNIT}
    layout = guessed.layout.model_copy(update=given)
    found = unfold(held, layout, territories=places, words=WORDS, catalogue=known, on=dt.date(2024, 3, 31))
    checked = check(found.table, HEADER, catalogue=known, territories=places, today=TODAY, ragged=found.refused)
    assert checked.rows_read == found.table.num_rows + found.refused
    assert checked.accepted + checked.refused == checked.rows_read
    assert len(set(found._places)) == found.table.num_rows
    for problem in checked.problems:
        found.placed(problem)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.lists(st.integers(0, 99_999), min_size=3, max_size=3), min_size=2, max_size=4),
    blocks=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_totals_are_never_added_wherever_they_stand(known, places, values, blocks, seed):
    names = ["Aït Melloul", "Lqliaa", "Temsia", "Inezgane"][: len(values)]
    total = [sum(column) for column in zip(*values, strict=True)]
    body = [[name, *row] for name, row in zip(names, values, strict=True)]
    label = random.Random(seed).choice(["Total", "المجموع", "TOTAL GENERAL", "Sous-total", "Ensemble"])
    if blocks:
        half = [sum(column) for column in zip(*values[:1], strict=True)]
        body.insert(1, [label, *half])
    rows = [["Commune", "nov. 2023", "déc. 2023", "janv. 2024"], *body, [label, *total]]
    held = tables(sheets(reading([[str(cell) for cell in row] for row in rows])), WORDS)
    layout = Layout(
        id="a", step=STEP, unit=UNIT, measure="stock", sure=True, within="09.273",
        column=guess(held, territories=places, words=WORDS, catalogue=known).layout.column,
    )  # fmt: skip
    found = unfold(held, layout, territories=places, words=WORDS, catalogue=known)
    assert (found.problems, found.refused, found.asked) == ((), 0, ())
    stored = [int(value) for value in found.table.column(str(HEADER.index("value"))).to_pylist()]
    assert sorted(stored) == sorted(value for row in values for value in row)


# What was refused comes back


@on_one_engine
def test_the_refused_lines_of_a_sheet_come_back_under_its_own_headers_and_are_known_when_mended(hand_in):
    rows = [["Commune", "Ménages RSU au 31/03/2024"], ["Lqliaa", "300"], ["Temsia", "beaucoup"], ["Aït Melloul", "900"]]
    report = hand_in(csv_bytes(rows))
    assert [row[1] for row in report.rejected.rows] == [("Temsia", "beaucoup")]
    assert report.rejected.header[0] == "Commune" and len(report.rejected.header) == 2
    handed = written(report.rejected, heading="Motif", say=lambda problem: problem.code)
    text = handed.decode("utf-8-sig")
    assert "not_a_number" in text.splitlines()[1]
    known = hand_in(text.replace("beaucoup", "41").encode("utf-8-sig"), confirm=False)
    # The column that we added is none of the sheet's own.
    assert [key for key in known.sheet.guess.layout.model_dump()["column"] if "tatabbu" in str(key)] == []


def test_counts_of_cards_are_counts_and_a_column_of_communes_called_name_is_no_list_of_persons(hand_in):
    rows = [["Nom", "CIN"], ["Lqliaa", "300"], ["Temsia", "41"], ["Aït Melloul", "900"]]
    assert "nominative" not in codes(hand_in(csv_bytes(rows), confirm=False))
