"""What became of an extract of records, in words, for the page and the terminal.

A report is a value as data.importer.records hands it back.
"""

import datetime
from collections.abc import Iterator
from typing import Any, Protocol

from . import Words


class Taken(Protocol):
    """What such a report has; data.importer.records.RecordsReport says what each is."""

    file: str
    rows_read: int
    accepted: int
    refused: int
    unchanged: int
    event: int | None
    already: bool
    on: datetime.date | None
    figures: int
    territories: int
    left_out: int
    before_entry: int
    personal: tuple[str, ...]
    uncounted: int
    revised: Any


def headline(report: Taken, w: Words) -> str:
    """The one sentence: stored, known, or refused."""
    if report.already:
        return w("importer.already", file=report.file, event=report.event)
    if report.event is None:
        return w("records.refused", file=report.file, rows_read=report.rows_read, uncounted=report.uncounted)
    fields = ("file", "event", "rows_read", "accepted", "refused", "figures", "unchanged", "territories")
    values = {name: getattr(report, name) for name in fields}
    return w("records.stored", **values, on=w.date(report.on))


def details(report: Taken, w: Words) -> Iterator[str]:
    """What else there is to say, one sentence each."""
    if report.left_out:
        yield w("records.left_out", n=report.left_out)
    if report.before_entry:
        yield w("records.before_entry", n=report.before_entry)
    if report.personal:
        yield w("records.personal", kinds=w.join(w(f"identity.{kind}") for kind in report.personal))
    if (beside := report.revised) is not None:
        on = w.date(beside.on)
        if beside.more or beside.fewer:
            yield w("records.revised", event=beside.event, on=on, more=beside.more, fewer=beside.fewer)
        else:
            yield w("records.revised_same", event=beside.event, on=on)


def said(report: Taken, w: Words) -> Iterator[str]:
    """The headline and what follows."""
    yield headline(report, w)
    yield from details(report, w)


def lasting(seconds: float, w: Words) -> str:
    """A time that is left: seconds, or minutes and seconds."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return w("records.seconds", n=whole)
    return w("records.minutes", minutes=whole // 60, seconds=whole % 60)
