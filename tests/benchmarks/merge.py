"""Merging: 50 returns of 1,000 changes into a journal of a million, beside pygeodiff.

`python -m tests.benchmarks merge`. The office edits meanwhile, some of it the same fields, and
removes some sites that are worked on. `lost unsaid` counts the edits that are neither in the
outcome nor in a conflict that anybody is told of. A last row has the demo's own sites in 50 packs
of 20, merged in three orders; its `true conflicts` are counted by `tests.properties.test_merge`,
from who knew what, not by the program.

The million is written by the file's own append, a round of all fields of all sites to a
transaction, hashed and chained as ever; only the states in between are not worked out. What is
being done is told on standard error meanwhile.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pysqlite3

from psnplanner.exchange.pack import Choice
from psnplanner.file.journal import Header
from psnplanner.file.store import ProgrammeFile
from psnplanner.programme.change import Change
from psnplanner.programme.edits import AddSites, AmendEach, Delete
from psnplanner.programme.record import RecordId
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from tests.benchmarks.file import sites
from tests.properties.test_merge import expected

SITES, ROUNDS, PACKS = 20_000, 10, 50
FIELDS = ("note", "contact", "address", "kind", "safety")
EACH = 200
"""Sites in a pack; all five fields of each are changed."""
SHARED, REMOVED = 20, 2
"""Of each pack's sites: how many the office changes too, and how many it removes."""


def run() -> list[dict[str, Any]]:
    """A row for us, one for pygeodiff where it is installed, one for the demo."""
    with tempfile.TemporaryDirectory() as folder:
        return [_ours(Path(folder)), _geodiff(Path(folder)), _demo(Path(folder))]


def _say(words: str) -> None:
    print(f"  {time.perf_counter():8.1f} s  {words}", file=sys.stderr, flush=True)


def _grown(path: Path, listed: list[Any]) -> None:
    """A programme of these sites with a million changes behind it."""
    with Session.create(path, new_programme()) as office:
        office.do(AddSites("list", listed))
        before = office.state
    file = ProgrammeFile.open(path)
    for n in range(ROUNDS):
        changes = [
            Change("site", site.id, f, "" if n == 0 else f"{f} {n - 1}", f"{f} {n}")
            for site in listed
            for f in FIELDS
        ]
        header = Header("office", "edit", f"Round {n}", date(2014, 3, 3))
        after = before.after(changes) if n == ROUNDS - 1 else before
        file.append(header, changes, before, after, datetime.now(UTC))
        _say(f"{len(changes) * (n + 1):,} changes in the journal")
    file.close()


