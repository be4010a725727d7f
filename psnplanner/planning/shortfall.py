"""What a plan cannot do by go-live, by name: who is left out or late, and why."""

from __future__ import annotations

from collections.abc import Callable

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


def _who(sites: list[Site]) -> str:
    held = sorted(sites, key=lambda site: (site.reference, site.id))
    name = held[0].reference or held[0].name
    if len(held) == 1:
        return f"1 site ({name}) is"
    return f"{plural(len(held), 'site')} ({name} first) are"
