"""The catalogue: what comes with the product, what an office lays over it, and what is refused."""

import json
import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from data.catalogue import FILES, LOCALES, REFERENCE, Catalogue, CatalogueError, Localised, catalogue

DOCUMENT = Path(__file__).parents[2] / "docs" / "add-a-programme.md"

ALL_WORDS = 'name = {ar = "ا", fr = "f", en = "e"}'


@pytest.fixture
def shipped(tmp_path: Path) -> Catalogue:
    return catalogue(tmp_path / "no overlay")


@pytest.fixture
def local(tmp_path: Path) -> Path:
    folder = tmp_path / "local"
    folder.mkdir()
    return folder


def faults(local: Path) -> list[tuple[str, str, str]]:
    """(file, block, field) of each fault that reading with this overlay gives."""
    with pytest.raises(CatalogueError) as raised:
        catalogue(local)
    for fault in raised.value.faults:
        assert str(fault) in str(raised.value)
    return [(fault.file, fault.block, fault.field) for fault in raised.value.faults]


def localised(item: object) -> list[Localised]:
    if isinstance(item, Localised):
        return [item]
    if isinstance(item, BaseModel):
        return [words for name in type(item).model_fields for words in localised(getattr(item, name))]
    if isinstance(item, dict):
        return [words for value in item.values() for words in localised(value)]
    if isinstance(item, (list, tuple)):
        return [words for value in item for words in localised(value)]
    return []


# What comes with the product


def test_the_programmes_come_in_their_order_and_five_are_on_the_first_screen(shipped: Catalogue) -> None:
    assert [programme.id for programme in shipped.programmes] == [
        "rnp",
        "rsu",
        "ramed",
        "amo_tadamon",
        "amo_tns",
        "amo_achamil",
        "amo",
        "asd",
        "minhaty",
        "pensions",
        "job_loss",
    ]
    featured = [programme.id for programme in shipped.programmes if programme.featured]
    assert featured == ["rnp", "rsu", "amo_tadamon", "asd", "minhaty"]


def test_direct_aid_is_applied_for_before_it_is_paid_and_amo_tadamon_takes_over_from_ramed(shipped: Catalogue) -> None:
    assert shipped.steps["asd.applied"].starts == date(2023, 12, 2)
    assert shipped.steps["asd.paid"].starts == date(2023, 12, 28)
    assert shipped.steps["amo_tadamon.covered"].starts == date(2022, 12, 1)
    assert shipped.steps["amo_tadamon.covered"].predecessor == "ramed.covered"
    (ramed,) = (programme for programme in shipped.programmes if programme.id == "ramed")
    assert ramed.ended == date(2022, 11, 30)


def test_health_cover_and_direct_aid_are_parallel_branches_after_the_registry(shipped: Catalogue) -> None:
    assert shipped.steps["rsu.registered"].follows == ("rnp.registered",)
    assert shipped.steps["amo_tadamon.covered"].follows == ("rsu.registered",)
    assert shipped.steps["asd.applied"].follows == ("rsu.registered",)
    assert shipped.steps["asd.paid"].follows == ("asd.applied",)


@pytest.mark.parametrize("register", ["rnp", "rsu"])
def test_both_registers_have_one_opening_in_each_region_and_souss_massa_opens_on_15_december_2022(
    shipped: Catalogue, register: str
) -> None:
    (programme,) = (found for found in shipped.programmes if found.id == register)
    opened = {opening.region: opening for opening in programme.openings}
    assert sorted(opened) == [f"{number:02}" for number in range(1, 13)]
    assert opened["09"].on == opened["02"].on == date(2022, 12, 15)
    assert all(opening.address for opening in programme.openings)
    assert all(programme.starts <= opening.on <= date(2022, 12, 28) for opening in programme.openings)


def test_where_sources_swap_two_regions_the_later_day_is_kept_and_said(shipped: Catalogue) -> None:
    opened = {opening.region: opening for opening in shipped.programmes[0].openings}
    for region in ("01", "03"):
        assert opened[region].on == date(2022, 11, 10)
        assert opened[region].note is not None


def test_thresholds_are_dated_and_name_their_text(shipped: Catalogue) -> None:
    thresholds = {
        programme.id: [(one.value, one.comparison, one.since) for one in programme.thresholds]
        for programme in shipped.programmes
        if programme.thresholds
    }
    assert thresholds == {
        "amo_tadamon": [("9.3264284", "at_most", date(2022, 12, 1))],
        "amo_achamil": [("9.3264284", "above", date(2024, 1, 1))],
        "asd": [("9.743001", "at_most", date(2023, 11, 30))],
    }


