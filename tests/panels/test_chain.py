"""The tables of the chain of command."""

import pandas as pd
import pytest

from data.chain import Office, save
from i18n import LOCALES, LRI, PDI, look_again
from panels import html
from panels.chain import KINDS, covered, offices
from queries.chain import COVERED_COLUMNS, OFFICE_COLUMNS

PREFECTURE, INEZGANE, LQLIAA = "09.273", "09.273.01.15", "09.273.01.17"


@pytest.fixture(autouse=True)
def named(_nothing_of_this_machine):
    """Names of two annexes and their pachalik in the office's folder."""
    save(
        _nothing_of_this_machine,
        [
            Office("09.273.D01", "pachalik", PREFECTURE, "إنزكان", "Inezgane"),
            Office("09.273.A01", "annex", "09.273.D01", "الأولى", "1", (INEZGANE,)),
            Office("09.273.A02", "caidat", "09.273.D01", "القليعة", "Lqliaa", (INEZGANE, LQLIAA)),
        ],
    )
    look_again()
    yield
    for name in ("chain.csv", "chain.before.csv", "chain.ended.csv"):
        (_nothing_of_this_machine / name).unlink(missing_ok=True)
    look_again()


def listed():
    rows = [
        ("09.273.D01", PREFECTURE, "district", "pachalik", (INEZGANE, LQLIAA), ()),
        ("09.273.A01", "09.273.D01", "annex", "annex", (INEZGANE,), (INEZGANE,)),
        ("09.273.A02", "09.273.D01", "annex", "caidat", (INEZGANE, LQLIAA), (INEZGANE,)),
    ]
    return pd.DataFrame(rows, columns=OFFICE_COLUMNS)


def ground(*states):
    whose = {"nobody": (), "one": ("09.273.A01",), "several": ("09.273.A01", "09.273.A02")}
    rows = [(code, whose[state], state) for code, state in zip((INEZGANE, LQLIAA), states, strict=False)]
    return pd.DataFrame(rows, columns=COVERED_COLUMNS)


def plain(text):
    return "".join(letter for letter in text if letter not in "\u2066\u2067\u2068\u2069").replace("\u00a0", " ")


def test_an_office_is_named_with_what_it_is_and_a_shared_commune_is_said_to_be_so():
    panel = offices(listed(), place=PREFECTURE, locale="fr")
    assert panel.title.startswith("1 pachalik, 1 caïdat et 1 annexe administrative dans la préfecture")
    assert [plain(row[0]) for row in panel.parts["rows"]] == [
        "Pachalik d'Inezgane",
        "Annexe administrative 1",
        "Caïdat de Lqliaa",
    ]
    assert plain(panel.parts["rows"][1][2]) == "Inezgane (en partie)"
    assert plain(panel.parts["rows"][2][2]) == "Inezgane (en partie) et Lqliaa"
    assert plain(panel.parts["rows"][1][1]) == "Pachalik d'Inezgane"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_code_is_never_turned_round(locale):
    panel = offices(listed(), place=PREFECTURE, locale=locale)
    assert panel.parts["rows"][0][3] == f"{LRI}09.273.D01{PDI}"
    assert "09.273.D01" in html.rows_html(panel, locale=locale)


def test_offices_that_are_none_are_said_to_be_none():
    panel = offices(listed().iloc[:0], place=PREFECTURE, locale="fr")
    assert panel.title == "Aucune unité enregistrée dans la préfecture d'Inezgane-Aït Melloul"
    assert panel.parts["rows"] == []


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (("one", "nobody"), "1 commune sans aucune unité"),
        (("several", "one"), "Toutes les communes sont couvertes ; plusieurs unités se partagent 1 commune"),
        (("one", "one"), "Chaque commune est couverte par une seule unité"),
    ],
)
def test_the_title_says_what_is_covered_by_nobody_then_what_by_several(states, said):
    panel = covered(ground(*states), place=PREFECTURE, locale="fr")
    assert plain(panel.title).startswith(said)


def test_each_commune_says_who_covers_it():
    rows = covered(ground("several", "nobody"), place=PREFECTURE, locale="fr").parts["rows"]
    assert [plain(cell) for cell in rows[0]] == [
        "Inezgane",
        "Annexe administrative 1 et Caïdat de Lqliaa",
        "partagée entre 2 unités territoriales",
    ]
    assert [plain(cell) for cell in rows[1]] == ["Lqliaa", "Aucune unité", ""]


def test_every_kind_of_the_list_that_ships_is_counted():
    from data.chain import kinds

    assert tuple(kinds()) == KINDS
