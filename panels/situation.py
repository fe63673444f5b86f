"""Situation: one panel of readings per programme, and the path that its count has taken."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

import pandas as pd

from i18n import Words, words
from panels import Panel, SourceLine

FIRST_DAY = dt.date(1970, 1, 1)
CHILD_OF = {"country": "prefecture", "region": "prefecture", "prefecture": "commune", "commune": "arrondissement"}


def on_date(day: float) -> dt.date:
    """The date of a day counted since 1970-01-01."""
    return FIRST_DAY + dt.timedelta(days=int(day))


@dataclass(frozen=True)
class Reading:
    """One reading of a programme: what is printed for one territory, every text ready.

    state: shown, withheld, missing, not_applicable. number, unit: the count in digits and in what. share, share_of:
    the rate and what it is a rate of. change: over about 30 days. dateline: the figure's own date. reporting: how many
    children reported. remarks: lateness, rates above 100 %, other statements, published rates; each with its address.
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
    partial: bool = False
    late: str = ""
    remarks: tuple[SourceLine, ...] = ()
    chosen: bool = False


def situation(
    readings: pd.DataFrame,
    found: pd.DataFrame,
    quoted: pd.DataFrame,
    *,
    programme: str,
    levels: dict[str, str],
    locale: str,
) -> Panel:
    """The readings of one programme, from the kingdom down to the chosen territory (the last one).

    readings: `queries.situation.readings`; found: its second frame; quoted: `queries.situation.quoted`. levels: the
    level of each territory. `parts["readings"]` is a tuple of Reading; `parts["programme"]` the programme's id.
    """
    w = words(locale)
    mine = readings[readings["programme"] == programme]
    chosen = mine["territory_code"].iloc[-1]
    cells = tuple(
        _reading(row, found, quoted, level=levels.get(row.territory_code, ""), chosen=row.territory_code == chosen, w=w)
        for row in mine.itertuples(index=False)
    )
    spoken = mine[mine["state"] == "shown"]
    # The title states the finding of the nearest territory that has a whole one: a partial sum is no total.
    whole = spoken[(spoken["basis"] != "summed") | (spoken["reporting"] >= spoken["expected"])]
    nothing = w("situation.no_figure", name=w.name("programme", programme))
    title = _sentence(whole.iloc[-1], w) if len(whole) else nothing
    return Panel(
        subject="situation",
        kind="readings",
        title=title,
        frame=mine,
        units=tuple(dict.fromkeys(mine["unit"])),
        sources=tuple(dict.fromkeys(c.source for c in cells if c.source)),
        data_dates=tuple(sorted({int(d) for d in spoken["on_date"]})),
        parts={"readings": cells, "programme": programme},
    )


def _sentence(row, w: Words) -> str:
    flow = row["measure"] == "flow"
    return w(
        "situation.sentence_flow" if flow else "situation.sentence",
        things=w.of_things(row["step"], row["unit"]),
        place=w.in_territory(row["territory_code"]),
        n=w.short(int(row["value"])),
        date=w.date(on_date(row["on_date"])),
        since=w.date(on_date(row["from_date"])),
    )


def _reading(row, found: pd.DataFrame, quoted: pd.DataFrame, *, level: str, chosen: bool, w: Words) -> Reading:
    label = place(row.territory_code, level, w)
    if row.state != "shown":
        remarks = _quoted(row, quoted, w)
        said = {"withheld": "state.withheld", "missing": "state.missing", "not_applicable": "state.not_applicable"}
        text = w(said[row.state], threshold=w.number(10)) if row.state == "withheld" else w(said[row.state])
        return Reading(row.territory_code, label, row.state, number=text, chosen=chosen, remarks=remarks)
    value = int(row.value)
    figure, noun = figure_and_noun(row.unit, value, w)
    dated = w.date(on_date(row.on_date))
    if row.measure == "flow":
        dateline = w("reading.period", since=w.date(on_date(row.from_date)), date=dated)
    else:
        dateline = w("reading.as_of", date=dated)
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
            remarks.append(SourceLine(w("reading.above_whole")))
    change = ""
    if not pd.isna(row.change):
        since = w.date(on_date(row.change_since))
        moved = int(row.change)
        change = w("reading.change", n=w.signed(moved), date=since) if moved else w("reading.no_change", date=since)
    reporting = ""
    if row.basis == "summed":
        whole = row.reporting >= row.expected
        reporting = w(
            "reading.complete" if whole else "reading.reporting",
            n=w.number(row.reporting),
            m=w.count(child_noun(level), row.expected),
        )
    remarks += _alternatives(row, found, w)
    remarks += _quoted(row, quoted, w)
    if flagged(row.note):
        remarks.append(SourceLine(w("reading.to_confirm")))
    return Reading(
        territory_code=row.territory_code,
        label=label,
        state="shown",
        number=figure,
        exact=counted(row.unit, value, w),
        unit=noun,
        share=share,
        share_of=share_of,
        change=change,
        dateline=dateline,
        source=source_line(row.source, row.address, row.basis, w),
        reporting=reporting,
        partial=row.basis == "summed" and row.reporting < row.expected,
        late=w("reading.late") if row.late else "",
        remarks=tuple(remarks),
        chosen=chosen,
    )


