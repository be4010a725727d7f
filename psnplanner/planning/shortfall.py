"""What a plan cannot do by go-live, by name: who is left out or late, and why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from psnplanner.planning.cost import phases_of
from psnplanner.planning.feasibility import Binding
from psnplanner.planning.grouping import OUT, Grouped
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import Instance
from psnplanner.programme.edits import plural
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

RISKY = 0.1
"""The chance of being late from which a phase's nearness to go-live is worth a caution."""


def left_out(ready: Horizon, instance: Instance, best: Grouped) -> list[tuple[RecordId, str]]:
    """The sites left out and why, by reference."""
    where = phases_of(instance, best)
    found = {
        site.id: instance.why_not(i) for i, site in enumerate(instance.sites) if where[i] == OUT
    }
    known = {site.id for site in instance.sites}
    for ident in ready.state.sites:
        if ident not in known and ready.state.statuses[ident] != "live":
            found[ident] = "it has no position: correct its postcode or place it on the map"
    order: Callable[[RecordId], tuple[str, RecordId]] = lambda ident: (  # noqa: E731
        ready.state.sites[ident].reference,
        ident,
    )
    return [(ident, found[ident]) for ident in sorted(found, key=order)]


def shortfall(
    instance: Instance,
    best: Grouped,
    short: Binding | None,
    unplanned: list[tuple[RecordId, str]],
    after: State,
) -> str | None:
    """What is not live by go-live, named: the binding constraint, then who, then why."""
    go_live_on = after.programme.go_live_on
    goal = f"go-live on {uk(go_live_on)}" if go_live_on else "go-live"
    said = [short.sentence] if short else []
    where = phases_of(instance, best)
    late = [instance.sites[i] for i in np.flatnonzero(where != OUT) if instance.late[where[i]]]
    if late:
        said.append(f"{_who(late)} planned in a phase that ends after {goal}.")
    for reason in dict.fromkeys(reason for _, reason in unplanned):
        sites = [after.sites[ident] for ident, why in unplanned if why == reason]
        said.append(f"{_who(sites)} in no phase and would miss {goal}: {reason}.")
    return " ".join(said) or None


def cautions(instance: Instance, best: Grouped, after: State) -> list[str]:
    """What a plan does that its rules would rather not: each rule by name, who, and the remedy.

    The model prices these, for a plan must always answer; they are to be put right by hand.
    """
    return [
        *_uncertified(instance, best, after),
        *_without_certificate(instance, best, after),
        *_at_risk(instance, best, after),
    ]


def _uncertified(instance: Instance, best: Grouped, after: State) -> list[str]:
    """The rule "compliance certificate valid when a site goes live", a sentence a partner."""
    where = phases_of(instance, best)
    rows = np.flatnonzero(where != OUT)
    rows = rows[instance.timing.uncertified[rows, where[rows]]]
    found = []
    for partner in dict.fromkeys(instance.sites[i].partner for i in rows):
        own = [i for i in rows if instance.sites[i].partner == partner]
        first = min((instance.phases[where[i]] for i in own), key=lambda p: p.ends_on or date.max)
        held = [c for c in after.certificates.values() if c.partner == partner]
        last_on = max((c.valid_to for c in held if c.valid_to), default=None)
        lapse = f" (valid to {uk(last_on)})" if last_on else ""
        found.append(
            f"Compliance certificate: {_who([instance.sites[i] for i in own])} planned without a "
            f"valid one of {after.partner_name(partner)}{lapse}; renew it before {first.name} ends"
            f"{' on ' + uk(first.ends_on) if first.ends_on else ''}."
        )
    return found


def _without_certificate(instance: Instance, best: Grouped, after: State) -> list[str]:
    """Partners with sites in the plan and no certificate on record at all, in one sentence."""
    where, held = phases_of(instance, best), {c.partner for c in after.certificates.values()}
    rows = [i for i in np.flatnonzero(where != OUT) if instance.sites[i].partner not in held]
    names = sorted({after.partner_name(instance.sites[i].partner) for i in rows} - {""})
    if not names:
        return []
    whose = names[0] if len(names) == 1 else plural(len(names), "partner")
    verb = "has" if len(names) == 1 else "have"
    return [
        f"Compliance certificate: {whose} {verb} none on record; "
        f"{_who([instance.sites[i] for i in rows])} planned all the same and cannot go live "
        "without one."
    ]


def _at_risk(instance: Instance, best: Grouped, after: State) -> list[str]:
    """Phases too near to go-live for test and migration, a sentence each."""
    goal, filled = after.programme.go_live_on, set(phases_of(instance, best).tolist())
    found = []
    for k, phase in enumerate(instance.phases):
        chance = float(instance.timing.late_chance[k])
        if k in filled and goal and phase.ends_on and chance > RISKY and not instance.late[k]:
            found.append(
                f"{phase.name} ends on {uk(phase.ends_on)}: a site dug on its last day has a "
                f"chance of {100 * (1 - chance):.0f} % to be tested and migrated by go-live on "
                f"{uk(goal)}."
            )
    return found


def _who(sites: list[Site]) -> str:
    held = sorted(sites, key=lambda site: (site.reference, site.id))
    name = held[0].reference or held[0].name
    if len(held) == 1:
        return f"1 site ({name}) is"
    return f"{plural(len(held), 'site')} ({name} first) are"
