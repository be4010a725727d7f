"""Settling duplicates: nothing of value is lost, nothing is dug twice, one undo restores all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.change import creation
from psnplanner.programme.duplicate_edits import (
    ALSO_KNOWN_AS,
    ALSO_LISTED_AS,
    SHARED_BY,
    KeepApart,
    MergeSites,
    ShareSite,
    known_as,
    listed_as,
    taken_in_by_reference,
)
from psnplanner.programme.edits import AddSites, Amend, Compose, Create
from psnplanner.programme.partner import Partner
from psnplanner.programme.site import Override, Site, StageRecord, Wayleave
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.session import Session
from tests.conftest import a_site, ident

KEEP, OTHER, THIRD = (ident(f"site {number}") for number in (1, 2, 3))
NHS = ident("NHS")
TODAY = date(2014, 6, 2)


def put(session: Session, **values: object) -> None:
    """Give site 2 these values by deed of an edit."""
    session.do(Amend("site", [OTHER], values))


def stage(site: bytes, key: str, state: str, **values: object) -> StageRecord:
    """A stage record of a site."""
    return StageRecord(
        id=StageRecord.id_for(site, key), site=site, stage=key, state=state, **values
    )


def add(session: Session, *records: object) -> None:
    """Bring records into the programme."""
    session.do(Create(list(records), "Add"))  # type: ignore[arg-type]


def kept(session: Session) -> Site:
    """The site that stays."""
    return session.state.sites[KEEP]


def test_a_merge_fills_what_is_blank_and_keeps_what_is_not(with_sites: Session) -> None:
    """Blank fields come from the other site; given ones stay, and the other's is noted."""
    put(with_sites, uprn="100012604936", contact="Ann", name="Same place", annual_cost_pence=99_900)
    with_sites.do(MergeSites(KEEP, [OTHER]))
    site = kept(with_sites)
    assert OTHER not in with_sites.state.sites
    assert (site.uprn, site.contact) == ("100012604936", "Ann")
    assert (site.name, site.annual_cost_pence) == ("Site 1", 80_000)
    assert ("Annual cost (S002)", "£999") in site.other


def test_a_merge_leaves_names_that_an_old_list_is_found_by(with_sites: Session) -> None:
    """References add up over several merges, and name the site that took them in."""
    put(with_sites, postcode="CH1 4DS")
    with_sites.do(MergeSites(OTHER, [THIRD]))
    with_sites.do(MergeSites(KEEP, [OTHER]))
    site = kept(with_sites)
    assert set(known_as(site)) == {"S002", "S003"}
    assert "Site 2, CH1 4DS" in listed_as(site)
    assert taken_in_by_reference(with_sites.state)["s003"] == site
    assert [heading for heading, _ in site.other].count(ALSO_KNOWN_AS) == 1


def test_columns_of_both_lists_survive(with_sites: Session) -> None:
    """Two texts under one heading are both kept, the other's under its reference."""
    add(with_sites, replace(a_site(8), other=(("urn", "1"),)))
    add(with_sites, replace(a_site(9), other=(("urn", "2"), ("ward", "Hoole"))))
    with_sites.do(MergeSites(ident("site 8"), [ident("site 9")]))
    other = dict(with_sites.state.sites[ident("site 8")].other)
    assert other["urn"] == "1"
    assert other["urn (S009)"] == "2"
    assert other["ward"] == "Hoole"


def test_work_further_on_moves_to_the_kept_site(with_sites: Session) -> None:
    """Each stage is taken from where it is further on; the other's records go."""
    with_sites.do(RecordStage(OTHER, "desktop_survey", "done", date(2014, 5, 20), note="fine"))
    with_sites.do(RecordStage(KEEP, "desktop_survey", "waiting", date(2014, 5, 1)))
    with_sites.do(MergeSites(KEEP, [OTHER]))
    record = with_sites.state.stages_of(KEEP)["desktop_survey"]
    assert (record.state, record.actual_on, record.note) == ("done", date(2014, 5, 20), "fine")
    assert record.site == KEEP
    assert record.waiting_on == ""
    assert not with_sites.state.stages_of(OTHER)