def test_the_windows_that_are_known_are_dated_and_that_of_2023_whose_end_was_not_found_is_none(
    shipped: Catalogue,
) -> None:
    (minhaty,) = (programme for programme in shipped.programmes if programme.windows)
    windows = {window.year: (window.opens, window.closes) for window in minhaty.windows}
    assert minhaty.id == "minhaty"
    assert sorted(windows) == [2019, 2020, 2022, 2025]
    assert windows[2022] == (date(2022, 5, 30), date(2022, 7, 31))
    assert all(opens.year == closes.year == year for year, (opens, closes) in windows.items())


def test_a_reason_says_whether_the_office_can_mend_it_and_whether_it_is_sensitive(shipped: Catalogue) -> None:
    assert {key for key, reason in shipped.reasons.items() if reason.sensitive} == {
        "disability_certificate",
        "widowhood_document",
    }
    assert shipped.reasons["wrong_form"].mendable
    assert not shipped.reasons["above_threshold"].mendable
    assert ("reason", "wrong_form") in {(kind, key) for kind, key, _ in shipped.to_rows()}


@pytest.mark.parametrize(
    ("windows", "problem"),
    [
        ("{year = 2022, opens = 2022-05-30, closes = 2022-05-29}", "closes before it opens"),
        ("{year = 2022, opens = 2022-05-30}, {year = 2022, opens = 2022-06-30}", "a year has one window"),
    ],
)
def test_a_window_that_cannot_be_is_a_fault(tmp_path, windows, problem) -> None:
    (tmp_path / "programmes.toml").write_text(
        f'[[programme]]\nid = "minhaty"\nwindows = [{windows}]\n', encoding="utf-8"
    )
    with pytest.raises(CatalogueError) as caught:
        catalogue(tmp_path)
    assert [(fault.field, fault.problem) for fault in caught.value.faults] == [("windows", problem)]


def test_contribution_bands_that_rest_on_one_unofficial_copy_are_nowhere(shipped: Catalogue) -> None:
    text = "\n".join(body for _, _, body in shipped.to_rows())
    for value in ("9.5124369", "9.9903727", "10.237316", "10.431048", "10.739952"):
        assert value not in text
        assert value.replace(".", ",") not in text


def test_everything_is_said_in_three_languages_in_its_own_script(shipped: Catalogue) -> None:
    for group in (
        shipped.programmes,
        shipped.steps,
        shipped.indicators,
        shipped.sources,
        shipped.bodies,
        shipped.reasons,
    ):
        found = localised(group)
        assert found
        for words in found:
            assert re.search("[\u0621-\u064a]", words.ar), words
            assert not re.search("[\u0600-\u06ff]", words.fr + words.en), words
            assert re.search("[A-Za-z]", words.fr), words
            assert re.search("[A-Za-z]", words.en), words


def test_law_numbers_take_a_dot_in_arabic_and_a_hyphen_in_french(shipped: Catalogue) -> None:
    for words in localised(shipped.programmes):
        assert not re.search(r"\d-\d", words.ar), words.ar
        assert not re.search(r"n° \d+\.\d", words.fr), words.fr


def test_arabic_digits_are_latin_and_months_are_those_of_morocco(shipped: Catalogue) -> None:
    for words in localised([shipped.programmes, shipped.indicators]):
        assert not re.search("[\u0660-\u0669]", words.ar), words.ar
        assert not re.search("سبتمبر|نوفمبر|ديسمبر|أغسطس|مايو|يوليو|بالمئة", words.ar), words.ar


def test_a_register_is_never_said_to_cover(shipped: Catalogue) -> None:
    for words in localised([shipped.programmes, shipped.indicators]):
        assert "نسبة التغطية" not in words.ar
    assert shipped.indicators["rsu.registered_share"].name.ar.startswith("نسبة التسجيل")
    assert shipped.indicators["rsu.registered_share"].higher_is_better is None
    assert shipped.indicators["amo_tadamon.covered_share"].name.ar.startswith("نسبة الاستفادة")
    assert shipped.indicators["amo_tadamon.covered_share"].higher_is_better is None


def test_french_keeps_its_marks_on_the_line_of_their_word(shipped: Catalogue) -> None:
    for words in localised([shipped.programmes, shipped.indicators, shipped.sources, shipped.bodies]):
        assert not re.search("[ ][;:?!»%]|«[ ]", words.fr), words.fr


def test_every_programme_has_a_headline_of_its_own(shipped: Catalogue) -> None:
    for programme in shipped.programmes:
        assert shipped.indicators[programme.headline].programme == programme.id


