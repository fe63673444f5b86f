"""The published figures: all of the rows that were collected stand in one file, once, in the project's own layouts.

The collected list is not part of the product, so the numbers that it had are written down here.
"""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from data.catalogue import REFERENCE, Catalogue, catalogue

PUBLISHED = REFERENCE / "published"

COLLECTED = 183
"""Rows of the collected list."""

CENSUS = 54
"""Of these, census counts: they stand with the territories."""

QUOTED_FROM_NOTES = {"asd_oujda_angad_2024_01", "asd_taourirt_2024_01", "asd_guelmim_2024_01", "asd_sefrou_2024_02"}
"""Quotations that are no row of the collected list: shares printed beside a count that is one."""

COUNTS = {
    # (step, unit): how many rows of the collected list, and the sum of their values
    ("rnp.registered", "person"): (
        7,
        9_000_000 + 13_600_000 + 14_500_000 + 21_500_000 + 22_500_000 + 297_000 + 200_000,
    ),
    ("rsu.registered", "household"): (
        11,
        1_800_000
        + 2_800_000
        + 3_000_000
        + 5_000_000
        + 5_200_000
        + 5_300_000 * 2
        + 2_900_000
        + 2_300_000
        + 61_000
        + 52_000,
    ),
    ("rsu.registered", "person"): (6, 9_700_000 + 10_500_000 + 18_000_000 + 18_900_000 + 19_000_000 + 241_000),
    ("ramed.covered", "person"): (1, 10_400_000),
    ("ramed.covered", "household"): (1, 3_990_000),
    ("amo_tadamon.covered", "person"): (
        9,
        9_400_000 + 9_700_000 + 10_518_000 + 11_000_000 * 2 + 11_200_000 + 11_300_000 + 11_100_000 + 11_400_000,
    ),
    ("amo_tadamon.covered", "household"): (2, 4_000_000 + 43_000),
    ("amo_tadamon.covered", "insured"): (3, 3_700_000 * 2 + 4_050_000),
    ("amo_tns.covered", "person"): (4, 3_680_000 + 3_800_000 * 2 + 4_280_000),
    ("amo_tns.covered", "insured"): (2, 1_680_000 + 1_700_000),
    ("amo_tns.rights_open", "insured"): (1, 1_200_000),
    ("amo_achamil.registered", "insured"): (1, 133_000),
    ("amo.covered", "person"): (3, 8_600_000 + 23_200_000 + 24_300_000),
    ("asd.applied", "application"): (3, 1_000_000 + 1_900_000 + 3_000_000),
    ("asd.refused", "application"): (2, 150_041 + 46_691),
    ("asd.paid", "household"): (
        12,
        1_000_000 + 1_400_000 + 3_900_000 * 3 + 4_000_000 * 2 + 3_800_000 + 5_647 + 21_500 + 13_000 + 10_249,
    ),
    ("asd.paid", "person"): (6, 3_500_000 + 12_400_000 + 12_500_000 + 19_227 + 66_000 + 35_125),
    ("asd.paid_ever", "household"): (1, 4_180_000),
    ("asd.child_allowance", "household"): (2, 2_360_000 + 2_400_000),
    ("asd.lump_sum", "household"): (2, 1_550_000 + 1_500_000),
    ("asd.with_amo", "household"): (1, 3_200_000),
    ("asd.children", "person"): (3, 5_400_000 + 5_500_000 * 2),
    ("asd.elderly", "person"): (3, 1_200_000 + 1_300_000 + 1_700_000),
    ("asd.widows", "person"): (1, 390_000),
    ("asd.back_to_school", "household"): (1, 1_780_000),
    ("minhaty.bac_passed", "student"): (7, 245_109 + 3_006 + 4_100 + 1_564 + 3_425 + 692 + 1_346),
    ("minhaty.applied", "application"): (1, 187_000),
    ("minhaty.accepted", "application"): (1, 174_000),
    ("minhaty.holders", "student"): (4, 334_517 + 415_000 + 408_000 + 421_000),
    ("job_loss.new_beneficiaries", "beneficiary"): (5, 22_003 + 26_051 + 27_246 + 27_498 + 13_645),
}

MONTH_OF_COLLECTION = date(2026, 2, 28)


