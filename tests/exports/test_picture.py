"""The picture of a panel says all that the panel says, is wide enough for a telephone, and carries its id."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from PIL import Image

from exports import picture, typeset
from i18n import LOCALES, words
from panels.measure import widest_word
from tests.decks import deck
from tests.panels.drawn import LONGEST, charted, many_bars

ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


def opened(content):
    return Image.open(io.BytesIO(content))


def printed(slide, locale):
    """The text that the picture's page holds, as a reader of its PDF finds it: digits and Latin letters in order."""
    said = picture._said(slide, words(locale), picture.WIDTH)
    document = pypdfium2.PdfDocument(typeset.compile_pdf("picture", said, standards=""))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    return text.translate(ISOLATES).replace("\u202f", "").replace("\u00a0", " ")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_of_slide_has_a_picture_as_wide_as_asked(locale):
    for slide in deck(locale):
        image = opened(picture.png(slide, locale=locale))
        assert image.format == "PNG" and image.width == 1080 and image.height >= 200


def test_a_wider_picture_is_the_same_picture_larger():
    slide = charted("ar")["bars"]
    small, large = opened(picture.png(slide, locale="ar")), opened(picture.png(slide, locale="ar", width=2160))
    assert large.width == 2160 and abs(large.height - 2 * small.height) <= 4


@pytest.mark.parametrize("locale", LOCALES)
def test_numbers_verdict_sources_date_and_id_are_in_it(locale):
    slide = next(one for one in deck(locale) if one.kind == "path")
    text = printed(slide, locale)
    for number in slide.numbers:
        assert number.text.replace("\u202f", "") in text
    # The reader of PDF guesses at the order in a line of Arabic: a digit at the end of the id may come first.
    turned = [slide.panel[i:] + slide.panel[:i] for i in range(len(slide.panel))]
    assert any(one in text for one in turned) and "2023" in text


def test_in_french_the_words_are_in_it_too():
    slide = next(one for one in deck("fr") if one.kind == "path")
    text = " ".join(printed(replace(slide, notes=("Ordre administratif.",)), "fr").split())
    for said in (slide.verdict["word"], "Source : ", "18 septembre 2023", "Ordre administratif.", "Chiffres fictifs"):
        assert said in text


def test_a_table_is_set_whole_and_a_long_one_says_how_many_rows_are_left_out():
    slide = next(one for one in deck("fr") if one.key == "i1/options")
    rows = tuple((f"Ligne {i}", str(1000 + i)) for i in range(45))
    text = printed(replace(slide, table=replace(slide.table, rows=rows)), "fr")
    assert all(str(1000 + i) in text for i in range(40))
    assert "1040" not in text and "complet : 5" in text


@pytest.mark.parametrize("locale", LOCALES)
def test_the_notice_of_the_demonstration_is_inside_and_only_there(locale):
    slide = next(one for one in deck(locale) if one.kind == "table")
    said = picture._said(slide, words(locale), 1080)
    assert said["notice"] == words(locale)("demo.badge")
    assert picture._said(replace(slide, demonstration=False), words(locale), 1080)["notice"] == ""


def test_a_copy_for_outside_says_that_it_is_rounded():
    slide = next(one for one in deck("fr") if one.kind == "table")
    assert "arrondis" in printed(replace(slide, audience="outside"), "fr")
    assert "arrondis" not in printed(slide, "fr")


def test_what_looks_like_a_command_is_printed():
    slide = next(one for one in deck("fr") if one.kind == "text")
    text = printed(replace(slide, title='#read("/etc/passwd") *x*', lines=("$a$", "@b")), "fr")
    assert "#read" in text and "*x*" in text and "$a$" in text and "@b" in text


@pytest.mark.parametrize("locale", ("ar", "fr"))
def test_the_longest_names_and_many_rows_make_a_picture(locale):
    assert len(LONGEST) == 6
    for slide in (*charted(locale).values(), many_bars(locale, 80)):
        assert opened(picture.png(slide, locale=locale)).width == 1080


def test_no_word_of_a_table_is_wider_than_its_column():
    head = ("Territoire", "Appréciation", *(f"Colonne {i}" for i in range(7)))
    rows = [("Sidi Slimane Moul Al Kifane", "repère indicatif", *(["31/12/2023"] * 7))] * 3
    widths, size = picture.columns(head, rows)
    assert abs(sum(widths) - 1000) < 1 and size >= 14
    for at, wide in enumerate(widths):
        assert max(widest_word(row[at], size) for row in (head, *rows)) <= wide - 20


def test_a_map_of_too_many_places_for_names_has_them_with_their_figures_below_it():
    slide = next(one for one in deck("fr") if one.kind == "map")
    place = slide.chart["territories"][0]
    many = [place | {"name": f"Arrondissement {at}", "text": str(2000 + at)} for at in range(16)]
    rows = tuple((one["name"], one["text"]) for one in many)
    table = replace(slide.table, rows=rows)
    text = printed(replace(slide, chart=slide.chart | {"territories": many}, table=table), "fr")
    assert all(name in text and value in text for name, value in rows)
    few = printed(replace(slide, table=table), "fr")
    assert "Arrondissement 3" not in few
