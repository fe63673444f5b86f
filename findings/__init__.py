"""The catalogue of findings: each one's name, its choices, the query that answers it, the panel that says it.

Pages, agendas and documents ask here, so that the same question has one answer everywhere.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from findings import recommendations as recommending
from findings.reader import ADMINISTRATOR, READER, Answer, Reader
from findings.recalled import marks as marks_of_meetings
from findings.review import review
from panels import Panel, html, plot, rows_of
from panels import access as say_access
from panels import actions as say_actions
from panels import branches as say_branches
from panels import chain as say_chain
from panels import changes as say_changes
from panels import events as say_events
from panels import figures as say_figures
from panels import forms as say_forms
from panels import levers as say_levers
from panels import map as say_map
from panels import method as say_method
from panels import recommendations as say_recommendations
from panels import reconcile as say_reconcile
from panels import remarks as say_remarks
from panels import rulings as say_rulings
from panels import situation as say_situation
from panels import sources as say_sources
from panels import stages as say_stages
from panels import targets as say_targets
from panels import transition as say_transition
from panels import typing as say_typing
from panels import window as say_window
from panels.lengths import lengths_html
from queries import access as accesses
from queries import actions as journal
from queries import branches as law
from queries import chain, changes, events, forecasts, movements, refusals, territories, transition, trend
from queries import levers as pulling
from queries import map as geography
from queries import reconcile as reconciling
from queries import remarks as objections
from queries import rulings as judgements
from queries import sources as deliveries
from queries import stages as waiting
from queries import targets as promises
from queries import typing as grids
from queries import window as filing
from queries.cuts import Keeper, last_said, latest_cut, latest_events
from queries.definitions import Definitions, definitions
from queries.figures import of_territory
from queries.forecasts import open_cuts
from queries.methods import calendar, pace, verdict
from queries.silence import silent_children
from queries.situation import quotations, quoted, readings

OFFICES = territories.OFFICES
"""The levels of what a prefecture enters itself, which has no boundaries."""


@dataclass(frozen=True)
class Finding:
    """A question that the product answers. `choices`: what may be chosen, the names of `answer`'s other arguments."""

    name: str
    choices: tuple[str, ...]
    answer: Callable[..., Answer]


MOST_READINGS = 4
"""The kingdom, the region, the prefecture, and what was chosen below it."""


@dataclass(frozen=True)
class _Line:
    """Where the first screen reads: the territories from the kingdom down to the chosen one, their levels, and for each
    what a sum over so many of its children counts."""

    codes: tuple[str, ...]
    levels: dict[str, str]
    children: dict[str, dict[int, str]]


@dataclass(frozen=True)
class _Part:
    """What the first screen says of one programme. panel: None where it is not in view; path, promise: None where there
    is none. shown: whether its headline is known in the chosen territory. listed, known: whether any figure of its
    steps is, there and anywhere on the line."""

    panel: Panel | None = None
    path: Panel | None = None
    promise: Panel | None = None
    shown: bool = False
    listed: bool = False
    known: bool = False


_UNDEFINED = ""
"""The part for figures of steps that are no longer defined: nothing is said of them but that there are some."""

_lines: Keeper = Keeper(256)
_tables: Keeper = Keeper(128)
_parts: Keeper = Keeper(640)
"""Parts by the last event that touched their steps: an import moves the counts of a few steps, and what is said of the
other programmes stays what it was."""


def _situation(reader: Reader, *, territory: str, on: int) -> Answer:
    known = reader.known
    reference = latest_events(reader.engine)[1]
    line = _lines.get(reader.engine, (territory, reference))
    if line is None:
        line = _line(reader.engine, territory)
        _lines.keep(reader.engine, {(territory, reference): line})
    said = last_said(reader.engine, cut=reader.cut)
    made_of = {programme: _steps_of(known, programme) for programme in known.programmes}
    undefined = said.steps.keys() - frozenset().union(*made_of.values())
    common = (
        territory,
        on,
        reader.scope,
        reader.role,
        reader.locale,
        reader.wording,
        reference,
    )
    told = forecasts.newest_of_steps(reader.engine, cut=reader.cut)
    keys = {
        programme: (programme, said.of(steps), tuple(told.get(step) for step in sorted(steps)), *common)
        for programme, steps in {**made_of, _UNDEFINED: undefined}.items()
    }
    parts = {programme: part for programme, key in keys.items() if (part := _parts.get(reader.engine, key)) is not None}
    missing = [programme for programme in keys if programme not in parts]
    if missing:
        # Of what is no longer defined the steps are not known by name: they are among all.
        steps = None if _UNDEFINED in missing else frozenset().union(*(made_of[programme] for programme in missing))
        made = _parts_of(reader, missing, line=line, territory=territory, on=on, steps=steps)
        _parts.keep(reader.engine, {keys[programme]: part for programme, part in made.items()})
        parts |= made
    ordered = [(programme, parts[programme["id"]]) for programme in known.ordered_programmes]
    in_view = [(programme, part) for programme, part in ordered if part.panel is not None]
    others = {programme["id"]: part.panel for programme, part in in_view if not programme.get("featured")}
    featured = [(programme["id"], part) for programme, part in in_view if programme.get("featured")]
    objected = _open_remarks(reader, line.codes)
    carded = {programme for programme, _ in featured}
    said_beside = say_remarks.sentences(objected, locale=reader.locale)
    # Of programmes that have no card of their own here.
    beyond = objected[[step.partition(".")[0] not in carded for step in objected["step"]]]
    facts = {
        "line": line.codes,
        "remarked": {programme: told for programme, told in said_beside.items() if programme in carded},
        "remarks": say_remarks.listing(beyond, title="remarks.beside_title", locale=reader.locale)
        if len(beyond)
        else None,
        "promises": {programme["id"]: part.promise for programme, part in ordered if part.promise is not None},
        "others": _others(reader, others, keys, line) if others else None,
        "listed": any(part.listed for part in parts.values()),
        "silent": not any(part.shown for part in parts.values()),
        "empty": not any(part.known for part in parts.values()),
    }
    paths = {programme: part.path for programme, part in featured if part.path is not None}
    return Answer(tuple(part.panel for _, part in featured), paths, facts)


def _others(reader: Reader, panels: Mapping[str, Panel], keys: Mapping[str, tuple], line: _Line) -> Panel:
    """The table of the programmes that are not on the first screen: the same as long as each of them is."""
    key = tuple(keys[programme] for programme in panels)
    found = _tables.get(reader.engine, key)
    if found is None:
        found = say_situation.others(list(panels.values()), line=line.codes, locale=reader.locale)
        _tables.keep(reader.engine, {key: found})
    return found


