"""The forecast against closed forms, against plain Python, and against a past that came true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from psnplanner.errors import Cancelled, UserError
from psnplanner.planning import forecast_model
from psnplanner.planning.forecast import Options, forecast
from psnplanner.planning.forecast_calendar import Line
from psnplanner.planning.forecast_model import model
from psnplanner.planning.forecast_result import percent, sentences
from psnplanner.planning.forecast_runs import simulate
from psnplanner.programme.change import Change, creation, difference
from psnplanner.programme.site import StageRecord, Wayleave
from psnplanner.programme.stage import DONE, WAITING
from psnplanner.programme.state import PROGRAMME_ID, State
from psnplanner.programme.wish import NOT_BEFORE, Wish
from tests.planning.forecast_cases import (
    PRESENT,
    nothing_shared,
    plain_programme,
    whole_programme,
)
from tests.planning.plain_forecast import PlainRun
from tests.planning.programmes import CALENDAR, ident, programme, site

LINE = Line(PRESENT, CALENDAR)


def lives(state: State, runs: int = 4_000, seed: int = 1) -> np.ndarray:
    """When each site goes live, in working days: (sites, runs)."""
    return simulate(model(state, LINE), runs, seed).live


def after(days: int) -> date:
    """The day so many working days after the present one."""
    return CALENDAR.add(PRESENT, days)


# Closed forms


def test_one_stage_is_its_triangle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a triangle of 0, 10, 40 the part below 20 is 1 - 20 x 20 / (40 x 30)."""
    nothing_shared(monkeypatch)
    state = plain_programme(1, (0, 10, 40), go_live_on=after(20))
    found = forecast(state, PRESENT, CALENDAR, Options(10_000))
    assert found.probability == pytest.approx(2 / 3, abs=0.015)
    # Half of it lies below 40 - sqrt(40 x 30 / 2) = 15.5: done on the sixteenth day.
    assert found.whole.days[0] == after(16)


def test_all_of_many_is_the_power_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Independent sites: the chances multiply."""
    nothing_shared(monkeypatch)
    state = plain_programme(8, (0, 10, 40), go_live_on=after(32))
    one = 1 - 8 * 8 / (40 * 30)
    found = forecast(state, PRESENT, CALENDAR, Options(10_000))
    assert found.probability == pytest.approx(one**8, abs=0.02)
    assert found.whole.late_sites == pytest.approx(8 * (1 - one), abs=0.03)


def test_stages_in_a_row_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Means and variances of independent stages add."""
    nothing_shared(monkeypatch)
    state = plain_programme(1, (1, 5, 20), (2, 10, 15), (5, 12, 25))
    drawn = lives(state, 20_000)[0]
    triangles = [(1, 5, 20), (2, 10, 15), (5, 12, 25)]
    assert drawn.mean() == pytest.approx(sum(sum(t) / 3 for t in triangles), abs=0.15)
    variance = sum((a*a + b*b + c*c - a*b - a*c - b*c) / 18 for a, b, c in triangles)  # fmt: skip
    assert drawn.var() == pytest.approx(variance, rel=0.05)


def test_what_is_shared_widens_the_whole() -> None:
    """One contractor's luck on all sites does not average out, as each site's own does."""
    state = plain_programme(60, (10, 20, 30))
    shared = lives(state).mean(axis=0)
    spread = sum(forecast_model.SPREAD[kind] ** 2 for kind in ("programme", "supplier"))
    assert shared.std() / shared.mean() == pytest.approx(spread**0.5, rel=0.12)
    assert shared.mean() == pytest.approx(20, rel=0.02)


# Plain Python


@pytest.fixture(scope="module")
def both() -> tuple[State, np.ndarray, np.ndarray]:
    """A small programme with everything in it, by both simulators."""
    state = whole_programme(14)
    plain = []
    for run in range(700):
        ended = PlainRun(state, PRESENT, CALENDAR, Random(run)).live()
        plain.append([ended[ident] for ident in state.sites])
    return state, lives(state, 8_000), np.array(plain).T


def test_it_agrees_with_plain_python(both: tuple[State, np.ndarray, np.ndarray]) -> None:
    """Every site's mean and spread, and the day all are live, within what chance allows."""
    _, ours, plain = both
    error = plain.std(axis=1) / plain.shape[1] ** 0.5
    assert (np.abs(ours.mean(axis=1) - plain.mean(axis=1)) < 4 * error).all()
    assert ours.std(axis=1) == pytest.approx(plain.std(axis=1), rel=0.2)
    for share in (0.1, 0.5, 0.8, 0.95):
        day = np.quantile(ours.max(axis=0), share)
        spread = 4 * (share * (1 - share) / plain.shape[1]) ** 0.5
        assert (plain.max(axis=0) <= day).mean() == pytest.approx(share, abs=spread)


