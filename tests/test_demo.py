"""The illustrative programme: true in scale, made through the write door, the same every time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from psnplanner import demo
from psnplanner.demo.places import on_land
from psnplanner.errors import Cancelled, UserError
from psnplanner.geography.distance import matrix_m
from psnplanner.programme.gates import unmet
from psnplanner.programme.site import ACCESS_TYPES, PRIORITIES, TENURES
from psnplanner.programme.stage import DONE
from psnplanner.programme.state import State
from psnplanner.session import Session
from tests.history.test_playback import same
from tests.properties.test_journal import START

STATUS_ON = date(2014, 10, 17)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.gpkg"
    demo.write(path)
    return path


@pytest.fixture(scope="module")
def session(written: Path) -> Iterator[Session]:
    with Session.open(written, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def state(session: Session) -> State:
    return session.state


def test_true_scale_of_the_partners_own_count(state: State) -> None:
    kinds = {partner.id: partner.kind for partner in state.partners.values()}
    sites = Counter(kinds[site.partner] for site in state.sites.values() if site.partner)
    assert sites == {"council": 650, "police": 60, "fire": 24, "health": 200}
    assert len(state.partners) == 13
    assert Counter(kinds.values()) == {"council": 9, "police": 2, "fire": 1, "health": 1}


def test_says_that_it_is_made_up(state: State) -> None:
    assert state.programme.illustrative
    assert "illustrative" in state.programme.name
    for site in state.sites.values():
        assert "made up" in site.note
        assert site.position is not None
        assert site.position.source == "made up"


def test_sites_have_what_a_real_list_has(state: State) -> None:
    sites = list(state.sites.values())
    assert len({site.reference for site in sites}) == len({site.name for site in sites}) == 934
    assert {site.access for site in sites} == set(ACCESS_TYPES)
    assert {site.tenure for site in sites} == set(TENURES)
    assert {site.priority for site in sites} == {"", "high", "medium"} <= {"", *PRIORITIES}
    assert all(site.annual_cost_pence and site.address and site.kind for site in sites)
    assert 50 < sum(site.contract_ends_on is None for site in sites) < 200
    kinds = {partner.id: partner.kind for partner in state.partners.values()}
    sensitive = [site for site in sites if site.sensitive]
    assert len(sensitive) == 60
    assert all(kinds[site.partner or b""] == "police" for site in sensitive)
    assert all("Vetted" in site.safety for site in sensitive)
    assert 100 < sum(bool(site.safety) for site in sites) < 500
    assert sum(bool(site.sharing) for site in sites) == 10


def test_sites_stand_on_dry_land_near_their_node(state: State) -> None:
    sites = [site for site in state.sites.values() if site.position]
    places = np.array([site.position[:2] for site in sites if site.position])
    assert on_land(places).all()
    nodes = [node.position[:2] for node in state.nodes.values() if node.position]
    column = {ident: index for index, ident in enumerate(state.nodes)}
    own = [column[site.node or b""] for site in sites]
    away_m = matrix_m(places, nodes)[np.arange(934), own]
    assert np.median(away_m) < 4_000
    assert away_m.max() < 25_000


def test_the_backbone_is_a_tree_with_ports_for_its_sites(state: State) -> None:
    assert len(state.nodes) == 24
    assert [node.name for node in state.nodes.values() if node.parent is None] == ["Warrington"]
    used = Counter(site.node for site in state.sites.values())
    assert all(used[node.id] <= (node.ports or 0) for node in state.nodes.values())
    assert all(node.planned_on for node in state.nodes.values())
    assert 0 < sum(node.live_on is None for node in state.nodes.values()) < 12


def test_phases_run_from_the_start_to_go_live_and_one_is_over_full(
    session: Session, state: State
) -> None:
    phases = state.phases_in_order
    assert len(phases) == 13
    assert phases[0].starts_on == date(2014, 3, 3)
    assert (phases[-1].ends_on or date.max) < date(2015, 4, 1)
    for one, following in pairwise(phases):
        assert one.ends_on
        assert following.starts_on
        assert one.ends_on < following.starts_on
    assert None not in state.sites_by_phase
    found = [finding for finding in session.findings() if finding.code == "over_capacity"]
    assert len(found) == 1


def test_half_way_on_the_status_date(session: Session) -> None:
    figures = session.figures()
    assert figures["status_on"] == STATUS_ON.isoformat()
    assert 45 <= figures["live_percent"] <= 50
    assert min(figures["by_status"].values()) > 0
    assert 25 <= len(figures["waiting"]) <= 45
    assert all(row["waiting_on"] and row["since"] for row in figures["waiting"])
    owners = {row["waiting_on"] for row in figures["waiting"]}
    partners = {partner.name for partner in session.state.partners.values()}
    assert owners >= {"landlord", "Openreach", "highway authority"}
    assert owners & partners, "who waits on its partner waits on one with a name"
    assert 10 <= len(figures["blocked"]) <= 15
    assert all(row["note"] for row in figures["blocked"])
    assert 10 <= len(figures["late"]) <= 25
    against = figures["against_baseline"]
    assert against
    assert against["due"] > 300
    assert abs(against["behind"]) < 40


def test_what_is_wrong_shows_as_findings(session: Session) -> None:
    codes = Counter(finding.code for finding in session.findings())
    assert codes["certificate"] == 2  # one lapses before go-live, one is missing
    assert codes["override"] == 4
    assert {"late", "blocked", "before_node", "wayleave_lost", "waiting_too_long"} <= set(codes)
    faults = {row["state"] for row in session.figures()["certificates"]}
    assert faults == {"lapses", "missing"}


def test_savings_are_realised_and_some_is_still_paid_twice(session: Session) -> None:
    savings = session.figures()["savings"]
    assert savings["realised_pence_a_year"] > 10_000_000
    assert savings["double_running_pence_a_year"] > 10_000_000
    assert savings["circuits_ceased"] > 100
    window = session.savings()  # one number, wherever it is shown
    for key in ("realised_pence_a_year", "saved_so_far_pence", "explained"):
        assert savings[key] == getattr(window, key), key
    assert savings["forecast_pence_a_year"] == window.in_the_end_pence_a_year == 100_000_000


def test_every_gate_was_held_or_passed_by_authority(state: State) -> None:
    passed = {(override.site, override.stage) for override in state.overrides.values()}
    assert all(override.reason and override.by for override in state.overrides.values())
    for site in state.sites.values():
        for key, record in state.stages_of(site.id).items():
            if record.state != DONE or (site.id, key) in passed:
                continue
            assert record.actual_on
            assert record.actual_on <= STATUS_ON
            stage = state.workflow.by_key[key]
            assert unmet(state, site, stage, record.actual_on) == [], site.reference


def test_the_file_is_sound(session: Session, written: Path) -> None:
    assert session.verify() == []
    assert written.stat().st_size < 12_000_000


def test_history_runs_through_2014_by_several_hands(session: Session) -> None:
    headers = session.transactions()
    assert 150 <= len(headers) <= 300
    assert len({header.author for header in headers}) == 11
    for one, following in pairwise(headers):
        assert one.recorded_at < following.recorded_at
        assert one.effective_on <= following.effective_on
    assert headers[-1].effective_on == STATUS_ON
    assert all(header.effective_on <= header.recorded_at.date() for header in headers)


def test_history_of_a_live_site_reads_from_import_to_live(session: Session) -> None:
    state = session.state
    live = next(ident for ident, status in state.statuses.items() if status == "live")
    told = [entry.sentence for entry in session.history(live)]
    assert told[0].startswith("Site added; Site data validated done")
    assert any("Migrated done" in sentence for sentence in told)


def test_early_summer_is_an_early_programme(session: Session) -> None:
    early = session.as_at(date(2014, 6, 1))
    assert early.programme.status_on
    assert early.programme.status_on <= date(2014, 6, 1)
    counts = Counter(early.statuses.values())
    assert 40 < counts["live"] < 150
    assert counts["planned"] > 450
    actual = [r.actual_on for i in early.sites for r in early.stages_of(i).values() if r.actual_on]
    assert max(actual) <= date(2014, 6, 1)


def test_played_through_it_is_on_any_day_as_the_journal_tells_it(session: Session) -> None:
    """934 sites, corrections and all: random days as the journal replayed tells them."""
    luck = random.Random(11)
    for _ in range(3):
        same(session, START + timedelta(days=luck.randint(0, 240)))


def test_written_again_it_is_the_same(session: Session, state: State, tmp_path: Path) -> None:
    again = tmp_path / "again.gpkg"
    demo.write(again)
    assert list(tmp_path.iterdir()) == [again]
    with Session.open(again, read_only=True) as other:
        # A baseline keeps its place in the journal of its own file.
        assert {**other.state.tables, "baseline": {}} == {**state.tables, "baseline": {}}
        (one,), (two,) = session.state.baselines.values(), other.state.baselines.values()
        assert other.baseline_state(two).tables == session.baseline_state(one).tables


def test_a_taken_name_is_refused_and_left_alone(tmp_path: Path) -> None:
    taken = tmp_path / "demo.gpkg"
    taken.write_text("mine")
    with pytest.raises(UserError, match="already"):
        demo.write(taken)
    assert taken.read_text() == "mine"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        demo.write(tmp_path / "nowhere" / "demo.gpkg")


def test_cancelled_it_leaves_nothing(tmp_path: Path) -> None:
    said: list[float] = []

    def enough(fraction: float, doing: str) -> None:
        said.append(fraction)
        if len(said) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        demo.write(tmp_path / "demo.gpkg", enough)
    assert list(tmp_path.iterdir()) == []
    assert said == sorted(said)
