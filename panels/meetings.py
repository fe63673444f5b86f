"""Meetings in words: what one is called, its agenda, what was frozen, what moved, what was recommended."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from i18n import LOCALES, Words, words
from panels import Panel, SourceLine
from panels.actions import service_name
from panels.html import link, table_html, told, way
from panels.situation import on_date, step_name
from panels.slide import Slide


def title(of: Any, *, locale: str) -> str:
    """What a meeting is called: its kind, its day, its territory."""
    w = words(locale)
    return w("meetings.called", kind=w(f"meetings.kind_{of.kind}"), date=on_date(of.on_date), place=_place(of, w))


def short_title(of: Any, *, locale: str) -> str:
    """A meeting in a list of those of one place: its kind and its day."""
    w = words(locale)
    return w("meetings.called_short", kind=w(f"meetings.kind_{of.kind}"), date=on_date(of.on_date))


def _place(of: Any, w: Words) -> str:
    try:
        return w.in_territory(of.territory)
    except KeyError:
        return of.territory


def item_title(item: Any, *, locale: str) -> str:
    """What an item of an agenda is called: in the office's words, else by what it is about."""
    return item.called(locale) or about(item, locale=locale)


def about(item: Any, *, locale: str) -> str:
    """What an item is about, as a list of all that one may be about names it."""
    w = words(locale)
    kind, id = ("indicator", item.indicator) if item.subject == "pace" else ("programme", item.programme)
    try:
        return w(f"meetings.about_{item.subject}", of=w.name(kind, id, "short") if id else "")
    except KeyError:
        # What it was about is no longer defined.
        return w(f"meetings.about_{item.subject}", of=id)


def listing(found: Sequence[Any], *, locale: str, address: Callable[[str], str]) -> str:
    """The meetings as a table, each leading to its own address: day, what, where, state, how many items."""
    w = words(locale)
    rows = []
    for one in found:
        name = escape(w.date(on_date(one.on_date)))
        rows.append(
            f'<tr><th scope="row"><a href="{escape(address(one.id))}" target="_self">{name}</a></th>'
            f"<td>{escape(w(f'meetings.kind_{one.kind}'))}</td><td>{escape(_named(one.territory, w))}</td>"
            f"<td>{escape(w(f'meetings.state_{one.state}'))}</td><td>{escape(w.number(len(one.agenda)))}</td></tr>"
        )
    head = [w(f"meetings.column_{name}") for name in ("date", "kind", "place", "state", "items")]
    return table_html(head, rows, caption=w("meetings.listed"), direction=w.direction, css="tt-meetings")


def _named(code: str, w: Words) -> str:
    try:
        return w.place(code)
    except KeyError:
        return code


def agenda(of: Any, *, locale: str) -> Panel:
    """The agenda in its order: number, title, what it is about where the title is the office's own, whose matter,
    urgent."""
    w = words(locale)
    rows = [
        (
            w.number(place),
            item_title(item, locale=locale),
            about(item, locale=locale) if item.called(locale) else "",
            service_name(item.service, w) if item.service else "",
            w("meetings.urgent") if item.urgent else "",
        )
        for place, item in enumerate(of.agenda, 1)
    ]
    names = ["number", "item", "about", "service", "urgent"]
    if not any(about_it for _, _, about_it, *_ in rows):
        names.remove("about")
        rows = [(number, called, *rest) for number, called, _, *rest in rows]
    return _table("meetings.agenda", names, rows, w, css="tt-agenda")


def recommended(found: Iterable[Any], *, on: int, locale: str) -> Panel:
    """What a meeting recommended: number, text, lead service, due date, state as on a day."""
    w = words(locale)
    rows = []
    for one in found:
        state = "overdue" if one.overdue(on) and one.state != "blocked" else one.state
        due = w.date(on_date(one.due))
        said = w(f"meetings.recommendation_{state}")
        rows.append((w.number(one.number), one.text, service_name(one.lead, w), due, said))
    return _table("meetings.recommended", ("number", "text", "lead", "due", "state"), rows, w, css="tt-recommended")


