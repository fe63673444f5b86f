"""House rule: no word outside the catalogues, and the three catalogues say the same things."""

import ast
import re
import unicodedata
from pathlib import Path

import pytest

from i18n import LOCALES
from i18n.catalogues import FOLDER, catalogue, placeholders

HOUSE = FOLDER.parent

ROOMS = ("app.py", "findings", "pages", "queries", "panels", "exports", "ui", "data")
SCREEN_ROOMS = ("app.py", "pages", "ui")

# A builder of reference data writes data, where names are at home.
BUILDERS = re.compile(r"data/reference/build_\w+\.py")

# What a Moroccan reader does not expect, and what he expects in its place.
_PREFIX = r"(?<![\u0621-\u064a])(?:[وفبلك]{0,2}(?:ال|لل)?)"
_SUFFIX = r"(?![\u0621-\u064a])"
FORBIDDEN = {
    r"معطيات توضيحية": "أرقام افتراضية لأغراض العرض",
    r"شهادة الحالة المدنية": "نسخة من رسم الولادة أو الدفتر العائلي",
    r"الملفات المتوقفة": "الملفات في الانتظار",
    r"سلسلة التسجيل": "مراحل التسجيل والاستفادة",
    r"نسبة التغطية": "نسبة التسجيل، نسبة الاستفادة",
    _PREFIX + r"قرار(?:ات)?" + _SUFFIX: "توصية",
    r"délégué(?:e)? (?:provincial(?:e)? )?de l['’]éducation": "directeur provincial de l'éducation nationale",
    r"délégué(?:e)? de la CNSS": "directeur de l'agence CNSS",
    r"commune du caïd": "caïdat, annexe administrative",
    r"[\u0621-\u064a][^\n]*\d+-\d+": "09.21 (hyphenated numbers of laws change places in Arabic)",
    r"إنزكان-آيت ملول|إنزكان آيت ملول": "إنزكان أيت ملول",
    _PREFIX + r"لقليعة" + _SUFFIX: "القليعة",
    r"(?<![\u0621-\u064a])[وفب]?تمسية": "التمسية",
    r"سوس-ماسة": "سوس ماسة",
    r"الناضور": "الناظور",
    r"خارج المسار": "دون المستوى المبرمج",
    r"المرحلة الملزمة": "المرحلة ذات الأولوية",
    _PREFIX + r"حجر" + _SUFFIX: "في انتظار التحقق",
    _PREFIX + r"دفعة" + _SUFFIX: "ملف وارد رقم",
    r"\bcut\b": "معطيات محصورة بتاريخ",
    r"متنازع عليها": "موضوع ملاحظة",
    r"holds the ball": "الجهة المعنية بالمعالجة",
    r"السجل الوطني الموحد|\bRNU\b": "السجل الوطني للسكان or السجل الاجتماعي الموحد",
    _PREFIX + r"(?:فشل|تقصير|متخلف(?:ة)?|عجز)" + _SUFFIX: "a word that blames nobody",
}

SHOWING = frozenset(
    [
        "title",
        "header",
        "subheader",
        "caption",
        "markdown",
        "write",
        "text",
        "html",
        "button",
        "download_button",
        "link_button",
        "form_submit_button",
        "selectbox",
        "multiselect",
        "radio",
        "checkbox",
        "toggle",
        "slider",
        "select_slider",
        "text_input",
        "text_area",
        "number_input",
        "date_input",
        "file_uploader",
        "metric",
        "info",
        "success",
        "warning",
        "error",
        "toast",
        "spinner",
        "expander",
        "popover",
        "tabs",
        "page_link",
        "segmented_control",
        "pills",
        "status",
        "dialog",
    ]
)
SHOWN_KEYWORDS = frozenset(["label", "help", "placeholder", "page_title", "title", "body", "caption", "alt", "text"])

MARKUP = re.compile(r"<style\b.*?</style>|<[^>]*>|&\w+;|:[a-z_/]+:", re.DOTALL)


def texts(locale):
    """(key, text) of each text and each counted form of a language."""
    for key, text in catalogue(locale).texts.items():
        for form in (text,) if isinstance(text, str) else text:
            yield key, form


def python_files(house, rooms):
    """The Python files of some rooms, builders of reference data left out."""
    for room in rooms:
        path = house / room
        for file in [path] if path.suffix == ".py" else sorted(path.rglob("*.py")):
            if file.is_file() and not BUILDERS.fullmatch(file.relative_to(house).as_posix()):
                yield file


