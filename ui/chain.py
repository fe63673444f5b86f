"""The chain of command on a page: one office at a time or a whole file, what would change before it is saved, and the
way back."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

import findings
from data import chain
from data.chain import ANNEX, DISTRICT, ChainRefused, Change, Fault, Office
from data.importer.chain import chain_rows
from data.loading import load_reference
from i18n import Words, look_again
from i18n.problems import grouped
from ui import accesses
from ui.choices import Choices, switch
from ui.viewer import KINGDOM, Viewer

LARGEST_FILE_MB = 2
SHOWN = 40
"""How many changes or faults are listed."""
NEW = ""

_DRAFT, _SAVED, _FAULTS = "_chain_draft", "_chain_saved", "_chain_faults"


@dataclass(frozen=True)
class Draft:
    """What was changed and not yet saved of one prefecture's chain. base: the text of the whole chain it began from;
    number: grows with each change, so that no field keeps what was changed elsewhere."""

    folder: Path
    prefecture: str
    base: str
    offices: tuple[Office, ...]
    number: int = 0


def may_edit(prefecture: str, chosen: Choices, who: Viewer) -> bool:
    """Whether the viewer enters this prefecture's chain: one who prepares, in whose scope all of it lies."""
    within = findings.writable(chosen.view.engine, scope=who.scope)
    return who.may_import and (within is None or prefecture in within)


def edit(prefecture: str, chosen: Choices, who: Viewer) -> None:
    """The places to change the chain of command of a prefecture."""
    w = chosen.words
    if done := st.session_state.pop(_SAVED, None):
        st.success(done)
    if chosen.levels.get(prefecture) != "prefecture":
        if who.may_import and who.scope == KINGDOM:
            st.info(w("chain.choose_prefecture"))
        return
    if not may_edit(prefecture, chosen, who):
        return
    st.header(w("chain.edit"), anchor=False)
    try:
        present = chain.offices(chosen.view.folder)
    except ChainRefused as refused:
        st.error(w("chain.broken"))
        _tell(refused.faults, w)
        present = ()
    draft = _draft(present, prefecture, chosen)
    _changes(draft, present, chosen, who)
    ways = ("office", "file") if chain.before(chosen.view.folder) is None else ("office", "file", "before")
    way = switch(w("chain.how"), "how", ways, default=ways[0], spell=lambda one: w(f"chain.how_{one}"))
    with st.container(key="chain-edit", border=True):
        if way == "office":
            _office(draft, chosen)
        elif way == "file":
            _file(draft, chosen, who)
        else:
            _before(draft, chosen)
        _tell(st.session_state.pop(_FAULTS, ()), w)


def _draft(present: tuple[Office, ...], prefecture: str, chosen: Choices) -> Draft:
    """What is being changed, begun anew for another prefecture or database, or when somebody else has saved."""
    base, folder = chain.text_of(present), chosen.view.folder
    held = st.session_state.get(_DRAFT)
    if held is None or (held.folder, held.prefecture, held.base) != (folder, prefecture, base):
        number = 0 if held is None else held.number + 1
        held = Draft(folder, prefecture, base, _of(present, prefecture), number)
        st.session_state[_DRAFT] = held
    return held


def _of(offices: Iterable[Office], prefecture: str) -> tuple[Office, ...]:
    return tuple(one for one in offices if one.prefecture == prefecture)


def _put(draft: Draft, rows: list[dict], *, present: Iterable[Office]) -> None:
    """Lines become the draft if nothing is wrong with them, else what is wrong is said."""
    offices, faults = chain.checked(
        rows,
        mark=chain.mark_of(draft.folder),
        known=(*present, *draft.offices, *chain.ended(draft.folder)),
        within={draft.prefecture},
    )
    if faults:
        st.session_state[_FAULTS] = faults
    else:
        st.session_state[_DRAFT] = Draft(draft.folder, draft.prefecture, draft.base, offices, draft.number + 1)


# What would change


