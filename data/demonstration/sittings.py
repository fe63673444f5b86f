"""The meetings of the made-up office, as `meetings.toml` tells them: events between the weekly files, then slides.

An event has its place among the files by its moment, so that a meeting was frozen on what had arrived by then. Its
slides are made when everything is written: what was known at a cut never changes, and only then are the office's own
names in their place.
"""

import datetime as dt
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data import demonstration
from data.database import as_day, next_event, write
from data.demonstration.deliveries import DAY
from data.forecasts import store
from data.meetings import digest
from data.schema import (
    ALL,
    BREAKDOWNS,
    event,
    forecast,
    meeting,
    observation,
    recommendation,
    series,
    shown_slide,
    slide,
)

FILE = Path(__file__).parent / "meetings.toml"
ACTOR = "demonstration"
A_SLIDE = 120
"""Seconds for which a slide stayed on the wall."""


class Sittings:
    """What is to be written of meetings, by the moment at which it was said."""

    def __init__(self, folder: Path):
        told = tomllib.loads(FILE.read_text(encoding="utf-8"))
        settings = tomllib.loads((folder / "settings.toml").read_text(encoding="utf-8"))
        self.services = [service["id"] for service in settings["service"]]
        self.ids: dict[str, str] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        """The last state of each meeting and recommendation, by its name in the file."""
        self.held: list[tuple[str, int, int, int]] = []
        """Of each meeting that was closed: its id, the events that opened and closed it, the first slide's moment."""
        moments = [
            (_seconds(one[when]), place, what, one)
            for place, one in enumerate(told["meeting"])
            for when, what in (
                ("convened", "prepared"),
                ("opens", "frozen"),
                ("shown", "presented"),
                ("closes", "closed"),
            )
        ]
        for place, one in enumerate(told["meeting"]):
            for number, said in enumerate(one["recommendation"], 1):
                named = said | {"meeting": one["id"], "number": number, "id": f"{one['id']}-{number}"}
                moments.append((_seconds(one["shown"]) + A_SLIDE * number, place, "recommended", named))
                for later in said.get("then", ()):
                    moments.append((_seconds(later["at"]), place, "reported", named | later))
        self.moments = sorted(moments, key=lambda one: one[:2])

    def write(self, engine: sa.Engine, *, until: int | None) -> None:
        """Write what was said before the moment `until`, and is not yet written; None: all that is left."""
        while self.moments and (until is None or self.moments[0][0] < until):
            at, _, what, said = self.moments.pop(0)
            with write(engine) as connection:
                if what in ("recommended", "reported"):
                    self._recommend(connection, at, what, said)
                else:
                    self._sit(connection, at, what, said)

    def _sit(self, connection: sa.Connection, at: int, what: str, said: Mapping[str, Any]) -> None:
        number = next_event(connection, kind="meeting", actor=ACTOR, recorded_at=at)
        row = self.rows.get(said["id"]) or self._prepared(said, f"m{number}")
        if what == "frozen":
            row = row | {"state": "open", "cut": number - 1, "frozen": number}
        elif what == "presented":
            row = row | {"state": "presented"}
            self.shown_at = at
        elif what == "closed":
            row = row | {"state": "closed"}
            self.held.append((row["id"], row["frozen"], number, self.shown_at))
        self.rows[said["id"]] = row | {"event": number}
        connection.execute(sa.insert(meeting).values(self.rows[said["id"]]))
        _tell(connection, number, {"meeting": row["id"], "what": what, "territory": row["territory"]})

    def _prepared(self, said: Mapping[str, Any], id: str) -> dict[str, Any]:
        self.ids[said["id"]] = id
        away = set(said["excused"])
        return {
            "id": id,
            "kind": said["kind"],
            "on_date": as_day(said["on"]),
            "territory": said["territory"],
            "chair": said["chair"],
            "place": said["place"],
            "room": said["room"],
            "begins": said["begins"].hour * 60 + said["begins"].minute,
            "rapporteur": said["rapporteur"],
            "reference": said["reference"],
            "previous": self.ids.get(said.get("previous", ""), ""),
            "next_date": as_day(said["next"]),
            "services": json.dumps(self.services),
            "attendance": json.dumps({id: "excused" if id in away else "present" for id in self.services}),
            "agenda": json.dumps([_item(place, one) for place, one in enumerate(said["item"], 1)], ensure_ascii=False),
            "state": "prepared",
            "cut": None,
            "frozen": None,
            "digest": "",
        }

    def _recommend(self, connection: sa.Connection, at: int, what: str, said: Mapping[str, Any]) -> None:
        number = next_event(connection, kind="recommendation", actor=ACTOR, recorded_at=at)
        row = self.rows.get(said["id"])
        if row is None:
            of = self.rows[said["meeting"]]
            value, day = _figure(connection, of["territory"], said, until=of["on_date"])
            row = {
                "id": f"r{number}",
                "meeting": of["id"],
                "number": said["number"],
                "slide": said["slide"],
                "text": said["text"],
                "lead": said["lead"],
                "partners": json.dumps(said.get("partners", [])),
                "due": as_day(said["due"]),
                "territory": of["territory"] if "step" in said else "",
                "step": said.get("step", ""),
                "unit": said.get("unit", ""),
                "baseline": value,
                "baseline_date": day,
                "expected": said.get("expected"),
                "state": "assigned",
                "note": "",
            }
        else:
            row = row | {"state": said["state"], "note": said.get("note", "")}
        self.rows[said["id"]] = row | {"event": number}
        connection.execute(sa.insert(recommendation).values(self.rows[said["id"]]))
        did = "recorded" if what == "recommended" else "stated"
        _tell(connection, number, {"recommendation": row["id"], "meeting": row["meeting"], "what": did})

    def freeze(
        self,
        engine: sa.Engine,
        freeze: demonstration.Freeze,
        *,
        foresee: demonstration.Foresee | None = None,
        progress: demonstration.Progress,
    ) -> None:
        """Make the slides of each meeting as known when it was opened, show those on the presenter's way, seal it."""
        for done, (id, frozen, closed, shown_at) in enumerate(self.held):
            progress("freezing", done, len(self.held))
            for rows in foresee(engine, id, frozen - 1) if foresee is not None else ():
                store(engine, rows)
            made = [dict(one) for one in freeze(engine, id, frozen - 1)]
            positions: dict[tuple[str, str], int] = {}
            for one in made:
                group = (one["audience"], one["locale"])
                positions[group] = positions.get(group, 0) + 1
                one |= {"meeting": id, "event": frozen, "position": positions[group]}
            first = (made[0]["audience"], made[0]["locale"])
            way = [one["key"] for one in made if (one["audience"], one["locale"]) == first and not one["parent"]]
            with write(engine) as connection:
                connection.execute(sa.insert(slide), made)
                rows = [
                    {"meeting": id, "number": number, "key": key, "at": shown_at + A_SLIDE * (number - 1)}
                    for number, key in enumerate(way, 1)
                ]
                connection.execute(sa.insert(shown_slide), rows)
                sealed = digest(connection, id, frozen=frozen, until=closed)
                at = sa.and_(meeting.c.id == id, meeting.c.event == closed)
                connection.execute(sa.update(meeting).where(at).values(digest=sealed))
        with write(engine) as connection:
            # They are of a few counts only: whoever opens the demonstration has all computed, and these again the same.
            connection.execute(sa.delete(forecast))
        progress("freezing", len(self.held), len(self.held))


