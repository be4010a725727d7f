"""What a new plan changes: each site that moves, from where to where, and whether it has to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from psnplanner.planning.cost import phases_of
from psnplanner.planning.grouping import OUT, Grouped
from psnplanner.planning.instance import Instance
from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId


@dataclass(frozen=True)
class Move:
    """One site out of the phase it was in. `forced` where no rule lets it stay."""

    site: RecordId
    reference: str
    before: str
    after: str
    forced: bool

    @property
    def sentence(self) -> str:
        """The move in words."""
        why = ": it cannot stay" if self.forced else ""
        return f"{self.reference} moves from {self.before} to {self.after or 'no phase'}{why}."

    def report(self) -> dict[str, Any]:
        """The move as JSON-ready values."""
        return {
            "reference": self.reference,
            "from": self.before,
            "to": self.after or None,
            "forced": self.forced,
            "sentence": self.sentence,
        }


def moves(instance: Instance, plan: Grouped) -> tuple[Move, ...]:
    """The sites that a plan takes out of the phase they are in, by reference."""
    where = phases_of(instance, plan)
    changed = np.flatnonzero((instance.current != OUT) & (where != instance.current))
    return tuple(
        Move(
            instance.sites[i].id,
            instance.sites[i].reference or instance.sites[i].name,
            instance.phases[instance.current[i]].name,
            instance.phases[where[i]].name if where[i] != OUT else "",
            not bool(instance.allowed[i, instance.current[i]]),
        )
        for i in changed
    )


def forced_moves(instance: Instance) -> int:
    """Sites that cannot stay where they are, and those that must make way for want of days."""
    held = np.flatnonzero((instance.current != OUT) & ~instance.fixed)
    stays = instance.allowed[held, instance.current[held]]
    forced = int((~stays).sum())
    for k in range(len(instance.phases)):
        inside = held[stays & (instance.current[held] == k)]
        days = np.sort(instance.effort_days[inside])[::-1]
        over = float(days.sum() - instance.model.capacity[0, k])
        # The fewest sites whose days are too many: the largest first.
        forced += int(np.searchsorted(np.cumsum(days), over - 1e-6) + 1) if over > 1e-6 else 0
    return forced


def summary(found: tuple[Move, ...]) -> list[str]:
    """The moves by where they go, most first: a few sentences for many sites."""
    ways = Counter((move.before, move.after) for move in found)
    return [
        f"{plural(count, 'site')} {'moves' if count == 1 else 'move'} from {before} to "
        f"{after or 'no phase'}."
        for (before, after), count in ways.most_common()
    ]
