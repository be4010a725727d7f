"""A layer read in a process of its own, which can be stopped: for time, for memory, on request.

GDAL cannot be told to stop, and some files ask for endless work: a view that joins a table to
itself five times, a column that makes gigabytes. Large honest layers gain too: the window stays
alive meanwhile. Run as a module, it is that process.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from psnplanner.errors import UserError
from psnplanner.geography.vector_file import Kind, VectorFile
from psnplanner.intake.table import Progress, Table

_LARGE_BYTES = 8_000_000
_MOST_MEMORY_BYTES = 4_000_000_000
_LEAST_SECONDS, _SECONDS_A_MEGABYTE = 1.0, 1.0  # ten times what GDAL takes for honest layers
_SLACK = 10.0  # where only the clock can be limited, and other programs run
_TICK_SECONDS, _USUAL_SECONDS = 0.1, 20.0
# What runs when it is read: views, computed columns. In a text of the data it does no harm here.
_COMPUTED = re.compile(rb"\b(?:view|generated|as)\b", re.IGNORECASE)
_TEXT_ENCODING = slice(56, 60)  # of an SQLite file; its schema is seen only in UTF-8
_UTF_8 = b"\0\0\0\1"


def wants_process(file: VectorFile) -> bool:
    """Whether a layer is large, or of a kind whose reading may run instructions of its own."""
    if _size(file) > _LARGE_BYTES:
        return True
    if file.kind.driver != "GPKG":
        return False
    data = file.copy.read_bytes()
    return data[_TEXT_ENCODING] != _UTF_8 or _COMPUTED.search(data) is not None


def read_apart(
    file: VectorFile, sheet: str | None, encoding: str | None, progress: Progress
) -> Table:
    """The table of a layer, read by another process, which is ended if `progress` raises.

    Raises UserError as reading it here would, and where it needs more time or memory than its
    size explains.
    """
    out = file.copy.with_name("table.json")
    seconds = _LEAST_SECONDS + _SECONDS_A_MEGABYTE * _size(file) / 1e6
    kind = dataclasses.asdict(file.kind)
    task = {"path": str(file.path), "copy": str(file.copy), "kind": kind, "sheet": sheet,
            "encoding": encoding, "out": str(out), "seconds": seconds}  # fmt: skip
    package = str(Path(__file__).parents[2])
    path = os.pathsep.join([package, *filter(None, sys.path)])
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "psnplanner.intake.apart"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    try:
        assert child.stdin is not None
        with contextlib.suppress(OSError):
            child.stdin.write(json.dumps(task).encode())
            child.stdin.close()
        _wait(child, seconds, progress)
    finally:
        child.kill()
        child.wait()
    if child.returncode != 0 or not out.is_file():
        raise _needs_too_much(file.path)
    said = json.loads(out.read_bytes())
    if "refused" in said:
        raise UserError(*said["refused"])
    return _table(said)


def _wait(child: subprocess.Popen[bytes], seconds: float, progress: Progress) -> None:
    begun = time.monotonic()
    most = math.inf if _limits() else _SLACK * seconds
    while child.poll() is None:
        gone = time.monotonic() - begun
        if gone > most:
            return
        progress(0.02 + 0.15 * (1 - math.exp(-gone / _USUAL_SECONDS)), "Reading the layer")
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_TICK_SECONDS)


def _size(file: VectorFile) -> int:
    return sum(part.stat().st_size for part in file.copy.parent.iterdir() if part.is_file())


def _needs_too_much(path: Path) -> UserError:
    return UserError(
        "reading its layer takes far more time or memory than its size explains: given up.",
        str(path), "Ask whoever sent it for a plain export, as GeoJSON or CSV.",
    )  # fmt: skip


def _table(said: dict[str, Any]) -> Table:
    rows = [(number, cells) for number, cells in said.pop("rows")]
    known = {int(index): field for index, field in said.pop("known").items()}
    lists: dict[str, Any] = {name: tuple(said.pop(name)) for name in ("sheets", "notes")}
    return Table(**said, **lists, rows=rows, known=known)


def _limits() -> Any:
    """The module that limits a process, None where there is none (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    return resource


def _limit_self(seconds: float) -> None:
    """From here on, use no more of the processor's time and of memory than that."""
    resource = _limits()
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    # Systems that do not limit memory say so by an error; time is limited all the same.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))


def main() -> None:
    """Do the task that standard input describes, and write its table where it says."""
    import pyogrio.raw  # noqa: F401 -- before the time is limited

    from psnplanner.geography.vector_file import quietly
    from psnplanner.intake.table import no_progress
    from psnplanner.intake.vector import read_here

    task = json.load(sys.stdin)
    _limit_self(task["seconds"])
    kind = Kind(**{**task["kind"], "parts": tuple(task["kind"]["parts"])})
    file = VectorFile(Path(task["path"]), Path(task["copy"]), kind)
    try:
        with quietly(file.path):
            table = read_here(file, task["sheet"], task["encoding"], no_progress)
        said: dict[str, Any] = {f.name: getattr(table, f.name) for f in dataclasses.fields(table)}
        del said["mended"]
    except UserError as error:
        said = {"refused": [error.what, error.where, error.remedy]}
    Path(task["out"]).write_text(json.dumps(said))


if __name__ == "__main__":
    main()
