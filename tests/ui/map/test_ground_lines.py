"""The lines of the base map while it moves: fewer, cut to the view, and not to be told apart."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from psnplanner.resource_files import read_text
from psnplanner.ui.map import ground_lines
from psnplanner.ui.map.clipping import cut_line, cut_ring
from psnplanner.ui.map.ground_lines import ORIGIN, UNIT, Ground
from psnplanner.ui.map.view import HOME_BOX, View

HOME = View(0.5, 0.5, 1.0, 1200, 800).showing(HOME_BOX, 10)  # type: ignore[arg-type]


def _seen(view: View) -> QRectF:
    left, top = (view.left - ORIGIN[0]) * UNIT, (view.top - ORIGIN[1]) * UNIT
    return QRectF(left, top, view.width / view.scale * UNIT, view.height / view.scale * UNIT)


def _is_land(ground: Ground, at: QPointF) -> bool:
    rule = Qt.FillRule.OddEvenFill
    return sum(polygon.containsPoint(at, rule) for polygon, _ in ground.land) % 2 == 1


def _differing(ground: Ground, view: View) -> float:
    """How many of a grid of places in the view are land in one and sea in the other, of one."""
    box, whole = _seen(view), ground_lines.fine()
    spots = [
        QPointF(box.left() + box.width() * x / 40, box.top() + box.height() * y / 30)
        for x in range(1, 40)
        for y in range(1, 30)
    ]
    return sum(_is_land(ground, at) != _is_land(whole, at) for at in spots) / len(spots)


@pytest.mark.parametrize("nearer", [0.6, 1.0, 1.9])
def test_a_map_in_motion_has_few_points_and_the_same_coast(nearer: float) -> None:
    """What is made ahead at rest serves a zoom about a corner of the view."""
    while ground_lines.make_ahead(HOME):
        pass
    view = HOME.zoomed(nearer, 100, 700)
    ground = ground_lines.for_motion(view, _seen(view))
    assert ground.box is not None
    assert ground.box.contains(_seen(view))
    assert sum(len(polygon) for polygon, _ in ground.land) < 1_000
    assert _differing(ground, view) < 0.01


def test_a_flight_further_than_was_foreseen_still_has_a_ground() -> None:
    """Nothing was made ahead for the other side of the country."""
    view = View(HOME.x + 0.02, HOME.y, HOME.scale, HOME.width, HOME.height)
    assert ground_lines.for_motion(view, _seen(view)).box is None


def test_the_packaged_lines_are_those_of_the_base_map() -> None:
    """The first frame of all shows the coast that the next one shows."""
    ground = ground_lines.packaged()
    assert ground is not None
    assert ground.box is not None
    assert ground.box.contains(_seen(HOME))
    assert _differing(ground, HOME) < 0.01
    document = json.loads(read_text("basemap_rough.json"))
    assert sum(len(line) for line in document["land"]) < len(read_text("basemap.json")) / 10


def test_a_ring_is_cut_at_the_box_and_a_line_keeps_whole_steps() -> None:
    """A square half outside; a line that leaves and comes back."""
    ring = cut_ring([(0, 0), (10, 0), (10, 10), (0, 10)], (5, -5, 20, 5))
    assert sorted(ring) == [(5, 0), (5, 5), (10, 0), (10, 5)]
    assert cut_ring([(0, 0), (1, 0), (1, 1)], (5, 5, 9, 9)) == []
    line = [(0.0, 0.0), (2.0, 0.0), (9.0, 0.0), (9.0, 9.0), (1.0, 9.0), (1.0, 1.0)]
    assert cut_line(line, (0, 0, 3, 3)) == [line[:3], line[4:]]
