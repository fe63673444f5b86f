"""Numbers in digits, shares, and counted nouns in three languages."""

from decimal import Decimal

import pytest

from i18n import LRI, PDI, words

N = "\u202f"
HARD = "\u00a0"
MINUS = "\u2212"
COUNTED = (0, 1, 2, 3, 10, 11, 99, 100, 101, 103, 111)

ARABIC = {
    "household": ("أي أسرة", "أسرة واحدة", "أسرتين", "أسر", "أسرة", "أسرة"),
    "person": ("أي شخص", "شخص واحد", "شخصين", "أشخاص", "شخصا", "شخص"),
    "file": ("أي ملف", "ملف واحد", "ملفين", "ملفات", "ملفا", "ملف"),
    "application": ("أي طلب", "طلب واحد", "طلبين", "طلبات", "طلبا", "طلب"),
    "beneficiary": ("أي مستفيد", "مستفيد واحد", "مستفيدين اثنين", "مستفيدين", "مستفيدا", "مستفيد"),
    "insured": (
        "أي مؤمن رئيسي",
        "مؤمن رئيسي واحد",
        "مؤمنين رئيسيين اثنين",
        "مؤمنين رئيسيين",
        "مؤمنا رئيسيا",
        "مؤمن رئيسي",
    ),
    "student": ("أي تلميذ", "تلميذ واحد", "تلميذين", "تلاميذ", "تلميذا", "تلميذ"),
    "working_day": ("أي يوم عمل", "يوم عمل واحد", "يومي عمل", "أيام عمل", "يوم عمل", "يوم عمل"),
    "week": ("أقل من أسبوع", "أسبوع واحد", "أسبوعين", "أسابيع", "أسبوعا", "أسبوع"),
    "recommendation": ("أي توصية", "توصية واحدة", "توصيتين", "توصيات", "توصية", "توصية"),
    "point": ("أي نقطة", "نقطة واحدة", "نقطتين", "نقط", "نقطة", "نقطة"),
    "day": ("أي يوم", "يوم واحد", "يومين", "أيام", "يوما", "يوم"),
    "commune": ("أي جماعة", "جماعة واحدة", "جماعتين", "جماعات", "جماعة", "جماعة"),
    "row": ("أي سطر", "سطر واحد", "سطرين", "أسطر", "سطرا", "سطر"),
    "prefecture_or_province": (
        "أي عمالة أو إقليم",
        "عمالة أو إقليم واحد",
        "عمالتين أو إقليمين",
        "عمالات أو أقاليم",
        "عمالة أو إقليما",
        "عمالة أو إقليم",
    ),
}


@pytest.mark.parametrize("unit", ARABIC)
def test_arabic_counts_take_the_form_of_their_number(unit):
    zero, one, two, few, many, other = ARABIC[unit]
    expected = [
        zero,
        one,
        two,
        f"3 {few}",
        f"10 {few}",
        f"11 {many}",
        f"99 {many}",
        f"100 {other}",
        f"101 {other}",
        f"103 {few}",
        f"111 {many}",
    ]
    assert [words("ar").count(unit, n) for n in COUNTED] == expected


def test_french_takes_the_singular_for_zero_and_one_and_for_one_and_a_part():
    w = words("fr")
    assert [w.count("household", n) for n in COUNTED[:4]] == ["0 ménage", "1 ménage", "2 ménages", "3 ménages"]
    assert w.count("week", Decimal("1.8")) == "1,8 semaine"
    assert w.count("week", 2.5) == "2,5 semaines"


def test_english_takes_the_singular_for_one_alone():
    w = words("en")
    assert [w.count("person", n) for n in (0, 1, 2)] == ["0 persons", "1 person", "2 persons"]
    assert w.count("week", 1.5) == "1.5 weeks"


def test_an_arabic_decimal_takes_the_form_after_a_hundred_unless_it_prints_as_a_whole_number():
    w = words("ar")
    assert w.count("week", 2.5) == "2,5 أسبوع"
    assert w.count("week", 2.96) == "3 أسابيع"


