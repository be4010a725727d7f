"""What a user means by adding boundaries: new ones come, those known by name are drawn anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psnplanner.programme.boundary import Boundary
from psnplanner.programme.change import Change, creation, difference
from psnplanner.programme.edits import Compose, Delete, Proposal, existing, plural
from psnplanner.programme.partner import Partner
from psnplanner.programme.state import State


@dataclass(frozen=True)
class AddBoundaries:
    """The boundaries of a file. One of the same kind and name takes the new outline instead."""

    boundaries: Sequence[Boundary]
    source: str

    def propose(self, state: State, today: date) -> Proposal:
        """One transaction, one undo. Refused if a partner named is gone."""
        known = {(b.kind, b.name.casefold()): b for b in state.boundaries.values()}
        changes: list[Change] = []
        new = 0
        for boundary in self.boundaries:
            if boundary.partner is not None:
                existing(state, Partner, boundary.partner)
            old = known.get((boundary.kind, boundary.name.casefold()))
            if old is None:
                changes.append(creation(boundary))
                new += 1
                continue
            values = {"geometry": boundary.geometry, "source": boundary.source, "shown": True}
            given = {"partner": boundary.partner, "colour": boundary.colour}
            values |= {name: value for name, value in given.items() if value}
            changes += difference(old, values)
        again = len(self.boundaries) - new
        parts = [f"Add {plural(new, 'boundary', 'boundaries')}"] if new else []
        parts += [f"{'redraw' if new else 'Redraw'} {again:,}"] if again else []
        return Proposal(f"{', '.join(parts)} from {self.source}", changes)


def removal(boundaries: Sequence[Boundary]) -> Compose:
    """Take these boundaries off the map for good, in one transaction."""
    what = f"boundary {boundaries[0].name}" if len(boundaries) == 1 else ""
    what = what or plural(len(boundaries), "boundary", "boundaries")
    return Compose(f"Remove {what}", [Delete("boundary", [item.id for item in boundaries])])
