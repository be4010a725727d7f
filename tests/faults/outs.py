"""Whether a file that was said to be written is whole: not cut short, not empty of what it holds.

`held` counts what is in it, the same each time the same deed is done; a file that is no whole one
of its kind makes it raise.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import numpy as np
import pysqlite3 as sqlite3
from PIL import Image

from psnplanner.file import encryption
from psnplanner.session import Session


def held(path: Path) -> object:
    """What there is in a file; raises whatever its kind's reader does where it is not whole."""
    return _READERS.get(path.suffix, lambda path: path.stat().st_size)(path)


def _table(path: Path) -> object:
    return path.read_text("utf-8-sig").count("\n")


def _zipped(path: Path) -> object:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return sorted(archive.namelist())


def _drawn(path: Path) -> object:
    return sum(1 for _ in ET.parse(path).iter())


def _page(path: Path) -> object:
    return path.read_text("utf-8").rstrip().endswith("</html>")


def _printed(path: Path) -> object:
    return path.read_bytes().rstrip().endswith(b"%%EOF")


def _pictured(path: Path) -> object:
    with Image.open(path) as image:
        image.load()
        return image.size


def _places(path: Path) -> object:
    with np.load(path) as arrays:
        return {name: arrays[name].shape for name in arrays.files}


def _database(path: Path) -> object:
    if encryption.is_encrypted(path):
        return _programme(path)
    connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    finally:
        connection.close()
    return _programme(path) if "txn" in names else sorted(names)


def _programme(path: Path) -> object:
    with Session.open(path, read_only=True) as session:
        assert session.verify() == []
        return len(session.transactions()), len(session.state.sites)


_READERS = {
    ".csv": _table, ".geojson": lambda path: len(json.loads(path.read_bytes())["features"]),
    ".kml": _drawn, ".svg": _drawn, ".xlsx": _zipped, ".zip": _zipped, ".gpkg": _database,
    ".html": _page, ".pdf": _printed, ".png": _pictured, ".jpg": _pictured, ".npz": _places,
}  # fmt: skip
