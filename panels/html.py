"""Panels drawn as HTML: readings, legends and tables, as text that can be read before any chart is there.

Every text is escaped here and nowhere else. Classes begin with `tt-`; the sheet that sets them is ui/styles/sheet.css.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from i18n import words
from panels import Panel, SourceLine
from panels.map import Row
from panels.plot import STATE_FILL, STATE_MARK, tints_for
from panels.situation import Reading


def link(line: SourceLine, *, css: str = "") -> str:
    """A source line; a link when it stands at a public address."""
    text = escape(line.text)
    name = f' class="{css}"' if css else ""
    if line.address.lower().startswith(("https://", "http://")):
        return f'<a{name} href="{escape(line.address)}" target="_blank" rel="noopener noreferrer">{text}</a>'
    return f"<span{name}>{text}</span>"


def situation_html(panel: Panel, *, locale: str) -> str:
    """The readings of one programme, from the kingdom down."""
    w = words(locale)
    programme = panel.parts["programme"]
    cells = "".join(_reading(r) for r in panel.parts["readings"])
    return (
        f'<section class="tt-programme" dir="{w.direction}">'
        f"<h2>{escape(w.name('programme', programme))}</h2>"
        f'<p class="tt-finding">{escape(panel.title)}</p>'
        f'<div class="tt-readings tt-of-{len(panel.parts["readings"])}">{cells}</div></section>'
    )


def _reading(r: Reading) -> str:
    chosen = " tt-chosen" if r.chosen else ""
    lines = [f'<div class="tt-label">{escape(r.label)}</div>']
    if r.state != "shown":
        lines.append(
            f'<div class="tt-absent"><span class="tt-mark">{STATE_MARK[r.state]}</span> {escape(r.number)}</div>'
        )
    else:
        noun = f' <span class="tt-unit">{escape(r.unit)}</span>' if r.unit else ""
        badge = f' <span class="tt-badge">{escape(r.partial)}</span>' if r.partial else ""
        lines.append(f'<div class="tt-number" title="{escape(r.exact)}"><b>{escape(r.number)}</b>{noun}{badge}</div>')
        if r.share:
            lines.append(f'<div class="tt-share"><b>{escape(r.share)}</b> {escape(r.share_of)}</div>')
        if r.change:
            lines.append(f'<div class="tt-change">{escape(r.change)}</div>')
        if r.reporting:
            lines.append(f'<div class="tt-reporting">{escape(r.reporting)}</div>')
        if r.silent:
            lines.append(f'<div class="tt-reporting">{escape(r.silent)}</div>')
        late = f' <span class="tt-late">{escape(r.late)}</span>' if r.late else ""
        lines.append(f'<div class="tt-date">{escape(r.dateline)}{late}</div>')
        if r.source:
            lines.append(f'<div class="tt-source">{link(r.source)}</div>')
    lines += [f'<div class="tt-remark">{link(remark)}</div>' for remark in r.remarks]
    return f'<div class="tt-reading{chosen}" data-territory="{escape(r.territory_code)}">{"".join(lines)}</div>'


def legend_html(panel: Panel, *, locale: str) -> str:
    """The legend of a map: each tint in use with what it holds, and each way of having no number."""
    w = words(locale)
    tints = tints_for(max(len(panel.parts["breaks"]), 1))
    items = []
    for key, text in panel.parts["legend"]:
        if key.startswith("tint-"):
            swatch, mark = tints[int(key.removeprefix("tint-"))], ""
        else:
            swatch, mark = STATE_FILL[key], STATE_MARK[key]
        items.append(
            f'<li><span class="tt-swatch tt-{escape(key)}" style="background:{swatch}">{mark}</span>{escape(text)}</li>'
        )
    unit = panel.parts["unit"] if panel.parts["show"] == "count" else panel.parts["denominator"]
    return (
        f'<div class="tt-legend" dir="{w.direction}"><span class="tt-legend-unit">{escape(unit)}</span>'
        f"<ul>{''.join(items)}</ul></div>"
    )


def map_table_html(rows: Sequence[Row], panel: Panel, *, locale: str, address: Callable[[str], str]) -> str:
    """The table beside a map: territory, count, share and date, in the order given.

    `address` leads to a territory's own view, so that the map can be gone down by keyboard; empty: it has none.
    """
    w = words(locale)
    with_share = any(r.share for r in rows)
    head = [w("map.column_territory"), panel.parts["unit"]]
    head += [w("map.column_share")] if with_share else []
    head += [w("map.column_date")]
    body = []
    for r in rows:
        css = "" if r.tint is not None or r.state == "zero" else ' class="tt-none"'
        leads = address(r.territory_code)
        name = f'<a href="{escape(leads)}" target="_self">{escape(r.name)}</a>' if leads else escape(r.name)
        cells = [f'<th scope="row">{name}</th>', f"<td{css}>{escape(r.count)}</td>"]
        cells += [f"<td>{escape(r.share)}</td>"] if with_share else []
        late = ' class="tt-late-cell"' if r.late else ""
        cells += [f"<td{late}>{escape(r.dateline)}</td>"]
        body.append(f"<tr>{''.join(cells)}</tr>")
    return table_html(head, body, caption=w("map.table_caption"), direction=w.direction, css="tt-map-table")


def table_html(head: Iterable[str], rows: Iterable[str], *, caption: str, direction: str, css: str = "") -> str:
    """A table of ready rows, its head repeated to those who cannot see it."""
    heads = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    return (
        f'<div class="tt-table {css}" dir="{direction}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table><caption class="tt-unseen">{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def rows_html(panel: Panel, *, locale: str) -> str:
    """A `table` panel: `parts["head"]` and `parts["rows"]`, cells of text or SourceLine; the first heads its row."""
    w = words(locale)
    body = []
    for row in panel.parts["rows"]:
        cells = []
        for i, cell in enumerate(row):
            text = link(cell) if isinstance(cell, SourceLine) else escape(cell)
            cells.append(f'<th scope="row">{text}</th>' if i == 0 else f"<td>{text}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    title = f'<h2 dir="{w.direction}">{escape(panel.title)}</h2>' if panel.parts.get("titled") else ""
    return title + table_html(
        panel.parts["head"], body, caption=panel.title, direction=w.direction, css=panel.parts.get("css", "")
    )


def footer_html(panel: Panel, *, locale: str) -> str:
    """What stands below a panel: its sources, and the sentences a reader needs beside it."""
    w = words(locale)
    sources = " · ".join(link(s) for s in panel.sources)
    notes = "".join(f"<span>{escape(n)}</span>" for n in panel.notes)
    return f'<div class="tt-footer" dir="{w.direction}">{sources}{notes}</div>'
