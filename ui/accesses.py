"""What goes into the journal of accesses: pages opened, files taken and handed in, changes, and what was refused."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

import findings
from data.access import (
    CHANGED,
    HANDED_IN,
    KINDS,
    LOCAL,
    PAGE,
    REFUSED,
    TAKEN,
    WITHDRAWN,
    Access,
    digest_of,
    journal,
    verify,
)
from data.database import local_folder
from findings import Answer
from i18n import words
from ui.addresses import PAGES, Page
from ui.choices import Choices, choose, complain, put
from ui.engine import CASABLANCA, engine, today
from ui.viewer import ROLES, Viewer, account

_OPENED, _REFUSED = "_access_opened", "_access_refused"


def note(what: str, chosen: Choices, who: Viewer, **details: Any) -> None:
    """Have an access kept in the database of the present view; codes and numbers only. Returns at once."""
    row = Access(what, _who(), who.role, who.scope, details)
    journal.note(chosen.view.engine, row)


def opened(page: Page, chosen: Choices, who: Viewer) -> None:
    """A page, with its territory and day: once, not at each run of it."""
    now = (page.name, chosen.territory, chosen.on, chosen.view.demonstration)
    if st.session_state.get(_OPENED) != now:
        st.session_state[_OPENED] = now
        note(PAGE, chosen, who, page=page.name, territory=chosen.territory, on=chosen.on.isoformat())


def refused(page: Page, chosen: Choices, who: Viewer) -> None:
    """A page that is not offered to this role, asked for by its address: once for each page."""
    if st.session_state.get(_REFUSED) != page.name:
        st.session_state[_REFUSED] = page.name
        note(REFUSED, chosen, who, page=page.name)


def login_refused(page: Page) -> None:
    """Somebody who has logged in and has no account here: once a session."""
    if not st.session_state.get(_REFUSED):
        st.session_state[_REFUSED] = page.name
        journal.note(engine(), Access(REFUSED, _who(), "", "", {"page": page.name, "login": True}))


def taken(name: str, chosen: Choices, who: Viewer) -> None:
    """A file taken out, as a callback of the button that gives it."""
    note(TAKEN, chosen, who, file=name)


def to_be_taken(name: str, chosen: Choices, who: Viewer) -> Callable[[], None]:
    """What notes that a file was taken, for a file that is made when it is asked for: nobody's session runs then."""
    return partial(journal.note, chosen.view.engine, Access(TAKEN, _who(), who.role, who.scope, {"file": name}))


def handed_in(event: int, chosen: Choices, who: Viewer) -> None:
    """A file that became an event."""
    note(HANDED_IN, chosen, who, event=event)


def withdrawn(event: int, by: int, chosen: Choices, who: Viewer) -> None:
    """A file taken back, and the event that took it back."""
    note(WITHDRAWN, chosen, who, event=event, by=by)


def changed(subject: str, chosen: Choices, who: Viewer, **details: Any) -> None:
    """Something of the office changed: its settings, its spellings, its chain of command."""
    note(CHANGED, chosen, who, subject=subject, **details)


def _who() -> str:
    name = account()
    # The key is the office's, also for what is done in the demonstration.
    return digest_of(name, local_folder()) if name else LOCAL


# The administrator's page


WEEK = dt.timedelta(days=7)
LISTED, GIVEN = 200, 100_000
"""How many rows the page lists, and how many the file holds at most."""

PAGE_NAMES = {page.name: page.key for page in PAGES} | {"wall": "wall.slides"}


@dataclass(frozen=True)
class Asked:
    """What the administrator wants to see of the journal: days (both counted), a role, a kind, a digest; empty: all."""

    first: dt.date
    last: dt.date
    role: str = ""
    what: str = ""
    who: str = ""


def asked_for(chosen: Choices) -> Asked:
    """The choices of the page. The account stays out of the address: links are sent around."""
    w = chosen.words
    now = today()
    with st.container(key="access-choices"):
        first = _day(w("access.first"), "since", now - WEEK, chosen)
        last = _day(w("access.last"), "until", now, chosen)
        all_of_them = w("access.all")
        role = choose(
            w("access.role"), "role", ("", *ROLES), default="", spell=lambda r: w(f"role.{r}") if r else all_of_them
        )
        what = choose(
            w("access.what"),
            "what",
            ("", *KINDS),
            default="",
            spell=lambda k: w(f"access.what_{k}") if k else all_of_them,
        )
        name = st.text_input(w("access.account"), key="access-account", help=w("access.account_help")).strip()
    return Asked(first, last, role, what, digest_of(name, local_folder()) if name else "")


