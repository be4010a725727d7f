"""A ready-made map under everything else, from the network or from a file of the user's.

Where a tile has not come (yet), a coarser or finer one stands in, else the built-in base shows
through: nothing here ever waits, and nothing ever blanks the map.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from psnplanner.ui import look
from psnplanner.ui.map.tiles import Tile, middle_first, tiles_in, zoom_for
from psnplanner.ui.map.view import View

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

_KEPT_BYTES = 96_000_000
_REST_MS = 120
"""How long the map must stand still before tiles are asked for."""
_REPAINT_MS = 200
"""Tiles that come in a burst are shown together."""
_FURTHEST_STAND_IN = 6
_SCALED_AT_MOST = 2.0
_WASH = {False: QColor(255, 255, 255, 96), True: QColor(42, 49, 56, 120)}
_NIGHTS_KEPT = 150
_NIGHT = QColor(14, 18, 22, 150)


class TileSource(Protocol):
    """Where tiles come from. `arrived(Tile, QImage)`: a null image says there is none.

    `invertible`: a drawn map, whose lightness may be turned over for the night.
    """

    arrived: Any
    attribution: str
    lowest: int
    highest: int
    invertible: bool

    def want(self, tiles: list[Tile]) -> None:
        """Fetch these, in order; what was wanted before and is not among them no longer is."""
        ...

    def close(self) -> None:
        """Stop."""
        ...


class TilesLayer(QObject):
    """What lies under the sites (`paint`), and what follows where the map looks (`watch`)."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.source: Any = None
        self.pale = True
        self._images: OrderedDict[Tile, QImage] = OrderedDict()
        self._bytes = 0
        self._scaled: dict[tuple[Tile, int, int], QPixmap] = {}
        self._night: dict[int, QImage] = {}
        self._key: tuple[Any, ...] = ()
        self._covered = False
        self._looked: tuple[View, float] | None = None
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._ask)
        self._repaint = QTimer(self, singleShot=True, interval=_REPAINT_MS)
        self._repaint.timeout.connect(canvas.layer_changed)
        self.watch = _Watch(self)
        canvas.add_layer(self, below_sites=True)
        canvas.add_layer(self.watch, below_sites=False)

    # What is shown

    def show_source(self, source: Any) -> None:
        """Show the tiles of a source, or with None the built-in base alone."""
        if self.source is not None:
            self.source.arrived.disconnect(self._take)
            self.source.close()
        self.source = source
        self._images.clear()
        self._scaled.clear()
        self._night.clear()
        self._bytes, self._covered, self._looked = 0, False, None
        if source is not None:
            source.arrived.connect(self._take)
        self._canvas.layer_changed()

    def set_pale(self, pale: bool) -> None:
        """Draw the tiles paler (by night darker), so that the sites stand out, or as they are."""
        self.pale = pale
        self._canvas.layer_changed()

    @property
    def shown(self) -> bool:
        """Whether there is a source."""
        return self.source is not None

    @property
    def attribution(self) -> str:
        """Whose map it is."""
        return self.source.attribution if self.source is not None else ""

    @property
    def hides_base(self) -> bool:
        """Whether tiles, with names of their own, cover the whole view."""
        return self.shown and self._covered

    # Following the view

    def look(self, view: View, ratio: float) -> None:
        """The map looks here now: once it rests, ask for what is missing."""
        if self.source is not None and (view, ratio) != self._looked:
            self._looked = view, ratio
            self._rest.start()

    def _ask(self) -> None:
        if self.source is None or self._looked is None:
            return
        view, ratio = self._looked
        shown = middle_first(tiles_in(view, self._zoom(view, ratio)), view)
        self.source.want([tile for tile in shown if tile not in self._images])

    def _zoom(self, view: View, ratio: float) -> int:
        # Half way to a fine screen's own pixels: crisp, and the names still large enough.
        return zoom_for(view.scale * ratio**0.5, self.source.lowest, self.source.highest)

    def _take(self, tile: Tile, image: QImage) -> None:
        if tile in self._images or self.source is None:
            return
        if not image.isNull():
            image = image.convertToFormat(QImage.Format.Format_RGB32)
        self._images[tile] = image
        self._bytes += image.sizeInBytes()
        while self._bytes > _KEPT_BYTES and len(self._images) > 1:
            _, oldest = self._images.popitem(last=False)
            self._bytes -= oldest.sizeInBytes()
        if not self._repaint.isActive():
            self._repaint.start()

    # Painting

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """The tiles there are, on whole device pixels so that no seams show."""
        if self.source is None:
            return
        dark = look.is_dark()
        key = (view.scale, ratio, dark, self.source)
        if key != self._key:
            self._key = key
            self._scaled.clear()
        painter.scale(1 / ratio, 1 / ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self._covered = True
        for tile in tiles_in(view, self._zoom(view, ratio)):
            box = _pixels(tile, view, ratio)
            # Only what is truly in the view decides whether the base's names are needed.
            if self._draw(painter, tile, box, dark):
                self._tone(painter, box, dark)
            elif self._in_sight(tile):
                self._covered = False

    def _in_sight(self, tile: Tile) -> bool:
        view = self._canvas.view
        left, top, right, bottom = tile.box
        right_edge, foot = view.to_world(view.width, view.height)
        return left < right_edge and right > view.left and top < foot and bottom > view.top

    def _draw(self, painter: QPainter, tile: Tile, box: QRect, dark: bool) -> bool:
        image = self._image(tile)
        if image is None:
            return self._stand_in(painter, tile, box, dark)
        if box.width() <= _SCALED_AT_MOST * image.width():
            painter.drawPixmap(box.topLeft(), self._pixmap(tile, image, box, dark))
        else:
            painter.drawImage(box, self._toned(image, dark))
        return True

    def _image(self, tile: Tile) -> QImage | None:
        image = self._images.get(tile)
        if image is None or image.isNull():
            return None
        self._images.move_to_end(tile)
        return image

    def _pixmap(self, tile: Tile, image: QImage, box: QRect, dark: bool) -> QPixmap:
        """A tile at the size it is shown at: scaled once, then only copied."""
        key = (tile, box.width(), box.height())
        if key not in self._scaled:
            image = self._toned(image, dark)
            if image.size() != box.size():
                image = image.scaled(
                    box.size(),
                    Qt.AspectRatioMode.IgnoreAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            self._scaled[key] = QPixmap.fromImage(image)
        return self._scaled[key]

    def _stand_in(self, painter: QPainter, tile: Tile, box: QRect, dark: bool) -> bool:
        """Part of a coarser tile, else the finer ones there are; whether the box is filled."""
        # It stands there for a moment only: quick before smooth.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        filled = self._fill_otherwise(painter, tile, box, dark)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        return filled

    def _fill_otherwise(self, painter: QPainter, tile: Tile, box: QRect, dark: bool) -> bool:
        for levels in range(1, min(_FURTHEST_STAND_IN, tile.zoom) + 1):
            image = self._image(tile.ancestor(levels))
            if image is not None:
                side, mask = image.width() / 2**levels, 2**levels - 1
                part = QRectF((tile.x & mask) * side, (tile.y & mask) * side, side, side)
                painter.drawImage(QRectF(box), self._toned(image, dark), part)
                return True
        filled = 0
        for index, child in enumerate(tile.children):
            image = self._image(child)
            if image is not None:
                painter.drawImage(_quarter(box, index), self._toned(image, dark))
                filled += 1
        return filled == 4

    def _toned(self, image: QImage, dark: bool) -> QImage:
        if not dark or not self.source.invertible:
            return image
        key = image.cacheKey()
        if key not in self._night:
            if len(self._night) > _NIGHTS_KEPT:
                self._night.clear()
            self._night[key] = turned_over(image)
        return self._night[key]

    def _tone(self, painter: QPainter, box: QRect, dark: bool) -> None:
        if self.pale:
            painter.fillRect(box, _WASH[dark])
        if dark and not self.source.invertible:
            painter.fillRect(box, _NIGHT)


class _Watch:
    """Painted in every frame, it paints nothing: it tells where the map looks."""

    attribution = ""

    def __init__(self, layer: TilesLayer) -> None:
        self._layer = layer

    @property
    def shown(self) -> bool:
        """Only while there are tiles to ask for."""
        return self._layer.shown

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """Where the canvas looks, and on which pixels."""
        self._layer.look(view, ratio)


def _pixels(tile: Tile, view: View, ratio: float) -> QRect:
    """Where a tile is, in whole device pixels; neighbours share their edges."""
    left, top, right, bottom = tile.box
    x0, y0 = view.to_screen(left, top)
    x1, y1 = view.to_screen(right, bottom)
    west, north = round(x0 * ratio), round(y0 * ratio)
    return QRect(west, north, round(x1 * ratio) - west, round(y1 * ratio) - north)


def _quarter(box: QRect, index: int) -> QRect:
    across, down = box.width() // 2, box.height() // 2
    x, y = box.x() + across * (index % 2), box.y() + down * (index // 2)
    wide = box.width() - across if index % 2 else across
    tall = box.height() - down if index // 2 else down
    return QRect(x, y, wide, tall)


def turned_over(image: QImage) -> QImage:
    """The image with light and dark exchanged and every hue kept, for a map by night.

    In the HSL model the lightness is (max + min) / 2: adding 255 - max - min to each part turns
    it over and leaves hue and saturation alone.
    """
    import numpy as np

    copy = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(copy.bits(), np.uint8).reshape(copy.height(), copy.bytesPerLine())
    parts = pixels[:, : copy.width() * 4].reshape(copy.height(), copy.width(), 4)[:, :, :3]
    blue, green, red = parts[:, :, 0], parts[:, :, 1], parts[:, :, 2]
    # Plane by plane: numpy is ten times as slow over an axis of three.
    highest = np.maximum(np.maximum(blue, green), red)
    lowest = np.minimum(np.minimum(blue, green), red)
    step = 255 - highest - lowest  # modulo 256: the sums come out between the two
    for plane in (blue, green, red):
        plane += step
    return copy