def _line(engine: sa.Engine, territory: str) -> _Line:
    with engine.connect() as connection:
        codes = territories.lineage(connection, of=territory)
        levels = {code: territories.level_of(connection, code) or "" for code in codes}
        children = territories.summed_over(connection, line=codes)
    if len(codes) > MOST_READINGS:
        codes = (*codes[: MOST_READINGS - 1], codes[-1])
    return _Line(codes, levels, children)


def _steps_of(known: Definitions, programme: str) -> frozenset[str]:
    """The steps whose counts are looked at for what the first screen says of a programme: its own, and what its
    indicators count and divide by."""
    own = {step for step in known.steps if step.partition(".")[0] == programme}
    indicators = known.indicators_of(programme)
    headline = known.indicators.get(known.programmes[programme].get("headline", ""))
    for indicator in (*indicators, *([headline] if headline else ())):
        own |= {
            count["step"] for part in ("numerator", "denominator") if "step" in (count := indicator.get(part) or {})
        }
    return frozenset(own)


def _parts_of(
    reader: Reader, programmes: list[str], *, line: _Line, territory: str, on: int, steps: frozenset[str] | None
) -> dict[str, _Part]:
    """What the first screen says of these programmes, read at once. steps: those of theirs; None for all there are."""
    known, codes = reader.known, line.codes
    asked = {"on": on, **reader.asked}
    headline, found = readings(reader.engine, territories=codes, **asked, programmes=programmes, steps=steps)
    printed = quoted(reader.engine, found=found, on=on, cut=reader.cut, territories=codes, known=known)
    printed = _shown(printed, known)
    silent = {}
    for level, counts in _partial_counts(headline, territory, line.children.get(territory, {})).items():
        silent |= silent_children(
            reader.engine, of=territory, counts=counts, on=on, cut=reader.cut, scope=reader.scope, level=level
        )
    headlines = _headlines(known, among=programmes)
    histories = trend.nearest_histories(reader.engine, line=codes, counts=headlines, **asked)
    acted = journal.beside(
        reader.engine,
        counts={(code, step) for (step, _), (code, _) in histories.items()},
        cut=reader.cut,
        scope=reader.scope,
    )
    promised = {key for key, body in known.indicators.items() if body["programme"] in programmes}
    standing = promises.standings(reader.engine, territories=codes, **asked, found=found, only=promised)
    cards = _promises(standing, known, territory=territory, locale=reader.locale, role=reader.role)
    around = say_situation.beside(found, printed)
    by_programme = say_situation.by_programme(headline)
    told = set(zip(found["step"].tolist(), found["territory_code"].tolist(), strict=True))
    parts = {}
    for key in programmes:
        programme = known.programmes.get(key, {})
        of_it = _steps_of(known, key) if programme else {step for step, _ in told} - known.steps.keys()
        flags = {
            "listed": any(code == territory and step in of_it for step, code in told),
            "known": any(step in of_it for step, _ in told),
        }
        mine = by_programme.get(key)
        if mine is None:
            parts[key] = _Part(promise=cards.get(key), **flags)
            continue
        states = zip(mine["territory_code"].tolist(), mine["state"].tolist(), strict=True)
        shown = any(code == territory and state == "shown" for code, state in states)
        panel = path = None
        if _in_view(programme, mine):
            panel = say_situation.situation(
                mine,
                found,
                printed,
                programme=key,
                levels=line.levels,
                locale=reader.locale,
                silent=silent,
                around=around,
                threshold=known.small_cell,
                children=line.children,
            )
            if programme.get("featured"):
                path = _path(histories, mine, acted, locale=reader.locale)
        parts[key] = _Part(panel, path, cards.get(key), shown, **flags)
    return parts


def _promises(
    standing: list[promises.Standing], known: Definitions, *, territory: str, locale: str, role: str
) -> dict[str, Panel]:
    """For each programme the card of its headline's count beside its target, in the nearest territory that has one.

    What a territory above has not reached is not for this one to answer for: it wears none of its red.
    """
    headlines = {known.programmes[p].get("headline") for p in known.programmes}
    nearest = {row.programme: row for row in standing if row.indicator in headlines and not math.isnan(row.target)}
    cards = {}
    for programme_id, row in nearest.items():
        card = say_targets.card(row, locale=locale, with_probability=role != READER)
        if row.territory_code != territory and card.parts["tone"] == "bad":
            card = replace(card, parts=card.parts | {"tone": "elsewhere"})
        cards[programme_id] = card
    return cards


SPLITS = promises.SPLIT_BY
"""By what a target may be shared out."""


def _targets(
    reader: Reader, *, territory: str, on: int, indicator: str, level: str | None, split: str | None
) -> Answer:
    known = reader.known
    asked = {"on": on, **reader.asked}
    definition = known.indicators[indicator]
    step, unit = definition["numerator"]["step"], definition["numerator"]["unit"]
    standing = promises.progress(reader.engine, territories=[territory], indicators={indicator}, shares=True, **asked)
    mine = [row for row in standing.itertuples(index=False) if row.indicator == indicator]
    offered = promises.split_choices(known, indicator)
    by = split if split in offered else None
    cards = tuple(say_targets.card(row, locale=reader.locale, with_probability=reader.role != READER) for row in mine)
    course = promises.course(reader.engine, indicator=indicator, territory=territory, **asked)
    below = promises.children(reader.engine, indicator=indicator, parent=territory, level=level, by=by, **asked)
    told = {"parent": territory, "indicator": indicator, "locale": reader.locale}
    # A table of nothing but "not available" tells nobody anything.
    known_below = bool(len(below)) and bool(below["actual"].notna().any())
    promised = any(not math.isnan(row.target) for row in mine)
    children = below[~below["territory_code"].isin([promises.OTHER, promises.NOT_ATTRIBUTABLE])]
    unset = children[children["set_by"].isin(["", verdict.ARITHMETICAL])]
    facts = {
        "course": say_recommendations.marked(
            say_targets.course(
                course, indicator=indicator, territory=territory, step=step, unit=unit, on=on, locale=reader.locale
            ),
            journal.beside(reader.engine, counts={(territory, step)}, cut=reader.cut, scope=reader.scope).get(
                (territory, step)
            ),
            marks_of_meetings(reader, territory, step),
            locale=reader.locale,
        )
        if len(course.actual)
        else None,
        "children": say_targets.children(below, **told) if known_below else None,
        "carried": say_targets.carried(below, **told) if known_below else None,
        "promised": promised,
        # Of shares alone it can be asked by what they were made; offices of the chain have no census.
        "splits": offered if promised and len(unset) and level is None else (),
        "taken_over": known.steps[step].get("predecessor", ""),
        "unshared": promised and bool(len(unset)) and bool(unset["target"].isna().all()),
    }
    return Answer(cards, facts=facts)


