"""The style sheet: linked in the document where we serve it ourselves, else sent with each run of a page."""

import hashlib
from pathlib import Path

PATH = Path(__file__).resolve().parent / "styles" / "sheet.css"
RIGHT_TO_LEFT = (PATH.parent / "right_to_left.css").read_text(encoding="utf-8")
FOLDER = "/styles/"
"""The address under which ui/styles is served."""

_linked = False


def linked() -> str:
    """The address of the sheet for the document's head; from now on pages need not send it."""
    global _linked
    _linked = True
    return f".{FOLDER}{PATH.name}?{hashlib.sha256(PATH.read_bytes()).hexdigest()[:12]}"


def for_run(*, rtl: bool) -> str:
    """What a run of a page has to send of the sheet."""
    return ("" if _linked else PATH.read_text(encoding="utf-8")) + (RIGHT_TO_LEFT if rtl else "")
