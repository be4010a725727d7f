"""The workflow: its data, how stages are named, and the status they add up to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psnplanner import resource_files
from psnplanner.errors import UserError
from psnplanner.programme.record import Record
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import STATES, STATUSES, Workflow
from psnplanner.programme.state import RECORD_TYPES, State

DEFAULT = Workflow.parse(resource_files.read_text("workflow.toml"))
SITE = Site(id=b"s" * 16, access="existing duct", tenure="owned")


def records(**states: str) -> dict[str, StageRecord]:
    """Stage records of the site by key."""
    return {
        key: StageRecord(id=StageRecord.id_for(SITE.id, key), site=SITE.id, stage=key, state=state)
        for key, state in states.items()
    }


def test_the_default_workflow_is_the_issue_s() -> None:
    """Fourteen stages in order, each with an owner and three durations in order."""
    assert [stage.name for stage in DEFAULT.stages] == [
        "Site data validated",
        "Desktop survey",
        "Order placed",
        "Site survey",
        "Excess-construction-charge quote",
        "Wayleave",
        "Street-works notice",
        "Civils and duct",
        "Fibre blown and spliced",
        "CPE installed",
        "Tested and accepted",
        "Migrated",
        "Stabilised",
        "Legacy circuit ceased",
    ]
    for stage in DEFAULT.stages:
        low, likely, high = stage.working_days
        assert low <= likely <= high
        assert stage.owner
        assert stage.basis
        assert stage.next_action


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Desktop survey", "desktop_survey"),
        ("desk", "desktop_survey"),
        ("SITE S", "site_survey"),
        ("excess construction", "ecc_quote"),
        ("cpe", "cpe"),
        ("street-works", "street_works"),
        ("legacy_ceased", "legacy_ceased"),
    ],
)
def test_a_stage_is_found_by_a_unique_beginning(words: str, key: str) -> None:
    """Case, hyphens and underscores do not matter."""
    assert DEFAULT.find(words).key == key


@pytest.mark.parametrize(
    ("words", "said"), [("s", "could be"), ("", "no stage"), ("xyz", "no stage")]
)
def test_what_is_not_unique_is_refused_with_the_choices(words: str, said: str) -> None:
    """The message lists what was meant."""
    with pytest.raises(UserError, match=said) as caught:
        DEFAULT.find(words)
    assert "Stabilised" in str(caught.value)


@pytest.mark.parametrize(
    ("access", "tenure", "not_needed"),
    [
        ("existing duct", "owned", {"ecc_quote", "wayleave", "street_works", "civils"}),
        ("new dig", "owned", {"wayleave"}),
        ("overhead", "leased", {"street_works", "civils"}),
        ("", "", set()),
        ("new dig", "third party", set()),
    ],
)
def test_stages_apply_by_access_and_tenure(access: str, tenure: str, not_needed: set[str]) -> None:
    """Civils and wayleave do not happen at every site; where unknown, they are reckoned with."""
    site = Site(id=SITE.id, access=access, tenure=tenure)
    found = {s.key for s in DEFAULT.stages if DEFAULT.state_of(s, site, {}) == "not needed"}
    assert found == not_needed


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ({}, "planned"),
        ({"data_validated": "done"}, "planned"),
        ({"desktop_survey": "done"}, "surveyed"),
        ({"site_survey": "done", "wayleave": "waiting"}, "wayleave"),
        ({"site_survey": "done", "wayleave": "done"}, "surveyed"),
        ({"site_survey": "done", "civils": "in progress"}, "building"),
        ({"site_survey": "done", "fibre": "in progress"}, "building"),
        ({"civils": "in progress"}, "planned"),
        ({"migrated": "in progress"}, "planned"),
        ({"fibre": "done"}, "fibre in"),
        ({"fibre": "done", "cpe": "in progress"}, "fibre in"),
        ({"cpe": "done"}, "installed"),
        ({"tested": "done", "migrated": "in progress"}, "installed"),
        ({"migrated": "done"}, "live"),
        ({"migrated": "done", "legacy_ceased": "waiting"}, "live"),
        ({"wayleave": "blocked", "fibre": "done"}, "blocked"),
        ({"migrated": "done", "legacy_ceased": "blocked"}, "live"),
    ],
)
def test_status_is_how_far_a_site_has_come(states: dict[str, str], status: str) -> None:
    """Derived from the stages, never typed in."""
    assert DEFAULT.status(SITE, records(**states)) == status


@given(st.dictionaries(st.sampled_from([s.key for s in DEFAULT.stages]), st.sampled_from(STATES)))
def test_status_is_always_one_of_the_headlines(states: dict[str, str]) -> None:
    """Whatever is recorded; and live exactly when the stage that goes live is done."""
    status = DEFAULT.status(SITE, records(**states))
    assert status in STATUSES
    assert (status == "live") == (states.get("migrated") == "done")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("not toml", "cannot be read"),
        ("[[stage]]\nkey = 'a'", "cannot be read"),
        (
            "[[stage]]\nkey='a'\nname='A'\nowner='x'\nworking_days=[1,2,3]\nafter=['b']",
            "not a stage before it",
        ),
        (
            "[[stage]]\nkey='a'\nname='A'\nowner='x'\nworking_days=[1,2,3]\nstatus='done'",
            "unknown status",
        ),
    ],
)
def test_a_workflow_that_cannot_be_is_refused(toml: str, said: str) -> None:
    """A programme may have its own workflow, but not any text."""
    with pytest.raises(UserError, match=said):
        Workflow.parse(toml)


SOME_STAGES = st.dictionaries(
    st.sampled_from(list(DEFAULT.by_key)[:4]), st.sampled_from(STATES[:3])
)
SOME_SITES = st.tuples(st.sampled_from(["", "overhead"]), st.sampled_from(["", "leased"]))


@given(st.lists(st.tuples(SOME_SITES, SOME_STAGES), max_size=30))
def test_sites_whose_stages_stand_alike_are_derived_once_and_rightly(
    cases: list[tuple[tuple[str, str], dict[str, str]]],
) -> None:
    tables: dict[str, dict[bytes, Record]] = {entity: {} for entity in RECORD_TYPES}
    for k, ((access, tenure), states) in enumerate(cases):
        site = Site(id=bytes([k]) * 16, access=access, tenure=tenure)
        tables["site"][site.id] = site
        for key, stood in states.items():
            ident = StageRecord.id_for(site.id, key)
            tables["stage"][ident] = StageRecord(id=ident, site=site.id, stage=key, state=stood)
    state, asked = State(tables), list[object]()

    def derived(site: Site, held: Mapping[str, StageRecord]) -> object:
        asked.append((site.access, site.tenure, [(r.stage, r.state) for r in held.values()]))
        return asked[-1]

    assert state.of_stages(derived) == {
        bytes([k]) * 16: (*of_site, list(states.items()))
        for k, (of_site, states) in enumerate(cases)
    }
    assert len(asked) == len({str(each) for each in asked})
