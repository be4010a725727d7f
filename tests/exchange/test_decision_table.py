"""Every row of the decision table of `psnplanner.file.merge`, in its order."""

from __future__ import annotations

import dataclasses
import json
import shutil
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pysqlite3
import pytest

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Create, Delete, MoveToPhase
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position, fields_of
from psnplanner.programme.settle import Settle, choice
from psnplanner.programme.site import Site
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.programme.state import PROGRAMME_ID
from psnplanner.programme.travel import Sent, SentEvent, to_return, vector_of
from psnplanner.session import Session
from tests.conftest import ident
from tests.exchange.test_field_work import ONE, TWO, _bind, office, returned, taken_out

__all__ = ["office"]
HALTON = ident("Halton Council")


def brought(office: Session, *edits: Any, name: str = "ann.gpkg") -> Path:
    """The return of a pack of sites 1 and 2 in which these edits were made."""
    with taken_out(office, name, ONE, TWO) as pack:
        for edit in edits:
            pack.do(edit)
        return returned(pack)


def travelling(pack: Session) -> list[Sent]:
    """A pack's transactions as its return has them."""
    return list(to_return(pack.sent(), vector_of(pack.pack.base)))


def conflicting(office: Session) -> set[str]:
    """The fields that are in conflict."""
    return {conflict.field for conflict in office.conflicts()}


def codes(office: Session) -> set[str]:
    """The kinds of findings."""
    return {finding.code for finding in office.findings()}


def note(text: str, site: bytes = ONE) -> Amend:
    """A note at a site."""
    return Amend("site", [site], {"note": text})


def test_a_transaction_that_is_here(office: Session) -> None:
    """Nothing: twice is once."""
    back = brought(office, note("x"))
    assert office.merge_file(back).events == 1
    before, headers = office.state, len(office.transactions())
    again = office.merge_file(back)
    assert (again.transactions, again.known, again.transaction) == (0, 1, None)
    assert (office.state, len(office.transactions())) == (before, headers)


def test_the_next_by_number(office: Session) -> None:
    """Appended: the second return of a pack brings what is new."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(note("morning"))
        office.merge_file(returned(pack))
        pack.do(note("afternoon"))
        assert office.merge_file(returned(pack)).transactions == 1
    assert (office.state.sites[ONE].note, conflicting(office)) == ("afternoon", set())


def test_a_gap_is_refused(office: Session) -> None:
    """It says from which number on something is missing; nothing is merged."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        for text in ("a", "b", "c"):
            pack.do(note(text))
        items = travelling(pack)
    before = office.state
    with pytest.raises(UserError, match=r"before number 3 .* missing"):
        office.merge([items[-1]], "late")
    with pytest.raises(UserError, match="missing"):
        office.merge([items[0], items[2]], "with a hole")
    assert office.state is before


def test_what_rests_on_more_is_refused(office: Session) -> None:
    """The office's file went back to a backup: it lacks what the pack was made from."""
    office.backup(office.path.with_name("old.gpkg"))
    office.do(note("since the backup", TWO))
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(note("x"))
        items = travelling(pack)
    with (
        Session.open(office.path.with_name("old.gpkg")) as old,
        pytest.raises(UserError, match="rests on changes that have not arrived"),
    ):
        old.merge(items, "Ann")


def test_two_copies_under_one_name(office: Session) -> None:
    """The second is renamed, its undo with it, and nothing is lost."""
    with taken_out(office, "ann.gpkg", ONE, TWO) as pack:
        pack.do(note("first"))
        path = pack.path
    backs = []
    for name in ("a", "b"):
        twin = path.with_name(f"{name}.gpkg")
        shutil.copy(path, twin)
        with Session.open(twin, author="Ann") as session:
            session._run(partial(_bind, session, session.transactions()[-1].device))
            session.do(Amend("site", [TWO], {"contact": name}))
            session.do(note(name, TWO))
            session.undo()
            backs.append(returned(session))
    office.merge_file(backs[0])
    merged = office.merge_file(backs[1])
    assert len(merged.renamed) == 1
    assert conflicting(office) == {"contact"}
    undone = [t.undo_of for t in office.transactions() if t.undo_of is not None]
    keys = {t.key: t.label for t in office.transactions()}
    assert [keys[key] for key in undone] == ["Change note of S002"] * 2
    assert len({*undone}) == 2
    assert office.verify() == []