def _alerts(reader: Reader, *, territory: str, on: int) -> Answer:
    found = promises.alerts(reader.engine, territory=territory, on=on, **reader.asked)
    return Answer((say_targets.alerts(found, locale=reader.locale),))


def _target_map(
    reader: Reader,
    *,
    territory: str,
    on: int,
    indicator: str,
    boundaries: str,
    show: str,
    split: str | None,
) -> Answer:
    by = split if split in promises.split_choices(reader.known, indicator) else None
    below = promises.children(reader.engine, indicator=indicator, parent=territory, on=on, by=by, **reader.asked)
    # The map of verdicts is for who prepares the meeting; a reader gets that of the pace needed, whatever he asks for.
    show = "need" if reader.role == READER else show
    panel = say_targets.verdict_map(
        below, parent=territory, indicator=indicator, boundaries=boundaries, show=show, locale=reader.locale
    )
    return Answer((panel,))


def _target_history(reader: Reader) -> Answer:
    known = reader.known
    said = promises.all_targets(reader.engine, **reader.asked)
    return Answer((say_targets.history(said[said["indicator"].isin(known.indicators)], locale=reader.locale),))


def _judged(reader: Reader) -> Answer:
    known = reader.known
    found = forecasts.judged(reader.engine, cut=reader.cut, scope=reader.scope)
    return Answer((say_targets.judged(found[found["indicator"].isin(known.indicators)], locale=reader.locale),))


def _figures(reader: Reader, *, territory: str, on: int) -> Answer:
    known = reader.known
    found = of_territory(reader.engine, territory=territory, on=on, **reader.asked)
    remarked = say_remarks.beside(_open_remarks(reader, [territory]), locale=reader.locale)
    panel = say_figures.figures(found, known, territory=territory, locale=reader.locale, remarked=remarked)
    return Answer((panel,))


def _open_remarks(reader: Reader, territories: Sequence[str] | None) -> pd.DataFrame:
    """The remarks that nobody has ruled on yet."""
    return objections.remarks(reader.engine, **reader.asked, territories=territories, only_open=True)


def _shown(frame: pd.DataFrame, known: Definitions) -> pd.DataFrame:
    """The rows of a frame whose step is not kept from the reader."""
    return frame[~frame["step"].isin(known.hidden_steps)] if known.hidden_steps else frame


def _partial_counts(
    headline: pd.DataFrame, territory: str, children: dict[int, str]
) -> dict[str | None, set[tuple[str, str]]]:
    """The counts (step, unit) that stand for a territory as sums over some of its children only, by the level of these.

    children: the level by their number; None where it is none of these, for those of the map.
    """
    columns = ("step", "unit", "territory_code", "basis", "reporting", "expected")
    found: dict[str | None, set[tuple[str, str]]] = {}
    for step, unit, code, basis, reporting, expected in zip(*map(headline.get, columns), strict=True):
        if code == territory and basis == "summed" and reporting < expected:
            found.setdefault(children.get(expected), set()).add((step, unit))
    return found


def _in_view(programme: dict, mine: pd.DataFrame) -> bool:
    """A programme is in view once it has begun somewhere on the line, and as long as a figure of it is not late."""
    states = mine["state"].tolist()
    if all(state == "not_applicable" for state in states):
        return False
    return not programme.get("ended") or any(
        state == "shown" and not late for state, late in zip(states, mine["late"].tolist(), strict=True)
    )


def _path(
    histories: dict[tuple, tuple[str, pd.DataFrame]],
    mine: pd.DataFrame,
    acted: dict[tuple[str, str], pd.DataFrame],
    *,
    locale: str,
) -> Panel | None:
    """The path of a programme's count, in the nearest territory that has one, from the chosen one up, with the actions
    there."""
    step, unit = mine["step"].iloc[0], mine["unit"].iloc[0]
    if (step, unit) not in histories:
        return None
    code, history = histories[step, unit]
    path = say_situation.path(history, step=step, unit=unit, territory=code, locale=locale)
    return say_actions.marked(path, acted.get((code, step)), locale=locale)


def _map(
    reader: Reader, *, territory: str, on: int, indicator: str, show: str, level: str | None, boundaries: str
) -> Answer:
    known = reader.known
    frame = geography.by_child(
        reader.engine,
        parent=territory,
        indicator=indicator,
        on=on,
        cut=reader.cut,
        scope=reader.scope,
        level=level,
        known=known,
    )
    with reader.engine.connect() as connection:
        below = territories.level_of(connection, frame["territory_code"].iloc[0]) if len(frame) else None
    panel = say_map.territories_map(
        frame,
        parent=territory,
        indicator=known.indicators[indicator],
        show=show,
        level=below or "commune",
        boundaries=boundaries,
        on=on,
        locale=reader.locale,
        threshold=known.small_cell,
    )
    return Answer((panel,))


def _chain(reader: Reader, *, territory: str) -> Answer:
    place = chain.prefecture(reader.engine, of=territory) or territory
    listed = chain.offices(reader.engine, of=place, scope=reader.scope)
    ground = chain.covered(reader.engine, of=place, scope=reader.scope)
    panels = [say_chain.offices(listed, place=place, locale=reader.locale)]
    if not ground.empty:
        panels.append(say_chain.covered(ground, place=place, locale=reader.locale))
    return Answer(tuple(panels), facts={"empty": listed.empty, "place": place})


def _method(reader: Reader, *, on: int) -> Answer:
    known = reader.known
    panels = [
        say_method.definition(indicator, programme, known.steps, locale=reader.locale)
        for programme in known.ordered_programmes
        for indicator in known.indicators_of(programme["id"])
    ]
    printed = _shown(quotations(reader.engine, on=on, cut=reader.cut), known)
    facts = {
        "quotations": say_method.quotations(printed, locale=reader.locale),
        "small_cell": known.small_cell,
        "rules": say_targets.rules(THRESHOLDS, locale=reader.locale),
    }
    return Answer(tuple(panels), facts=facts)


THRESHOLDS: dict[str, float] = {
    "ahead_by": float(verdict.AHEAD_BY),
    "below_by": float(verdict.BELOW_BY),
    "floor": float(verdict.FLOOR),
    "likely": float(verdict.LIKELY),
    "unlikely": float(verdict.UNLIKELY),
    "tolerance": float(pace.TOLERANCE),
    "ramadan": float(calendar.RAMADAN_SHARE),
    "weeks": verdict.WEEKS_FOR_PROBABILITY,
    "oldest": pace.OLDEST,
}
"""What the rules of verdicts and pace turn on, as the methods have it, for the Method page to say."""


