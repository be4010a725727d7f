"""Longitude and latitude to pixels and back."""

from __future__ import annotations

import numpy as np
import pytest

from psnplanner.ui.map.view import View, from_world, many_to_world, to_world


def test_web_mercator_as_tiles_use_it() -> None:
    """The corners of the world and a known tile (zoom 10, x 503, y 333 holds Liverpool)."""
    assert to_world(0, 0) == pytest.approx((0.5, 0.5))
    assert to_world(-180, 85.0511287)[0] == pytest.approx(0)
    x, y = to_world(-2.9919, 53.4075)
    assert (int(x * 1024), int(y * 1024)) == (503, 331)
    assert from_world(x, y) == pytest.approx((-2.9919, 53.4075))


def test_arrays_agree_with_single_places() -> None:
    """NaN stays NaN."""
    xs, ys = many_to_world(np.array([-2.7, np.nan]), np.array([53.3, np.nan]))
    assert (xs[0], ys[0]) == pytest.approx(to_world(-2.7, 53.3))
    assert np.isnan(xs[1])
    assert np.isnan(ys[1])


def test_zoom_keeps_the_place_under_the_cursor() -> None:
    """Also at the limit of the zoom."""
    view = View(0.49, 0.32, 2.0**18, 800, 600)
    for factor in (1.5, 0.3, 1e9):
        before = view.to_world(200, 150)
        after = view.zoomed(factor, 200, 150)
        assert after.to_screen(*before) == pytest.approx((200, 150), abs=1e-3)


def test_panning_moves_by_pixels() -> None:
    """What was at (100, 100) is at (130, 80) after a drag by (30, -20)."""
    view = View(0.49, 0.32, 2.0**18, 800, 600)
    place = view.to_world(100, 100)
    assert view.moved(30, -20).to_screen(*place) == pytest.approx((130, 80))


def test_showing_fits_a_box_inside_the_margin() -> None:
    """Both corners are on the canvas."""
    box = (0.490, 0.320, 0.495, 0.322)
    view = View(0.5, 0.5, 1.0, 800, 600).showing(box, 40)
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        px, py = view.to_screen(x, y)
        assert 39 <= px <= 761
        assert 39 <= py <= 561
    assert view.metres_per_pixel == pytest.approx(165, rel=0.1)
