"""Work that makes a great many objects that last, without the pauses of the cycle collector.

The collector holds every thread up while it looks through all there is: a second for the rows of
a list of 100,000. Those rows hold no cycles, so it need not look at them at all.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from psnplanner.collector import set_aside

MANY = 300_000
"""Fewer objects are looked through in the blink of an eye."""


@contextmanager
def lasting() -> Iterator[None]:
    """No collection within; if very many objects were made, they are never looked through."""
    with set_aside():
        yield
        if gc.get_count()[0] > MANY:
            gc.freeze()
