"""Situation: one panel of readings per programme, and the path that its count has taken."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from i18n import Words, words
from panels import Panel, SourceLine, rows_of

FIRST_DAY = dt.date(1970, 1, 1)
CHILD_OF = {
    "country": "prefecture",
    "region": "prefecture",
    "prefecture": "commune",
    "commune": "arrondissement",
    "grouping": "arrondissement",
}


def on_date(day: float) -> dt.date:
    """The date of a day counted since 1970-01-01."""
    return FIRST_DAY + dt.timedelta(days=int(day))


@dataclass(frozen=True)
class Reading:
    """One reading of a programme: what is printed for one territory, every text ready.

    state: shown, withheld, missing, not_applicable. number, unit: the count as it is said and in what; in `number`
    what stands in its place when there is none. exact: the count in full digits. share, share_of: the rate and what it
    is a rate of. change: over about 30 days. dateline: the figure's own date. reporting: of a sum, how many children
    reported; partial: that not all did; silent: which did not. late: that the figure is old. remarks: rates above
    100 %, other statements, published rates, doubts; each with its address. chosen: the territory that was asked for.
    """

    territory_code: str
    label: str
    state: str
    number: str = ""
    exact: str = ""
    unit: str = ""
    share: str = ""
    share_of: str = ""
    change: str = ""
    dateline: str = ""
    source: SourceLine | None = None
    reporting: str = ""
    partial: str = ""
    silent: str = ""
    late: str = ""
    remarks: tuple[SourceLine, ...] = ()
    chosen: bool = False


@dataclass(frozen=True)
class Beside:
    """What stands beside the figures, found once for a whole screen: other statements of a count and day, by
    (territory, step, unit, measure, day), and printed statements, by (territory, step)."""

    others: dict[tuple, list]
    quoted: dict[tuple[str, str], list]

    def of(self, row: Any) -> tuple[tuple, tuple]:
        """What stands beside one reading: other statements of the same count and day, and printed ones."""
        same = (row.territory_code, row.step, row.unit, row.measure, row.on_date)
        return tuple(self.others.get(same, ())), tuple(self.quoted.get((row.territory_code, row.step), ()))


def beside(found: pd.DataFrame, quoted: pd.DataFrame) -> Beside:
    """What stands beside the figures of `queries.figures` and `queries.situation.quoted`."""
    others: dict[tuple, list] = {}
    for row in rows_of(found):
        if row.state == "shown" and not row.speaks:
            others.setdefault((row.territory_code, row.step, row.unit, row.measure, row.on_date), []).append(row)
    printed: dict[tuple[str, str], list] = {}
    for row in rows_of(quoted):
        printed.setdefault((row.territory_code, row.step), []).append(row)
    return Beside(others, printed)


def by_programme(readings: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The readings of each programme out of the frame of `queries.situation.readings`."""
    places: dict[str, list[int]] = {}
    for place, programme in enumerate(readings["programme"].tolist()):
        places.setdefault(programme, []).append(place)
    # They stand together, and a slice of a frame costs a tenth of a selection.
    return {programme: _cut_out(readings, of) for programme, of in places.items()}


def _cut_out(frame: pd.DataFrame, places: list[int]) -> pd.DataFrame:
    together = places[-1] - places[0] == len(places) - 1
    return frame.iloc[places[0] : places[-1] + 1] if together else frame.take(places)


