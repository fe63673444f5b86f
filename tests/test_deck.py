"""The deck of a meeting: on the demonstration in each language, for both audiences, on drawn counts, on nothing."""

import datetime as dt
import json
import re
import shutil
from dataclasses import replace

import pytest
import sqlalchemy as sa

from data.capacity import Said, set_means
from data.catalogue import catalogue
from data.database import as_day, engine_for, next_event, write
from data.demonstration import demonstration_folder
from data.forecasts import store
from data.loading import load_published
from data.schema import definition
from data.targets import Promise, set_targets
from findings.deck import deck, deck_all
from findings.reader import Reader
from i18n import LOCALES, words
from i18n.catalogues import ARABIC_LETTER
from panels.deck import LONGEST_TITLE, texts_of
from panels.noted import length
from panels.slide import AUDIENCES, KINDS, OFFICE, OUTSIDE, from_json, panel_id
from queries import territories
from queries.cuts import latest_cut
from queries.forecasts import due_series, foreseen
from queries.meetings import Item, Meeting
from tests.numerals import bare, names_with_digits, numerals, unlisted
from tests.queries.conftest import Book

HERE, COMMUNE = "09.273", "09.273.01.15"
DAY = as_day(dt.date(2023, 9, 18))
RSU, RNP, ASD = "rsu.registered_share", "rnp.registered_share", "asd.paid_share"
AGENDA = (
    Item("i1", "window", "minhaty", urgent=True),
    Item("i2", "pace", "minhaty", "minhaty.household_in_rsu_share"),
    Item("i3", "transition", "amo_tadamon"),
    Item("i4", "pace", "rsu", RSU),
    Item("i5", "pace", "rnp", RNP),
    Item("i6", "stages", "amo_tadamon"),
    Item("i7", "actions"),
    Item("i8", "branches"),
    Item("i9", "words", title={"ar": "تحسيس الأسر", "fr": "Sensibilisation des familles"}, service="x_education"),
    Item("i10", "pace", "amo_tadamon", "amo_tadamon.covered_share"),
)
SIGNED = str.maketrans({"\u202f": None, "\u2212": "-", "+": None})
PACES = ("needed_per_day", "recent_per_day", "per_day")


def meeting(*agenda, territory=HERE, on=DAY, id="m1", kind="session"):
    """A meeting that is prepared."""
    return Meeting(id, 1, kind, on, territory, "", "", "", "", None, (), {}, agenda, "prepared", None, None, "")


def by_key(slides):
    """Slides by their key, which is theirs alone."""
    found = {slide.key: slide for slide in slides}
    assert len(found) == len(slides)
    return found


# ------------------------------------------------------------------------------------------------ the demonstration


