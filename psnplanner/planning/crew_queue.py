"""Sites waiting for crews: first come, first served by several crews, all runs at a time.

Source: the queue with several servers of Kiefer and Wolfowitz (1955): whoever is next starts
when the crew that is free first is free, and holds it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.float32]

BLOCK = 2_000
"""Runs worked through together: what they need stays near the processor."""

_CREW_BITS = 31
"""Room beside the 32 bits of a moment in a whole number of 64, less the sign."""

_FINE = 256.0
# Moments are ordered by whole parts of 1/256 of a day, ties by the sites' order.


def starts(ready: Runs, service: Runs, crews: int) -> Runs:
    """When a crew starts at each site (N, R) that is ready then and takes so long.

    In each run, whoever is ready first is served first by the crew that is free first.
    """
    result = np.empty_like(ready)
    for first in range(0, ready.shape[1], BLOCK):
        block = slice(first, first + BLOCK)
        result[:, block] = _starts(ready[:, block], service[:, block], crews)
    return result


def _starts(ready: Runs, service: Runs, crews: int) -> Runs:
    sites, runs = ready.shape
    order = _order(ready)
    began = np.empty(ready.size, dtype=np.float32)
    ready, service = ready.ravel(), service.ravel()
    # A moment's bits as a whole number keep its order (none is negative), and leave room for
    # the crew's number behind them: the least of a column tells when and who at once.
    free = np.zeros((min(crews, sites), runs), dtype=np.int64)
    free += np.arange(len(free))[:, None]
    flat, run, number = free.ravel(), np.arange(runs), np.int64((1 << _CREW_BITS) - 1)
    for who in order:
        soonest = free.min(axis=0)
        crew = soonest & number
        soonest >>= _CREW_BITS
        start = np.maximum(ready.take(who), soonest.astype(np.int32).view(np.float32))
        began[who] = start
        start += service.take(who)
        held = start.view(np.int32).astype(np.int64)
        held <<= _CREW_BITS
        held |= crew
        crew *= runs
        crew += run
        flat[crew] = held
    return began.reshape(sites, runs)


def _order(ready: Runs) -> NDArray[np.intp]:
    """Whoever is next, run by run (N, R): places in the flat array, by when they are ready.

    One number holds moment and site, so that plain sorting does.
    """
    sites, runs = ready.shape
    bits = max(1, (sites - 1).bit_length())
    latest = int(float(ready.max()) * _FINE) + 1
    # Half the width sorts in half the time, and is enough for ten years and 5,000 sites.
    word = np.dtype(np.uint32 if latest << bits < 1 << 32 else np.uint64)
    keys: NDArray[Any] = (ready.T * np.float32(_FINE)).astype(word)
    keys <<= word.type(bits)
    keys |= np.arange(sites, dtype=word)
    keys.sort(axis=1)
    keys &= word.type((1 << bits) - 1)
    found: NDArray[np.intp] = keys.T.astype(np.intp, order="C")
    found *= runs
    found += np.arange(runs)
    return found
