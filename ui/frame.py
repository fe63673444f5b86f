"""The frame of every page: language, pages, choices, and what is said when something is wrong."""

import logging
import runpy
import uuid
from contextlib import contextmanager
from copy import copy
from html import escape
from typing import Any

import sqlalchemy as sa
import streamlit as st
from streamlit.runtime.scriptrunner import RerunException, StopException

from data.database import hindrance
from findings import foreseen, latest_events
from i18n import LOCALES, Words, words
from ui import accesses, demonstration, proof, sheets, wall
from ui import choices as chosen
from ui.access import ROOT, exposed_without_login, own_login_configured
from ui.addresses import GROUPS, MISSING, PAGES, Page, offered
from ui.cache import View, office_names, places
from ui.choices import Choices
from ui.engine import engine
from ui.kept import kept
from ui.viewer import Viewer, account, local_mode, viewer

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
    exposed = exposed_without_login()
    who = None if exposed else viewer()
    # All of them, for everybody: of a page that it was not told of Streamlit says in English that it does not exist.
    pages = _pages(locale)
    page = st.navigation(list(pages.values()), position="hidden")
    here = next(entry for entry in pages if entry.address == page.url_path)
    st.html(f"<style>{sheets.for_run(rtl=w.rtl)}{_own_words(locale)}{_lit(here, who)}</style>")
    if exposed:
        st.error(w("errors.exposed"))
        st.stop()
    if who is None:
        _ask_login(here, locale)
        st.stop()
    with _plainly(locale):
        made_up = demonstration.is_asked()
        if made_up and not demonstration.is_ready():
            demonstration.offer(who, locale)
            st.stop()
        where = engine(demonstration=made_up)
        cut, reference = latest_events(where)
        view = View(
            cut=cut,
            scope=who.scope,
            locale=locale,
            reference=reference,
            role=who.role,
            demonstration=made_up,
            foreseen=foreseen(where),
        )
        if not places(view).upper:
            # The scope of the account is no territory: nothing of this house is his to see.
            _say_no_account(locale)
            st.stop()
        choices = chosen.read(view)
        if wall.is_asked():
            wall.run(choices, who)
            return
        open_to_him = offered(who.role)
        _bar(choices, {entry: pages[entry] for entry in open_to_him}, here)
        if here not in open_to_him:
            accesses.refused(here, choices, who)
            _say_not_offered(here, choices)
            st.stop()
        accesses.opened(here, choices, who)
        st.session_state["_choices"] = choices
        st.session_state["_viewer"] = who
        if not here.address and proof.is_asked():
            proof.shown(choices, who)
            st.stop()
        st.session_state[_FRAMED] = True
        page.run()


@kept(len(LOCALES))
def _prototypes(locale: str, _words: Words) -> dict[Page, Any]:
    return {
        page: st.Page(
            ROOT / "pages" / f"{page.name}.py", title=_words(page.key), url_path=page.address, default=not page.address
        )
        for page in PAGES
    }


def _pages(locale: str) -> dict[Page, Any]:
    """The pages as Streamlit knows them, of this run alone: it marks the one that may be run.

    Making one looks at the disk for each folder on the way to its file, and each run of a view would make them all.
    """
    return {page: copy(made) for page, made in _prototypes(locale, words(locale)).items()}


def _own_words(locale: str) -> str:
    """Our words for the texts that Streamlit has in English only, as values that the sheet puts in their place."""
    w = words(locale)
    texts = {"": "app.upload", "-limit": "app.upload_limit", "-records": "records.upload_limit"}
    said = ";".join(f'--tt-upload{name}:"{w(key)}"' for name, key in texts.items())
    return f':root{{{said};--tt-lost:"{w("app.connection_lost")}"}}'


def _lit(here: Page, who: Viewer | None) -> str:
    """The rules that light the present group and the present page in the bar, by their places in it.

    A container round each link, for a name of its own, would be a sixth of what a view sends.
    """
    open_to_him = offered(who.role) if who else ()
    if here not in open_to_him:
        return ""
    groups = [group for group in GROUPS if any(entry.group == group for entry in open_to_him)]
    beside = [entry for entry in open_to_him if entry.group == here.group]
    link = '[data-testid="stPageLink-NavLink"]'
    # The name of the house stands before the groups.
    group = f".st-key-bar-{here.group}>:nth-child({groups.index(here.group) + 2}) {link}"
    page = f".st-key-pages-{here.name}>:nth-child({beside.index(here) + 1}) {link}"
    return (
        f"{group}{{background:var(--tt-green)}}{group} p{{color:#fff!important}}"
        f"{page}{{box-shadow:inset 0 -3px var(--tt-green);border-radius:0}}{page} p{{color:var(--tt-green)!important}}"
    )


