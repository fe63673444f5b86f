"""The frame of every page: language, pages, choices, and what is said when something is wrong."""

import logging
import runpy
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from html import escape
from pathlib import Path

import sqlalchemy as sa
import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException

from findings import latest_cut
from i18n import LOCALES, words
from ui import choices as chosen
from ui.access import ROOT, exposed_without_login
from ui.addresses import MISSING, PAGES
from ui.cache import View
from ui.choices import Choices
from ui.engine import engine
from ui.viewer import Viewer, local_mode, viewer

SHEET = Path(__file__).with_name("sheet.css").read_text(encoding="utf-8")
RIGHT_TO_LEFT = Path(__file__).with_name("right_to_left.css").read_text(encoding="utf-8")
LOG = logging.getLogger("tatabbu")

_FRAMED = "_framed"


def enter() -> None:
    """The first statement of each page. A page whose file is run alone goes through app.py first.

    Until some session has run `st.navigation`, Streamlit answers a deep link by running the page's file without
    app.py: no login, no language.
    """
    if st.session_state.pop(_FRAMED, False):
        return
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
    st.rerun()


def run() -> None:
    """What app.py does: settle language and rights, draw the frame, run the page that was asked for."""
    locale = chosen.locale_asked()
    w = words(locale)
    st.set_page_config(page_title=w("app.name"), layout="wide", page_icon=str(ROOT / "static/icons/favicon.svg"))
    pages = [
        st.Page(ROOT / "pages" / f"{name}.py", title=w(key), url_path=address, default=not address)
        for name, key, address in PAGES
    ]
    page = st.navigation(pages, position="hidden")
    st.html(f"<style>{SHEET}{RIGHT_TO_LEFT if w.rtl else ''}{_own_words(locale)}</style>")
    if exposed_without_login():
        st.error(w("errors.exposed"))
        st.stop()
    who = viewer()
    if who is None:
        _ask_login(locale)
        st.stop()
    with _plainly(locale):
        view = View(cut=latest_cut(engine()), scope=who.scope, locale=locale)
        choices = chosen.read(view)
        _bar(choices, pages, page)
        st.session_state["_choices"] = choices
        st.session_state["_viewer"] = who
        st.session_state[_FRAMED] = True
        page.run()


def _own_words(locale: str) -> str:
    """Our words for the texts that Streamlit has in English only, as values that the sheet puts in their place."""
    w = words(locale)
    return f':root{{--tt-upload:"{w("app.upload")}";--tt-upload-limit:"{w("app.upload_limit")}"}}'


def choices() -> Choices:
    """The choices of the present run, for the page."""
    return st.session_state["_choices"]


def who() -> Viewer:
    """The viewer of the present run, for the page."""
    return st.session_state["_viewer"]


def _bar(choices: Choices, pages: list, page) -> None:
    """The name of the house, the pages, the languages; then what can be chosen."""
    w = choices.words
    kept = {name: value for name, value in st.query_params.to_dict().items() if name != MISSING}
    with st.container(key="bar", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<a class="tt-brand" href="./?lang={w.locale}" target="_self">{w("app.name")}</a>', width="content")
        for entry in pages:
            name = "here" if entry.url_path == page.url_path else f"to-{entry.url_path or 'situation'}"
            with st.container(key=f"nav-{name}", width="content"):
                st.page_link(entry, label=entry.title, query_params=kept)
        st.space("stretch")
        with st.container(key="languages", width="content"):
            chosen.switch(
                w("app.language"), "lang", LOCALES, default=LOCALES[0], spell=lambda code: w(f"app.language_{code}")
            )
    with st.container(key="choices"):
        places, days = st.columns([5, 4], gap="small")
        with places:
            chosen.choose_territory(choices)
        with days:
            chosen.choose_date(choices)
    for complaint in choices.complaints:
        # As text: what stands in the address is somebody else's, and must not become a link or a picture.
        st.html(f'<div class="tt-complaint" dir="{w.direction}" role="alert">{escape(complaint)}</div>')


def _ask_login(locale: str) -> None:
    w = words(locale)
    st.title(w("app.name"))
    if not local_mode() and st.user.is_logged_in:
        st.warning(w("errors.no_account"))
        st.button(w("app.log_out"), on_click=st.logout)
        return
    st.info(w("errors.login_required"))
    st.button(w("app.log_in"), on_click=st.login)


@contextmanager
def _plainly(locale: str):
    """Whatever goes wrong is said in the reader's language; the traceback goes to the log under a reference."""
    try:
        yield
    except (RerunException, StopException):
        raise
    except sa.exc.OperationalError:
        reference = _logged()
        st.error(words(locale)("errors.database_unavailable"))
        st.caption(reference)
    except Exception:
        reference = _logged()
        w = words(locale)
        st.error(w("errors.unexpected", reference=reference))


def _logged() -> str:
    reference = uuid.uuid4().hex[:8]
    LOG.exception("view failed, reference %s", reference)
    return reference


def with_progress(text: str, work: Callable):
    """Run `work` under a sentence that says what is being done."""
    with st.spinner(text):
        return work()
