"""A frozen generator of programmes to be phased: change nothing here, or no figure compares.

It follows the instance of the planning model's prototype, as far as that is described:

- towns of very different size (Zipf), 85 of 100 sites in them and the rest around them; kinds of
  building and thirteen partners (nine councils, two NHS, fire, police) as in the real list;
- phases are given: 24 of them at 600 sites, 96 at 5,000, 480 at 50,000, several teams in every
  one of 12 windows (24 at 50,000), with overtime above nine tenths (the model's beta);
- effort by access type is the programme's own table (EFFORT repeats it); the work fills 85 % of
  the open days;
- releases: a tree of nodes, each four weeks after the one it hangs from and a tenth of them late,
  so that the last sites open at window 7 (600 sites) or 8 (5,000); leased land waits for its
  wayleave;
- schools are shut to crews in examinations and at the start of term, offices at the year's end,
  everything over Christmas;
- prices are the model's terms with the product's defaults, but for those that the model "in
  words" does not have ("driving, savings lost by waiting, late contracts, partner visits and
  overtime, a fee for each site moved"): no price of shared digging, none of uneven load. A visit
  is two people's day (£500), a move £1,000 (the prototype's chi). Savings dominate, as they do
  there. The product's own prices weigh geography more: see `phasing_dear`.
- annual costs have a median of £9,000, a quarter of it saved: plans cost some £1,150 a site, half
  of what the prototype reports. It names neither its prices nor its teams, so they are guessed.

Greedy stands further above our plans here than in the prototype (30 to 42 %, there 8 %): being
"below greedy" says little on these cases.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import NamedTuple

from psnplanner.planning.calendar import uk_calendar
from psnplanner.planning.prices import Prices
from psnplanner.programme.change import creation
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import PROGRAMME_ID, Programme, State
from psnplanner.resource_files import read_text

TODAY = date(2014, 3, 3)
GO_LIVE = date(2015, 4, 1)
FIRST_ON, LAST_ON = date(2014, 4, 28), date(2015, 2, 27)
CALENDAR = uk_calendar(range(2012, 2018))
PRICES = Prices(
    shared_work_pounds=0.0, uneven_pounds=0.0, partner_visit_pounds=500.0, move_pounds=1_000.0
)
FILL = 0.85
OPEN_SHARE = 0.93
"""Part of the year's working days outside the freezes."""

SITES_PER_NODE, NODES_PER_CORE = 40, 15
EFFORT = {"existing fibre": 0.5, "existing duct": 1.5, "overhead": 2.0, "new dig": 5.0}
ACCESS = ("existing fibre",) * 3 + ("existing duct",) * 9 + ("overhead",) * 3 + ("new dig",) * 5
KINDS = ("School",) * 8 + ("Library",) * 2 + ("Surgery",) * 3 + ("Office",) * 4 + (
    "Fire station", "Police station", "Depot",
)  # fmt: skip
WINDOWS = {600: (12, 2), 934: (12, 2), 5_000: (12, 8), 50_000: (24, 20)}
"""Windows of the year, and teams in each, by number of sites."""


class Case(NamedTuple):
    """A programme, and the day it is planned on."""

    state: State
    today: date


def case(sites: int, seed: int = 1) -> Case:
    """The programme of so many sites."""
    chance = random.Random(f"psn {sites} {seed}")
    towns = _towns(chance, sites)
    nodes = _nodes(chance, towns, sites)
    partners = [Partner(id=_ident(3, n), name=f"Partner {n + 1}") for n in range(13)]
    buildings = [_site(chance, n, towns, nodes, partners) for n in range(sites)]
    effort = sum(EFFORT[site.access] for site in buildings)
    own = Programme(
        id=PROGRAMME_ID, name=f"{sites} sites", go_live_on=GO_LIVE, starts_on=TODAY,
        status_on=TODAY, workflow=read_text("workflow.toml"),
    )  # fmt: skip
    records = [own, *partners, *nodes, *buildings, *_phases(sites, effort), *_closures()]
    return Case(State().after(creation(record) for record in records), TODAY)


def _ident(kind: int, number: int) -> RecordId:
    return kind.to_bytes(4, "big") + number.to_bytes(12, "big")


class _Town(NamedTuple):
    latitude: float
    longitude: float
    size: float
    spread: float
    council: int


def _towns(chance: random.Random, sites: int) -> list[_Town]:
    """Towns by Zipf's law; a larger programme covers more country, not a denser one."""
    reach = (sites / 934) ** 0.5
    count = max(12, round(22 * reach * reach))
    return [
        _Town(
            53.25 + chance.uniform(-0.28, 0.28) * reach,
            -2.65 + chance.uniform(-0.45, 0.45) * reach,
            1 / (1 + n % 40) ** 0.8,
            chance.uniform(0.008, 0.022),
            n % 9,
        )
        for n in range(count)
    ]


