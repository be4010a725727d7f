"""Finding the data files the program carries: base map, demo, calendars, icons.

Source: the repository's top-level `resources/`, which an installed package
carries inside itself as `psnplanner/resources/`.
"""

from functools import cache
from pathlib import Path

from psnplanner.errors import UserError

_MARKER = "basemap.json"


@cache
def folder() -> Path:
    """The folder of resources: the checkout's, if this is one, else the installed.

    Raises UserError if neither is there (a broken installation).
    """
    package = Path(__file__).resolve().parent
    # A checkout may hold a stale build of the package's copy: prefer the source.
    for candidate in (package.parent / "resources", package / "resources"):
        if (candidate / _MARKER).is_file():
            return candidate
    raise UserError(
        "the program's own data files are missing.",
        where=str(package / "resources"),
        remedy="Install PSN Planner again.",
    )


def read_bytes(name: str) -> bytes:
    """The content of one resource, named relative to `folder()` ("icons/site.svg").

    Raises UserError if it cannot be read.
    """
    path = folder() / name
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"one of the program's own data files cannot be read: {error.strerror}.",
            where=str(path),
            remedy="Install PSN Planner again.",
        ) from error


def read_text(name: str) -> str:
    """The content of one resource as UTF-8 text; raises UserError as `read_bytes`."""
    return read_bytes(name).decode("utf-8")