def _ours(folder: Path) -> dict[str, Any]:
    path, listed = folder / "office.gpkg", sites(SITES)
    _grown(path, listed)
    edits: dict[tuple[RecordId, str], set[str]] = {}
    with Session.open(path, author="office") as office:
        returns = [
            _a_day(office, folder, number, [site.id for site in part], edits)
            for number, part in enumerate(_parts(listed))
        ]
        journal = sum(item.count for item in office.transactions())
    _say(f"{len(returns)} returns written")
    command = [sys.executable, "-m", "tests.benchmarks.merge", str(path), *map(str, returns)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    _say(f"merged in {told['seconds']} s")
    with Session.open(path, read_only=True) as office:
        conflicts = {(c.record, c.field) for c in office.conflicts()}
        lost = sum(
            site_field not in conflicts
            and (site_field[0], "-") not in conflicts
            and (
                site_field[0] not in office.state.sites
                or getattr(office.state.sites[site_field[0]], site_field[1]) not in values
            )
            for site_field, values in edits.items()
        )
    return {
        "merging": "psnplanner", "returns": PACKS, "changes each": EACH * len(FIELDS),
        "into changes": journal, "seconds": told["seconds"], "cpu s": told["cpu"],
        "again s": told["again"], "peak MB": told["peak_mb"], "conflicts told": len(conflicts),
        "lost unsaid": lost,
    }  # fmt: skip


def _a_day(
    office: Session, folder: Path, number: int, idents: list[RecordId],
    edits: dict[tuple[RecordId, str], set[str]],
) -> Path:  # fmt: skip
    """A pack out, all its fields changed, its return written; and the office meanwhile."""
    packed = folder / f"{number}.gpkg"
    office.make_pack(packed, Choice(sites=idents), f"Surveyor {number}")
    with Session.open(packed, author=f"Surveyor {number}") as pack:
        done = {i: {f: f"{f} by {number}" for f in FIELDS} for i in idents}
        pack.do(AmendEach("site", done, "A day's work"))
        back = packed.with_suffix(".psnreturn")
        pack.write_return(back)
    packed.unlink()
    for ident, values in done.items():
        for name, value in values.items():
            edits.setdefault((ident, name), set()).add(value)
    same = {i: {"note": f"office {number}"} for i in idents[:SHARED]}
    office.do(AmendEach("site", same, "Meanwhile in the office"))
    office.do(Delete("site", idents[-REMOVED:]))
    return back


def _parts(listed: list[Any]) -> list[tuple[Any, ...]]:
    left = iter(listed)
    return [tuple(islice(left, EACH)) for _ in range(PACKS)]


def merge_all(path: Path, returns: list[Path]) -> dict[str, float]:
    """Merge returns into a programme; seconds, and this process's peak memory."""
    import resource

    with Session.open(path) as office:
        start, cpu = time.perf_counter(), time.process_time()
        for item in returns:
            office.merge_file(item)
        middle, cpu = time.perf_counter(), time.process_time() - cpu
        for item in returns:
            assert office.merge_file(item).transactions == 0
        again = time.perf_counter() - middle
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": round(middle - start, 2), "cpu": round(cpu, 2),
            "again": round(again, 2), "peak_mb": round(peak)}  # fmt: skip


