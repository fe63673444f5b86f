"""What the columns of a sheet are: the guess with a preview, what has to be asked, names to confirm; one click keeps
the answers for the next file with the same headers and takes this one in."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

import streamlit as st

from data.catalogue import catalogue
from data.importer import ROLES, Layout, Report, Sheet, keep
from data.settings import remember_spellings
from ui import accesses, cache
from ui.choices import Choices
from ui.viewer import Viewer

PARTS = ("", "female", "male", "urban", "rural")
MOST_COLUMNS, MOST_NAMES = 60, 40
SEXES = ("female", "male")
AREAS = ("urban", "rural")
_UNSAID = ""
_MARKS = re.compile(r"[\\`*_{}\[\]()#+\-.!:$<>|~]")
"""What would be mark-up in a label: a name out of a file is shown as it stands."""


@dataclass(frozen=True)
class Answers:
    """What a person said of a sheet. on: the date of figures without one; names: the territories that names mean."""

    layout: Layout
    on: dt.date | None = None
    names: dict[str, str] = field(default_factory=dict)


def needed(report: Report) -> bool:
    """Whether a person has to look at the columns or names of the file before it can be taken in whole."""
    sheet = report.sheet
    if not isinstance(sheet, Sheet) or report.event is not None:
        return False
    return bool(sheet.looked or not sheet.known or sheet.asked or sheet.proposals)


def screen(report: Report, chosen: Choices, who: Viewer, *, take_in: Callable[..., Report]) -> Report | None:
    """The screen for a file that needs it; the new report once a button was pressed.

    `take_in(layout=…, on=…, look=…)` reads the file again; with `look` nothing is stored.
    """
    w, sheet = chosen.words, report.sheet
    form = _Form(sheet, chosen)
    with st.container(key="mapping-screen", border=True):
        st.header(w("mapping.title"), anchor=False)
        st.markdown(w("mapping.how"))
        with st.container(key="mapping-preview"):
            _preview(sheet, chosen)
        with st.form(f"mapping-{form.mark}", border=False, enter_to_submit=False):
            answers = form.draw()
            with st.container(horizontal=True, gap="small", key="mapping-buttons"):
                do = st.form_submit_button(w("mapping.do"), type="primary", key="mapping-do")
                look = st.form_submit_button(w("mapping.look"), key="mapping-look")
    if form.wrong_date:
        st.error(w("mapping.date_wrong", seen=form.wrong_date[:40], example=w.date_short(chosen.on)))
    if form.wrong_date or not (do or look):
        return None
    if look:
        return take_in(layout=answers.layout, on=answers.on, look=True)
    if answers.names:
        remember_spellings(chosen.view.folder, answers.names)
        accesses.changed("spellings", chosen, who, codes=sorted(set(answers.names.values())))
    taken = take_in(layout=answers.layout, on=answers.on, look=False)
    if taken.event is not None:
        keep(chosen.view.folder, answers.layout)
        accesses.changed("layouts", chosen, who)
    return taken


def _preview(sheet: Sheet, chosen: Choices) -> None:
    """The first figures as they would be stored."""
    w = chosen.words
    if not sheet.rows:
        st.info(w("mapping.nothing"))
        return
    names = cache.places(chosen.view).levels
    steps = catalogue(chosen.view.folder).steps
    lines = []
    for row in sheet.rows:
        place = w.territory(row["territory"]) if row["territory"] in names else row["territory"]
        known = row["step"] in steps and row["unit"] in steps[row["step"]].units
        counted = w.things(row["step"], row["unit"]) if known else "…"
        part = row["sex"] or row["area"]
        if part in PARTS and part:
            counted = f"{counted} · {w(f'mapping.part_{part}')}"
        lines.append((place, counted, _when(row, chosen), _number(row["value"], chosen)))
    heads = [w(f"mapping.{name}") for name in ("territory", "counted", "date", "value")]
    title = w("mapping.preview", n=w.number(sheet.count))
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    st.html(
        f'<p class="tt-caption">{escape(title)}</p><div class="tt-table" tabindex="0" role="region" '
        f'aria-label="{escape(title)}" dir="{w.direction}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _when(row: dict[str, str], chosen: Choices) -> str:
    w = chosen.words
    days = [dt.date.fromisoformat(row[name]) for name in ("date", "from", "to") if row[name]]
    if not days:
        return "…"
    return w.date_short(days[0]) if len(days) == 1 else w.period(days[0], days[1])


def _number(text: str, chosen: Choices) -> str:
    return chosen.words.number(int(text)) if text.isascii() and text.isdecimal() and len(text) < 16 else text


class _Form:
    """The widgets of the screen, each kept under a name of this file's own."""

    def __init__(self, sheet: Sheet, chosen: Choices):
        self.sheet, self.chosen, self.w = sheet, chosen, chosen.words
        self.layout: Layout = sheet.guess.layout
        self.asked = {problem.values.get("asks", "") for problem in sheet.asked}
        first = sheet.guess.layout.id
        self.mark = "".join(letter for letter in first if letter.isalnum())[:24]
        self.wrong_date = ""
        self.folder = chosen.view.folder
        self.steps = catalogue(self.folder).steps
        self.counts = {f"{step}:{unit}": (step, unit) for step, body in self.steps.items() for unit in body.units}

    def _key(self, name: str) -> str:
        return f"map-{self.mark}-{name}"

    def _choose(self, label: str, name: str, options, present: str, spell, **more) -> str:
        options = list(options)
        at = options.index(present) if present in options else 0
        return st.selectbox(label, options, index=at, format_func=spell, key=self._key(name), **more)

    def draw(self) -> Answers:
        w, layout = self.w, self.layout
        first, second, third = st.columns(3)
        with first:
            step, unit = self._count(
                w("mapping.count"), "count", f"{layout.step}:{layout.unit}", empty=w("mapping.choose")
            )
        with second:
            measure = self._choose(
                w("mapping.measure"),
                "measure",
                ("stock", "flow"),
                layout.measure or "stock",
                lambda kind: w(f"importer.measure_{kind}"),
            )
        with third:
            places = cache.places(self.chosen.view)
            within = self._choose(
                w("mapping.within"),
                "within",
                ("", *places.upper),
                layout.within,
                lambda code: places.labels[code] if code else w("mapping.within_none"),
            )
        order, grain, source, on = layout.order, layout.grain, layout.source, None
        first, second, third = st.columns(3)
        with first:
            if "order" in self.asked or layout.order:
                order = self._choose(
                    w("mapping.order"), "order", ("", "dmy", "mdy"), order, lambda o: w(f"mapping.order_{o}")
                )
            if "grain" in self.asked or layout.grain:
                grain = self._choose(
                    w("mapping.grain"), "grain", ("", "month", "day"), grain, lambda g: w(f"mapping.grain_{g}")
                )
        with second:
            if "date" in self.asked:
                typed = st.text_input(w("mapping.on"), key=self._key("on")).strip()
                on = w.parse_date(typed[:40]) if typed else None
                self.wrong_date = typed if typed and on is None else ""
        with third:
            sources = list(catalogue(self.folder).sources)
            source = self._choose(w("mapping.source"), "source", sources, source, lambda one: w.name("source", one))
        names = self._names()
        rules = tuple(self._columns())
        changed = {
            "step": step,
            "unit": unit,
            "measure": measure,
            # Whoever is shown that the numbers look otherwise has answered by leaving or changing it.
            "sure": layout.sure or "measure" in self.asked,
            "order": order,
            "grain": grain,
            "within": within,
            "source": source,
            "column": rules,
        }
        return Answers(layout.model_copy(update=changed), on, names)

    def _count(self, label: str, name: str, present: str, *, empty: str) -> tuple[str, str]:
        w = self.w
        found = self._choose(
            label,
            name,
            (_UNSAID, *self.counts),
            present if present in self.counts else _UNSAID,
            lambda key: w.things(*self.counts[key]) if key else empty,
        )
        return self.counts.get(found, ("", ""))

    def _columns(self):
        w = self.w
        samples = {sample.key: sample for sample in self.sheet.guess.samples}
        st.subheader(w("mapping.columns"), anchor=False)
        for at, rule in enumerate(self.layout.column):
            sample = next((samples[header] for header in rule.header if header in samples), None)
            if at >= MOST_COLUMNS or (sample is None and rule.key not in samples):
                yield rule
                continue
            shown, what, count, part = st.columns([3, 2, 3, 2], vertical_alignment="bottom")
            with shown:
                cells = w("mapping.cells", cells=w.join(sample.cells)) if sample.cells else ""
                st.html(
                    f'<div dir="{w.direction}"><strong>{escape(w("mapping.column_of", header=sample.header))}</strong>'
                    f"<br><span>{escape(cells)}</span></div>"
                )
            with what:
                role = self._choose(
                    w("mapping.role"), f"role-{at}", ROLES, rule.role, lambda role: w(f"mapping.role_{role}")
                )
            update = {"role": role}
            if rule.role in ("value", "total") or role == "value":
                with count:
                    step, unit = self._count(
                        w("mapping.counted"), f"count-{at}", self._own(rule), empty=w("mapping.as_above")
                    )
                with part:
                    group = self._choose(
                        w("mapping.part"), f"part-{at}", PARTS, rule.sex or rule.area, lambda p: w(f"mapping.part_{p}")
                    )
                update |= {"step": step, "unit": unit}
                update |= {"sex": group if group in SEXES else "", "area": group if group in AREAS else ""}
                if not step and rule.unit and not rule.step:
                    update["unit"] = rule.unit
            yield rule.model_copy(update=update)

    def _own(self, rule) -> str:
        """The count that a column says for itself; a unit of its own goes with the step of the sheet."""
        step, unit = rule.step, rule.unit
        if step and not unit and step in self.steps:
            unit = self.steps[step].units[0]
        return f"{step}:{unit}"

    def _names(self) -> dict[str, str]:
        w = self.w
        if not self.sheet.proposals:
            return {}
        places = cache.places(self.chosen.view)
        st.subheader(w("mapping.names"), anchor=False)
        st.markdown(w("mapping.names_how"))
        answers = {}
        for at, one in enumerate(self.sheet.proposals[:MOST_NAMES]):
            near = [code for code in one.candidates if code in places.levels]
            inside = [code for code in places.below.get(one.parent, ()) if code not in near]
            options = ("", *near, *inside)
            found = self._choose(
                w("mapping.name_lines", name=_MARKS.sub(r"\\\g<0>", one.name), n=one.lines),
                f"name-{at}",
                options,
                near[0] if one.likely and near else "",
                lambda code: w.place(code) if code else w("mapping.leave"),
            )
            if found:
                answers[one.name] = found
        return answers
