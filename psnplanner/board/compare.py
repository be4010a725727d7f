"""What changed between two days: a pure function of the two states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, TypedDict

from psnplanner.board.attention import stuck_on
from psnplanner.board.due import live_on
from psnplanner.board.ledger import longest_overrun, original_and_revised
from psnplanner.board.savings import savings
from psnplanner.board.small_counts import OTHER_PHASES
from psnplanner.board.words import pounds
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.words import plain
from psnplanner.programme.working_days import Calendar


class Changed(TypedDict):
    """One site that changed. What does not apply is None or empty; dates are ISO 8601.

    `on` is the day it went live; `was_on` and `now_on` when it was and is to be live, and
    `working_days` the difference, late positive; `was` and `now` are the names of phases.
    """

    site: str
    name: str
    partner: str
    on: str | None
    was_on: str | None
    now_on: str | None
    working_days: int | None
    was: str
    now: str
    cause: str


class Money(TypedDict):
    """A sum on each day and the difference, in pence (a year, where the name says so)."""

    what: str
    was_pence: int
    now_pence: int
    difference_pence: int


Comparison = TypedDict(
    "Comparison",
    {
        "from": str,
        "to": str,
        "sites_was": int,
        "sites_now": int,
        "live_was": int,
        "live_now": int,
        "newly_live": list[Changed],
        "live_no_longer": list[Changed],
        "slipped": list[Changed],
        "brought_forward": list[Changed],
        "newly_blocked": list[Changed],
        "unblocked": list[Changed],
        "moved_phase": list[Changed],
        "added": list[Changed],
        "removed": list[Changed],
        "money": list[Money],
        "sentences": list[str],
    },
)
"""Everything that changed, each list by reference (slips by their length first)."""

_MONEY = {
    "realised_pence_a_year": "saved a year",
    "double_running_pence_a_year": "paid twice a year",
    "forecast_pence_a_year": "saved a year when all old circuits have ceased",
    "saved_so_far_pence": "saved so far",
}


def compare(
    before: State,
    after: State,
    from_day: date,
    to_day: date,
    calendar: Calendar,
) -> Comparison:
    """What became of the programme from one day to another.

    A site slipped if the day it is to be live moved later. That day is its plan's, and from the
    moment it is past, each day on which the site is still not live.
    """
    both = [ident for ident in after.sites if ident in before.sites]
    told = [ident for ident in both if not (_merged(before, ident) or _merged(after, ident))]
    was, now = before.statuses, after.statuses
    slips = list(_slips(before, after, from_day, to_day, calendar, told))

    def of(wanted: Callable[[RecordId], bool], cause: Callable[[Site], str] = _no) -> list[Changed]:
        sites = (after.sites[ident] for ident in both if wanted(ident))
        return _sorted(_changed(after, site, cause=cause(site)) for site in sites)

    newly = [i for i, status in now.items() if status == "live" and was.get(i) != "live"]
    found: Any = {
        "from": from_day.isoformat(),
        "to": to_day.isoformat(),
        "sites_was": len(before.sites),
        "sites_now": len(after.sites),
        "live_was": sum(status == "live" for status in was.values()),
        "live_now": sum(status == "live" for status in now.values()),
        "newly_live": _sorted(_lived(after, after.sites[i]) for i in newly),
        "live_no_longer": of(lambda i: was[i] == "live" and now[i] != "live"),
        "slipped": [row for row in slips if (row["working_days"] or 0) > 0],
        "brought_forward": [row for row in reversed(slips) if (row["working_days"] or 0) < 0],
        "newly_blocked": of(
            lambda i: now[i] == "blocked" and was[i] != "blocked", lambda s: stuck_on(after, s)
        ),
        "unblocked": of(lambda i: was[i] == "blocked" and now[i] != "blocked"),
        "moved_phase": _sorted(_moves(before, after, told)),
        "added": _sorted(
            _changed(after, s) for i, s in after.sites.items() if i not in before.sites
        ),
        "removed": _sorted(
            _changed(before, s) for i, s in before.sites.items() if i not in after.sites
        ),
        "money": _money(before, after, from_day, to_day),
    }  # fmt: skip
    found["sentences"] = list(_sentences(found))
    result: Comparison = found
    return result


def _merged(state: State, ident: RecordId) -> bool:
    """Whether a site's phase is told of with others as one: then its dates are not its own."""
    phase = state.phases.get(state.sites[ident].phase or b"")
    return phase is not None and phase.name == OTHER_PHASES


def _no(_site: Site) -> str:
    return ""


def _changed(state: State, site: Site, **values: Any) -> Changed:
    blank: dict[str, Any] = dict.fromkeys(("on", "was_on", "now_on", "working_days"))
    given = {**blank, "was": "", "now": "", "cause": "", **values}
    made: Changed = Changed(
        site=site.reference, name=site.name, partner=state.partner_name(site.partner),
        **given,  # type: ignore[typeddict-item]
    )  # fmt: skip
    return made


