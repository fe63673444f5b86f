"""The settings of the office: read, checked, saved in one step, taken back, and known to the tables by an event."""

import csv
import os
import tomllib

import pytest
import sqlalchemy as sa

from data import settings as module
from data.loading import load_reference
from data.schema import definition
from data.settings import (
    Settings,
    SettingsError,
    are_settled,
    can_undo,
    change,
    changes,
    checked,
    parsed,
    save,
    save_spellings,
    settings,
    spellings,
    undo,
)

FULL = """
[office]
territory = "02.411"
name = {ar = "عمالة وجدة أنكاد", fr = "Préfecture d'Oujda-Angad", en = ""}
unit = {ar = "قسم العمل الاجتماعي", fr = "", en = ""}
letterhead = {ar = ["المملكة المغربية", "وزارة الداخلية"], fr = [], en = []}
small_cell = 12
source_order = ["published", "office"]

[[service]]
id = "education"
name = {ar = "المديرية الإقليمية", fr = "", en = ""}
body = "education"

[[delivery]]
id = "weekly"
name = {ar = "أسبوعي", fr = "Hebdomadaire", en = ""}
service = "education"
channel = "email"
periodicity = "weekly"
expected_day = 1
level = "annex"
counts = [{step = "rsu.registered", unit = "household"}]
starts = 2023-01-02

[[hidden]]
indicator = "rsu.registered_share"
roles = ["reader"]
"""


def faults(text, folder):
    with pytest.raises(SettingsError) as raised:
        parsed(text.encode(), folder)
    return {(fault.code, fault.path) for fault in raised.value.faults}


def test_an_office_without_a_file_has_the_settings_of_every_office(tmp_path):
    assert settings(tmp_path) == Settings() and not are_settled(tmp_path)
    assert Settings().office.territory == "09.273" and Settings().office.small_cell == 10


def test_what_is_saved_is_read_again_word_for_word(tmp_path):
    new = parsed(FULL.encode(), tmp_path)
    save(tmp_path, new)
    assert settings(tmp_path) == new and are_settled(tmp_path)
    said = tomllib.loads((tmp_path / "settings.toml").read_text(encoding="utf-8"))
    assert said["office"]["letterhead"]["ar"] == ["المملكة المغربية", "وزارة الداخلية"]
    assert said["delivery"][0]["counts"] == [{"step": "rsu.registered", "unit": "household"}]


@pytest.mark.parametrize("name", ['a "quoted" name', "back\\slash", "l'apostrophe", "ḥ \u200fنص", "# no comment"])
def test_a_name_of_any_letters_survives_its_file(tmp_path, name):
    new = checked({"office": {"name": {"fr": name}}}, tmp_path)
    save(tmp_path, new)
    assert settings(tmp_path).office.name.fr == name


@pytest.mark.parametrize(
    ("before", "after", "code", "path"),
    [
        ('"02.411"', '"99.999"', "unknown_territory", ("office", "territory")),
        ("small_cell = 12", "small_cell = 4", "out_of_range", ("office", "small_cell")),
        ("small_cell = 12", "small_cell = 101", "out_of_range", ("office", "small_cell")),
        ("small_cell = 12", 'small_cell = "x"', "not_a_number", ("office", "small_cell")),
        ("small_cell = 12", "small_sell = 12", "unknown_field", ("office", "small_sell")),
        ('["published", "office"]', '["nobody"]', "unknown_source", ("office", "source_order", 0)),
        ('["published", "office"]', '["office", "office"]', "twice", ("office", "source_order", 1)),
        ('body = "education"', 'body = "nobody"', "unknown_body", ("service", 0, "body")),
        ('{ar = "المديرية الإقليمية", fr = "", en = ""}', "{}", "no_name", ("service", 0, "name")),
        ('service = "education"', 'service = "none"', "unknown_service", ("delivery", 0, "service")),
        ("expected_day = 1", "expected_day = 8", "not_a_weekday", ("delivery", 0, "expected_day")),
        ('"rsu.registered"', '"rsu.none"', "unknown_step", ("delivery", 0, "counts", 0, "step")),
        ('unit = "household"', 'unit = "student"', "wrong_unit", ("delivery", 0, "counts", 0, "unit")),
        ('"rsu.registered_share"', '"rsu.none"', "unknown_indicator", ("hidden", 0, "indicator")),
        ('["reader"]', '["administrator"]', "wrong", ("hidden", 0, "roles", 0)),
        ('fr = "Préfecture d\'Oujda-Angad"', 'fr = "two\\nlines"', "wrong", ("office", "name", "fr")),
    ],
)
def test_each_fault_says_which_field_of_the_file_is_wrong(tmp_path, before, after, code, path):
    assert before in FULL
    assert (code, path) in faults(FULL.replace(before, after), tmp_path)


