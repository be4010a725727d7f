"""The map in the window: probed pixels, hit test, tools, cache."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psnplanner.style import status_colour
from psnplanner.ui import look
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.view import View, box_of, to_world
from tests.ui.sample import ident

ONE_WINDOW = True

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def _alone(window: MainWindow, number: int = 7) -> QPoint:
    """Look closely at one site, and where it is on the canvas."""
    canvas = window.pane.canvas
    canvas.zoom_to([ident(f"site {number}")])
    canvas.zoom(64)
    canvas.repaint()
    at = canvas.finder.pixel_of(ident(f"site {number}"))
    assert at is not None
    return at.toPoint()


def _pixel(window: MainWindow, at: QPoint) -> QColor:
    return window.pane.canvas.grab().toImage().pixelColor(at)


def _drag(canvas: Any, start: QPoint, end: QPoint, keys: Any = NONE) -> None:
    def send(kind: QEvent.Type, at: QPoint, button: Any, buttons: Any) -> None:
        place = QPointF(at)
        event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, buttons, keys)
        QApplication.sendEvent(canvas, event)

    send(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    for step in (1, 2, 3):
        middle = start + (end - start) * step / 3
        send(QEvent.Type.MouseMove, middle, Qt.MouseButton.NoButton, LEFT)
    send(QEvent.Type.MouseButtonRelease, end, LEFT, Qt.MouseButton.NoButton)


def test_a_site_has_its_status_colour_in_its_place(window: MainWindow) -> None:
    """At the site its colour, away from it the land's."""
    for number in (7, 8, 9):
        at = _alone(window, number)
        status = window.session.state.statuses[ident(f"site {number}")]
        beside = at + QPoint(0, 4) if status == "blocked" else at
        assert _pixel(window, beside) == QColor(status_colour(status))


def test_the_sea_and_the_land_are_where_they_are(empty_window: MainWindow) -> None:
    """Liverpool Bay is sea and Delamere Forest is land, by day and by night."""
    canvas = empty_window.pane.canvas
    for appearance in ("light", "dark"):
        look.apply(appearance)
        view = View(0.5, 0.5, 1.0, canvas.width(), canvas.height())
        canvas.set_view(view.showing(box_of(-3.6, 53.0, -2.2, 53.7)))
        colours = look.map_colours(appearance == "dark")
        image = canvas.grab().toImage()
        for lon, lat, colour in ((-3.35, 53.5, colours.sea), (-2.68, 53.23, colours.land)):
            x, y = canvas.view.to_screen(*to_world(lon, lat))
            assert image.pixelColor(round(x), round(y)) == colour
    look.apply("light")


def test_a_recorded_stage_recolours_the_site(window: MainWindow) -> None:
    """The map follows the session without being told."""
    from psnplanner.programme.stage import BLOCKED
    from psnplanner.programme.stage_edits import RecordStage

    site = next(i for i, s in window.session.state.statuses.items() if s == "planned")
    canvas = window.pane.canvas
    canvas.zoom_to([site])
    canvas.zoom(64)
    window.session.do(RecordStage(site, "desktop_survey", BLOCKED))
    at = canvas.finder.pixel_of(site)
    assert at is not None
    assert _pixel(window, at.toPoint() + QPoint(0, 4)) == QColor(status_colour("blocked"))


def test_click_and_control_click_choose(window: MainWindow) -> None:
    """A click chooses one, a Ctrl-click adds, a click on nothing lets go."""
    canvas, at = window.pane.canvas, _alone(window)
    QTest.mouseClick(canvas, LEFT, NONE, at)
    assert window.roster.selected == {ident("site 7")}
    window.roster.select([ident("site 9")])
    QTest.mouseClick(canvas, LEFT, CONTROL, at)
    assert window.roster.selected == {ident("site 7"), ident("site 9")}
    QTest.mouseClick(canvas, LEFT, NONE, QPoint(canvas.width() - 60, canvas.height() - 60))
    assert not window.roster.selected


def test_shift_drag_chooses_what_is_in_the_band(window: MainWindow) -> None:
    """Exactly the placed sites inside."""
    canvas = window.pane.canvas
    middle = canvas.width() // 2
    _drag(canvas, QPoint(middle, 1), QPoint(canvas.width() - 2, canvas.height() - 2), SHIFT)
    expected = {
        row.id
        for row in window.roster.rows.rows
        if (at := canvas.finder.pixel_of(row.id)) is not None and at.x() >= middle
    }
    assert len(expected) > 5
    assert window.roster.selected == expected
    assert canvas.band is None


def test_dragging_pans_without_painting_anew(window: MainWindow) -> None:
    """The kept picture is only moved, until its margin is used up."""
    canvas = window.pane.canvas
    canvas.settle()
    kept, before = canvas.pictures.whole, canvas.view.to_world(300, 200)
    _drag(canvas, QPoint(300, 200), QPoint(420, 260))
    canvas.motion.stop()
    canvas.repaint()
    assert canvas.pictures.whole is kept
    assert abs(canvas.view.to_screen(*before)[0] - 420) < 1
    canvas.pan(400, 0)
    canvas.settle()
    assert canvas.pictures.whole is not kept


