"""The journal under any sequence of edits: one truth, told the same by every reading of it."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from psnplanner.errors import UserError
from psnplanner.programme.edits import AddSites, Amend, Create, Delete, MoveToPhase
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position, new_id
from psnplanner.programme.site import Site
from psnplanner.programme.stage import STATES
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.session import Session, new_programme
from tests.conftest import Ticking

pick = st.integers(0, 10_000)
words = st.text(max_size=12)
places = st.builds(
    Position, st.floats(53, 54), st.floats(-3, -2), words, st.none() | st.floats(0, 500)
)
START = date(2014, 3, 3)


class Programme(RuleBasedStateMachine):
    """Edits of every sort on a real file, undone, redone, closed and opened again."""

    @initialize()
    def begin(self) -> None:
        """A new file, and a model of it: the states that undo must go back to."""
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "p.gpkg"
        self.clock = Ticking(datetime(2016, 1, 1, tzinfo=UTC))
        self.session = Session.create(self.path, new_programme(), author="t", clock=self.clock)
        self.done: list[Any] = []
        self.undone: list[Any] = []

    def do(self, edit: Any) -> None:
        """Make an edit, and remember what undo must give; a refusal changes nothing."""
        before = self.session.state
        try:
            made = self.session.do(edit)
        except UserError:
            assert self.session.state is before
            return
        if made is not None:
            self.done.append(before.tables)
            self.undone.clear()

    def some(self, table: str, index: int) -> bytes | None:
        """Some record of a table, if it has any."""
        found = list(self.session.state.tables[table])
        return found[index % len(found)] if found else None

    @rule(count=st.integers(1, 4), name=words, place=st.none() | places)
    def add_sites(self, count: int, name: str, place: Position | None) -> None:
        """An import."""
        sites = [
            Site(id=new_id(), reference=f"R{n}", name=name, position=place) for n in range(count)
        ]
        self.do(AddSites("list", sites, validated=frozenset(s.id for s in sites[::2])))

    @rule(name=words)
    def add_phase(self, name: str) -> None:
        """A phase of any name."""
        self.do(Create([Phase(id=new_id(), name=name, starts_on=START)]))

    @rule(which=pick, name=words, place=st.none() | places, cost=st.none() | st.integers(0, 10**9))
    def amend(self, which: int, name: str, place: Position | None, cost: int | None) -> None:
        """Several fields of a site."""
        site = self.some("site", which)
        if site:
            self.do(
                Amend("site", [site], {"name": name, "position": place, "annual_cost_pence": cost})
            )

    @rule(which=pick, into=pick)
    def move(self, which: int, into: int) -> None:
        """A site to a phase."""
        site = self.some("site", which)
        if site:
            self.do(MoveToPhase([site], self.some("phase", into)))

    @rule(
        which=pick,
        stage=pick,
        state=st.sampled_from(STATES),
        days=st.integers(0, 60),
        override=st.sampled_from(["", "by order"]),
        note=st.none() | words,
    )
    def record(
        self, which: int, stage: int, state: str, days: int, override: str, note: str | None
    ) -> None:
        """A stage in any state on any day."""
        site = self.some("site", which)
        if site:
            stages = self.session.state.workflow.stages
            on = START + timedelta(days=days)
            key = stages[stage % len(stages)].key
            self.do(RecordStage(site, key, state, on, override=override, note=note))

    @rule(which=pick, state=st.sampled_from(["requested", "granted", "refused", "expired"]))
    def wayleave(self, which: int, state: str) -> None:
        """A wayleave in any state."""
        site = self.some("site", which)
        if site:
            self.do(SetWayleave(site, state, START))

    @rule(which=pick, kind=st.sampled_from(["site", "phase"]))
    def delete(self, which: int, kind: str) -> None:
        """A site or phase goes."""
        record = self.some(kind, which)
        if record:
            self.do(Delete(kind, [record]))

    @precondition(lambda self: self.done)
    @rule()
    def undo(self) -> None:
        """One step back gives exactly the tables before it."""
        after = self.session.state.tables
        self.session.undo()
        assert self.session.state.tables == self.done.pop()
        self.undone.append(after)

    @precondition(lambda self: self.undone)
    @rule()
    def redo(self) -> None:
        """One step on gives exactly the tables after it."""
        before = self.session.state.tables
        self.session.redo()
        assert self.session.state.tables == self.undone.pop()
        self.done.append(before)

    @precondition(lambda self: self.done)
    @rule(steps=st.integers(1, 8))
    def back_and_forth(self, steps: int) -> None:
        """Several steps back, and as many on again, end where they began."""
        before = self.session.state.tables
        steps = min(steps, len(self.done))
        for _ in range(steps):
            self.session.undo()
        assert self.session.state.tables == self.done[-steps]
        for _ in range(steps):
            self.session.redo()
        assert self.session.state.tables == before
        self.undone.clear()

    @rule()
    def reopen(self) -> None:
        """What is read from the file is what was in mind, and what its journal replays to."""
        before = self.session.state
        self.session.close()
        self.session = Session.open(self.path, author="t", clock=self.clock)
        assert self.session.state.tables == before.tables
        assert self.session.verify() == []
        assert self.session.as_at(self.session.present_day).tables == before.tables

    @invariant()
    def views_that_are_carried_on_are_right(self) -> None:
        """A state's derived views are those of a state made afresh from its tables."""
        if not hasattr(self, "session"):
            return
        state = self.session.state
        fresh = type(state)(state.tables)
        assert dict(state.statuses) == dict(fresh.statuses)
        stages = {site: dict(own) for site, own in state.stages_by_site.items() if own}
        assert stages == {site: dict(own) for site, own in fresh.stages_by_site.items()}
        assert state.sites_by_phase == fresh.sites_by_phase

    def teardown(self) -> None:
        """Let the file go."""
        if hasattr(self, "session"):
            self.reopen()
            self.session.close()
            self.folder.cleanup()


Programme.TestCase.settings = settings(
    max_examples=int(os.environ.get("PSN_EXAMPLES", "20")),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestProgramme = Programme.TestCase
