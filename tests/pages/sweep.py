"""Opens every page as one account after the other and writes down all that a browser would be sent. Run as a program:

    python tests/pages/sweep.py ASKED.json TOLD.json

asked: a list of {email, page, address}. told: for each, what was sent, in one text, and which warnings and errors were
said. In a process of its own: to whom the server listens, and who has an account, is settled when it starts.
"""

import base64
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from google.protobuf.json_format import MessageToDict
from streamlit import config
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]

given: list[str] = []
"""What the downloads of the present run would give."""


def listen_to_downloads() -> None:
    """Note the bytes of each file that a page offers, those that are only made at a click included."""
    add, add_deferred = MediaFileManager.add, MediaFileManager.add_deferred

    def noted(self, path_or_data, *rest, **named):
        if isinstance(path_or_data, bytes):
            given.append(path_or_data.decode("utf-8", "replace"))
        return add(self, path_or_data, *rest, **named)

    def noted_later(self, data_callable, *rest, **named):
        made = data_callable()
        given.append(made.decode("utf-8", "replace") if isinstance(made, bytes) else str(made))
        return add_deferred(self, data_callable, *rest, **named)

    MediaFileManager.add, MediaFileManager.add_deferred = noted, noted_later


def texts(value) -> Iterator[str]:
    """Every text and number inside a message, and inside the JSON and the packed arrays that it carries."""
    if isinstance(value, dict):
        if set(value) >= {"bdata", "dtype"}:
            yield from map(str, np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"]).tolist())
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        try:
            yield from texts(json.loads(value))
        except ValueError:
            yield value
    elif isinstance(value, float):
        yield str(int(value)) if value == int(value) else str(value)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def sent(app: AppTest) -> str:
    """All that the browser would be sent of a run."""
    found = []
    for node in app._tree:
        proto = getattr(node, "proto", None)
        if proto is not None and hasattr(proto, "DESCRIPTOR"):
            found += texts(MessageToDict(proto))
            # The deck of a wall goes as bytes, which the line above would give in letters that hide it.
            found += texts([value for _, value in proto.ListFields() if isinstance(value, bytes)])
        if type(node).__name__ in ("Dataframe", "Table"):
            found.append(node.value.to_csv())
    return "\n".join([*found, *given])


def opened(email: str, page: str, address: dict[str, str]) -> dict:
    """One page, opened cold by its address, as this account."""
    given.clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.user = {"is_logged_in": True, "email": email}
    for name, value in address.items():
        app.query_params[name] = value
    if page == "situation":
        app.run()
    else:
        app.switch_page(f"pages/{page}.py").run()
    return {
        "sent": sent(app),
        "titles": [title.value for title in app.title],
        "warnings": [warning.value for warning in app.warning],
        "errors": [error.value for error in (*app.error, *app.exception)],
        "options": {box.key: box.options for box in app.selectbox if box.key},
        "headings": [title.value for title in app.header],
    }


if __name__ == "__main__":
    # What `streamlit run --server.address 0.0.0.0` settles: AppTest reads no command line.
    config.set_option("server.address", "0.0.0.0")
    listen_to_downloads()
    asked = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    told = [opened(**one) for one in asked]
    Path(sys.argv[2]).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
