"""Whether a window can open here at all, asked before Qt is: Qt would abort, and we say why.

Imports no Qt, so that the command line may ask too.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import sys
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.ui import qt_code

PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libX11-xcb.so.1": "libx11-xcb1",
}
"""The Debian and Ubuntu package that holds each system library Qt may find missing."""

NO_DISPLAY = "Run it in a desktop session, or use the command line: `psnplanner --help`."


INVISIBLE = ("offscreen", "minimal", "vnc")
"""Platforms of Qt on which nobody sitting here sees the window."""


def check(*, visible: bool = True) -> None:
    """Raises UserError if Qt lacks a library or there is no display to open a window on.

    With `visible` a platform that shows nothing (QT_QPA_PLATFORM=offscreen) is no display.
    """
    _import_qt()
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if visible and platform in INVISIBLE:
        raise UserError(
            f"There is no display to open a window on: Qt is told to use “{platform}”.",
            remedy="Unset QT_QPA_PLATFORM, or use the command line: `psnplanner --help`.",
        )
    if not sys.platform.startswith("linux") or platform not in ("", "xcb"):
        return
    if not platform and os.environ.get("WAYLAND_DISPLAY"):
        return
    if not os.environ.get("DISPLAY"):
        raise UserError("There is no display to open a window on.", remedy=NO_DISPLAY)
    _load_x11_plugin()
    _reach_x11()


def _import_qt() -> None:
    try:
        with qt_code.kept():
            import PySide6.QtWidgets  # noqa: F401
    except ModuleNotFoundError as error:
        raise UserError(
            "The window needs PySide6, which is not installed.",
            remedy="Run: python -m pip install PySide6-Essentials",
        ) from error
    except ImportError as error:
        raise _missing(str(error)) from error


def _load_x11_plugin() -> None:
    spec = importlib.util.find_spec("PySide6")
    places = spec.submodule_search_locations if spec else None
    plugin = Path(next(iter(places or [""]))) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
    if not plugin.is_file():
        return
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        raise _missing(str(error)) from error


def _missing(message: str) -> UserError:
    found = re.search(r"([\w.+-]+\.so[\w.]*)", message)
    library = found.group(1) if found else ""
    if not library:
        return UserError(f"The window cannot start: {message}.", remedy="Install PySide6 again.")
    package = PACKAGES.get(library, "")
    command = f"Run: sudo apt-get install {package}" if package else ""
    return UserError(
        f"The window cannot start: the system library {library} is missing.",
        remedy=command or f"Install the package of your system that holds {library}.",
    )


def _reach_x11() -> None:
    """Ask the X server itself: a DISPLAY that nobody serves would make Qt abort."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        raise _missing(str(error)) from error
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if failed:
        name = os.environ["DISPLAY"]
        raise UserError(f"The display “{name}” does not answer.", remedy=NO_DISPLAY)
