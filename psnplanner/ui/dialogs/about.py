"""What this is, whose map it shows, and the keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from psnplanner import __version__

_ABOUT = """<h2>PSN Planner {version}</h2>
<p>Plans and tracks the roll-out of a public services fibre network, building by building.</p>
<p>Built-in map: {licence}</p>
<p>Every programme is one GeoPackage file: QGIS opens it as it is.</p>"""

_KEYS = (
    ("Wheel, + and −", "zoom about the cursor, or the middle"),
    ("Drag, arrow keys", "move the map"),
    ("Click, Ctrl-click", "choose a site; add one or take it out"),
    ("Shift-drag", "choose every site in a rectangle (with Ctrl: add them)"),
    ("Drag chosen sites", "onto a phase, to move them there"),
    ("Double-click", "a site: zoom to it; a phase: change it"),
    ("Ctrl+M, F3", "place the chosen site: by a click on the map, or typed"),
    ("Ctrl+G", "the programme, its partners, certificates, nodes and closed windows"),
    ("Legend", "click to hide a status, double-click to show it alone"),
    ("Ctrl+F", "filter the sites"),
    ("Ctrl+0, Ctrl+E", "show all sites, or those chosen"),
    ("Ctrl+T", "the timeline: drag a bar, or move its ends with the arrow keys"),
    ("F5, Shift+F5", "play the programme over the map; back to today"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo, redo"),
)


def about(parent: QWidget) -> QDialog:
    """The About box."""
    from psnplanner.geography.basemap import load

    words = _ABOUT.format(version=__version__, licence=load().licence)
    return _box("About PSN Planner", words, parent)


def keys(parent: QWidget) -> QDialog:
    """The keys and gestures."""
    rows = "".join(
        f"<tr><td style='padding:4px 20px 4px 0'><b>{key}</b></td><td style='padding:4px 0'>"
        f"{words}</td></tr>"
        for key, words in _KEYS
    )
    return _box("Keys and gestures", f"<table>{rows}</table>", parent)


def _box(title: str, words: str, parent: QWidget) -> QDialog:
    box = QDialog(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(title)
    label = QLabel(words)
    label.setWordWrap(True)
    label.setMinimumWidth(440)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(box.reject)
    layout = QVBoxLayout(box)
    layout.addWidget(label)
    layout.addWidget(buttons)
    box.open()
    return box
