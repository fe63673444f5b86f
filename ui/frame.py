"""The frame of every page: language, pages, choices, and what is said when something is wrong."""

import logging
import runpy
import uuid
from contextlib import contextmanager

import sqlalchemy as sa
import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException

from findings import latest_events
from i18n import LOCALES, words
from ui import choices as chosen
from ui import sheets
from ui.access import ROOT, exposed_without_login
from ui.addresses import MISSING, PAGES
from ui.cache import View, places
from ui.choices import Choices
from ui.engine import engine
from ui.viewer import Viewer, local_mode, viewer

LOG = logging.getLogger("tatabbu")

_FRAMED, _ALONE = "_framed", "_alone"


def enter() -> None:
    """The first statement of each page. A page whose file is run alone goes through app.py first.

    Until some session has run `st.navigation`, Streamlit answers a deep link by running the page's file without
    app.py: no login, no language. What app.py then draws is drawn once more as the pages that it named.
    """
    if st.session_state.pop(_FRAMED, False):
        st.session_state.pop(_ALONE, None)
        return
    again = st.session_state.pop(_ALONE, False)
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
    if again:
        # The page's file itself was started (`streamlit run pages/map.py`): a further run would come here for ever.
        st.stop()
    st.session_state[_ALONE] = True
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
    st.html(f"<style>{sheets.for_run(rtl=w.rtl)}{_own_words(locale)}</style>")
    if exposed_without_login():
        st.error(w("errors.exposed"))
        st.stop()
    who = viewer()
    if who is None:
        _ask_login(locale)
        st.stop()
    with _plainly(locale):
        cut, reference = latest_events(engine())
        view = View(cut=cut, scope=who.scope, locale=locale, reference=reference)
        if not places(view).upper:
            # The scope of the account is no territory: nothing of this house is his to see.
            _say_no_account(locale)
            st.stop()
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
    here = next(name for name, _, address in PAGES if address == page.url_path)
    with st.container(key=f"bar-{here}", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<a class="tt-brand" href="./?lang={w.locale}" target="_self">{w("app.name")}</a>', width="content")
        for entry in pages:
            st.page_link(entry, label=entry.title, query_params=kept)
        st.space("stretch")
        chosen.switch(
            w("app.language"), "lang", LOCALES, default=LOCALES[0], spell=lambda code: w(f"app.language_{code}")
        )
    with st.container(key="choices"):
        chosen.choose_territory(choices)
        chosen.choose_date(choices)
    for complaint in choices.complaints:
        chosen.complain(complaint, w)


def _ask_login(locale: str) -> None:
    w = words(locale)
    st.title(w("app.name"))
    if not local_mode() and st.user.is_logged_in:
        _say_no_account(locale)
        return
    st.info(w("errors.login_required"))
    st.button(w("app.log_in"), on_click=st.login)


def _say_no_account(locale: str) -> None:
    w = words(locale)
    st.warning(w("errors.no_account"))
    if not local_mode():
        st.button(w("app.log_out"), on_click=st.logout)


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
