"""Records in a cluster: a master, two workers and the Thrift server of Apache Spark, asked as any other database is.

Only `make test-distributed` runs this: it installs Spark, wants Java 17, and takes a few minutes.
"""

import csv
import datetime as dt
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

if "DISTRIBUTED" not in os.environ:
    pytest.skip("make test-distributed runs it", allow_module_level=True)
pyspark = pytest.importorskip("pyspark")

from data.catalogue import catalogue  # noqa: E402
from data.importer import Territories, records  # noqa: E402
from data.importer.records import Aggregation, Layout, engines  # noqa: E402

HOME = Path(pyspark.__file__).parent
TODAY = dt.date(2026, 11, 23)
WAIT = 240
LAYOUT = Layout.model_validate(
    {
        "id": "cluster",
        "name": {"ar": "مثال", "fr": "exemple", "en": "example"},
        "table": "applications",
        "unit": "application",
        "key": "k",
        "territory": {"column": "commune", "level": "commune"},
        "milestone": [
            {"step": "amo_tadamon.applied", "column": "applied_on"},
            {"step": "amo_tadamon.decided", "column": "decided_on"},
        ],
        "status": {"column": "status", "left_out": ["cancelled"], "refused": ["refused"]},
        "refusals": {
            "step": "amo_tadamon.refused",
            "column": "decided_on",
            "reason": "reason",
            "reasons": {"wrong_form": ["W1"], "above_threshold": ["T1"]},
        },
        "sex": {"column": "sex", "female": ["F"], "male": ["M"]},
        "birth": {"column": "birth_year", "bands": [0, 18, 60]},
    }
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listening(port: int, process: subprocess.Popen) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        assert process.poll() is None, f"Spark ended with {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise AssertionError(f"nothing listens on {port} after {WAIT} s")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of the Thrift server of a cluster of two workers."""
    folder = tmp_path_factory.mktemp("spark")
    environment = os.environ | {"SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"}
    started = []

    def start(name, *command):
        log = open(folder / f"{name}.log", "wb")  # noqa: SIM115
        started.append(
            subprocess.Popen([str(HOME / "bin" / command[0]), *command[1:]], cwd=folder, env=environment,
                             stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        )  # fmt: skip
        return started[-1]

    try:
        port, thrift = free_port(), free_port()
        master = f"spark://127.0.0.1:{port}"
        where = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port())]
        listening(port, start("master", "spark-class", "org.apache.spark.deploy.master.Master", *where))
        for number in (1, 2):
            size = ["--cores", "1", "--memory", "1g", "--host", "127.0.0.1", "--webui-port", str(free_port())]
            start(f"worker{number}", "spark-class", "org.apache.spark.deploy.worker.Worker", *size, master)
        settings = {
            "hive.server2.thrift.port": str(thrift),
            "hive.server2.thrift.bind.host": "127.0.0.1",
            "hive.server2.authentication": "NONE",
            "javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={folder}/metastore;create=true",
        }
        options = [part for name, value in settings.items() for part in ("--hiveconf", f"{name}={value}")]
        spark = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "4",
            "spark.executor.memory": "600m",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
        }
        conf = [part for name, value in spark.items() for part in ("--conf", f"{name}={value}")]
        server = start(
            "thrift", "spark-submit", "--master", master, "--driver-memory", "1g", *conf,
            "--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2", "spark-internal", *options,
        )  # fmt: skip
        listening(thrift, server)
        yield f"hive://tester@127.0.0.1:{thrift}/default"
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=60)


def drawn(count=3000):
    """Rows of a fixed draw: communes of two prefectures, some steps not reached, every kind of cell."""
    communes = ("09.273.01.15", "09.273.05.27", "01.151.07.13")
    first = dt.date(2023, 1, 2)
    for at in range(count):
        applied = first + dt.timedelta(at * 7 % 300)
        yield {
            "k": at,
            "commune": communes[at * 5 % 3],
            "applied_on": applied if at % 17 else None,
            "decided_on": applied + dt.timedelta(at % 60) if at % 3 else None,
            "status": ("open", "refused", "cancelled", None)[at % 4],
            "reason": ("W1", "T1", "x", None)[at // 4 % 4],
            "sex": ("F", "M", None)[at % 3],
            "birth_year": 1940 + at % 80,
            "cnie": f"JB{at:06}",
        }


def written(value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, dt.date):
        return f"DATE '{value}'"
    return f"'{value}'" if isinstance(value, str) else str(value)


@pytest.fixture(scope="module")
def filled(cluster):
    engine = sa.create_engine(cluster, poolclass=sa.NullPool)
    rows = list(drawn())
    kinds = {"k": "BIGINT", "applied_on": "DATE", "decided_on": "DATE", "birth_year": "INT"}
    with engine.connect() as connection:
        columns = ", ".join(f"{name} {kinds.get(name, 'STRING')}" for name in rows[0])
        connection.exec_driver_sql(f"CREATE TABLE applications ({columns}) USING parquet")
        values = ", ".join(f"({', '.join(map(written, row.values()))})" for row in rows)
        connection.exec_driver_sql(f"INSERT INTO applications VALUES {values}")
    engine.dispose()
    return cluster


def counts(holder):
    work = Aggregation(holder, LAYOUT, catalogue(), Territories.load(), TODAY, None, None)
    checked, on = work.counts(None)
    rows = zip(*(a.tolist() for a in (checked.series, checked.from_date, checked.to_date, checked.value)), strict=True)
    return {(checked.keys[at], first, last): value for at, first, last, value in rows}, checked.rows_read, on


def test_a_cluster_gives_the_same_counts_as_the_same_rows_in_a_file(filled, tmp_path):
    path = tmp_path / "applications.csv"
    rows = list(drawn())
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    with engines.file(path) as holder:
        expected = counts(holder)
    with engines.table(filled, "applications") as holder:
        found = counts(holder)
    assert len(expected[0]) > 500
    assert found == expected


@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_a_cluster_holds_is_taken_in_as_one_event(filled, engine):
    how = {"actor": "administrator", "today": TODAY, "catalogue": catalogue(), "territories": Territories.load()}
    report = records.take_table(engine, filled, layout=LAYOUT, **how)
    assert (report.rows_read, report.refused, report.event, report.problems) == (3000, 0, 1, ())
    assert report.personal == ("card",)
    assert records.take_table(engine, filled, layout=LAYOUT, **how).already
