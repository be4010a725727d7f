"""Local search on a grouping: move a unit, swap two, choose bases anew, until nothing gains."""

from __future__ import annotations

import numpy as np

from psnplanner.planning.grouping import (
    EPSILON,
    OUT,
    Flags,
    Floats,
    Grouped,
    Grouping,
    Ints,
    best_bases,
    level_pounds,
    unit_pounds,
    used_days,
    visit_counts,
)

WORTHWHILE = 1e-3
"""Part of a unit's mean price below which a change is not worth making."""

ROWS = 4_000
"""Units whose moves are priced at once: less to hold in memory."""

PASSES = 12
MOST_PAIRS = 1_500_000
"""Pairs of units up to which all swaps are priced at once; above, parts do it."""


class Search:
    """A plan with its crew-days and visits kept in step while units move."""

    def __init__(self, problem: Grouping, plan: Grouped) -> None:
        self.problem, self.plan = problem, plan
        self.used = used_days(problem, plan.group)
        self.visits = visit_counts(problem, plan.group)
        self.rebase(plan.base)
        some = slice(None, None, max(1, len(plan.group) // ROWS))
        known = problem.allowed[some]
        typical = np.abs(self.pounds[some][known]) if known.any() else np.ones(1)
        self.worthwhile = WORTHWHILE * max(float(typical.mean()), 1e-6)

    def rebase(self, base: Ints) -> None:
        """Work the groups from other bases."""
        self.plan.base = base
        self.pounds = unit_pounds(self.problem, base)
        self.holds = np.maximum(self.problem.holds(base), 0.0) + EPSILON

    def descend(self, passes: int = PASSES) -> Grouped:
        """Move, swap and choose bases anew until nothing gains, or for so many passes."""
        for _ in range(passes):
            gained = self.relocate() + self._swap()
            base = best_bases(self.problem, self.plan)
            changed = bool((base != self.plan.base).any())
            if changed:
                self.rebase(base)
            if not gained and not changed:
                break
        return self.plan

    # -- one unit to another group -----------------------------------------------------

    def enter_pounds(self, rows: Ints) -> Floats:
        """What each row would add to each group (rows, K), were it in none."""
        problem, total = self.problem, self.used[0]
        days = problem.weight[rows, None]
        added = level_pounds(problem, total + days) - level_pounds(problem, total)
        return self.pounds[rows] + added + self._visits_opened(rows)

    def leave_pounds(self, rows: Ints) -> Floats:
        """What each row costs where it is (rows,): what its leaving would save."""
        problem, at = self.problem, self.plan.group[rows]
        total = self.used[0]
        inside = np.flatnonzero(at != OUT)
        result = problem.miss[rows].copy()
        where, who = at[inside], rows[inside]
        before, after = np.zeros((2, len(inside)))
        for level, pounds in zip(problem.levels, problem.level_pounds, strict=True):
            before += pounds * np.maximum(0.0, total[where] - level[where])
            after += pounds * np.maximum(0.0, total[where] - problem.weight[who] - level[where])
        result[inside] = self.pounds[who, where] + before - after
        for column in problem.visitors.T:
            known = column[who] != OUT
            alone = known & (self.visits[column[who], where] == 1) if len(self.visits) else known
            result[inside] += problem.visit_pounds * alone
        return result

    def _visits_opened(self, rows: Ints) -> Floats:
        result: Floats = np.zeros((len(rows), self.problem.capacity.shape[1]))
        if len(self.visits):
            fresh = self.problem.visit_pounds * (self.visits == 0)
            for column in self.problem.visitors.T:
                known = (column[rows] != OUT)[:, None]
                result += np.where(known, fresh[column[rows]], 0.0)
        return result

    def room(self, rows: Ints) -> Flags:
        """The groups (rows, K) other than its own that each row may go to and fits into."""
        problem, at = self.problem, self.plan.group[rows]
        room = problem.allowed[rows].copy()
        left = self.holds - self.used
        for g, members in enumerate(problem.member[:, rows]):
            room[members] &= left[g][None, :] >= problem.weight[rows][members, None]
        inside = np.flatnonzero(at != OUT)
        room[inside, at[inside]] = False
        if problem.foes:
            for n, i in enumerate(rows.tolist()):
                there = self.plan.group[problem.foes[i]] if i in problem.foes else ()
                room[n, [k for k in there if k != OUT]] = False
        return room

    def _gains(self, rows: Ints) -> Floats:
        """What moving each row to each group would add (rows, K); infinite where it may not."""
        moved = self.enter_pounds(rows) - self.leave_pounds(rows)[:, None]
        result: Floats = np.where(self.room(rows), moved, np.inf)
        return result

    def relocate(self) -> int:
        """Make every gaining move, best first, each priced again as its groups change."""
        free = self.problem.free
        if not len(free) or not self.problem.shape[1]:
            return 0
        best, target = np.zeros(len(free)), np.zeros(len(free), dtype=np.int64)
        for first in range(0, len(free), ROWS):
            some = slice(first, first + ROWS)
            priced = self._gains(free[some])
            best[some], target[some] = priced.min(axis=1), priced.argmin(axis=1)
        gained, touched = 0, set[int]()
        for row in np.argsort(best, kind="stable"):
            if best[row] > -self.worthwhile:
                break
            i, k = int(free[row]), int(target[row])
            if {int(self.plan.group[i]), k} & touched:
                now = self._gains(free[row : row + 1])[0]
                k = int(now.argmin())
                if now[k] > -self.worthwhile:
                    continue
            touched |= {int(self.plan.group[i]), k}
            self.move(i, k)
            gained += 1
        return gained

    def move(self, i: int, k: int) -> None:
        """Put a unit into a group, or out of any."""
        problem, a = self.problem, int(self.plan.group[i])
        pools, who = problem.member[:, i], problem.visitors[i]
        who = who[who != OUT]
        if a != OUT:
            self.used[pools, a] -= problem.weight[i]
            self.visits[who, a] -= 1
        if k != OUT:
            self.used[pools, k] += problem.weight[i]
            self.visits[who, k] += 1
        self.plan.group[i] = k

    # -- two units change places -------------------------------------------------------

    def _swap(self) -> int:
        """Swap pairs of units while that gains: all pairs priced, then the best ones tried."""
        problem = self.problem
        rows = problem.free[self.plan.group[problem.free] != OUT]
        if len(rows) < 2 or len(rows) ** 2 > MOST_PAIRS:
            return 0
        at, days = self.plan.group[rows], problem.weight[rows]
        stay = self.pounds[rows, at]
        gain = self.pounds[rows][:, at] - stay[:, None]
        gain[~problem.allowed[rows][:, at]] = np.inf
        if len(self.visits):
            gain += self._visits_opened(rows)[:, at]
            gain -= self._visits_closed(rows)[:, None]
        gain = gain + gain.T
        left = self.holds[0] - self.used[0]
        more = days[:, None] - days[None, :]
        gain[more > left[at][None, :]] = np.inf
        gain[-more > left[at][:, None]] = np.inf
        # Two visitors of one name, or a level passed, may make it dearer: priced in full below.
        flat = np.flatnonzero(np.triu(gain < -self.worthwhile, 1))
        flat = flat[np.argsort(gain.ravel()[flat], kind="stable")][: 4 * len(rows)]
        x, y = np.unravel_index(flat, gain.shape)
        worth = self._worth_swapping(rows[x], rows[y]) & (at[x] != at[y])
        touched, gained = set[int](), 0
        for i, j in zip(rows[x[worth]].tolist(), rows[y[worth]].tolist(), strict=True):
            a, b = int(self.plan.group[i]), int(self.plan.group[j])
            if {a, b} & touched or not self._at_peace(i, j):
                continue
            self.move(i, b)
            self.move(j, a)
            touched |= {a, b}
            gained += 1
        return gained

    def _visits_closed(self, rows: Ints) -> Floats:
        at, saved = self.plan.group[rows], np.zeros(len(rows))
        for column in self.problem.visitors.T:
            known = column[rows] != OUT
            saved += self.problem.visit_pounds * (known & (self.visits[column[rows], at] == 1))
        return saved

    def _worth_swapping(self, i: Ints, j: Ints) -> Flags:
        """Whether each pair (M,) in two groups gains by changing places, and there is room."""
        problem, a, b = self.problem, self.plan.group[i], self.plan.group[j]
        fits = np.ones(len(i), dtype=bool)
        for used, holds, member in zip(self.used, self.holds, problem.member, strict=True):
            mine, its = problem.weight[i] * member[i], problem.weight[j] * member[j]
            fits &= (used[a] - mine + its <= holds[a]) & (used[b] + mine - its <= holds[b])
        more = problem.weight[j] - problem.weight[i]
        pounds = self.pounds[i, b] + self.pounds[j, a] - self.pounds[i, a] - self.pounds[j, b]
        for level, price in zip(problem.levels, problem.level_pounds, strict=True):
            for k, added in ((a, more), (b, -more)):
                over = np.maximum(0.0, self.used[0, k] - level[k])
                pounds += price * (np.maximum(0.0, self.used[0, k] + added - level[k]) - over)
        pounds += self._visits_changed(i, j, a, b) + self._visits_changed(j, i, b, a)
        gains: Flags = fits & (pounds < -self.worthwhile)
        return gains

    def _visits_changed(self, i: Ints, j: Ints, a: Ints, b: Ints) -> Floats:
        """Pounds of the visitors that i (M,) takes from a to b and j does not take back."""
        changed = np.zeros(len(i))
        for column in self.problem.visitors.T:
            who = column[i]
            taken = (who != OUT) & (self.problem.visitors[j] != who[:, None]).all(axis=1)
            if taken.any():
                now = (self.visits[who, b] == 0) * 1.0 - (self.visits[who, a] == 1)
                changed += self.problem.visit_pounds * now * taken
        return changed

    def _at_peace(self, i: int, j: int) -> bool:
        """Whether neither of two units would meet a foe in the other's group."""
        group, foes = self.plan.group, self.problem.foes
        meets = any(
            one in foes and bool(((group[foes[one]] == group[other]) & (foes[one] != other)).any())
            for one, other in ((i, j), (j, i))
        )
        return not meets
