"""Recommendations in words: their list by meeting, the extract and the letter of a service, their slides, their marks.

What a recommendation is called is the office's own («توصية» where it says nothing); sentences that hold another word of
its own do not agree with it. What a figure did since is said to follow, never to be brought about.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel
from panels.actions import MARK, MARKED, Mark, service_name
from panels.actions import marked as marked_actions
from panels.events import recorded
from panels.html import made_up, table_html, told
from panels.plot import WITHOUT_ISOLATES
from panels.situation import counted, on_date, step_name
from panels.slide import OFFICE, OUTSIDE, Figure, Number, Slide, Table, panel_id

SHAPE = {"assigned": "○", "under_way": "●", "blocked": "▼", "done": "✔", "withdrawn": "–", "overdue": "■"}
"""Each state has a shape and a word of its own: never colour alone."""

TONE = {"done": "good", "blocked": "care", "overdue": "care"}
"""What waits is a matter for care, and nobody's red."""

MARKS = {"recommendation": "◆", "meeting": "●"}
"""What stands under the axis of a series."""

MOST_ROWS = 8
"""Rows on one slide."""
MOST_LINES = 13
"""Lines of text that the rows of one slide may take, reckoned at so many letters a line: nothing scrolls on a wall."""
_LETTERS = 60
ROUNDED_TO = 5
SOON = 14
"""Days before its date in which a recommendation is called to mind."""
TO_ANSWER = 7
"""Days that a letter gives to answer it."""


@dataclass(frozen=True)
class Labels:
    """What the office calls a recommendation and several of them; own: that it is a word of its own."""

    one: str
    many: str
    own: bool = False


def labels(office: Mapping[str, Any], *, locale: str) -> Labels:
    """The words for a recommendation in a language. office: what the settings say of the office."""
    w = words(locale)
    one = (office.get("recommendation") or {}).get(locale, "")
    many = (office.get("recommendations") or {}).get(locale, "")
    if not one and not many:
        return Labels(w("recommendations.one"), w("recommendations.many"))
    return Labels(one or many, many or one, own=True)


def capital(text: str) -> str:
    """A text as a heading begins."""
    return text[:1].upper() + text[1:]


def meeting_name(meeting: Any, w: Words, *, short: bool = False) -> str:
    """A meeting by its kind and day: «جلسة 18 شتنبر 2023»."""
    day = on_date(meeting.on_date)
    return w(f"recommendations.of_{meeting.kind}", date=w.date_short(day) if short else day)


def called_by(meeting: Any, *, locale: str) -> str:
    """A meeting as a list names it: its kind, its day, its territory."""
    w = words(locale)
    return capital(
        w("recommendations.list_title", meeting=meeting_name(meeting, w), place=w.in_territory(meeting.territory))
    )


def state_word(one: Any, w: Words) -> tuple[str, str]:
    """The state of a recommendation with its shape, and the class that the cell wears."""
    state = "overdue" if one.overdue else one.recommendation.state
    said = f"{SHAPE[state]}\u00a0{w(f'recommendations.state_{state}')}"
    if one.overdue and one.recommendation.state != "assigned":
        said = w(
            "recommendations.overdue_and", overdue=said, state=w(f"recommendations.state_{one.recommendation.state}")
        )
    return said, f"tt-tone-{TONE[state]}" if state in TONE else ""


def services(said: Any, w: Words) -> str:
    """The service that leads a recommendation, and its partners."""
    lead = service_name(said.lead, w)
    if not said.partners:
        return lead
    return w("recommendations.with_partners", lead=lead, partners=w.join(service_name(p, w) for p in said.partners))


def count_of(said: Any, w: Words) -> str:
    """What a recommendation is about, as a count and where; empty where it is about none."""
    if not said.step:
        return ""
    return w("recommendations.count", count=things(said.step, said.unit, w), place=w.in_territory(said.territory))