def place(code: str, level: str, w: Words) -> str:
    """A territory with what it is: «عمالة إنزكان أيت ملول»; the kingdom by its name alone."""
    name = w.territory(code)
    return name if level == "country" else w("app.place", kind=w.kind(code), name=name)


def figure_and_noun(unit: str, value: int, w: Words) -> tuple[str, str]:
    """A counted phrase in two parts, so that the number can be set larger: ("1,8 million", "de ménages").

    Where the language says the number in the noun («أسرتين»), all of it is the first part.
    """
    if value == 0:
        return w.number(0), w(f"unit.{unit}")
    phrase, figure = w.count(unit, value, short=True), w.short(value)
    before, found, after = phrase.partition(figure)
    return (figure, after.strip()) if found and not before.strip() else (phrase, "")


def counted(unit: str, value: int, w: Words) -> str:
    """A counted phrase in full digits that also stands alone: zero is written as a digit, not as «none»."""
    return w("reading.nothing", n=w.number(0), unit=w(f"unit.{unit}")) if value == 0 else w.count(unit, value)


def child_noun(level: str) -> str:
    """The counted noun of a territory's children."""
    return {"prefecture": "prefecture_or_province"}.get(CHILD_OF.get(level, ""), CHILD_OF.get(level, "") or "commune")


def flagged(note: str) -> bool:
    """Whether a published figure's note asks for its confirmation."""
    return str(note).upper().startswith("TO CONFIRM")


def source_line(source: str, address: str, basis: str, w: Words) -> SourceLine:
    """The source of a figure: its name, with the host it was printed on; «sum» when it is our own addition."""
    host = urlsplit(address).hostname if "://" in address else address
    name = w.name("source", source)
    if basis == "summed":
        return SourceLine(w("reading.source_summed", source=name))
    if host:
        return SourceLine(w("reading.source_at", source=name, host=host.removeprefix("www.")), address)
    return SourceLine(w("reading.source", source=name))


def _alternatives(row, found: pd.DataFrame, w: Words) -> list[SourceLine]:
    """What other sources say of the same count at a date no earlier than the one shown."""
    others = found[
        (found["territory_code"] == row.territory_code)
        & (found["step"] == row.step)
        & (found["unit"] == row.unit)
        & (found["measure"] == row.measure)
        & (found["on_date"] == row.on_date)
        & (found["state"] == "shown")
        & ~found["speaks"].astype(bool)
    ]
    lines = []
    for other in others.itertuples(index=False):
        if other.value == row.value:
            continue
        line = source_line(other.source, other.address, other.basis, w)
        text = w("reading.alternative", n=w.short(int(other.value)), source=line.text)
        lines.append(SourceLine(text, line.address))
    return lines


def _quoted(row, quoted: pd.DataFrame, w: Words) -> tuple[SourceLine, ...]:
    """What was printed of the same step there, beside our own figure and never computed with."""
    lines = []
    mine = quoted[(quoted["territory_code"] == row.territory_code) & (quoted["step"] == row.step)]
    for q in mine.itertuples(index=False):
        if q.measure == "share":
            # A printed share is of use here only beside our own figure; all of them stand on the Method page.
            if pd.isna(q.implied_denominator):
                continue
            implied = w.number(round(q.implied_denominator))
            text = w(
                "reading.quoted_share_implied",
                share=printed_share(q.value, w),
                date=w.date(on_date(q.on_date)),
                n=implied,
            )
        elif q.measure == "count":
            text = w("reading.quoted_count", n=counted(q.unit, int(q.value), w), date=w.date(on_date(q.on_date)))
        else:
            continue
        lines.append(SourceLine(text, q.address))
    return tuple(lines)


def printed_share(thousandths: int, w: Words) -> str:
    """A share as it was printed, in thousandths of a percent: 9 % is not made 9,0 %."""
    return w.share(thousandths / 100_000, decimals=0 if thousandths % 1000 == 0 else 1)


def path(history: pd.DataFrame, *, step: str, unit: str, territory: str, locale: str) -> Panel:
    """The path of one count: a line over time, in units, from zero.

    history: `queries.trend.best_history`. `parts` holds `labels` (one ready text per point, for the pointer), `first`
    and `last` (dates), `unit` and `step`.
    """
    w = words(locale)
    dates = [on_date(d) for d in history["on_date"]]
    values = [int(v) for v in history["value"]]
    labels = [
        w("path.point", date=w.date(day), n=counted(unit, value, w)) for day, value in zip(dates, values, strict=True)
    ]
    return Panel(
        subject="situation",
        kind="path",
        title=w(
            "path.title",
            things=w.of_things(step, unit),
            place=w.in_territory(territory),
        ),
        frame=history,
        units=(unit,),
        data_dates=tuple(int(d) for d in history["on_date"]),
        parts={
            "dates": dates,
            "values": values,
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
            text = w("situation.other_cell", n=reading.exact, date=reading.dateline)
            cells.append(SourceLine(text, reading.source.address if reading.source else ""))
        rows.append((w.name("programme", panel.parts["programme"]), *cells))
    return Panel(
        subject="situation",
        kind="table",
        title=w("situation.others"),
        frame=pd.concat([p.frame for p in panels], ignore_index=True),
        parts={"head": (w("situation.column_programme"), *(w.territory(code) for code in line)), "rows": rows},
    )
