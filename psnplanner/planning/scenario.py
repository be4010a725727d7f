"""What if: a programme as it would be, planned, and set beside others in pounds and moves."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psnplanner.errors import UserError
from psnplanner.planning.horizon import dated
from psnplanner.planning.plan import Options, Plan, propose
from psnplanner.planning.prices import Prices, with_prices
from psnplanner.programme.change import deletion, difference
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import derived_id
from psnplanner.programme.scenario import Scenario
from psnplanner.programme.state import PROGRAMME_ID, State
from psnplanner.programme.words import plural, uk
from psnplanner.programme.working_days import Calendar

Progress = Callable[[float, str], None]
AS_IT_IS = "As it is"


@dataclass(frozen=True)
class Settings:
    """What a scenario changes: crews more at work at any time, go-live, partners left out, prices.

    Phases side by side share the crews.
    """

    extra_crews: float = 0.0
    go_live_on: date | None = None
    without: tuple[str, ...] = ()
    phases: int | None = None
    prices: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        """The settings as a scenario keeps them."""
        values = {
            "extra_crews": self.extra_crews or None,
            "go_live_on": self.go_live_on.isoformat() if self.go_live_on else None,
            "without": list(self.without) or None,
            "phases": self.phases,
            "prices": self.prices or None,
        }
        return json.dumps({key: value for key, value in values.items() if value is not None})

    @staticmethod
    def from_json(text: str) -> Settings:
        """The settings of a scenario. Raises UserError for what this version cannot read."""
        try:
            values = json.loads(text or "{}")
            go_live = values.get("go_live_on")
            return Settings(
                float(values.get("extra_crews", 0)),
                date.fromisoformat(go_live) if go_live else None,
                tuple(values.get("without", ())),
                values.get("phases"),
                dict(values.get("prices", {})),
            )
        except (ValueError, TypeError, AttributeError, RecursionError) as fault:
            raise UserError(
                "The settings of this scenario cannot be read.",
                text[:80],
                "Delete it, and make it again.",
            ) from fault


def settings_words(settings: Settings) -> str:
    """What a scenario changes, in a few words."""
    crews, said = settings.extra_crews, []
    if crews:
        many = f"{abs(crews):g} {'crew' if abs(crews) == 1 else 'crews'}"
        said.append(f"{many} {'more' if crews > 0 else 'fewer'}")
    if settings.go_live_on is not None:
        said.append(f"go-live on {uk(settings.go_live_on)}")
    said += [f"without {name}" for name in settings.without]
    if settings.phases is not None:
        said.append(plural(settings.phases, "phase"))
    said += [f"{name.replace('_', ' ')} {value:g}" for name, value in settings.prices.items()]
    return ", ".join(said) or "nothing"


def scenario(name: str, settings: Settings, note: str = "") -> Scenario:
    """The record of a scenario; one name, one scenario."""
    ident = derived_id(PROGRAMME_ID, f"scenario {name.casefold()}")
    return Scenario(id=ident, name=name, settings=settings.to_json(), note=note)


def named(state: State, name: str) -> Scenario:
    """The scenario of that name. Raises UserError if there is none."""
    for found in state.scenarios.values():
        if found.name.casefold() == name.casefold():
            return found
    names = ", ".join(sorted(s.name for s in state.scenarios.values())) or "none yet"
    raise UserError(f"There is no scenario “{name}”.", remedy=f"Those there are: {names}.")


def applied(state: State, settings: Settings, calendar: Calendar) -> State:
    """The programme as the scenario has it; nothing is written anywhere."""
    changes = []
    if settings.go_live_on is not None:
        changes += difference(state.programme, {"go_live_on": settings.go_live_on})
    for phase, days in _shares(state, calendar) if settings.extra_crews else ():
        held = (phase.capacity_days or 0.0) + settings.extra_crews * days
        changes += difference(phase, {"capacity_days": max(0.0, held)})
    out = {_partner(state, name) for name in settings.without}
    changes += [deletion(site) for site in state.sites.values() if site.partner in out]
    return state.after(changes)


def _shares(state: State, calendar: Calendar) -> list[tuple[Phase, float]]:
    """The phases with crew-days, and the days of a crew that goes to all of them in turn."""
    phases = [p for p in dated(list(state.phases.values())) if p.capacity_days is not None]
    days = [_working(phase, calendar) for phase in phases]
    beside = Counter(on for own in days for on in own)
    return [
        (phase, sum(1 / beside[on] for on in own)) for phase, own in zip(phases, days, strict=True)
    ]


def _working(phase: Phase, calendar: Calendar) -> list[date]:
    assert phase.starts_on is not None
    assert phase.ends_on is not None
    on, days = calendar.next_working(phase.starts_on), []
    while on <= phase.ends_on:
        days.append(on)
        on = calendar.add(on, 1)
    return days


def _partner(state: State, name: str) -> bytes:
    for partner in state.partners.values():
        if partner.name.casefold() == name.casefold():
            return partner.id
    raise UserError(f"There is no partner “{name}”.", remedy="Look at the list of partners.")


def plan_of(
    state: State,
    settings: Settings,
    today: date,
    calendar: Calendar,
    options: Options,
    progress: Progress | None = None,
) -> Plan:
    """The plan of a programme as a scenario has it."""
    wanted = dataclasses.replace(options, prices=with_prices(options.prices, settings.prices))
    if settings.phases is not None:
        wanted = dataclasses.replace(wanted, phases=settings.phases)
    return propose(applied(state, settings, calendar), today, calendar, wanted, progress)


def compare(
    state: State,
    scenarios: Iterable[Scenario],
    today: date,
    calendar: Calendar,
    options: Options,
    progress: Progress | None = None,
) -> list[dict[str, Any]]:
    """One row a scenario, beside the programme as it is: pounds, who is late, who moves."""
    listed = [(AS_IT_IS, Settings())]
    listed += [(item.name, Settings.from_json(item.settings)) for item in scenarios]
    rows: list[dict[str, Any]] = []
    for n, (name, settings) in enumerate(listed):
        told = _part(progress, n, len(listed), name)
        found = plan_of(state, settings, today, calendar, options, told)
        late = _late(found, with_prices(options.prices, settings.prices))
        rows.append(_row(name, found, late, rows[0] if rows else None))
    return rows


def _row(name: str, plan: Plan, late: int, first: dict[str, Any] | None) -> dict[str, Any]:
    ends = [
        p.ends_on
        for p in plan.after.phases.values()
        if p.ends_on and plan.after.sites_by_phase.get(p.id)
    ]
    total = round(plan.total_pounds)
    return {
        "scenario": name,
        "total_pounds": total,
        "difference_pounds": total - first["total_pounds"] if first else 0,
        "sites_planned": sum(s.phase in plan.after.phases for s in plan.after.sites.values()),
        "sites_left_out": len(plan.unplanned),
        "sites_late": late,
        "moved": plan.moved,
        "last_phase_ends_on": max(ends).isoformat() if ends else None,
        "gap_percent": round(100 * plan.gap, 2),
        "shortfall": plan.shortfall,
    }


def _late(plan: Plan, prices: Prices) -> int:
    """Sites expected not to be live by go-live: those left out, and the chances of the others.

    A site dug shortly before go-live is late with the chance that its test and migration are.
    """
    expected = 0.0
    if prices.miss_pounds > 0:
        expected = plan.cost_terms["after go-live"] / prices.miss_pounds
    return len(plan.unplanned) + round(expected)


def _part(progress: Progress | None, n: int, count: int, name: str) -> Progress | None:
    """The progress of one plan among several; it is stopped wherever it is."""
    if progress is None:
        return None
    return lambda fraction, _doing: progress((n + fraction) / count, f"Planning “{name}”")