def test_all_faults_are_said_at_once_with_file_block_and_field(tmp_path):
    text = FULL.replace('"02.411"', '"99"').replace('body = "education"', 'body = "x"')
    with pytest.raises(SettingsError) as raised:
        parsed(text.encode(), tmp_path, name="settings.toml")
    said = [str(fault) for fault in raised.value.faults]
    assert 'settings.toml, [office], field territory: no such territory. Seen: "99".' in said
    assert 'settings.toml, [[service]] number 1, field body: no [[body]] of that id. Seen: "x".' in said


@pytest.mark.parametrize("content", [b"[office\n", b"\xff\xfe", b'[office]\nname = "\xe9"'])
def test_what_is_no_toml_file_is_one_fault(tmp_path, content):
    with pytest.raises(SettingsError) as raised:
        parsed(content, tmp_path)
    assert [fault.code for fault in raised.value.faults] == ["not_toml"]


def test_wrong_settings_are_not_saved_and_the_present_ones_stay(tmp_path):
    save(tmp_path, parsed(FULL.encode(), tmp_path))
    before = (tmp_path / "settings.toml").read_bytes()
    wrong = settings(tmp_path).model_copy(update={"services": settings(tmp_path).services * 2})
    with pytest.raises(SettingsError):
        save(tmp_path, wrong)
    assert (tmp_path / "settings.toml").read_bytes() == before and not can_undo(tmp_path)


def test_a_save_that_fails_half_way_leaves_the_present_file_whole(tmp_path, monkeypatch):
    save(tmp_path, parsed(FULL.encode(), tmp_path))
    before = (tmp_path / "settings.toml").read_bytes()

    def full_disk(_handle):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        save(tmp_path, Settings())
    assert (tmp_path / "settings.toml").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["settings.toml"]


def test_the_settings_before_come_back_and_so_do_those_after(tmp_path):
    first = parsed(FULL.encode(), tmp_path)
    save(tmp_path, first)
    assert not can_undo(tmp_path) and not undo(tmp_path)
    second = change(tmp_path, lambda now: now.model_copy(update={"hidden": ()}))
    assert settings(tmp_path) == second != first
    assert undo(tmp_path) and settings(tmp_path) == first
    assert undo(tmp_path) and settings(tmp_path) == second


def test_a_change_begins_with_what_stands_now(tmp_path):
    save(tmp_path, parsed(FULL.encode(), tmp_path))
    change(tmp_path, lambda now: now.model_copy(update={"hidden": ()}))
    change(tmp_path, lambda now: now.model_copy(update={"services": now.services[:0], "deliveries": ()}))
    assert (settings(tmp_path).hidden, settings(tmp_path).services) == ((), ())
    assert settings(tmp_path).office.small_cell == 12


def test_what_changes_is_named_field_by_field(tmp_path):
    before = parsed(FULL.encode(), tmp_path)
    office = before.office.model_copy(update={"small_cell": 20})
    after = before.model_copy(update={"office": office, "hidden": ()})
    assert changes(before, before) == []
    found = {path: (was, will) for path, was, will in changes(before, after)}
    assert found.keys() == {("office", "small_cell"), ("hidden", "rsu.registered_share")}
    assert found["office", "small_cell"] == (12, 20) and found["hidden", "rsu.registered_share"][1] is None


def test_an_office_of_its_own_chain_of_command_may_open(tmp_path):
    body = {"office": {"territory": "09.273.A01"}}
    with pytest.raises(SettingsError):
        checked(body, tmp_path)
    (tmp_path / "chain.csv").write_text("code,kind\n09.273.A01,annex\n", encoding="utf-8")
    assert checked(body, tmp_path).office.territory == "09.273.A01"


