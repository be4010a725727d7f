"""The map: one widget that paints its layers into a kept picture, and moves that when panned.

The picture is wider than the view by MARGIN_PX on every side. Panning only copies it; zooming,
filtering and editing paint it anew. Selection, hover and the rubber band go on top each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QFrame, QWidget

from psnplanner.programme.record import RecordId
from psnplanner.ui import look
from psnplanner.ui.map import basemap_layer, decorations
from psnplanner.ui.map.labels import LabelPlacer
from psnplanner.ui.map.picking import Pick
from psnplanner.ui.map.tools import Tools
from psnplanner.ui.map.view import HOME_BOX, View

if TYPE_CHECKING:
    from psnplanner.ui.map.phases_layer import PhasesLayer
    from psnplanner.ui.map.sites_layer import SitesLayer
    from psnplanner.ui.roster import Roster

MARGIN_PX = 256
HIT_PX = 9
NAME_FEW = 45
"""Up to so many sites in the view, each is named."""


class MapCanvas(QWidget):
    """The map of the programme. Without a roster it shows the base map alone."""

    hovered = Signal(object)
    """The id under the cursor, or None."""
    cursor_moved = Signal(float, float)
    """Longitude and latitude under the cursor."""
    activated = Signal(object)
    """A site was double-clicked."""
    menu_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map")
        self.setAccessibleName("Map of the sites")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 180)
        self.view = View(0.5, 0.5, 1.0, 800, 600).showing(HOME_BOX, 10)
        self.roster: Roster | None = None
        self.sites: SitesLayer | None = None
        self.phases: PhasesLayer | None = None
        self.show_phases = True
        self.hover: RecordId | None = None
        self.band: QRectF | None = None
        self._ground: QPixmap | None = None
        self._picture: QPixmap | None = None
        self._pictured: View | None = None
        self._index: Any = None
        self._touched = False
        self.tools = Tools(self)
        self.pick = Pick(self)

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    # What is shown

    def set_roster(self, roster: Roster | None) -> None:
        """Show these sites (None: the base map alone) and follow their changes."""
        self.roster, self.sites, self.phases = roster, None, None
        self.hover = None
        if roster is not None:
            roster.rebuilt.connect(self._reload)
            roster.rows_changed.connect(self._reload)
            roster.shown_changed.connect(self._reload)
            roster.selection_changed.connect(self.update)
        self._reload()

    def set_phases(self, phases: PhasesLayer | None) -> None:
        """Show these phase areas."""
        self.phases = phases
        self._forget()

    def set_show_phases(self, show: bool) -> None:
        """Show the phase areas, or leave them out."""
        self.show_phases = show
        self._forget()

    def _reload(self, _rows: object = None) -> None:
        self._index = None
        if self.roster is not None:
            from psnplanner.ui.map.sites_layer import SitesLayer

            self.sites = SitesLayer(self.roster.points())
        self._picture = None
        self.update()

    def _forget(self) -> None:
        self._ground = self._picture = None
        self.update()

    # Where it looks

    def set_view(self, view: View) -> None:
        """Look elsewhere."""
        if view == self.view:
            return
        if view.scale != self.view.scale:
            self._ground = self._picture = None
        self.view = view
        self._touched = True
        self.update()

    def pan(self, dx: float, dy: float) -> None:
        """Move the map by logical pixels, kept to whole device pixels so that nothing blurs."""
        ratio = self.devicePixelRatioF()
        self.set_view(self.view.moved(round(dx * ratio) / ratio, round(dy * ratio) / ratio))

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Nearer or further, about a pixel or the middle."""
        spot = at or QPointF(self.width() / 2, self.height() / 2)
        self.set_view(self.view.zoomed(factor, spot.x(), spot.y()))

    def zoom_to(self, idents: Any = None) -> bool:
        """Show these sites, or all that the filter shows; False where none has a place."""
        box = self.roster.world_box(idents) if self.roster else None
        if box is None:
            self.set_view(self.view.showing(HOME_BOX, 10))
            return False
        self.set_view(self.view.showing(box, 40))
        return True

    # What is where

    def site_at(self, at: QPointF) -> RecordId | None:
        """The site nearest a pixel, within reach of a fingertip; only those shown count."""
        if self.roster is None or not len(self.roster.rows):
            return None
        x, y = self.view.to_world(at.x(), at.y())
        place = self._points().nearest(x, y, HIT_PX / self.view.scale)
        return None if place is None else self.roster.rows.rows[place].id

    def sites_here(self, at: QPointF, reach_px: float = 2) -> list[int]:
        """Places in the roster of the sites within a few pixels."""
        if self.roster is None:
            return []
        x, y = self.view.to_world(at.x(), at.y())
        reach = reach_px / self.view.scale
        return [int(i) for i in self._points().in_box(x - reach, y - reach, x + reach, y + reach)]

    def sites_in(self, box: QRectF) -> list[int]:
        """Places in the roster of the sites in a rectangle of pixels."""
        if self.roster is None:
            return []
        left, top = self.view.to_world(box.left(), box.top())
        right, bottom = self.view.to_world(box.right(), box.bottom())
        return [int(i) for i in self._points().in_box(left, top, right, bottom)]

    def _points(self) -> Any:
        if self._index is None:
            import numpy as np

            from psnplanner.geography.spatial_index import PointIndex

            assert self.roster is not None
            rows, shown = self.roster.rows, self.roster.shown
            self._index = PointIndex(np.where(shown, rows.xs, np.nan), rows.ys)
        return self._index

    def pixel_of(self, ident: RecordId) -> QPointF | None:
        """Where a site is on the canvas, in logical pixels."""
        if self.roster is None or ident not in self.roster.rows.index_of:
            return None
        place = self.roster.rows.index_of[ident]
        x, y = self.roster.rows.xs[place], self.roster.rows.ys[place]
        return QPointF(*self.view.to_screen(x, y)) if x == x else None

    # Painting

    def render_picture(self) -> None:
        """Paint the layers into the kept picture for the present view."""
        held = self._pictured
        if self._ground is None or held is None or not self._covers(held):
            held = self.view.widened(MARGIN_PX)
            self._ground = self._paint_ground(held)
        self._picture = self._with_sites(self._ground, held)
        self._pictured = held

    def _paint_ground(self, view: View) -> QPixmap:
        ground = self._blank(view)
        colours = look.map_colours(look.is_dark())
        painter = QPainter(ground)
        basemap_layer.paint_ground(painter, view, colours)
        if self.phases is not None and self.show_phases:
            self.phases.paint(painter, view, colours)
        painter.end()
        return ground

    def _blank(self, view: View) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(view.width * ratio), round(view.height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _with_sites(self, ground: QPixmap, view: View) -> QPixmap:
        picture, ratio = QPixmap(ground), self.devicePixelRatioF()
        if self.sites is not None:
            # Sprites are in device pixels, so for them the picture has a ratio of one.
            picture.setDevicePixelRatio(1)
            painter = QPainter(picture)
            self.sites.paint(painter, view, ratio)
            painter.end()
            picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        self._paint_names(painter, view)
        painter.end()
        return picture

    def _paint_names(self, painter: QPainter, view: View) -> None:
        """Names over everything else, those of phases first, none over another."""
        colours = look.map_colours(look.is_dark())
        placer = LabelPlacer(QRectF(0, 0, view.width, view.height))
        for box in self.covered():
            placer.block(box.translated(-self._corner(view)))
        if self.phases is not None and self.show_phases:
            self.phases.paint_names(painter, view, colours, placer, self.font())
        basemap_layer.paint_towns(painter, view, colours, placer, self.font())
        decorations.paint_site_names(painter, self, view, placer, colours)

    def _corner(self, held: View) -> QPointF:
        """Where the top left of a kept picture goes, on a whole device pixel."""
        x, y = self.view.to_screen(held.left, held.top)
        ratio = self.devicePixelRatioF()
        return QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)

    def _covers(self, held: View) -> bool:
        """Whether a picture painted for that view still fills the canvas."""
        if held.scale != self.view.scale:
            return False
        corner = self._corner(held)
        whole = QRectF(corner.x(), corner.y(), held.width, held.height)
        return whole.contains(QRectF(self.rect()))

    def paintEvent(self, event: Any) -> None:
        if self._picture is None or self._pictured is None or not self._covers(self._pictured):
            self.render_picture()
        painter = QPainter(self)
        assert self._picture is not None
        assert self._pictured is not None
        painter.drawPixmap(self._corner(self._pictured), self._picture)
        self._paint_choice(painter)
        decorations.paint_frame(painter, self)
        painter.end()

    def _paint_choice(self, painter: QPainter) -> None:
        if self.roster is not None and self.sites is not None:
            ratio, accent = self.devicePixelRatioF(), look.colour("accent").name()
            painter.save()
            painter.scale(1 / ratio, 1 / ratio)
            chosen = self.roster.selected_places
            if len(chosen):
                self.sites.paint_rings(painter, self.view, ratio, chosen, "#111820")
            if self.hover in self.roster.rows.index_of:
                place = self.roster.rows.index_of[self.hover]
                self.sites.paint_rings(painter, self.view, ratio, [place], accent)
            painter.restore()
        if self.band is not None:
            decorations.paint_band(painter, self.band)

    # Events: what the hand does is in tools.py

    def resizeEvent(self, event: Any) -> None:
        grown = self.view.resized(self.width(), self.height())
        if not self._touched and self.roster is None:
            grown = grown.showing(HOME_BOX, 10)
        self.view = grown
        self.pick.arrange()
        self._forget()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._forget()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.NativeGesture:
            return self.tools.gesture(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._forget()
        return super().event(event)

    def mousePressEvent(self, event: Any) -> None:
        self.tools.press(event)

    def mouseMoveEvent(self, event: Any) -> None:
        self.tools.move(event)

    def mouseReleaseEvent(self, event: Any) -> None:
        self.tools.release(event)

    def mouseDoubleClickEvent(self, event: Any) -> None:
        self.tools.double_click(event)

    def wheelEvent(self, event: Any) -> None:
        self.tools.wheel(event)

    def keyPressEvent(self, event: Any) -> None:
        if not self.tools.key(event):
            super().keyPressEvent(event)

    def leaveEvent(self, event: Any) -> None:
        self.set_hover(None)

    def contextMenuEvent(self, event: Any) -> None:
        ident = self.site_at(QPointF(event.pos()))
        if ident is not None and self.roster is not None and ident not in self.roster.selected:
            self.roster.select([ident])
        self.menu_wanted.emit(event.globalPos())

    def set_hover(self, ident: RecordId | None) -> None:
        """Ring the site under the cursor."""
        if ident != self.hover:
            self.hover = ident
            self.rest()
            self.update()
        self.hovered.emit(ident)

    def rest(self) -> None:
        """Show the cursor of a hand that holds nothing."""
        shape = Qt.CursorShape.PointingHandCursor if self.hover else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.CrossCursor if self.pick.waiting else shape)

    def covered(self) -> list[QRectF]:
        """What of the canvas is hidden by what lies over it: no name belongs there."""
        boxes = [decorations.licence_box(self), decorations.scale_box(self)]
        frames = self.findChildren(QFrame, "card", Qt.FindChildOption.FindDirectChildrenOnly)
        fixed = (f for f in frames if f.isVisible() and f.property("fixed"))
        return [*boxes, *(QRectF(frame.geometry()) for frame in fixed)]

    def ink(self) -> Any:
        """The colour of text drawn straight on the map."""
        return self.palette().color(QPalette.ColorRole.WindowText)