def situation(
    readings: pd.DataFrame,
    found: pd.DataFrame,
    quoted: pd.DataFrame,
    *,
    programme: str,
    levels: dict[str, str],
    locale: str,
    silent: dict[tuple[str, str], tuple[str, ...]] | None = None,
    around: Beside | None = None,
    threshold: int = 10,
    children: dict[str, dict[int, str]] | None = None,
) -> Panel:
    """The readings of one programme, from the kingdom down to the chosen territory (the last one).

    readings: `queries.situation.readings`; found: its second frame; quoted: `queries.situation.quoted`. levels: the
    level of each territory. silent: `queries.silence.silent_children` of the chosen territory. around: `beside` of the
    two frames, where several programmes share them. threshold: the least count of a breakdown that is shown. children:
    by territory, what a sum over so many children counts, as a level; where it is not said, those of its own level. The
    readings may be those of this programme alone.
    `parts["readings"]` is a tuple of Reading; `parts["programme"]` the programme's id.
    """
    w = words(locale)
    around = around or beside(found, quoted)
    mine = by_programme(readings)[programme]
    rows = rows_of(mine)
    chosen = rows[-1].territory_code

    def noun(row: Any) -> str:
        level = (children or {}).get(row.territory_code, {}).get(row.expected)
        return counted_noun(level) if level else child_noun(levels.get(row.territory_code, ""))

    cells = tuple(
        _reading(
            row,
            *around.of(row),
            noun=noun(row),
            chosen=row.territory_code == chosen,
            silent=tuple((silent or {}).get((row.step, row.unit), ())) if row.territory_code == chosen else (),
            threshold=threshold,
            w=w,
        )
        for row in rows
    )
    spoken = [row for row in rows if row.state == "shown"]
    # The title states the finding of the nearest territory that has one, and that it is partial where it is.
    said = [text for row in spoken if (text := _sentence(row, noun(row), w))]
    nothing = w("situation.no_total" if len(spoken) else "situation.no_figure", name=w.name("programme", programme))
    title = said[-1] if said else nothing
    return Panel(
        subject="situation",
        kind="readings",
        title=title,
        frame=mine,
        units=tuple(dict.fromkeys(row.unit for row in rows)),
        sources=tuple(dict.fromkeys(c.source for c in cells if c.source)),
        data_dates=tuple(sorted({int(row.on_date) for row in spoken})),
        parts={"readings": cells, "programme": programme},
    )


@lru_cache(maxsize=2048)
def _sentence(row, noun: str, w: Words) -> str:
    """The finding of one reading; empty for a sum of which no child's figure is whole: it says nothing of a total."""
    values = {
        "things": w.of_things(row.step, row.unit),
        "place": w.in_territory(row.territory_code),
        "n": w.short(int(row.value)),
        "date": w.date(on_date(row.on_date)),
    }
    if _is_partial(row):
        if not row.reporting:
            return ""
        m = w.count(noun, row.expected)
        values |= {"k": w.number(row.reporting), "m": m}
    partial = "_partial" if _is_partial(row) else ""
    if row.measure == "flow":
        return w(f"situation.sentence_flow{partial}", since=w.date(on_date(row.from_date)), **values)
    if partial:
        return w("situation.sentence_partial", **values)
    return w("situation.sentence", **values)


def _is_partial(row) -> bool:
    return row.basis == "summed" and row.reporting < row.expected


NAMED = 5
"""Up to so many children without a figure are named; of more, the map shows which."""


@lru_cache(maxsize=2048)
def _reading(
    row,
    others: tuple,
    quoted: tuple,
    *,
    noun: str,
    chosen: bool,
    silent: tuple[str, ...],
    threshold: int,
    w: Words,
) -> Reading:
    """One reading in words; the same row with the same beside it is said once.

    The kingdom and the region stand above every prefecture's reading, and an event leaves most readings as they were.
    """
    label = w.place(row.territory_code)
    if row.state != "shown":
        remarks = _quoted(quoted, w)
        said = {"withheld": "state.withheld", "missing": "state.missing", "not_applicable": "state.not_applicable"}
        text = w(said[row.state], threshold=w.number(threshold)) if row.state == "withheld" else w(said[row.state])
        return Reading(row.territory_code, label, row.state, number=text, chosen=chosen, remarks=remarks)
    value = int(row.value)
    figure, unit = figure_and_noun(row.unit, value, w)
    dated = w.date(on_date(row.on_date))
    if row.measure == "flow":
        dateline = w("reading.period", since=w.date(on_date(row.from_date)), date=dated)
    else:
        # A sum holds figures of several days: its date is that of the latest one.
        dateline = w("reading.sum_as_of" if row.basis == "summed" else "reading.as_of", date=dated)
    share = share_of = ""
    remarks = []
    if not pd.isna(row.covered_share):
        share = w.share(row.covered_share)
        if row.denominator_kind == "census":
            share_of = w(f"reading.of_census_{row.unit}", year=str(int(row.denominator_year)))
        else:
            of = w.name("indicator", row.indicator, field="denominator_name")
            share_of = w(
                "reading.of_step", of=of, n=w.short(int(row.denominator)), date=w.date(on_date(row.denominator_date))
            )
        if row.covered_share > 1:
            census = row.denominator_kind == "census"
            remarks.append(SourceLine(w("reading.above_whole" if census else "reading.above_whole_step")))
    change = ""
    if not pd.isna(row.change):
        since = w.date(on_date(row.change_since))
        moved = int(row.change)
        change = w("reading.change", n=w.signed(moved), date=since) if moved else w("reading.no_change", date=since)
    reporting = ""
    if row.basis == "summed":
        m = w.count(noun, row.expected)
        if not row.reporting:
            reporting = w("reading.reporting_none", m=m)
        else:
            key = "reading.reporting" if _is_partial(row) else "reading.complete"
            reporting = w(key, n=w.number(row.reporting), m=m)
    remarks += _alternatives(row, others, w)
    remarks += _quoted(quoted, w)
    if flagged(row.note):
        remarks.append(SourceLine(w("reading.to_confirm")))
    return Reading(
        territory_code=row.territory_code,
        label=label,
        state="shown",
        number=figure,
        exact=counted(row.unit, value, w),
        unit=unit,
        share=share,
        share_of=share_of,
        change=change,
        dateline=dateline,
        source=source_line(row.source, row.address, row.basis, w),
        reporting=reporting,
        partial=w("reading.partial") if _is_partial(row) else "",
        silent=w("reading.missing_children", names=w.join(map(w.territory, silent)))
        if 0 < len(silent) <= NAMED
        else "",
        late=w("reading.late") if row.late else "",
        remarks=tuple(remarks),
        chosen=chosen,
    )


