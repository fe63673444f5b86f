"""Panels drawn as HTML: readings, legends and tables, as text that can be read before any chart is there.

Every text is escaped here and nowhere else. Classes begin with `tt-`; the sheet that sets them is ui/styles/sheet.css.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from i18n import Words, reads_against, words
from panels import Panel, SourceLine
from panels.map import Row
from panels.plot import STATE_FILL, STATE_MARK, group_fill, tints_for
from panels.situation import Reading


def link(line: SourceLine, *, css: str = "") -> str:
    """A source line; a link when it stands at a public address."""
    text = escape(line.text)
    name = f' class="{css}"' if css else ""
    if line.address.lower().startswith(("https://", "http://")):
        return f'<a{name} href="{escape(line.address)}" target="_blank" rel="noopener noreferrer">{text}</a>'
    return f"<span{name}>{text}</span>"


def made_up(panel: Panel, w: Words) -> str:
    """The notice of the demonstration, inside what is shown: even a picture of it says that its figures are made up."""
    return f'<p class="tt-fiction" dir="{w.direction}">{escape(w("demo.badge"))}</p>' if panel.demonstration else ""


def situation_html(panel: Panel, *, locale: str, promised: str = "", says_it: bool = False) -> str:
    """The readings of one programme, from the kingdom down, under the sentence that states its finding.

    promised: `brief_html` of the programme's target, where it has one, to stand below. says_it: that it says the very
    count of the finding beside what was planned, with its verdict: it then stands in the place of the sentence.
    """
    w = words(locale)
    programme = panel.parts["programme"]
    cells = "".join(_reading(r) for r in panel.parts["readings"])
    finding = promised if says_it else f'<p class="tt-finding">{escape(panel.title)}</p>'
    below = "" if says_it else promised
    return (
        f'<section class="tt-programme" dir="{w.direction}">'
        f'<div class="tt-named"><h2>{escape(w.name("programme", programme))}</h2>{made_up(panel, w)}</div>'
        f'{finding}<div class="tt-readings tt-of-{len(panel.parts["readings"])}">{cells}</div>{below}</section>'
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
        # Of a sum that lacks somebody that is said first; that nobody is missing stands with the source.
        reporting = f'<div class="tt-reporting">{escape(r.reporting)}</div>' if r.reporting else ""
        if r.partial:
            lines.append(reporting)
        if r.silent:
            lines.append(f'<div class="tt-reporting">{escape(r.silent)}</div>')
        late = f' <span class="tt-late">{escape(r.late)}</span>' if r.late else ""
        meta = f'<div class="tt-date">{escape(r.dateline)}{late}</div>'
        meta += "" if r.partial else reporting
        meta += f'<div class="tt-source">{link(r.source)}</div>' if r.source else ""
        lines.append(f'<div class="tt-meta">{meta}</div>')
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


def map_table_html(
    rows: Sequence[Row], panel: Panel, *, locale: str, address: Callable[[str], str], bars: bool = False
) -> str:
    """The table beside a map: territory, count, share and date, in the order given.

    `address` leads to a territory's own view, so that the map can be gone down by keyboard; empty: it has none. With
    `bars` a column draws what is shown, from the side that reading begins at: a share against the whole, a count
    against the largest.
    """
    w = words(locale)
    with_share = any(r.share for r in rows)
    head = [w("map.column_territory"), panel.parts["unit"]]
    head += [w("map.column_share")] if with_share else []
    head += [w("map.column_date")]
    lengths = _lengths(rows, panel.parts["show"]) if bars else {}
    head += [w("map.column_bar")] if bars else []
    body = []
    for r in rows:
        css = "" if r.tint is not None or r.state == "zero" else ' class="tt-none"'
        leads = address(r.territory_code)
        name = f'<a href="{escape(leads)}" target="_self">{escape(r.name)}</a>' if leads else escape(r.name)
        cells = [f'<th scope="row">{name}</th>', f"<td{css}>{escape(r.count)}</td>"]
        # A count without a rate has nothing to be divided by, which is not the same as not being there.
        rate = escape(r.share) if r.share or not r.dateline else STATE_MARK["missing"]
        cells += [f"<td>{rate}</td>"] if with_share else []
        late = ' class="tt-late-cell"' if r.late else ""
        cells += [f"<td{late}>{escape(r.dateline)}</td>"]
        if bars:
            length = lengths.get(r.territory_code)
            bar = "" if length is None else f'<span class="tt-row-bar" style="inline-size:{length:.1f}%"></span>'
            cells += [f'<td class="tt-bars" aria-hidden="true">{bar}</td>']
        body.append(f"<tr>{''.join(cells)}</tr>")
    css = "tt-map-table tt-with-bars" if bars else "tt-map-table"
    table = table_html(head, body, caption=w("map.table_caption"), direction=w.direction, css=css)
    return made_up(panel, w) + table


def _lengths(rows: Sequence[Row], show: str) -> dict[str, float]:
    """How long each bar is, in percent of the longest; none where there is no number, or none of the whole."""
    drawn = {r.territory_code: r.value if show == "count" else r.covered_share for r in rows if r.tint is not None}
    most = max(drawn.values(), default=1.0)
    most = most if show == "count" else max(most, 1.0)
    return {code: 100 * value / most for code, value in drawn.items()}


def table_html(head: Iterable[str], rows: Iterable[str], *, caption: str, direction: str, css: str = "") -> str:
    """A table of ready rows, its head repeated to those who cannot see it."""
    heads = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    return (
        f'<div class="tt-table {css}" dir="{direction}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table><caption class="tt-unseen">{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def way(text: str, w: Words) -> str:
    """The attribute of an element whose text reads the other way than its page; nothing for the others."""
    if not reads_against(text, rtl=w.rtl):
        return ""
    return ' class="tt-against" dir="ltr"' if w.rtl else ' class="tt-against" dir="rtl"'


def told(text: str, w: Words) -> str:
    """A text as it stands in an element of its own: each of its lines in its own direction, from its own side."""
    lines = text.split("\n")
    turned = [way(line, w) for line in lines]
    if len(lines) == 1 and not turned[0]:
        return escape(text)
    return "".join(f"<div{how}>{escape(line)}</div>" for line, how in zip(lines, turned, strict=True))


def rows_html(panel: Panel, *, locale: str) -> str:
    """A `table` panel: `parts["head"]` and `parts["rows"]`; the first cell heads its row.

    A cell is a text, a SourceLine, or one of these with the class that it wears.
    """
    w = words(locale)
    body = []
    for row in panel.parts["rows"]:
        cells = []
        for i, cell in enumerate(row):
            said, css = cell if isinstance(cell, tuple) else (cell, "")
            text = link(said) if isinstance(said, SourceLine) else told(said, w)
            named = f' class="{css}"' if css else ""
            cells.append(f'<th scope="row"{named}>{text}</th>' if i == 0 else f"<td{named}>{text}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    title = f'<h2 dir="{w.direction}">{escape(panel.title)}</h2>' if panel.parts.get("titled") else ""
    return (
        title
        + made_up(panel, w)
        + table_html(
            panel.parts["head"], body, caption=panel.title, direction=w.direction, css=panel.parts.get("css", "")
        )
    )


def bars_html(panel: Panel, *, locale: str) -> str:
    """A `bars` panel: a table whose rows have a bar each beside what heads them, drawn from the side reading begins at.

    What another body holds is hatched; where there is no number there is no bar.
    """
    w, parts = words(locale), panel.parts
    body = []
    for row in parts["rows"]:
        head, *cells = row.cells
        bar = ""
        if row.length is not None:
            size = f"inline-size:{100 * min(max(row.length, 0), 1):.1f}%"
            bar = f'<span class="tt-row-bar tt-bar-{escape(row.tone)}" style="{size}"></span>'
        line = [f'<th scope="row">{escape(head)}</th><td class="tt-bars" aria-hidden="true">{bar}</td>']
        for cell in cells:
            said, css = cell if isinstance(cell, tuple) else (cell, "")
            text = link(said) if isinstance(said, SourceLine) else escape(said)
            line.append(f'<td class="{escape(css)}">{text}</td>' if css else f"<td>{text}</td>")
        body.append(f"<tr>{''.join(line)}</tr>")
    css = f"tt-bar-table {parts.get('css', '')}"
    table = table_html(parts["head"], body, caption=panel.title, direction=w.direction, css=css)
    return (
        f'<section dir="{w.direction}"><h2>{escape(panel.title)}</h2>{made_up(panel, w)}{table}'
        f"{footer_html(panel, locale=locale)}</section>"
    )


def promise_html(panel: Panel, *, locale: str) -> str:
    """The card of a count beside its target: the verdict in shape and word, the numbers, what is needed."""
    w, parts = words(locale), panel.parts
    cells = "".join(
        f'<div class="tt-cell"><div class="tt-label">{escape(cell.label)}</div>'
        f'<div class="{"tt-said" if cell.said else "tt-number"}"><b>{escape(cell.number)}</b></div>'
        f'<div class="tt-date">{escape(cell.below)}</div></div>'
        for cell in parts["cells"]
    )
    sentences = "".join(f'<p class="tt-remark">{escape(text)}</p>' for text in parts["sentences"])
    promise = f'<p class="tt-source">{link(parts["promise"])}</p>' if parts["promise"] else ""
    return (
        f'<section class="tt-promise tt-tone-{escape(parts["tone"])}" dir="{w.direction}">'
        f"{verdict_html(parts)}{made_up(panel, w)}"
        f'<p class="tt-finding">{escape(panel.title)}</p>'
        f'<div class="tt-cells">{cells}</div>{sentences}{promise}</section>'
    )


def brief_html(panel: Panel, *, locale: str) -> str:
    """The card in two sentences, for the first screen: the verdict, where the count stands, what is needed."""
    w, parts = words(locale), panel.parts
    needed = f" {escape(parts['needed'])}" if parts["needed"] else ""
    promise = f' <span class="tt-source">{link(parts["promise"])}</span>' if parts["promise"] else ""
    return (
        f'<div class="tt-brief" dir="{w.direction}">{verdict_html(parts)} {escape(panel.title)}{needed}{promise}</div>'
    )


def verdict_html(parts: dict) -> str:
    """A verdict as a mark: its shape and its word, in its colour."""
    return (
        f'<span class="tt-verdict tt-tone-{escape(parts["tone"])}"><span aria-hidden="true">{escape(parts["shape"])}'
        f"</span> {escape(parts['word'])}</span>"
    )


def carried_html(panel: Panel, *, locale: str) -> str:
    """Who carries a gap: a bar for each territory, ahead on one side of a line and short on the other."""
    w = words(locale)
    rows = "".join(
        f'<tr><th scope="row">{escape(bar.name)}</th>'
        f'<td class="tt-short">{_bar(bar) if bar.part < 0 else ""}</td>'
        f'<td class="tt-lead">{_bar(bar) if bar.part > 0 else ""}</td>'
        f"<td>{escape(bar.text)}</td></tr>"
        for bar in panel.parts["bars"]
    )
    notes = "".join(f"<span>{escape(note)}</span>" for note in panel.notes)
    return (
        f'<section class="tt-carried" dir="{w.direction}"><h2>{escape(panel.title)}</h2>{made_up(panel, w)}'
        f'<div class="tt-table" tabindex="0" role="region" aria-label="{escape(panel.title)}"><table>'
        f'<caption class="tt-unseen">{escape(panel.title)}</caption><tbody>{rows}</tbody></table></div>'
        f'<div class="tt-footer">{notes}</div></section>'
    )


def _bar(bar) -> str:
    return f'<span class="tt-bar" style="inline-size:{100 * bar.length:.1f}%"></span>'


def course_html(panel: Panel, *, locale: str) -> str:
    """What stands over the chart of a `course` panel: what it shows, and its legend, each line with its stroke."""
    w, parts = words(locale), panel.parts
    drawn = {"band"} if parts["ahead"] else set()
    drawn |= {name for name in parts["names"] if parts.get(name)}
    items = "".join(
        f'<li><span class="tt-stroke tt-stroke-{escape(name)}"></span>{escape(text)}</li>'
        for name, text in parts["names"].items()
        if name in drawn
    )
    return (
        f'<div class="tt-course" dir="{w.direction}"><p class="tt-chart-title">{escape(panel.title)}</p>'
        f'{made_up(panel, w)}<div class="tt-legend"><ul>{items}</ul></div></div>'
    )


def groups_html(panel: Panel, *, locale: str) -> str:
    """The legend of a map of groups: each in use with its colour and its words."""
    w = words(locale)
    items = "".join(
        f'<li><span class="tt-swatch" style="background:{group_fill(panel, key)}"></span>{escape(text)}'
        f" ({escape(w.number(len(codes)))})</li>"
        for key, text, codes in panel.parts["groups"]
    )
    return f'<div class="tt-legend" dir="{w.direction}"><ul>{items}</ul></div>'


def notes_html(panel: Panel, *, locale: str) -> str:
    """The notes of a panel as a list, where they are sentences of their own."""
    items = "".join(f"<li>{escape(note)}</li>" for note in panel.notes)
    return f'<ul class="tt-notes" dir="{words(locale).direction}">{items}</ul>'


def footer_html(panel: Panel, *, locale: str) -> str:
    """What stands below a panel: its sources, and the sentences a reader needs beside it."""
    w = words(locale)
    sources = " · ".join(link(s) for s in panel.sources)
    notes = "".join(f"<span>{escape(n)}</span>" for n in panel.notes)
    return f'<div class="tt-footer" dir="{w.direction}">{sources}{notes}</div>'
