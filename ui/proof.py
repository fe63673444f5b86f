"""The page of a panel's id (`/?id=…`): what the panel is made of, for whoever holds it on paper."""

import datetime as dt
from html import escape
from typing import Any

import streamlit as st

from exports.named import named, unit_named
from exports.workbook import Amount, meaning
from findings import latest_events
from findings.proofs import OUTSIDE, Proved, proved, read_id
from i18n import Words
from ui import demonstration
from ui.choices import FIRST_DAY, Choices, asked, put
from ui.engine import CASABLANCA, engine
from ui.show import empty
from ui.viewer import Viewer

NAME = "id"
_LONGEST = 40
_TYPED = "proof-code"


def is_asked() -> bool:
    """Whether the address names a panel."""
    return bool(asked(NAME))


def shown(chosen: Choices, who: Viewer) -> None:
    """The proof of the panel in the address, or why there is none."""
    w, said = chosen.words, asked(NAME)[:_LONGEST]
    st.title(w("proof.title"), anchor=False)
    _ask_another(chosen)
    found = _found(read_id(said), chosen)
    if found == OUTSIDE or (isinstance(found, Proved) and found.slide.screen_only and not who.may_import):
        # Not even its title: that it exists is all that he who holds the paper knows already.
        empty(w("proof.outside"), w("proof.outside_next"))
    elif not found:
        empty(w("proof.unknown", seen=said), w("proof.unknown_next"))
    else:
        _tell(found, chosen)


def _ask_another(chosen: Choices) -> None:
    """The box in which a code is typed: the one of the address stands in it."""
    st.session_state[_TYPED] = asked(NAME)[:_LONGEST]
    st.text_input(chosen.words("proof.code"), key=_TYPED, on_change=_put_typed, max_chars=_LONGEST, width=320)


def _put_typed() -> None:
    put(NAME, st.session_state.get(_TYPED, "").strip())


def _found(panel: str, chosen: Choices) -> Proved | str | None:
    """What the id leads back to: in the figures that are shown, else in those of the demonstration, or the other way
    round: paper does not say which switch was on."""
    view = chosen.view
    if not panel:
        return None
    for made_up in (view.demonstration, not view.demonstration):
        if made_up and not demonstration.is_ready():
            continue
        where = engine(demonstration=made_up)
        cut = view.cut if made_up == view.demonstration else latest_events(where)[0]
        found = proved(where, panel, locale=view.locale, cut=cut, scope=view.scope)
        if found is not None:
            return found
    return None


def _tell(found: Proved, chosen: Choices) -> None:
    w, slide = chosen.words, found.slide
    parts = [f'<h2 dir="auto">{escape(slide.title)}</h2>']
    if slide.demonstration:
        parts.append(f'<div class="tt-fiction">{escape(w("demo.badge"))}</div>')
    parts.append(f'<p class="tt-finding">{escape(_kept(found, w))}</p>')
    if found.locale != chosen.view.locale:
        parts.append(f'<p class="tt-remark">{escape(w("proof.language", name=w(f"app.language_{found.locale}")))}</p>')
    if slide.verdict:
        parts.append(f'<p class="tt-finding">{escape(slide.verdict["word"])}</p>')
    parts += [f'<p class="tt-finding" dir="auto">{escape(line)}</p>' for line in slide.lines]
    if slide.figures:
        parts.append(_figures(found, w))
    if slide.table.rows:
        parts.append(_table(w("proof.table"), slide.table.head, slide.table.rows))
    made = [(one, _printed(other, w)) for one, other in meaning(slide, w)]
    parts.append(_table(w("proof.made_of"), (w("workbook.asked"), w("workbook.answered")), made))
    st.html(f'<section class="tt-proof" dir="{w.direction}">{"".join(parts)}</section>')


def _kept(found: Proved, w: Words) -> str:
    """Where the panel was kept, in a sentence."""
    if found.meeting:
        return w(
            "proof.of_meeting",
            meeting=w(f"proof.kind_{found.kind}"),
            date=FIRST_DAY + dt.timedelta(days=found.on_date or 0),
            place=w.in_territory(found.territory),
        )
    return w("proof.of_download", date=dt.datetime.fromtimestamp(found.at or 0, CASABLANCA).date())


def _figures(found: Proved, w: Words) -> str:
    head = [w(f"workbook.{name}") for name in ("what", "territory", "date", "value", "unit")]
    rows = []
    for one in found.slide.figures:
        if not (what := named(one, w, numbers=found.slide.numbers)):
            continue
        day = w.date_short(FIRST_DAY + dt.timedelta(days=one.on_date)) if one.on_date else ""
        row = (what, _place(one.territory, w), day, one.text, unit_named(one.unit, w))
        if row not in rows:
            rows.append(row)
    return _table(w("workbook.figures"), head, rows)


def _place(code: str, w: Words) -> str:
    try:
        return w.territory(code) if code else ""
    except KeyError:
        return code


def _printed(cell: Any, w: Words) -> str:
    if isinstance(cell, Amount):
        return w.number(int(cell.value))
    return w.date(cell) if isinstance(cell, dt.date) else cell


def _table(title: str, head: Any, rows: Any) -> str:
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in head)
    body = "".join("<tr>" + "".join(f"<td><bdi>{escape(cell)}</bdi></td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<h3>{escape(title)}</h3>"
        f'<div class="tt-table" tabindex="0" role="region" aria-label="{escape(title)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )
