"""Reconcile: what could explain a number that was heard, and the sentence to read out on the telephone."""

import math
from html import escape
from typing import Any, NamedTuple

import pandas as pd

from i18n import LOCALES, Words, words
from panels import Panel, SourceLine, rows_of
from panels.events import CASABLANCA
from panels.html import made_up, rows_html
from panels.situation import counted, host_of, on_date, source_name, whole_or_partial

FAR, SAID = "far", "said"


class Said(NamedTuple):
    """The sentence to read out in one language, and the direction it is written in."""

    locale: str
    direction: str
    text: str


def reconciliation(ours: Any, frame: pd.DataFrame, *, asked: Any, heard: Any, by: str, locale: str) -> Panel:
    """What explains the number heard, the best explanation first, and the sentence to read out in three languages.

    ours, frame, asked, heard: as `queries.reconcile.reconciled` takes and returns them; by: who said it, empty when not
    told. The title is the sentence in the reader's language. `parts` holds `said` (a Said per language, the reader's
    first), `head` and `rows` of those that explain (as `panels.html.rows_html` asks), and `tolerance` (in words).
    """
    w = words(locale)
    rows = [row for row in rows_of(frame) if row.band != FAR]
    spoken = (locale, *(other for other in LOCALES if other != locale))
    said = tuple(
        Said(code, words(code).direction, _sentence(ours, frame, asked, heard, by, words(code))) for code in spoken
    )
    return Panel(
        subject="reconcile",
        kind="reconciliation",
        title=said[0].text,
        frame=frame,
        units=(asked.unit,),
        data_dates=() if ours is None else (int(ours.on_date),),
        parts={
            "said": said,
            "head": _head(w),
            "rows": [_row(row, ours, heard, w) for row in rows],
            "tolerance": _tolerance(heard, w),
        },
    )


def folded(ours: Any, frame: pd.DataFrame, *, heard: Any, locale: str) -> Panel:
    """What was looked at and does not explain the number heard, the closest first."""
    w = words(locale)
    return Panel(
        subject="reconcile",
        kind="table",
        title=w("reconcile.not_explaining"),
        frame=frame,
        parts={
            "head": _head(w),
            "rows": [_row(row, ours, heard, w) for row in rows_of(frame) if row.band == FAR],
        },
    )


def reconciliation_html(panel: Panel, *, locale: str) -> str:
    """The sentence to read out, the same in the two other languages below it, then what explains the number."""
    w = words(locale)
    first, *others = panel.parts["said"]
    below = "".join(f'<p lang="{s.locale}" dir="{s.direction}">{escape(s.text)}</p>' for s in others)
    table = ""
    if panel.parts["rows"]:
        explaining = Panel(
            subject=panel.subject,
            kind="table",
            title=w("reconcile.explaining"),
            frame=panel.frame,
            parts={"head": panel.parts["head"], "rows": panel.parts["rows"], "titled": True, "css": "tt-explaining"},
        )
        table = rows_html(explaining, locale=locale)
    return (
        f'<section class="tt-reconciliation" dir="{w.direction}">{made_up(panel, w)}'
        f"<h2>{escape(w('reconcile.read_out'))}</h2>"
        f'<p class="tt-read-out" lang="{first.locale}">{escape(first.text)}</p>'
        f"<details><summary>{escape(w('reconcile.other_languages'))}</summary>{below}</details>"
        f'{table}<p class="tt-remark">{escape(panel.parts["tolerance"])}</p></section>'
    )


def _head(w: Words) -> tuple[str, ...]:
    return tuple(w(f"reconcile.column_{name}") for name in ("kind", "what", "number", "gap"))


def _row(row: Any, ours: Any, heard: Any, w: Words) -> tuple:
    what = _what(row, ours, w)
    return (
        w(f"reconcile.kind_{row.kind}"),
        SourceLine(what, row.address) if row.address else what,
        _number(row, heard, w),
        _gap(row, heard, w),
    )


def _tolerance(heard: Any, w: Words) -> str:
    """How near a number has to be, in words."""
    if heard.share:
        return w("reconcile.tolerance_share", n=_share(heard, w))
    return w("reconcile.tolerance_count", n=w.share(TOLERANCE, decimals=1))


TOLERANCE = 0.005
"""As `queries.methods.reconcile` has it; a test holds the two together."""