def _events(reader: Reader, *, on: int) -> Answer:
    log = events.log(reader.engine, cut=reader.cut, scope=reader.scope)
    known = reader.known
    fresh = _shown(events.freshness(reader.engine, on=on, cut=reader.cut, scope=reader.scope), known)
    return Answer(
        (say_events.freshness(fresh, locale=reader.locale), say_events.log(log, locale=reader.locale)),
        facts={
            "empty": not (log["kind"] == "import").any(),
            "imports": say_events.withdrawable(log, locale=reader.locale),
            "erasable": say_events.erasable(log, locale=reader.locale),
        },
    )


def _remarks(reader: Reader) -> Answer:
    found = objections.remarks(reader.engine, **reader.asked)
    is_open = (found["state"] == "open").to_numpy(dtype=bool)
    panels = (
        say_remarks.listing(found[is_open].reset_index(drop=True), title="remarks.open_title", locale=reader.locale),
        say_remarks.listing(
            found[~is_open].sort_values("event", ascending=False, kind="stable").reset_index(drop=True),
            title="remarks.settled_title",
            locale=reader.locale,
        ),
    )
    return Answer(panels)


def _changes(
    reader: Reader, *, kind: str, territory: str, first: int | None, last: int | None, limit: int, offset: int
) -> Answer:
    asked = {"kind": kind, "territory_code": territory, "first": first, "last": last}
    found = changes.events(reader.engine, cut=reader.cut, scope=reader.scope, limit=limit + 1, offset=offset, **asked)
    return Answer((say_changes.events(found.head(limit), locale=reader.locale),), facts={"more": len(found) > limit})


def _changes_kinds(reader: Reader) -> Answer:
    return Answer(
        (), facts={"kinds": say_changes.kinds(changes.kinds(reader.engine, cut=reader.cut), locale=reader.locale)}
    )


def _changed_figures(reader: Reader, *, number: int, territory: str, limit: int, offset: int) -> Answer:
    asked = {"number": number, "territory_code": territory, "limit": limit + 1, "offset": offset}
    found = changes.touched(reader.engine, **asked, **reader.asked)
    panel = say_changes.touched(
        found.head(limit), number=number, threshold=reader.known.small_cell, locale=reader.locale
    )
    return Answer((panel,), facts={"more": len(found) > limit})


def _rulings(reader: Reader) -> Answer:
    frame, groups = judgements.waiting(reader.engine, **reader.asked)
    said = judgements.answers(reader.engine, cut=reader.cut, scope=reader.scope)
    threshold = reader.known.small_cell
    return Answer(
        say_rulings.waiting(frame, groups, threshold=threshold, locale=reader.locale),
        facts={"answers": say_rulings.answers(said, locale=reader.locale)},
    )


def _reconcile(
    reader: Reader,
    *,
    territory: str,
    on: int,
    step: str,
    unit: str,
    heard: tuple[float, float, bool],
    by: str,
    today: int,
    namesakes: tuple[str, ...],
) -> Answer:
    known = reader.known
    asked, said = reconciling.Asked(territory, step, unit, on), reconciling.Heard(*heard)
    ours, frame = reconciling.reconciled(
        reader.engine,
        asked=asked,
        heard=said,
        today=today,
        cut=reader.cut,
        scope=reader.scope,
        namesakes=namesakes,
        known=known,
    )
    panel = say_reconcile.reconciliation(ours, frame, asked=asked, heard=said, by=by, locale=reader.locale)
    folded = say_reconcile.folded(ours, frame, heard=said, locale=reader.locale)
    return Answer((panel,), facts={"folded": folded if folded.parts["rows"] else None})


def _actions(
    reader: Reader, *, territory: str, kinds: tuple[str, ...], first: int | None, last: int | None, chronological: bool
) -> Answer:
    known = reader.known
    asked = {
        "territory_code": territory,
        "cut": reader.cut,
        "scope": reader.scope,
        "kinds": kinds,
        "first": first,
        "last": last,
    }
    found = _shown(journal.actions(reader.engine, chronological=chronological, **asked), known)
    gone = _shown(journal.actions(reader.engine, chronological=True, withdrawn=True, **asked), known)
    listing, withdrawn = (
        say_actions.listing(frame, name=name, locale=reader.locale)
        for frame, name in ((found, "listed"), (gone, "withdrawn"))
    )
    facts = {
        "costs": say_actions.costs(journal.by_kind(found), locale=reader.locale),
        "withdrawn": withdrawn,
        "choices": say_actions.choices(found, locale=reader.locale),
        "gone": say_actions.choices(gone, locale=reader.locale),
    }
    return Answer((listing,), facts=facts)


def _stages(reader: Reader, *, territory: str, on: int, programme: str) -> Answer:
    known = reader.known
    asked = {"territory": territory, "on": on, **reader.asked}
    found = waiting.stages(reader.engine, programme=programme, **asked)
    mine = found.frame[found.frame["to_step"].isin(found.chain)]
    told = {"territory": territory, "locale": reader.locale}
    branches = say_stages.branches(
        found.nodes,
        found.frame,
        registers=[p["id"] for p in known.ordered_programmes if p["kind"] == "register"],
        programme=programme,
        threshold=known.small_cell,
        **told,
    )
    passages = say_stages.passages(mine, programme=programme, threshold=known.small_cell, **told)
    exits = tuple(step for step, body in known.steps.items() if body["kind"] == "exit" and _of(step) == programme)
    reasons = refusals.refusals(reader.engine, steps=exits, **asked)
    facts = {
        "priority": None if found.priority is None else say_stages.priority(found.priority, mine, **told),
        "unnamed": say_stages.unnamed(found.why, **told) if found.priority is None else "",
        "cohorts": say_stages.cohorts(found.cohorts, threshold=known.small_cell, locale=reader.locale),
        "refusals": say_stages.refusals(reasons, threshold=known.small_cell, measure="flow", **told),
        "refusable": bool(exits),
        "bodies": say_stages.bodies(waiting.bodies(found.frame), on=on, **told),
        "movements": _movements(reader, territory=territory, on=on, programme=programme),
        "empty": not (found.nodes["state"] == "shown").any(),
    }
    return Answer((branches, passages), facts=facts)


def _of(step: str) -> str:
    """The programme of a step."""
    return step.partition(".")[0]


def _movements(reader: Reader, *, territory: str, on: int, programme: str) -> Panel | None:
    """What the stock of a programme did from month to month: of its headline's count, where that may fall."""
    known = reader.known
    indicator = known.indicators.get(known.programmes[programme].get("headline", ""))
    if indicator is None or not known.steps.get(indicator["numerator"]["step"], {}).get("can_fall"):
        return None
    step, unit = indicator["numerator"]["step"], indicator["numerator"]["unit"]
    count = {"territory": territory, "step": step, "unit": unit}
    frame = movements.movements(reader.engine, on=on, **count, **reader.asked)
    return say_stages.movements(frame, locale=reader.locale, **count)


