"""The demonstration: a made-up office whose steps all have counts, in a database of its own.

Everything is invented: a fixed seed gives the same figures each time. The heavy part is imported when it is made.
"""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from data.database import database_url, demonstration_folder, demonstration_url, engine_for, local_folder

FIRST_DAY = dt.date(2022, 12, 15)
"""The registers' opening day in the region of the made-up office."""

LAST_DAY = dt.date(2023, 9, 17)
"""The last day of the made-up counts: the eve of the working session from which this product started."""

PRESENT_DAY = dt.date(2023, 9, 18)
"""The day on which the demonstration is looked at: that of the working session."""

Progress = Callable[[str, int, int], None]
"""Told a stage, how much of it is done, and how much there is."""


Freeze = Callable[[sa.Engine, str, int], Iterable[Mapping[str, str]]]
"""Given the database, a meeting's id and a cut: the slides of the meeting as known at that cut, in every language and
for each audience, as mappings with audience, locale, key, parent, panel and body."""

Foresee = Callable[[sa.Engine, str, int], Iterable[Iterable[Mapping]]]
"""Given the same: the forecasts that these slides are made of, as rows of their table, the oldest cut first."""


def make(
    local: Path | None = None,
    *,
    progress: Progress | None = None,
    freeze: Freeze | None = None,
    foresee: Foresee | None = None,
) -> bool:
    """Make the demonstration, or nothing where it stands already; whether it was made by this call.

    freeze: makes the slides of the made-up office's meetings, of which this side of the house knows nothing; without it
    no meeting was held. foresee: computes what they say of the days to come; without it they say nothing of them.

    It is made beside its place and put there when it is whole: a making that was killed leaves no database behind, and
    of two at once the second waits for the first. Raises sqlalchemy.exc.SQLAlchemyError when the database refuses.
    """
    from data.demonstration.making import made

    told = progress or (lambda stage, done, total: None)
    return made(local or local_folder(), progress=told, freeze=freeze, foresee=foresee)


def is_ready(local: Path | None = None, *, engine: sa.Engine | None = None) -> bool:
    """Whether the demonstration has been made, and is whole. `engine`: on the office's database, where one is open."""
    local = local or local_folder()
    if not demonstration_folder(local).is_dir():
        return False
    url = sa.make_url(demonstration_url(local))
    if url.get_backend_name() == "sqlite":
        return has_figures(Path(url.database or ""))
    from data.demonstration.making import has_schema

    asked = engine or engine_for(database_url(local))
    try:
        return has_schema(asked)
    finally:
        if asked is not engine:
            asked.dispose()


def has_figures(file: Path) -> bool:
    """Whether a file is the demonstration. Whoever still held the removed one open may have left an empty file in its
    place: SQLite makes one for every connection that finds none."""
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM event WHERE kind = 'import' LIMIT 1").fetchone() is not None
    except sqlite3.Error:
        return False


def remove(local: Path | None = None) -> bool:
    """Remove the demonstration: its database (or schema) and its folder. Whether there was anything to remove."""
    from data.demonstration.making import removed

    return removed(local or local_folder())
