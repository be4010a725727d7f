"""What the Home panel tells of a programme, worked out away from the window. Qt-free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from psnplanner.programme.stage import DONE
from psnplanner.programme.words import plural, uk

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.programme.state import State

WORST = 5
SOON_DAYS = 60
"""A wayleave that ends within so many days, at a site not yet live, is worth a look now."""
_WEEK = timedelta(days=7)

Progress = Callable[[float, str], None]


class Forecast(NamedTuple):
    """What a forecast says: the probability of go-live on the day, and the likely days.

    `likely_on` is the day by which half of the runs were done, `safe_on` eight in ten of them.
    """

    probability: float
    likely_on: date | None = None
    safe_on: date | None = None


class Line(NamedTuple):
    """A line of the panel: what it says, what is under it, and the sites it is about."""

    words: str
    more: str
    sites: tuple[RecordId, ...]
    severity: str = ""


@dataclass(frozen=True)
class BurnUp:
    """Sites live and sites planned to be, by the ends of weeks; `live` stops at the present day."""

    days: tuple[date, ...] = ()
    live: tuple[int, ...] = ()
    planned: tuple[float, ...] = ()
    sites: int = 0


@dataclass(frozen=True)
class Home:
    """Everything the panel shows. Money in pence a year, days of the calendar unless said."""

    status_on: date
    go_live_on: date | None
    days_left: int | None
    working_days_left: int | None
    sites: int
    live: int
    planned_live: int
    live_this_week: int
    live_this_month: int
    blocked: int
    waiting: int
    burn_up: BurnUp
    stuck: tuple[Line, ...] = ()
    stuck_sites: tuple[RecordId, ...] = ()
    lapsing: tuple[Line, ...] = ()
    savings: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Line, ...] = ()
    severities: Mapping[str, int] = field(default_factory=dict)


def home_of(session: Any, progress: Progress | None = None) -> Home:
    """The figures of an open programme. Raises what `progress` raises."""
    tell = progress or (lambda _fraction, _words: None)
    state, on = session.state, session.present_day
    figures = session.figures()
    tell(0.5, "Findings")
    found = session.findings()
    tell(0.8, "Progress by week")
    days = live_days(state)
    stuck = [*figures["blocked"], *figures["waiting"]]
    idents = _idents(state)
    return Home(
        status_on=on,
        go_live_on=state.programme.go_live_on,
        days_left=figures["days_to_go_live"],
        working_days_left=figures["working_days_to_go_live"],
        sites=figures["sites"],
        live=figures["live"],
        planned_live=round(planned_by(state, on)),
        live_this_week=sum(on - timedelta(days=on.weekday()) <= day <= on for day in days),
        live_this_month=sum(on.replace(day=1) <= day <= on for day in days),
        blocked=len({_key(row) for row in figures["blocked"]}),
        waiting=len({_key(row) for row in figures["waiting"]}),
        burn_up=burn_up(state, on),
        stuck=tuple(_stuck(figures, idents, on)),
        stuck_sites=tuple(dict.fromkeys(i for row in stuck for i in idents.get(_key(row), ()))),
        lapsing=(*lapsing_wayleaves(state, on), *_lapsing_certificates(state, figures)),
        savings=figures["savings"],
        findings=tuple(Line(f.sentence, f.remedy, f.sites, f.severity) for f in found),
        severities=Counter(f.severity for f in found),
    )


# Live against plan


def live_days(state: State) -> list[date]:
    """The days on which sites went live, where somebody said when."""
    stage = state.workflow.live_stage
    if stage is None:
        return []
    records = (records.get(stage.key) for records in state.stages_by_site.values())
    return [r.actual_on for r in records if r and r.state == DONE and r.actual_on]


def planned_by(state: State, on: date) -> float:
    """How many sites should be live by the end of a day: a phase's share grows day by day."""
    total = 0.0
    for phase in state.phases_in_order:
        sites = len(state.sites_by_phase.get(phase.id, ()))
        if sites and phase.ends_on is not None:
            starts_on = min(phase.starts_on or phase.ends_on, phase.ends_on)
            days = (phase.ends_on - starts_on).days + 1
            total += sites * min(1.0, max(0.0, ((on - starts_on).days + 1) / days))
    return total