@pytest.mark.parametrize(
    ("locale", "unit", "number", "expected"),
    [
        ("ar", "household", 1_800_000, "1,8 مليون أسرة"),
        ("ar", "person", 13_600_000, "13,6 مليون شخص"),
        ("ar", "person", 1_000_000, "مليون شخص"),
        ("ar", "person", 2_000_000, "مليوني شخص"),
        ("ar", "person", 3_000_000, "3 ملايين شخص"),
        ("ar", "person", 11_000_000, "11 مليون شخص"),
        ("ar", "household", 270_000, f"270{N}000 أسرة"),
        ("fr", "household", 1_800_000, "1,8 million de ménages"),
        ("fr", "person", 13_600_000, "13,6 millions de personnes"),
        ("fr", "insured", 1_000_000, "1 million d'assurés principaux"),
        ("fr", "student", 2_000_000, "2 millions d'élèves"),
        ("fr", "household", 270_000, f"270{N}000 ménages"),
        ("en", "household", 1_800_000, "1.8 million households"),
        ("fr", "day", 2_000_000, f"2{N}000{N}000 jours"),
        ("fr", "household", -1_800_000, "moins 1,8 million de ménages"),
    ],
)
def test_a_short_count_takes_the_form_of_what_is_printed(locale, unit, number, expected):
    assert words(locale).count(unit, number, short=True) == expected


def test_a_count_in_full_is_grouped_and_says_nothing_of_millions():
    assert words("fr").count("household", 1_800_000) == f"1{N}800{N}000 ménages"
    assert words("ar").count("household", 1_800_000) == f"1{N}800{N}000 أسرة"


def test_a_negative_count_is_said_in_a_word():
    assert words("ar").count("file", -3) == "ناقص 3 ملفات"
    assert words("ar").count("file", -1) == "ناقص ملف واحد"
    assert words("fr").count("file", -3) == "moins 3 dossiers"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1_800_000, "1,8 million"),
        (1_530_000, "1,53 million"),
        (10_518_000, "10,52 millions"),
        (1_999_999, "2 millions"),
        (999_999, f"999{N}999"),
        (9_743, f"9{N}743"),
        (-1_800_000, "moins 1,8 million"),
    ],
)
def test_a_short_number_keeps_the_decimals_that_count(number, expected):
    assert words("fr").short(number) == expected


def test_a_short_number_alone_takes_the_arabic_forms_of_a_million():
    w = words("ar")
    said = [w.short(n) for n in (1_000_000, 2_000_000, 10_000_000, 11_000_000, 13_600_000, 100_000_000)]
    assert said == ["مليون واحد", "مليونين", "10 ملايين", "11 مليونا", "13,6 مليون", "100 مليون"]


def test_thousands_are_parted_by_a_narrow_space_in_arabic_and_french_and_by_a_comma_in_english():
    assert [words(locale).number(36_828_330) for locale in ("ar", "fr", "en")] == [
        f"36{N}828{N}330",
        f"36{N}828{N}330",
        "36,828,330",
    ]


def test_a_sign_stays_on_the_left_of_its_digits_in_arabic():
    assert words("ar").number(-35) == f"{LRI}{MINUS}35{PDI}"
    assert words("ar").signed(1_200) == f"{LRI}+1{N}200{PDI}"
    assert words("fr").signed(-35) == f"{MINUS}35"
    assert words("fr").signed(0) == "0"


def test_in_a_sentence_a_negative_number_has_a_word_for_its_sign():
    assert [words(locale).spoken(-35) for locale in ("ar", "fr", "en")] == ["ناقص 35", "moins 35", "minus 35"]
    assert words("fr").spoken(35) == "35"


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0, "0"),
        (0.351, "35"),
        (0.345, "35"),
        (0.0912, "9,1"),
        (0.09, "9,0"),
        (0.0996, "10"),
        (1, "100"),
        (1.22, "122"),
        (0.9999, "99,9"),
        (1.0001, "100,1"),
        (-0.35, f"{MINUS}35"),
    ],
)
def test_a_share_has_one_decimal_below_ten_percent_and_only_the_whole_prints_as_a_hundred(share, expected):
    assert words("fr").share(share) == f"{expected}{HARD}%"


