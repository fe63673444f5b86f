"""The settings of the office on a page: one part at a time, what would change before it is saved, and the way back."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from html import escape
from typing import Any

import streamlit as st

import findings
from data.catalogue import REFERENCE, catalogue
from data.loading import load_reference
from data.settings import (
    CHAIN,
    FILE,
    HIDEABLE,
    LEAST_SMALL_CELL,
    MOST_SMALL_CELL,
    SPELLINGS,
    Settings,
    SettingsError,
    SettingsFault,
    are_settled,
    can_undo,
    change,
    changes,
    checked,
    parsed,
    save_spellings,
    settings,
    spellings,
    undo,
)
from i18n import LOCALES, Words, look_again
from ui import accesses, cache, show
from ui.choices import Choices, complain, switch
from ui.viewer import KINGDOM, Viewer

SECTIONS = ("office", "figures", "indicators", "services", "spellings", "file")
NO_BODY = ""
MOST_BLANK = 1
"""Empty rows under the services."""

_DRAFT, _SAVED = "_settings_draft", "_settings_saved"


@dataclass(frozen=True)
class Draft:
    """What was typed and not yet saved. new: the settings it makes, None where faults say why it makes none; spelt: the
    spellings it changes."""

    section: str
    new: Settings | None = None
    spelt: dict[str, dict[str, str]] | None = None
    faults: tuple[SettingsFault, ...] = ()


@dataclass(frozen=True)
class Form:
    """The form of a part: the settings that stand, the keys of its fields, and the faults of what was typed last."""

    present: Settings
    stamp: str
    chosen: Choices
    faults: tuple[SettingsFault, ...]

    def key(self, *path: object) -> str:
        """The key of a field. With the settings it changes, so that no field keeps what was undone."""
        return "-".join(("set", self.stamp, *map(str, path)))

    def typed(self, *path: object) -> Any:
        """What stands in a field."""
        return st.session_state.get(self.key(*path))

    def complain(self, *path: str | int) -> None:
        """Say, beside a field, what is wrong with it."""
        for fault in self.faults:
            if fault.path[: len(path)] == path:
                complain(fault_in_words(fault, self.chosen.words), self.chosen.words)


def may_change(chosen: Choices, who: Viewer) -> bool:
    """Whether the office is his: an administrator whose territory holds that of the office, or one who sets it up."""
    if not are_settled(chosen.view.folder) or who.scope == KINGDOM:
        return True
    within = findings.writable(chosen.view.engine, scope=who.scope)
    return within is None or settings(chosen.view.folder).office.territory in within


def edit(chosen: Choices, who: Viewer) -> None:
    """The parts of the settings, one of them open."""
    w, folder = chosen.words, chosen.view.folder
    if not may_change(chosen, who):
        st.info(w("settings.of_another_office"))
        return
    section = switch(
        w("settings.sections"), "section", SECTIONS, default=SECTIONS[0], spell=lambda s: w(f"settings.section_{s}")
    )
    said, of = st.session_state.get(_SAVED, ("", ""))
    if said and of == section:
        # Until something else is typed: where a page's file is run alone, the first run of two is not seen.
        st.success(said)
    draft = st.session_state.get(_DRAFT)
    if draft is not None and draft.section != section:
        draft = st.session_state[_DRAFT] = None
    try:
        present = settings(folder)
    except SettingsError as wrong:
        # Somebody wrote the file by hand. It can be put right there, or by the file before it.
        for fault in wrong.faults:
            complain(str(fault), w)
        _undo(chosen, who, FILE)
        return
    state = (present.to_toml() + str(sorted(spellings(folder).items()))).encode()
    form = Form(present, sha256(state).hexdigest()[:8], chosen, draft.faults if draft else ())
    _PARTS[section](form, who)
    if draft is not None and not draft.faults:
        _preview(draft, form, who)


def _submit(form: Form, section: str, read: Callable[[Form], dict[str, Any]]) -> None:
    """The button of a form; what was typed becomes a draft, or faults that stand beside their fields."""
    st.form_submit_button(
        form.chosen.words("settings.look"), type="primary", on_click=_drafted, args=(form, section, read)
    )


def _drafted(form: Form, section: str, read: Callable[[Form], dict[str, Any]]) -> None:
    st.session_state[_SAVED] = ("", "")
    body = read(form)
    try:
        new = checked(body, form.chosen.view.folder)
    except SettingsError as wrong:
        st.session_state[_DRAFT] = Draft(section, faults=tuple(_in_place(fault, body, form) for fault in wrong.faults))
    else:
        st.session_state[_DRAFT] = Draft(section, new=new)


def _in_place(fault: SettingsFault, body: dict[str, Any], form: Form) -> SettingsFault:
    """The fault of a service at the place that it has in the form, where those that are to go still stand."""
    if fault.path[:1] != ("service",):
        return fault
    ids = [service.id for service in form.present.services]
    key = body["service"][fault.path[1]]["id"]
    place = ids.index(key) if key in ids else len(ids)
    return replace(fault, path=("service", place, *fault.path[2:]))


def _preview(draft: Draft, form: Form, who: Viewer) -> None:
    """What would change, and the two ways on."""
    w, folder = form.chosen.words, form.chosen.view.folder
    if draft.new is not None:
        lines = [in_words(*found, w) for found in changes(form.present, draft.new)]
    else:
        lines = list(_spelling_lines(draft.spelt or {}, spellings(folder), w))
    with st.container(key="settings-preview", border=True):
        if not lines:
            st.info(w("settings.no_change"))
            return
        listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
        st.html(f'<div dir="{w.direction}"><h2>{escape(w("settings.will_change"))}</h2><ul>{listed}</ul></div>')
        with st.container(horizontal=True):
            st.button(w("settings.save"), type="primary", key="settings-save", on_click=_save, args=(draft, form, who))
            st.button(w("settings.leave"), key="settings-leave", on_click=_leave)


def _leave() -> None:
    st.session_state[_DRAFT] = None


def _save(draft: Draft, form: Form, who: Viewer) -> None:
    chosen, w = form.chosen, form.chosen.words
    st.session_state[_DRAFT] = None
    if draft.new is None:
        save_spellings(chosen.view.folder, draft.spelt or {})
        look_again()
        accesses.changed("spellings", chosen, who, codes=sorted(draft.spelt or {}))
    else:
        # Only the part that was open: another page may have saved deliveries since it was drawn.
        kept = {name: getattr(draft.new, name) for name in _FIELDS[draft.section]}
        change(chosen.view.folder, lambda now: _with(now, kept, draft.section, draft.new))
        fields = [".".join(path) for path, *_ in changes(form.present, draft.new)]
        _take_effect(chosen, who, fields=fields)
    st.session_state[_SAVED] = (w("settings.saved"), draft.section)


_FIELDS = {
    "office": (),
    "figures": (),
    "indicators": ("hidden",),
    "services": ("services",),
    "file": ("office", "services", "deliveries", "hidden", "windows"),
}
_OF_THE_OFFICE = {
    "office": ("territory", "name", "unit", "letterhead", "recommendation", "recommendations"),
    "figures": ("small_cell", "source_order"),
}


def _with(now: Settings, kept: dict[str, Any], section: str, new: Settings) -> Settings:
    """The present settings with one part of the new ones."""
    office = {name: getattr(new.office, name) for name in _OF_THE_OFFICE.get(section, ())}
    if office:
        kept = kept | {"office": now.office.model_copy(update=office)}
    return now.model_copy(update=kept)


def _take_effect(chosen: Choices, who: Viewer, **details: Any) -> None:
    """Have the tables know the settings that now stand: from this event on, cuts read them."""
    load_reference(chosen.view.engine, local=chosen.view.folder)
    look_again()
    accesses.changed("settings", chosen, who, **details)


# The parts


def _office(form: Form, who: Viewer) -> None:
    w, office, chosen = form.chosen.words, form.present.office, form.chosen
    places = cache.places(chosen.view)
    offered = _openings(form, who)
    index = offered.index(office.territory) if office.territory in offered else 0
    with st.form("settings-office", enter_to_submit=False):
        st.selectbox(
            w("settings.territory"),
            offered,
            index=index,
            format_func=lambda code: places.labels.get(code) or w.territory(code),
            key=form.key("territory"),
            help=w("settings.territory_help"),
        )
        form.complain("office", "territory")
        for name in ("name", "unit"):
            _in_three(w(f"settings.{name}"), getattr(office, name).model_dump(), form, "office", name)
        _in_three(
            w("settings.letterhead"),
            {lang: "\n".join(lines) for lang, lines in office.letterhead.model_dump().items()},
            form,
            "office",
            "letterhead",
            long=True,
            help=w("settings.letterhead_help"),
        )
        st.caption(w("settings.recommendation_help"))
        for name in ("recommendation", "recommendations"):
            _in_three(w(f"settings.{name}"), getattr(office, name).model_dump(), form, "office", name)
        _submit(form, "office", _office_typed)


def _openings(form: Form, who: Viewer) -> list[str]:
    """The territories on which the office may open: prefectures and the kingdom as far as they are his, or his own."""
    view, present = form.chosen.view, form.present.office.territory
    within, levels = findings.writable(view.engine, scope=who.scope), cache.places(view).levels
    upper = [code for code in cache.places(view).upper if levels[code] == "prefecture" or code == KINGDOM]
    offered = [code for code in upper if within is None or code in within] or [who.scope]
    # A commune, or an office of the chain of command, that was written into the file by hand stays what it is.
    return offered if present in offered or (within is not None and present not in within) else [*offered, present]


def _office_typed(form: Form) -> dict[str, Any]:
    body = form.present.to_body()
    office = body["office"] | {"territory": form.typed("territory")}
    for name in ("name", "unit", "recommendation", "recommendations"):
        office[name] = {lang: form.typed("office", name, lang) or "" for lang in LOCALES}
    said = {lang: (form.typed("office", "letterhead", lang) or "").splitlines() for lang in LOCALES}
    office["letterhead"] = {lang: [line.strip() for line in lines if line.strip()] for lang, lines in said.items()}
    return body | {"office": office}


def _in_three(label: str, said: dict[str, str], form: Form, *path: str, long: bool = False, help: str = "") -> None:
    """A text in the three languages, side by side."""
    w = form.chosen.words
    field = st.text_area if long else st.text_input
    for column, lang in zip(st.columns(len(LOCALES)), LOCALES, strict=True):
        with column:
            field(
                w("settings.in_language", field=label, language=w(f"app.language_{lang}")),
                said.get(lang, ""),
                key=form.key(*path, lang),
                help=help or None,
            )
            form.complain(*path, lang)


def _figures(form: Form, who: Viewer) -> None:
    w, office = form.chosen.words, form.present.office
    with st.form("settings-figures", enter_to_submit=False):
        st.text_input(
            w("settings.small_cell"),
            str(office.small_cell),
            key=form.key("small_cell"),
            help=w("settings.small_cell_help", least=w.number(LEAST_SMALL_CELL), most=w.number(MOST_SMALL_CELL)),
        )
        form.complain("office", "small_cell")
        st.markdown(w("settings.source_order"))
        sources = _in_order(form)
        for place, source in enumerate(sources):
            st.selectbox(
                w("settings.source_place", n=place + 1),
                sources,
                index=sources.index(source),
                format_func=lambda s: w.name("source", s),
                key=form.key("source", place),
            )
            form.complain("office", "source_order", place)
        _submit(form, "figures", _figures_typed)


def _in_order(form: Form) -> list[str]:
    """The sources as they speak now: those that the office has put in order, then the others by their rank."""
    known = list(catalogue(form.chosen.view.folder).sources)
    first = [source for source in form.present.office.source_order if source in known]
    return first + [source for source in known if source not in first]


def _figures_typed(form: Form) -> dict[str, Any]:
    body = form.present.to_body()
    before = _in_order(form)
    order = [form.typed("source", place) for place in range(len(before))]
    # Left as it was it is not written down: a source added later then takes its own place.
    order = list(form.present.office.source_order) if order == before else order
    seen = form.typed("small_cell") or ""
    said = form.chosen.words.parse_number(seen)
    number = int(said.value) if said is not None and said.value == int(said.value) else seen
    return body | {"office": body["office"] | {"small_cell": number, "source_order": order}}


def _indicators(form: Form, who: Viewer) -> None:
    w = form.chosen.words
    hidden = {h.indicator: h.roles for h in form.present.hidden}
    st.markdown(w("settings.indicators_how"))
    with st.form("settings-indicators", enter_to_submit=False):
        for indicator in catalogue(form.chosen.view.folder).indicators:
            with st.container(key=f"settings-indicator-{indicator.replace('.', '-')}"):
                st.html(f'<div dir="{w.direction}">{escape(w.name("indicator", indicator))}</div>')
                for role in HIDEABLE:
                    shown = role not in hidden.get(indicator, ())
                    st.checkbox(w(f"settings.shown_to_{role}"), shown, key=form.key("shown", indicator, role))
        _submit(form, "indicators", _indicators_typed)


def _indicators_typed(form: Form) -> dict[str, Any]:
    found = []
    for indicator in catalogue(form.chosen.view.folder).indicators:
        roles = [role for role in HIDEABLE if form.typed("shown", indicator, role) is False]
        if roles:
            found.append({"indicator": indicator, "roles": roles})
    return form.present.to_body() | {"hidden": found}


def _services(form: Form, who: Viewer) -> None:
    w = form.chosen.words
    bodies = [NO_BODY, *catalogue(form.chosen.view.folder).bodies]
    st.markdown(w("settings.services_how"))
    with st.form("settings-services", enter_to_submit=False):
        blank = [None] * MOST_BLANK
        for place, service in enumerate([*form.present.services, *blank]):
            with st.container(key=f"settings-service-{place}", border=True):
                label = w("settings.service") if service is not None else w("settings.new_service")
                _in_three(label, service.name.model_dump() if service else {}, form, "service", str(place))
                with st.container(horizontal=True, vertical_alignment="bottom"):
                    st.selectbox(
                        w("settings.body"),
                        bodies,
                        index=bodies.index(service.body) if service and service.body in bodies else 0,
                        format_func=lambda b: w.name("body", b) if b else w("settings.no_body"),
                        key=form.key("service", place, "body"),
                    )
                    partner = bool(service and service.partner)
                    st.checkbox(w("settings.partner"), partner, key=form.key("service", place, "partner"))
                    if service is not None:
                        st.checkbox(w("settings.remove"), key=form.key("service", place, "remove"))
                form.complain("service", place)
        _complain_of_deliveries(form)
        _submit(form, "services", _services_typed)


def _complain_of_deliveries(form: Form) -> None:
    """A service that a delivery names cannot be taken out: said once, under all of them."""
    if any(fault.code == "unknown_service" for fault in form.faults):
        w = form.chosen.words
        named = {d.service for d in form.present.deliveries}
        kept = [w.name("service", s.id) for s in form.present.services if s.id in named]
        complain(w("settings.service_in_use", services=w.join(kept)), w)


def _services_typed(form: Form) -> dict[str, Any]:
    found, taken = [], {service.id for service in form.present.services}
    for place in range(len(form.present.services) + MOST_BLANK):
        present = form.present.services[place] if place < len(form.present.services) else None
        name = {lang: form.typed("service", place, lang) or "" for lang in LOCALES}
        if form.typed("service", place, "remove") or (present is None and not any(map(str.strip, name.values()))):
            continue
        body = form.typed("service", place, "body") or NO_BODY
        key = present.id if present else _free_id(body, taken)
        taken.add(key)
        found.append({"id": key, "name": name, "body": body, "partner": bool(form.typed("service", place, "partner"))})
    return form.present.to_body() | {"service": found}


def _free_id(body: str, taken: set[str]) -> str:
    """An id for a new service: its body's, or a number that no other has."""
    names = ([body] if body else []) + [f"{body or 'service'}_{n}" for n in range(1, len(taken) + 3)]
    return next(name for name in names if name not in taken)


