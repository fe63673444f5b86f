"""What can be taken from a page: each of its panels as a picture and as a workbook, made when it is asked for.

Streamlit tells files over 1 MiB apart by samples of their bytes and by their name: two viewers could be given one
another's. So the name carries the hash of what the file is made from, and a number of this session alone.
"""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from data import proofs
from exports import picture, workbook
from findings.proofs import Slide, as_slide, offered
from ui import accesses, cache
from ui.choices import Choices
from ui.viewer import Viewer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NONCE = "_downloads_nonce"


def offer(found: Sequence[Any], chosen: Choices, who: Viewer, **asked: Any) -> None:
    """A closed box in which each panel (or slide) can be taken; nothing is made of them before it is opened.

    asked: what the view asked for besides territory, day and cut: what tells its panels from those of another view.
    """
    panels = [one for one in found if isinstance(one, Slide) or offered(one)]
    if panels:
        _box(panels, chosen, who, asked)


def _box(panels: list[Any], chosen: Choices, who: Viewer, asked: dict[str, Any]) -> None:
    w = chosen.words
    box = st.expander(w("downloads.title"), key="downloads", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown(w("downloads.how"))
        for place, panel in enumerate(panels):
            _row(place, _slide(place, panel, chosen, asked), chosen, who)


def _slide(place: int, panel: Any, chosen: Choices, asked: dict[str, Any]) -> Slide:
    if isinstance(panel, Slide):
        return panel
    view = chosen.view
    key = {name: value for name, value in asked.items() if value is not None}
    key = {"territory": chosen.territory} | key
    key |= {"on": chosen.on_day, "cut": view.cut, "scope": view.scope, "demonstration": view.demonstration}
    return as_slide(panel, locale=view.locale, asked=key | {"place": place})


def _row(place: int, slide: Slide, chosen: Choices, who: Viewer) -> None:
    """The title of a panel, and its two files."""
    w, locale = chosen.words, chosen.view.locale
    name = f"tatabbu-{slide.panel}-{digest(slide)}-{_nonce()}"
    with st.container(key=f"download-{place}", horizontal=True, vertical_alignment="center"):
        st.markdown(slide.title, width="stretch")
        for ending, mime, draw, label in (
            ("png", "image/png", partial(picture.png, slide, locale=locale), w("downloads.picture")),
            ("xlsx", XLSX, partial(workbook.workbook, slide, locale=locale), w("downloads.workbook")),
        ):
            st.download_button(
                label,
                taking(slide, ending, draw, chosen, who),
                file_name=f"{name}.{ending}",
                mime=mime,
                key=f"download-{ending}-{place}",
                # A run of the page would take the other files' ids from under a second click.
                on_click="ignore",
                width="content",
            )


def taking(slide: Slide, ending: str, draw: Callable[[], bytes], chosen: Choices, who: Viewer) -> Callable[[], bytes]:
    """What makes a file when it is asked for: what its id leads back to is kept, and that it was taken."""
    keep = partial(
        proofs.keep,
        chosen.view.engine,
        panel=slide.panel,
        locale=chosen.view.locale,
        scope=scope_of(slide, chosen),
        asked=slide.asked,
        body=slide.to_json(),
    )
    noted = accesses.to_be_taken(f"{slide.panel}-{ending}", chosen, who)

    def make() -> bytes:
        content = draw()
        keep()
        noted()
        return content

    return make


def scope_of(slide: Slide, chosen: Choices) -> str:
    """The least scope that may see what a panel is made of: its territory, or that of the one who made it, who was
    shown of what stands above him only what his scope lets him see."""
    territory, own = slide.territory or chosen.territory, chosen.view.scope
    return own if territory not in chosen.levels or territory in _above(own, chosen) else territory


def _above(scope: str, chosen: Choices) -> tuple[str, ...]:
    """The territories above a scope, as far as the view knows them."""
    parents = cache.places(chosen.view).parents
    line = []
    while (scope := parents.get(scope, "")) and scope not in line:
        line.append(scope)
    return tuple(line)


def digest(slide: Slide) -> str:
    """Of everything that the files of a slide are made from: the same slide, the same bytes."""
    return hashlib.sha256(slide.to_json().encode()).hexdigest()[:16]


def _nonce() -> str:
    return st.session_state.setdefault(_NONCE, uuid.uuid4().hex[:12])
