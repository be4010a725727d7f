"""What is near a place: typed, picked or right-clicked; the nearest sites, with a way to each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.geography.near import compass, distance_words, near
from psnplanner.programme.edits import plural
from psnplanner.programme.record import Position, RecordId
from psnplanner.ui import look
from psnplanner.ui.map.labels import draw_halo, face
from psnplanner.ui.map.sprites import icon
from psnplanner.ui.map.view import View, to_world
from psnplanner.ui.settings import settings
from psnplanner.ui.typed_values import place_of, place_words

if TYPE_CHECKING:
    from psnplanner.ui.jobs import Jobs
    from psnplanner.ui.map.canvas import MapCanvas

REACHES_M = (500.0, 1_000.0, 2_000.0, 5_000.0, 10_000.0, float("inf"))
MOST = 50
_SMALLEST_REACH_PX = 60
"""A circle smaller than this is looked at more closely."""
_NUMBERED = 9
"""So many of the nearest are numbered on the map as in the list."""


class NearHere(QDialog):
    """Stays open beside the map; `chosen` names a site to show, `selected` several to choose."""

    chosen = Signal(object)
    selected = Signal(object)

    def __init__(self, canvas: MapCanvas, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("What is near here?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._canvas, self._jobs = canvas, jobs
        self.place: Position | None = None
        self.found: list[Any] = []
        self._words = ""
        self._build()
        self.layer = _NearLayer(self)
        canvas.add_layer(self.layer, below_sites=False)
        self._roster = canvas.roster
        if self._roster is not None:
            for signal in (self._roster.rebuilt, self._roster.shown_changed):
                signal.connect(self.refresh)
            self._roster.rows_changed.connect(lambda _rows: self.refresh())

    def _build(self) -> None:
        self.where = QLineEdit()
        self.where.setPlaceholderText("CH41 1AA, SJ 3409 9031, or 53.4048, -2.9916")
        self.where.setAccessibleName("Place: postcode, grid reference, or latitude and longitude")
        self.where.returnPressed.connect(self.look_up)
        self.go = QPushButton("Find")
        self.go.setProperty("primary", True)
        self.go.clicked.connect(self.look_up)
        self.pick = QPushButton("Pick on the map")
        self.pick.clicked.connect(self._pick)
        self.reach = QComboBox()
        self.reach.setAccessibleName("Within")
        for metres in REACHES_M:
            words = "any distance" if metres == REACHES_M[-1] else f"within {_reach_words(metres)}"
            self.reach.addItem(words, metres)
        self.reach.setCurrentIndex(_remembered_reach())
        self.reach.currentIndexChanged.connect(self._reach_changed)
        self.list = QTreeWidget()
        self.list.setAccessibleName("Sites near the place")
        self.list.setColumnCount(4)
        self.list.setHeaderLabels(["", "Distance", "Site", "Status"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        header = self.list.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.list.currentItemChanged.connect(self._show_one)
        self.list.itemActivated.connect(self._open_one)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.select = QPushButton("Select these")
        self.select.setToolTip("Choose every site in the list")
        self.select.clicked.connect(lambda: self.selected.emit([item.ident for item in self.found]))
        self._lay_out()

    def _lay_out(self) -> None:
        first, second, last = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.where, 1)
        first.addWidget(self.go)
        second.addWidget(self.pick)
        second.addStretch(1)
        second.addWidget(self.reach)
        last.addWidget(self.said, 1)
        last.addWidget(self.select)
        layout = QVBoxLayout(self)
        for line in (first, second):
            layout.addLayout(line)
        layout.addWidget(self.list, 1)
        layout.addLayout(last)
        self.resize(440, 380)
        for button in (self.go, self.pick, self.select):
            button.setAutoDefault(False)
        self._say("Type a place, or pick one on the map.")

    # The place

    def look_up(self) -> None:
        """Find the place typed; the postcodes are read off the window's thread."""
        words = self.where.text().strip()
        if not words:
            self._say("Type a postcode, a grid reference, or latitude and longitude.")
            return
        self._say("Looking it up…")

        def done(place: Position) -> None:
            if self.where.text().strip() == words:
                self.show_place(place, words.upper() if words[:1].isalpha() else words)

        self._jobs.start("Looking up a place", lambda _: place_of(words), done, self._refused,
                         quiet=True)  # fmt: skip

    def _refused(self, error: UserError) -> None:
        self._say(str(error))

    def _pick(self) -> None:
        self._canvas.pick.begin("the place", lambda place: self.show_place(place))
        self._canvas.window().activateWindow()

    def show_place(self, place: Position, words: str = "") -> None:
        """List what is near a place, called `words`, and show it on the map if it is off it."""
        self.place, self._words = place, words or place_words(place)
        if not words:
            self.where.setText(place_words(place))
        self.refresh()
        self._bring_into_view(place)

    def _bring_into_view(self, place: Position) -> None:
        """Look at what is listed, unless the place is seen already and not too small."""
        canvas = self._canvas
        x, y = to_world(place.longitude, place.latitude)
        px, py = canvas.view.to_screen(x, y)
        reach_m = min(float(self.reach.currentData()), REACHES_M[-2])
        reach_px = reach_m / canvas.view.metres_per_pixel
        seen = 0 <= px <= canvas.width() and 0 <= py <= canvas.height()
        if not seen or reach_px < _SMALLEST_REACH_PX:
            reach = reach_px / canvas.view.scale
            canvas.set_view(canvas.view.showing((x - reach, y - reach, x + reach, y + reach)))

    # The list

    def refresh(self) -> None:
        """List anew what is near, as the sites and the filter are now."""
        roster = self._canvas.roster
        if self.place is None or roster is None:
            return
        import numpy as np

        xs = np.where(roster.shown, roster.rows.xs, np.nan)
        lons, lats = _degrees(xs, roster.rows.ys)
        here = (self.place.latitude, self.place.longitude)
        reach_m = float(self.reach.currentData())
        hits = near(*here, lats, lons, within_m=reach_m, most=MOST)
        self.found = [_Found(roster.rows.rows[hit.index], hit, xs, roster.rows.ys) for hit in hits]
        self._fill()
        self.select.setEnabled(bool(self.found))
        self._say(self._summary(here, lats, lons, reach_m, filtered=roster.filtered))
        self._canvas.update()

    def _fill(self) -> None:
        held = self.list.blockSignals(True)
        self.list.clear()
        for number, item in enumerate(self.found, 1):
            hit = item.hit
            distance = distance_words(hit.distance_m)
            if hit.distance_m >= 1:
                distance = f"{distance} {_SHORT[compass(hit.bearing_deg)]}"
            name = item.row.cells[1] or item.row.cells[0]
            line = QTreeWidgetItem([str(number), distance, name, item.row.cells[5]])
            line.setData(0, Qt.ItemDataRole.UserRole, item.ident)
            line.setIcon(2, icon(item.row.shape, item.row.status))
            said = f"{distance_words(hit.distance_m)} {compass(hit.bearing_deg)}"
            line.setToolTip(1, f"{said}, bearing {hit.bearing_deg:.0f}°")
            line.setToolTip(2, " · ".join(part for part in item.row.cells[:5] if part))
            self.list.addTopLevelItem(line)
        self.list.blockSignals(held)

    def _summary(
        self, here: tuple[float, float], lats: Any, lons: Any, reach_m: float, *, filtered: bool
    ) -> str:
        within = "" if reach_m == REACHES_M[-1] else f" within {_reach_words(reach_m)}"
        which = " that the filter shows" if filtered else ""
        count = len(self.found)
        if count == MOST:
            return f"The {MOST} nearest sites{which}{within} of {self._words}."
        if count:
            return f"{plural(count, 'site')}{which}{within} of {self._words}."
        nearest = near(*here, lats, lons, most=1)
        if not nearest:
            return f"No site{which} has a place on the map."
        way = f"{distance_words(nearest[0].distance_m)} {compass(nearest[0].bearing_deg)}"
        return f"No site{which}{within} of {self._words}. The nearest is {way}."

    def _show_one(self, item: QTreeWidgetItem | None, _before: object = None) -> None:
        if item is not None:
            self.selected.emit([item.data(0, Qt.ItemDataRole.UserRole)])

    def _open_one(self, item: QTreeWidgetItem) -> None:
        self.chosen.emit(item.data(0, Qt.ItemDataRole.UserRole))

    def _reach_changed(self) -> None:
        settings().setValue("near_m", self.reach.currentIndex())
        self.refresh()

    def _say(self, words: str) -> None:
        self.said.setText(words)

    def done(self, code: int) -> None:
        """Close, and take the place off the map."""
        self._canvas.remove_layer(self.layer)
        self._canvas.update()
        super().done(code)


