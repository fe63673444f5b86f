"""The journal of accesses: who saw or did what, and when; appended, never changed, each row chained to the one before.

`python -m data.access --verify` says whether the chain is whole. No account is named: a row holds a keyed digest of it,
and whoever has the key, which lies in the office's folder and in no database, can ask whether a digest is an account's.
"""

import argparse
import atexit
import hashlib
import hmac
import json
import logging
import os
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data.database import engine_for, write
from data.schema import access

LOG = logging.getLogger("tatabbu")

KEY_FILE = "access.key"
LOCAL = "local"
"""Who acts on a server that only its own machine reaches."""

FIRST = "0" * 64
"""What stands before the first row."""

PAGE, TAKEN, HANDED_IN, WITHDRAWN, CHANGED, REFUSED, LOST = KINDS = (
    "page",
    "taken",
    "handed_in",
    "withdrawn",
    "changed",
    "refused",
    "lost",
)
"""What a row may be about: a page opened, a file taken out, one handed in, one withdrawn, settings or the chain of
command changed, a login refused, rows that could not be kept."""

MOST_WAITING = 100_000
PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds that a batch gathers for, and the longest wait before a database that would not take it is asked again."""


@dataclass(frozen=True)
class Access:
    """One access. at: seconds since 1970-01-01 UTC; who: as `digest_of` says it, or "local"; details: codes and numbers
    only, never an account."""

    what: str
    who: str
    role: str
    scope: str
    details: Mapping[str, Any] = field(default_factory=dict)
    at: int = field(default_factory=lambda: int(time.time()))


# Who


def digest_of(account: str, folder: Path) -> str:
    """The digest that stands for an account in the journal of this office."""
    name = account.strip().lower().encode()
    return hmac.new(_key(folder), name, hashlib.sha256).hexdigest()


@lru_cache(maxsize=8)
def _key(folder: Path) -> bytes:
    """The office's key, made when it is first needed. Only its own account of the machine may read it."""
    path = folder / KEY_FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # mkstemp gives it to nobody else; the link fails where another process was faster, and its key is then ours.
        handle, made = tempfile.mkstemp(dir=folder, prefix=f".{KEY_FILE}.")
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(made, path)
        finally:
            Path(made).unlink(missing_ok=True)
    return bytes.fromhex(path.read_text(encoding="ascii"))


# The chain


