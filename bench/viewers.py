"""Viewers without a browser: each opens a session over the websocket, as Streamlit's own front end does."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_KEPT_FOR_RUNS = 2
"""The browser forgets a message that so many runs did not use."""


class _Counting(ClientConnection):
    """A connection that counts the bytes that came over the wire, frames and compression included."""

    received = 0

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        super().data_received(data)


@dataclass
class View:
    """One run of the page: seconds from the question to the last message, bytes over the wire, bytes by element."""

    seconds: float
    received: int
    elements: dict[str, int] = field(default_factory=dict)


class Viewer:
    """One viewer of the page at `query` (such as "lang=fr&territory=MA") and the address below the root `page`."""

    def __init__(self, address: str, *, page: str = "", query: str = ""):
        self._address, self._page, self.query = address, page, query
        self._script = ""
        self._kept: dict[str, int] = {}
        self._run = 0

    async def __aenter__(self) -> "Viewer":
        host = urlsplit(self._address).netloc
        self._connection = await connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=["streamlit"],
            origin=self._address,
            create_connection=_Counting,
            max_size=None,
            max_queue=None,
        )
        return self

    async def __aexit__(self, *_) -> None:
        await self._connection.close()

    @property
    def compressed(self) -> bool:
        """Whether server and viewer agreed to compress what they say."""
        return bool(self._connection.protocol.extensions)

    async def view(self) -> View:
        """Ask for the page and take in all that comes until the script has finished."""
        self._run += 1
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_script_hash = self.query, self._script
        if not self._script:
            state.page_name = self._page
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone, state.context_info.locale = "Africa/Casablanca", "ar"
        state.context_info.url = f"{self._address}/{self._page}"
        before, start = self._connection.received, time.perf_counter()
        await self._connection.send(asked.SerializeToString())
        elements: dict[str, int] = {}
        while True:
            raw = await self._connection.recv()
            said = ForwardMsg.FromString(raw)
            kind = said.WhichOneof("type")
            if kind == "script_finished":
                if said.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                if said.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                    raise RuntimeError("the page's script failed to compile")
                break
            if kind == "navigation":
                self._script = said.navigation.page_script_hash
            elif kind == "new_session":
                self._script = self._script or said.new_session.page_script_hash
            elif kind == "ref_hash":
                self._kept[said.ref_hash] = self._run
            elif said.metadata.cacheable:
                self._kept[said.hash] = self._run
            if kind == "delta" and said.delta.WhichOneof("type") == "new_element":
                kind = said.delta.new_element.WhichOneof("type")
                if kind == "exception":
                    raise RuntimeError(said.delta.new_element.exception.message)
            elements[kind] = elements.get(kind, 0) + len(raw)
        taken = time.perf_counter() - start
        self._kept = {one: run for one, run in self._kept.items() if run > self._run - _KEPT_FOR_RUNS}
        return View(taken, self._connection.received - before, elements)


@dataclass(frozen=True)
class Crowd:
    """What many viewers saw: the seconds of each view, all of it in `wall` seconds, of which `client` went into
    taking the messages in."""

    seconds: tuple[float, ...]
    wall: float
    client: float

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.wall


async def _opened(viewers: Sequence[Viewer]) -> None:
    await asyncio.gather(*(viewer.__aenter__() for viewer in viewers))


async def _closed(viewers: Sequence[Viewer]) -> None:
    await asyncio.gather(*(viewer.__aexit__() for viewer in viewers))


async def crowd(viewers: Sequence[Viewer], *, seconds: float) -> Crowd:
    """All viewers ask again as soon as they are answered, for `seconds`. Each has opened its page before."""
    await _opened(viewers)
    try:
        await asyncio.gather(*(viewer.view() for viewer in viewers))
        until = time.perf_counter() + seconds

        async def keep_asking(viewer: Viewer) -> list[float]:
            taken = []
            while time.perf_counter() < until:
                taken.append((await viewer.view()).seconds)
            return taken

        start, spent = time.perf_counter(), time.process_time()
        taken = await asyncio.gather(*(keep_asking(viewer) for viewer in viewers))
        wall, client = time.perf_counter() - start, time.process_time() - spent
    finally:
        await _closed(viewers)
    return Crowd(tuple(one for of_viewer in taken for one in of_viewer), wall, client)


async def rush(viewers: Sequence[Viewer]) -> Crowd:
    """All viewers connect and open their page at the same moment, once."""
    start, spent = time.perf_counter(), time.process_time()

    async def come(viewer: Viewer) -> float:
        await viewer.__aenter__()
        await viewer.view()
        return time.perf_counter() - start

    try:
        taken = await asyncio.gather(*(come(viewer) for viewer in viewers))
        wall, client = time.perf_counter() - start, time.process_time() - spent
    finally:
        await _closed(viewers)
    return Crowd(tuple(taken), wall, client)
