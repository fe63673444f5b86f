"""What the tests of records share: a drawn extract, laid down as CSV, Parquet and tables, and its counts by hand."""

import csv
import datetime as dt
import itertools

import duckdb
import pytest
import sqlalchemy as sa

from data.importer import records
from data.importer.records.layout import Layout

TODAY = dt.date(2026, 11, 23)

APPLICATIONS = {
    "id": "drawn",
    "name": {"ar": "مثال", "fr": "exemple", "en": "example"},
    "table": "drawn",
    "unit": "application",
    "territory": {"column": "commune", "level": "commune", "parent": "prefecture"},
    "milestone": [
        {"step": "amo_tadamon.applied", "column": "applied_on"},
        {"step": "amo_tadamon.decided", "column": "decided_on"},
    ],
    "status": {"column": "status", "left_out": ["cancelled"], "refused": ["refused"]},
    "refusals": {
        "step": "amo_tadamon.refused",
        "column": "decided_on",
        "reason": "reason",
        "reasons": {"wrong_form": ["W1", "W2"], "above_threshold": ["T1"]},
    },
    "sex": {"column": "sex", "female": ["F"], "male": ["M"]},
    "area": {"column": "area", "urban": ["U"], "rural": ["R"]},
    "birth": {"column": "birth_year", "bands": [0, 18, 60]},
}
COLUMNS = ["commune", "prefecture", "applied_on", "decided_on", "status", "reason", "sex", "area", "birth_year"]
DATES = ("applied_on", "decided_on")


@pytest.fixture
def layout():
    """A function from fields that differ to a layout of drawn applications."""

    def build(**fields):
        return Layout.model_validate(APPLICATIONS | fields)

    return build


@pytest.fixture
def laid(tmp_path, request):
    """A function that lays rows (one dictionary each) down in a holder and takes them in: file, typed file or table.

    holder: csv, parquet (dates as dates), parquet_text, sqlite, postgresql (dates as dates), postgresql_text.
    """
    numbers = itertools.count()

    def lay(holder, rows, columns=COLUMNS, name="drawn"):
        table = [[row.get(column) for column in columns] for row in rows]
        if holder == "csv":
            path = tmp_path / f"{name}{next(numbers)}.csv"
            with open(path, "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([columns, *table])
            return path
        typed = holder in ("parquet", "postgresql")
        kinds = {
            column: "DATE" if typed and column in DATES else "INTEGER" if typed and column == "birth_year" else "TEXT"
            for column in columns
        }
        if holder.startswith("parquet"):
            path = tmp_path / f"{name}{next(numbers)}.parquet"
            with duckdb.connect(":memory:") as connection:
                connection.execute(f"CREATE TABLE t ({', '.join(f'{c} {k}' for c, k in kinds.items())})")
                if table:
                    connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", table)
                connection.execute(f"COPY t TO '{path}'")
            return path
        if holder == "sqlite":
            url = f"sqlite:///{tmp_path / f'{name}{next(numbers)}.db'}"
        else:
            database = f"r{request.node.name.__hash__() & 0xFFFFFFFF:x}{next(numbers)}"
            request.getfixturevalue("run_on_server")(f"CREATE DATABASE {database}")
            url = request.getfixturevalue("postgresql")(database).render_as_string(hide_password=False)
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE TABLE {name} ({', '.join(f'{c} {k}' for c, k in kinds.items())})")
            if table:
                places = ", ".join(f":{column}" for column in columns)
                insert = sa.text(f"INSERT INTO {name} VALUES ({places})")
                connection.execute(insert, [dict(zip(columns, row, strict=True)) for row in table])
        engine.dispose()
        return url

    return lay


@pytest.fixture
def take(engine, known, places):
    """A function that takes records in from a file or an address, and returns the report."""

    def run(where, layout, **how):
        how = {"actor": "administrator", "today": TODAY, "catalogue": known, "territories": places} | how
        if isinstance(where, str):
            return records.take_table(engine, where, layout=layout, **how)
        return records.take_file(engine, where, layout=layout, name=where.name, **how)

    return run


@pytest.fixture
def told(engine):
    """A function that reads what the tables say now: value by (territory, step, measure, groups, first day, last day),
    the groups without those that are `all`."""

    def read():
        statement = sa.text(
            "SELECT s.territory, s.step, s.unit, s.measure, s.sex, s.age_band, s.area, s.reason, s.cohort, "
            "o.from_date, o.to_date, o.value FROM observation o JOIN series s ON s.id = o.series "
            "WHERE o.event = (SELECT max(n.event) FROM observation n WHERE n.series = o.series "
            "AND n.to_date = o.to_date AND n.from_date = o.from_date)"
        )
        day = dt.date(1970, 1, 1).toordinal()
        with engine.connect() as connection:
            return {
                (
                    row[0],
                    row[1].split(".")[1],
                    row[3],
                    "/".join(group for group in row[4:9] if group != "all"),
                    dt.date.fromordinal(day + row[9]).isoformat(),
                    dt.date.fromordinal(day + row[10]).isoformat(),
                ): row[11]
                for row in connection.execute(statement)
            }

    return read