def _share(heard: Any, w: Words, *, spoken: bool = False) -> str:
    """The share that was heard, with as many decimals as it was said with."""
    decimals = max(round(-math.log10(heard.precision)) - 2, 0)
    return (w.percent_words if spoken else w.share)(heard.value, decimals=decimals)


def _number(row: Any, heard: Any, w: Words, *, spoken: bool = False) -> str:
    """The number that a candidate gives."""
    if heard.share:
        return (w.percent_words if spoken else w.share)(row.value, decimals=1)
    return _counted(row, w)


def _counted(row: Any, w: Words) -> str:
    return whole_or_partial(row, counted(row.unit, int(row.value), w), w)


def _gap(row: Any, heard: Any, w: Words) -> str:
    """How far it lies from the number heard: in units and as a share of it, or in points."""
    if heard.share:
        points = round(row.gap * 100, 1)
        return w.count("point", points) if points else w("reconcile.gap_none")
    if row.gap == 0 or not heard.value:
        return w("reconcile.gap_none") if row.gap == 0 else w.signed(int(row.gap))
    return w("reconcile.gap_count", n=w.signed(int(row.gap)), share=w.share(abs(row.gap) / heard.value))


def _heard(heard: Any, unit: str, by: str, w: Words) -> str:
    """The number as it was heard, with who said it where that is known."""
    n = _share(heard, w, spoken=True) if heard.share else counted(unit, int(heard.value), w)
    return w("reconcile.number_by", by=by, n=n) if by else n


def _sentence(ours: Any, frame: pd.DataFrame, asked: Any, heard: Any, by: str, w: Words) -> str:
    """What to say on the telephone: what the number heard is, and what ours is; or what to ask."""
    rows = rows_of(frame)
    own_share = next((row for row in rows if row.kind == "share" and row.changes == 0), None) if heard.share else None
    ours_said, ours_what = _ours(ours, own_share, asked, w)
    values = {"heard": _heard(heard, asked.unit, by, w), "ours_what": ours_what}
    best = rows[0] if rows and rows[0].band != FAR else None
    if best is None:
        questions = ["date", "unit", "place", "over" if heard.share else "period"]
        values["questions"] = w.join(w(f"reconcile.ask_{name}") for name in questions)
        if ours_said:
            return w("reconcile.says_none", ours=ours_said, **values)
        return w("reconcile.says_nothing", **values)
    if best.changes == 0:
        if best.gap == 0:
            return w("reconcile.says_same", **values)
        rounded = "says_rounded" if best.band == SAID else "says_close"
        return w(f"reconcile.{rounded}", ours=ours_said, **values)
    values |= {"what": _what(best, ours, w), "n": _number(best, heard, w, spoken=True)}
    if best.kind == "share" and best.divisor_unit != best.unit and best.other_value is not None:
        return w(
            "reconcile.says_mixed",
            heard=values["heard"],
            what=values["what"],
            n=values["n"],
            share=w.percent_words(best.divided / best.other_value),
            a=counted(best.unit, int(best.divided), w),
            b=counted(best.unit, int(best.other_value), w),
        )
    if not ours_said:
        return w("reconcile.says_alone", **values)
    if best.kind in SAME_COUNT and not heard.share and ours.measure == best.measure == "stock":
        # The same count on another day: what it counts, and where, was just said.
        values["ours_what"] = w("reconcile.ours_on", date=w.date(on_date(ours.on_date)))
    return w("reconcile.says_match" if best.band == SAID else "reconcile.says_near", ours=ours_said, **values)


SAME_COUNT = ("date", "between", "revision", "source")
"""The candidates that are the same count in the same place."""


def _ours(ours: Any, own_share: Any, asked: Any, w: Words) -> tuple[str, str]:
    """Our figure and what it is of; where there is none, nothing and what it would be of."""
    if own_share is not None:
        return w.percent_words(own_share.value, decimals=1), _what(own_share, ours, w)
    if ours is not None:
        return counted(ours.unit, int(ours.value), w), _count(ours, w)
    return "", w(
        "reconcile.what_count",
        things=w.of_things(asked.step, asked.unit),
        place=w.in_territory(asked.territory),
        date=w.date(on_date(asked.on)),
    )