def things(step: str, unit: str, w: Words) -> str:
    """What a count counts; the step where nothing says that, its id where it is no longer defined."""
    try:
        return w.things(step, unit)
    except KeyError:
        return step_name(step, w)


def _rounded(value: int, audience: str) -> int:
    return ROUNDED_TO * round(value / ROUNDED_TO) if audience == OUTSIDE else value


def since(one: Any, w: Words, *, audience: str = OFFICE) -> str:
    """What the figure of a recommendation was and what followed; empty where it has none."""
    said = one.recommendation
    if said.baseline is None:
        return ""
    before = counted(said.unit, _rounded(said.baseline, audience), w)
    given = {"before": before, "before_date": w.date_short(on_date(said.baseline_date))}
    if one.now is None:
        return w("recommendations.no_figure_since", **given)
    after = counted(said.unit, _rounded(one.now, audience), w)
    return w("recommendations.followed_by", **given, after=after, after_date=w.date_short(on_date(one.now_date)))


def expected(said: Any, w: Words, *, audience: str = OFFICE) -> str:
    """What a figure is expected to gain; empty where nobody said."""
    return "" if said.expected is None else w.signed(_rounded(said.expected, audience))


def overdue_sentence(one: Any, called: Labels, *, on: int, locale: str, audience: str = OFFICE) -> str:
    """That the date of a recommendation has passed, and what followed it."""
    w, said = words(locale), one.recommendation
    given = {
        "number": str(said.number),
        "meeting": meeting_name(one.meeting, w),
        "service": service_name(said.lead, w),
        "due": on_date(said.due),
        "date": on_date(on),
    }
    key = "recommendations.overdue"
    if called.own:
        key, given = f"{key}_labelled", given | {"label": capital(called.one)}
    if one.now is not None:
        before, after = (w.number(_rounded(value, audience)) for value in (said.baseline, one.now))
        key, given = f"{key}_since", given | {"before": before, "after": after}
    return w(key, **given)


# The page


def listing(found: Sequence[Any], called: Labels, *, locale: str) -> tuple[Panel, ...]:
    """The recommendations (`queries.recommendations.Followed`), a table for each meeting in the order given.

    `parts`: head, rows (as `panels.html.rows_html` asks), ids (of each row's recommendation), meeting (its id).
    """
    w = words(locale)
    panels = []
    for meeting in dict.fromkeys(one.meeting.id for one in found):
        mine = [one for one in found if one.meeting.id == meeting]
        of = mine[0].meeting
        panels.append(
            Panel(
                subject="recommendations",
                kind="table",
                title=called_by(of, locale=locale),
                frame=_frame(mine),
                parts={
                    "head": _head(("number", "text", "service", "due", "state", "since", "note"), w),
                    "rows": tuple(_row(one, w) for one in mine),
                    "ids": tuple(one.recommendation.id for one in mine),
                    "meeting": meeting,
                    "css": "tt-recommendations",
                },
            )
        )
    return tuple(panels)


def _head(names: Sequence[str], w: Words) -> tuple[str, ...]:
    return tuple(w(f"recommendations.column_{name}") for name in names)


def _row(one: Any, w: Words) -> tuple:
    said = one.recommendation
    return (
        str(said.number),
        _text(said, w),
        services(said, w),
        w.date_short(on_date(said.due)),
        state_word(one, w),
        since(one, w),
        said.note,
    )


def _text(said: Any, w: Words) -> str:
    """The text of a recommendation, and below it the figure that it is about and what it is expected to gain."""
    about = count_of(said, w)
    if not about:
        return said.text
    if said.expected is not None:
        about = w("recommendations.count_expected", count=about, expected=expected(said, w))
    return f"{said.text}\n{w('recommendations.text_about', about=about)}"