def _sorted(rows: Iterable[Changed]) -> list[Changed]:
    return sorted(rows, key=lambda row: (row["site"], row["name"]))


def _lived(after: State, site: Site) -> Changed:
    lived = live_on(after, site)
    return _changed(after, site, on=lived.isoformat() if lived else None)


def _slips(
    before: State,
    after: State,
    from_day: date,
    to_day: date,
    calendar: Calendar,
    both: Iterable[RecordId],
) -> Iterator[Changed]:
    rows = []
    for ident in both:
        if before.statuses[ident] == "live":
            continue
        old = original_and_revised(before, before.sites[ident], from_day, None)
        new = original_and_revised(after, after.sites[ident], to_day, None)
        if old is None or new is None or old[1] == new[1]:
            continue
        if new[1] < old[1] and after.statuses[ident] == "live":
            continue  # done before its day: that is good, but moved nothing
        site = after.sites[ident]
        rows.append(
            _changed(
                after, site, was_on=old[1].isoformat(), now_on=new[1].isoformat(),
                working_days=calendar.between(old[1], new[1]),
                cause=_cause(before, after, site, to_day, calendar),
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (-(row["working_days"] or 0), row["site"], row["name"]))
    yield from rows


def _cause(before: State, after: State, site: Site, to_day: date, calendar: Calendar) -> str:
    """Why a site's day moved: its phase, that phase's window, or what holds or held it up."""
    old, new = before.sites[site.id].phase, site.phase
    was, now = before.phases.get(old or b""), after.phases.get(new or b"")
    if old != new and was is not None and now is not None:
        return f"moved from {was.name} to {now.name}"
    if was is not None and now is not None and was.ends_on != now.ends_on:
        return f"the window of {now.name} was moved"
    stuck = stuck_on(after, site)
    if stuck:
        return stuck
    if after.statuses[site.id] == "live":
        return longest_overrun(after, site, to_day, calendar) or "went live late"
    stage = after.workflow.next_stage(site, after.stages_of(site.id))
    return f"{stage.name} not done" if stage else ""


def _moves(before: State, after: State, both: Iterable[RecordId]) -> Iterator[Changed]:
    for ident in both:
        old, new = before.sites[ident].phase, after.sites[ident].phase
        if old != new:
            was, now = before.phases.get(old or b""), after.phases.get(new or b"")
            yield _changed(
                after, after.sites[ident], was=was.name if was else "no phase",
                now=now.name if now else "no phase",
            )  # fmt: skip


def _money(before: State, after: State, from_day: date, to_day: date) -> list[Money]:
    was: Any = savings(before, from_day)
    now: Any = savings(after, to_day)
    return [
        Money(what=what, was_pence=was[key], now_pence=now[key],
              difference_pence=now[key] - was[key])
        for key, what in _MONEY.items()
    ]  # fmt: skip


def _sentences(found: dict[str, Any]) -> Iterator[str]:
    start, end = (uk(date.fromisoformat(found[key])) for key in ("from", "to"))
    yield (
        f"From {start} to {end} the programme went from {found['live_was']:,} of "
        f"{found['sites_was']:,} sites live to {found['live_now']:,} of {found['sites_now']:,}."
    )
    for key, one, many in _COUNTED:
        count = len(found[key])
        if count:
            yield f"{count:,} {one if count == 1 else many}{_tail(key, found[key])}."
    for row in found["money"]:
        if row["difference_pence"]:
            more = "up" if row["difference_pence"] > 0 else "down"
            yield (
                f"{row['what'].capitalize()}: {pounds(row['now_pence'])}, {more} "
                f"{pounds(abs(row['difference_pence']))} from {pounds(row['was_pence'])}."
            )


_COUNTED = (
    ("newly_live", "site went live", "sites went live"),
    ("live_no_longer", "site is live no longer", "sites are live no longer"),
    ("slipped", "site slipped", "sites slipped"),
    ("brought_forward", "site was brought forward", "sites were brought forward"),
    ("newly_blocked", "site is newly blocked", "sites are newly blocked"),
    ("unblocked", "site is blocked no longer", "sites are blocked no longer"),
    ("moved_phase", "site moved to another phase", "sites moved to another phase"),
    ("added", "site was added", "sites were added"),
    ("removed", "site was removed", "sites were removed"),
)


def _tail(key: str, rows: list[Changed]) -> str:
    if key == "slipped":
        total, worst = sum(row["working_days"] or 0 for row in rows), rows[0]
        name = _called(worst)
        cause = f" ({plain(worst['cause'], 160)})" if worst["cause"] else ""
        return f", {total:,} working days in all; the furthest, {name}, by " \
               f"{worst['working_days']:,}{cause}"  # fmt: skip
    if key in ("newly_live", "newly_blocked", "added", "removed") and len(rows) <= 4:
        return ": " + ", ".join(map(_called, rows))
    return ""


def _called(row: Changed) -> str:
    # A sentence is read in a terminal as well: a name may not turn it round, or drown it.
    return plain(row["name"] or row["site"], 80)
