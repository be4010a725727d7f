"""Which programme is kept in step with which hub, on this machine; never a password."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from psnplanner import home
from psnplanner.whole_file import whole_file

if TYPE_CHECKING:
    from psnplanner.hub.address import Address


def _path() -> Path:
    return home.folder() / "hubs.json"


def _all() -> dict[str, str]:
    try:
        found = json.loads(_path().read_text("utf-8"))
        return {str(file): str(hub) for file, hub in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def hub_of(file: Path) -> str:
    """The address of a programme's hub, without a password; empty if it has none."""
    return _all().get(os.path.realpath(file), "")


def remember(file: Path, address: Address | None) -> None:
    """Remember a programme's hub, or that it has none any more."""
    known = {name: hub for name, hub in _all().items() if name != os.path.realpath(file)}
    if address is not None:
        known[os.path.realpath(file)] = str(address)
    home.made_folder()
    with whole_file(_path()) as beside:
        beside.write_text(json.dumps(known, ensure_ascii=False, indent=1), "utf-8")
