"""Wishes are kept by every plan, and contradictions named."""

from datetime import date

import pytest

from psnplanner.errors import UserError
from psnplanner.planning.plan import Options, propose
from psnplanner.programme.phase import Phase
from psnplanner.programme.state import State
from psnplanner.programme.wish import Wish
from tests.planning.programmes import CALENDAR, TODAY, ident, programme, site
from tests.planning.test_plan import month

SITES = [site(n) for n in range(12)]
MONTHS = [month(n, 12) for n in range(1, 5)]


def wish(kind: str, *numbers: int, on: date | None = None) -> Wish:
    return Wish(
        id=ident(5_000 + sum(numbers)), kind=kind, sites=tuple(ident(n) for n in numbers), on=on
    )


def planned(*wishes: Wish) -> State:
    state = programme(*SITES, *MONTHS, *wishes)
    return propose(state, TODAY, CALENDAR, Options(seconds=0.2)).after


def phase(state: State, number: int) -> Phase:
    return state.phases[state.sites[ident(number)].phase or b""]


def test_not_before() -> None:
    assert phase(planned(wish("not before", 3, on=date(2014, 8, 1))), 3).starts_on == date(
        2014, 8, 1
    )


def test_not_after() -> None:
    ends = phase(planned(wish("not after", 3, on=date(2014, 5, 31))), 3).ends_on
    assert ends is not None
    assert ends <= date(2014, 5, 31)


def test_together() -> None:
    state = planned(wish("together", 0, 5, 11))
    assert len({phase(state, n).id for n in (0, 5, 11)}) == 1


def test_apart() -> None:
    state = planned(wish("apart", 0, 1, 2))
    assert len({phase(state, n).id for n in (0, 1, 2)}) == 3


def test_a_wish_that_cannot_be_met_leaves_the_site_out_by_name() -> None:
    state = programme(*SITES, *MONTHS, wish("not before", 3, on=date(2015, 6, 1)))
    found = propose(state, TODAY, CALENDAR, Options(seconds=0.2)).report()
    assert [item["reference"] for item in found["unplanned"]] == ["S0003"]


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        (
            [
                wish("not before", 3, on=date(2014, 8, 1)),
                wish("not after", 3, 1, on=date(2014, 7, 1)),
            ],
            "contradict each other",
        ),
        ([wish("together", 0, 1), wish("apart", 0, 1, 2)], "apart, and together"),
    ],
)
def test_contradictions_are_named(wishes: list[Wish], says: str) -> None:
    with pytest.raises(UserError, match=says):
        planned(*wishes)


def test_locks_that_contradict_a_wish_are_named() -> None:
    held = [
        site(0, phase=MONTHS[0].id, locked=True),
        site(1, phase=MONTHS[1].id, locked=True),
    ]
    state = programme(*held, *MONTHS, wish("together", 0, 1))
    with pytest.raises(UserError, match="wished together, but stay in Phase 1 and Phase 2"):
        propose(state, TODAY, CALENDAR, Options(seconds=0.2))
