"""Drawings made by processes of their own, while the one that asked goes on with the web page.

matplotlib takes a second to import and another to draw a pack's three files: with two of these
beside it, all four files take half as long. Run as a module, this is such a process: it gets a
pack on standard input and gives the files on standard output, both pickled. The bytes are those
that the asking process would have made, and should one fail, that one makes them itself.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from psnplanner.apart import started
from psnplanner.board.snapshot import Pack, render

_SHARES = ((".pdf",), (".png", ".svg"))
"""Who draws what: about as long as one another."""


class DrawnApart:
    """Two processes that draw; none where there is one file to draw, or one processor."""

    def __init__(self, suffixes: Iterable[str]) -> None:
        wanted = set(suffixes)
        shares = [tuple(s for s in share if s in wanted) for share in _SHARES]
        many = len(wanted) > 1 and (os.cpu_count() or 1) > 1
        # At once: they import what they need while the programme is still being read.
        self._children = {
            share: started("psnplanner.board.drawn_apart", *share, stdout=subprocess.PIPE)
            for share in shares if share and many
        }  # fmt: skip
        self._threads = ThreadPoolExecutor(max(1, len(self._children)))
        self._made: dict[str, Future[dict[str, bytes]]] = {}

    def begin(self, pack: Pack) -> None:
        """Have them draw a pack."""
        told = pickle.dumps(pack, pickle.HIGHEST_PROTOCOL) if self._children else b""
        for share, child in self._children.items():
            answer = self._threads.submit(_asked, child, told)
            self._made.update(dict.fromkeys(share, answer))

    def content(self, pack: Pack, suffix: str) -> bytes:
        """A file of the pack: as it was drawn apart, else drawn here and now."""
        made = self._made[suffix].result() if suffix in self._made else {}
        return made.get(suffix) or render(pack, suffix)

    def __enter__(self) -> Self:
        """The processes are at work already."""
        return self

    def __exit__(
        self, sort: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """None of them is left behind, whatever happened."""
        for child in self._children.values():
            child.kill()
        self._threads.shutdown()
        for child in self._children.values():
            child.communicate()


def _asked(child: subprocess.Popen[bytes], told: bytes) -> dict[str, bytes]:
    try:
        answer, _ = child.communicate(told)
        found: dict[str, bytes] = pickle.loads(answer)
    except (OSError, ValueError, EOFError, pickle.UnpicklingError):
        return {}
    return found


def main(suffixes: list[str]) -> None:
    """Draw the pack that comes in, as files of these kinds."""
    from psnplanner.board import pages, picture  # noqa: F401  # a second, while there is no pack

    pack = pickle.loads(sys.stdin.buffer.read())
    pickle.dump({suffix: render(pack, suffix) for suffix in suffixes}, sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1:])
