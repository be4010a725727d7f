"""Boundaries in the window: added from a file, drawn, hidden, named, removed, undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox

from psnplanner.programme.boundary import Boundary
from psnplanner.programme.boundary_edits import AddBoundaries
from psnplanner.ui import look
from psnplanner.ui.dialogs.boundaries_dialog import PALETTE, BoundariesDialog
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.map.boundaries_layer import COLOURS, colour_of, drawings_of
from psnplanner.ui.map.labels import LabelPlacer
from psnplanner.ui.map.view import to_world
from tests.ui.sample import ident

ONE_WINDOW = True

WEST, SOUTH, EAST, NORTH = -3.30, 53.00, -1.95, 53.70
"""Round all sites of the sample, so that no site lies on the edge."""


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def area(name: str, geometry: object = None, **values: object) -> Boundary:
    shape = geometry or square(WEST, SOUTH, EAST, NORTH)
    text = shape if isinstance(shape, str) else json.dumps(shape)
    given = {"kind": "council", "source": "c.geojson", "geometry": text} | values
    return Boundary(id=ident(f"area {name}"), name=name, **given)


def file_of(path: Path, **areas: dict[str, Any]) -> Path:
    features = [
        {"type": "Feature", "properties": {"code": f"E{n}", "name": name.replace("_", " ")},
         "geometry": shape}
        for n, (name, shape) in enumerate(areas.items())
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _image(window: MainWindow, settle: Any) -> QImage:
    settle(window)
    window.pane.canvas.settle()
    return window.pane.canvas.grab().toImage()


def _along_the_south(window: MainWindow, image: QImage, colour: str) -> float:
    """The share of the southern edge that is in a colour: of a dashed line, most of it."""
    view = window.pane.canvas.view
    x0, y = view.to_screen(*to_world(-2.9, SOUTH))
    x1, _ = view.to_screen(*to_world(-2.3, SOUTH))
    wanted = QColor(colour)
    hits = 0
    for x in range(round(x0), round(x1)):
        near = [image.pixelColor(x, round(y) + dy) for dy in (-1, 0, 1)]
        hits += any(_distance(pixel, wanted) < 60 for pixel in near)
    return hits / (round(x1) - round(x0))


def _distance(one: QColor, other: QColor) -> int:
    parts = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return max(abs(a - b) for a, b in parts)


@pytest.fixture
def wide(window: MainWindow) -> MainWindow:
    """The window looking at the whole square."""
    left, top = to_world(WEST, NORTH)
    right, bottom = to_world(EAST, SOUTH)
    canvas = window.pane.canvas
    canvas.set_view(canvas.view.showing((left, top, right, bottom), 60))
    return window


def test_a_boundary_is_a_dashed_line_in_its_colour(wide: MainWindow, settle: Any) -> None:
    """It comes with the edit, goes when hidden, comes back with undo; the ground shows between."""
    assert _along_the_south(wide, _image(wide, settle), COLOURS["council"]) == 0
    wide.session.do(AddBoundaries([area("Whole")], "c.geojson"))
    image = _image(wide, settle)
    assert 0.4 < _along_the_south(wide, image, COLOURS["council"]) < 0.9
    assert "Boundaries: c.geojson" in wide.pane.canvas.layers.attributions
    wide.map_commands.boundaries.menu.aboutToShow.emit()
    (line,) = [a for a in wide.map_commands.boundaries.menu.actions() if a.text() == "Whole"]
    assert line.isChecked()
    line.trigger()
    assert not wide.session.state.boundaries[ident("area Whole")].shown
    assert _along_the_south(wide, _image(wide, settle), COLOURS["council"]) == 0
    wide.session.undo()
    assert _along_the_south(wide, _image(wide, settle), COLOURS["council"]) > 0.4


def test_its_own_colour_and_the_night(wide: MainWindow, settle: Any) -> None:
    """Okabe and Ito's vermilion by day; lighter by night."""
    own = {words: value for value, words in PALETTE}["Vermilion"]
    wide.session.do(AddBoundaries([area("Whole", colour=own)], "c"))
    assert _along_the_south(wide, _image(wide, settle), own) > 0.4
    boundary = wide.session.state.boundaries[ident("area Whole")]
    assert colour_of(boundary, True).lightness() > colour_of(boundary, False).lightness()
    assert colour_of(area("x", colour="nonsense"), False) == QColor(COLOURS["council"])


def test_a_menu_switches_them_off_for_this_person_only(wide: MainWindow, settle: Any) -> None:
    """No change of the programme."""
    wide.session.do(AddBoundaries([area("Whole")], "c"))
    count = len(wide.session.transactions())
    wide.map_commands.boundaries.menu.aboutToShow.emit()
    show = wide.map_commands.boundaries.menu.actions()[0]
    show.trigger()
    assert _along_the_south(wide, _image(wide, settle), COLOURS["council"]) == 0
    assert len(wide.session.transactions()) == count


