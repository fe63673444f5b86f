"""What can be taken from a page: in a closed box, made when asked for, named so that no viewers' files are mixed."""

import io
import re

import openpyxl
import pytest
import sqlalchemy as sa
import streamlit as st
from PIL import Image

from data.schema import proof
from exports import picture, workbook
from panels.slide import from_json
from ui import downloads

PAGES = ("targets", "map", "stages", "transition", "window")
MAY = {"territory": "MA", "on": "2023-05-15", "indicator": "rsu.registered_share"}


def opened_box(opened, page, **address):
    """The page with its box of downloads open."""
    app = opened(page, **address)
    app.session_state["downloads"] = True
    return app.run()


def buttons(app):
    return list(app.get("download_button"))


@pytest.fixture
def own(tmp_path, monkeypatch, opened):
    """An office of its own, whose proofs may be written; its engine."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


def taken_slides(monkeypatch):
    """The slides that the box makes while it is open, in their order."""
    found = []
    made = downloads._slide
    monkeypatch.setattr(downloads, "_slide", lambda *given: found.append(made(*given)) or found[-1])
    return found


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("locale", ("ar", "fr", "en"))
def test_each_of_these_pages_offers_a_closed_box(opened, page, locale, monkeypatch):
    slides = taken_slides(monkeypatch)
    app = opened(page, lang=locale, **MAY)
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    assert slides == []
    assert not [b for b in buttons(app) if b.proto.id and "download-png" in b.proto.id]


@pytest.mark.parametrize("page", PAGES)
def test_what_the_box_offers_makes_a_picture_and_a_workbook_in_each_language(opened, page, monkeypatch):
    for locale in ("ar", "fr", "en"):
        slides = taken_slides(monkeypatch)
        app = opened_box(opened, page, lang=locale, **MAY)
        assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
        assert slides
        for slide in slides:
            assert Image.open(io.BytesIO(picture.png(slide, locale=locale))).width == 1080
            book = openpyxl.load_workbook(io.BytesIO(workbook.workbook(slide, locale=locale)))
            assert len(book.worksheets) >= 2
        monkeypatch.undo()


def test_names_carry_the_hash_of_the_content_and_a_number_of_the_session(opened, monkeypatch):
    named, made = [], st.download_button
    monkeypatch.setattr(downloads.st, "download_button", lambda *a, **k: named.append(k["file_name"]) or made(*a, **k))
    for _ in range(2):
        opened_box(opened, "map", **MAY)
    first, again = named[0], named[-2]
    assert re.fullmatch(r"tatabbu-[0-9A-Z]{8}-[0-9a-f]{16}-[0-9a-f]{12}\.png", first)
    assert first != again and first.rpartition("-")[0] == again.rpartition("-")[0]


def test_the_digest_follows_the_content(opened, monkeypatch):
    slides = taken_slides(monkeypatch)
    opened_box(opened, "map", **MAY)
    opened_box(opened, "map", **MAY | {"on": "2023-03-15"})
    first, second = slides[0], slides[-1]
    assert downloads.digest(first) != downloads.digest(second) and first.panel != second.panel
    assert downloads.digest(first) == downloads.digest(from_json(first.to_json()))
    assert re.fullmatch(r"[0-9A-Z]{8}", first.panel)


def test_what_is_taken_leaves_a_proof_once(own, opened, monkeypatch):
    slides = taken_slides(monkeypatch)
    app = opened_box(opened, "map", lang="fr", **MAY)
    chosen, who = app.session_state["_choices"], app.session_state["_viewer"]
    for ending, content in (("png", b"1"), ("xlsx", b"2"), ("png", b"3")):
        assert downloads.taking(slides[0], ending, lambda made=content: made, chosen, who)() == content
    with own().connect() as connection:
        (row,) = connection.execute(sa.select(proof)).all()
    assert (row.panel, row.locale, row.scope) == (slides[0].panel, "fr", "MA")
    assert from_json(row.body) == slides[0]


def test_a_list_sorted_on_the_screen_leaves_the_house_in_administrative_order(opened, monkeypatch):
    slides = taken_slides(monkeypatch)
    opened_box(opened, "window", lang="fr", territory="09.273", on="2023-09-18")
    plain = [slide.table for slide in slides]
    slides.clear()
    opened_box(opened, "window", lang="fr", territory="09.273", on="2023-09-18", order="remaining")
    assert [slide.table for slide in slides] == plain
