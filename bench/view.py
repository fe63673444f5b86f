"""Views over the websocket: one viewer, twenty at once, a hundred at the same moment; seconds, bytes and memory.

Every view runs the whole page. The bare page is asked in turns with the dashboard, from the same client.
"""

import asyncio
import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bench.figures import Figure, kb, ms, percentile
from bench.made import LAST_DAY, database, folder
from bench.servers import Server, bare, dashboard
from bench.viewers import Crowd, View, Viewer, crowd, rush
from data.database import engine_for
from queries.territories import children

ROUNDS, IN_A_ROW = 5, 10
RERUN = 1.5
AT_ONCE, SECONDS_AT_ONCE, TURNS = 20, 6.0, 2
SHARE_OF_BARE, SLOWEST = 0.2, 1.0
RUSH, RUSH_SECONDS = 100, 5.0
WARM_BYTES = 65_000
MEMORY = 300_000_000
MAP_BYTES = {"prefecture": 15_000, "commune": 60_000}
SATURATED = 0.85
"""Above this share of one processor the client itself would be what is measured."""


def measure() -> Iterator[Figure]:
    """The Situation page over the published figures; then the maps over a full database."""
    local = folder() / "local"
    with dashboard(local) as ours, bare(local) as plain:
        yield from _one_viewer(ours, plain)
        yield from _many_viewers(ours, plain)
    # A start writes what every office starts with: into a copy, since the others are measured on the database itself.
    copy = folder() / "maps.db"
    for old in copy.parent.glob(f"{copy.name}*"):
        old.unlink()
    shutil.copyfile(database(), copy)
    with dashboard(local, database=copy) as ours:
        yield from _maps(ours)


@dataclass
class Reruns:
    """The reruns of one viewer, and what each cost the server in processor seconds (None: not known)."""

    views: list[View] = field(default_factory=list)
    spent: float | None = 0.0
    compressed: bool = False

    @property
    def seconds(self) -> float:
        return statistics.median(view.seconds for view in self.views)


async def _reruns(servers: Sequence[Server]) -> list[Reruns]:
    """So many reruns one after the other on each server in turns, as a reader who clicks through it makes them."""
    found = [Reruns() for _ in servers]
    async with AsyncExitStack() as stack:
        viewers = [await stack.enter_async_context(Viewer(server.address)) for server in servers]
        for viewer, reruns in zip(viewers, found, strict=True):
            await viewer.view()
            reruns.compressed = viewer.compressed
        for _ in range(ROUNDS):
            for server, viewer, reruns in zip(servers, viewers, found, strict=True):
                before = server.processor_seconds()
                reruns.views += [await viewer.view() for _ in range(IN_A_ROW)]
                after = server.processor_seconds()
                known = None not in (before, after, reruns.spent)
                reruns.spent = reruns.spent + after - before if known else None
    return found


def _one_viewer(ours: Server, plain: Server) -> Iterator[Figure]:
    mine, bare_page = asyncio.run(_reruns((ours, plain)))
    taken, least, compressed = mine.seconds, bare_page.seconds, mine.compressed
    yield Figure(
        "view",
        "Situation: a rerun, to a bare page's",
        f"{taken / least:.1f} × ({ms(taken)} to {ms(least)})",
        f"{RERUN} ×",
        taken <= RERUN * least,
    )
    if None not in (mine.spent, bare_page.spent):
        spent, spent_bare = mine.spent / len(mine.views), bare_page.spent / len(bare_page.views)
        yield Figure(
            "view", "Situation: processor time of a rerun, to a bare page's", f"{ms(spent)} to {ms(spent_bare)}"
        )
    received = max(v.received for v in mine.views)
    how = "compressed" if compressed else "not compressed"
    yield Figure(
        "view", f"Situation: a warm view, websocket {how}", kb(received), kb(WARM_BYTES), received <= WARM_BYTES
    )


