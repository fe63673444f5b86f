"""The documents of a meeting on its page, and the sheet of a territory on any: made when asked for, read back, given.

The libraries that make them are loaded when the first is asked for: no page waits for them.

What was made lies in the session of whoever asked, under what it was made from; a file goes out under a name that holds
a hash of what is in it and a word drawn by lot: two viewers never share an address, however alike their files are.
"""

import hashlib
import io
import logging
import secrets
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import streamlit as st

from i18n import LOCALES, Words
from ui import accesses
from ui.choices import Choices, unfold
from ui.viewer import Viewer

LOG = logging.getLogger("tatabbu")

OFFICE, OUTSIDE = AUDIENCES = ("office", "outside")
LANGUAGES = (*LOCALES, "ar+fr")
"""One language, or two side by side."""

BEFORE = ("brief", "territory", "convening")
"""The documents that can be made before a meeting is opened: the others show what it froze."""

_MADE = "_documents"
_MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "png": "image/png",
    "zip": "application/zip",
}

File = tuple[str, bytes]
Told = tuple[str, bytes, str]
"""A file's name, what is in it, and which of its kind it is, in words."""


def documents(meeting: Any, chosen: Choices, who: Viewer) -> None:
    """The documents of a meeting: for whom, in which language, which of them; then what was made, to be taken."""
    from exports.documents import DOCUMENTS

    w, view = chosen.words, chosen.view
    offered = [name for name in DOCUMENTS if meeting.frozen is not None or name in BEFORE]
    st.header(w("documents.title"), anchor=False)
    if meeting.frozen is None:
        st.markdown(w("documents.before"))
    with st.container(key="documents-choices"):
        audience, language = _for_whom(f"documents-{meeting.id}", w)
        wanted = st.pills(
            w("documents.which"),
            offered,
            selection_mode="multi",
            format_func=lambda name: _called(name, w),
            key=f"documents-which-{meeting.id}",
        )
    names = [name for name in offered if name in wanted] or offered
    key = (view.address, meeting.id, meeting.event, view.cut, view.scope, view.role, audience, language, tuple(names))
    label = w("documents.make_set") if len(names) == len(offered) else w("documents.make_some", n=w.number(len(names)))
    if st.button(label, key=f"documents-make-{meeting.id}", type="primary"):
        _keep(key, w, lambda: _of_meeting(meeting, names, audience=audience, language=language, chosen=chosen))
    _give(key, w, chosen, who, archive=f"tatabbu-{meeting.id}-{language}-{audience}")


def _of_meeting(
    meeting: Any, names: Sequence[str], *, audience: str, language: str, chosen: Choices
) -> Iterator[tuple[str, Callable[[], list[Told]]]]:
    """What makes each document, by its name in words; nothing is made before it is called."""
    from exports.documents import DOCUMENTS, about
    from exports.record import record

    view, w = chosen.view, chosen.words
    locale, _, beside = language.partition("+")
    of = record(
        view.engine,
        meeting,
        locale=locale,
        audience=audience,
        cut=view.cut,
        scope=view.scope,
        demonstration=view.demonstration,
        beside=beside,
        role=view.role,
    )
    for name in names:
        yield (
            _called(name, w),
            lambda name=name: [(file, content, about(file, of)) for file, content in DOCUMENTS[name](of)],
        )


def territory_sheet(chosen: Choices, who: Viewer) -> None:
    """The sheet of the chosen territory on the chosen day, behind a switch at the foot of a page."""
    w, view = chosen.words, chosen.view
    if not unfold(w("documents.sheet"), "sheet"):
        return
    with st.container(key="territory-sheet", border=True):
        st.markdown(w("documents.sheet_about", place=w.place(chosen.territory), date=chosen.on))
        audience, language = _for_whom("sheet", w)
        key = (view.address, chosen.territory, chosen.on, view.cut, view.scope, view.role, audience, language)
        if st.button(w("documents.make_sheet"), key="sheet-make"):
            _keep(key, w, lambda: [(w("documents.sheet"), lambda: [(*_sheet(chosen, audience, language), "")])])
        _give(key, w, chosen, who)


def _sheet(chosen: Choices, audience: str, language: str) -> File:
    from exports import papers

    view = chosen.view
    return papers.sheet(
        view.engine,
        territory=chosen.territory,
        on=chosen.on_day,
        locales=language.split("+"),
        audience=audience,
        cut=view.cut,
        scope=view.scope,
        role=view.role,
        demonstration=view.demonstration,
    )


def _for_whom(name: str, w: Words) -> tuple[str, str]:
    """For the office or for outside, and in which language. Not in the address: a link opens a view, not a file."""
    audience = st.segmented_control(
        w("documents.audience"),
        AUDIENCES,
        format_func=lambda one: w(f"documents.audience_{one}"),
        default=OFFICE,
        key=f"{name}-audience",
    )
    language = st.segmented_control(
        w("documents.language"),
        LANGUAGES,
        format_func=lambda one: w("documents.both") if "+" in one else w(f"app.language_{one}"),
        default=w.locale,
        key=f"{name}-language",
    )
    return audience or OFFICE, language or w.locale


def _called(name: str, w: Words) -> str:
    key = f"documents.kind_{name}"
    return w(key) if key in w else name


