"""A real network share, mounted twice: to SSHFS each mount is a machine, and locks stay within it.

Needs `sshfs` and an SFTP server, and leave to mount; no network and no login, for the two speak
over a pipe.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from psnplanner.file.share import network_kind
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from tests.faults.works import FILE, SITES, programme, sound

_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server",
            "/usr/lib/ssh/sftp-server")  # fmt: skip
_OTHER = """
import json, os, sys
from pathlib import Path
from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from tests.faults.works import SITES
session = Session.open(Path(sys.argv[1]), author="other")
said = {"read only": session.read_only, "notice": session.notice, "saved": False}
try:
    session.do(Amend("site", [SITES[1].id], {"note": sys.argv[2]}))
    said["saved"] = True
except UserError as error:
    said["refused"] = str(error)
print(json.dumps(said), flush=True)
if sys.argv[2] == "crash":
    os._exit(9)
session.close()
"""


@contextmanager
def mounted(folder: Path) -> Iterator[tuple[Path, Path] | None]:
    """One folder of a server in two places; None where that cannot be had."""
    server = next(filter(os.path.exists, _SERVERS), None)
    if shutil.which("sshfs") is None or server is None:
        yield None
        return
    for name in ("served", "here", "there"):
        (folder / name).mkdir(parents=True)
    script = folder / "ssh"
    script.write_text(f"#!/bin/sh\nexec {server}\n")
    script.chmod(0o755)
    with ExitStack() as stack:
        places = []
        for name in ("here", "there"):
            command = ["sshfs", "-o", f"ssh_command={script}", f"x:{folder / 'served'}"]
            done = subprocess.run([*command, str(folder / name)], capture_output=True, check=False)
            if done.returncode == 0:
                stack.callback(subprocess.run, ["fusermount", "-u", str(folder / name)])
                places.append(folder / name)
        yield (places[0], places[1]) if len(places) == 2 else None


def _other(path: Path, note: str, home: Path) -> dict[str, Any]:
    """What another machine, with a home of its own, is told when it opens a file and saves."""
    done = subprocess.run(
        [sys.executable, "-c", _OTHER, str(path), note],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PSNPLANNER_HOME": str(home)},
    )  # fmt: skip
    said: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"broke": done.stderr[-300:]}
    return said


def two_machines(here: Path, there: Path) -> list[str]:
    """What goes wrong when two machines open a programme on a share, and one of them crashes."""
    programme(here / "work")
    path, same, home = here / "work" / FILE, there / "work" / FILE, here.parent / "home"
    faults = [] if network_kind(path) == "fuse.sshfs" else ["the share is not known for one"]
    with Session.open(path, author="here") as session:
        if "network share" not in session.notice:
            faults.append(f"nothing is said of the share: {session.notice!r}")
        session.do(Amend("site", [SITES[0].id], {"note": "saved here"}))
        said = _other(same, "at once", home)
        if said.get("saved") is not False or "has this programme open" not in said["notice"]:
            faults.append(f"the second machine is not held back: {said}")
        session.do(Amend("site", [SITES[0].id], {"note": "saved here again"}))
    faults += [] if (said := _other(same, "crash", home)).get("saved") else [f"not let in: {said}"]
    with Session.open(path) as session:
        if not session.read_only or "remove the file" not in session.notice:
            faults.append(f"after a crash elsewhere: {session.notice!r}")
    if not _other(same, "again", home).get("saved"):
        faults.append("the machine that crashed is not let in again")
    wrong, last = sound(path)
    if last is not None:
        with last:
            notes = [last.state.sites[site.id].note for site in SITES[:2]]
            faults += [] if notes == ["saved here again", "again"] else [f"there stands {notes}"]
    return faults + wrong
