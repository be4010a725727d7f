"""What the user says of a list: cells mended in place, rows left out, look-alikes settled."""

from __future__ import annotations

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.state import State
from tests.intake.conftest import TODAY, ReadText, imported

LIST = (
    "Ref,Name,Partner,Postcode,Annual cost\n"
    "A1,Park Surgery,NHS,CH1 2HP,lots\n"
    "A2,Hill Surgery,NHS,CH1 2HP,£200\n"
    "A3,Town Hall,Halton,CH41 1AA,£300\n"
)
TWICE = (
    "Ref,Name,Partner,Address,Postcode,UPRN,Annual cost\n"
    'A1,Park Surgery,NHS,"Health Centre, 1 High Street",CH1 2HP,100010001,£100\n'
    'A2,Hill Surgery,NHS,"Health Centre, 1 High Street",CH1 2HP,100010001,£200\n'
    "A3,Town Hall,Halton,Square,CH41 1AA,100010002,£500\n"
)


def test_a_cell_is_mended_in_place(read: ReadText, empty: State) -> None:
    first = read(LIST)
    assert [(p.row, p.column, p.value) for p in first.problems] == [(2, "Annual cost", "lots")]
    mended = read(LIST, cells={(2, "annual cost"): "£150"})
    assert mended.problems == []
    assert mended.cells_of(2)["Annual cost"] == "£150"
    assert first.cells_of(2)["Annual cost"] == "lots"
    state = imported(empty, mended)
    assert state.site_by_reference["a1"].annual_cost_pence == 15_000
    for cell in ((9, "Annual cost"), (2, "Colour"), (1, "Name")):
        with pytest.raises(UserError, match="no cell"):
            read(LIST, cells={cell: "x"})


def test_a_cell_beyond_a_short_row_can_be_filled(read: ReadText) -> None:
    text = "Ref,Name,Postcode,Notes\nA1,One,CH1 2HP\nA2,Two,CH41 1AA,second\n"
    preview = read(text, cells={(2, "Notes"): "filled"})
    assert preview.cells_of(2)["Notes"] == "filled"


def test_a_row_is_left_out_on_request(read: ReadText, empty: State) -> None:
    preview = read(LIST, left_out={3})
    assert [preview.verdict(row) for row in preview.rows] == ["insert", "skip", "insert"]
    assert sorted(imported(empty, preview).site_by_reference) == ["a1", "a3"]


def test_every_row_has_its_verdict(read: ReadText, empty: State) -> None:
    preview = read(TWICE + ",,,,,,£5\nTotal,,,,,,£605\n")
    assert [preview.verdict(row) for row in preview.rows] == [
        "shared", "shared", "insert", "problem", "skip",
    ]  # fmt: skip
    state = imported(empty, preview)
    changed = read(TWICE.replace("Square", "The Square"), state)
    assert [changed.verdict(row) for row in changed.rows] == ["unchanged", "unchanged", "update"]
    (row,) = (r for r in changed.report()["rows"] if r["verdict"] == "update")
    assert row["changes"] == {"address": {"now": "Square", "then": "The Square"}}
    assert changed.report()["verdicts"] == {"unchanged": 2, "update": 1}


def test_look_alikes_are_settled_with_the_import(read: ReadText, empty: State) -> None:
    preview = read(TWICE)
    (group,) = preview.look_alikes
    assert group.proposal == "shared"
    edit = preview.edit_with([(group.proposal, group.sites, group.building)])
    proposal = edit.propose(empty, TODAY)
    assert proposal.kind == "import"
    state = empty.after(proposal.changes)
    assert len(state.sites) == 2
    (shared,) = (s for s in state.sites.values() if s.annual_cost_pence == 30_000)
    again = read(TWICE, state)
    assert again.counts == {"unchanged": 3}, "what was settled stays so"
    kept = next(row for row in again.rows if row.kept)
    assert kept.kept["annual_cost_pence"][0] == 30_000
    taken = read(TWICE, state, take_list=True)
    assert taken.rows[[r.row for r in again.rows].index(kept.row)].changes
    assert imported(state, again).sites[shared.id] == shared


def test_nothing_is_settled_unasked(read: ReadText, empty: State) -> None:
    assert len(imported(empty, read(TWICE)).sites) == 3
