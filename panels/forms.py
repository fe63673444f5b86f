"""Forms: what stands in a sheet that an office fills in, every text ready."""

from collections.abc import Sequence

import pandas as pd

from i18n import words
from panels import Panel
from panels.sources import called


def form(
    codes: Sequence[str],
    dates: Sequence[int],
    *,
    delivery: dict,
    counts: Sequence[dict],
    office: dict,
    territory: str,
    locale: str,
) -> Panel:
    """A form to fill in: one line a territory, one column a date, for each count of a delivery.

    delivery: its block of the settings. counts: those of it that are asked for, {step, unit}. office: what the settings
    say of the office. territory: that in which the form is asked. The frame has one row per territory (territory_code,
    name). `parts` holds, every text in the reader's language: `rows` (code, name); `dates` (days since 1970-01-01);
    `delivery`, `source` (ids); `counts` ({step, unit, measure, title, tab}); `letterhead` and `how` (lines);
    `name_head` (over the names); `badge` (the notice of the demonstration); `refusal` (title and text shown where
    something else than a count is typed).
    """
    w = words(locale)
    rows = [(code, w.territory(code)) for code in codes]
    return Panel(
        subject="forms",
        kind="form",
        title=w("forms.title", delivery=called(delivery, locale=locale), place_in=w.in_territory(territory)),
        frame=pd.DataFrame(rows, columns=["territory_code", "name"]),
        units=tuple(dict.fromkeys(count["unit"] for count in counts)),
        data_dates=tuple(dates),
        parts={
            "rows": rows,
            "dates": tuple(dates),
            "delivery": delivery["id"],
            "source": delivery["source"],
            "counts": [
                {
                    "step": count["step"],
                    "unit": count["unit"],
                    "measure": "stock",
                    "title": w("forms.count", things=w.of_things(count["step"], count["unit"])),
                    "tab": w.name("step", count["step"]),
                }
                for count in counts
            ],
            "letterhead": tuple(line for line in _letterhead(office, locale) if line),
            "how": tuple(w(f"forms.how_{line}") for line in ("count", "empty", "codes", "back")),
            "name_head": w(f"forms.level_{delivery['level']}"),
            "badge": w("demo.badge"),
            "refusal": (w("forms.refusal_title"), w("forms.refusal")),
        },
    )


def _letterhead(office: dict, locale: str) -> tuple[str, ...]:
    """The lines over a document of the office; without a letterhead its name and that of its unit."""
    lines = tuple(office.get("letterhead", {}).get(locale, ()))
    return lines or tuple(office.get(part, {}).get(locale, "") for part in ("name", "unit"))
