"""Slides of what changed since the meeting before: from the tables, the cut and the frozen slides to finished words."""

import dataclasses
import re

import pytest

from data import meetings as writing
from data.database import as_date
from findings.meetings import of_id
from findings.reader import Reader
from findings.since import since_slides
from panels.slide import Figure, Slide, from_json
from queries.cuts import latest_cut
from queries.meetings import Item
from tests.queries.conftest import known, places  # noqa: F401
from tests.queries.test_since import FIRST, HERE, NOW, SECOND, STEP, THEN, Office

ITEM = Item("i1", "pace", programme="rsu")
PLAIN = re.compile("[\u2066-\u2069]")
UNIT = "household"


@pytest.fixture
def office(reference_engine, known, places):  # noqa: F811
    return Office(reference_engine, known, places)


def meet(office, at, *, shown=None, previous="", kind="session", territory=HERE):
    """A meeting, frozen on what is known now where `shown` says by territory what its slides said."""
    new = writing.Meeting(kind, as_date(at), territory, previous=previous)
    stored = writing.prepare(office.engine, new, actor="preparer", today=as_date(at))
    cut = latest_cut(office.engine)
    if shown is not None:
        said = tuple(Figure(STEP, code, THEN, value, str(value), UNIT) for code, value in shown.items())
        slide = Slide("i1/pace", "pace", "text", "-", figures=said)
        rows = [writing.Frozen("office", loc, slide.key, "", "", slide.to_json()) for loc in ("ar", "fr", "en")]
        writing.freeze(office.engine, stored.id, rows, at=cut - 1, seen=stored.event, actor="preparer")
    return of_id(office.engine, stored.id, cut=latest_cut(office.engine), scope="MA")


def told(office, before, *, locale="fr", audience="office", territory=HERE, scope="MA"):
    meeting = meet(office, NOW, previous=before.id if before else "", territory=territory)
    reader = Reader(office.engine, latest_cut(office.engine), scope, "administrator", locale)
    return {slide.key: slide for slide in since_slides(reader, ITEM, meeting, before, audience=audience)}


def plain(text):
    return PLAIN.sub("", text).replace("\u202f", " ").replace("\u00a0", " ")


def every_number_is_a_figure(slide):
    """No number of a cell, a bar or a headline is missing among the figures."""
    values = {figure.value for figure in slide.figures}
    assert {number.value for number in slide.numbers} <= values
    assert {row["value"] for row in slide.chart.get("rows", ())} <= values
    texts = {figure.text for figure in slide.figures}
    for row in slide.table.rows:
        for at in slide.table.numeric:
            assert row[at] in texts or not any(c.isdigit() for c in row[at]), row[at]


def test_a_revised_number_is_announced_before_what_changed(office):
    office.take_in((FIRST, THEN, 1000), (SECOND, THEN, 500))
    before = meet(office, THEN, shown={HERE: 1500, FIRST: 1000, SECOND: 500})
    office.take_in((FIRST, THEN, 960), (FIRST, NOW, 1100), (SECOND, NOW, 520))
    found = told(office, before)
    assert list(found) == ["i1/revised", "i1/since", f"i1/since/{FIRST}", f"i1/since/{SECOND}"]
    revised, since = found["i1/revised"], found["i1/since"]
    assert plain(revised.title) == (
        "Le chiffre présenté lors de la séance du 20 août 2023 (nombre de ménages inscrits au RSU dans la préfecture "
        "d'Inezgane-Aït Melloul) a été actualisé : 1 500 devient 1 460, en raison de : correction à la source ; "
        "le procès-verbal de cette séance reste inchangé."
    )
    assert [row[0] for row in revised.table.rows] == ["Inezgane-Aït Melloul", "Ait Melloul"]
    # All of it came late, which the title says: no row says it again.
    assert {len(row) for row in (revised.table.head, *revised.table.rows)} == {4}
    assert plain(since.title) == (
        "Depuis la séance du 20 août 2023, le nombre de ménages inscrits au RSU dans la préfecture "
        "d'Inezgane-Aït Melloul est passé de 1 500 à 1 620, soit une hausse de 120 ménages (au titre de la période : "
        "160 ; par actualisation de données antérieures : moins 40)."
    )
    assert [number.value for number in since.numbers] == [1500, 1620, 120]
    assert "correction à la source : moins 40" in [plain(line) for line in since.lines]
    assert found[f"i1/since/{FIRST}"].parent == "i1/since"
    for slide in found.values():
        every_number_is_a_figure(slide)