def stage_choices(engine: sa.Engine, *, cut: int, role: str = ADMINISTRATOR) -> tuple[str, ...]:
    """The programmes whose stages may be looked at, those of the first screen first: what hangs on the registers, then
    the registers themselves."""
    known = definitions(engine, cut=cut).seen_by(role)
    lines = waiting.chains(known)
    bodies = {p["id"]: p for p in known.ordered_programmes}
    order = sorted(lines, key=lambda p: (bodies[p]["kind"] == "register", not bodies[p].get("featured")))
    return tuple(order)


def _transition(
    reader: Reader, *, territory: str, on: int, programme: str, unit: str, level: str | None, below: str
) -> Answer:
    known = reader.known
    body = known.programmes[programme]["transition"]
    asked = {"on": on, **reader.asked}
    count = {"programme": programme, "unit": unit}
    frame = transition.parts(reader.engine, territory=territory, **count, **asked)
    (left,) = rows_of(transition.remaining(reader.engine, territories=[territory], **count, **asked))
    children = transition.below(reader.engine, parent=below, level=level, **count, **asked)
    told = {"territory": territory, "locale": reader.locale}
    ended = transition.day_of(body["former_on"])
    parts = say_transition.parts(frame, left, programme=programme, former_on=ended, threshold=known.small_cell, **told)
    reasons = refusals.refusals(
        reader.engine,
        territory=territory,
        steps=[body["waiting"]] if body.get("waiting") in known.steps else [],
        measure="stock",
        **asked,
    )
    facts = {
        "below": say_transition.below(
            children,
            unit=unit,
            old=_of(body["former"]),
            threshold=known.small_cell,
            territory=below,
            locale=reader.locale,
        ),
        "reasons": say_stages.refusals(reasons, threshold=known.small_cell, measure="stock", **told),
        "band": say_transition.band(frame, **told),
        "empty": not (frame["state"] == "shown").any(),
        "former": body["former"],
        "former_on": ended,
        "has_former": left.former is not None,
    }
    return Answer((parts,), facts=facts)


def transition_choices(engine: sa.Engine, *, cut: int, role: str = ADMINISTRATOR) -> dict[str, tuple[str, ...]]:
    """The programmes that took over from another, each with the units in which that may be read."""
    known = definitions(engine, cut=cut).seen_by(role)
    return {programme: transition.units(known, programme) for programme in transition.programmes(known)}


def _access(
    reader: Reader,
    *,
    since: int,
    until: int,
    by_role: str,
    what: str,
    account: str,
    limit: int,
    pages: Mapping[str, str],
) -> Answer:
    if reader.role != ADMINISTRATOR:
        return Answer(())
    asked = {"since": since, "until": until, "by_role": by_role, "what": what, "account": account, "limit": limit}
    frame, total = accesses.log(reader.engine, scope=reader.scope, **asked)
    number, digest = accesses.last(reader.engine)
    panel = say_access.log(frame, total=total, pages=pages, locale=reader.locale)
    return Answer((panel,), facts={"total": total, "last": number, "digest": digest})


def _sources(reader: Reader, *, territory: str, on: int) -> Answer:
    known = reader.known
    frame, silent = deliveries.board(reader.engine, of=territory, on=on, **reader.asked)
    panel = say_sources.board(frame, silent, known.settings, on=on, locale=reader.locale)
    return Answer((panel,), facts={"deliveries": known.settings.get("delivery", ())})


def _form(reader: Reader, *, delivery: str, territory: str, first: int, last: int) -> Answer:
    known = reader.known
    block = next(found for found in known.settings.get("delivery", ()) if found["id"] == delivery)
    with reader.engine.connect() as connection:
        asked = {"of": territory, "scope": reader.scope, "known": known}
        base = deliveries.base_of(connection, **asked)
        codes = deliveries.offices(connection, level=block["level"], on=last, **asked)
    panel = say_forms.form(
        codes,
        deliveries.calendar_of(block).within(first, last),
        delivery=block,
        counts=[count for count in block["counts"] if count["step"] in known.steps],
        office=known.office,
        territory=base,
        locale=reader.locale,
    )
    return Answer((panel,))


def _grid(
    reader: Reader,
    *,
    delivery: str,
    step: str,
    unit: str,
    level: str,
    source: str,
    territory: str,
    first: int,
    last: int,
) -> Answer:
    known = reader.known
    if step not in known.steps:
        return Answer(())
    block = next((found for found in known.settings.get("delivery", ()) if found["id"] == delivery), None)
    with reader.engine.connect() as connection:
        asked = {"of": territory, "scope": reader.scope, "known": known}
        base = deliveries.base_of(connection, **asked)
        codes = deliveries.offices(connection, level=level, on=last, **asked)
    span = {"first": first, "last": last}
    cells = grids.cells(
        reader.engine,
        territories=codes,
        step=step,
        unit=unit,
        source=source,
        cut=reader.cut,
        scope=reader.scope,
        **span,
    )
    days = set(deliveries.calendar_of(block).within(**span) if block else range(first, last + 1))
    # What was reported on another day is seen too, and can be mended.
    days |= set(cells["on_date"].tolist())
    panel = say_typing.grid(cells, codes, sorted(days), step=step, unit=unit, territory=base, locale=reader.locale)
    return Answer((panel,))


def _typed(reader: Reader) -> Answer:
    known = reader.known
    declared = []
    for block in known.settings.get("delivery", ()):
        counts = [count for count in block["counts"] if count["step"] in known.steps]
        declared += [block | {"counts": counts}] if counts else []
    typed = grids.typed_events(reader.engine, cut=reader.cut, scope=reader.scope)
    return Answer(
        (),
        facts={
            "typed": say_typing.typed(typed, locale=reader.locale),
            "counts": tuple((step, unit) for step, body in known.steps.items() for unit in body["units"]),
            "deliveries": tuple(declared),
        },
    )


def _branches(reader: Reader, *, territory: str, on: int) -> Answer:
    places = tuple(dict.fromkeys((territory, territories.KINGDOM)))
    asked = {"on": on, **reader.asked}
    found = law.standing(reader.engine, territories=places, **asked)
    panels = [
        say_branches.branch(
            found[found["branch"] == name].reset_index(drop=True), name=name, territories=places, locale=reader.locale
        )
        for name in (*law.FOUR, law.BESIDE)
        if name in law.FOUR or (found["branch"] == name).any()
    ]
    twice = law.overlaps(reader.engine, territory=territory, **asked)
    return Answer(tuple(panels), facts={"overlaps": say_branches.overlaps(twice, locale=reader.locale)})