def _frame(found: Sequence[Any]) -> pd.DataFrame:
    rows = [
        {
            "id": one.recommendation.id,
            "event": one.recommendation.event,
            "meeting": one.meeting.id,
            "number": one.recommendation.number,
            "lead": one.recommendation.lead,
            "due": one.recommendation.due,
            "state": one.recommendation.state,
            "overdue": one.overdue,
            "territory_code": one.recommendation.territory,
            "step": one.recommendation.step,
            "unit": one.recommendation.unit,
            "baseline": one.recommendation.baseline,
            "baseline_date": one.recommendation.baseline_date,
            "now": one.now,
            "now_date": one.now_date,
            "expected": one.recommendation.expected,
        }
        for one in found
    ]
    return pd.DataFrame(rows)


def list_html(panel: Panel, *, locale: str, address: Callable[[str], str] | None = None, chosen: str = "") -> str:
    """A table of recommendations. address: where the number of each row leads; chosen: the one that is open.

    Each cell says what heads it: where there is no room for a table the rows stand as cards.
    """
    w = words(locale)
    head, body = panel.parts["head"], []
    for id, row in zip(panel.parts["ids"], panel.parts["rows"], strict=True):
        number = escape(row[0])
        if address is not None:
            number = f'<a href="{escape(address(id))}" target="_self">{number}</a>'
        cells = [f'<th scope="row" data-label="{escape(head[0])}">{number}</th>']
        for name, cell in zip(head[1:], row[1:], strict=True):
            said, css = cell if isinstance(cell, tuple) else (cell, "")
            css = " ".join(filter(None, (css, "" if said else "tt-void")))
            named = f' class="{css}"' if css else ""
            cells.append(f'<td{named} data-label="{escape(name)}">{told(said, w)}</td>')
        lit = ' class="tt-lit" aria-current="true"' if id == chosen else ""
        body.append(f"<tr{lit}>{''.join(cells)}</tr>")
    table = table_html(head, body, caption=panel.title, direction=w.direction, css=panel.parts["css"])
    return made_up(panel, w) + table


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def history(states: Sequence[Any], *, locale: str) -> Panel:
    """What was said of a recommendation, the oldest first: when, by which role, the state, the note."""
    w = words(locale)
    rows = []
    for said in states:
        role = w(f"role.{said.actor}") if f"role.{said.actor}" in w else said.actor
        word = f"{SHAPE[said.state]}\u00a0{w(f'recommendations.state_{said.state}')}"
        rows.append((recorded(said.recorded_at, w), role, word, said.note))
    return Panel(
        subject="recommendations",
        kind="table",
        title=w("recommendations.history"),
        frame=pd.DataFrame([vars(said) for said in states]),
        parts={"head": _head(("when", "role", "state", "note"), w), "rows": tuple(rows), "css": ""},
    )


def declarations(found: Sequence[Any], meetings: Mapping[str, Any], *, locale: str) -> Panel:
    """What services declared (`queries.recommendations.Declaration`), one row each. `parts` holds besides `choices`: id
    → (as a list names it, its event), of those that may still be taken back."""
    w = words(locale)
    rows, open_ones = [], {}
    for one in found:
        meeting = meetings[one.meeting]
        rows.append((meeting_name(meeting, w, short=True), declared(one, w), _became(one, w)))
        if meeting.state in ("open", "presented"):
            open_ones[one.id] = (_short(declared(one, w), 100), one.event)
    return Panel(
        subject="recommendations",
        kind="table",
        title=w("declarations.title"),
        frame=pd.DataFrame([vars(one) for one in found]),
        parts={
            "head": tuple(w(f"declarations.column_{name}") for name in ("meeting", "said", "became")),
            "rows": tuple(rows),
            "choices": open_ones,
            "css": "",
        },
    )


