"""The stages of a chain in rows, as every document without a drawing of it has them."""

from i18n import Words
from panels.slide import Slide, Table


def chain_table(slide: Slide, w: Words) -> Table:
    """A row a stage: its count; what waits before it and with whom, where that is told. Passages of no stage follow."""
    nodes, passages = slide.chart.get("nodes", ()), slide.chart.get("passages", ())
    waiting = {one["name"]: (one["text"], one["body"]) for one in passages}
    stages = {one["name"]: one["text"] for one in nodes}
    rows = [(name, stages.get(name, ""), *waiting.get(name, ("", ""))) for name in dict.fromkeys([*stages, *waiting])]
    head = tuple(w(f"letters.column_{name}") for name in ("step", "count", "waiting", "body"))
    if not waiting:
        return Table(head[:2], tuple(row[:2] for row in rows), (1,))
    return Table(head, tuple(rows), (1, 2))
