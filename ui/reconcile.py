"""Reconcile: the number that was heard, typed as it was heard, and what could explain it."""

import unicodedata
from dataclasses import dataclass

import streamlit as st

import findings
from data.actions import looks_personal
from i18n import Words, words
from ui import cache, show
from ui.choices import FIRST_DAY, Choices, asked, choose, complain, put, put_from, switch, unfold
from ui.engine import today
from ui.kept import kept

LONGEST_BY = 80
EXAMPLE = 58_000


@dataclass(frozen=True)
class Given:
    """What was said on the telephone: a count (step and unit), the number (value, last place said, whether a share),
    and by whom."""

    step: str
    unit: str
    heard: tuple[float, float, bool]
    by: str


def form(chosen: Choices) -> Given | None:
    """The number, what it counts, who said it; None until there is a number that is understood."""
    w, view = chosen.words, chosen.view
    counts = findings.count_choices(view.engine, cut=view.reference, role=view.role)
    units: dict[str, list[str]] = {}
    for step, unit in counts:
        units.setdefault(step, []).append(unit)
    if not units:
        return None
    headline = next((step for step, _ in cache.headline_counts(view) if step in units), next(iter(units)))
    with st.container(key="reconcile"):
        first, second, third = st.columns([3, 4, 3], vertical_alignment="bottom")
        with first:
            st.session_state["type-heard"] = asked("heard")
            st.text_input(
                w("reconcile.heard"),
                key="type-heard",
                max_chars=60,
                on_change=put_from,
                args=("type-heard", "heard"),
                help=w("reconcile.heard_help"),
            )
        with second:
            step = choose(w("reconcile.count"), "step", list(units), default=headline, spell=lambda s: step_named(s, w))
        with third:
            unit = switch(
                w("reconcile.unit"),
                "unit",
                units[step],
                default=units[step][0],
                spell=lambda u: w(f"unit.{u}.plural"),
                # Of its own for each step: what one of them is counted in may be no unit of the next.
                key=f"switch-unit-{step}",
            )
        by = _by(chosen)
    said = asked("heard").strip()
    if not said:
        return None
    number = w.parse_number(said[:60])
    if number is None or (not number.share and number.value != int(number.value)):
        complain(w("reconcile.not_understood", seen=said[:40], example=w.number(EXAMPLE)), w)
        return None
    return Given(step, unit, (float(number.value), float(number.precision), number.share), by)


def _by(chosen: Choices) -> str:
    """Who said it: kept by this session alone, and in the address where that is asked for."""
    w, view = chosen.words, chosen.view
    services = findings.service_choices(view.engine, cut=view.reference)
    columns = st.columns([3, 4, 3], vertical_alignment="bottom")
    service = ""
    if services:
        with columns[2]:
            service = choose(
                w("actions.form_service"),
                "service",
                ["", *services],
                default="",
                spell=lambda s: service_named(s, w) if s else w("actions.no_service"),
            )
    with columns[0]:
        st.session_state.setdefault("type-by", asked("by")[:LONGEST_BY])
        st.text_input(
            w("reconcile.by"),
            key="type-by",
            max_chars=LONGEST_BY,
            on_change=_put_by,
            help=w("reconcile.by_help"),
        )
    with columns[1]:
        st.session_state.setdefault("keep-by", bool(asked("by")))
        st.checkbox(w("reconcile.by_keep"), key="keep-by", on_change=_put_by)
    by = " ".join(str(st.session_state.get("type-by", "")).split())
    if looks_personal(by):
        complain(w("reconcile.by_personal"), w)
        by = ""
    return by or (service_named(service, w) if service else "")


def _put_by() -> None:
    """Into the address only what was asked to be kept there, and never what looks like somebody's identity."""
    by = " ".join(str(st.session_state.get("type-by", "")).split())
    put("by", by if st.session_state.get("keep-by") and not looks_personal(by) else "")


def explained(given: Given, chosen: Choices) -> None:
    """The sentence to read out and what explains the number; what does not, on demand."""
    answer = show.answer(
        "reconcile",
        chosen,
        territory=chosen.territory,
        on=chosen.on_day,
        step=given.step,
        unit=given.unit,
        heard=given.heard,
        by=given.by,
        today=(today(demonstration=chosen.view.demonstration) - FIRST_DAY).days,
        namesakes=namesakes(chosen),
    )
    show.text(answer.panels[0], chosen)
    folded = answer.facts["folded"]
    if folded is not None and unfold(folded.title, "folded"):
        show.table(folded, chosen)


def step_named(step: str, w: Words) -> str:
    """A step with the short name of its programme."""
    programme = w.name("programme", step.partition(".")[0], field="short")
    return w("events.step_of", step=w.name("step", step), programme=programme)


def service_named(service: str, w: Words) -> str:
    """A service of the settings; its id when it is no longer among them."""
    try:
        return w.name("service", service)
    except KeyError:
        return service


def namesakes(chosen: Choices) -> tuple[str, ...]:
    """The territories, of those that the reader may choose, whose name could be taken for that of the chosen one.

    The same name in Arabic or French, wherever it is; within its prefecture also a name that is a part of the other's:
    the commune of Inezgane and the prefecture of Inezgane-Aït Melloul.
    """
    own = _own_names(
        chosen.view.address, id(words("ar")), chosen.view.reference, chosen.view.scope, tuple(chosen.levels)
    )
    mine = own[chosen.territory]
    prefecture = ".".join(chosen.territory.split(".")[:2])
    found = []
    for code, names in own.items():
        if code == chosen.territory:
            continue
        near = ".".join(code.split(".")[:2]) == prefecture
        for a, b in zip(mine, names, strict=True):
            if a == b or (near and (set(a) < set(b) or set(b) < set(a))):
                found.append(code)
                break
    return tuple(found)


@kept(16)
def _own_names(
    database: str, stamp: int, reference: int, scope: str, _codes: tuple[str, ...]
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each territory's name in Arabic and in French, as the words that are heard of it."""
    arabic, french = words("ar"), words("fr")
    return {code: (_heard_as(arabic.territory(code)), _heard_as(french.territory(code))) for code in _codes}


_ALIKE = str.maketrans("أإآىة-’'", "ااايه   ")
"""Letters that are not told apart on the telephone, and marks that part words."""


def _heard_as(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", name.translate(_ALIKE)).casefold()
    return tuple("".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf")).split())
