"""The board of deliveries on a page: where each stands, its reminders, its blank forms, and its declaration."""

import datetime as dt
from hashlib import sha256
from typing import Any

import streamlit as st

import findings
from data.catalogue import catalogue
from data.loading import load_reference
from data.settings import Delivery, Service, Settings, SettingsError, Texts, change, settings
from exports import forms
from i18n import LOCALES, Words, look_again, words
from ui import accesses, cache, show
from ui import settings as office
from ui.choices import FIRST_DAY, Choices, asked, choose, complain, put
from ui.engine import today
from ui.kept import kept
from ui.viewer import Viewer

DELIVERY = "delivery"
"""The choice in the address: of which delivery a form is made, or figures are typed."""

CHANNELS = ("portal", "email", "message", "paper", "database", "file")
PERIODICITIES = ("daily", "weekly", "monthly", "quarterly")
LEVELS = ("annex", "commune", "school", "prefecture")
SPAN = {"daily": 7, "weekly": 28, "monthly": 183, "quarterly": 366}
"""Days that a form covers unless others are asked for."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SAID, _WRONG = "_sources_said", "_sources_wrong"
_LARGE = 1 << 20


def may_declare(chosen: Choices, who: Viewer) -> bool:
    """Whether he may say what providers are to send."""
    return who.may_import and office.may_change(chosen, who)


def board(chosen: Choices, who: Viewer) -> tuple[dict, ...]:
    """The board, or what to do where nothing is declared; the deliveries that the reader may see."""
    w = chosen.words
    if said := st.session_state.pop(_SAID, ""):
        st.success(said)
    answer = show.answer("sources", chosen, territory=chosen.territory, on=chosen.on_day)
    (panel,) = answer.panels
    if not panel.parts["rows"]:
        show.empty(w("sources.empty"), w("sources.empty_next" if may_declare(chosen, who) else "sources.empty_ask"))
        if may_declare(chosen, who):
            st.button(w("sources.propose"), key="propose", type="primary", on_click=_propose, args=(chosen, who))
        return ()
    st.header(panel.title, anchor=False)
    show.table(panel, chosen)
    _reminders(panel.parts["reminders"], chosen)
    seen = set(panel.frame["delivery"])
    return tuple(block for block in answer.facts["deliveries"] if block["id"] in seen)


def _reminders(reminders: tuple, chosen: Choices) -> None:
    """The sentences that ask for what is missing, in three languages, each with a button that copies it."""
    w = chosen.words
    if not reminders:
        return
    with st.expander(w("sources.reminders")):
        for delivery, name, state, texts in reminders:
            st.markdown(f"**{name}** · {state}")
            for locale in sorted(texts, key=lambda locale: locale != w.locale):
                with st.container(key=f"reminder-{locale}-{delivery}"):
                    st.code(texts[locale], language=None, wrap_lines=True)


# Blank forms


def blank_form(deliveries: tuple[dict, ...], chosen: Choices, who: Viewer) -> None:
    """The form of a delivery for a period, ready to be taken."""
    w = chosen.words
    if not deliveries:
        return
    blocks = {block["id"]: block for block in deliveries}
    with st.container(key="blank-form", border=True):
        st.header(w("forms.blank"), anchor=False)
        st.markdown(w("forms.how"))
        chosen_one, first_day, last_day = st.columns([2, 1, 1], vertical_alignment="bottom")
        with chosen_one:
            delivery = choose(
                w("sources.which"),
                DELIVERY,
                list(blocks),
                default=next(iter(blocks)),
                spell=lambda key: findings.delivery_name(blocks[key], locale=w.locale),
            )
        block = blocks[delivery]
        span = dt.timedelta(days=SPAN[block["periodicity"]] - 1)
        with first_day:
            first = day_asked(w("forms.from"), "form_from", chosen.on - span, chosen)
        with last_day:
            last = day_asked(w("forms.to"), "form_to", chosen.on, chosen)
        answer = show.answer(
            "form",
            chosen,
            delivery=delivery,
            territory=chosen.territory,
            first=(first - FIRST_DAY).days,
            last=(last - FIRST_DAY).days,
        )
        (panel,) = answer.panels
        _offer(panel, block, first, last, chosen, who)


def _offer(panel: Any, block: dict, first: dt.date, last: dt.date, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    rows, dates = len(panel.parts["rows"]), len(panel.parts["dates"])
    if not rows:
        st.info(w("forms.no_offices", level=w(f"forms.level_{block['level']}")))
    elif not dates:
        st.info(w("forms.no_dates"))
    elif dates > forms.MOST_DATES or rows > forms.MOST_ROWS:
        st.info(w("forms.too_large", dates=forms.MOST_DATES, rows=forms.MOST_ROWS))
    else:
        asked_for = (block["id"], chosen.territory, first.isoformat(), last.isoformat())
        view = chosen.view
        content = _form(view.address, id(w), view.cut, view.scope, view.role, view.locale, *asked_for, panel)
        name = f"tatabbu-{'-'.join(asked_for)}"
        if len(content) > _LARGE:
            # Streamlit tells large files apart by samples of their bytes and by their name.
            name += f"-{sha256(content).hexdigest()[:12]}"
        st.caption(w("forms.size", rows=rows, dates=dates))
        st.download_button(
            w("forms.download"),
            content,
            file_name=f"{name}.xlsx",
            mime=XLSX,
            key="form-download",
            on_click=accesses.taken,
            args=(f"form-{block['id']}", chosen, who),
        )


@kept(16)
def _form(
    database: str,
    stamp: int,
    cut: int,
    scope: str,
    role: str,
    locale: str,
    delivery: str,
    territory: str,
    first: str,
    last: str,
    _panel: Any,
) -> bytes:
    return forms.form(_panel, locale=locale)


def day_asked(label: str, name: str, default: dt.date, chosen: Choices) -> dt.date:
    """A day kept in the address, typed in words or digits; one that is not understood is said, and not taken."""
    w, widget, lost = chosen.words, f"type-{name}", f"_lost_{name}"
    day = w.parse_date(asked(name)[:40]) if asked(name) else default
    st.session_state[widget] = w.date_short(day or default)
    st.text_input(label, key=widget, on_change=_put_day, args=(widget, name, lost, w))
    if seen := st.session_state.pop(lost, ""):
        complain(w("sources.date_not_read", seen=seen[:40], example=w.date_short(default)), w)
    return day or default


def _put_day(widget: str, name: str, lost: str, w: Words) -> None:
    typed = str(st.session_state.get(widget, "")).strip()
    day = w.parse_date(typed)
    if day is None:
        st.session_state[lost] = typed
    else:
        put(name, day.isoformat())


# Declaring deliveries


def _propose(chosen: Choices, who: Viewer) -> None:
    """Declare a weekly delivery for the headline of each featured programme."""
    folder, view = chosen.view.folder, chosen.view
    known = catalogue(folder)
    levels = set(cache.places(view).levels.values())

    def proposed(now: Settings) -> Settings:
        present = {delivery.id for delivery in now.deliveries}
        services = {service.body: service.id for service in reversed(now.services) if service.body}
        made = []
        for step, unit in cache.headline_counts(view):
            key = ("x_" if view.demonstration else "") + step.replace(".", "_")
            if key in present:
                continue
            made.append(
                Delivery(
                    id=key,
                    name=Texts(**{locale: _headed(words(locale).things(step, unit)) for locale in LOCALES}),
                    service=services.get(known.steps[step].body, ""),
                    channel="file",
                    periodicity="weekly",
                    level="annex" if "annex" in levels else "commune",
                    counts=({"step": step, "unit": unit},),
                    starts=today(demonstration=view.demonstration),
                )
            )
        return now.model_copy(update={"deliveries": (*now.deliveries, *made)})

    before = len(settings(folder).deliveries)
    try:
        after = len(change(folder, proposed).deliveries)
    except SettingsError as wrong:
        st.session_state[_WRONG] = ("", [chosen.words("sources.wrong", fields=_fields(wrong, chosen.words))])
        return
    _take_effect(chosen, who)
    st.session_state[_SAID] = chosen.words("sources.proposals_saved", n=after - before)


def _headed(text: str) -> str:
    return text[:1].upper() + text[1:]


def _take_effect(chosen: Choices, who: Viewer) -> None:
    load_reference(chosen.view.engine, local=chosen.view.folder)
    look_again()
    accesses.changed("deliveries", chosen, who)


def _fields(wrong: SettingsError, w: Words) -> str:
    return w.join(dict.fromkeys(f"{fault.block} {fault.field}" for fault in wrong.faults))


def declare(chosen: Choices, who: Viewer) -> None:
    """Declare a delivery, change one, or take one off the list."""
    w, folder = chosen.words, chosen.view.folder
    try:
        present = settings(folder)
    except SettingsError as wrong:
        complain(w("sources.wrong", fields=_fields(wrong, w)), w)
        return
    with st.expander(
        w("sources.edit"), expanded=_WRONG in st.session_state or bool(st.session_state.get("edit-delivery"))
    ):
        known = {delivery.id: delivery for delivery in present.deliveries}
        which = st.selectbox(
            w("sources.which"),
            ["", *known],
            format_func=lambda key: _called(known[key], w) if key else w("sources.new"),
            key="edit-delivery",
        )
        of, sentences = st.session_state.get(_WRONG, ("", []))
        for sentence in sentences if of == which else ():
            complain(sentence, w)
        _fields_of(known.get(which), present, chosen, who)


def _fields_of(delivery: Delivery | None, present: Settings, chosen: Choices, who: Viewer) -> None:
    """The form of one delivery; its keys change with what is stored, so that no field keeps what was replaced."""
    w, view = chosen.words, chosen.view
    known = catalogue(view.folder)
    stamp = sha256(delivery.model_dump_json().encode() if delivery else b"").hexdigest()[:8]

    def key(name: str) -> str:
        return f"delivery-{stamp}-{name}"

    def place(options: tuple[str, ...], value: str) -> int:
        return options.index(value) if value in options else 0

    services = {service.id: service for service in present.services}
    service_ids = ("", *services)
    sources = tuple(known.sources)
    counts = {f"{step.id}:{unit}": (step.id, unit) for step in known.steps.values() for unit in step.units}
    with st.form(f"delivery-form-{stamp}"):
        names = [
            column.text_input(
                w(f"sources.name_{locale}"),
                value=getattr(delivery.name, locale) if delivery else "",
                key=key(f"name-{locale}"),
                max_chars=200,
            )
            for column, locale in zip(st.columns(len(LOCALES)), LOCALES, strict=True)
        ]
        first, second, third = st.columns(3)
        service = first.selectbox(
            w("sources.service"),
            service_ids,
            index=place(service_ids, delivery.service if delivery else ""),
            format_func=lambda key: _called(services[key], w) if key else w("sources.no_service"),
            key=key("service"),
        )
        channel = second.selectbox(
            w("sources.channel"),
            CHANNELS,
            index=place(CHANNELS, delivery.channel if delivery else "file"),
            format_func=lambda c: w(f"sources.channel_{c}"),
            key=key("channel"),
        )
        source = third.selectbox(
            w("sources.source"),
            sources,
            index=place(sources, delivery.source if delivery else "office"),
            format_func=lambda s: w.name("source", s),
            key=key("source"),
        )
        first, second, third = st.columns(3)
        periodicity = first.selectbox(
            w("sources.periodicity"),
            PERIODICITIES,
            index=place(PERIODICITIES, delivery.periodicity if delivery else "weekly"),
            format_func=lambda p: w(f"sources.periodicity_{p}"),
            key=key("periodicity"),
        )
        expected_day = second.number_input(
            w("sources.expected_day"),
            min_value=1,
            max_value=31,
            value=delivery.expected_day if delivery else 1,
            help=w("sources.expected_day_help"),
            key=key("expected-day"),
        )
        reminder_days = third.number_input(
            w("sources.reminder_days"),
            min_value=0,
            max_value=31,
            value=delivery.reminder_days if delivery else 2,
            key=key("reminder-days"),
        )
        first, second = st.columns([1, 2])
        level = first.selectbox(
            w("sources.level"),
            LEVELS,
            index=place(LEVELS, delivery.level if delivery else "commune"),
            format_func=lambda one: w(f"forms.level_{one}"),
            key=key("level"),
        )
        picked = second.multiselect(
            w("sources.counts"),
            list(counts),
            default=[f"{count.step}:{count.unit}" for count in delivery.counts] if delivery else [],
            format_func=lambda one: w.things(*counts[one]),
            placeholder=w("sources.counts"),
            key=key("counts"),
        )
        starts = first.text_input(
            w("sources.starts"),
            value=w.date_short(delivery.starts if delivery else today(demonstration=view.demonstration)),
            key=key("starts"),
        )
        saved = st.form_submit_button(w("sources.save"), type="primary")
    if saved:
        day = w.parse_date(starts)
        if day is None:
            example = w.date_short(chosen.on)
            _refuse(delivery, [w("sources.date_not_read", seen=starts[:40], example=example)])
        block = {
            "id": delivery.id if delivery else _new_id(present, demonstration=view.demonstration),
            "name": dict(zip(LOCALES, names, strict=True)),
            "service": service,
            "source": source,
            "channel": channel,
            "periodicity": periodicity,
            "expected_day": expected_day,
            "reminder_days": reminder_days,
            "level": level,
            "counts": [dict(zip(("step", "unit"), counts[one], strict=True)) for one in picked],
            "starts": day,
        }
        said = next((name for name in names if name.strip()), "")
        _save(block, delivery, w("sources.saved", delivery=said), chosen, who)
    if delivery is not None:
        _remove(delivery, key("remove"), chosen, who)


def _called(block: Delivery | Service, w: Words) -> str:
    return findings.delivery_name(block.model_dump(), locale=w.locale)


def _new_id(present: Settings, *, demonstration: bool) -> str:
    """An id that no delivery has; in the demonstration one that no office has, since the names of both are read."""
    taken = {delivery.id for delivery in present.deliveries}
    prefix = "x_delivery" if demonstration else "delivery"
    number = len(taken) + 1
    while f"{prefix}_{number}" in taken:
        number += 1
    return f"{prefix}_{number}"


def _refuse(delivery: Delivery | None, sentences: list[str]) -> None:
    """Say what is wrong, until the delivery is saved; what was typed stays in its fields."""
    st.session_state[_WRONG] = (delivery.id if delivery else "", sentences)
    st.rerun()


def _save(block: dict[str, Any], delivery: Delivery | None, said: str, chosen: Choices, who: Viewer) -> None:
    w = chosen.words

    def with_block(now: Settings) -> Settings:
        body = now.to_body()
        others = [one for one in body["delivery"] if one["id"] != block["id"]]
        place = next((at for at, one in enumerate(body["delivery"]) if one["id"] == block["id"]), len(others))
        body["delivery"] = [*others[:place], block, *others[place:]]
        return office.checked(body, chosen.view.folder)

    try:
        change(chosen.view.folder, with_block)
    except SettingsError as wrong:
        faults = [f"{_label(fault.path, w)}: {office.fault_in_words(fault, w)}" for fault in wrong.faults]
        _refuse(delivery, faults)
    st.session_state.pop(_WRONG, None)
    _take_effect(chosen, who)
    st.session_state[_SAID] = said
    st.rerun()


def _label(path: tuple, w: Words) -> str:
    """The name that a field has on the page."""
    field = str(path[2]) if len(path) > 2 else ""
    return w("sources.name_ar") if field == "name" else w(f"sources.{field}")


def _remove(delivery: Delivery, key: str, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    if not st.checkbox(w("sources.remove"), key=key):
        return
    if st.button(w("sources.remove_sure"), key=f"{key}-sure"):
        name = _called(delivery, w)
        change(
            chosen.view.folder,
            lambda now: now.model_copy(update={"deliveries": tuple(d for d in now.deliveries if d.id != delivery.id)}),
        )
        _take_effect(chosen, who)
        st.session_state[_SAID] = w("sources.removed", delivery=name)
        st.rerun()
