"""What every verb shares: the programme it opens, and its document of JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psnplanner.errors import PassphraseNeeded

if TYPE_CHECKING:
    from psnplanner.session import Session

FILE = click.argument("file", type=click.Path(path_type=Path))
"""The programme's file, which is the first argument of nearly every verb."""


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option every verb takes."""
    text = "One JSON document on standard output, nothing else."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def open_programme(file: Path, by: str = "", *, read_only: bool = False) -> Session:
    """Open a programme for a verb; `by` is who acts, by default who is logged in."""
    from psnplanner.session import Session

    try:
        return Session.open(file, author=by, read_only=read_only)
    except PassphraseNeeded:
        from psnplanner.verbs.passphrase import supply

        if not supply(file):
            raise
    return Session.open(file, author=by, read_only=read_only)
