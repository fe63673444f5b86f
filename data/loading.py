"""What every office starts with: the tables, the reference lists, the definitions, the published figures.

Everything is loaded from files under data/reference (and the office's own folder), once for each state of the files.
"""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from data import calendar, chain
from data.catalogue import Catalogue, catalogue
from data.database import as_day, local_folder, migrate, next_event, write
from data.importer import Territories, import_file, withdraw
from data.rollups import Tree, rewrite_rollups
from data.schema import (
    capacity,
    census,
    definition,
    event,
    grouping_member,
    jurisdiction,
    quotation,
    series,
    target,
    territory,
)
from data.settings import are_settled, settings

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


def prepare(engine: sa.Engine, *, today: dt.date, local: Path | None = None, published: bool = True) -> None:
    """Bring the database to the present schema and to the present reference files. A second call changes nothing.

    `published` False: without the published counts, which never share a table with made-up ones.
    """
    migrate(engine)
    load_reference(engine, local=local)
    if published:
        load_published(engine, today=today, local=local)


def load_reference(engine: sa.Engine, *, local: Path | None = None, actor: str = ACTOR) -> int | None:
    """Load territories, the chain of command, censuses, definitions, targets, means and quotations; the event's number.

    None when the files are those already loaded. Where territories or offices have changed, the sums that depend on
    them are written again by the same event. Raises data.chain.ChainRefused.
    """
    known = catalogue(local or local_folder())
    settled = _settled(local or local_folder())
    offices = chain.offices(local or local_folder())
    digest = _digest(known, settled, offices)
    with engine.connect() as connection:
        if _loaded(connection) == digest:
            return None
    with write(engine) as connection:
        if _loaded(connection) == digest:  # another start was faster
            return None
        number = next_event(
            connection,
            kind="reference",
            actor=actor,
            file_hash=digest,
        )
        before = _tree(connection)
        changed = _replace_territories(connection, offices, number)
        details = {"files": len(list(_files()))} | ({"offices": changed} if any(changed.values()) else {})
        connection.execute(sa.update(event).where(event.c.number == number).values(details=json.dumps(details)))
        _load_definitions(connection, known, settled, number)
        for table, rows in (
            (target, _targets()),
            (capacity, _means()),
            (quotation, _quotations()),
        ):
            _load_versioned(connection, table, rows, number)
        if connection.execute(sa.select(series.c.id).limit(1)).first() is not None:
            stale_after = {step: body.stale_after for step, body in known.steps.items()}
            tree = _tree(connection)
            rewrite_rollups(connection, event=number, before=before, tree=tree, stale_after=stale_after)
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
        withdraw(
            engine,
            row.number,
            actor=ACTOR,
            catalogue=catalogue(local or local_folder()),
            territories=Territories.load(local or local_folder()),
        )
    report = import_file(
        engine,
        content,
        name=path.name,
        actor=ACTOR,
        today=today,
        catalogue=catalogue(local or local_folder()),
        territories=Territories.load(local or local_folder()),
        # Each of them was read where it was printed, with what others printed of the same day.
        judged=False,
    )
    if report.event is None:
        raise PublishedFiguresRefused(report.problems)
    return report.event


def _files() -> Iterator[Path]:
    yield from sorted(p for p in REFERENCE.rglob("*.csv") if p != PUBLISHED)


