"""What a device knew of the others, as its transactions keep it: in full, or what was new.

In a copy that a hub keeps in step, all of the others have gone on by every sync: for two hundred
devices that is 4 kB in full, and some 400 bytes as what was added. Hashes are over the full text,
whichever is kept. A text that begins with a plus adds to what its device had said last: `+{...}`
names devices and their new numbers, `+[...]` has what to add for each device in order.
"""

from __future__ import annotations

from collections.abc import Mapping

from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.journal_events import compact
from psnplanner.file.tables import parsed

FULL_EVERY = 16
"""At most so many texts have to be read to know one in full."""

_ADDS = "+"


def vector_text(vector: Mapping[int, int]) -> str:
    """A vector in full: JSON, its devices in order."""
    return compact({str(dev): vector[dev] for dev in sorted(vector)})


def vector(text: str) -> dict[int, int]:
    """The vector behind its full text."""
    return {int(dev): n for dev, n in parsed(text).items()}


def is_full(text: str) -> bool:
    """Whether a text says all by itself."""
    return not text.startswith(_ADDS)


def in_short(known: Mapping[int, int], before: Mapping[int, int], steps: int) -> str:
    """The text to keep after `before`, which stands `steps` texts behind a full one."""
    ways = [vector_text(known)]
    if steps + 1 < FULL_EVERY and before and before.keys() <= known.keys():
        new = {dev: n for dev, n in known.items() if before.get(dev) != n}
        ways.append(_ADDS + vector_text(new))
        if before.keys() == known.keys():
            ways.append(_ADDS + compact([known[dev] - before[dev] for dev in sorted(known)]))
    return min(ways, key=len)


def expanded(text: str, before: Mapping[int, int]) -> dict[int, int]:
    """The vector behind a text, kept after one that said `before`. Raises ValueError for none."""
    if is_full(text):
        return vector(text)
    told = parsed(text.removeprefix(_ADDS))
    if isinstance(told, dict):
        return {**before, **{int(dev): n for dev, n in told.items()}}
    devices = sorted(before)
    return {dev: before[dev] + more for dev, more in zip(devices, told, strict=True)}


def by_then(db: Database, dev: int, n: int) -> tuple[dict[int, int], int]:
    """What a device knew by its nth transaction, and how many texts behind a full one that is."""
    found = rows(
        db, "SELECT ctx FROM txn WHERE dev = ? AND n <= ? AND ctx IS NOT NULL "
        "ORDER BY n DESC LIMIT ?", dev, n, FULL_EVERY,
    )  # fmt: skip
    texts: list[str] = []
    for (text,) in found:
        texts.append(text)
        if is_full(text):
            break
    known: dict[int, int] = {}
    for text in reversed(texts):
        known = expanded(text, known)
    return known, max(0, len(texts) - 1)


class Said:
    """What each device said last, for reading its texts in their order.

    Without a file, a device's first text has to be a full one.
    """

    def __init__(self, db: Database | None = None) -> None:
        self._db = db
        self._last: dict[int, dict[int, int]] = {}

    def known(self, dev: int, n: int, text: str) -> dict[int, int]:
        """What a device knew, by the text of its nth. Raises ValueError if it cannot be told."""
        if is_full(text):
            found = vector(text)
        elif dev in self._last:
            found = expanded(text, self._last[dev])
        elif self._db is not None:
            found = by_then(self._db, dev, n)[0]
        else:
            raise ValueError("what a device knew rests on what is lost")
        self._last[dev] = found
        return found

    def forget(self, dev: int) -> None:
        """Something of this device is lost: what it said next cannot be told."""
        self._last.pop(dev, None)
