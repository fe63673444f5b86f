"""What a figure of a slide is of, and what it counts, in words: for whoever opens a sheet and knows no name of ours."""

from collections.abc import Iterable

from i18n import Words
from panels.slide import Figure, Number

_MEASURES = {
    "activity": "measure.activity",
    "actual": "targets.column_actual",
    "change": "workbook.change",
    "children": "measure.children",
    "confirmed": "measure.confirmed",
    "confirmed_share": "deck.confirmed_share",
    "days_left": "window.days_left",
    "expected": "deck.column_gain",
    "former": "deck.whole_former",
    "gain": "deck.column_gain",
    "gap": "targets.column_gap",
    "known": "measure.known",
    "median_weeks": "deck.half_wait",
    "mendable_share": "measure.mendable_share",
    "milestone": "measure.milestone",
    "needed_per_day": "targets.column_needed",
    "now": "measure.now",
    "per_day": "targets.column_recent",
    "planned": "targets.planned_today",
    "population": "deck.whole_population",
    "reached": "measure.reached",
    "recent_per_day": "targets.column_recent",
    "recommendations_all": "measure.recommendations_all",
    "recommendations_done": "recommendations.number_done",
    "recommendations_in_time": "recommendations.number_in_time",
    "recommendations_overdue": "recommendations.number_overdue",
    "remaining": "deck.column_left",
    "remaining_share": "measure.remaining_share",
    "reported": "measure.reported",
    "reporting_now": "measure.reporting_now",
    "reporting_now_of": "measure.reporting_now_of",
    "reporting_then": "measure.reporting_then",
    "reporting_then_of": "measure.reporting_then_of",
    "revised_units": "measure.revised_units",
    "revision": "since.column_revision",
    "share": "measure.share",
    "silent": "measure.silent",
    "source_change": "measure.source_change",
    "target": "targets.column_target",
    "then": "measure.then",
    "times": "measure.times",
    "working_days": "measure.working_days",
}
"""What a slide says besides steps and indicators."""

_ROWS = ("others", "unallocated")
"""Rows of no territory: their measures wear the name of the row before their own."""


def named(figure: Figure, w: Words, *, numbers: Iterable[Number] = ()) -> str:
    """What a figure is of: a step, an indicator, a measure, else what stands beside it as a headline number (numbers).

    Empty where it has no words of its own: the marks of an axis, a number that stands in a sentence only.
    """
    for kind in ("step", "indicator"):
        try:
            return w.name(kind, figure.what)
        except KeyError:
            continue
    what, _, of = figure.what.partition(".")
    if of:
        return _of(what, of, w)
    if what == "known" and figure.unit:
        return w("since.column_revised_known")
    if what in _MEASURES:
        return w(_MEASURES[what])
    for row in _ROWS:
        measure = what.removeprefix(f"{row}_")
        if measure != what and measure in _MEASURES:
            return w("measure.of", what=w(_MEASURES[measure]), whose=w(f"since.row_{row}"))
    if what.startswith("reason_"):
        why = what.removeprefix("reason_")
        return w(f"since.reason_{'definition_undated' if why == 'definition' else why}")
    return next((one.label for one in numbers if one.text == figure.text), "")


def _of(what: str, of: str, w: Words) -> str:
    """A measure of something: who waits before a step, who was refused for a reason, what a lever adds."""
    if what == "waiting":
        return w("measure.waiting_before", step=w.name("step", of))
    if what == "reason":
        return w.name("reason", of)
    if what in _MEASURES and f"levers.column_{of}" in w:
        return w("measure.of", what=w(_MEASURES[what]), whose=w(f"levers.column_{of}"))
    return ""


def unit_named(unit: str, w: Words, *, plural: bool = False) -> str:
    """The word of a unit; empty for what has none."""
    if f"unit.{unit}" in w:
        return w(f"unit.{unit}.plural") if plural else w(f"unit.{unit}")
    return w(f"measure.unit_{unit}") if f"measure.unit_{unit}" in w else ""