def _spellings(form: Form, who: Viewer) -> None:
    w, chosen = form.chosen.words, form.chosen
    prefecture = _prefecture(form)
    codes = (prefecture, *cache.places(chosen.view).below.get(prefecture, ()))
    own = spellings(chosen.view.folder)
    st.markdown(w("settings.spellings_how", place_of=w.of_territory(prefecture)))
    with st.form("settings-spellings", enter_to_submit=False):
        for code in codes:
            if code not in _reference_names():
                continue
            for column, lang in zip(st.columns(2), ("ar", "fr"), strict=True):
                with column:
                    written = _reference_names()[code][lang]
                    st.text_input(
                        w("settings.in_language", field=written, language=w(f"app.language_{lang}")),
                        own.get(code, {}).get(lang, ""),
                        key=form.key("spelt", code, lang),
                        placeholder=written,
                    )
                    form.complain(code, lang)
        st.form_submit_button(
            w("settings.look"), type="primary", on_click=_spellings_drafted, args=(form, codes, dict(own))
        )
    _undo(chosen, who, SPELLINGS)


def _prefecture(form: Form) -> str:
    """The prefecture in view; from above it, the office's own."""
    levels = form.chosen.levels
    for code in form.chosen.line:
        if levels.get(code) == "prefecture":
            return code
    return form.present.office.territory


