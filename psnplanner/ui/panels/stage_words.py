"""How a stage of a site stands, in words: its dates, its owner, whom it waits on and what next."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from psnplanner.programme.edits import plural
from psnplanner.programme.site import StageRecord
from psnplanner.programme.stage import BLOCKED, DONE, IN_PROGRESS, NOT_NEEDED, WAITING, Stage
from psnplanner.programme.words import whom
from psnplanner.ui.wording import capital, short_day


class StageWords(NamedTuple):
    """What the track says: at the right of the name, and on the lines below it."""

    day: str
    more: str


def describe(
    stage: Stage,
    state: str,
    record: StageRecord | None,
    on: date,
    *,
    following: bool,
    partner: str = "",
) -> StageWords:
    """A stage's date (its owner where it has none yet), and what more there is to say."""
    if state == NOT_NEEDED:
        return StageWords("", _note(record))
    stands = standing(stage, state, record, on, following=following, partner=partner)
    lines = [stands, _dates(state, record)]
    said = "\n".join(line for line in (*lines, _note(record)) if line)
    return StageWords(_day(stage, state, record), said)


def standing(
    stage: Stage,
    state: str,
    record: StageRecord | None,
    on: date,
    *,
    following: bool,
    partner: str = "",
) -> str:
    """Whom a stage waits on, since when, and the next step; nothing where nothing is under way."""
    if state in (WAITING, BLOCKED) and record is not None:
        since = record.waiting_since
        age = f", {plural((on - since).days, 'day')}" if since and since < on else ""
        words = f"{capital(state)} on {whom(record.waiting_on or stage.owner, partner)}"
        words += f" since {short_day(since)}{age}" if since else ""
        action = record.next_action or stage.next_action
        return words + (f". Next: {action}" if action else "")
    if state == IN_PROGRESS:
        since, owner = record.started_on if record else None, capital(whom(stage.owner, partner))
        return f"{owner}, since {short_day(since)}" if since else owner
    if following:
        return f"Next, by {whom(stage.owner, partner)}: {stage.next_action}"
    return ""


def _day(stage: Stage, state: str, record: StageRecord | None) -> str:
    if state == DONE:
        return short_day(record.actual_on) if record and record.actual_on else ""
    due = (record.forecast_on or record.planned_on) if record else None
    return f"due {short_day(due)}" if due else stage.owner


def _dates(state: str, record: StageRecord | None) -> str:
    """The plan beside what happened or is expected, where they differ."""
    if record is None or record.planned_on is None:
        return ""
    shown = record.actual_on if state == DONE else record.forecast_on
    if shown is None or shown == record.planned_on:
        return ""
    days = (shown - record.planned_on).days
    late = f"{plural(abs(days), 'day')} {'late' if days > 0 else 'early'}"
    return f"Planned for {short_day(record.planned_on)}: {late}"


def _note(record: StageRecord | None) -> str:
    return f"“{record.note}”" if record is not None and record.note else ""
