"""500 strings in and out of paper: by its structure each is itself again; by poppler too, in a page from right to left;
pdfium gives back all but those of two kinds, which no file can give it, as files made by hand show.
"""

import datetime as dt
import re
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


needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler's pdftotext is not on this machine")
EMBEDDINGS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e"))
"""What poppler writes around each stretch."""

FRENCH = "La préfecture suit le déploiement de la protection sociale dans ses communes, avec les services concernés. "


def in_paragraphs(texts, locale, *, beside=""):
    """Texts on paper, one a paragraph; beside: another paragraph after each."""
    blocks = [paper.text(said) for one in texts for said in (one, beside) if said]
    return paper.pdf(paper.Paper((paper.Side(locale, "T", tuple(blocks)),), ON))


def by_poppler(content, folder, *options):
    file = folder / "paper.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdftotext", *options, str(file), "-"], capture_output=True, text=True, check=True).stdout
    return tagged.normal(said.translate(EMBEDDINGS))


def by_pdfium(content):
    said = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    return tagged.normal(said.replace("\ufffe", ""))  # what it writes where it thinks that a word was divided


def lost(texts, said):
    """The texts that a reader does not give back as they were written."""
    return [one for one in texts if tagged.normal(one) not in said]


def with_vowels(text):
    return any(unicodedata.category(letter) == "Mn" for letter in text)


def phrase_from_left(text):
    """Whether more than one word stands together from left to right: a Latin word with an apostrophe, a digit or
    another word behind it before any Arabic letter."""
    return re.search(r"[A-Za-zÀ-ÿ][^A-Za-zÀ-ÿ\u0620-\u064a]+[A-Za-zÀ-ÿ0-9]|[A-Za-zÀ-ÿ][0-9]", text) is not None


def arabic(text):
    return any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


@needs_poppler
@pytest.mark.parametrize("options", [(), ("-layout",)])
def test_poppler_gives_back_every_string_of_a_page_from_right_to_left(tmp_path, options):
    texts = strings()
    assert lost(texts, by_poppler(in_paragraphs(texts, "ar"), tmp_path, *options)) == []


@needs_poppler
def test_poppler_reads_whole_arabic_words_in_their_order(tmp_path):
    texts = ["لا سيما الأسر والأشخاص إلى الأعلى بالأسرة كلا ولآخر سلاسل ملاءمة إملاء السلام", "شتنبر والبيئة والبرامج"]
    texts += ["كتابٌ شدّة مدرسةً", "السجلات (\u20683\u202f107\u2069) بفارق \u206861\u2069، أي"]
    assert lost(texts, by_poppler(in_paragraphs(texts, "ar"), tmp_path)) == []


@needs_poppler
def test_poppler_gives_back_of_a_french_page_what_has_no_arabic_and_arabic_without_digits_and_signs(tmp_path):
    texts = strings()
    missing = lost(texts, by_poppler(in_paragraphs(texts, "fr", beside=FRENCH), tmp_path))
    assert [one for one in missing if not arabic(one)] == []
    assert len(texts) - len(missing) == 163
    plain = ["RSU (أمو تضامن) 35 %", "le mot «المُؤَمَّن الرئيسي», puis [لائحة الملفات]: 1,8", "«السجل الاجتماعي الموحد»"]
    assert lost(plain, by_poppler(in_paragraphs(plain, "fr", beside=FRENCH), tmp_path)) == []


def test_pdfium_gives_back_every_string_but_with_vowel_signs_and_phrases_from_left_to_right():
    texts = strings()
    missing = lost(texts, by_pdfium(in_paragraphs(texts, "ar")))
    assert [one for one in missing if not with_vowels(one) and not phrase_from_left(one)] == []
    assert len(texts) - len(missing) == 247


def test_pdfium_gives_back_of_a_french_page_what_has_no_arabic():
    texts = strings()
    missing = lost(texts, by_pdfium(in_paragraphs(texts, "fr", beside=FRENCH)))
    assert [one for one in missing if not arabic(one)] == []
    assert len(texts) - len(missing) == 76


def by_hand(drawn, letters, *, from_right=True):
    """The smallest PDF that draws so, each sign 0.6 of its size wide; letters: what each sign says."""
    told = b"".join(
        b"<%02X><%s>" % (ord(sign), said.encode("utf-16-be").hex().encode()) for sign, said in letters.items()
    )
    unicode = b"begincmap 1 begincodespacerange<00><FF>endcodespacerange %d beginbfchar %s endbfchar endcmap"
    unicode %= len(letters), told
    preferences = b"/ViewerPreferences<</Direction/R2L>>" if from_right else b""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % preferences,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier/FirstChar 32/LastChar 126/Widths[%s]/ToUnicode 6 0 R>>"
        % (b"600 " * 95),
        b"<</Length %d>>stream\n%s\nendstream" % (len(unicode), unicode),
    ]
    content, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return content + end % (len(objects) + 1, table, len(objects) + 1, len(content))


LETTERS = {**{sign: sign for sign in " ABCD18"}, "a": "ا", "b": "ب", "c": "ت", "d": "ث", "m": "\u064f"}


def test_no_file_has_pdfium_keep_the_order_of_two_latin_words_in_an_arabic_line():
    # What the page shows, from its left end: تث AB CD اب. Said as it was written it is turned as well.
    drawn = b"BT /F 12 Tf 50 100 Td (dc) Tj ( ) Tj %s ( ) Tj (ba) Tj ET"
    told = b"/Span<</ActualText(AB CD)>>BDC (AB CD) Tj EMC"
    for middle in (b"(AB CD) Tj", told):
        assert by_pdfium(by_hand(drawn % middle, LETTERS)) == "اب CD AB تث"


def test_no_file_has_pdfium_keep_a_line_whole_whose_vowel_sign_stands_high():
    low, high = (b"BT /F 12 Tf 50 100 Td (d) Tj 0 %d Td (m) Tj 7 %d Td (c) Tj ET" % (up, -up) for up in (0, 5))
    assert "\r\n" not in pypdfium2.PdfDocument(by_hand(low, LETTERS))[0].get_textpage().get_text_range()
    assert "\r\n" in pypdfium2.PdfDocument(by_hand(high, LETTERS))[0].get_textpage().get_text_range()


@needs_poppler
def test_no_file_has_poppler_keep_the_order_of_arabic_around_a_number_in_a_page_of_latin(tmp_path):
    # What the page shows, from its left end: ABCD, then تث 18 اب, read from right to left.
    drawn = b"BT /F 12 Tf 50 100 Td (ABCDABCD ) Tj %s ET"
    told = "FEFF" + "اب 18 تث".encode("utf-16-be").hex()
    for rest in (b"(dc 18 ba) Tj", b"/Span<</ActualText<%s>>>BDC (dc 18 ba) Tj EMC" % told.encode()):
        said = by_poppler(by_hand(drawn % rest, LETTERS, from_right=False), tmp_path)
        assert said.startswith("ABCDABCD") and "اب 18 تث" not in said


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
