"""Programmes made up for the board's tests: small ones by hand, and one at true scale."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta

from psnplanner.programme.change import creation
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position, Record
from psnplanner.programme.site import Site, StageRecord, Wayleave
from psnplanner.programme.state import PROGRAMME_ID, Programme, State
from psnplanner.resource_files import read_text

STATUS_ON = date(2014, 10, 6)
GO_LIVE_ON = date(2015, 4, 1)


def ident(number: int) -> bytes:
    """An id that sorts by its number."""
    return number.to_bytes(16, "big")


def programme(name: str = "Cheshire and Merseyside PSN", **values: object) -> Programme:
    """A programme record with the default workflow."""
    fields: dict[str, object] = {
        "go_live_on": GO_LIVE_ON,
        "status_on": STATUS_ON,
        "starts_on": date(2014, 3, 3),
        "workflow": read_text("workflow.toml"),
    }
    return Programme(id=PROGRAMME_ID, name=name, **{**fields, **values})  # type: ignore[arg-type]


def state_of(records: Iterable[Record], **values: object) -> State:
    """A state holding a programme and these records."""
    first = programme(**values)  # type: ignore[arg-type]
    return State().after([creation(record) for record in [first, *records]])


def stage(site: Site, key: str, state: str, on: date | None = None, **values: object) -> Record:
    """A stage record of a site; `on` is the day it was done, or began to wait."""
    when = {"actual_on": on} if state == "done" else {"waiting_since": on}
    return StageRecord(
        id=StageRecord.id_for(site.id, key),
        site=site.id,
        stage=key,
        state=state,
        **{**when, **values},  # type: ignore[arg-type]
    )


def done_to(state: State, site: Site, last: str, on: date) -> list[Record]:
    """Records that every stage of a site up to and including `last` was done on that day."""
    records: list[Record] = []
    for item in state.workflow.stages:
        if item.applies_to(site):
            records.append(stage(site, item.key, "done", on))
        if item.key == last:
            break
    return records


_TOWNS = (
    ("Liverpool", 53.408, -2.97, 110), ("Chester", 53.1905, -2.885, 80),
    ("Warrington", 53.389, -2.59, 90), ("Birkenhead", 53.385, -3.04, 80),
    ("St Helens", 53.4539, -2.7369, 70), ("Southport", 53.643, -2.98, 50),
    ("Crewe", 53.099, -2.44, 80), ("Macclesfield", 53.26, -2.126, 60),
    ("Runcorn", 53.33, -2.72, 40), ("Widnes", 53.372, -2.732, 40),
    ("Ellesmere Port", 53.272, -2.9, 50), ("Northwich", 53.259, -2.518, 50),
    ("Kirkby", 53.481, -2.885, 40), ("Congleton", 53.163, -2.213, 40),
    ("Nantwich", 53.067, -2.522, 54),
)  # fmt: skip
_KINDS = ("School", "School", "School", "GP practice", "Library", "Council office", "Hospital",
          "Fire station", "Police station")  # fmt: skip
_STOPS = ("desktop_survey", "site_survey", "wayleave", "civils", "fibre", "cpe", "migrated",
          "legacy_ceased")  # fmt: skip


def true_scale(seed: int = 1, times: int = 1) -> State:
    """About 930 sites (or `times` as many) about half way, in nine phases of near towns."""
    rng = random.Random(seed)
    partners = [
        Partner(id=ident(10_000_000 + k), name=f"{name} Council", kind="council")
        for k, (name, *_) in enumerate(_TOWNS[:13])
    ]
    certificates = [
        Certificate(
            id=ident(11_000_000 + k),
            partner=partner.id,
            valid_from=date(2014, 1, 1),
            valid_to=date(2015, 12, 31) if k % 5 else date(2015, 1, 31),
        )
        for k, partner in enumerate(partners[1:])
    ]
    groups = [(0,), (1, 10), (2,), (3,), (4, 12), (5,), (6, 14), (7, 13), (8, 9, 11)]
    phases, nodes, sites = [], [], []
    for k, group in enumerate(groups):
        begins = date(2014, 3, 3) + timedelta(days=42 * k)
        phases.append(
            Phase(
                id=ident(12_000_000 + k),
                name=f"Phase {k + 1}: {_TOWNS[group[0]][0]}",
                starts_on=begins,
                ends_on=begins + timedelta(days=60),
                capacity_days=250.0,
                order=k + 1,
            )
        )
        for town in group:
            name, latitude, longitude, count = _TOWNS[town]
            nodes.append(Node(id=ident(13_000_000 + town), name=f"{name} exchange"))
            for _ in range(count * times):
                number = len(sites) + 1
                kind = rng.choice(_KINDS)
                spot = Position(rng.gauss(latitude, 0.022), rng.gauss(longitude, 0.035), "made up")
                sites.append(
                    Site(
                        id=ident(number),
                        reference=f"CM{number:04}",
                        name=f"{name} {kind} {number}",
                        kind=kind,
                        partner=rng.choice(partners).id,
                        postcode=f"CH{number % 90 + 1} {number % 9}AB",
                        position=spot if rng.random() > 0.01 else None,
                        access=rng.choice(
                            ("existing fibre", "existing duct", "new dig", "overhead")
                        ),
                        tenure=rng.choice(("owned", "owned", "leased")),
                        annual_cost_pence=rng.randrange(60_000, 400_000, 1000),
                        node=nodes[-1].id,
                        phase=phases[-1].id if rng.random() > 0.02 else None,
                    )
                )
    base = state_of([*partners, *certificates, *phases, *nodes, *sites], illustrative=True)
    progress: list[Record] = []
    for site in sites:
        progress += _progress(rng, base, site)
    return base.after([creation(record) for record in progress])


def _progress(rng: random.Random, state: State, site: Site) -> list[Record]:
    phase = state.phases.get(site.phase or b"")
    order = phase.order if phase and phase.order else 9
    reach = 8.5 - 1.15 * order + rng.gauss(1.4, 1.3)
    last = _STOPS[max(0, min(7, int(reach)))]
    on = (phase.ends_on if phase and phase.ends_on else STATUS_ON) - timedelta(rng.randrange(50))
    on = min(on, STATUS_ON - timedelta(days=rng.randrange(1, 40)))
    records = done_to(state, site, last, on)
    if last != "legacy_ceased" and rng.random() < 0.2:
        following = {getattr(record, "stage", "") for record in records}
        waits = next(
            s for s in state.workflow.stages if s.key not in following and s.applies_to(site)
        )
        stuck = "blocked" if rng.random() < 0.18 else "waiting"
        owner = rng.choice((waits.owner, waits.owner, "Openreach", "landlord"))
        records.append(stage(site, waits.key, stuck, on, waiting_on=owner))
        if waits.key == "wayleave":
            records.append(
                Wayleave(
                    id=Wayleave.id_for(site.id),
                    site=site.id,
                    state="refused" if stuck == "blocked" else "requested",
                )
            )
    return records
