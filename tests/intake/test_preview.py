"""What an import does: every row accounted for, matched, corrected, nothing wiped."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psnplanner.errors import UserError
from psnplanner.geography.gazetteer import Gazetteer
from psnplanner.intake.lists import read_list
from psnplanner.intake.partners import Partners, stem
from psnplanner.intake.preview import Preview
from psnplanner.programme.edits import Amend, Create
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import Position, new_id
from psnplanner.programme.state import State
from tests.intake.conftest import TODAY, ReadText, imported

LIST = (
    "Ref,Name,Partner,Postcode,Access,Tenure,Annual cost,Contract ends,UPRN,Floors\n"
    "A1,One,Halton Council,CH1 2HP,Existing duct,Owned,£790,23/11/2014,100012604936,3\n"
    "A2,Two,Cheshire Police,CH41 1AA,New dig,Leased,,,,\n"
)
DATA = Path(__file__).parents[2].parent / "shared" / "data"


def balanced(preview: Preview) -> bool:
    report = json.loads(json.dumps(preview.report()))
    parts = sum(report[name] for name in ("added", "updated", "unchanged", "skipped"))
    return bool(
        report["read"] == parts == len(preview.rows)
        and report["placed"] + report["unplaced"] == parts - report["skipped"]
    )


def test_a_list_becomes_sites_partners_and_a_finished_first_stage(
    read: ReadText, empty: State
) -> None:
    preview = read(LIST)
    state = imported(empty, preview)
    site = state.site_by_reference["a1"]
    assert (site.name, site.postcode, site.access, site.tenure) == (
        "One", "CH1 2HP", "existing duct", "owned",
    )  # fmt: skip
    assert site.annual_cost_pence == 79_000
    assert site.contract_ends_on == date(2014, 11, 23)
    assert site.uprn == "100012604936"
    assert site.other == (("Floors", "3"),)
    assert {p.name: p.kind for p in state.partners.values()} == {
        "Halton Council": "council",
        "Cheshire Police": "police",
    }
    first = state.workflow.first
    assert first is not None
    assert state.stages_of(site.id)[first.key].state == "done"
    assert preview.report()["partners_added"] == ["Halton Council", "Cheshire Police"]


def test_reading_a_list_again_changes_nothing(read: ReadText, empty: State) -> None:
    state = imported(empty, read(LIST))
    again = read(LIST, state)
    assert again.report()["unchanged"] == 2
    assert list(again.edit.propose(state, TODAY).changes) == []


def test_a_corrected_list_corrects_just_what_differs(read: ReadText, empty: State) -> None:
    state = imported(empty, read(LIST))
    site = state.site_by_reference["a1"]
    found = Position(53.2, -2.9, "surveyed", 2.0)
    field_work = {"note": "Key at reception", "position": found, "access": "overhead"}
    state = state.after(Amend("site", [site.id], field_work).propose(state, TODAY).changes)
    corrected = "Ref,Name,Access,Postcode,Contract ends,Notes\na1,One Hall,,CH1 2HP,01/04/2015,\n"
    preview = read(corrected, state)
    (row,) = preview.rows
    assert row.action == "update"
    assert row.changes == {
        "name": ("One", "One Hall"),
        "contract_ends_on": (date(2014, 11, 23), date(2015, 4, 1)),
    }
    after = imported(state, preview).sites[site.id]
    assert (after.note, after.position, after.access) == ("Key at reception", found, "overhead")
    assert after.other == (("Floors", "3"),)


def test_a_row_is_matched_by_uprn_then_by_name_and_postcode(read: ReadText, empty: State) -> None:
    state = imported(empty, read(LIST))
    preview = read("Name,Postcode,UPRN,Notes\nTHE ONE,,100012604936,x\nTWO,ch411aa,,y\n", state)
    assert [(row.reference, row.action) for row in preview.rows] == [
        ("A1", "update"),
        ("A2", "update"),
    ]
    assert preview.rows[1].changes == {"note": ("", "y")}


def test_another_registers_reference_is_noted_and_found_again(read: ReadText, empty: State) -> None:
    state = imported(empty, read(LIST))
    preview = read("URN,Name,Postcode\n104425,Two,CH41 1AA\n", state)
    assert preview.rows[0].reference == "A2"
    assert [p.severity for p in preview.problems] == ["note"]
    state = imported(state, preview)
    assert state.site_by_reference["a2"].other == (("URN", "104425"),)
    renamed = read("URN,Name,Postcode\n104425,Second Hall,CH41 1AA\n", state)
    assert renamed.rows[0].changes == {"name": ("Two", "Second Hall")}


def test_a_second_user_of_a_building_is_a_site_of_its_own(read: ReadText, empty: State) -> None:
    state = imported(empty, read(LIST))
    preview = read("Ref,Name,Postcode,UPRN\nB1,Other Surgery,CH1 2HP,100012604936\n", state)
    assert preview.rows[0].action == "insert"


def test_the_same_reference_twice_is_told_and_not_imported(read: ReadText) -> None:
    preview = read("Ref,Name,Postcode\nA1,One,CH1 2HP\na1,Other,CH41 1AA\n")
    assert [row.action for row in preview.rows] == ["insert", "skip"]
    assert "row 2" in preview.problems[0].message
    assert balanced(preview)


def test_rows_alike_are_both_kept_and_told(read: ReadText, empty: State) -> None:
    text = "Name,Postcode\nOne,CH1 2HP\nOne,CH1 2HP\n"
    preview = read(text)
    assert preview.report()["added"] == 2
    assert "Same name and postcode as row 2" in preview.problems[0].message
    assert read(text, imported(empty, preview)).report()["unchanged"] == 2


def test_references_are_made_and_stay(read: ReadText, empty: State) -> None:
    text = "Name,Postcode\nOne,CH1 2HP\nTwo,CH41 1AA\n"
    preview = read(text, name="fire_stations.csv")
    assert [row.reference for row in preview.rows] == ["FIRE-0001", "FIRE-0002"]
    assert any("FIRE-0001 to FIRE-0002" in note for note in preview.notes)
    state = imported(empty, preview)
    more = read(text + "Three,L31 8BW\n", state, name="fire_stations.csv")
    assert [row.reference for row in more.rows] == ["FIRE-0001", "FIRE-0002", "FIRE-0003"]


def test_what_is_no_site_is_left_out_with_a_reason(read: ReadText) -> None:
    preview = read(
        "Ref,Name,Postcode,Annual cost\nA1,One,CH1 2HP,£5\n,,,£7\nRef,Name,Postcode,Annual cost\n"
        "A2,Total Fitness,CH41 1AA,£6\n,Total,,£11\n\nSource: returns of the partners\n"
    )
    actions = {row.row: row.action for row in preview.rows}
    assert actions == {2: "insert", 3: "skip", 4: "skip", 5: "insert", 6: "skip", 8: "skip"}
    assert [p.row for p in preview.problems if "left out" in p.message] == [3, 4, 6, 8]
    assert balanced(preview)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("Annual cost", "lots", "not an amount"),
        ("Contract ends", "rolling", "not a date"),
        ("Access", "teleport", "not known"),
        ("UPRN", "1E+11", "spreadsheet"),
        ("Contract ends", "#REF!", "formula"),
    ],
)
def test_a_bad_value_is_told_left_out_and_kept_beside(
    read: ReadText, column: str, value: str, words: str
) -> None:
    good = {"Access": "New dig", "Annual cost": "£5", "UPRN": "10001", "Contract ends": "1/2/2015"}
    preview = read(
        f"Ref,Name,Postcode,{column}\nA1,One,CH1 2HP,{value}\nA2,B,CH1 2HP,{good[column]}\n"
    )
    (problem,) = preview.problems
    assert (problem.row, problem.reference) == (2, "A1")
    assert (problem.column, problem.value, problem.severity) == (column, value, "warning")
    assert words in problem.message
    assert problem.remedy
    site = preview.rows[0].site
    assert site is not None
    assert site.other == ((column, value),)
    assert len(preview.adding.validated) == 1


def test_a_bad_value_goes_once_it_is_corrected(read: ReadText, empty: State) -> None:
    text = "Ref,Name,Postcode,Tenure\nA1,One,CH1 2HP,{}\nA2,Two,CH1 2HP,Owned\n"
    state = imported(empty, read(text.format("PFI")))
    state = imported(state, read(text.format("Leased"), state))
    site = state.site_by_reference["a1"]
    assert (site.tenure, site.other) == ("leased", ())


def test_partners_are_found_under_their_variants(empty: State) -> None:
    names = ["St. Helens Council", "Cheshire Fire and Rescue Service", "Cheshire Constabulary"]
    held = [Partner(id=new_id(), name=name) for name in names]
    partners = Partners(held)
    assert partners.find("ST HELENS") == held[0].id
    assert partners.find("Saint Helens Borough Council") == held[0].id
    assert partners.find("Cheshire Fire & Rescue Authority") == held[1].id
    assert partners.find("Cheshire Police") == held[2].id
    assert partners.new == []
    partners.find("Cheshire")  # fire or police? Neither is guessed.
    assert [partner.name for partner in partners.new] == ["Cheshire"]
    assert Partners(held, "fire").find("Cheshire") == held[1].id
    assert stem("Cheshire West & Chester Council") == "cheshire west and chester"


def test_sharing_partners(read: ReadText, empty: State) -> None:
    held = Partner(id=new_id(), name="Halton Council", kind="council")
    state = empty.after(Create([held]).propose(empty, TODAY).changes)
    preview = read(
        "Ref,Name,Postcode,Partner,Shared with\nA1,One,CH1 2HP,Halton,Merseyside Police; halton\n",
        state,
    )
    site = preview.rows[0].site
    assert site is not None
    assert site.partner == held.id
    (other,) = preview.adding.partners
    assert isinstance(other, Partner)
    assert (other.name, site.sharing) == ("Merseyside Police", (other.id,))


def test_positions_improve_and_never_worsen(
    read: ReadText, empty: State, gazetteer: Gazetteer
) -> None:
    bare = "Ref,Name,Postcode\nA1,One,CH1 2HP\n"
    state = imported(empty, read(bare, gazetteer=Gazetteer([])))
    assert state.site_by_reference["a1"].position is None
    state = imported(state, read(bare, state))
    assert state.stages_of(state.site_by_reference["a1"].id)
    own = "Ref,Name,Postcode,Easting,Northing\nA1,One,CH1 2HP,340600,366900\n"
    state = imported(state, read(own, state))
    at = state.site_by_reference["a1"].position
    assert at is not None
    assert at.source.startswith("coordinates")
    assert read(bare, state).report()["unchanged"] == 1


cells = st.sampled_from(
    ["", " ", "A1", "a1", "One", "CH1 2HP", "CH65 OEZ", "£5", "x", "TOTAL", "1E+11", "0", "-", "é",
     "23/11/2014", 'say "hi"', "a\nb", "53.2", "-2.9", "340642", "New dig", "#REF!", "No", "Name"],
) | st.text(max_size=6)  # fmt: skip
headings = st.lists(
    st.sampled_from(
        ["Ref", "Name", "Postcode", "UPRN", "Easting", "Northing", "Lat", "Long", "Annual cost",
         "Contract ends", "Access", "Partner", "Shared with", "Sensitive", "Closed", "Foo", ""]
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(headings, st.lists(st.lists(cells, max_size=8), min_size=1, max_size=12), st.booleans())
def test_every_row_of_any_list_is_accounted_for(
    gazetteer: Gazetteer,
    empty: State,
    heading: list[str],
    rows: list[list[str]],
    with_heading: bool,
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([heading, *rows] if with_heading else rows)
    data = text.getvalue().encode()
    if not data.strip() or not any(c.strip() for row in rows for c in row):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(data)
        try:
            preview = read_list(path, empty, today=TODAY, gazetteer=gazetteer)
        except UserError:
            return
        assert balanced(preview)
        numbers = [row.row for row in preview.rows]
        assert numbers == sorted(set(numbers))
        assert all(p.message and p.severity for p in preview.problems)
        skipped = {row.row for row in preview.rows if row.action == "skip"}
        assert skipped <= {p.row for p in preview.problems}
        state = imported(empty, preview)
        assert len(state.sites) == preview.report()["added"]
        again = read_list(path, state, today=TODAY, gazetteer=gazetteer)
        assert again.report()["added"] == 0


@pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data beside this checkout")
@pytest.mark.parametrize(
    ("name", "read_rows", "added"),
    [
        ("cmpsn_sites.csv", 891, 891),
        ("cmpsn_sites.xlsx", 892, 891),
        ("fire_stations.csv", 50, 50),
        ("gp_practices_epraccur.csv", 701, 701),
        ("libraries_2023.csv", 148, 148),
        ("schools_2015.csv", 1341, 1341),
    ],
)
def test_real_lists(
    empty: State, gazetteer: Gazetteer, name: str, read_rows: int, added: int
) -> None:
    preview = read_list(DATA / "sites" / name, empty, today=TODAY, gazetteer=gazetteer)
    report = preview.report()
    assert (report["read"], report["added"]) == (read_rows, added)
    assert balanced(preview)
    state = imported(empty, preview)
    again = read_list(DATA / "sites" / name, state, today=TODAY, gazetteer=gazetteer)
    assert again.report()["unchanged"] == added
    assert all(dataclasses.is_dataclass(site) and site.reference for site in state.sites.values())