def figure_and_noun(unit: str, value: int, w: Words) -> tuple[str, str]:
    """A counted phrase in two parts, so that the number can be set larger: ("1,8 million", "de ménages").

    Where the language says the number in the noun («أسرتين»), all of it is the first part.
    """
    if value == 0:
        return w.number(0), w(f"unit.{unit}")
    return w.parts(unit, value)


def counted(unit: str, value: int, w: Words) -> str:
    """A counted phrase in full digits that also stands alone: zero is written as a digit, not as «none»."""
    return w("reading.nothing", n=w.number(0), unit=w(f"unit.{unit}")) if value == 0 else w.count(unit, value)


def child_noun(level: str) -> str:
    """The counted noun of the children of a territory of this level."""
    return counted_noun(CHILD_OF.get(level, "commune"))


def counted_noun(level: str) -> str:
    """The noun that territories of a level are counted in: no word covers prefectures and provinces."""
    return "prefecture_or_province" if level == "prefecture" else level


def flagged(note: str) -> bool:
    """Whether a published figure's note asks for its confirmation."""
    return str(note).upper().startswith("TO CONFIRM")


def source_line(source: str, address: str, basis: str, w: Words) -> SourceLine:
    """The source of a figure: its name, with the host it was printed on; «sum» when it is our own addition."""
    name = source_name(source, w)
    if basis == "summed":
        return SourceLine(w("reading.source_summed", source=name))
    if address:
        return SourceLine(w("reading.source_at", source=name, host=host_of(address)), address)
    return SourceLine(w("reading.source", source=name))


LONGEST_HOST = 30


def host_of(address: str) -> str:
    """The host of an address as it is printed; the address itself where no host can be read from it."""
    try:
        host = urlsplit(address).hostname
    except ValueError:  # "http://[1" passes for an address until it is taken apart
        host = None
    name = (host or address).removeprefix("www.")
    # The technical address of a site («le360-le-360-francais-prod.web.arc-cdn.net») says less than its first word.
    return name if len(name) <= LONGEST_HOST else name.split(".")[0].split("-")[0]


def source_name(source: str, w: Words) -> str:
    """The name of a source; its id when it was taken out of the office's files while its counts are still there."""
    try:
        return w.name("source", source)
    except KeyError:
        return source


def step_name(step: str, w: Words) -> str:
    """A step with the short name of its programme; its id when it is no longer defined."""
    try:
        programme = w.name("programme", step.partition(".")[0], field="short")
        return w("events.step_of", step=w.name("step", step), programme=programme)
    except KeyError:
        return step


def whole_or_partial(figure, said: str, w: Words) -> str:
    """A count in words; where it is the sum of some of the children only, that is said with it."""
    if figure.basis == "summed" and figure.reporting < figure.expected:
        return w("map.partial", n=said, reporting=w.number(figure.reporting), expected=w.number(figure.expected))
    return said


