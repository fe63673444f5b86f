"""What people type in one language stands in documents of another."""

import pytest

from i18n import FSI, PDI, reads_against, words


@pytest.mark.parametrize(
    ("text", "rtl", "against"),
    [
        ("فتح شباك إضافي يوم السبت", False, True),
        ("فتح شباك إضافي يوم السبت", True, False),
        ("Ouvrir un guichet le samedi", True, True),
        ("Ouvrir un guichet le samedi", False, False),
        ("RSU: تسجيل الأسر المعنية", False, True),
        ("RSU: تسجيل الأسر المعنية", True, False),
        ("CNSS", True, False),
        ("التمسية", False, False),
        ("1 234 / 17 %", True, False),
        ("", True, False),
        (f"Le représentant a déclaré : {FSI}تم تسجيل جميع الأسر المعنية بالجماعة{PDI}", False, False),
    ],
)
def test_a_text_reads_against_its_document_when_most_of_its_letters_do(text, rtl, against):
    assert reads_against(text, rtl=rtl) is against


def test_an_arabic_value_stands_in_an_isolate_in_french_and_a_french_one_does_not():
    w = words("fr")
    assert w("letters.room_in", room="القاعة الكبرى", place="Siège") == f"{FSI}القاعة الكبرى{PDI}, Siège"
    assert w.join(["CNSS", "التعليم"]) == f"CNSS et {FSI}التعليم{PDI}"
