"""The full set of documents of a meeting with ten agenda items, each read back before it is handed over."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from bench.figures import Figure
from data.database import engine_for, migrate
from data.loading import load_reference
from exports.documents import DOCUMENTS, made
from exports.record import record
from panels.slide import Slide, panel_id
from queries.cuts import latest_cut
from tests.decks import deck
from tests.papers import sitting

ITEMS = 10
MOST_SECONDS = 60.0


def ten_items(locale: str, *, audience: str = "office", **more) -> list[Slide]:
    """The deck of tests/decks.py with its first item ten times over, drill-downs too."""
    drawn = deck(locale, audience=audience, **more)
    common = [slide for slide in drawn if slide.item != "i1"]
    found = common[:2]
    for number in range(1, ITEMS + 1):
        for slide in drawn:
            if slide.item == "i1":
                key, parent = (text.replace("i1/", f"i{number}/") for text in (slide.key, slide.parent))
                asked = slide.asked | {"key": key}
                found.append(
                    replace(slide, key=key, parent=parent, item=f"i{number}", asked=asked, panel=panel_id(asked))
                )
    return [*found, *common[2:]]


def measure() -> list[Figure]:
    """The lines of this section: the full set in Arabic, then beside French, and the slowest document of it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(f"sqlite:///{Path(folder) / 'bench.db'}")
        try:
            migrate(engine)
            load_reference(engine, local=Path(folder))
            return _measured(engine)
        finally:
            engine.dispose()


def _measured(engine: sa.Engine) -> list[Figure]:
    held, figures = sitting(engine, drawn=ten_items), []
    for beside, name in (("", "in Arabic"), ("fr", "in Arabic beside French")):
        start = time.perf_counter()
        of = record(engine, held, locale="ar", beside=beside, cut=latest_cut(engine), scope="MA")
        taken, files, size, at = {}, 0, 0, start
        for kind, given in made(of):
            files += len(given)
            size += sum(len(content) for _, content in given)
            now = time.perf_counter()
            taken[kind], at = now - at, now
        whole = time.perf_counter() - start
        slowest = max(taken, key=taken.get)
        told = f"{whole:.1f} s ({files} files, {size / 1e6:.1f} MB; {slowest}: {taken[slowest]:.1f} s)"
        line = f"the full set for {ITEMS} agenda items {name}, {len(DOCUMENTS)} kinds, read back"
        figures.append(Figure("documents", line, told, f"{MOST_SECONDS:.0f} s", whole < MOST_SECONDS))
    return figures
