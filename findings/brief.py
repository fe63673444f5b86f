"""The brief of the eve of a meeting: what is below its path, what moved, what is overdue, who is late, what to ask."""

import math
from typing import Any

from findings.reader import Reader
from findings.sheet import concerning, service_names
from panels import brief as say
from panels.slide import OFFICE, Slide
from queries import sources as deliveries
from queries import targets as promises
from queries.figures import of_territory, spoken
from queries.meetings import Meeting

_WORST = {"expired": 0, "below": 1, "watch": 2}
"""The verdicts that stand in the brief, the worst first."""

_FOLLOWED = ("on_path", "ahead")
_LATE = ("late", "incomplete")


def brief(
    reader: Reader, *, territory: str, on: int, before: Meeting | None = None, beside: bool = False
) -> list[Slide]:
    """The five parts of the brief, as slides of sentences: below, moved, overdue, late, suggested.

    territory, on: of the meeting that is to come. before: the one before it, whose figures were shown as they were
    known when it was frozen; None: there is none, and nothing is said of what moved. beside: it stands beside
    its translation, on the same one page: its lists are shorter.
    """
    key = {"territory": territory, "on": on, "audience": OFFICE, "cut": reader.cut}
    key["most"] = say.MOST_BESIDE if beside else say.MOST
    told = {"asked": key, "locale": reader.locale}
    rows = promises.standings(reader.engine, territories=[territory], on=on, shares=False, **reader.asked)
    behind = [row for row in rows if row.verdict in _WORST and not math.isnan(row.target)]
    behind.sort(key=lambda row: (_WORST[row.verdict], bool(row.held_elsewhere), _share(row)))
    others = sorted((row for row in rows if row.verdict in _FOLLOWED), key=lambda row: row.due)
    changes = _moved(reader, territory=territory, on=on, before=before)
    asked, held = concerning(reader, territory=territory, on=on)
    overdue = [row for row in asked if row.overdue(on)]
    board, _ = deliveries.board(reader.engine, of=territory, on=on, **reader.asked)
    blocks = {one["id"]: one for one in reader.known.settings.get("delivery", ())}
    late = [(blocks[row.delivery], row) for row in board.itertuples(index=False) if row.state in _LATE]
    return [
        say.below(behind, **told),
        say.moved(changes, since=before.on_date if before else None, **told),
        say.overdue(overdue, held=held, names=service_names(reader), **told),
        say.late(late, **told),
        say.suggested(behind, changes, len(overdue), len(late), others, **told),
    ]


def _share(row: Any) -> float:
    """How far from its path, as a share of what was planned."""
    return row.gap / row.planned if row.planned else 0.0


def _moved(reader: Reader, *, territory: str, on: int, before: Meeting | None) -> list[say.Moved]:
    """The headlines that are known on both days, those that moved most first."""
    if before is None:
        return []
    known = reader.known
    then = before.cut if before.cut is not None else reader.cut

    def read(day: int, cut: int) -> dict:
        asked = {"cut": cut, "scope": reader.scope, "known": known}
        return spoken(of_territory(reader.engine, territory=territory, on=day, **asked))

    shown, again, now = read(before.on_date, then), read(before.on_date, reader.cut), read(on, reader.cut)
    found = []
    for programme in known.ordered_programmes:
        indicator = known.indicators.get(programme.get("headline", ""))
        if indicator is None:
            continue
        key = (territory, indicator["numerator"]["step"], indicator["numerator"]["unit"])
        figures = [part.get(key) for part in (shown, again, now)]
        if any(one is None or one.state != "shown" or one.measure != "stock" for one in figures):
            continue
        first, corrected, last = (int(one.value) for one in figures)
        found.append(say.Moved(key[1], key[2], first, last, corrected - first, int(figures[2].on_date)))
    found.sort(key=lambda one: -abs(one.after - one.before) / max(one.before, 1))
    return found
