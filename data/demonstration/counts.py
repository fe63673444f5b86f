"""The made-up counts as each territory would tell them, before anything is late or wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from data.counts import MISSING
from data.database import as_date, as_day
from data.demonstration.curves import LAST, Told, World, delayed, split, through
from data.schema import ALL, BREAKDOWNS


def told(world: World) -> Iterator[Told]:
    """Every kind of count of the plan."""
    for block in (*world.invented["rollout"], *world.invented["ratio"], *world.invented["after"]):
        opening = world.opening[block["id"]]
        yield from _curve(world, block["id"], block["step"], block["unit"], who=block, opening=opening)
    yield from _transfer(world)
    yield from _breakdowns(world)
    for block in world.invented["reasons"]:
        yield from _reasons(world, block)
    for block in world.invented["cohort"]:
        yield from _cohorts(world, block)
    yield from _window(world)
    yield from _others(world)


class _Rows:
    """Codes and their counts on every day, put together from sums of places."""

    def __init__(self, world: World, values: np.ndarray, opening: np.ndarray):
        self.world, self.values, self.opening = world, values, opening
        office = world.invented["office"]
        self.own = world.places.prefecture == office["prefecture"]
        self.near = world.places.region == office["region"]

    def of(self, who: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
        """(codes, counts, first day of each) of those named: prefecture, near, far, own, office."""
        codes: list[str] = []
        values, opening = [], []
        for name in who:
            by = {"prefecture": "prefecture", "office": "office"}.get(name, "commune")
            found, total = self.world.places.summed(self.values, by)
            keep = self._kept(name, found)
            first = self._opening(by, found)
            codes += [code for code, kept in zip(found, keep, strict=True) if kept]
            values.append(total[keep])
            opening.append(first[keep])
        return codes, np.concatenate(values), np.concatenate(opening)

    def _kept(self, name: str, codes: list[str]) -> np.ndarray:
        near, own = set(self.world.places.commune[self.near]), set(self.world.places.commune[self.own])
        inside = {"near": near, "far": set(codes) - near, "own": own}.get(name)
        return np.array([inside is None or code in inside for code in codes])

    def _opening(self, by: str, codes: list[str]) -> np.ndarray:
        column = getattr(self.world.places, by)
        first = dict(zip(column.tolist(), self.opening.tolist(), strict=True))
        return np.array([first[code] for code in codes])


def _curve(
    world: World, name: str, step: str, unit: str, *, who: Mapping[str, Any], opening: np.ndarray
) -> Iterator[Told]:
    """The stock of a curve, told every day by some and every week by others."""
    rows = _Rows(world, world.whole[name], opening)
    every = np.arange(world.days.told)
    for named, at in ((who.get("daily", ()), every), (who.get("weekly", ()), world.days.sundays)):
        if named:
            codes, values, first = rows.of(named)
            day = world.days.day[at]
            shown = np.where(day[None, :] >= first[:, None], values[:, at], MISSING)
            yield Told(step, unit, "stock", codes, day, day, shown, name=name)


def _transfer(world: World) -> Iterator[Told]:
    block, here = world.invented["transfer"], world.places
    start = np.full(len(here), as_day(block["starts"]))
    for name, who in block["told"].items():
        part, unit = name.rsplit("_", 1)
        yield from _curve(world, name, block["steps"][part], unit, who=who, opening=start)
    # Said once: who was switched, everywhere, and the office's own stock of the day before.
    for part, date in (("switched", block["starts"]), ("former", block["former_on"])):
        for unit in ("person", "household"):
            rows = _Rows(world, world.whole[f"{part}_{unit}"], start)
            codes, values, _ = rows.of(("prefecture", "own", "office"))
            if part == "former":
                mine = world.invented["office"]["prefecture"]
                keep = np.array([code.startswith(mine) for code in codes])
                codes, values = [code for code, kept in zip(codes, keep, strict=True) if kept], values[keep]
            day = np.array([as_day(date)])
            yield Told(block["steps"][part], unit, "stock", codes, day, day, values[:, :1])
    unit = block["monthly"]["unit"]
    months = [(first, last) for first, last in world.days.months()[:-1] if world.days.day[last] >= start[0]]
    for part in block["monthly"]["steps"]:
        codes, values = here.summed(world.whole[f"{part}_{unit}"], "prefecture")
        values = np.concatenate([np.zeros((len(codes), 1), np.int64), values], axis=1)
        flow = np.stack([values[:, last + 1] - values[:, first] for first, last in months], axis=1)
        to, start_of = (np.array([world.days.day[month[end]] for month in months]) for end in (1, 0))
        yield Told(block["steps"][part], unit, "flow", codes, to, start_of, flow, monthly=True)


def _groups(column: str, value: str) -> tuple[str, ...]:
    return tuple(value if name == column else ALL for name in BREAKDOWNS)


def _named(world: World, name: str) -> dict[str, Any]:
    blocks = (*world.invented["rollout"], *world.invented["ratio"], *world.invented["after"])
    return next(block for block in blocks if block["id"] == name)


def _breakdowns(world: World) -> Iterator[Told]:
    """Prefectures by sex, by age band and by area, every Sunday: the parts add up to the total of the day."""
    at = world.days.sundays
    day = world.days.day[at]
    for block in world.invented["breakdown"]:
        of = _named(world, block["of"])
        codes, values, first = _Rows(world, world.whole[block["of"]], world.opening[block["of"]]).of(("prefecture",))
        base = np.array(list(block["shares"].values()))
        shares = base * np.exp(world.rng.normal(0, block["vary"], (len(codes), 1, len(base))))
        parts = split(values[:, at], shares / shares.sum(axis=-1, keepdims=True))
        for place, group in enumerate(block["shares"]):
            shown = np.where(day[None, :] >= first[:, None], parts[:, :, place], MISSING)
            groups = _groups(block["column"], group)
            yield Told(of["step"], of["unit"], "stock", codes, day, day, shown, groups)
    for block in world.invented["by_area"]:
        of = _named(world, block["of"])
        for area, inside in (("urban", world.places.is_urban), ("rural", ~world.places.is_urban)):
            values = np.where(inside[:, None], world.whole[block["of"]], 0)
            codes, total, first = _Rows(world, values, world.opening[block["of"]]).of(("prefecture",))
            shown = np.where(day[None, :] >= first[:, None], total[:, at], MISSING)
            yield Told(of["step"], of["unit"], "stock", codes, day, day, shown, _groups("area", area))


def _weekly_flow(world: World, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(to, from, counts) of the weeks from Monday to Sunday of cumulated counts."""
    at = world.days.sundays
    total = values[:, at]
    flow = np.diff(total, axis=1, prepend=0)
    to = world.days.day[at]
    return to, np.maximum(to - 6, world.days.day[0]), flow