def declared(one: Any, w: Words) -> str:
    """What the representative of a service declared, in a sentence: «صرح ممثل…»."""
    service = service_name(one.service, w)
    if one.value is None:
        return w("declarations.said", service=service, text=one.text)
    given = {
        "service": service,
        "value": counted(one.unit, one.value, w),
        "count": things(one.step, one.unit, w),
        "place": w.in_territory(one.territory),
        "date": on_date(one.on_date),
    }
    key = "declarations.value"
    if one.official is not None:
        key, given = f"{key}_beside", given | {"official": w.number(one.official)}
    if one.text:
        key, given = f"{key}_text", given | {"text": one.text}
    return w(key, **given)


def _became(one: Any, w: Words) -> str:
    if one.remark:
        return w("declarations.became")
    return w("declarations.not_doubled") if one.value is not None else w("declarations.in_minutes")


# For one service


def extract(found: Sequence[Any], service: str, called: Labels, *, on: int, locale: str) -> Panel:
    """The recommendations that a service leads or is a partner of, as it takes them along."""
    w = words(locale)
    rows = []
    for one in found:
        said = one.recommendation
        role = w("recommendations.leads" if said.lead == service else "recommendations.is_partner")
        rows.append(
            (
                w(
                    "recommendations.number_of",
                    number=str(said.number),
                    meeting=meeting_name(one.meeting, w, short=True),
                ),
                _text(said, w),
                role,
                w.date_short(on_date(said.due)),
                state_word(one, w),
                since(one, w),
                said.note,
            )
        )
    names = ("number", "text", "role", "due", "state", "since", "note")
    return Panel(
        subject="recommendations",
        kind="table",
        title=w("recommendations.extract_title", labels=capital(called.many), service=service_name(service, w)),
        frame=_frame(found),
        notes=(w("recommendations.extract_date", date=on_date(on)), w("recommendations.not_caused")),
        parts={
            "head": _head(names, w),
            "rows": tuple(rows),
            "ids": tuple(one.recommendation.id for one in found),
            "css": "tt-recommendations",
        },
    )


def letter(
    found: Sequence[Any], service: str, called: Labels, *, office: Mapping[str, Any], on: int, locale: str
) -> str:
    """The text of a letter that calls to a service's mind what it leads: what is overdue, what is due soon. Empty where
    there is nothing to call to mind."""
    w = words(locale)
    mine = [one for one in found if one.recommendation.lead == service]
    late = [one for one in mine if one.overdue]
    open_ones = [one for one in mine if not one.overdue and one.recommendation.state not in ("done", "withdrawn")]
    soon = [one for one in open_ones if one.recommendation.due <= on + SOON]
    if not late and not soon:
        return ""

    def lines(some: Sequence[Any], first: int) -> list[str]:
        return [_in_letter(one, place, called, w) for place, one in enumerate(some, first)]

    def said(texts: Mapping[str, str] | None) -> str:
        found = texts or {}
        return next((found[one] for one in (locale, "ar", "fr", "en") if found.get(one)), "")

    head = list((office.get("letterhead") or {}).get(locale) or ())
    unit = said(office.get("unit"))
    meetings = {one.meeting.id: meeting_name(one.meeting, w) for one in (*late, *soon)}
    parts = [
        "\n".join([*head, *filter(None, (said(office.get("name")), said(office.get("unit"))))]),
        w("recommendations.letter_date", date=on_date(on)),
        w("recommendations.letter_to", service=service_name(service, w)),
        w("recommendations.letter_subject", labels=called.many)
        + "\n"
        + w("recommendations.letter_reference", meetings=w.join(meetings.values())),
        w("recommendations.letter_opening"),
        w("recommendations.letter_begins"),
    ]
    if late:
        parts.append("\n".join([w("recommendations.letter_late", date=on_date(on)), *lines(late, 1)]))
    if soon:
        parts.append("\n".join([w("recommendations.letter_soon"), *lines(soon, 1 + len(late))]))
    by = {"date": on_date(on + TO_ANSWER)}
    parts += [
        w("recommendations.letter_asks_unit", unit=unit, **by) if unit else w("recommendations.letter_asks", **by),
        w("recommendations.letter_closing"),
    ]
    # It is copied into a letter, where marks of direction may be drawn as boxes.
    return "\n\n".join(filter(None, parts)).translate(WITHOUT_ISOLATES)


