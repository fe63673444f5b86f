"""What every office starts with: the tables, the reference lists, the definitions, the published figures.

Everything is loaded from files under data/reference (and the office's own folder), once for each state of the files.
"""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from data.catalogue import Catalogue, catalogue
from data.database import as_day, local_folder, migrate, next_event, write
from data.importer import import_file, withdraw
from data.schema import capacity, census, definition, event, grouping_member, quotation, target, territory

REFERENCE = Path(__file__).resolve().parent / "reference"
PUBLISHED = REFERENCE / "published" / "counts.csv"
ACTOR = "reference"

UNITS = {"population": "person", "households": "household"}
"""The census columns of the territory list, and what they count."""


class PublishedFiguresRefused(Exception):
    """The published figures that ship with the product did not pass the importer; `problems` says why."""

    def __init__(self, problems: list):
        super().__init__("; ".join(f"line {p.line}, {p.column}: {p.code}" for p in problems[:5]))
        self.problems = problems


def prepare(engine: sa.Engine, *, today: dt.date, local: Path | None = None) -> None:
    """Bring the database to the present schema and to the present reference files. A second call changes nothing."""
    migrate(engine)
    load_reference(engine, local=local)
    load_published(engine, today=today, local=local)


def load_reference(engine: sa.Engine, *, local: Path | None = None) -> int | None:
    """Load territories, censuses, definitions, targets, means and quotations; the event's number.

    None when the files are those already loaded.
    """
    known = catalogue(local or local_folder())
    digest = _digest(known)
    with engine.connect() as connection:
        if _loaded(connection) == digest:
            return None
    with write(engine) as connection:
        if _loaded(connection) == digest:  # another start was faster
            return None
        number = next_event(
            connection,
            kind="reference",
            actor=ACTOR,
            file_hash=digest,
            details=json.dumps({"files": len(list(_files()))}),
        )
        _replace_territories(connection)
        _load_definitions(connection, known, number)
        for table, rows in (
            (target, _targets()),
            (capacity, _means()),
            (quotation, _quotations()),
        ):
            _load_versioned(connection, table, rows, number)
        return number


def load_published(
    engine: sa.Engine,
    *,
    today: dt.date,
    path: Path = PUBLISHED,
    local: Path | None = None,
    progress: Callable[[str, int, float], None] | None = None,
) -> int | None:
    """Load the published figures through the importer, like any other extract; the event's number, None if known.

    When the file has changed since it was last loaded, what it said before is withdrawn first.
    Raises PublishedFiguresRefused when the importer refuses it.
    """
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    undo = event.alias("undo")
    live = sa.select(event.c.number, event.c.file_hash).where(
        event.c.kind == "import",
        event.c.actor == ACTOR,
        event.c.file_name == path.name,
        ~sa.exists().where(undo.c.withdraws == event.c.number),
    )
    # Whoever withdrew this very file did so on purpose: it does not come back at the next start.
    taken_back = sa.select(undo.c.number).where(
        undo.c.actor != ACTOR, undo.c.withdraws.in_(sa.select(event.c.number).where(event.c.file_hash == digest))
    )
    with engine.connect() as connection:
        before = connection.execute(live).all()
        if any(row.file_hash == digest for row in before) or connection.execute(taken_back).first():
            return None
    for row in before:
        withdraw(engine, row.number, actor=ACTOR, catalogue=catalogue(local or local_folder()))
    report = import_file(
        engine, content, name=path.name, actor=ACTOR, today=today, catalogue=catalogue(local or local_folder())
    )
    if report.event is None:
        raise PublishedFiguresRefused(report.problems)
    return report.event


def _files() -> Iterator[Path]:
    yield from sorted(p for p in REFERENCE.rglob("*.csv") if p != PUBLISHED)


