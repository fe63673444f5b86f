"""Access: the journal of accesses as a table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.events import recorded

LOCAL = "local"
SHORT = 10
"""Characters of a digest that tell one account from another on the screen."""


def log(frame: pd.DataFrame, *, total: int, pages: Mapping[str, str], locale: str) -> Panel:
    """The accesses, newest first: number, when, who, role, territory of the account, what, on what.

    frame: that of `queries.access.log`, and total: how many it leaves to choose from. pages: the names of pages, by
    their file.
    """
    w = words(locale)
    rows = [
        (
            str(int(a.number)),
            recorded(a.at, w),
            w("access.local") if a.who == LOCAL else a.who[:SHORT],
            w(f"role.{a.role}") if a.role else "",
            _place(a.scope, w) if a.scope else "",
            w(f"access.what_{a.what}"),
            " · ".join(_details(a.details, pages, w)),
        )
        for a in rows_of(frame)
    ]
    names = ("number", "when", "who", "role", "scope", "what", "details")
    return Panel(
        subject="access",
        kind="table",
        title=w("access.listed", shown=w.number(len(rows)), n=w.count("access", total)),
        frame=frame,
        parts={"head": tuple(w(f"access.column_{name}") for name in names), "rows": rows},
    )


def _details(said: Mapping[str, Any], pages: Mapping[str, str], w: Words) -> list[str]:
    """What an access was about, in words: a page, a territory, a day, an event, a subject that changed."""
    found = []
    if "page" in said:
        found.append(pages.get(said["page"], str(said["page"])))
    if "territory" in said:
        found.append(_place(said["territory"], w))
    if "on" in said:
        day = w.parse_date(str(said["on"]))
        found.append(w.date_short(day) if day else str(said["on"]))
    if "subject" in said:
        key = f"access.subject_{said['subject']}"
        found.append(w(key) if key in w else str(said["subject"]))
    if "event" in said:
        found.append(w("events.number", number=str(said["event"])))
    if "file" in said:
        found.append(str(said["file"]))
    if "rows" in said:
        found.append(w.count("row", int(said["rows"])))
    return found


def _place(code: str, w: Words) -> str:
    try:
        return w.territory(code)
    except KeyError:
        # An office of the chain of command that is no more, or an account whose territory is none.
        return str(code)
