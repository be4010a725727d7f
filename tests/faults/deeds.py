"""Everything that writes a file, as deeds to be tried where a disk is full.

A deed is done in a folder whose programme is laid out anew each time; what it writes begins with
`out`, or stands under `home`. What it needs besides lies on another disk, made once.
"""

from __future__ import annotations

import atexit
import functools
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from PIL import Image

from psnplanner.exchange.locked_pack import locked, unlocked
from psnplanner.exchange.pack import Choice
from psnplanner.file import in_step, rolling
from psnplanner.geography.gazetteer import add_release
from psnplanner.geography.uprn import add_table
from psnplanner.programme.boundary import Boundary
from psnplanner.programme.boundary_edits import AddBoundaries
from psnplanner.programme.edits import AddSites, AmendEach
from psnplanner.programme.travel import Sent
from psnplanner.session import Session, repair
from psnplanner.session.backups import restore_backup
from psnplanner.session.passphrases import decrypt, encrypt, hold
from psnplanner.whole_file import whole_file
from tests.faults.works import FILE, FORMATS, LISTED, SITES, arriving, clear, programme
from tests.geography.test_gazetteer import make_zip

DAY = date(2014, 6, 2)
WORDS = "correct horse battery"
Deed = Callable[[Path], object]


@functools.cache
def side() -> Path:
    """A folder on another disk."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def lay_out(name: str, folder: Path) -> None:
    """The programme that a deed is done to, and nothing beside it."""
    clear(folder)
    shutil.copy(LAID_OUT.get(name, _plain)(), folder / FILE)


@functools.cache
def _plain() -> Path:
    programme(side() / "p")
    return side() / "p" / FILE


@functools.cache
def _noted() -> Path:
    path = side() / "noted.gpkg"
    shutil.copy(_plain(), path)
    with Session.open(path) as session:
        session.do(AmendEach("site", {s.id: {"note": "x" * 400} for s in SITES}, "Notes"))
    return path


@functools.cache
def _pictured() -> Path:
    path = side() / "pictured.gpkg"
    shutil.copy(_plain(), path)
    with Session.open(path) as session:
        for n in range(3):
            session.add_photograph(SITES[n].id, _photograph())
    return path


@functools.cache
def _encrypted() -> Path:
    path = side() / "encrypted.gpkg"
    encrypt(_plain(), path, WORDS)
    hold(path, WORDS)
    return path


@functools.cache
def _packed() -> Path:
    path = side() / "pack.gpkg"
    with Session.open(_noted()) as session:
        session.make_pack(path, Choice(sites=tuple(s.id for s in SITES)), "Ann")
    with Session.open(path, author="Ann") as pack:
        pack.do(AmendEach("site", {s.id: {"note": _noise(2000)} for s in SITES}, "Seen"))
        pack.add_photograph(SITES[0].id, _photograph())
    return path


@functools.cache
def _photograph() -> bytes:
    path = side() / "photograph.jpg"
    Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000)).save(path)
    return path.read_bytes()


def _noise(length: int) -> str:
    return random.Random(1).randbytes(length // 2).hex()


@functools.cache
def _uprns() -> Path:
    """A table of UPRNs that is not in order, so that it has to be sorted."""
    path = side() / "uprns.csv"
    lines = [f"{100_000 - n},{50 + n / 50_000:.5f},-2.5" for n in range(20_000)]
    path.write_text("UPRN,LATITUDE,LONGITUDE\n" + "\n".join(lines) + "\n", "utf-8")
    return path


@functools.cache
def _postcodes() -> Path:
    places = {f"CH{n // 2000 + 1}{n // 26**2 % 10:3}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}":
              (10, 340_000 + n, 366_000) for n in range(6000)}  # fmt: skip
    return make_zip(side() / "postcodes.zip", places)


@functools.cache
def _whole_hub() -> list[list[in_step.Arriving]]:
    """All of a programme as a hub gives it: each transaction with its device's hash after it."""
    with Session.open(_noted(), read_only=True) as session:
        sent: list[Sent] = session.sent()
    hashes: dict[int, bytes] = {}
    batch = []
    for item in sent:
        hashes[item.dev] = in_step.hash_after(hashes.get(item.dev, b""), item)
        batch.append((item, hashes[item.dev]))
    return [batch]


def _within(deed: Callable[[Session, Path], object]) -> Deed:
    def done(folder: Path) -> None:
        with Session.open(folder / FILE, author="worker") as session:
            deed(session, folder)

    return done


def _edits(session: Session, _folder: Path) -> None:
    for n in range(3):
        session.do(AmendEach("site", {s.id: {"note": f"{n} " * 200} for s in SITES}, f"Round {n}"))