def _convergence(reader: Reader, *, territory: str, on: int, indicator: str, level: str | None) -> Answer:
    asked = {"on": on, **reader.asked}
    below = law.convergence(reader.engine, parent=territory, indicator=indicator, level=level, **asked)
    del asked["known"]
    listed = law.projects(reader.engine, territory_code=territory, **asked)
    with reader.engine.connect() as connection:
        kind = territories.level_of(connection, below["territory_code"].iloc[0]) if len(below) else ""
    told = {"parent": territory, "indicator": indicator, "level": kind or "", "locale": reader.locale}
    facts = {
        "gaps": say_branches.gaps(below, **told) if below["actual"].notna().any() or len(listed) else None,
        "choices": say_branches.choices(listed, locale=reader.locale),
    }
    return Answer((say_branches.projects(listed, place=territory, locale=reader.locale),), facts=facts)


def _levers(reader: Reader, *, territory: str, on: int, indicator: str, change: tuple[tuple[str, int], ...]) -> Answer:
    asked = {"on": on, **reader.asked}
    found = pulling.outlook(reader.engine, indicator=indicator, territory_code=territory, change=dict(change), **asked)
    moved = any(value for _, value in change)
    told = {"territory": territory, "locale": reader.locale}
    days, a_day = pulling.van_means(found, dict(change))
    vans = pulling.van_days(reader.engine, indicator=indicator, parent=territory, days=days, files_a_day=a_day, **asked)
    facts = {
        "course": say_levers.course(found, on=on, **told),
        "means": say_levers.means(found.means, **told) if len(found.means) else None,
        "vans": say_levers.van_days(vans, parent=territory, days=days, files_a_day=a_day, locale=reader.locale)
        if len(vans)
        else None,
        # Where no day can be brought forward there is nothing to move.
        "ready": found.present is not None and found.ahead is not None,
    }
    return Answer((say_levers.card(found, changed=moved, **told),), facts=facts)


def _window(reader: Reader, *, territory: str, on: int, programme: str, year: int | None, by_remaining: bool) -> Answer:
    known = reader.known
    # A ranking is for who prepares the meeting: a reader gets the administrative order, whatever he asks for.
    prepares = reader.role != READER
    asked = {"programme": programme, "on": on, "year": year, **reader.asked}
    found = filing.course(reader.engine, territory=territory, **asked)
    clock = say_window.clock(found, territory=territory, on=on, locale=reader.locale)
    stages = say_window.stages(found, territory=territory, locale=reader.locale)
    with reader.engine.connect() as connection:
        own = territories.level_of(connection, territory)
        levels = territories.levels_below(connection, of=territory) if own not in ("country", "region") else (None,)
        above = territories.CHILD_LEVEL.get(own or "", "")
    # Offices where there are any: a family registers at its annex. Pupils have a lycée until they have passed.
    homes = "annex" if "annex" in levels else next((level for level in levels if level not in OFFICES), "")
    wanted = [level for level in ("school", homes) if level in levels and level != ""]
    tables = []
    for level in wanted:
        below = filing.children(reader.engine, parent=territory, level=level, **asked)
        if not below["population"].notna().any() or (level is None and not below["remaining"].notna().any()):
            continue
        told = {"parent": territory, "level": level or above, "unit": _counted(found), "names_first": prepares}
        tables.append(say_window.children(below, by_remaining=by_remaining and prepares, locale=reader.locale, **told))
    held = filing.windows(known, programme)
    facts = {
        "tables": tables if found.clock.population_step else [],
        "years": say_window.years(held, locale=reader.locale),
        "year": found.window.year,
        "known_years": tuple(one.year for one in held),
        "silent": not (found.stages["state"] == "shown").any(),
    }
    return Answer((clock, stages), facts=facts)


def _counted(found: filing.Course) -> str:
    """The unit of those that a window is for."""
    mine = found.stages[found.stages["role"].isin(["population", "gate"])]
    return (mine if len(mine) else found.stages)["unit"].iloc[0]


FINDINGS = {
    f.name: f
    for f in (
        Finding("situation", ("territory", "on"), _situation),
        Finding("figures", ("territory", "on"), _figures),
        Finding("map", ("territory", "on", "indicator", "show", "level", "boundaries"), _map),
        Finding("targets", ("territory", "on", "indicator", "level", "split"), _targets),
        Finding("target_map", ("territory", "on", "indicator", "boundaries", "show", "split"), _target_map),
        Finding("alerts", ("territory", "on"), _alerts),
        Finding("review", ("territory", "on", "quarter"), review),
        Finding("target_history", (), _target_history),
        Finding("judged", (), _judged),
        Finding("chain", ("territory",), _chain),
        Finding("method", ("on",), _method),
        Finding("access", ("since", "until", "by_role", "what", "account", "limit", "pages"), _access),
        Finding("events", ("on",), _events),
        Finding("rulings", (), _rulings),
        Finding("remarks", (), _remarks),
        Finding("changes", ("kind", "territory", "first", "last", "limit", "offset"), _changes),
        Finding("changes_kinds", (), _changes_kinds),
        Finding("changed_figures", ("number", "territory", "limit", "offset"), _changed_figures),
        Finding("sources", ("territory", "on"), _sources),
        Finding("form", ("delivery", "territory", "first", "last"), _form),
        Finding("grid", ("delivery", "step", "unit", "level", "source", "territory", "first", "last"), _grid),
        Finding("typed", (), _typed),
        Finding("reconcile", ("territory", "on", "step", "unit", "heard", "by", "today", "namesakes"), _reconcile),
        Finding("stages", ("territory", "on", "programme"), _stages),
        Finding("transition", ("territory", "on", "programme", "unit", "level", "below"), _transition),
        Finding("levers", ("territory", "on", "indicator", "change"), _levers),
        Finding("branches", ("territory", "on"), _branches),
        Finding("convergence", ("territory", "on", "indicator", "level"), _convergence),
        Finding("window", ("territory", "on", "programme", "year", "by_remaining"), _window),
        Finding("actions", ("territory", "kinds", "first", "last", "chronological"), _actions),
        Finding(
            "recommendations",
            ("territory", "on", "service", "state", "meeting", "overdue", "first", "last", "recommendation"),
            recommending.answer,
        ),
    )
}


def find(
    name: str,
    engine: sa.Engine,
    *,
    cut: int,
    scope: str,
    locale: str,
    role: str = ADMINISTRATOR,
    demonstration: bool = False,
    wording: int = 0,
    **choices: Any,
) -> Answer:
    """The answer to a finding, of what a reader of this role and scope may see. wording: as in `Reader`.

    With `demonstration` each panel carries the notice that its figures are made up. Raises KeyError for a finding there
    is not, TypeError for choices it does not have.
    """
    reader = Reader(engine, cut=cut, scope=scope, role=role, locale=locale, wording=wording)
    answer = FINDINGS[name].answer(reader, **choices)
    return _made_up(answer) if demonstration else answer


