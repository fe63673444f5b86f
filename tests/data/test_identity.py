"""Columns about persons: known by header in three languages and by what cells look like; no value is handed back."""

import pytest

from data.importer.identity import KINDS, by_content, by_header, personal_column


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
        ["Lqliaa", "Aït Melloul", "Sidi Bennour", "Oulad Teima", "Temsia"],
        ["2023-09-14"] * 9,
        ["Sidi Mohamed Ben Abdellah"] * 9,
        ["JB123456", "AB98765"],
    ],
)
def test_counts_codes_places_and_days_look_like_nobody(cells):
    assert by_content(cells) is None


def refused(header, *rows, **how):
    return personal_column(header, lambda place: (row[place] for row in rows), **how)


def test_a_file_of_counts_with_names_is_refused_by_the_column_and_no_value():
    people = [("Fatima Zahra Alami", "JB123456", "3"), ("Mohamed Idrissi", "AB98765", "4")]
    problem = refused(["Nom", "Carte", "value"], *people)
    assert (problem.code, problem.column, problem.values["kind"]) == ("identity_column", "Nom", "name")
    assert not any(part in repr(problem) for part in ("Fatima", "Alami", "JB1234", "Idrissi"))


def test_a_file_without_a_header_does_not_repeat_the_person_of_its_first_line():
    cards = [("JB123456",), ("AB98765",), ("K445566",), ("EE101010",), ("J12345",)]
    problem = refused(["JK777888"], *cards)
    assert (problem.code, problem.column, problem.seen, problem.values["number"]) == (
        "identity_column_unnamed",
        None,
        "",
        1,
    )


def test_counts_of_cards_and_a_column_of_communes_called_name_are_no_persons():
    rows = [("Lqliaa", "412"), ("Temsia", "7")]
    assert refused(["Nom", "CIN"], *rows, is_place=lambda text: text in ("Lqliaa", "Temsia")) is None
    assert refused(["Nom", "CIN"], *rows) is not None
    assert refused(["address", "CIN"], ("https://example.org", "3"), known=("address",)) is None