# What a run heeds


def test_the_same_again_is_the_same() -> None:
    """Runs, seed and state decide; another seed is another luck."""
    state = whole_programme(14)
    found = [forecast(state, PRESENT, CALENDAR, Options(200, seed)) for seed in (3, 3, 4)]
    assert found[0].report() == found[1].report()
    assert found[0].report() != found[2].report()


def test_a_change_to_one_site_leaves_the_luck_of_others() -> None:
    """Two forecasts differ by what was changed alone."""
    more, fewer = (plain_programme(count, (0, 10, 40)) for count in (5, 4))
    assert (lives(fewer, 100) == lives(more, 100)[:4]).all()


def test_no_site_is_live_before_its_phase_its_node_a_wish_or_a_lock() -> None:
    """In any run."""
    state = whole_programme(14)
    runs = dict(zip(state.sites, lives(state, 500), strict=True))
    for one in state.sites.values():
        phase = state.phases[one.phase]
        assert runs[one.id].min() > LINE.start_of(phase.starts_on)
    leaf = [runs[s.id] for s in state.sites.values() if s.node == ident(601)]
    assert np.min(leaf) > LINE.at(date(2014, 6, 10)) - 5
    wish = Wish(id=ident(800), kind=NOT_BEFORE, sites=(ident(1),), on=date(2014, 8, 4))
    late = lives(state.after([creation(wish)]), 500)[0]
    assert late.min() > LINE.start_of(date(2014, 8, 4))
    last = state.phases_in_order[-1]
    lock = difference(state.sites[ident(1)], {"phase": last.id, "locked": True})
    assert lives(state.after(lock), 500)[0].min() > LINE.start_of(last.starts_on)


def test_fewer_crews_are_later() -> None:
    """And the crews' part is what is won without waiting for them."""
    one, four = (lives(whole_programme(120, crews=crews), 200).max(axis=0) for crews in (1, 4))
    assert np.median(one) > np.median(four) + 15
    found = forecast(whole_programme(120, crews=1), PRESENT, CALENDAR, Options(200))
    crews = next(cause for cause in found.causes if cause.kind == "crews")
    assert crews.working_days > 15


def record(number: int, stage: str, state: str, **values: object) -> Change:
    """A stage of a site."""
    one = ident(number)
    given = {"site": one, "stage": stage, "state": state}
    return creation(StageRecord(id=StageRecord.id_for(one, stage), **(given | values)))


def test_a_wayleave_is_needed_or_may_be() -> None:
    """A leased building waits for one, an owned one does not, an unknown one may."""
    owned, leased, unknown = (
        np.median(lives(programme(site(1, tenure=tenure)), 2_000)[0])
        for tenure in ("owned", "leased", "")
    )
    assert leased > owned + 40
    spread = lives(programme(site(1, tenure="")), 2_000)[0].std()
    assert owned < unknown < leased
    assert spread > 1.2 * lives(programme(site(1, tenure="owned")), 2_000)[0].std()


def test_what_was_not_needed_elsewhere_may_not_be_here() -> None:
    """Thirty leased buildings that needed no wayleave: the next one probably needs none."""
    state = programme(*(site(n, tenure="leased") for n in range(1, 40)))
    known = state.after([record(n, "wayleave", "not needed") for n in range(2, 40)])
    assert np.median(lives(known, 500)[0]) < np.median(lives(state, 500)[0]) - 30


def test_time_waited_counts() -> None:
    """A wayleave asked for long ago comes sooner than a new one, one refused later."""
    base = programme(site(1, tenure="leased"))
    surveyed = ("data_validated", "desktop_survey", "order_placed", "site_survey")
    done = [record(1, key, DONE, actual_on=date(2013, 10, 1)) for key in surveyed]

    def median(state: str, on: date | None = None) -> float:
        given = Wayleave(id=Wayleave.id_for(ident(1)), site=ident(1), state=state, requested_on=on)
        waits = record(1, "wayleave", WAITING, waiting_since=on)
        return float(np.median(lives(base.after([*done, creation(given), waits]), 1_000)[0]))

    new, old = median("requested", PRESENT), median("requested", date(2013, 11, 4))
    assert median("granted") + 10 < old < new - 15
    assert median("refused") > new + 10


