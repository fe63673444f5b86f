"""A deck of slides drawn by hand, of every kind, in each language: what is shown, printed and read back in tests."""

import datetime as dt
from dataclasses import replace

from data.database import as_day
from i18n import words
from panels.slide import Figure, Number, Slide, Source, Table, panel_id

DAY = as_day(dt.date(2023, 9, 18))
HERE = "09.273"
COMMUNES = ("09.273.01.05", "09.273.01.13", "09.273.01.15", "09.273.01.17", "09.273.05.19", "09.273.05.27")
STEP, UNIT = "rsu.registered", "household"


def deck(locale, *, places=COMMUNES, audience="office", demonstration=True):
    """Nine slides and a drill-down for each of `places`, in the order of a meeting."""
    w = words(locale)
    values = [4_120, 9_743, 1_204, 0, None, 21_530][: len(places)]
    total = sum(v or 0 for v in values)
    planned = [5_000, 9_000, 1_500, 700, 300, 22_000][: len(places)]
    asked = {"indicator": "rsu.households", "territory": HERE, "on": DAY, "audience": audience, "cut": 12}
    place, things = w.in_territory(HERE), w.of_things(STEP, UNIT)
    shared = {
        "item": "i1",
        "territory": HERE,
        "on_date": DAY,
        "audience": audience,
        "demonstration": demonstration,
        "sources": (Source(w.name("source", "office")),),
        "dates": (DAY,),
    }
    whole = Figure(STEP, HERE, DAY, total, w.number(total), UNIT)
    below = tuple(
        Figure(STEP, code, DAY, v, w.number(v) if v is not None else "–", UNIT, "shown" if v is not None else "missing")
        for code, v in zip(places, values, strict=True)
    )
    rows = tuple((w.territory(f.territory), f.text) for f in below)
    table = Table((w("map.column_territory"), things), rows, (1,))
    verdict = {"verdict": "below", "tone": "bad", "shape": "▼", "word": w("targets.verdict_below")}
    said = f"{things} {place}: {w.number(total)}"

    def made(key, subject, kind, title, **more):
        own = asked | {"subject": subject, "key": key}
        return Slide(
            key=key, subject=subject, kind=kind, title=title, asked=own, panel=panel_id(own), **(shared | more)
        )

    path = {
        "unit": things,
        "dates": ["2023-07-03", "2023-08-07", "2023-09-18"],
        "values": [9_000, 20_000, total],
        "labels": [w.number(9_000), w.number(20_000), w.number(total)],
        "planned": [{"date": "2023-07-03", "value": 8_000}, {"date": "2023-12-31", "value": 70_000}],
        "target": {"date": "2023-12-31", "value": 70_000, "text": w.number(70_000)},
        "band": [
            {"date": "2023-09-18", "low": total, "high": total},
            {"date": "2023-12-31", "low": total + 9_000, "high": total + 30_000},
        ],
        "marks": [{"date": "2023-08-10", "until": "2023-08-20", "text": w("actions.kind_campaign"), "kind": "action"}],
        "ticks": [{"date": "2023-07-03", "text": w.date_short(dt.date(2023, 7, 3))}],
        "scale": [{"value": 0, "text": w.number(0)}, {"value": 70_000, "text": w.number(70_000)}],
    }
    bars = {
        "unit": things,
        "share": False,
        "most": 22_000,
        "rows": [
            {
                "code": f.territory,
                "name": w.territory(f.territory),
                "value": f.value,
                "text": f.text,
                "planned": p,
                "planned_text": w.number(p),
                "state": f.state,
                "tone": "none" if f.value is None else "bad" if f.value < p else "good",
                "shape": "–" if f.value is None else "▼" if f.value < p else "●",
                "word": w("targets.verdict_below" if (f.value or 0) < p else "targets.verdict_on_path"),
            }
            for f, p in zip(below, planned, strict=True)
        ],
    }
    groups = [{"key": f"t{i}", "text": str(i), "tint": i, "state": "shown", "tone": "none"} for i in range(3)]
    groups.append({"key": "missing", "text": w("state.missing"), "tint": None, "state": "missing", "tone": "none"})
    where = {
        "parent": HERE,
        "level": "commune",
        "unit": things,
        "groups": groups,
        "territories": [
            {
                "code": f.territory,
                "name": w.territory(f.territory),
                "group": "missing" if f.value is None else f"t{i % 3}",
                "text": f.text,
            }
            for i, f in enumerate(below)
        ],
    }
    chain = {
        "nodes": [
            {"step": s, "name": w.name("step", s), "value": v, "text": w.number(v), "state": "shown"}
            for s, v in (("rnp.registered", 61_000), (STEP, total), ("asd.applied", 12_400), ("asd.paid", 9_700))
        ],
        "passages": [
            {
                "name": w.name("step", "asd.paid"),
                "body": w.name("body", "cnss"),
                "waiting": 2_700,
                "text": w.number(2_700),
                "oldest": "2023-03-01",
                "oldest_text": w.month(dt.date(2023, 3, 1)),
                "priority": True,
                "held_elsewhere": True,
            }
        ],
    }
    slides = [
        made("cover", "cover", "cover", w("app.name"), item="", chart={"lines": [place, w.date(dt.date(2023, 9, 18))]}),
        made(
            "recommendations",
            "recommendations",
            "table",
            said,
            item="",
            table=Table(("1", "2", "3"), (("R1", w.name("body", "cnss"), w.date(dt.date(2023, 9, 10))),)),
        ),
        made(
            "i1/pace",
            "pace",
            "path",
            said,
            numbers=(
                Number(w("targets.actual"), w.number(total), value=total),
                Number(w("targets.planned_today"), w.number(40_000), value=40_000),
            ),
            verdict=verdict,
            chart=path,
            figures=(whole, Figure("planned", HERE, DAY, 40_000, w.number(40_000), UNIT)),
        ),
        made("i1/gap", "gap", "bars", said, chart=bars, table=table, figures=(whole, *below)),
        made("i1/map", "gap", "map", said, chart=where, table=table, figures=(whole, *below)),
        made(
            "i1/cause",
            "cause",
            "chain",
            said,
            chart=chain,
            figures=tuple(Figure(n["step"], HERE, DAY, n["value"], n["text"]) for n in chain["nodes"]),
        ),
        made(
            "i1/options",
            "options",
            "table",
            said,
            table=Table(("1", "2"), (("+1", w.number(1_350)), ("+2", w.number(2_610))), (1,)),
            figures=(
                Figure("gain", HERE, DAY, 1_350, w.number(1_350)),
                Figure("gain", HERE, DAY, 2_610, w.number(2_610)),
            ),
        ),
        made("i2/words", "words", "text", said, item="i2", lines=(said, said), figures=(whole,)),
        made("readback", "readback", "table", said, item="", table=Table(("1",), ())),
    ]
    for f in below:
        title = f"{things} {w.in_territory(f.territory)}: {f.text}"
        slides.append(
            replace(
                made(f"i1/pace/{f.territory}", "pace", "text", title, territory=f.territory, figures=(f,)),
                parent="i1/gap",
                numbers=(Number(things, f.text, value=f.value),),
            )
        )
    return slides
