"""The window's shell: where it stands, and the room it keeps free round the map.

What the first frame of all needs and no more. The bars and panels are built once the map has
been painted; until then the room they will take is kept free, as it was when the window was
last left, so that the map does not move when they come.
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMargins, QPoint
from PySide6.QtWidgets import QMainWindow

from psnplanner.ui.settings import settings

SMALL_SCREEN_PX = 1500
"""On a narrower screen the window takes all of it, the first time."""
_BARS = (0, 68, 0, 26)
"""What menu, tool bar and status bar take at the top and the bottom where nothing is known yet."""


def place(window: QMainWindow) -> None:
    """Put the window where it was left, else as suits the screen."""
    geometry = settings().value("geometry")
    if isinstance(geometry, QByteArray):
        window.restoreGeometry(geometry)
        return
    room = window.screen().availableGeometry()
    window.resize(min(1700, room.width() * 9 // 10), min(1050, room.height() * 9 // 10))


def small_and_new(window: QMainWindow) -> bool:
    """Whether the screen is small and no layout is known for it yet."""
    narrow = window.screen().availableGeometry().width() < SMALL_SCREEN_PX
    return narrow and not settings().contains("geometry")


def room_kept(*, opening: bool) -> QMargins:
    """What to keep free round the map: with a programme coming, for the panels too."""
    known = settings().value(_key(opening), [])
    try:
        left, top, right, bottom = (max(0, int(side)) for side in known)
    except (TypeError, ValueError):
        left, top, right, bottom = _BARS
    return QMargins(left, top, right, bottom)


def keep_room(window: QMainWindow, *, opening: bool) -> None:
    """Remember how much stands round the map now."""
    middle = window.centralWidget()
    corner = middle.mapTo(window, QPoint(0, 0))
    right = window.width() - corner.x() - middle.width()
    bottom = window.height() - corner.y() - middle.height()
    settings().setValue(_key(opening), [corner.x(), corner.y(), right, bottom])


def _key(opening: bool) -> str:
    return "round_the_map" if opening else "round_the_start"
