"""Settlements and merges taken back: their conflicts come back, or go, with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Delete
from psnplanner.programme.settle import Settle, choice
from psnplanner.programme.travel import Conflict
from psnplanner.session import Session
from tests.exchange.test_field_work import ONE, THREE, TWO, office, returned, taken_out
from tests.exchange.test_photographs import jpeg

__all__ = ["office"]


def told(session: Session) -> set[tuple[str, frozenset[tuple[object, str]]]]:
    """Each open conflict: its field, and who wrote which value."""
    return {
        (c.field, frozenset((str(h.value), h.author) for h in c.heads))
        for c in session.conflicts()
    }  # fmt: skip


@pytest.fixture
def parted(office: Session) -> Path:
    """Ann's return: a note and a contact of site 1 against the office's, and site 3 edited."""
    with taken_out(office, "ann.gpkg", ONE, TWO, THREE) as pack:
        pack.do(Amend("site", [ONE], {"note": "field"}))
        pack.do(Amend("site", [ONE], {"contact": "Bob"}))
        pack.do(Amend("site", [THREE], {"note": "asbestos"}))
        pack.add_photograph(THREE, jpeg())
        back = returned(pack)
    office.do(Amend("site", [ONE], {"note": "office"}))
    office.do(Delete("site", [THREE]))
    return back


def the(session: Session, field: str) -> Conflict:
    """The one conflict of that field."""
    return next(c for c in session.conflicts() if c.field == field)


@pytest.mark.parametrize("chosen", ["field", "office"])
def test_an_undone_settlement_is_open_again(office: Session, parted: Path, chosen: str) -> None:
    """With both values and their own authors; its redo closes it; settled anew, it stays so."""
    office.merge_file(parted)
    before, state = told(office), office.state
    conflict = the(office, "note")
    at = [head.value for head in conflict.heads].index(chosen)
    office.do(Settle([choice(conflict, at)]))
    assert office.state.sites[ONE].note == chosen
    for _ in range(2):
        office.undo()
        assert told(office) == before
        assert office.state.tables == state.tables
        assert the(office, "note").base == ""
        office.redo()
        assert [c.field for c in office.conflicts()] == ["-"]
        assert office.state.sites[ONE].note == chosen
    office.undo()
    office.do(Settle([choice(the(office, "note"), 1)]))
    assert [c.field for c in office.conflicts()] == ["-"]
    assert office.verify() == []


@pytest.mark.parametrize("kept", [True, False])
def test_an_undone_settlement_of_a_removal(office: Session, parted: Path, kept: bool) -> None:
    """The site is as it was, brought back or left; nothing is made of the undo but that."""
    office.merge_file(parted)
    before, state = told(office), office.state
    conflict = the(office, "-")
    at = next(n for n, head in enumerate(conflict.heads) if (head.value is not None) == kept)
    office.do(Settle([choice(conflict, at)]))
    settled = office.state
    assert (THREE in settled.sites) == kept
    for _ in range(2):
        office.undo()
        assert told(office) == before
        assert office.state.tables == state.tables
        office.redo()
        assert [c.field for c in office.conflicts()] == ["note"]
        assert office.state.tables == settled.tables
    assert office.verify() == []


def test_an_undone_merge_leaves_no_conflict(office: Session, parted: Path) -> None:
    """It was never here; brought back, so are its conflicts. One from before it stays."""
    with taken_out(office, "cat.gpkg", TWO) as pack:
        pack.do(Amend("site", [TWO], {"note": "cat"}))
        office.do(Amend("site", [TWO], {"note": "desk"}))
        office.merge_file(returned(pack))
    earlier, state = told(office), office.state
    office.merge_file(parted)
    with_ann, merged = told(office), office.state
    assert len(with_ann) == 3
    for _ in range(2):
        office.undo()
        assert told(office) == earlier
        assert office.state.tables == state.tables
        office.redo()
        assert told(office) == with_ann
        assert office.state.tables == merged.tables
    assert office.verify() == []


def test_other_copies_hear_of_it(office: Session, parted: Path, tmp_path: Path) -> None:
    """Settled and taken back here: open there, whatever was merged first."""
    office.merge_file(parted)
    office.backup(tmp_path / "laptop.gpkg")
    office.do(Settle([choice(the(office, "note"), 0)]))
    office.undo()
    with Session.open(tmp_path / "laptop.gpkg", author="laptop") as laptop:
        laptop.do(Amend("site", [ONE], {"note": "laptop"}))
        laptop.merge_file(office.path)
        office.merge_file(laptop.path)
        assert told(laptop) == told(office)
        assert office.state.tables == laptop.state.tables
    values = {value for value, _ in next(h for f, h in told(office) if f == "note")}
    assert {"field", "laptop"} <= values | {"office"}
    assert len(values) >= 2


def test_a_settlement_that_was_built_on_stays(office: Session, parted: Path) -> None:
    """An undo is refused where a later change rests on it, as any undo is."""
    office.merge_file(parted)
    office.do(Settle([choice(the(office, "note"), 0)]))
    key = office.transactions()[-1].key
    office.do(Amend("site", [ONE], {"note": "later"}))
    with pytest.raises(UserError, match="changed since"):
        office.undo(key)


def test_nothing_calls_a_pack_back(office: Session) -> None:
    """Neither the office, whose programme keeps its key, nor its bearer, who keeps the sites."""
    before = office.undo_label
    with taken_out(office, "ann.gpkg", ONE) as pack:
        assert pack.undo_label is None
        assert office.undo_label == before
        pack.do(Amend("site", [ONE], {"note": "x"}))
        back = returned(pack)
    office.undo()
    assert office.merge_file(back).transactions == 1
