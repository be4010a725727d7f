"""How much `repair` saves: `python -m tests.faults.salvage FILE SHARE SEEDS [cut]`.

FILE may be a folder: then it is filled with 60 `varied` programmes, and each is spoilt in so many
ways. That share of a file's pages is zeroed, chosen anew by each seed; or with `cut` that share of
the file is cut off its end, from where the seed says. Prints one JSON object.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pysqlite3 as sqlite3

from psnplanner.file import carve
from psnplanner.file.repair import repair
from psnplanner.programme.edits import AddSites, Amend, AmendEach
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from tests.conftest import a_site

DAY = date(2014, 6, 2)


def spoilt(data: bytes, share: float, seed: int, *, cut: bool = False) -> bytes:
    """A file's bytes with that share of its pages zeroed, or cut short by it."""
    size = carve.page_size(data)
    count = len(data) // size
    many = max(1, round(count * share))
    if cut:
        return data[: len(data) - random.Random(seed).randint(1, many * size)]
    bad = bytearray(data)
    for page in random.Random(seed).sample(range(count), many):
        bad[page * size : (page + 1) * size] = bytes(size)
    return bytes(bad)


def said(path: Path) -> set[tuple[object, ...]]:
    """Every change of a file: when, of which field of which record, and its value."""
    connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
    try:
        return set(connection.execute("SELECT hlc, ent, row, fld, val FROM event").fetchall())
    finally:
        connection.close()


def campaign(
    path: Path, share: float, seeds: Iterable[int], *, cut: bool = False, check: int = 5
) -> dict[str, object]:
    """Repair a file spoilt in each of these ways; every `check`th result is opened and verified.

    What counts is not what `repair` says, but how many changes are there again, value and all.
    """
    data, faults = path.read_bytes(), []
    whole, shares, claimed = said(path), [], []
    with tempfile.TemporaryDirectory() as name:
        for seed in seeds:
            bad, out = Path(name) / "bad.gpkg", Path(name) / f"{seed}.gpkg"
            bad.write_bytes(spoilt(data, share, seed, cut=cut))
            claimed.append(repair(bad, out).share)
            shares.append(len(whole & said(out)) / len(whole))
            if seed % check == 0:
                with Session.open(out) as session:
                    faults += session.verify()
            out.unlink()
    shares.sort()
    return {
        "files": len(shares), "least": round(shares[0], 4),
        "p5": round(shares[len(shares) // 20], 4), "median": round(statistics.median(shares), 4),
        "least claimed": round(min(claimed), 4), "under 95 %": sum(s < 0.95 for s in shares),
        "faults": faults,
    }  # fmt: skip


VARIED = 60
_LENGTHS = (10, 30, 60, 120, 400)
_WORKS = ("overwritten", "saves", "stages", "list", "mixed", "notes")


def varied(folder: Path, count: int = VARIED) -> list[Path]:
    """Programmes of 10 to 400 sites, seeded: imported alone, overwritten, saved to one by one."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{seed:02}.gpkg" for seed in range(count)]
    for seed, path in enumerate(paths):
        if not path.exists():
            _make(path, _WORKS[seed % len(_WORKS)], random.Random(seed))
    return paths


def _make(path: Path, work: str, chance: random.Random) -> None:
    sites = [a_site(n, partner=None, node=None, phase=None)
             for n in range(1, chance.choice(_LENGTHS) + 1)]  # fmt: skip
    with Session.create(path, new_programme(status_on=DAY), author="office") as session:
        session.do(AddSites("list", sites, validated=frozenset(site.id for site in sites)))
        if work in ("overwritten", "mixed"):
            for n in range(chance.randint(5, 20)):
                told = {s.id: {"contact": f"{n} {chance.randint(0, 9999)}"} for s in sites}
                session.do(AmendEach("site", told, f"Visit {n}"))
        if work in ("saves", "mixed"):
            for n in range(chance.randint(50, 600)):
                field = chance.choice(("note", "contact", "address"))
                told = {field: f"word {n} {chance.random()}"}
                session.do(Amend("site", [chance.choice(sites).id], told))
        if work in ("stages", "mixed"):
            for site in sites:
                session.do(RecordStage(site.id, "desktop_survey", "in progress", DAY))
                session.do(RecordStage(site.id, "desktop_survey", "done", DAY))
        if work in ("notes", "mixed"):
            for n in range(chance.randint(1, 8)):
                told = {s.id: {"note": f"{n} {chance.random()} " + "y" * chance.randint(0, 300)}
                        for s in sites}  # fmt: skip
                session.do(AmendEach("site", told, f"Round {n}"))


def campaigns(paths: Iterable[Path], share: float, seeds: int, *, cut: bool) -> dict[str, object]:
    """What came of all of these files, the worst of each figure."""
    found = [campaign(path, share, range(seeds), cut=cut) for path in paths]
    least = ("least", "p5", "median", "least claimed")
    return {name: min(item[name] for item in found) for name in least} | {  # type: ignore[type-var]
        "files": sum(item["files"] for item in found),  # type: ignore[misc]
        "under 95 %": sum(item["under 95 %"] for item in found),  # type: ignore[misc]
        "faults": [fault for item in found for fault in item["faults"]],  # type: ignore[attr-defined]
    }


if __name__ == "__main__":
    file, share, count, *rest = sys.argv[1:]
    given = [Path(file)] if Path(file).is_file() else varied(Path(file))
    print(json.dumps(campaigns(given, float(share), int(count), cut="cut" in rest)))
