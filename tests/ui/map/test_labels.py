"""Names on the map never lie over one another."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from psnplanner.ui import look
from psnplanner.ui.map import basemap_layer
from psnplanner.ui.map.decorations import scale_length
from psnplanner.ui.map.labels import LabelPlacer
from psnplanner.ui.map.view import HOME_BOX, View


class _Recorder(LabelPlacer):
    """Remembers what was taken."""

    def __init__(self, bounds: QRectF) -> None:
        super().__init__(bounds)
        self.places: list[QRectF] = []

    def take(self, wanted: QRectF) -> bool:
        """As the real one."""
        free = super().take(wanted)
        if free:
            self.places.append(wanted)
        return free


def test_towns_are_named_without_overlap(qtbot: Any) -> None:
    """The region names Liverpool and a good many more, each in a place of its own."""
    view = View(0.5, 0.5, 1.0, 1200, 900).showing(HOME_BOX)
    placer = _Recorder(QRectF(0, 0, 1200, 900))
    colours = look.map_colours(False)
    laid = basemap_layer.town_names(view, colours, placer, QFont(), 1.0)
    assert len(laid) == 2 * len(placer.places)
    assert len(placer.places) > 15
    for index, one in enumerate(placer.places):
        assert QRectF(0, 0, 1200, 900).contains(one)
        assert not any(one.intersects(other) for other in placer.places[index + 1 :])


def test_scale_bars_are_round() -> None:
    """1, 2 or 5 times a power of ten that fits."""
    length, words = scale_length(165.0, 130)
    assert (words, round(length)) == ("20 km", 121)
    assert scale_length(0.6, 130)[1] == "50 m"


def test_a_blocked_place_gets_no_name() -> None:
    """Names keep off the sprites of sites."""
    placer = LabelPlacer(QRectF(0, 0, 100, 100))
    placer.block(QRectF(40, 40, 20, 20))
    assert placer.first_free([QRectF(30, 45, 15, 5), QRectF(61, 45, 15, 5)]) == QRectF(
        61, 45, 15, 5
    )
