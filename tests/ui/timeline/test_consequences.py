"""Two lists of findings compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from psnplanner.programme.finding import ERROR, NOTE, Finding
from psnplanner.programme.findings import findings
from psnplanner.session import Session
from psnplanner.ui.timeline.card import crews_words
from psnplanner.ui.timeline.consequences import closures, compared
from psnplanner.ui.timeline.drag import ENDS, Drag
from tests.conftest import ident


def finding(code: str, sites: str, sentence: str = "", severity: str = ERROR) -> Finding:
    """A finding about sites named by letters."""
    return Finding(code, severity, sentence or f"{code} {sites}", tuple(map(str.encode, sites)), "")


def test_nothing_changed_is_no_consequence() -> None:
    """The same findings in another order."""
    one, two = finding("late", "ab"), finding("blocked", "c")
    assert compared([one, two], [two, one]) == []


def test_what_appears_breaks_and_what_goes_is_mended() -> None:
    """What breaks comes first, errors before notes."""
    after = [finding("nearly_full", "xy", severity=NOTE), finding("over_capacity", "ab")]
    found = compared([finding("late", "c")], after)
    assert [(c.breaks, c.severity, c.sites) for c in found] == [
        (True, ERROR, 2),
        (True, NOTE, 2),
        (False, ERROR, 1),
    ]
    assert found[-1].sentence.startswith("Mended: ")


def test_more_sites_of_a_kind_are_counted() -> None:
    """Two came and one went: both are said, with the new sentence."""
    found = compared([finding("late", "abc")], [finding("late", "bcde", "4 sites are late.")])
    assert [(c.breaks, c.sites) for c in found] == [(True, 2), (False, 1)]
    assert found[0].sentence == "2 more sites: 4 sites are late."
    assert found[1].sentence == "1 site fewer: 4 sites are late."


def test_other_phases_of_the_same_code_are_not_confused() -> None:
    """Each phase that is too full is a finding of its own."""
    before = [finding("over_capacity", "ab", "A"), finding("over_capacity", "cd", "B")]
    found = compared(before, [before[0]])
    assert [(c.breaks, c.sentence) for c in found] == [(False, "Mended: B")]


def test_a_window_moved_past_go_live_and_into_a_freeze(with_sites: Session) -> None:
    """On a real programme: what the findings say, and the days that are shut."""
    state, day, calendar = with_sites.state, with_sites.present_day, with_sites.calendar
    drag = Drag.of(state.phases[ident("Phase 1")], ENDS)
    assert drag is not None
    late = replace(drag, ends_on=date(2015, 4, 20))
    after = state.after(late.edit.propose(state, day).changes)
    found = compared(findings(state, day, calendar), findings(after, day, calendar))
    assert any("after go-live" in c.sentence and c.sites == 3 and c.breaks for c in found)
    shut = closures(after, drag.phase, late.moved, calendar)
    assert any("Christmas freeze" in c.sentence for c in shut)
    assert closures(after, late.moved, drag.phase, calendar) == []


def test_a_shorter_window_takes_more_crews() -> None:
    """What dragging an end means for the crews; nothing where nothing changes."""
    assert crews_words(230.0, 15, 6) == "<br>Its 230 crew-days: 38.3 crews a day, was 15.3"
    assert crews_words(230.0, 15, 15) == ""
    assert crews_words(None, 15, 6) == ""
    assert crews_words(230.0, 0, 6) == ""
