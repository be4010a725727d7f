"""The runs of a forecast: every site through its stages many times over, by arrays of runs.

N sites that are not live, R runs; moments and durations are working days (see `Line`). Sites
with the same stages before them are walked together, (k, R) at a time: few enough to stay near
the processor, enough to be worth the asking. Each site, factor and node draws from a stream of
its own, so that a change to one leaves the luck of all others as it was, and two forecasts
differ only by what was changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.crew_queue import BLOCK, starts
from psnplanner.planning.duration_tables import QUANTILES, remaining
from psnplanner.planning.forecast_luck import BEFORE, CREW, FACTOR, FACTS, NODE, Luck
from psnplanner.planning.forecast_model import Model, Path, Step
from psnplanner.programme.site import ACCESS_TYPES, TENURES

Runs = NDArray[np.float32]
Progress = Callable[[float, str], None]

_SHIFT = np.uint16(16 - QUANTILES.bit_length() + 1)

UNQUEUED_RUNS = 400
_KEPT_RUNS = 2_000

_TOGETHER = 12_000
"""Sites times runs walked together: their rows of one stage fit the processor's cache."""


_MOMENT = np.float32(0.01)
"""So much of a working day is enough to have begun."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """When each of the model's paths goes live, (N, R), and the shared factors, (F, R).

    `unqueued` is when it would if nobody waited for a crew, in the first runs: (N, few).
    """

    live: Runs
    factors: Runs
    unqueued: Runs


def simulate(model: Model, runs: int, seed: int, progress: Progress | None = None) -> Outcome:
    """Run the model. The same model, runs and seed give the same outcome on every machine.

    Raises what `progress` raises.
    """
    return _Simulation(model, runs, seed, progress).outcome()


class _Facts(NamedTuple):
    """What is not known of sites, run by run (k, R): access, tenure, and what they need."""

    access: NDArray[np.intp]
    tenure: NDArray[np.intp]
    luck: NDArray[np.uint16]


@dataclass(eq=False)
class _Batch:
    """Paths that differ in tables, factors, nodes, entry and effort at most; and their rows."""

    rows: list[int]
    paths: list[Path]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the first: all are alike in what orders them."""
        return self.paths[0].steps

    @cached_property
    def after(self) -> list[int]:
        """Places of the steps from the crew's start on, the crew's own first."""
        places = [at for at, step in enumerate(self.steps) if step.after_crew]
        return sorted(places, key=lambda at: not self.steps[at].crew)

    @cached_property
    def before(self) -> list[int]:
        """Places of the steps that come before a crew does."""
        return [at for at, step in enumerate(self.steps) if not step.after_crew]

    @cached_property
    def beside(self) -> tuple[int, ...]:
        """Steps before the crew that it does not wait for, though going live does."""
        crew = {at for step in self.steps if step.crew for at in step.before}
        after = {at for step in self.steps if step.after_crew for at in step.before}
        return tuple(sorted((after - crew) & set(self.before)))


def _batches(paths: Sequence[Path], most: int) -> list[_Batch]:
    alike: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row, path in enumerate(paths):
        order = tuple(
            (s.before, s.needed, s.access, s.tenure, s.crew, s.after_crew, s.on_site, s.goes_live)
            for s in path.steps
        )
        alike[order, path.opens, path.digs, path.queues, len(path.effort)].append(row)
    return [
        _Batch(some := rows[first : first + most], [paths[row] for row in some])
        for rows in alike.values()
        for first in range(0, len(rows), most)
    ]


