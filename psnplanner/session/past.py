"""The past of an open programme: as at a day, as known then, replayed, and baselines."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from psnplanner.collector import set_aside
from psnplanner.errors import UserError
from psnplanner.history import audit
from psnplanner.history.ever_sensitive import ever_sensitive
from psnplanner.programme import fold
from psnplanner.programme.baseline import Baseline
from psnplanner.programme.change import Transaction
from psnplanner.programme.edits import Create, present_day
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId, new_id
from psnplanner.programme.site import Site, StageRecord, Wayleave
from psnplanner.programme.state import PROGRAMME_ID, State
from psnplanner.programme.travel import vector_of
from psnplanner.programme.working_days import Calendar
from psnplanner.session.door import Door, Progress

if TYPE_CHECKING:
    from psnplanner.board.figures import Beside
    from psnplanner.history.playback import Playback


_BATCH = 2000
"""Changes read from the journal between two looks at what else the file's thread has to do."""


class At(NamedTuple):
    """A programme as it was known and stood: `known` None means all that is known now."""

    state: State
    as_at: date | None
    known: Mapping[int, int] | None
    drawn_on: date
    calendar: Calendar


class Past(Door):
    """What the journal tells of other days."""

    def as_at(self, day: date, recorded_by: datetime | None = None) -> State:
        """The programme as it stood on a day; with `recorded_by`, as known by that instant.

        Raises UserError if it had not begun by then.
        """
        with set_aside(lasting=True):
            found = self._run(lambda: fold.as_at(self._file.state_of(day, recorded_by), day))
        if PROGRAMME_ID not in found.tables["programme"]:
            begun = self._headers[0].effective_on
            raise UserError(
                f"The programme had not begun on {uk(day)}.",
                where=str(self.path),
                remedy=f"Ask for a day from {uk(begun)} on.",
            )
        return found

    def known_state(self, known: Mapping[int, int], as_at: date | None = None) -> State:
        """The programme as a vector knew it, as at a day where one is given.

        Raises UserError if it had not begun by then.
        """
        with set_aside(lasting=True):
            found = self._run(lambda: self._file.state_of(as_at, None, known))
            found = found if as_at is None else fold.as_at(found, as_at)
        if PROGRAMME_ID not in found.tables["programme"]:
            raise UserError("The programme had not begun by then.", str(self.path),
                            "Ask for a later day or instant.")  # fmt: skip
        return found

    def sensitive_by(self, known: Mapping[int, int] | None = None) -> tuple[Site, ...]:
        """The sites marked sensitive by now, or by what a vector knew, deleted ones too.

        What is shown of an earlier day leaves them out as well: nobody had marked them then.
        """
        state = self.state if known is None else self.known_state(known)
        told = self._run(lambda: self._file.changes_of(self._file.ever_set("site", "sensitive")))
        within = (
            change for (device, number), change in told
            if known is None or number <= known.get(device, 0)
        )  # fmt: skip
        return ever_sensitive(state, within)

    def vector_by(self, instant: datetime) -> dict[int, int]:
        """What this file had learnt by an instant: of each device, how many transactions."""
        by = instant.astimezone(UTC).isoformat(timespec="milliseconds")
        known: dict[int, int] = {}
        for header in self._headers:
            if header.received_at <= by:
                known[header.device] = max(known.get(header.device, 0), header.number)
        return known

    def playback(self, progress: Progress | None = None) -> Playback:
        """Every site's status on every day: past from the journal, to come from the plan.

        Asked again, it reads on from where the journal stood. Raises what `progress` raises.
        """
        from psnplanner.history.playback import NEEDED, Reel

        with self._reeling:
            reel = self._reel = self._reel or Reel()
            total = sum(header.count for header in self._headers) or 1
            # In batches, so that a change need not wait until all is read.
            while batch := self._run(lambda: self._file.dated(NEEDED, reel.read_to, _BATCH)):
                reel.take(batch)
                if progress is not None:
                    progress(min(1.0, reel.read_to / total) / 2, "Reading the journal")
            return reel.playback(self.state, self.present_day, progress)

    def _playback_of(self, at: At) -> Playback:
        from psnplanner.history.playback import NEEDED, Reel

        known = at.known or {}
        within, reel = self._run(lambda: self._file.within(known)), Reel()
        reel.take(
            item
            for item in self._run(lambda: self._file.dated(NEEDED, 0, sys.maxsize))
            if item.stamp[:2] in within
        )
        return reel.playback(at.state, at.drawn_on)

    def history(self, site: RecordId | None = None) -> list[audit.Entry]:
        """What happened, in sentences, newest last: to one site, or to the programme."""
        if site is None:
            return audit.of_programme(self._headers)
        state = self.state
        records = [site, Wayleave.id_for(site)]
        records += [StageRecord.id_for(site, stage.key) for stage in state.workflow.stages]
        records += [o.id for o in state.overrides.values() if o.site == site]
        records += [photograph.id for photograph in state.photographs_of(site)]
        changes = self._run(lambda: self._file.changes_of(records))
        return audit.of_site(changes, self._headers, state)

    def _at(
        self,
        as_at: date | None,
        recorded_by: datetime | None = None,
        *,
        known: Mapping[int, int] | None = None,
        drawn_on: date | None = None,
    ) -> At:
        """The programme of a day and of what was known: the state, and the day it is drawn for."""
        if recorded_by is not None:
            known = self.vector_by(recorded_by)
        if known is None:
            state = self.state if as_at is None else self.as_at(as_at)
        else:
            state = self.known_state(known, as_at)
        day = drawn_on or as_at or present_day(state, self.today)
        calendar = self.calendar if known is None else self._calendar_of(state, day)
        return At(state, as_at, known, day, calendar)

    def _calendar_of(self, state: State, day: date) -> Calendar:
        from psnplanner.planning.calendar import uk_calendar

        first = (state.programme.starts_on or day).year - 2
        last = max((state.programme.go_live_on or day).year, day.year) + 3
        return uk_calendar(range(first, last + 1))

    def approve_baseline(
        self,
        name: str,
        *,
        as_at: date | None = None,
        approved_on: date | None = None,
        note: str = "",
    ) -> Transaction | None:
        """Keep the plan of now, or as it stood on a day, as the approved one under a name."""
        taken = {baseline.name.casefold() for baseline in self.state.baselines.values()}
        if not name.strip() or name.strip().casefold() in taken:
            what = f"There is a baseline “{name}” already." if name.strip() else "It has no name."
            raise UserError(what, str(self.path), "Give the baseline a name of its own.")
        if as_at is not None:
            self.as_at(as_at)
        day = approved_on or as_at or self.present_day
        made = Baseline(
            id=new_id(), name=name.strip(), position=_vector_text(self.vector()), as_at=as_at,
            approved_on=day, by=self.author, note=note,
        )  # fmt: skip
        with self._doing:
            proposal = Create([made]).propose(self.state, self.today)
            label = f"Baseline “{made.name}” approved"
            return self._commit(dataclasses.replace(proposal, label=label, effective_on=day))

    def baseline_state(self, baseline: Baseline) -> State:
        """The programme as a baseline approved it."""
        known = vector_of(baseline.position)
        if baseline.id not in self._baseline_states:
            self._baseline_states[baseline.id] = self.known_state(known, baseline.as_at)
        return self._baseline_states[baseline.id]

    def _beside(self, state: State, forecast: Mapping[str, Any] | None) -> Beside:
        from psnplanner.board.figures import Beside

        approved = sorted(state.baselines.values(), key=lambda b: (b.approved_on or date.min, b.id))
        if not approved:
            return Beside(forecast=forecast)
        last = approved[-1]
        return Beside(self.baseline_state(last), last.name, last.approved_on, forecast)


def _vector_text(vector: Mapping[int, int]) -> str:
    return json.dumps({str(dev): vector[dev] for dev in sorted(vector)}, separators=(",", ":"))