def _import(session: Session, _folder: Path) -> None:
    session.do(AddSites("list", LISTED, validated=frozenset(s.id for s in LISTED)))


def _merge(session: Session, _folder: Path) -> None:
    session.merge(arriving(side() / ".base"), "another copy")


def _rolling(session: Session, _folder: Path) -> None:
    # With the usual reserve the small disk itself would be refused.
    rolling.RESERVE_BYTES = 4096 - 2 * session.path.stat().st_size
    session.back_up()


def _pack(session: Session, out: Path, passphrase: str = "") -> None:
    choice = Choice(sites=tuple(s.id for s in SITES))
    session.make_pack(out, choice, "Ann", passphrase=passphrase)


def _return(folder: Path) -> None:
    with Session.open(_packed(), read_only=True) as pack:
        pack.write_return(folder / "out.psnreturn")


def _unlock(folder: Path) -> None:
    with whole_file(folder / "out unlocked.gpkg", replace=False) as beside:
        beside.write_bytes(unlocked(locked(_packed().read_bytes(), WORDS), WORDS))


def _outline(session: Session, _folder: Path) -> None:
    rings = ", ".join(f"{-2.9 + n / 90_000:.6f} {53 + n % 7 / 1000:.4f}" for n in range(9000))
    area = Boundary(id=bytes(15) + b"b", name="Halton",
                    geometry=f"POLYGON(({rings}, -2.9 53.0))")  # fmt: skip
    session.do(AddBoundaries([area], "layer"))


def _at_home(deed: Callable[[], object]) -> Deed:
    """Done for a person whose own folder is on the disk."""

    def done(folder: Path) -> None:
        usual = os.environ.get("PSNPLANNER_HOME")
        os.environ["PSNPLANNER_HOME"] = str(folder / "home")
        try:
            deed()
        finally:
            os.environ.pop("PSNPLANNER_HOME")
            if usual is not None:
                os.environ["PSNPLANNER_HOME"] = usual

    return done


LAID_OUT: dict[str, Callable[[], Path]] = {
    "migration": lambda: FORMATS / "0001_programme_file.gpkg",
    "undo": _noted,
    "photographs out": _pictured,
    "encrypted: saves": _encrypted,
    "decrypt": _encrypted,
}
"""What a deed is done to, where it is not the small programme."""

DEEDS: dict[str, Deed] = {
    "opening": _within(lambda s, f: None),
    "saves": _within(_edits),
    "import": _within(_import),
    "merge": _within(_merge),
    "undo": _within(lambda s, f: s.undo()),
    "migration": _within(lambda s, f: None),
    "boundaries": _within(_outline),
    "photograph": _within(lambda s, f: s.add_photograph(SITES[0].id, _photograph())),
    "photographs out": _within(lambda s, f: s.export_photographs(f / "photographs")),
    "backup": _within(lambda s, f: s.backup(f / "out backup.gpkg")),
    "rolling backup": _within(_rolling),
    "restore as a new file": lambda f: restore_backup(_noted(), f / "out restored.gpkg"),
    "restore in its place": lambda f: restore_backup(_noted(), f / FILE, replace=True),
    "field pack": _within(lambda s, f: _pack(s, f / "out pack.gpkg")),
    "locked pack": _within(lambda s, f: _pack(s, f / "out.locked", WORDS)),
    "unlock": _unlock,
    "phone sheet": _within(lambda s, f: _pack(s, f / "out sheet.html")),
    "return": _return,
    **{
        f"snapshot ({kind})": _within(lambda s, f, kind=kind: s.snapshot(f / f"out.{kind}"))
        for kind in ("html", "pdf", "svg", "png")
    },
    "snapshot issued": _within(lambda s, f: s.issue(f / "out issued.svg")),
    "comparison": _within(lambda s, f: s.write_comparison(f / "out changes.html", DAY, DAY)),
    **{
        f"export ({kind})": _within(lambda s, f, kind=kind: s.export(f / f"out.{kind}"))
        for kind in ("csv", "xlsx", "geojson", "gpkg", "kml", "shp", "zip")
    },
    "repair": lambda f: repair(f / FILE, f / "out repaired.gpkg"),
    "new programme": lambda f: Session.create(f / "out new.gpkg").close(),
    "joining a hub": lambda f: in_step.receive_whole(
        f / "out joined.gpkg", _whole_hub(), datetime.now(UTC), {}
    ),
    "encrypt": lambda f: encrypt(f / FILE, f / "out encrypted.gpkg", WORDS),
    "encrypted: saves": _within(_edits),
    "decrypt": lambda f: decrypt(f / FILE, f / "out plain.gpkg"),
    "gazetteer": _at_home(lambda: add_release(_postcodes())),
    "UPRNs": _at_home(lambda: add_table(_uprns())),
}
"""What is tried, by name."""
