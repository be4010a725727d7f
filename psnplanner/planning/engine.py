"""The search for a grouping: any time a plan, better ones as they are found, and a bound.

First alternations from spread bases, then the climb of the bound and beside it plans from bases
drawn as often as the bound leans towards them, of the whole or of a part; then and between them
large-neighbourhood search (Shaw 1998): a few neighbouring groups at a time are solved by CP-SAT,
among the bases that the bound's prices favour. Very large problems begin by areas. Budgets
count work, not seconds, so that a seed gives the same plan on any load, and a larger budget
goes on where a smaller one ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psnplanner.planning.areas import LARGE_UNITS, areas, by_areas
from psnplanner.planning.bound import Bound, Climb
from psnplanner.planning.budget import Budget
from psnplanner.planning.drawn_areas import DrawnArea, DrawnAreas
from psnplanner.planning.exact import Solved
from psnplanner.planning.grouping import (
    OUT,
    Floats,
    Grouped,
    Grouping,
    Ints,
    total_pounds,
)
from psnplanner.planning.local_search import Search
from psnplanner.planning.neighbourhood import (
    PART_WORK,
    AreaPart,
    Part,
    drawn,
    neighbours,
    part_of,
    rows_of,
)
from psnplanner.planning.part_workers import PartWorkers
from psnplanner.planning.starts import spread_bases, worth_in
from psnplanner.planning.transport import alternate

FIRST_STARTS, STARTS = 3, 6
STRETCH = 3e8
"""Elementary operations in a stretch of the bound's climb: about a second."""

STRETCH_WORK, PART_OVERHEAD, SOLVER_SECONDS = 1.0, 0.25, 2.2
"""Work of a stretch; of building and shaking a neighbourhood; of a unit of solver work."""

LARGE_WORK = 1.5e-3
"""Work of planning by areas, for each unit."""

AREA_WORK = 2.7e-3
"""Work of planning an area at its own prices, for each unit."""

AREA_STEPS = 120
"""How far an area's own bound climbs."""

LEAST_STEPS = 8
LARGE_STEPS = 24
"""Steps at least in a stretch: some seconds, as long as what is done beside it."""

LARGE_SHARE = 0.25
"""Of the effort of a longer stretch: most of its steps look at promising bases alone."""

FIRST_STRETCHES, STEADY_CLIMB, CLIMB_EVERY = 2, 60, 4
"""Stretches at first; then one beside every neighbourhood for so long; then every so many."""

SETTLED = 0.004
"""A stretch that raises the bound by less of the plan's cost shows which bases are good ones."""

PART_DRAWS, MOST_DRAWS = 0.4, 4
"""How often parts are planned anew beside a stretch of the climb; plans of the whole at most."""

DRAWN_SHARE, DRAWN_SIZES = 0.5, (0.3, 0.6, 1.0)
"""Part of the neighbourhoods that are planned anew from drawn bases; how much of all they free."""

MOST_DRAWN = 6_000
"""Units planned anew at once: some two seconds."""

AREA_DRAWS_WORK = 4.5
"""Work of planning small parts of a drawn area anew."""

FIRST_UNITS, LEAST_UNITS, MOST_UNITS = 90, 20, 260
GROW, SHRINK = 1.1, 0.93
THREADS = 2
TRIES = 12
CLOSED = 1e-5
"""A gap at which a plan is as good as proved the best."""


@dataclass(frozen=True)
class Found:
    """The best plan so far, what it costs, and what no plan can beat."""

    plan: Grouped
    pounds: float
    bound: Bound


