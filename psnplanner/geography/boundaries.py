"""Areas of partners and councils, from any file of a GIS to outlines light enough to keep.

Shapes are simplified by GEOS, in a local plane.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from psnplanner.errors import UserError
from psnplanner.geography import crossings
from psnplanner.geography.degrees import in_degrees
from psnplanner.geography.distance import LatLon, from_local_metres, local_metres
from psnplanner.geography.vector_file import (
    VectorFile,
    bytes_of,
    layers_of,
    opened,
    quietly,
)

Array = NDArray[np.float64]
Progress = Callable[[float, str], None]
Line = list[tuple[float, float]]

DETAIL_M = 20.0
"""How far a kept outline may lie from the one in the file."""
MOST_AREAS = 2_000
_MOST_POINTS = 20_000  # of one kept area: beyond, the detail is halved until it fits
_COARSEST_M = 5_000.0
_DECIMALS = 5  # of a degree: a metre
_MOST_TEXT = 200
_PURPOSE = "a map of boundaries"
_NAME_FIELDS = ("name", "nm", "title", "label", "council", "district", "area", "ward", "region")


@dataclass(frozen=True)
class Areas:
    """One layer of a file: a shape in WGS84 degrees for each feature, and its columns as text.

    `layers` are the names of all layers of the file; `name_field` is the column that most
    likely holds the areas' names, "" where there is none; `notes` say what was left out.
    """

    source: str
    layers: tuple[str, ...]
    layer: str
    columns: Mapping[str, Sequence[str]]
    shapes: Sequence[BaseGeometry]
    notes: tuple[str, ...] = ()

    @cached_property
    def name_field(self) -> str:
        """The column whose heading and content look most like names."""
        return max(self.columns, key=self._likeness, default="")

    def _likeness(self, heading: str) -> tuple[bool, bool, int, int]:
        plain, values = heading.casefold(), self.columns[heading]
        worded = sum(any(c.isalpha() for c in text) and " " in text.strip() for text in values)
        lettered = sum(
            text.strip()[:1].isalpha() and text.strip()[-1:].isalpha() for text in values
        )
        ends = plain.endswith(_NAME_FIELDS) and not plain.endswith("code")
        return plain == "name", ends and 2 * lettered > len(values), lettered, worded

    def outlines(self, name_field: str, progress: Progress | None = None) -> dict[str, str]:
        """The kept outline (GeoJSON text) of each name in a column; features of one name unite.

        Features without a name go by the layer's own. Without a column, all are one area.
        """
        grouped: dict[str, list[BaseGeometry]] = {}
        names = self.columns[name_field] if name_field else [""] * len(self.shapes)
        for name, shape in zip(names, self.shapes, strict=True):
            grouped.setdefault(" ".join(name.split()) or self.layer, []).append(shape)
        whole = []
        for number, (name, shapes) in enumerate(grouped.items()):
            if progress:
                progress(number / len(grouped), f"Putting together {name}")
            whole.append(_united(shapes))
        return dict(zip(grouped, map(as_text, simplified(whole)), strict=True))


def read_areas(
    path: Path, layer: str | None = None, progress: Progress = lambda share, what: None
) -> Areas:
    """The areas (or lines) of a layer, by default of the one with most of them.

    Raises UserError for a file that is missing, damaged, no map, or holds no area, and for a
    layer that is not there.
    """
    progress(0.05, f"Opening {path.name}")
    with opened(path, bytes_of(path, _PURPOSE), _PURPOSE) as file:
        said = file.read_apart(
            f"{__name__}:answer", {"layer": layer}, progress, (0.1, 0.9, f"Reading {path.name}")
        )
    shapes = shapely.from_wkb([b64decode(text) for text in said.pop("shapes")])
    lists: dict[str, Any] = {name: tuple(said.pop(name)) for name in ("layers", "notes")}
    return Areas(**said, **lists, shapes=list(shapes))


def answer(file: dict[str, str], layer: str | None) -> dict[str, Any]:
    """The areas of a layer as plain data, in the process that `read_areas` has it read by."""
    held = VectorFile.told_of(**file)
    with quietly(held.path):
        found = _areas_of(held, layer)
    told = {field.name: getattr(found, field.name) for field in fields(found)}
    return told | {"shapes": [b64encode(wkb).decode() for wkb in shapely.to_wkb(found.shapes)]}


def _areas_of(file: VectorFile, layer: str | None) -> Areas:
    path, infos = file.path, layers_of(file)
    layers = (path.stem,) if file.kind.one_layer else tuple(infos)
    for name in _candidates(path, infos, layer):
        meta, shapes, columns = _read(file, name, infos[name])
        shown = path.stem if file.kind.one_layer else name
        found = _areas(path, layers, shown, meta, shapes, columns)
        if found is not None:
            return found
    raise UserError("it has no areas and no lines.", str(path), "Choose a layer of areas.")


def _candidates(path: Path, infos: Mapping[str, Any], wanted: str | None) -> list[str]:
    """The layers to try, the likeliest first: areas before what may be any, most features first."""
    if wanted is None:

        def likeness(name: str) -> tuple[bool, bool, int]:
            kind = str(infos[name]["geometry_type"])
            return "Polygon" in kind, "Point" not in kind, int(infos[name]["features"])

        return sorted(infos, key=likeness, reverse=True)
    for name in infos:
        if wanted.casefold().strip() in (name.casefold(), path.stem.casefold()):
            return [name]
    raise UserError(f"there is no layer “{wanted}”.", str(path),
                    f"Its layers are: {', '.join(list(infos)[:20])}.")  # fmt: skip


def _read(file: VectorFile, layer: str, info: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Metadata, well-known binary in WGS84 degrees or the British grid, and columns."""
    from psnplanner.geography.gdal import read

    if int(info["features"]) > 50 * MOST_AREAS:
        raise UserError("the layer holds far more shapes than a map of boundaries needs.",
                        str(file.path), "Export only the areas you need.")  # fmt: skip
    meta, _, shapes, columns = read(file.copy, layer=layer, force_2d=True)
    return meta, [] if shapes is None else shapes, columns


