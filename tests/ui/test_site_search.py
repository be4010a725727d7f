"""Words, phrases, field terms: what a search finds, by another reckoning of the same sites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from psnplanner.programme.change import creation
from psnplanner.programme.site import Site, StageRecord, Wayleave
from psnplanner.programme.state import State
from psnplanner.session import new_programme
from psnplanner.ui.roster import Roster
from psnplanner.ui.site_rows import SiteRows
from psnplanner.ui.site_search import Search, Term, parse
from tests.ui.sample import TODAY, ident, progress, setting, sites

COUNT = 300


def _state() -> State:
    made = sites(COUNT)
    made[4] = replace(
        made[4],
        note="Ring the Caretaker first\nthen the office",
        other=(("Ward", "Picton"), ("Lift code", "C12")),
        sensitive=True,
        contract_ends_on=date(2014, 9, 1),
    )
    made[6] = replace(made[6], locked=True)
    given = [new_programme(status_on=TODAY), *setting().records, *made]
    state = State().after(creation(record) for record in given)
    state = state.after(progress(made, state).propose(state, TODAY).changes)
    first = made[9]
    known = state.stages_of(first.id).get("site_survey")
    note = replace(
        known or StageRecord(id=StageRecord.id_for(first.id, "site_survey"), site=first.id),
        stage="site_survey",
        note="asbestos in the loft",
    )
    wayleave = Wayleave(
        id=Wayleave.id_for(made[2].id), site=made[2].id, state="refused", landowner="Lord Derby"
    )
    tables = {**state.tables, "stage": {**state.tables["stage"], note.id: note}}
    tables["wayleave"] = {wayleave.id: wayleave}
    return State(tables)


@pytest.fixture(scope="module")
def rows() -> SiteRows:
    """Sites half way, one with much to say."""
    return SiteRows(_state(), TODAY)


@pytest.fixture(scope="module")
def found(rows: SiteRows) -> Callable[[str], list[Site]]:
    """The sites a search finds."""
    search = Search(rows)

    def find(text: str) -> list[Site]:
        return [site for site, hit in zip(rows.sites, search.find(text), strict=True) if hit]

    return find


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("caretaker", "CM0005"),
        ("PICTON", "CM0005"),
        ("lift c12", "CM0005"),
        ('"then the office"', "CM0005"),
        ("sensitive", "CM0005"),
        ("asbestos", "CM0010"),
        ("lord derby", "CM0003"),
        ('"· locked"', "CM0007"),
        ("ward:picton", "CM0005"),
        ("note:any", "CM0005"),
        ("sensitive:yes", "CM0005"),
        ("locked:yes", "CM0007"),
        ("wayleave:refused", "CM0003"),
        ("ref:cm0012", "CM0012"),
        ('note:"caretaker first"', "CM0005"),
    ],
)
def test_every_field_is_searched(
    found: Callable[[str], list[Site]], text: str, reference: str
) -> None:
    """Notes, columns of lists, notes of stages, landowners: all of it, case ignored."""
    assert [site.reference for site in found(text)] == [reference]


def test_field_terms(rows: SiteRows, found: Callable[[str], list[Site]]) -> None:
    """Each against the records themselves."""
    state, on = rows.state, rows.facts.on
    live = state.workflow.live_stage
    assert live is not None

    def live_on(site: Site) -> date | None:
        record = state.stages_of(site.id).get(live.key)
        return record.actual_on if record else None

    def days(site: Site) -> int:
        return rows.facts.waiting(site)[1]

    expected: dict[str, Callable[[Site], Any]] = {
        "partner:halton": lambda s: "Halton" in state.partner_name(s.partner),
        "-partner:halton": lambda s: "Halton" not in state.partner_name(s.partner),
        "status:live,blocked": lambda s: state.statuses[s.id] in ("live", "blocked"),
        "phase:none": lambda s: s.phase is None,
        "phase:any": lambda s: s.phase is not None,
        "kind:library priority:high": lambda s: s.kind == "Library" and s.priority == "high",
        "live<2014-09-20": lambda s: (d := live_on(s)) and d < date(2014, 9, 20),
        "live>=20/9/2014": lambda s: (d := live_on(s)) and d >= date(2014, 9, 20),
        "live:2014-09": lambda s: (d := live_on(s)) and (d.year, d.month) == (2014, 9),
        "waiting>28": lambda s: days(s) > 28,
        "waiting:openreach": lambda s: rows.facts.waiting(s)[0] == "Openreach",
        "cost>2000": lambda s: (s.annual_cost_pence or 0) > 200_000,
        "postcode:none": lambda s: not s.postcode,
        "place:none": lambda s: s.position is None,
        "site_survey<2014-08-01": lambda s: (
            (r := state.stages_of(s.id).get("site_survey"))
            and r.actual_on
            and r.actual_on < date(2014, 8, 1)
        ),
        "sitesurvey:done": lambda s: (
            (r := state.stages_of(s.id).get("site_survey")) and r.state == "done"
        ),
        "late>0": lambda s: rows.facts.days_late(s) is not None,
        "-school -library": lambda s: (
            "school" not in f"{s.name} {s.kind}".casefold()
            and "library" not in f"{s.name} {s.kind}".casefold()
        ),
    }
    assert on == TODAY
    for text, test in expected.items():
        wanted = [site.reference for site in rows.sites if test(site)]
        assert [site.reference for site in found(text)] == wanted, text
        assert 0 < len(wanted) < COUNT or text == "postcode:none", text


def test_typing_on_narrows_rightly(rows: SiteRows) -> None:
    """Each key looks only through what the last one found; taking letters back widens again."""
    search = Search(rows)
    for text in ("c", "cr", "cre", "crew", "crewe", "cre", "crewe lib", "lib", "wid", "w"):
        words = text.split()
        wanted = [all(word in haystack for word in words) for haystack in rows.texts]
        assert search.find(text).tolist() == wanted, text


def test_what_cannot_be_understood_is_said(rows: SiteRows) -> None:
    """A field that is none is looked for as words; a day that is none finds nothing."""
    search = Search(rows)
    assert not search.find("partnr:halton").any()
    assert "partnr" in search.notes[0]
    assert not search.find("live<soon").any()
    assert "soon" in search.notes[0]
    assert search.find("partner: live< -").all()
    assert not search.notes


def test_parse() -> None:
    """Quotes, signs and operators."""
    assert parse('a -b kind:"x y" cost>=5 "p q') == [
        Term("a"),
        Term("b", negated=True),
        Term("x y", "kind", ":", exact=True),
        Term("5", "cost", ">="),
        Term("p q", exact=True),
    ]


def test_an_edit_is_found_at_once(rows: SiteRows, qtbot: Any) -> None:
    """The words of the edited site are made anew, and what the filter hides follows."""
    roster = Roster(SiteRows(rows.state, TODAY))
    roster.search("helipad")
    assert roster.shown_count == 0
    site = ident("site 20")
    after = rows.state.after(_amended(rows.state, site, note="There is a helipad"))
    roster.follow(rows.state, after, TODAY)
    assert [roster.rows.ids[place] for place in roster.shown.nonzero()[0]] == [site]
    roster.search("note:helipad")
    assert roster.shown_count == 1


def _amended(state: State, site: bytes, **values: Any) -> list[Any]:
    from psnplanner.programme.edits import Amend

    return list(Amend("site", [site], values).propose(state, TODAY).changes)
