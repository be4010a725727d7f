"""The programme played through: every site's status on any day, read once from the journal.

What it says of a day is what `Session.as_at` says of it: changes count from the day they are
effective on, the last in the order of the clock wins, and a stage done on a later day was not
done yet. Each record is told apart from all others, so its states are worked out on the few
days on which it can change; a site's status then follows from its stages' states alone.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from psnplanner.history.ahead import Ahead
from psnplanner.programme.change import CREATED, DELETED, Dated
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import IN_PROGRESS, STATUSES, Workflow
from psnplanner.programme.state import PROGRAMME_ID, State

Progress = Callable[[float, str], None]

NEEDED: dict[str, tuple[str, ...]] = {
    "programme": ("workflow",),
    "site": ("access", "tenure"),
    "stage": ("site", "stage", "state", "started_on", "actual_on"),
}
"""The fields of each kind of record that decide a status."""

ABSENT = -1
"""The code of a site that is not in the programme on that day; others are places in STATUSES."""

_LONG_AGO = 0
_WORDS = "Reading the journal"


class _Event(NamedTuple):
    """A change to one record: its place in the order of the clock, its day, what it sets."""

    stamp: tuple[int, int, int]
    day: int
    field: str
    value: Any


@dataclass(frozen=True)
class Playback:
    """The status of every site on every day. Never altered: a longer journal gives a new one.

    `sites` are all that ever were in the programme. Site i changes on `days[starts[i]]` and so
    on (ordinals of dates, ascending) to `codes` of the same places; the first is long ago.
    """

    sites: tuple[RecordId, ...]
    begins_on: date | None
    starts: NDArray[np.intp]
    days: NDArray[np.int32]
    codes: NDArray[np.int8]
    ahead: Ahead

    def codes_on(self, day: date) -> NDArray[np.int8]:
        """A code for each of `sites` as at a day, from the journal alone."""
        if not self.sites:
            return np.empty(0, np.int8)
        passed = self.days <= day.toordinal()
        counts = np.add.reduceat(passed, self.starts, dtype=np.intp)
        return self.codes[self.starts + counts - 1]

    def shown_on(self, day: date) -> NDArray[np.int8]:
        """A code for each of `sites`: as at a day that is past, as planned for one to come."""
        return self.ahead.codes_on(day) if day > self.ahead.present_on else self.codes_on(day)

    def statuses_on(self, day: date) -> dict[RecordId, str]:
        """The status of every site that was in the programme as at a day."""
        codes = self.codes_on(day)
        return {
            ident: STATUSES[code]
            for ident, code in zip(self.sites, codes, strict=True)
            if code != ABSENT
        }


class Reel:
    """What has been read of a journal so far, and the statuses it comes to.

    Give it what the journal gained (`take`), then ask for the `playback`: only the sites that
    were touched are worked out again. Not for two threads at once.
    """

    def __init__(self) -> None:
        self.read_to = 0
        self._programme: list[_Event] = []
        self._sites: dict[RecordId, list[_Event]] = {}
        self._stages: dict[RecordId, dict[RecordId, list[_Event]]] = {}
        self._owners: dict[RecordId, RecordId] = {}
        self._early: dict[RecordId, list[_Event]] = {}
        self._touched: set[RecordId] = set()
        self._tracks: dict[RecordId, list[tuple[int, int]]] = {}
        self._statuses = _Statuses()
        self._workflows: list[tuple[int, Workflow | None]] = []

    def take(self, changes: Iterable[Dated]) -> None:
        """Take in changes in order of arrival; where the last stands is kept in `read_to`."""
        for stamp, effective_on, change in changes:
            value = change.new
            if change.field == CREATED:
                value = {name: value[name] for name in NEEDED[change.entity] if name in value}
            event = _Event(stamp, effective_on.toordinal(), change.field, value)
            if change.entity == "stage":
                self._take_stage(change.record, event)
            elif change.entity == "site":
                _add(self._sites.setdefault(change.record, []), event)
                self._touched.add(change.record)
            elif change.record == PROGRAMME_ID:
                _add(self._programme, event)
                self._workflows = []
            self.read_to = stamp[2]

    def _take_stage(self, record: RecordId, event: _Event) -> None:
        if event.field == CREATED:
            site = event.value.get("site")
            if site is not None and record not in self._owners:
                self._owners[record] = site
                self._stages.setdefault(site, {})[record] = self._early.pop(record, [])
        owner = self._owners.get(record)
        if owner is None:
            # Merged in before the transaction that begins it: kept until that is here.
            _add(self._early.setdefault(record, []), event)
            return
        _add(self._stages[owner][record], event)
        self._touched.add(owner)

    def playback(
        self, state: State, present_on: date, progress: Progress | None = None
    ) -> Playback:
        """The statuses of what was taken; for days after the present, of this state's plan.

        Raises UserError if a workflow in the journal cannot be read, and whatever `progress`
        raises; asked again, it goes on where it was.
        """
        if not self._workflows:
            self._workflows = _workflows(self._programme)
            self._statuses = _Statuses()
            self._touched.update(self._sites)
        total = len(self._touched)
        while self._touched:
            if progress is not None and len(self._touched) % 100 == 0:
                progress(1 - len(self._touched) / total, "Working out each site's course")
            ident = next(iter(self._touched))
            if ident in self._sites:
                self._tracks[ident] = self._track(ident)
            self._touched.discard(ident)
        return self._gathered(state, present_on)

    def _gathered(self, state: State, present_on: date) -> Playback:
        sites = tuple(self._tracks)
        lengths = [len(track) for track in self._tracks.values()]
        flat = [step for track in self._tracks.values() for step in track]
        steps = np.array(flat, np.int32).reshape(-1, 2)
        starts = np.zeros(len(sites), np.intp)
        np.cumsum(lengths[:-1], out=starts[1:])
        begun = [day for day, workflow in self._workflows if workflow is not None]
        return Playback(
            sites,
            date.fromordinal(begun[0]) if begun else None,
            starts,
            np.ascontiguousarray(steps[:, 0]),
            steps[:, 1].astype(np.int8),
            Ahead.of(state, present_on, sites),
        )

    def _track(self, ident: RecordId) -> list[tuple[int, int]]:
        """The days on which a site's status changes, and what it is from then on."""
        own, stages = self._sites[ident], self._stages.get(ident, {})
        turns: dict[int, list[tuple[str, str]]] = {}
        for events in stages.values():
            for day, stage, standing in _stage_turns(events):
                turns.setdefault(day, []).append((stage, standing))
        days = {event.day for event in own}.union(turns, (day for day, _ in self._workflows))
        track, states = [(_LONG_AGO, ABSENT)], dict[str, str]()
        for day in sorted(days):
            states.update(turns.get(day, ()))
            code = self._code(own, day, states)
            if code != track[-1][1]:
                track.append((day, code))
        return track

    def _code(self, own: list[_Event], day: int, states: dict[str, str]) -> int:
        workflow = _in_force(self._workflows, day)
        site = _values(own, day, ())
        if workflow is None or site is None:
            return ABSENT
        return self._statuses.code(workflow, site, states)


