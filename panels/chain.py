"""The chain of command in tables: the offices with what each covers, and the communes with who covers them."""

import pandas as pd

from i18n import LRI, PDI, Words, words
from panels import Panel, rows_of

KINDS = ("pachalik", "cercle", "caidat", "annex", "lycee")
"""The kinds of office, from the top down."""


def offices(frame: pd.DataFrame, *, place: str, locale: str) -> Panel:
    """The offices of a territory, in the order of the chain. frame: `queries.chain.offices`."""
    w = words(locale)
    kinds = frame["kind"].tolist()
    rows = [
        (
            w.territory(row.office_code),
            w.territory(row.parent_code),
            _covers(row.covers, row.shared, w),
            # A code turned round would be another's.
            f"{LRI}{row.office_code}{PDI}",
        )
        for row in rows_of(frame)
    ]
    counted = [w.count(f"kind_{kind}", kinds.count(kind)) for kind in KINDS if kind in kinds]
    title = w("chain.title_offices", place=w.in_territory(place), counted=w.join(counted)) if counted else ""
    return Panel(
        subject="chain",
        kind="table",
        title=title or w("chain.no_offices", place=w.in_territory(place)),
        frame=frame,
        parts={
            "head": tuple(w(f"chain.column_{name}") for name in ("office", "parent", "covers", "code")),
            "rows": rows,
            "css": "tt-chain",
        },
    )


def _covers(covered: tuple[str, ...], shared: tuple[str, ...], w: Words) -> str:
    """What an office covers, in words; a commune that it shares is said to be so."""
    names = [w("chain.part_of", name=w.territory(code)) if code in shared else w.territory(code) for code in covered]
    return w.join(names)


def covered(frame: pd.DataFrame, *, place: str, locale: str) -> Panel:
    """The communes of a territory and who covers each. frame: `queries.chain.covered`."""
    w = words(locale)
    rows = [
        (
            w.territory(row.territory_code),
            w.join(map(w.territory, row.offices)) if row.offices else w("chain.by_nobody"),
            w("chain.by_several", n=w.count("territorial_unit", len(row.offices))) if row.state == "several" else "",
        )
        for row in rows_of(frame)
    ]
    states = frame["state"].tolist()
    nobody = states.count("nobody")
    if nobody:
        title = w("chain.title_uncovered", place=w.in_territory(place), n=w.count("commune", nobody))
    elif "several" in states:
        title = w("chain.title_shared", place=w.in_territory(place), n=w.count("commune", states.count("several")))
    else:
        title = w("chain.title_covered", place=w.in_territory(place))
    return Panel(
        subject="chain",
        kind="table",
        title=title,
        frame=frame,
        parts={
            "head": tuple(w(f"chain.column_{name}") for name in ("commune", "offices", "remark")),
            "rows": rows,
            "css": "tt-chain",
        },
    )