def _reasons(world: World, block: Mapping[str, Any]) -> Iterator[Told]:
    """Files by reason: those of a week, with their total, or those that wait at the end of a month."""
    base = np.array(list(block["shares"].values()))
    codes, values = world.places.summed(world.whole[block["of"]], "prefecture")
    shares = base * np.exp(world.rng.normal(0, block["vary"], (len(codes), 1, len(base))))
    shares /= shares.sum(axis=-1, keepdims=True)
    if block["measure"] == "flow":
        of = _named(world, block["of"])
        step, unit = of["step"], of["unit"]
        to, start, total = _weekly_flow(world, values)
        begun = np.cumsum(total, axis=1) > 0
        total = np.where(begun, total, MISSING)
        yield Told(step, unit, "flow", codes, to, start, total, monthly=True)
    else:
        part, unit = block["of"].rsplit("_", 1)
        transfer = world.invented["transfer"]
        step = transfer["steps"][part]
        sundays = world.days.sundays
        day = world.days.day[sundays]
        months = np.array([as_date(int(one)).month for one in day])
        last = np.append(months[1:] != months[:-1], True) & (day >= as_day(transfer["starts"]))
        at, begun = sundays[last], np.ones((len(codes), int(last.sum())), bool)
        to = start = world.days.day[at]
        total = values[:, at]
    parts = split(np.maximum(total, 0), shares)
    for place, reason in enumerate(block["shares"]):
        shown = np.where(begun, parts[:, :, place], MISSING)
        groups = _groups("reason", reason)
        yield Told(step, unit, block["measure"], codes, to, start, shown, groups, monthly=block["measure"] == "flow")


