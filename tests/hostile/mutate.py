"""Changes a fuzzer makes to bytes where no cleverer one is installed: seeded, so repeatable."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

_TELLING = [
    b"\0", b"\xff", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"-1", b"0", b"1e999", b"NaN", b"[",
    b"{", b'"', b"\\ud800", b"\xed\xa0\x80", b",", b"\n", b"\r", b";", b"'", b"<", b">", b"&", b"=",
    b"\xc2\xa0", b"\xe2\x80\xae", b"null", b"true", b"9" * 40, b"../", b"%n", b"\xef\xbb\xbf",
]  # fmt: skip


def mutations(seeds: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """The seeds, and then for ever bytes that are like them and not quite."""
    chance = random.Random(seed)
    pool = list(seeds)
    yield from pool
    while True:
        data = bytearray(chance.choice(pool))
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            _alter(data, chance, pool)
        yield bytes(data)


def _alter(data: bytearray, chance: random.Random, pool: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    kind = chance.randrange(7)
    if kind == 0 and data:
        data[at % len(data)] ^= 1 << chance.randrange(8)
    elif kind == 1 and data:
        data[at % len(data)] = chance.randrange(256)
    elif kind == 2:
        data[at:at] = chance.choice(_TELLING)
    elif kind == 3:
        told = chance.choice(_TELLING)
        data[at : at + len(told)] = told
    elif kind == 4:
        del data[at : at + chance.choice((1, 4, 30, 500))]
    elif kind == 5:
        other = chance.choice(pool)
        start = chance.randrange(len(other) + 1)
        data[at:at] = other[start : start + chance.choice((4, 30, 300))]
    else:
        piece = bytes(data[at : at + chance.choice((1, 8, 60))])
        data[at:at] = piece * chance.choice((2, 9, 60))
