"""Days in the field and in the office, told by number: for any engine to make and to merge."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SITES, PACKS = 20_000, 50
FIELDS = ("note", "contact", "address", "kind", "safety")
EACH = 200
"""Sites in a pack; all five fields of each are changed, but of those the surveyor removes."""
SHARED, MOVED, REMOVED = 20, 8, 2
"""Of each pack's sites: how many notes both change; how many sites both move, the surveyor to the
north and the office to the east; how many each removes while the other works on them."""
PLACE, GONE = "place", "gone"
Edits = dict[tuple[int, str], set[Any]]


def place(number: int) -> tuple[float, float]:
    """Where a site is at first: latitude, longitude."""
    return 53.0 + number % 700 / 1000, -3.1 + number % 900 / 1000


@dataclass
class Work:
    """What one side does: fields set, places set, sites removed."""

    values: dict[int, dict[str, str]] = field(default_factory=dict)
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    removed: list[int] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """How many changes that is."""
        return sum(map(len, self.values.values())) + len(self.places) + len(self.removed)

    def add_to(self, edits: Edits) -> None:
        """Note each edit under what it is of."""
        for number, values in self.values.items():
            for name, value in values.items():
                edits.setdefault((number, name), set()).add(value)
        for number, where in self.places.items():
            edits.setdefault((number, PLACE), set()).add(where)
        for number in self.removed:
            edits.setdefault((number, GONE), set()).add(True)


def days() -> Iterator[tuple[int, range, Work, Work]]:
    """Each pack's number and sites, the surveyor's day, and the office's meanwhile."""
    for number in range(PACKS):
        part = range(number * EACH, (number + 1) * EACH)
        both, moved = part[:SHARED], part[SHARED : SHARED + MOVED]
        off = part[SHARED + MOVED : SHARED + MOVED + REMOVED]
        surveyor = Work(
            {n: {f: f"{f} by {number}" for f in FIELDS} for n in part if n not in off},
            {n: (place(n)[0] + 0.001, place(n)[1]) for n in moved},
            list(off),
        )
        office = Work(
            {n: {"note": f"office {number}"} for n in (*both, *off)},
            {n: (place(n)[0], place(n)[1] + 0.001) for n in moved},
            list(part[-REMOVED:]),
        )
        yield number, part, surveyor, office


def lost(
    edits: Edits, after: Mapping[int, Mapping[str, Any]], told: Collection[tuple[int, str]]
) -> int:
    """The edits that are neither in the outcome nor in a conflict that anybody is told of.

    `after` has the sites that are there, with FIELDS and PLACE; `told` what is in conflict.
    """
    count = 0
    for (number, name), values in edits.items():
        if (number, name) in told or (number, GONE) in told:
            continue
        here = after.get(number)
        if name == GONE:
            count += here is not None
        elif name == PLACE:
            count += sum(here is None or not _moved_so(number, value, here) for value in values)
        else:
            count += sum(here is None or here[name] != value for value in values)
    return count


def _moved_so(number: int, given: tuple[float, float], here: Mapping[str, Any]) -> bool:
    """Whether the coordinate that was changed is as it was given: by itself it is not lost."""
    told = zip(given, place(number), here[PLACE], strict=True)
    return all(coordinate in (before, now) for coordinate, before, now in told)


def mixed(edits: Edits, after: Mapping[int, Mapping[str, Any]]) -> int:
    """How many sites stand where nobody put them: one's latitude, another's longitude."""
    return sum(
        here[PLACE] not in {place(number), *edits.get((number, PLACE), ())}
        for number, here in after.items()
    )
