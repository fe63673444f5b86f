"""What every office starts with."""

import datetime as dt
import json
import shutil

import pytest
import sqlalchemy as sa

from data import loading
from data.catalogue import catalogue
from data.database import as_day, engine_for
from data.importer import withdraw
from data.loading import PUBLISHED, load_published, load_reference, prepare
from data.schema import capacity, census, definition, event, observation, quotation, series, target, territory

TODAY = dt.date(2026, 11, 23)


def count(engine, table, *where):
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()


def test_the_reference_list_has_every_territory(reference_engine):
    levels = {"country": 1, "region": 12, "prefecture": 75, "commune": 1503, "arrondissement": 41, "grouping": 8}
    for level, expected in levels.items():
        assert count(reference_engine, territory, territory.c.level == level) == expected


def test_each_census_adds_up_at_every_level(reference_engine):
    totals = {
        ("person", 2014): 33_848_242,
        ("person", 2024): 36_828_330,
        ("household", 2014): 7_313_806,
        ("household", 2024): 9_275_038,
    }
    with reference_engine.connect() as connection:
        for level in ("country", "region", "prefecture", "commune"):
            statement = (
                sa.select(census.c.unit, census.c.year, sa.func.sum(census.c.value))
                .join(territory, territory.c.code == census.c.territory)
                .where(territory.c.level == level)
                .group_by(census.c.unit, census.c.year)
            )
            assert {(u, y): int(total) for u, y, total in connection.execute(statement)} == totals, level


def test_loading_the_same_files_again_makes_no_event(reference_engine, tmp_path):
    events = count(reference_engine, event)
    assert load_reference(reference_engine, local=tmp_path) is None
    assert count(reference_engine, event) == events


def test_published_figures_come_in_as_one_event_and_once(reference_engine, tmp_path):
    number = load_published(reference_engine, today=TODAY, local=tmp_path)
    assert number is not None
    assert count(reference_engine, observation) == 106
    assert load_published(reference_engine, today=TODAY, local=tmp_path) is None
    assert count(reference_engine, observation) == 106


def test_a_changed_file_of_published_figures_replaces_what_it_said(reference_engine, tmp_path):
    load_published(reference_engine, today=TODAY, local=tmp_path)
    changed = tmp_path / PUBLISHED.name
    lines = PUBLISHED.read_text(encoding="utf-8").splitlines(keepends=True)
    changed.write_text("".join(lines[:-1]), encoding="utf-8")
    assert load_published(reference_engine, today=TODAY, local=tmp_path, path=changed) is not None
    with reference_engine.connect() as connection:
        last = sa.select(observation.c.series, observation.c.to_date, observation.c.from_date).add_columns(
            sa.func.max(observation.c.event).label("event")
        )
        last = last.group_by(observation.c.series, observation.c.to_date, observation.c.from_date).subquery()
        live = (
            sa.select(sa.func.count())
            .select_from(observation)
            .join(
                last,
                sa.and_(
                    observation.c.series == last.c.series,
                    observation.c.to_date == last.c.to_date,
                    observation.c.from_date == last.c.from_date,
                    observation.c.event == last.c.event,
                ),
            )
            .where(observation.c.value.is_not(None))
        )
        assert connection.execute(live).scalar_one() == 105


def test_published_figures_withdrawn_by_hand_do_not_come_back_at_the_next_start(reference_engine, tmp_path):
    known = catalogue(tmp_path)
    number = load_published(reference_engine, today=TODAY, local=tmp_path)
    undone = withdraw(reference_engine, number, actor="administrator", catalogue=known)
    assert undone == number + 1
    events = count(reference_engine, event)
    assert load_published(reference_engine, today=TODAY, local=tmp_path) is None
    prepare(reference_engine, today=TODAY, local=tmp_path)
    assert count(reference_engine, event) == events


def test_a_new_edition_of_published_figures_comes_in_after_the_one_before_was_withdrawn_by_hand(
    reference_engine, tmp_path
):
    number = load_published(reference_engine, today=TODAY, local=tmp_path)
    withdraw(reference_engine, number, actor="administrator", catalogue=catalogue(tmp_path))
    changed = tmp_path / PUBLISHED.name
    lines = PUBLISHED.read_text(encoding="utf-8").splitlines(keepends=True)
    changed.write_text("".join(lines[:-1]), encoding="utf-8")
    assert load_published(reference_engine, today=TODAY, local=tmp_path, path=changed) is not None
    assert load_published(reference_engine, today=TODAY, local=tmp_path, path=changed) is None


