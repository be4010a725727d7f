"""What changed between two days, worked out by hand."""

import dataclasses
from datetime import date

from psnplanner.board.compare import compare
from psnplanner.board.redact import for_audience
from psnplanner.board.small_counts import OTHER_PHASES
from psnplanner.programme.partner import Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.site import Site
from psnplanner.programme.working_days import Calendar
from tests.board.sample import done_to, ident, stage, state_of

FIRST, LAST = date(2014, 9, 1), date(2014, 10, 6)
COUNCIL = Partner(id=ident(1), name="Halton Council")
ONE = Phase(id=ident(2), name="One", ends_on=date(2014, 9, 19), order=1)
TWO = Phase(id=ident(3), name="Two", ends_on=date(2014, 10, 24), order=2)


def _site(number: int, phase: Phase = ONE) -> Site:
    return Site(id=ident(10 + number), reference=f"S{number}", name=f"Site {number}",
                partner=COUNCIL.id, phase=phase.id, annual_cost_pence=1_000)  # fmt: skip


def test_everything_that_changed_is_said() -> None:
    lived, late, moved, stuck, gone, new, behind = (_site(k) for k in range(1, 8))
    base = [COUNCIL, ONE, TWO, behind]
    before = state_of([*base, lived, late, moved, stuck, gone])
    after = state_of(
        [
            *base, lived, late, _site(3, TWO), stuck, new,
            *done_to(before, lived, "migrated", date(2014, 9, 12)),
            *done_to(before, behind, "migrated", date(2014, 9, 22)),
            stage(late, "data_validated", "waiting", date(2014, 9, 2), waiting_on="Openreach"),
            stage(stuck, "data_validated", "blocked", date(2014, 9, 3)),
        ]
    )  # fmt: skip
    found = compare(before, after, FIRST, LAST, Calendar())

    def of(key: str) -> list[str]:
        return [row["site"] for row in found[key]]  # type: ignore[literal-required]

    assert of("newly_live") == ["S1", "S7"]
    assert found["newly_live"][0]["on"] == "2014-09-12"
    assert of("newly_blocked") == ["S4"]
    assert (of("added"), of("removed"), of("moved_phase")) == (["S6"], ["S5"], ["S3"])
    slips = {row["site"]: (row["working_days"], row["cause"]) for row in found["slipped"]}
    assert slips["S2"] == (
        11, "Site data validated waiting on Openreach since 2 September 2014",
    )  # fmt: skip
    assert slips["S3"] == (25, "moved from One to Two")
    assert slips["S7"] == (1, "went live late")
    assert "S1" not in slips
    assert found["sentences"][0] == (
        "From 1 September 2014 to 6 October 2014 the programme went from 0 of 6 sites live to "
        "2 of 6."
    )
    assert "2 sites went live: Site 1, Site 7." in found["sentences"]
    money = {row["what"]: row["difference_pence"] for row in found["money"]}
    assert money["paid twice a year"] == 2_000


def test_nothing_changed() -> None:
    state = state_of([COUNCIL, TWO, _site(1, TWO)])
    found = compare(state, state, FIRST, FIRST, Calendar())
    assert len(found["sentences"]) == 1
    assert not found["slipped"]


def test_what_is_merged_on_one_day_has_not_moved_on_the_other() -> None:
    """A small phase told of with another for the public's sake: none of their sites moved."""
    hidden = dataclasses.replace(_site(0, TWO), sensitive=True)
    few = [COUNCIL, ONE, TWO, hidden, *(_site(k) for k in range(1, 9)), _site(20, TWO)]
    many = [*few, *(_site(k, TWO) for k in range(21, 29))]
    was, now = (for_audience(state_of(found), "public") for found in (few, many))
    assert {phase.name for phase in was.phases.values()} == {OTHER_PHASES}
    assert {phase.name for phase in now.phases.values()} == {"One", "Two"}
    found = compare(was, now, FIRST, LAST, Calendar())
    assert (found["moved_phase"], found["slipped"], found["brought_forward"]) == ([], [], [])
    assert len(found["added"]) == 8
