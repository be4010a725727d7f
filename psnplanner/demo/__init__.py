"""The illustrative programme: made-up buildings around real towns, half way to go-live."""

from collections.abc import Callable
from pathlib import Path


def write(path: Path, progress: Callable[[float, str], None] | None = None) -> None:
    """Write the illustrative programme to a new file, which appears whole or not at all.

    The same every time, except for the device that the file's journal names.
    Raises UserError if the name is taken or the folder refuses, Cancelled if `progress` does.
    """
    from psnplanner.demo.telling import write_to

    write_to(path, progress)
