"""The annexes of a meeting: every figure that its minutes do not hold, with the id of each panel, on few pages.

What the minutes tell whole is named by its id and not told again; maps and chains, which minutes tell as tables, are
drawn. Panels whose tables are narrow stand two by two. The panels below one panel, of communes and annexes, are one
table of a row each; the points of their paths are one table of dates and territories. First of all stands what is
where.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from exports import drawn as drawings
from exports import letters, paper, tagged
from exports.papers import Made, drawn_whole, figures_of, may_be_printed, of_record, with_all_figures
from exports.record import Record
from exports.word import texts_of
from i18n import Words, words
from panels.slide import Number, Slide, Table

POINTS_ACROSS, POINTS_BESIDE = 6, 3
"""Pairs of a date and a figure in one line of a page that lies down, and in half of one."""

TERRITORIES_ACROSS, BESIDE_ACROSS = 10, 5
"""Columns of a table of dates and territories: across a page that lies down, and in half of one."""

NARROW_COLUMNS, LOW_ROWS, SHORT = 6, 16, 80
"""A table of no more, and of no longer texts, stands beside another one."""


def annexes(record: Record) -> Made:
    """The annexes of a meeting, as PDF."""
    both = record.other is not None

    def told(of: Record) -> list[Slide]:
        there = in_minutes(of)
        return [one for one in of.slides if one.kind != "cover" and one.key not in there and may_be_printed(one, of)]

    def blocks(of: Record, slides: Sequence[Slide]) -> list[dict]:
        return _blocks(of, slides, both=both)

    return [of_record(record, "annexes", told, blocks, title=lambda w: w("papers.annexes"), landscape=True, size=8)]


def in_minutes(of: Record) -> set[str]:
    """The keys of the slides that the minutes of a meeting tell whole, each figure of them; none before the meeting.
    A path is none of them: minutes say where it stands and leave its points out; nor is what is drawn on paper."""
    w, found = words(of.locale), set()
    for slide in letters.slides_told(of) if of.shown else ():
        said = tagged.normal(" ¦ ".join(texts_of(letters.slide_blocks(slide, w))))
        if slide.kind not in ("path", *drawings.KINDS) and all(
            _alone(tagged.normal(one.text), said) for one in figures_of(slide)
        ):
            found.add(slide.key)
    return found


def _alone(figure: str, said: str) -> bool:
    """Whether a text says a figure, and not as a part of a longer number."""
    return re.search(rf"(?<![\d,.])(?<!\d ){re.escape(figure)}(?![\d]| \d{{3}})", said) is not None


def _blocks(of: Record, slides: Sequence[Slide], *, both: bool) -> list[dict]:
    w = words(of.locale)
    names = {"": w("papers.whole_sitting")} | {item.id: letters.item_name(item, of, w) for item in of.meeting.agenda}
    told = in_minutes(of)
    found: list[dict] = []
    for item in dict.fromkeys(one.item for one in of.slides if one.kind != "cover"):
        mine = [one for one in slides if one.item == item]
        there = [one.panel for one in of.slides if one.item == item and one.key in told]
        found.append(paper.heading(names.get(item, item)))
        if there:
            found.append(paper.text(w("papers.in_minutes", panels=w.join(there)), sticky=bool(mine)))
        way = [one for one in mine if not one.parent]
        found += _paired([_panel(one, w, both=both) for one in way], both=both)
        for parent in dict.fromkeys(one.parent for one in mine if one.parent):
            found += _details([one for one in mine if one.parent == parent], w, both=both)
    if not found:
        return [paper.text(w("papers.nothing_frozen"))]
    return [paper.contents(one["text"] for one in found if one["kind"] == "heading"), *found]


def _panel(slide: Slide, w: Words, *, both: bool = False) -> dict:
    """A slide as a panel: its numbers in a line, a path as its points, a map or a chain drawn."""
    slide = replace(slide, figures=tuple(figures_of(slide)))
    if slide.kind == "path" and not slide.table.rows:
        slide = replace(slide, table=_points(slide, w, across=POINTS_BESIDE if both else POINTS_ACROSS))
    whole, drawn = with_all_figures(_in_line(slide, w), w), slide.kind in drawings.KINDS
    tabled, room = not (drawn and drawn_whole(whole, w)), paper.HALF if both else paper.WIDE
    return _with_widths(paper.panel(whole, locale=w.locale, drawn=drawn, tabled=tabled, room=room))


def _with_widths(panel: dict) -> dict:
    """A panel whose columns are as wide as their texts ask."""
    table = panel["table"]
    if table is None or not table["head"]:
        return panel
    rows = [[cell["word"] if isinstance(cell, dict) else cell for cell in row] for row in table["rows"]]
    return panel | {"table": table | {"widths": letters.widths_of(Table(tuple(table["head"]), tuple(rows)))}}


def _in_line(slide: Slide, w: Words) -> Slide:
    """A slide with its numbers as its first sentence."""
    if not slide.numbers:
        return slide
    told = " · ".join(w("letters.number", label=one.label, text=_number(one)) for one in slide.numbers)
    return replace(slide, numbers=(), lines=(told, *slide.lines))


def _number(one: Number) -> str:
    return f"{one.text} {one.unit}".strip()


def _points(slide: Slide, w: Words, *, across: int) -> Table:
    """The points of a path, down one pair of columns after the other."""
    points = [(w.date_short(dt.date.fromisoformat(on)), text) for on, text in _labelled(slide)]
    if not points:
        return Table()
    high = -(-len(points) // across)
    columns = [points[at : at + high] for at in range(0, len(points), high)]
    rows = [
        tuple(text for column in columns for text in (column[at] if at < len(column) else ("", "")))
        for at in range(high)
    ]
    head = (w("papers.column_date"), w("papers.column_value")) * len(columns)
    return Table(head, tuple(rows), tuple(range(1, len(head), 2)))


def _labelled(slide: Slide) -> list[tuple[str, str]]:
    """The days of a path and what each point of it says."""
    chart = slide.chart
    return [(on, text) for on, text in zip(chart.get("dates", ()), chart.get("labels", ()), strict=False) if text]


# Below a panel


def _details(slides: Sequence[Slide], w: Words, *, both: bool) -> list[dict]:
    """The panels below one: those that say the same of one territory each in a table, the others by themselves."""
    groups: dict[tuple, list[Slide]] = {}
    alone: list[Slide] = []
    for one in slides:
        if one.kind in ("text", "path") and not one.table.rows and one.numbers:
            groups.setdefault((one.kind, one.subject, tuple(n.label for n in one.numbers)), []).append(one)
        else:
            alone.append(one)
    found = [block for group in groups.values() for block in _grouped(group, w, both=both)]
    return found + _paired([_panel(one, w, both=both) for one in alone], both=both)


def _grouped(slides: Sequence[Slide], w: Words, *, both: bool) -> list[dict]:
    """Slides of the same shape as one panel: a row each, what a row does not say below, the points of their paths."""
    if len(slides) == 1:
        return [_panel(slides[0], w, both=both)]
    judged = any(one.verdict for one in slides)
    head = [w("papers.column_territory"), *(one.label for one in slides[0].numbers)]
    head += [w("papers.column_verdict")] if judged else []
    rows = []
    for one in slides:
        row = [_place(one, w), *map(_number, one.numbers)]
        if judged:
            row.append(f"{one.verdict['shape']} {one.verdict['word']}" if one.verdict else "")
        rows.append((*row, one.panel))
    first = slides[0]
    every = dict.fromkeys(note for one in slides for note in one.notes)
    # A note with a figure of one territory alone stands with its name.
    notes = tuple(
        note
        for note in every
        if all(note in one.notes for one in slides) or not any(letter.isdigit() for letter in note)
    )
    lines = [line for one in slides for line in _left(one, w, common=notes)]
    numeric = tuple(range(1, 1 + len(first.numbers)))
    days = tuple(sorted({day for one in slides for day in one.dates}))
    sources = tuple(dict.fromkeys(source for one in slides for source in one.sources))
    title = w(f"papers.by_territory_{first.subject}") if f"papers.by_territory_{first.subject}" in w else ""
    whole = Slide(
        key=first.parent,
        subject=first.subject,
        kind="table",
        title=title or w("papers.by_territory"),
        table=Table((*head, w("papers.column_panel")), tuple(rows), numeric),
        lines=tuple(lines),
        notes=notes,
        sources=sources,
        dates=days,
    )
    blocks = [_with_widths(paper.panel(whole, locale=w.locale, drawn=False))]
    drawn = [one for one in slides if one.kind == "path" and _labelled(one)]
    across = BESIDE_ACROSS if both else TERRITORIES_ACROSS
    # As many in each table as in the others, or nearly.
    share = -(-len(drawn) // -(-len(drawn) // across)) if drawn else 1
    return blocks + [_matrix(drawn[at : at + share], w) for at in range(0, len(drawn), share)]


def _place(slide: Slide, w: Words) -> str:
    try:
        return w.territory(slide.territory)
    except KeyError:
        return slide.territory


def _left(slide: Slide, w: Words, *, common: Sequence[str]) -> list[str]:
    """The sentences of a slide that say a figure which its row and its points do not, with the notes that the others do
    not have; its title where these do not say it either."""
    row = [*map(_number, slide.numbers), *(text for _, text in _labelled(slide))]
    if slide.verdict:
        row.append(slide.verdict["word"])
    lines = [*slide.lines, *(note for note in slide.notes if note not in common)]
    said = [*row, *lines]
    if not _all_said(slide, said):
        lines.insert(0, slide.title)
    if len(lines) == len(slide.lines) and _all_said(slide, row):
        return []
    return [w("letters.number", label=_place(slide, w), text=" ".join(lines))]


def _all_said(slide: Slide, texts: Iterable[str]) -> bool:
    said = " ".join(map(tagged.normal, texts))
    return all(tagged.normal(one.text) in said for one in figures_of(slide))


def _matrix(slides: Sequence[Slide], w: Words) -> dict:
    """The points of several paths: a row a day, a column a territory."""
    said = [dict(_labelled(one)) for one in slides]
    days = sorted({on for one in said for on in one})
    head = [w("papers.column_date"), *(_place(one, w) for one in slides)]
    rows = [[w.date_short(dt.date.fromisoformat(on)), *(one.get(on, "") for one in said)] for on in days]
    widths = [1.3, *[1.0] * len(slides)]
    return paper.table(head, rows, numeric=range(1, len(head)), widths=widths)


# On the page


def _paired(panels: Sequence[dict], *, both: bool) -> list[dict]:
    """Panels, those with low and narrow tables two by two; in two languages each beside its own translation."""
    if both:
        return list(panels)
    found: list[dict] = []
    waiting: list[dict] = []
    for one in panels:
        small = _is_small(one)
        waiting += [one] if small else []
        if waiting and (len(waiting) == 2 or not small):
            found.append(paper.row(waiting, across=2))
            waiting = []
        found += [] if small else [one]
    return found + ([paper.row(waiting, across=2)] if waiting else [])


def _is_small(panel: dict) -> bool:
    if panel["chart"] is not None:
        return False
    if panel["table"] is None:
        return True
    lines = [panel["table"]["head"], *panel["table"]["rows"]]
    longest = max(len(cell) for line in lines for cell in line if isinstance(cell, str))
    return len(lines) <= LOW_ROWS and len(lines[-1]) <= NARROW_COLUMNS and longest <= SHORT
