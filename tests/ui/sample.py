"""Programmes of any size round the real towns of the base map, made up and always the same."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from psnplanner.geography.basemap import load
from psnplanner.programme.change import Change, creation
from psnplanner.programme.edits import AddSites, Compose, Create, Proposal
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position, derived_id
from psnplanner.programme.site import ACCESS_TYPES, PRIORITIES, TENURES, Site, StageRecord
from psnplanner.programme.stage import BLOCKED, DONE, WAITING
from psnplanner.programme.state import State
from psnplanner.session import Session, new_programme

TODAY = date(2014, 10, 6)
PARTNERS = (
    "Cheshire East Council",
    "Cheshire West and Chester",
    "Halton Borough Council",
    "Knowsley Council",
    "Liverpool City Council",
    "Sefton Council",
    "St Helens Council",
    "Warrington Borough Council",
    "Wirral Council",
    "Cheshire Constabulary",
    "Cheshire Fire and Rescue",
    "Mersey Fire and Rescue",
    "NHS Cheshire and Merseyside",
)
KINDS = ("Primary school", "Library", "Council office", "GP practice", "Police station")
KINDS += ("Fire station", "Secondary school", "Children's centre")
PHASES = ("Pilot", "Liverpool", "Wirral", "Halton and Warrington", "Chester", "St Helens")
PHASES += ("Sefton", "Crewe", "Macclesfield")
WEST, EAST, SOUTH, NORTH = -3.2, -2.05, 53.02, 53.66


def ident(name: str) -> bytes:
    """The same id for the same name."""
    return derived_id(bytes(16), name)


@dataclass(frozen=True)
class Progress:
    """Stage records written straight in, as if an office had kept them for months."""

    records: tuple[StageRecord, ...]

    def propose(self, state: State, today: date) -> Proposal:
        """All of them, as one transaction."""
        changes: list[Change] = [creation(record) for record in self.records]
        return Proposal("Progress so far", changes, TODAY)


def setting() -> Create:
    """Partners with certificates, nodes and phases."""
    partners = [
        Partner(id=ident(name), name=name, kind="council" if "C" in name else "health")
        for name in PARTNERS
    ]
    certificates = [
        Certificate(
            id=ident(f"cert {p.name}"), partner=p.id, valid_from=TODAY, valid_to=date(2015, 12, 31)
        )
        for p in partners
    ]
    nodes = [
        Node(id=ident(f"node {t.name}"), name=t.name, live_on=date(2014, 3, 3))
        for t in _towns()[:6]
    ]
    first = date(2014, 3, 3)
    phases = [
        Phase(
            id=ident(name),
            name=name,
            starts_on=first + timedelta(days=42 * index),
            ends_on=first + timedelta(days=42 * index + 41),
            capacity_days=200.0 + 20 * (index % 3),
            order=index + 1,
        )
        for index, name in enumerate(PHASES)
    ]
    return Create([*partners, *certificates, *nodes, *phases], "Set up")


@cache
def _towns() -> tuple:
    towns = [t for t in load().towns if WEST < t.longitude < EAST and SOUTH < t.latitude < NORTH]
    return tuple(sorted(towns, key=lambda town: town.rank))


def sites(count: int) -> list[Site]:
    """So many buildings round the towns; every fiftieth could not be placed."""
    luck = random.Random(count)
    towns = _towns()
    weights = [{1: 9, 2: 5, 3: 2, 4: 1}[town.rank] for town in towns]
    made = []
    for number in range(1, count + 1):
        town = luck.choices(towns, weights)[0]
        spread = {1: 0.035, 2: 0.022, 3: 0.014, 4: 0.01}[town.rank]
        kind = luck.choice(KINDS)
        place = Position(
            town.latitude + luck.gauss(0, spread * 0.6),
            town.longitude + luck.gauss(0, spread),
            "postcode",
            100.0,
        )
        across = (place.longitude - WEST) / (EAST - WEST)
        phase = PHASES[min(8, max(0, int(across * 9)))] if luck.random() < 0.93 else ""
        made.append(
            Site(
                id=ident(f"site {number}"),
                reference=f"CM{number:04d}",
                name=f"{town.name} {luck.choice(_NAMES)} {kind}",
                kind=kind,
                partner=ident(luck.choice(PARTNERS)),
                address=f"{luck.randint(1, 200)} {luck.choice(_STREETS)}, {town.name}",
                postcode=f"CH{luck.randint(1, 66)} {luck.randint(1, 9)}AB",
                position=None if number % 50 == 0 else place,
                access=luck.choice(ACCESS_TYPES),
                tenure=luck.choices(TENURES, (6, 3, 1))[0],
                annual_cost_pence=luck.randint(300, 4000) * 100,
                priority=luck.choice(PRIORITIES),
                node=ident(f"node {towns[number % 6].name}"),
                phase=ident(phase) if phase else None,
            )
        )
    return made


_NAMES = ("St Mary's", "Park Road", "Victoria", "Green Lane", "Meadow", "The Grange", "Hillside")
_STREETS = ("High Street", "Church Road", "Mill Lane", "Station Road", "Queens Drive")


def progress(made: list[Site], state: State) -> Progress:
    """Stages of the sites: some live, some under way, some waiting or blocked."""
    luck = random.Random(7)
    stages = state.workflow.stages
    records = []
    for site in made:
        passed = luck.choice((1, 1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 12, 13, 14))
        for index, stage in enumerate(stages[:passed]):
            on = TODAY - timedelta(days=(passed - index) * 11 + luck.randint(0, 5))
            if stage.applies_to(site):
                records.append(_record(site, stage.key, state=DONE, actual_on=on))
        if passed < 12 and luck.random() < 0.35:
            stage = stages[passed]
            records.append(
                _record(
                    site,
                    stage.key,
                    state=BLOCKED if luck.random() < 0.2 else WAITING,
                    waiting_on=stage.owner,
                    waiting_since=TODAY - timedelta(days=luck.randint(2, 90)),
                    next_action=stage.next_action,
                )
            )
    return Progress(tuple(records))


def _record(site: Site, stage: str, **values: object) -> StageRecord:
    return StageRecord(id=StageRecord.id_for(site.id, stage), site=site.id, stage=stage, **values)


def create(path: Path, count: int) -> Session:
    """An open programme of so many sites, half way, its status date 6 October 2014."""
    session = Session.create(path, new_programme(status_on=TODAY), author="office")
    made = sites(count)
    session.do(Compose("Import list", [setting(), AddSites("list.csv", made)]))
    session.do(progress(made, session.state))
    return session