def _digest(known: Catalogue) -> str:
    """The state of everything that `load_reference` loads."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(path.read_bytes())
    digest.update(json.dumps(known.to_rows(), ensure_ascii=False).encode())
    return digest.hexdigest()


def _loaded(connection: sa.Connection) -> str | None:
    last = sa.select(event.c.file_hash).where(event.c.kind == "reference").order_by(event.c.number.desc()).limit(1)
    return connection.execute(last).scalar()


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a reference CSV file as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(iso: str) -> int:
    return as_day(dt.date.fromisoformat(iso))


def _replace_territories(connection: sa.Connection) -> None:
    """Territories are facts of the product, not statements of a source: the list is replaced, not versioned."""
    rows = rows_of(REFERENCE / "territories.csv")
    published = {r["year"]: _day(r["published_on"]) for r in rows_of(REFERENCE / "censuses.csv")}
    for table in (census, grouping_member):
        connection.execute(sa.delete(table))
    # Capacity and targets point at territories: rows are brought up to date one by one, never removed under them.
    there = set(connection.execute(sa.select(territory.c.code)).scalars())
    values = [
        {
            "code": r["code"],
            "parent": r["parent"],
            "level": r["level"],
            "kind": r["kind"],
            "position": int(r["position"]),
        }
        for r in rows
    ]
    new = [v for v in values if v["code"] not in there]
    if new:
        connection.execute(sa.insert(territory), new)
    for v in values:
        if v["code"] in there:
            connection.execute(sa.update(territory).where(territory.c.code == v["code"]).values(v))
    connection.execute(
        sa.insert(census),
        [
            {
                "territory": r["code"],
                "unit": unit,
                "year": int(year),
                "published_on": published[year],
                "value": int(r[f"{column}_{year}"]),
            }
            for r in rows
            for year in published
            for column, unit in UNITS.items()
            if r[f"{column}_{year}"]
        ],
    )
    connection.execute(sa.insert(grouping_member), rows_of(REFERENCE / "groupings.csv"))


def _load_definitions(connection: sa.Connection, known: Catalogue, number: int) -> None:
    kinds = {programme.id: programme.kind for programme in known.programmes}
    rows = {(kind, key): body for kind, key, body in known.to_rows()}
    before = _current(connection, definition, ("kind", "id"), "body")
    changed = [(k, rows.get(k)) for k in rows.keys() | before.keys() if rows.get(k) != before.get(k)]
    if changed:
        connection.execute(
            sa.insert(definition),
            [
                {"kind": kind, "id": key, "event": number, "category": _category(kind, key, body, kinds), "body": body}
                for (kind, key), body in sorted(changed, key=lambda c: c[0])
            ],
        )


def _category(kind: str, key: str, body: str | None, kinds: dict[str, str]) -> str:
    """A programme's kind; for anything else the programme it belongs to."""
    if kind == "programme":
        return kinds.get(key, "")
    if kind == "indicator" and body is not None:
        return json.loads(body)["programme"]
    return key.partition(".")[0] if kind == "step" else ""


def _current(connection: sa.Connection, table: sa.Table, key: tuple[str, ...], value: str) -> dict[tuple, object]:
    """The last word on each key of a versioned table."""
    statement = sa.select(*(table.c[k] for k in key), table.c[value]).order_by(table.c.event)
    return {tuple(row[:-1]): row[-1] for row in connection.execute(statement)}


def _load_versioned(connection: sa.Connection, table: sa.Table, rows: Iterable[dict], number: int) -> None:
    """Write the rows that say something new, and a NULL value for each key of ours that is no longer said."""
    key = [c.name for c in table.primary_key.columns if c.name != "event"]
    ours = event.alias("ours")
    statement = (
        sa.select(table)
        .join(ours, ours.c.number == table.c.event)
        .where(ours.c.kind == "reference")
        .order_by(table.c.event)
    )
    before = {
        tuple(row[k] for k in key): {n: v for n, v in row.items() if n != "event"}
        for row in connection.execute(statement).mappings()
    }
    now = {tuple(row[k] for k in key): row for row in rows}
    changed = [row for k, row in now.items() if before.get(k) != row]
    changed += [row | {"value": None} for k, row in before.items() if k not in now and row["value"] is not None]
    if changed:
        connection.execute(sa.insert(table), [row | {"event": number} for row in changed])


def _targets() -> Iterator[dict]:
    for r in rows_of(REFERENCE / "published" / "targets.csv"):
        yield {
            "indicator": r["indicator"],
            "territory": r["territory"],
            "due": _day(r["due"]),
            "value": int(r["value"]),
            "starts": _day(r["starts"]),
            "set_by": r["set_by"],
            "source": r["source"],
            "address": r["address"],
        }


def _means() -> Iterator[dict]:
    for r in rows_of(REFERENCE / "published" / "means.csv"):
        yield {
            "territory": r["territory"],
            "means": r["means"],
            "on_date": _day(r["on_date"]),
            "value": int(r["value"]),
            "source": r["source"],
            "address": r["address"],
            "note": r["note"],
        }


def _quotations() -> Iterator[dict]:
    for r in rows_of(REFERENCE / "published" / "quotations.csv"):
        yield {
            "id": r["id"],
            "territory": r["territory"],
            "step": r["step"],
            "on_date": _day(r["on_date"]),
            "measure": r["measure"],
            "value": int(r["value"]),
            "unit": r["unit"],
            "address": r["address"],
            "note": r["note"],
        }