def test_names_are_laid_out_with_the_others(
    wide: MainWindow, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside the area, in one of its free places; none when names are off."""
    from psnplanner.ui.map import names

    canvas = wide.pane.canvas
    wide.session.do(AddBoundaries([area("Whole")], "c"))
    _image(wide, settle)
    colours, free = look.map_colours(False), QRectF(0, 0, canvas.width(), canvas.height())
    room = (canvas.view, colours, LabelPlacer(free), canvas.font(), 1.0)
    (name,) = canvas.layers.names(*room)
    (west, top), (east, foot) = to_world(WEST, NORTH), to_world(EAST, SOUTH)
    assert west < name.x < east
    assert top < name.y < foot
    full = LabelPlacer(free)
    full.block(free)
    assert not canvas.layers.names(room[0], colours, full, *room[3:])
    wide.map_commands.boundaries.layer.named = False
    assert not canvas.layers.names(*room)
    monkeypatch.setattr(wide.map_commands.boundaries.layer, "names", lambda *_: [name])
    assert name in names.lay_out(canvas, canvas.view)


def test_what_cannot_be_read_is_left_out(wide: MainWindow, settle: Any) -> None:
    """A damaged geometry in a file that came from elsewhere does not stop the map."""
    made = [area("Whole"), area("Odd", "{}"), area("Worse", "nonsense")]
    wide.session.do(AddBoundaries(made, "c"))
    assert _along_the_south(wide, _image(wide, settle), COLOURS["council"]) > 0.4


def test_only_what_changed_is_drawn_anew(wide: MainWindow) -> None:
    """Groups by kind and colour; one that fits is kept."""
    wide.session.do(AddBoundaries([area("A"), area("B", kind="other")], "c"))
    first = drawings_of(wide.session.state, {})
    wide.session.do(AddBoundaries([area("C", kind="other")], "c"))
    second = drawings_of(wide.session.state, first)
    assert second["council", ""] is first["council", ""]
    assert len(second["other", ""].boundaries) == 2


# The dialog


@pytest.fixture
def dialog(window: MainWindow, tmp_path: Path, settle: Any) -> BoundariesDialog:
    """A file of three areas, read."""
    east = square(-2.6, 53.0, -2.2, 53.4)
    path = file_of(tmp_path / "areas.geojson", Sefton=square(-3.1, 53.4, -2.9, 53.6),
                   Wiral=east, Manchester=east)  # fmt: skip
    made = window.map_commands.boundaries.add(path)
    settle(window)
    return made


def _box(dialog: BoundariesDialog, row: int) -> QComboBox:
    found = dialog.list.itemWidget(dialog.list.topLevelItem(row), 1)
    assert isinstance(found, QComboBox)
    return found


def test_areas_are_matched_to_partners_for_the_person_to_confirm(
    window: MainWindow, dialog: BoundariesDialog
) -> None:
    """Sure, likely, none; what is unticked stays out; one transaction, one undo."""
    assert dialog.field.currentText() == "name"
    assert _box(dialog, 0).currentText() == "Sefton Council"
    assert _box(dialog, 1).currentText() == "Wirral Council  (please check)"
    assert _box(dialog, 2).currentData() is None
    assert "1 only alike" in dialog.note.text()
    dialog.list.topLevelItem(2).setCheckState(0, Qt.CheckState.Unchecked)
    assert dialog.button.text() == "Add 2"
    before = len(window.session.transactions())
    dialog.button.click()
    found = {b.name: b for b in window.session.state.boundaries.values()}
    assert found.keys() == {"Sefton", "Wiral"}
    assert found["Wiral"].partner == ident("Wirral Council")
    assert found["Sefton"].source == "areas.geojson"
    assert len(window.session.transactions()) == before + 1
    window.session.undo()
    assert not window.session.state.boundaries


def test_another_column_kind_and_colour(
    window: MainWindow, dialog: BoundariesDialog, settle: Any
) -> None:
    """As chosen; no column makes one area of all."""
    dialog.field.setCurrentText("code")
    dialog.field.activated.emit(dialog.field.currentIndex())
    settle(window)
    assert [line.text(0) for line in dialog._lines()] == ["E0", "E1", "E2"]
    dialog.field.setCurrentIndex(0)
    dialog.field.activated.emit(0)
    settle(window)
    assert [line.text(0) for line in dialog._lines()] == ["areas"]
    dialog.kind.setCurrentIndex(2)
    dialog.colour.setCurrentIndex(1)
    dialog.button.click()
    (made,) = window.session.state.boundaries.values()
    assert (made.name, made.kind, made.colour) == ("areas", "other", PALETTE[1][0])


def test_a_file_that_is_no_map_says_so_inside(
    window: MainWindow, tmp_path: Path, settle: Any
) -> None:
    """Nothing can be added; the programme is as it was."""
    path = tmp_path / "a.geojson"
    path.write_text("{")
    dialog = window.map_commands.boundaries.add(path)
    settle(window)
    assert dialog.refusal.isVisible()
    assert "damaged" in dialog.refusal.text()
    assert not dialog.button.isEnabled()
    dialog.close()


def test_removing_from_the_menu(window: MainWindow, settle: Any) -> None:
    """All of a file at once, or one."""
    window.session.do(AddBoundaries([area("A"), area("B"), area("C", source="d")], "c"))
    commands = window.map_commands
    commands.boundaries.menu.aboutToShow.emit()
    menu = next(a.menu() for a in commands.boundaries.menu.actions() if a.text() == "&Remove")
    lines = {a.text(): a for a in menu.actions()}
    lines["All 2 of c.geojson"].trigger()
    assert [b.name for b in window.session.state.boundaries.values()] == ["C"]
    assert window.session.undo_label == "Remove 2 boundaries"
    assert look.is_dark() is False
