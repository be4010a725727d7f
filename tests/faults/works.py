"""The pieces of work that are done under fault, and what must hold of the file afterwards.

A work is done by a process of its own that says what was acknowledged to it, one word a line.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.file import connection, lock, rolling, store_opening
from psnplanner.programme.edits import AddSites, Amend, AmendEach
from psnplanner.programme.travel import Sent
from psnplanner.session import Session, new_programme, repair
from psnplanner.session.backups import restore_backup
from psnplanner.session.passphrases import encrypt, hold, is_encrypted
from tests.conftest import Ticking, a_site

Say = Callable[[str], None]
FORMATS = Path(__file__).parents[1] / "file" / "formats"
SITES = [a_site(n, partner=None, node=None, phase=None) for n in range(1, 31)]
LISTED = [a_site(n, partner=None, node=None, phase=None) for n in range(1000, 1300)]
FILE, OUT = "p.gpkg", "out.gpkg"
WORDS = "correct horse battery"
ENDLESS = 100_000


@dataclass(frozen=True)
class Work:
    """A piece of work: what to lay out before it, the work, and what must hold after it.

    `check` gives what is wrong, in sentences, of a folder in which these were acknowledged.
    """

    prepare: Callable[[Path], None]
    run: Callable[[Path, Say], None]
    check: Callable[[Path, Sequence[str]], list[str]]


def programme(folder: Path) -> None:
    """A small programme, and nothing beside it."""
    base = _base(folder.parent / ".base")
    clear(folder)
    shutil.copy(base, folder / FILE)


def clear(folder: Path) -> None:
    """Empty a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


