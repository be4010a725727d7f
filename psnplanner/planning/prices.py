"""What things cost the programme, in pounds: every price of the planning model in one place.

Defaults are estimates for a UK public-sector roll-out of 2014; the manager may change each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from psnplanner.errors import UserError


def _priorities() -> dict[str, float]:
    return {"high": 1.5, "medium": 0.5, "low": 0.0}


@dataclass(frozen=True)
class Prices:
    """The prices a plan is judged by. Change them with `dataclasses.replace`."""

    saving_share: float = 0.25
    """Part of a site's current annual cost saved once it is live and its contract over.

    Used where the programme states no saving target; a target is shared out by annual cost.
    """

    double_running_share: float = 0.15
    """Part of the annual cost paid twice while a live site's old contract still runs."""

    out_of_contract_share: float = 0.30
    """Premium on the annual cost of an old service that runs on past its contract."""

    waiting_pounds_per_day: dict[str, float] = field(default_factory=_priorities)
    """Pounds for each calendar day a site of that priority waits; others are free."""

    crew_km_pounds: float = 1.60
    """Pounds for a crew to drive 1 km: two people at £25 an hour and 40 km/h, and the van."""

    route_factor: float = 1.3
    """Kilometres of road for each straight kilometre (1.2 in towns to 1.5 by an estuary)."""

    shared_work_pounds: float = 12.0
    """Pounds for each crew-day and straight kilometre from the base: digging, traffic
    management and permits not shared with neighbours of the same phase."""

    attendance_days: float = 1.5
    """Days spent at every site beside its crew-days: survey, router, test. They travel too."""

    partner_visit_pounds: float = 1_000.0
    """Each partner disturbed in a phase: a meeting, change control, contacts out of hours; two
    people's two days. Dearer, and crews cross the county to save a partner one more."""

    phase_pounds: float = 2_500.0
    """Each phase: a week of somebody to lead it, its board paper, its acceptance. It decides how
    many are designed, and is no term of a plan's cost: once designed, they are paid for."""

    normal_share: float = 0.9
    """Part of a phase's crew-days worked without overtime (the model's beta)."""

    overtime_pounds: float = 200.0
    """Each crew-day above `normal_share`: half a crew's day rate of £400 on top of it."""

    uneven_pounds: float = 150.0
    """Each crew-day by which a phase is fuller than all phases are together: less room there
    for what goes wrong, while crews stand idle elsewhere."""

    move_pounds: float = 250.0
    """Each site moved out of the phase it was promised."""

    near_move_factor: float = 4.0
    """How many times as dear a move is on the day its old or new phase starts."""

    near_move_days: float = 56.0
    """Calendar days before a phase starts from which moving a site out or in grows dearer."""

    certificate_pounds: float = 500.0
    """Each site done after its partner's compliance certificate lapses: a renewal to chase."""

    miss_pounds: float = 25_000.0
    """Each site not live by go-live, on top of its dearest phase: dear, but finite.

    A site whose phase ends shortly before go-live costs this times the chance of being late.
    """

    @property
    def travel_pounds(self) -> float:
        """Pounds for each day and straight kilometre from the base: there and back."""
        return 2 * self.route_factor * self.crew_km_pounds + self.shared_work_pounds


def with_prices(prices: Prices, changed: Mapping[str, float]) -> Prices:
    """The prices with some of them changed by name. Raises UserError for one not known.

    A price for each priority is named by it: `waiting_high`.
    """
    plain = {f.name for f in dataclasses.fields(Prices) if f.name != "waiting_pounds_per_day"}
    waiting = dict(prices.waiting_pounds_per_day)
    values: dict[str, float] = {}
    for name, pounds in changed.items():
        if pounds < 0:
            raise UserError(f"The price {name} is below nothing.", remedy="Give 0 or more.")
        if name.removeprefix("waiting_") in waiting:
            waiting[name.removeprefix("waiting_")] = float(pounds)
        elif name in plain:
            values[name] = float(pounds)
        else:
            known = ", ".join(sorted(plain | {f"waiting_{key}" for key in waiting}))
            raise UserError(f"There is no price {name}.", remedy=f"Those there are: {known}.")
    return dataclasses.replace(prices, waiting_pounds_per_day=waiting, **values)
