"""The ledger against small programmes worked out by hand: every lost day has an owner."""

from datetime import date

from psnplanner.board import money_pages
from psnplanner.board.figures import Beside, figures
from psnplanner.board.flow import Flow
from psnplanner.board.ink import Ink
from psnplanner.board.snapshot import Material, Wanted, pack
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar
from tests.board.sample import done_to, ident, stage, state_of

ON = date(2014, 10, 6)  # a Monday
COUNCIL = Partner(id=ident(1), name="Halton Council")
ONE = Phase(id=ident(2), name="One", ends_on=date(2014, 9, 5), order=1)
TWO = Phase(id=ident(3), name="Two", ends_on=date(2014, 10, 24), order=2)
SITE = Site(id=ident(10), reference="S1", name="Library", partner=COUNCIL.id, phase=ONE.id,
            tenure="leased", access="existing duct", annual_cost_pence=36_500)  # fmt: skip


def _ledger(state: State, baseline: State | None = None) -> dict:
    return figures(state, ON, Calendar(), beside=Beside(baseline, "Approved"))["ledger"]  # type: ignore[return-value]


def test_a_long_wait_answers_for_the_days_it_took() -> None:
    bare = state_of([SITE])
    records = done_to(bare, SITE, "site_survey", date(2014, 5, 1))
    # 13 weeks, 65 working days, where a wayleave likely takes 50: 15 of the 21 lost are its own.
    wait = stage(SITE, "wayleave", "waiting", date(2014, 7, 7), waiting_on="landlord", note="Asked")
    found = _ledger(state_of([COUNCIL, ONE, SITE, *records, wait]))
    wait_row, rest = found["delays"]
    assert (wait_row["working_days"], found["working_days_lost"]) == (15, 21)
    assert wait_row["reason"] == "Wayleave: since 7 July 2014, still open. Asked"
    assert (wait_row["original_on"], wait_row["revised_on"]) == (
        "2014-09-05", "2014-10-06",
    )  # fmt: skip
    assert (rest["working_days"], rest["reason"]) == (6, "Wayleave: begun too late")
    assert wait_row["owner"] == rest["owner"] == "landlord"
    assert sum(a["working_days"] for a in found["by_owner"]) == 21
    assert [(a["name"], a["working_days"]) for a in found["by_partner"]] == [("Halton Council", 21)]


def test_what_the_board_moved_is_the_boards() -> None:
    baseline = state_of([COUNCIL, ONE, TWO, SITE])
    moved = Site(id=SITE.id, reference="S1", name="Library", partner=COUNCIL.id, phase=TWO.id)
    (delay,) = _ledger(state_of([COUNCIL, ONE, TWO, moved]), baseline)["delays"]
    assert (delay["owner"], delay["reason"]) == ("board", "Moved from One to Two")
    assert (delay["original_on"], delay["revised_on"]) == ("2014-09-05", "2014-10-24")
    assert delay["working_days"] == 35


def test_a_site_in_time_loses_nothing() -> None:
    live = done_to(state_of([SITE]), SITE, "migrated", date(2014, 9, 1))
    assert not _ledger(state_of([COUNCIL, ONE, SITE, *live]))["delays"]


def test_an_old_circuit_costs_from_the_day_the_site_is_live() -> None:
    live = done_to(state_of([SITE]), SITE, "migrated", date(2014, 7, 1))
    found = _ledger(state_of([COUNCIL, ONE, SITE, *live]))
    (circuit,) = found["circuits"]
    assert (circuit["days"], circuit["cost_pence"]) == (97, 9_700)
    # Stabilising and ceasing likely take 40 working days.
    assert (circuit["cease_by"], circuit["overdue"]) == ("2014-08-26", True)
    assert (found["by_owner"][0]["name"], found["by_owner"][0]["cost_pence"]) == (
        "old supplier", 9_700,
    )  # fmt: skip


def test_a_contract_that_runs_on_sets_the_day() -> None:
    site = Site(id=SITE.id, reference="S1", contract_ends_on=date(2014, 12, 31))
    live = done_to(state_of([site]), site, "migrated", date(2014, 7, 1))
    (circuit,) = _ledger(state_of([site, *live]))["circuits"]
    assert (circuit["cease_by"], circuit["overdue"]) == ("2014-12-31", False)


def test_burn_up_baseline_and_ratings() -> None:
    live = done_to(state_of([SITE]), SITE, "migrated", date(2014, 8, 20))
    state = state_of([COUNCIL, ONE, TWO, SITE, *live])
    forecast = {
        "probability": 0.4,
        "by_day": [{"on": "2014-12-31", "low": 1, "likely": 1, "high": 2}],
    }
    drawn = figures(
        state, ON, Calendar(),
        beside=Beside(state_of([COUNCIL, ONE, SITE]), "Approved", date(2014, 5, 1), forecast),
    )  # fmt: skip
    curves = drawn["burn_up"]
    at = dict(zip(curves["days"], zip(curves["actual"], curves["baseline"] or (), strict=True),
                  strict=True))  # fmt: skip
    assert at["2014-07-31"] == (0, 0)
    assert at["2014-08-31"] == (1, 0)
    assert at["2014-10-06"] == (1, 1)
    assert at["2014-12-31"] == (None, 1)
    assert curves["high"] is not None
    assert curves["high"][curves["days"].index("2015-01-31")] == 2
    rated = {row["measure"]: row["state"] for row in drawn["ratings"]}
    assert rated["Every site live by go-live"] == "red"
    assert rated["Live against the baseline"] == "green"
    assert drawn["against_baseline"] is not None
    assert drawn["against_baseline"]["behind"] == 0


def test_the_greatest_delays_are_told_first_and_none_is_lost() -> None:
    """Delays that agree share a line; the rest are named, counted, and listed at the end."""
    sites = [Site(id=ident(100 + k), reference=f"L{k}", name=f"Library {k}", partner=COUNCIL.id,
                  phase=ident(30 + k // 2)) for k in range(60)]  # fmt: skip
    phases = [Phase(id=ident(30 + k), name=f"Phase {k}", order=k, ends_on=date(2014, 8, 1 + k))
              for k in range(30)]  # fmt: skip
    made = pack(state_of([COUNCIL, *phases, *sites]), Wanted("board", sections=("ledger",)),
                Material(), ON)  # fmt: skip
    delays = made.figures["ledger"]["delays"]
    greatest, rest = money_pages._parted(delays)
    assert sorted(map(str, greatest + rest)) == sorted(map(str, delays))
    assert len({money_pages._line(row) for row in greatest}) == money_pages.GREATEST
    least = min(row["working_days"] for row in greatest)
    assert least >= max(row["working_days"] for row in rest)
    flow = Flow("Pack", "")
    money_pages.ledger(flow, made)
    money_pages.other_delays(flow, made)
    said = [word.text.strip() for page in flow.pages for ink in page.artists
            if isinstance(ink, Ink) for word in ink._words]  # fmt: skip
    days = sum(row["working_days"] for row in rest)
    assert any(f"And {len(rest)} more, {days:,} working days together" in line for line in said)
    for site in sites:
        assert sum(site.name + " (" in line for line in said) == 1, site.name
