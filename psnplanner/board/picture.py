"""The board's map as a picture: PNG for a slide, PDF and SVG from the same drawing.

Drawn with matplotlib's objects (no pyplot, so any thread may draw). Sites are paths, so that
a PDF of many thousands stays small.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from functools import cache
from threading import Lock
from typing import Any

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke

from psnplanner.board.figures import Figures
from psnplanner.board.map_data import known, label_place, phase_rings
from psnplanner.board.words import plain, pounds, uk_date
from psnplanner.geography.basemap import Basemap, load
from psnplanner.geography.distance import geodesic_m
from psnplanner.programme.state import State
from psnplanner.style import STATUS_ORDER, base_colour, kind_shape, phase_colour, status_colour

SIZE_INCHES = (16.0, 10.0)
DOTS_PER_INCH = 150
"""2,400 by 1,500 pixels: sharp on a slide and on A4."""

_INK, _MUTED, _LINE, _WARN = "#14242e", "#566570", "#cfd8dd", "#8b0a2b"
_MARKERS = {
    "circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "P", "pentagon": "p",
}  # fmt: skip
_MARKER_SIZE = {
    "circle": 1.0, "square": 0.85, "triangle": 1.1, "diamond": 0.75, "cross": 1.25, "pentagon": 1.1,
}  # fmt: skip
_PANEL = 0.745  # where the panel beside the map begins, as a fraction of the width
_LOCK = Lock()

Box = tuple[float, float, float, float]


def picture(state: State, figures: Figures, audience: str, kind: str) -> bytes:
    """The map with title, figures and legend as a file of `kind`: png, pdf or svg.

    The state must already be what the audience may see (`redact.for_audience`).
    """
    drawing = Drawing(figsize=SIZE_INCHES, dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(drawing)  # what measures the labels, whatever kind of file it becomes
    title = _drawable(f"{figures['programme']}, {uk_date(figures['status_on'])}", 120)
    # Some viewers show a file's title as markup.
    title = title.replace("<", "‹").replace(">", "›")
    # matplotlib's settings are the process's: one picture at a time, and put back after.
    with _LOCK, matplotlib.rc_context({"pdf.fonttype": 42, "svg.hashsalt": "board"}):
        _header(drawing, figures, audience)
        _map(drawing, state)
        _panel(drawing, state, figures)
        out = io.BytesIO()
        drawing.savefig(out, format=kind, dpi=DOTS_PER_INCH, metadata=_metadata(kind, title))
    return out.getvalue()


def _metadata(kind: str, title: str) -> dict[str, Any]:
    # Left out: when and by what it was drawn, so that equal snapshots are equal bytes.
    if kind == "pdf":
        return {"Title": title, "Creator": "PSN Planner", "Producer": None, "CreationDate": None}
    if kind == "svg":
        return {"Title": title, "Creator": "PSN Planner", "Date": None}
    return {"Title": title, "Software": "PSN Planner"}


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap())


def _drawable(text: str, limit: int) -> str:
    """The text on one line, with a box for every character the font has no glyph for."""
    return "".join(c if ord(c) in _glyphs() else "\u25a1" for c in plain(text, limit))


def _write(drawing: Drawing, x: float, y: float, text: str, size: float, **how: Any) -> Any:
    # parse_math off: a name with two dollar signs is a name, not a formula.
    how = {"color": _INK, "va": "baseline", **how}
    return drawing.text(x, y, text, fontsize=size, parse_math=False, **how)


def _header(drawing: Drawing, figures: Figures, audience: str) -> None:
    name = _drawable(figures["programme"], 70) or "Programme"
    words = {
        "internal": "Internal snapshot",
        "board": "Board snapshot",
        "public": "Public snapshot",
    }
    _write(drawing, 0.02, 0.945, name, 25 if len(name) < 48 else 18, weight="bold")
    line = f"{words[audience]}, drawn for {uk_date(figures['status_on'])}"
    if figures["illustrative"]:
        line += "   ·   Illustrative: the buildings and their positions are made up"
    _write(drawing, 0.02, 0.916, line, 12.5, color=_MUTED)


def _map(drawing: Drawing, state: State) -> None:
    base = load()
    axes = drawing.add_axes((0.02, 0.055, _PANEL - 0.035, 0.845))
    axes.set_facecolor(base_colour("sea"))
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_edgecolor(_LINE)
    west, south, east, north = _view(state, base, 0.71 * 16 / (0.845 * 10))
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1 / math.cos(math.radians((south + north) / 2)), adjustable="datalim")
    _draw_base(axes, base)
    shapes = [phase_rings(state, phase) for phase in state.phases_in_order]
    for index, shape in enumerate(shapes):
        if shape:
            _draw_phase(axes, shape, phase_colour(index))
    _draw_sites(axes, state)
    axes.apply_aspect()
    taken = _furniture(drawing, axes)
    names = [phase.name for phase in state.phases_in_order]
    _draw_labels(drawing, axes, list(zip(names, shapes, strict=True)), base, taken)
    _write(drawing, 0.02, 0.022, base.licence + " Drawn by PSN Planner.", 7.5, color=_MUTED)


def _view(state: State, base: Basemap, shape: float) -> Box:
    """West, south, east, north of the map: the placed sites with a margin, `shape` wide to high."""
    west, south, east, north = base.bounds
    places = [place for site in state.sites.values() if (place := known(site))]
    inside = [(a, o) for a, o in places if south <= a <= north and west <= o <= east]
    points = np.array(inside or [(52.95, -3.25), (53.72, -1.95)])
    (south, west), (north, east) = points.min(axis=0), points.max(axis=0)
    middle, centre = (south + north) / 2, (west + east) / 2
    narrow = math.cos(math.radians(middle))
    high = max((north - south) * 1.12, (east - west) * narrow * 1.12 / shape, 0.05)
    wide = high * shape / narrow
    return centre - wide / 2, middle - high / 2, centre + wide / 2, middle + high / 2


def _draw_base(axes: Any, base: Basemap) -> None:
    for ring in base.land:
        axes.add_patch(
            PathPatch(
                Outline(ring), facecolor=base_colour("land"), edgecolor=base_colour("coast"), lw=0.8
            )
        )
    axes.add_collection(
        LineCollection(base.rivers, colors=base_colour("river"), linewidths=1.4, zorder=1.1)
    )
    for ring in base.water:
        axes.add_patch(PathPatch(Outline(ring), facecolor=base_colour("water"), lw=0, zorder=1.2))


def _draw_phase(axes: Any, shape: list[list[tuple[float, float]]], colour: str) -> None:
    # GEOS winds holes against their shell, which is what the non-zero rule wants.
    outline = Outline.make_compound_path(*(Outline(ring, closed=True) for ring in shape))
    axes.add_patch(PathPatch(outline, facecolor=colour, alpha=0.08, lw=0, zorder=2))
    axes.add_patch(PathPatch(outline, facecolor="none", edgecolor=colour, lw=1.5, zorder=2.1))


def _draw_sites(axes: Any, state: State) -> None:
    """Sites by colour and shape, in the order of progress, so that what is blocked is on top."""
    groups: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for site in state.sites.values():
        place = known(site)
        if place:
            key = (state.statuses[site.id], kind_shape(site.kind))
            groups.setdefault(key, []).append((place[1], place[0]))
    size = _site_size(len(state.sites))
    for order, status in enumerate(STATUS_ORDER):
        for shape, marker in _MARKERS.items():
            if (status, shape) in groups:
                _scatter(
                    axes, groups[status, shape], marker, status, size * _MARKER_SIZE[shape], order
                )


def _scatter(
    axes: Any, points: list[tuple[float, float]], marker: str, status: str, size: float, order: int
) -> None:
    strong = status == "blocked"
    xs, ys = zip(*points, strict=True)
    axes.scatter(
        xs,
        ys,
        s=size * (1.6 if strong else 1.0),
        marker=MarkerStyle(marker),
        facecolor=status_colour(status),
        edgecolor="#2b0010" if strong else "#14242e",
        linewidth=0.9 if strong else 0.45,
        zorder=5.5 if strong else 3 + order / 10,
    )


def _site_size(count: int) -> float:
    """The area of a site's marker in square points: smaller where there are many."""
    return float(np.clip(38 * (900 / max(count, 1)) ** 0.5, 7, 60))