def record(engine: sa.Engine, rows: Iterable[Access]) -> int:
    """Append the accesses in their order, each chained to the row before it; the number of the last one."""
    rows = list(rows)
    with write(engine) as connection:
        last = connection.execute(
            sa.select(access.c.number, access.c.digest).order_by(access.c.number.desc()).limit(1)
        ).first()
        number, before = last or (0, FIRST)
        kept = []
        for row in rows:
            number += 1
            details = json.dumps(dict(row.details), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            said = (number, row.at, row.who, row.role, row.scope, row.what, details, before)
            before = _digest(said)
            kept.append(dict(zip(_CHAINED, said, strict=True)) | {"digest": before})
        if kept:
            connection.execute(sa.insert(access), kept)
        return number


_CHAINED = ("number", "at", "who", "role", "scope", "what", "details", "before")


def _digest(said: tuple) -> str:
    # As JSON, so that no two rows give the same bytes by moving a letter from one field to the next.
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def verify(engine: sa.Engine) -> int | None:
    """The number of the first row that does not follow from the one before it; None where the chain is whole.

    A row that is gone breaks the chain at the number that is missing. Rows taken off the end leave a whole chain: they
    show where the last number and digest had been noted elsewhere.
    """
    columns = [access.c[name] for name in (*_CHAINED, "digest")]
    expected, before = 1, FIRST
    with engine.connect() as connection:
        rows = connection.execution_options(yield_per=5000).execute(sa.select(*columns).order_by(access.c.number))
        for *said, digest in rows:
            if said[0] != expected:
                return expected
            if said[-1] != before or _digest(tuple(said)) != digest:
                return expected
            expected, before = expected + 1, digest
    return None


# The queue


class Journal:
    """Takes accesses without delay and appends them in batches, on one thread of its own.

    A database that is locked or away is asked again until it answers; what waits meanwhile is kept, up to `most` rows.
    What has to be dropped beyond that is counted and said in the journal itself.
    """

    def __init__(self, *, pause: float = PAUSE, most: int = MOST_WAITING):
        self._pause, self._most = pause, most
        self._waiting: list[tuple[sa.Engine, Access]] = []
        self._lost: dict[sa.Engine, int] = {}
        self._lock, self._keeping = threading.Lock(), threading.Lock()
        self._called, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, engine: sa.Engine, row: Access) -> None:
        """Have the access kept in this database. Returns at once."""
        with self._lock:
            if len(self._waiting) < self._most:
                self._waiting.append((engine, row))
            else:
                self._lost[engine] = self._lost.get(engine, 0) + 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="access-journal", daemon=True)
                self._thread.start()
                atexit.register(self.close)
        self._called.set()

    def flush(self) -> bool:
        """Keep everything that waits, now; whether nothing is left waiting."""
        with self._keeping:
            with self._lock:
                batch, self._waiting = self._waiting, []
                lost, self._lost = self._lost, {}
            left = [pair for of in dict.fromkeys([*(e for e, _ in batch), *lost]) for pair in _left(of, batch, lost)]
            with self._lock:
                self._waiting = left + self._waiting
            return not left

    def close(self) -> None:
        """Keep what waits, one last time, and stop."""
        self._stopping.set()
        self._called.set()
        if not self.flush():
            LOG.error("journal of accesses: %d rows could not be kept before the end", len(self._waiting))

    def _run(self) -> None:
        pause = self._pause
        while not self._stopping.is_set():
            self._called.wait()
            self._called.clear()
            # What comes at the same moment shares one transaction.
            self._stopping.wait(pause)
            if self.flush():
                pause = self._pause
            else:
                pause = min(pause * 2, LONGEST_PAUSE)
                self._called.set()


def _left(
    engine: sa.Engine, batch: list[tuple[sa.Engine, Access]], lost: dict[sa.Engine, int]
) -> list[tuple[sa.Engine, Access]]:
    """Keep the rows of a batch that belong to this database; those that it would not take now."""
    rows = [row for of, row in batch if of is engine]
    if engine in lost:
        rows.append(Access(LOST, LOCAL, "", "", {"rows": lost[engine]}))
    try:
        record(engine, rows)
    except (sa.exc.SQLAlchemyError, OSError) as error:
        if _is_gone(engine):
            LOG.warning("journal of accesses: %d rows of a database that was removed", len(rows))
            return []
        LOG.warning("journal of accesses: kept for later, %s", type(error).__name__)
        return [(engine, row) for row in rows]
    return []


def _is_gone(engine: sa.Engine) -> bool:
    """Whether the database answers and has no journal: the demonstration was removed while somebody looked at it."""
    try:
        return not sa.inspect(engine).has_table(access.name)
    except (sa.exc.SQLAlchemyError, OSError):
        return False


journal = Journal()
"""The journal of this process."""


# The command line


def main(arguments: list[str] | None = None) -> int:
    """Say whether the journal of this office is whole: 0 where it is, 1 where it is broken."""
    command = argparse.ArgumentParser(prog="python -m data.access")
    command.add_argument("--verify", action="store_true", required=True)
    command.parse_args(arguments)
    engine = engine_for()
    try:
        broken = verify(engine)
        with engine.connect() as connection:
            last = sa.select(access.c.number, access.c.digest).order_by(access.c.number.desc()).limit(1)
            number, digest = connection.execute(last).first() or (0, FIRST)
    finally:
        engine.dispose()
    print(json.dumps({"rows": number, "broken": broken, "last_digest": digest}))
    return 0 if broken is None else 1


if __name__ == "__main__":
    sys.exit(main())