def burn_up(state: State, on: date) -> BurnUp:
    """Both curves by week, from the programme's start (or its first phase) to its end."""
    programme, live = state.programme, sorted(live_days(state))
    ends = [p.ends_on for p in state.phases.values() if p.ends_on]
    starts = [p.starts_on for p in state.phases.values() if p.starts_on] + live[:1]
    known = [programme.starts_on] if programme.starts_on else starts
    if not known or not state.sites:
        return BurnUp()
    first = min(known)
    last = max([on, *ends, *([programme.go_live_on] if programme.go_live_on else [])])
    weeks = min(520, (last - first).days // 7 + 1)
    days = [first + _WEEK * number for number in range(weeks)] + [last]
    done, shown = 0, []
    # The curve ends where the present day stands, not at the end of its week.
    for day in [*(day for day in days if day < on), on]:
        while done < len(live) and live[done] <= day:
            done += 1
        shown.append(done)
    days = sorted({*days, on})
    return BurnUp(tuple(days), tuple(shown), tuple(planned_by(state, d) for d in days),
                  len(state.sites))  # fmt: skip


# What is stuck, and what lapses


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["site"], row["name"]


def _idents(state: State) -> dict[tuple[str, str], list[RecordId]]:
    found: dict[tuple[str, str], list[RecordId]] = {}
    for site in state.sites.values():
        found.setdefault((site.reference, site.name), []).append(site.id)
    return found


def _stuck(
    figures: Mapping[str, Any], idents: Mapping[Any, list[RecordId]], on: date
) -> list[Line]:
    rows = [("Blocked", row) for row in figures["blocked"]]
    rows += [("Waiting", row) for row in figures["waiting"]]
    # Blocked before waiting, then the longest: a long wayleave is a plan, a block is not.
    rows.sort(key=lambda pair: (pair[0] != "Blocked", -(pair[1]["working_days"] or 0)))
    lines = []
    for verb, row in rows[:WORST]:
        since = date.fromisoformat(row["since"]) if row["since"] else None
        age = f" for {plural((on - since).days, 'day')}" if since and since < on else ""
        owner = row["waiting_on"] or "nobody named"
        more = f"{verb} on {owner}{age}: {row['stage']}"
        lines.append(Line(row["name"] or row["site"], more, tuple(idents.get(_key(row), ()))))
    return lines


def lapsing_wayleaves(state: State, on: date, within_days: int = SOON_DAYS) -> list[Line]:
    """Wayleaves that end soon at sites that are not live, the soonest first."""
    until = on + timedelta(days=within_days)
    found = []
    for wayleave in state.wayleaves.values():
        site = state.sites.get(wayleave.site or b"")
        ends_on = wayleave.expires_on
        if site is None or wayleave.state != "granted" or ends_on is None or ends_on > until:
            continue
        if state.statuses[site.id] != "live":
            found.append((ends_on, site.name or site.reference, site.id))
    lines = []
    for ends_on, name, ident in sorted(found)[:WORST]:
        ended = "ended" if ends_on < on else "ends"
        lines.append(Line(name, f"Its wayleave {ended} on {uk(ends_on)}", (ident,)))
    return lines


def _lapsing_certificates(state: State, figures: Mapping[str, Any]) -> list[Line]:
    lines = []
    for row in figures["certificates"][:WORST]:
        sites = tuple(
            s.id
            for s in state.sites.values()
            if row["partner"] in (state.partner_name(p) for p in (s.partner, *s.sharing))
        )
        valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        how = {
            "missing": "has no compliance certificate",
            "not yet valid": "has a certificate that is not valid yet",
            "expired": f"certificate expired{_on(valid_to)}",
            "lapses": f"certificate lapses{_on(valid_to)}",
        }[row["state"]]
        more = f"{how[:1].upper()}{how[1:]}: {plural(row['sites'], 'site')} need it"
        lines.append(Line(row["partner"], more, sites))
    return lines


def _on(day: date | None) -> str:
    return f" after {uk(day)}" if day else ""
