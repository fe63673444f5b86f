"""Sources: what each provider is to send, when, and where it stands."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from i18n import LOCALES, Words, words
from panels import Panel, rows_of
from panels.events import recorded
from panels.situation import on_date

LATE = ("late", "incomplete")
RECALLED = (*LATE, "due", "reminder")
"""States in which a reminder may be sent."""

MOST_NAMED = 12
"""Names of silent offices that a cell or a letter lists before it says how many more there are."""


def called(block: dict, *, locale: str) -> str:
    """The name of a delivery or of a service, as its block says it; one without a text in a language has another's.

    From the block as known at the cut, not from the file of the settings: that may have been changed since.
    """
    texts = block["name"]
    return next((texts[language] for language in (locale, *LOCALES) if texts.get(language)), block["id"])


def board(
    frame: pd.DataFrame,
    silent: Mapping[str, Sequence[str]],
    settings: dict,
    *,
    on: int,
    locale: str,
) -> Panel:
    """Where each delivery stands, one row per delivery, in the order of the settings.

    frame, silent: `queries.sources.board`. settings: as its file says them. `parts` holds `head` and `rows`, as
    `panels.html.rows_html` asks; and `reminders`: for each delivery that may be recalled (id, name, state in words,
    {language: text}). A reminder names services and offices, never a person.
    """
    w = words(locale)
    blocks = {block["id"]: block for block in settings.get("delivery", ())}
    services = {block["id"]: block for block in settings.get("service", ())}
    rows, reminders = [], []
    for row in rows_of(frame):
        block, offices = blocks[row.delivery], silent.get(row.delivery, ())
        rows.append(
            (
                called(block, locale=locale),
                provider(block, services, w),
                expected(block, w),
                _last(row, w),
                _reported(row, offices, w),
                (state(row, w), f"tt-delivery-{row.state}"),
            )
        )
        if row.state in RECALLED:
            texts = {name: _reminder(row, block, offices, words(name)) for name in LOCALES}
            reminders.append((row.delivery, called(block, locale=locale), state(row, w), texts))
    return Panel(
        subject="sources",
        kind="table",
        title=_title(frame, on=on, w=w),
        frame=frame,
        parts={
            "head": tuple(
                w(f"sources.column_{c}") for c in ("delivery", "provider", "expected", "last", "reported", "state")
            ),
            "rows": rows,
            "css": "tt-sources",
            "reminders": tuple(reminders),
        },
    )


def _title(frame: pd.DataFrame, *, on: int, w: Words) -> str:
    states = frame["state"].tolist()
    late, incomplete = states.count("late"), states.count("incomplete")
    asked = {"date": on_date(on), "total": len(states)}
    if not late and not incomplete:
        return w("sources.title_none", **asked)
    return w("sources.title_late", late=late, incomplete=incomplete, **asked)


def provider(block: dict, services: Mapping[str, dict], w: Words) -> str:
    """Who sends a delivery, and by which channel."""
    channel = w(f"sources.channel_{block['channel']}")
    if block.get("service") not in services:
        return channel
    service = called(services[block["service"]], locale=w.locale)
    return w("sources.provider", service=service, channel=channel)


def expected(block: dict, w: Words) -> str:
    """When a delivery is expected, in words."""
    day = block["expected_day"]
    if block["periodicity"] == "weekly":
        return w("sources.expected_weekly", day=w(f"sources.weekday_{day}"))
    if block["periodicity"] == "daily":
        return w("sources.expected_daily")
    return w(f"sources.expected_{block['periodicity']}", day=day)


def state(row: Any, w: Words) -> str:
    """Where a delivery stands, in a few words."""
    if row.state in LATE:
        return w(f"sources.state_{row.state}", days=w.count("day", int(row.days)))
    if row.state in ("reminder", "received", "not_started"):
        return w(f"sources.state_{row.state}", date=on_date(row.due))
    return w(f"sources.state_{row.state}")


def _last(row: Any, w: Words) -> str:
    if pd.isna(row.last_date):
        return w("sources.never")
    when = recorded(int(row.recorded_at), w)
    return w("sources.last", date=on_date(row.last_date), number=str(int(row.event)), when=when)


def _reported(row: Any, silent: Sequence[str], w: Words) -> str:
    if not row.expected:
        return ""
    said = w("sources.reported", n=int(row.reported), expected=int(row.expected))
    # Where nobody has sent anything, listing everybody says nothing more.
    if not silent or not row.reported:
        return said
    return w("sources.reported_silent", reported=said, names=_named(silent, w))


def _named(codes: Sequence[str], w: Words) -> str:
    names = [w.territory(code) for code in codes[:MOST_NAMED]]
    if len(codes) > MOST_NAMED:
        names.append(w("sources.more", n=len(codes) - MOST_NAMED))
    return w.join(names)


def _reminder(row: Any, block: dict, silent: Sequence[str], w: Words) -> str:
    """The sentence of a letter that asks for a delivery."""
    due = on_date(row.due)
    said = {"delivery": called(block, locale=w.locale), "channel": w(f"sources.by_{block['channel']}"), "date": due}
    if row.state in ("due", "reminder"):
        return w("sources.reminder_before", **said)
    if row.reported:
        return w("sources.reminder_some", names=_named(silent, w), **said)
    return w("sources.reminder_all", **said)
