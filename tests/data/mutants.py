"""Small files spoilt at random, handed to the importer one after the other: none may crash it or leave half an import.

python -m tests.data.mutants [--files N] [--seed S]
"""

import argparse
import datetime as dt
import random
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import sqlalchemy as sa

from data.catalogue import catalogue
from data.database import engine_for, migrate
from data.importer import Territories, import_file
from tests.data.conftest import Nursery
from tests.data.sheets import csv_bytes, html_bytes, ods_bytes, xls_bytes, xlsx_bytes

TODAY = dt.date(2026, 11, 23)
LONG = b"territory,step,unit,measure,date,value\n09.273.01.17,rsu.registered,household,stock,2024-03-31,5\n"
WIDE = [
    ["Commune", "2023", "", "2024"],
    ["", "nov.", "déc.", "janv."],
    ["Aït Melloul", 1200, 1300, 1412],
    ["Lqliaa", 300, 310, 320],
    ["Total", 1500, 1610, 1732],
]
WORDS = [
    *(
        b"<table>",
        b"</td>",
        b"\xff\xfe",
        b"\0",
        b'"',
        b";",
        b"\r",
        b"&#x41;",
        b"999999999",
        b"-1",
        b"45183",
        b"<!ENTITY",
    ),
    *("المجموع".encode(), "é".encode("latin-1"), b"=1+1", b"AB123456", b"1e999", b"PK\x03\x04", b"2024-02-30"),
]


def seeds() -> list[bytes]:
    """Files that are right: what is spoilt is near enough to be read."""
    text = [[str(cell) for cell in row] for row in WIDE]
    return [
        LONG,
        LONG.replace(b",", b";"),
        csv_bytes(text),
        csv_bytes(text, delimiter="\t", encoding="utf-16"),
        csv_bytes(text, encoding="latin-1"),
        html_bytes(text),
        xls_bytes(WIDE),
        ods_bytes(WIDE),
        xlsx_bytes(("a", WIDE), merged=[(0, 1, 0, 2)]),
    ]


def mutant(seed: bytes, chance: random.Random) -> bytes:
    """The file with a few of its bytes changed, taken out, doubled or put in."""
    found = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(found) + 1) if found else 0
        span = chance.choice([1, 1, 2, 8, 64])
        what = chance.randrange(5)
        if what == 0:
            found[at : at + 1] = bytes([chance.randrange(256)])
        elif what == 1:
            del found[at : at + span]
        elif what == 2:
            found[at:at] = found[at : at + span] * chance.choice([1, 2, 50])
        elif what == 3:
            found[at:at] = chance.choice(WORDS)
        else:
            del found[at:]
    return bytes(found)


def run(engine: sa.Engine, *, files: int, seed: int, local: Path, known=None, places=None) -> dict[str, int]:
    """Hand in so many spoilt files; how many were stored, refused by a sentence, and rows read.

    Raises AssertionError where the numbers of a report or of the tables do not agree, and whatever the importer raises.
    """
    known, places = known or catalogue(), places or Territories.load()
    chance, right = random.Random(seed), seeds()
    found = {"stored": 0, "refused": 0, "rows": 0}
    layouts = {}
    for number in range(files):
        start = chance.randrange(len(right))
        content = mutant(right[start], chance)
        report = import_file(
            engine,
            content,
            name=f"{number}",
            actor="administrator",
            today=TODAY,
            catalogue=known,
            territories=places,
            local=local,
            layout=layouts.get(start),
            accept_rest=chance.random() < 0.5,
            on=TODAY,
        )
        if report.sheet is not None and start not in layouts and report.sheet.count == 6:
            layouts[start] = report.sheet.guess.layout.model_copy(
                update={"step": "rsu.registered", "unit": "household"}
            )
        assert report.accepted + report.refused + report.quarantined == report.rows_read, (number, report)
        assert report.event is not None or report.problems, (number, report)
        found["stored" if report.event is not None else "refused"] += 1
        found["rows"] += report.rows_read
    with engine.connect() as connection:
        events = connection.execute(sa.text("SELECT number FROM event ORDER BY number")).scalars().all()
        partial = connection.execute(
            sa.text("SELECT count(*) FROM observation WHERE event NOT IN (SELECT event FROM event_slice)")
        ).scalar_one()
    assert events == list(range(1, len(events) + 1))
    assert partial == 0
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.data.mutants")
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    nursery = Nursery()
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(sys.modules["data.importer.read"], "_run_child", nursery.parse),
    ):
        engine = engine_for(f"sqlite:///{folder}/mutants.db")
        migrate(engine)
        print(f"seed {options.seed}:", run(engine, files=options.files, seed=options.seed, local=Path(folder)))
        engine.dispose()
        nursery.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
