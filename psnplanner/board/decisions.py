"""What the board is asked to decide, drawn from what stands in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from psnplanner.board.rating import LONG_WAIT_DAYS
from psnplanner.board.words import pounds

_MOST_OWNERS = 3


class Decision(TypedDict):
    """One thing asked of the board: what, why, of whom, and the sites it is about."""

    ask: str
    why: str
    of: str
    sites: list[str]


def decisions(f: Mapping[str, Any]) -> list[Decision]:
    """What these figures ask of the board, the most pressing first."""
    return [*_dates(f), *_blocked(f), *_waits(f), *_certificates(f), *_wayleaves(f), *_circuits(f)]


def _sites(rows: list[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(row["site"]) for row in rows))


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _dates(f: Mapping[str, Any]) -> Iterator[Decision]:
    late = f["late"]
    if late:
        worst = max(row["working_days"] for row in late)
        yield Decision(
            ask=f"Approve {'a new date' if len(late) == 1 else 'new dates'} for "
            f"{_many(len(late), 'site')} whose phase is over",
            why=f"The latest is {_many(worst, 'working day')} late.",
            of="board", sites=_sites(late),
        )  # fmt: skip
    if f["against_baseline"] is None and f["sites"]:
        yield Decision(
            ask="Approve a baseline", of="board", sites=[],
            why="No plan has been approved, so progress is measured against nothing.",
        )  # fmt: skip


def _blocked(f: Mapping[str, Any]) -> Iterator[Decision]:
    by_stage = Counter(row["stage"] for row in f["blocked"])
    if by_stage:
        sites = _sites(f["blocked"])
        listed = ", ".join(f"{count:,} at “{stage}”" for stage, count in by_stage.most_common(6))
        yield Decision(
            ask=f"Decide how {_many(len(sites), 'blocked site')} shall go on, or leave "
            "the programme",
            why=f"Nothing more is done there until that is decided: {listed}.",
            of="board", sites=sites,
        )  # fmt: skip


def _waits(f: Mapping[str, Any]) -> Iterator[Decision]:
    long: dict[str, list[Mapping[str, Any]]] = {}
    for row in f["waiting"]:
        if row["waiting_on"] and (row["working_days"] or 0) > LONG_WAIT_DAYS:
            long.setdefault(row["waiting_on"], []).append(row)
    ranked = sorted(long.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST_OWNERS]
    for owner, rows in ranked:
        worst = max(row["working_days"] for row in rows)
        yield Decision(
            ask=f"Have {_OWNERS.get(owner, owner)} answer for {_many(len(rows), 'stage')} "
            f"waiting over {LONG_WAIT_DAYS} working days",
            why=f"The longest has waited {_many(worst, 'working day')}.",
            of=owner, sites=_sites(rows),
        )  # fmt: skip


_OWNERS = {"landlord": "the landlords", "partner": "the partners",
           "highway authority": "the highway authorities",
           "old supplier": "the old suppliers"}  # fmt: skip


def _certificates(f: Mapping[str, Any]) -> Iterator[Decision]:
    for row in f["certificates"]:
        verb, fault = _FAULTS.get(row["state"], ("renew its", row["state"]))
        yield Decision(
            ask=f"Have {row['partner']} {verb} compliance certificate",
            why=f"It {fault}; without one none of its {_many(row['sites'], 'site')} may go live.",
            of=row["partner"], sites=[],
        )  # fmt: skip


_FAULTS = {"missing": ("obtain a", "has none"), "expired": ("renew its", "has expired"),
           "lapses": ("renew its", "lapses before go-live"),
           "not yet valid": ("bring forward its", "is not valid yet")}  # fmt: skip


def _wayleaves(f: Mapping[str, Any]) -> Iterator[Decision]:
    rows = [row for row in f["wayleaves_lapsing"] if row["state"] in ("refused", "lapsed")]
    if rows:
        yield Decision(
            ask=f"Decide on another route, or another landlord’s terms, for "
            f"{_many(len(rows), 'site')} without a standing wayleave",
            why="The wayleave was refused or has lapsed, and no work may be done on that land.",
            of="board", sites=_sites(rows),
        )  # fmt: skip


def _circuits(f: Mapping[str, Any]) -> Iterator[Decision]:
    overdue = [row for row in f["ledger"]["circuits"] if row["overdue"]]
    if overdue:
        yearly = pounds(sum(row["pence_a_year"] for row in overdue))
        yield Decision(
            ask=f"Have {_many(len(overdue), 'old circuit')} ceased that "
            f"{'is past its' if len(overdue) == 1 else 'are past their'} cease-by date",
            why=f"Both networks are paid for there: {yearly} a year." if yearly != "£0" else
            "Both networks are paid for there.",
            of="partners", sites=_sites(overdue),
        )  # fmt: skip