def test_no_shipped_indicator_divides_one_unit_by_another(shipped: Catalogue) -> None:
    for indicator in shipped.indicators.values():
        if indicator.denominator:
            assert indicator.denominator.unit == indicator.numerator.unit
            assert indicator.denominator_name is not None
        assert not indicator.across_units


def test_the_office_speaks_before_what_is_published(shipped: Catalogue) -> None:
    assert [(source.id, source.rank) for source in shipped.sources.values()] == [
        ("office", 10),
        ("published", 50),
        ("published_other", 60),
    ]


# Rows for the table


def test_each_definition_gives_one_row_and_the_rows_are_the_same_every_time(shipped: Catalogue, tmp_path: Path) -> None:
    rows = shipped.to_rows()
    assert len({(kind, key) for kind, key, _ in rows}) == len(rows)
    assert {kind for kind, _, _ in rows} == {"programme", "step", "indicator", "source", "reason"}
    assert {key for kind, key, _ in rows if kind == "step"} == set(shipped.steps)
    copy = tmp_path / "copy"
    shutil.copytree(REFERENCE, copy)
    assert catalogue(tmp_path / "no overlay", reference=copy).to_rows() == rows


def test_a_row_is_json_with_sorted_keys_that_reads_back_as_the_definition(shipped: Catalogue) -> None:
    bodies = {(kind, key): body for kind, key, body in shipped.to_rows()}
    for body in bodies.values():
        assert json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")) == body
    step = shipped.steps["asd.paid"]
    assert type(step).model_validate_json(bodies["step", "asd.paid"]) == step
    programme = json.loads(bodies["programme", "asd"])
    assert programme["step"][0] == "asd.applied"
    assert programme["thresholds"][0]["from"] == "2023-11-30"


# The office's own


def test_an_office_changes_one_word_and_the_rest_of_the_block_stays(local: Path, shipped: Catalogue) -> None:
    (local / "programmes.toml").write_text(
        '[[programme]]\nid = "rsu"\nshort = {fr = "Le RSU"}\n[[programme.step]]\nid = "registered"\nstale_after = 10\n',
        encoding="utf-8",
    )
    found = catalogue(local)
    (rsu,) = (programme for programme in found.programmes if programme.id == "rsu")
    (before,) = (programme for programme in shipped.programmes if programme.id == "rsu")
    assert rsu.short.fr == "Le RSU"
    assert rsu.short.ar == before.short.ar
    assert rsu.openings == before.openings
    assert found.steps["rsu.registered"].stale_after == 10
    assert found.steps["rsu.registered"].units == ("household", "person")


def test_an_office_adds_a_source_and_a_step_to_a_programme_that_exists(local: Path) -> None:
    (local / "sources.toml").write_text(f'[[source]]\nid = "cnss"\nrank = 20\n{ALL_WORDS}\n', encoding="utf-8")
    (local / "programmes.toml").write_text(
        '[[programme]]\nid = "minhaty"\n[[programme.step]]\nid = "families_ready"\n'
        'kind = "sequence"\nunits = ["household"]\n'
        'stale_after = 15\nfollows = ["rsu.registered"]\nbody = "local_authority"\nprefecture_can_act = true\n'
        f'{ALL_WORDS}\nthings = {{household = {{ar = "ا", fr = "f", en = "e"}}}}\n'
        f"{ALL_WORDS.replace('name', 'act')}\n",
        encoding="utf-8",
    )
    found = catalogue(local)
    assert list(found.sources) == ["office", "cnss", "published", "published_other"]
    assert found.steps["minhaty.families_ready"].programme == "minhaty"
    assert "minhaty.accepted" in found.steps


def test_a_changed_denominator_keeps_nothing_of_the_old_one(local: Path) -> None:
    (local / "indicators.toml").write_text(
        '[[indicator]]\nid = "asd.paid_share"\ndenominator = {census = "household"}\n', encoding="utf-8"
    )
    assert catalogue(local).indicators["asd.paid_share"].denominator.model_dump() == {"census": "household"}