def _changes(draft: Draft, present: tuple[Office, ...], chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    was = _of(present, draft.prefecture)
    changes = chain.changes(was, draft.offices)
    if not changes:
        return
    with st.container(key="chain-changes", border=True):
        st.subheader(w("chain.changes", n=w.count("change", len(changes))), anchor=False)
        for change in changes[:SHOWN]:
            st.text(_change(change, was, draft.offices, w))
        if len(changes) > SHOWN:
            st.caption(w("chain.more_changes", n=w.number(len(changes) - SHOWN)))
        if any(change.what == "removed" for change in changes):
            st.caption(w("chain.removed_kept"))
        left = chain.uncovered(draft.offices, draft.prefecture)
        if left:
            st.warning(w("chain.left_out", names=w.join(map(w.territory, left))))
        with st.container(horizontal=True, gap="small"):
            if st.button(w("chain.save"), type="primary", key="chain-save"):
                _save(draft, changes, chosen, who)
            if st.button(w("chain.discard"), key="chain-discard"):
                st.session_state.pop(_DRAFT, None)
                st.rerun()


def _change(change: Change, was: Iterable[Office], now: Iterable[Office], w: Words) -> str:
    """A change in words: what is new of an office, and what it was."""
    one = change.office
    if change.what == "removed":
        return w("chain.removed", office=_called(one, w))
    if change.what == "added":
        if not one.covers:
            return w("chain.added", office=_called(one, w), code=one.code)
        return w("chain.added_covering", office=_called(one, w), code=one.code, names=_names(one.covers, w))
    before = next(other for other in was if other.code == one.code)
    parts = []
    for column in change.columns:
        old, new = (_cell(office, column, (*now, *was), w) for office in (before, one))
        parts.append(w("chain.changed_column", column=w(f"chain.field_{column}"), old=old, new=new))
    return w("chain.changed", office=_called(before, w), changes=w.join(parts))


def _cell(one: Office, column: str, offices: Iterable[Office], w: Words) -> str:
    if column == "covers":
        return _names(one.covers, w) if one.covers else w("chain.nothing")
    if column == "kind":
        return w(f"kind.{one.kind}")
    if column == "parent":
        return _place(one.parent, offices, w)
    return getattr(one, column)


def _called(one: Office, w: Words) -> str:
    """An office with what it is. Its names may not have been saved yet."""
    name = one.name_ar if w.rtl else one.name_fr
    return w("app.place", kind=w(f"kind.{one.kind}"), name=name)


def _place(code: str, offices: Iterable[Office], w: Words) -> str:
    return next((_called(one, w) for one in offices if one.code == code), None) or w.place(code)


def _names(codes: Iterable[str], w: Words) -> str:
    return w.join(map(w.territory, codes))


def _save(draft: Draft, changes: tuple[Change, ...], chosen: Choices, who: Viewer) -> None:
    """Write the draft and have it take effect at once; all as it was when the tables refuse it."""
    w, view = chosen.words, chosen.view
    now = chain.offices(view.folder)
    if chain.text_of(now) != draft.base:
        st.session_state.pop(_DRAFT, None)
        st.error(w("chain.changed_meanwhile"))
        return
    chain.save(view.folder, chain.with_prefecture(now, draft.prefecture, draft.offices))
    try:
        event = load_reference(view.engine, local=view.folder, actor=who.role)
    except Exception:
        chain.save(view.folder, now)
        raise
    finally:
        look_again()
    counted = {what: sum(change.what == what for change in changes) for what in ("added", "changed", "removed")}
    accesses.changed("chain", chosen, who, prefecture=draft.prefecture, event=event, **counted)
    st.session_state.pop(_DRAFT, None)
    st.session_state[_SAVED] = w("chain.saved", number=str(event), n=w.count("change", len(changes)))
    st.rerun()


# One office


def _office(draft: Draft, chosen: Choices) -> None:
    w = chosen.words
    by_code = {one.code: one for one in draft.offices}
    code = st.selectbox(
        w("chain.which"),
        [NEW, *by_code],
        format_func=lambda c: _called(by_code[c], w) if c else w("chain.new"),
        key=f"chain-which-{draft.number}",
    )
    one = by_code.get(code)
    # A code says whether it is of a district, an annex or a school: what it is may change within that only.
    kinds = [k for k, row in chain.kinds().items() if one is None or row["level"] == one.level]

    def key(name: str) -> str:
        return f"chain-{name}-{code}-{draft.number}"

    first, second = st.columns(2)
    with first:
        kind = st.selectbox(
            w("chain.field_kind"),
            kinds,
            index=kinds.index(one.kind if one else "annex"),
            format_func=lambda k: w(f"kind.{k}"),
            key=key("kind"),
        )
    level = chain.kinds()[kind]["level"]
    above = [draft.prefecture, *(o.code for o in draft.offices if o.level == DISTRICT and level == ANNEX)]
    with second:
        parent = st.selectbox(
            w("chain.field_parent"),
            above,
            index=above.index(one.parent) if one and one.parent in above else 0,
            format_func=lambda c: _place(c, draft.offices, w),
            key=key(f"parent-{level}"),
            disabled=len(above) == 1,
        )
    first, second = st.columns(2)
    with first:
        name_ar = st.text_input(w("chain.field_name_ar"), one.name_ar if one else "", key=key("name_ar"))
    with second:
        name_fr = st.text_input(w("chain.field_name_fr"), one.name_fr if one else "", key=key("name_fr"))
    covers: list[str] = []
    if one is not None and any(other.parent == one.code for other in draft.offices):
        st.caption(w("chain.covers_by_annexes"))
    else:
        # Not a list to search in: that of Streamlit begins with two English words.
        covers = st.pills(
            w("chain.field_covers"),
            chain.coverable(draft.prefecture),
            selection_mode="multi",
            default=list(one.covers) if one else [],
            format_func=w.territory,
            key=key("covers"),
            help=w("chain.covers_help"),
        )
    row = dict(zip(chain.COLUMNS, (code, kind, parent, name_ar, name_fr, " ".join(covers)), strict=True))
    others = [chain.as_row(other) for other in draft.offices if other.code != code]
    present = chain.offices(draft.folder)
    with st.container(horizontal=True, gap="small"):
        if st.button(w("chain.change" if one else "chain.add"), key="chain-apply", type="primary"):
            _put(draft, [*others, row] if one is None else _in_place(row, draft), present=present)
            st.rerun()
        if one is not None and st.button(w("chain.remove"), key="chain-remove"):
            _put(draft, others, present=present)
            st.rerun()


def _in_place(row: dict, draft: Draft) -> list[dict]:
    """The lines of the draft with one of them as it was typed."""
    return [row if one.code == row["code"] else chain.as_row(one) for one in draft.offices]


# A whole file


def _file(draft: Draft, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    st.markdown(w("chain.file_how"))
    name = f"tatabbu-chain-{draft.prefecture}.csv"
    begun = bool(draft.offices)
    st.download_button(
        w("chain.file_present" if begun else "chain.file_blank"),
        # The mark tells a spreadsheet program that the names are UTF-8.
        ("\ufeff" + (chain.text_of(draft.offices) if begun else chain.template(draft.prefecture))).encode(),
        file_name=name,
        mime="text/csv",
        key="chain-download",
        on_click=accesses.taken,
        args=(name, chosen, who),
        type="tertiary",
    )
    given = st.file_uploader(
        w("events.file"),
        type=["csv", "xlsx"],
        key=f"chain-file-{draft.number}",
        label_visibility="collapsed",
        max_upload_size=LARGEST_FILE_MB,
    )
    if given is None or not st.button(w("chain.read_file"), key="chain-read", type="primary"):
        return
    rows, problems = chain_rows(given.getvalue())
    if problems:
        st.session_state[_FAULTS] = problems
    else:
        _put(draft, rows, present=chain.offices(draft.folder))
    st.rerun()


# The way back


def _before(draft: Draft, chosen: Choices) -> None:
    """What the last save replaced becomes the draft: what it would change is shown before it is saved."""
    w = chosen.words
    before = _of(chain.before(draft.folder) or (), draft.prefecture)
    changes = chain.changes(draft.offices, before)
    if not changes:
        st.info(w("chain.before_same"))
        return
    st.markdown(w("chain.before_how", n=w.count("change", len(changes))))
    if st.button(w("chain.before_take"), key="chain-before"):
        _put(draft, [chain.as_row(one) for one in before], present=chain.offices(draft.folder))
        st.rerun()


# What is wrong


def _tell(faults: Iterable, w: Words) -> None:
    """Each fault in a sentence, with its line; those of reading a file in the importer's words."""
    faults = list(faults)
    if not faults:
        return
    st.error(w("chain.refused", n=w.count("problem", len(faults))))
    own = [fault for fault in faults if isinstance(fault, Fault)]
    for fault in own[:SHOWN]:
        st.text(said(fault, w))
    for line in list(grouped([fault for fault in faults if not isinstance(fault, Fault)], w))[:SHOWN]:
        st.text(line)


def said(fault: Fault, w: Words) -> str:
    """What is wrong and how to mend it, in the reader's language."""
    values = {name: w.join(value) if isinstance(value, list) else value for name, value in fault.values.items()}
    # An office that has a name is called by it, any other by the code it would have.
    values["office"] = values.pop("names", ("", ""))[0 if w.rtl else 1] or values.get("office", "")
    column = w(f"chain.field_{fault.column}") if fault.column else ""
    if "allowed" in fault.values:
        values["allowed"] = w.join(f"{kind} ({w(f'kind.{kind}')})" for kind in fault.values["allowed"])
    if fault.code == "commune_elsewhere":
        values["place"] = w.place(fault.seen)
    text = w(f"chain.fault_{fault.code}", **{"seen": fault.seen, "column": column} | values)
    return text if fault.line is None else w("chain.at_line", line=fault.line, problem=text)
