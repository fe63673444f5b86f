"""Marks of direction in a finished PDF: nothing is drawn otherwise, and what is said of a sign is what it is."""

import datetime as dt
import re

import pypdfium2
import pytest

from exports import guided, paper, tagged
from tests.strings import strings

ON = dt.date(2023, 9, 18)
VOWELS = ("المُؤَمَّن الرئيسي (35 %)", "كتابٌ شدّة مدرسةً، 18/09/2023")


def both(texts, locale, monkeypatch):
    """The file as typst made it, and with its marks."""
    made = paper.Paper((paper.Side(locale, "T", tuple(map(paper.text, texts))),), ON)
    marked = paper.pdf(made)
    with monkeypatch.context() as patch:
        patch.setattr(paper, "guided", lambda content: content)
        return paper.pdf(made), marked


def pictures(content):
    return [bytes(page.render(scale=2).buffer) for page in pypdfium2.PdfDocument(content)]


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_every_page_looks_as_it_did(locale, monkeypatch):
    plain, marked = both((*VOWELS, *strings(60)), locale, monkeypatch)
    assert marked != plain and pictures(marked) == pictures(plain)


def test_what_has_no_arabic_is_left_as_it_is(monkeypatch):
    plain, marked = both(["RSU (35 %)", "l'Office n° 4"], "fr", monkeypatch)
    assert marked == plain


def test_letters_of_one_word_stand_nearer_than_where_poppler_reads_a_space(monkeypatch):
    made = paper.Paper((paper.Side("ar", "T", (paper.heading("التاريخ أكتوبر زيادة بزيادة المبرمج"),)),), ON)

    def distances(content):
        drawn = b"".join(
            file.of(file.of(tagged.Reference(number))["Contents"]).content
            for file in [tagged.File(content)]
            for number in file.page_numbers
        )
        return [float(one) for one in re.findall(rb"[)>]\s*(-[\d.]+)\s*[(<]", drawn)]

    with monkeypatch.context() as patch:
        patch.setattr(paper, "guided", lambda content: content)
        assert min(distances(paper.pdf(made))) < -100
    assert min(distances(paper.pdf(made))) == -98


def test_what_a_sign_is_said_to_be_is_what_was_written_and_marks_of_direction(monkeypatch):
    texts = ["(أمو تضامن) 35 %، [RSU]: «1,8»", *VOWELS]
    _, marked = both(texts, "ar", monkeypatch)
    file = tagged.File(marked)
    drawn = file.of(file.of(tagged.Reference(file.page_numbers[0]))["Contents"]).content
    said = [
        bytes.fromhex(one.decode())[2:].decode("utf-16-be") for one in re.findall(rb"/ActualText<([0-9A-F]+)>", drawn)
    ]
    assert said and all(len(one.translate(tagged.SAID_NOTHING)) <= 2 for one in said)
    # A mark from right to left never comes alone: pdfium turns round what is said with it.
    assert all(guided.LRM in one for one in said if guided.RLM in one)


def test_the_table_of_cross_references_finds_every_object(monkeypatch):
    _, marked = both(strings(20), "ar", monkeypatch)
    file = tagged.File(marked)
    for number, place in file.offsets.items():
        assert re.match(rb"%d 0 obj" % number, marked[place : place + 20])
    assert int(re.findall(rb"startxref\s+(\d+)", marked)[-1]) == marked.rindex(b"xref\n0 ")
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in marked and b"/Type/CMap" in marked
