"""Slides with the longest names of the kingdom, and many of them, for tests of what is drawn."""

import csv
import datetime as dt
from dataclasses import replace

from i18n import words
from i18n.names import REFERENCE
from tests.decks import COMMUNES, HERE, deck

LONGEST = ("09.551.03.03", "03.061.05.09", "04.291.09.02", "06.181.09.17", "08.577.09.11", "09.163.03.25")
STEPS = ("asd.child_allowance", "asd.elderly", "amo_tadamon.waiting", "minhaty.bac_passed", "amo_tadamon.confirmed")
TAROUDANNT = "09.541"


def charted(locale, places=LONGEST):
    """The slides of a deck that have a chart, by kind, with a full path and a long chain."""
    w = words(locale)
    found = {}
    for slide in deck(locale, places=places):
        if slide.kind == "path":
            slide = replace(slide, chart=full_path(slide.chart, w))
        if slide.kind == "chain":
            slide = replace(slide, chart=long_chain(slide.chart, w))
        if slide.kind == "bars":
            slide = replace(slide, chart=slide.chart | {"rows": [_honest(row, w) for row in slide.chart["rows"]]})
        if slide.kind in ("bars", "path", "map", "chain"):
            found[slide.kind] = slide
    return found


def _honest(row, w):
    return row if row["value"] is not None else row | {"text": w("state.missing"), "word": "", "shape": ""}


def full_path(chart, w):
    """A path with a band, a scale, a tick a month and marks of every kind, some on the same days."""
    campaign, meeting = w("actions.kind_campaign"), w("svg.mark_meeting")

    def mark(day, text, kind, until=None):
        return {"date": day, "until": until or day, "text": text, "kind": kind}

    return chart | {
        "marks": [
            mark("2023-07-10", campaign, "action"),
            mark("2023-07-20", campaign, "action", "2023-08-01"),
            mark("2023-08-07", meeting, "meeting"),
            mark("2023-08-09", w.territory(LONGEST[0]), "recommendation"),
            mark("2023-12-20", campaign, "action"),
        ],
        "band": [
            {"date": "2023-09-18", "low": 36_597, "high": 36_597},
            {"date": "2023-12-01", "low": 45_000, "high": 68_000},
        ],
        "scale": [{"value": v, "text": w.short(v)} for v in (0, 20_000, 40_000, 60_000, 70_000)],
        "ticks": [{"date": f"2023-{month:02}-01", "text": w.month(dt.date(2023, month, 1))} for month in range(8, 13)],
    }


def long_chain(chart, w):
    """Seven stages and four passages, with the longest names that steps have."""
    (passage,), first = chart["passages"], chart["nodes"][0]
    names = sorted((w.name("step", step) for step in STEPS), key=len)[-3:]
    return {
        "nodes": chart["nodes"] + [first | {"name": name} for name in names],
        "passages": [passage, *(passage | {"name": n, "priority": False, "held_elsewhere": False} for n in names)],
    }


def many_bars(locale, how_many):
    """A bars slide with so many communes of the province that has most."""
    with (REFERENCE / "territories.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file) if row["parent"] == TAROUDANNT][:how_many]
    w, slide = words(locale), charted(locale)["bars"]
    rows = slide.chart["rows"]
    rows = [rows[i % len(rows)] | {"code": code, "name": w.territory(code)} for i, code in enumerate(codes)]
    assert len(rows) == how_many
    return replace(slide, chart=slide.chart | {"rows": rows})


__all__ = ["COMMUNES", "HERE", "LONGEST", "charted", "many_bars"]
