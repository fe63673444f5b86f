"""The brief of the eve: what it says of a territory, and that it is one page whatever there is to say."""

import datetime as dt

import pypdfium2
import pytest

import findings
from data import meetings as writing
from data.database import as_day
from exports import paper, papers, tagged
from exports.record import record
from findings import meetings
from findings.brief import brief
from findings.reader import Reader
from i18n import words
from panels import brief as say
from queries import targets as promises
from queries.cuts import latest_cut
from queries.recommendations import Recommendation
from tests.papers import AGENDA, frozen_deck, sitting
from tests.queries.conftest import Book

LOCALES = ("ar", "fr", "en")
HERE = "09.273"
DAY = as_day(dt.date(2023, 9, 17))
KEY = {"territory": HERE, "on": DAY, "audience": "office", "cut": 1}


@pytest.fixture(scope="module")
def demonstration(demonstration_local):
    """The database of the demonstration, in which nothing is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(demonstration_local))
        from ui.engine import engine

        found = engine(demonstration=True)
        yield found
        found.dispose()


def reader(engine, locale="fr"):
    return Reader(engine, findings.latest_cut(engine), "MA", "administrator", locale)


def parts(slides):
    return {slide.key.partition("/")[2]: slide for slide in slides}


def pages(content):
    return len(pypdfium2.PdfDocument(content))


@pytest.mark.parametrize("locale", LOCALES)
def test_it_says_what_is_below_its_path_and_suggests_three_items(demonstration, locale):
    found = parts(brief(reader(demonstration, locale), territory=HERE, on=DAY))
    assert list(found) == ["below", "moved", "overdue", "late", "suggested"]
    rows = promises.standings(demonstration, territories=[HERE], on=DAY, **reader(demonstration, locale).asked)
    behind = [row for row in rows if row.verdict in ("below", "watch", "expired")]
    assert behind and len(found["below"].lines) == len(behind)
    w = words(locale)
    for row in behind:
        assert any(w.short(round(row.actual)) in line for line in found["below"].lines)
    assert len(found["suggested"].lines) == 3


def test_before_the_first_meeting_nothing_is_said_to_have_moved(demonstration):
    found = parts(brief(reader(demonstration), territory=HERE, on=DAY))
    assert found["moved"].lines == (words("fr")("brief.moved_first"),)


def test_a_change_is_split_into_activity_and_revision_that_add_up():
    rows = [say.Moved("rsu.registered", "household", 9_000, 9_743, -57, DAY)]
    w = words("fr")
    (line,) = say.moved(rows, since=DAY - 30, asked=KEY, locale="fr").lines
    for text in (w.number(9_000), w.number(9_743), w.number(743), w.number(800), w.spoken(-57)):
        assert text in line
    assert not any(sign in line for sign in ("−", "-57"))


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_what_nothing_revised_says_its_change_once_and_no_zero(locale):
    rows = [
        say.Moved("rsu.registered", "household", 9_000, 10_234, 0, DAY),
        say.Moved("rsu.registered", "household", 10_234, 9_000, 0, DAY),
        say.Moved("rsu.registered", "household", 9_000, 9_000, 0, DAY),
    ]
    w = words(locale)
    up, down, still = say.moved(rows, since=DAY - 30, asked=KEY, locale=locale).lines
    for line in (up, down):
        assert line.count(w.number(1_234)) == 1 and "(" not in line
    assert still.count(w.number(9_000)) == 1


def test_what_was_shown_is_read_as_it_was_known_then(reference_engine):
    book = Book(reference_engine)
    book.say((HERE, "2023-08-07", 1_000))
    shared = {"actor": "administrator"}
    august = writing.Meeting("session", dt.date(2023, 8, 7), HERE, chair="السيد العامل", agenda=AGENDA)
    held = writing.prepare(reference_engine, august, today=dt.date(2023, 8, 7), **shared)
    at = latest_cut(reference_engine)
    writing.freeze(reference_engine, held.id, frozen_deck(), at=at, seen=held.event, **shared)
    before = meetings.of_id(reference_engine, held.id, cut=latest_cut(reference_engine), scope="MA")
    # Since then August was corrected, and September came.
    book.say((HERE, "2023-08-07", 900))
    book.say((HERE, "2023-09-18", 1_500))
    on = as_day(dt.date(2023, 9, 18))
    (line,) = parts(brief(reader(reference_engine), territory=HERE, on=on, before=before))["moved"].lines
    w = words("fr")
    for text in (w.number(1_000), w.number(1_500), w.number(500), w.number(600), w.spoken(-100)):
        assert text in line


@pytest.mark.parametrize("locales", [("ar",), ("fr",), ("en",), ("ar", "fr")])
def test_it_is_one_page_whatever_there_is_to_say(demonstration, locales):
    sides = [worst(demonstration, locale, say.MOST if len(locales) < 2 else say.MOST_BESIDE) for locale in locales]
    made = paper.Paper(tuple(sides), dt.date(2023, 9, 18), landscape=len(locales) > 1, fit=True)
    content = paper.pdf(made)

    assert pages(content) == 1
    said = [tagged.normal(one.text) for one in tagged.elements(content)]
    for side in sides:
        for text in (text for block in side.blocks for text in papers.texts(block)):
            assert tagged.normal(text) in said


def worst(engine, locale, most):
    """A brief as long as it can be: every list full, every text as long as it may be typed."""
    rows = promises.standings(engine, territories=[HERE], on=DAY, **reader(engine, locale).asked)
    (longest,) = [row for row in rows if row.verdict in ("below", "watch", "expired")][:1]
    long = "تعبئة الملحقات الإدارية والجماعات الترابية لاستكمال التسجيل قبل نهاية الأجل المحدد " * 6
    figure = ("", "", None, None, None)
    asked = [
        Recommendation(f"r{n}", n, "m", n, "", long, "x_cnss", (), DAY - n, HERE, *figure, "assigned", "")
        for n in range(1, 41)
    ]
    moves = [say.Moved("amo_tadamon.covered", "person", 1_000_000 + n, 1_234_567, -1_234, DAY) for n in range(40)]
    blocks = {one["id"]: one for one in reader(engine).known.settings["delivery"]}
    board = [(block, _Late(12, 13, float(DAY))) for block in list(blocks.values()) * 6]
    names = {"x_cnss": blocks["x_tns_monthly"]["name"][locale] * 2}
    told = {"asked": KEY | {"most": most}, "locale": locale}
    slides = [
        say.below([longest] * 40, **told),
        say.moved(moves, since=DAY - 30, **told),
        say.overdue(asked, held={"m": DAY - 60}, names=names, **told),
        say.late(board, **told),
        say.suggested([longest] * 40, moves, 40, 40, **told),
    ]
    return paper.side(
        locale,
        words(locale)("brief.title"),
        papers.brief_blocks(None, slides),
        on=dt.date(2023, 9, 18),
        letterhead=papers.letterhead(findings.office(engine, cut=latest_cut(engine)), territory=HERE, locale=locale),
        under=(words(locale)("papers.of_session", date=dt.date(2023, 9, 18), place=words(locale).place(HERE)),),
        audience="office",
        territory=HERE,
        demonstration=True,
        reference="145/2023",
    )


class _Late:
    """A row of the board of deliveries, as far as the brief looks at it."""

    def __init__(self, reported, expected, last_date):
        self.reported, self.expected, self.last_date = reported, expected, last_date


@pytest.mark.parametrize("locale", LOCALES)
def test_overdue_recommendations_are_named_with_their_service_and_date(reference_engine, locale):
    held = sitting(reference_engine)
    of = record(reference_engine, held, locale=locale, cut=latest_cut(reference_engine), scope="MA")
    ((name, content),) = papers.brief(of)
    said = " ".join(tagged.normal(one.text) for one in tagged.elements(content))
    w = words(locale)
    assert "فتح شباك إضافي يوم السبت" in said and tagged.normal(w.date(dt.date(2023, 9, 4))) in said
    # What is done, or not yet due, is not overdue.
    assert "تنظيم حملة للتحسيس" not in said and "إضافة محطتين للتسجيل" not in said
    assert name == f"tatabbu-brief-{held.id}-2023-09-18-{locale}.pdf" and pages(content) == 1