def moved(found: Iterable[Any], *, locale: str) -> Panel:
    """What two freezings of a meeting say differently: on which slide, of what, where, then and now."""
    w = words(locale)
    rows = []
    for one in found:
        figure = one.now or one.then
        if figure is None:
            rows.append((one.slide.title, w("meetings.moved_slide"), "", "", ""))
            continue
        then, now = (f.text if f is not None else w("meetings.moved_none") for f in (one.then, one.now))
        rows.append((one.slide.title, _count(figure.what, w), _named(figure.territory, w), then, now))
    return _table("meetings.moved", ("slide", "figure", "place", "then", "now"), rows, w, css="tt-moved")


def _count(what: str, w: Words) -> str:
    """What a figure is of: a step, an indicator, or a measure of the slide's subject."""
    for name in (lambda: step_name(what, w), lambda: w.name("indicator", what)):
        try:
            return name()
        except KeyError:
            continue
    return w(f"meetings.measure_{what}") if f"meetings.measure_{what}" in w else ""


def _table(key: str, names: Sequence[str], rows: Sequence[tuple], w: Words, *, css: str = "") -> Panel:
    head = tuple(w(f"meetings.column_{name}") for name in names)
    parts = {"head": head, "rows": list(rows), "css": css}
    return Panel(subject="meetings", kind="table", title=w(key), frame=pd.DataFrame(), parts=parts)


def read_out(slide: Slide, *, locale: str) -> str:
    """A slide as text: its message, its numbers, the figures in rows, where they come from."""
    w = words(locale)
    numbers = "".join(
        f'<div class="tt-slide-number"><b>{escape(f"{one.text} {one.unit}".strip())}</b>'
        f"<span>{escape(one.label)}</span></div>"
        for one in slide.numbers
    )
    verdict = ""
    if slide.verdict:
        verdict = f'<p class="tt-slide-verdict">{escape(slide.verdict["shape"])} {escape(slide.verdict["word"])}</p>'
    notice = f'<p class="tt-fiction">{escape(w("demo.badge"))}</p>' if slide.demonstration else ""
    said = "".join(f"<p{way(line, w)}>{escape(line)}</p>" for line in (*slide.lines, *slide.notes))
    sources = "".join(f"<li>{link(SourceLine(one.text, one.address))}</li>" for one in slide.sources)
    listed = f'<ul class="tt-slide-sources">{sources}</ul>' if sources else ""
    return (
        f'<section class="tt-slide" dir="{w.direction}"><h3>{escape(slide.title)}</h3>{notice}{verdict}'
        f'<div class="tt-slide-numbers">{numbers}</div>{_rows(slide, w)}{said}'
        f"{listed}</section>"
    )


def _rows(slide: Slide, w: Words) -> str:
    if not slide.table.rows:
        return ""
    rows = []
    for cells in slide.table.rows:
        first, *rest = cells
        rows.append(f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{told(c, w)}</td>" for c in rest)}</tr>')
    return table_html(slide.table.head, rows, caption=slide.title, direction=w.direction)


def services_html(
    concerns: Mapping[str, Sequence[Any]],
    *,
    attendance: Mapping[str, str],
    locale: str,
    address: Callable[[str], str],
    caption: str,
) -> str:
    """For each service invited the items that concern it, the address of their panels, to be sent to it beforehand, and
    whether it came; that only once something is known of it."""
    w = words(locale)
    rows = []
    for id, items in concerns.items():
        titles = "".join(f"<li>{escape(item_title(item, locale=locale))}</li>" for item in items)
        leads = f'<a href="{escape(address(id))}" target="_self">{escape(w("meetings.service_link"))}</a>'
        how = attendance.get(id, "unknown")
        came = f"<td>{escape(w(f'meetings.attendance_{how}'))}</td>" if attendance else ""
        name = escape(service_name(id, w))
        rows.append(f'<tr><th scope="row">{name}</th><td><ul>{titles}</ul></td><td>{leads}</td>{came}</tr>')
    names = ("service", "concerned", "link", *(("attendance",) if attendance else ()))
    head = [w(f"meetings.column_{name}") for name in names]
    return table_html(head, rows, caption=caption, direction=w.direction, css="tt-meetings")


def chair(typed: str, w: Words) -> str:
    """The chair's function; the usual one is said in the reader's language, whatever language it was typed in."""
    usual = {words(locale)("meetings.chair_default") for locale in LOCALES}
    return w("meetings.chair_default") if typed in usual else typed
