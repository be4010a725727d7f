"""The price of moving sites to a phase, as a hand that drags them wants it: in milliseconds.

The plan in force with the sites held there, and others moved out of the way where there is no
room, against the plan as it is: the difference is the model's own. Where a rule forbids it, the
rule is named; where no room can be made, by how many crew-days the phase would be over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from psnplanner.planning.explain import Explainer
from psnplanner.planning.grouping import OUT, total_pounds
from psnplanner.planning.knock_on import make_room
from psnplanner.planning.local_search import Search
from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId

NAMED = 3
"""Sites named in a sentence; more are counted."""


@dataclass(frozen=True)
class MovePrice:
    """What moving `sites` sites to a phase ("" for none) costs the plan.

    `moved` of them really move, for so many `pounds` more (negative: less); `moves` are the
    other sites that make room, each with its new phase; `over_days` are crew-days too many in
    the phase where none could; `refused` says, a sentence a reason, which may not go there.
    """

    phase: str
    sites: int
    moved: int
    pounds: float
    moves: tuple[tuple[str, str], ...]
    knock_on: tuple[RecordId, ...]
    over_days: float
    refused: tuple[str, ...]

    @property
    def headline(self) -> str:
        """The price in a few words."""
        if not self.moved:
            return "Against the rules" if self.refused else "Nothing would change"
        if abs(self.pounds) < 0.5:
            return "No dearer, no cheaper"
        return f"£{abs(self.pounds):,.0f} {'more' if self.pounds > 0 else 'less'}"

    @property
    def sentences(self) -> list[str]:
        """What goes with the price: who moves as well, what is broken, who may not."""
        said = []
        if self.moves:
            named = [f"{site} to {phase}" for site, phase in self.moves[:NAMED]]
            more = len(self.moves) - len(named)
            names = ", ".join(named) + (f" and {more:,} more" if more else "")
            many = plural(len(self.moves), "other site would", "other sites would")
            said.append(f"To make room {many} move: {names}.")
        elif self.moved and not self.over_days:
            said.append("Nothing else has to move.")
        if self.over_days:
            said.append(f"{self.phase} would be {self.over_days:,.1f} crew-days over: "
                        "no other sites can make enough room.")  # fmt: skip
        return [*said, *self.refused]

    def report(self) -> dict[str, Any]:
        """The price as JSON-ready values."""
        return {
            "phase": self.phase or None,
            "sites": self.sites,
            "moved": self.moved,
            "pounds": round(self.pounds, 2),
            "moves": [list(move) for move in self.moves],
            "over_days": round(self.over_days, 2),
            "refused": list(self.refused),
            "headline": self.headline,
            "sentences": self.sentences,
        }


def price_of_move(
    explainer: Explainer, sites: Iterable[RecordId], phase: RecordId | None
) -> MovePrice:
    """What the plan would cost more with these sites in a phase (None: in none)."""
    asked = list(dict.fromkeys(sites))
    model, instance = explainer.model, explainer.instance
    places = {own.id: c for c, own in enumerate(instance.phases)}
    known = explainer.horizon.state.phases.get(phase or b"")
    name = known.name if known else ""
    if phase is not None and phase not in places:
        why = f"{name or 'The phase'} has no window or no crew-days: nothing can be priced there."
        return MovePrice(name, len(asked), 0, 0.0, (), (), 0.0, (why,))
    c = OUT if phase is None else places[phase]
    units, refused = _willing(explainer, asked, c)
    search = Search(model, explainer.plan.copy())
    before, over = total_pounds(model, search.plan), 0.0
    for u in units:
        search.move(u, c)
    made = make_room(search, np.array(units), c) if units and c != OUT else []
    if made is None:
        # With nobody out of the way: what stands in it is then too much.
        search, made = Search(model, explainer.plan.copy()), []
        for u in units:
            search.move(u, c)
        over = float((search.used[:, c] - search.holds[:, c]).max())
    return MovePrice(
        phase=name,
        sites=len(asked),
        moved=len(units),
        pounds=total_pounds(model, search.plan) - before if units else 0.0,
        moves=tuple((explainer.reference(j), _phase(explainer, search, j)) for j in made),
        knock_on=tuple(_ids(explainer, made)),
        over_days=max(0.0, over),
        refused=tuple(refused),
    )


def _willing(
    explainer: Explainer, asked: Sequence[RecordId], c: int
) -> tuple[list[int], list[str]]:
    """The units that may move to a group and are not there yet; sentences about the others."""
    rows = {site.id: i for i, site in enumerate(explainer.instance.sites)}
    units: dict[int, None] = {}
    why: dict[str, list[str]] = {}
    for ident in asked:
        site = explainer.horizon.state.sites.get(ident)
        i = rows.get(ident)
        if i is None:
            reason = "it is live already, or has no position" if site else "it is gone"
        elif explainer.plan.group[u := int(explainer.instance.unit[i])] == c:
            continue
        else:
            reason = explainer.refusal(i, c)
            if not reason:
                units[u] = None
                continue
        why.setdefault(reason, []).append((site.reference or site.name) if site else "A site")
    return list(units), [_said(names, reason) for reason, names in why.items()]


def _said(names: Sequence[str], reason: str) -> str:
    named = ", ".join(names[:NAMED]) + (
        f" and {len(names) - NAMED:,} more" if names[NAMED:] else ""
    )
    return f"{named} cannot go there: {reason}."


def _phase(explainer: Explainer, search: Search, u: int) -> str:
    k = int(search.plan.group[u])
    return explainer.instance.phases[k].name if k != OUT else "no phase"


def _ids(explainer: Explainer, units: Sequence[int]) -> list[RecordId]:
    unit = explainer.instance.unit
    return [explainer.instance.sites[i].id for i in np.flatnonzero(np.isin(unit, units)).tolist()]
