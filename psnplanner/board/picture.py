"""The board's map as a picture: PNG for a slide, PDF and SVG from the same drawing.

Drawn with matplotlib's objects (no pyplot, so any thread may draw). Sites are paths, so that
a PDF of many thousands stays small.
"""

from __future__ import annotations

import io
import math
from threading import Lock
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from numpy.typing import ArrayLike

from psnplanner.board import panel
from psnplanner.board.labels import (
    ATTENTION_WEIGHT,
    Box,
    Points,
    Room,
    along,
    around_point,
    beside_outline,
    covered,
    in_lines,
    upon_point,
)
from psnplanner.board.map_names import MapName
from psnplanner.board.pen import INK, LINE, MUTED, RINGED, drawable, write
from psnplanner.board.places import Shape, Spots, largest
from psnplanner.board.site_layer import SiteLayer, looks
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import short_names, uk_date
from psnplanner.geography.basemap import Basemap, load
from psnplanner.geography.distance import geodesic_m
from psnplanner.programme.state import State
from psnplanner.style import base_colour, phase_colour

SIZE_INCHES = (16.0, 10.0)
_HOME = ((52.95, -3.25), (53.72, -1.95))
DOTS_PER_INCH = 150
"""2,400 by 1,500 pixels: sharp on a slide and on A4."""

_MOST_UNDER = 4.5  # of sites and outlines that may lie upon a town's name: see labels.Room
LOCK = Lock()
"""matplotlib's settings are the process's: one drawing at a time."""


def picture(pack: Pack, kind: str) -> bytes:
    """The map with title, figures and legend as a file of `kind`: png, pdf or svg."""
    drawing = Drawing(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(drawing)  # what measures the labels, whatever kind of file it becomes
    title = file_title(pack)
    # matplotlib's settings are the process's: one picture at a time, and put back after.
    with LOCK, matplotlib.rc_context({"pdf.fonttype": 42, "svg.hashsalt": "board"}):
        header(drawing, pack)
        draw_map(drawing, pack, MAP_BOX)
        panel.draw(drawing, pack)
        out = io.BytesIO()
        how: Any = {"pil_kwargs": {"compress_level": 4}} if kind == "png" else {}
        drawing.savefig(out, format=kind, dpi=DOTS_PER_INCH, metadata=_metadata(kind, title), **how)
    return out.getvalue()


def file_title(pack: Pack) -> str:
    """What the file says it is called: some viewers show that as markup."""
    # A comparison's title tells its days.
    day = "" if pack.changes else f", {uk_date(pack.figures['status_on'])}"
    title = drawable(pack.title + day, 120)
    return title.replace("<", "‹").replace(">", "›")


def _metadata(kind: str, title: str) -> dict[str, Any]:
    # Left out: when and by what it was drawn, so that equal snapshots are equal bytes.
    if kind == "pdf":
        return {"Title": title, "Creator": "PSN Planner", "Producer": None, "CreationDate": None}
    if kind == "svg":
        return {"Title": title, "Creator": "PSN Planner", "Date": None}
    return {"Title": title, "Software": "PSN Planner"}


def header(drawing: Drawing, pack: Pack) -> None:
    """The title, for whom and for which day."""
    figures, audience = pack.figures, pack.wanted.audience
    name = drawable(pack.title, 70) or "Programme"
    words = {
        "internal": "Internal snapshot",
        "board": "Board snapshot",
        "public": "Public snapshot",
    }
    write(drawing, 0.02, 0.945, name, 25 if len(name) < 48 else 18, weight="bold")
    line = f"{words[audience]}, drawn for {uk_date(figures['status_on'])}"
    if figures["illustrative"]:
        line += "   ·   Illustrative: the buildings and their positions are made up"
    write(drawing, 0.02, 0.916, line, 12.5, color=MUTED)


MAP_BOX = (0.02, 0.055, panel.LEFT - 0.035, 0.845)
"""Where the map lies, as fractions of the drawing: left, bottom, width, height."""


def draw_map(drawing: Drawing, pack: Pack, box: Box) -> None:
    """The map itself with scale, north and the source of its base, within a box."""
    state, base = pack.state, load()
    axes = drawing.add_axes(box)
    inches = drawing.get_size_inches()
    shape = box[2] * inches[0] / (box[3] * inches[1])
    axes.set_autoscale_on(False)  # the view is known: nothing that is drawn need be measured
    axes.set_facecolor(base_colour("sea"))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_edgecolor(LINE)
    west, south, east, north = _view(pack.spots, base, shape)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1 / math.cos(math.radians((south + north) / 2)), adjustable="datalim")
    _draw_base(axes, base)
    shapes = pack.outlines
    for index, shape in enumerate(shapes):
        if shape:
            _draw_phase(axes, shape, phase_colour(index))
    SiteLayer(axes, looks(state, pack.shown, pack.spots), _site_size(len(state.sites)))
    axes.apply_aspect()
    room = _room(axes, pack)
    room.taken += _furniture(axes)
    _phase_names(axes, state, shapes, room)
    _town_names(axes, base, room)
    _joiners(axes, pack)
    licence = base.licence + " Drawn by PSN Planner."
    write(drawing, box[0], box[1] - 0.033, licence, 7.5, color=MUTED)


