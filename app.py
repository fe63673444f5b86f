"""The front door: the frame, then the page that was asked for. `python -m ui.server` serves it."""

from ui.frame import run

run()