def test_a_spelling_is_kept_and_an_empty_one_takes_it_back(tmp_path):
    save_spellings(tmp_path, {"09.273": {"ar": "إنزكان", "fr": "Inezgane"}, "09.273.01.15": {"ar": "التمسية"}})
    assert spellings(tmp_path)["09.273"] == {"ar": "إنزكان", "fr": "Inezgane"}
    save_spellings(tmp_path, {"09.273": {"ar": "", "fr": ""}})
    assert spellings(tmp_path) == {"09.273.01.15": {"ar": "التمسية"}}
    assert undo(tmp_path, file="spellings.csv") and "09.273" in spellings(tmp_path)
    rows = list(csv.DictReader((tmp_path / "spellings.csv").open(encoding="utf-8")))
    assert [row["code"] for row in rows] == ["09.273", "09.273.01.15"]


@pytest.mark.parametrize(("code", "name"), [("99.999", "x"), ("09.273", "x" * 101), ("09.273", "a\nb")])
def test_a_spelling_of_no_territory_and_one_that_is_no_name_are_refused(tmp_path, code, name):
    with pytest.raises(SettingsError):
        save_spellings(tmp_path, {code: {"fr": name}})
    assert not (tmp_path / "spellings.csv").exists()


def test_the_tables_know_the_settings_from_an_event_on(engine, tmp_path):
    first = load_reference(engine, local=tmp_path)
    save(tmp_path, parsed(FULL.encode(), tmp_path))
    second = load_reference(engine, local=tmp_path)
    assert load_reference(engine, local=tmp_path) is None
    (tmp_path / "settings.toml").unlink()
    third = load_reference(engine, local=tmp_path)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(definition.c.event, definition.c.id, definition.c.body)
            .where(definition.c.kind == "setting")
            .order_by(definition.c.event)
        ).all()
    assert [(row.event, row.id, row.body is None) for row in rows] == [
        (second, "office", False),
        (third, "office", True),
    ]
    assert first < second < third


def test_the_reading_is_kept_until_a_file_changes(tmp_path):
    save(tmp_path, parsed(FULL.encode(), tmp_path))
    assert settings(tmp_path) is settings(tmp_path)
    (tmp_path / "settings.toml").write_text("[office]\nsmall_cell = 50\n", encoding="utf-8")
    assert settings(tmp_path).office.small_cell == 50
    assert module._read.cache_info().currsize >= 1


WINDOW = """
[[window]]
programme = "minhaty"
year = 2026
opens = 2026-07-01
source = "letter 12"
"""


def test_a_window_without_a_closing_day_survives_its_file(tmp_path):
    (tmp_path / "settings.toml").write_text(WINDOW, encoding="utf-8")
    (window,) = settings(tmp_path).windows
    assert (window.year, window.closes, window.source) == (2026, None, "letter 12")
    save(tmp_path, settings(tmp_path))
    assert settings(tmp_path).windows == (window,)
    assert "closes" not in (tmp_path / "settings.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (WINDOW.replace("minhaty", "orchard"), "unknown_programme"),
        (WINDOW + WINDOW, "twice"),
        (WINDOW + "closes = 2026-06-01\n", "closes_first"),
        (WINDOW.replace("2026\n", "26\n", 1), "out_of_range"),
    ],
)
def test_a_window_that_cannot_be_is_refused(tmp_path, text, code):
    with pytest.raises(SettingsError) as refused:
        parsed(text.encode(), tmp_path)
    assert [fault.code for fault in refused.value.faults] == [code]


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("ar", "قرار"),
        ("ar", "القرارات العاملية"),
        ("fr", "Décision"),
        ("fr", "arrêtés du gouverneur"),
        ("en", "decision"),
        ("fr", "De\u0301cision"),
    ],
)
@pytest.mark.parametrize("field", ["recommendation", "recommendations"])
def test_a_recommendation_is_not_called_by_the_name_of_an_act_of_law(tmp_path, field, language, word):
    text = f'[office]\n{field} = {{{language} = "{word}"}}'
    assert faults(text, tmp_path) == {("legal_act", ("office", field, language))}


@pytest.mark.parametrize("word", ["تدبير", "إجراء عملي", "استقرار", "mesure", "engagement", "action"])
def test_a_recommendation_may_have_another_name_of_the_office(tmp_path, word):
    text = f'[office]\nrecommendation = {{ar = "{word}", fr = "{word}"}}'
    new = parsed(text.encode(), tmp_path)
    save(tmp_path, new)
    assert settings(tmp_path).office.recommendation.ar == word