class _Statuses:
    """Statuses by what decides them: thousands of sites share a few hundred cases."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], int] = {}

    def code(self, workflow: Workflow, site: dict[str, Any], states: dict[str, str]) -> int:
        """The code of a site's status in a workflow."""
        access, tenure = site.get("access", ""), site.get("tenure", "")
        held = tuple(sorted(item for item in states.items() if item[1]))
        case = (id(workflow), access, tenure, held)
        if case not in self._known:
            one = Site(id=b"", access=access, tenure=tenure)
            records = {
                stage: StageRecord(id=b"", stage=stage, state=state) for stage, state in held
            }
            self._known[case] = STATUSES.index(workflow.status(one, records))
        return self._known[case]


def _add(events: list[_Event], event: _Event) -> None:
    """Keep them in the order of the clock: another device's may arrive later."""
    if events and event.stamp < events[-1].stamp:
        insort(events, event, key=lambda known: known.stamp)
    else:
        events.append(event)


def _values(events: Iterable[_Event], day: int, identity: tuple[str, ...]) -> dict[str, Any] | None:
    """A record's fields as at a day, None where it is not there: `fold.as_at` for one record.

    A record with an identity that a later day's transaction began is there, but empty.
    """
    values: dict[str, Any] | None = None
    for event in events:
        counts = event.day <= day
        if event.field == CREATED:
            if counts:
                values = dict(event.value)
            elif identity:
                values = {name: event.value[name] for name in identity if name in event.value}
        elif not counts:
            continue
        elif event.field == DELETED:
            values = None
        elif values is not None:
            values[event.field] = event.value
    return values


def _stage_turns(events: list[_Event]) -> Iterable[tuple[int, str, str]]:
    """The days on which a stage's standing may change, its key, and the state from then on."""
    days = {event.day for event in events}
    for event in events:
        told = event.value if event.field == CREATED else {event.field: event.value}
        if isinstance(told, dict):
            dates = (told.get("started_on"), told.get("actual_on"))
            days.update(on.toordinal() for on in dates if on is not None)
    for day in sorted(days):
        values = _values(events, day, StageRecord.IDENTITY)
        if values is None:
            # Its key is that of any creation: a record's identity never changes.
            made = next((e for e in events if e.field == CREATED), None)
            if made is not None:
                yield day, made.value.get("stage", ""), ""
        else:
            yield day, values.get("stage", ""), _standing(values, day)


def _standing(values: dict[str, Any], day: int) -> str:
    """A stage's state as it stood: one done later was at most in progress (`fold.as_at`)."""
    done_on, started_on = values.get("actual_on"), values.get("started_on")
    if done_on is None or done_on.toordinal() <= day:
        return str(values.get("state", ""))
    if started_on is not None and started_on.toordinal() <= day:
        return IN_PROGRESS
    return ""


def _workflows(events: list[_Event]) -> list[tuple[int, Workflow | None]]:
    """The workflow in force from each day on; None while the programme is not there."""
    found: list[tuple[int, Workflow | None]] = [(_LONG_AGO, None)]
    texts: dict[str, Workflow] = {}
    for day in sorted({event.day for event in events}):
        values = _values(events, day, ())
        if values is None:
            found.append((day, None))
            continue
        text = values.get("workflow", "")
        texts.setdefault(text, Workflow.parse(text))
        if found[-1][1] is not texts[text]:
            found.append((day, texts[text]))
    return found


def _in_force(workflows: list[tuple[int, Workflow | None]], day: int) -> Workflow | None:
    return next(found for start, found in reversed(workflows) if start <= day)
