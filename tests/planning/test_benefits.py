"""Savings: by hand for one site, and sums that agree for many."""

from __future__ import annotations

from datetime import date

import pytest

from psnplanner.planning.benefits import benefits
from psnplanner.planning.forecast import Options, forecast
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Record
from psnplanner.programme.site import StageRecord
from psnplanner.programme.stage import DONE
from tests.planning.forecast_cases import whole_programme
from tests.planning.programmes import CALENDAR, ident, partner, programme, site

ON = date(2014, 12, 31)


def done(number: int, stage: str, on: date) -> Record:
    """A stage done."""
    one = ident(number)
    return StageRecord(
        id=StageRecord.id_for(one, stage), site=one, stage=stage, state=DONE, actual_on=on
    )


def live(number: int, on: date, ceased_on: date | None = None) -> list[Record]:
    """A site live since a day, its old circuit ceased on another."""
    found = [done(number, "migrated", on)]
    return found if ceased_on is None else [*found, done(number, "legacy_ceased", ceased_on)]


def test_one_circuit_ceased_is_counted_by_the_day() -> None:
    """£365 a year is a pound a day: twice paid through June, saved from July."""
    state = programme(
        partner(0),
        site(1, annual_cost_pence=36_500),
        *live(1, date(2014, 5, 31), date(2014, 6, 30)),
        starts_on=date(2014, 3, 1),
        status_on=ON,
    )
    found = benefits(state, ON, CALENDAR)
    months = {month.month: month for month in found.months}
    assert months["2014-06"].double_pence == 30 * 100
    assert months["2014-06"].saved_pence == 0
    assert months["2014-07"].saved_pence == 31 * 100
    assert months["2014-07"].realised
    assert months["2014-09"].rate_pence_a_year == 36_500
    assert not months["2015-01"].realised
    assert found.saved_so_far_pence == 184 * 100  # 1 July to 31 December
    assert found.double_so_far_pence == 30 * 100
    assert found.month_of_delay_pence == 0


def test_what_is_to_come_waits_for_its_phase_and_its_contract() -> None:
    """No forecast: live as the phase ends; nothing is saved before the old contract is over."""
    phase = Phase(id=ident(500), name="One", starts_on=date(2015, 1, 5), ends_on=date(2015, 1, 30))
    given = {"annual_cost_pence": 36_500, "phase": ident(500)}
    state = programme(
        partner(0),
        phase,
        site(1, **given),
        site(2, **given, contract_ends_on=date(2015, 10, 31)),
        status_on=ON,
    )
    found = benefits(state, ON, CALENDAR)
    months = {month.month: month for month in found.months}
    assert months["2015-02"].double_pence == 2 * 28 * 100
    assert months["2015-09"].saved_pence == 30 * 100
    assert months["2015-11"].saved_pence == 2 * 30 * 100
    assert found.month_of_delay_pence == 2 * 30 * 100


def test_a_target_is_what_is_saved_in_the_end() -> None:
    """Half of the cost is to be saved: half of every month's is."""
    state = programme(
        partner(0),
        site(1, annual_cost_pence=73_000),
        *live(1, date(2014, 5, 31), date(2014, 5, 31)),
        saving_target_pence=36_500,
        status_on=ON,
    )
    found = benefits(state, ON, CALENDAR)
    assert found.share == 0.5
    assert found.in_the_end_pence_a_year == 36_500
    assert found.target_reached_on == date(2014, 6, 1)
    july = next(month for month in found.months if month.month == "2014-07")
    assert (july.stopped_pence, july.saved_pence) == (6_200, 3_100)


def test_partners_and_months_add_up_and_a_forecast_moves_them() -> None:
    """Parts make the whole; later is less."""
    state = whole_programme(20)
    told = forecast(state, date(2014, 2, 24), CALENDAR, Options(200))
    found = benefits(state, date(2014, 2, 24), CALENDAR, told)
    for at, month in enumerate(found.months):
        parts = sum(p.months[at] for p in found.partners)
        assert parts == pytest.approx(month.saved_pence, abs=2)
    planned = benefits(state, date(2014, 2, 24), CALENDAR)
    year = sum(p.first_year_pence for p in found.partners)
    assert year > 0
    assert sum(m.saved_pence for m in found.months) < sum(m.saved_pence for m in planned.months)
    assert found.report()["partners"][0]["months"]
