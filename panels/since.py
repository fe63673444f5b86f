"""Since: what figures gained since the meeting before, and which of those shown there have been revised."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from i18n import Words, words
from panels.situation import on_date
from panels.slide import OFFICE, OUTSIDE, Figure, Number, Slide, Source, Table, panel_id

OTHERS, UNALLOCATED = "others", "unallocated"
"""The codes of the rows that are of no child: those that are withheld together, and what no child accounts for."""

COLUMNS = ("then", "now", "change", "activity", "revision")


@dataclass(frozen=True)
class Telling:
    """What all slides of one item share. item: its id; sitting, date: kind and day of the meeting before; on: the day
    of this one; nearest: how a number is rounded for who is outside; body: who holds the step (id); asked: what the
    panel ids are made from."""

    locale: str
    item: str
    step: str
    unit: str
    sitting: str
    date: int
    on: int
    nearest: Callable[[int], int]
    body: str = ""
    audience: str = OFFICE
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def w(self) -> Words:
        """The words of the language."""
        return words(self.locale)

    def number(self, value: float) -> int:
        """A number as this audience is given it."""
        return self.nearest(int(value)) if self.audience == OUTSIDE else int(value)

    @property
    def meeting(self) -> str:
        """The meeting before, as a sentence names it."""
        return self.w(f"since.sitting_{self.sitting}", date=on_date(self.date))

    @property
    def label(self) -> str:
        """The meeting before, as it heads a number or a column."""
        return self.w(f"since.label_{self.sitting}", date=on_date(self.date))


@dataclass(frozen=True)
class _Said:
    """The numbers of one territory as they are printed: they add up as printed too."""

    then: int | None
    now: int | None
    change: int | None
    activity: int | None
    revision: int | None
    jump: int


def slides(found: Any, tell: Telling, *, below: Mapping[str, Any] | None = None) -> list[Slide]:
    """What the figures gained: the slide of the territory, then one for each child that is shown by itself.

    found: `queries.since.Found`; below: by child, what is found of it with its own children. None where there is
    nothing true to say.
    """
    key = f"{tell.item}/since"
    whole = _slide(found, tell, key=key)
    if whole is None:
        return []
    under = []
    for child in found.children:
        if child.territory in found.together or child.territory not in found.by_code:
            continue
        own = (below or {}).get(child.territory)
        one = _slide(own, tell, key=f"{key}/{child.territory}") if own is not None else None
        if one is None:
            one = _slide(_Alone(child, defined_on=found.defined_on), tell, key=f"{key}/{child.territory}")
        if one is not None:
            under.append(replace(one, parent=key))
    return [whole, *under]


@dataclass(frozen=True)
class _Alone:
    """A territory without any below it."""

    whole: Any
    rows: tuple = ()
    together: frozenset = frozenset()
    unit_changed: None = None
    defined_on: int | None = None


def _slide(found: Any, tell: Telling, *, key: str) -> Slide | None:
    w, one = tell.w, found.whole
    shared = {"key": key, "subject": "since", "item": tell.item, "territory": one.territory, "on_date": tell.on}
    asked = dict(tell.asked) | {"subject": "since", "territory": one.territory, "on": tell.on}
    shared |= {"audience": tell.audience, "asked": asked, "panel": panel_id(asked)}
    place = w.in_territory(one.territory)
    things = w.of_things(*one.count)
    if found.unit_changed is not None:
        before, after = (w(f"unit.{unit}") for unit in found.unit_changed)
        title = w("since.title_unit", sitting=tell.meeting, things=things, place_in=place, before=before, after=after)
        return Slide(**shared, kind="text", title=title)
    figures = [figure for figure in (one.then, one.now) if figure is not None]
    shared |= {
        "sources": tuple(Source(w.name("source", name)) for name in dict.fromkeys(f.source for f in figures)),
        "dates": tuple(dict.fromkeys(int(figure.on_date) for figure in figures)),
    }
    said = {"things": things, "place_in": place, "sitting": tell.meeting}
    if one.state == "withheld" or not figures:
        return None
    printed = _printed(one, tell)
    if one.then is None:
        title = w("since.title_no_then", **said, after=printed.now, date=on_date(one.now.on_date))
        told = (_figure(one, one.now, printed.now, tell),)
        numbers = (Number(_until(one.now, w), w.number(printed.now), value=printed.now),)
        return Slide(**shared, kind="text", title=title, numbers=numbers, figures=told, notes=_notes(found, tell))
    if one.now is None:
        title = w("since.title_no_now", **said, before=printed.then, date=on_date(tell.on))
        told = (_figure(one, one.then, printed.then, tell, what="then"),)
        numbers = (Number(tell.label, w.number(printed.then), value=printed.then),)
        return Slide(**shared, kind="text", title=title, numbers=numbers, figures=told, notes=_notes(found, tell))
    title = w(
        "since.title",
        **said,
        before=printed.then,
        after=printed.now,
        direction=_direction(printed.change, one.count[1], w),
        parts=_parts(one, printed, w),
    )
    table, below = _table(found, one, printed, tell)
    reasons = _reasons(found, one, tell)
    return Slide(
        **shared,
        kind=_kind(found, below),
        title=title,
        numbers=_numbers(one, printed, tell),
        chart=_bars(found, one, below, tell) if _kind(found, below) == "bars" else {},
        table=table,
        lines=(*(text for text, _ in reasons), *_unmoved(one, w)),
        notes=_notes(found, tell),
        figures=(
            _figure(one, one.then, printed.then, tell, what="then"),
            _figure(one, one.now, printed.now, tell),
            *_measures(one.territory, printed, tell),
            *(figure for _, figure in reasons),
            *(Figure(f"reporting_{k}", one.territory, tell.on, n, w.number(n)) for k, n in _counted(one).items()),
            *below,
        ),
    )


def _printed(one: Any, tell: Telling) -> _Said:
    """The numbers of a territory for this audience: rounded ones add up as exact ones do."""
    then = None if one.then is None else tell.number(one.then.value)
    now = None if one.now is None else tell.number(one.now.value)
    if one.change is None:
        return _Said(then, now, None, None, None, 0)
    revision, jump = tell.number(one.revision), tell.number(one.jump)
    if one.activity is None:
        jump = now - then - revision
    activity = None if one.activity is None else now - then - revision - jump
    return _Said(then, now, now - then, activity, revision, jump)


def _direction(change: int, unit: str, w: Words) -> str:
    if not change:
        return w("since.same")
    return w("since.up" if change > 0 else "since.down", change=w.count(unit, abs(change)))


def _parts(one: Any, said: _Said, w: Words) -> str:
    """The change, split, as the sentence says it."""
    revision, jump = w.spoken(said.revision), w.spoken(said.jump)
    if said.activity is None:
        return w("since.parts_apart", revision=revision, jump=jump)
    told = {"new": w.spoken(said.activity), "revision": revision}
    return w("since.parts_source", **told, jump=jump) if said.jump else w("since.parts", **told)


def _until(figure: Any, w: Words) -> str:
    return w("since.until", date=on_date(figure.on_date))


def _numbers(one: Any, said: _Said, tell: Telling) -> tuple[Number, ...]:
    w = tell.w
    label = "since.label_up" if said.change > 0 else "since.label_down" if said.change < 0 else "since.label_same"
    return (
        Number(tell.label, w.number(said.then), value=said.then),
        Number(_until(one.now, w), w.number(said.now), value=said.now),
        Number(w(label), w.number(abs(said.change)), value=said.change),
    )


def _figure(one: Any, figure: Any, value: int, tell: Telling, *, what: str = "") -> Figure:
    text = tell.w.number(value)
    return Figure(what or one.count[0], one.territory, int(figure.on_date), value, text, one.count[1])


def _measures(code: str, said: Any, tell: Telling, *, before: str = "") -> tuple[Figure, ...]:
    """Change, activity and revision as figures; those of no territory by another name, so that nobody takes them for
    its own."""
    w = tell.w
    told = [("change", said.change), ("activity", said.activity), ("revision", said.revision)]
    told += [("source_change", said.jump)] if getattr(said, "jump", 0) else []
    return tuple(
        Figure(before + what, code, tell.on, value, w.spoken(value), tell.unit)
        for what, value in told
        if value is not None
    )


# Why


def reason_words(one: Any, tell: Telling, *, whose: bool = True) -> str:
    """Why a part of a figure was revised. whose: whose data came late is said too."""
    w = tell.w
    if one.reason == "late" and whose and tell.body:
        return w("since.reason_late_of", body=w.name("body", tell.body))
    if one.reason == "definition" and one.on_date is not None:
        return w("since.reason_definition", date=on_date(one.on_date))
    return w(f"since.reason_{'definition_undated' if one.reason == 'definition' else one.reason}")


def _reasons(found: Any, one: Any, tell: Telling) -> list[tuple[str, Figure]]:
    """The parts of the revision, each a line and a figure. Where some children are withheld the reasons are not told:
    what one file moved may be what one of them did."""
    if found.together:
        return []
    w, told = tell.w, []
    for reason in one.reasons:
        value = tell.number(reason.value)
        text = w("since.part", reason=reason_words(reason, tell), value=w.spoken(value))
        told.append(
            (text, Figure(f"reason_{reason.reason}", one.territory, tell.on, value, w.spoken(value), tell.unit))
        )
    return told


def _unmoved(one: Any, w: Words) -> tuple[str, ...]:
    """That nothing has come since, where nothing has: no change is then no news."""
    unmoved = one.now.on_date <= one.then.on_date
    return (w("since.no_newer", date=on_date(one.now.on_date)),) if unmoved else ()


def _notes(found: Any, tell: Telling) -> tuple[str, ...]:
    w, one, lines = tell.w, found.whole, []
    if counted := _counted(one):
        lines.append(w("since.counted_otherwise", **counted))
    if found.defined_on is not None and all(reason.reason != "definition" for reason in one.reasons):
        lines.append(w("since.defined", date=on_date(found.defined_on)))
    codes = {row.code for row in found.rows}
    lines += [w(f"since.why_{code}") for code in (OTHERS, UNALLOCATED) if code in codes]
    if tell.audience == OUTSIDE:
        lines.append(w("since.rounded"))
    return tuple(lines)


def _counted(one: Any) -> dict[str, int]:
    """Of how many children the two figures are sums, where that differs."""
    pair = (one.then, one.now)
    if any(figure is None or figure.basis != "summed" for figure in pair):
        return {}
    was, now = ((int(figure.reporting), int(figure.expected)) for figure in pair)
    return {} if was == now else {"then": was[0], "then_of": was[1], "now": now[0], "now_of": now[1]}


# Children


def _table(found: Any, one: Any, printed: _Said, tell: Telling) -> tuple[Table, tuple[Figure, ...]]:
    """The children in rows, then the territory itself, and every figure of them."""
    w = tell.w
    if not found.rows:
        return Table(), ()
    head = (
        w("map.column_territory"),
        tell.label,
        _until(one.now, w),
        *(w(f"since.column_{name}") for name in COLUMNS[2:]),
    )
    cells, told = [], []
    for row in found.rows:
        named = row.code in (OTHERS, UNALLOCATED)
        name = w(f"since.row_{row.code}") if named else w.territory(row.code)
        code, before = (one.territory, f"{row.code}_") if named else (row.code, "")
        values = {key: _rounded(getattr(row, key), tell) for key in COLUMNS}
        cells.append((name, *(_cell(value, w) for value in values.values())))
        for what in COLUMNS:
            value = values[what]
            if value is not None:
                label = tell.step if what == "now" and not named else before + what
                told.append(Figure(label, code, tell.on, value, w.spoken(value), tell.unit))
    total = (printed.then, printed.now, printed.change, printed.activity, printed.revision)
    cells.append((w.place(one.territory), *(_cell(value, w) for value in total)))
    return Table(head, tuple(cells), tuple(range(1, len(head)))), tuple(told)


def _rounded(value: int | None, tell: Telling) -> int | None:
    return None if value is None else tell.number(value)


def _cell(value: int | None, w: Words) -> str:
    return w("state.missing") if value is None else w.spoken(value)


def _kind(found: Any, below: Sequence[Figure]) -> str:
    """Bars where every child gained something or nothing: lengths say no loss."""
    if not found.rows:
        return "text"
    changes = [row.change for row in found.rows]
    whole = len(changes) > 1 and None not in changes
    return "bars" if whole and min(changes) >= 0 and max(changes) > 0 else "table"


def _bars(found: Any, one: Any, below: Sequence[Figure], tell: Telling) -> dict[str, Any]:
    w, rows = tell.w, []
    for row in found.rows:
        value = tell.number(row.change)
        named = row.code in (OTHERS, UNALLOCATED)
        rows.append(
            {
                "code": row.code,
                "name": w(f"since.row_{row.code}") if named else w.territory(row.code),
                "value": value,
                "text": w.spoken(value),
                "planned": None,
                "planned_text": "",
                "state": "shown",
                "tone": "none",
                "shape": "",
                "word": "",
            }
        )
    unit = w("since.gained", things=w.of_things(*one.count))
    return {"unit": unit, "share": False, "most": max(row["value"] for row in rows), "rows": rows}


# What was revised


def revised_slide(found: Any, tell: Telling, *, shown: Mapping[str, int]) -> Slide | None:
    """The figures that the meeting before was shown and that are others now; None where there is none.

    shown: by territory, what its slides said of the count.
    """
    w, rows = tell.w, []
    for code, one in found.by_code.items():
        if code not in shown or one.state == "withheld" or one.then is None:
            continue
        if one.known is not None and one.known.value == one.then.value:
            # What a slide rounded or read otherwise is no revision.
            continue
        was = tell.number(shown[code])
        known = None if one.known is None else tell.number(one.known.value)
        if was != known:
            rows.append((one, was, known))
    if not rows:
        return None
    key = f"{tell.item}/revised"
    whole = found.whole.territory
    asked = dict(tell.asked) | {"subject": "revised", "territory": whole, "on": tell.on}
    told, cells = [], []
    for one, was, known in rows:
        why = _why(found, [one], tell)
        change = None if known is None else known - was
        told.append(Figure("then", one.territory, int(one.then.on_date), was, w.number(was), tell.unit))
        if known is not None:
            on = int(one.known.on_date)
            told.append(Figure("known", one.territory, on, known, w.number(known), tell.unit))
            told.append(Figure("revision", one.territory, tell.on, change, w.spoken(change), tell.unit))
        cells.append((w.territory(one.territory), _cell(was, w), _cell(known, w), _cell(change, w), why))
    names = ["then", "known", "revision", "reason"]
    if len({why for *_, why in cells}) == 1:
        # The title says it; said again in each row it takes the room of further rows.
        names.pop()
        cells = [row[:-1] for row in cells]
    head = (w("map.column_territory"), *(w(f"since.column_revised_{name}") for name in names))
    first, was, known = rows[0]
    said = {"sitting": tell.meeting, "minutes": w(f"since.minutes_{tell.sitting}")}
    place = w.in_territory(whole)
    numbers: tuple[Number, ...] = ()
    if first.territory != whole:
        reasons = _why(found, [one for one, _, _ in rows], tell)
        units = w.count("territorial_unit", len(rows))
        told.append(Figure("revised_units", whole, tell.on, len(rows), units))
        title = w("since.revised_children", **said, units=units, place_in=place, reason=reasons)
    else:
        values = {
            "old": was,
            "reason": _why(found, [first], tell),
            "things": w.of_things(*first.count),
            "place_in": place,
        }
        numbers = (Number(w("since.column_revised_then"), w.number(was), value=was),)
        if known is None:
            title = w("since.revised_gone", **said, **values)
        else:
            title = w("since.revised", **said, **values, new=known)
            numbers += (Number(w("since.column_revised_known"), w.number(known), value=known),)
    return Slide(
        key=key,
        subject="revised",
        kind="table" if len(rows) > 1 else "text",
        title=title,
        item=tell.item,
        territory=whole,
        on_date=tell.on,
        numbers=numbers,
        table=Table(head, tuple(cells), (1, 2, 3)),
        notes=(w("since.rounded"),) if tell.audience == OUTSIDE else (),
        figures=tuple(told),
        sources=tuple(Source(w.name("source", name)) for name in dict.fromkeys(one.then.source for one, _, _ in rows)),
        dates=tuple(dict.fromkeys(int(one.then.on_date) for one, _, _ in rows)),
        asked=asked,
        panel=panel_id(asked),
        audience=tell.audience,
    )


def _why(found: Any, of: Sequence[Any], tell: Telling) -> str:
    """The reasons of a revision, one after another; of a single one it is said whose data it is about."""
    if found.together:
        return tell.w("since.reason_revision")
    held = {reason.reason: reason for one in of for reason in one.reasons}
    told = [reason_words(reason, tell, whose=len(held) == 1) for reason in held.values()]
    return tell.w.join(told) if told else tell.w("since.reason_revision")
