"""The panels of a meeting by themselves: every figure of a slide, no other, and what was recommended at the end."""

import io
import json
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from exports import panels
from exports.documents import DOCUMENTS
from exports.readback import NotReleased, release
from exports.record import record
from i18n import words
from queries.cuts import latest_cut
from tests.papers import sitting


@pytest.fixture
def of(reference_engine):
    """Makes the record of the meeting drawn by hand, in a language."""
    meeting = sitting(reference_engine, close=True)

    def make(locale="ar", **more):
        cut = latest_cut(reference_engine)
        return record(reference_engine, meeting, locale=locale, cut=cut, scope="MA", demonstration=True, **more)

    return make


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_the_pack_ends_on_what_was_recommended(of, locale):
    ((name, content),) = panels.pack(of(locale))
    text = content.decode()
    assert name.endswith(f"-{locale}.html")
    told = json.loads(re.search(r'id="tw-deck">(.*?)</script>', text, re.DOTALL)[1])
    assert [one["key"] for one in told["slides"] if not one["parent"]][-1] == "readback"
    assert "إضافة محطتين للتسجيل" in text and 'src="http' not in text and "url(http" not in text
    assert 'src="http' not in text and "url(http" not in text


def test_every_panel_with_figures_has_a_workbook_and_a_picture_that_its_id_names(of):
    one = of("fr")
    told = [slide for slide in one.way if slide.figures]
    books, pictures = panels.workbooks(one), panels.pictures(one)
    assert len(books) == len(pictures) == len(told) > 3
    for slide, (book, content), (picture, drawn) in zip(told, books, pictures, strict=True):
        assert slide.panel in book and slide.panel in picture
        assert openpyxl.load_workbook(io.BytesIO(content)).worksheets
        assert drawn.startswith(b"\x89PNG")


def test_two_languages_side_by_side_are_two_files_here(of):
    one = of("ar", beside="fr")
    assert [name.rpartition("-")[2] for name, _ in panels.pack(one)] == ["ar.html", "fr.html"]
    assert len(panels.workbooks(one)) == 2 * len(panels.workbooks(of("ar")))


def test_a_digit_changed_in_a_workbook_keeps_it_here(of):
    one = of("fr")
    content = next(content for name, content in panels.workbooks(one) if "i1-gap" in name)
    book = openpyxl.load_workbook(io.BytesIO(content))
    cell = next(c for row in book.worksheets[0].iter_rows() for c in row if c.value == 9_743)
    cell.value = 9_744
    changed = io.BytesIO()
    book.save(changed)
    with pytest.raises(NotReleased) as refused:
        release("xlsx", changed.getvalue(), one, values=[one.cut, *range(13)])
    assert "9744" in str(refused.value)


def test_what_is_for_the_chair_alone_is_in_none_of_them(of):
    one = of("fr")
    hidden = tuple(replace(slide, screen_only=slide.key == "i1/gap") for slide in one.slides)
    one = replace(one, slides=hidden)
    assert not any("i1-gap" in name for name, _ in (*panels.workbooks(one), *panels.pictures(one)))


def test_the_full_set_has_all_of_them_and_names_that_do_not_clash(of):
    one = of("fr")
    names = [name for make in DOCUMENTS.values() for name, _ in make(one)]
    assert len(set(names)) == len(names)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    assert {"pack", "workbook", "pictures"} <= DOCUMENTS.keys()
    assert all(f"documents.kind_{name}" in words("ar") for name in DOCUMENTS)
