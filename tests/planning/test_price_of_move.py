"""The price of a move is what the plan would cost more, its rules named, its knock-on listed."""

from datetime import date

import pytest

from psnplanner.planning.explain import Explainer
from psnplanner.planning.grouping import total_pounds
from psnplanner.planning.plan import Options, propose
from psnplanner.planning.price_of_move import MovePrice, price_of_move
from psnplanner.programme.edits import MoveToPhase
from psnplanner.programme.state import State
from psnplanner.programme.wish import Wish
from tests.planning.programmes import CALENDAR, TODAY, ident, programme, site, towns
from tests.planning.test_plan import month


@pytest.fixture(scope="module")
def asked() -> Explainer:
    found = propose(programme(*towns(80)), TODAY, CALENDAR, Options(seconds=0.001))
    return Explainer(found.after, TODAY, CALENDAR)


def moved_by_hand(asked: Explainer, price: MovePrice, sites: list[bytes], phase: bytes) -> State:
    """The plan with the sites and their knock-on where the price says."""
    state = asked.horizon.state
    named = {p.name: p.id for p in state.phases.values()}
    moves = [(who, phase) for who in sites] + [
        (state.site_by_reference[who.casefold()].id, named[where]) for who, where in price.moves
    ]
    for who, where in moves:
        state = state.after(MoveToPhase([who], where).propose(state, TODAY).changes)
    return state


def test_moved_by_hand_the_plan_costs_so_much_more(asked: Explainer) -> None:
    """One site and several, from the bases of the plan in force."""
    state = asked.horizon.state
    for size in (1, 5):
        some = [s for s in state.sites.values() if s.phase][:size]
        phase = next(p for p in reversed(state.phases_in_order) if p.id != some[0].phase)
        price = price_of_move(asked, [s.id for s in some], phase.id)
        assert (price.sites, price.refused, price.over_days) == (size, (), 0)
        ids = [s.id for s in some]
        then = Explainer(moved_by_hand(asked, price, ids, phase.id), TODAY, CALENDAR)
        then.plan.base = asked.plan.base
        more = total_pounds(then.model, then.plan) - total_pounds(asked.model, asked.plan)
        assert more == pytest.approx(price.pounds, abs=1)
        assert f"£{abs(price.pounds):,.0f}" in price.headline


def test_it_is_the_price_that_the_explanation_gives(asked: Explainer) -> None:
    """A drag and the site's form do not contradict each other."""
    each = next(iter(asked.horizon.state.sites.values()))
    named = {p.name: p.id for p in asked.horizon.state.phases.values()}
    for item in asked.site(each.id).alternatives:
        price = price_of_move(asked, [each.id], named[item.phase])
        assert (price.pounds, price.moves) == (pytest.approx(item.pounds), item.moves)


def test_where_it_is_already_costs_nothing_and_out_of_all_costs_dear(asked: Explainer) -> None:
    """“No phase” is a place to drop sites, too."""
    each = next(iter(asked.horizon.state.sites.values()))
    here = price_of_move(asked, [each.id], each.phase)
    assert (here.moved, here.pounds, here.headline) == (0, 0, "Nothing would change")
    out = price_of_move(asked, [each.id], None)
    assert out.pounds > 20_000
    assert out.phase == ""


def test_rules_are_named() -> None:
    """A lock, a wish: with the sites they are about, while the others are priced."""
    wish = Wish(id=ident(7), kind="not before", sites=(ident(2),), on=date(2014, 7, 1))
    three = month(3)
    sites = [site(1, phase=three.id, locked=True), site(2, phase=three.id), site(3, phase=three.id)]
    asked = Explainer(programme(*sites, month(1), three, wish), TODAY, CALENDAR)
    price = price_of_move(asked, [s.id for s in sites], month(1).id)
    assert (price.sites, price.moved) == (3, 1)
    assert price.refused == (
        "S0001 cannot go there: it is locked to its phase.",
        "S0002 cannot go there: it is wished not before 1 July 2014.",
    )
    assert price_of_move(asked, [ident(1)], month(1).id).headline == "Against the rules"


def test_a_full_phase_pushes_others_on_or_is_said_to_be_over() -> None:
    """Who makes room is named; where nobody can, by how many crew-days it is too much."""
    here = {"priority": "high", "position": site(1).position}
    early = [site(n, phase=month(1).id, **here) for n in range(8)]
    late = [site(n, phase=month(4).id, **here) for n in (9, 10)]
    asked = Explainer(programme(*early, *late, month(1, 12), month(4, 12)), TODAY, CALENDAR)
    price = price_of_move(asked, [late[0].id], month(1).id)
    assert [where for _, where in price.moves] == ["Phase 4"]
    assert asked.horizon.state.sites[price.knock_on[0]].reference == price.moves[0][0]
    assert price.sentences[0].startswith("To make room 1 other site would move: ")
    stay = Wish(
        id=ident(7), kind="not after", sites=tuple(s.id for s in early), on=date(2014, 5, 31)
    )
    asked = Explainer(programme(*early, *late, month(1, 12), month(4, 12), stay), TODAY, CALENDAR)
    over = price_of_move(asked, [late[0].id], month(1).id)
    assert over.moves == ()
    assert over.over_days > 0
    assert "crew-days over" in over.sentences[0]


def test_a_phase_without_crew_days_has_no_price() -> None:
    """It is said, not guessed."""
    bare = month(5, None)
    asked = Explainer(programme(site(1, phase=month(1).id), month(1), bare), TODAY, CALENDAR)
    price = price_of_move(asked, [ident(1)], bare.id)
    assert (price.moved, price.pounds) == (0, 0)
    assert "no window or no crew-days" in price.sentences[0]
    assert price.report()["headline"] == "Against the rules"
