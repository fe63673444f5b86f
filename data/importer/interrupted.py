"""Imports that were cut short: by a kill, a power cut, a full disk. The next start says what became of each.

While a file is being stored a note lies in the office's folder, beside a file that its process holds locked: the lock
goes with the process, however that ended. A note whose lock is free belongs to an import that did not end by itself.
What the tables hold is settled by the database alone: all of the file, or nothing.
"""

import json
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from data.database import local_folder
from data.importer.store import taken_in

FOLDER = "importing"


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An import that did not end by itself: the name of its file, and the event that holds it (None: nothing did)."""

    file: str
    event: int | None


@contextmanager
def noted(*, name: str, digest: str, local: Path | None = None) -> Iterator[None]:
    """While the block runs, a note says that these bytes are being stored. Where the folder cannot be written to, the
    import goes on without one."""
    folder = (local or local_folder()) / FOLDER
    note = folder / f"{uuid.uuid4().hex}.json"
    lock = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _locked(note)
        note.write_text(json.dumps({"file": name, "digest": digest}), encoding="utf-8")
    except (OSError, sqlite3.Error):
        pass
    try:
        yield
    finally:
        note.unlink(missing_ok=True)
        if lock is not None:
            lock.close()
        note.with_suffix(".lock").unlink(missing_ok=True)


def interrupted(engine: sa.Engine, *, local: Path | None = None, forget: bool = True) -> list[Interrupted]:
    """The imports that were cut short since the last time this was asked, and what became of each. Unless `forget`,
    whoever asks next is told of them too."""
    found = []
    for note in sorted(((local or local_folder()) / FOLDER).glob("*.json")):
        try:
            lock = _locked(note)
        except sqlite3.Error:
            continue  # its process is alive
        try:
            said = json.loads(note.read_text(encoding="utf-8"))
            with engine.connect() as connection:
                event = taken_in(connection, digest=said["digest"])
            found.append(Interrupted(said["file"], event.number if event is not None else None))
        except (OSError, ValueError, KeyError):
            pass  # cut short while the note itself was being written: nothing had begun
        if not forget:
            lock.close()
            continue
        note.unlink(missing_ok=True)
        lock.close()
        note.with_suffix(".lock").unlink(missing_ok=True)
    return found


def _locked(note: Path) -> sqlite3.Connection:
    """The lock of a note, held until it is closed. Raises sqlite3.OperationalError where another process holds it."""
    held = sqlite3.connect(note.with_suffix(".lock"), timeout=0, isolation_level=None, check_same_thread=False)
    try:
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        held.close()
        raise
    return held
