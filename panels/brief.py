"""The brief of the eve of a meeting: five short lists of sentences, on one page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from i18n import Words, words
from panels.sheet import _slide
from panels.situation import on_date
from panels.slide import Figure, Slide
from panels.sources import called
from panels.targets import card, position

MOST, MOST_BESIDE = 6, 3
"""Sentences of one list: a page has room for so many, in one language and in two side by side."""

LONGEST = 150
"""Characters of a text that somebody typed: the whole of it is in the list of recommendations."""

SUGGESTED = 3


@dataclass(frozen=True)
class Moved:
    """A count then and now. before: as it was shown then; after: now; revised: of the change, what is a correction of
    what was shown."""

    step: str
    unit: str
    before: int
    after: int
    revised: int
    on_date: int


def below(rows: Sequence[Any], *, asked: Mapping[str, Any], locale: str) -> Slide:
    """What is below its path, worst first: where it stands, and the pace it needs."""
    w = words(locale)
    lines, figures = [], []
    for row in rows[: asked.get("most", MOST)]:
        needed = card(row, locale=locale).parts["needed"]
        lines.append(" ".join(filter(None, (position(row, w), needed))))
        if not math.isnan(row.actual):
            said = w.short(round(row.actual))
            figures.append(Figure(row.step, row.territory_code, int(row.on_date), round(row.actual), said, row.unit))
            planned = w.short(round(row.planned))
            figures.append(Figure("planned", row.territory_code, int(row.on_date), row.planned, planned, row.unit))
    return _part("below", lines, len(rows), w("brief.below_none"), asked, w, figures)


def moved(rows: Sequence[Moved], *, since: int | None, asked: Mapping[str, Any], locale: str) -> Slide:
    """What moved since the meeting of the day `since`, the activity of the period apart from corrections."""
    w = words(locale)
    lines, figures = [], []
    for row in rows[: asked.get("most", MOST)]:
        change = row.after - row.before
        said = {
            "things": w.of_things(row.step, row.unit),
            "place": w.in_territory(asked["territory"]),
            "before": w.number(row.before),
            "after": w.number(row.after),
        }
        if not change and not row.revised:
            lines.append(w("brief.moved_not", **said))
        else:
            way = "up" if change >= 0 else "down"
            # Where nothing of it is a revision, its parts would be the same figure again and a zero.
            parts = {"new": w.spoken(change - row.revised), "revision": w.spoken(row.revised)} if row.revised else {}
            key = f"brief.moved_{way}" if parts else f"brief.moved_{way}_alone"
            lines.append(w(key, **said, change=w.number(abs(change)), **parts))
        for what, value in (("before", row.before), (row.step, row.after)):
            figures.append(Figure(what, asked["territory"], row.on_date, value, w.number(value), row.unit))
    if since is None:
        return _part("moved", [], 0, w("brief.moved_first"), asked, w, [])
    return _part("moved", lines, len(rows), w("brief.moved_none"), asked, w, figures, since=w.date(on_date(since)))


def overdue(
    rows: Sequence[Any], *, held: Mapping[str, int], names: Mapping[str, str], asked: Mapping[str, Any], locale: str
) -> Slide:
    """The recommendations whose date has passed, the oldest first."""
    w = words(locale)
    lines = [
        w(
            "brief.overdue_line",
            number=w.number(row.number),
            meeting=w.date(on_date(held[row.meeting])),
            service=names.get(row.lead, row.lead),
            due=w.date(on_date(row.due)),
            text=_cut(row.text),
        )
        for row in rows[: asked.get("most", MOST)]
    ]
    return _part("overdue", lines, len(rows), w("brief.overdue_none"), asked, w, [])


def late(rows: Sequence[tuple[Mapping[str, Any], Any]], *, asked: Mapping[str, Any], locale: str) -> Slide:
    """The deliveries that are late: what was to come, how many offices have sent it, the last figures there are."""
    w = words(locale)
    lines = []
    for block, row in rows[: asked.get("most", MOST)]:
        said = {
            "name": called(block, locale=locale),
            "reported": w.number(int(row.reported)),
            "expected": w.number(int(row.expected)),
        }
        if math.isnan(row.last_date):
            lines.append(w("brief.late_never", **said))
        else:
            lines.append(w("brief.late_line", **said, date=w.date(on_date(row.last_date))))
    return _part("late", lines, len(rows), w("brief.late_none"), asked, w, [])


def suggested(
    below: Sequence[Any],
    moved: Sequence[Moved],
    overdue: int,
    late: int,
    others: Sequence[Any] = (),
    *,
    asked: Mapping[str, Any],
    locale: str,
) -> Slide:
    """Three items to put on the agenda, each with what speaks for it. others: what is on its path, to be followed."""
    w = words(locale)
    lines = [
        w(
            "brief.suggest_below",
            name=w.name("indicator", row.indicator),
            word=w(f"targets.verdict_{row.verdict}"),
        )
        for row in below[: SUGGESTED if not overdue else SUGGESTED - 1]
    ]
    if overdue:
        lines.append(w("brief.suggest_overdue", n=w.number(overdue)))
    for row in moved:
        if len(lines) < SUGGESTED and row.revised:
            lines.append(w("brief.suggest_revised", things=w.things(row.step, row.unit)))
    if late and len(lines) < SUGGESTED:
        lines.append(w("brief.suggest_late", n=w.number(late)))
    for row in moved:
        if len(lines) < SUGGESTED and not row.revised:
            lines.append(w("brief.suggest_moved", things=w.things(row.step, row.unit)))
    told = [w("brief.suggest_path", name=w.name("indicator", row.indicator)) for row in others]
    lines += told[: max(SUGGESTED - len(lines), 0)]
    return _part("suggested", lines[:SUGGESTED], 0, w("brief.suggest_none"), asked, w, [])


def _part(
    name: str,
    lines: Sequence[str],
    many: int,
    nothing: str,
    asked: Mapping[str, Any],
    w: Words,
    figures: Sequence[Figure],
    **said: str,
) -> Slide:
    told = list(lines) or [nothing]
    most = asked.get("most", MOST)
    if many > most:
        told.append(w("brief.more", n=w.number(many - most)))
    key = f"brief.{name}_title"
    # The first meeting has none before it to name.
    title = w("brief.moved_title_first") if name == "moved" and not said else w(key, **said)
    return _slide(f"brief/{name}", asked, kind="text", title=title, lines=tuple(told), figures=tuple(figures))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]}…"
