"""What every verb shares: the programme it opens, and its document of JSON."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from psnplanner.errors import PassphraseNeeded, UserError

if TYPE_CHECKING:
    from psnplanner.session import Session

FILE = click.argument("file", type=click.Path(path_type=Path))
"""The programme's file, which is the first argument of nearly every verb."""


class Out(click.Path):
    """Where a file is to be written; refused before any work is done where none can be."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """The path. Raises UserError for a folder, and in one that is missing or read-only."""
        out = Path(os.fsdecode(super().convert(value, param, ctx)))
        folder = out.parent
        if os.path.isdir(out):
            raise UserError("That is a folder.", str(out), "Give the name of a file in it.")
        if not os.path.isdir(folder):
            raise UserError("There is no such folder.", str(folder), "Make it first.")
        if not os.access(folder, os.W_OK):
            raise UserError(
                "The folder is read-only.", str(folder), "Choose a folder you can write to."
            )
        return out


class Words(click.ParamType):  # type: ignore[type-arg]
    """A name that says something: not empty, no blanks round it."""

    name = "text"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The words, or a usage error if there are none."""
        words = " ".join(str(value).split())
        return words or self.fail("it is empty", param, ctx)


def ends_with(file: Path, *suffixes: str) -> None:
    """Raise UserError unless a file's name ends in one of these, in any case."""
    if file.suffix.casefold() not in suffixes:
        raise UserError(
            f"The name ends in “{file.suffix}”." if file.suffix else "The name has no ending.",
            str(file),
            f"End it with {' or '.join(suffixes)}.",
        )


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