def _in_letter(one: Any, place: int, called: Labels, w: Words) -> str:
    said = one.recommendation
    line = w(
        "recommendations.letter_line",
        place=str(place),
        label=capital(called.one),
        number=str(said.number),
        meeting=meeting_name(one.meeting, w),
        text=said.text,
        due=on_date(said.due),
    )
    if said.partners:
        line += " " + w("recommendations.letter_partners", partners=w.join(service_name(p, w) for p in said.partners))
    if said.state in ("under_way", "blocked"):
        line += " " + w("recommendations.letter_state", state=w(f"recommendations.state_{said.state}"))
    return line


# On slides


def recalled(
    found: Sequence[Any],
    called: Labels,
    *,
    meeting: Any,
    before: Any | None,
    cut: int,
    locale: str,
    audience: str = OFFICE,
    demonstration: bool = False,
) -> list[Slide]:
    """The slides on which a meeting opens: what became of the recommendations of the meeting `before` (None: there is
    none), and of those of other meetings that come back. One more slide for every so many rows; none without one."""
    if not found:
        return []
    w, on = words(locale), meeting.on_date
    done = sum(one.recommendation.state == "done" for one in found)
    late = sum(one.overdue for one in found)
    held = {one.meeting.id: one.meeting for one in found}
    alone = next(iter(held.values())) if len(held) == 1 else None
    given = {"labels": capital(called.many), "done": done, "n": len(found)}
    given |= {"meeting": meeting_name(alone, w)} if alone is not None else {}
    given |= {"overdue": late} if late else {}
    whose = "recalled" if alone is not None else "recalled_several"
    title = w(f"recommendations.{whose}_late" if late else f"recommendations.{whose}", **given)
    counts = (("done", done), ("in_time", len(found) - done - late), ("overdue", late))
    numbers = tuple(Number(w(f"recommendations.number_{name}"), w.number(n), value=n) for name, n in counts)
    said = [
        Figure(f"recommendations_{name}", meeting.territory, on, n, w.number(n))
        for name, n in (("all", len(found)), *counts)
    ]

    def row(one: Any) -> tuple[str, ...]:
        r = one.recommendation
        number = str(r.number)
        if alone is None and (before is None or one.meeting.id != before.id):
            number = w("recommendations.number_of", number=number, meeting=meeting_name(one.meeting, w, short=True))
        return (
            number,
            r.text,
            services(r, w),
            w.date_short(on_date(r.due)),
            state_word(one, w)[0],
            since(one, w, audience=audience),
        )

    return _slides(
        found,
        row,
        head=("number", "text", "service", "due", "state", "since"),
        lines=lambda one: (
            [overdue_sentence(one, called, on=on, locale=locale, audience=audience)] if one.overdue else []
        ),
        key="recommendations",
        title=title,
        numbers=numbers,
        figures=tuple(said),
        meeting=meeting,
        asked={"meeting": "" if before is None else before.id},
        cut=cut,
        w=w,
        audience=audience,
        demonstration=demonstration,
    )


