"""What an exchange with a hub did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Synced:
    """What went to the hub and what came from it; `by` are the authors of what came."""

    sent: int = 0
    sent_changes: int = 0
    received: int = 0
    received_changes: int = 0
    photographs_sent: int = 0
    photographs_received: int = 0
    conflicts: int = 0
    by: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """What the hub has refused and the file keeps, by the labels of its transactions."""
    held: tuple[str, ...] = ()
    """What the hub has and this file did not take, a sentence for each device it is of."""

    def __add__(self, other: Synced) -> Synced:
        numbers = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__dataclass_fields__
            if name not in ("by", "refused", "held")
        }
        by = tuple(dict.fromkeys(self.by + other.by))
        held = tuple(dict.fromkeys(self.held + other.held))
        return Synced(**numbers, by=by, refused=self.refused + other.refused, held=held)
