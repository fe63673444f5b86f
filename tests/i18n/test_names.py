"""Names of territories and definitions, from the reference folder and the office's own."""

import csv
import os

import pytest

from i18n import LOCALES, words
from i18n.names import REFERENCE

TERRITORIES = (
    "code,level,kind,parent,position,name_ar,name_fr,office_ar,office_fr,in_ar,in_fr,of_ar,of_fr\n"
    "MA,country,country,,0,المملكة المغربية,Royaume du Maroc,,,"
    "بالمملكة,au niveau national,للمملكة,du Royaume\n"
    "09,region,region,MA,1,سوس-ماسة,Souss-Massa,سوس ماسة,,"
    "بجهة سوس ماسة,dans la région Souss-Massa,لجهة سوس ماسة,de la région Souss-Massa\n"
    "09.273,prefecture,prefecture,09,2,إنزكان-آيت ملول,Inezgane-Aït Melloul,إنزكان أيت ملول,,"
    "بعمالة إنزكان أيت ملول,dans la préfecture d'Inezgane-Aït Melloul,"
    "لعمالة إنزكان أيت ملول,de la préfecture d'Inezgane-Aït Melloul\n"
    "09.273.01.05,commune,urban_commune,09.273,3,لقليعة,Lqliaa,القليعة,,"
    "بجماعة القليعة,dans la commune de Lqliaa,لجماعة القليعة,de la commune de Lqliaa\n"
    "06.141.01,grouping,prefecture_of_arrondissements,06.141,4,أنفا,Casablanca-Anfa,,,"
    "بعمالة مقاطعات أنفا,dans la préfecture d'arrondissements de Casablanca-Anfa,"
    "لعمالة مقاطعات أنفا,de la préfecture d'arrondissements de Casablanca-Anfa\n"
)
PROGRAMMES = """
[[body]]
id = "interior"
name = {ar = "وزارة الداخلية", fr = "Ministère de l'Intérieur", en = "Ministry of the Interior"}
[[programme]]
id = "register"
name = {ar = "السجل", fr = "Registre", en = "Register"}
short = {ar = "سجل", fr = "Reg.", en = "Reg."}
[[programme.step]]
id = "registered"
name = {ar = "التسجيل", fr = "Inscription", en = "Registration"}
things = {person = {ar = "الأشخاص المسجلين", fr = "personnes inscrites", en = "persons registered"}}
[[programme]]
id = "grant"
name = {ar = "المنحة", fr = "Bourse", en = "Grant"}
"""
INDICATORS = """
[[indicator]]
id = "register.share"
name = {ar = "نسبة التسجيل", fr = "Taux d'inscription", en = "Registered share"}
caveat = {ar = "تنبيه", fr = "Réserve", en = "Caveat"}
"""
SOURCES = '[[source]]\nid = "office"\nname = {ar = "المصلحة", fr = "Le service", en = "The office"}\n'