def _made_up(answer: Answer) -> Answer:
    """The answer with the notice of the demonstration in each of its panels, wherever they stand."""

    def marked(found: Any) -> Any:
        if isinstance(found, Panel):
            return replace(found, demonstration=True, parts=marked(found.parts), drawn={})
        if isinstance(found, dict):
            return {key: marked(inner) for key, inner in found.items()}
        if isinstance(found, tuple | list) and any(isinstance(inner, Panel) for inner in found):
            return type(found)(marked(inner) for inner in found)
        return found

    return Answer(marked(answer.panels), marked(answer.paths), marked(answer.facts))


def indicator_choices(engine: sa.Engine, *, cut: int, role: str = ADMINISTRATOR) -> tuple[tuple[str, str, bool], ...]:
    """The indicators that a map can show to this role, in order: (id, programme, whether it has a share)."""
    known = definitions(engine, cut=cut).seen_by(role)
    return tuple(
        (i["id"], p["id"], bool(i.get("denominator")))
        for p in known.ordered_programmes
        for i in known.indicators_of(p["id"])
    )


def target_choices(engine: sa.Engine, *, cut: int, scope: str, role: str = ADMINISTRATOR) -> tuple[str, ...]:
    """The indicators that a target may be set for: those that have one he may know of first, the others in order."""
    known = definitions(engine, cut=cut).seen_by(role)
    said = promises.all_targets(engine, cut=cut, scope=scope, known=known)
    promised = set(said.loc[said["current"], "indicator"])
    order = [i["id"] for p in known.ordered_programmes for i in known.indicators_of(p["id"])]
    return tuple(sorted(order, key=lambda i: i not in promised))


def count_choices(engine: sa.Engine, *, cut: int, role: str = ADMINISTRATOR) -> tuple[tuple[str, str], ...]:
    """Every count that a reader of this role may ask for, in order: (step, unit)."""
    known = definitions(engine, cut=cut).seen_by(role)
    return tuple((step, unit) for step, body in known.steps.items() for unit in body["units"])


def window_choices(engine: sa.Engine, *, cut: int, role: str = ADMINISTRATOR) -> tuple[str, ...]:
    """The programmes whose applications are filed in a window, of which this role is shown anything, in order."""
    return filing.programmes(definitions(engine, cut=cut).seen_by(role))


def lever_choices(engine: sa.Engine, *, cut: int, scope: str, role: str = ADMINISTRATOR) -> tuple[str, ...]:
    """The indicators that the prefecture can move: those with a target that he may know of first."""
    offered = target_choices(engine, cut=cut, scope=scope, role=role)
    return pulling.indicators(definitions(engine, cut=cut).seen_by(role), offered)


def service_choices(engine: sa.Engine, *, cut: int) -> tuple[str, ...]:
    """The services of the office's settings, by id."""
    return tuple(service["id"] for service in definitions(engine, cut=cut).settings.get("service", ()))


recommendation_labels = say_recommendations.labels
"""What the office calls a recommendation and several of them, in a language."""

capital = say_recommendations.capital


def headline_counts(engine: sa.Engine, *, cut: int, role: str = ADMINISTRATOR) -> tuple[tuple[str, str], ...]:
    """The counts (step, unit) of the headline indicators of the first screen that this role sees, in its order."""
    return _headlines(definitions(engine, cut=cut).seen_by(role))


def office(engine: sa.Engine, *, cut: int) -> dict[str, Any]:
    """What the office has settled about itself, as its file says it; empty where it has settled nothing."""
    return definitions(engine, cut=cut).settings


def _headlines(known: Definitions, *, among: Collection[str] | None = None) -> tuple[tuple[str, str], ...]:
    featured = [p for p in known.ordered_programmes if p.get("featured") and (among is None or p["id"] in among)]
    headlines = (p.get("headline") for p in featured)
    numerators = (known.indicators[h]["numerator"] for h in headlines if h in known.indicators)
    return tuple((n["step"], n["unit"]) for n in numerators)


def territory_choices(engine: sa.Engine, *, scope: str) -> tuple[tuple[str, str, str], ...]:
    """The territories that a reader of `scope` may choose, in administrative order: (code, level, parent)."""
    frame = territories.territories(engine)
    with engine.connect() as connection:
        seen = territories.visible(connection, scope=scope)
    kept = frame if seen is None else frame[frame["territory_code"].isin(seen)]
    return tuple(kept[["territory_code", "level", "parent_code"]].itertuples(index=False, name=None))


def levels_below(engine: sa.Engine, *, of: str) -> tuple[str, ...]:
    """The levels of what lies below a territory: that of its map, then those of its offices."""
    with engine.connect() as connection:
        return territories.levels_below(connection, of=of)


def writable(engine: sa.Engine, *, scope: str) -> frozenset[str] | None:
    """The territories whose counts one of `scope` may hand in: his own and those below; None for all."""
    if scope == territories.KINGDOM:
        return None
    with engine.connect() as connection:
        seen = territories.visible(connection, scope=scope)
        above = territories.lineage(connection, of=scope)[:-1]
    return (seen or frozenset()) - frozenset(above)


def date_choices(engine: sa.Engine, *, territory: str, cut: int, scope: str) -> tuple[int, ...]:
    """The days at which something is known of a territory or of what stands above it, newest first."""
    reference, said = latest_events(engine)[1], last_said(engine, cut=cut)
    before = _days.get(engine, (territory, scope, reference))
    # Of what came since, only the days have to be added, as long as nothing was emptied.
    days = None
    if before is not None and before[0] <= cut and before[1].everything == said.everything:
        steps = [step for step, number in said.steps.items() if number > before[0]]
        days = before[2] if not steps else _and_days_of(engine, before, steps, territory, cut=cut, scope=scope)
    if days is None:
        days = tuple(events.data_dates(engine, territories=_above(engine, territory), cut=cut, scope=scope))
    _days.keep(engine, {(territory, scope, reference): (cut, said, days)})
    return days


_days: Keeper = Keeper(256)
"""For a territory and a scope: the cut that days were read at, what was touched by then, the days."""


def _and_days_of(
    engine: sa.Engine, before: tuple, steps: list[str], territory: str, *, cut: int, scope: str
) -> tuple[int, ...] | None:
    """The days read before, and those of what events since then said of these steps; None where one emptied any."""
    line = _above(engine, territory)
    asked = {"territories": line, "steps": steps, "after": before[0], "cut": cut, "scope": scope}
    new = events.days_said(engine, **asked)
    return None if new is None else tuple(sorted({*before[2], *new}, reverse=True))


