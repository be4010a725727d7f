"""What is kept of the map between frames, so that a frame costs a copy.

*Ground* is base map, layers and phase areas; *whole* is that with sites and names. Both are
wider than the canvas by a margin, so that a pan only moves pixels. A new scale is shown at once
by a quick frame (the ground a little stretched or drawn without smoothing, every site sharp in its
place, the names that were there carried along); when the motion rests, both pictures are made
anew in small steps between events, so that the hand never waits.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QTimer
from PySide6.QtGui import QPainter, QPixmap, QRegion

from psnplanner.ui.map import basemap_layer, ground_lines, names
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.names import Carried
from psnplanner.ui.map.view import View

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

MARGIN_PX = 256
CRISP_MARGIN_PX = 144
"""The margin where a pixel of ours is several of the screen's: pictures are four times as big."""
NEAR_EDGE_PX = 48
"""With less margin left than this, wider pictures are begun before it is used up."""
BLOCKS_FROM = 1.4
"""Stretched by more than this, the edges of phase areas would be seen as blocks."""
REST_MS = 70
"""So long after the last change of scale, names are laid out and edges smoothed."""
_STEP_S = 0.006
_SITES_A_STEP = 12_000


class Pictures:
    """The kept pictures of one canvas."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self.ground: QPixmap | None = None
        self.whole: QPixmap | None = None
        self.ground_view = self.whole_view = canvas.view
        self.names: list[Name] = []
        self._carried: Carried | None = None
        self._ground_stale = False
        self._steps: Iterator[None] | None = None
        self._steps_view = canvas.view
        self._rest = QTimer(canvas, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._begin)
        self._next = QTimer(canvas, singleShot=True, interval=0)
        self._next.timeout.connect(self._work)

    # What no longer holds

    def forget(self) -> None:
        """Everything is to be painted anew."""
        self._ground_stale = True
        self.forget_sites()

    def forget_sites(self) -> None:
        """The ground holds, the sites on it do not."""
        self.whole = None
        self._stop()

    def moved(self, *, rescaled: bool) -> None:
        """The canvas looks elsewhere."""
        if rescaled:
            self._stop()
            self._rest.start()
        elif (
            self.whole is not None
            and self._steps is None
            and self._slack(self.whole_view) < NEAR_EDGE_PX
        ):
            self._begin()

    def _stop(self) -> None:
        self._steps = None
        self._next.stop()

    # Where the pictures are

    def corner(self, held: View) -> QPointF:
        """Where the top left of a kept picture goes, on a whole device pixel."""
        canvas = self._canvas
        x, y = canvas.view.to_screen(held.left, held.top)
        ratio = canvas.devicePixelRatioF()
        return QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)

    def _slack(self, held: View) -> float:
        """How many pixels of margin a picture has left on the side where there is least."""
        view = self._canvas.view
        if held.scale != view.scale:
            return -1.0
        corner = self.corner(held)
        return min(
            -corner.x(),
            -corner.y(),
            corner.x() + held.width - view.width,
            corner.y() + held.height - view.height,
        )

    @property
    def ready(self) -> bool:
        """Whether a frame needs nothing but a copy."""
        return self.whole is not None and self._slack(self.whole_view) >= 0

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be painted."""
        return self.ready and self._steps is None

    # Frames

    def paint(self, painter: QPainter) -> None:
        """One frame of everything kept, on the canvas."""
        if not self.ready:
            self._quick(painter)
            if self._steps is None and not self._rest.isActive():
                self._begin()
        if self.whole is not None and self.whole_view.scale == self._canvas.view.scale:
            painter.drawPixmap(self.corner(self.whole_view), self.whole)

    def _quick(self, painter: QPainter) -> None:
        """The whole canvas without the pictures: ground, every site, the names there were."""
        canvas, view = self._canvas, self._canvas.view
        ratio = canvas.devicePixelRatioF()
        painter.save()
        if self.whole is not None and self.whole_view.scale == view.scale:
            # Panned too fast: only the strips that the picture leaves bare.
            held = QRectF(self.corner(self.whole_view), self.whole.deviceIndependentSize())
            bare = QRegion(canvas.rect()).subtracted(QRegion(held.toAlignedRect()))
            painter.setClipRegion(bare)
        self._quick_ground(painter, view)
        if canvas.sites is not None:
            painter.scale(1 / ratio, 1 / ratio)
            canvas.sites.paint(painter, view, ratio)
        painter.restore()
        if self._carried is not None:
            self._carried.paint(painter, view)

    def _quick_ground(self, painter: QPainter, view: View) -> None:
        held = self.ground_view
        if self.ground is None or self._ground_stale:
            # Nothing to go by. The very first frame need not be smooth, only there.
            steps = self._ground_steps(painter, view, smooth=self.ground is not None)
        elif held.scale != view.scale:
            self._stretch(painter, view)
            return
        elif self._slack(held) >= 0:
            painter.drawPixmap(self.corner(held), self.ground)
            return
        else:
            steps = self._ground_steps(painter, view, smooth=True)
        for _ in steps:
            pass

    def _stretch(self, painter: QPainter, view: View) -> None:
        """The kept ground at another scale; drawn quickly where stretching would show blocks."""
        canvas, held = self._canvas, self.ground_view
        assert self.ground is not None
        left, top = view.to_screen(held.left, held.top)
        factor = view.scale / held.scale
        target = QRectF(left, top, held.width * factor, held.height * factor)
        # Layers of others may take long to draw: of those a stretched picture must do.
        drawn = not (canvas.layers.any_below or canvas.show_links)
        if canvas.areas_shown and 1 / BLOCKS_FROM < factor < BLOCKS_FROM:
            drawn = False
        if drawn or not target.contains(QRectF(canvas.rect())):
            basemap_layer.paint_ground(painter, view, canvas.colours, smooth=False)
            if canvas.areas_shown:
                assert canvas.phases is not None
                canvas.phases.paint(painter, view, canvas.colours, smooth=False)
        if not drawn:
            painter.drawPixmap(target, self.ground, QRectF(self.ground.rect()))

    # Painting them anew

    def settle(self) -> None:
        """Paint all there is to paint, now."""
        self._rest.stop()
        if not self.settled:
            if self._steps is None or self._steps_view.scale != self._canvas.view.scale:
                self._start()
            assert self._steps is not None
            for _ in self._steps:
                pass
            self._steps = None
        self._canvas.update()

    def _begin(self) -> None:
        if self._canvas.motion.zooming:
            self._rest.start()
            return
        self._start()
        self._next.start()

    def _start(self) -> None:
        canvas = self._canvas
        margin = MARGIN_PX if canvas.devicePixelRatioF() < 1.5 else CRISP_MARGIN_PX
        self._steps_view = canvas.view.widened(margin)
        self._steps = self._all_steps(self._steps_view)

    def _work(self) -> None:
        """Some steps, then back to whatever the person does."""
        until = time.perf_counter() + _STEP_S
        while self._steps is not None and time.perf_counter() < until:
            if next(self._steps, self) is self:
                self._steps = None
                self._canvas.update()
        if self._steps is not None:
            self._next.start()
        elif self._canvas.sites is not None:
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Nothing to do: make the levels of detail that a zoom will ask for."""
        canvas = self._canvas
        if self.settled and canvas.sites is not None:
            view, ratio = canvas.view, canvas.devicePixelRatioF()
            if ground_lines.make_ahead(view) or canvas.sites.prepare(view, ratio):
                QTimer.singleShot(30, self._canvas, self._look_ahead)

    def _all_steps(self, view: View) -> Iterator[None]:
        if self._ground_stale or self.ground is None or self.ground_view != view:
            ground = self._blank(view)
            yield from self._on(ground, lambda p: self._ground_steps(p, view, smooth=True))
            self.ground, self.ground_view, self._ground_stale = ground, view, False
            yield
        assert self.ground is not None
        whole = QPixmap(self.ground)
        if self._canvas.sites is not None:
            yield from self._site_steps(whole, view)
        laid = names.lay_out(self._canvas, view)
        yield
        painter = QPainter(whole)
        names.paint(painter, view, laid)
        painter.end()
        self.names, self.whole, self.whole_view = laid, whole, view
        if self._canvas.sites is not None:  # without numpy the few names there are wait
            self._carried = Carried(laid, self._canvas.devicePixelRatioF()) if laid else None
        self._canvas.settled.emit()

    def _on(self, pixmap: QPixmap, steps: object) -> Iterator[None]:
        # The painter lives as long as its steps: it is ended even where they are given up.
        painter = QPainter(pixmap)
        try:
            yield from steps(painter)  # type: ignore[operator]
        finally:
            painter.end()

    def _ground_steps(self, painter: QPainter, view: View, *, smooth: bool) -> Iterator[None]:
        canvas, colours = self._canvas, self._canvas.colours
        basemap_layer.paint_ground(painter, view, colours, smooth=smooth)
        yield
        if canvas.layers.any_below:
            canvas.layers.paint_below(painter, view, canvas.devicePixelRatioF())
            yield
        if canvas.areas_shown:
            assert canvas.phases is not None
            canvas.phases.paint(painter, view, colours)
            yield
        if canvas.show_links and canvas.nodes is not None:
            canvas.nodes.paint_links(painter, view, colours)
            yield

    def _site_steps(self, whole: QPixmap, view: View) -> Iterator[None]:
        sites, ratio = self._canvas.sites, self._canvas.devicePixelRatioF()
        assert sites is not None
        # Sprites are in device pixels, so for them the picture has a ratio of one.
        whole.setDevicePixelRatio(1)
        yield from self._on(
            whole, lambda painter: sites.paint_parts(painter, view, ratio, _SITES_A_STEP)
        )
        whole.setDevicePixelRatio(ratio)

    def _blank(self, view: View) -> QPixmap:
        ratio = self._canvas.devicePixelRatioF()
        pixmap = QPixmap(round(view.width * ratio), round(view.height * ratio))
        pixmap.setDevicePixelRatio(ratio)
        return pixmap
