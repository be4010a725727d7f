"""What a change of the plan would break and mend: two lists of findings compared. Qt-free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psnplanner.programme.edits import plural
from psnplanner.programme.finding import NOTE, SEVERITIES, Finding
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, closed_for
from psnplanner.ui.wording import short_day


@dataclass(frozen=True)
class Consequence:
    """One thing a change brings about: `breaks` or mends, how many sites it touches, in words."""

    breaks: bool
    severity: str
    sites: int
    sentence: str


def compared(before: Sequence[Finding], after: Sequence[Finding]) -> list[Consequence]:
    """What appears, grows, shrinks and goes; what breaks first, worst first."""
    same = set(before) & set(after)
    old = [finding for finding in before if finding not in same]
    new = [finding for finding in after if finding not in same]
    found: list[Consequence] = []
    for finding in new:
        twin = _twin(finding, old)
        if twin is None:
            found.append(Consequence(True, finding.severity, len(finding.sites), finding.sentence))
            continue
        old.remove(twin)
        found += _grown(twin, finding)
    found += [Consequence(False, f.severity, len(f.sites), f"Mended: {f.sentence}") for f in old]
    return sorted(found, key=lambda c: (not c.breaks, SEVERITIES.index(c.severity), -c.sites))


def _twin(finding: Finding, old: Iterable[Finding]) -> Finding | None:
    """The finding that this one was before: of the same sites, else the only one of its code."""
    alike = [other for other in old if other.code == finding.code]
    for other in alike:
        if set(other.sites) == set(finding.sites):
            return other
    shared = [other for other in alike if set(other.sites) & set(finding.sites)]
    return shared[0] if shared else None


def _grown(before: Finding, after: Finding) -> list[Consequence]:
    more = len(set(after.sites) - set(before.sites))
    fewer = len(set(before.sites) - set(after.sites))
    found = []
    if more:
        words = f"{plural(more, 'more site')}: {after.sentence}"
        found.append(Consequence(True, after.severity, more, words))
    if fewer:
        words = f"{plural(fewer, 'site')} fewer: {after.sentence}"
        found.append(Consequence(False, after.severity, fewer, words))
    if not more and not fewer:
        # The same sites, told with other figures: worse or better cannot be read from it.
        found.append(Consequence(True, NOTE, len(after.sites), f"Now: {after.sentence}"))
    return found


def closures(state: State, before: Phase, after: Phase, calendar: Calendar) -> list[Consequence]:
    """The closed windows that a phase would run into, for more working days than it does."""
    found = []
    sites = state.sites_by_phase.get(before.id, [])
    for window in state.closed_windows.values():
        was, now = (_shut_days(window, phase, calendar) for phase in (before, after))
        bound = len(closed_for_any(sites, window))
        if now > was and bound:
            days = f"{plural(now, 'working day')} ({short_day(window.starts_on)} on)"
            words = f"“{window.name}” shuts {plural(bound, 'of its site', 'of its sites')}"
            found.append(Consequence(True, NOTE, bound, f"{words} for {days}."))
    return found


def closed_for_any(sites: Iterable[Site], window: ClosedWindow) -> list[Site]:
    """Those of the sites that a closed window binds."""
    return [site for site in sites if closed_for(site, [window])]


def _shut_days(window: ClosedWindow, phase: Phase, calendar: Calendar) -> int:
    if None in (window.starts_on, window.ends_on, phase.starts_on, phase.ends_on):
        return 0
    assert window.starts_on is not None
    assert window.ends_on is not None
    assert phase.starts_on is not None
    assert phase.ends_on is not None
    first, last = max(window.starts_on, phase.starts_on), min(window.ends_on, phase.ends_on)
    return calendar.count(first, last)
