"""The slides as HTML and as a pack: every text whole, nothing that could become markup, nothing asked of anybody."""

import re
from dataclasses import replace

import pytest

from exports import wall
from exports.pack import MOST_BYTES, PackTooLarge, pack
from panels.slide import Number, Slide, Table
from tests.decks import COMMUNES, deck

LOCALES = ("ar", "fr", "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_number_and_name_of_a_slide_stands_in_its_html(locale):
    for slide in deck(locale):
        made = wall.section(slide, locale=locale)
        assert made.count("<section") == 1
        for number in slide.numbers:
            assert number.text in made
        for row in slide.table.rows if slide.kind == "table" else ():
            assert all(cell in made for cell in row)


def test_a_slide_has_three_numbers_at_most():
    slide = Slide("a", "pace", "text", "t", numbers=tuple(Number(f"n{at}", str(at)) for at in range(5)))
    assert wall.section(slide, locale="fr").count("tw-big") == 3


def test_what_somebody_typed_is_text_and_never_markup():
    wrong = '<img src=x onerror=alert(1)>"'
    slide = Slide(wrong, "words", "table", wrong, lines=(wrong,), table=Table((wrong,), ((wrong,),)))
    made = wall.section(slide, locale="ar")
    assert "<img" not in made
    said = pack([slide], locale="ar", title=wrong, office=wrong).decode()
    assert "<img" not in said


def test_territories_below_a_slide_stand_in_administrative_order():
    slides = deck("fr")
    shuffled = [*slides[9:][::-1], *slides[:9]]
    ordered = wall.in_order(shuffled)
    assert [one.key for one in ordered[:9]] == [one.key for one in slides[:9]]
    assert [one.territory for one in ordered[9:]] == sorted(COMMUNES)


def test_ninety_bars_share_ever_more_pages_evenly_and_none_is_lost():
    bars = next(one for one in deck("ar") if one.kind == "bars").chart
    many = {**bars, "rows": bars["rows"] * 15}
    ways = list(wall.parted("bars", many))
    assert ways[0] == [many]
    for pages in ways:
        assert [row for page in pages for row in page["rows"]] == many["rows"]
        sizes = [len(page["rows"]) for page in pages]
        assert len(set(sizes[:-1])) <= 1 and max(sizes) == sizes[0]
    assert max(len(page["rows"]) for page in ways[-1]) == 1


def test_what_waits_in_a_chain_comes_before_its_stages_where_both_need_room():
    chain = next(one for one in deck("fr") if one.kind == "chain").chart
    ways = list(wall.parted("chain", chain))
    assert ways[0] == [chain]
    assert [bool(page["passages"]) for page in ways[1]] == [True, False]
    for pages in ways:
        assert [node for page in pages for node in page["nodes"]] == chain["nodes"]
        assert [one for page in pages for one in page["passages"]] == chain["passages"]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pack_names_no_host_and_runs_only_its_own_script(locale):
    said = pack(deck(locale), locale=locale, title="t", office="o").decode()
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", said)) - {"http://www.w3.org/2000/svg"}
    assert addresses == set()
    assert "default-src 'none'" in said and "@import" not in said
    assert not re.search(r"<(?:link|iframe|img|object|embed|base)\b", said)
    assert f'<html lang="{locale}" dir="{"rtl" if locale == "ar" else "ltr"}">' in said


def test_what_is_for_the_chair_only_goes_into_a_pack_when_it_is_asked_for():
    slides = [*deck("fr"), replace(deck("fr")[1], key="secret", screen_only=True)]
    assert 'data-key="secret"' not in pack(slides, locale="fr", title="t").decode()
    assert 'data-key="secret"' in pack(slides, locale="fr", title="t", asked=True).decode()


def test_a_pack_too_large_to_travel_is_refused():
    huge = replace(deck("fr")[1], table=Table(("1",), (("x" * MOST_BYTES,),)))
    with pytest.raises(PackTooLarge):
        pack([huge], locale="fr", title="t")


@pytest.mark.parametrize("locale", LOCALES)
def test_no_line_of_a_title_ends_between_a_day_and_its_month(locale):
    titles = {
        "ar": ("إلى غاية 18 شتنبر 2023", "إلى غاية 18\u00a0شتنبر 2023"),
        "fr": (
            "Au 9 mai 2023, 12\u202f500 ménages sur 3 ans",
            "Au 9\u00a0mai 2023, 12\u202f500 ménages sur 3\u00a0ans",
        ),
        "en": ("On 18 September 2023, 6 of 6", "On 18\u00a0September 2023, 6\u00a0of 6"),
    }
    title, drawn = titles[locale]
    slide = replace(deck(locale)[0], title=title)
    assert f'<h1 class="tw-title">{drawn}</h1>' in wall.section(slide, locale=locale)
