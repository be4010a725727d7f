"""Local search on a phasing: move a site, swap two, swap two phases, redraw neighbours.

Everything is evaluated at the model's own prices. Budgets are counted in rounds, never in
seconds, so that the same seed gives the same plan on any load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from psnplanner.planning.cost import (
    Assignment,
    best_bases,
    level_pounds,
    partner_counts,
    pool_days,
    site_pounds,
    total_pounds,
)
from psnplanner.planning.instance import OUT, Flags, Floats, Instance, Ints
from psnplanner.planning.phasing import EPSILON, alternate

WORTHWHILE = 0.5
"""Pounds below which a change is not worth making."""

PASSES = 12
SWAP_CANDIDATES = 40


class Search:
    """A plan with its crew-days and partner counts kept in step while sites move."""

    def __init__(
        self, instance: Instance, plan: Assignment, near: frozenset[int] | None = None
    ) -> None:
        """`near` limits it to moves out of these phases, and to swaps with one of them."""
        self.instance = instance
        self.plan = plan
        self.near = near
        self.open_to = (instance.allowed & ~instance.fixed[:, None]).T.copy()
        self.refresh()

    def refresh(self) -> None:
        """Count everything anew, after the plan or its bases changed as a whole."""
        instance = self.instance
        self.pounds = site_pounds(instance, self.plan.base)
        self.used = pool_days(instance, self.plan.phase)
        self.visits = partner_counts(instance, self.plan.phase)

    def descend(self) -> None:
        """Move and swap sites and bases until nothing gains, or for PASSES rounds."""
        for _ in range(PASSES):
            gained = self._relocate() + self._swap_all()
            base = best_bases(self.instance, self.plan)
            changed = bool((base != self.plan.base).any())
            if changed:
                self.plan.base = base
                self.refresh()
            if not gained and not changed:
                return

    def _move_pounds(self, rows: Ints) -> Floats:
        """What moving each row to each phase would add (rows, K); infinite where it may not."""
        instance, at = self.instance, self.plan.phase[rows]
        days = instance.effort_days[rows]
        visit = instance.prices.partner_visit_pounds
        total = self.used[0]
        fuller = level_pounds(instance, total + days[:, None]) - level_pounds(instance, total)
        enter = self.pounds[rows] + fuller
        inside = at != OUT
        fee = instance.prices.move_pounds * (instance.current[rows] != OUT)
        leave = np.where(inside, self.pounds[rows, at], instance.miss_pounds[rows] + fee)
        eased = level_pounds(instance, total) - level_pounds(instance, total - days[:, None])
        leave += np.where(inside, eased[np.arange(len(rows)), at], 0.0)
        if len(self.visits):
            who = instance.partner[rows]
            known = who != OUT
            enter += np.where(known[:, None] & (self.visits[who] == 0), visit, 0.0)
            leave += np.where(known & inside & (self.visits[who, at] == 1), visit, 0.0)
        result: Floats = np.where(self._room(rows), enter - leave[:, None], np.inf)
        return result

    def _room(self, rows: Ints) -> Flags:
        instance, at = self.instance, self.plan.phase[rows]
        room = instance.allowed[rows] & ~instance.fixed[rows, None]
        left = instance.capacity_days - self.used + EPSILON
        for g, members in enumerate(instance.member[:, rows]):
            room[members] &= left[g][None, :] >= instance.effort_days[rows][members, None]
        inside = np.flatnonzero(at != OUT)
        room[inside, at[inside]] = False
        return room

    def _relocate(self) -> int:
        """Make every gaining move, best first, each checked again as it is made."""
        free = np.flatnonzero(~self.instance.fixed)
        if self.near is not None:
            free = free[np.isin(self.plan.phase[free], [OUT, *self.near])]
        priced = self._move_pounds(free)
        if not priced.size:
            return 0
        best, target = priced.min(axis=1), priced.argmin(axis=1)
        gained, touched = 0, set[int]()
        for row in np.argsort(best, kind="stable"):
            if best[row] > -WORTHWHILE:
                break
            i = int(free[row])
            ends = {int(self.plan.phase[i]), k := int(target[row])}
            # Prices hold while neither end has changed; afterwards the site is priced anew.
            if ends & touched:
                now = self._move_pounds(np.array([i]))[0]
                k = int(now.argmin())
                if now[k] > -WORTHWHILE:
                    continue
            touched |= {int(self.plan.phase[i]), k}
            self._move(i, k)
            gained += 1
        return gained

    def _move(self, i: int, k: int) -> None:
        instance, a = self.instance, int(self.plan.phase[i])
        pools, who = instance.member[:, i], instance.partner[i]
        if a != OUT:
            self.used[pools, a] -= instance.effort_days[i]
        if k != OUT:
            self.used[pools, k] += instance.effort_days[i]
        if who != OUT:
            if a != OUT:
                self.visits[who, a] -= 1
            if k != OUT:
                self.visits[who, k] += 1
        self.plan.phase[i] = k

    def _swap_all(self) -> int:
        """Swap pairs of sites between every two phases while that gains."""
        gained = 0
        phases = len(self.instance.phases)
        for a in range(phases):
            for b in range(a + 1, phases):
                if self.near is not None and a not in self.near and b not in self.near:
                    continue
                while gained < 10_000 and self._swap(a, b):
                    gained += 1
        return gained

    def _swap(self, a: int, b: int) -> bool:
        out, gain_out = self._candidates(a, b)
        back, gain_back = self._candidates(b, a)
        if not len(out) or not len(back) or gain_out[0] + gain_back[0] > -WORTHWHILE:
            return False
        gain = gain_out[:, None] + gain_back[None, :]
        days = self.instance.effort_days
        extra = days[out][:, None] - days[back][None, :]
        left = self.instance.capacity_days[0] - self.used[0] + EPSILON
        gain[(extra > left[b]) | (-extra > left[a])] = np.inf
        x, y = np.unravel_index(int(gain.argmin()), gain.shape)
        if gain[x, y] > -WORTHWHILE:
            return False
        return self._try_swap(int(out[x]), int(back[y]), a, b, float(gain[x, y]))

    def _candidates(self, a: int, b: int) -> tuple[Ints, Floats]:
        """The sites of phase a that would most gladly be in b, and what each would add."""
        rows = np.flatnonzero((self.plan.phase == a) & self.open_to[b])
        gain = self.pounds[rows, b] - self.pounds[rows, a]
        best = np.argsort(gain, kind="stable")[:SWAP_CANDIDATES]
        return rows[best], gain[best]

    def _try_swap(self, i: int, j: int, a: int, b: int, gain: float) -> bool:
        before = self._shared_pounds()
        self._move(i, b)
        self._move(j, a)
        fits = (self.used <= np.maximum(self.instance.capacity_days, 0) + EPSILON).all()
        if fits and gain + self._shared_pounds() - before < -WORTHWHILE:
            return True
        self._move(j, b)
        self._move(i, a)
        return False

    def _shared_pounds(self) -> float:
        """Pounds of the terms that sites share: how full phases are, and partner visits."""
        visits = float(np.count_nonzero(self.visits)) * self.instance.prices.partner_visit_pounds
        return visits + float(level_pounds(self.instance, self.used[0]).sum())


def reorder(instance: Instance, plan: Assignment) -> Assignment:
    """The same groups of sites in the best order of windows (linear assignment, scipy).

    Only groups without fixed sites change places, and only where every rule still holds.
    """
    from scipy.optimize import linear_sum_assignment

    phases = len(instance.phases)
    bound = {int(k) for k in instance.current[instance.fixed]}
    free = [k for k in range(phases) if k not in bound and (plan.phase == k).any()]
    if len(free) < 2:
        return plan
    windows = [k for k in range(phases) if k not in bound]
    columns = np.array(windows, dtype=np.int64)
    used = pool_days(instance, plan.phase)
    room = instance.capacity_days[:, None, windows] + EPSILON
    fits: Flags = np.all(used[:, free, None] <= room, axis=0)
    pounds = np.full((len(free), len(windows)), 1e15)
    for row, k in enumerate(free):
        rows = np.flatnonzero(plan.phase == k)
        may = instance.allowed[np.ix_(rows, columns)].all(axis=0) & fits[row]
        moved = instance.current[rows][:, None] != columns[None, :]
        held = (instance.current[rows] != OUT)[:, None]
        fee = instance.prices.move_pounds * (moved & held).sum(axis=0)
        cost = instance.timed_pounds[np.ix_(rows, columns)].sum(axis=0) + fee
        pounds[row, may] = cost[may]
    if (pounds.min(axis=1) >= 1e15).any():
        return plan
    source, target = linear_sum_assignment(pounds)
    if pounds[source, target].max() >= 1e15:
        return plan
    result = plan.copy()
    for row, column in zip(source, target, strict=True):
        result.phase[plan.phase == free[row]] = windows[column]
        result.base[windows[column]] = plan.base[free[row]]
    return result if total_pounds(instance, result) < total_pounds(instance, plan) else plan


def polish(instance: Instance, plan: Assignment, near: frozenset[int] | None = None) -> Assignment:
    """A plan brought to a local optimum of moves, swaps, bases and order (`near`: see Search)."""
    for _ in range(3):
        before = total_pounds(instance, plan)
        search = Search(instance, plan.copy(), near)
        search.descend()
        plan = reorder(instance, search.plan)
        if total_pounds(instance, plan) > before - 1.0:
            break
    return plan


def redraw(
    instance: Instance, plan: Assignment, rounds: int, seed: int, stop: Callable[[], bool]
) -> Iterator[Assignment]:
    """Better and better plans: two to four neighbouring phases freed and drawn anew, in turn.

    Yields the best plan after each round. A larger `rounds` begins with the same ones.
    """
    random = np.random.default_rng(seed)
    best, best_pounds = plan, total_pounds(instance, plan)
    for _ in range(rounds):
        if stop():
            return
        phases = _neighbours(instance, best, random)
        rows = np.flatnonzero(np.isin(best.phase, phases) & ~instance.fixed)
        if len(phases) >= 2 and len(rows):
            base = best.base.copy()
            base[phases] = _new_bases(instance, rows, len(phases), random)
            drawn = alternate(instance, base, rows, best)
            found = polish(instance, drawn, frozenset(phases.tolist()))
            pounds = total_pounds(instance, found)
            if pounds < best_pounds - WORTHWHILE:
                best, best_pounds = found, pounds
        yield best


def _neighbours(instance: Instance, plan: Assignment, random: np.random.Generator) -> Ints:
    """A phase and one to three of those whose sites lie nearest its base."""
    filled = np.unique(plan.phase[(plan.phase != OUT) & ~instance.fixed])
    if len(filled) < 2:
        return filled
    first = int(random.choice(filled))
    others = filled[filled != first]
    km = np.array([instance.base_km[plan.phase == k, plan.base[first]].min() for k in others])
    mean = np.array([instance.base_km[plan.phase == k, plan.base[first]].mean() for k in others])
    near = others[np.argsort(km + mean, kind="stable")][:6]
    wanted = min(len(near), int(random.integers(1, 4)))
    return np.sort(np.append(random.choice(near, wanted, replace=False), first))


def _new_bases(instance: Instance, rows: Ints, count: int, random: np.random.Generator) -> Ints:
    """Bases near these sites, each at least as good as chance at being far from those before."""
    km = instance.base_km[rows]
    chosen: list[int] = []
    nearest = np.full(len(rows), np.inf)
    for _ in range(count):
        weight = np.minimum(nearest, km.max()) * instance.effort_days[rows] + 1e-9
        site = random.choice(len(rows), p=weight / weight.sum())
        chosen.append(int(km[site].argmin()))
        nearest = np.minimum(nearest, km[:, chosen[-1]])
    return np.array(chosen, dtype=np.int64)
