"""What a person decides about look-alikes: kept from one reading of the list to the next. Qt-free.

New sites get a new id at each reading, so a group is known by the rows and the sites in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psnplanner.programme.record import RecordId

LATER = "later"
SURE = 0.9
"""From this confidence on a proposal may be taken with many others at once."""

_Member = tuple[str, object]


@dataclass
class Choice:
    """One group's decision: the site to keep (a row or a known site), the building's name."""

    decision: str = LATER
    keep: _Member | None = None
    building: str = ""


class Decisions:
    """The groups of the present reading, each with what is decided about it."""

    def __init__(self) -> None:
        self.groups: Sequence[Any] = ()
        self._list: Any = None
        self._choices: dict[frozenset[_Member], Choice] = {}

    def forget(self) -> None:
        """Another list: nothing is decided."""
        self.groups, self._list, self._choices = (), None, {}

    def follow(self, rows: Any) -> None:
        """Take the groups of a new reading; decisions on the same rows and sites stay."""
        self._list, self.groups = rows, rows.preview.look_alikes

    def row_of(self, ident: RecordId) -> int | None:
        """The row of the list that a site would come from; None for one of the programme."""
        found: int | None = self._list.row_of(ident)
        return found

    def _member(self, ident: RecordId) -> _Member:
        row = self.row_of(ident)
        return ("site", ident) if row is None else ("row", row)

    def choice(self, index: int) -> Choice:
        """What is decided about a group; to be altered by its `decide`."""
        group = self.groups[index]
        key = frozenset(map(self._member, group.sites))
        return self._choices.get(key) or Choice(building=group.building)

    def decide(self, index: int, **values: Any) -> None:
        """Alter what is decided about a group: decision, keep (a site's id), building."""
        group = self.groups[index]
        key = frozenset(map(self._member, group.sites))
        choice = self._choices.setdefault(key, Choice(building=group.building))
        if "keep" in values:
            values["keep"] = self._member(values["keep"])
        for name, value in values.items():
            setattr(choice, name, value)

    def decide_all(self, indices: Sequence[int], decision: str) -> None:
        """The same decision for many groups; "proposed" takes each one's own, where it has one."""
        for index in indices:
            proposal = self.groups[index].proposal
            wanted = proposal if decision == "proposed" else decision
            if wanted != "look":
                self.decide(index, decision=wanted)

    def kept(self, index: int) -> RecordId:
        """The site that stays, if the group is merged or shared."""
        group, chosen = self.groups[index], self.choice(index).keep
        return next((i for i in group.sites if self._member(i) == chosen), group.sites[0])

    @property
    def made(self) -> dict[str, int]:
        """How many groups each decision has."""
        result: dict[str, int] = {}
        for index in range(len(self.groups)):
            decision = self.choice(index).decision
            result[decision] = result.get(decision, 0) + 1
        return result

    def sure(self) -> list[int]:
        """The groups whose proposal is sure and on which nothing is decided."""
        return [
            index
            for index, group in enumerate(self.groups)
            if group.confidence >= SURE
            and group.proposal != "look"
            and self.choice(index).decision == LATER
        ]

    def settlements(self) -> list[tuple[str, tuple[RecordId, ...], str]]:
        """For `Preview.edit_with`: in order, each site standing for what it has taken in."""
        into: dict[RecordId, RecordId] = {}
        result = []
        for index, group in enumerate(self.groups):
            choice = self.choice(index)
            if choice.decision == LATER:
                continue
            keep = _stands(into, self.kept(index))
            rest = dict.fromkeys(_stands(into, i) for i in group.sites)
            rest.pop(keep, None)
            if not rest:
                continue
            if choice.decision != "keep":
                into.update(dict.fromkeys(rest, keep))
            building = choice.building.strip() if choice.decision == "shared" else ""
            result.append((choice.decision, (keep, *rest), building))
        return result


def _stands(into: dict[RecordId, RecordId], ident: RecordId) -> RecordId:
    while ident in into:
        ident = into[ident]
    return ident