def _count(row: Any, w: Words) -> str:
    """A count in words: of what, where, when; that it is a sum over some of the children only, where it is."""
    values = {
        "things": w.of_things(row.step, row.unit),
        "place": w.in_territory(row.territory_code),
        "date": w.date(on_date(row.on_date)),
    }
    if row.measure == "flow":
        what = w("reconcile.what_period", since=w.date(on_date(row.from_date)), **values)
    else:
        what = w("reconcile.what_count", **values)
    if row.basis == "summed" and row.reporting < row.expected:
        return w("reconcile.what_partial", what=what, n=int(row.reporting), m=int(row.expected))
    return what


def _what(row: Any, ours: Any, w: Words) -> str:
    """What a candidate is, in words that stand in the middle of a sentence."""
    if row.kind in ("share", "place", "date") and row.divisor is not None:
        return _divided(row, w)
    if row.kind == "between":
        points = sorted([(row.on_date, row.value), (row.other_date, row.other_value)])
        (first, a), (last, b) = points
        return w(
            "reconcile.what_between",
            things=w.of_things(row.step, row.unit),
            place=w.in_territory(row.territory_code),
            since=w.date(on_date(first)),
            a=w.number(int(a)),
            date=w.date(on_date(last)),
            b=w.number(int(b)),
        )
    if row.kind == "census":
        place = w.in_territory(row.territory_code)
        return w(f"reconcile.what_census_{row.unit}", place=place, year=int(row.divisor_date))
    if row.kind == "quoted":
        return w("reconcile.what_quoted", date=w.date(on_date(row.on_date)), host=host_of(row.address))
    if row.kind == "change":
        return w(
            "reconcile.what_change",
            things=w.of_things(row.step, row.unit),
            place=w.in_territory(row.territory_code),
            since=w.date(on_date(row.from_date)),
            date=w.date(on_date(row.on_date)),
        )
    if row.kind in OPERATIONS:
        return OPERATIONS[row.kind](row, counted(ours.unit, int(ours.value), w), w)
    what = _count(row, w)
    if row.kind == "source":
        return w("reconcile.what_source", what=what, source=source_name(row.source, w))
    if row.kind == "revision":
        # Only the day: the hour at which a file came in tells nothing on the telephone.
        day = recorded_day(row.recorded_at, w)
        return w("reconcile.what_revision", what=what, event=str(int(row.event)), recorded=day)
    return what


def recorded_day(seconds: float, w: Words) -> str:
    """The day on which an event was recorded, on the calendar of Casablanca."""
    moment = pd.Timestamp(int(seconds), unit="s", tz="UTC").tz_convert(CASABLANCA)
    return w.date(moment.date())


def _per_household(row: Any, n: str, w: Words) -> str:
    key = "reconcile.what_persons_of" if row.unit == "person" else "reconcile.what_households_of"
    return w(key, n=n, size=w.decimal(row.other_value, 2), year=int(row.divisor_date))


def _without(row: Any, n: str, w: Words) -> str:
    return w("reconcile.what_without", n=n, name=w.territory(row.other_code), m=w.number(int(row.other_value)))


def _doubled(row: Any, n: str, w: Words) -> str:
    return w("reconcile.what_doubled", n=n, date=w.date(on_date(row.other_date)), m=w.number(int(row.other_value)))


def _twice(row: Any, n: str, w: Words) -> str:
    return w("reconcile.what_twice", n=n)


OPERATIONS = {"per_household": _per_household, "without": _without, "doubled": _doubled, "twice": _twice}
"""The candidates that follow from our figure by one operation, and how each is said."""


def _divided(row: Any, w: Words) -> str:
    """A share: a count over another, each with its number; that their units differ, where they do."""
    if row.divisor_kind == "census":
        over = w(f"reconcile.over_census_{row.divisor_unit}", year=int(row.divisor_date))
    else:
        things = w.of_things(row.divisor_step, row.divisor_unit)
        over = w("reconcile.over_step", things=things)
        if row.divisor_date != row.on_date:
            over = w("reconcile.over_step_on", things=things, date=w.date(on_date(row.divisor_date)))
    share = w(
        "reconcile.what_share",
        what=_count(row, w),
        a=counted(row.unit, int(row.divided), w),
        over=over,
        b=counted(row.divisor_unit, int(row.divisor), w),
    )
    return w("reconcile.what_mixed", what=share) if row.divisor_unit != row.unit else share
