"""Sites waiting for crews: first come, first served by several crews, all runs at a time.

Source: the queue with several servers of Kiefer and Wolfowitz (1955): whoever is next starts
when the crew that is free first is free, and holds it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.float32]

BLOCK = 2_000
"""Runs worked through together: what they need stays near the processor."""

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
    crews = min(crews, sites)
    free = np.zeros((runs, crews), dtype=np.float32)
    first_of_run = np.arange(runs) * crews
    for who in order:
        crew = free.argmin(axis=1)
        crew += first_of_run
        start = np.maximum(ready.take(who), free.take(crew))
        began[who] = start
        start += service.take(who)
        free.put(crew, start)
    return began.reshape(sites, runs)


def _order(ready: Runs) -> NDArray[np.intp]:
    """Whoever is next, run by run (N, R): places in the flat array, by when they are ready.

    One number holds moment and site, so that plain sorting does.
    """
    sites, runs = ready.shape
    bits = max(1, (sites - 1).bit_length())
    keys = (ready.T * np.float32(_FINE)).astype(np.uint64) << np.uint64(bits)
    keys |= np.arange(sites, dtype=np.uint64)
    keys.sort(axis=1)
    found = (keys.T & np.uint64((1 << bits) - 1)).astype(np.intp)
    found *= runs
    found += np.arange(runs)
    return found
