"""What a grid would change, and the sums of its dates."""

import pandas as pd
import pytest

from panels.typing import changes, grid, totals, typed

LQLIAA, TEMSIA = "09.273.01.17", "09.273.05.27"
THURSDAY, FRIDAY = 19614, 19615
"""14 and 15 September 2023."""


@pytest.fixture
def panel():
    cells = pd.DataFrame(
        [(LQLIAA, THURSDAY, 120, 5), (TEMSIA, THURSDAY, 0, 6)],
        columns=["territory_code", "on_date", "value", "event"],
    )
    return grid(
        cells,
        (LQLIAA, TEMSIA),
        (THURSDAY, FRIDAY),
        step="rsu.registered",
        unit="household",
        territory="09.273",
        locale="fr",
    )


def test_the_grid_is_named_by_what_it_counts_and_where(panel):
    assert panel.title == "Nombre de ménages inscrits au RSU dans la préfecture d'Inezgane-Aït Melloul"
    assert [name for _, name in panel.parts["rows"]] == ["Lqliaa", "Temsia"]
    assert [short for _, short, _ in panel.parts["dates"]] == ["14/09/2023", "15/09/2023"]


def test_new_and_changed_figures_are_told_apart_old_and_new_side_by_side(panel):
    found = changes(panel, {(LQLIAA, THURSDAY): 125, (TEMSIA, FRIDAY): 30}, locale="fr")
    assert found.title == "Ce qui va changer\u00a0: nouveaux chiffres 1, chiffres modifiés 1"
    assert found.parts["rows"] == [
        ("Lqliaa", "14 septembre 2023", "120", "125"),
        ("Temsia", "15 septembre 2023", "non disponible", "30"),
    ]
    assert found.parts["cells"] == ((LQLIAA, THURSDAY, 125), (TEMSIA, FRIDAY, 30))


def test_a_cell_typed_as_it_was_is_no_change_and_a_zero_is_a_figure(panel):
    found = changes(panel, {(LQLIAA, THURSDAY): 120, (LQLIAA, FRIDAY): 0}, locale="fr")
    assert found.parts["cells"] == ((LQLIAA, FRIDAY, 0),)


def test_a_cleared_cell_is_not_stored_and_names_the_event_that_said_its_figure(panel):
    found = changes(panel, {(LQLIAA, THURSDAY): None, (TEMSIA, FRIDAY): None}, locale="fr")
    assert found.parts["cells"] == ()
    assert found.parts["emptied"] == ((LQLIAA, THURSDAY, 5),)


def test_totals_are_of_the_cells_as_they_stand_with_how_many_are_filled(panel):
    found = totals(panel, {(TEMSIA, THURSDAY): 1400, (LQLIAA, FRIDAY): None}, locale="fr")
    assert found.parts["rows"] == [
        ("somme des cases remplies", "1\u202f520", "non disponible"),
        ("cases remplies", "2 sur 2", "0 sur 2"),
    ]


def test_entries_that_can_be_taken_back_are_named_by_number_label_moment_and_size():
    frame = pd.DataFrame([(12, 1_700_000_000, "Saisie", 3)], columns=["number", "recorded_at", "file_name", "accepted"])
    (said,) = typed(frame, locale="fr").values()
    assert said.replace("\u00a0", " ").startswith("n° 12 · Saisie · 14/11/2023") and said.endswith("3 chiffres")
