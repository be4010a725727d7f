"""Figures against small programmes worked out by hand."""

import dataclasses
import json
from datetime import date

from psnplanner.board.figures import figures
from psnplanner.planning.benefits import benefits
from psnplanner.programme.change import creation
from psnplanner.programme.findings import findings
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import Position
from psnplanner.programme.site import Override, Site, Wayleave
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, open_share
from tests.board.sample import GO_LIVE_ON, STATUS_ON, done_to, ident, stage, state_of

TODAY = date(2020, 1, 1)
COUNCIL = Partner(id=ident(1), name="Halton Council", kind="council")
FIRE = Partner(id=ident(2), name="Cheshire Fire", kind="fire")
FIRST = Phase(
    id=ident(11), name="One", starts_on=date(2014, 6, 2), ends_on=date(2014, 9, 26), order=1,
    capacity_days=4.0,
)  # fmt: skip
SECOND = Phase(id=ident(12), name="Two", ends_on=date(2014, 12, 19), order=2)
PLACE = Position(53.34, -2.73)


def _site(number: int, **values: object) -> Site:
    fields: dict[str, object] = {"partner": COUNCIL.id, "kind": "Library", "position": PLACE}
    fields |= {"access": "existing duct", "tenure": "owned", "name": f"Library {number}"}
    return Site(id=ident(100 + number), reference=f"S{number}", **{**fields, **values})  # type: ignore[arg-type]


CEASED = _site(1, phase=FIRST.id, annual_cost_pence=36_500)
LIVE = _site(2, phase=FIRST.id, annual_cost_pence=100_001)
LATE = _site(3, phase=FIRST.id, annual_cost_pence=50_000, tenure="leased")
STUCK = _site(4, phase=SECOND.id, partner=FIRE.id, kind="Fire station", position=None)
NEW = _site(5, sharing=(FIRE.id,))


def _state() -> State:
    bare = state_of([CEASED])
    return state_of(
        [
            COUNCIL, FIRE, FIRST, SECOND, CEASED, LIVE, LATE, STUCK, NEW,
            *done_to(bare, CEASED, "legacy_ceased", date(2014, 9, 26)),
            *done_to(bare, LIVE, "migrated", date(2014, 7, 31)),
            *done_to(bare, LATE, "site_survey", date(2014, 8, 1)),
            stage(LATE, "wayleave", "waiting", date(2014, 9, 29), waiting_on="landlord"),
            *done_to(bare, STUCK, "desktop_survey", date(2014, 8, 1)),
            stage(STUCK, "order_placed", "blocked", date(2014, 10, 3), waiting_on="Openreach",
                  note="No duct"),
            Wayleave(id=Wayleave.id_for(LATE.id), site=LATE.id, state="requested"),
            Certificate(id=ident(21), partner=COUNCIL.id, valid_from=date(2014, 1, 1),
                        valid_to=date(2014, 12, 31)),
            Certificate(id=ident(22), partner=COUNCIL.id, valid_from=date(2015, 1, 1),
                        valid_to=date(2015, 2, 28)),
            Override(id=ident(31), site=LIVE.id, stage="migrated", reason="urgent"),
        ]
    )  # fmt: skip


def test_headlines() -> None:
    drawn = figures(_state(), TODAY)
    assert drawn["status_on"] == "2014-10-06"
    assert drawn["go_live_on"] == "2015-04-01"
    assert drawn["days_to_go_live"] == 177
    assert (drawn["sites"], drawn["placed"], drawn["unplaced"]) == (5, 4, 1)
    assert (drawn["live"], drawn["live_percent"], drawn["overrides"]) == (2, 40, 1)
    assert {k: n for k, n in drawn["by_status"].items() if n} == {
        "live": 2, "wayleave": 1, "blocked": 1, "planned": 1,
    }  # fmt: skip
    assert drawn["by_month"] == [
        {"month": "2014-07", "went_live": 1, "live": 1},
        {"month": "2014-08", "went_live": 0, "live": 1},
        {"month": "2014-09", "went_live": 1, "live": 2},
    ]
    json.dumps(drawn)


def test_groups() -> None:
    drawn = figures(_state(), TODAY)
    fire, council = drawn["by_partner"]
    assert (fire["name"], fire["sites"], fire["blocked"], fire["live"]) == (
        "Cheshire Fire",
        1,
        1,
        0,
    )
    assert (council["sites"], council["live"], council["late"]) == (4, 2, 1)
    assert council["annual_cost_pence"] == 186_501
    one, two, none = drawn["by_phase"]
    assert (one["name"], one["sites"], one["live"], one["late"]) == ("One", 3, 2, 1)
    assert (one["crew_days"], one["capacity_days"]) == (4.5, 4.0)
    assert (two["sites"], two["blocked"], two["starts_on"]) == (1, 1, None)
    assert (none["name"], none["sites"]) == ("", 1)
    assert [kind["name"] for kind in drawn["by_kind"]] == ["Library", "Fire station"]