# Made, kept, given


def _keep(key: tuple, w: Words, makers: Callable[[], Iterable[tuple[str, Callable[[], list[Told]]]]]) -> None:
    """Make documents and keep them in the session, with what was refused; how far it is stands on the page meanwhile.

    Only the last ones asked for are kept: they are large.
    """
    from exports.office_templates import TemplateRefused
    from exports.pack import MOST_BYTES, PackTooLarge
    from exports.readback import NotReleased
    from exports.record import NotForThisReader

    kept: dict[str, Any] = {"key": key, "files": [], "refused": [], "told": [], "failed": []}
    place = st.empty()
    with place:
        try:
            todo = list(makers())
        except NotForThisReader:
            todo, kept["failed"] = [], [""]
        bar = st.progress(0.0, text=w("documents.making"))
        for at, (name, make) in enumerate(todo, 1):
            bar.progress(
                (at - 1) / len(todo), text=w("documents.progress", n=w.number(at), total=w.number(len(todo)), name=name)
            )
            try:
                kept["files"] += [(name, which, *_named(file, content)) for file, content, which in make()]
            except NotReleased as refused:
                # A document that does not say what was frozen is handed to nobody.
                kept["refused"].append((name, refused))
            except TemplateRefused as refused:
                kept["told"].append(refused.said(w))
            except PackTooLarge:
                kept["told"].append(w("documents.too_large", name=name, most=w.number(MOST_BYTES // 1_000_000)))
            except Exception:
                # One that cannot be made takes none of the others with it, nor the page.
                reference = uuid.uuid4().hex[:8]
                LOG.exception("document %s was not made, reference %s", name, reference)
                kept["failed"].append((name, reference))
    # Nothing is being made any more.
    place.empty()
    st.session_state[_MADE] = kept


def _named(file: str, content: bytes) -> tuple[str, bytes]:
    """A file under a name that no other has."""
    stem, _, ending = file.rpartition(".")
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:8]}-{secrets.token_hex(4)}.{ending}", content


def _give(key: tuple, w: Words, chosen: Choices, who: Viewer, *, archive: str = "") -> None:
    """What was made from these choices, each with its button, all of them in one file where they are several; what was
    refused, and why."""
    kept = st.session_state.get(_MADE)
    if kept is None or kept["key"] != key:
        return
    for name, refused in kept["refused"]:
        said = refused.said(w)
        st.error("\n\n".join([w("documents.not_handed_over", name=name), *said[1:MOST_TOLD]]))
    for said in kept["told"]:
        st.error(said)
    for failed in kept["failed"]:
        if failed:
            st.error(w("documents.failed", name=failed[0], reference=failed[1]))
        else:
            st.error(w("documents.not_yours"))
    files = kept["files"]
    if not files:
        if not kept["refused"] and not kept["told"] and not kept["failed"]:
            st.info(w("documents.nothing"))
        return
    with st.container(key="documents-made"):
        if archive and len(files) > 1:
            if "archive" not in kept:
                kept["archive"] = _named(
                    f"{archive}.zip", zipped([(name, file, made) for name, _, file, made in files])
                )
            file, content = kept["archive"]
            _button(w("documents.take_all", n=w.number(len(files))), file, content, chosen, who, primary=True)
        kinds: dict[str, list[tuple[str, str, bytes]]] = {}
        for name, which, file, content in files:
            kinds.setdefault(name, []).append((which, file, content))
        for name, mine in kinds.items():
            if len(mine) > 1:
                with st.expander(w("documents.several", name=name, n=w.number(len(mine)))):
                    for which, file, content in mine:
                        _button(_label(which or name, file, content, w), file, content, chosen, who)
            else:
                ((_, file, content),) = mine
                _button(_label(name, file, content, w), file, content, chosen, who)


def _label(name: str, file: str, content: bytes, w: Words) -> str:
    return w("documents.take", name=name, kind=file.rpartition(".")[2].upper(), size=_size(content, w))


MOST_TOLD = 6
"""Sentences on what differs: one is enough not to hand a document over."""


def _button(label: str, file: str, content: bytes, chosen: Choices, who: Viewer, *, primary: bool = False) -> None:
    st.download_button(
        label,
        data=content,
        file_name=file,
        mime=_MIME.get(file.rpartition(".")[2], "application/octet-stream"),
        key=f"take-{file}",
        type="primary" if primary else "secondary",
        on_click=accesses.taken,
        args=(_plain(file), chosen, who),
    )


def _plain(file: str) -> str:
    """A file's name as the journal of accesses keeps it: without the word drawn by lot."""
    stem, _, ending = file.rpartition(".")
    return f"{stem.rpartition('-')[0]}.{ending}"


def _size(content: bytes, w: Words) -> str:
    return w("documents.kilobytes", n=w.number(max(round(len(content) / 1000), 1)))


def zipped(files: Iterable[tuple[str, str, bytes]]) -> bytes:
    """The files in one archive, under the names they had before they were told apart; the same bytes for the same."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        seen: set[str] = set()
        for _, file, content in files:
            stem, _, ending = file.rpartition(".")
            name = f"{stem.rsplit('-', 2)[0]}.{ending}"
            name = name if name not in seen else file
            seen.add(name)
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
