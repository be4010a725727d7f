"""Many devices over years at a hub, seeded; and the processes that `hub` starts.

What the devices do is made up, how it goes to the hub is not: whole transactions of real chains,
in batches, each device on its own connection or in turn on one. Five years of 230 working days
and 200 devices are 230,000 device days; 20 million changes are 87 on each of them, in some 22
transactions. Each device syncs at every working hour, and its next transaction then tells what
it has learnt. Fewer changes are fewer days of the same kind.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from psnplanner.file.in_step import hash_after
from psnplanner.hub import sending
from psnplanner.hub.address import Address
from psnplanner.hub.connection import connected
from psnplanner.hub.wire import Knowing, Parcel
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.programme.site import StageRecord
from psnplanner.programme.travel import Sent, SentEvent
from psnplanner.session import Session, new_programme
from psnplanner.session.hub import hub_address, hub_grant
from tests.conftest import a_site, ident
from tests.hub.server import Server

DEVICES, SITES = 200, 5_000
DAYS, HOURS = 5 * 230, 8
FULL = 20_000_000
_SITE, _STAGE = 5, 6
_NOTE, _CONTACT, _STAGE_NOTE, _STAGE_STATE = 19, 20, 9, 3
_STAGES = ("desktop_survey", "site_survey", "wayleave", "design", "build", "test", "live")
_WORDS = ("keys at reception, ask for the caretaker", "duct blocked at the second chamber",
          "cabinet moved to the comms room", "asbestos register seen", "rung, no answer",
          "power on the left of the door", "access before nine only")  # fmt: skip


class Device:
    """One laptop's own transactions, with their clock, numbers and chain."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self.dev, self._dice = dice.getrandbits(46) | 1, dice
        self._author = f"surveyor {number}"
        self.n, self._hash = 0, b""
        self._knew: dict[int, int] = {}
        self._begun: set[bytes] = set()

    def make(self, at: datetime, sites: list[bytes], known: dict[int, int] | None) -> Parcel:
        """One action: some field edits, or a stage with its record."""
        self.n += 1
        hlc = (int(at.timestamp() * 1000) << 16) + self.n % 1000
        ctx = None
        if known is not None:
            ctx = {dev: n for dev, n in sorted(known.items()) if dev != self.dev}
        events = tuple({(e.row, e.fld): e for e in self._events(sites)}.values())
        item = Sent(hlc, self.dev, self.n, self._author, "edit", "Change note of a site",
                    at.date().isoformat(), None, ctx, events)  # fmt: skip
        self._hash = hash_after(self._hash, item)
        return Parcel(item, self._hash)

    def _events(self, sites: list[bytes]) -> Iterator[SentEvent]:
        dice = self._dice
        for _ in range(dice.choice((1, 2, 3))):
            site = dice.choice(sites)
            text = f"{dice.choice(_WORDS)} ({dice.randrange(10_000)})"
            yield SentEvent(_SITE, site, dice.choice((_NOTE, _CONTACT)), text, 1, 1)
        site, stage = dice.choice(sites), dice.choice(_STAGES)
        record = StageRecord.id_for(site, stage)
        if record not in self._begun and dice.random() < 0.5:
            self._begun.add(record)
            bundle = {"1": site.hex(), "2": stage, "3": "in progress", "9": dice.choice(_WORDS)}
            yield SentEvent(_STAGE, record, 0, json.dumps(bundle, separators=(",", ":")))
        else:
            yield SentEvent(_SITE, dice.choice(sites), 24, dice.choice(_WORDS), 1, 1)
        yield SentEvent(_SITE, dice.choice(sites), 6, f"{dice.randrange(300)} High Street", 1, 1)


def _programme(server: Server, folder: Path, name: str, sites: int) -> tuple[str, list[bytes]]:
    """A hub with a programme that begins in 2020, and its sites."""
    begins = datetime(2020, 1, 1, 8, tzinfo=UTC)
    url = server.database(name)
    listed = [a_site(n, partner=None, node=None, phase=None) for n in range(sites)]
    with Session.create(folder / f"{name}.gpkg", new_programme(), author="office",
                        clock=lambda: begins) as office:  # fmt: skip
        office.do(AddSites("list", listed))
        office.init_hub(hub_address(url))
    return url, [site.id for site in listed]


