"""The runs of a forecast: every site through its stages many times over, by arrays of runs.

N sites that are not live, R runs; moments and durations are working days (see `Line`). Sites
are walked one at a time, each with all its runs at once: a row of runs fits the processor's
cache. Each site, factor and node draws from a stream of its own, so that a change to one
leaves the luck of all others as it was, and two forecasts differ only by what was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.crew_queue import BLOCK, starts
from psnplanner.planning.duration_tables import QUANTILES, remaining
from psnplanner.planning.forecast_model import Model, Path, Step

Runs = NDArray[np.float32]
Flags = NDArray[np.bool_]
Progress = Callable[[float, str], None]

_SHIFT = np.uint16(16 - QUANTILES.bit_length() + 1)
_BEFORE, _CREW, _FACTS, _FACTOR, _NODE = range(5)
"""The streams of luck; each site, factor or node has its own of each."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """When each of the model's paths goes live, (N, R), and the shared factors, (F, R).

    `unqueued` is when it would if nobody waited for a crew, in the first runs: (N, few).
    """

    live: Runs
    factors: Runs
    unqueued: Runs


UNQUEUED_RUNS = 400
_KEPT_RUNS = 2_000


def simulate(model: Model, runs: int, seed: int, progress: Progress | None = None) -> Outcome:
    """Run the model. The same model, runs and seed give the same outcome on every machine.

    Raises what `progress` raises.
    """
    return _Simulation(model, runs, seed, progress).outcome()


class _Simulation:
    def __init__(self, model: Model, runs: int, seed: int, progress: Progress | None) -> None:
        self._model, self._runs, self._luck = model, runs, _Luck(seed)
        self._tell = progress or (lambda fraction, doing: None)
        self._tables = model.table_array()
        self._factors = self._draw_factors()
        self._products: dict[tuple[int, ...], Runs] = {}
        self._drawn: dict[bytes, list[Runs]] = {}
        self._node_clocks: dict[tuple[int, int], Runs] = {}
        self._nodes = [self._node_ready(place) for place in range(len(model.nodes))]

    def outcome(self) -> Outcome:
        paths, crews = self._model.paths, self._model.crew_pace
        live = np.zeros((len(paths), self._runs), dtype=np.float32)
        ready, service, beside = np.zeros_like(live), np.zeros_like(live), {}
        for place, path in enumerate(paths):
            if not place % 20:
                self._tell(0.45 * place / len(paths), "Surveys, wayleaves and quotes")
            at, service[place], waits = self._until_crew(path)
            # Who waits for a crew does so by the clock of the crews' work.
            ready[place] = crews.work(at) if crews and path.queues else at
            if waits is not None:
                beside[place] = waits
        at_once = ready[:, :UNQUEUED_RUNS].copy()
        unqueued = np.zeros_like(at_once)
        self._queue(ready, service)
        for place, path in enumerate(paths):
            if not place % 20:
                self._tell(0.6 + 0.4 * place / len(paths), "Building and going live")
            row, early = ready[place], at_once[place]
            if crews and path.queues:
                row, early = crews.moment(row), crews.moment(early)
            live[place], unqueued[place] = self._from_crew(path, (row, early), beside.get(place))
        return Outcome(live, self._factors, unqueued)

    # Luck

    def _uniform(self, stream: int, owner: bytes, count: int) -> NDArray[np.uint16]:
        """Random whole numbers (count, R) of 16 bits from an owner's stream."""
        source = self._luck.of(stream, owner)
        wide = -(-self._runs // 4) * 4
        raw = np.asarray(source.random_raw(count * wide // 4), dtype="<u8")
        return raw.view("<u2").reshape(count, wide)[:, : self._runs]

    def _draw_factors(self) -> Runs:
        factors = np.ones((len(self._model.factors), self._runs), dtype=np.float32)
        for place, (kind, name) in enumerate(self._model.factors):
            owner = f"{kind} {name.casefold()}".encode()
            normal = self._luck.normal(_FACTOR, owner, self._runs)
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
        drawn = self._uniform(_NODE, node.node, 1)[0] >> _SHIFT
        result: Runs = np.maximum(0.0, due + table[drawn]).astype(np.float32)
        return result

    def _product(self, factors: tuple[int, ...]) -> Runs:
        if factors not in self._products:
            product: Runs = self._factors[list(factors)].prod(axis=0)
            self._products[factors] = product
        return self._products[factors]

    # One site

    def _durations(self, path: Path, steps: list[Step], stream: int) -> list[Runs]:
        if not steps:
            return []
        luck = self._uniform(stream, path.site, len(steps))
        luck >>= _SHIFT
        unsure = any(step.needed < 1 or step.access or step.tenure for step in steps)
        facts = self._facts(path) if unsure else None
        drawn = []
        for step, row in zip(steps, luck, strict=True):
            days = self._tables[step.table].take(row)
            days *= self._product(step.factors)
            if facts is not None:
                self._branch(path, step, facts, days)
            drawn.append(days)
        return drawn

    def _facts(self, path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]]:
        """What is not known of a site, run by run: its access, its tenure, what it needs."""
        luck = self._uniform(_FACTS, path.site, 3)
        access = np.searchsorted(np.cumsum(self._model.access_mix), luck[0] / 65536, "right")
        tenure = np.searchsorted(np.cumsum(self._model.tenure_mix), luck[1] / 65536, "right")
        return access, tenure, luck[2]

    def _branch(
        self,
        path: Path,
        step: Step,
        facts: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint16]],
        days: Runs,
    ) -> None:
        from psnplanner.programme.site import ACCESS_TYPES, TENURES

        access, tenure, luck = facts
        if step.access:
            days *= np.array([kind in step.access for kind in ACCESS_TYPES], np.float32)[access]
        if step.tenure:
            days *= np.array([kind in step.tenure for kind in TENURES], np.float32)[tenure]
        if step.needed < 1:
            days *= luck < step.needed * 65536

    def _until_crew(self, path: Path) -> tuple[Runs, Runs, Runs | None]:
        """When a crew could start, how long it is held, and what else going live waits for."""
        before = [(at, step) for at, step in enumerate(path.steps) if not step.after_crew]
        days = self._durations(path, [step for _, step in before], _BEFORE)
        ends: dict[int, Runs] = {}
        for (at, step), lasts in zip(before, days, strict=True):
            ends[at] = self._end(path, step, self._latest(step.before, ends), lasts)
        crew = [step for step in path.steps if step.crew]
        needs = {at for step in crew for at in step.before}
        ready = np.maximum(self._latest(tuple(needs), ends), np.float32(path.entry))
        later = {at for step in path.steps if step.after_crew for at in step.before} - needs
        waits = self._latest(tuple(later), ends) if later & set(ends) else None
        if not any(step.after_crew for step in path.steps):
            ready = self._latest(tuple(ends), ends)
        return ready, self._held(path, crew), waits

    def _held(self, path: Path, crew: list[Step]) -> Runs:
        """Crew-days at a site: its effort, longer or shorter as the work itself is."""
        if not path.queues:
            return np.zeros(self._runs, dtype=np.float32)
        # The crew's stages come first in the stream: `_from_crew` draws the same again.
        lasts = self._crew_days(path)[: len(crew)]
        effort: Runs = np.array(path.effort, dtype=np.float32)
        if len(path.effort) > 1:
            effort = effort[self._facts(path)[0]]
        held = lasts[0].copy()
        for days in lasts[1:]:
            held += days
        held *= effort / np.float32(path.crew_mean_days)
        return held

    def _crew_days(self, path: Path) -> list[Runs]:
        """What a site takes from the crew's start on, the crew's own stages first."""
        after = [step for step in path.steps if step.after_crew]
        lasts = self._durations(path, sorted(after, key=lambda step: not step.crew), _CREW)
        # Few runs are kept until the crew's start is known; many are drawn again.
        if self._runs <= _KEPT_RUNS:
            self._drawn[path.site] = lasts
        return lasts

    def _from_crew(self, path: Path, starts: Sequence[Runs], beside: Runs | None) -> Iterator[Runs]:
        """When a site goes live whose crew starts then (in as many runs as are given)."""
        after = [(at, step) for at, step in enumerate(path.steps) if step.after_crew]
        if not after:
            yield from starts
            return
        after.sort(key=lambda item: not item[1].crew)
        lasts = self._drawn.pop(path.site, None) or self._crew_days(path)
        days = dict(zip((at for at, _ in after), lasts, strict=True))
        for start in starts:
            yield self._walk(path, dict(sorted(after)), days, start, beside)

    def _walk(
        self,
        path: Path,
        steps: dict[int, Step],
        days: dict[int, Runs],
        start: Runs,
        beside: Runs | None,
    ) -> Runs:
        """The end of the last of these steps, none begun before `start`."""
        opens = self._model.calendars[path.opens]
        # Where all need the building open, its own open days are the clock all the way.
        own = all(step.on_site for step in steps.values())
        start = end = opens.work(start) if own else start
        runs = len(start)
        ends: dict[int, Runs] = {}
        for at, step in steps.items():
            begin = self._latest(step.before, ends, start)
            if not step.crew and beside is not None:
                begin = np.maximum(begin, (opens.work(beside) if own else beside)[:runs])
            if step.goes_live:
                for node in path.nodes:
                    clock = self._node_at(node, path.opens if own else None)
                    begin = np.maximum(begin, clock[:runs])
            lasts = days[at][:runs]
            end = begin + lasts if own else self._end(path, step, begin, lasts)
            ends[at] = end
        return opens.moment(end) if own else end

    def _node_at(self, node: int, opens: int | None) -> Runs:
        """When a node is ready, in working days or on the clock of a calendar."""
        if opens is None:
            return self._nodes[node]
        if (node, opens) not in self._node_clocks:
            clock = self._model.calendars[opens].work(self._nodes[node])
            self._node_clocks[node, opens] = clock
        return self._node_clocks[node, opens]

    def _latest(
        self, places: tuple[int, ...], ends: dict[int, Runs], first: Runs | None = None
    ) -> Runs:
        known = [ends[at] for at in places if at in ends]
        if not known:
            return np.zeros(self._runs, dtype=np.float32) if first is None else first
        latest = known[0]
        for end in known[1:]:
            latest = np.maximum(latest, end)
        return latest

    def _end(self, path: Path, step: Step, start: Runs, days: Runs) -> Runs:
        if not step.on_site:
            return start + days
        return self._model.calendars[path.opens].after(start, days)

    # Crews

    def _queue(self, ready: Runs, service: Runs) -> None:
        """Turn when sites are ready into when their crews start, in place."""
        queue = [place for place, path in enumerate(self._model.paths) if path.queues]
        if not queue:
            return
        for first in range(0, self._runs, BLOCK):
            self._tell(0.45 + 0.15 * first / self._runs, "Waiting for crews")
            some = np.ix_(queue, range(first, min(self._runs, first + BLOCK)))
            ready[some] = starts(ready[some], service[some], self._model.crews)


class _Luck:
    """One random source that takes the state of any owner: a digest needs no further seeding."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._source = np.random.SFC64(0)
        self._generator = np.random.Generator(self._source)

    def of(self, stream: int, owner: bytes) -> np.random.SFC64:
        """The source at the beginning of an owner's stream."""
        key = f"{self._seed} {stream}".encode()
        digest = blake2b(owner, digest_size=32, key=key).digest()
        words = np.frombuffer(digest, dtype="<u8").astype(np.uint64)
        words[3] = 1  # the counter of SFC64 begins at one
        self._source.state = {
            "bit_generator": "SFC64",
            "state": {"state": words},
            "has_uint32": 0,
            "uinteger": 0,
        }
        self._source.random_raw(12, output=False)
        return self._source

    def normal(self, stream: int, owner: bytes, count: int) -> NDArray[np.float64]:
        """So many draws of the normal distribution from an owner's stream."""
        self.of(stream, owner)
        return self._generator.standard_normal(count)
