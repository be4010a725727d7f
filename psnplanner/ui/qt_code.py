"""Qt's Python side compiled once, not at every start.

PySide carries a dozen modules of its Python side as text within its library and compiles them
whenever it is imported, for it looks for no byte code: a twelfth of all that is done until the
first map is painted. Here that byte code is kept where Python keeps ours, under the same terms:
used only if made from the very same text by the same Python, written only where Python may.
"""

from __future__ import annotations

import builtins
import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from typing import Any

_PREFIX = "shibokensupport/"
Kept = dict[str, tuple[bytes, Any]]
"""By the name of the module: what its text hashes to, and its code."""


@contextmanager
def kept() -> Iterator[None]:
    """While in it, PySide may be imported and finds its code compiled."""
    real, path = builtins.compile, _place()
    known = _read(path)

    def find(source: Any, name: Any, *rest: Any, **more: Any) -> Any:
        if not isinstance(source, bytes) or not str(name).startswith(_PREFIX):
            return real(source, name, *rest, **more)
        digest = source_hash(source)
        if name not in known or known[name][0] != digest:
            known[name] = digest, real(source, name, *rest, **more)
            made.append(name)
        return known[name][1]

    made: list[str] = []
    builtins.compile = find
    try:
        yield
    finally:
        builtins.compile = real
    if made:
        _write(path, known)


def _place() -> Path:
    """Beside our own byte code, wherever this Python keeps it."""
    path = Path(cache_from_source(str(Path(__file__).with_name("qt_side.py"))))
    return path.with_suffix(".kept")  # several modules: not what Python calls .pyc


def _read(path: Path) -> Kept:
    try:
        data = path.read_bytes()
        known: Any = data.startswith(MAGIC_NUMBER) and marshal.loads(data[len(MAGIC_NUMBER) :])
    except (OSError, ValueError, EOFError, TypeError):
        return {}  # it only saves time
    return known if isinstance(known, dict) else {}


def _write(path: Path, known: Kept) -> None:
    if sys.dont_write_bytecode:
        return
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(MAGIC_NUMBER + marshal.dumps(known))
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