def test_history_is_learnt() -> None:
    """A contractor who has taken 40 days for each of 30 surveys will take about 40 again."""
    state = plain_programme(31, (0, 0, 0), (5, 12, 25))
    changes = []
    for number in range(1, 31):
        changes += [
            record(number, "stage_0", DONE, actual_on=date(2013, 10, 1)),
            record(number, "stage_1", DONE, started_on=date(2013, 10, 1),
                   actual_on=CALENDAR.add(date(2013, 10, 1), 40)),
        ]  # fmt: skip
    left = lives(state.after(changes))
    assert left.shape[0] == 1
    assert lives(state)[0].mean() == pytest.approx(14, rel=0.05)
    assert left.mean() == pytest.approx(40 * 30 / 38 + 14 * 8 / 38, rel=0.05)


# A past that came true


def worlds(count: int, sites: int) -> Iterator[tuple[State, State]]:
    """A programme half way, and as it truly ended: drawn from the model's own world."""
    steps = ((2, 8, 20), (5, 15, 40), (1, 6, 25))
    state = plain_programme(sites, *steps, go_live_on=date(2014, 8, 1))
    began = date(2013, 12, 2)
    for world in range(count):
        luck = Random(world)
        factor = 1.0
        for kind in ("programme", "supplier"):
            spread = forecast_model.SPREAD[kind]
            factor *= np.exp(luck.gauss(-(spread**2) / 2, spread))
        past, whole = [], []
        for number in range(1, sites + 1):
            on = CALENDAR.add(began, luck.randrange(0, 60))
            for place, (low, likely, high) in enumerate(steps):
                start = on
                on = CALENDAR.add(on, max(1, round(factor * luck.triangular(low, high, likely))))
                stage = f"stage_{place}"
                ended = record(number, stage, DONE, started_on=start, actual_on=on)
                whole.append(ended)
                if on <= PRESENT:
                    past.append(ended)
                elif start <= PRESENT:
                    past.append(record(number, stage, "in progress", started_on=start))
        yield state.after(past), state.after(whole)


def test_bands_hold_as_often_as_they_say(record_property: pytest.RecordProperty) -> None:
    """Eighty in a hundred 80 % bands hold the day that came, for the whole and for the middle."""
    held = {"last": [], "middle": []}
    count = 60
    for half_way, ended in worlds(count, 30):
        made = model(half_way, LINE)
        live = simulate(made, 400, 1).live
        days = np.array([
            LINE.at(ended.stages_of(path.site)["stage_2"].actual_on) for path in made.paths
        ])  # fmt: skip
        for name, runs, truth in (
            ("last", live.max(axis=0), days.max()),
            ("middle", np.median(live, axis=0), np.median(days)),
        ):
            low, high = np.quantile(runs, [0.1, 0.9])
            held[name].append(low - 0.5 <= truth <= high + 0.5)
    for name, hits in held.items():
        coverage = float(np.mean(hits))
        record_property(f"coverage_{name}", coverage)
        print(f"80 % bands of the {name} day held in {coverage:.0%} of {count} worlds")
        # Three standard errors of 0.8 over 60 worlds.
        assert coverage == pytest.approx(0.8, abs=3 * (0.8 * 0.2 / count) ** 0.5)


# What is told


def test_what_is_told_hangs_together() -> None:
    """Days rise with sureness, bands do not fall, phases and partners are parts of the whole."""
    state = whole_programme(30)
    found = forecast(state, PRESENT, CALENDAR, Options(400))
    for chance in (found.whole, *found.phases, *found.partners):
        assert list(chance.days) == sorted(chance.days)
        assert chance.probability >= found.probability
    assert sum(len(chance.sites) for chance in found.phases) == 30
    for row in (found.band.low, found.band.middle, found.band.high):
        assert all(one <= other for one, other in pairwise(row))
        assert row[0] == 0
    assert found.band.high[-1] == 30
    assert all(low <= high for low, high in zip(found.band.low, found.band.high, strict=True))
    assert list(found.late_chance.values()) == sorted(found.late_chance.values(), reverse=True)
    assert "chance that all 30 sites" in sentences(found)[0]
    report = found.report()
    assert report["probability"] == pytest.approx(found.probability, abs=1e-4)
    assert {row["name"] for row in report["phases"]} == {"Phase 1", "Phase 2"}