def _joiners(axes: Any, pack: Pack) -> None:
    places = [(r["longitude"], r["latitude"]) for r in pack.joiners if r["latitude"] is not None]
    if places:
        xs, ys = zip(*places, strict=True)
        axes.scatter(xs, ys, s=34, facecolor="white", edgecolor=RINGED, linewidth=1.6, zorder=5.7)


def _view(where: Spots, base: Basemap, shape: float) -> Box:
    """West, south, east, north of the map: the placed sites with a margin, `shape` wide to high."""
    west, south, east, north = base.bounds
    inside = ((where >= (south, west)) & (where <= (north, east))).all(axis=1)
    points = where[inside] if inside.any() else np.array(_HOME)
    (south, west), (north, east) = points.min(axis=0), points.max(axis=0)
    middle, centre = (south + north) / 2, (west + east) / 2
    narrow = math.cos(math.radians(middle))
    high = max((north - south) * 1.1, (east - west) * narrow * 1.1 / shape, 0.05)
    wide = high * shape / narrow
    return centre - wide / 2, middle - high / 2, centre + wide / 2, middle + high / 2


def _draw_base(axes: Any, base: Basemap) -> None:
    for ring in base.land:
        axes.add_artist(
            PathPatch(
                Outline(ring), facecolor=base_colour("land"), edgecolor=base_colour("coast"), lw=0.8
            )
        )
    axes.add_collection(
        LineCollection(base.rivers, colors=base_colour("river"), linewidths=1.4, zorder=1.1),
        autolim=False,
    )
    for ring in base.water:
        axes.add_artist(PathPatch(Outline(ring), facecolor=base_colour("water"), lw=0, zorder=1.2))


def _draw_phase(axes: Any, shape: Shape, colour: str) -> None:
    # GEOS winds holes against their shell, which is what the non-zero rule wants.
    outline = Outline.make_compound_path(*(Outline(ring, closed=True) for ring in shape))
    axes.add_artist(PathPatch(outline, facecolor=colour, alpha=0.08, lw=0, zorder=2))
    axes.add_artist(PathPatch(outline, facecolor="none", edgecolor=colour, lw=1.5, zorder=2.1))


def _site_size(count: int) -> float:
    """The area of a site's marker in square points: smaller where there are many."""
    return float(np.clip(38 * (900 / max(count, 1)) ** 0.5, 7, 60))


