"""500 strings in and out of paper: by its structure each is itself again; other readers find the same letters."""

import datetime as dt
import shutil
import subprocess
import unicodedata
from collections import Counter

import pypdfium2
import pytest

from exports import paper, tagged
from tests.strings import strings

ON = dt.date(2023, 9, 18)
HOSTILE = (
    '#import "@preview/x:1.0.0": y',
    "#eval(\"1+1\") #read('/etc/passwd')",
    "$x^2$ \\ \\n \\u{41} @ref <label> *bold* _it_ `raw` = head",
    "- list + enum / term: // comment /* comment */ ~ -- --- ...",
    "[unclosed { ( «",
    "]) } #panic()",
    "{{data}} {page} {pages}",
    "القانون #let x = 1 $",
)


def made(texts, locale):
    """Texts on paper: one a paragraph, then each in a cell."""
    blocks = [paper.text(one) for one in texts] + [paper.table(("1", "2"), [(one, one) for one in texts])]
    return paper.pdf(paper.Paper((paper.Side(locale, "T", tuple(blocks)),), ON))


@pytest.fixture(scope="module", params=["ar", "fr"])
def document(request):
    texts = strings()
    assert len(set(texts)) == 500
    return texts, made(texts, request.param)


def test_every_string_comes_out_of_the_structure_as_it_went_in(document):
    texts, content = document
    found = tagged.elements(content)
    assert [tagged.normal(one.text) for one in found if one.tag == "P"] == list(map(tagged.normal, texts))
    cells = [tagged.normal(one.text) for one in found if one.tag == "TD"]
    assert cells == [tagged.normal(one) for one in texts for _ in range(2)]


def test_what_is_compared_is_changed_only_in_what_nobody_sees(document):
    # The comparison drops marks of direction and says spaces and forms of letters one way: nothing else.
    texts, _ = document
    for one in texts:
        said = unicodedata.normalize("NFKC", one)
        left = "".join(letter for letter in said if unicodedata.category(letter) not in ("Cf", "Zs"))
        assert left == tagged.normal(one).replace(" ", "")


def letters(text):
    """The letters and digits of a text, in no order."""
    return Counter(letter for letter in tagged.normal(text) if letter.isalnum())


def test_a_reader_that_guesses_at_the_order_finds_the_same_letters(document):
    texts, content = document
    pages = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    written = Counter()
    for one in texts:
        written.update({letter: 3 * n for letter, n in letters(one).items()})
    assert not written - letters(pages)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's pdftotext is not on this machine")
def test_poppler_reads_whole_arabic_words_in_their_order(tmp_path):
    texts = ["لا سيما الأسر والأشخاص إلى الأعلى بالأسرة كلا ولآخر سلاسل ملاءمة إملاء السلام", "شتنبر والبيئة والبرامج"]
    file = tmp_path / "paper.pdf"
    file.write_bytes(paper.pdf(paper.Paper((paper.Side("ar", "T", tuple(map(paper.text, texts))),), ON)))
    said = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    said = said.translate(dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e")))
    assert [tagged.normal(line) for line in said.splitlines() if len(line) > 3][: len(texts)] == texts


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_no_text_is_ever_read_as_markup(locale):
    content = made(HOSTILE, locale)
    said = [tagged.normal(one.text) for one in tagged.elements(content) if one.tag == "P"]
    assert said == list(map(tagged.normal, HOSTILE))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("الأسر", "ا\ufef7سر"),
        ("لا", "\ufefb"),
        ("إملاء", "إم\u200d\ufefcء"),
        ("للأمية", "ل\u200d\ufef8مية"),
        ("ولآخر", "و\ufef5خر"),
        ("12\u202f530", "12\u00a0530"),
        ("RSU (35\u00a0%)", "RSU (35\u00a0%)"),
    ],
)
def test_only_lam_with_alef_and_narrow_spaces_are_written_another_way(text, written):
    assert paper.written(text) == written
    assert tagged.normal(written) == tagged.normal(text)
