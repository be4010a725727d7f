"""Plans, prices, scenarios and forecasts of an open programme."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from psnplanner.programme.change import Transaction
from psnplanner.programme.edits import Amend, Create, Delete
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.session.door import Progress
from psnplanner.session.past import Past

if TYPE_CHECKING:
    from psnplanner.planning import forecast as forecasting
    from psnplanner.planning.benefits import Benefits
    from psnplanner.planning.explain import Explainer, Explanation
    from psnplanner.planning.forecast_result import Forecast
    from psnplanner.planning.network import Network
    from psnplanner.planning.plan import Options, Plan
    from psnplanner.planning.plan_search import Better
    from psnplanner.planning.price_of_move import MovePrice
    from psnplanner.planning.prices import Prices
    from psnplanner.planning.scenario import Settings


class Plans(Past):
    """What the planner says of the programme; each part is loaded when first asked for."""

    _explained: tuple[State, date, Prices, Explainer] | None = None

    def propose_plan(
        self,
        options: Options | None = None,
        progress: Progress | None = None,
        *,
        better: Callable[[Better], None] | None = None,
        enough: Callable[[], bool] = lambda: False,
    ) -> Plan:
        """Propose phases; nothing changes until the plan's edit is done.

        `better` hears of each better plan as it is found; once `enough` says so, the best so
        far is the answer.
        """
        from psnplanner.planning import plan

        wanted, day = options or plan.Options(), self.present_day
        return plan.propose(
            self.state, day, self.calendar, wanted, progress, better=better, enough=enough
        )

    def explain(self, site: RecordId, prices: Mapping[str, float] | None = None) -> Explanation:
        """Why a site is in its phase, and what others would cost. Raises UserError as planning."""
        return self._explainer(prices).site(site)

    def pressures(self, prices: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
        """The phases whose crew-days are worth most, dearest first."""
        return [dataclasses.asdict(item) for item in self._explainer(prices).pressures()]

    def price_of_move(
        self,
        sites: Iterable[RecordId],
        phase: RecordId | None,
        prices: Mapping[str, float] | None = None,
    ) -> MovePrice:
        """What moving sites to a phase (None: out of any) would cost, and who moves as well."""
        from psnplanner.planning.price_of_move import price_of_move

        return price_of_move(self._explainer(prices), sites, phase)

    def _explainer(self, prices: Mapping[str, float] | None) -> Explainer:
        """What explains the present plan; made anew only when something has changed."""
        from psnplanner.planning.explain import Explainer
        from psnplanner.planning.prices import Prices, with_prices

        state, day, changed = self.state, self.present_day, with_prices(Prices(), prices or {})
        known = self._explained
        if known is not None and known[0] is state and known[1:3] == (day, changed):
            return known[3]
        made = Explainer(state, day, self.calendar, changed)
        self._explained = (state, day, changed, made)
        return made

    def plan_scenario(
        self, name: str, options: Options | None = None, progress: Progress | None = None
    ) -> Plan:
        """The plan of the programme as a scenario has it; its edit is not for doing."""
        from psnplanner.planning import plan, scenario

        settings = scenario.Settings.from_json(scenario.named(self.state, name).settings)
        wanted = options or plan.Options()
        return scenario.plan_of(
            self.state, settings, self.present_day, self.calendar, wanted, progress
        )

    def keep_scenario(self, name: str, settings: Settings, note: str = "") -> Transaction | None:
        """Keep a scenario in the file under its name, in place of one of that name."""
        from psnplanner.planning import scenario

        made = scenario.scenario(name, settings, note)
        if made.id in self.state.scenarios:
            values = {"name": made.name, "settings": made.settings, "note": made.note}
            return self.do(Amend("scenario", [made.id], values, f"Change scenario {name}"))
        return self.do(Create([made]))

    def forget_scenario(self, name: str) -> Transaction | None:
        """Remove a scenario. Raises UserError if there is none of that name."""
        from psnplanner.planning import scenario

        return self.do(Delete("scenario", [scenario.named(self.state, name).id]))

    def compare_scenarios(
        self, options: Options | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """Every scenario planned, beside the programme as it is."""
        from psnplanner.planning import plan, scenario

        kept = sorted(self.state.scenarios.values(), key=lambda item: item.name.casefold())
        wanted = options or plan.Options()
        return scenario.compare(self.state, kept, self.present_day, self.calendar, wanted, progress)

    def forecast(
        self,
        options: forecasting.Options | None = None,
        progress: Progress | None = None,
    ) -> Forecast:
        """How likely go-live is, and what to fix first; may be asked from any thread."""
        from psnplanner.planning import forecast

        wanted = options or forecast.Options()
        return forecast.forecast(self.state, self.today, self.calendar, wanted, progress)

    def forecast_for_board(
        self,
        *,
        as_at: date | None = None,
        recorded_by: datetime | None = None,
        audience: str = "internal",
        options: forecasting.Options | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any] | None:
        """The forecast that `figures`, `snapshot` and `issue` take, of the sites an audience sees.

        None where there is nothing to forecast: no site, or no go-live date. The same options
        and programme give the same again.
        """
        from psnplanner.board.redact import for_audience
        from psnplanner.planning import forecast

        at = self._at(as_at, recorded_by)
        shown = for_audience(at.state, audience, self.sensitive_by())
        if not forecast.possible(shown):
            return None
        wanted = options or forecast.Options()
        wanted = dataclasses.replace(wanted, on=at.drawn_on, of=frozenset(shown.sites))
        return forecast.forecast(at.state, at.drawn_on, at.calendar, wanted, progress).for_board()

    def savings(self, forecast: Forecast | None = None) -> Benefits:
        """What is saved by month and partner: so far, and (given a forecast) to come."""
        from psnplanner.planning.benefits import benefits

        return benefits(self.state, self.present_day, self.calendar, forecast)

    def network(self, route_factor: float | None = None) -> Network:
        """The network as its tree says: lengths, what each cut link takes down, second paths."""
        from psnplanner.planning.network import ROUTE_FACTOR, network

        return network(self.state, route_factor or ROUTE_FACTOR)