def _areas(
    path: Path, layers: tuple[str, ...], layer: str, meta: Any, raw: Any, columns: Any
) -> Areas | None:
    parsed = shapely.from_wkb(np.array(raw, dtype=object), on_invalid="ignore")
    lines = [_outline_part(shape) for shape in parsed]
    kept = [at for at, shape in enumerate(lines) if shape is not None]
    if not kept:
        return None
    notes = []
    if len(kept) < len(lines):
        notes.append(f"{len(lines) - len(kept):,} of {len(lines):,} features have no area.")
    shapes, note = in_degrees([lines[at] for at in kept], meta.get("crs"), path)
    if crossings.too_many(shapes):
        raise UserError("its outlines cross themselves or one another without end.", str(path),
                        "Mend it in a GIS (in QGIS: Fix geometries), and export it again."
                        )  # fmt: skip
    notes += [note] if note else []
    cells = {
        str(heading): [_text(column[at]) for at in kept]
        for heading, column in zip(meta["fields"], columns, strict=True)
    }
    return Areas(path.name, layers, layer, cells, shapes, tuple(notes))


def _outline_part(shape: BaseGeometry | None) -> BaseGeometry | None:
    """The areas of a shape, else its lines; None where it has neither."""
    if shape is None or shape.is_empty:
        return None
    parts = shapely.get_parts(shape)
    while any(part.geom_type == "GeometryCollection" for part in parts):
        parts = shapely.get_parts(parts)
    for wanted in (("Polygon", "MultiPolygon"), ("LineString", "LinearRing", "MultiLineString")):
        found = [part for part in parts if part.geom_type in wanted and not part.is_empty]
        if found:
            joined = shapely.get_parts(found)
            kind = shapely.multipolygons if wanted[0] == "Polygon" else shapely.multilinestrings
            return kind(joined)
    return None


