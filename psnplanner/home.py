"""Where this person's own things are kept: the gazetteer, this machine's name, recent files."""

import os
import secrets
from functools import lru_cache
from pathlib import Path

import click


def folder() -> Path:
    """The person's folder, which may not exist; PSNPLANNER_HOME overrides the usual place."""
    chosen = os.environ.get("PSNPLANNER_HOME")
    return Path(chosen) if chosen else Path(click.get_app_dir("psnplanner"))


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
    name = secrets.token_hex(8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "ascii")
    except OSError:
        return ""
    return name
