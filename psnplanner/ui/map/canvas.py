"""The map: one widget over kept pictures of its layers.

How frames are made quick is in pictures.py, what the hand does in tools.py and motion.py, what
others may put on the map in layers.py. Selection, hover, rubber band and the frame with its
scale bar go on top each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPalette, QPolygonF
from PySide6.QtWidgets import QFrame, QWidget

from psnplanner.ui import look
from psnplanner.ui.map import chosen, decorations
from psnplanner.ui.map.finder import Finder
from psnplanner.ui.map.labels import Face, face
from psnplanner.ui.map.layers import Layers
from psnplanner.ui.map.motion import Motion
from psnplanner.ui.map.picking import Pick
from psnplanner.ui.map.pictures import Pictures
from psnplanner.ui.map.tools import Tools
from psnplanner.ui.map.view import HOME_BOX, View

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.ui.map.nodes_layer import NodesLayer
    from psnplanner.ui.map.phases_layer import PhasesLayer
    from psnplanner.ui.map.sites_layer import SitesLayer
    from psnplanner.ui.roster import Roster

_GESTURES = frozenset({QEvent.Type.NativeGesture, QEvent.Type.Gesture})


class MapCanvas(QWidget):
    """The map of the programme. Without a roster it shows the base map alone."""

    hovered = Signal(object)
    """The id under the cursor, or None."""
    cursor_moved = Signal(float, float)
    """Longitude and latitude under the cursor."""
    activated = Signal(object)
    """A site was double-clicked."""
    menu_wanted = Signal(QPoint)
    settled = Signal()
    """Everything in view is painted, to the last name."""
    view_changed = Signal()
    coloured = Signal()
    """The sites are coloured by something else, or by other findings."""
    painted = Signal()
    """The first frame of all is on the screen."""
    lasso_ready = Signal(bool)
    """The next drag draws a lasso, or does so no more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map")
        self.setAccessibleName("Map of the sites")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 180)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.view = View(0.5, 0.5, 1.0, 800, 600).showing(HOME_BOX, 10)
        self.roster: Roster | None = None
        self.sites: SitesLayer | None = None
        self.phases: PhasesLayer | None = None
        self.show_phases = self.show_counts = True
        self.show_links = False
        self.nodes: NodesLayer | None = None
        self.hover: RecordId | None = None
        self.band: QRectF | None = None
        self.lasso: QPolygonF | None = None
        self.colourist: Any = None
        self._touched = self._seen = False
        self._faces: dict[float, Face] = {}
        self._colours: look.MapColours | None = None
        self.layers = Layers()
        self.tool: Any = None
        self.pictures = Pictures(self)
        self.motion = Motion(self)
        self.tools = Tools(self)
        self.pick = Pick(self)
        self.finder = Finder(self)

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    # What is shown

    def set_roster(self, roster: Roster | None) -> None:
        """Show these sites (None: the base map alone) and follow their changes."""
        self.roster, self.sites, self.phases, self.nodes = roster, None, None, None
        self.hover = None
        if roster is not None:
            if self.colourist is None:
                from psnplanner.ui.map.colouring import Colourist

                self.colourist = Colourist()
            roster.rebuilt.connect(self._reload)
            roster.rows_changed.connect(self._reload)
            roster.shown_changed.connect(self._reload)
            roster.selection_changed.connect(self.update)
        self._reload()

    def set_phases(self, phases: PhasesLayer | None) -> None:
        """Show these phase areas, and the nodes as they are by now."""
        self.phases = phases
        if self.roster is not None:
            self._take_nodes()
        self._forget()

    def set_show_phases(self, show: bool) -> None:
        """Show the phase areas, or leave them out."""
        self.show_phases = show
        self._forget()

    # What others put on it: the protocol is in layers.py

    def add_layer(self, layer: Any, below_sites: bool = True) -> None:
        """Show a layer (layers.MapLayer) under the sites, or over them."""
        self.layers.add(layer, below_sites=below_sites)
        self._forget()

    def remove_layer(self, layer: Any) -> None:
        """Take a layer away."""
        if self.layers.remove(layer):
            self._forget()

    def layer_changed(self) -> None:
        """A layer has something new to show: paint it anew."""
        self._forget()

    def take_tool(self, tool: Any) -> None:
        """Give a tool (layers.MapTool) the mouse, until it is put away."""
        self.drop_tool()
        self.tool = tool
        self.rest()

    def drop_tool(self) -> None:
        """Put the tool away."""
        tool, self.tool = self.tool, None
        if tool is not None:
            tool.left()
            self.rest()
            self.update()

    def _reload(self, _rows: object = None) -> None:
        self.finder.check()
        if self.roster is not None:
            from psnplanner.ui.map.sites_layer import SitesLayer

            self._take_nodes()
            made = self.colourist.of(self.roster.rows)
            self.sites = SitesLayer(
                self.roster.points(), made.colours, made.codes, made.marks, made.weights
            )
        if self.show_links:
            self.pictures.forget()  # links are part of the ground
        self._forget_sites()

    def _take_nodes(self) -> None:
        from psnplanner.ui.map.nodes_layer import NodesLayer

        assert self.roster is not None
        self.nodes = NodesLayer(self.roster.rows, self.roster.shown)

    def colour_by(self, kind: str) -> None:
        """Colour the sites by one of colouring.KINDS."""
        if self.roster is None or kind == self.colourist.kind:
            return
        self.colourist.kind = kind
        # What the legend hid of the kind before comes back; this kind's own is hidden again.
        hides = self.colourist.hidden.get(kind)
        self.roster.filter_also(self.colourist.keeps if hides else None)
        self.coloured.emit()

    def set_findings(self, findings: Iterable[Any]) -> None:
        """Take the findings that "risk" is coloured by."""
        if self.roster is not None and self.colourist.set_findings(findings):
            self._reload()
            self.coloured.emit()

    def show_statuses(self, codes: Any | None) -> None:
        """Show the sites in these statuses, a code for each row (negative: not there).

        None shows them as they are. For every frame of a play: only the sites are made anew.
        """
        if codes is None or self.roster is None:
            self._reload()
            return
        from psnplanner.ui.map.as_at import sites_as_at

        self.sites = sites_as_at(self.roster.points(), codes)
        self._forget_sites()

    @property
    def areas_shown(self) -> bool:
        """Whether there are phase areas to paint."""
        return self.phases is not None and self.show_phases

    def set_show_counts(self, show: bool) -> None:
        """Show how many sites there are where they lie too thick, or leave it out."""
        self.show_counts = show
        self._forget_sites()

    def set_show_links(self, show: bool) -> None:
        """Show the fibre from every site to its node, or only for the chosen sites."""
        self.show_links = show
        self._forget()

    def _forget_sites(self) -> None:
        self.pictures.forget_sites()
        self.update()

    def _forget(self) -> None:
        self.pictures.forget()
        self.update()

    # Where it looks

    def set_view(self, view: View) -> None:
        """Look elsewhere."""
        if view == self.view:
            return
        rescaled = view.scale != self.view.scale
        self.view = view
        self._touched = True
        self.pictures.moved(rescaled=rescaled)
        self.update()
        self.view_changed.emit()

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
        self.motion.stop()  # where a zoom under way was to lead is no longer wanted
        box = self.roster.world_box(idents) if self.roster else None
        if box is None:
            self.set_view(self.view.showing(HOME_BOX, 10))
            return False
        self.set_view(self.view.showing(box, 40))
        return True

    # Painting

    def settle(self) -> None:
        """Finish every motion and paint all there is to paint, now."""
        self.motion.finish()
        self.pictures.settle()

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        self.pictures.paint(painter)
        chosen.paint(painter, self)
        decorations.paint_drawn(painter, self)
        if self.layers.any_above:
            self.layers.paint_above(painter, self.view, self.devicePixelRatioF())
        if self._seen:
            decorations.paint_frame(painter, self)
        painter.end()
        if not self._seen:
            # Words wait for the second frame: for them Qt reads every font of the system.
            self._seen = True
            QTimer.singleShot(0, self, self._first_seen)

    def _first_seen(self) -> None:
        self.update()
        self.painted.emit()

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
            self._faces.clear()
            self._colours = None
            self._forget()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind in _GESTURES:
            return self.tools.gesture(event)
        if kind == QEvent.Type.DevicePixelRatioChange:
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
        ident = self.finder.site_at(QPointF(event.pos()))
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
        if self.tool is not None:
            shape = getattr(self.tool, "cursor", Qt.CursorShape.CrossCursor)
        aiming = self.pick.waiting or self.tools.lassoing
        self.setCursor(Qt.CursorShape.CrossCursor if aiming else shape)

    def covered(self) -> list[QRectF]:
        """What of the canvas is hidden by what lies over it: no name belongs there."""
        boxes = [decorations.licence_box(self), decorations.scale_box(self)]
        frames = self.findChildren(QFrame, "card", Qt.FindChildOption.FindDirectChildrenOnly)
        fixed = (f for f in frames if f.isVisible() and f.property("fixed"))
        return [*boxes, *(QRectF(frame.geometry()) for frame in fixed)]

    def face(self, larger: float) -> Face:
        """The map's font so many points larger; asking Qt for it takes long in every frame."""
        if larger not in self._faces:
            self._faces[larger] = face(self.font(), larger)
        return self._faces[larger]

    @property
    def colours(self) -> look.MapColours:
        """The map's colours, by day or by night; asking for the look takes long in every frame."""
        if self._colours is None:
            self._colours = look.map_colours(look.is_dark())
        return self._colours

    def ink(self) -> Any:
        """The colour of text drawn straight on the map."""
        return self.palette().color(QPalette.ColorRole.WindowText)
