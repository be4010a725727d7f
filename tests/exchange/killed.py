"""Merges that are killed as they write: `python -m tests.exchange.killed FOLDER COUNT`.

FOLDER holds `office.gpkg` and returns. One process that has everything loaded forks a child for
each kill; the child merges the returns into a copy of its own, `1.gpkg` and so on, and kills
itself before its nth statement of SQL, spread evenly from the first to the last COMMIT. Prints
the number of statements, and how many children the kill met.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from psnplanner.session import Session


def merge_all(office: Path, returns: list[Path], kill_before: int = 0) -> int:
    """Merge, and die before that statement; without one, the number of statements."""
    count = 0

    def traced(_statement: str) -> None:
        nonlocal count
        count += 1
        if count == kill_before:
            os.kill(os.getpid(), signal.SIGKILL)

    with Session.open(office, author="office") as session:
        session._run(lambda: session._file._db.conn.set_trace_callback(traced))
        for path in returns:
            session.merge_file(path)
        session._run(lambda: session._file._db.conn.set_trace_callback(None))
    return count


def in_a_child(office: Path, returns: list[Path], kill_before: int) -> bool:
    """Whether the kill met it."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            merge_all(office, returns, kill_before)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise AssertionError("the merge failed by itself")
    return os.WIFSIGNALED(status)


def main(folder: Path, kills: int) -> None:
    """Kill that many merges."""
    office, returns = folder / "office.gpkg", sorted(folder.glob("*.psnreturn"))
    counted = folder / "counted.gpkg"
    shutil.copy(office, counted)
    pipe, out = os.pipe()
    pid = os.fork()  # counted in a child too: a process with threads is not to be forked
    if not pid:
        os.write(out, str(merge_all(counted, returns)).encode())
        os._exit(0)
    os.close(out)
    statements = int(os.read(pipe, 20))
    os.waitpid(pid, 0)
    killed = 0
    for number in range(1, kills + 1):
        copy = folder / f"{number}.gpkg"
        shutil.copy(office, copy)
        killed += in_a_child(copy, returns, max(1, statements * number // kills))
    print(json.dumps({"statements": statements, "killed": killed}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