@functools.cache
def _base(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    if not path.exists():
        with Session.create(path, new_programme(status_on=date(2014, 6, 2)), author="office") as s:
            s.do(AddSites("list", SITES, validated=frozenset(s.id for s in SITES)))
    return path


@functools.cache
def arriving(folder: Path) -> list[Sent]:
    """What another copy of the programme has done: every site changed, twenty times."""
    copy = folder / "other.gpkg"
    shutil.copy(_base(folder), copy)
    with Session.open(copy, author="field") as other:
        known = other.vector()
        for n in range(20):
            values = {site.id: {"contact": f"visit {n}"} for site in SITES}
            other.do(AmendEach("site", values, f"Visit {n}"))
        return other.sent(known)


def on_a_share() -> None:
    """Have this process take every folder for a network share, as `share` would find one."""
    for module in (connection, lock, store_opening):
        module.network_kind = lambda _path: "cifs"  # type: ignore[attr-defined]


def sound(path: Path) -> tuple[list[str], Session | None]:
    """What is wrong with a file on opening and checking it; its session is left open."""
    try:
        session = Session.open(path, author="after")
    except UserError as error:
        return [f"it does not open: {error}"], None
    faults = [f"it is not writable: {session.notice}"] if session.read_only else []
    return faults + session.verify(), session


def _goes_on(session: Session) -> list[str]:
    try:
        session.do(Amend("site", [SITES[1].id], {"kind": "Library"}))
        session.undo()
    except UserError as error:
        return [f"it does not go on: {error}"]
    return []


def _saves(folder: Path, say: Say) -> None:
    with Session.open(folder / FILE, author="saver") as session:
        start = int(session.state.sites[SITES[0].id].note or 0)
        say("begin")
        for number in range(start + 1, start + ENDLESS):
            session.do(Amend("site", [SITES[0].id], {"note": str(number)}))
            say(str(number))


def _saved(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    faults, session = sound(folder / FILE)
    if session is None:
        return faults
    with session:
        kept = int(session.state.sites[SITES[0].id].note or 0)
        last = int(acknowledged[-1]) if acknowledged else 0
        if not last <= kept <= last + 1 and acknowledged:
            faults.append(f"{last} was acknowledged, {kept} is there")
        told = sum(item.author == "saver" for item in session.transactions())
        if told != kept:
            faults.append(f"{kept} saves, but {told} transactions")
        return faults + _goes_on(session)


def _import(folder: Path, say: Say) -> None:
    with Session.open(folder / FILE, author="importer") as session:
        say("begin")
        session.do(AddSites("list", LISTED, validated=frozenset(s.id for s in LISTED)))
        say("done")


def _imported(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    faults, session = sound(folder / FILE)
    if session is None:
        return faults
    with session:
        count = len(session.state.sites)
        allowed = [len(SITES) + len(LISTED), *([] if acknowledged else [len(SITES)])]
        if count not in allowed:
            faults.append(f"{count} sites are there, not one of {allowed}")
        return faults + _goes_on(session)


def _merge(folder: Path, say: Say) -> None:
    sent = arriving(folder.parent / ".base")
    with Session.open(folder / FILE, author="merger") as session:
        say("begin")
        session.merge(sent, "another copy")
        say("done")


def _merged(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    faults, session = sound(folder / FILE)
    if session is None:
        return faults
    with session:
        found = sum(item.author == "field" for item in session.transactions())
        if found not in ((20,) if acknowledged else (0, 20)):
            faults.append(f"{found} of 20 transactions arrived")
        said = {site.contact for site in session.state.sites.values()}
        if said != ({"visit 19"} if found else {""}):
            faults.append(f"the sites say {sorted(said)}")
        return faults + _goes_on(session)


def _old(folder: Path) -> None:
    clear(folder)
    shutil.copy(FORMATS / "0001_programme_file.gpkg", folder / FILE)


def _migrate(folder: Path, say: Say) -> None:
    say("begin")
    with Session.open(folder / FILE):
        say("done")


def _migrated(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    faults, session = sound(folder / FILE)
    if session is None:
        return faults
    with session:
        if sorted(s.name for s in session.state.sites.values()) != ["Site 1", "Site 2"]:
            faults.append("sites are missing")
        session.undo()
    kept = sorted(folder.glob("p.before-upgrade-*.gpkg"))
    if not kept:
        faults.append("the old file was not kept")
    return faults + [f"{p.name}: {f}" for p in kept for f in whole(p)]


def _backups(folder: Path, say: Say) -> None:
    with Session.open(folder / FILE, author="keeper") as session:
        say("begin")
        for number in range(ENDLESS):
            session.do(Amend("site", [SITES[0].id], {"note": str(number)}))
            session.backup(folder / f"backup {number}.gpkg")
            say(str(number))


def _backed_up(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    faults, session = sound(folder / FILE)
    if session is not None:
        session.close()
    made = {p.stem.removeprefix("backup ") for p in folder.glob("backup *.gpkg")}
    faults += [f"backup {n} is missing" for n in acknowledged if n not in made]
    for number in sorted(made, key=int)[-2:]:
        faults += holds(folder / f"backup {number}.gpkg", number)
    for path in folder.glob("backup *"):
        path.unlink()
    return faults


def _rolling(folder: Path, say: Say) -> None:
    rolling.RESERVE_BYTES = 0  # what is tried may stand on a small disk
    clock = Ticking(datetime(2014, 6, 2, tzinfo=UTC))  # each backup is named by its second
    with Session.open(folder / FILE, author="keeper", clock=clock) as session:
        say("begin")
        for number in range(ENDLESS):
            session.do(Amend("site", [SITES[0].id], {"note": str(number)}))
            session.back_up()
            say(str(number))


def _rolled(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    """Whole as each is, the newest holds what was the last to be acknowledged, or one more."""
    faults = whole(folder / FILE)
    made = sorted((folder / "p backups").glob("p *.gpkg"))
    if not made:
        return faults + (["no backup is there"] if acknowledged else [])
    last = int(acknowledged[-1]) if acknowledged else -1
    return faults + holds(made[-1], str(last), str(last + 1))


def _exports(folder: Path, say: Say) -> None:
    with Session.open(folder / FILE, author="keeper") as session:
        say("begin")
        for number in range(ENDLESS):
            session.export(folder / f"list {number % 3}.csv")
            say(str(number))


def _exported(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    faults, lists = whole(folder / FILE), sorted(folder.glob("list *.csv"))
    if len(lists) < min(3, len(acknowledged)):
        faults.append(f"{len(acknowledged)} lists were written, {len(lists)} are there")
    for path in lists:
        lines = path.read_text("utf-8-sig").count("\n")
        faults += [] if lines == len(SITES) + 1 else [f"{path.name} has {lines} lines"]
    return faults


def _to_restore(folder: Path) -> None:
    programme(folder)
    shutil.copy(folder / FILE, folder / "chosen.gpkg")
    with Session.open(folder / FILE, author="office") as session:
        session.do(Amend("site", [SITES[0].id], {"note": "newer"}))


def _restore(folder: Path, say: Say) -> None:
    say("begin")
    restore_backup(folder / "chosen.gpkg", folder / FILE, replace=True)
    say("done")


def _restored(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    """Before or after it, never between: and after it the newer file is there as well."""
    faults, notes = [], []
    kept = sorted(folder.glob("p.before-restore-*.gpkg"))
    for path in (folder / FILE, *kept):
        wrong, session = sound(path)
        faults += [f"{path.name}: {fault}" for fault in wrong]
        if session is not None:
            with session:
                notes.append(session.state.sites[SITES[0].id].note)
    allowed = [["", "newer"], *([] if acknowledged else [["newer"], ["newer", "newer"]])]
    if not faults and notes not in allowed:
        faults.append(f"the file and what is kept of it say {notes}")
    again = restore_backup(folder / "chosen.gpkg", folder / FILE, replace=True)
    wrong, session = sound(again) if again else (["nothing is kept"], None)
    if session is not None:
        with session:
            if [session.state.sites[SITES[0].id].note] != notes[:1]:
                wrong.append("what is kept is not what was there")
    return faults + [f"done again: {fault}" for fault in wrong]


def _repair(folder: Path, say: Say) -> None:
    say("begin")
    repair(folder / FILE, folder / OUT)
    say("done")


def _encrypt(folder: Path, say: Say) -> None:
    say("begin")
    encrypt(folder / FILE, folder / OUT, WORDS)
    say("done")


def _written(folder: Path, acknowledged: Sequence[str]) -> list[str]:
    """The new file is there whole or not at all, and the old one as it was."""
    faults, out = whole(folder / FILE), folder / OUT
    if not out.exists():
        return faults + (["what was said to be written is not there"] if acknowledged else [])
    if is_encrypted(out):
        hold(out, WORDS)
    wrong, session = sound(out)
    if session is not None:
        with session:
            if len(session.state.sites) != len(SITES):
                wrong.append(f"{len(session.state.sites)} sites are in it")
    return faults + [f"{OUT}: {fault}" for fault in wrong]


def holds(path: Path, *notes: str) -> list[str]:
    """What is wrong with a copy that must say one of these of the first site."""
    faults, session = sound(path)
    if session is not None:
        with session:
            note = session.state.sites[SITES[0].id].note
            faults += [] if note in notes else [f"it says {note!r}, not {' or '.join(notes)}"]
    return [f"{path.name}: {fault}" for fault in faults]


def whole(path: Path) -> list[str]:
    """What is wrong with a programme, in sentences."""
    faults, session = sound(path)
    if session is not None:
        session.close()
    return faults


WORKS = {
    "saves": Work(programme, _saves, _saved),
    "imports": Work(programme, _import, _imported),
    "merges": Work(programme, _merge, _merged),
    "migrations": Work(_old, _migrate, _migrated),
    "backups": Work(programme, _backups, _backed_up),
    "exports": Work(programme, _exports, _exported),
    "rolling backups": Work(programme, _rolling, _rolled),
    "restoring": Work(_to_restore, _restore, _restored),
    "repairing": Work(programme, _repair, _written),
    "encrypting": Work(programme, _encrypt, _written),
}
"""Every work by its name."""