@pytest.fixture
def reference(tmp_path):
    """A reference folder with five territories, two programmes, one step, one indicator, one source, one body."""
    folder = tmp_path / "reference"
    folder.mkdir()
    for name, text in (
        ("territories.csv", TERRITORIES),
        ("programmes.toml", PROGRAMMES),
        ("indicators.toml", INDICATORS),
        ("sources.toml", SOURCES),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def local(tmp_path):
    """The office's folder, empty."""
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def write_later(path, text):
    """Write a file and date it so that it is newer than anything read before, whatever the clock's grain."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000_000))


def test_the_offices_spelling_is_preferred_to_the_census(reference, local):
    assert words("ar", reference=reference, local=local).territory("09.273") == "إنزكان أيت ملول"
    assert words("fr", reference=reference, local=local).territory("09.273") == "Inezgane-Aït Melloul"


def test_place_names_come_in_ready_forms(reference, local):
    arabic, french, english = (words(locale, reference=reference, local=local) for locale in LOCALES)
    assert arabic.in_territory("09.273") == "بعمالة إنزكان أيت ملول"
    assert french.of_territory("09.273") == "de la préfecture d'Inezgane-Aït Melloul"
    assert english.in_territory("09.273") == "in the prefecture of Inezgane-Aït Melloul"
    assert english.of_territory("06.141.01") == "of the prefecture of arrondissements of Casablanca-Anfa"


def test_the_kingdom_has_its_own_forms(reference, local):
    assert words("ar", reference=reference, local=local).in_territory("MA") == "بالمملكة"
    assert words("fr", reference=reference, local=local).in_territory("MA") == "au niveau national"
    english = words("en", reference=reference, local=local)
    assert (english.territory("MA"), english.in_territory("MA"), english.of_territory("MA")) == (
        "Morocco",
        "in Morocco",
        "of Morocco",
    )


def test_what_a_territory_is_can_be_said(reference, local):
    assert words("fr", reference=reference, local=local).kind("09.273") == "préfecture"
    assert words("ar", reference=reference, local=local).kind("09.273.01.05") == "جماعة"


def test_a_spelling_of_the_office_changes_the_ready_forms_too(reference, local):
    write_later(local / "spellings.csv", "code,ar,fr\n09.273.01.05,لقليعة,El Kolea\n09.273,,Melloul\n")
    arabic, french, english = (words(locale, reference=reference, local=local) for locale in LOCALES)
    assert arabic.in_territory("09.273.01.05") == "بجماعة لقليعة"
    assert french.in_territory("09.273.01.05") == "dans la commune d'El Kolea"
    assert french.of_territory("09.273") == "de la préfecture de Melloul"
    assert english.in_territory("09.273.01.05") == "in the commune of El Kolea"
    assert arabic.territory("09.273") == "إنزكان أيت ملول"


def test_a_spelling_that_is_added_while_the_house_runs_is_seen(reference, local):
    assert words("fr", reference=reference, local=local).territory("09.273.01.05") == "Lqliaa"
    write_later(local / "spellings.csv", "code,fr\n09.273.01.05,Kolea\n")
    assert words("fr", reference=reference, local=local).territory("09.273.01.05") == "Kolea"


def test_a_file_of_spellings_without_codes_is_refused_by_its_name(reference, local):
    write_later(local / "spellings.csv", "commune,fr\nLqliaa,Kolea\n")
    with pytest.raises(ValueError, match=r"spellings\.csv"):
        words("fr", reference=reference, local=local).territory("09")


def test_a_code_that_the_reference_does_not_have_is_refused(reference, local):
    with pytest.raises(KeyError, match="99"):
        words("fr", reference=reference, local=local).territory("99")


def test_definitions_are_named_by_kind_and_id(reference, local):
    w = words("fr", reference=reference, local=local)
    assert w.name("programme", "register") == "Registre"
    assert w.name("programme", "register", field="short") == "Reg."
    assert w.name("step", "register.registered") == "Inscription"
    assert w.name("indicator", "register.share", field="caveat") == "Réserve"
    assert w.name("source", "office") == "Le service"
    assert w.name("body", "interior") == "Ministère de l'Intérieur"
    assert w.things("register.registered", "person") == "personnes inscrites"


def test_a_definition_without_a_short_name_is_called_by_its_name(reference, local):
    assert words("fr", reference=reference, local=local).name("programme", "grant", field="short") == "Bourse"


@pytest.mark.parametrize(("kind", "id", "field"), [("programme", "none", "name"), ("programme", "grant", "caveat")])
def test_a_text_that_no_definition_has_is_refused(reference, local, kind, id, field):
    with pytest.raises(KeyError, match=id):
        words("fr", reference=reference, local=local).name(kind, id, field=field)


def test_a_unit_that_a_step_does_not_count_has_no_things(reference, local):
    with pytest.raises(KeyError, match="household"):
        words("fr", reference=reference, local=local).things("register.registered", "household")


def test_the_office_renames_one_step_and_adds_a_programme_and_the_rest_stays(reference, local):
    write_later(
        local / "programmes.toml",
        '[[programme]]\nid = "register"\n[[programme.step]]\nid = "registered"\nname = {fr = "Enregistrement"}\n'
        '[[programme]]\nid = "allowance"\nname = {ar = "إعانة", fr = "Allocation", en = "Allowance"}\n',
    )
    french = words("fr", reference=reference, local=local)
    assert french.name("step", "register.registered") == "Enregistrement"
    assert french.name("programme", "register") == "Registre"
    assert french.name("programme", "allowance") == "Allocation"
    assert words("ar", reference=reference, local=local).name("step", "register.registered") == "التسجيل"


def test_the_offices_folder_is_the_one_that_the_environment_names(reference, local, monkeypatch):
    write_later(local / "spellings.csv", "code,fr\n09.273.01.05,Kolea\n")
    monkeypatch.setenv("TATABBU_LOCAL", str(local))
    assert words("fr", reference=reference).territory("09.273.01.05") == "Kolea"


def test_every_territory_of_the_kingdom_has_a_name_and_ready_forms_in_each_language(local):
    with (REFERENCE / "territories.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    assert len(codes) == 1 + 12 + 75 + 1503 + 41 + 8
    for locale in LOCALES:
        w = words(locale, local=local)
        for code in codes:
            assert all((w.territory(code), w.in_territory(code), w.of_territory(code), w.kind(code)))
            if code != "MA":
                assert w.territory(code) in w.in_territory(code)
                assert w.territory(code) in w.of_territory(code)


# Offices of the chain of command

CHAIN = (
    "code,kind,parent,name_ar,name_fr,covers\n"
    "09.273.D01,pachalik,09.273,إنزكان,Inezgane,\n"
    "09.273.D02,cercle,09.273,أيت ملول,Aït Melloul,\n"
    "09.273.A01,caidat,09.273.D02,التمسية,Temsia,\n"
    "09.273.A02,annex,09.273,تراست,Tarrast,\n"
    "09.273.L01,lycee,09.273,ابن سينا,Ibn Sina,\n"
)


@pytest.fixture
def offices(local):
    write_later(local / "chain.csv", CHAIN)
    return local


@pytest.mark.parametrize(
    ("code", "name", "within", "belonging"),
    [
        ("09.273.D01", "باشوية إنزكان", "بنفوذ باشوية إنزكان", "لباشوية إنزكان"),
        ("09.273.D02", "دائرة أيت ملول", "بنفوذ دائرة أيت ملول", "لدائرة أيت ملول"),
        ("09.273.A01", "قيادة التمسية", "بنفوذ قيادة التمسية", "لقيادة التمسية"),
        ("09.273.A02", "الملحقة الإدارية تراست", "بنفوذ الملحقة الإدارية تراست", "للملحقة الإدارية تراست"),
        ("09.273.L01", "ثانوية ابن سينا", "بثانوية ابن سينا", "لثانوية ابن سينا"),
    ],
)
def test_an_office_has_ready_forms_in_arabic(offices, code, name, within, belonging):
    w = words("ar", local=offices)
    assert (w.territory(code), w.in_territory(code), w.of_territory(code)) == (name, within, belonging)


@pytest.mark.parametrize(
    ("code", "name", "within", "belonging"),
    [
        ("09.273.D01", "Pachalik d'Inezgane", "dans le ressort du pachalik d'Inezgane", "du pachalik d'Inezgane"),
        ("09.273.A01", "Caïdat de Temsia", "dans le ressort du caïdat de Temsia", "du caïdat de Temsia"),
        ("09.273.L01", "Lycée Ibn Sina", "au lycée Ibn Sina", "du lycée Ibn Sina"),
    ],
)
def test_an_office_has_ready_forms_in_french(offices, code, name, within, belonging):
    w = words("fr", local=offices)
    assert (w.territory(code), w.in_territory(code), w.of_territory(code)) == (name, within, belonging)


def test_an_office_has_ready_forms_in_english(offices):
    w = words("en", local=offices)
    assert w.in_territory("09.273.A01") == "in the caïdat of Temsia"
    assert w.of_territory("09.273.A02") == "of the administrative annex Tarrast"


@pytest.mark.parametrize("locale", LOCALES)
def test_an_office_is_never_named_twice_with_what_it_is(offices, locale):
    w = words(locale, local=offices)
    assert w.place("09.273.A01") == w.territory("09.273.A01")
    assert w.place("MA") == w.territory("MA")
    assert w.kind("09.273.01.15") in w.place("09.273.01.15")
    assert w.kind("09.273.A01") and w.kind("09.273.L01")


def test_offices_of_the_demonstration_and_of_the_past_are_named_beside_the_others(offices):
    (offices / "demonstration").mkdir()
    write_later(
        offices / "demonstration" / "chain.csv",
        "code,kind,parent,name_ar,name_fr,covers\n09.273.XA01,annex,09.273,ا,Exemple,\n",
    )
    write_later(
        offices / "chain.ended.csv", "code,kind,parent,name_ar,name_fr,covers\n09.273.A09,annex,09.273,ب,Ancienne,\n"
    )
    w = words("fr", local=offices)
    assert w.territory("09.273.XA01") == "Annexe administrative Exemple"
    assert w.territory("09.273.A09") == "Annexe administrative Ancienne"
    assert w.territory("09.273.A02") == "Annexe administrative Tarrast"


def test_an_office_that_is_renamed_is_called_by_its_new_name_and_one_without_a_file_by_its_code(offices):
    assert words("fr", local=offices).territory("09.273.A02") == "Annexe administrative Tarrast"
    write_later(offices / "chain.csv", CHAIN.replace("Tarrast", "Annexe administrative Azrou"))
    assert words("fr", local=offices).territory("09.273.A02") == "Annexe administrative Azrou"
    assert words("fr", local=offices).territory("09.273.A77") == "09.273.A77"


def test_a_chain_that_cannot_be_read_takes_no_other_name_away(offices):
    (offices / "chain.csv").write_bytes(b"\xff\xfe\x00")
    os.utime(offices / "chain.csv", ns=(1, 9_000_000_000_000_000_000))
    assert words("fr", local=offices).territory("09.273") == "Inezgane-Aït Melloul"
