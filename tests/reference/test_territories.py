"""The reference list of territories: what it holds adds up, and its place names read well."""

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
COUNTS = ("population_2014", "households_2014", "population_2024", "households_2024")
KINGDOM_COUNTS = (33_848_242, 7_313_806, 36_828_330, 9_275_038)
PATTERNS = {
    "country": r"MA",
    "region": r"\d\d",
    "prefecture": r"\d\d\.\d{3}",
    "commune": r"\d\d\.\d{3}\.\d\d\.(\d\d|0)",
    "arrondissement": r"\d\d\.\d{3}\.\d\d\.\d\d",
    "grouping": r"\d\d\.\d{3}\.\d\d\.\d0",
}
PARENT_LEVEL = {
    "region": "country",
    "prefecture": "region",
    "commune": "prefecture",
    "arrondissement": "commune",
    "grouping": "prefecture",
}


def rows_of(name: str) -> list[dict[str, str]]:
    with open(REFERENCE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def territories() -> list[dict[str, str]]:
    return rows_of("territories.csv")


@pytest.fixture(scope="module")
def by_code(territories) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in territories}


@pytest.fixture(scope="module")
def members() -> dict[str, list[str]]:
    found = defaultdict(list)
    for row in rows_of("groupings.csv"):
        found[row["grouping"]].append(row["member"])
    return dict(found)


def added(rows, column: str) -> int:
    return sum(int(row[column] or 0) for row in rows)


def test_the_columns_are_those_that_the_product_reads(territories):
    assert list(territories[0]) == [
        *("code", "level", "kind", "parent", "position", "name_ar", "name_fr", "office_ar", "office_fr"),
        *("in_ar", "in_fr", "of_ar", "of_fr", *COUNTS),
    ]


def test_every_level_has_its_number_of_territories(territories):
    assert Counter(row["level"] for row in territories) == {
        "country": 1,
        "region": 12,
        "prefecture": 75,
        "commune": 1503,
        "arrondissement": 41,
        "grouping": 8,
    }


def test_every_kind_has_its_number_of_territories(territories):
    assert Counter(row["kind"] for row in territories) == {
        "country": 1,
        "region": 12,
        "prefecture": 13,
        "province": 62,
        "urban_commune": 242,
        "rural_commune": 1261,
        "arrondissement": 41,
        "prefecture_of_arrondissements": 8,
    }


def test_no_code_occurs_twice(territories):
    assert [code for code, n in Counter(row["code"] for row in territories).items() if n > 1] == []


def test_codes_are_text_that_keeps_its_leading_zeros(territories):
    assert [r["code"] for r in territories if not re.fullmatch(PATTERNS[r["level"]], r["code"])] == []


def test_every_parent_exists_and_stands_one_level_above(territories, by_code):
    wrong = [
        row["code"]
        for row in territories
        if row["level"] != "country" and by_code[row["parent"]]["level"] != PARENT_LEVEL[row["level"]]
    ]
    assert wrong == []
    assert by_code["MA"]["parent"] == ""


def test_a_code_begins_with_its_parents_code(territories):
    below_a_region = [row for row in territories if row["level"] in ("prefecture", "commune", "grouping")]
    assert [row["code"] for row in below_a_region if not row["code"].startswith(row["parent"] + ".")] == []
    # A divided city ends in .0 where its arrondissements have two digits.
    in_a_city = [row for row in territories if row["level"] == "arrondissement"]
    assert [row["code"] for row in in_a_city if not row["code"].startswith(row["parent"][:-1])] == []


def test_the_position_is_the_order_of_the_file_and_a_parent_precedes_its_children(territories, by_code):
    assert [int(row["position"]) for row in territories] == list(range(1640))
    late = [
        r["code"] for r in territories if r["parent"] and int(by_code[r["parent"]]["position"]) >= int(r["position"])
    ]
    assert late == []


@pytest.mark.parametrize("level", ["country", "region", "prefecture", "commune"])
@pytest.mark.parametrize(("column", "total"), list(zip(COUNTS, KINGDOM_COUNTS, strict=True)))
def test_each_level_adds_up_to_the_kingdom_exactly(territories, level, column, total):
    assert added((row for row in territories if row["level"] == level), column) == total


@pytest.mark.parametrize("column", COUNTS)
def test_each_territory_is_the_sum_of_its_children(territories, by_code, column):
    children = defaultdict(list)
    for row in territories:
        if row["parent"] and row["level"] != "grouping":
            children[row["parent"]].append(row)
    assert len(children) == 1 + 12 + 75 + 6
    wrong = {code for code, parts in children.items() if added(parts, column) != int(by_code[code][column])}
    assert wrong == set()


