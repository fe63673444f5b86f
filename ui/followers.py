"""The code by which a meeting is followed on telephones: made, shown with its address and as a picture to scan."""

import io

import segno
import streamlit as st

import findings.meetings as sittings
from data.meetings import MeetingRefused, add_code
from ui import accesses, follow
from ui.access import is_loopback
from ui.choices import Choices, complain
from ui.viewer import Viewer

_CODES = "_follow_codes"
"""The codes made in this session: they are kept nowhere else, so that another session makes a new one."""


def offer(meeting: sittings.Meeting, chosen: Choices, who: Viewer) -> None:
    """What the one who presents finds: the code with its address, a new one, and how many follow."""
    w = chosen.words
    if not who.may_import:
        return
    st.markdown(w("follow.intro"))
    if meeting.state not in ("open", "presented"):
        st.info(w("follow.not_open"))
        return
    place = (chosen.view.demonstration, meeting.id)
    codes = st.session_state.setdefault(_CODES, {})
    code = codes.get(place)
    if code:
        _shown(code, chosen)
        here = follow.room.count(f"{chosen.view.demonstration}{meeting.id}")
        st.caption(w("follow.followers", n=here, most=follow.MOST))
    if st.button(w("follow.make_new" if code else "follow.make"), key="follow-make"):
        new = follow.new_code()
        try:
            add_code(chosen.view.engine, meeting.id, new)
        except MeetingRefused:
            complain(w("follow.not_open"), w)
            return
        codes[place] = new
        accesses.changed("follow_code", chosen, who, meeting=meeting.id)
        st.rerun()


def _shown(code: str, chosen: Choices) -> None:
    """The code, where it leads, and the picture; what telephones cannot reach is said."""
    w = chosen.words
    base = _base()
    to = follow.address_of(code, base=base, locale=chosen.view.locale, demonstration=chosen.view.demonstration)
    picture, said = st.columns([1, 3], vertical_alignment="center")
    with picture:
        drawn = io.BytesIO()
        segno.make(to, error="m").save(drawn, kind="svg", scale=5, border=2, xmldecl=False, svgns=True)
        st.image(drawn.getvalue().decode(), width=190)
    with said:
        st.html(f'<p class="tt-follow-code" dir="ltr">{follow.written(code)}</p>')
        st.code(to, language=None, wrap_lines=True)
    if is_loopback(base.partition("://")[2].partition("/")[0].rpartition(":")[0] or "localhost"):
        st.warning(w("follow.here_only"))


def _base() -> str:
    """The address of this house as the browser of the one who presents knows it."""
    url = str(st.context.url or "http://localhost")
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
