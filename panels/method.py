"""Method: what each indicator is, of what, from where, and what it does not say."""

import pandas as pd

from i18n import words
from panels import Panel, SourceLine
from panels.situation import counted, flagged, on_date, printed_share, step_name

SENSES = {None: "descriptive", True: "higher_is_better", False: "lower_is_better"}
"""How an indicator is read: by its `higher_is_better`."""


def definition(indicator: dict, programme: dict, steps: dict[str, dict], *, locale: str) -> Panel:
    """The definition of one indicator as a table of two columns: what is asked, what is answered."""
    w = words(locale)
    step, unit = indicator["numerator"]["step"], indicator["numerator"]["unit"]
    rows = [
        (w("method.numerator"), w("method.number_of", things=w.of_things(step, unit))),
        (w("method.unit"), w(f"unit.{unit}")),
    ]
    wanted = indicator.get("denominator")
    if wanted:
        rows.append((w("method.denominator"), w.name("indicator", indicator["id"], field="denominator_name")))
    else:
        rows.append((w("method.denominator"), w("method.no_denominator")))
    sense = SENSES[indicator.get("higher_is_better")]
    rows.append((w("method.reading"), w(f"method.{sense}")))
    rows.append((w("method.caveat"), w.name("indicator", indicator["id"], field="caveat")))
    body = steps.get(step, {})
    rows.append((w("method.body"), w.name("body", body["body"])))
    rows.append((w("method.stale_after"), w.count("day", body["stale_after"])))
    if body.get("starts"):
        rows.append((w("method.starts"), w.date(pd.Timestamp(body["starts"]).date())))
    for threshold in programme.get("thresholds") or []:
        rows.append((w("method.threshold"), _threshold(threshold, w)))
    for text in programme.get("legal") or []:
        rows.append((w("method.legal"), text["text"][locale]))
    return Panel(
        subject="method",
        kind="table",
        title=w.name("indicator", indicator["id"]),
        frame=pd.DataFrame(rows, columns=["asked", "answered"]),
        units=(unit,),
        parts={"head": (w("method.asked"), w("method.answered")), "rows": rows, "css": "tt-definition"},
    )


def _threshold(threshold: dict, w) -> str:
    value = str(threshold["value"])
    written = value if w.locale == "en" else value.replace(".", ",")
    since = w.date(pd.Timestamp(threshold["from"]).date())
    key = "method.above" if threshold.get("comparison") == "above" else "method.threshold_value"
    return w(key, value=written, date=since, legal=threshold["legal"][w.locale])


def quotations(frame: pd.DataFrame, *, locale: str) -> Panel:
    """Printed statements that are quoted and never computed with, one row each, with their addresses."""
    w = words(locale)
    rows = []
    for q in frame.itertuples(index=False):
        rows.append(
            (
                step_name(q.step, w),
                _place(q.territory_code, w),
                _value(q, w),
                SourceLine(w.date_short(on_date(q.on_date)), q.address),
                w("reading.to_confirm") if flagged(q.note) else "",
            )
        )
    return Panel(
        subject="method",
        kind="table",
        title=w("method.quoted_title"),
        frame=frame,
        parts={
            "head": tuple(w(f"method.quoted_{c}") for c in ("step", "territory", "value", "source", "note")),
            "rows": rows,
        },
    )


def _place(code: str, w) -> str:
    return w.territory(code) if code else ""


def _value(q, w) -> str:
    if q.measure == "share":
        return printed_share(q.value, w)
    said = counted(q.unit, int(q.value), w) if f"count.{q.unit}" in w else w.number(int(q.value))
    return w(f"method.quoted_{q.measure}_value", n=said)