def test_work_behind_does_not_overwrite(with_sites: Session) -> None:
    """A stage done at the kept site stays done, with its own day."""
    with_sites.do(RecordStage(KEEP, "desktop_survey", "done", date(2014, 5, 1)))
    with_sites.do(RecordStage(OTHER, "desktop_survey", "done", date(2014, 5, 20)))
    with_sites.do(MergeSites(KEEP, [OTHER]))
    assert with_sites.state.stages_of(KEEP)["desktop_survey"].actual_on == date(2014, 5, 1)


def test_wayleave_and_overrides_move(with_sites: Session) -> None:
    """A granted wayleave and an authority once given are not lost with the duplicate."""
    with_sites.do(SetWayleave(OTHER, "requested", date(2014, 5, 1), landowner="Duchy"))
    given = Override(
        id=Override.id_for(OTHER, "cpe", "node", TODAY),
        site=OTHER,
        stage="cpe",
        gate="node",
        given_on=TODAY,
        reason="Agreed",
    )
    add(with_sites, given)
    with_sites.do(MergeSites(KEEP, [OTHER]))
    state = with_sites.state
    wayleave = state.wayleave_of(KEEP)
    assert wayleave is not None
    assert (wayleave.state, wayleave.landowner) == ("requested", "Duchy")
    assert Wayleave.id_for(OTHER) not in state.wayleaves
    assert [(o.site, o.reason) for o in state.overrides.values()] == [(KEEP, "Agreed")]


def test_sharing_digs_once_and_saves_every_circuit(with_sites: Session) -> None:
    """Partners share, costs add up, the first contract to end counts and the rest are noted."""
    add(with_sites, Partner(id=NHS, name="NHS", kind="health"))
    put(
        with_sites,
        partner=NHS,
        annual_cost_pence=50_000,
        contract_ends_on=date(2014, 9, 30),
        priority="high",
        name="The Surgery",
    )
    with_sites.do(ShareSite(KEEP, [OTHER, THIRD], "Fountains Health"))
    site = kept(with_sites)
    assert set(with_sites.state.sites) == {KEEP}
    assert site.name == "Fountains Health"
    assert site.sharing == (NHS,)
    assert site.annual_cost_pence == 210_000
    assert (site.contract_ends_on, site.priority) == (date(2014, 9, 30), "high")
    other = dict(site.other)
    assert other[SHARED_BY] == "The Surgery (NHS); Site 3 (Halton Council)"
    assert other["Annual cost (S002)"] == "£500"
    assert other["Annual cost (S001)"] == "£800"


def test_the_later_contract_end_is_noted(with_sites: Session) -> None:
    """An end that does not count is still known."""
    put(with_sites, contract_ends_on=date(2015, 6, 3))
    with_sites.do(ShareSite(OTHER, [THIRD]))
    add(with_sites, replace(a_site(7), contract_ends_on=date(2014, 8, 1)))
    with_sites.do(ShareSite(OTHER, [ident("site 7")]))
    site = with_sites.state.sites[OTHER]
    assert site.contract_ends_on == date(2014, 8, 1)
    assert dict(site.other)["Contract ends (S002)"] == "3 June 2015"


def test_kept_apart_both_ways(with_sites: Session) -> None:
    """Each site of a group knows the others as distinct."""
    with_sites.do(KeepApart([(KEEP, OTHER), (OTHER, THIRD)]))
    sites = with_sites.state.sites
    assert sites[KEEP].distinct_from == (OTHER,)
    assert sites[OTHER].distinct_from == (KEEP, THIRD)
    assert sites[THIRD].distinct_from == (OTHER,)


def test_distinct_from_a_merged_site_is_distinct_from_its_keeper(with_sites: Session) -> None:
    """What a person said of the duplicate holds for the site that took it in."""
    with_sites.do(KeepApart([(OTHER, THIRD)]))
    with_sites.do(MergeSites(KEEP, [OTHER]))
    sites = with_sites.state.sites
    assert sites[THIRD].distinct_from == (KEEP,)
    assert sites[KEEP].distinct_from == (THIRD,)


