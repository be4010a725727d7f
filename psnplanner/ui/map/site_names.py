"""Names beside the sites, once there are few enough in view to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF

from psnplanner.ui.look import MapColours
from psnplanner.ui.map.labels import PAD, Face, LabelPlacer, face, words_picture
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.view import View

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

NAME_FEW = 60
"""Up to so many sites in the view, each is named where there is room."""


def keep_off(canvas: MapCanvas, view: View, placer: LabelPlacer, ratio: float) -> None:
    """Let no name lie over a site where sites are few: it may be the one that is looked for."""
    assert canvas.sites is not None
    reach = canvas.sites.sprite_px(view, ratio) / ratio / 2
    for _, x, y in _few(canvas, view, ratio):
        placer.block(QRectF(x - reach, y - reach, 2 * reach, 2 * reach))


def names(
    canvas: MapCanvas, view: View, colours: MapColours, placer: LabelPlacer, ratio: float
) -> list[Name]:
    """The names, what needs attention first; none over another name or over a site."""
    assert canvas.sites is not None
    reach = canvas.sites.sprite_px(view, ratio) / ratio / 2
    rows: Any = canvas.roster.rows  # type: ignore[union-attr]
    small, ink, laid = face(canvas.font(), -1), canvas.ink(), []
    for place, x, y in reversed(_few(canvas, view, ratio)):
        words = _shortened(rows.rows[place].cells[1] or rows.rows[place].cells[0])
        box = _free(words, x, y, reach + 3, small, placer)
        if box is not None:
            picture = words_picture(words, small, ink, colours.halo, ratio)
            dx, dy = box.left() - PAD - x, box.top() - PAD - y
            laid.append(Name(float(rows.xs[place]), float(rows.ys[place]), dx, dy, picture))
    return laid


def _few(canvas: MapCanvas, view: View, ratio: float) -> list[tuple[int, float, float]]:
    """The sites in view and where they are, if they are few enough to be named."""
    assert canvas.sites is not None
    places = canvas.sites.in_view(view, ratio)
    area = view.width * view.height / max(1, canvas.width() * canvas.height())
    if len(places) > NAME_FEW * area:
        return []
    rows: Any = canvas.roster.rows  # type: ignore[union-attr]
    return [(place, *view.to_screen(rows.xs[place], rows.ys[place])) for place in places]


def _shortened(words: str) -> str:
    return words if len(words) <= 34 else words[:32].rstrip() + "…"


def _free(
    words: str, x: float, y: float, gap: float, font: Face, placer: LabelPlacer
) -> QRectF | None:
    """Right of the site, left of it, below or above."""
    wide, tall = font.width(words), font.height
    choices = [
        QRectF(x + gap, y - tall / 2, wide, tall),
        QRectF(x - gap - wide, y - tall / 2, wide, tall),
        QRectF(x - wide / 2, y + gap, wide, tall),
        QRectF(x - wide / 2, y - gap - tall, wide, tall),
    ]
    return placer.first_free(choices)
