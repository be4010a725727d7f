"""How likely go-live is: every site through its remaining stages, thousands of times.

The model is in `forecast_model`, the runs in `forecast_runs`, what they say in `forecast_told`,
what matters in `what_to_fix`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from psnplanner.errors import UserError
from psnplanner.planning.forecast_calendar import Line
from psnplanner.planning.forecast_model import Model, model
from psnplanner.planning.forecast_result import Forecast
from psnplanner.planning.forecast_runs import Outcome, simulate
from psnplanner.planning.forecast_told import Told
from psnplanner.programme.edits import present_day
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Options:
    """How many `runs`, and the `seed` of their luck: the same again gives the same again.

    `on` is the day forecast from, by default the programme's present day; `of` are the sites
    told of, by default all: the others still take their turn with the crews.
    """

    runs: int = 1_000
    seed: int = 1
    on: date | None = None
    of: Collection[RecordId] | None = None


def forecast(
    state: State,
    today: date,
    calendar: Calendar,
    options: Options = Options(),
    progress: Progress | None = None,
) -> Forecast:
    """Forecast a programme from its present day, or the one the options give.

    Raises UserError where there is no site, no go-live date, or the runs are too few or too
    many; Cancelled as `progress` does.
    """
    _check(state, options)
    tell = progress or (lambda fraction, doing: None)
    line = Line(options.on or present_day(state, today), calendar)
    tell(0.0, "Reading the programme")
    made = model(state, line)
    outcome = simulate(made, options.runs, options.seed, _part(tell, 0.02, 0.9))
    tell(0.9, "What matters most")
    if options.of is not None:
        state, made, outcome = _narrowed(state, made, outcome, frozenset(options.of))
    return Told(state, made, outcome, options.seed).forecast()


def _narrowed(
    state: State, made: Model, outcome: Outcome, told: frozenset[RecordId]
) -> tuple[State, Model, Outcome]:
    """All that is of these sites: the rest have been waited for and are told nothing of."""
    rows = [row for row, path in enumerate(made.paths) if path.site in told]
    sites = {ident: site for ident, site in state.sites.items() if ident in told}
    paths, live = [made.paths[row] for row in rows], [i for i in made.live if i in told]
    return (
        State({**state.tables, "site": sites}),
        replace(made, paths=paths, live=live),
        replace(outcome, live=outcome.live[rows], unqueued=outcome.unqueued[rows]),
    )


def possible(state: State) -> bool:
    """Whether there is anything to forecast: sites, a go-live date and a stage that goes live."""
    dated = state.programme.go_live_on is not None
    return bool(state.sites) and dated and state.workflow.live_stage is not None


def _check(state: State, options: Options) -> None:
    if not state.sites:
        raise UserError("There are no sites to forecast.", remedy="Import a site list first.")
    if state.programme.go_live_on is None:
        raise UserError(
            "The programme has no go-live date.", remedy="Set it in the programme's details."
        )
    if state.workflow.live_stage is None:
        raise UserError(
            "No stage of the workflow makes a site live.",
            remedy="Mark the stage that does with “goes_live = true”.",
        )
    if not 10 <= options.runs <= 100_000:
        raise UserError(
            f"{options.runs:,} runs cannot be made.", remedy="Ask for 10 to 100,000 runs."
        )


def _part(tell: Progress, first: float, last: float) -> Progress:
    return lambda fraction, doing: tell(first + (last - first) * fraction, doing)