def _seconds(moment: dt.datetime) -> int:
    """A moment of the file, which is of Greenwich as those of the weekly files are, in seconds since 1970-01-01."""
    return as_day(moment.date()) * DAY + moment.hour * 3600 + moment.minute * 60


def _item(place: int, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": f"i{place}", "programme": "", "indicator": "", "service": "", "urgent": False} | said


def _tell(connection: sa.Connection, number: int, told: Mapping[str, Any]) -> None:
    connection.execute(sa.update(event).where(event.c.number == number).values(details=json.dumps(told)))


def _figure(
    connection: sa.Connection, territory: str, said: Mapping[str, Any], *, until: int
) -> tuple[int | None, int | None]:
    """The last figure that a territory has told of a recommendation's count, and its day; None: it is about none."""
    if "step" not in said:
        return None, None
    of_it = {"territory": territory, "step": said["step"], "unit": said["unit"], "measure": "stock"}
    of_it |= dict.fromkeys(BREAKDOWNS, ALL)
    statement = (
        sa.select(observation.c.value, observation.c.to_date)
        .join(series, series.c.id == observation.c.series)
        .where(*(series.c[name] == value for name, value in of_it.items()), observation.c.to_date <= until)
        .order_by(observation.c.to_date.desc(), observation.c.event.desc())
        .limit(1)
    )
    return tuple(connection.execute(statement).one())