def _spellings_drafted(form: Form, codes: tuple[str, ...], own: dict[str, dict[str, str]]) -> None:
    typed = {c: {lang: (form.typed("spelt", c, lang) or "").strip() for lang in ("ar", "fr")} for c in codes}
    changed = {
        code: said
        for code, said in typed.items()
        if any(said[lang] != own.get(code, {}).get(lang, "") for lang in said)
        and form.key("spelt", code, "ar") in st.session_state
    }
    st.session_state[_DRAFT] = Draft("spellings", spelt=changed)


def _spelling_lines(new: dict[str, dict[str, str]], own: dict[str, dict[str, str]], w: Words) -> Iterator[str]:
    for code, said in new.items():
        for lang, text in said.items():
            before, written = own.get(code, {}).get(lang, ""), _reference_names()[code][lang]
            if text != before:
                yield w("settings.changed", field=written, before=before or written, after=text or written)


@lru_cache(maxsize=1)
def _reference_names() -> dict[str, dict[str, str]]:
    """Each territory as the reference list writes it, whatever the office has changed: code → {ar, fr}."""
    with (REFERENCE / "territories.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["code"]: {lang: row[f"office_{lang}"] or row[f"name_{lang}"] for lang in ("ar", "fr")}
            for row in csv.DictReader(file)
        }


