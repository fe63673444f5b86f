"""The code of charts as it is served: Streamlit's own, with the kinds of trace that the house draws, and no others.

Plotly comes with forty-six of them; all but a few are code that a browser has to read and to run before the first
curve, and those that draw by WebGL show a blank square on an old laptop.
"""

import hashlib
import re
from pathlib import Path

DRAWN = ("bar", "choropleth", "scattergeo")
"""The kinds of trace that are kept besides `scatter`, which is always there; as Plotly names the files that hold
them."""

_NAME = r"[\w$]+"
_MODULE = re.compile(rf'({_NAME})=({_NAME})\(\{{"([^"]+)"(\([\w$,]*\)\{{)')
"""A part of Plotly: `name=wrap({"its/file.js"(exports,module){…}})`, run when it is first called for."""
_REGISTERED = re.compile(
    rf'"lib/index\.js"\({_NAME},{_NAME}\)\{{var ({_NAME})={_NAME}\(\);\1\.register\(\[([^\]]+)\]\)'
)
_CALL = re.compile(rf"({_NAME})\(\)")
_END = "}})"


def lightened(code: str) -> str:
    """The code with no kind of trace registered but those of DRAWN, and without the parts that nothing else calls for.

    Code that is not laid out as expected (another version) is returned as it is: slower, not wrong.
    """
    files = {found[3]: found[1] for found in _MODULE.finditer(code)}
    registered = _REGISTERED.search(code)
    wanted = [f"{files.get(f'lib/{name}.js')}()" for name in DRAWN]
    if registered is None or not set(wanted) <= set(registered[2].split(",")):
        return code
    first, last = registered.span(2)
    return _without_uncalled(code[:first] + ",".join(wanted) + code[last:])


def _without_uncalled(code: str) -> str:
    """The code with the body of each part emptied that neither what surrounds the parts nor a part in use calls for."""
    bodies: dict[str, tuple[int, int]] = {}
    modules = list(_MODULE.finditer(code))
    for module, following in zip(modules, modules[1:], strict=False):
        end = code.rfind(_END, module.end(), following.start())
        # Only where the next part follows at once is it certain that the body ends there.
        if end >= 0 and code[end + len(_END) : following.start()] == ",":
            bodies[module[1]] = (module.end(), end)
    calls: dict[str, set[str]] = {}
    outside, at = [], 0
    for name, (first, last) in bodies.items():
        calls[name] = set(_CALL.findall(code, first, last))
        outside.append(code[at:first])
        at = last
    outside.append(code[at:])
    wanted = {name for text in outside for name in _CALL.findall(text)} & bodies.keys()
    waiting = list(wanted)
    while waiting:
        for name in calls[waiting.pop()] & bodies.keys() - wanted:
            wanted.add(name)
            waiting.append(name)
    parts, at = [], 0
    for name, (first, last) in bodies.items():
        if name not in wanted:
            parts.append(code[at:first])
            at = last
    return "".join([*parts, code[at:]])


def prepared(file: Path, *, folder: Path) -> Path:
    """The file of the code lightened, made below `folder` where it has not been made before; `file` itself where it
    is another version or the disk is full."""
    code = file.read_text(encoding="utf-8")
    state = hashlib.sha256(code.encode() + Path(__file__).read_bytes()).hexdigest()[:12]
    made = folder / f"charts-{state}{file.suffix}"
    if made.is_file():
        return made
    lighter = lightened(code)
    if lighter == code:
        return file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = made.with_suffix(".unfinished")
        unfinished.write_text(lighter, encoding="utf-8")
        unfinished.replace(made)
    except OSError:
        return file
    return made