@dataclass
class Engine:
    """One search. `first` is a plan that keeps every rule; `told` hears of each better one."""

    problem: Grouping
    first: Grouped
    budget: Budget
    seed: int = 1
    told: Callable[[Grouped, float], None] = lambda plan, pounds: None
    best: Grouped = field(init=False)
    pounds: float = field(init=False)

    def __post_init__(self) -> None:
        self.best, self.pounds = self.first.copy(), total_pounds(self.problem, self.first)
        self._random = np.random.default_rng(self.seed)
        self._proved: set[tuple[object, ...]] = set()
        self._units = float(FIRST_UNITS)
        self._favoured, self._settled = 3.0, False
        self._nearest = self.problem.reach.argmin(axis=1)

    @property
    def bound_pounds(self) -> float | None:
        """What no plan can be cheaper than, as far as proved by now."""
        climb: Climb | None = getattr(self, "_climb", None)
        return None if climb is None or not np.isfinite(climb.best.pounds) else climb.best.pounds

    def run(self) -> Found:
        """Search until the budget is over, or the plan is proved the best there is."""
        workers = closing(PartWorkers(THREADS)) if self._large else nullcontext()
        with ThreadPoolExecutor(THREADS, thread_name_prefix="planner") as pool, workers as apart:
            self._apart = apart
            self._start(pool)
            if self.budget.over:
                self._climb.climb(LEAST_STEPS, self.pounds)
                return Found(self.best, self.pounds, self._climb.best)
            stretches = 0
            if not self._large:
                self._first_climb(pool)
            while not (self.budget.over or self._closed):
                stretches += 1
                climb = not self._climb.finished and (
                    stretches < STEADY_CLIMB or stretches % CLIMB_EVERY == 0
                )
                if not self._improve(pool, climb):
                    break
        return Found(self.best, self.pounds, self._climb.best)

    def _first_climb(self, pool: ThreadPoolExecutor) -> None:
        climbing = pool.submit(self._stretch, self.pounds, FIRST_STRETCHES)
        for base in self._starts(STARTS - FIRST_STARTS if self.problem.alike else 0):
            self._try(base)
        self.budget.spend(climbing.result())
        if self.problem.alike:
            self._try(self._climb.best.base.copy())

    def _start(self, pool: ThreadPoolExecutor) -> None:
        """A few alternations, and the bound's first prices: what units cost in the best of them."""
        if self._large:
            self._take(by_areas(self.problem, self._random, self.budget.stop))
            self.budget.spend(LARGE_WORK * len(self.best.group))
        elif (self.best.group != OUT).any():
            self._try(self.best.base.copy())
        for base in self._starts(FIRST_STARTS):
            self._try(base)
        worth = None if self.problem.alike else worth_in(self.problem, self.best)
        leaning = self._areas_anew(pool, worth) if self._large and worth is not None else None
        self._climb = Climb(self.problem, worth, leaning)
        if leaning is not None:
            self._areas = DrawnAreas(self.problem, leaning, self._random)
            self._settled = True

    def _areas_anew(self, pool: ThreadPoolExecutor, worth: Floats) -> Floats:
        """Plan each area anew at prices of its own; the bases leant towards (K, B).

        Puts what the areas found units to be worth (N,) in its place.
        """
        _, groups, bases = self.problem.shape
        leaning = np.zeros((groups, bases))
        leaning[np.arange(groups), self.best.base] = 1.0
        parts = [self._area(area.groups, worth) for area in areas(self.problem)]
        works = []
        for part in parts:
            if not self.budget.over:
                self.budget.spend(AREA_WORK * len(part.rows))
                works.append((part, self._send(pool, part.plan_anew)))
        for part, work in works:
            found = self._came_to(work)
            if found is None:
                continue
            plan = self.best.copy()
            part.put_back(plan, found.plan)
            self._take(plan)
            worth[part.rows] = found.worth
            leaning[np.ix_(part.groups, part.bases)] = found.leaning
        return leaning

    def _send(self, pool: ThreadPoolExecutor, solve: Callable[[Budget], Any]) -> Future[Any]:
        """Have a part solved: in a thread, or in a process where the problem is large."""
        if self._apart is None:
            return pool.submit(solve, self.budget)
        return self._apart.submit(solve, self.budget.apart())

    def _came_to(self, work: Future[Any]) -> Any:
        """What a part came to; None if there was no time for it."""
        return work.result() if self._apart is None else self._apart.result(work, self.budget.stop)

    def _area(self, groups: Ints, worth: Floats) -> AreaPart:
        rows = np.flatnonzero(np.isin(self.best.group, groups))
        near = np.unique(self._nearest[rows])
        bases = np.unique(np.concatenate([near, self.best.base[groups]]))
        small, plan = part_of(self.problem, self.best, rows, groups, bases)
        seed = int(self._random.integers(2**31))
        return AreaPart(small, plan, rows, groups, bases, worth[rows], AREA_STEPS, seed)

    def _stretch(self, pounds: float, count: int = 1) -> float:
        """Let the bound climb for about a second of work, so many times; the work it took.

        It knows what the best plan cost when it was sent off: what others find meanwhile would
        make its way depend on the machine's load.
        """
        units, _, bases = self.problem.shape
        effort = units * bases + 20_000.0
        if not self.problem.alike:
            effort = len(self._climb.classes) * (400_000 + 2.5 * self._climb.pairs)
        steps = int(np.clip(STRETCH / effort, LARGE_STEPS, 400))
        before = self._climb.best.pounds
        after = self._climb.climb(count * steps, pounds, self.budget.stop).pounds
        self._settled |= after - before < count * SETTLED * abs(pounds)
        return count * max(STRETCH_WORK, LARGE_SHARE * steps * effort / STRETCH)

    @property
    def _closed(self) -> bool:
        return self.pounds - self._climb.best.pounds <= CLOSED * abs(self.pounds)

    # -- starts ------------------------------------------------------------------------

    def _drawing(self, units: int, groups: int) -> float:
        """The work of planning so many units anew."""
        return 4e-6 * units * groups + 2e-4 * units

    def _drawn(self, groups: Ints, rows: Ints) -> Ints:
        """A base for each group, as often as the bound leans towards it and its units are here."""
        everywhere = np.bincount(self._nearest, minlength=self.problem.shape[2])
        here = np.bincount(self._nearest[rows], minlength=self.problem.shape[2])
        leaning = self._climb.leaning[groups] * (here / np.maximum(everywhere, 1))
        return drawn(leaning, self.best.base[groups], self._random)

    @property
    def _large(self) -> bool:
        """Whether it is too large for alternations of the whole."""
        return len(self.best.group) >= LARGE_UNITS

    def _starts(self, count: int) -> Iterator[Ints]:
        """Bases to start from; none for what starts by areas."""
        return iter(()) if self._large else spread_bases(self.problem, self._random, count)

    def _try(self, base: Ints) -> None:
        if self.budget.over or self._large:
            return
        units, groups, _ = self.problem.shape
        found = Search(self.problem, alternate(self.problem, base)).descend()
        self._take(found)
        self.budget.spend(4e-6 * units * groups)

    def _take(self, found: Grouped) -> bool:
        pounds = total_pounds(self.problem, found)
        if pounds >= self.pounds - 1e-6 * abs(self.pounds):
            return False
        self.best, self.pounds = found.copy(), pounds
        self.told(self.best, pounds)
        return True

    # -- neighbourhoods ----------------------------------------------------------------

    def _improve(self, pool: ThreadPoolExecutor, climb: bool) -> bool:
        """Solve a batch of neighbourhoods that share no group; False if none is left to try.

        Where the bound is to climb, it takes the place of one of them.
        """
        parts = self._parts(climb)
        if not parts:
            return False
        climbing = pool.submit(self._stretch, self.pounds) if climb else None
        works = [self._send(pool, part.solve) for part in parts]
        for part, work in zip(parts, works, strict=True):
            solved = self._came_to(work)
            if solved is None:
                break
            self.budget.spend(self._work_of(part, solved))
            gained = part.pounds - total_pounds(part.problem, solved.plan)
            if isinstance(part, DrawnArea):
                self._areas.gained(part.source, gained)
            if gained <= 1e-6:
                if solved.proved and isinstance(part, Part):
                    self._proved.add(part.key)
            else:
                plan = self.best.copy()
                part.put_back(plan, solved.plan)
                self._take(plan)
            if isinstance(part, DrawnArea) or part.drawn is not None:
                continue
            if not solved.proved:
                self._units = max(LEAST_UNITS, self._units * SHRINK)
            elif solved.work < PART_WORK / 2:
                self._units = min(MOST_UNITS, self._units * GROW)
        if climbing:
            self.budget.spend(climbing.result())
        return True

    def _parts(self, climb: bool) -> Sequence[Part | DrawnArea]:
        """What is to be solved next, beside a stretch of the climb or not."""
        if self.problem.alike or not self._settled:
            return self._batch()
        if self._large:
            return self._areas.some(self.best, self._climb.leaning, THREADS)
        return self._draws() if climb else self._batch()

    def _work_of(self, part: Part | DrawnArea, solved: Solved) -> float:
        if isinstance(part, DrawnArea):
            return AREA_DRAWS_WORK
        if part.drawn is not None:
            return self._drawing(len(part.rows), len(part.groups))
        return PART_OVERHEAD + SOLVER_SECONDS * solved.work

    def _batch(self, count: int = THREADS, drawn_share: float = DRAWN_SHARE) -> list[Part]:
        parts: list[Part] = []
        taken = np.zeros(self.problem.shape[1], dtype=bool)
        left_out = True
        for _ in range(TRIES):
            free = np.flatnonzero(~taken)
            if not len(free) or len(parts) == count:
                break
            draws = not self.problem.alike and self._settled and self._random.random() < drawn_share
            most = min(len(self.best.group) / min(count, 2), MOST_DRAWN)
            units = most * self._random.choice(DRAWN_SIZES) if draws else self._units
            groups = neighbours(self.problem, self.best, free, units, self._random)
            part = self._part(groups, left_out, draws)
            if part.key in self._proved:
                continue
            taken[groups] = True
            left_out = False
            parts.append(part)
        if not parts and self._favoured < self.problem.shape[2]:
            # Everything near is proved among the favoured bases: favour more of them.
            self._favoured *= 2
            self._proved.clear()
            return self._batch(count, drawn_share)
        return parts

    def _draws(self) -> list[Part]:
        """Plans anew beside a stretch of the climb, of the whole if it is not too large."""
        units, groups, _ = self.problem.shape
        if self._random.random() < PART_DRAWS:
            return self._batch(THREADS, 1.0)
        count = int(np.clip(STRETCH_WORK / self._drawing(units, groups), 1, MOST_DRAWS))
        return [self._part(np.arange(groups), True, True) for _ in range(count)]

    def _part(self, groups: Ints, left_out: bool, draws: bool) -> Part:
        rows = rows_of(self.problem, self.best, groups, left_out)
        favoured = self._favoured_bases(groups, rows)
        base = self._drawn(groups, rows) if draws else None
        if base is not None:
            favoured = [np.unique(self._nearest[rows]), base]
        bases = np.unique(np.concatenate([self.best.base[groups], *favoured]))
        small, plan = part_of(self.problem, self.best, rows, groups, bases)
        offered = [np.searchsorted(bases, own) for own in favoured]
        if base is not None:
            base = np.searchsorted(bases, base)
        key = (
            groups.tobytes(),
            rows.tobytes(),
            self.best.group[rows].tobytes(),
            self.best.base[groups].tobytes(),
        )
        seed = int(self._random.integers(2**31))
        return Part(small, plan, offered, rows, groups, bases, key, seed, base)

    def _favoured_bases(self, groups: Ints, rows: Ints) -> list[Ints]:
        """The bases that pay most at the bound's prices, for each group, and its neighbours'."""
        pounds = self._climb.best.base_pounds
        if self.problem.alike:
            here = np.unique(self.problem.reach[rows].argmin(axis=1))
            others = np.delete(self.best.base, groups)
            here = here[~np.isin(here, others)]
            count = round(self._favoured * len(groups))
            return [here[np.argsort(pounds[0, here], kind="stable")[:count]]]
        count = round(self._favoured)
        own = [np.argsort(pounds[k], kind="stable")[:count] for k in groups]
        return [np.unique(np.concatenate([best, self.best.base[groups]])) for best in own]
