"""Work on a stranger's file in a process of its own: stopped for time, for memory, on request.

The libraries that read such files cannot be told to stop, and some files ask for endless work or
for all the memory there is. The process is given one function of ours and plain data, and gives
plain data back. Large honest files gain too: the window stays alive meanwhile. Run as a module,
this is that process.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from psnplanner import home
from psnplanner.errors import UserError

Progress = Callable[[float, str], None]
MOST_MEMORY_BYTES = 4_000_000_000
_SLACK = 10.0  # where only the clock can be limited, and other programs run
# Of a process that a library brought down; Windows numbers them otherwise.
_CRASHES = {-getattr(signal, name, 0) for name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE")} - {0}
_CRASHES |= {0xC0000005, 0xC00000FD, 0xC0000374}
_TICK_SECONDS, _USUAL_SECONDS = 0.1, 20.0


def call(
    function: str,
    given: Mapping[str, Any],
    *,
    seconds: float,
    gives_up: UserError,
    broken: UserError | None = None,
    progress: Progress,
    saying: tuple[float, float, str] = (0.0, 0.2, "Reading the layer"),
    first: Sequence[str] = (),
    memory_bytes: int = MOST_MEMORY_BYTES,
) -> Any:
    """What `function` ("package.module:name") makes of the JSON `given`, as JSON again.

    It gets `seconds` of the processor, counted after the modules `first` are imported, and
    `memory_bytes`. `saying`
    is from which share to which the progress creeps, and what it says; what `progress` raises
    ends the process. Raises `gives_up` where time or memory run out, `broken` where it crashes
    (None: the same), and the UserError that the function raises.
    """
    with tempfile.TemporaryDirectory(prefix="psnplanner-") as name:
        out = Path(name) / "made.json"
        task = {"function": function, "given": given, "seconds": seconds, "first": list(first),
                "memory_bytes": memory_bytes, "out": str(out)}  # fmt: skip
        child = started("psnplanner.apart")
        try:
            assert child.stdin is not None
            with contextlib.suppress(OSError):
                child.stdin.write(json.dumps(task).encode())
                child.stdin.close()
            _wait(child, seconds, progress, saying)
        finally:
            child.kill()
            child.wait()
        if child.returncode in _CRASHES and broken is not None:
            raise broken
        if child.returncode != 0 or not out.is_file():
            raise gives_up
        said = json.loads(out.read_bytes())
    if "refused" in said:
        raise UserError(*said["refused"])
    return said["made"]


def started(module: str, *words: str, stdout: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """A module of ours as a process of its own, which takes its task on standard input.

    The folder one stands in has no say in what it imports: it may be full of a stranger's files.
    Nor has it the passphrase: what reads a stranger's file is the last that should be told.
    """
    package = str(Path(__file__).parents[1])
    path = os.pathsep.join([package, *filter(None, sys.path)])
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *words],
        stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != home.PASSPHRASE}
        | {"PYTHONPATH": path},
    )  # fmt: skip


def _wait(
    child: subprocess.Popen[bytes],
    seconds: float,
    progress: Progress,
    saying: tuple[float, float, str],
) -> None:
    begun, (low, high, words) = time.monotonic(), saying
    most = math.inf if _limits() else _SLACK * seconds
    while child.poll() is None:
        gone = time.monotonic() - begun
        if gone > most:
            return
        progress(low + (high - low) * (1 - math.exp(-gone / _USUAL_SECONDS)), words)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_TICK_SECONDS)


def _limits() -> Any:
    """The module that limits a process, None where there is none (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    return resource


def limit_self(seconds: float, memory_bytes: int = MOST_MEMORY_BYTES) -> None:
    """From here on, this process uses no more of the processor's time and of memory than that."""
    resource = _limits()
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    # Systems that do not limit memory say so by an error; time is limited all the same.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def main() -> None:
    """Do the task that standard input describes, and write what it comes to where it says."""
    task = json.load(sys.stdin)
    module, _, name = task["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    for other in task["first"]:
        importlib.import_module(other)
    limit_self(task["seconds"], task["memory_bytes"])
    try:
        said: dict[str, Any] = {"made": function(**task["given"])}
    except UserError as error:
        said = {"refused": [error.what, error.where, error.remedy]}
    Path(task["out"]).write_text(json.dumps(said))


if __name__ == "__main__":
    main()
