"""What to fix first: the sites and causes that most move the chance of go-live.

For sites, and for groups of them that share something, a question put to every run: had these
been on time, would all have been? It is answered exactly, without running again. For what has
no sites (a supplier's speed) runs where it went well are compared with all; for crews the runs
are made without the waiting for them too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.forecast_model import Model
from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

Runs = NDArray[np.float32]

SAFE = 0.8
"""The part of runs by whose day a date is promised."""

LOOKED_AT = 4_000
"""Runs looked at: enough to put causes in order."""

SHOWN = 10
OF_A_KIND = 2
SITES_SHOWN = 4
GOOD_PART = 1 / 3
MATTERS = 0.003
"""A change of the chance smaller than this is noise at some thousand runs."""


class Cause(NamedTuple):
    """Something that moves the forecast.

    `gain` is by how much the chance (0 to 1) would rise were it put right, `working_days` by
    how much the day 80 in 100 runs have all live would move forward, `late_sites` how many of
    its sites miss go-live in the mean of all runs.
    """

    kind: str
    name: str
    sites: tuple[RecordId, ...]
    gain: float
    working_days: float
    late_sites: float
    sentence: str


@dataclass(frozen=True, eq=False)
class Trial:
    """The runs to be asked: when each path goes live (N, R), factors (F, R), go-live's moment,
    and when each would go live (N, few) if nobody waited for a crew."""

    state: State
    model: Model
    live: Runs
    factors: Runs
    go_live: float
    unqueued: Runs


def causes(trial: Trial) -> list[Cause]:
    """At most ten, those that most move the chance first; of one kind never many."""
    if not trial.live.size:
        return []
    asked = _Asked(trial)
    found = [*asked.groups(), *asked.drivers()]
    sites = sorted(asked.sites(), key=asked.weight)[:SITES_SHOWN]
    kinds: dict[str, int] = {}
    chosen: list[Cause] = []
    for cause in sorted(found, key=asked.weight):
        kinds[cause.kind] = kinds.get(cause.kind, 0) + 1
        if kinds[cause.kind] <= OF_A_KIND and len(chosen) < SHOWN - len(sites):
            chosen.append(cause)
    return sorted([*chosen, *sites], key=asked.weight)


class _Asked:
    def __init__(self, trial: Trial) -> None:
        self._trial, self._state = trial, trial.state
        self._live = trial.live[:, :LOOKED_AT]
        self._factors = trial.factors[:, :LOOKED_AT]
        self._at = trial.go_live
        self._last = self._live.max(axis=0)
        self._safe = float(np.quantile(self._last, SAFE))
        self._chance = float((self._last <= self._at).mean())
        self._late = (self._live > self._at).mean(axis=1)
        self._paths = [self._state.sites[path.site] for path in trial.model.paths]

    def weight(self, cause: Cause) -> tuple[float, float]:
        """What to sort causes by: the chance won, then the days and late sites it accounts for."""
        over_days = max(1.0, self._safe - self._at)
        late_sites = max(1.0, float(self._late.sum()))
        part = cause.working_days / over_days + cause.late_sites / late_sites
        # Where no single thing saves the day, what costs most days and sites comes first.
        return -round(cause.gain / MATTERS) * MATTERS, -part

    # One site

    def sites(self) -> list[Cause]:
        """Each site that is the last, or the only late one, in any run."""
        columns = np.arange(self._live.shape[1])
        last_row = self._live.argmax(axis=0)
        others = self._live.copy()
        others[last_row, columns] = 0
        second = others.max(axis=0)
        found = []
        for row in np.unique(last_row):
            rest = np.where(last_row == row, second, self._last)
            site = self._paths[row]
            name = " ".join(filter(None, (site.reference, site.name)))
            found.append(self._cause("site", name, [int(row)], rest, f"If {name} were on time"))
        return [cause for cause in found if _counts(cause)]

    # Groups of sites

    def groups(self) -> list[Cause]:
        """Sites by what they share: phase, partner, node, landlord, and the stage they are at."""
        on_time = "If the {n} of {name} were on time"
        kinds: list[tuple[str, Callable[[Site], str], str]] = [
            ("phase", self._phase_name, on_time),
            ("partner", lambda site: self._state.partner_name(site.partner), on_time),
            ("node", self._node_name, "If the {n} behind node {name} were on time"),
            ("landlord", self._landlord, "If {name} held up none of its {n}"),
            ("stage", self._stage_name, "If the {n} now at “{name}” were on time"),
        ]
        return [cause for kind, key, words in kinds for cause in self._grouped(kind, key, words)]

    def _grouped(self, kind: str, key: Callable[[Site], str], words: str) -> list[Cause]:
        members: dict[str, list[int]] = {}
        for row, site in enumerate(self._paths):
            members.setdefault(key(site), []).append(row)
        names = list(members)
        lasts = np.array([self._live[members[name]].max(axis=0) for name in names])
        found = []
        for place, name in enumerate(names):
            rows = members[name]
            # That all would be well were most sites on time helps nobody.
            if not name or 2 * len(rows) > len(self._paths):
                continue
            rest = np.delete(lasts, place, axis=0).max(axis=0)
            said = words.format(n=plural(len(rows), "site"), name=name)
            found.append(self._cause(kind, name, rows, rest, said))
        return [cause for cause in found if _counts(cause)]

    def _phase_name(self, site: Site) -> str:
        phase = self._state.phases.get(site.phase or b"")
        return phase.name if phase else ""

    def _node_name(self, site: Site) -> str:
        node = self._state.nodes.get(site.node or b"")
        return node.name if node and node.live_on is None else ""

    def _landlord(self, site: Site) -> str:
        wayleave = self._state.wayleave_of(site.id)
        waiting = wayleave is not None and wayleave.state not in ("granted", "not needed")
        return wayleave.landowner.strip() if wayleave and waiting else ""

    def _stage_name(self, site: Site) -> str:
        left = self._state.workflow.remaining(site, self._state.stages_of(site.id))
        records = self._state.stages_of(site.id)
        # Of several open stages the one under way is where it is stuck.
        begun = [s for s in left if s.key in records and records[s.key].state != "not started"]
        return (begun or left)[0].name if left else ""

    # What has no sites

    def drivers(self) -> list[Cause]:
        """Suppliers' speed and the number of crews."""
        found = []
        for place, (kind, name) in enumerate(self._trial.model.factors):
            if kind != "supplier":
                continue
            rows = [
                row
                for row, path in enumerate(self._trial.model.paths)
                if any(place in step.factors for step in path.steps)
            ]
            quick = self._factors[place] <= np.quantile(self._factors[place], GOOD_PART)
            said = f"If the {name} works" if name[:1].islower() else f"If {name} works"
            said += " as fast as in its best third of runs"
            found.append(self._cause("supplier", name, rows, self._last[quick], said))
        if any(path.queues for path in self._trial.model.paths):
            rest = self._trial.unqueued.max(axis=0)
            rows = [row for row, path in enumerate(self._trial.model.paths) if path.queues]
            said = "If no site had to wait for a crew"
            same = self._last[: len(rest)]
            found.append(self._cause("crews", "crews", rows, rest, said, same))
        return [cause for cause in found if _counts(cause)]

    def _cause(
        self,
        kind: str,
        name: str,
        rows: Sequence[int],
        rest: Runs,
        said: str,
        last: Runs | None = None,
    ) -> Cause:
        """`rest` is when all are live without the cause, `last` with it (over the same runs)."""
        chance, safe = self._chance, self._safe
        if last is not None:
            chance, safe = float((last <= self._at).mean()), float(np.quantile(last, SAFE))
        then = float((rest <= self._at).mean())
        days = safe - float(np.quantile(rest, SAFE))
        # Which late sites a supplier or the crews account for, nobody can say.
        late = 0.0 if kind in ("supplier", "crews") else float(self._late[list(rows)].sum())
        sentence = f"{said}, {_effect(chance, then, days)}"
        if round(late) >= 2 and kind != "site":
            sentence += f" On average {round(late):,} of them miss go-live."
        idents = tuple(self._paths[row].id for row in rows)
        return Cause(kind, name, idents, then - chance, days, late, sentence)


def _counts(cause: Cause) -> bool:
    return cause.gain >= MATTERS or cause.working_days >= 0.5


def _effect(chance: float, then: float, days: float) -> str:
    parts = []
    if then - chance >= MATTERS:
        parts.append(f"the chance would be {then:.1%} instead of {chance:.1%}".replace("%", " %"))
    if round(days) >= 1:
        would = "the date to promise" if parts else "the date to promise would be"
        parts.append(f"{would} {plural(round(days), 'working day')} earlier")
    return (" and ".join(parts) or "little would change") + "."