def test_the_wheel_zooms_about_the_cursor(window: MainWindow) -> None:
    """The place under it stays."""
    canvas = window.pane.canvas
    spot = QPointF(200, 150)
    before, scale = canvas.view.to_world(200, 150), canvas.view.scale
    wheel = QWheelEvent(
        spot, canvas.mapToGlobal(spot), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, wheel)
    assert canvas.view.scale > scale
    x, y = canvas.view.to_screen(*before)
    assert abs(x - 200) < 0.01
    assert abs(y - 150) < 0.01


def test_keys_zoom_and_pan(window: MainWindow) -> None:
    """+ and - undo each other; an arrow moves the map."""
    canvas = window.pane.canvas
    scale, x = canvas.view.scale, canvas.view.x
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.view.scale > scale
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    canvas.settle()
    assert abs(canvas.view.scale / scale - 1) < 1e-9
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.view.x > x


def test_what_is_asked_for_in_the_middle_of_a_zoom_ends_it(window: MainWindow) -> None:
    """All sites, shown while the map still moves elsewhere, stay shown."""
    canvas = window.pane.canvas
    canvas.motion.zoom_by(4.0)
    assert canvas.motion.moving
    assert canvas.zoom_to()
    shown = canvas.view
    canvas.settle()
    assert canvas.view == shown


def test_hovering_shows_the_card(window: MainWindow) -> None:
    """Name and status of the site under the cursor."""
    at = _alone(window)
    QTest.mouseMove(window.pane.canvas, at)
    window.pane.canvas.tools._look(QPointF(at))
    card = window.pane.card
    assert card.isVisible()
    site = window.session.state.sites[ident("site 7")]
    assert site.reference in card._text.text()
    window.pane.canvas.tools._look(QPointF(2, 2))
    assert not card.isVisible()


def test_the_legend_counts_and_filters_map_and_table(window: MainWindow) -> None:
    """Hiding a status hides its sites everywhere; double-click shows it alone."""
    legend, roster = window.pane.legend, window.roster
    live = roster.counts()["live"]
    assert live > 0
    legend.buttons["live"].click()
    assert roster.shown_count == len(roster.rows) - live
    assert window.table.model.rowCount() == roster.shown_count
    assert window.pane.canvas.sites.count <= roster.shown_count
    legend.buttons["live"].click()
    legend.buttons["live"].alone.emit()
    assert roster.shown_count == live
    window.actions_["show_all"].trigger()
    assert roster.shown_count == len(roster.rows)


def test_phase_areas_are_outlined_round_their_sites(window: MainWindow) -> None:
    """Every phase with placed sites has an area; a site's surroundings take its tint."""
    canvas = window.pane.canvas
    assert canvas.phases is not None
    used = {s.phase for s in window.session.state.sites.values() if s.phase and s.position}
    assert set(canvas.phases.outlines) == used
    site = next(s for s in window.session.state.sites.values() if s.phase and s.position)
    canvas.zoom_to([site.id])
    canvas.zoom(8)
    at = canvas.finder.pixel_of(site.id).toPoint() + QPoint(0, 40)
    shaded = _pixel(window, at)
    window.actions_["areas"].setChecked(False)
    assert _pixel(window, at) != shaded


def test_the_legend_names_the_shapes_that_are_there(window: MainWindow) -> None:
    """One line a shape, in the words of these kinds, and all of the legend is to be seen."""
    from psnplanner.style import kind_shape

    legend = window.pane.legend
    kinds = {site.kind for site in window.session.state.sites.values()}
    assert {shape for shape, _ in legend.shapes} == {kind_shape(kind) for kind in kinds}
    assert dict(legend.shapes)["circle"] == "Education"
    QApplication.processEvents()
    assert legend.height() >= legend.sizeHint().height()
    for button in legend.buttons.values():
        assert button.height() >= button.sizeHint().height()


def test_shape_words_follow_the_list() -> None:
    """No shape that nobody has; kinds of one's own keep their names; a unit with the style."""
    from psnplanner.style import _style
    from psnplanner.ui.map.shape_words import SHAPE_FAMILIES, shape_words

    assert shape_words(["Fire station", "Fire station", "Library"]) == [
        ("triangle", "Fire"),
        ("pentagon", "Library, leisure"),
    ]
    assert shape_words(["lighthouse"]) == [("circle", "Lighthouse")]
    assert shape_words(["School", "School", "Barn", "Mast"])[0][1] == "Education, Barn …"
    assert shape_words([]) == []
    assert set(SHAPE_FAMILIES) == set(_style()["kind_shape"])


def test_names_keep_off_what_lies_over_the_map(window: MainWindow) -> None:
    """The licence, the scale bar, the legend and the zoom buttons are reserved."""
    from PySide6.QtCore import QRectF

    from psnplanner.ui.map import names as module

    canvas, taken = window.pane.canvas, []

    class Recorder(module.LabelPlacer):
        def take(self, wanted: QRectF) -> bool:
            free = super().take(wanted)
            if free:
                taken.append(wanted)
            return free

    kept, module.LabelPlacer = module.LabelPlacer, Recorder
    try:
        canvas.pan(37, 21)
        canvas.pictures.forget_sites()
        canvas.settle()
    finally:
        module.LabelPlacer = kept
    corner = canvas.pictures.corner(canvas.pictures.whole_view)
    boxes = canvas.covered()
    assert len(boxes) == 4
    assert len(taken) > 5
    assert not any(box.intersects(name.translated(corner)) for box in boxes for name in taken)