def test_a_share_has_the_decimals_that_are_asked_for():
    assert words("fr").share(21_500 / 61_000, decimals=2) == f"35,25{HARD}%"
    assert words("fr").share(0.089, decimals=0) == f"9{HARD}%"


def test_a_share_that_is_not_zero_never_prints_as_zero():
    assert words("fr").share(0.0001) == f"moins de 0,1{HARD}%"
    assert words("ar").share(0.0001) == f"أقل من {LRI}0,1{HARD}%{PDI}"
    assert words("en").share(0.001, decimals=0) == "less than 1%"


def test_the_percent_sign_stays_on_the_right_of_its_digits_in_arabic():
    assert words("ar").share(0.351) == f"{LRI}35{HARD}%{PDI}"
    assert words("en").share(0.351) == "35%"


def test_in_a_sentence_percent_is_said_in_arabic():
    assert [words(locale).percent_words(0.351) for locale in ("ar", "fr", "en")] == [
        "35 في المائة",
        f"35{HARD}%",
        "35%",
    ]
    assert words("ar").percent_words(-0.02) == "ناقص 2,0 في المائة"
    assert words("ar").percent_words(0.0001) == "أقل من 0,1 في المائة"


def test_a_decimal_loses_the_zeros_that_say_nothing():
    assert words("fr").decimal(1.66) == "1,7"
    assert words("fr").decimal(Decimal("2.04")) == "2"
    assert words("en").decimal(1_234.5) == "1,234.5"
    assert words("fr").decimal(-0.04) == "0"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_printed_as_one(number):
    w = words("fr")
    for write in (w.share, w.decimal, w.percent_words):
        with pytest.raises(ValueError, match="cannot be written"):
            write(number)


def test_a_number_with_decimals_is_refused_where_a_whole_one_is_meant():
    with pytest.raises(ValueError, match="not a whole number"):
        words("fr").number(3.5)


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("58 000", 58_000, 1000),
        (f"58{N}000", 58_000, 1000),
        ("58,000", 58_000, 1000),
        ("58.000", 58_000, 1000),
        ("58٬000", 58_000, 1000),
        ("٥٨٠٠٠", 58_000, 1000),
        ("58 ألف", 58_000, 1000),
        ("حوالي 58 ألف أسرة", 58_000, 1000),
        ("58 mille ménages", 58_000, 1000),
        ("58 ألف و200", 58_200, 100),
        ("58 012", 58_012, 1),
        ("1,8 million", 1_800_000, 100_000),
        ("1.8 M", 1_800_000, 100_000),
        ("1,8 مليون", 1_800_000, 100_000),
        ("3 ملايين", 3_000_000, 100_000),
        ("60 000", 60_000, 1000),
        ("1 234", 1_234, 1),
        ("0", 0, 1),
    ],
)
def test_a_number_is_read_in_any_grouping_and_with_the_last_place_that_was_said(text, value, precision):
    for locale in ("ar", "fr", "en"):
        read = words(locale).parse_number(text)
        assert (read.value, read.precision, read.share) == (value, precision, False)


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("9 %", "0.09", "0.01"),
        ("9,3 pour cent", "0.093", "0.001"),
        ("35 في المائة", "0.35", "0.01"),
        ("100٪", "1", "0.01"),
    ],
)
def test_a_percentage_is_read_as_a_share_said_to_a_point_or_to_its_decimal(text, value, precision):
    read = words("fr").parse_number(text)
    assert (read.value, read.precision, read.share) == (Decimal(value), Decimal(precision), True)


@pytest.mark.parametrize("text", ["", "ألف", "ménages", "58 12", "58 000 12", "-5", "10-12", "5 mille 3 millions"])
def test_what_is_no_number_for_certain_is_not_read(text):
    assert words("fr").parse_number(text) is None


@pytest.mark.parametrize("number", [0, 7, 412, 9_743, 58_012, 1_800_000, 13_600_000])
@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_what_this_house_writes_it_reads_back(locale, number):
    w = words(locale)
    assert w.parse_number(w.number(number)).value == number
    assert w.parse_number(w.share(0.35)).value == Decimal("0.35")
