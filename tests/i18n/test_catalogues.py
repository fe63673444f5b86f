"""The catalogues: keys, placeholders, isolates, and the header that numbers the Arabic plural forms."""

import os
from datetime import date

import pytest

from i18n import FSI, LRI, PDI, RLI, Raw, isolated, words
from i18n.catalogues import catalogue

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : '
    'n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\\n"\n\n'
)
BABELS_OWN = HEADER.replace("n%100>=11 ? 4 : 5", "n%100>=0 && n%100<=2 ? 4 : 5")


@pytest.fixture
def folder(tmp_path):
    """A folder of catalogues with one Arabic text."""
    (tmp_path / "ar.po").write_text(HEADER + 'msgid "trial.text"\nmsgstr "من {start} إلى {end}"\n', encoding="utf-8")
    return tmp_path


def test_a_text_is_found_by_its_dotted_key_in_each_language():
    assert words("ar")("app.page_situation") == "الوضعية"
    assert words("fr")("app.page_map") == "Carte"
    assert words("en")("app.page_method") == "Method"


def test_a_key_that_no_catalogue_has_is_refused_and_the_message_names_it():
    with pytest.raises(KeyError, match=r"situation\.no_such_text"):
        words("fr")("situation.no_such_text")


def test_an_entry_without_a_text_is_refused_like_an_absent_one(folder):
    (folder / "ar.po").write_text(HEADER + 'msgid "trial.text"\nmsgstr ""\n', encoding="utf-8")
    with pytest.raises(KeyError, match=r"trial\.text"):
        catalogue("ar", folder=folder).text("trial.text")


def test_an_entry_marked_fuzzy_is_refused(folder):
    (folder / "ar.po").write_text(HEADER + '#, fuzzy\nmsgid "trial.text"\nmsgstr "نص"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="fuzzy"):
        catalogue("ar", folder=folder)


def test_a_language_that_the_house_does_not_speak_is_refused():
    with pytest.raises(ValueError, match="'de'"):
        words("de")


def test_the_same_words_are_returned_until_a_catalogue_changes(folder):
    before = words("ar", folder=folder)
    assert words("ar", folder=folder) is before
    path = folder / "ar.po"
    path.write_text(HEADER + 'msgid "trial.text"\nmsgstr "نص جديد"\n', encoding="utf-8")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000_000))
    assert words("ar", folder=folder)("trial.text") == "نص جديد"


def test_the_hand_written_plural_header_is_kept_and_a_wrong_one_is_refused(folder):
    plural = catalogue("ar", folder=folder).translations.plural
    assert [plural(n) for n in (0, 1, 2, 3, 10, 11, 99, 100, 101, 103, 111)] == [0, 1, 2, 3, 3, 4, 4, 5, 5, 3, 4]
    path = folder / "ar.po"
    path.write_text(BABELS_OWN + 'msgid "trial.text"\nmsgstr "نص"\n', encoding="utf-8")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000_000))
    with pytest.raises(ValueError, match="Plural-Forms"):
        catalogue("ar", folder=folder)


def test_in_arabic_each_value_stands_in_an_isolate_and_in_french_it_does_not():
    assert words("ar")("state.withheld", threshold=10) == f"أقل من {FSI}10{PDI}"
    assert words("fr")("state.withheld", threshold=10) == "moins de 10"


def test_a_value_that_is_missing_is_refused():
    with pytest.raises(KeyError, match="threshold"):
        words("fr")("state.withheld")


def test_braces_in_a_value_are_not_read_as_a_placeholder():
    assert words("fr")("state.withheld", threshold="{n}") == "moins de {n}"


def test_a_whole_number_is_grouped_but_a_year_is_not(tmp_path):
    for locale in ("ar", "fr"):
        (tmp_path / f"{locale}.po").write_text(
            HEADER + 'msgid "trial.census"\nmsgstr "{n} ({census_year})"\n', encoding="utf-8"
        )
    assert words("fr", folder=tmp_path)("trial.census", n=36_828_330, census_year=2024) == "36\u202f828\u202f330 (2024)"


def test_a_date_is_written_in_words():
    assert words("fr")("app.as_of", date=date(2023, 9, 14)) == "Au 14 septembre 2023"


@pytest.mark.parametrize("value", [0.351, None, True, ["a"]])
def test_a_value_whose_writing_nobody_decided_is_refused(value):
    with pytest.raises(TypeError, match="threshold"):
        words("fr")("state.withheld", threshold=value)


def test_text_that_is_one_isolate_already_is_not_isolated_twice():
    assert isolated(f"{LRI}−35{PDI}") == f"{LRI}−35{PDI}"
    assert isolated(f"{FSI}a {FSI}b{PDI}{PDI}") == f"{FSI}a {FSI}b{PDI}{PDI}"


def test_two_isolates_side_by_side_are_wrapped_as_a_whole():
    text = f"{FSI}RNP{PDI}{FSI}RSU{PDI}"
    assert isolated(text) == f"{FSI}{text}{PDI}"


def test_isolates_with_arabic_inside_and_no_letter_between_them_run_right_to_left():
    text = f"{FSI}صفرو{PDI} / {FSI}تاوريرت{PDI}"
    assert isolated(text) == f"{RLI}{text}{PDI}"


def test_raw_text_and_empty_text_get_no_isolate():
    assert isolated(Raw("<b>10</b>")) == "<b>10</b>"
    assert isolated("") == ""


def test_names_are_joined_as_the_language_joins_them():
    assert words("fr").join(["Sefrou", "Taourirt", "Guelmim"]) == "Sefrou, Taourirt et Guelmim"
    assert words("en").join(["Sefrou", "Taourirt"]) == "Sefrou and Taourirt"
    assert words("ar").join(["صفرو", "كلميم"]) == f"{FSI}صفرو{PDI} و{FSI}كلميم{PDI}"
    assert words("fr").join(["Sefrou"]) == "Sefrou"
    assert words("fr").join([]) == ""


def test_only_arabic_is_written_from_right_to_left():
    assert [(words(locale).rtl, words(locale).direction) for locale in ("ar", "fr", "en")] == [
        (True, "rtl"),
        (False, "ltr"),
        (False, "ltr"),
    ]
