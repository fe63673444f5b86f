"""typst sets our templates: data are never read as commands, the same data give the same bytes, faults are said."""

import pypdfium2
import pytest

from exports import typeset

PROBE = """#let data = json(bytes(sys.inputs.data))
#set page(width: 12cm, height: 6cm, margin: 1cm)
#set document(title: data.title)
#set text(font: "IBM Plex Sans Arabic", size: 11pt)
#data.title
"""


@pytest.fixture
def template(tmp_path, monkeypatch):
    """The name of a template that sets one title."""
    (tmp_path / "probe.typ").write_text(PROBE, encoding="utf-8")
    monkeypatch.setattr(typeset, "TEMPLATES", tmp_path)
    return "probe"


def test_a_pdf_is_of_the_standard_that_archives_take(template):
    assert b"pdfaid:part>2" in typeset.compile_pdf(template, {"title": "محضر"})


def test_without_a_standard_it_is_a_plain_pdf(template):
    assert b"pdfaid" not in typeset.compile_pdf(template, {"title": "محضر"}, standards="")


def test_the_same_data_give_the_same_bytes(template):
    assert typeset.compile_pdf(template, {"title": "محضر"}) == typeset.compile_pdf(template, {"title": "محضر"})


def test_a_name_that_looks_like_a_command_is_printed_as_it_is(template):
    said = '#panic("x") *a* $y$ #read("/etc/hostname")'
    page = pypdfium2.PdfDocument(typeset.compile_pdf(template, {"title": said}))[0]
    printed = page.get_textpage().get_text_range()
    assert all(part in printed for part in ("#panic", "*a*", "$y$", "#read"))


def test_a_picture_is_a_png(template):
    assert typeset.compile_png(template, {"title": "محضر"}).startswith(b"\x89PNG")


def test_what_typst_refuses_is_said_with_its_own_words(template):
    with pytest.raises(typeset.NotTypeset, match="title"):
        typeset.compile_pdf(template, {})


def test_the_fonts_of_the_house_are_the_only_ones():
    assert set(typeset._fonts().families()) == {typeset.FAMILY, typeset.MEDIUM, typeset.HALF_BOLD}