def _cohorts(world: World, block: Mapping[str, Any]) -> Iterator[Told]:
    """For those who entered in each month, how many entered and how many reached each step, week by week.

    The cohort is the month of entry, "2023-03". Who has not reached a step by a day still waits on that day.
    """
    span, here = world.days, world.places
    entry = _named(world, block["entry"])
    codes, curve = here.summed(world.exact[block["entry"]], "prefecture")
    _, first = np.unique(here.prefecture, return_index=True)
    added = np.diff(curve, axis=1, prepend=0)
    phase = world.rng.random((len(codes), 1))
    for start, end in span.months():
        month = as_date(int(span.day[start])).strftime("%Y-%m")
        inside = np.zeros_like(added)
        inside[:, start : end + 1] = added[:, start : end + 1]
        reached = np.cumsum(inside, axis=1)
        if reached[:, -1].sum() < 1:
            continue
        # A prefecture where nobody could enter in that month has no such cohort: zeros would be a claim.
        there = reached[:, -1] >= 1
        yield from _cohort(world, entry, codes, reached, phase, month, there)
        for name in block["reached"]:
            step = _named(world, name)
            # The share that passes in each prefecture is that of the curve itself.
            whole, _ = (here.summed(world.exact[one], "prefecture")[1][:, -1] for one in (name, step["from"]))
            before = delayed(here.summed(world.exact[step["from"]], "prefecture")[1], world.lag[name][first])[:, -1]
            passed = (whole / np.maximum(before, 1e-9))[:, None]
            reached = delayed(reached, world.lag[name][first]) * passed
            yield from _cohort(world, step, codes, reached, phase, month, there)


def _cohort(
    world: World,
    step: Mapping[str, Any],
    codes: list[str],
    reached: np.ndarray,
    phase: np.ndarray,
    month: str,
    there: np.ndarray,
) -> Iterator[Told]:
    """The flow of a cohort into one step, from the first week in which anyone came to the last."""
    to, start, flow = _weekly_flow(world, np.floor(reached + phase * (reached > 0)).astype(np.int64))
    live = np.flatnonzero(flow[there].any(axis=0))
    if not len(live):
        return
    weeks = slice(live[0], live[-1] + 1)
    opening = _first_days(world, codes)
    shown = np.where(there[:, None] & (to[None, weeks] >= opening[:, None]), flow[:, weeks], MISSING)
    named = _groups("cohort", month)
    yield Told(step["step"], step["unit"], "flow", codes, to[weeks], start[weeks], shown, named, monthly=True)


def _first_days(world: World, codes: list[str]) -> np.ndarray:
    """The day on which all registers had opened in each prefecture."""
    days = np.max(list(world.opening.values()), axis=0)
    first = dict(zip(world.places.prefecture.tolist(), days.tolist(), strict=True))
    return np.array([first[code] for code in codes])