def test_the_folder_of_the_office_is_the_one_that_the_environment_names(
    local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (local / "sources.toml").write_text(f'[[source]]\nid = "cnss"\nrank = 20\n{ALL_WORDS}\n', encoding="utf-8")
    monkeypatch.setenv("TATABBU_LOCAL", str(local))
    assert "cnss" in catalogue().sources


def test_the_files_are_read_again_only_when_one_has_changed(local: Path) -> None:
    path = local / "sources.toml"
    path.write_text(f'[[source]]\nid = "cnss"\nrank = 20\n{ALL_WORDS}\n', encoding="utf-8")
    first = catalogue(local)
    assert catalogue(local) is first
    path.write_text(f'[[source]]\nid = "cnss"\nrank = 21\n{ALL_WORDS}\n', encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert catalogue(local).sources["cnss"].rank == 21
    path.unlink()
    assert "cnss" not in catalogue(local).sources


def test_a_definition_once_read_cannot_be_changed(shipped: Catalogue) -> None:
    with pytest.raises(ValidationError):
        shipped.programmes[0].order = 5
    with pytest.raises(ValidationError):
        shipped.steps["asd.paid"].name.fr = "x"


def test_the_worked_example_of_the_guide_works(local: Path) -> None:
    blocks = re.findall(
        r"^```toml\n# data/local/(\w+\.toml)\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert [name for name, _ in blocks] == ["programmes.toml", "indicators.toml", "sources.toml", "programmes.toml"]
    for name, text in blocks[:3]:
        (local / name).write_text(text, encoding="utf-8")
    found = catalogue(local)
    assert found.programmes[-1].id == "tayssir"
    assert found.steps["tayssir.paid"].follows == ("tayssir.applied",)
    assert found.indicators["tayssir.paid_share"].denominator.step == "rsu.registered"
    (local / "programmes.toml").write_text(blocks[0][1] + blocks[3][1], encoding="utf-8")
    assert catalogue(local).steps["rnp.registered"].stale_after == 15


# What is refused


@pytest.mark.parametrize(
    ("file", "text", "block", "field"),
    [
        ("programmes.toml", '[[programme]]\nid = "rsu"\nname = {fr = ""}\n', '[[programme]] "rsu"', "name.fr"),
        ("programmes.toml", '[[programme]]\nid = "rsu"\ncolour = "red"\n', '[[programme]] "rsu"', "colour"),
        ("programmes.toml", '[[programme]]\nid = "rsu"\nbranch = "sea"\n', '[[programme]] "rsu"', "branch"),
        ("programmes.toml", '[[programme]]\nid = "rsu"\nended = 2020-01-01\n', '[[programme]] "rsu"', "ended"),
        ("programmes.toml", '[[programme]]\nid = "rsu"\nheadline = "rsu.no_such"\n', '[[programme]] "rsu"', "headline"),
        (
            "programmes.toml",
            '[[programme]]\nid = "rsu"\nheadline = "asd.paid_share"\n',
            '[[programme]] "rsu"',
            "headline",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\nthresholds = [{value = "9,743001", from = 2023-11-30, '
            'legal = {ar="ا", fr="f", en="e"}}]\n',
            '[[programme]] "asd"',
            "thresholds[1].value",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "rnp"\nopenings = [{region = "09", on = 2022-12-15}, '
            '{region = "09", on = 2022-12-16}]\n',
            '[[programme]] "rnp"',
            "openings",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\nfollows = ["asd.nowhere"]\n',
            '[[programme.step]] "asd.paid"',
            "follows",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\npredecessor = "asd.nowhere"\n',
            '[[programme.step]] "asd.paid"',
            "predecessor",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\nbody = "nobody"\n',
            '[[programme.step]] "asd.paid"',
            "body",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\nunits = ["household"]\n',
            '[[programme.step]] "asd.paid"',
            "things.person",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\nunits = ["household", "camel"]\n',
            '[[programme.step]] "asd.paid"',
            "units[2]",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\nexits = ["asd.nowhere"]\n',
            '[[programme.step]] "asd.paid"',
            "exits",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\n'
            'bridges = [{from = "student", to = "household", one_to_one = true}]\n',
            '[[programme.step]] "asd.paid"',
            "bridges.from",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme.step]]\nid = "paid"\n'
            'bridges = [{from = "application", to = "household"}]\n',
            '[[programme.step]] "asd.paid"',
            "bridges.from",
        ),
        (
            "programmes.toml",
            '[[programme]]\nid = "amo_tadamon"\ntransition = {left = "amo_tadamon.nowhere"}\n',
            '[[programme]] "amo_tadamon"',
            "transition.left",
        ),
        ("programmes.toml", "[[programme]]\norder = 5\n", "[[programme]] number 1", "id"),
        (
            "programmes.toml",
            '[[programme]]\nid = "asd"\n[[programme]]\nid = "asd"\n',
            "[[programme]] number 2",
            "id",
        ),
        ("programmes.toml", '[[program]]\nid = "asd"\n', "[[program]]", "-"),
        ("programmes.toml", "[[programme]\n", "the file", "-"),
        (
            "indicators.toml",
            '[[indicator]]\nid = "asd.paid_share"\nprogramme = "nothing"\n',
            '[[indicator]] "asd.paid_share"',
            "programme",
        ),
        (
            "indicators.toml",
            '[[indicator]]\nid = "asd.paid_share"\nnumerator = {step = "asd.gone", unit = "household"}\n',
            '[[indicator]] "asd.paid_share"',
            "numerator.step",
        ),
        (
            "indicators.toml",
            '[[indicator]]\nid = "asd.paid_share"\nnumerator = {step = "asd.paid", unit = "student"}\n',
            '[[indicator]] "asd.paid_share"',
            "numerator.unit",
        ),
        (
            "indicators.toml",
            '[[indicator]]\nid = "ramed.covered_count"\ndenominator = {census = "person"}\n',
            '[[indicator]] "ramed.covered_count"',
            "denominator_name",
        ),
        (
            "indicators.toml",
            '[[indicator]]\nid = "ramed.covered_count"\ncaveat = 3\n',
            '[[indicator]] "ramed.covered_count"',
            "caveat",
        ),
        ("sources.toml", f'[[source]]\nid = "cnss"\nrank = 10\n{ALL_WORDS}\n', '[[source]] "cnss"', "rank"),
        (
            "sources.toml",
            '[[source]]\nid = "cnss"\nrank = 20\nname = {ar = "ا", en = "e"}\n',
            '[[source]] "cnss"',
            "name.fr",
        ),
    ],
)
def test_what_is_wrong_is_named_by_file_block_and_field(
    local: Path, file: str, text: str, block: str, field: str
) -> None:
    (local / file).write_text(text, encoding="utf-8")
    assert (str(local / file), block, field) in faults(local)


def test_households_over_persons_are_refused_unless_the_definition_says_that_it_means_it(local: Path) -> None:
    text = '[[indicator]]\nid = "asd.paid_share"\ndenominator = {step = "rsu.registered", unit = "person"}\n'
    (local / "indicators.toml").write_text(text, encoding="utf-8")
    assert faults(local) == [(str(local / "indicators.toml"), '[[indicator]] "asd.paid_share"', "denominator")]
    (local / "indicators.toml").write_text(text + "across_units = true\n", encoding="utf-8")
    assert catalogue(local).indicators["asd.paid_share"].across_units


@pytest.mark.parametrize(
    ("denominator", "field"),
    [
        ('{step = "rsu.registered"}', "denominator.unit"),
        ('{census = "camel"}', "denominator.census"),
        ('{census = "person", unit = "person"}', "denominator.unit"),
    ],
)
def test_a_denominator_at_fault_is_named_once(local: Path, denominator: str, field: str) -> None:
    (local / "indicators.toml").write_text(
        f'[[indicator]]\nid = "asd.paid_share"\ndenominator = {denominator}\n', encoding="utf-8"
    )
    assert faults(local) == [(str(local / "indicators.toml"), '[[indicator]] "asd.paid_share"', field)]


def test_steps_that_follow_each_other_in_a_circle_are_refused(local: Path) -> None:
    (local / "programmes.toml").write_text(
        '[[programme]]\nid = "rnp"\n[[programme.step]]\nid = "registered"\nfollows = ["asd.paid"]\n', encoding="utf-8"
    )
    assert '[[programme.step]] "rnp.registered"' in {block for _, block, field in faults(local) if field == "follows"}


def test_all_that_is_wrong_is_said_at_once(local: Path) -> None:
    (local / "programmes.toml").write_text(
        '[[programme]]\nid = "asd"\norder = "late"\nshort = {en = ""}\n'
        '[[programme.step]]\nid = "paid"\nstale_after = 0\n',
        encoding="utf-8",
    )
    (local / "sources.toml").write_text('[[source]]\nid = "office"\nrank = -1\n', encoding="utf-8")
    assert {field for _, _, field in faults(local)} == {"order", "short.en", "stale_after", "rank"}


def test_a_programme_without_a_step_is_refused(local: Path) -> None:
    (local / "programmes.toml").write_text(
        '[[programme]]\nid = "food"\norder = 1\nkind = "programme"\nbranch = "childhood"\nmechanism = "assistance"\n'
        f"{ALL_WORDS}\n{ALL_WORDS.replace('name', 'short')}\n{ALL_WORDS.replace('name', 'description')}\n",
        encoding="utf-8",
    )
    assert faults(local) == [(str(local / "programmes.toml"), '[[programme]] "food"', "step")]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_of_the_product_is_named(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(REFERENCE, copy)
    (copy / name).unlink()
    with pytest.raises(CatalogueError, match=re.escape(name)):
        catalogue(tmp_path / "no overlay", reference=copy)


def test_the_languages_are_the_fields_of_every_localised_text() -> None:
    assert tuple(Localised.model_fields) == LOCALES