def test_six_cities_are_divided_into_arrondissements(territories, by_code):
    cities = Counter(row["parent"] for row in territories if row["level"] == "arrondissement")
    assert {by_code[code]["name_fr"]: n for code, n in cities.items()} == {
        "Tanger": 4,
        "Fès": 6,
        "Rabat": 5,
        "Salé": 5,
        "Casablanca": 16,
        "Marrakech": 5,
    }


def test_groupings_hold_each_arrondissement_of_casablanca_once(territories, members):
    of_casablanca = [row["code"] for row in territories if row["parent"] == "06.141.01.0"]
    assert sorted(code for those in members.values() for code in those) == of_casablanca
    assert members.keys() == {row["code"] for row in territories if row["level"] == "grouping"}


@pytest.mark.parametrize("column", COUNTS)
def test_groupings_are_the_sum_of_their_members_and_together_casablanca(by_code, members, column):
    for grouping, those in members.items():
        assert added((by_code[code] for code in those), column) == int(by_code[grouping][column]), grouping
    assert added((by_code[code] for code in members), column) == int(by_code["06.141.01.0"][column])


def test_a_grouping_has_the_members_that_hcp_gives_it(by_code, members):
    assert [by_code[code]["name_fr"] for code in members["06.141.01.20"]] == [
        "Aïn-Sebaâ",
        "Asoukhour Assawda",
        "Hay-Mohammadi",
    ]


def test_inezgane_ait_melloul_and_its_six_communes_have_the_figures_of_the_census(territories, by_code):
    whole = by_code["09.273"]
    assert (whole["kind"], whole["population_2024"], whole["households_2024"]) == ("prefecture", "636916", "161551")
    parts = {r["code"]: (r["name_fr"], r["population_2024"]) for r in territories if r["parent"] == "09.273"}
    assert parts == {
        "09.273.01.05": ("Ait Melloul", "210870"),
        "09.273.01.13": ("Dcheira El Jihadia", "113041"),
        "09.273.01.15": ("Inezgane", "137512"),
        "09.273.01.17": ("Lqliaa", "107133"),
        "09.273.05.19": ("Oulad Dahou", "15697"),
        "09.273.05.27": ("Temsia", "52663"),
    }


def test_only_the_four_communes_that_2014_did_not_count_lack_a_figure(territories):
    lacking = {row["code"] for row in territories if not all(row[column] for column in COUNTS)}
    assert lacking == {"12.066.01.03", "12.066.03.03", "12.066.03.09", "12.391.05.05"}
    assert all(row["population_2024"] and row["households_2024"] for row in territories)


def test_no_figure_is_zero_and_households_are_fewer_than_people(territories):
    for row in territories:
        for year in ("2014", "2024"):
            if row[f"households_{year}"]:
                assert 0 < int(row[f"households_{year}"]) < int(row[f"population_{year}"]), row["code"]


OFFICE = {
    "02.381": ("الناضور", "الناظور"),
    "02.381.01.05": ("الناضور", "الناظور"),
    "09": ("سوس-ماسة", "سوس ماسة"),
    "09.273": ("إنزكان-آيت ملول", "إنزكان أيت ملول"),
    "09.273.01.05": ("آيت ملول", "أيت ملول"),
    "09.273.01.17": ("لقليعة", "القليعة"),
    "09.273.05.27": ("تمسية", "التمسية"),
}


def test_the_office_spelling_stands_beside_that_of_hcp(territories):
    assert {row["code"]: (row["name_ar"], row["office_ar"]) for row in territories if row["office_ar"]} == OFFICE


