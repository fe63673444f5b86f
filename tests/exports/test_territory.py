"""The sheet of a territory: what it says, for whom, on how many pages, and what it never says."""

import datetime as dt

import pypdfium2
import pytest

import findings
from data.database import as_day
from exports import papers, tagged
from findings.reader import Reader
from findings.sheet import sheet
from i18n import words
from panels import sheet as say
from queries.situation import readings
from tests.papers import sitting

LOCALES = ("ar", "fr", "en")
HERE, COMMUNE, OTHER = "09.273", "09.273.01.05", "09.273.05.27"
DAY = as_day(dt.date(2023, 9, 17))


@pytest.fixture(scope="module")
def demonstration(demonstration_local):
    """The database of the demonstration, in which nothing is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(demonstration_local))
        from ui.engine import engine

        found = engine(demonstration=True)
        yield found
        found.dispose()


def reader(engine, locale="fr", scope="MA", role="administrator"):
    return Reader(engine, findings.latest_cut(engine), scope, role, locale)


def made(engine, territory, *locales, **more):
    asked = {"cut": findings.latest_cut(engine), "scope": "MA", "demonstration": True} | more
    return papers.sheet(engine, territory=territory, on=DAY, locales=locales, **asked)


def annex(engine):
    """The code of an administrative annex of the demonstration."""
    return next(code for code, level, _ in findings.territory_choices(engine, scope="MA") if level == "annex")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_sheet_is_a_page_or_two_for_a_prefecture_a_commune_and_an_annex(demonstration, locale):
    for territory in (HERE, COMMUNE, annex(demonstration)):
        name, content = made(demonstration, territory, locale)
        assert len(pypdfium2.PdfDocument(content)) <= 2
        assert name == f"tatabbu-sheet-{territory}-2023-09-17-{locale}.pdf"
        said = [tagged.normal(one.text) for one in tagged.elements(content)]
        assert tagged.normal(words(locale)("sheet.title", place=words(locale).place(territory))) in said


@pytest.mark.parametrize("locale", LOCALES)
def test_each_programme_has_its_unit_its_share_with_its_year_its_day_and_its_source(demonstration, locale):
    slides = {slide.key: slide for slide in sheet(reader(demonstration, locale), territory=HERE, on=DAY)}
    found, _ = readings(
        demonstration,
        territories=[HERE],
        on=DAY,
        **reader(demonstration, locale).asked,
    )
    told = slides["sheet/programmes"]
    rows = {row[0]: " ".join(row[1:]) for row in told.table.rows}
    w = words(locale)
    with_share = 0
    for row in found.itertuples(index=False):
        if row.state != "shown":
            continue
        line = tagged.normal(rows[w.name("programme", row.programme, field="short")])
        assert tagged.normal(w.number(int(row.value))) in line
        if row.denominator_kind == "census":
            with_share += 1
            assert str(int(row.denominator_year)) in line and tagged.normal(w.share(row.covered_share)) in line
    assert with_share and told.sources and told.dates


@pytest.mark.parametrize("locale", LOCALES)
def test_a_stage_counted_in_two_units_on_one_day_is_one_row_that_says_both(demonstration, locale):
    slides = {slide.key: slide for slide in sheet(reader(demonstration, locale), territory=HERE, on=DAY)}
    told = slides["sheet/counts"]
    said = [row[2] for row in told.table.rows]
    assert all(any(figure.text in text for text in said) for figure in told.figures)
    days = [(row[1], row[3]) for row in told.table.rows]
    assert len(days) == len(set(days)) < len(told.figures)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_count_beside_its_target_is_never_called_a_share(demonstration, locale):
    slides = {slide.key: slide for slide in sheet(reader(demonstration, locale), territory=HERE, on=DAY)}
    w, known = words(locale), reader(demonstration, locale).known
    shares = {w.name("indicator", id) for id in known.indicators}
    names = [row[0] for row in slides["sheet/standings"].table.rows]
    assert names and not shares & set(names)


def test_a_path_says_one_planned_level_that_of_the_day_of_its_data(demonstration):
    paths = [slide for slide in sheet(reader(demonstration), territory=HERE, on=DAY + 1) if slide.kind == "path"]
    assert paths and not any(slide.numbers for slide in paths)


def test_what_concerns_it_alone_is_recommended(reference_engine):
    sitting(reference_engine)
    on = as_day(dt.date(2023, 9, 18))

    def asked(territory, **more):
        slides = sheet(reader(reference_engine, **more), territory=territory, on=on)
        return [row[1] for slide in slides if slide.key == "sheet/recommendations" for row in slide.table.rows]

    assert "إضافة محطتين للتسجيل" in asked(HERE)
    # It is of the prefecture: a commune of it is not what was spoken of, the region above it is.
    assert asked(COMMUNE) == [] and "إضافة محطتين للتسجيل" in asked("09")
    # A reader of a commune sees no meeting of the prefecture, so nothing of what it recommended.
    assert asked(COMMUNE, scope=COMMUNE) == []


def test_a_copy_for_outside_is_rounded_throughout_and_tells_nothing_of_recommendations(demonstration):
    office = sheet(reader(demonstration), territory=HERE, on=DAY)
    outside = sheet(reader(demonstration), territory=HERE, on=DAY, audience="outside")
    measures = ("share", "needed_per_day", "recent_per_day")
    counts = [
        figure.value
        for slide in outside
        for figure in slide.figures
        if figure.value is not None and figure.unit != "share" and figure.what not in measures
    ]
    assert len(counts) > 30 and all(value % 5 == 0 for value in counts)
    assert any(
        figure.value % 5 for slide in office for figure in slide.figures if figure.value and figure.unit != "share"
    )
    assert not [slide for slide in outside if slide.key == "sheet/recommendations"]
    # Another copy is another panel.
    assert not {slide.panel for slide in office} & {slide.panel for slide in outside}
    _, content = made(demonstration, HERE, "fr", audience="outside")
    said = " ".join(tagged.normal(one.text) for one in tagged.elements(content))
    assert tagged.normal(words("fr")("paper.outside")) in said


@pytest.mark.parametrize("locale", LOCALES)
def test_what_lies_below_stands_on_a_map_with_its_numbers_where_few_do(demonstration, locale):
    w = words(locale)
    (drawn,) = [one for one in sheet(reader(demonstration, locale), territory=HERE, on=DAY) if one.kind == "map"]
    places = drawn.chart["territories"]
    assert len(places) == 6 and {one.territory for one in drawn.figures} == {one["code"] for one in places}
    assert not drawn.table.rows and drawn.title.count(w.number(6)) >= 1
    _, content = made(demonstration, HERE, locale)
    figures = [tagged.normal(one.text) for one in tagged.elements(content) if one.tag == "Figure"]
    (chart,) = [one for one in figures if tagged.normal(places[0]["name"]) in one]
    for place in places:
        assert tagged.normal(place["name"]) in chart and tagged.normal(place["text"]) in chart
    # Of the kingdom colours alone: 75 numbers are no map, and a sheet is no table of them.
    (drawn,) = [one for one in sheet(reader(demonstration, locale), territory="MA", on=DAY) if one.kind == "map"]
    assert len(drawn.chart["territories"]) == 75 and drawn.figures == ()


def test_a_map_makes_no_sheet_longer_and_what_has_nothing_below_has_none(demonstration, monkeypatch):
    for territory in (COMMUNE, annex(demonstration)):
        assert not [one for one in sheet(reader(demonstration), territory=territory, on=DAY) if one.kind == "map"]
    pages = {}
    for territory in (HERE, "09", "MA"):
        for locales in (("fr",), ("ar", "fr")):
            pages[territory, locales] = tagged.pages(made(demonstration, territory, *locales)[1])
    monkeypatch.setattr("findings.sheet._on_a_map", lambda *_, **more: None)
    for (territory, locales), count in pages.items():
        assert count <= max(2, tagged.pages(made(demonstration, territory, *locales)[1]))


def test_a_map_for_outside_is_made_of_rounded_counts(demonstration, monkeypatch):
    from findings import sheet as findings_sheet

    seen = []
    real = findings_sheet.say_map.territories_map
    monkeypatch.setattr(
        findings_sheet.say_map, "territories_map", lambda frame, **more: seen.append(frame) or real(frame, **more)
    )
    sheet(reader(demonstration), territory=HERE, on=DAY, audience="outside")
    (frame,) = seen
    assert len(frame) == 6 and (frame["value"] % 5 == 0).all()
    assert frame["covered_share"].tolist() == pytest.approx((frame["value"] / frame["denominator"]).tolist())


def test_a_reader_gets_no_count_of_a_territory_that_is_not_his(demonstration):
    slides = sheet(reader(demonstration, scope=COMMUNE, role="reader"), territory=OTHER, on=DAY)
    assert not [figure for slide in slides for figure in slide.figures if figure.state == "shown"]


def test_a_small_cell_stays_withheld_and_why_is_said(demonstration):
    known = reader(demonstration).known
    found, told = readings(demonstration, territories=[HERE], on=DAY, **reader(demonstration).asked)
    hidden = found.assign(state="withheld", value=float("nan"), covered_share=float("nan"), change=float("nan"))
    key = {"territory": HERE, "on": DAY, "audience": "office", "cut": 1}
    slide = say.programmes(
        hidden.head(1),
        told,
        told.iloc[:0],
        level="prefecture",
        children={},
        threshold=known.small_cell,
        asked=key,
        locale="fr",
    )
    w = words("fr")
    assert slide.table.rows[0][1] == w("state.withheld", threshold=w.number(known.small_cell))
    assert [figure.value for figure in slide.figures] == [None]
    assert slide.notes == (w("state.withheld_why", threshold=w.number(known.small_cell)),)


def test_a_territory_of_which_nothing_is_known_has_a_sheet_that_says_so(reference_engine):
    name, content = made(reference_engine, COMMUNE, "ar", "fr", demonstration=False)
    assert name.endswith("-ar-fr.pdf") and len(pypdfium2.PdfDocument(content)) == 1


def test_no_probability_stands_on_paper(demonstration):
    for locale in LOCALES:
        w = words(locale)
        beginning = tagged.normal(w("targets.probability", share="@")).partition("@")[0][:12]
        _, content = made(demonstration, HERE, locale)
        assert beginning not in " ".join(tagged.normal(one.text) for one in tagged.elements(content))
