"""The engine that pages read through, made once per process, and the files it was prepared from."""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from data.database import database_url, engine_for
from data.loading import prepare
from ui.kept import kept

CASABLANCA = ZoneInfo("Africa/Casablanca")


@kept(4)
def prepared(url: str) -> sa.Engine:
    """The engine on `url`, its tables and reference data brought up to date."""
    engine = engine_for(url)
    prepare(engine, today=today())
    return engine


def engine() -> sa.Engine:
    """The engine of this office's database."""
    return prepared(database_url())


def today() -> dt.date:
    """The present day in Casablanca. The clock is read here and nowhere below."""
    return dt.datetime.now(tz=CASABLANCA).date()