def _nodes(chance: random.Random, towns: list[_Town], sites: int) -> list[Node]:
    """A node for each forty sites, hung from the nearest of those before; outer ones later.

    One in fifteen is a core node, so that trees are as deep in a large programme as in a small.
    """
    nodes: list[Node] = []
    depth: dict[RecordId, int] = {}
    count = max(2, round(sites / SITES_PER_NODE))
    for n in range(count):
        town = towns[n] if n < len(towns) else chance.choices(towns, [t.size for t in towns])[0]
        place = Position(
            town.latitude + chance.gauss(0, 0.01), town.longitude + chance.gauss(0, 0.015)
        )
        core = n < count / NODES_PER_CORE
        parent = None if core else min(nodes[:400], key=lambda node: _far(node.position, place))
        ident = _ident(2, n)
        depth[ident] = 0 if parent is None else depth[parent.id] + 1
        late = chance.randrange(6, 16) if chance.random() < 0.1 else 0
        weeks = 5 + 4 * depth[ident] + late
        nodes.append(
            Node(
                id=ident, name=f"Node {n + 1}", position=place,
                parent=parent.id if parent else None,
                planned_on=min(TODAY + timedelta(weeks=weeks), date(2014, 10, 1)),
            )
        )  # fmt: skip
    return nodes


def _far(here: Position | None, there: Position) -> float:
    assert here is not None
    return (here.latitude - there.latitude) ** 2 + 0.36 * (here.longitude - there.longitude) ** 2


def _site(
    chance: random.Random,
    n: int,
    towns: list[_Town],
    nodes: list[Node],
    partners: list[Partner],
) -> Site:
    town = chance.choices(towns, [t.size for t in towns])[0]
    wide = 3.0 if chance.random() < 0.15 else 1.0
    place = Position(
        town.latitude + chance.gauss(0, town.spread * wide),
        town.longitude + chance.gauss(0, town.spread * wide * 1.6),
    )
    kind = chance.choice(KINDS)
    own = {"Surgery": 9 + town.council % 2, "Fire station": 11, "Police station": 12}
    partner = partners[own.get(kind, town.council)]
    leased = chance.random() < 0.25
    ends = TODAY + timedelta(days=chance.randrange(30, 500)) if chance.random() < 0.4 else None
    near = chance.sample(nodes, min(len(nodes), 60)) if len(nodes) > 200 else nodes
    node = min(near, key=lambda node: _far(node.position, place))
    return Site(
        id=_ident(1, n), reference=f"B{n + 1:05}", name=f"{kind} {n + 1}", kind=kind,
        partner=partner.id, position=place, access=chance.choice(ACCESS),
        tenure="leased" if leased else "owned", node=node.id,
        annual_cost_pence=round(chance.lognormvariate(0, 0.7) * 900_000),
        contract_ends_on=ends, priority=chance.choice(["", "", "", "high", "medium", "low"]),
    )  # fmt: skip


def _phases(sites: int, effort: float) -> list[Phase]:
    windows, teams = WINDOWS.get(sites, (12, max(1, round(sites / 470))))
    days = (LAST_ON - FIRST_ON).days + 1
    found = []
    for w in range(windows):
        begins = FIRST_ON + timedelta(days=round(days * w / windows))
        ends = FIRST_ON + timedelta(days=round(days * (w + 1) / windows) - 1)
        for team in range(teams):
            found.append(
                Phase(
                    id=_ident(4, w * teams + team), name=f"Window {w + 1} team {team + 1}",
                    starts_on=begins, ends_on=ends, order=w * teams + team + 1,
                    capacity_days=round(effort / FILL / OPEN_SHARE / windows / teams, 1),
                )
            )  # fmt: skip
    return found


def _closures() -> list[ClosedWindow]:
    shut = (
        ("Christmas freeze", date(2014, 12, 15), date(2015, 1, 4), ""),
        ("Examinations", date(2014, 5, 12), date(2014, 6, 20), "School"),
        ("Start of term", date(2014, 9, 1), date(2014, 9, 12), "School"),
        ("Year end", date(2015, 3, 16), date(2015, 3, 31), "Office"),
    )
    return [
        ClosedWindow(id=_ident(5, n), name=name, starts_on=starts, ends_on=ends, kind=kind)
        for n, (name, starts, ends, kind) in enumerate(shut)
    ]
