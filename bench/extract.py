"""Made-up records by the million, their layout, and the GROUP BYs that somebody would type for the same counts."""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb

from bench.made import folder
from data.catalogue import catalogue
from data.importer import Territories
from data.importer.records import Aggregation, Layout
from data.loading import REFERENCE

MILESTONES = (
    ("rnp.registered", "registered_on", "2022-01-01", 1300, 1.0),
    ("rsu.registered", "listed_on", "2022-12-01", 960, 0.8),
    ("amo_tadamon.covered", "covered_on", "2023-01-15", 900, 0.6),
    ("amo_tadamon.confirmed", "confirmed_on", "2023-03-15", 840, 0.4),
)
"""Step, column, its first day, over how many days, and the part of all records that has reached it."""

LAYOUT = Layout.model_validate(
    {
        "id": "bench",
        "name": {"ar": "bench", "fr": "bench", "en": "bench"},
        "table": "records",
        "unit": "person",
        "key": "person_key",
        "territory": {"column": "territory", "level": "commune"},
        "milestone": [{"step": step, "column": column} for step, column, *_ in MILESTONES],
        "sex": {"column": "sex", "female": ["F"], "male": ["M"]},
        "birth": {"column": "birth_year", "bands": [0, 6, 18, 40, 60]},
    }
)


def communes() -> list[str]:
    """The codes of all communes."""
    with open(REFERENCE / "territories.csv", encoding="utf-8-sig", newline="") as file:
        return [row["code"] for row in csv.DictReader(file) if row["level"] == "commune"]


def made(rows: int) -> tuple[Path, Path]:
    """A Parquet and a CSV file of so many records, in no order; built once."""
    parquet, text = (folder() / f"records-{rows}.{ending}" for ending in ("parquet", "csv"))
    with duckdb.connect(":memory:", config={"memory_limit": "2GB"}) as engine:
        codes = communes()
        engine.execute("CREATE TABLE commune (place INTEGER, territory VARCHAR)")
        engine.executemany("INSERT INTO commune VALUES (?, ?)", list(enumerate(codes)))
        days = ", ".join(
            # Shares are nested: who has reached a step has reached those before it, and later.
            f"CASE WHEN luck < {share} THEN DATE '{first}' + CAST(({at} + spread) / {at + 1} * {span} AS INTEGER) END"
            f" AS {column}"
            for at, (_, column, first, span, share) in enumerate(MILESTONES)
        )
        if not parquet.exists():
            unfinished = parquet.with_suffix(".unfinished")
            # Large communes have more people: the square of an even draw.
            engine.execute(f"""
                COPY (SELECT person_key, territory, {days}, sex, birth_year FROM (
                    SELECT range AS person_key, CAST(floor(pow(random(), 2) * {len(codes)}) AS INTEGER) AS place,
                           random() AS luck, random() AS spread,
                           CASE WHEN random() < 0.51 THEN 'F' ELSE 'M' END AS sex,
                           CAST(1935 + floor(random() * 88) AS INTEGER) AS birth_year
                    FROM range({rows})) JOIN commune USING (place))
                TO '{unfinished}' (FORMAT parquet)""")
            unfinished.rename(parquet)
        if not text.exists():
            unfinished = text.with_suffix(".unfinished")
            engine.execute(f"COPY (FROM '{parquet}') TO '{unfinished}' (FORMAT csv, HEADER)")
            unfinished.rename(text)
    return parquet, text


def typed(source: str) -> Iterator[str]:
    """The same answers as somebody would type them, for DuckDB and for PostgreSQL."""
    columns = [column for _, column, *_ in MILESTONES]
    entry = columns[0]
    yield f"SELECT count(person_key), count(DISTINCT person_key) FROM {source}"
    for column in columns:
        week = f"date_trunc('week', {column})"
        yield f"SELECT territory, {week}, count(*) FROM {source} WHERE {column} IS NOT NULL GROUP BY 1, 2"
    reached = ", ".join(f"count({column})" for column in columns)
    yield f"SELECT territory, sex, {reached} FROM {source} GROUP BY 1, 2"
    bands = " ".join(f"WHEN 2025 - birth_year < {age} THEN {at}" for at, age in enumerate((6, 18, 40, 60)))
    yield f"SELECT territory, CASE {bands} ELSE 4 END, {reached} FROM {source} GROUP BY 1, 2"
    for column in columns:
        month, week = f"date_trunc('month', {entry})", f"date_trunc('week', {column})"
        yield (
            f"SELECT left(territory, 6), {month}, {week}, count(*) FROM {source} "
            f"WHERE {entry} IS NOT NULL AND {column} IS NOT NULL GROUP BY 1, 2, 3"
        )


def aggregated(holder) -> int:
    """How many counts this house makes of the records: checks, territories and all, but for storing them."""
    known, territories = catalogue(folder()), Territories.load(folder())
    work = Aggregation(holder, LAYOUT, known, territories, dt.date(2026, 11, 1), None, None)
    checked, _ = work.counts(None)
    if checked.problems:
        raise AssertionError(f"the made-up records were refused: {checked.problems[:3]}")
    return len(checked.value)
