"""Why a site is in its phase, what another would cost, and which constraint costs most.

Nothing here is prose made up: each reason is a rule of the model that forbids a cheaper phase, or
a price; the price of an alternative is what the whole plan costs more with the site there and
those moved on that have to make room, who are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from psnplanner.errors import UserError
from psnplanner.planning.crew_prices import Pressure, pressures, transport_pounds
from psnplanner.planning.days import Slot, slots
from psnplanner.planning.grouping import OUT, total_pounds, visit_counts
from psnplanner.planning.horizon import Horizon, dated
from psnplanner.planning.instance import build
from psnplanner.planning.knock_on import make_room
from psnplanner.planning.local_search import Search
from psnplanner.planning.plan_in_force import as_it_stands, without_move_fees
from psnplanner.planning.prices import Prices
from psnplanner.programme.edits import plural, present_day
from psnplanner.programme.gates import uk
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.wish import NOT_AFTER, NOT_BEFORE, Wish
from psnplanner.programme.working_days import Calendar, closed_for

ALTERNATIVES = 3


@dataclass(frozen=True)
class Alternative:
    """Another phase for a site: what the whole plan would cost more, and who moves with it."""

    phase: str
    pounds: float
    moves: tuple[tuple[str, str], ...]

    @property
    def sentence(self) -> str:
        """The alternative in words."""
        more = f"£{abs(self.pounds):,.0f} {'more' if self.pounds >= 0 else 'less'}"
        if not self.moves:
            return f"{self.phase}: {more}, and nothing else moves."
        names = ", ".join(f"{site} to {phase}" for site, phase in self.moves)
        return f"{self.phase}: {more}; {names} would move as well."


@dataclass(frozen=True)
class Explanation:
    """A site's phase, why it is there, and the best alternatives, cheapest first.

    `slot` are its days inside the phase, by list scheduling.
    """

    reference: str
    phase: str
    pounds: float
    reasons: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    slot: Slot | None = None

    @property
    def days(self) -> str:
        """Which crew is there when, in words; "" where nobody is planned to be."""
        if self.slot is None:
            return ""
        first, last = self.slot.starts_on, self.slot.ends_on
        when = f"on {uk(first)}" if first == last else f"from {uk(first)} to {uk(last)}"
        return f"Crew {self.slot.crew} of the phase is due there {when}."

    def report(self) -> dict[str, Any]:
        """The explanation as JSON-ready values."""
        return {
            "reference": self.reference,
            "phase": self.phase or None,
            "pounds": round(self.pounds, 2),
            "reasons": list(self.reasons),
            "days": self._slot_report(),
            "alternatives": [
                {
                    "phase": item.phase,
                    "pounds": round(item.pounds, 2),
                    "moves": [list(move) for move in item.moves],
                    "sentence": item.sentence,
                }
                for item in self.alternatives
            ],
        }

    def _slot_report(self) -> dict[str, Any] | None:
        if self.slot is None:
            return None
        return {
            "crew": self.slot.crew,
            "starts_on": self.slot.starts_on.isoformat(),
            "ends_on": self.slot.ends_on.isoformat(),
            "sentence": self.days,
        }


class Explainer:
    """The plan in force, as the model sees it, ready to be asked."""

    def __init__(
        self, state: State, today: date, calendar: Calendar, prices: Prices | None = None
    ) -> None:
        """Raises UserError where there is no phase with a window to explain."""
        self.horizon = Horizon(state, present_day(state, today), calendar)
        phases = [p for p in dated(list(state.phases.values())) if p.capacity_days is not None]
        if not phases:
            raise UserError(
                "There is no plan to explain: no phase has a window and crew-days.",
                remedy="Propose phases first (psnplanner plan FILE --apply).",
            )
        self.instance = build(self.horizon, phases, prices or Prices())
        # What is in force is explained as it is: a move has no fee yet.
        self.model = without_move_fees(self.instance)
        self.plan = as_it_stands(self.instance, self.model)
        self.day_pounds = transport_pounds(self.model, self.plan)[1]

    def site(self, ident: RecordId) -> Explanation:
        """Why a site is where it is. Raises UserError for one that is not to be planned."""
        instance = self.instance
        rows = [i for i, site in enumerate(instance.sites) if site.id == ident]
        if not rows:
            raise UserError(
                "That site is not to be planned: it is live already, or has no position.",
                remedy="Choose another, or place it on the map.",
            )
        i, u = rows[0], int(instance.unit[rows[0]])
        k = int(self.plan.group[u])
        search = Search(self.model, self.plan.copy())
        here = float(search.leave_pounds(np.array([u]))[0])
        return Explanation(
            instance.sites[i].reference or instance.sites[i].name,
            instance.phases[k].name if k != OUT else "",
            here if k != OUT else 0.0,
            tuple(self._reasons(i, u, k)),
            tuple(self._alternatives(i, u, k)),
            self._slots.get(ident),
        )

    @cached_property
    def _slots(self) -> dict[RecordId, Slot]:
        return slots(self.horizon)

    # -- reasons -----------------------------------------------------------------------

    def _reasons(self, i: int, u: int, k: int) -> list[str]:
        instance, site = self.instance, self.instance.sites[i]
        if instance.fixed[i]:
            return [self._held(site)]
        reasons = self._forbidden(i, k)
        if k == OUT:
            return [*reasons, f"It is in no phase: {instance.why_not(i)}."]
        return [*reasons, *self._full(u, k), *self._company(u, k), *self._certificate(i, k)]

    def _certificate(self, i: int, k: int) -> list[str]:
        """That its partner's certificate is not valid when its phase ends."""
        if not self.instance.timing.uncertified[i, k]:
            return []
        name = self.horizon.state.partner_name(self.instance.sites[i].partner)
        return [
            f"No compliance certificate of {name} is valid then: renew it, or it cannot go live."
        ]

    def _held(self, site: Site) -> str:
        phase = self.horizon.state.phases.get(site.phase or b"")
        if site.locked:
            return "It is locked to its phase."
        if phase is not None and phase.locked:
            return f"{phase.name} is locked, with all its sites."
        if self.horizon.under_way(site):
            return "Work on it is under way, so it stays where it is."
        return "It has no position, so it stays where it is."

    def _forbidden(self, i: int, k: int) -> list[str]:
        """The rules that keep a site out of the phases that would cost less."""
        instance, u = self.instance, int(self.instance.unit[i])
        alone = self.model.price[u] + self.model.reach[u, self.plan.base]
        limit = alone[k] if k != OUT else np.inf
        cheaper = np.flatnonzero(~instance.allowed[i] & (alone < limit))
        said: dict[str, list[Phase]] = {}
        for c in cheaper:
            said.setdefault(self._why_closed(i, instance.phases[c]), []).append(instance.phases[c])
        return [f"{_listed(phases)} would be cheaper, but {why}." for why, phases in said.items()]

    def _why_closed(self, i: int, phase: Phase) -> str:
        instance, site = self.instance, self.instance.sites[i]
        starts = phase.starts_on or date.min
        node, own = instance.node_ready[i], instance.release[i]
        for wish in self.horizon.state.wishes.values():
            if site.id in wish.sites and _forbids(wish, phase):
                return f"it is wished {wish.kind} {uk(wish.on or date.min)}"
        if node.on > starts:
            return f"it waits for {node.cause}"
        if own.on > max(starts, self.horizon.present_on):
            return f"crews cannot start before {uk(own.on)}" + (
                f" ({own.cause})" if own.cause else ""
            )
        shut = closed_for(site, self.horizon.state.closed_windows.values())
        names = [
            w.name
            for w in shut
            if w.starts_on
            and w.ends_on
            and phase.ends_on
            and w.starts_on <= phase.ends_on
            and w.ends_on >= starts
        ]
        if names:
            return f"it is shut then ({', '.join(names)})"
        if phase.ends_on and phase.ends_on < self.horizon.present_on:
            return "it is over"
        return "no crew-days are left in it for such a site"

    def _full(self, u: int, k: int) -> list[str]:
        """Phases that cost less for this site by itself, and what keeps it out of them."""
        model, search = self.model, Search(self.model, self.plan.copy())
        alone = model.price[u] + model.reach[u, self.plan.base]
        row = np.array([u])
        room, enter = search.room(row)[0], search.enter_pounds(row)[0]
        leave = float(search.leave_pounds(row)[0])
        found = []
        for c in np.argsort(alone, kind="stable").tolist():
            if c == k or alone[c] >= alone[k] - 1 or not model.allowed[u, c]:
                continue
            name, less = self.instance.phases[c].name, f"£{alone[k] - alone[c]:,.0f}"
            if not room[c]:
                found.append(
                    f"{name} would be {less} cheaper for this site, but it is full: a crew-day "
                    f"there is worth £{self.day_pounds[c]:,.0f}, and this site needs "
                    f"{model.weight[u]:g}."
                )
            elif enter[c] >= leave:
                found.append(
                    f"{name} would be {less} cheaper for this site, but the plan £"
                    f"{enter[c] - leave:,.0f} dearer: another visit, or fuller phases."
                )
        return found[:2]

    def _company(self, u: int, k: int) -> list[str]:
        """What it shares with the other sites of its phase: travel, and its partner's visit."""
        model, plan = self.model, self.plan
        far = model.reach[u]
        node = self.horizon.state.nodes.get(self.instance.base_nodes[plan.base[k]] or b"")
        base = f" from {node.name}" if node else ""
        found = [f"Its travel and shared digging{base} come to £{far[plan.base[k]]:,.0f}."]
        counts = visit_counts(model, plan.group)
        for who in model.visitors[u]:
            if who != OUT and counts[who, k] > 1:
                found.append(
                    f"Its partner is there anyway for "
                    f"{plural(int(counts[who, k]) - 1, 'other site')}: "
                    f"a visit of its own elsewhere would cost £{model.visit_pounds:,.0f}."
                )
        return found

    # -- alternatives ------------------------------------------------------------------

    def _alternatives(self, i: int, u: int, k: int) -> list[Alternative]:
        """The cheapest other phases, by the whole plan's cost with the site held there."""
        if self.instance.fixed[i]:
            return []
        model = self.model
        alone = model.price[u] + model.reach[u, self.plan.base] + self.day_pounds * model.weight[u]
        order = [
            c for c in np.argsort(alone, kind="stable").tolist() if c != k and model.allowed[u, c]
        ]
        found = [self._alternative(u, k, c) for c in order[: 2 * ALTERNATIVES]]
        ready = [item for item in found if item is not None]
        return sorted(ready, key=lambda item: item.pounds)[:ALTERNATIVES]

    def _alternative(self, u: int, k: int, c: int) -> Alternative | None:
        if not self.model.allowed[u, c]:
            return None
        search = Search(self.model, self.plan.copy())
        before = total_pounds(self.model, search.plan)
        search.move(u, c)
        moved = make_room(search, np.array([u]), c)
        if moved is None:
            return None
        names = tuple(
            (self.reference(j), self._phase_name(int(search.plan.group[j]))) for j in moved
        )
        return Alternative(
            self._phase_name(c), total_pounds(self.model, search.plan) - before, names
        )

    def refusal(self, i: int, c: int) -> str:
        """Why no rule lets the site at a row into the phase at a place; "" where one may go."""
        if self.instance.fixed[i]:
            held = self._held(self.instance.sites[i])
            return held[:1].lower() + held[1:].rstrip(".")
        if c == OUT or self.model.allowed[int(self.instance.unit[i]), c]:
            return ""
        return self._why_closed(i, self.instance.phases[c])

    def reference(self, u: int) -> str:
        """What to call the (first) site of a unit."""
        site = self.instance.sites[int(np.flatnonzero(self.instance.unit == u)[0])]
        return site.reference or site.name

    def pressures(self) -> list[Pressure]:
        """The phases whose crew-days are worth most, dearest first: what one more would save."""
        return pressures(self.horizon, self.instance, self.day_pounds)

    def _phase_name(self, k: int) -> str:
        return self.instance.phases[k].name if k != OUT else "no phase"


def _forbids(wish: Wish, phase: Phase) -> bool:
    if wish.on is None:
        return False
    if wish.kind == NOT_BEFORE:
        return (phase.starts_on or date.min) < wish.on
    return wish.kind == NOT_AFTER and (phase.ends_on or date.max) > wish.on


def _listed(phases: Sequence[Phase]) -> str:
    names = [phase.name for phase in phases]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
