"""A panel as a workbook: its title, its table, its notes, for a body to take along. There is no formula.

Whatever begins like a formula is written as text: a workbook is opened by somebody else, on a machine of theirs.
"""

from exports.cells import Reading, with_units
from exports.sheets import Form, Sheets, plain
from i18n import words
from panels import Panel


def table(panel: Panel, *, locale: str) -> bytes:
    """The workbook of a panel of kind table: `parts["head"]` and `parts["rows"]`, as bytes of an XLSX file."""
    w = words(locale)
    fiction = w("demo.badge") if panel.demonstration else ""
    read = Reading(w)
    rows = [[read(plain(said)) for said in row] for row in panel.parts["rows"]]
    head, rows = with_units([plain(said) for said in panel.parts["head"]], rows, w)
    over = [(panel.title, "title"), *([(fiction, "notice")] if fiction else [])]
    below = [*panel.notes, *dict.fromkeys(source.text for source in panel.sources)]
    made = Sheets(w, title=panel.title, notice=fiction)
    made.add(Form(w("workbook.data"), head, rows, over=over, below=below))
    return made.bytes()