@pytest.fixture(scope="module")
def made_up(demonstration_local, tmp_path_factory):
    """An engine on a copy of the demonstration's database; names are those of its made-up office."""
    folder = tmp_path_factory.mktemp("deck")
    shutil.copyfile(demonstration_local / "demonstration.db", folder / "demonstration.db")
    engine = engine_for(f"sqlite:///{folder / 'demonstration.db'}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(demonstration_folder(demonstration_local)))
        yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def decks(made_up):
    """The decks of 18 September 2023 by audience and language."""
    before = meeting(id="m0", on=as_day(dt.date(2023, 8, 21)))
    made = deck_all(made_up, meeting(*AGENDA), cut=latest_cut(made_up), scope="MA", before=before)
    # What the two meetings of the demonstration recommended comes first; tests/test_recalled.py looks at it.
    return {
        (audience, locale): [slide for slide in slides if slide.subject != "recommendations"]
        for audience, locale, slides in made
    }


@pytest.fixture(scope="module")
def places(made_up):
    """The territories below the prefecture that are looked at one by one, in administrative order."""
    with made_up.connect() as connection:
        communes = territories.children(connection, of=HERE)
        return (*communes, *territories.children(connection, of=HERE, level="annex"))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_number_that_is_printed_is_among_the_figures(decks, made_up, locale, audience):
    with made_up.connect() as connection:
        schools = territories.children(connection, of=HERE, level="school")
        codes = (HERE, *territories.children(connection, of=HERE, level="annex"), *schools)
    names = names_with_digits(locale, codes)
    slides = decks[audience, locale]
    left = {slide.key: found for slide in slides if (found := unlisted(slide, locale=locale, names=names))}
    assert left == {}
    # The rule has something to look at, and would see a figure that is not listed.
    seen = [n for slide in slides for text in texts_of(slide) for n in numerals(text, locale=locale, names=names)]
    assert len(seen) > 3000
    first = by_key(slides)["i4/pace"]
    without = replace(first, figures=tuple(f for f in first.figures if f.what != "planned"))
    assert unlisted(without, locale=locale, names=names)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_panel_has_one_id_in_every_language_and_another_for_another_audience(decks, audience):
    ids = {locale: {slide.key: slide.panel for slide in decks[audience, locale]} for locale in LOCALES}
    assert ids["ar"] == ids["fr"] == ids["en"]
    assert all(slide.panel == panel_id(slide.asked) for slide in decks[audience, "ar"])
    other = OUTSIDE if audience == OFFICE else OFFICE
    assert not set(ids["ar"].values()) & {slide.panel for slide in decks[other, "ar"]}


def test_two_slides_share_an_id_only_where_they_ask_the_same(decks):
    asked = {}
    for slide in decks[OFFICE, "fr"]:
        assert asked.setdefault(slide.panel, slide.asked) == slide.asked


def test_the_way_of_the_presenter_comes_first_in_the_order_of_the_agenda_then_the_drill_downs(decks):
    slides = decks[OFFICE, "ar"]
    way = [slide for slide in slides if not slide.parent]
    assert slides[: len(way)] == way and way[0].key == "cover"
    items = list(dict.fromkeys(slide.item for slide in way if slide.item))
    assert items == [item.id for item in AGENDA]
    assert [slide.subject for slide in way if slide.item == "i2"] == ["pace", "gap", "cause"]
    assert [slide.subject for slide in way if slide.item == "i3"] == ["transition", "gap", "cause"]
    keys = {slide.key for slide in way}
    assert all(slide.parent in keys for slide in slides[len(way) :])


def test_each_commune_and_annex_has_its_own_path(decks, places):
    found = by_key(decks[OFFICE, "ar"])
    for item in ("i2", "i4", "i5", "i10"):
        mine = [key for key in found if key.startswith(f"{item}/pace/")]
        assert mine == [f"{item}/pace/{code}" for code in places]
    one = found[f"i5/pace/{places[-1]}"]
    assert one.kind == "path" and one.territory == places[-1] and len(one.numbers) == 3
    assert one.verdict["word"] and one.chart["planned"] and one.chart["values"]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_slide_is_short_enough_for_a_wall_and_comes_back_from_json(decks, locale):
    for audience in AUDIENCES:
        for slide in decks[audience, locale]:
            assert length(slide.title) <= LONGEST_TITLE, slide.key
            assert slide.title and slide.kind in KINDS and len(slide.numbers) <= 3
            assert slide.demonstration and not slide.screen_only
            assert from_json(slide.to_json()) == slide
            assert (slide.kind == "text" or slide.kind == "table") == (not slide.chart), slide.key


def test_arabic_slides_are_in_arabic_and_keep_digits_together(decks):
    for slide in decks[OFFICE, "ar"]:
        assert ARABIC_LETTER.search(slide.title)
        assert not any("\u2192" in text or "\u2190" in text for text in texts_of(slide))
        assert not [text for text in texts_of(slide) if re.search(r"\d \d{3}", bare(text))]


def test_children_stand_in_administrative_order_and_their_parts_add_up(decks, places):
    for audience in AUDIENCES:
        found = by_key(decks[audience, "fr"])
        for key in ("i2/gap", "i4/gap", "i5/gap", "i5/gap/09.273"):
            slide = found[key]
            codes = [row["code"] for row in slide.chart["rows"]]
            assert codes == [code for code in places if code in codes] and len(codes) > 5
            parts = [int(bare(row[4]).translate(SIGNED) or 0) for row in slide.table.rows]
            over = found[key.split("/")[0] + "/pace"]
            (gap,) = {abs(f.value) for f in over.figures if f.what == "gap"}
            assert abs(sum(parts)) == gap


def test_what_is_made_for_outside_is_rounded_to_five_before_it_is_worded_and_says_so(decks):
    office, outside = by_key(decks[OFFICE, "fr"]), by_key(decks[OUTSIDE, "fr"])
    assert list(office) == list(outside)
    counted = {"household", "person", "student", "application", "insured", "beneficiary"}
    exact, rounded = 0, 0
    for key, slide in outside.items():
        mine = [f for f in slide.figures if f.unit in counted and f.what not in PACES and f.value is not None]
        rounded += len(mine)
        assert [f for f in mine if f.value % 5] == [], key
        if mine and slide.subject not in ("cover", "words", "actions"):
            assert any("arrondis au multiple de cinq" in note for note in slide.notes), key
        exact += sum(f.value % 5 != 0 for f in office[key].figures if f.unit in counted and f.value is not None)
    assert rounded > 1000 and exact > 1000
    assert not any("arrondis" in note for slide in office.values() for note in slide.notes)


def test_nothing_exact_is_left_in_what_is_drawn_for_outside(decks):
    drawn = []
    for slide in decks[OUTSIDE, "fr"]:
        chart = slide.chart
        drawn += [value for row in chart.get("rows", ()) for value in (row["value"], row["planned"])]
        drawn += chart.get("values", [])
        drawn += [point["value"] for point in chart.get("planned", ())]
        drawn += [value for point in chart.get("band", ()) for value in (point["low"], point["high"])]
        drawn += [node["value"] for node in chart.get("nodes", ())]
        drawn += [passage["waiting"] for passage in chart.get("passages", ())]
        drawn += [chart["target"]["value"]] if chart.get("target") else []
    known = [value for value in drawn if value is not None]
    assert len(known) > 1000 and [value for value in known if value % 5] == []


def test_no_slide_says_a_probability(decks):
    said = [text for slides in decks.values() for slide in slides for text in texts_of(slide)]
    assert not [text for text in said if "robab" in text or "احتمال" in text]


def test_an_open_window_in_which_the_pace_is_not_enough_calls_for_care(decks):
    slide = by_key(decks[OFFICE, "fr"])["i1/window"]
    assert slide.verdict["tone"] == "care" and len(slide.numbers) == 3
    days, left, pace = slide.numbers
    assert (days.value, left.value, pace.value) == (12, 1749, 250)


def test_the_cover_names_the_items_and_marks_the_urgent_one(decks):
    lines = by_key(decks[OFFICE, "fr"])["cover"].chart["lines"]
    assert any(line.endswith("(urgent)") and "Minhaty" in line for line in lines)
    assert "Sensibilisation des familles" in lines


def test_one_deck_is_that_of_all_decks(made_up, decks):
    cut = latest_cut(made_up)
    before = meeting(id="m0", on=as_day(dt.date(2023, 8, 21)))
    reader = Reader(made_up, cut=cut, scope="MA", role="administrator", locale="fr")
    made = deck(reader, meeting(*AGENDA), audience=OUTSIDE, before=before)
    assert [slide for slide in made if slide.subject != "recommendations"] == decks[OUTSIDE, "fr"]


def test_a_reader_is_shown_no_figure_of_another_annex(made_up, places):
    cut = latest_cut(made_up)
    own = places[-1]
    slides = deck(Reader(made_up, cut=cut, scope=own, role="reader", locale="fr"), meeting(*AGENDA))
    with made_up.connect() as connection:
        seen = territories.visible(connection, scope=own)
    said = {f.territory for slide in slides for f in slide.figures if f.value is not None}
    assert said <= seen and own in said


# ----------------------------------------------------------------------------------------------------- drawn counts


@pytest.fixture
def reference(reference_engine):
    """An engine with territories and definitions, on both kinds of database."""
    return reference_engine


@pytest.fixture
def book(reference):
    """Counts to write by hand."""
    return Book(reference)


@pytest.fixture
def make(reference):
    """A function that makes the deck of a meeting at the last cut, by key."""

    def run(*agenda, territory=HERE, on=DAY, audience=OFFICE, locale="fr", scope="MA", cut=None, before=None):
        reader = Reader(reference, cut=cut or latest_cut(reference), scope=scope, role="administrator", locale=locale)
        return by_key(deck(reader, meeting(*agenda, territory=territory, on=on), audience=audience, before=before))

    return run


@pytest.fixture
def promise(reference):
    """A function that sets a target of the path from 1 January to 31 December 2023."""

    def run(value, *codes, indicator=RSU, set_by="assigned"):
        starts, due = as_day(dt.date(2023, 1, 1)), as_day(dt.date(2023, 12, 31))
        said = [Promise(indicator, code, due, value, starts, set_by, "letter 12") for code in codes]
        return set_targets(reference, said, actor="preparer")

    return run


def weeks(start, pace, *, number=36, step=0):
    """So many Sundays of 2023 with a count that grows."""
    first = dt.date(2023, 1, 8)
    return [((first + dt.timedelta(weeks=at)).isoformat(), start + pace * at + step) for at in range(number)]


def test_a_count_below_its_path_says_so_with_three_numbers(make, book, promise):
    book.say(*((COMMUNE, day, value) for day, value in weeks(100, 10)))
    promise(1000, COMMUNE)
    slide = make(Item("a", "pace", "rsu", RSU), territory=COMMUNE)["a/pace"]
    assert bare(slide.title) == (
        "Inscription au RSU dans la commune d'Inezgane\u00a0: "
        "242 ménages de moins que le niveau programmé au 10 septembre 2023"
    )
    assert "on compte 450 ménages inscrits au RSU, soit 242 ménages de moins" in slide.lines[0]
    assert "il faut enregistrer" in slide.lines[1]
    assert [n.value for n in slide.numbers][:2] == [450, 692], "the two differ by what the title says"
    assert slide.verdict["tone"] == "bad" and slide.verdict["shape"] == "▼"
    assert slide.chart["target"]["value"] == 1000 and slide.chart["values"][-1] == 450
    named = {f.what: f.value for f in slide.figures if f.what in ("planned", "planned_today", "target", "gap")}
    assert named == {"planned": 692, "target": 1000, "gap": 242}


def test_zero_missing_and_withheld_are_told_apart_in_a_gap(make, book, promise, reference):
    with reference.connect() as connection:
        codes = territories.children(connection, of=HERE)
    book.say(*((HERE, day, value) for day, value in weeks(1000, 100)))
    book.say((codes[0], "2023-09-10", 0), (codes[1], "2023-09-10", 70))
    promise(6000, HERE)
    promise(900, *codes[:3])
    rows = {row["code"]: row for row in make(Item("a", "pace", "rsu", RSU))["a/gap"].chart["rows"]}
    assert list(rows) == list(codes)
    assert (rows[codes[0]]["value"], rows[codes[0]]["text"], rows[codes[0]]["state"]) == (0, "0", "shown")
    assert (rows[codes[2]]["value"], rows[codes[2]]["state"]) == (None, "missing")
    assert rows[codes[2]]["text"] == words("fr")("state.missing")
    assert rows[codes[1]]["planned"] and rows[codes[1]]["tone"] == "bad"


def test_what_another_body_holds_is_never_red(make, book, promise):
    said = {"step": "asd.paid", "unit": "household"}
    on = as_day(dt.date(2024, 9, 18))
    book.say((HERE, "2024-09-10", 100), (COMMUNE, "2024-09-10", 10), **said)
    due, starts = as_day(dt.date(2024, 12, 31)), as_day(dt.date(2024, 1, 1))
    set_targets(
        book.engine,
        [Promise(ASD, code, due, 5000, starts, "assigned", "letter 12") for code in (HERE, COMMUNE)],
        actor="preparer",
    )
    found = make(Item("a", "pace", "asd", ASD), on=on)
    assert found["a/pace"].verdict["verdict"] == "below"
    tones = [slide.verdict["tone"] for slide in found.values() if slide.verdict]
    tones += [row["tone"] for slide in found.values() for row in slide.chart.get("rows", ())]
    assert "bad" not in tones and "elsewhere" in tones
    assert any("CNSS" in line or "Agence" in line for line in [*found["a/cause"].lines, found["a/cause"].title])


def test_options_are_told_where_there_is_a_forecast_and_only_there(make, book, promise, reference):
    for code, pace in ((HERE, 400), (COMMUNE, 100)):
        book.say(*((code, day, value) for day, value in weeks(1000, pace)))
    promise(24_000, HERE)
    said = {"desk": 2, "staff": 2, "hours_a_week": 35, "files_an_hour": 6}
    set_means(reference, [Said(COMMUNE, name, as_day(dt.date(2023, 1, 1)), v) for name, v in said.items()], actor="x")
    item = Item("a", "pace", "rsu", RSU)
    before = make(item)
    assert "a/options" not in before and before["a/cause"]
    cut = latest_cut(reference)
    store(reference, foreseen(reference, cut=cut, counts=due_series(reference, cut=cut)))
    slide = make(item)["a/options"]
    gains = {f.what: f.value for f in slide.figures if f.what.startswith("gain.")}
    assert gains["gain.hours_a_week"] > 0 and len(slide.table.rows) == len(gains)
    # A desk at which nobody sits adds nothing, and is no move.
    assert "gain.desk" not in gains
    met = make(item, audience=OUTSIDE)["a/options"]
    assert all(f.value % 5 == 0 for f in met.figures if f.what.startswith("gain."))


def test_what_comes_after_the_cut_changes_nothing(make, book, promise, reference):
    book.say(*((HERE, day, value) for day, value in weeks(1000, 100)))
    promise(6000, HERE)
    cut = latest_cut(reference)
    items = (Item("a", "pace", "rsu", RSU), Item("b", "stages", "rsu"), Item("c", "branches"), Item("d", "actions"))
    frozen = make(*items, cut=cut)
    book.say((HERE, "2023-09-10", 1), (COMMUNE, "2023-09-10", 2))
    promise(9, HERE)
    assert make(*items, cut=cut) == frozen
    assert make(*items)["a/pace"] != frozen["a/pace"]


def test_a_redefined_indicator_gives_its_panel_another_id(make, book, reference):
    book.say((HERE, "2023-09-10", 500))
    item = Item("a", "pace", "rsu", RSU)
    first = make(item)["a/pace"]
    with write(reference) as connection:
        number = next_event(connection, kind="definition", actor="administrator")
        where = (definition.c.kind == "indicator", definition.c.id == RSU)
        row = connection.execute(sa.select(definition).where(*where).order_by(definition.c.event.desc())).first()
        said = row._asdict() | {"event": number}
        body = json.loads(said["body"]) | {"caveat": {"fr": "x", "ar": "x", "en": "x"}}
        connection.execute(sa.insert(definition).values(said | {"body": json.dumps(body)}))
    again = make(item)["a/pace"]
    assert first.asked["definition"] != again.asked["definition"] and first.panel != again.panel


def test_an_empty_database_gives_true_slides_and_no_exception(make):
    items = [Item(f"p{at}", "pace", "", indicator) for at, indicator in enumerate(catalogue().indicators)]
    for subject in ("stages", "transition", "window", "actions", "branches", "words", "pace"):
        for at, programme in enumerate(("asd", "amo_tadamon", "minhaty", "rsu", "unheard_of", "")):
            items.append(Item(f"{subject[:2]}{at}", subject, programme))
    for territory, locale in zip(("MA", "09", HERE, COMMUNE), ("ar", "fr", "en", "ar"), strict=True):
        found = make(*items, territory=territory, locale=locale, audience=OUTSIDE)
        assert len({slide.item for slide in found.values()}) == len(items) + 1
        values = [f for slide in found.values() for f in slide.figures if f.what in catalogue().steps and f.value]
        assert values == []


def test_what_has_not_begun_is_not_said_to_be_missing(make):
    slide = make(Item("a", "pace", "asd", ASD))["a/pace"]
    assert "pas encore commencé" in slide.title
    assert slide.figures[0].state == "not_applicable"


@pytest.mark.parametrize("territory", ["MA", "02", "02.411", "06.141", COMMUNE])
def test_published_figures_give_decks_at_every_level(published, territory):
    items = tuple(Item(f"p{at}", "pace", "", one) for at, one in enumerate((RSU, RNP, ASD)))
    for day in (DAY, as_day(dt.date(2024, 6, 30))):
        made = deck_all(
            published,
            meeting(*items, Item("s", "stages", "asd"), Item("b", "branches"), territory=territory, on=day),
            cut=latest_cut(published),
            scope="MA",
            locales=("fr",),
        )
        for _, _, slides in made:
            for slide in slides:
                assert unlisted(slide, locale="fr", names=names_with_digits("fr", [])) == [], slide.key
                assert not slide.demonstration


@pytest.fixture(scope="module")
def published(reference_file, tmp_path_factory):
    """The figures that ship; the tests only read them."""
    path = tmp_path_factory.mktemp("published-deck") / "published.db"
    shutil.copyfile(reference_file, path)
    engine = engine_for(f"sqlite:///{path}")
    load_published(engine, today=dt.date(2026, 11, 23))
    yield engine
    engine.dispose()


def test_small_reasons_are_withheld_with_their_complement(make, book):
    said = {"step": "amo_tadamon.waiting", "unit": "household"}
    book.say((HERE, "2023-09-10", 154), **said)
    for reason, value in (("not_in_rsu", 100), ("rsu_mismatch", 50), ("awaiting_index", 4)):
        book.say((HERE, "2023-09-10", value), reason=reason, **said)
    for audience in AUDIENCES:
        slide = make(Item("a", "transition", "amo_tadamon"), audience=audience)["a/cause"]
        shown = {f.what: (f.value, f.state) for f in slide.figures if f.what.startswith("reason.")}
        assert shown == {
            "reason.not_in_rsu": (100, "shown"),
            "reason.rsu_mismatch": (None, "withheld"),
            "reason.awaiting_index": (None, "withheld"),
        }
        assert not {"4", "50", "54"} & {n for text in texts_of(slide) for n in numerals(text, locale="fr")}


def test_the_cause_of_a_step_is_no_stage_that_comes_after_it(make, book, promise):
    book.say(*((HERE, day, value) for day, value in weeks(1000, 100)))
    book.say((HERE, "2023-09-10", 900), step="rsu.indexed")
    promise(60_000, HERE)
    found = make(Item("a", "pace", "rsu", RSU))
    # 3,600 wait for their index, which is after the registration that is short of its path.
    assert "Indice" not in found["a/cause"].title
    assert found["a/cause"].title.startswith("Aucune étape mesurée")
    later = make(Item("b", "stages", "rsu"))["b/stages"]
    assert later.kind == "chain" and any(p["waiting"] for p in later.chart["passages"])