def _file(form: Form, who: Viewer) -> None:
    w, chosen = form.chosen.words, form.chosen
    st.markdown(w("settings.file_how"))
    st.download_button(
        w("settings.download"),
        form.present.to_toml().encode(),
        file_name=FILE,
        mime="application/toml",
        key="settings-download",
        on_click=accesses.taken,
        args=(FILE, chosen, who),
    )
    given = st.file_uploader(w("settings.upload"), type=["toml"], key="settings-upload", max_upload_size=1)
    if given is not None:
        st.button(w("settings.look"), type="primary", key="settings-look", on_click=_file_drafted, args=(form, given))
    for fault in form.faults:
        complain(f"{fault.block} {fault.field}: {fault_in_words(fault, w)}", w)
    _undo(chosen, who, FILE)


def _file_drafted(form: Form, given: Any) -> None:
    try:
        new = parsed(given.getvalue(), form.chosen.view.folder, name=FILE)
    except SettingsError as wrong:
        st.session_state[_DRAFT] = Draft("file", faults=wrong.faults)
    else:
        st.session_state[_DRAFT] = Draft("file", new=new)


def _undo(chosen: Choices, who: Viewer, file: str) -> None:
    """The way back to the file before the present one."""
    w = chosen.words
    if can_undo(chosen.view.folder, file=file):
        st.button(w("settings.undo"), key="settings-undo", on_click=_undone, args=(chosen, who, file))