FORMS = [
    ("MA", "بالمملكة", "للمملكة", "au niveau national", "du Royaume"),
    ("02", "بجهة الشرق", "لجهة الشرق", "dans la région de l'Oriental", "de la région de l'Oriental"),
    ("09", "بجهة سوس ماسة", "لجهة سوس ماسة", "dans la région Souss-Massa", "de la région Souss-Massa"),
    (
        "09.273",
        "بعمالة إنزكان أيت ملول",
        "لعمالة إنزكان أيت ملول",
        "dans la préfecture d'Inezgane-Aït Melloul",
        "de la préfecture d'Inezgane-Aït Melloul",
    ),
    ("03.451", "بإقليم صفرو", "لإقليم صفرو", "dans la province de Sefrou", "de la province de Sefrou"),
    ("02.381", "بإقليم الناظور", "لإقليم الناظور", "dans la province de Nador", "de la province de Nador"),
    ("07.041", "بإقليم الحوز", "لإقليم الحوز", "dans la province d'Al Haouz", "de la province d'Al Haouz"),
    ("03.171", "بإقليم الحاجب", "لإقليم الحاجب", "dans la province d'El Hajeb", "de la province d'El Hajeb"),
    ("08.401", "بإقليم ورزازات", "لإقليم ورزازات", "dans la province d'Ouarzazate", "de la province d'Ouarzazate"),
    ("07.585", "بإقليم اليوسفية", "لإقليم اليوسفية", "dans la province de Youssoufia", "de la province de Youssoufia"),
    ("11.321", "بإقليم العيون", "لإقليم العيون", "dans la province de Laâyoune", "de la province de Laâyoune"),
    (
        "01.573",
        "بعمالة المضيق-الفنيدق",
        "لعمالة المضيق-الفنيدق",
        "dans la préfecture de M'diq-Fnideq",
        "de la préfecture de M'diq-Fnideq",
    ),
    ("09.273.01.17", "بجماعة القليعة", "لجماعة القليعة", "dans la commune de Lqliaa", "de la commune de Lqliaa"),
    (
        "09.273.01.05",
        "بجماعة أيت ملول",
        "لجماعة أيت ملول",
        "dans la commune d'Ait Melloul",
        "de la commune d'Ait Melloul",
    ),
    (
        "09.273.05.19",
        "بجماعة أولاد دحو",
        "لجماعة أولاد دحو",
        "dans la commune d'Oulad Dahou",
        "de la commune d'Oulad Dahou",
    ),
    (
        "06.141.01.31",
        "بمقاطعة الحي الحسني",
        "لمقاطعة الحي الحسني",
        "dans l'arrondissement de Hay-Hassani",
        "de l'arrondissement de Hay-Hassani",
    ),
    (
        "06.141.01.41",
        "بمقاطعة عين الشق",
        "لمقاطعة عين الشق",
        "dans l'arrondissement d'Aïn-Chock",
        "de l'arrondissement d'Aïn-Chock",
    ),
    (
        "06.141.01.10",
        "بعمالة مقاطعات الفداء-مرس السلطان",
        "لعمالة مقاطعات الفداء-مرس السلطان",
        "dans la préfecture d'arrondissements d'Al-Fida-Mers-Sultan",
        "de la préfecture d'arrondissements d'Al-Fida-Mers-Sultan",
    ),
]


@pytest.mark.parametrize(("code", "in_ar", "of_ar", "in_fr", "of_fr"), FORMS)
def test_a_place_name_stands_ready_for_a_sentence(by_code, code, in_ar, of_ar, in_fr, of_fr):
    row = by_code[code]
    assert (row["in_ar"], row["of_ar"], row["in_fr"], row["of_fr"]) == (in_ar, of_ar, in_fr, of_fr)


def test_every_form_ends_with_the_name_that_the_office_writes(territories):
    for row in territories:
        if row["level"] != "country":
            for locale in ("ar", "fr"):
                name = row[f"office_{locale}"] or row[f"name_{locale}"]
                assert row[f"in_{locale}"].endswith(name), row["code"]
                assert row[f"of_{locale}"].endswith(name), row["code"]


def test_french_elides_before_every_vowel_and_never_before_a_consonant(territories):
    for row in territories:
        if row["level"] not in ("country", "region"):
            elided = row["in_fr"].endswith(f" d'{row['name_fr']}")
            full = row["in_fr"].endswith(f" de {row['name_fr']}")
            assert elided != full, row["code"]
            assert elided == (row["name_fr"][0] in "AEIOUÂÉÈÎÏÔ"), row["in_fr"]


def test_no_name_has_stray_spaces_or_notes(territories):
    for row in territories:
        for column in ("name_ar", "name_fr", "office_ar", "office_fr"):
            assert not re.search(r"^\s|\s$|\s\s|[()*/\d]", row[column]), (row["code"], column)


def test_spellings_hold_the_names_of_hcp_and_of_the_office(territories):
    spellings = {(row["code"], row["locale"], row["spelling"]) for row in rows_of("spellings.csv")}
    for row in territories:
        for locale in ("ar", "fr"):
            for column in (f"name_{locale}", f"office_{locale}"):
                assert not row[column] or (row["code"], locale, row[column]) in spellings, row["code"]


def test_spellings_hold_the_names_that_hcp_wrote_in_2014():
    spellings = {(row["code"], row["spelling"]) for row in rows_of("spellings.csv")}
    assert {("01.051.11.07", "Bni Abdallah"), ("01.051.13.19", "نقور"), ("03.271.01.05", "Dayat Aoua")} <= spellings


def test_no_spelling_is_written_twice_or_belongs_to_an_unknown_territory(by_code):
    rows = [tuple(row.values()) for row in rows_of("spellings.csv")]
    assert len(rows) == len(set(rows))
    assert {code for code, _, _ in rows} == by_code.keys()
    assert {locale for _, locale, _ in rows} == {"ar", "fr"}


def test_each_census_says_when_and_where_it_was_published():
    censuses = {row["year"]: row for row in rows_of("censuses.csv")}
    published = {year: date.fromisoformat(row["published_on"]) for year, row in censuses.items()}
    assert published == {"2014": date(2015, 3, 19), "2024": date(2024, 11, 7)}
    assert all(row["source"] and row["address"].startswith("https://") for row in censuses.values())
