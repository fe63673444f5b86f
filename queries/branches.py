"""Branches: where each branch of social protection stands, each programme by its own unit, and nothing added.

The four branches are those of article 2 of framework law 09-21; programmes of another branch stand beside them, the
registers nowhere. A programme is read by the step of its headline, in every unit that the step counts; without a
headline by the last step of its chain. An *overlap* is a step that counts those who are in several (`overlaps` of its
definition); it is read beside the first of these that counts the same unit, as it stood on the overlap's own day.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import project, series, territory
from queries import targets as promises
from queries.cuts import parameter
from queries.definitions import Definitions, definitions
from queries.figures import Figure, figures, is_partial, spoken
from queries.frames import of_rows
from queries.situation import has_begun
from queries.territories import lineage, visible

FOUR = ("illness", "childhood", "old_age", "job_loss")
"""The branches of article 2 of framework law 09-21, in its order."""

BESIDE = "beside"
"""What stands in the place of a branch for programmes that belong to none of the four."""

REGISTERS = "registers"

COLUMNS = [
    "branch",
    "programme",
    "mechanism",
    "territory_code",
    "step",
    "unit",
    "kind",
    "value",
    "measure",
    "from_date",
    "on_date",
    "source",
    "basis",
    "address",
    "note",
    "reporting",
    "expected",
    "late",
    "state",
]

_OF_THE_FIGURE = ("value", "measure", "from_date", "on_date", "source", "basis", "address", "note", "reporting")


def standing(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """Each programme of each branch in each territory on the day `on`, as known at `cut`.

    One row per programme, unit and territory: branch (of FOUR, or BESIDE), programme, mechanism (assistance or
    insurance), territory_code, step, unit, kind (of the step: a memo is counted in others too); value (count, NaN
    unless shown) and measure, from_date, on_date, source, basis, address, note, reporting, expected, late: as in
    `queries.figures`; state: shown, withheld, missing, or not_applicable when the step had not begun there. By branch,
    then programme, unit, and in the order of `territories`. A programme that has ended is left out where it has no
    figure that is not late. No row is the sum of others.
    """
    known = known or definitions(engine, cut=cut)
    read = [(p, step) for p in known.ordered_programmes if p["branch"] != REGISTERS and (step := _step(known, p))]
    steps = [step for _, step in read]
    where = sa.and_(series.c.territory.in_(list(territories)), series.c.step.in_(steps))
    asked = {"on": on, "cut": cut, "scope": scope, "known": known}
    said = spoken(figures(engine, where=where, with_change=False, **asked)) if steps else {}
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
    found: dict[str, list[tuple]] = {branch: [] for branch in (*FOUR, BESIDE)}
    for programme, step in read:
        body = known.steps[step]
        mine = []
        for unit in body["units"]:
            for code in territories:
                row = dict.fromkeys(COLUMNS, math.nan) | {"source": "", "basis": "", "measure": "", "address": ""}
                row |= {"note": "", "reporting": 0, "expected": 0, "late": False}
                row |= {"branch": _branch(programme), "programme": programme["id"], "mechanism": programme["mechanism"]}
                row |= {"territory_code": code, "step": step, "unit": unit, "kind": body["kind"]}
                figure = said.get((code, step, unit))
                if figure is not None:
                    row |= {name: getattr(figure, name) for name in (*_OF_THE_FIGURE, "expected", "late", "state")}
                else:
                    row["state"] = _without(known, step, code, seen, on=on)
                mine.append(row)
        fresh = any(row["state"] == "shown" and not row["late"] for row in mine)
        if not programme.get("ended") or fresh:
            # A unit that nobody has a figure of adds nothing beside one that somebody has.
            units = {row["unit"] for row in mine if row["state"] == "shown"} or {body["units"][0]}
            found[_branch(programme)] += [[row[name] for name in COLUMNS] for row in mine if row["unit"] in units]
    floats = ("value", "from_date", "on_date")
    return of_rows([row for rows in found.values() for row in rows], COLUMNS, floats=floats)


def _branch(programme: dict) -> str:
    return programme["branch"] if programme["branch"] in FOUR else BESIDE


def _step(known: Definitions, programme: dict) -> str | None:
    """The step that a programme is read by; None where the reader is shown none of it."""
    headline = known.indicators.get(programme.get("headline") or "")
    if headline is not None:
        return headline["numerator"]["step"]
    mine = [step for step in programme.get("step", ()) if step in known.steps]
    chain = [step for step in mine if known.steps[step]["kind"] == "sequence"]
    return (chain or mine or [None])[-1]


def _without(known: Definitions, step: str, code: str, seen: frozenset[str] | None, *, on: int) -> str:
    if not has_begun(known, step=step, code=code, on=on):
        return "not_applicable"
    return "missing" if seen is None or code in seen else "withheld"


OVERLAP_COLUMNS = [
    "step",
    "unit",
    "territory_code",
    "value",
    "on_date",
    "source",
    "address",
    "basis",
    "note",
    "of_step",
    "of_value",
    "of_date",
    "of_address",
    "others",
]


def overlaps(
    engine: sa.Engine, *, territory: str, on: int, cut: int, scope: str, known: Definitions | None = None
) -> pd.DataFrame:
    """How many are in several programmes at once, where a source says so; in the nearest territory that has the figure.

    One row per overlap that is known by the day `on`: step, unit, territory_code, value (count, float), on_date,
    source, address, basis, note; of_step, of_value, of_date, of_address: the first of its programmes that counts the
    same unit, as it stood on that day, NaN and empty where it is not known; others: the programmes besides, a tuple of
    ids.
    """
    known = known or definitions(engine, cut=cut)
    steps = {key: body for key, body in known.steps.items() if body.get("overlaps")}
    if not steps:
        return of_rows([], OVERLAP_COLUMNS)
    with engine.connect() as connection:
        line = lineage(connection, of=territory)
    asked = {"cut": cut, "scope": scope, "known": known, "with_change": False}
    where = sa.and_(series.c.territory.in_(line), series.c.step.in_(list(steps)))
    said = spoken(figures(engine, where=where, on=on, **asked))
    rows = []
    for step, body in steps.items():
        for unit in body["units"]:
            here = [said[code, step, unit] for code in reversed(line) if (code, step, unit) in said]
            figure = next((one for one in here if one.state == "shown" and not is_partial(one)), None)
            if figure is None:
                continue
            whole = _beside(engine, known, figure, body["overlaps"], asked)
            of = (whole.step, whole.value, whole.on_date, whole.address) if whole else ("", math.nan, math.nan, "")
            others = tuple(
                dict.fromkeys(
                    name.partition(".")[0] for name in body["overlaps"] if whole is None or name != whole.step
                )
            )
            rows.append(
                (step, unit, figure.territory_code, figure.value, figure.on_date, figure.source, figure.address)
                + (figure.basis, figure.note, *of, others)
            )
    return of_rows(rows, OVERLAP_COLUMNS, floats=("value", "of_value", "on_date", "of_date"))


def _beside(engine: sa.Engine, known: Definitions, figure: Figure, names: Iterable[str], asked: dict) -> Figure | None:
    """The first of the programmes of an overlap that counts its unit, on its day and in its territory."""
    for name in names:
        if figure.unit not in known.steps.get(name, {}).get("units", ()):
            continue
        where = sa.and_(
            series.c.territory == figure.territory_code, series.c.step == name, series.c.unit == figure.unit
        )
        said = spoken(figures(engine, where=where, on=figure.on_date, **asked))
        found = said.get((figure.territory_code, name, figure.unit))
        if found is not None and found.state == "shown" and not is_partial(found):
            return found
    return None


# --------------------------------------------------------------------------------------------------------- convergence


PROJECT_COLUMNS = [
    "id",
    "event",
    "programme",
    "title",
    "territory_code",
    "on_date",
    "amount",
    "beneficiaries",
    "source",
]


def projects(engine: sa.Engine, *, territory_code: str, on: int, cut: int, scope: str) -> pd.DataFrame:
    """The projects listed in a territory and below it by the day `on`, as known at `cut`, in administrative order.

    One row per project: id, event (the last one that said something of it), programme (in the office's words), title,
    territory_code, on_date (day), amount (dirhams, float, NaN: not known), beneficiaries (persons, float), source. Of
    territories that the reader may not see there is no row.
    """
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        below = visible(connection, scope=territory_code)
        if below is not None:
            below = below - frozenset(lineage(connection, of=territory_code)[:-1])
        rows = connection.execute(_LISTED, {"cut": cut, "on": on}).all()
    kept = [
        row for row in rows if (below is None or row.territory in below) and (seen is None or row.territory in seen)
    ]
    return of_rows(kept, PROJECT_COLUMNS, floats=("amount", "beneficiaries"))


def _listed() -> sa.Select:
    newest = (
        sa.select(project.c.id, sa.func.max(project.c.event).label("event"))
        .where(project.c.event <= parameter("cut"))
        .group_by(project.c.id)
        .subquery()
    )
    columns = [project.c["territory" if name == "territory_code" else name] for name in PROJECT_COLUMNS]
    return (
        sa.select(*columns)
        .join(newest, sa.and_(project.c.id == newest.c.id, project.c.event == newest.c.event))
        .join(territory, territory.c.code == project.c.territory)
        .where(project.c.withdrawn == 0, project.c.on_date <= parameter("on"))
        .order_by(territory.c.position, project.c.on_date, project.c.event, project.c.id)
    )


_LISTED = _listed()

GAP_COLUMNS = [
    "territory_code",
    "actual",
    "on_date",
    "target",
    "gap",
    "remaining",
    "unit",
    "state",
    "source",
    "projects",
    "amount",
    "without_amount",
    "programmes",
]


def convergence(
    engine: sa.Engine,
    *,
    parent: str,
    indicator: str,
    on: int,
    cut: int,
    scope: str,
    level: str | None = None,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """The gap of each child of a territory, and beside it the projects that are listed there, in administrative order.

    One row per child that the reader may see: territory_code; actual, on_date, target, gap, remaining, source, state:
    as in `queries.targets.children`; unit; projects (how many, those of what lies below with them), amount (dirhams of
    those whose amount is known, float), without_amount (how many are not), programmes (a tuple, as the office writes
    them).
    Nothing is said of what a project brought about.
    """
    known = known or definitions(engine, cut=cut)
    asked = {"on": on, "cut": cut, "scope": scope}
    below = promises.children(engine, indicator=indicator, parent=parent, level=level, known=known, **asked)
    listed = projects(engine, territory_code=parent, **asked)
    with engine.connect() as connection:
        above = {code: set(lineage(connection, of=code)) for code in set(listed["territory_code"])}
    rows = []
    for row in below.to_dict("records"):
        if row["territory_code"] in (promises.OTHER, promises.NOT_ATTRIBUTABLE):
            continue
        inside = np.array([row["territory_code"] in above[code] for code in listed["territory_code"]], dtype=bool)
        mine = listed[inside]
        rows.append(
            [row[name] for name in GAP_COLUMNS[:6]]
            + [row["unit"], row["state"], row["source"], len(mine), float(mine["amount"].sum())]
            + [int(mine["amount"].isna().sum()), tuple(dict.fromkeys(mine["programme"]))]
        )
    return of_rows(rows, GAP_COLUMNS, floats=("actual", "on_date", "target", "gap", "remaining", "amount"))
