"""What a programme saves: one definition, for the board, the window, and the savings by month.

A site's old circuit costs its annual cost until the stage “Legacy circuit ceased” is done; a
site whose legacy stage is not needed has none. The new network costs something too, which no
site states: of the cost that stops, the programme saves the share that makes its target of the
cost of all its circuits together (at most all of it). Without a target it saves all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from psnplanner.programme.record import RecordId
from psnplanner.programme.stage import NOT_NEEDED
from psnplanner.programme.state import State

LEGACY_STAGE: Final = "legacy_ceased"
"""The stage that ends the old circuit, and with it what it costs."""

DAYS_A_YEAR: Final = 365


class OldCircuits(NamedTuple):
    """What the old circuits cost a year, in pence, and what of it is saved as they cease.

    `legacy` tells for every site how far its legacy stage is, in the words of `stage.py`; ""
    where the workflow has none.
    """

    legacy: Mapping[RecordId, str]
    cost_pence_a_year: int
    target_pence_a_year: int | None

    @property
    def share(self) -> float:
        """The part (0 to 1) of the cost that stops which is saved."""
        target, cost = self.target_pence_a_year, self.cost_pence_a_year
        return min(1.0, target / cost) if target and cost else 1.0

    @property
    def explained(self) -> str:
        """Why a year's saving is what it is, in a sentence or two; "" where no cost is known."""
        if not self.cost_pence_a_year:
            return ""
        whole = f"The old circuits cost £{round(self.cost_pence_a_year / 100):,} a year."
        counted = "is counted as saved once they cease"
        if not self.target_pence_a_year:
            return f"{whole} All of that {counted}: no target is set."
        promised = f"£{round(self.target_pence_a_year / 100):,}"
        if self.share == 1.0:
            return f"{whole} All of that {counted}; {promised} is promised."
        return (
            f"{whole} Of that {100 * self.share:.1f} % {counted}, the share that makes the "
            f"{promised} promised; the rest is taken to be what the new network costs. What is "
            "paid twice is counted in full."
        )


def old_circuits(state: State) -> OldCircuits:
    """The old circuits of a programme: of every site that has one to cease, or had."""
    stage, workflow = state.workflow.by_key.get(LEGACY_STAGE), state.workflow
    # A workflow of somebody's own may have no such stage: then nothing is ever ceased.
    legacy = {
        ident: workflow.state_of(stage, site, state.stages_of(ident)) if stage else ""
        for ident, site in state.sites.items()
    }
    cost = sum(
        site.annual_cost_pence or 0
        for ident, site in state.sites.items()
        if legacy[ident] != NOT_NEEDED
    )
    return OldCircuits(legacy, cost, state.programme.saving_target_pence)
