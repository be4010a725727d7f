"""The installation workflow: its stages, when each applies, and the status they add up to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.status_words import STATUSES as STATUSES

NOT_STARTED, WAITING, IN_PROGRESS = "not started", "waiting", "in progress"
DONE, BLOCKED, NOT_NEEDED = "done", "blocked", "not needed"
STATES = (NOT_STARTED, WAITING, IN_PROGRESS, DONE, BLOCKED, NOT_NEEDED)
"""The states a stage can be in."""

PASSED = (DONE, NOT_NEEDED)
"""The states that let the next stage go ahead."""

_RANK = {status: rank for rank, status in enumerate(STATUSES)}

_MOST_TEXT = 100_000
_MOST_DOTS = 200  # of a line: reading a name of n parts takes n x n


@dataclass(frozen=True)
class Stage:
    """One step of a site's installation.

    `working_days` are minimum, likely and maximum; `basis` says whether they are sourced or
    estimated. `after` are the keys of its prerequisites. `access` and `tenure` limit the
    sites it applies to (empty: all).
    """

    key: str
    name: str
    owner: str
    after: tuple[str, ...]
    working_days: tuple[float, float, float]
    basis: str
    status: str
    under_way: str | None
    access: tuple[str, ...]
    tenure: tuple[str, ...]
    goes_live: bool
    next_action: str

    def applies_to(self, site: Site) -> bool:
        """Whether a site needs this stage, as far as its access and tenure tell."""
        wrong_access = self.access and site.access and site.access not in self.access
        wrong_tenure = self.tenure and site.tenure and site.tenure not in self.tenure
        return not (wrong_access or wrong_tenure)


@dataclass(frozen=True)
class Workflow:
    """The stages of an installation in order, each after its prerequisites."""

    stages: tuple[Stage, ...]
    effort: Mapping[str, float]

    @staticmethod
    def parse(toml: str) -> Workflow:
        """Read a workflow from TOML (resources/workflow.toml shows every key).

        Raises UserError if the text is not such a workflow, a prerequisite is unknown or
        comes later than its stage, or a status is not one of STATUSES.
        """
        try:
            if len(toml) > _MOST_TEXT or any(n.count(".") > _MOST_DOTS for n in toml.splitlines()):
                raise ValueError("it is far longer or deeper than any")
            data = tomllib.loads(toml)
            stages = tuple(_stage(entry) for entry in data.get("stage", []))
            effort = {name: float(days) for name, days in data.get("effort_days", {}).items()}
            lengths = [*effort.values(), *(days for s in stages for days in s.working_days)]
            if not all(days >= 0 and isfinite(days) for days in lengths):
                raise ValueError("a number of days is none")
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise UserError(
                f"The workflow cannot be read ({str(error)[:200]}).",
                remedy="Compare it with the default one.",
            ) from error
        workflow = Workflow(stages, effort)
        workflow._check()
        return workflow

    def _check(self) -> None:
        seen: set[str] = set()
        for stage in self.stages:
            unknown = [key for key in stage.after if key not in seen]
            if unknown:
                raise UserError(
                    f"Stage “{stage.name}” comes after {', '.join(unknown)}, "
                    "which is not a stage before it.",
                    remedy="List stages in order, each after its prerequisites.",
                )
            if {stage.status, stage.under_way or "planned"} - set(STATUSES):
                raise UserError(
                    f"Stage “{stage.name}” has an unknown status.",
                    remedy=f"Use one of: {', '.join(STATUSES)}.",
                )
            seen.add(stage.key)

    @cached_property
    def by_key(self) -> Mapping[str, Stage]:
        """Stages by their key."""
        return {stage.key: stage for stage in self.stages}

    @property
    def first(self) -> Stage | None:
        """The first stage, done by an import without a problem."""
        return self.stages[0] if self.stages else None

    def find(self, words: str) -> Stage:
        """The stage meant by its key, its name or a unique beginning of it, case ignored.

        Raises UserError naming the choices if none or several fit.
        """
        wanted = _fold(words)
        exact = [s for s in self.stages if wanted in (_fold(s.name), _fold(s.key))]
        found = exact or [s for s in self.stages if wanted and _fold(s.name).startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            names = " or ".join(f"“{stage.name}”" for stage in found)
            raise UserError(f"“{words}” could be {names}.", remedy="Write more of the name.")
        raise UserError(
            f"There is no stage “{words}”.",
            remedy="Stages are: " + ", ".join(stage.name for stage in self.stages) + ".",
        )

    def effort_days(self, access: str) -> float:
        """Crew-days on site for an access type; that of `unknown` where none is given."""
        return self.effort.get(access, self.effort.get("unknown", 1.0))

    def state_of(self, stage: Stage, site: Site, records: Mapping[str, StageRecord]) -> str:
        """A stage's state: as recorded, else whether the site needs it at all."""
        record = records.get(stage.key)
        if record is not None and record.state:
            return record.state
        return NOT_STARTED if stage.applies_to(site) else NOT_NEEDED

    def before(
        self,
        stage: Stage,
        site: Site,
        records: Mapping[str, StageRecord],
        needed: Stage | None = None,
    ) -> list[Stage]:
        """What must be done before a stage, looking through what the site does not need.

        `needed` is taken to be needed whatever is recorded of it.
        """
        found: dict[str, Stage] = {}
        keys = list(stage.after)
        for key in keys:  # grows while it is walked
            earlier = self.by_key[key]
            unneeded = earlier is not needed and self.state_of(earlier, site, records) == NOT_NEEDED
            if unneeded:
                keys += earlier.after
            else:
                found[key] = earlier
        return list(found.values())

    def following(
        self, stage: Stage, site: Site, records: Mapping[str, StageRecord]
    ) -> list[Stage]:
        """The stages that this one, if it is needed, must be done before."""
        later = self._later.get(stage.key, [])
        return [s for s in later if stage in self.before(s, site, records, needed=stage)]

    @cached_property
    def _later(self) -> Mapping[str, list[Stage]]:
        """The stages that come after each, directly or through others, in order."""
        later: dict[str, list[Stage]] = {stage.key: [] for stage in self.stages}
        for stage in self.stages:
            for key, found in later.items():
                if key in stage.after or any(each.key in stage.after for each in found):
                    found.append(stage)
        return later

    def status(self, site: Site, records: Mapping[str, StageRecord]) -> str:
        """The headline of a site: how far it has come, or that it is stuck."""
        status, live, blocked = "planned", False, False
        for key, record in records.items():
            stage = self.by_key.get(key)
            if stage is None:
                continue
            blocked = blocked or record.state == BLOCKED
            live = live or (stage.goes_live and record.state == DONE)
            headline = self._headline(stage, record.state, site, records)
            if _RANK[headline] > _RANK[status]:
                status = headline
        if live:
            return "live"
        # Later stages without going live itself: short of it, a site is at most installed.
        return "blocked" if blocked else ("installed" if status == "live" else status)

    def _headline(
        self, stage: Stage, state: str, site: Site, records: Mapping[str, StageRecord]
    ) -> str:
        if state == DONE:
            return stage.status
        if state in (WAITING, IN_PROGRESS) and stage.under_way:
            # To have begun says nothing of the stages before: only what is done counts.
            ready = self.before(stage, site, records)
            if all(self.state_of(s, site, records) == DONE for s in ready):
                return stage.under_way
        return "planned"

    def remaining(self, site: Site, records: Mapping[str, StageRecord]) -> list[Stage]:
        """The stages still to do before and including going live, in order."""
        result = []
        for stage in self.stages:
            if self.state_of(stage, site, records) not in PASSED:
                result.append(stage)
            if stage.goes_live:
                break
        return result

    def next_stage(self, site: Site, records: Mapping[str, StageRecord]) -> Stage | None:
        """The first stage that is neither done nor unneeded, or None when all are."""
        for stage in self.stages:
            if self.state_of(stage, site, records) not in PASSED:
                return stage
        return None

    @cached_property
    def live_stage(self) -> Stage | None:
        """The stage whose completion makes a site live."""
        return next((stage for stage in self.stages if stage.goes_live), None)


def _fold(words: str) -> str:
    return " ".join(words.casefold().replace("-", " ").replace("_", " ").split())


def _stage(entry: dict[str, Any]) -> Stage:
    low, likely, high = (float(days) for days in entry["working_days"])
    applies = entry.get("applies", {})
    return Stage(
        key=str(entry["key"]),
        name=str(entry["name"]),
        owner=str(entry["owner"]),
        after=tuple(entry.get("after", [])),
        working_days=(low, likely, high),
        basis=str(entry.get("basis", "")),
        status=str(entry.get("status", "planned")),
        under_way=entry.get("under_way"),
        access=tuple(applies.get("access", [])),
        tenure=tuple(applies.get("tenure", [])),
        goes_live=bool(entry.get("goes_live", False)),
        next_action=str(entry.get("next_action", "")),
    )