def choices() -> Choices:
    """The choices of the present run, for the page."""
    return st.session_state["_choices"]


def who() -> Viewer:
    """The viewer of the present run, for the page."""
    return st.session_state["_viewer"]


def _bar(choices: Choices, pages: dict, here: Page) -> None:
    """The name of the house, the groups of pages, the languages; the pages of this group; then what can be chosen."""
    w = choices.words
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in (MISSING, proof.NAME)}
    if kept.get("territory") != choices.territory:
        # What was refused here is not asked for again by every link.
        kept.pop("territory", None)
    first = {group: next((entry for entry in pages if entry.group == group), None) for group in GROUPS}
    home = f"./?lang={w.locale}" + ("&demo=1" if choices.view.demonstration else "")
    with st.container(key=f"bar-{here.group}", horizontal=True, vertical_alignment="center", gap="small"):
        brand = f'<a class="tt-brand" href="{home}" target="_self">{w("app.name")}</a>'
        st.html(brand + _office_line(choices), width="content")
        for group, entry in first.items():
            if entry is not None:
                st.page_link(pages[entry], label=w(f"app.group_{group}"), query_params=kept)
        st.space("stretch")
        demonstration.switch(choices.view.demonstration, w)
        chosen.switch(
            w("app.language"), "lang", LOCALES, default=LOCALES[0], spell=lambda code: w(f"app.language_{code}")
        )
    beside = [entry for entry in pages if entry.group == here.group]
    if len(beside) > 1:
        with st.container(key=f"pages-{here.name}", horizontal=True, gap="small"):
            for entry in beside:
                st.page_link(pages[entry], label=pages[entry].title, query_params=kept)
    if choices.view.demonstration:
        demonstration.notice(choices)
    with st.container(key="choices"):
        chosen.choose_territory(choices)
        chosen.choose_date(choices)
    for complaint in choices.complaints:
        chosen.complain(complaint, w)


def _office_line(choices: Choices) -> str:
    """The names of the office and of its unit, beside that of the house; nothing where it has settled none."""
    lines = [f"<span>{escape(text)}</span>" for text in office_names(choices.view) if text]
    return f'<span class="tt-office">{"".join(lines)}</span>' if lines else ""


def _ask_login(here: Page, locale: str) -> None:
    w = words(locale)
    st.title(w("app.name"))
    if account():
        accesses.login_refused(here)
        _say_no_account(locale)
        return
    if own_login_configured():
        st.info(w("errors.login_required"))
        st.button(w("app.log_in"), on_click=st.login)
    else:
        st.info(w("errors.proxy_silent"))


def _say_no_account(locale: str) -> None:
    w = words(locale)
    st.warning(w("errors.no_account"))
    if not local_mode() and own_login_configured():
        st.button(w("app.log_out"), on_click=st.logout)


def _say_not_offered(here: Page, choices: Choices) -> None:
    """A page of another role was asked for by its address."""
    w = choices.words
    roles = w.join(w(f"role.{role}") for role in here.roles or ())
    st.warning(w("errors.not_offered", page=w(here.key), roles=roles))


@contextmanager
def _plainly(locale: str):
    """Whatever goes wrong is said in the reader's language; the traceback goes to the log under a reference."""
    try:
        yield
    except (RerunException, StopException):
        raise
    except sa.exc.OperationalError as error:
        reference, why, w = _logged(), hindrance(error), words(locale)
        if why:
            st.error(f"{w('importer.database_refused')} {w(f'importer.database_refused.mend_{why}')}")
        else:
            st.error(w("errors.database_unavailable"))
        st.caption(reference)
    except Exception:
        reference = _logged()
        w = words(locale)
        st.error(w("errors.unexpected", reference=reference))


def _logged() -> str:
    reference = uuid.uuid4().hex[:8]
    LOG.exception("view failed, reference %s", reference)
    return reference
