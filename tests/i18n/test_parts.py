"""A counted phrase in two parts: the number, which is set large, and its noun."""

import pytest

from i18n import words

N, HARD = "\u202f", "\u00a0"
LOCALES = ("ar", "fr", "en")
NUMBERS = (1, 2, 3, 11, 100, 1_800_000, 2_000_000, 11_000_000)

HOUSEHOLDS = {
    "ar": (
        ("أسرة واحدة", ""),
        ("أسرتين", ""),
        ("3", "أسر"),
        ("11", "أسرة"),
        ("100", "أسرة"),
        (f"1,8{HARD}مليون", "أسرة"),
        ("مليوني", "أسرة"),
        (f"11{HARD}مليون", "أسرة"),
    ),
    "fr": (
        ("1", "ménage"),
        ("2", "ménages"),
        ("3", "ménages"),
        ("11", "ménages"),
        ("100", "ménages"),
        (f"1,8{HARD}million", "de ménages"),
        (f"2{HARD}millions", "de ménages"),
        (f"11{HARD}millions", "de ménages"),
    ),
    "en": (
        ("1", "household"),
        ("2", "households"),
        ("3", "households"),
        ("11", "households"),
        ("100", "households"),
        ("1.8 million", "households"),
        ("2 million", "households"),
        ("11 million", "households"),
    ),
}

PERSONS = {
    "ar": (
        ("شخص واحد", ""),
        ("شخصين", ""),
        ("3", "أشخاص"),
        ("11", "شخصا"),
        ("100", "شخص"),
        (f"1,8{HARD}مليون", "شخص"),
        ("مليوني", "شخص"),
        (f"11{HARD}مليون", "شخص"),
    ),
    "fr": (
        ("1", "personne"),
        ("2", "personnes"),
        ("3", "personnes"),
        ("11", "personnes"),
        ("100", "personnes"),
        (f"1,8{HARD}million", "de personnes"),
        (f"2{HARD}millions", "de personnes"),
        (f"11{HARD}millions", "de personnes"),
    ),
    "en": (
        ("1", "person"),
        ("2", "persons"),
        ("3", "persons"),
        ("11", "persons"),
        ("100", "persons"),
        ("1.8 million", "persons"),
        ("2 million", "persons"),
        ("11 million", "persons"),
    ),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("unit", "said"), [("household", HOUSEHOLDS), ("person", PERSONS)], ids=["h", "p"])
def test_a_number_and_its_noun_are_parted_as_each_language_counts(unit, said, locale):
    assert tuple(words(locale).parts(unit, n) for n in NUMBERS) == said[locale]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("unit", ["person", "household", "insured", "beneficiary", "application", "student", "file"])
@pytest.mark.parametrize("n", [*NUMBERS, 4567, 999_999, 1_234_567])
def test_the_two_parts_together_are_the_counted_phrase(unit, n, locale):
    w = words(locale)
    assert " ".join(part for part in w.parts(unit, n) if part) == w.count(unit, n, short=True)


@pytest.mark.parametrize(("locale", "figure"), [("ar", f"61{N}000"), ("fr", f"61{N}000"), ("en", "61,000")])
def test_below_a_million_the_number_is_in_grouped_digits(locale, figure):
    assert words(locale).parts("household", 61_000)[0] == figure


@pytest.mark.parametrize(("locale", "noun"), [("ar", "مؤمن رئيسي"), ("fr", "d'assurés principaux"), ("en", None)])
def test_after_millions_french_elides_before_a_vowel(locale, noun):
    said = words(locale).parts("insured", 1_800_000)[1]
    assert said == (noun or words("en")("unit.insured.plural"))


def test_a_unit_without_a_form_for_millions_is_counted_in_full():
    assert words("fr").parts("commune", 1_800_000) == (f"1{N}800{N}000", "communes")
    assert words("ar").parts("commune", 2) == ("جماعتين", "")
