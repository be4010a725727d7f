"""The second list: columns remembered from the first, and field work that is newer kept."""

from __future__ import annotations

from psnplanner.intake.remembered import shape
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.programme.state import State
from tests.intake.conftest import TODAY, ReadText, imported

LIST = "Ref,Name,Postcode,Foo,Bar\nA1,One,CH1 2HP,Key at desk,x\nA2,Two,CH41 1AA,,y\n"


def test_corrected_columns_are_remembered_with_the_import(read: ReadText, empty: State) -> None:
    preview = read(LIST, columns={"foo": "note"})
    proposal = preview.edit.propose(empty, TODAY)
    assert proposal.kind == "import"
    assert proposal.label == "Import 2 sites from sites.csv"
    state = imported(empty, preview)
    assert [signature for signature, _ in state.programme.list_columns] == [shape(preview.layout)]
    later = read("REF , name,Postcode,foo,BAR\nA3,Three,CH1 2HP,Gate code,z\n", state)
    (column,) = later.layout.of("note")
    assert (column.heading, column.by) == ("foo", "remembered")
    assert later.rows[0].site is not None
    assert later.rows[0].site.note == "Gate code"
    assert isinstance(later.edit, AddSites)
    assert later.remember is None


def test_what_is_said_now_wins_and_is_remembered_in_its_place(read: ReadText, empty: State) -> None:
    state = imported(empty, read(LIST, columns={"Foo": "note", "Bar": "kind"}))
    assert read(LIST, state, columns={"Foo": "note"}).remember is None
    changed = read(LIST, state, columns={"Foo": "ignore"})
    assert changed.remember is not None
    state = imported(state, changed)
    assert len(state.programme.list_columns) == 1
    again = read(LIST, state)
    assert [c.heading for c in again.layout.columns if c.field] == [
        "Ref", "Name", "Postcode", "Bar",
    ]  # fmt: skip


def test_another_shape_is_not_taken_for_it(read: ReadText, empty: State) -> None:
    state = imported(empty, read(LIST, columns={"Foo": "note"}))
    other = read("Ref,Name,Postcode,Foo\nA9,Nine,CH1 2HP,words\n", state)
    assert other.layout.of("note") == []


def test_lists_without_headings_are_remembered_by_their_width(read: ReadText, empty: State) -> None:
    text = "A1,Hall One,CH1 2HP,abc\nA2,Hall Two,CH41 1AA,def\nA3,Hall Three,L31 8BW,ghi\n"
    state = imported(empty, read(text, columns={"Column D": "note"}))
    (column,) = read(text, state).layout.of("note")
    assert (column.heading, column.by) == ("Column D", "remembered")


def test_a_memory_that_cannot_be_read_is_passed_over(read: ReadText, empty: State) -> None:
    signature = shape(read(LIST).layout)
    for text in ("{", "[]", '{"Foo": "nonsense"}'):
        values = {"list_columns": ((signature, text),)}
        edit = Amend("programme", list(empty.tables["programme"]), values)
        state = empty.after(edit.propose(empty, TODAY).changes)
        assert read(LIST, state).layout.of("note") == []


def test_field_work_newer_than_the_list_is_kept_and_listed(read: ReadText, empty: State) -> None:
    text = "Ref,Name,Postcode,Access,Tenure\nA1,One,CH1 2HP,{},{}\n"
    state = imported(empty, read(text.format("New dig", "Owned")))
    site = state.site_by_reference["a1"]
    state = state.after(
        Amend("site", [site.id], {"access": "existing duct"}).propose(state, TODAY).changes
    )
    touched = {site.id: {"access"}}
    corrected = text.format("Overhead", "Leased")
    preview = read(corrected, state, touched=touched)
    (row,) = preview.rows
    assert row.changes == {"tenure": ("owned", "leased")}
    assert row.kept == {"access": ("existing duct", "overhead")}
    assert [p.severity for p in row.problems] == ["note"]
    assert "field work is newer" in row.problems[0].message
    assert preview.report()["kept_as_field_work_is_newer"] == 1
    after = imported(state, preview).sites[site.id]
    assert (after.access, after.tenure) == ("existing duct", "leased")
    taken = read(corrected, state, touched=touched, take_list=True)
    assert set(taken.rows[0].changes) == {"access", "tenure"}
    assert taken.rows[0].kept == {}
    only_kept = read(text.format("Overhead", "Owned"), state, touched=touched)
    assert only_kept.rows[0].action == "unchanged"