_SHORT = {
    "north": "N", "north-east": "NE", "east": "E", "south-east": "SE",
    "south": "S", "south-west": "SW", "west": "W", "north-west": "NW",
}  # fmt: skip


class _Found:
    """A site in the list, and where it is on the unit square."""

    def __init__(self, row: Any, hit: Any, xs: Any, ys: Any) -> None:
        self.row, self.hit = row, hit
        self.ident: RecordId = row.id
        self.x, self.y = float(xs[hit.index]), float(ys[hit.index])


class _NearLayer:
    """The place, how far the list reaches, and the numbers of the nearest."""

    attribution = ""

    def __init__(self, dialog: NearHere) -> None:
        self._dialog = dialog

    @property
    def shown(self) -> bool:
        """Whether there is a place."""
        return self._dialog.place is not None

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """A pin and a circle round it, and numbers beside the nearest sites."""
        place = self._dialog.place
        assert place is not None
        spot = QPointF(*view.to_screen(*to_world(place.longitude, place.latitude)))
        accent, colours = look.colour("accent"), look.map_colours(look.is_dark())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach_px = float(self._dialog.reach.currentData()) / view.metres_per_pixel
        if reach_px < 4 * max(view.width, view.height):
            fill = QColor(accent)
            fill.setAlpha(22)
            painter.setPen(QPen(accent, 1.4, Qt.PenStyle.DashLine))
            painter.setBrush(fill)
            painter.drawEllipse(spot, reach_px, reach_px)
        for colour, width in ((colours.halo, 5.0), (accent, 2.2)):
            painter.setPen(QPen(colour, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(spot, 6, 6)
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(spot + QPointF(x, y) * 4, spot + QPointF(x, y) * 12)
        small = face(painter.font(), -0.5, bold=True)
        for number, item in enumerate(self._dialog.found[:_NUMBERED], 1):
            at = QPointF(*view.to_screen(item.x, item.y)) + QPointF(6, -6 - small.height)
            draw_halo(painter, at, str(number), small, accent, colours.halo)


def _degrees(xs: Any, ys: Any) -> tuple[Any, Any]:
    """Longitudes and latitudes of arrays of places on the unit square (view.from_world)."""
    import numpy as np

    return (xs - 0.5) * 360, np.degrees(np.arctan(np.sinh((0.5 - ys) * 2 * np.pi)))


def _reach_words(metres: float) -> str:
    return f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"


def _remembered_reach() -> int:
    try:
        index = int(str(settings().value("near_m", 2)))
    except ValueError:
        return 2
    return index if 0 <= index < len(REACHES_M) else 2