def _alternatives(row, others: tuple, w: Words) -> list[SourceLine]:
    """What else is said of the same count for the same day: by another source, or as the sum of the children."""
    lines = []
    for other in others:
        if other.value == row.value:
            continue
        line = source_line(other.source, other.address, other.basis, w)
        said = whole_or_partial(other, w.short(int(other.value)), w)
        text = w("reading.alternative", n=said, source=line.text)
        lines.append(SourceLine(text, line.address))
    return lines


def _quoted(quoted: tuple, w: Words) -> tuple[SourceLine, ...]:
    """What was printed of the same step there, beside our own figure and never computed with."""
    lines = []
    for q in quoted:
        if q.measure == "share":
            # A printed share is of use here only beside our own figure; all of them stand on the Method page.
            if pd.isna(q.implied_denominator):
                continue
            # Made of two rounded figures: three digits of it mean something.
            implied = w.number(rounded_to(q.implied_denominator, digits=3))
            text = w(
                "reading.quoted_share_implied",
                share=printed_share(q.value, w),
                date=w.date(on_date(q.on_date)),
                n=implied,
            )
        elif q.measure == "count":
            text = w("reading.quoted_count", n=counted(q.unit, int(q.value), w), date=w.date(on_date(q.on_date)))
            if q.note:
                # In the language it was printed in: it says of what the figure is.
                text = w("reading.quoted_note", text=text, note=q.note)
        else:
            continue
        lines.append(SourceLine(text, q.address))
    return tuple(lines)


def printed_share(thousandths: int, w: Words) -> str:
    """A share as it was printed, in thousandths of a percent: 9 % is not made 9,0 %."""
    return w.share(thousandths / 100_000, decimals=0 if thousandths % 1000 == 0 else 1)


def rounded_to(value: float, *, digits: int) -> int:
    """A number rounded to so many significant digits."""
    return int(round(value, min(digits - len(str(int(value))), 0)))


@lru_cache(maxsize=8192)
def _point(w: Words, unit: str, day: dt.date, value: int) -> str:
    """What the pointer says of one point. An event adds one to a line of two hundred; the others are said as before."""
    return w("path.point", date=w.date(day), n=counted(unit, value, w))


def path(history: pd.DataFrame, *, step: str, unit: str, territory: str, locale: str) -> Panel:
    """The path of one count: a line over time, in units, from zero.

    history: `queries.trend.best_history`. `parts` holds `dates` and `values`, one per point, `labels` (one ready text
    per point, for the pointer), `unit` (what is counted, as the axis says it) and `territory` (its code).
    """
    days, values = tuple(history["on_date"].tolist()), tuple(history["value"].tolist())
    # With what was drawn of it: an event leaves most paths as they were.
    return replace(_path(days, values, step, unit, territory, words(locale)), frame=history)


@lru_cache(maxsize=128)
def _path(days: tuple, values: tuple, step: str, unit: str, territory: str, w: Words) -> Panel:
    dates = [on_date(day) for day in days]
    counts = [int(value) for value in values]
    labels = [_point(w, unit, day, value) for day, value in zip(dates, counts, strict=True)]
    return Panel(
        subject="situation",
        kind="path",
        title=w(
            "path.title",
            things=w.of_things(step, unit),
            place=w.in_territory(territory),
        ),
        frame=pd.DataFrame(),
        units=(unit,),
        data_dates=tuple(map(int, days)),
        parts={
            "dates": dates,
            "values": counts,
            "labels": labels,
            "unit": w(f"unit.{unit}.plural"),
            "territory": territory,
        },
    )


def others(panels: list[Panel], *, line: tuple[str, ...], locale: str) -> Panel:
    """The headline of the programmes that are not on the first screen: a row each, a column per territory."""
    w = words(locale)
    rows = []
    for panel in panels:
        cells = []
        for reading in panel.parts["readings"]:
            if reading.state != "shown":
                cells.append(reading.number)
                continue
            dated = f"{reading.dateline} · {reading.reporting}" if reading.partial else reading.dateline
            text = w("situation.other_cell", n=reading.exact, date=dated)
            cells.append(SourceLine(text, reading.source.address if reading.source else ""))
        rows.append((w.name("programme", panel.parts["programme"]), *cells))
    return Panel(
        subject="situation",
        kind="table",
        title=w("situation.others"),
        frame=pd.concat([p.frame for p in panels], ignore_index=True),
        parts={
            "head": (w("situation.column_programme"), *(w.territory(code) for code in line)),
            "rows": rows,
            "css": "tt-others",
            "titled": True,
        },
    )
