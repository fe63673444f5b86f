"""The polygons that the browser fetches: whole, drawable, light, and named after their content."""

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import shapely

ROOT = Path(__file__).resolve().parents[2]
BOUNDARIES = ROOT / "static" / "boundaries"
MANIFEST = json.loads((BOUNDARIES / "manifest.json").read_text(encoding="utf-8"))
LAYERS = sorted(MANIFEST)
LEVELS = {
    "country": "country",
    "regions": "region",
    "prefectures": "prefecture",
    "communes": "commune",
    "arrondissements": "arrondissement",
    "groupings": "grouping",
}


@cache
def territories() -> dict[str, dict[str, str]]:
    with open(ROOT / "data" / "reference" / "territories.csv", encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


@cache
def features(layer: str) -> list[dict]:
    return json.loads((BOUNDARIES / MANIFEST[layer]["file"]).read_text(encoding="utf-8"))["features"]


@cache
def shapes(layer: str) -> dict[str, shapely.Geometry]:
    return {feature["id"]: shapely.geometry.shape(feature["geometry"]) for feature in features(layer)}


def test_there_is_a_layer_for_each_screen_and_no_other():
    rows = territories().values()
    children = defaultdict(set)
    for row in rows:
        if row["level"] in ("prefecture", "commune", "arrondissement"):
            children[f"{row['level']}s-{row['parent']}"].add(row["code"])
    assert set(LAYERS) == LEVELS.keys() | children.keys()
    assert len(LAYERS) == 6 + 12 + 75 + 6
    assert {name: shapes(name).keys() for name in children} == children


@pytest.mark.parametrize(("layer", "level"), LEVELS.items())
def test_every_territory_has_a_polygon_in_its_layer(layer, level):
    assert shapes(layer).keys() == {row["code"] for row in territories().values() if row["level"] == level}


def test_the_manifest_names_exactly_the_files_there_are():
    named = {about["file"] for about in MANIFEST.values()}
    named |= {f"{file}.gz" for file in named} | {"manifest.json"}
    assert {path.name for path in BOUNDARIES.iterdir()} == named


@pytest.mark.parametrize("layer", LAYERS)
def test_a_file_is_named_after_its_content_and_described_truly(layer):
    about = MANIFEST[layer]
    content = (BOUNDARIES / about["file"]).read_bytes()
    assert about["file"] == f"{layer}.{hashlib.sha256(content).hexdigest()[:8]}.json"
    assert about["bytes"] == len(content)
    assert about["count"] == len(features(layer)) == len(shapes(layer))


@pytest.mark.parametrize("layer", LAYERS)
def test_the_compressed_file_is_the_same_content_without_a_date(layer):
    file = BOUNDARIES / MANIFEST[layer]["file"]
    compressed = file.with_name(file.name + ".gz").read_bytes()
    assert gzip.decompress(compressed) == file.read_bytes()
    assert compressed[4:8] == bytes(4)  # the date of RFC 1952
    assert compressed[3] == 0  # no file name either


@pytest.mark.parametrize("layer", LAYERS)
def test_exterior_rings_run_clockwise_and_holes_the_other_way(layer):
    for code, shape in shapes(layer).items():
        for part in shapely.get_parts(shape):
            assert not part.exterior.is_ccw, code
            assert all(ring.is_ccw for ring in part.interiors), code


@pytest.mark.parametrize("layer", LAYERS)
def test_polygons_are_valid_and_neighbours_share_their_border(layer):
    those = np.array(list(shapes(layer).values()))
    assert shapely.is_valid(those).all()
    assert not shapely.is_empty(those).any()
    assert shapely.coverage_is_valid(those)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_label_point_lies_inside_its_polygon(layer):
    for feature in features(layer):
        point = shapely.Point(feature["properties"]["lon"], feature["properties"]["lat"])
        assert shapes(layer)[feature["id"]].contains(point), feature["id"]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_feature_carries_the_names_shown_and_nothing_else(layer):
    for feature in features(layer):
        row = territories()[feature["id"]]
        assert feature["properties"].keys() == {"ar", "fr", "lon", "lat"}
        assert feature["properties"]["ar"] == (row["office_ar"] or row["name_ar"])
        assert feature["properties"]["fr"] == (row["office_fr"] or row["name_fr"])


def covered(layer: str) -> shapely.Geometry:
    return shapely.coverage_union_all(np.array(list(shapes(layer).values())))


@pytest.mark.parametrize("layer", ["regions", "prefectures", "communes"])
def test_layers_of_the_overview_cover_the_same_ground(layer):
    assert shapely.symmetric_difference(covered(layer), covered("country")).area < 1e-9


@pytest.mark.parametrize("layer", [name for name in LAYERS if name.startswith("prefectures-")])
def test_a_prefecture_is_the_ground_of_its_communes(layer):
    for code, shape in shapes(layer).items():
        assert shapely.symmetric_difference(covered(f"communes-{code}"), shape).area < 1e-9, code


@pytest.mark.parametrize("layer", [name for name in LAYERS if name.startswith("arrondissements-")])
def test_a_city_is_the_ground_of_its_arrondissements(layer):
    city = layer.removeprefix("arrondissements-")
    whole = shapes(f"communes-{territories()[city]['parent']}")[city]
    assert shapely.symmetric_difference(covered(layer), whole).area < 1e-9


def test_the_groupings_are_the_ground_of_casablanca_and_of_their_members():
    assert shapely.symmetric_difference(covered("groupings"), covered("arrondissements-06.141.01.0")).area < 1e-9
    with open(ROOT / "data" / "reference" / "groupings.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            member, grouping = shapes("arrondissements")[row["member"]], shapes("groupings")[row["grouping"]]
            assert shapely.difference(member, grouping).area < 1e-9, row["member"]


def test_overview_and_detail_show_the_same_places():
    for layer in (name for name in LAYERS if name.startswith("communes-")):
        for code, shape in shapes(layer).items():
            rough = shapes("communes")[code]
            assert shapely.intersection(shape, rough).area > 0.75 * shapely.union(shape, rough).area, code


# Longitude and latitude of well-known places. The latitudes that HCP published put each of them in a neighbour.
PLACES = [
    ("09.273.01.15", "Inezgane", -9.537, 30.355),
    ("09.273.01.05", "Aït Melloul", -9.497, 30.334),
    ("04.421.01.0", "Rabat, Tour Hassan", -6.823, 34.024),
    ("07.351.01.0", "Marrakech, gare", -8.014, 31.630),
    ("12.391.01.01", "Dakhla", -15.958, 23.685),
]


@pytest.mark.parametrize(("code", "name", "lon", "lat"), PLACES)
def test_a_well_known_place_lies_in_its_commune(code, name, lon, lat):
    point = shapely.Point(lon, lat)
    detail = shapes(f"communes-{territories()[code]['parent']}")
    assert [one for one, shape in detail.items() if shape.contains(point)] == [code], name


def test_files_are_light_enough_for_an_office_line():
    compressed = {name: (BOUNDARIES / f"{about['file']}.gz").stat().st_size for name, about in MANIFEST.items()}
    assert compressed["communes"] < 300_000
    assert max(size for name, size in compressed.items() if "-" in name) < 60_000


def test_the_empty_world_has_each_object_that_plotly_asks_for():
    world = json.loads((ROOT / "static" / "topojson" / "world_110m.json").read_text(encoding="utf-8"))
    assert (world["type"], world["arcs"]) == ("Topology", [])
    assert world["objects"].keys() == {"coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits"}
    assert all(o == {"type": "GeometryCollection", "geometries": []} for o in world["objects"].values())
