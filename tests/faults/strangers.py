"""What others do to an open file: freeze with it, write to it, replace it, carry it off.

Each function does it once in an empty folder and gives what went wrong, in sentences.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pysqlite3 as sqlite3

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.session import Session, examine
from tests.faults.works import FILE, SITES, programme, sound

_OPENS = """
import sys
from pathlib import Path
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
with Session.open(Path(sys.argv[1]), author="other") as session:
    site = next(iter(session.state.sites))
    for line in sys.stdin:
        session.do(Amend("site", [site], {"note": line.strip()}))
        print("saved", flush=True)
"""
_LOCKS = """
import sys, pysqlite3
c = pysqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


_BREAKS_OFF = """
import sys, pysqlite3
c = pysqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA journal_mode=DELETE").fetchall()
c.execute("PRAGMA cache_size=1")
c.execute("BEGIN IMMEDIATE")
c.execute("UPDATE site SET note = hex(randomblob(3000))")
print("half done", flush=True)
sys.stdin.read()
"""


class Other:
    """Another process with the file."""

    def __init__(self, script: str, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", script, str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip

    def hear(self) -> str:
        """Its next word."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def save(self, note: str) -> None:
        """Have it save, and wait until it has."""
        assert self._process.stdin is not None
        self._process.stdin.write(note + "\n")
        self._process.stdin.flush()
        assert self.hear() == "saved"

    def send(self, number: signal.Signals) -> None:
        """Freeze it, let it go on, or kill it."""
        self._process.send_signal(number)

    def end(self) -> None:
        """Kill it, frozen or not."""
        self._process.kill()
        self._process.communicate()


@contextlib.contextmanager
def other(script: str, path: Path) -> Iterator[Other]:
    """Another process, for as long as this lasts."""
    process = Other(script, path)
    try:
        yield process
    finally:
        process.end()


def _refusal(work: Callable[[], object], wanted: str) -> list[str]:
    """What is wrong unless it is refused in these words."""
    try:
        work()
    except UserError as error:
        return [] if wanted in str(error) else [f"it says: {error}"]
    return [f"not refused ({wanted})"]


def _note(session: Session) -> str:
    return session.state.sites[SITES[0].id].note


def _set(session: Session, note: str) -> Callable[[], object]:
    return lambda: session.do(Amend("site", [SITES[0].id], {"note": note}))


def two_programs(folder: Path) -> list[str]:
    """The second reads what was saved, is told why it may not write, and when it is behind."""
    programme(folder)
    with other(_OPENS, folder / FILE) as holder:
        holder.save("one")
        with Session.open(folder / FILE) as session:
            faults = [] if _note(session) == "one" else ["what was saved is not shown"]
            faults += [] if "Another PSN Planner" in session.notice else ["it is not told"]
            faults += _refusal(_set(session, "mine"), "Another PSN Planner")
            faults += ["told too early"] if session.look() else []
            holder.save("two")
            if "changed since" not in session.look():
                faults.append("stale, and not told")
    return faults


def frozen_planner(folder: Path) -> list[str]:
    """A frozen PSN Planner keeps others from writing, not from reading; killed, it is no more."""
    programme(folder)
    with other(_OPENS, folder / FILE) as holder:
        holder.save("one")
        holder.send(signal.SIGSTOP)
        with Session.open(folder / FILE) as session:
            faults = [] if _note(session) == "one" else ["what was saved is not shown"]
            faults += _refusal(_set(session, "mine"), "Another PSN Planner")
    wrong, after = sound(folder / FILE)
    if after is not None:
        with after:
            _set(after, "mine")()
    return faults + wrong


def frozen_writer(folder: Path) -> list[str]:
    """Another program, frozen in the middle of writing: a refusal in words, then it goes on."""
    programme(folder)
    with Session.open(folder / FILE) as session:
        # A quarter of a second will do as well as the five that a person waits.
        session._run(lambda: session._file._db.execute("PRAGMA busy_timeout=250").fetchall())
        with other(_LOCKS, folder / FILE) as holder:
            holder.hear()
            holder.send(signal.SIGSTOP)
            faults = _refusal(_set(session, "mine"), "Another program is writing")
            faults += ["a refused change is shown"] if _note(session) else []
        _set(session, "mine")()
        return faults + session.verify()


def replaced(folder: Path) -> list[str]:
    """An older file put in its place: nothing is written to it, and what was open is kept."""
    programme(folder)
    path, older = folder / FILE, folder / "older.gpkg"
    shutil.copy(path, older)
    with Session.open(path) as session:
        _set(session, "saved")()
        os.replace(older, path)
        faults = _refusal(_set(session, "lost"), "was replaced")
        faults += [] if "is kept in" in session.look() else ["it is not told"]
        faults += _refusal(_set(session, "lost"), "was replaced")
    return faults + _both_whole(folder, there="")


def replaced_unseen(folder: Path) -> list[str]:
    """The same, noticed only on closing."""
    programme(folder)
    path, older = folder / FILE, folder / "older.gpkg"
    shutil.copy(path, older)
    with Session.open(path) as session:
        _set(session, "saved")()
        os.replace(older, path)
    return _both_whole(folder, there="")


def _both_whole(folder: Path, there: str) -> list[str]:
    faults = []
    kept = list(folder.glob("p.kept-*.gpkg"))
    if len(kept) != 1:
        return [f"kept: {kept}"]
    for path, note in ((folder / FILE, there), (kept[0], "saved")):
        wrong, session = sound(path)
        faults += [f"{path.name}: {fault}" for fault in wrong]
        if session is not None:
            with session:
                if _note(session) != note:
                    faults.append(f"{path.name} says {_note(session)!r}, not {note!r}")
    return faults


def replaced_then_killed(folder: Path) -> list[str]:
    """Replaced, and the holder killed before it could see: its log must not ruin the newcomer."""
    programme(folder)
    path, newer = folder / FILE, folder / "newer.gpkg"
    shutil.copy(path, newer)
    with Session.open(newer) as session:
        for n in range(5):
            _set(session, f"newer {n}")()
    with other(_OPENS, path) as holder:
        holder.save("one")
        os.replace(newer, path)
    faults = _refusal(lambda: Session.open(path), "would ruin this one")
    faults += _refusal(lambda: Session.open(path, read_only=True), "would ruin this one")
    return faults + _without_log(path, "newer 4")


def _older_and_newer(folder: Path) -> tuple[Path, Path]:
    """A programme after some saves, its log folded in; and a copy of how it was before them."""
    programme(folder)
    path, older = folder / FILE, folder / "older.gpkg"
    shutil.copy(path, older)
    with Session.open(path) as session:
        for n in range(30):
            _set(session, f"long before {n} " + "x" * 2000)()
    return path, older


def overwritten(folder: Path) -> list[str]:
    """An older copy laid over it in place: to the disk the same file, and not written to."""
    path, older = _older_and_newer(folder)
    with Session.open(path) as session:
        _set(session, "saved")()
        os.utime(path)  # to be touched is not to be overwritten
        _set(session, "saved")()
        shutil.copyfile(older, path)
        faults = _refusal(_set(session, "lost"), "written over the file")
        faults += [] if "is kept in" in session.look() else ["it is not told"]
        faults += _refusal(_set(session, "lost"), "written over the file")
    faults += [] if path.read_bytes() == older.read_bytes() else ["the copy is not as it was laid"]
    return faults + _both_whole(folder, there="")


def overwritten_unseen(folder: Path) -> list[str]:
    """The same, noticed only on closing."""
    path, older = _older_and_newer(folder)
    with Session.open(path) as session:
        _set(session, "saved")()
        shutil.copyfile(older, path)
    faults = [] if path.read_bytes() == older.read_bytes() else ["the copy is not as it was laid"]
    return faults + _both_whole(folder, there="")


def overwritten_by_noise(folder: Path) -> list[str]:
    """The same with what is no programme."""
    path, _ = _older_and_newer(folder)
    noise = os.urandom(50_000)
    with Session.open(path) as session:
        _set(session, "saved")()
        path.write_bytes(noise)
        faults = _refusal(_set(session, "lost"), "written over the file")
    return faults + ([] if path.read_bytes() == noise else ["it was written to"])


def overwritten_then_killed(folder: Path) -> list[str]:
    """The same, and the holder killed before it could see: nobody folds its log in, or reads it."""
    path, older = _older_and_newer(folder)
    with other(_OPENS, path) as holder:
        holder.save("one")
        shutil.copyfile(older, path)
    log = path.with_name(path.name + "-wal")
    before = path.read_bytes(), log.read_bytes()
    faults = _refusal(lambda: Session.open(path), "do not make a whole")
    faults += _refusal(lambda: Session.open(path, read_only=True), "do not make a whole")
    if examine(path, UserError("It does not open.")) == []:
        faults.append("verify finds nothing")
    if before != (path.read_bytes(), log.read_bytes()):
        faults.append("looking at it changed it")
    return faults + _without_log(path, "")


def _without_log(path: Path, there: str) -> list[str]:
    """What is wrong with the newcomer once the log of another is taken away, as it was told."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink()
    wrong, after = sound(path)
    if after is not None:
        with after:
            wrong += [] if _note(after) == there else ["the newcomer is not as it was"]
    return wrong


def moved(folder: Path) -> list[str]:
    """Moved away while open: a refusal, and what was open is kept under the old name's."""
    programme(folder)
    with Session.open(folder / FILE) as session:
        _set(session, "saved")()
        (folder / FILE).rename(folder / "elsewhere.gpkg")
        faults = _refusal(_set(session, "lost"), "moved or deleted")
    (kept,) = folder.glob("p.kept-*.gpkg")
    wrong, after = sound(kept)
    if after is not None:
        with after:
            faults += [] if _note(after) == "saved" else ["what was saved is not kept"]
    return faults + wrong


def log_taken(folder: Path) -> list[str]:
    """Its log deleted while open: a refusal, and what was open is kept."""
    programme(folder)
    with Session.open(folder / FILE) as session:
        _set(session, "saved")()
        (folder / f"{FILE}-wal").unlink()
        faults = _refusal(_set(session, "lost"), "-wal file beside it was taken away")
    (kept,) = folder.glob("p.kept-*.gpkg")
    wrong, after = sound(kept)
    if after is not None:
        with after:
            faults += [] if _note(after) == "saved" else ["what was saved is not kept"]
    return faults + wrong


def foreign_write(folder: Path) -> list[str]:
    """Another program adds to the journal behind our back: refused until opened again."""
    programme(folder)
    path = folder / FILE
    with Session.open(path) as session:
        _set(session, "saved")()
        connection = sqlite3.connect(str(path))
        connection.execute(
            "INSERT INTO txn SELECT arr + 1, hlc + 1, dev, n + 1, author, kind, label, "
            "effective_on, undo_of, received_at, first + cnt, 0, ctx, hash FROM txn "
            "ORDER BY arr DESC LIMIT 1"
        )
        connection.commit()
        connection.close()
        return _refusal(_set(session, "lost"), "Another program has changed")


def share(folder: Path) -> list[str]:
    """On a network share (as far as our own detection is told so): no log, and it is said."""
    programme(folder)
    path = folder / FILE
    script = (
        "import sys; from pathlib import Path; from tests.faults.works import *; on_a_share()\n"
        "from psnplanner.session import Session\n"
        "with Session.open(Path(sys.argv[1])) as s:\n"
        "    s.do(Amend('site', [SITES[0].id], {'note': 'saved'}))\n"
        "    p = s._run(lambda: s._file._db.execute('PRAGMA journal_mode').fetchone()[0])\n"
        "    left = [f.name for f in Path(sys.argv[1]).parent.iterdir() if 'wal' in f.name]\n"
        "    print(p, left, s.notice)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    told = "delete [] This programme lies on a network share (cifs)"
    faults = [] if done.stdout.startswith(told) else [done.stdout + done.stderr[-500:]]
    wrong, session = sound(path)
    if session is not None:
        with session:
            faults += [] if _note(session) == "saved" else ["what was saved is not there"]
    return faults + wrong


@contextlib.contextmanager
def _unwritable(disk: Path) -> Iterator[None]:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


def read_only_media(disk: Path) -> list[str]:
    """A medium that cannot be written, with and without a leftover log; as root, by remounting."""
    programme(disk / "work")
    path = disk / "work" / FILE
    with other(_OPENS, path) as holder:
        holder.save("in the log")
    faults = []
    with _unwritable(disk):
        faults += _refusal(lambda: Session.open(path), "-wal file beside it")
    wrong, session = sound(path)
    if session is not None:
        session.close()
    with _unwritable(disk), Session.open(path) as session:
        faults += [] if _note(session) == "in the log" else ["what was saved is not shown"]
        faults += _refusal(_set(session, "mine"), "read-only")
    return faults + wrong


def read_only_broken_off(disk: Path) -> list[str]:
    """A medium that cannot be written, with half a change in the file and the journal beside it."""
    programme(disk / "work")
    path = disk / "work" / FILE
    with other(_BREAKS_OFF, path) as holder:
        holder.hear()
    faults = [] if path.with_name(f"{FILE}-journal").exists() else ["the rig left no journal"]
    with _unwritable(disk):
        faults += _refusal(lambda: Session.open(path), "-journal file beside it")
    wrong, session = sound(path)
    if session is not None:
        with session:
            faults += [] if _note(session) == "" else ["half a change is shown"]
    return faults + wrong


STRANGERS: dict[str, Callable[[Path], list[str]]] = {
    "two programs": two_programs,
    "frozen PSN Planner (SIGSTOP)": frozen_planner,
    "frozen writer, another program": frozen_writer,
    "file replaced while open": replaced,
    "file replaced, seen on closing": replaced_unseen,
    "file replaced, holder killed": replaced_then_killed,
    "file overwritten in place while open": overwritten,
    "file overwritten in place, seen on closing": overwritten_unseen,
    "file overwritten in place by noise": overwritten_by_noise,
    "file overwritten in place, holder killed": overwritten_then_killed,
    "file moved while open": moved,
    "log deleted while open": log_taken,
    "journal written by another": foreign_write,
    "network share (simulated)": share,
}
"""Every one that needs no privilege, by name."""
