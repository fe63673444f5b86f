"""A slide as HTML for a telephone: the sentence first, its numbers, its chart, the same figures as a table.

Every text is escaped here. Classes begin with `tf-`; the sheet that sets them stands in the page of followers.
"""

from html import escape

from i18n import Words, words
from panels.html import told, way
from panels.slide import Slide


def handheld_html(slide: Slide, *, locale: str, chart: str = "") -> str:
    """One slide. chart: its drawing as SVG, ready; empty: the table says it alone."""
    w = words(locale)
    parts = []
    if slide.demonstration:
        parts.append(f'<p class="tf-fiction">{escape(w("demo.badge"))}</p>')
    parts.append(f"<h2>{escape(slide.title)}</h2>")
    if slide.verdict:
        said = slide.verdict
        parts.append(
            f'<p class="tf-verdict tf-{escape(said["tone"])}"><span aria-hidden="true">{escape(said["shape"])}</span> '
            f"{escape(said['word'])}</p>"
        )
    if slide.numbers:
        cells = "".join(
            f"<div><dt>{escape(one.label)}</dt><dd>{escape(one.text)}"
            f"{f' <span>{escape(one.unit)}</span>' if one.unit else ''}</dd></div>"
            for one in slide.numbers
        )
        parts.append(f"<dl>{cells}</dl>")
    if chart:
        parts.append(f'<div class="tf-chart">{chart}</div>')
    if slide.kind == "cover":
        parts += [f"<p>{escape(line)}</p>" for line in slide.chart.get("lines", ())]
    if slide.table.rows:
        parts.append(_table(slide, w))
    parts += [f"<p{way(line, w)}>{escape(line)}</p>" for line in slide.lines]
    small = [*slide.notes, *(one.text for one in slide.sources)]
    parts += [f'<p class="tf-small">{escape(line)}</p>' for line in small]
    return f'<article dir="{w.direction}">{"".join(parts)}</article>'


MOST_COLUMNS = 3
"""Of a table on a telephone; a row of more is a card on which each cell says what it is."""


def _table(slide: Slide, w: Words) -> str:
    if len(slide.table.head) > MOST_COLUMNS:
        return _cards(slide, w)
    numeric = set(slide.table.numeric)

    def cell(at: int, text: str) -> str:
        css = ' class="tf-number"' if at in numeric else ""
        return f"<td{css}>{told(text, w)}</td>" if at else f'<th scope="row">{escape(text)}</th>'

    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in slide.table.head)
    rows = "".join(f"<tr>{''.join(cell(at, text) for at, text in enumerate(row))}</tr>" for row in slide.table.rows)
    return (
        f'<div class="tf-table" tabindex="0" role="region" aria-label="{escape(slide.title)}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cards(slide: Slide, w: Words) -> str:
    heads = slide.table.head

    def card(row: tuple[str, ...]) -> str:
        said = [
            f"<p><span>{escape(head)}</span> {told(text, w)}</p>"
            for head, text in zip(heads, row, strict=False)
            if text
        ]
        return f"<li>{''.join(said)}</li>"

    rows = "".join(card(row) for row in slide.table.rows)
    return f'<ul class="tf-cards" aria-label="{escape(slide.title)}">{rows}</ul>'