def _above(engine: sa.Engine, territory: str) -> tuple[str, ...]:
    with engine.connect() as connection:
        return territories.lineage(connection, of=territory)


LEVERS: dict[str, int] = dict(pulling.MOST)
"""The means that can be moved, and how far each goes."""


DRAWINGS: dict[str, Callable[..., Any]] = {
    "path": plot.path_figure,
    "map": plot.map_figure,
    "course": plot.course_figure,
    "verdicts": plot.verdicts_figure,
    "movements": plot.movements_figure,
}
"""How each kind of panel is drawn as a chart."""

TEXTS: dict[str, Callable[..., str]] = {
    "bars": html.bars_html,
    "promise": html.promise_html,
    "brief": html.brief_html,
    "carried": html.carried_html,
    "course": html.course_html,
    "verdicts": html.groups_html,
    "readings": html.situation_html,
    "table": html.rows_html,
    "legend": html.legend_html,
    "footer": html.footer_html,
    "notes": html.notes_html,
    "reconciliation": say_reconcile.reconciliation_html,
    "branches": say_stages.branches_html,
    "lengths": lengths_html,
    "movements": html.rows_html,
    "transition": say_transition.transition_html,
}
"""How panels, and what stands around them, are written as HTML."""


def drawing(panel: Panel, *, locale: str, height: int, **more: Any) -> Any:
    """The chart of a panel, for Plotly. more: of a map the `box` that it shows."""
    key = (locale, height, *more.values())
    return _made(panel, key, lambda: DRAWINGS[panel.kind](panel, locale=locale, height=height, **more))


def text(panel: Panel, *, locale: str, part: str | None = None) -> str:
    """A panel as HTML, or one part of what stands around it (legend, footer)."""
    return _made(panel, (locale, part), lambda: TEXTS[part or panel.kind](panel, locale=locale))


def programme(panel: Panel, promised: Panel | None, *, locale: str) -> str:
    """A programme's readings as HTML, with the card of its target in two sentences where it has one: over them where it
    says the count that their own sentence would say, under them where it is that of a territory above."""
    if promised is None:
        return text(panel, locale=locale)
    brief = text(promised, part="brief", locale=locale)

    def made() -> str:
        (of,) = promised.frame[["territory_code", "actual"]].itertuples(index=False)
        spoken = [reading.territory_code for reading in panel.parts["readings"] if reading.state == "shown"]
        here = of.territory_code in spoken[-1:] and not math.isnan(of.actual)
        return html.situation_html(panel, locale=locale, promised=brief, says_it=here)

    # What the card says of where it stands is part of its words.
    return _made(panel, (locale, promised.frame["territory_code"].iat[0], brief), made)


def delivery_name(block: dict, *, locale: str) -> str:
    """The name of a delivery, by its block of the settings."""
    return say_sources.called(block, locale=locale)


def typed_changes(panel: Panel, typed: Mapping[tuple[str, int], int | None], *, locale: str) -> tuple[Panel, Panel]:
    """What storing the cells of a grid would change, and the sums of its dates as they stand."""
    return (
        say_typing.changes(panel, typed, locale=locale),
        say_typing.totals(panel, typed, locale=locale),
    )


def map_table(panel: Panel, *, order: str, locale: str, address: Callable[[str], str], bars: bool = False) -> str:
    """The table beside a map, in the order that the reader asked for; `address` leads to a territory's own view. With
    `bars` each row draws what a map would."""
    rows = say_map.table_order(panel.parts["rows"], order)
    return html.map_table_html(rows, panel, locale=locale, address=address, bars=bars)


def _made(panel: Panel, key: tuple, make: Callable[[], Any]) -> Any:
    if key not in panel.drawn:
        panel.drawn[key] = make()
    return panel.drawn[key]


def due(engine: sa.Engine, *, cut: int) -> bool:
    """Whether any forecast is due at `cut`."""
    return bool(forecasts.due_series(engine, cut=cut, known=definitions(engine, cut=cut)))


def doubt_rules(names: Sequence[str], thresholds: Mapping[str, float], *, locale: str) -> Panel:
    """What makes a row of a file wait, as the Method page says it."""
    return say_rulings.rules(names, thresholds, locale=locale)


def official_figure(
    engine: sa.Engine, *, territory: str, step: str, unit: str, on: int, cut: int, scope: str
) -> tuple[int | None, str, str, int, int] | None:
    """The figure that speaks for a count on the day `on`: (value, None where withheld; source, measure, first and last
    day). None where there is none."""
    found = of_territory(engine, territory=territory, on=on, cut=cut, scope=scope)
    if found.empty:
        return None
    mine = found[(found["step"] == step) & (found["unit"] == unit) & found["speaks"].astype(bool)]
    mine = mine.sort_values("measure", ascending=False, kind="stable")
    if mine.empty:
        return None
    row = mine.iloc[0]
    value = None if math.isnan(row["value"]) else int(row["value"])
    return value, row["source"], row["measure"], int(row["from_date"]), int(row["on_date"])


def places_waiting(engine: sa.Engine, *, file: int, rule: str, cut: int, scope: str) -> tuple[int, ...]:
    """The places of all rows of a file that wait by a rule and that a reader of the scope may see."""
    return judgements.places_waiting(engine, file=file, rule=rule, cut=cut, scope=scope)


foreseen = forecasts.newest
"""What a kept answer depends on besides its cut: the last cut that forecasts were kept for, and how many were."""


def forecasts_at(
    engine: sa.Engine, *, cut: int, pause: Callable[[], None] | None = None
) -> Iterator[list[dict[str, Any]]]:
    """The forecasts that are due at `cut`, to be kept: one list of rows for each step and unit, computed when asked."""
    known = definitions(engine, cut=cut)
    by_count: dict[tuple[str, str], list] = {}
    for one in forecasts.due_series(engine, cut=cut, known=known):
        by_count.setdefault(one[1:], []).append(one)
    for counts in by_count.values():
        yield forecasts.foreseen(engine, cut=cut, counts=counts, known=known, pause=pause)


__all__ = [
    "FINDINGS",
    "OFFICES",
    "Answer",
    "Finding",
    "capital",
    "count_choices",
    "date_choices",
    "delivery_name",
    "doubt_rules",
    "drawing",
    "due",
    "find",
    "forecasts_at",
    "foreseen",
    "headline_counts",
    "indicator_choices",
    "latest_cut",
    "latest_events",
    "LEVERS",
    "lever_choices",
    "levels_below",
    "map_table",
    "service_choices",
    "office",
    "official_figure",
    "open_cuts",
    "stage_choices",
    "places_waiting",
    "recommendation_labels",
    "territory_choices",
    "text",
    "transition_choices",
    "typed_changes",
    "window_choices",
    "writable",
]
