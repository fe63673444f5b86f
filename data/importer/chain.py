"""A chain of command as a file handed in: CSV or a workbook, read under the same limits as a file of counts."""

from data.chain import COLUMNS, Fault
from data.importer.read import read, received

MOST_LINES = 2_000


def chain_rows(content: bytes) -> tuple[list[dict], tuple]:
    """The lines of the file as `data.chain.checked` takes them, and what stands against reading it: problems of the
    importer, or a fault of the chain. Columns are found by their names; others are left out."""
    with received(content) as got:
        reading = read(got)
    if reading.table is None or reading.problems:
        return [], reading.problems
    header = [name.strip().lower().removeprefix("\ufeff") for name in reading.header]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        return [], (Fault("missing_column", column=missing[0], values={"columns": list(COLUMNS)}),)
    if reading.table.num_rows > MOST_LINES:
        return [], (Fault("too_many_lines", values={"most": MOST_LINES}),)
    cells = {name: reading.table.column(str(header.index(name))).to_pylist() for name in COLUMNS}
    lines = reading.table.column("line").to_pylist()
    return [
        {name: (column[at] or "").strip() for name, column in cells.items()} | {"line": line}
        for at, line in enumerate(lines)
    ], ()
