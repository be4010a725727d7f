"""Random streams of the forecast: one for each site, factor and node, whatever the others do."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

BEFORE, CREW, FACTS, FACTOR, NODE = range(5)
"""The streams of luck; each site, factor or node has its own of each."""


class Luck:
    """One random source that takes the state of any owner: a digest needs no further seeding."""

    def __init__(self, seed: int) -> None:
        self._keys = [f"{seed} {stream}".encode() for stream in range(NODE + 1)]
        self._source = np.random.SFC64(0)
        self._generator = np.random.Generator(self._source)
        self._words = np.ones(4, dtype=np.uint64)
        self._state: Any = {
            "bit_generator": "SFC64",
            "state": {"state": self._words},
            "has_uint32": 0,
            "uinteger": 0,
        }

    def _of(self, stream: int, owner: bytes) -> np.random.SFC64:
        """The source at the beginning of an owner's stream."""
        digest = blake2b(owner, digest_size=32, key=self._keys[stream]).digest()
        self._words[:3] = np.frombuffer(digest, dtype="<u8", count=3)
        # The last word is the counter of SFC64, which begins at one.
        self._source.state = self._state
        self._source.random_raw(12, output=False)
        return self._source

    def uniform(self, stream: int, owner: bytes, count: int, runs: int) -> NDArray[np.uint16]:
        """Random whole numbers (count, runs) of 16 bits from an owner's stream."""
        wide = -(-runs // 4) * 4
        raw = np.asarray(self._of(stream, owner).random_raw(count * wide // 4), dtype="<u8")
        return raw.view("<u2").reshape(count, wide)[:, :runs]

    def normal(self, stream: int, owner: bytes, count: int) -> NDArray[np.float64]:
        """So many draws of the normal distribution from an owner's stream."""
        self._of(stream, owner)
        return self._generator.standard_normal(count)
