"""Nodes and the fibre that leads to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint

from psnplanner.programme.edits import AmendEach
from psnplanner.programme.record import Position
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.cursor_place import place_words
from psnplanner.ui.map.view import View, to_world

ONE_WINDOW = True


@pytest.fixture
def placed(window: MainWindow, settle: Callable[..., None], qtbot: Any) -> MainWindow:
    """The window, two of its nodes on the map: one live, one still to come."""
    live, coming = list(window.session.state.nodes)[:2]
    values = {
        live: {"position": Position(53.40, -2.98, "by hand", 10.0)},
        coming: {"position": Position(53.20, -2.52, "by hand", 10.0), "live_on": None},
    }
    window.session.do(AmendEach("node", values, "Place nodes"))
    qtbot.waitUntil(lambda: bool(window.pane.canvas.nodes.places), timeout=5000)
    settle(window)
    return window


@pytest.mark.parametrize("which", [0, 1])
def test_a_node_is_a_hexagon_that_fills_once_it_is_live(placed: MainWindow, which: int) -> None:
    """Dark with a light eye, or light with a dark one."""
    canvas = placed.pane.canvas
    node = list(placed.session.state.nodes.values())[which]
    x, y = to_world(node.position.longitude, node.position.latitude)
    canvas.set_view(View(x, y, 2.0**25, canvas.width(), canvas.height()))
    canvas.settle()
    px, py = canvas.view.to_screen(x, y)
    at, image = QPoint(round(px), round(py)), canvas.grab().toImage()
    eye, body = image.pixelColor(at), image.pixelColor(at + QPoint(0, 3))  # between eye and rim
    assert abs(eye.lightness() - body.lightness()) > 150
    assert (body.lightness() < 80) == (node.live_on is not None)


def test_the_links_of_a_site_show_when_it_is_chosen(placed: MainWindow) -> None:
    """On the way to its node the map changes; all links show when asked for."""
    canvas, state = placed.pane.canvas, placed.session.state
    node = next(iter(state.nodes.values()))
    site = next(s for s in state.sites.values() if s.node == node.id and s.position)
    one = to_world(site.position.longitude, site.position.latitude)
    two = to_world(node.position.longitude, node.position.latitude)
    box = (min(one[0], two[0]), min(one[1], two[1]), max(one[0], two[0]), max(one[1], two[1]))
    canvas.set_view(canvas.view.showing(box, 60))
    canvas.settle()
    ways = [
        canvas.view.to_screen(*(a + (b - a) * part for a, b in zip(one, two, strict=True)))
        for part in (0.35, 0.5, 0.65)
    ]

    def around() -> list[int]:
        image = canvas.grab().toImage()
        near = range(-3, 4)
        return [
            image.pixel(round(x) + dx, round(y) + dy) for x, y in ways for dx in near for dy in near
        ]

    plain = around()
    placed.roster.select([site.id])
    assert around() != plain
    placed.roster.select([])
    assert around() == plain
    placed.actions_["links"].setChecked(True)
    canvas.settle()
    assert around() != plain


def test_the_place_under_the_cursor_has_a_grid_reference(window: MainWindow) -> None:
    """The Liver Building, by the Ordnance Survey; out at sea degrees alone."""
    assert "SJ 33" in place_words(-2.9959, 53.4058)
    assert "°" in place_words(-2.9959, 53.4058)
    assert "·" not in place_words(-30.0, 40.0)
    canvas = window.pane.canvas
    canvas.cursor_moved.emit(-2.9959, 53.4058)
    assert "SJ 33" in window.bars.cursor_place.text()