def _day(label: str, name: str, otherwise: dt.date, chosen: Choices) -> dt.date:
    """A day typed in words or digits, kept in the address; one that is none is said, and `otherwise` stands."""
    w = chosen.words
    said = st.query_params.get(name, "")
    day = w.parse_date(said[:40]) if said else otherwise
    if day is None:
        complain(w("errors.unknown_date", seen=said[:40], shown=w.date(otherwise), example=w.date_short(otherwise)), w)
        day = otherwise
    widget = f"access-{name}"
    st.session_state[widget] = w.date_short(day)
    st.text_input(label, key=widget, on_change=_put_day, args=(widget, name, chosen.view.locale))
    return day


def _put_day(widget: str, name: str, locale: str) -> None:
    typed = str(st.session_state.get(widget, "")).strip()
    parsed = words(locale).parse_date(typed)
    put(name, parsed.isoformat() if parsed else typed)


def listed(asked: Asked, chosen: Choices, *, limit: int = LISTED) -> Answer:
    """The journal as it is at this moment: nothing of it is kept between runs."""
    view, w = chosen.view, chosen.words
    journal.flush()
    return findings.find(
        "access",
        view.engine,
        cut=view.cut,
        scope=view.scope,
        locale=view.locale,
        role=view.role,
        demonstration=view.demonstration,
        since=_seconds(asked.first),
        until=_seconds(asked.last + dt.timedelta(days=1)),
        by_role=asked.role,
        what=asked.what,
        account=asked.who,
        limit=limit,
        pages={name: w(key) for name, key in PAGE_NAMES.items()},
    )


def _seconds(day: dt.date) -> int:
    """The beginning of a day in Casablanca, in seconds since 1970-01-01 UTC."""
    return int(dt.datetime.combine(day, dt.time(), tzinfo=CASABLANCA).timestamp())


def state_of_chain(answer: Answer, chosen: Choices) -> None:
    """Whether the chain of the journal is whole, and its end, which can be noted down and compared one day."""
    w, facts = chosen.words, answer.facts
    key = (chosen.view.address, facts["last"], facts["digest"])
    again = st.button(w("access.verify"), key="access-verify", type="tertiary")
    kept = st.session_state.get(_VERIFIED)
    if again or kept is None or kept[0] != key:
        kept = st.session_state[_VERIFIED] = (key, verify(chosen.view.engine))
    if kept[1] is None:
        st.success(w("access.whole", n=w.count("access", facts["last"]), digest=facts["digest"][:16] or "0"))
    else:
        st.error(w("access.broken", number=str(kept[1])))


_VERIFIED = "_access_verified"


def told_about_account(asked: Asked, answer: Answer, chosen: Choices) -> None:
    """What the digest of the typed account is, and how often it stands in the journal."""
    w = chosen.words
    if asked.who:
        st.info(w("access.account_is", digest=asked.who[:10], n=w.count("access", answer.facts["total"])))


def give(asked: Asked, chosen: Choices, who: Viewer) -> None:
    """The button that gives the journal as a file, with all that the chain needs to be followed."""
    w = chosen.words
    st.download_button(
        w("access.download"),
        data=lambda: as_csv(listed(asked, chosen, limit=GIVEN)),
        file_name=f"tatabbu-access-{asked.first.isoformat()}-{asked.last.isoformat()}.csv",
        mime="text/csv",
        key="access-download",
        on_click=taken,
        args=("access.csv", chosen, who),
    )


def as_csv(answer: Answer) -> bytes:
    """The rows of the journal as CSV. No cell of it is a formula."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    frame = answer.panels[0].frame
    rows.writerow(frame.columns)
    for row in frame.to_dict("records"):
        moment = dt.datetime.fromtimestamp(int(row["at"]), tz=CASABLANCA).isoformat()
        details = json.dumps(row["details"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        rows.writerow([_harmless(str(value)) for value in (row | {"at": moment, "details": details}).values()])
    return ("\ufeff" + text.getvalue()).encode()


def _harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