def test_it_is_said_in_arabic_as_the_reference_says_it(office):
    office.take_in((FIRST, THEN, 1000))
    before = meet(office, THEN, shown={})
    office.take_in((FIRST, NOW, 1012))
    (since, *_) = told(office, before, locale="ar", territory=HERE).values()
    assert plain(since.title) == (
        "منذ جلسة 20 غشت 2023، انتقل عدد الأسر المسجلة في السجل الاجتماعي الموحد بعمالة إنزكان أيت ملول من 1 000 إلى "
        "1 012، أي بزيادة 12 أسرة (برسم الفترة: 12؛ ناتج عن تحيين معطيات سابقة: 0)."
    )


def test_children_that_all_gained_are_bars_and_a_loss_is_a_table(office):
    codes = (FIRST, SECOND, "09.273.01.15", "09.273.01.17", "09.273.05.19", "09.273.05.27")
    office.take_in(*((code, THEN, 100) for code in codes))
    before = meet(office, THEN, shown={HERE: 600})
    office.take_in(*((code, NOW, 100 + at) for at, code in enumerate(codes)))
    slide = told(office, before)["i1/since"]
    assert slide.kind == "bars" and [row["value"] for row in slide.chart["rows"]] == [0, 1, 2, 3, 4, 5]
    every_number_is_a_figure(slide)
    office.take_in((SECOND, NOW, 20))
    slide = told(office, before)["i1/since"]
    assert slide.kind == "table" and "moins 80" in [plain(cell) for row in slide.table.rows for cell in row]


@pytest.mark.parametrize("case", ["none", "not frozen", "elsewhere", "words"])
def test_where_there_is_nothing_to_compare_there_is_no_slide(office, case):
    office.take_in((FIRST, THEN, 100), (FIRST, NOW, 110))
    place = "09.001" if case == "elsewhere" else HERE
    before = None if case == "none" else meet(office, THEN, shown=None if case == "not frozen" else {}, territory=place)
    if case != "words":
        assert told(office, before) == {}
        return
    meeting = meet(office, NOW)
    reader = Reader(office.engine, latest_cut(office.engine), "MA", "administrator", "fr")
    assert since_slides(reader, dataclasses.replace(ITEM, subject="words", programme=""), meeting, before) == []


def test_a_place_that_a_drill_down_showed_is_compared_in_a_meeting_of_its_own(office):
    office.take_in((FIRST, THEN, 100))
    before = meet(office, THEN, shown={HERE: 100, FIRST: 100})
    office.take_in((FIRST, NOW, 130))
    assert told(office, before, territory=FIRST)["i1/since"].numbers[2].value == 30


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_what_was_or_is_missing_is_said(office, locale):
    before = meet(office, THEN, shown={})
    office.take_in((FIRST, NOW, 130))
    slide = told(office, before, territory=HERE, locale=locale)["i1/since"]
    assert len(slide.numbers) == 1 and slide.numbers[0].value == 130 and slide.kind == "text"


def test_what_was_withdrawn_for_good_is_announced(office):
    only = office.take_in((FIRST, THEN, 100))
    before = meet(office, THEN, shown={HERE: 100})
    office.withdraw(only)
    found = told(office, before)
    assert "n'a plus cours, en raison de : retrait d'un fichier reçu" in plain(found["i1/revised"].title)
    assert "aucun chiffre n'est disponible" in plain(found["i1/since"].title)


def test_two_units_make_a_sentence_and_no_number(office):
    office.take_in((FIRST, THEN, 100))
    before = meet(office, THEN, shown={HERE: 100})
    office.redefine(STEP, "person")
    (slide,) = told(office, before).values()
    assert slide.key == "i1/since" and not slide.numbers and "ne se comparent pas" in plain(slide.title)


def test_numbers_made_for_outside_are_rounded_to_five_add_up_and_say_so(office):
    office.take_in((FIRST, THEN, 1003), (SECOND, THEN, 502))
    before = meet(office, THEN, shown={HERE: 1505})
    office.take_in((FIRST, THEN, 991), (FIRST, NOW, 1108), (SECOND, NOW, 521))
    found = told(office, before, audience="outside")
    assert all(figure.value % 5 == 0 for slide in found.values() for figure in slide.figures)
    slide = found["i1/since"]
    then, now, change = (number.value for number in slide.numbers)
    parts = {f.what: f.value for f in slide.figures if f.territory == HERE}
    assert now - then == change == parts["activity"] + parts["revision"]
    assert any("multiple de 5" in line for line in slide.notes)
    assert all(one.audience == "outside" for one in found.values())


def test_the_same_question_has_the_same_id_and_another_cut_another(office):
    office.take_in((FIRST, THEN, 100))
    before = meet(office, THEN, shown={HERE: 100})
    office.take_in((FIRST, NOW, 130))
    first = told(office, before)["i1/since"]
    assert first.panel and len({first.panel, told(office, before, audience="outside")["i1/since"].panel}) == 2
    assert from_json(first.to_json()) == first
