"""A disk that refuses: full, over quota, failing, at any of a work's writes and syncs.

`python -m tests.faults.refusals CALL ERROR FIRST EVERY FOLDER` has strace let the system calls
of a real process fail, one in EVERY, beginning with the FIRST. The process goes on working and
says what was saved and what was refused; afterwards the file is checked. Prints a JSON object.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.session import Session
from tests.faults.works import FILE, LISTED, SITES, arriving, holds, programme, sound, whole

SENT = "sent.pickle"
LONGEST_S = 300
SAID = {
    "ENOSPC": ("disk is full", "no space left", "disk refused"),
    "EDQUOT": ("disk refused", "refuses to write", "quota exceeded"),
    "EIO": ("disk refused", "refuses to write", "input/output error"),
}
"""What each refusal must be called, whichever of our layers met it."""


def campaign(call: str, error: str, first: int, every: int, folder: Path) -> dict[str, object]:
    """Work under refusals, then check what is there against what was said."""
    programme(folder)
    (folder / SENT).write_bytes(pickle.dumps(arriving(folder.parent / ".base")))
    command = [
        "strace", "-f", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={call}",
        "-e", f"inject={call}:error={error}:when={first}+{every}",
        sys.executable, "-m", "tests.faults.refusals", "--work", str(folder), error,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          timeout=LONGEST_S)  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    faults = [item["fault"] for item in said if "fault" in item]
    if done.returncode:
        faults.append(f"it ended with {done.returncode}: {done.stderr[-500:]}")
    saved = [item["saved"] for item in said if "saved" in item]
    refused = [item["refused"] for item in said if "refused" in item]
    return {
        "saved": len(saved), "refused": len(refused),
        "faults": faults + _there(folder, saved) + _left(folder, saved),
    }  # fmt: skip


def _there(folder: Path, saved: list[str]) -> list[str]:
    """What is wrong with the file, and which of what was saved is not in it."""
    faults, session = sound(folder / FILE)
    if session is None:
        return faults
    with session:
        told = [item.label for item in session.transactions()]
        notes = [label.removeprefix("save ") for label in saved if label.startswith("save ")]
        note = session.state.sites[SITES[0].id].note
        if notes and note != notes[-1]:
            faults.append(f"{notes[-1]} was saved last, {note or 'nothing'} is there")
        expected = 2 + sum(21 if label == "merge" else 1 for label in saved
                           if not label.startswith("backup"))  # fmt: skip
        if len(told) != expected:
            faults.append(f"{len(told)} transactions are there, not {expected}: {saved}")
    return faults


def _left(folder: Path, saved: list[str]) -> list[str]:
    """Pieces that were left, and backups that are not whole or lack what was saved before them."""
    faults = [f"{p.name} was left" for p in folder.iterdir() if ".part" in p.name]
    note = ""
    for label in saved:
        if label.startswith("save "):
            note = label.removeprefix("save ")
        elif label.startswith("backup ") and not (folder / f"{label}.gpkg").exists():
            faults.append(f"{label} is not there")
        elif label.startswith("backup "):
            faults += holds(folder / f"{label}.gpkg", note)
    for path in folder.glob("backup*.gpkg"):  # even where the folder's own sync was refused
        if path.stem not in saved:
            faults += whole(path)
    return faults


def attempt(label: str, work: Callable[[], object], error: str) -> bool:
    """Try a work and say how it went; whether it was done."""
    try:
        work()
    except UserError as refusal:
        known = any(words in str(refusal).lower() for words in SAID[error])
        print(json.dumps({"refused": label} if known else {"fault": f"{label}: {refusal}"}))
        return False
    except Exception:
        print(json.dumps({"fault": f"{label}: {traceback.format_exc()[-700:]}"}))
        return False
    print(json.dumps({"saved": label}), flush=True)
    return True


def _work(folder: Path, error: str) -> None:
    sent = pickle.loads((folder / SENT).read_bytes())
    try:
        session = Session.open(folder / FILE, author="worker")
    except UserError as refusal:  # every thread of a process has its own count of calls
        print(json.dumps({"refused": f"open: {refusal}"}))
        return
    imported = merged = False
    with session:
        for n in range(32):
            edit = Amend("site", [SITES[0].id], {"note": str(n + 1)})
            attempt(f"save {n + 1}", lambda edit=edit: session.do(edit), error)
            if n % 3 == 1 and not imported:
                edit = AddSites("list", LISTED, validated=frozenset(x.id for x in LISTED))
                imported = attempt("import", lambda edit=edit: session.do(edit), error)
            if n % 8 == 4:
                out = folder / f"backup {n}.gpkg"
                attempt(f"backup {n}", lambda out=out: session.backup(out), error)
            if n > 16 and not merged:
                merged = attempt("merge", lambda: session.merge(sent, "another copy"), error)


if __name__ == "__main__":
    if sys.argv[1] == "--work":
        _work(Path(sys.argv[2]), sys.argv[3])
    else:
        call, error, first, every, folder = sys.argv[1:]
        print(json.dumps(campaign(call, error, int(first), int(every), Path(folder))))
