"""Merging: any edits on any number of copies, merged in any order, any number of times.

Every copy ends with the same programme, every change is present, and the conflicts are exactly
those of two people who changed one field to different values without knowing of each other.
`PSN_EXAMPLES=1000 pytest tests/properties/test_merge.py` looks at a thousand histories.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from psnplanner.errors import UserError
from psnplanner.programme.change import DELETED
from psnplanner.programme.edits import AddSites, Amend, Delete
from psnplanner.programme.record import fields_of
from psnplanner.programme.settle import Settle, choice
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.programme.travel import MERGE, SETTLE, Sent
from psnplanner.session import Session, new_programme
from tests.conftest import a_site

SITES = [
    a_site(1, partner=None, node=None, phase=None),
    a_site(2, partner=None, node=None, phase=None),
]
VALUES = st.sampled_from(["a", "b", "c"])
FIELDS = st.sampled_from(["name", "note"])
COPIES = 3
STEP = st.one_of(
    st.tuples(st.just("amend"), st.integers(0, 1), FIELDS, VALUES),
    st.tuples(st.just("stage"), st.integers(0, 1), VALUES),
    st.tuples(st.just("delete"), st.integers(0, 1)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("merge"), st.integers(0, COPIES - 1)),
    st.tuples(st.just("settle"), st.integers(0, 1)),
)
STEPS = st.lists(st.tuples(st.integers(0, COPIES - 1), STEP), max_size=14)


def ticks(start: int) -> Iterator[datetime]:
    """A clock a copy: they differ, and now and then show the same instant."""
    first = datetime(2014, 6, 3, 9, tzinfo=UTC)
    return (first + timedelta(milliseconds=start + 3 * n) for n in itertools.count())


def do(session: Session, step: tuple[Any, ...], copies: list[Session]) -> None:
    """One step at one copy; what the programme refuses is not done."""
    kind, *given_ = step
    try:
        if kind == "amend":
            session.do(Amend("site", [SITES[given_[0]].id], {given_[1]: given_[2]}))
        elif kind == "stage":
            session.do(
                RecordStage(SITES[given_[0]].id, "desktop_survey", "in progress", note=given_[1])
            )
        elif kind == "delete":
            session.do(Delete("site", [SITES[given_[0]].id]))
        elif kind == "undo":
            session.undo()
        elif kind == "redo":
            session.redo()
        elif kind == "merge":
            session.merge(copies[given_[0]].sent(session.vector()), "merge")
        elif open_ := session.conflicts():
            session.do(Settle([choice(open_[0], min(given_[0], len(open_[0].heads) - 1))]))
    except UserError:
        pass


def knowledge(everything: list[Sent]) -> dict[tuple[int, int], dict[int, int]]:
    """What each transaction's author knew, by its stamp."""
    last: dict[int, dict[int, int]] = {}
    result = {}
    for item in sorted(everything, key=lambda t: (t.dev, t.n)):
        if item.ctx:
            last[item.dev] = dict(item.ctx)
        result[item.hlc, item.dev] = {**last.get(item.dev, {}), item.dev: item.n - 1}
    return result


def expected(everything: list[Sent]) -> set[tuple[bytes, int]]:
    """The fields in conflict, from the whole history at once, in the order of the clock.

    Only of records that nobody removed; it keeps every change, and looks at all of them.
    """
    knew = knowledge(everything)
    items = {(item.hlc, item.dev): item for item in everything}
    closes, opens = closing(everything)
    slots: dict[tuple[bytes, int], dict[tuple[int, int], str]] = {}
    removed = {e.row for item in everything for e in item.events if e.fld == -1}
    for item in everything:
        for event in item.events:
            given_ = json.loads(event.val) if event.fld == 0 else {event.fld: event.val}
            for fld, value in given_.items() if event.row not in removed else ():
                slots.setdefault((event.row, int(fld)), {})[item.hlc, item.dev] = repr(value)

    def seen(stamp: Any, other: Any) -> bool:
        return bool(items[other].n <= knew[stamp].get(other[1], 0))

    found = set()
    for slot, changes in slots.items():
        void = {opens[stamp] for stamp in changes if stamp in opens}
        gone: set[Any] = set()
        for stamp, value in changes.items():
            known = [other for other in changes if seen(stamp, other)]
            if stamp in opens:
                old = opens[stamp]
                gone |= {s for s in known if s == old or seen(s, old) or changes[s] == value}
            elif known and stamp not in void:
                base = changes[max(known)]
                gone |= {s for s in known if changes[s] == base}
                gone |= {s for s in known if stamp in closes and closes[stamp](s)}
        if len({changes[head] for head in changes.keys() - gone}) > 1:
            found.add(slot)
    return found