def _furniture(drawing: Drawing, axes: Any) -> list[Box]:
    """Scale bar and north arrow; gives the boxes they take, in pixels."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    wide, high = east - west, north - south
    metres = geodesic_m(south + high * 0.04, west, south + high * 0.04, east)
    length_km = max((km for km in (1, 2, 5, 10, 20, 50) if km * 1000 < metres / 4), default=1)
    x, y, along = west + wide * 0.025, south + high * 0.035, wide * length_km * 1000 / metres
    ends = [x, x, x + along, x + along]
    tick = high * 0.008
    axes.plot(ends, [y + tick, y, y, y + tick], color=_INK, lw=1.4, zorder=6)
    axes.text(x + along / 2, y + tick, f"{length_km} km", ha="center", va="bottom", fontsize=10,
              color=_INK, zorder=6)  # fmt: skip
    nx, ny = east - wide * 0.03, south + high * 0.035
    axes.annotate(
        "N", (nx, ny + high * 0.06), (nx, ny), ha="center", va="center", fontsize=11, color=_INK,
        arrowprops={"arrowstyle": "-|>", "color": _INK, "lw": 1.4}, zorder=6,
    )  # fmt: skip
    corners = [(x - wide * 0.01, south), (x + along + wide * 0.01, y + high * 0.04)]
    corners += [(nx - wide * 0.02, south), (east, ny + high * 0.07)]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = axes.transData.transform(corners)
    return [(x0, y0, x1, y1), (x2, y2, x3, y3)]


def _draw_labels(
    drawing: Drawing,
    axes: Any,
    phases: list[tuple[str, list[list[tuple[float, float]]]]],
    base: Basemap,
    taken: list[Box],
) -> None:
    """Names of phases, then of towns by rank; one that finds no free place is left out."""
    for index, (name, shape) in enumerate(phases):
        place = label_place(shape)
        if place:
            how = {"weight": "bold", "color": phase_colour(index), "fontsize": 11.5}
            _label(drawing, axes, _drawable(name, 30), place, taken, how, _AROUND)
    for town in sorted(base.towns, key=lambda town: town.rank):
        size = {1: 12.0, 2: 10.5, 3: 9.0}.get(town.rank, 8.5)
        weight = "bold" if town.rank == 1 else "normal"
        how = {"weight": weight, "color": base_colour("town"), "fontsize": size}
        _label(drawing, axes, town.name, (town.longitude, town.latitude), taken, how, _NEAR)


_AROUND = ((0, 9), (0, 22), (-40, 9), (40, 9), (-80, 4), (80, 4), (0, -14), (0, -40), (0, 40))
_NEAR = ((0, 0), (0, 11), (0, -11))


def _label(
    drawing: Drawing,
    axes: Any,
    name: str,
    place: tuple[float, float],
    taken: list[Box],
    how: dict[str, Any],
    offsets: tuple[tuple[float, float], ...],
) -> None:
    """Put a name at the first of the offsets (points) where it is free and within the frame."""
    frame = axes.get_window_extent()
    x, y = axes.transData.transform(place)
    if not name or not (frame.x0 < x < frame.x1 and frame.y0 < y < frame.y1):
        return
    halo = [withStroke(linewidth=2.6, foreground="white", alpha=0.9)]
    text = axes.annotate(
        name, place, (0, 0), textcoords="offset points", ha="center", va="center",
        path_effects=halo, zorder=5, parse_math=False, **how,
    )  # fmt: skip
    extent = text.get_window_extent()
    half, tall, dots = extent.width / 2 + 4, extent.height / 2 + 2, drawing.dpi / 72
    for dx, dy in offsets:
        # Pull a name near the frame back inside it, rather than clip or drop it.
        cx = min(max(x + dx * dots, frame.x0 + half), frame.x1 - half)
        cy = min(max(y + dy * dots, frame.y0 + tall), frame.y1 - tall)
        box = (cx - half, cy - tall, cx + half, cy + tall)
        if not any(_touch(box, other) for other in taken):
            taken.append(box)
            text.set_position(((cx - x) / dots, (cy - y) / dots))
            return
    text.remove()


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _panel(drawing: Drawing, state: State, figures: Figures) -> None:
    y = _headlines(drawing, figures, 0.882)
    y = _legend(drawing, figures, y - 0.03)
    y = _kinds(drawing, state, y - 0.022)
    _phases(drawing, figures, y - 0.03)


def _headlines(drawing: Drawing, figures: Figures, top: float) -> float:
    cells = list(_headline_cells(figures))
    y = top
    for index, (value, label, colour) in enumerate(cells):
        x = _PANEL + (index % 2) * 0.122
        y = top - 0.012 - (index // 2) * 0.066
        _write(drawing, x, y, value, 19, weight="bold", color=colour)
        _write(drawing, x, y - 0.021, label, 9.5, color=_MUTED)
    return y - 0.03


def _headline_cells(figures: Figures) -> Iterator[tuple[str, str, str]]:
    live = f"of {figures['sites']:,} sites live, {figures['live_percent']} %"
    yield f"{figures['live']:,}", live, _INK
    days = figures["days_to_go_live"]
    if days is not None:
        when = uk_date(figures["go_live_on"])
        yield f"{abs(days):,}", f"days {'to' if days >= 0 else 'past'} {when}", _INK
    waiting, blocked, late = (
        len(figures["waiting"]),
        figures["by_status"]["blocked"],
        figures["late"],
    )
    yield f"{waiting:,}", "stages waiting", _INK
    yield f"{blocked:,}", "sites blocked", _WARN if blocked else _INK
    yield f"{len(late):,}", "sites late", _WARN if late else _INK
    savings = figures["savings"]
    if savings["forecast_pence_a_year"]:
        whole = pounds(savings["forecast_pence_a_year"])
        yield pounds(savings["realised_pence_a_year"]), f"saved a year, of {whole}", _INK


def _legend(drawing: Drawing, figures: Figures, top: float) -> float:
    _write(drawing, _PANEL, top, "Status", 12, weight="bold")
    for index, status in enumerate(STATUS_ORDER):
        x, y = _PANEL + (index % 2) * 0.122, top - 0.03 - (index // 2) * 0.026
        _mark(drawing, x + 0.006, y + 0.005, "circle", status_colour(status))
        _write(drawing, x + 0.017, y, status.capitalize(), 10.5)
        count = f"{figures['by_status'][status]:,}"
        _write(drawing, x + 0.108, y, count, 10.5, color=_MUTED, ha="right")
    return top - 0.03 - 3 * 0.026 - 0.012


def _kinds(drawing: Drawing, state: State, top: float) -> float:
    """What each shape stands for, two columns, as many kinds named as there is room for."""
    kinds: dict[str, list[str]] = {}
    for kind in sorted({site.kind for site in state.sites.values()}, key=str.casefold):
        kinds.setdefault(kind_shape(kind), []).append(kind or "not given")
    if not kinds:
        return top
    _write(drawing, _PANEL, top, "Kind of building", 12, weight="bold")
    for index, (shape, names) in enumerate(kinds.items()):
        x, y = _PANEL + (index % 2) * 0.122, top - 0.03 - (index // 2) * 0.026
        _mark(drawing, x + 0.006, y + 0.005, shape, "#8a979f")
        _write(drawing, x + 0.017, y, _drawable(", ".join(names), 21), 9.0)
    return top - 0.03 - ((len(kinds) - 1) // 2) * 0.026 - 0.012


def _mark(drawing: Drawing, x: float, y: float, shape: str, colour: str) -> None:
    size = 9 * _MARKER_SIZE[shape] ** 0.5
    drawing.add_artist(
        Line2D(
            [x], [y], marker=_MARKERS[shape], markersize=size, markerfacecolor=colour,
            markeredgecolor=_INK, markeredgewidth=0.6, linestyle="none",
        )
    )  # fmt: skip


def _phases(drawing: Drawing, figures: Figures, top: float) -> None:
    """Bars of how far each phase has come; the last line says how many find no room."""
    rows = figures["by_phase"]
    room = int((top - 0.06) / 0.0335)
    if not rows or room < 2:
        return
    _write(drawing, _PANEL, top, "Live by phase", 12, weight="bold")
    shown = rows if len(rows) <= room else rows[: room - 1]
    y = top
    for index, row in enumerate(shown):
        y = top - 0.028 - index * 0.0335
        colour = phase_colour(index) if row["name"] else _MUTED
        _write(drawing, _PANEL, y, _drawable(row["name"] or "No phase yet", 27), 9.5, color=colour)
        count = f"{row['live']:,} of {row['sites']:,}"
        _write(drawing, 0.98, y, count, 9.5, color=_MUTED, ha="right")
        _bar(drawing, y - 0.0095, row["live"] / row["sites"] if row["sites"] else 0.0)
    if len(shown) < len(rows):
        rest = len(rows) - len(shown)
        _write(drawing, _PANEL, y - 0.032, f"and {rest} more phases", 9.5, color=_MUTED)


def _bar(drawing: Drawing, y: float, part: float) -> None:
    wide = 0.98 - _PANEL
    for share, colour in ((1.0, "#e3e9ec"), (part, status_colour("live"))):
        drawing.add_artist(
            Rectangle((_PANEL, y), wide * share, 0.005, facecolor=colour, lw=0,
                      transform=drawing.transFigure)
        )  # fmt: skip