def literals(tree):
    """(line, text) of each string in the code that is neither a docstring nor a table of letters for str.maketrans."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "maketrans":
            skipped.update(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.lineno, node.value


def has_word(text):
    """Whether a text has letters that a reader would see: marks-up and icons' names are none."""
    return any(character.isalpha() for character in MARKUP.sub("", text))


def foreign_words(house):
    """Where a string of the code has Arabic words, or letters with accents: one line each."""
    for file in python_files(house, ROOMS):
        for line, text in literals(ast.parse(file.read_text(encoding="utf-8"))):
            letters = [unicodedata.name(character, "") for character in text if character.isalpha()]
            arabic = sum(name.startswith("ARABIC LETTER") for name in letters) > 1
            accents = any(name.startswith("LATIN") and (" WITH " in name or "LIGATURE" in name) for name in letters)
            if arabic or accents:
                yield f"{file.relative_to(house)}:{line}: {text!r} belongs in the catalogues of i18n/"


def written_on_screen(house):
    """Where a screen is given a text that comes from no catalogue: one line each."""
    for file in python_files(house, SCREEN_ROOMS):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            shown = [keyword.value for keyword in node.keywords if keyword.arg in SHOWN_KEYWORDS]
            if isinstance(node.func, ast.Attribute) and called in SHOWING:
                shown += node.args[:1]
            elif called not in ("Page", "set_page_config") and called not in SHOWING:
                continue
            for argument in shown:
                for text in shown_literals(argument):
                    if has_word(text):
                        where = f"{file.relative_to(house)}:{argument.lineno}"
                        yield f"{where}: {text!r} is shown by {called} and comes from no catalogue"


