"""The doors a file comes in by, as a person opens them: the verbs, or what the window calls.

`python -m tests.hostile.doors DOOR FILE PROGRAMME` opens one in a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from psnplanner import console, home
from psnplanner.cli import cli
from psnplanner.session import Session


def _verb(*words: str) -> Callable[[Path, Path], None]:
    def enter(theirs: Path, ours: Path) -> None:
        places = {"THEIRS": str(theirs), "OURS": str(ours)}
        cli.main([places.get(word, word) for word in words], standalone_mode=False)

    return enter


def _open(theirs: Path, _ours: Path) -> None:
    cli.main(["verify", str(theirs)], standalone_mode=False)
    cli.main(["findings", str(theirs)], standalone_mode=False)
    cli.main(["history", str(theirs)], standalone_mode=False)


def _told(theirs: Path, _ours: Path) -> None:
    out = str(theirs.with_name("out.html"))
    for words in (["snapshots", "FILE"], ["scenarios", "FILE"], ["figures", "FILE"],
                  ["baseline", "FILE"], ["reissue", "FILE", "1", out]):  # fmt: skip
        cli.main([str(theirs) if word == "FILE" else word for word in words],
                 standalone_mode=False)  # fmt: skip


def _unlock(theirs: Path, _ours: Path) -> None:
    from psnplanner.exchange import locked_pack

    locked_pack.unlocked(locked_pack.read(theirs), "four words of four", str(theirs))


def _repair(theirs: Path, _ours: Path) -> None:
    out = home.folder() / "saved.gpkg"  # where it may write, and nowhere else
    cli.main(["repair", str(theirs), str(out)], standalone_mode=False)


def _picture(theirs: Path, ours: Path) -> None:
    with Session.open(ours) as session:
        session.add_photograph(next(iter(session.state.sites)), theirs)


def _map(theirs: Path, _ours: Path) -> None:
    from psnplanner.geography.mbtiles import MBTiles

    with MBTiles(theirs) as found:
        found.tile(found.lowest, 0, 0)


def _workflow(theirs: Path, ours: Path) -> None:
    text = theirs.read_bytes().decode("utf-8", "replace")
    cli.main(["edit", str(ours), "programme", "x", f"workflow={text}"], standalone_mode=False)


def _settings(theirs: Path, _ours: Path) -> None:
    from psnplanner.ui.saved_views import ViewSettings

    ViewSettings.from_json(theirs.read_text("utf-8", "replace"))


DOORS: dict[str, Callable[[Path, Path], None]] = {
    "open": _open,
    "told": _told,
    "merge": _verb("merge", "OURS", "THEIRS"),
    "import": _verb("import", "OURS", "THEIRS"),
    "gazetteer": _verb("gazetteer", "add", "THEIRS"),
    "uprns": _verb("gazetteer", "add-uprn", "THEIRS"),
    "boundary": _verb("boundary", "add", "OURS", "THEIRS"),
    "unlock": _unlock,
    "repair": _repair,
    "restore": _verb("restore", "OURS", "THEIRS"),
    "picture": _picture,
    "map": _map,
    "workflow": _workflow,
    "settings": _settings,
}


def enter(door: str, theirs: Path, ours: Path) -> int:
    """Bring a file to a door; the exit code, as the command line gives it."""
    return console.run(lambda: DOORS[door](theirs, ours))


if __name__ == "__main__":
    console.use_utf8()
    sys.exit(enter(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