def _furniture(axes: Any) -> list[Box]:
    """Scale bar and north arrow; gives the boxes they take, in pixels."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    wide, high = east - west, north - south
    metres = geodesic_m(south + high * 0.04, west, south + high * 0.04, east)
    length_km = max((km for km in (1, 2, 5, 10, 20, 50) if km * 1000 < metres / 4), default=1)
    x, y, along = west + wide * 0.025, south + high * 0.035, wide * length_km * 1000 / metres
    ends = [x, x, x + along, x + along]
    tick = high * 0.008
    axes.plot(ends, [y + tick, y, y, y + tick], color=INK, lw=1.4, zorder=6)
    axes.text(x + along / 2, y + tick, f"{length_km} km", ha="center", va="bottom", fontsize=10,
              color=INK, zorder=6)  # fmt: skip
    nx, ny = east - wide * 0.03, south + high * 0.035
    axes.annotate(
        "N", (nx, ny + high * 0.06), (nx, ny), ha="center", va="center", fontsize=11, color=INK,
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.4}, zorder=6,
    )  # fmt: skip
    corners = [(x - wide * 0.01, south), (x + along + wide * 0.01, y + high * 0.04)]
    corners += [(nx - wide * 0.02, south), (east, ny + high * 0.07)]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = axes.transData.transform(corners)
    return [(x0, y0, x1, y1), (x2, y2, x3, y3)]


def _room(axes: Any, pack: Pack) -> Room:
    """What names have to keep clear of, in pixels."""
    figures = pack.figures
    heavy = {row["site"] for row in figures["late"]} | {row["site"] for row in figures["blocked"]}
    strong = [site.reference in heavy for site in pack.state.sites.values()]
    weights = np.where(strong, ATTENTION_WEIGHT, 1.0)
    placed = ~np.isnan(pack.spots[:, 0])
    lines = [along(_pixels(axes, ring), 8.0) for shape in pack.outlines for ring in shape]
    extent = axes.get_window_extent()
    frame = (extent.x0, extent.y0, extent.x1, extent.y1)
    spots = _pixels(axes, pack.spots[placed, ::-1])
    return Room(frame, spots, weights[placed], np.concatenate([np.empty((0, 2)), *lines]))


def _pixels(axes: Any, points: ArrayLike) -> Points:
    spots: Points = axes.transData.transform(np.asarray(points, dtype=float).reshape(-1, 2))
    return spots


def _phase_names(axes: Any, state: State, shapes: list[Shape], room: Room) -> None:
    """The phases' short names, over everything, each at the outline of its largest part."""
    names = short_names([phase.name for phase in state.phases_in_order])
    lines = [[_pixels(axes, ring) for ring in shape] for shape in shapes]
    areas = [[(Outline(line), along(line, 8.0)) for line in own] for own in lines]
    for index, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        part = largest(shape)
        words = in_lines(drawable(name, 60).split(), 24)
        if part is None or not words:
            continue
        text = MapName(words.split("\n"), 9.5, phase_colour(index), bold=True)
        wide, high = text.extent(axes.figure.dpi)
        tried = beside_outline(_pixels(axes, shape[part]), wide, high)
        others = (area for k, parts in enumerate(areas) if k != index for area in parts)
        for area, edge in others:
            # Within another phase, or at its edge, a name would be taken for that phase's.
            tried[:, 2] += 3.0 * area.contains_points(tried[:, :2])
            x, y, _ = tried.T
            tried[:, 2] += covered(x, y, wide + 36, high + 36, edge, np.full(len(edge), 0.25))
        at = room.place(wide, high, tried)
        if at is not None:
            text.put(axes, at, 6)


def _town_names(axes: Any, base: Basemap, room: Room) -> None:
    """Towns by rank, where few sites are and under those, so that no site is hidden by one.

    A small town that sites would make illegible goes unnamed. A large one is then written over
    them, with a halo thin enough to leave them visible.
    """
    left, bottom, right, top = room.frame
    for town in sorted(base.towns, key=lambda town: town.rank):
        ((x, y),) = _pixels(axes, [(town.longitude, town.latitude)])
        if not (left < x < right and bottom < y < top):
            continue
        size = {1: 11.5, 2: 10.0, 3: 9.0}.get(town.rank, 8.5)
        text = MapName([town.name], size, base_colour("town"), bold=town.rank == 1)
        wide, high = text.extent(axes.figure.dpi)
        at, over = room.place(wide, high, around_point(x, y, wide, high), _MOST_UNDER), False
        if at is None and town.rank <= 2:
            at = room.place(wide, high, upon_point(x, y, wide, high))
            text.written_over(INK)
            over = True
        if at is not None:
            text.put(axes, at, 5.8 if over else 2.6)
