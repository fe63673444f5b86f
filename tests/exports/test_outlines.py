"""Outlines come from the boundaries of the maps, in proportion, for each level that has any."""

import pytest

from exports.outlines import outlines


@pytest.mark.parametrize(
    ("parent", "level", "how_many"),
    [
        ("MA", "region", 12),
        ("MA", "prefecture", 75),
        ("09", "prefecture", 6),
        ("09.273", "commune", 6),
        ("06.141.01.0", "arrondissement", 16),
        ("06.141", "arrondissement", 16),
    ],
)
def test_each_level_has_the_outlines_of_its_children(parent, level, how_many):
    found = outlines(parent, level)
    assert len(found) == how_many
    assert all(len(ring) >= 4 for rings in found.values() for ring in rings)


@pytest.mark.parametrize("level", ["annex", "lycee", "district", ""])
def test_what_has_no_boundaries_has_no_outlines(level):
    assert outlines("09.273", level) == {}


def test_an_unknown_parent_has_no_outlines():
    assert outlines("99", "commune") == {}


def test_north_is_up_and_a_degree_of_longitude_is_shorter_than_one_of_latitude():
    points = {code: [point for ring in rings for point in ring] for code, rings in outlines("MA", "prefecture").items()}
    tangier, agadir = points["01.511"], points["09.001"]
    assert max(y for _, y in tangier) < min(y for _, y in agadir)
    # From the Atlantic at Lagouira to Figuig the kingdom spans some 16 degrees of longitude, drawn on 14 of latitude.
    xs = [x for of_one in points.values() for x, _ in of_one]
    ys = [y for of_one in points.values() for _, y in of_one]
    assert 0.9 < (max(xs) - min(xs)) / (max(ys) - min(ys)) < 1.05