def read_back(
    found: Sequence[Any],
    called: Labels,
    *,
    meeting: Any,
    cut: int,
    locale: str,
    audience: str = OFFICE,
    demonstration: bool = False,
) -> list[Slide]:
    """The slides on which a meeting ends: what it recommends, with service and date. At least one, also before the
    first recommendation."""
    w = words(locale)
    given = {"labels": capital(called.many), "meeting": meeting_name(meeting, w)}
    key = "recommendations.read_back" if found else "recommendations.read_back_none"
    title = w(key, **given | ({"n": len(found)} if found else {}))

    def row(one: Any) -> tuple[str, ...]:
        r = one.recommendation
        about = count_of(r, w)
        if about and r.baseline is not None:
            figure = counted(r.unit, _rounded(r.baseline, audience), w)
            about = w(
                "recommendations.count_stands", count=about, figure=figure, date=w.date_short(on_date(r.baseline_date))
            )
        if about and r.expected is not None:
            about = w("recommendations.count_expected", count=about, expected=expected(r, w, audience=audience))
        return (str(r.number), r.text, services(r, w), w.date_short(on_date(r.due)), about)

    return _slides(
        found,
        row,
        head=("number", "text", "service", "due", "figure"),
        lines=lambda one: [],
        key="readback",
        title=title,
        numbers=(Number(capital(called.many), w.number(len(found)), value=len(found)),) if found else (),
        figures=(Figure("recommendations_all", meeting.territory, meeting.on_date, len(found), w.number(len(found))),),
        meeting=meeting,
        asked={"meeting": meeting.id},
        cut=cut,
        w=w,
        audience=audience,
        demonstration=demonstration,
    )


def _slides(
    found: Sequence[Any],
    row: Callable[[Any], tuple[str, ...]],
    *,
    head: Sequence[str],
    lines: Callable[[Any], list[str]],
    key: str,
    title: str,
    numbers: tuple[Number, ...],
    figures: tuple[Figure, ...],
    meeting: Any,
    asked: dict[str, Any],
    cut: int,
    w: Words,
    audience: str,
    demonstration: bool,
) -> list[Slide]:
    """Tables of a few rows each, with what each row says of figures. The first is `key`, the others `key/2`, …"""
    parts = _parted(found, lambda one: _height(row(one)) + 2 * len(lines(one))) or [[]]
    slides = []
    for place, part in enumerate(parts, 1):
        own = asked | {
            "subject": key,
            "part": place,
            "said": [one.recommendation.event for one in part],
            "territory": meeting.territory,
            "on": meeting.on_date,
            "locale": w.locale,
            "audience": audience,
            "cut": cut,
        }
        said = [figure for one in part for figure in _figures(one, w, audience, ends=key == "readback")]
        notes = [w("recommendations.not_caused")] if any(one.now is not None for one in part) else []
        if audience == OUTSIDE and said:
            notes.append(w("recommendations.rounded", n=ROUNDED_TO))
        # An empty column would take the room that the text needs.
        rows = [row(one) for one in part]
        kept = [at for at in range(len(head)) if at < 2 or any(cells[at] for cells in rows)]
        table = Table(
            tuple(w(f"recommendations.column_{head[at]}") for at in kept),
            tuple(tuple(cells[at] for at in kept) for cells in rows),
        )
        slides.append(
            Slide(
                key=key if place == 1 else f"{key}/{place}",
                subject=key,
                kind="table",
                title=title
                if len(parts) == 1
                else w("recommendations.part_of", title=title, part=place, parts=len(parts)),
                territory=meeting.territory,
                on_date=meeting.on_date,
                numbers=numbers if place == 1 else (),
                table=table if part else Table(),
                lines=tuple(line for one in part for line in lines(one)),
                notes=tuple(notes),
                figures=(*figures, *said),
                dates=tuple(sorted({figure.on_date for figure in said})),
                asked=own,
                panel=panel_id(own),
                audience=audience,
                demonstration=demonstration,
            )
        )
    return slides