def _geodiff(folder: Path) -> dict[str, Any]:
    """The same edits as rows of one table, rebased one after the other."""
    try:
        from pygeodiff import GeoDiff
    except ImportError:
        return {"merging": "pygeodiff", "conflicts told": "not installed"}
    engine = GeoDiff()
    base, office = folder / "base.sqlite", folder / "now.sqlite"
    names = ", ".join(FIELDS)
    with pysqlite3.connect(str(base)) as db:
        db.execute(f"CREATE TABLE site (fid INTEGER PRIMARY KEY, {names})")
        rows = [(n, *(f"{f} 9" for f in FIELDS)) for n in range(SITES)]
        db.executemany("INSERT INTO site VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.close()
    shutil.copy(base, office)
    edits: dict[tuple[int, str], set[str]] = {}
    mine = []
    for number, part in enumerate(_parts(list(range(SITES)))):
        mine.append(folder / f"mine{number}.sqlite")
        shutil.copy(base, mine[-1])
        with pysqlite3.connect(str(mine[-1])) as db:
            sets = ", ".join(f"{f} = '{f} by {number}'" for f in FIELDS)
            db.executemany(f"UPDATE site SET {sets} WHERE fid = ?", [(n,) for n in part])
        db.close()
        for n in part:
            for name in FIELDS:
                edits.setdefault((n, name), set()).add(f"{name} by {number}")
        with pysqlite3.connect(str(office)) as db:
            sql = f"UPDATE site SET note = 'office {number}' WHERE fid = ?"
            db.executemany(sql, [(n,) for n in part[:SHARED]])
            db.executemany("DELETE FROM site WHERE fid = ?", [(n,) for n in part[-REMOVED:]])
        db.close()
    conflicts: set[tuple[int, str]] = set()
    start, cpu = time.perf_counter(), time.process_time()
    for copy in mine:
        told = folder / "conflicts.json"
        told.unlink(missing_ok=True)
        engine.rebase(str(base), str(office), str(copy), str(told))
        shutil.copy(copy, office)
        if told.exists():
            found = json.loads(told.read_text())
            for item in found.get("geodiff", []):
                for change in item.get("changes", []):
                    conflicts.add((int(item["fid"]), FIELDS[change["column"] - 1]))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    _say(f"pygeodiff rebased in {seconds:.1f} s")
    db = pysqlite3.connect(str(office))
    after = {row[0]: dict(zip(FIELDS, row[1:], strict=True)) for row in db.execute(
        f"SELECT fid, {names} FROM site")}  # fmt: skip
    db.close()
    lost = sum(
        (n, name) not in conflicts and (n not in after or after[n][name] not in values)
        for (n, name), values in edits.items()
    )
    return {
        "merging": "pygeodiff", "returns": PACKS, "changes each": EACH * len(FIELDS),
        "seconds": round(seconds, 2), "cpu s": round(cpu, 2), "conflicts told": len(conflicts),
        "lost unsaid": lost,
    }  # fmt: skip


def _demo(folder: Path) -> dict[str, Any]:
    """The demo's sites in 50 packs of 20, edited with the office, merged in three orders."""
    from psnplanner.demo import write

    dice, first = random.Random(7), folder / "demo.gpkg"
    write(first)
    _say("the demo written")
    returns = []
    with Session.open(first, author="office") as office:
        known = sorted(office.state.sites)
        day, into = office.present_day, sum(item.count for item in office.transactions())
        for number in range(PACKS):
            packed = folder / f"d{number}.gpkg"
            who = f"Surveyor {number}"
            office.make_pack(packed, Choice(sites=dice.sample(known, 20), sensitive=True), who)
            with Session.open(packed, author=who) as pack:
                _work(pack, list(pack.state.sites), dice, 25, day)
                returns.append(packed.with_suffix(".psnreturn"))
                pack.write_return(returns[-1])
            _work(office, dice.sample(known, 20), dice, 10, day)
    _say("50 packs worked on, and the office meanwhile")
    orders = [returns, returns[::-1], dice.sample(returns, len(returns))]
    outcomes, seconds, lost, true = [], [], 0, 0
    for number, order in enumerate(orders):
        copy = folder / f"order{number}.gpkg"
        with Session.open(first) as office:
            office.backup(copy)
        with Session.open(copy) as office:
            brought = {(t.dev, t.n): t for r in order for t in office.read_arrival(r).transactions}
            start = time.perf_counter()
            changes = sum(office.merge_file(item).events for item in order)
            seconds.append(time.perf_counter() - start)
            told = {(c.record, c.field) for c in office.conflicts()}
            outcomes.append((office.state.tables, told, changes))
            here = {(t.dev, t.n): t for t in office.sent()}
            lost += sum(here[key].events != item.events for key, item in brought.items())
            true = len(expected(list(here.values())))
            assert office.verify() == []
        _say(f"merged in order {number + 1}: {changes:,} changes, {len(told)} conflicts")
    alike = all(outcome == outcomes[0] for outcome in outcomes)
    return {
        "merging": "the demo in 3 orders", "returns": PACKS,
        "changes each": outcomes[0][2] // PACKS, "into changes": into,
        "seconds": round(sorted(seconds)[1], 2), "conflicts told": len(outcomes[0][1]),
        "lost unsaid": lost, "true conflicts": true,
        "the same programme": "yes" if alike else "NO",
    }  # fmt: skip


def _work(session: Session, idents: list[RecordId], dice: random.Random, count: int, day: date
          ) -> None:  # fmt: skip
    """Some edits and stages; what a gate refuses is not done."""
    from psnplanner.errors import UserError

    stages = session.state.workflow.stages
    for _ in range(count):
        ident, text = dice.choice(idents), f"{session.author} {dice.random():.6f}"
        try:
            if dice.random() < 0.5:
                values = {dice.choice(FIELDS): text}
                session.do(AmendEach("site", {ident: values}, "Edit"))
            else:
                stage = dice.choice(stages).key
                session.do(RecordStage(ident, stage, "in progress", day, note=text))
        except UserError:
            continue


if __name__ == "__main__":
    print(json.dumps(merge_all(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])))
