"""A programme's passphrase, never from the command line itself: others can see what is typed there.

It comes from the file that --passphrase-file or PSNPLANNER_PASSPHRASE_FILE names, from
PSNPLANNER_PASSPHRASE, from the keyring, or from a prompt.
"""

from __future__ import annotations

import getpass
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from psnplanner.errors import UserError
from psnplanner.home import PASSPHRASE

_FILE, _WORDS = "PSNPLANNER_PASSPHRASE_FILE", PASSPHRASE


def passphrase_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option to read a new passphrase from a file."""
    return click.option(
        "--passphrase-file", type=click.Path(path_type=Path),
        help="A file that holds the passphrase; else it is asked for.",
    )(command)  # fmt: skip


_MOST_TEXT = 10_000
"""Characters of a passphrase."""


def told(path: Path | None = None) -> str:
    """The passphrase as it was given beside the command; "" where it was not."""
    named = path or (Path(os.environ[_FILE]) if os.environ.get(_FILE) else None)
    if named is None:
        return os.environ.get(_WORDS, "")
    try:
        with named.open(encoding="utf-8") as file:
            words = file.read(_MOST_TEXT + 1)  # a device has no end
        if len(words) > _MOST_TEXT:
            raise ValueError("too long for a passphrase")
        return words.rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise UserError("The file of the passphrase cannot be read.", str(named),
                        "Name a text file that holds nothing else.") from error  # fmt: skip


def ask(words: str, *, twice: bool = False) -> str:
    """A passphrase typed unseen, or read from a pipe without Python's own warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", getpass.GetPassWarning)
        return str(click.prompt(words, hide_input=True, confirmation_prompt=twice, err=True))


def fresh(path: Path | None) -> str:
    """A new passphrase, asked for twice if it was not given. Raises UserError without one."""
    words = told(path)
    if not words and sys.stdin.isatty():
        words = ask("New passphrase", twice=True)
    if not words:
        raise UserError(
            "No passphrase was given.", remedy=f"Use --passphrase-file, or set {_FILE}."
        )
    return str(words)


def make_known(*paths: Path) -> None:
    """Give the passphrases of those files that are encrypted, where they can be had."""
    from psnplanner.session import passphrases

    for path in paths:
        if passphrases.is_encrypted(path) and not passphrases.held(path):
            supply(path)


def supply(path: Path) -> bool:
    """Give the passphrase of an encrypted file, if it can be had; whether it was."""
    from psnplanner.session import passphrases

    words = told()
    if not words and sys.stdin.isatty():
        words = ask(f"Passphrase of {path.name}")
    if words:
        passphrases.hold(path, words)
    return bool(words)