def test_what_waits_and_on_whom() -> None:
    drawn = figures(_state(), TODAY)
    (waiting,) = drawn["waiting"]
    assert waiting["site"] == "S3"
    assert (waiting["waiting_on"], waiting["since"]) == ("landlord", "2014-09-29")
    assert waiting["working_days"] == 5
    assert waiting["next_action"] == "Obtain the landowner's signature"
    (blocked,) = drawn["blocked"]
    assert (blocked["site"], blocked["note"], blocked["working_days"]) == ("S4", "No duct", 1)
    owners = {row["waiting_on"]: row["stages"] for row in drawn["waiting_on"]}
    assert owners == {"landlord": 1, "Openreach": 1}
    (late,) = drawn["late"]
    assert (late["site"], late["due_on"], late["working_days"]) == ("S3", "2014-09-26", 6)
    assert late["next_stage"] == "Wayleave"
    assert late["reason"] == "Wayleave waiting on landlord since 29 September 2014"


def test_a_bank_holiday_is_no_working_day() -> None:
    calendar = Calendar(frozenset({date(2014, 10, 1)}))
    assert figures(_state(), TODAY, calendar)["waiting"][0]["working_days"] == 4


def test_savings() -> None:
    money = figures(_state(), TODAY)["savings"]
    assert money["realised_pence_a_year"] == 36_500
    assert money["double_running_pence_a_year"] == 100_001
    assert money["still_to_come_pence_a_year"] == 150_001
    assert money["forecast_pence_a_year"] == 186_501
    assert money["saved_so_far_pence"] == 1_000  # ten days of a pound a day
    assert (money["circuits_ceased"], money["sites_live_on_old_circuit"]) == (1, 1)
    assert money["sites_without_cost"] == 2
    assert money["explained"].endswith("counted as saved once they cease: no target is set.")


def test_the_board_and_the_window_save_the_same() -> None:
    """Half the circuits' cost makes the target: half of what has ceased is saved, by both."""
    state = _state()
    target = dataclasses.replace(state.programme, saving_target_pence=93_250)
    state = State({**state.tables, "programme": {target.id: target}})
    on = date(2014, 10, 6)
    drawn, window = figures(state, TODAY), benefits(state, on, Calendar())
    money, whole = drawn["savings"], 186_501
    assert (money["share"], money["circuits_cost_pence_a_year"]) == (0.5, whole)
    for key in ("realised_pence_a_year", "saved_so_far_pence", "target_pence_a_year",
                "sites_without_cost", "explained"):  # fmt: skip
        assert money[key] == getattr(window, key), key
    assert money["realised_pence_a_year"] == 18_250
    assert money["double_running_pence_a_year"] == 100_001
    assert money["forecast_pence_a_year"] == window.in_the_end_pence_a_year == 93_250
    assert "50.0 %" in money["explained"]
    parts = drawn["savings_by_partner"]
    assert [p["forecast_pence_a_year"] for p in parts] == [93_250]
    assert [p.in_the_end_pence_a_year for p in window.partners if p.in_the_end_pence_a_year] == [
        93_250
    ]


def test_wayleaves_and_certificates() -> None:
    drawn = figures(_state(), TODAY)
    assert drawn["wayleaves"]["requested"] == 1
    assert drawn["wayleaves"]["to request"] == 0
    fire, council = drawn["certificates"]
    assert (fire["partner"], fire["state"], fire["sites"]) == ("Cheshire Fire", "missing", 2)
    assert (council["state"], council["valid_to"]) == ("lapses", "2015-02-28")


def test_as_at_goes_before_the_status_date() -> None:
    drawn = figures(_state(), TODAY, as_at=date(2014, 9, 30))
    assert drawn["status_on"] == "2014-09-30"
    assert drawn["waiting"][0]["working_days"] == 1


def test_an_empty_programme_has_figures() -> None:
    drawn = figures(State(), TODAY)
    assert (drawn["sites"], drawn["live_percent"], drawn["days_to_go_live"]) == (0, 0, None)
    assert drawn["status_on"] == "2020-01-01"


def test_the_whole_adds_up(half_way: State) -> None:
    drawn = figures(half_way, TODAY)
    assert sum(drawn["by_status"].values()) == drawn["sites"] == 934
    for groups in (drawn["by_partner"], drawn["by_kind"], drawn["by_phase"]):
        assert sum(group["live"] for group in groups) == drawn["live"]
        assert sum(group["late"] for group in groups) == len(drawn["late"])
    assert sum(o["stages"] for o in drawn["waiting_on"]) == len(drawn["waiting"] + drawn["blocked"])
    assert STATUS_ON < GO_LIVE_ON


def test_capacity_is_what_the_closed_windows_leave() -> None:
    state = _state()
    closure = ClosedWindow(
        id=ident(41), name="All shut", starts_on=date(2014, 6, 2), ends_on=date(2014, 7, 9)
    )
    schools = dataclasses.replace(closure, id=ident(42), kind="School", ends_on=date(2014, 9, 26))
    state = state.after([creation(closure), creation(schools)])
    # 28 of the phase's 85 working days are shut to everybody; the schools' are not for all.
    holiday = Calendar(frozenset({date(2014, 8, 25)}))
    assert figures(state, TODAY)["by_phase"][0]["capacity_days"] == 2.7
    drawn = figures(state, TODAY, holiday)["by_phase"]
    assert drawn[0]["capacity_days"] == round(4.0 * open_share(FIRST, [closure], holiday), 1)
    assert drawn[1]["capacity_days"] is None
    over = [f for f in findings(state, TODAY, Calendar()) if f.code == "over_capacity"]
    assert "has 2.7" in over[0].sentence