def test_a_clock_far_in_the_future(office: Session) -> None:
    """Its stamps would win for ever."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack._clock = lambda: datetime(2100, 1, 1, tzinfo=UTC)
        pack.do(note("x"))
        back = returned(pack)
    with pytest.raises(UserError, match="clock of 2100"):
        office.merge_file(back)


def test_one_side_only(office: Session) -> None:
    """Each side's own field stands, silently."""
    back = brought(office, note("field"))
    office.do(Amend("site", [ONE], {"contact": "office"}))
    office.merge_file(back)
    site = office.state.sites[ONE]
    assert (site.note, site.contact, conflicting(office)) == ("field", "office", set())


def test_one_value_on_both_sides(office: Session) -> None:
    """Silently; the next edit is of both."""
    back = brought(office, note("same"))
    office.do(note("same"))
    office.merge_file(back)
    assert conflicting(office) == set()
    office.do(note("next"))
    assert conflicting(office) == set()


def test_different_values(office: Session) -> None:
    """The later is in force, whichever side merges; a conflict with its base."""
    office.do(note("before"))
    back = brought(office, note("field"))
    office.do(note("office"))
    office.merge_file(back)
    (conflict,) = office.conflicts()
    assert office.state.sites[ONE].note == conflict.heads[0].value == "office"
    assert (conflict.base, conflict.heads[1].value) == ("before", "field")


def test_removed_here_changed_there(office: Session) -> None:
    """It stays removed, and is asked about."""
    back = brought(office, note("field"))
    office.do(Delete("site", [ONE]))
    office.merge_file(back)
    assert ONE not in office.state.sites
    assert conflicting(office) == {"-"}


def test_work_at_a_removed_site(office: Session) -> None:
    """Kept, and found; there when the site comes back."""
    back = brought(office, RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)))
    office.do(Delete("site", [ONE]))
    removal = office.transactions()[-1].key
    office.merge_file(back)
    assert "work_without_site" in codes(office)
    office.undo(removal)
    assert office.state.stages_of(ONE)["desktop_survey"].actual_on == date(2014, 6, 3)
    assert "work_without_site" not in codes(office)


def test_work_at_a_moved_site(office: Session) -> None:
    """Moved on the map, to another phase and node: all of it stands with the work."""
    back = brought(office, RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)), note("x"))
    later, place = Phase(id=ident("Phase 9"), name="Phase 9"), Position(53.5, -2.9, "by hand")
    office.do(Create([later, Node(id=ident("Widnes"), name="Widnes")]))
    office.do(MoveToPhase([ONE], later.id))
    office.do(Amend("site", [ONE], {"position": place, "node": ident("Widnes")}))
    office.merge_file(back)
    site = office.state.sites[ONE]
    assert (site.phase, site.position, site.node) == (later.id, place, ident("Widnes"))
    assert (site.note, office.state.stages_of(ONE)["desktop_survey"].state) == ("x", "done")
    assert conflicting(office) == set()


def test_a_site_moved_by_both(office: Session) -> None:
    """One's latitude never comes with the other's longitude."""
    old = office.state.sites[ONE].position
    north, east = (old._replace(latitude=53.9), old._replace(longitude=-2.1))
    back = brought(office, Amend("site", [ONE], {"position": north}))
    office.do(Amend("site", [ONE], {"position": east}))
    office.merge_file(back)
    assert office.state.sites[ONE].position == east
    (conflict,) = office.conflicts()
    assert {head.value for head in conflict.heads} == {north, east}


def test_a_renamed_partner(office: Session) -> None:
    """The site's link holds; the pack's old name does not come back."""
    back = brought(office, note("x"))
    office.do(Amend("partner", [HALTON], {"name": "Halton Borough Council"}))
    office.merge_file(back)
    assert office.state.partner_name(office.state.sites[ONE].partner) == "Halton Borough Council"
    assert (office.state.sites[ONE].note, conflicting(office)) == ("x", set())


def test_a_partner_renamed_by_both(office: Session) -> None:
    """The later is in force; asked about, under its name."""
    back = brought(office, Amend("partner", [HALTON], {"name": "Halton (field)"}))
    office.do(Amend("partner", [HALTON], {"name": "Halton (office)"}))
    office.merge_file(back)
    assert office.state.partner_name(HALTON) == "Halton (office)"
    (conflict,) = office.conflicts()
    assert (conflict.entity, conflict.field, conflict.base) == ("partner", "name", "Halton Council")