def test_an_edition_that_a_newer_one_replaced_can_come_back_with_the_files(reference_engine, tmp_path):
    load_published(reference_engine, today=TODAY, local=tmp_path)
    changed = tmp_path / PUBLISHED.name
    lines = PUBLISHED.read_text(encoding="utf-8").splitlines(keepends=True)
    changed.write_text("".join(lines[:-1]), encoding="utf-8")
    load_published(reference_engine, today=TODAY, local=tmp_path, path=changed)
    # Taken back by the product itself, not by hand.
    assert load_published(reference_engine, today=TODAY, local=tmp_path) is not None


def test_targets_means_and_quotations_are_loaded_with_their_addresses(reference_engine):
    assert count(reference_engine, target) == 2
    assert count(reference_engine, capacity) == 5
    assert count(reference_engine, quotation) == 20
    for table in (target, capacity, quotation):
        assert count(reference_engine, table, table.c.address == "") == 0


def test_a_definition_of_the_office_is_a_new_row_and_leaves_the_old_one(reference_engine, tmp_path):
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nid = "province"\nrank = 20\nname = {ar = "س", fr = "S", en = "S"}\n', encoding="utf-8"
    )
    number = load_reference(reference_engine, local=tmp_path)
    assert count(reference_engine, definition, definition.c.event == number) == 1
    (tmp_path / "sources.toml").unlink()
    gone = load_reference(reference_engine, local=tmp_path)
    with reference_engine.connect() as connection:
        rows = connection.execute(
            sa.select(definition.c.event, definition.c.body)
            .where(definition.c.kind == "source", definition.c.id == "province")
            .order_by(definition.c.event)
        ).all()
    assert [row.event for row in rows] == [number, gone]
    assert json.loads(rows[0].body)["rank"] == 20
    assert rows[1].body is None


def test_a_second_start_changes_nothing(database_url, tmp_path):
    engine = engine_for(database_url)
    prepare(engine, today=TODAY, local=tmp_path)
    events = count(engine, event)
    prepare(engine, today=TODAY, local=tmp_path)
    assert count(engine, event) == events
    engine.dispose()


def test_published_figures_that_the_importer_refuses_stop_the_start_and_say_where(reference_engine, tmp_path):
    broken = tmp_path / "counts.csv"
    shutil.copyfile(PUBLISHED, broken)
    with broken.open("a", encoding="utf-8") as file:
        file.write("MA,no.step,person,stock,2023-01-01,,,1,,,,,,,,published,https://example.ma,\n")
    with pytest.raises(loading.PublishedFiguresRefused) as refused:
        load_published(reference_engine, today=TODAY, local=tmp_path, path=broken)
    assert refused.value.problems
    assert count(reference_engine, observation) == 0


def test_the_outside_world_reads_registers_and_programmes_in_words(reference_engine, tmp_path):
    load_published(reference_engine, today=TODAY, local=tmp_path)
    with reference_engine.connect() as connection:
        registry = connection.execute(sa.text("SELECT * FROM registry")).mappings().all()
        enrollment = connection.execute(sa.text("SELECT * FROM enrollment")).mappings().all()
    assert {row["programme"] for row in registry} == {"rnp", "rsu"}
    assert {"amo_tadamon", "asd", "minhaty"} <= {row["programme"] for row in enrollment}
    assert len(registry) + len(enrollment) == 106
    oujda = [
        r for r in registry if (r["territory_code"], r["step"], r["unit"]) == ("02.411", "rsu.registered", "household")
    ]
    assert [(row["to_date"], row["value"]) for row in oujda] == [("2024-01-10", 61_000)]


def test_the_pilot_is_no_count_of_any_territory(reference_engine, tmp_path):
    load_published(reference_engine, today=TODAY, local=tmp_path)
    day = as_day(dt.date(2022, 5, 30))
    at_that_day = sa.and_(observation.c.series == series.c.id, observation.c.to_date == day)
    assert count(reference_engine, sa.join(series, observation, at_that_day)) == 0