def rows(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(step: str, unit: str, territory: str = "MA", **fields: str) -> list[dict[str, str]]:
    wanted = {"step": step, "unit": unit, "territory": territory, **fields}
    return [row for row in rows("counts.csv") if all(row[field] == value for field, value in wanted.items())]


@pytest.fixture(scope="module")
def defined(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return catalogue(tmp_path_factory.mktemp("no_overlay"))


def test_the_counts_are_a_hundred_and_six() -> None:
    assert len(rows("counts.csv")) == 106


def test_every_collected_row_is_accounted_for_once() -> None:
    quoted = {row["id"] for row in rows("quotations.csv")}
    assert quoted > QUOTED_FROM_NOTES
    collected = (
        len(rows("counts.csv")) + len(rows("targets.csv")) + len(rows("means.csv")) + len(quoted - QUOTED_FROM_NOTES)
    )
    assert collected + CENSUS == COLLECTED
    assert len(quoted) == len(rows("quotations.csv")) == 20


def test_each_count_has_the_rows_and_the_sum_that_were_collected() -> None:
    number: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for row in rows("counts.csv"):
        number[row["step"], row["unit"]] += 1
        total[row["step"], row["unit"]] += int(row["value"])
    assert {key: (number[key], total[key]) for key in number} == COUNTS


def test_the_quotations_are_the_shares_the_amount_the_rates_and_the_pilot() -> None:
    assert Counter(row["measure"] for row in rows("quotations.csv")) == {
        "share": 16,
        "rate": 2,
        "amount": 1,
        "count": 1,
    }
    shares = sorted(int(row["value"]) for row in rows("quotations.csv") if row["measure"] == "share")
    assert shares == sorted(
        [9_000, 25_000, 28_000, 30_000]  # from the notes
        + [37_000, 60_000, 76_000, 86_000, 95_000, 80_000]
        + [9_600, 12_100, 14_800, 15_300, 15_500, 32_700]
    )


def test_every_count_is_of_a_known_step_in_one_of_its_units(defined: Catalogue) -> None:
    for row in rows("counts.csv"):
        assert row["unit"] in defined.steps[row["step"]].units, row
        assert row["source"] in defined.sources, row


def test_every_quotation_target_and_means_names_what_is_defined(defined: Catalogue) -> None:
    for row in rows("quotations.csv"):
        assert row["step"] in defined.steps, row
    for row in rows("targets.csv"):
        assert row["indicator"] in defined.indicators, row
    for row in rows("targets.csv") + rows("means.csv"):
        assert row["source"] in defined.sources, row
    assert {row["means"] for row in rows("means.csv")} == {"service_centre", "mobile_unit"}


@pytest.mark.parametrize("name", ["counts.csv", "targets.csv", "means.csv", "quotations.csv"])
def test_every_row_says_where_it_was_printed(name: str) -> None:
    for row in rows(name):
        assert re.fullmatch(r"https?://\S+", row["address"]), row


@pytest.mark.parametrize("name", ["counts.csv", "targets.csv", "means.csv", "quotations.csv"])
def test_every_territory_is_a_code_of_the_reference_list(name: str) -> None:
    with (REFERENCE / "territories.csv").open(encoding="utf-8", newline="") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    assert {row["territory"] for row in rows(name)} <= known


@pytest.mark.parametrize("name", ["counts.csv", "targets.csv", "means.csv", "quotations.csv"])
def test_values_are_plain_whole_numbers(name: str) -> None:
    for row in rows(name):
        assert re.fullmatch(r"\d+", row["value"]), row


def test_no_key_of_a_source_has_two_values() -> None:
    keys = Counter(
        tuple(row[field] for field in ("source", "territory", "step", "unit", "measure", "date", "from", "to", "area"))
        for row in rows("counts.csv")
    )
    assert [key for key, times in keys.items() if times > 1] == []


def test_a_stock_has_a_day_and_a_flow_has_two() -> None:
    for row in rows("counts.csv"):
        if row["measure"] == "stock":
            assert (row["from"], row["to"]) == ("", ""), row
            assert date.fromisoformat(row["date"]) <= MONTH_OF_COLLECTION, row
        else:
            assert (row["measure"], row["date"]) == ("flow", ""), row
            assert date.fromisoformat(row["from"]) < date.fromisoformat(row["to"]) <= MONTH_OF_COLLECTION, row


def test_refusals_passes_scholarship_applications_and_new_beneficiaries_are_flows_and_nothing_else_is() -> None:
    flows = {row["step"] for row in rows("counts.csv") if row["measure"] == "flow"}
    stocks = {row["step"] for row in rows("counts.csv") if row["measure"] == "stock"}
    assert flows == {
        "asd.refused",
        "job_loss.new_beneficiaries",
        "minhaty.bac_passed",
        "minhaty.applied",
        "minhaty.accepted",
    }
    assert not flows & stocks


def test_half_a_year_of_compensation_for_loss_of_employment_is_half_a_year() -> None:
    periods = {
        (row["from"], row["to"]): int(row["value"]) for row in found("job_loss.new_beneficiaries", "beneficiary")
    }
    assert periods["2024-01-01", "2024-12-31"] == 27_498
    assert periods["2025-01-01", "2025-06-30"] == 13_645


def test_no_figure_is_older_than_the_step_that_it_counts(defined: Catalogue) -> None:
    for row in rows("counts.csv"):
        starts = defined.steps[row["step"]].starts
        if starts:
            assert date.fromisoformat(row["from"] or row["date"]) >= starts, row


def test_figures_whose_day_is_not_known_say_so_first() -> None:
    marked = Counter(row["step"] for row in rows("counts.csv") if row["note"].startswith("TO CONFIRM: "))
    assert marked == {
        "rnp.registered": 1,
        "rsu.registered": 2,
        "amo_tadamon.covered": 1,
        "asd.refused": 1,
        "asd.with_amo": 1,
        "asd.child_allowance": 1,
        "asd.lump_sum": 1,
        "minhaty.holders": 1,
    }
    quoted = {row["id"] for row in rows("quotations.csv") if row["note"].startswith("TO CONFIRM: ")}
    assert quoted == {"minhaty_coverage_2023", "minhaty_coverage_2024"}
    for name in ("counts.csv", "means.csv", "quotations.csv"):
        for row in rows(name):
            assert "TO CONFIRM" not in row["note"].removeprefix("TO CONFIRM: "), row


def test_both_figures_of_amo_tadamon_for_16_september_2025_are_kept() -> None:
    said = {row["source"]: int(row["value"]) for row in found("amo_tadamon.covered", "person", date="2025-09-16")}
    assert said == {"published": 11_000_000, "published_other": 11_400_000}


def test_both_figures_of_the_first_payment_of_direct_aid_are_kept() -> None:
    said = {row["source"]: int(row["value"]) for row in found("asd.paid", "household", date="2023-12-28")}
    assert said == {"published": 1_000_000, "published_other": 1_400_000}


def test_the_stock_of_the_switch_stands_under_ramed_and_not_under_its_successor() -> None:
    assert [row["value"] for row in found("ramed.covered", "person", date="2022-12-01")] == ["10400000"]
    assert [row["value"] for row in found("ramed.covered", "household", date="2022-12-01")] == ["3990000"]
    assert found("amo_tadamon.covered", "person", date="2022-12-01") == []


def test_rural_and_urban_households_make_up_the_registry() -> None:
    said = {row["area"]: int(row["value"]) for row in found("rsu.registered", "household", date="2024-09-30")}
    assert said == {"": 5_200_000, "rural": 2_900_000, "urban": 2_300_000}
    assert said["rural"] + said["urban"] == said[""]


def test_oujda_angad_has_35_percent_of_households_and_the_printed_9_percent_is_of_persons() -> None:
    (paid,) = found("asd.paid", "household", "02.411")
    (households,) = found("rsu.registered", "household", "02.411")
    (persons,) = found("rsu.registered", "person", "02.411")
    assert paid["date"] == households["date"] == persons["date"] == "2024-01-10"
    assert round(100 * int(paid["value"]) / int(households["value"])) == 35
    (printed,) = (row for row in rows("quotations.csv") if row["territory"] == "02.411")
    assert (printed["step"], printed["measure"], printed["unit"], printed["value"]) == (
        "asd.paid",
        "share",
        "household",
        "9000",
    )
    implied = int(paid["value"]) / (int(printed["value"]) / 100_000)
    assert implied == pytest.approx(int(persons["value"]), rel=0.01)
    assert implied > 3 * int(households["value"])


def test_the_pilot_is_quoted_in_rabat_and_counted_nowhere() -> None:
    (pilot,) = (row for row in rows("quotations.csv") if row["measure"] == "count")
    assert (pilot["territory"], pilot["on_date"], pilot["value"]) == ("04.421", "2022-05-30", "120000")
    assert found("rnp.registered", "person", "04.421") == []


def test_the_targets_of_2023_are_those_that_were_announced() -> None:
    said = {row["indicator"]: row for row in rows("targets.csv")}
    assert {name: int(row["value"]) for name, row in said.items()} == {
        "rnp.registered_share": 10_000_000,
        "rsu.registered_share": 3_500_000,
    }
    assert {row["due"] for row in said.values()} == {"2023-12-31"}
    assert {row["set_by"] for row in said.values()} == {"announced"}
    assert said["rnp.registered_share"]["starts"] == "2022-10-27"
    assert said["rsu.registered_share"]["starts"] == "2022-11-17"


def test_the_planned_path_of_the_registry_gives_the_published_example_of_may_2023() -> None:
    target = next(row for row in rows("targets.csv") if row["indicator"] == "rsu.registered_share")
    starts, due = date.fromisoformat(target["starts"]), date.fromisoformat(target["due"])
    planned = int(target["value"]) * (date(2023, 5, 15) - starts).days / (due - starts).days
    assert round(planned / 1e6, 2) == 1.53


def test_the_readme_counts_the_rows_right() -> None:
    text = Path(PUBLISHED / "README.md").read_text(encoding="utf-8")
    for name in ("counts.csv", "targets.csv", "means.csv", "quotations.csv"):
        assert f"| `{name}` | {len(rows(name))} |" in text