class _Simulation:
    def __init__(self, model: Model, runs: int, seed: int, progress: Progress | None) -> None:
        self._model, self._runs, self._luck = model, runs, Luck(seed)
        self._tell = progress or (lambda fraction, doing: None)
        self._tables = model.table_array()
        self._factors = self._draw_factors()
        self._products: dict[tuple[int, ...], Runs] = {}
        self._drawn: dict[int, list[Runs]] = {}
        self._nodes = [self._node_ready(place) for place in range(len(model.nodes))]
        self._node_waits: dict[tuple[tuple[int, ...], int | None], Runs] = {}

    def outcome(self) -> Outcome:
        crews, count = self._model.crew_pace, len(self._model.paths)
        live = np.zeros((count, self._runs), dtype=np.float32)
        ready, service = np.zeros_like(live), np.zeros_like(live)
        unqueued = np.zeros((count, min(self._runs, UNQUEUED_RUNS)), dtype=np.float32)
        beside: dict[int, Runs] = {}
        batches = _batches(self._model.paths, max(1, _TOGETHER // self._runs))
        for place, batch in enumerate(batches):
            self._tell(0.45 * place / len(batches), "Surveys, wayleaves and quotes")
            ready[batch.rows] = self._until_crew(batch, service, beside)
        unqueued[:] = ready[:, : unqueued.shape[1]]
        self._queue(ready, service)
        for place, batch in enumerate(batches):
            self._tell(0.6 + 0.4 * place / len(batches), "Building and going live")
            begun = (ready[batch.rows], unqueued[batch.rows])
            if crews and batch.paths[0].queues:
                begun = (crews.moment(begun[0]), crews.moment(begun[1]))
            ends = self._from_crew(batch, begun, beside.get(batch.rows[0]))
            live[batch.rows], unqueued[batch.rows] = ends
        return Outcome(live, self._factors, unqueued)

    # Luck

    def _draw_factors(self) -> Runs:
        factors = np.ones((len(self._model.factors), self._runs), dtype=np.float32)
        for place, (kind, name) in enumerate(self._model.factors):
            owner = f"{kind} {name.casefold()}".encode()
            normal = self._luck.normal(FACTOR, owner, self._runs)
            spread = self._model.spreads[place]
            # Lognormal with mean 1: a shared factor widens the forecast and does not move it.
            drawn = np.exp(spread * normal - spread**2 / 2)
            factors[place] = drawn
        return factors

    def _node_ready(self, place: int) -> Runs:
        node = self._model.nodes[place]
        table, due = self._model.node_slip, node.due
        if due < 0:  # overdue: what is still to come of its slip
            table, due = remaining(table, -due), 0.0
        drawn = self._luck.uniform(NODE, node.node, 1, self._runs)[0] >> _SHIFT
        result: Runs = np.maximum(0.0, due + table[drawn]).astype(np.float32)
        return result

    def _product(self, factors: tuple[int, ...]) -> Runs:
        if factors not in self._products:
            product: Runs = self._factors[list(factors)].prod(axis=0)
            self._products[factors] = product
        return self._products[factors]

    # Sites that are alike

    def _uniform(self, stream: int, batch: _Batch, count: int) -> NDArray[np.uint16]:
        """Luck of each site of a batch: (count, k, R)."""
        luck = np.empty((count, len(batch.paths), self._runs), dtype=np.uint16)
        for place, path in enumerate(batch.paths):
            luck[:, place] = self._luck.uniform(stream, path.site, count, self._runs)
        return luck

    def _durations(self, batch: _Batch, places: Sequence[int], stream: int) -> list[Runs]:
        """How long these steps last, (k, R) each."""
        if not places:
            return []
        luck = self._uniform(stream, batch, len(places))
        luck >>= _SHIFT
        steps = [batch.steps[at] for at in places]
        unsure = any(step.needed < 1 or step.access or step.tenure for step in steps)
        facts = self._facts(batch) if unsure else None
        drawn = []
        for at, row in zip(places, luck, strict=True):
            days = np.empty(row.shape, dtype=np.float32)
            for place, path in enumerate(batch.paths):
                step = path.steps[at]
                lasts = self._tables[step.table].take(row[place])
                np.multiply(lasts, self._product(step.factors), out=days[place])
            if facts is not None:
                _branch(batch.steps[at], facts, days)
            drawn.append(days)
        return drawn

    def _facts(self, batch: _Batch) -> _Facts:
        luck = self._uniform(FACTS, batch, 3)
        access = np.searchsorted(np.cumsum(self._model.access_mix), luck[0] / 65536, "right")
        tenure = np.searchsorted(np.cumsum(self._model.tenure_mix), luck[1] / 65536, "right")
        return _Facts(access, tenure, luck[2])

    def _until_crew(self, batch: _Batch, service: Runs, beside: dict[int, Runs]) -> Runs:
        """When a crew could start, on the clock of the crews' work where it is waited for.

        How long it is held goes to `service`, what else going live waits for to `beside`.
        """
        steps, ends = batch.steps, dict[int, Runs]()
        lasts = self._durations(batch, batch.before, BEFORE)
        for at, days in zip(batch.before, lasts, strict=True):
            ends[at] = self._end(
                batch, steps[at], self._latest(batch, steps[at].before, ends), days
            )
        needs = {at for step in steps if step.crew for at in step.before}
        entry = np.array([[path.entry] for path in batch.paths], dtype=np.float32)
        ready = np.maximum(self._latest(batch, needs, ends), entry)
        if batch.beside:
            beside[batch.rows[0]] = self._latest(batch, batch.beside, ends)
        if not batch.after:
            return self._latest(batch, ends, ends)
        if not batch.paths[0].queues:
            return ready
        service[batch.rows] = self._held(batch)
        crews = self._model.crew_pace
        return crews.work(ready) if crews else ready

    def _held(self, batch: _Batch) -> Runs:
        """Crew-days at each site: its effort, longer or shorter as the work itself is."""
        # The crew's stages come first in the stream: `_from_crew` draws the same again.
        lasts = self._crew_days(batch)[: sum(step.crew for step in batch.steps)]
        effort: Runs = np.array([path.effort for path in batch.paths], dtype=np.float32)
        if effort.shape[1] > 1:
            effort = np.take_along_axis(effort, self._facts(batch).access, axis=1)
        means = np.array([[path.crew_mean_days] for path in batch.paths], dtype=np.float32)
        held = lasts[0].copy()
        for days in lasts[1:]:
            held += days
        held *= effort / means
        return held

    def _crew_days(self, batch: _Batch) -> list[Runs]:
        """What sites take from the crew's start on, the crew's own stages first."""
        lasts = self._durations(batch, batch.after, CREW)
        # Few runs are kept until the crew's start is known; many are drawn again.
        if self._runs <= _KEPT_RUNS:
            self._drawn[batch.rows[0]] = lasts
        return lasts

    def _from_crew(
        self, batch: _Batch, begun: Sequence[Runs], beside: Runs | None
    ) -> Iterator[Runs]:
        """When sites go live whose crews start then (in as many runs as are given)."""
        if not batch.after:
            yield from begun
            return
        lasts = self._drawn.pop(batch.rows[0], None) or self._crew_days(batch)
        days = dict(zip(batch.after, lasts, strict=True))
        for start in begun:
            yield self._walk(batch, days, start, beside)

    def _walk(
        self, batch: _Batch, days: Mapping[int, Runs], start: Runs, beside: Runs | None
    ) -> Runs:
        """The end of the last of these steps, none begun before `start`."""
        opens = self._model.calendars[batch.paths[0].opens]
        # Where all need the building open, its own open days are the clock all the way.
        own = all(batch.steps[at].on_site for at in days)
        gated = batch.paths[0].digs != batch.paths[0].opens
        own = own and not gated
        dug = min((at for at in days if gated and batch.steps[at].crew), default=-1)
        start = end = opens.work(start) if own else start
        runs, ends = start.shape[1], dict[int, Runs]()
        for at in sorted(days):
            step = batch.steps[at]
            begin = self._latest(batch, step.before, ends, start)
            if not step.crew and beside is not None:
                begin = np.maximum(begin, (opens.work(beside) if own else beside)[:, :runs])
            if step.goes_live and any(path.nodes for path in batch.paths):
                begin = np.maximum(begin, self._nodes_at(batch, own)[:, :runs])
            lasts = days[at][:, :runs]
            how = self._dug if at == dug else self._end
            end = begin + lasts if own else how(batch, step, begin, lasts)
            ends[at] = end
        return opens.moment(end) if own else end

    def _nodes_at(self, batch: _Batch, own: bool) -> Runs:
        """When all nodes of each site are ready, in working days or on its calendar's clock."""
        opens = batch.paths[0].opens if own else None
        found = np.empty((len(batch.paths), self._runs), dtype=np.float32)
        for place, path in enumerate(batch.paths):
            if (path.nodes, opens) not in self._node_waits:
                last: Runs = np.zeros(self._runs, dtype=np.float32)
                for node in path.nodes:
                    last = np.maximum(last, self._nodes[node])
                clock = last if opens is None else self._model.calendars[opens].work(last)
                self._node_waits[path.nodes, opens] = clock
            found[place] = self._node_waits[path.nodes, opens]
        return found

    def _latest(
        self,
        batch: _Batch,
        places: Sequence[int] | set[int] | dict[int, Runs],
        ends: Mapping[int, Runs],
        first: Runs | None = None,
    ) -> Runs:
        known = [ends[at] for at in places if at in ends]
        if not known:
            nothing = (len(batch.paths), self._runs)
            return np.zeros(nothing, dtype=np.float32) if first is None else first
        latest = known[0]
        for end in known[1:]:
            latest = np.maximum(latest, end)
        return latest

    def _end(self, batch: _Batch, step: Step, start: Runs, days: Runs) -> Runs:
        if not step.on_site:
            return start + days
        return self._model.calendars[batch.paths[0].opens].after(start, days)

    def _dug(self, batch: _Batch, step: Step, start: Runs, days: Runs) -> Runs:
        """The end of a crew's first stage where digging has days of its own.

        It begins on one of them, and its crew-days are all on them; what else it takes is not.
        """
        digs = self._model.calendars[batch.paths[0].digs]
        effort = np.array([[path.effort[0]] for path in batch.paths], dtype=np.float32)
        begun = digs.work(start)
        # Where nothing is left of a holiday the next one is meant, not the end of this.
        first = np.maximum(start, digs.moment(begun + _MOMENT))
        end = self._end(batch, step, first, days)
        latest: Runs = np.maximum(end, digs.moment(begun + effort))
        return latest

    # Crews

    def _queue(self, ready: Runs, service: Runs) -> None:
        """Turn when sites are ready into when their crews start, in place."""
        queue = [place for place, path in enumerate(self._model.paths) if path.queues]
        if not queue:
            return
        for first in range(0, self._runs, BLOCK):
            self._tell(0.45 + 0.15 * first / self._runs, "Waiting for crews")
            some = slice(first, first + BLOCK)
            begun = starts(ready[queue, some], service[queue, some], self._model.crews)
            ready[queue, some] = begun


def _branch(step: Step, facts: _Facts, days: Runs) -> None:
    """Take nothing, in place, where a run has it that a site does not need the step."""
    if step.access:
        days *= np.array([kind in step.access for kind in ACCESS_TYPES], np.float32)[facts.access]
    if step.tenure:
        days *= np.array([kind in step.tenure for kind in TENURES], np.float32)[facts.tenure]
    if step.needed < 1:
        days *= facts.luck < step.needed * 65536
