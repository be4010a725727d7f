"""Python's cycle collector, set aside while a great many lasting objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def set_aside() -> Iterator[None]:
    """No cyclic collection within, for speed; as it was before, afterwards.

    The rows of a list hold no cycles, and all of them last: each pass over them finds nothing
    and costs as much as the reading itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
