"""Where this person's own things are kept: the gazetteer, this machine's name, recent files."""

import os
import sys
from functools import lru_cache
from pathlib import Path

PASSPHRASE = "PSNPLANNER_PASSPHRASE"
"""The variable that may hold a passphrase: for this process, and none that it starts."""


def folder() -> Path:
    """The person's folder, which may not exist; PSNPLANNER_HOME overrides the usual place."""
    chosen = os.environ.get("PSNPLANNER_HOME")
    if chosen:
        return Path(chosen)
    if sys.platform.startswith("linux"):
        # As click has it, whose import the window would have to wait for.
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "psnplanner"
    import click

    return Path(click.get_app_dir("psnplanner"))


def made_folder(*below: str) -> Path:
    """The person's folder, or one below it, made where it was missing: nobody else may look in.

    What lies there names programmes and where they are. Raises OSError.
    """
    folder().mkdir(0o700, parents=True, exist_ok=True)
    made = folder().joinpath(*below)
    made.mkdir(parents=True, exist_ok=True)
    return made


@lru_cache(maxsize=1)
def machine() -> str:
    """A random name of this machine and person, made once; none where it cannot be kept."""
    path = folder() / "machine"
    try:
        known = path.read_text("ascii").strip()
        if known:
            return known
    except (OSError, UnicodeDecodeError):
        pass
    name = os.urandom(8).hex()
    try:
        made_folder()
        path.write_text(name, "ascii")
    except OSError:
        return ""
    return name