def _settled(local: Path) -> list[tuple[str, str, str]]:
    """(kind, id, body) of the working calendar, and of what the office has settled about itself where it has settings
    of its own."""
    rows = [("calendar", "holidays", calendar.body(local))]
    if are_settled(local):
        body = json.dumps(settings(local).to_body(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        rows.append(("setting", "office", body))
    return rows


def _digest(known: Catalogue, settled: list[tuple[str, str, str]], offices: Iterable[chain.Office]) -> str:
    """The state of everything that `load_reference` loads."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(path.read_bytes())
    digest.update(json.dumps([*known.to_rows(), *settled], ensure_ascii=False).encode())
    digest.update(chain.text_of(offices).encode())
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


def _tree(connection: sa.Connection) -> Tree:
    """Who is summed into whom, as the tables say now."""
    rows = connection.execute(
        sa.select(territory.c.code, territory.c.parent, territory.c.level)
        .where(territory.c.ended.is_(None))
        .order_by(territory.c.position)
    ).all()
    members = connection.execute(sa.select(grouping_member.c.grouping, grouping_member.c.member)).all()
    covers = connection.execute(sa.select(jurisdiction.c.office, jurisdiction.c.territory)).all()
    return Tree(map(tuple, rows), sorted(map(tuple, members)), map(tuple, covers))


def _replace_territories(connection: sa.Connection, offices: Sequence[chain.Office], number: int) -> dict[str, int]:
    """Put the list of territories and the chain of command in the place of those before; how many offices were added,
    changed and removed.

    Both are facts, not statements of a source: they are replaced, not versioned. An office that is no more keeps its
    row, since figures may speak of it, and says since when.
    """
    rows = rows_of(REFERENCE / "territories.csv")
    published = {r["year"]: _day(r["published_on"]) for r in rows_of(REFERENCE / "censuses.csv")}
    for table in (census, grouping_member):
        connection.execute(sa.delete(table))
    # Capacity and targets point at territories: rows are brought up to date one by one, never removed under them.
    columns = ("code", "parent", "level", "kind", "position", "ended")
    there = {row[0]: tuple(row) for row in connection.execute(sa.select(*(territory.c[name] for name in columns)))}
    values = [(r["code"], r["parent"], r["level"], r["kind"], int(r["position"]), None) for r in rows]
    # After every commune: lists go by prefecture, and within it by position.
    first = max(one[4] for one in values) + 1
    values += [(one.code, one.parent, one.level, one.kind, first + at, None) for at, one in enumerate(offices)]
    listed = {one[0] for one in values}
    day = connection.execute(sa.select(event.c.recorded_at).where(event.c.number == number)).scalar_one() // 86_400
    values += [
        (*one[:5], day)
        for code, one in there.items()
        if code not in listed and one[2] in chain.LEVELS and one[5] is None
    ]
    changed = _changed_offices(connection, offices, there)
    if new := [dict(zip(columns, one, strict=True)) for one in values if one[0] not in there]:
        connection.execute(sa.insert(territory), new)
    for one in values:
        if there.get(one[0], one) != one:
            row = dict(zip(columns, one, strict=True))
            connection.execute(sa.update(territory).where(territory.c.code == one[0]).values(row))
    counts = {
        (r["code"], unit, int(year)): int(r[f"{column}_{year}"])
        for r in rows
        for year in published
        for column, unit in UNITS.items()
        if r[f"{column}_{year}"]
    }
    connection.execute(sa.insert(grouping_member), rows_of(REFERENCE / "groupings.csv"))
    connection.execute(sa.delete(jurisdiction))
    if covers := [{"office": one.code, "territory": code} for one in offices for code in one.covers]:
        connection.execute(sa.insert(jurisdiction), covers)
    counts |= _census_of_offices(_tree(connection), offices, counts)
    connection.execute(
        sa.insert(census),
        [
            {"territory": code, "unit": unit, "year": year, "published_on": published[str(year)], "value": value}
            for (code, unit, year), value in counts.items()
        ],
    )
    return changed


def _changed_offices(
    connection: sa.Connection, offices: Iterable[chain.Office], there: Mapping[str, tuple]
) -> dict[str, int]:
    """How many offices are new (or there again), have another parent, kind or ground, and are no more."""
    covers: dict[str, set[str]] = {}
    for office, covered in connection.execute(sa.select(jurisdiction.c.office, jurisdiction.c.territory)):
        covers.setdefault(office, set()).add(covered)
    was = {
        code: (parent, kind, covers.get(code, set()))
        for code, parent, level, kind, _, ended in there.values()
        if level in chain.LEVELS and ended is None
    }
    now = {one.code: (one.parent, one.kind, set(one.covers)) for one in offices}
    return {
        "added": len(now.keys() - was.keys()),
        "changed": sum(now[code] != was[code] for code in now.keys() & was.keys()),
        "removed": len(was.keys() - now.keys()),
    }


def _census_of_offices(
    tree: Tree, offices: Iterable[chain.Office], counts: Mapping[tuple[str, str, int], int]
) -> dict[tuple[str, str, int], int]:
    """The census counts of the offices that alone cover whole communes: where they share one, nobody knows how many of
    its people belong to whom. A district's are those of the ground of its annexes together."""
    found = {}
    kinds = sorted({(unit, year) for _, unit, year in counts})
    for one in offices:
        if one.level == chain.SCHOOL:
            continue
        covered = tree.alone(tree.children.get(one.code) or [one.code])
        for unit, year in kinds if covered else ():
            parts = [counts.get((code, unit, year)) for code in covered]
            if None not in parts:
                found[one.code, unit, year] = sum(parts)
    return found


def _load_definitions(
    connection: sa.Connection, known: Catalogue, settled: list[tuple[str, str, str]], number: int
) -> None:
    kinds = {programme.id: programme.kind for programme in known.programmes}
    rows = {(kind, key): body for kind, key, body in [*known.to_rows(), *settled]}
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
            "start_value": 0,
            "path": "linear",
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
