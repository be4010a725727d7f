"""Undo and redo in the hard cases: long chains, records that come and go, gates behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.edits import AddSites, Amend, Create, Delete, MoveToPhase
from psnplanner.programme.partner import Partner
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from tests.conftest import a_site, ident

ONE = ident("site 1")
STAGES = ("desktop_survey", "order_placed", "site_survey", "fibre", "cpe", "tested", "migrated")


def to_live(session: Session) -> None:
    """Site 1, one stage a day from 1 May, live on 7 May."""
    for days, stage in enumerate(STAGES):
        session.do(RecordStage(ONE, stage, "done", date(2014, 5, 1) + timedelta(days=days)))


def key_of(session: Session, label: str) -> tuple[int, int]:
    """The transaction of that label."""
    return next(t.key for t in session.transactions() if t.label == label)


def test_all_the_way_back_and_forth_again(with_sites: Session) -> None:
    """An import under a plan: redo must pass the record's own coming back."""
    with_sites.do(AddSites("two.csv", [a_site(9)]))
    with_sites.do(MoveToPhase([ident("site 9"), ONE], ident("Phase 2")))
    with_sites.do(Delete("node", [ident("Runcorn")]))
    whole = with_sites.state.tables
    steps = 0
    while with_sites.undo_label:
        with_sites.undo()
        steps += 1
    assert not with_sites.state.sites
    for _ in range(steps):
        with_sites.redo()
    assert with_sites.state.tables == whole
    assert with_sites.verify() == []


def test_a_record_that_came_back_begins_anew(with_sites: Session) -> None:
    """What an undo restores is what was there, not what had been undone before."""
    with_sites.do(RecordStage(ONE, "desktop_survey", "waiting", date(2014, 5, 1)))
    with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 2)))
    with_sites.undo()
    with_sites.undo()
    with_sites.do(RecordStage(ONE, "desktop_survey", "blocked", date(2014, 5, 3)))
    with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 4)))
    with_sites.undo()
    record = with_sites.state.stages_of(ONE)["desktop_survey"]
    assert (record.state, record.waiting_since) == ("blocked", date(2014, 5, 3))


def test_what_was_redone_overtakes_what_came_before(with_sites: Session) -> None:
    """An edit switched off and on again is in force."""
    first = with_sites.do(Amend("site", [ONE], {"name": "A"}))
    with_sites.do(Amend("site", [ONE], {"name": "B"}, label="Name it B"))
    with_sites.undo()
    with_sites.redo()
    assert first is not None
    with pytest.raises(UserError, match="Name it B"):
        with_sites.undo(first.key)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Site survey done at S001", "“Fibre blown and spliced” of S001 was done since"),
        ("Add certificate", "“Migrated” of S001 was done since"),
    ],
)
def test_no_gate_is_opened_behind_what_was_done(with_sites: Session, label: str, said: str) -> None:
    """Taking back an old record may not leave later work without its ground."""
    with_sites.do(Delete("certificate", [ident("certificate")]))
    from psnplanner.programme.partner import Certificate

    valid = {"valid_from": date(2014, 1, 1), "valid_to": date(2015, 12, 31)}
    partner = ident("Halton Council")
    with_sites.do(Create([Certificate(id=ident("renewed"), partner=partner, **valid)]))
    to_live(with_sites)
    before = with_sites.state
    with pytest.raises(UserError, match=said):
        with_sites.undo(key_of(with_sites, label))
    assert with_sites.state is before


def test_a_partner_that_shares_a_site_is_not_taken_back(with_sites: Session) -> None:
    """A list of links counts as a link does."""
    joined = Partner(id=ident("Joined"), name="Joined")
    made = with_sites.do(Create([joined]))
    with_sites.do(Amend("site", [ONE], {"sharing": (joined.id,)}))
    assert made is not None
    with pytest.raises(UserError, match="the site S001 rests on it"):
        with_sites.undo(made.key)


def test_nothing_comes_back_to_what_is_gone(with_sites: Session) -> None:
    """A move is not taken back into a phase that was deleted since."""
    moved = with_sites.do(MoveToPhase([ONE], ident("Phase 2")))
    with_sites.do(Delete("phase", [ident("Phase 1")]))
    assert moved is not None
    with pytest.raises(UserError, match="is gone since"):
        with_sites.undo(moved.key)


def test_ground_that_went_later_is_a_finding(with_sites: Session) -> None:
    """An ordinary edit may take it away; then the finding says so until it is put right."""
    to_live(with_sites)
    assert not [f for f in with_sites.findings() if f.code == "gate_breach"]
    with_sites.do(Amend("node", [ident("Runcorn")], {"live_on": None}))
    (found,) = [f for f in with_sites.findings() if f.code == "gate_breach"]
    assert found.sites == (ONE,)
    assert "node “Runcorn” is not live" in found.sentence
    with_sites.undo()
    assert not [f for f in with_sites.findings() if f.code == "gate_breach"]
