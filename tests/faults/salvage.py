"""How much `repair` saves: `python -m tests.faults.salvage FILE SHARE SEEDS [cut]`.

That share of a file's pages is zeroed, chosen anew by each seed; or with `cut` that share of the
file is cut off its end, from where the seed says. Prints one JSON object.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pysqlite3 as sqlite3

from psnplanner.file import carve
from psnplanner.file.repair import repair
from psnplanner.session import Session


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


if __name__ == "__main__":
    file, share, count, *rest = sys.argv[1:]
    print(json.dumps(campaign(Path(file), float(share), range(int(count)), cut="cut" in rest)))
