"""The quarterly review on a page: the quarter to choose, three tables, and the way to each meeting."""

from html import escape
from urllib.parse import urlencode

import streamlit as st

from findings.review import quarter_choices
from ui import show
from ui.choices import Choices, choose
from ui.kept import kept
from ui.viewer import Viewer


@kept(64)
def _quarters(
    database: str, stamp: int, cut: int, scope: str, locale: str, territory: str, on: int, _engine
) -> dict[str, str]:
    return quarter_choices(_engine, territory=territory, on=on, cut=cut, scope=scope, locale=locale)


def choose_quarter(chosen: Choices) -> tuple[str, str]:
    """The quarter that the address names, else the present one: its id, and in words."""
    view, w = chosen.view, chosen.words
    asked = (view.address, id(w), view.cut, view.scope, view.locale, chosen.territory, chosen.on_day)
    offered = _quarters(*asked, view.engine)
    with st.container(key="review-choices", width=320):
        found = choose(w("review.quarter"), "quarter", list(offered), default=next(iter(offered)), spell=offered.get)
    return found, offered[found]


def show_quarter(quarter: str, chosen: Choices, who: Viewer) -> None:
    """What came of the quarter."""
    w = chosen.words
    answer = show.answer("review", chosen, territory=chosen.territory, on=chosen.on_day, quarter=quarter)
    if answer.facts["empty"]:
        show.empty(w("review.empty"), w("review.empty_next" if who.may_import else "review.empty_ask"))
        return
    headings = ("review.heading_services", "review.heading_deliveries", "review.heading_paths")
    for heading, panel in zip(headings, answer.panels, strict=True):
        st.header(w(heading), anchor=False)
        st.markdown(panel.title)
        if panel.parts["rows"]:
            show.table(panel, chosen)
        if heading == "review.heading_services":
            _meetings(answer.facts["meetings"], chosen)
    st.markdown(w("review.how"))


def _meetings(held: tuple[tuple[str, str, str], ...], chosen: Choices) -> None:
    """The meetings of the quarter, each a link to its own page."""
    w = chosen.words
    if not held:
        st.markdown(w("review.no_meeting"))
        return
    kept_choices = {name: value for name, value in st.query_params.to_dict().items() if name != "quarter"}
    lines = []
    for id, text, made in held:
        address = "meetings?" + urlencode(kept_choices | {"meeting": id})
        lines.append(f'<li><a href="./{escape(address)}" target="_self">{escape(text)}</a> · {escape(made)}</li>')
    said = f"<p>{escape(w('review.meetings'))}</p><ul>{''.join(lines)}</ul>"
    st.html(f'<div class="tt-review-meetings" dir="{w.direction}">{said}</div>')