def closing(everything: list[Sent]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """What closes conflicts, with the heads it closes over; what opens those of which again."""
    knew = knowledge(everything)
    named = {f"{item.dev}.{item.n}": item for item in everything}
    closes: dict[Any, Any] = {}
    opens: dict[Any, Any] = {}
    for item in sorted(everything, key=lambda t: (t.hlc, t.dev)):
        stamp, root, turns = (item.hlc, item.dev), item, 0
        while root.undo_of:
            root, turns = named[root.undo_of], turns + 1
        if root.kind == SETTLE and turns % 2 == 0:
            closes[stamp] = lambda _head: True
        elif root.kind == MERGE and turns % 2:
            before = named.get(f"{root.dev}.{root.n - 1}")
            old = {} if before is None else knew[before.hlc, before.dev]
            new = knew[root.hlc, root.dev]
            numbers = {(t.hlc, t.dev): t.n for t in everything}
            closes[stamp] = partial(_came, root.dev, old, new, numbers)
        elif turns and root.kind in (SETTLE, MERGE):
            back = named[str(item.undo_of)]
            opens[stamp] = (back.hlc, back.dev)
    return closes, opens


def _came(dev: int, old: Any, new: Any, numbers: Any, head: Any) -> bool:
    """Whether a change came by a merge: its device learnt it there."""
    return head[1] != dev and old.get(head[1], 0) < numbers[head] <= new.get(head[1], 0)


def run(folder: Path, steps: list[Any]) -> None:
    """Do the steps, merge everything everywhere in two orders, and compare."""
    with ExitStack() as stack:
        paths = [folder / f"{n}.gpkg" for n in range(COPIES)]
        clocks = [ticks(n) for n in range(COPIES)]
        with Session.create(paths[0], new_programme(), clock=lambda: next(clocks[0])) as first:
            first.do(AddSites("list", SITES))
            for path in paths[1:]:
                first.backup(path)
        copies = [
            stack.enter_context(Session.open(path, clock=clock.__next__))
            for path, clock in zip(paths, clocks, strict=True)
        ]
        for which, step in steps:
            do(copies[which], step, copies)
        for one, other in [*itertools.permutations(range(COPIES), 2)] * 2:
            copies[one].merge(copies[other].sent(copies[one].vector()), "merge")
        everything = copies[0].sent()
        tables = [copy.state.tables for copy in copies]
        assert tables[0] == tables[1] == tables[2]
        open_ = [{(c.record, c.field) for c in copy.conflicts()} for copy in copies]
        assert open_[0] == open_[1] == open_[2]
        numbers = {
            (record.id, name): field.number
            for records in tables[0].values()
            for record in records.values()
            for name, field in fields_of(type(record)).items()
        }
        of_fields = {(r, numbers[r, f]) for r, f in open_[0] if f != DELETED and (r, f) in numbers}
        removed = {e.row for item in everything for e in item.events if e.fld == -1}
        assert {slot for slot in of_fields if slot[0] not in removed} == expected(everything)
        for copy, other in itertools.permutations(copies, 2):
            assert copy.merge(other.sent(), "again").transactions == 0
            assert {(t.dev, t.n) for t in copy.sent()} >= {(t.dev, t.n) for t in everything}
        for copy in copies:
            assert copy.verify() == []


@given(STEPS)
@settings(max_examples=int(os.environ.get("PSN_EXAMPLES", "20")))
def test_any_copies_merged_in_any_order_agree(steps: list[Any]) -> None:
    """Three copies, edited and merged at will."""
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), steps)
