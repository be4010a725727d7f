"""The plan of the illustrative programme: nodes, phases, certificates, closed windows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date

from psnplanner.demo.buildings import Building
from psnplanner.demo.material import SOURCE, ident, material, optional
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, open_share

_CAPACITY_STEP = 5


def phase_id(number: int) -> RecordId:
    """The id of the phase of that number, 1 the first."""
    return ident("phase", number)


def team_of(number: int) -> str:
    """Which team's author records the work of a phase."""
    return str(material()["plan"]["phases"][number - 1][5])


def nodes() -> list[Node]:
    """The backbone as first planned: nothing of it is live yet."""
    slipped = material()["plan"]["slipped_node"]
    return [
        Node(
            id=ident("node", name),
            name=name,
            position=Position(latitude, longitude, SOURCE, None),
            parent=ident("node", parent) if parent else None,
            ports=ports,
            planned_on=slipped["first_planned_on"] if name == slipped["name"] else planned_on,
        )
        for name, latitude, longitude, parent, ports, planned_on, _ in material()["plan"]["nodes"]
    ]


def nodes_live() -> dict[str, date]:
    """The day each node went live, of those that have, by name."""
    found = {row[0]: optional(row[6]) for row in material()["plan"]["nodes"]}
    return {name: on for name, on in found.items() if on is not None}


def slipped_to() -> date:
    """The day the slipped node is planned for now."""
    name = material()["plan"]["slipped_node"]["name"]
    found: date = next(row[5] for row in material()["plan"]["nodes"] if row[0] == name)
    return found


def certificates() -> list[Certificate]:
    """Every compliance certificate, in the order in which they begin."""
    made = [
        Certificate(
            id=ident("certificate", f"{entry['name']} {number}"),
            partner=ident("partner", entry["name"]),
            valid_from=first,
            valid_to=last,
            reference=f"DEMO-{index:02}/{number}",
        )
        for index, entry in enumerate(material()["partner"], start=1)
        for number, (first, last) in enumerate(entry["certificate"], start=1)
    ]
    return sorted(made, key=lambda each: (each.valid_from or date.min, each.reference))


def closed_windows() -> list[ClosedWindow]:
    """The freezes that bind every site, and those of some partners and of the schools."""
    return [
        ClosedWindow(
            id=ident("closed window", name),
            name=name,
            starts_on=first,
            ends_on=last,
            kind=kind,
            partner=ident("partner", partner) if partner else None,
        )
        for name, first, last, kind, partner in material()["plan"]["closed_windows"]
    ]


def phases(state: State, made: Iterable[Building], calendar: Calendar) -> list[Phase]:
    """The phases, each with crew-days for its sites' effort and the slack the material gives."""
    effort_days: dict[int, float] = {}
    for each in made:
        days = state.effort_days(each.site)
        effort_days[each.town.phase] = effort_days.get(each.town.phase, 0.0) + days
    closures = [w for w in state.closed_windows.values() if not w.kind and w.partner is None]
    result = []
    for number, row in enumerate(material()["plan"]["phases"], start=1):
        name, starts_on, ends_on, base, used, _team = row
        phase = Phase(
            id=phase_id(number),
            name=name,
            starts_on=starts_on,
            ends_on=ends_on,
            order=number,
            base=ident("node", base),
        )
        holds = effort_days[number] / (used * open_share(phase, closures, calendar))
        steps = round(holds / _CAPACITY_STEP)
        result.append(dataclasses.replace(phase, capacity_days=float(steps * _CAPACITY_STEP)))
    return result
