"""Lengths: a table whose rows draw a bar, from the side that reading begins at: text that is read before any chart."""

from dataclasses import dataclass
from html import escape

from i18n import words
from panels import Panel, SourceLine
from panels.html import link, made_up

TONES = ("own", "elsewhere", "muted", "waiting")
"""What a bar wears: what the prefecture can move, what another body holds (never its red), what nobody here can,
who waits."""


@dataclass(frozen=True)
class Row:
    """One row: its cells as they are printed, the first its head; length: of its bar, 0 to 1; None: none."""

    cells: tuple[str | SourceLine, ...]
    length: float | None = None
    tone: str = "own"


def lengths_html(panel: Panel, *, locale: str) -> str:
    """A `lengths` panel: `parts` holds head (tuple), rows (tuple of Row), bar (the head of the column of bars) and
    legend (tone, text)."""
    w, parts = words(locale), panel.parts
    with_bars = any(row.length is not None for row in parts["rows"])
    heads = "".join(f'<th scope="col">{escape(h)}</th>' for h in parts["head"])
    heads += f'<th scope="col">{escape(parts["bar"])}</th>' if with_bars else ""
    body = []
    for row in parts["rows"]:
        cells = "".join(
            f'<th scope="row">{_cell(cell)}</th>' if place == 0 else f"<td>{_cell(cell)}</td>"
            for place, cell in enumerate(row.cells)
        )
        if with_bars:
            cells += f'<td class="tt-bars" aria-hidden="true">{_bar(row)}</td>'
        body.append(f"<tr>{cells}</tr>")
    legend = "".join(
        f'<li><span class="tt-swatch tt-length-{escape(tone)}"></span>{escape(text)}</li>'
        for tone, text in parts.get("legend", ())
    )
    legend = f'<div class="tt-legend"><ul>{legend}</ul></div>' if legend and with_bars else ""
    notes = "".join(f"<span>{escape(note)}</span>" for note in panel.notes)
    sources = " · ".join(link(source) for source in panel.sources)
    footer = f'<div class="tt-footer">{sources}{notes}</div>' if notes or sources else ""
    return (
        f'<section class="tt-lengths" dir="{w.direction}"><h2>{escape(panel.title)}</h2>{made_up(panel, w)}{legend}'
        f'<div class="tt-table tt-with-bars" tabindex="0" role="region" aria-label="{escape(panel.title)}"><table>'
        f'<caption class="tt-unseen">{escape(panel.title)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>{footer}</section>"
    )


def _cell(cell: str | SourceLine) -> str:
    return link(cell) if isinstance(cell, SourceLine) else escape(cell)


def _bar(row: Row) -> str:
    if row.length is None:
        return ""
    return f'<span class="tt-row-bar tt-length-{escape(row.tone)}" style="inline-size:{100 * row.length:.1f}%"></span>'