def _places() -> list[str]:
    """The 75 prefectures and provinces, whose pages the viewers open."""
    engine = engine_for(f"sqlite:///{database()}")
    with engine.connect() as connection:
        codes = children(connection, of="MA")
    engine.dispose()
    return list(codes)


def _many_viewers(ours: Server, plain: Server) -> Iterator[Figure]:
    places = _places()

    def group(server: Server, count: int, among: list[str]) -> list[Viewer]:
        return [Viewer(server.address, query=f"territory={among[at % len(among)]}") for at in range(count)]

    seen, unseen = places[:AT_ONCE], places[AT_ONCE:]

    busy: dict[str, list[Crowd]] = {"ours": [], "bare": []}
    for _ in range(TURNS):
        for name, server in (("ours", ours), ("bare", plain)):
            busy[name].append(asyncio.run(crowd(group(server, AT_ONCE, seen), seconds=SECONDS_AT_ONCE)))
    rate, most = (statistics.median(c.per_second for c in busy[name]) for name in ("ours", "bare"))
    note = _note(busy["bare"])
    yield Figure(
        "view",
        f"{AT_ONCE} viewers: views a second, to a bare page's",
        f"{rate / most:.2f} ({rate:.0f}/s to {most:.0f}/s{note})",
        f"≥ {SHARE_OF_BARE}",
        rate >= SHARE_OF_BARE * most,
    )
    slow = percentile([s for c in busy["ours"] for s in c.seconds], 0.95)
    yield Figure("view", f"{AT_ONCE} viewers: 95 % of views within", ms(slow), ms(SLOWEST), slow <= SLOWEST)
    memory = ours.resident_bytes()
    yield Figure(
        "view",
        f"{AT_ONCE} viewers: memory of the server (bare page: {plain.resident_bytes() / 1e6:.0f} MB)",
        f"{memory / 1e6:.0f} MB",
        f"{MEMORY / 1e6:.0f} MB",
        memory <= MEMORY,
    )
    opened = asyncio.run(rush(group(ours, RUSH, seen)))
    titles = asyncio.run(rush(group(plain, RUSH, seen)))
    first = asyncio.run(rush(group(ours, len(unseen), unseen)))
    yield Figure(
        "view",
        f"{RUSH} viewers open {AT_ONCE} pages at the same moment: all have theirs",
        f"{opened.wall:.1f} s (bare page: {titles.wall:.1f} s{_note([opened])})",
        f"{RUSH_SECONDS:.0f} s",
        opened.wall <= RUSH_SECONDS,
    )
    yield Figure(
        "view",
        f"{len(unseen)} viewers open as many prefectures that nobody has looked at since the last event",
        f"{first.wall:.1f} s",
    )


def _note(crowds: list[Crowd]) -> str:
    share = max(c.client / c.wall for c in crowds)
    return f"; the client took {share:.0%} of a processor" if share > SATURATED else ""


async def _map_views(server: Server, level: str) -> tuple[View, View]:
    """A first view of the map, and the one after its reader has asked for another day."""
    earlier = LAST_DAY.replace(year=LAST_DAY.year - 1)
    asked = f"territory=MA&level={level}&on="
    async with Viewer(server.address, page="map", query=asked + LAST_DAY.isoformat()) as viewer:
        first = await viewer.view()
        viewer.query = asked + earlier.isoformat()
        return first, await viewer.view()


def _maps(ours: Server) -> Iterator[Figure]:
    names = {"prefecture": "75 prefectures", "commune": "1,503 communes"}
    for level, bound in MAP_BYTES.items():
        _, view = asyncio.run(_map_views(ours, level))
        chart, text = view.elements.get("plotly_chart", 0), view.elements.get("html", 0)
        yield Figure(
            "view",
            f"map of {names[level]}, another day asked for (before compression: chart {kb(chart)}, table {kb(text)})",
            kb(view.received),
            kb(bound),
            view.received <= bound,
        )
