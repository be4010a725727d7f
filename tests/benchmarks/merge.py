"""Merging: 50 returns of 1,000 changes into a journal of a million, beside pygeodiff.

`python -m tests.benchmarks merge`. The office works meanwhile (`_merge_days`): some of it on the
same fields, both move some sites, and each removes some that the other works on. `lost unsaid`
counts the edits of either that are neither in the outcome nor in a conflict that anybody is told
of. A last row has the demo's own sites in 50 packs
of 20, merged in three orders; its `true conflicts` are counted by `tests.properties.test_merge`,
from who knew what, not by the program.

The million is written by the file's own append, a round of all fields of all sites to a
transaction, hashed and chained as ever; only the states in between are not worked out. What is
being done is told on standard error meanwhile.
"""

from __future__ import annotations

import dataclasses
import json
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from psnplanner.exchange.pack import Choice
from psnplanner.file.journal import Header
from psnplanner.file.store import ProgrammeFile
from psnplanner.programme.change import Change
from psnplanner.programme.edits import AddSites, AmendEach, Delete
from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from tests.benchmarks import _merge_geodiff as _geodiff
from tests.benchmarks._merge_days import (
    FIELDS,
    GONE,
    PACKS,
    PLACE,
    SITES,
    Edits,
    Work,
    days,
    lost,
    mixed,
    place,
)
from tests.benchmarks.file import sites
from tests.properties.test_merge import expected

ROUNDS = 10


def run() -> list[dict[str, Any]]:
    """A row for us, one for pygeodiff where it is installed, one for the demo."""
    with tempfile.TemporaryDirectory() as folder:
        return [_ours(Path(folder)), _geodiff.merged(Path(folder)), _demo(Path(folder))]


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
    path, edits, returns = folder / "office.gpkg", Edits(), []
    listed = [
        dataclasses.replace(site, position=Position(*place(n), "postcode", 75.0))
        for n, site in enumerate(sites(SITES))
    ]
    _grown(path, listed)
    ids = [site.id for site in listed]
    with Session.open(path, author="office") as office:
        for number, part, surveyor, meanwhile in days():
            packed = folder / f"{number}.gpkg"
            office.make_pack(packed, Choice(sites=[ids[n] for n in part]), f"Surveyor {number}")
            with Session.open(packed, author=f"Surveyor {number}") as pack:
                _do(pack, surveyor, ids)
                returns.append(packed.with_suffix(".psnreturn"))
                pack.write_return(returns[-1])
            packed.unlink()
            _do(office, meanwhile, ids)
            surveyor.add_to(edits)
            meanwhile.add_to(edits)
        journal = sum(item.count for item in office.transactions())
    _say(f"{len(returns)} returns written")
    command = [sys.executable, "-m", "tests.benchmarks.merge", str(path), *map(str, returns)]
    done = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    _say(f"merged in {done['seconds']} s")
    numbers = {ident: n for n, ident in enumerate(ids)}
    with Session.open(path, read_only=True) as office:
        names = {"position": PLACE, "-": GONE}
        told = {(numbers[c.record], names.get(c.field, c.field)) for c in office.conflicts()}
        after = {numbers[site.id]: _as_it_is(site) for site in office.state.sites.values()}
    return {
        "merging": "psnplanner", "returns": PACKS, "changes each": surveyor.changes,
        "into changes": journal, "seconds": done["seconds"], "cpu s": done["cpu"],
        "again s": done["again"], "peak MB": done["peak_mb"], "conflicts told": len(told),
        "lost unsaid": lost(edits, after, told), "places nobody gave": mixed(edits, after),
    }  # fmt: skip


def _do(session: Session, work: Work, ids: list[RecordId]) -> None:
    values: dict[RecordId, dict[str, Any]] = {ids[n]: dict(v) for n, v in work.values.items()}
    for number, where in work.places.items():
        values.setdefault(ids[number], {})["position"] = Position(*where, "by hand")
    session.do(AmendEach("site", values, "A day's work"))
    session.do(Delete("site", [ids[n] for n in work.removed]))


def _as_it_is(site: Site) -> dict[str, Any]:
    where = None if site.position is None else site.position[:2]
    return {**{name: getattr(site, name) for name in FIELDS}, PLACE: where}


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
    outcomes, seconds, missing, true = [], [], 0, 0
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
            missing += sum(here[key].events != item.events for key, item in brought.items())
            true = len(expected(list(here.values())))
            assert office.verify() == []
        _say(f"merged in order {number + 1}: {changes:,} changes, {len(told)} conflicts")
    alike = all(outcome == outcomes[0] for outcome in outcomes)
    return {
        "merging": "the demo in 3 orders", "returns": PACKS,
        "changes each": outcomes[0][2] // PACKS, "into changes": into,
        "seconds": round(sorted(seconds)[1], 2), "conflicts told": len(outcomes[0][1]),
        "lost unsaid": missing, "true conflicts": true,
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