def run(server: Server, folder: Path, changes: int, seed: int) -> list[dict[str, Any]]:
    """What so many changes of 200 devices cost, and by that what 20 million would."""
    dice = random.Random(seed)
    url, sites = _programme(server, folder, "years", SITES)
    before = int(str(server.asked("SELECT pg_database_size(current_database())", "years")))
    start, cpu = time.perf_counter(), time.process_time()
    made, transactions, last_hour = _years(hub_address(url), sites, changes, dice)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    server.admin("VACUUM ANALYZE", database="years")
    grown = int(str(server.asked("SELECT pg_database_size(current_database())", "years"))) - before
    rows = [{"scale": "changes made by 200 devices", "measured": made, "at 20 million": FULL}]
    rows.append(_row("transactions", transactions, made))
    rows.append(_row("push, s (one connection)", took, made))
    rows.append(_row("hub, MB", grown / 1e6, made))
    rows.append({"scale": "hub, bytes a change", "measured": round(grown / made)})
    for table in ("event", "txn", "slot"):
        size = int(
            str(server.asked(f"SELECT pg_total_relation_size('psnplanner.{table}')", "years"))
        )
        rows.append(_row(f"- of which {table}, MB", size / 1e6, made, grows=table != "slot"))
    rows += _laptop(server, folder, url, made, last_hour)
    rows += _queries(server, url, sites)
    return rows


def _row(what: str, value: float, made: int, *, grows: bool = True) -> dict[str, Any]:
    full = value * FULL / made if grows else value
    digits = 0 if value >= 100 else 2
    return {"scale": what, "measured": round(value, digits), "at 20 million": round(full, digits)}


def _years(
    address: Address, sites: list[bytes], changes: int, dice: random.Random
) -> tuple[int, int, int]:
    """Send so many changes; how many there were, in how many transactions, the last hour's."""
    devices = [Device(n, dice) for n in range(DEVICES)]
    day_of = FULL // (DAYS * DEVICES)
    made = transactions = hour_of = 0
    at = datetime(2020, 1, 2, 8, tzinfo=UTC)
    known: dict[int, int] = {}
    with connected(address) as connection:
        knowing = Knowing()
        while made < changes:
            hour_of, hour = 0, []
            for device in devices:
                learnt: dict[int, int] | None = dict(known) or None
                share = 0
                while share < day_of / HOURS:
                    moment = at + timedelta(seconds=dice.uniform(0, 1) * 3 + 10 * share)
                    parcel = device.make(moment, sites, learnt)
                    learnt = None
                    share += len(parcel.item.events)
                    hour.append(parcel)
                hour_of += share
            hour.sort(key=lambda parcel: (parcel.item.hlc, parcel.item.dev))
            for part in range(0, len(hour), sending.MOST_TRANSACTIONS):
                sending.send(connection, hour[part : part + sending.MOST_TRANSACTIONS], knowing,
                             lambda _: None)  # fmt: skip
            known = {device.dev: device.n for device in devices}
            made, transactions = made + hour_of, transactions + len(hour)
            at += timedelta(hours=1 if at.hour < 7 + HOURS else 25 - HOURS)
    return made, transactions, hour_of


def _laptop(server: Server, folder: Path, url: str, made: int, hour: int) -> list[dict[str, Any]]:
    """A laptop that joins, and one that was away for an hour of everybody's work."""
    del server, hour
    address, out = hub_address(url), folder / "joined.gpkg"
    start = time.perf_counter()
    with Session.join_hub(address, out, author="new") as session:
        joined = time.perf_counter() - start
        start = time.perf_counter()
        session.sync(address)
        idle = time.perf_counter() - start
        ident_ = next(iter(session.state.sites))
        session.do(Amend("site", [ident_], {"note": "one change"}))
        start = time.perf_counter()
        session.sync(address)
        single = time.perf_counter() - start
        size = out.stat().st_size
        start = time.perf_counter()
        changed = _come_back(session, address, folder)
        back = time.perf_counter() - start
    start = time.perf_counter()
    Session.open(out).close()
    opened = time.perf_counter() - start
    return [
        _row("join: a whole new laptop, s", joined, made),
        _row("laptop's file, MB", size / 1e6, made),
        {"scale": "laptop's file, bytes a change", "measured": round(size / made)},
        _row("laptop: open the programme, s", opened, made),
        {"scale": "sync with nothing to do, s", "measured": round(idle, 3)},
        {"scale": "sync of one change, s", "measured": round(single, 3)},
        {"scale": f"sync of {changed:,} changes by 200 others, s", "measured": round(back, 3)},
    ]


