"""What stands out on the map: the chosen sites, the one under the cursor, and their fibre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter

from psnplanner.ui import look

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

_MOST_FIBRES = 300
_RING = "#111820"


def paint(painter: QPainter, canvas: MapCanvas) -> None:
    """Rings round the sites, on whole pixels of the device, over the fibre to their nodes."""
    if canvas.roster is None or canvas.sites is None:
        return
    places, ratio = canvas.roster.selected_places, canvas.devicePixelRatioF()
    under = canvas.roster.rows.index_of.get(canvas.hover)
    hovered = [] if under is None else [under]
    if not (len(places) or hovered):
        return  # most frames: they cost nothing then
    if canvas.nodes is not None:
        canvas.nodes.paint_chosen(painter, canvas.view, [*places[:_MOST_FIBRES], *hovered])
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)
    for ringed, colour in ((places, _RING), (hovered, look.colour("accent").name())):
        if len(ringed):
            canvas.sites.paint_rings(painter, canvas.view, ratio, ringed, colour)
    painter.restore()