def _undone(chosen: Choices, who: Viewer, file: str) -> None:
    try:
        undo(chosen.view.folder, file=file)
    except SettingsError as wrong:
        st.session_state[_SAVED] = ("", "")
        st.session_state[_DRAFT] = Draft("file", faults=wrong.faults)
        return
    if file == FILE:
        _take_effect(chosen, who, undone=True)
    else:
        look_again()
        accesses.changed("spellings", chosen, who, undone=True)
    st.session_state[_DRAFT] = None
    st.session_state[_SAVED] = (chosen.words("settings.undone"), "file" if file == FILE else "spellings")


_PARTS: dict[str, Callable[[Form, Viewer], None]] = {
    "office": _office,
    "figures": _figures,
    "indicators": _indicators,
    "services": _services,
    "spellings": _spellings,
    "file": _file,
}


# In words


def fault_in_words(fault: SettingsFault, w: Words) -> str:
    """What is wrong with a field, for whoever filled it in."""
    limits = {"least": w.number(LEAST_SMALL_CELL), "most": w.number(MOST_SMALL_CELL)}
    return w(f"settings.fault_{fault.code}", seen=fault.seen.strip('"'), **limits)


def in_words(path: tuple[str, ...], before: Any, after: Any, w: Words) -> str:
    """One change, as a sentence: which field, what it was, what it will be."""
    field = _label(path, before, after, w)
    if before in (None, "", [], ()):
        return w("settings.added", field=field, after=_said(path, after, w))
    if after in (None, "", [], ()):
        return w("settings.removed", field=field, before=_said(path, before, w))
    return w("settings.changed", field=field, before=_said(path, before, w), after=_said(path, after, w))