def _come_back(session: Session, address: Address, folder: Path) -> int:
    """Two hundred other devices work for an hour; then this one syncs."""
    del folder
    dice = random.Random(2)
    known = session.vector()
    at = datetime.now(UTC)
    sites = list(session.state.sites)
    parcels = []
    for number in range(DEVICES):
        device = Device(number, dice)
        parcels.append(device.make(at, sites, dict(known)))
        parcels += [device.make(at, sites, None) for _ in range(2)]
    parcels.sort(key=lambda parcel: (parcel.item.hlc, parcel.item.dev))
    with connected(address) as connection:
        sending.send(connection, parcels, Knowing(), lambda _: None)
    return session.sync(address).received_changes


def _queries(server: Server, url: str, sites: list[bytes]) -> list[dict[str, Any]]:
    """What a reporting tool and a surveyor wait for."""
    given = {"site": sites[7].hex()}
    hub_grant(hub_address(url), "sue", "surveyor", sites=["S007", "S008"], password="x")
    questions = {
        "query: all sites, s": ("SELECT count(*), max(note) FROM psnplanner.sites", "owner"),
        "query: all stages, s": ("SELECT count(*), max(note) FROM psnplanner.stages", "owner"),
        "query: one record's history, s": (
            "SELECT count(*), max(val) FROM psnplanner.event WHERE record = '{site}'", "owner"),
        "query: a surveyor's state, s": ("SELECT count(*), max(fld) FROM psnplanner.slot", "sue"),
        "query: a surveyor's sites, s": (
            "SELECT count(*), max(note) FROM psnplanner.sites", "sue"),
    }  # fmt: skip
    rows = []
    for what, (question, who) in questions.items():
        address = server.url("years") if who == "owner" else server.url("years", who, "x")
        with connected(hub_address(address)) as connection:
            start = time.perf_counter()
            connection.execute(question.format(**given).encode()).fetchall()
            rows.append({"scale": what, "measured": round(time.perf_counter() - start, 3)})
    return rows


# -- Processes of their own ----------------------------------------------------------------


def flood(address: Address, clients: int, seconds: float) -> dict[str, Any]:
    """Connections that send at once what each made beforehand; what the hub took."""
    url = _url(address)
    command = [sys.executable, "-m", "tests.benchmarks._hub_years", "flood", url, str(seconds)]
    running = [
        subprocess.Popen([*command, str(n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for n in range(clients)
    ]
    for process in running:  # until each has made what it will send
        assert process.stdout
        process.stdout.readline()
    for process in running:
        assert process.stdin
        process.stdin.write(b"go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate()[0]) for process in running]
    took = max(item["seconds"] for item in told)
    changes, transactions = (sum(item[k] for item in told) for k in ("changes", "transactions"))
    return {"seconds": round(took, 1), "changes": changes, "changes/s": round(changes / took),
            "transactions/s": round(transactions / took)}  # fmt: skip


def _url(address: Address) -> str:
    text = str(address)
    return text.replace("@", f":{address.password}@", 1)


def _flood(url: str, seconds: float, number: int) -> None:
    dice = random.Random(number)
    device, at = Device(number, dice), datetime(2024, 1, 1, tzinfo=UTC)
    sites = [ident(f"site {n}") for n in range(200)]
    parcels = [device.make(at + timedelta(seconds=n), sites, None) for n in range(40_000)]
    batches = [parcels[n : n + 20] for n in range(0, len(parcels), 20)]
    with connected(hub_address(url)) as connection:
        print("ready", flush=True)
        sys.stdin.readline()
        start, sent = time.monotonic(), 0
        while time.monotonic() - start < seconds and sent < len(batches):
            sending.send(connection, batches[sent], Knowing(), lambda _: None)
            sent += 1
        took = time.monotonic() - start
    done = [parcel for batch in batches[:sent] for parcel in batch]
    changes = sum(len(parcel.item.events) for parcel in done)
    print(json.dumps({"seconds": took, "changes": changes, "transactions": len(done)}))


def _edit_and_sync(path: Path, url: str, seconds: float, number: int) -> None:
    dice, sent, received = random.Random(number), 0, 0
    with Session.open(path, author=f"laptop {number}") as session:
        sites, give_up = sorted(session.state.sites), time.monotonic() + seconds
        while time.monotonic() < give_up:
            for _ in range(20):
                text = f"{number} {dice.random()}"
                session.do(Amend("site", [dice.choice(sites)], {"note": text}))
            done = session.sync(hub_address(url))
            sent, received = sent + done.sent_changes, received + done.received_changes
    print(sent, received)


if __name__ == "__main__":
    if sys.argv[1] == "flood":
        _flood(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
    else:
        _edit_and_sync(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
