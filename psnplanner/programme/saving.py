"""What a programme saves: one definition, for the board, the window, and the savings by month.

A site's old circuit costs its annual cost until the stage “Legacy circuit ceased” is done; a
site whose legacy stage is not needed has none. The new network costs something too, which no
site states: of the cost that stops, the programme saves the share that makes its target of the
cost of all its circuits together (at most all of it). Without a target it saves all.
"""

from __future__ import annotations

from typing import Final

from psnplanner.programme.site import Site
from psnplanner.programme.stage import NOT_NEEDED
from psnplanner.programme.state import State

LEGACY_STAGE: Final = "legacy_ceased"
"""The stage that ends the old circuit, and with it what it costs."""

DAYS_A_YEAR: Final = 365


def legacy_state(state: State, site: Site) -> str:
    """How far the ceasing of a site's old circuit is; "" where the workflow has no such stage."""
    stage = state.workflow.by_key.get(LEGACY_STAGE)
    # A workflow of somebody's own may have no such stage: then nothing is ever ceased.
    if stage is None:
        return ""
    return state.workflow.state_of(stage, site, state.stages_of(site.id))


def with_circuit(state: State) -> list[Site]:
    """The sites that have an old circuit to cease, or had."""
    return [site for site in state.sites.values() if legacy_state(state, site) != NOT_NEEDED]


def cost_pence_a_year(state: State) -> int:
    """What all old circuits cost a year, ceased or not, in pence."""
    return sum(site.annual_cost_pence or 0 for site in with_circuit(state))


def saved_share(state: State) -> float:
    """The part (0 to 1) of the cost that stops which is saved."""
    target, cost = state.programme.saving_target_pence, cost_pence_a_year(state)
    return min(1.0, target / cost) if target and cost else 1.0


def explained(state: State) -> str:
    """Why a year's saving is what it is, in a sentence or two; "" where no cost is known."""
    cost, target = cost_pence_a_year(state), state.programme.saving_target_pence
    if not cost:
        return ""
    whole = f"The old circuits cost £{round(cost / 100):,} a year."
    counted = "is counted as saved once they cease"
    if not target:
        return f"{whole} All of that {counted}: no target is set."
    promised = f"£{round(target / 100):,}"
    if target >= cost:
        return f"{whole} All of that {counted}; {promised} is promised."
    return (
        f"{whole} Of that {100 * saved_share(state):.1f} % {counted}, the share that makes the "
        f"{promised} promised; the rest is taken to be what the new network costs. What is paid "
        "twice is counted in full."
    )
