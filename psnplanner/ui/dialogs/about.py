"""What this is, whose map it shows, and the keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from psnplanner import __version__

_ABOUT = """<h2>PSN Planner {version}</h2>
<p>Plans and tracks the roll-out of a public services fibre network, building by building.</p>
<p>Built-in map: {licence}</p>
<p>Every programme is one GeoPackage file: QGIS opens it as it is.</p>"""

GESTURES = {
    "On the map": (
        ("Wheel, + and −", "zoom about the cursor, or the middle"),
        ("Drag, arrow keys", "move the map"),
        ("Click, Ctrl-click", "choose a site; add one or take it out"),
        ("Shift-drag", "choose every site in a rectangle (with Ctrl: add them)"),
        ("L, then drag", "choose every site in a line drawn freely round them"),
        ("Drag chosen sites", "onto a phase, to move them there"),
        ("Double-click", "a site: open it; a phase in the list: change it"),
        ("Right click", "what can be done with the chosen sites, or at that point"),
        ("Legend", "click to hide a status, double-click to show it alone, right-click for more"),
    ),
    "In the table": (
        ("F2, or just type", "change the cell; Escape leaves it as it was"),
        ("Enter", "open the site"),
        ("Delete", "clear the chosen cells"),
        ("Shift+Space", "choose the whole line"),
        ("Drag the cell's corner", "fill down"),
    ),
    "On the timeline": (
        ("Drag a bar or its end", "see what breaks before letting go; Escape puts it back"),
        ("Left, Right", "move the end by a working day; with Shift the start, with Ctrl both"),
        ("Enter", "make it so"),
        ("Wheel", "nearer and further; with Shift to and fro"),
    ),
    "On the line of days": (
        ("Left, Right", "a day back or on; Page Up and Page Down a week"),
        ("Space, Escape", "play or pause; back to today"),
    ),
}
"""What no menu tells, by where it is done."""


def about(parent: QWidget) -> QDialog:
    """The About box."""
    from psnplanner.geography.basemap import load

    label = _words(_ABOUT.format(version=__version__, licence=load().licence))
    label.setMinimumWidth(440)
    return _box("About PSN Planner", parent, label)


def keys(parent: QWidget, menus: Mapping[str, Iterable[QAction]]) -> QDialog:
    """The keys of the commands, by their menu, and the gestures; a line narrows them down."""
    commands = {menu: list(key_lines(actions)) for menu, actions in menus.items()}
    columns = [_words(_table(commands, "")), _words(_table(GESTURES, ""))]
    paper = QWidget(objectName="paper")
    side_by_side = QHBoxLayout(paper)
    for label in columns:
        side_by_side.addWidget(label, 1, Qt.AlignmentFlag.AlignTop)
    scroll = QScrollArea()
    scroll.setWidget(paper)
    scroll.setWidgetResizable(True)
    scroll.setAccessibleName("Keys and gestures")
    line = QLineEdit()
    line.setPlaceholderText("Find a key or what it does…")
    line.setAccessibleName("Find a key or what it does")
    line.setClearButtonEnabled(True)

    def narrow(text: str) -> None:
        for label, lines in zip(columns, (commands, GESTURES), strict=True):
            label.setText(_table(lines, text.casefold()))

    line.textChanged.connect(narrow)
    size = QSize(min(980, parent.width() - 60), min(680, parent.height() - 60))
    return _box("Keys and gestures", parent, line, scroll, size=size)


def key_lines(actions: Iterable[QAction]) -> Iterable[tuple[str, str]]:
    """The keys of each action that has any, and what the menu calls it."""
    for action in actions:
        found = [key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()]
        if found:
            name = action.iconText() if action.objectName() in ("undo", "redo") else action.text()
            yield ", ".join(found), name.replace("&", "").rstrip("…")


def _table(groups: Mapping[str, Iterable[tuple[str, str]]], wanted: str) -> str:
    rows = []
    for title, lines in groups.items():
        fitting = [(k, w) for k, w in lines if wanted in f"{title} {k} {w}".casefold()]
        if fitting:
            rows.append(f"<tr><td colspan=2 style='padding-top:10px'><b>{escape(title)}</b></td>")
        rows += [
            f"<tr><td style='padding:3px 18px 3px 0; white-space:nowrap'>{escape(key)}</td>"
            f"<td style='padding:3px 0'>{escape(words)}</td></tr>"
            for key, words in fitting
        ]
    return f"<table>{''.join(rows)}</table>"


def _words(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _box(title: str, parent: QWidget, *widgets: QWidget, size: QSize | None = None) -> QDialog:
    box = QDialog(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(title)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(box.reject)
    layout = QVBoxLayout(box)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addWidget(buttons)
    if size is not None:
        box.resize(size)  # before it opens: it is put in the middle by the size it has then
    box.open()
    return box
