"""Outlines of territories for what is drawn without a browser, from the boundaries that the maps of the pages show."""

import json
import math
from functools import lru_cache
from pathlib import Path

BOUNDARIES = Path(__file__).resolve().parent.parent / "static" / "boundaries"
KINGDOM = "MA"
_LAYER = {
    "region": "regions",
    "prefecture": "prefectures",
    "commune": "communes",
    "arrondissement": "arrondissements",
}

Ring = list[tuple[float, float]]


@lru_cache(maxsize=64)
def outlines(parent: str, level: str) -> dict[str, list[Ring]]:
    """The rings of each child of `parent` at a level, by code, in the order of the layer; empty where none is drawn.

    Points are (x, y), y downwards, in degrees of latitude: longitudes are shortened by the cosine of the latitude in
    the middle, which at the size of a prefecture no eye tells from the ground. The same object each time: not to be
    changed. Offices of the chain of command, lycées and whatever has no boundaries have no outlines.
    """
    features = [feature for name in _layers(parent, level) for feature in _features(name)]
    if not features:
        return {}
    rings = {feature["id"]: _rings(feature["geometry"]) for feature in features}
    lats = [lat for of_one in rings.values() for ring in of_one for _, lat in ring]
    narrower = math.cos(math.radians((min(lats) + max(lats)) / 2))
    return {
        code: [[(round(lon * narrower, 5), -lat) for lon, lat in ring] for ring in of_one]
        for code, of_one in rings.items()
    }


def _layers(parent: str, level: str) -> list[str]:
    """The names of the layers that hold the children: one, or one for each divided city of a prefecture."""
    layer = _LAYER.get(level)
    if layer is None:
        return []
    if parent == KINGDOM:
        return [layer] if layer in _manifest() else []
    own = f"{layer}-{parent}"
    if own in _manifest():
        return [own]
    return sorted(name for name in _manifest() if level == "arrondissement" and name.startswith(f"{own}."))


@lru_cache(maxsize=1)
def _manifest() -> dict[str, dict]:
    return json.loads((BOUNDARIES / "manifest.json").read_text(encoding="utf-8"))


def _features(layer: str) -> list[dict]:
    return json.loads((BOUNDARIES / _manifest()[layer]["file"]).read_text(encoding="utf-8"))["features"]


def _rings(geometry: dict) -> list[Ring]:
    """All rings of a geometry, outer and inner: filled by the even-odd rule they are what they were."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[(point[0], point[1]) for point in ring] for polygon in polygons for ring in polygon]
