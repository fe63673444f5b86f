"""The engine that pages read through, made once per process, and the files it was prepared from."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from data import demonstration as made_up
from data.database import database_url, demonstration_folder, demonstration_url, engine_for, local_folder
from data.loading import prepare
from ui.kept import kept

CASABLANCA = ZoneInfo("Africa/Casablanca")


@kept(4)
def prepared(url: str) -> sa.Engine:
    """The engine on `url`, its tables and reference data brought up to date."""
    engine = engine_for(url)
    prepare(engine, today=today())
    return engine


@kept(4)
def demonstrated(url: str) -> sa.Engine:
    """The engine on the demonstration at `url`, its tables and its made-up office brought up to date."""
    engine = engine_for(url)
    prepare(engine, today=made_up.LAST_DAY, local=demonstration_folder(), published=False)
    return engine


def address(*, demonstration: bool = False) -> str:
    """Where the office's database is, or that of the demonstration; what is kept between runs is kept by it."""
    return demonstration_url() if demonstration else database_url()


def engine(*, demonstration: bool = False) -> sa.Engine:
    """The engine of this office's database, or of the demonstration's."""
    where = address(demonstration=demonstration)
    return demonstrated(where) if demonstration else prepared(where)


def folder(*, demonstration: bool = False) -> Path:
    """The folder of what belongs to this office alone, or to the made-up office of the demonstration."""
    return demonstration_folder() if demonstration else local_folder()


def today(*, demonstration: bool = False) -> dt.date:
    """The present day in Casablanca; in the demonstration that of its meeting. The clock is read here only."""
    return made_up.PRESENT_DAY if demonstration else dt.datetime.now(tz=CASABLANCA).date()
