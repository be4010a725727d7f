"""The command line's manners: one message for a failure, progress on a terminal, tidy tables."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import click

from psnplanner import logs
from psnplanner.errors import Cancelled, UserError
from psnplanner.programme.day_text import typed_day
from psnplanner.programme.words import plain

_WIDEST = 60


class Day(click.ParamType[date]):
    """A date as people write it here: 2014-05-01, 1/5/2014, 1 May 2014."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """The date, or a usage error that shows how to write one."""
        if isinstance(value, date):
            return value
        try:
            return read_day(value)
        except ValueError as error:
            self.fail(f"{error}; write it like 2014-05-01 or 1/5/2014", param, ctx)


def read_day(text: str) -> date:
    """A date in one of the forms in use here. Raises ValueError, saying why, for anything else."""
    try:
        return typed_day(text)
    except ValueError as error:
        reason = str(error)
        why = "" if reason == "not a date" else f": {reason}"
        raise ValueError(f"“{text}” is not a date{why}") from error


class _Unwritten(Exception):
    """The output could not be written; the command behind it was carried out."""


def run(command: Callable[[], Any]) -> int:
    """Run a command to its exit code: 0, 1 with one message on standard error, 2 for usage."""
    try:
        command()
        _written(sys.stdout.flush)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except UserError as error:
        return _failed(str(error))
    except (Cancelled, click.Abort, KeyboardInterrupt):
        return _failed("Cancelled; nothing was changed.")
    except _Unwritten as error:
        return _cut_off(error)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _failed(f"{place}{error.strerror or error}. Check the name and your rights to it.")
    except Exception as error:
        return _failed(_bug(error))
    return 0


def use_utf8() -> None:
    """Write UTF-8 to files and pipes, and never fail over a character a terminal lacks.

    Where there is no stream at all (`>&-`, or Windows without a console) what is said goes nowhere.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="replace")


def _written(write: Callable[[], Any]) -> None:
    try:
        write()
    except OSError as error:
        raise _Unwritten(error.strerror or str(error)) from error


def _cut_off(error: _Unwritten) -> int:
    # What is left in the buffer can go nowhere: keep Python from trying again at the end.
    with contextlib.suppress(OSError, ValueError, io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _failed(f"The output could not be written ({error}); the command was carried out.")


_LONGEST = 900


def _failed(message: str) -> int:
    if len(message) > _LONGEST:  # what it quotes may be a stranger's, and without end
        message = f"{message[: _LONGEST - 1]}…"
    click.echo(f"psnplanner: {_harmless(message.replace(chr(10), ' '))}", err=True)
    return 1


# Controls of the terminal, and what turns the direction of writing or breaks a line.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

_UNUSUAL = re.compile("[^\n -~]")


def _harmless(text: str) -> str:
    """A text as it may go to a terminal: a name in it can hold anything."""
    return _CONTROLS.sub(" ", text)


def _bug(error: Exception) -> str:
    """Keep the particulars of a fault of ours in the log, and say where in one sentence."""
    said = (
        f"This is a fault in PSN Planner ({type(error).__name__}); "
        "the programme is as its last completed change left it."
    )
    path = logs.fault(error)
    return f"{said} Please report it, with the file {path}." if path else said


def progress() -> Callable[[float, str], None] | None:
    """A progress line on standard error where that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        return None

    def show(share: float, what: str) -> None:
        end = "\n" if share >= 1 else ""
        click.echo(f"\r\x1b[K{share:4.0%}  {plain(what, _WIDEST)}{end}", err=True, nl=False)

    return show


def show(as_json: bool, document: Any, lines: Callable[[], Iterable[str]]) -> None:
    """One JSON document, or the same said in lines."""
    text = _json(document) if as_json else _harmless("\n".join(lines()))
    if text:
        _written(lambda: click.echo(text))


def _json(document: Any) -> str:
    """A document whose data stay true to the letter and steer no terminal.

    What a terminal acts on and does not show is written as JSON's own escape, as `\\u202e`.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain, allow_nan=False)
    return _UNUSUAL.sub(lambda c: c[0] if c[0].isprintable() else json.dumps(c[0])[1:-1], text)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """Rows under headings, columns aligned: figures to the right, words to the left."""
    cells = [[_cell(value) for value in row] for row in rows]
    right = [all(isinstance(v, int | float) for v in column) for column in zip(*cells, strict=True)]
    shown = [[f"{v:,}" if isinstance(v, int) else str(v) for v in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(headings, *shown, strict=True)]
    lines = []
    for row in [list(headings), *shown]:
        parts = [
            text.rjust(width) if right and right[at] else text.ljust(width)
            for at, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return lines


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else plain(str(value), _WIDEST)