def _label(path: tuple[str, ...], before: Any, after: Any, w: Words) -> str:
    kind = path[0]
    if kind == "office":
        label = w(f"settings.{path[1]}")
        language = path[2] if len(path) > 2 else ""
        return w("settings.in_language", field=label, language=w(f"app.language_{language}")) if language else label
    if kind == "hidden":
        return w.name("indicator", path[1])
    if kind == "window":
        programme, _, year = path[1].partition(" ")
        return w("settings.window", programme=_name_of("programme", programme, w), year=year)
    # A service or a delivery by the name that it has or will have.
    whole = next((said for said in (after, before) if isinstance(said, dict) and "name" in said), None)
    name = next((text for text in (whole or {}).get("name", {}).values() if text), "")
    return w(f"settings.{kind}") + (f" {name or path[1]}" if len(path) < 3 else f" {_name_of(kind, path[1], w)}")


def _name_of(kind: str, key: str, w: Words) -> str:
    try:
        return w.name(kind, key)
    except KeyError:
        return key


def _said(path: tuple[str, ...], value: Any, w: Words) -> str:
    """A value of a field in words."""
    if path[:2] == ("office", "territory"):
        return w.territory(value)
    if path[:2] == ("office", "source_order"):
        return w.join(w.name("source", source) for source in value)
    if path[0] == "hidden":
        roles = value["roles"] if isinstance(value, dict) else value
        return w("settings.hidden_from", roles=w.join(w(f"role.{role}") for role in roles))
    if path[0] == "window" and isinstance(value, dict):
        return " – ".join(value[end] for end in ("opens", "closes") if value[end])
    if isinstance(value, bool):
        return w("settings.yes" if value else "settings.no")
    if isinstance(value, int):
        return w.number(value)
    if isinstance(value, dict):
        names = value.get("name", {})
        return next((names[lang] for lang in (w.locale, *LOCALES) if names.get(lang)), "…")
    if isinstance(value, list | tuple):
        return " / ".join(map(str, value))
    return str(value)


# First steps


def first_steps(chosen: Choices) -> None:
    """What an office that has just opened the product does first: three steps, until all are done."""
    w, folder = chosen.words, chosen.view.folder
    received = show.answer("events", chosen, on=chosen.on_day).facts["imports"]
    steps = (
        ("settings", are_settled(folder), "pages/settings.py"),
        ("chain", (folder / CHAIN).is_file(), "pages/chain.py"),
        ("file", bool(received), "pages/events.py"),
    )
    if all(done for _, done, _ in steps):
        return
    left_out = ("section", *(() if st.query_params.get("territory") == chosen.territory else ("territory",)))
    kept = {name: value for name, value in st.query_params.to_dict().items() if name not in left_out}
    with st.container(key="first-steps", border=True):
        st.header(w("settings.first_steps"), anchor=False)
        for place, (name, done, page) in enumerate(steps, 1):
            mark = w("settings.step_done") if done else w("settings.step_to_do")
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.html(f'<span class="tt-badge">{escape(mark)}</span>', width="content")
                st.page_link(page, label=w(f"settings.step_{name}", n=place), query_params=kept)
