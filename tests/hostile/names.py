"""Names that stand for what is no file of the sender's: devices, links, folders, sockets."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tests.hostile.case import REFUSED, Bench, Case, Maker


def _link(to: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(path if to == "itself" else to)


def _socket(path: Path) -> None:
    # Its own folder is too long a name for a socket on some systems.
    here = os.getcwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


_WHAT: dict[str, Callable[[Path], object]] = {
    "a link to a device without end": _link("/dev/zero"),
    "a link to the terminal": _link("/dev/tty"),
    "a link to the program's own memory": _link("/proc/self/mem"),
    "a link to itself": _link("itself"),
    "a link to the list of passwords": _link("/etc/passwd"),
    "a socket": _socket,
    "a folder": os.mkdir,
}
_DOORS = {
    "import": "list.csv", "merge": "theirs.gpkg", "open": "theirs.gpkg", "picture": "theirs.jpg",
    "gazetteer": "theirs.zip", "uprns": "u.csv", "boundary": "theirs.kml", "map": "m.mbtiles",
    "unlock": "pack.gpkg", "repair": "theirs.gpkg", "restore": "theirs.gpkg",
}  # fmt: skip


def _named(name: str, make: Callable[[Path], object]) -> Maker:
    def made(_bench: Bench, folder: Path) -> Path:
        make(folder / name)
        return folder / name

    return made


CASES = [
    Case(f"name for {door}", what, door, _named(name, make), REFUSED, slow=True)
    for door, name in _DOORS.items()
    for what, make in _WHAT.items()
    if not (door == "import" and "passwords" in what)  # it is a text, and not told from a list
]