def _text(value: Any) -> str:
    if value is None or value != value:  # NaN and NaT are not themselves
        return ""
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return " ".join(str(plain).split())[:_MOST_TEXT]


def simplified(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """The shapes in degrees with outlines about `DETAIL_M` from where they were.

    Where they fit together without gaps, as councils do, their common borders stay common:
    triangles smaller than a square of that side are cut off (Visvalingam and Whyatt, 1993).
    """
    origin = _middle(shapes)
    plane = np.array([_moved(shape, origin, out=False) for shape in shapes], dtype=object)
    light = _lighter(plane, DETAIL_M)
    return [_moved(_within_bounds(shape), origin, out=True) for shape in light]


def _within_bounds(shape: BaseGeometry) -> BaseGeometry:
    """A shape of no more points than are kept: coarser, and at last without its smallest parts."""
    light, detail_m = _without_smallest(shape), DETAIL_M
    while shapely.get_num_coordinates(light) > _MOST_POINTS and detail_m < _COARSEST_M:
        detail_m *= 2
        light = light.simplify(detail_m)
    return light


def _without_smallest(shape: BaseGeometry) -> BaseGeometry:
    """A shape of so few parts that all of them can be kept, if with few points."""
    parts = sorted(shapely.get_parts(shape), key=lambda p: (p.area, p.length), reverse=True)
    fewest = np.cumsum([4 * (1 + shapely.get_num_interior_rings(part)) for part in parts])
    if fewest[-1] < _MOST_POINTS:
        return shape
    held = [part for part, sum_ in zip(parts, fewest, strict=True) if sum_ < _MOST_POINTS / 2]
    return _outline_part(shapely.geometrycollections(held)) or parts[0].convex_hull


def _united(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """One valid shape of several, part by part."""
    if len(shapes) == 1 and shapely.is_valid(shapes[0]):
        return shapes[0]
    parts = shapely.get_parts(shapes)
    broken = ~shapely.is_valid(parts)
    # By "structure" it takes half a second for 20,000 crossings; by GEOS's other way 10 s for 500.
    # Of many parts at once it takes their number squared.
    parts[broken] = shapely.make_valid(parts[broken], method="structure", keep_collapsed=False)
    return shapely.disjoint_subset_union_all(parts)


def _middle(shapes: Sequence[BaseGeometry]) -> LatLon:
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return (south + north) / 2, (west + east) / 2


def _moved(shape: BaseGeometry, origin: LatLon, *, out: bool) -> BaseGeometry:
    def move(xy: Array) -> Array:
        if out:
            lats, lons = from_local_metres(xy[:, 0], xy[:, 1], origin)
            return np.column_stack([lons, lats])
        return np.column_stack(local_metres(xy[:, 1], xy[:, 0], origin))

    return shapely.transform(shape, move)


_NOTHING = shapely.Polygon()


def as_text(shape: BaseGeometry) -> str:
    """A shape as the text of a GeoJSON geometry, rounded to a metre."""
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS))
    # Only where rounding made it cross itself: neighbours' borders must stay the same.
    sound = _united([rounded])
    kept = _outline_part(sound) or _outline_part(rounded) or _NOTHING
    parts = shapely.get_parts(kept)
    kept = parts[0] if len(parts) == 1 else kept
    found = json.loads(shapely.to_geojson(kept))
    found["coordinates"] = _short(found["coordinates"])
    return json.dumps(found, separators=(",", ":"))


def _short(values: Any) -> Any:
    if isinstance(values, list):
        return [_short(value) for value in values]
    return round(values, _DECIMALS)


def shape_of(text: str) -> BaseGeometry | None:
    """The shape of a kept outline; None where the text is none, so that nothing is drawn."""
    try:
        shape = shapely.from_geojson(text, on_invalid="raise")
    except (shapely.errors.GEOSException, TypeError, ValueError):
        return None
    shape = _outline_part(shape)
    finite = shape is not None and bool(np.isfinite(shapely.get_coordinates(shape)).all())
    return shape if finite else None