def _height(cells: Sequence[str]) -> int:
    """How many lines a row takes: its text has the widest column, the others half as much room."""
    return max(-(-len(cell) // (_LETTERS if at == 1 else _LETTERS // 2)) for at, cell in enumerate(cells)) or 1


def _parted(found: Sequence[Any], height: Callable[[Any], int]) -> list[list[Any]]:
    parts: list[list[Any]] = []
    taken = 0
    for one in found:
        own = height(one)
        if not parts or len(parts[-1]) == MOST_ROWS or (parts[-1] and taken + own > MOST_LINES):
            parts.append([])
            taken = 0
        parts[-1].append(one)
        taken += own
    return parts


def _figures(one: Any, w: Words, audience: str, *, ends: bool) -> list[Figure]:
    """The figures that a row says: as shown when it was recommended, and what followed; at the end of a meeting what is
    expected."""
    said, found = one.recommendation, []
    points = ((said.baseline_date, said.baseline), (one.now_date, one.now))
    for day, value in points:
        if value is not None:
            value = _rounded(value, audience)
            found.append(Figure(said.step, said.territory, day, value, w.number(value), said.unit))
    if ends and said.expected is not None:
        value = _rounded(said.expected, audience)
        found.append(Figure("expected", said.territory, said.due, value, w.signed(value), said.unit))
    return found


# On series


def mark(one: Any, called: Labels, *, locale: str) -> dict[str, str]:
    """The mark of a recommendation on the series of its figure: from the day of its meeting to its own."""
    w, said = words(locale), one.recommendation
    text = w(
        "recommendations.mark",
        label=capital(called.one),
        number=str(said.number),
        meeting=meeting_name(one.meeting, w),
        due=on_date(said.due),
    )
    return _mark(one.meeting.on_date, said.due, text, "recommendation")


def meeting_mark(meeting: Any, *, locale: str) -> dict[str, str]:
    """The mark of a meeting on the series of a figure that it looked at."""
    return _mark(meeting.on_date, meeting.on_date, capital(meeting_name(meeting, words(locale))), "meeting")


def _mark(first: int, last: int, text: str, kind: str) -> dict[str, str]:
    return {"date": on_date(first).isoformat(), "until": on_date(last).isoformat(), "text": text, "kind": kind}


def marked(course: Panel, acted: pd.DataFrame | None, said: Sequence[Mapping[str, str]], *, locale: str) -> Panel:
    """A `course` panel with what is marked on it: the actions of `queries.actions.beside`, and the recommendations and
    meetings of `mark` and `meeting_mark`; the same panel without any. `parts` as `panels.actions.marked` gives them."""
    w = words(locale)
    days = [point[0] for name in ("actual", "incomplete", "planned", "ahead") for point in course.parts[name]]
    if not days:
        return course
    first, last = min(days), max(days)
    with_actions = marked_actions(replace(course, parts=course.parts | {"dates": (first, last)}), acted, locale=locale)
    told: dict[tuple[str, dt.date, dt.date], list[str]] = {}
    for one in said:
        begins, ends = dt.date.fromisoformat(one["date"]), dt.date.fromisoformat(one["until"])
        if begins <= last and ends >= first:
            told.setdefault((one["kind"], max(begins, first), min(ends, last)), []).append(one["text"])
    if not told:
        return with_actions if with_actions.parts.get("marks") else course
    # From the meeting to the date that it set: several of the same days are one mark. Meetings stand over the lines.
    order = sorted(told.items(), key=lambda one: one[0][0] == "meeting")
    found = [
        Mark(begins, ends, " · ".join(texts), MARKS[kind], at_end=kind == "recommendation")
        for (kind, begins, ends), texts in order
    ]
    number = {kind: sum(len(texts) for (of, *_), texts in told.items() if of == kind) for kind in MARKS}
    parts, acted_on = with_actions.parts, len(with_actions.parts.get("marks", ()))
    legend = w(
        "recommendations.legend_actions" if acted_on else "recommendations.legend",
        mark=MARKS["recommendation"],
        n=number["recommendation"],
        meeting_mark=MARKS["meeting"],
        meetings=number["meeting"],
        **({"action_mark": MARK, "actions": acted_on} if acted_on else {}),
    )
    marks = (*parts.get("marks", ()), *found[-MARKED:])
    return replace(with_actions, parts=parts | {"marks": marks, "legend": legend}, drawn={})