def shown_literals(argument):
    """The texts that an argument puts on the screen as they are, lists and f-strings looked into, calls not."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.JoinedStr):
        yield "".join(part.value for part in argument.values if isinstance(part, ast.Constant))
    elif isinstance(argument, ast.List | ast.Tuple):
        for element in argument.elts:
            yield from shown_literals(element)
    elif isinstance(argument, ast.BinOp):
        yield from shown_literals(argument.left)
        yield from shown_literals(argument.right)
    elif isinstance(argument, ast.IfExp):
        yield from shown_literals(argument.body)
        yield from shown_literals(argument.orelse)


def test_the_three_catalogues_have_the_same_keys():
    keys = {locale: set(catalogue(locale).texts) for locale in LOCALES}
    everything = set().union(*keys.values())
    assert everything
    assert {locale: sorted(everything - keys[locale]) for locale in LOCALES} == {locale: [] for locale in LOCALES}


def test_a_key_is_counted_in_the_three_languages_or_in_none():
    for key, text in catalogue("ar").texts.items():
        counted = {locale: isinstance(catalogue(locale).texts[key], tuple) for locale in LOCALES}
        assert len(set(counted.values())) == 1, f"{key} has counted forms in some languages only: {counted}"
        if isinstance(text, tuple):
            forms = {locale: len(catalogue(locale).texts[key]) for locale in LOCALES}
            assert forms == {"ar": 6, "fr": 2, "en": 2}, f"{key} lacks a counted form: {forms}"


def test_a_text_has_the_same_placeholders_in_the_three_languages():
    named = {locale: {} for locale in LOCALES}
    for locale in LOCALES:
        for key, text in texts(locale):
            named[locale].setdefault(key, set()).update(placeholders(text))
    different = {
        key: {locale: sorted(named[locale][key]) for locale in LOCALES}
        for key in named["ar"]
        if len({frozenset(named[locale][key]) for locale in LOCALES}) > 1
    }
    assert different == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_empty(locale):
    assert [key for key, text in texts(locale) if not text.strip()] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_brace_belongs_to_a_placeholder(locale):
    leftover = {
        key: text for key, text in texts(locale) if re.search(r"[{}]", re.sub(r"\{[a-z][a-z_0-9]*\}", "", text))
    }
    assert leftover == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_key_is_written_twice(locale):
    # Babel keeps the last of two entries without a word.
    keys = re.findall(r'^msgid "(.+)"$', (FOLDER / f"{locale}.po").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(key for key in set(keys) if keys.count(key) > 1) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_keys_are_block_and_name_and_blocks_stand_in_alphabetical_order(locale):
    keys = list(catalogue(locale).texts)
    assert [key for key in keys if not re.fullmatch(r"[a-z][a-z_]*(\.[a-z][a-z_0-9]*)+", key)] == []
    blocks = list(dict.fromkeys(key.split(".")[0] for key in keys))
    assert [key.split(".")[0] for key in keys] == sorted(key.split(".")[0] for key in keys), (
        f"order of blocks: {blocks}"
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_each_block_begins_with_a_comment_that_says_what_it_is(locale):
    blocks = {key.split(".")[0] for key in catalogue(locale).texts}
    text = (FOLDER / f"{locale}.po").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^#\. (\w+): .+$", text, flags=re.MULTILINE)) == sorted(blocks)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_has_a_word_that_a_moroccan_reader_does_not_expect(locale):
    found = [
        f"{key}: {text!r}; write {instead}"
        for key, text in texts(locale)
        for pattern, instead in FORBIDDEN.items()
        if re.search(pattern, text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "صدر القرار",
        "وقرارات الجلسة",
        "القانون رقم 09-08",
        "بالحجر",
        "الدفعة الأولى",
        "جماعة لقليعة",
        "عجز الإقليم",
        "le RNU",
    ],
)
def test_the_rule_on_words_would_see_a_forbidden_one(text):
    assert any(re.search(pattern, text) for pattern in FORBIDDEN)


@pytest.mark.parametrize(
    "text", ["مستقر منذ شتنبر", "جماعة القليعة", "قيادة التمسية", "القانون رقم 09.08", "loi n° 09-08"]
)
def test_the_rule_on_words_lets_the_expected_ones_pass(text):
    assert not any(re.search(pattern, text) for pattern in FORBIDDEN)


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_digits_are_never_grouped_with_a_plain_space(locale):
    assert [key for key, text in texts(locale) if re.search(r"\d \d{3}\b", text)] == []


def test_french_double_punctuation_never_begins_a_line():
    assert [key for key, text in texts("fr") if re.search(r" [:;?!»%]|« ", text)] == []


def test_no_word_of_arabic_or_french_stands_in_the_code():
    assert list(python_files(HOUSE, ROOMS))
    assert list(foreign_words(HOUSE)) == []


def test_no_screen_shows_a_text_that_comes_from_no_catalogue():
    assert list(written_on_screen(HOUSE)) == []


@pytest.mark.parametrize(
    "code",
    ['NAME = "الوضعية"', 'NAME = "\\u0627\\u0644"', 'NAME = f"{1} préfecture"', 'NAME = "œuvre"'],
)
def test_the_rule_on_code_would_see_a_foreign_word(tmp_path, code):
    (tmp_path / "panels").mkdir()
    (tmp_path / "panels" / "trial.py").write_text(code, encoding="utf-8")
    assert len(list(foreign_words(tmp_path))) == 1


@pytest.mark.parametrize(
    "code",
    ['"""Docstring: السجل, préfecture."""', 'FOLD = str.maketrans("أإآ", "ااا")', "# تعليق", 'SEPARATOR = "،"'],
)
def test_the_rule_on_code_lets_docstrings_comments_and_letter_tables_pass(tmp_path, code):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "trial.py").write_text(code, encoding="utf-8")
    assert list(foreign_words(tmp_path)) == []


@pytest.mark.parametrize(
    "code",
    [
        'st.title("Situation")',
        'column.metric("Households", 3)',
        'st.markdown(f"<b>{n} households</b>")',
        'st.selectbox(w("app.language"), options, help="Choose")',
        'st.tabs(["Table", w("x.y")])',
        'st.Page(path, title="Map")',
        'st.write("As of " + day)',
    ],
)
def test_the_rule_on_screens_would_see_a_text_from_no_catalogue(tmp_path, code):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "trial.py").write_text(code, encoding="utf-8")
    assert len(list(written_on_screen(tmp_path))) == 1


@pytest.mark.parametrize(
    "code",
    [
        'st.title(w("situation.title"))',
        'st.markdown("---")',
        "st.html('<style>.st-key-map {direction: rtl}</style>')",
        'st.button(w("app.language"), key="language")',
        'st.metric("", value)',
        'file.write_text("plain")',
    ],
)
def test_the_rule_on_screens_lets_catalogue_texts_and_markup_pass(tmp_path, code):
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "trial.py").write_text(code, encoding="utf-8")
    assert list(written_on_screen(tmp_path)) == []


def test_builders_of_reference_data_may_hold_names(tmp_path):
    folder = tmp_path / "data" / "reference"
    folder.mkdir(parents=True)
    (folder / "build_territories.py").write_text('NAME = "القليعة"', encoding="utf-8")
    assert list(foreign_words(tmp_path)) == []
    (folder / "read.py").write_text('NAME = "القليعة"', encoding="utf-8")
    assert [Path(line.split(":")[0]).name for line in foreign_words(tmp_path)] == ["read.py"]