def test_a_programme_all_live_is_done() -> None:
    """Nothing is left to chance."""
    state = plain_programme(3, (1, 2, 3)).after(
        [record(n, "stage_0", DONE, actual_on=date(2014, 2, 3)) for n in (1, 2, 3)]
    )
    found = forecast(state, PRESENT, CALENDAR)
    assert found.probability == 1
    assert found.live == 3
    assert not found.causes
    assert sentences(found) == ["Every one of the 3 sites is live."]
    assert found.band.low[0] == 3


def test_what_cannot_be_forecast_is_refused() -> None:
    """No sites, no go-live, no runs; and a cancel is heard."""
    with pytest.raises(UserError, match="no sites"):
        forecast(programme(), PRESENT, CALENDAR)
    with pytest.raises(UserError, match="no go-live"):
        forecast(programme(site(1), go_live_on=None), PRESENT, CALENDAR)
    with pytest.raises(UserError, match="runs"):
        forecast(programme(site(1)), PRESENT, CALENDAR, Options(5))

    def stop(fraction: float, doing: str) -> None:
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        forecast(whole_programme(30), PRESENT, CALENDAR, Options(100), stop)


def test_no_forecast_promises_everything() -> None:
    """Never 0 % or 100 %."""
    assert percent(0.0) == "less than 1 %"
    assert percent(1.0) == "more than 99 %"
    assert percent(0.374) == "37 %"


def test_a_programme_past_its_go_live_is_told_so() -> None:
    """The chance is none and the days are still to come."""
    state = plain_programme(2, (5, 6, 7))
    late = state.after([Change("programme", PROGRAMME_ID, "go_live_on", None, date(2014, 2, 3))])
    found = forecast(late, PRESENT, CALENDAR, Options(50))
    assert found.probability == 0
    assert found.whole.days[0] > PRESENT


# For the board


def test_the_board_is_told_what_the_forecast_says() -> None:
    """Chance and days of the whole, and the band by days, each month's end among them."""
    state = whole_programme(30)
    found = forecast(state, PRESENT, CALENDAR, Options(400))
    told = found.for_board()
    assert told["probability"] == pytest.approx(found.probability, abs=1e-4)
    days = [told[key] for key in ("likely_on", "safe_on", "sure_on")]
    assert days == [on.isoformat() for on in found.whole.days]
    rows = told["by_day"]
    assert [row["on"] for row in rows] == sorted(row["on"] for row in rows)
    assert {"2014-04-30", "2014-05-31", found.go_live_on.isoformat()} <= {r["on"] for r in rows}
    assert all(row["low"] <= row["likely"] <= row["high"] <= 30 for row in rows)
    at = next(row for row in rows if row["on"] == found.go_live_on.isoformat())
    assert (at["low"], at["likely"], at["high"]) == found.live_by_go_live
    assert told["sentences"] == sentences(found)


def test_some_sites_are_told_of_while_all_take_their_turn() -> None:
    """What is left out is in no count, and those told of wait for it as before."""
    state = whole_programme(30)
    told = list(state.sites)[::2]
    whole = forecast(state, PRESENT, CALENDAR, Options(200))
    some = forecast(state, PRESENT, CALENDAR, Options(200, of=told))
    assert (some.sites, some.band.high[-1]) == (15, 15)
    assert set(some.late_chance) == set(told)
    assert {i: some.site_days[i] for i in told} == {i: whole.site_days[i] for i in told}
    assert {site for cause in some.causes for site in cause.sites} <= set(told)


def test_it_can_be_told_from_another_day() -> None:
    """As at a day: nothing goes live before it."""
    later = date(2014, 9, 1)
    found = forecast(whole_programme(10), PRESENT, CALENDAR, Options(100, on=later))
    assert found.present_on == later
    assert min(days[0] for days in found.site_days.values()) >= later


def test_where_no_phase_has_crews_the_forecast_says_so() -> None:
    """Else a list just read in would seem to be live by Christmas."""
    bare = forecast(programme(*(site(n) for n in range(5))), PRESENT, CALENDAR, Options(50))
    assert bare.crews == bare.report()["crews"] == 0
    assert "propose phases first" in sentences(bare)[-1]
    planned = forecast(whole_programme(10, crews=2), PRESENT, CALENDAR, Options(50))
    assert planned.crews == 2
    assert "propose phases first" not in " ".join(sentences(planned))