@dataclass(frozen=True)
class Label:
    """Where an area's name may go, best first: (longitude, latitude, metres of room across).

    `size_m` is the side of a square as large as the area; 0 for lines, which have no place.
    """

    places: tuple[tuple[float, float, float], ...]
    size_m: float


_HEIGHTS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)


def label_of(text: str) -> Label | None:
    """Where the name of a kept outline may go: across its largest part, at several heights.

    None where the text is no shape.
    """
    shape = shape_of(text)
    if shape is None:
        return None
    origin = _middle([shape])
    plane = _moved(shape, origin, out=False)
    if not plane.area:
        return Label((), 0.0)
    largest = max(shapely.get_parts(plane), key=lambda part: part.area)
    west, south, east, north = largest.bounds
    places = []
    for height in _HEIGHTS:
        y = south + height * (north - south)
        across = shapely.intersection(largest, shapely.LineString([(west, y), (east, y)]))
        widest = max(shapely.get_parts(across), key=lambda part: part.length, default=None)
        if widest is not None and widest.length:
            at = _moved(widest.centroid, origin, out=True)
            places.append((float(at.x), float(at.y), float(widest.length)))
    return Label(tuple(places), float(plane.area) ** 0.5)


Levels = tuple[tuple[float, tuple[Line, ...]], ...]
_LEVELS_M = (0.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1_280.0)
_SMALLEST_RING = 8.0  # of the detail, all the way round: below, an islet is but a blot


def linework(texts: Sequence[str]) -> Levels:
    """The lines to draw for several kept outlines, each border they share only once.

    For each level its detail in metres and lines of (longitude, latitude), finest first. Texts
    that are no shapes are passed over.
    """
    shapes = [shape for shape in map(shape_of, texts) if shape is not None]
    if not shapes:
        return ()
    origin = _middle(shapes)
    plane = np.array([_moved(shape, origin, out=False) for shape in shapes], dtype=object)
    levels = []
    for detail_m in _LEVELS_M:
        light = _lighter(plane, detail_m) if detail_m else plane
        lines = shapely.get_parts(_borders([_moved(shape, origin, out=True) for shape in light]))
        islets = shapely.is_closed(lines) & (shapely.length(lines) < _ring_degrees(detail_m))
        levels.append((detail_m, tuple(map(_line, lines[~islets]))))
    return tuple(levels)


def _lighter(plane: Any, detail_m: float) -> Any:
    """Shapes in metres made simpler; those that fit together still do, and lose their creeks."""
    areal = all(shape.geom_type in ("Polygon", "MultiPolygon") for shape in plane)
    if areal and shapely.coverage_is_valid(plane):
        return shapely.coverage_simplify(plane, detail_m)
    return shapely.simplify(plane, detail_m)


def _ring_degrees(detail_m: float) -> float:
    return _SMALLEST_RING * detail_m / 90_000  # a degree is 67 km one way and 111 km the other


def _line(line: BaseGeometry) -> Line:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]


def _borders(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Every edge of the shapes once, joined to lines that end where several meet."""
    pairs = []
    for shape in shapes:
        for part in shapely.get_parts(shape):
            rings = (part.exterior, *part.interiors) if part.geom_type == "Polygon" else (part,)
            for ring in rings:
                places = np.round(shapely.get_coordinates(ring), _DECIMALS)
                pairs.append(np.stack([places[:-1], places[1:]], axis=1))
    edges = np.concatenate(pairs)
    (x0, y0), (x1, y1) = edges[:, 0].T, edges[:, 1].T
    backwards = (x0 > x1) | ((x0 == x1) & (y0 > y1))
    edges[backwards] = edges[backwards][:, ::-1]
    unique = np.unique(edges, axis=0)
    unique = unique[(unique[:, 0] != unique[:, 1]).any(axis=1)]
    return shapely.line_merge(shapely.multilinestrings(shapely.linestrings(unique)))
