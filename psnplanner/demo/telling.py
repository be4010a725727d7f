"""Writing the illustrative programme: its story told to a session, week by week.

Nothing goes round the write door: lists are imported, a plan is applied, progress is recorded
under every gate, by several authors, with a clock that runs through 2014.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from psnplanner import resource_files
from psnplanner.demo import plan
from psnplanner.demo.buildings import Building, buildings, partners
from psnplanner.demo.course import World, course
from psnplanner.demo.material import ident, material, towns
from psnplanner.demo.story import Report, Step, Story, told_by
from psnplanner.errors import UserError
from psnplanner.programme.change import difference
from psnplanner.programme.edits import (
    AddSites,
    Amend,
    ApplyPlan,
    Compose,
    Create,
    Edit,
    MoveToPhase,
    Proposal,
    plural,
)
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import PROGRAMME_ID, Programme, State
from psnplanner.session import Session

Progress = Callable[[float, str], None]

SEED = 934
PLANNED_ON = date(2014, 3, 7)
_MORNING, _REPORTING = time(9, 0), time(15, 0)
_TEAMS = ("warrington", "liverpool", "west", "east", "sefton", "wirral")
_ORDER = ("data", "wayleaves", *_TEAMS, "benefits")
"""Authors in the order of their reports: permissions before the work that rests on them."""


def write_to(path: Path, progress: Progress | None = None) -> None:
    """Write the programme beside its place, then give it its name. See `demo.write`."""
    if path.exists():
        raise UserError(
            "There is a file of that name already.",
            where=str(path),
            remedy="Choose another name, or open it.",
        )
    try:
        with TemporaryDirectory(prefix=".demo-", dir=path.parent) as folder:
            beside = Path(folder) / path.name
            _Teller(beside, progress or _quietly).tell()
            os.replace(beside, path)
    except OSError as error:
        raise UserError(
            f"The demo cannot be written here: {error.strerror}.",
            where=str(path.parent),
            remedy="Choose a folder that exists and that you may write to.",
        ) from error


def _quietly(fraction: float, doing: str) -> None:
    del fraction, doing


class _Clock:
    """The time of telling: set to a day, and a few minutes later at each report."""

    def __init__(self, on: date) -> None:
        self.now = datetime.combine(on, _MORNING, UTC)

    def __call__(self) -> datetime:
        return self.now

    def report(self, on: date, at: time = _REPORTING) -> None:
        """Move on to the next report on that day."""
        self.now = max(datetime.combine(on, at, UTC), self.now + timedelta(minutes=7))


@dataclass(frozen=True)
class _StatusDate:
    """The programme has come to a day: its status date, and what the report counts from."""

    on: date

    def propose(self, state: State, today: date) -> Proposal:
        changes = difference(state.programme, {"status_on": self.on})
        return Proposal(f"Status date {uk(self.on)}", changes, self.on)


class _Teller:
    def __init__(self, path: Path, progress: Progress) -> None:
        self._path, self._progress = path, progress
        self._clock = _Clock(material()["starts_on"])
        self._authors: Mapping[str, str] = material()["authors"]
        self._rng = Random(SEED)

    def tell(self) -> None:
        self._progress(0.0, "Making up buildings")
        made = buildings(self._rng)
        manager = self._authors["manager"]
        with Session.create(
            self._path, _programme(), records=(), author=manager, clock=self._clock
        ) as session:
            self._session = session
            world = self._world()
            story = self._story(world, made)
            self._import(made, story.unconfirmed)
            self._plan(made)
            self._weeks(story, world)

    def _do(self, who: str, edit: Edit, on: date, at: time = _REPORTING) -> None:
        self._clock.report(on, at)
        self._session.do(edit, author=self._authors[who])

    def _as_on(self, who: str, label: str, on: date, edits: Sequence[Edit]) -> None:
        """One report: the status date moves on first, and the report counts from it."""
        arrived = _StatusDate(on)
        self._do(who, Compose(label, [arrived, *edits, arrived]), on)

    # -- before the work begins --------------------------------------------------------

    def _world(self) -> World:
        told = material()
        return World(
            self._session.state.workflow,
            self._session.calendar,
            told["starts_on"],
            told["status_on"],
            plan.certificates(),
            _ready_on(),
        )

    def _story(self, world: World, made: Sequence[Building]) -> Story:
        phases = plan.phases(self._session.state, made, self._session.calendar)
        placed = [_with_node(each) for each in made]
        courses = [course(world, each, phases[each.town.phase - 1], self._rng) for each in placed]
        return Story(world, courses, self._rng)

    def _import(self, made: Sequence[Building], unconfirmed: frozenset[RecordId]) -> None:
        on = material()["starts_on"]
        for partner in partners().values():
            sites = [each.site for each in made if each.site.partner == partner.id]
            validated = frozenset(site.id for site in sites) - unconfirmed
            source = f"{partner.name} sites.xlsx"
            self._do("data", AddSites(source, sites, {}, [partner], validated), on, _MORNING)

    def _plan(self, made: Sequence[Building]) -> None:
        self._as_on("manager", "Add closed windows", PLANNED_ON, [Create(plan.closed_windows())])
        phases = plan.phases(self._session.state, made, self._session.calendar)
        replan = material()["plan"]["replan"]
        where = {}
        for each in made:
            number = each.town.phase
            if each.town.name == replan["town"]:
                number = replan["first_phase"]
            values = {"node": ident("node", each.town.node), "phase": plan.phase_id(number)}
            where[each.site.id] = values
        self._do("manager", ApplyPlan(phases, plan.nodes(), where, "Apply first plan"), PLANNED_ON)
        told = material()["plan"]["baseline"]
        self._clock.report(PLANNED_ON)
        self._session.approve_baseline(told["name"], approved_on=PLANNED_ON, note=told["note"])

    # -- week by week ------------------------------------------------------------------

    def _weeks(self, story: Story, world: World) -> None:
        weeks = told_by(story.steps(), world)
        last = material()["status_on"]
        every = sorted({*weeks, last})
        for number, on in enumerate(every):
            self._progress((number + 1) / (len(every) + 1), f"Week to {uk(on)}")
            after = every[number - 1] if number else material()["starts_on"]
            self._network(after, on)
            for who in _ORDER:
                self._report(who, on, [step for step in weeks.get(on, []) if step.who == who])
            self._decisions(after, on)
        self._progress(1.0, "Written")

    def _network(self, after: date, on: date) -> None:
        """What opens gates comes first: certificates that begin, nodes that went live."""
        for certificate in plan.certificates():
            if certificate.valid_from and after < certificate.valid_from <= on:
                name = self._session.state.partner_name(certificate.partner)
                label = f"Certificate of {name} from {uk(certificate.valid_from)}"
                self._as_on("data", label, on, [Create([certificate])])
        live = {name: day for name, day in plan.nodes_live().items() if after < day <= on}
        if live:
            edits = [
                Amend("node", [ident("node", name)], {"live_on": day}) for name, day in live.items()
            ]
            self._as_on("network", f"{' and '.join(live)} live", on, edits)

    def _report(self, who: str, on: date, steps: Sequence[Step]) -> None:
        if steps:
            sites = len({step.reference for step in steps})
            label = f"Progress in the week to {uk(on)}: {plural(sites, 'site')}"
            self._do(who, Report(label, on, steps), on)

    def _decisions(self, after: date, on: date) -> None:
        replan, slipped = material()["plan"]["replan"], material()["plan"]["slipped_node"]
        state = self._session.state
        if after < replan["told_on"] <= on:
            sites = [s.id for s in state.sites.values() if s.node == ident("node", replan["town"])]
            number = next(t.phase for t in towns() if t.name == replan["town"])
            move = MoveToPhase(sites, plan.phase_id(number))
            label = move.propose(state, on).label
            self._as_on("manager", label, on, [move])
        if after < slipped["told_on"] <= on:
            values = {"planned_on": plan.slipped_to()}
            edit = Amend("node", [ident("node", slipped["name"])], values)
            label = f"Node {slipped['name']} slips to {uk(plan.slipped_to())}"
            self._as_on("network", label, on, [edit])


def _programme() -> Programme:
    told = material()
    return Programme(
        id=PROGRAMME_ID,
        name=told["name"],
        go_live_on=told["go_live_on"],
        starts_on=told["starts_on"],
        status_on=told["starts_on"],
        workflow=resource_files.read_text("workflow.toml"),
        saving_target_pence=told["saving_target_pence"],
        illustrative=True,
    )


def _with_node(each: Building) -> Building:
    site = dataclasses.replace(each.site, node=ident("node", each.town.node))
    return dataclasses.replace(each, site=site)


def _ready_on() -> dict[RecordId, date]:
    """The day each node, and every one above it, is live: root, then branch."""
    live = {ident("node", name): on for name, on in plan.nodes_live().items()}
    parents = {node.id: node.parent for node in plan.nodes()}
    ready: dict[RecordId, date] = {}
    for own in live:
        chain: list[RecordId] = [own]
        while (above := parents[chain[-1]]) is not None:
            chain.append(above)
        if all(each in live for each in chain):
            ready[own] = max(live[each] for each in chain)
    return ready