@pytest.mark.parametrize("edit", [MergeSites, ShareSite])
def test_a_live_site_is_never_lost_in_one_that_is_not(
    with_sites: Session, edit: type[MergeSites]
) -> None:
    """The refusal says which of the two to keep."""
    add(with_sites, stage(OTHER, "migrated", "done"), stage(OTHER, "stabilised", "done"))
    live = with_sites.state.workflow.live_stage
    assert live is not None
    if live.key not in with_sites.state.stages_of(OTHER):
        add(with_sites, stage(OTHER, live.key, "done"))
    with pytest.raises(UserError, match="S002 is live and S001 is not") as refused:
        with_sites.do(edit(KEEP, [OTHER]))
    assert refused.value.remedy == "Keep S002, and let it take in S001."
    with_sites.do(edit(OTHER, [KEEP]))
    assert with_sites.state.statuses[OTHER] == "live"


def test_a_lock_to_another_phase_is_refused_and_one_to_the_same_carried(
    with_sites: Session,
) -> None:
    """The manager's own decisions are never overridden in passing."""
    put(with_sites, locked=True, phase=ident("Phase 2"))
    with pytest.raises(UserError, match="S002 is locked"):
        with_sites.do(MergeSites(KEEP, [OTHER]))
    put(with_sites, locked=False)
    put(with_sites, phase=ident("Phase 1"))
    put(with_sites, locked=True)
    with_sites.do(MergeSites(KEEP, [OTHER]))
    assert kept(with_sites).locked


def test_nothing_to_merge_and_sites_gone_are_refused(with_sites: Session) -> None:
    """A site is not merged into itself, nor with one that is no longer there."""
    with pytest.raises(UserError, match="S001 stands alone"):
        with_sites.do(MergeSites(KEEP, [KEEP]))
    with pytest.raises(UserError, match="no longer in the programme"):
        with_sites.do(ShareSite(KEEP, [ident("gone")]))


def test_several_groups_settle_at_once_and_one_undo_restores_everything(
    with_sites: Session,
) -> None:
    """Merge, then share what is left, and keep apart: one transaction; undo is exact."""
    add(with_sites, Partner(id=NHS, name="NHS", kind="health"))
    for number in (4, 5, 6):
        add(with_sites, a_site(number, partner=NHS, note=f"note {number}"))
    with_sites.do(SetWayleave(OTHER, "requested", date(2014, 5, 1)))
    with_sites.do(RecordStage(OTHER, "desktop_survey", "done", date(2014, 5, 20)))
    before = with_sites.state
    four, five, six = (ident(f"site {number}") for number in (4, 5, 6))
    done = with_sites.do(
        Compose(
            "Settle 3 groups",
            [
                MergeSites(KEEP, [OTHER]),
                ShareSite(KEEP, [four], "Health centre"),
                MergeSites(five, [KEEP]),
                KeepApart([(five, THIRD)]),
            ],
        )
    )
    assert done is not None
    assert set(with_sites.state.sites) == {THIRD, five, six}
    assert set(known_as(with_sites.state.sites[five])) == {"S001", "S002", "S004"}
    with_sites.undo()
    assert with_sites.state.tables == before.tables
    with_sites.redo()
    assert set(with_sites.state.sites) == {THIRD, five, six}
    path = with_sites.path
    tables = with_sites.state.tables
    with_sites.close()
    with Session.open(path) as again:
        assert again.state.tables == tables


def test_a_site_of_this_very_transaction_may_be_merged(with_sites: Session) -> None:
    """A list's new site merged as it is imported leaves its facts and nothing else."""
    before = with_sites.state
    new = a_site(50, uprn="10001")
    with_sites.do(
        Compose(
            "Import and merge",
            [
                AddSites("new.csv", [new], validated=frozenset([new.id])),
                MergeSites(KEEP, [new.id]),
            ],
        )
    )
    assert kept(with_sites).uprn == "10001"
    assert set(with_sites.state.sites) == {KEEP, OTHER, THIRD}
    with_sites.undo()
    assert with_sites.state.tables == before.tables


def test_listing_headings_are_single(with_sites: Session) -> None:
    """An import folds columns by heading: each note stands under its heading once."""
    with_sites.do(ShareSite(KEEP, [OTHER]))
    with_sites.do(ShareSite(KEEP, [THIRD]))
    headings = [heading for heading, _ in kept(with_sites).other]
    assert len(headings) == len(set(headings))
    assert {ALSO_KNOWN_AS, ALSO_LISTED_AS, SHARED_BY} <= set(headings)
    assert creation(kept(with_sites)).new["annual_cost_pence"] == 240_000
