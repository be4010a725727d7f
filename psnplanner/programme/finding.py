"""One thing wrong with the plan, and what every check looks at to find it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from psnplanner.programme.edits import plural
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)
"""How bad a finding is, worst first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: a code that never changes, a sentence, the sites, what to do."""

    code: str
    severity: str
    sentence: str
    sites: tuple[RecordId, ...]
    remedy: str


@dataclass(frozen=True)
class Look:
    """The programme on its present day, with what several checks ask."""

    state: State
    on: date
    calendar: Calendar

    @cached_property
    def waiting(self) -> list[Site]:
        """The sites that are not live yet, by reference."""
        statuses = self.state.statuses
        return self.ordered(s for s in self.state.sites.values() if statuses[s.id] != "live")

    @staticmethod
    def ordered(sites: Iterable[Site]) -> list[Site]:
        """Sites by reference."""
        return sorted(sites, key=lambda site: (site.reference, site.id))

    def phase(self, site: Site) -> Phase | None:
        """The phase a site is in, if it is in one."""
        return self.state.phases.get(site.phase) if site.phase else None

    @cached_property
    def general_closures(self) -> list[ClosedWindow]:
        """The closed windows that bind every site."""
        windows = self.state.closed_windows.values()
        return [w for w in windows if not w.kind and w.partner is None]


def finding(
    code: str, severity: str, sites: Iterable[Site], says: str, remedy: str, one: str = ""
) -> Iterator[Finding]:
    """The finding about these sites, if any: “3 sites …, CM0001 first.”

    `says` and `one` are what follows the number, for several and for a single site.
    """
    held = Look.ordered(sites)
    if not held:
        return
    name = held[0].reference or held[0].name
    example = f" ({name})" if len(held) == 1 else f", {name} first"
    words = one if one and len(held) == 1 else says
    sentence = f"{plural(len(held), 'site')} {words}{example}."
    yield Finding(code, severity, sentence, tuple(site.id for site in held), remedy)


def ids(sites: Iterable[Site]) -> tuple[RecordId, ...]:
    """Their ids, in their order."""
    return tuple(site.id for site in sites)
