"""Python's cycle collector, set aside while a great many lasting objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def set_aside(*, lasting: bool = False) -> Iterator[None]:
    """No cyclic collection within, for speed; as it was before, afterwards.

    The rows of a list hold no cycles, and all of them last: each pass over them finds nothing
    and costs as much as the reading itself. With `lasting`, what was made within then counts as
    old, so that it is not all looked through at once as soon as the collector is back.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # To freeze and to thaw makes all there is old, where nothing is frozen for good.
        if lasting and not gc.get_freeze_count():
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()
