"""The stages of a chain in rows."""

import pytest

from exports import papers
from exports.chain import chain_table
from i18n import words
from panels.slide import Figure, Slide, Table
from tests.decks import deck

LOCALES = ("ar", "fr", "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_every_stage_and_what_waits_before_it_has_its_row(locale):
    slide = next(one for one in deck(locale) if one.kind == "chain")
    table = chain_table(slide, words(locale))
    cells = {cell for row in table.rows for cell in row}
    for one in slide.chart["nodes"]:
        assert any(row[:2] == (one["name"], one["text"]) for row in table.rows)
    for one in slide.chart["passages"]:
        assert any(row[0] == one["name"] and row[2:] == (one["text"], one["body"]) for row in table.rows)
        assert {one["text"], one["body"]} <= cells
    names = [row[0] for row in table.rows]
    assert len(names) == len(set(names)) and all(len(row) == len(table.head) for row in table.rows)


def test_a_chain_on_paper_has_its_stages_and_no_figure_without_a_name():
    nodes = [{"name": "Dépôt", "text": "538 demandes", "value": 538}]
    passages = [{"name": "Dépôt", "text": "30 demandes", "body": "organisme", "waiting": 30}]
    figures = (
        Figure("x.filed", "09", 19000, 538, "538 demandes", "application"),
        Figure("waiting.x.filed", "09", 19000, 30, "30 demandes", "application"),
    )
    chart = {"nodes": nodes, "passages": passages}
    slide = Slide("i1/cause", "stages", "chain", "titre", chart=chart, figures=figures)
    told = papers.with_all_figures(slide, words("fr"))
    assert told.table.rows == (("Dépôt", "538 demandes", "30 demandes", "organisme"),) and told.lines == ()


def test_a_table_that_says_what_the_bars_say_is_not_printed_again():
    chart = {"rows": [{"name": "Temsia", "text": "191", "value": 191}]}
    slide = Slide("i1/gap", "window", "bars", "titre", chart=chart)
    same, more = Table(("Lieu", "Reste"), (("Temsia", "191"),), (1,)), Table(("Lieu", "Part"), (("Temsia", "9 %"),))
    assert papers.drawn_whole(Slide(**{**vars(slide), "table": same}), words("fr"))
    assert not papers.drawn_whole(Slide(**{**vars(slide), "table": more}), words("fr"))
