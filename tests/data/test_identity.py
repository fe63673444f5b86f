"""Columns about persons: known by header in three languages and by what cells look like; no value is handed back."""

import csv
from pathlib import Path

import pytest

from data.importer import personal
from data.importer.identity import KINDS, by_content, by_header, looks_personal, of_column
from data.importer.personal import without_persons


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("IDCS", "idcs"),
        ("المعرف المدني والاجتماعي الرقمي", "idcs"),
        ("Identifiant digital civil et social", "idcs"),
        ("CNIE", "card"),
        ("N° CIN", "card"),
        ("رقم البطاقة الوطنية للتعريف", "card"),
        ("National ID", "card"),
        ("Code Massar", "massar"),
        ("رمز مسار", "massar"),
        ("N° CNSS", "cnss"),
        ("immatriculation", "cnss"),
        ("Nom et prénom", "name"),
        ("first_name", "name"),
        ("lastName", "name"),
        ("الاسم الكامل", "name"),
        ("النسب", "name"),
        ("Téléphone", "phone"),
        ("tel_1", "phone"),
        ("رقم الهاتف", "phone"),
        ("Adresse", "address"),
        ("العنوان", "address"),
        ("E-mail", "email"),
        ("البريد الإلكتروني", "email"),
        ("Date de naissance", "birth_date"),
        ("birthDate", "birth_date"),
        ("تاريخ الازدياد", "birth_date"),
        ("RIB", "bank"),
        ("رقم الحساب البنكي", "bank"),
    ],
)
def test_a_header_about_persons_is_known_in_three_languages(header, kind):
    assert by_header(header) == kind
    assert kind in KINDS


@pytest.mark.parametrize(
    "header",
    ["Nom de la commune", "اسم الجماعة", "territory", "date", "value", "Année de naissance", "سنة الازدياد",
     "birth_year", "agence CNSS", "description",
     "registered_on", "household_key", "sexe", "motif", "المجموع", "cinq", "parent", ""],
)  # fmt: skip
def test_a_header_about_a_place_a_group_or_a_day_is_none(header):
    assert by_header(header) is None


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["JB123456", "AB98765", "K445566", "EE101010", "J12345"], "card"),
        (["JB123456", "AB98765"], "card"),
        (["G123456789", "J987654321", "R111222333", "D123123123", "F555666777"], "massar"),
        (["0612345678", "+212 6 12 34 56 78", "07.11.22.33.44", "0555555555", "0600000000"], "phone"),
        (["a@b.ma", "c.d@e.org", "x@y.com", "f@g.net", "h@i.ma"], "email"),
        (["1234567890", "2345678901", "3456789012", "4567890123", "5678901234"], "idcs"),
        (["Fatima Zahra Alami", "Mohamed Idrissi", "Ahmed Tazi", "Khadija Amrani", "Omar Benali"], "name"),
        (["محمد العلوي", "فاطمة الإدريسي", "خديجة التازي", "أحمد بنعلي", "عمر السوسي"], "name"),
    ],
)
def test_cells_that_look_like_an_identity_are_known_whatever_the_header_says(cells, kind):
    assert by_content(cells) == kind
    assert by_content(["", *cells, " "]) == kind


@pytest.mark.parametrize(
    "cells",
    [
        ["412", "530", "1 230", "7", "88"],
        ["09.273", "09.273.01.15", "04.441", "01.151", "06"],
        ["061410100", "061410300", "092730105"],
        ["Lqliaa", "Aït Melloul", "Sidi Bennour", "Oulad Teima", "Temsia"],
        ["2023-09-14"] * 9,
        ["Sidi Mohamed Ben Abdellah"] * 9,
        ["JB123456"],
        ["Fatima Zahra Alami", "Mohamed Idrissi"],
    ],
)
def test_counts_codes_places_and_days_look_like_nobody(cells):
    assert by_content(cells) is None


def nowhere(_text):
    return False


def test_a_column_of_persons_is_known_by_its_header_or_by_its_cells():
    people = ["Fatima Zahra Alami", "Mohamed Idrissi", "Ahmed Tazi", "Khadija Amrani", "Omar Benali"]
    assert of_column("Nom", people[:2], is_place=nowhere) == "name"
    assert of_column("Colonne 1", people, is_place=nowhere) == "name"
    assert of_column("Nombre", ["3", "4"], is_place=nowhere) is None


def test_counts_of_cards_and_a_column_of_communes_called_name_are_no_persons():
    communes = ["Lqliaa", "Temsia"]
    assert of_column("Nom", communes, is_place=communes.__contains__) is None
    assert of_column("Nom", communes, is_place=nowhere) == "name"
    assert of_column("CIN", ["412", "1 207"], is_place=nowhere) is None
    assert of_column("CIN", ["JB123456"], is_place=nowhere) == "card"


def test_numbers_of_several_kinds_in_one_column_are_persons_numbers_all_the_same():
    assert of_column("Divers", ["AB123456", "K130012345", "0661223344"], is_place=nowhere) in (
        "card",
        "massar",
        "phone",
    )


def test_people_are_known_whose_name_is_written_in_two_words_and_schools_called_after_people_are_none():
    people = ["عبد الحق السباعي", "رقية أوحمان", "Abd Elhak Sebbar", "Hicham Bouzid", "Rkia Ouhmane"]
    assert by_content(people) == "name"
    assert by_content(["Lycée Youssef Ben Tachfine", "Lycée Hassan II", "ثانوية محمد الخامس", "Ecole Omar"]) is None


@pytest.mark.parametrize("header", ["N° de la carte", "numéro d'identité", "Né(e) le", "رب الأسرة", "Nom du chef"])
def test_a_header_of_a_person_is_known_in_the_words_of_forms(header):
    assert by_header(header)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("voir Ahmed Benjelloun à Lqliaa", "voir … à Lqliaa"),
        ("السيد محمد العلوي الحسني بالقليعة", "السيد … بالقليعة"),
        ("Mr Hassan", "Mr …"),
        ("Benjelloun, AB123456", "…"),
        ("dossier 1987654321", "dossier …"),
        ("M. le gouverneur", "M. le gouverneur"),
        ("Lycée Mohammed VI", "Lycée Mohammed VI"),
        ("extrait_202403310915", "extrait_202403310915"),
        ("092730105", "092730105"),
    ],
)
def test_of_a_text_that_names_somebody_the_rest_is_repeated(text, shown):
    assert without_persons(text) == shown


def test_no_territory_is_taken_for_somebody():
    path = Path(personal.__file__).parent.parent / "reference" / "territories.csv"
    with open(path, encoding="utf-8", newline="") as file:
        names = [row[name] for row in csv.DictReader(file) for name in ("name_ar", "name_fr")]
    assert [name for name in names if without_persons(name) != name] == []


@pytest.mark.parametrize("text", ["JK777888", "Fatima Alami", "خديجة", "0612345678", "a@b.ma"])
def test_a_cell_that_may_be_somebodys_is_not_repeated_as_the_name_of_a_column(text):
    assert looks_personal(text)
    assert not looks_personal("Nom et prénom")