def test_a_stage_that_the_workflow_lost(office: Session) -> None:
    """Kept, and found; there again when the workflow has it again."""
    back = brought(office, RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)))
    text = office.state.programme.workflow
    renamed = text.replace("desktop_survey", "paper_survey")
    office.do(Amend("programme", [PROGRAMME_ID], {"workflow": renamed}))
    office.merge_file(back)
    (finding,) = [f for f in office.findings() if f.code == "work_without_stage"]
    assert (finding.sites, "desktop_survey" in finding.sentence) == ((ONE,), True)
    office.do(Amend("programme", [PROGRAMME_ID], {"workflow": text}))
    assert office.state.stages_of(ONE)["desktop_survey"].state == "done"
    assert "work_without_stage" not in codes(office)


def test_a_gate_that_would_refuse_it(office: Session) -> None:
    """Recorded while the gate stood open, which the office shut meanwhile: kept, and found."""
    valid = Certificate(id=ident("certificate"), partner=HALTON, valid_from=date(2014, 1, 1),
                        valid_to=date(2015, 12, 31))  # fmt: skip
    office.do(Create([valid]))
    office.do(Amend("node", [ident("Runcorn")], {"live_on": date(2014, 3, 3)}))
    stages = ("desktop_survey", "order_placed", "site_survey", "fibre", "cpe", "tested", "migrated")
    for stage in stages[:-1]:
        office.do(RecordStage(ONE, stage, "done", date(2014, 6, 1)))
    back = brought(office, RecordStage(ONE, "migrated", "done", date(2014, 6, 2)))
    office.do(Amend("node", [ident("Runcorn")], {"live_on": None}))
    assert "gate_breach" not in codes(office)
    with pytest.raises(UserError):
        office.do(RecordStage(ONE, "migrated", "done", date(2014, 6, 2)))
    office.merge_file(back)
    assert office.state.stages_of(ONE)["migrated"].state == "done"
    assert "gate_breach" in codes(office)


def test_a_pack_of_an_older_version(office: Session) -> None:
    """Its file lacks later tables, its records later fields: taken, the fields at their default."""
    made = Site(id=ident("found"), reference="S900", name="Found on the way")
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(note("x"))
        pack.do(Create([made]))
        path, items = pack.path, travelling(pack)
    with pysqlite3.connect(str(path)) as db:
        for table in ("seal", "seals", "scenario", "wish", "baseline", "issued_snapshot"):
            db.execute(f"DROP TABLE IF EXISTS {table}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name > '0003'")
    db.close()
    assert office.merge_file(path, dry_run=True).transactions == 2
    few = {str(fields_of(Site)[name].number): getattr(made, name) for name in ("reference", "name")}
    old = [items[0], _with(items[1], json.dumps(few))]
    office.merge(old, "Return of Ann")
    assert office.state.sites[made.id] == made
    assert office.state.sites[ONE].note == "x"
    assert office.verify() == []


def _with(item: Sent, value: str) -> Sent:
    """The same creation, told with fewer fields."""
    return dataclasses.replace(item, events=(item.events[0]._replace(val=value),))


def test_an_unknown_kind_or_field(office: Session) -> None:
    """Kept in the journal, and handed on to a copy that knows it; the rest of it counts."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(note("x"))
        (item,) = travelling(pack)
    number = Site.ENTITY_NUMBER
    strange = (SentEvent(99, ident("strange"), 0, '{"1":"new"}'), SentEvent(number, ONE, 99, "new"))
    office.merge([dataclasses.replace(item, events=item.events + strange)], "Return of Ann")
    assert office.state.sites[ONE].note == "x"
    (kept,) = [sent for sent in office.sent() if sent.dev == item.dev]
    assert kept.events[-2:] == strange
    assert (conflicting(office), office.verify()) == (set(), [])


def test_a_settlement_taken_back(office: Session) -> None:
    """Its conflict is open again, with the same values by the same people."""
    back = brought(office, note("field"))
    office.do(note("office"))
    office.merge_file(back)
    (before,) = office.conflicts()
    office.do(Settle([choice(before, 1)]))
    assert conflicting(office) == set()
    office.undo()
    (again,) = office.conflicts()
    assert [(h.value, h.author) for h in again.heads] == [(h.value, h.author) for h in before.heads]
    assert again.base == before.base


def test_a_merge_taken_back(office: Session) -> None:
    """Its values and its conflicts go, in one undo; one redo brings them again."""
    back = brought(office, note("field"), Amend("site", [TWO], {"contact": "Bob"}))
    office.do(note("office"))
    before = office.state.tables
    office.merge_file(back)
    assert conflicting(office) == {"note"}
    office.undo()
    assert (office.state.tables, conflicting(office)) == (before, set())
    office.redo()
    assert (office.state.sites[TWO].contact, conflicting(office)) == ("Bob", {"note"})