def _window(world: World) -> Iterator[Told]:
    """A year's pupils: at school, passed, then stage after stage by the residence of the family and by lycée."""
    block, here, span = world.invented["window"], world.places, world.days
    everyone = here.person * world.varied(block["vary"])
    passed = block["national"] * everyone / everyone.sum()
    start = world.rng.random(len(here))
    opening = np.full(len(here), as_day(block["results"]["from"]))
    who = ("prefecture", "own", "office")
    to, since = (np.array([as_day(block["results"][end])]) for end in ("to", "from"))
    whole = np.floor(passed + start).astype(np.int64)
    codes, values, _ = _Rows(world, whole[:, None], opening).of(who)
    yield Told(block["passed"], "student", "flow", codes, to, since, values)
    schools, pupils, admitted = _schools(world, block, whole)
    yield Told(block["passed"], "student", "flow", schools, to, since, admitted[:, None])
    on = np.array([as_day(block["pupils"]["on"])])
    at_school = np.round(passed / block["pupils"]["pass_rate"]).astype(np.int64)
    codes, values, _ = _Rows(world, at_school[:, None], opening).of(("prefecture",))
    yield Told(block["pupils"]["step"], "student", "stock", codes, on, on, values)
    yield Told(block["pupils"]["step"], "student", "stock", schools, on, on, pupils[:, None])
    homes, at_desk = (
        np.repeat(passed[:, None], len(span.day), axis=1),
        np.repeat(admitted[:, None].astype(float), len(span.day), axis=1),
    )
    for stage in block["stage"]:
        line = through(span, stage["parts"])[None, :]
        homes = homes * np.clip(line * world.varied(0.06)[:, None], 0, 0.98)
        at_desk = at_desk * np.clip(line * np.exp(world.rng.normal(0, 0.08, (len(schools), 1))), 0, 0.98)
        first = as_day(stage["parts"][0][0])
        yield from _stage(world, stage, np.floor(homes + start[:, None]).astype(np.int64), first)
        sundays = world.days.sundays
        sundays = sundays[span.day[sundays] >= first]
        day = span.day[sundays]
        shown = np.floor(at_desk[:, sundays] + 0.5).astype(np.int64)
        yield Told(stage["step"], stage["unit"], "stock", schools, day, day, shown)


def _schools(world: World, block: Mapping[str, Any], passed: np.ndarray) -> tuple[list[str], np.ndarray, np.ndarray]:
    """(codes, pupils, admitted) of the lycées of the office: the pupils of public ones only."""
    office = world.invented["office"]
    parts = office["schools"]
    mine = int(passed[world.places.prefecture == office["prefecture"]].sum())
    shares = np.array(list(parts.values())) / sum(parts.values())
    admitted = split(np.array(round(mine * block["public_share"])), shares)
    pupils = np.round(admitted / (block["pupils"]["pass_rate"] * world.rng.uniform(0.93, 1.07, len(parts))))
    return list(parts), pupils.astype(np.int64), admitted


def _stage(world: World, stage: Mapping[str, Any], values: np.ndarray, first: int) -> Iterator[Told]:
    """A stage of the window: every day in the office's prefecture, every Sunday in the others."""
    span = world.days
    mine = world.invented["office"]["prefecture"]
    rows = _Rows(world, values, np.full(len(values), first))
    codes, total, _ = rows.of(("prefecture", "own", "office"))
    own = np.array([code.startswith(mine) for code in codes])
    every = np.flatnonzero(span.day[: span.told] >= first)
    sundays = span.sundays[span.day[span.sundays] >= first]
    for kept, at in ((own, every), (~own, sundays)):
        day = span.day[at]
        named = [code for code, keep in zip(codes, kept, strict=True) if keep]
        yield Told(stage["step"], stage["unit"], "stock", named, day, day, total[np.ix_(kept, at)])


def _others(world: World) -> Iterator[Told]:
    """What prefectures tell once a month, or once."""
    here = world.places
    opening = np.zeros(len(here), np.int64)
    for block in world.invented["monthly"]:
        weight = here.person * world.varied(0.1)
        weight /= weight.sum()
        (start, low), (end, high) = block["from"], block["to"]
        months = [last for _, last in world.days.months() if as_day(start) <= world.days.day[last] <= as_day(end)]
        day = world.days.day[np.array(months)]
        line = np.interp(day, [as_day(start), as_day(end)], [low, high])
        whole = np.floor(weight[:, None] * line[None, :] + world.rng.random(len(here))[:, None]).astype(np.int64)
        codes, values, _ = _Rows(world, whole, opening).of(("prefecture",))
        yield Told(block["step"], block["unit"], "stock", codes, day, day, values, monthly=True)
    for block in world.invented["once"]:
        weight = here.person * world.varied(0.1)
        exact = block["national"] * weight / weight.sum()
        whole = np.floor(exact + world.rng.random(len(here))).astype(np.int64)[:, None]
        codes, values, _ = _Rows(world, whole, opening).of(block["told"])
        to, start = np.array([min(as_day(block["to"]), LAST)]), np.array([as_day(block["from"])])
        yield Told(block["step"], block["unit"], block["measure"], codes, to, start, values)
