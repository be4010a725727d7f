"""What the verbs say to a person, where no JSON is asked for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from psnplanner.console import table
from psnplanner.programme.words import plural, uk


def import_lines(report: dict[str, Any]) -> list[str]:
    """What an import read, and what there is to look at."""
    would = "Would read" if report["dry_run"] else "Read"
    lines = [
        f"{would} {report['read']:,} rows: {report['added']:,} added, {report['updated']:,} "
        f"updated, {report['unchanged']:,} unchanged, {report['skipped']:,} skipped.",
        f"{report['placed']:,} placed on the map, {report['unplaced']:,} not.",
    ]
    lines += _change_lines(report)
    lines += _twice_lines(report)
    if "rows_to_mend" in report:
        count = plural(report["rows_to_mend"], "row")
        lines += ["", f"Wrote {count} to mend to {report['problems_file']}."]
    if report["problems"]:
        lines += ["", f"{len(report['problems']):,} to look at:"]
        shown = [
            (p["row"], p["column"], p["value"], p["message"], p["remedy"])
            for p in report["problems"]
        ]
        lines += table(("Row", "Column", "Value", "What", "What to do"), shown)
    return lines


def _twice_lines(report: dict[str, Any]) -> list[str]:
    """How many buildings are there twice, and how to settle them where nobody has yet."""
    if not report["duplicates"]:
        return []
    said = f"{plural(len(report['duplicates']), 'building')} seem to be there twice: "
    if len(report["duplicates"]) == 1:
        said = said.replace("seem", "seems")
    if report["settled_as"]:
        return ["", f"{said}settled as {report['settled_as']}."]
    first = "“--settle proposed”, or “duplicates” once it is imported."
    return ["", said + (first if report["dry_run"] else "“duplicates” shows and settles them.")]


def _change_lines(report: dict[str, Any]) -> list[str]:
    """Field by field, what the list changes in sites that are known, and what it does not."""
    shown = [
        (row["row"], row["reference"], field.replace("_", " "), values["now"], then)
        for row in report["rows"]
        for told, mark in ((row["changes"], ""), (row["kept"], " (not taken)"))
        for field, values in told.items()
        for then in [f"{values['then']}{mark}"]
    ]
    if not shown:
        return []
    return ["", f"{len(shown):,} changes to sites that are known:",
            *table(("Row", "Site", "Field", "Now", "In the list"), shown)]  # fmt: skip


def duplicate_lines(document: dict[str, Any]) -> list[str]:
    """Each group with its proposal, reasons and sites; then what was settled."""
    lines = []
    for group in document["groups"]:
        sure = f"{group['confidence']:.0%}"
        lines.append(
            f"{group['group']}. {group['proposal']} ({sure}): {'; '.join(group['reasons'])}"
        )
        for site in group["sites"]:
            lines.append(f"     {site['reference']}  {site['name']}, {site['postcode']}")
    lines = lines or ["No building seems to be there twice."]
    if document["settled"]:
        lines += ["", f"{document['settled']}."]
    return lines


def plan_lines(report: dict[str, Any]) -> list[str]:
    """A plan's phases, who is in none, and what falls short."""
    headings = ("Phase", "Starts", "Ends", "Worked from", "Spread km", "Sites", "Partners",
                "Crew-days", "Capacity")  # fmt: skip
    rows = [
        (
            p["name"], _day(p["starts_on"]), _day(p["ends_on"]),
            (p["base"] or "").partition(",")[0], round(p["spread_km"], 1), p["sites"],
            len(p["partners"]), round(p["used_days"], 1), round(p["capacity_days"], 1),
        )
        for p in report["phases"]
    ]  # fmt: skip
    lines = table(headings, rows)
    lines += ["", f"{report['sites_planned']:,} sites in {len(report['phases'])} phases."]
    if report["unplanned"]:
        lines.append(f"{len(report['unplanned']):,} in none:")
        lines += [f"  {item['reference']}: {item['reason']}" for item in report["unplanned"]]
    if report["shortfall"]:
        lines.append(f"Shortfall: {report['shortfall']}")
    lines += [f"Caution: {said}" for said in report["cautions"]]
    cost, proof = report["cost"]["total_pounds"], report["proof"]
    lines.append(
        f"£{cost:,.0f}; no plan costs less than £{proof['bound_pounds']:,.0f} "
        f"(proved gap {proof['gap_percent']:.1f} %). By priority alone: "
        f"£{report['greedy_total']:,.0f}."
    )
    lines += report["changes"]
    if not report["applied"]:
        lines.append("Proposed only; add --apply to put it in force.")
    return lines


def _day(iso: str | None) -> str:
    """A day of a report in words; none, none."""
    return uk(date.fromisoformat(iso)) if iso else ""


def explain_lines(document: dict[str, Any]) -> list[str]:
    """A site's phase, why, and what else it might be."""
    where = f"is in {document['phase']}" if document["phase"] else "is in no phase"
    lines = [f"{document['reference']} {where}; it costs £{document['pounds']:,.0f} there."]
    lines += [f"  {reason}" for reason in document["reasons"]]
    if document["days"]:
        lines.append(f"  {document['days']['sentence']}")
    if document["alternatives"]:
        lines += ["Instead:", *(f"  {item['sentence']}" for item in document["alternatives"])]
    return lines


def price_lines(document: dict[str, Any]) -> list[str]:
    """The price of a move, and what goes with it."""
    to = f"To {document['phase']}" if document["phase"] else "Out of any phase"
    return [f"{to}: {document['headline']}.", *(f"  {said}" for said in document["sentences"])]


def pressure_lines(pressures: list[dict[str, Any]]) -> list[str]:
    """What binds the plan most."""
    return [item["sentence"] for item in pressures] or ["No phase is so full that it costs money."]


def scenario_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Scenarios as they are kept, or side by side once planned."""
    if not rows:
        return ["No scenarios are kept yet: add one with --add NAME."]
    if "total_pounds" not in rows[0]:
        return table(("Scenario", "What is different"),
                     [(row["scenario"], row["words"]) for row in rows])  # fmt: skip
    shown = [
        (
            row["scenario"], f"£{row['total_pounds']:,}",
            f"{'−' if row['difference_pounds'] < 0 else '+'}£{abs(row['difference_pounds']):,}",
            row["sites_planned"], row["sites_late"], row["moved"],
            _day(row["last_phase_ends_on"]),
            f"{row['gap_percent']:.1f} %",
        )
        for row in rows
    ]  # fmt: skip
    headings = ("Scenario", "Costs", "More", "Planned", "Late", "Moved", "Ends", "Gap")
    short = [f"{row['scenario']}: {row['shortfall']}" for row in rows if row["shortfall"]]
    return [*table(headings, shown), *short]


def figure_lines(found: Any) -> list[str]:
    """The headline, then sites by status and phase, and what waits on whom."""
    lines = [
        f"{found['programme']}, {uk(date.fromisoformat(found['status_on']))}: "
        f"{found['live']:,} of {found['sites']:,} sites live, "
        f"{_to_go_live(found['days_to_go_live'])}.",
        "",
        *table(("Status", "Sites"), found["by_status"].items()),
    ]
    if found["by_phase"]:
        keys = ("sites", "live", "late", "crew_days", "capacity_days")
        phases = [(p["name"] or "(none)", *(p[key] for key in keys)) for p in found["by_phase"]]
        lines += ["", *table(("Phase", "Sites", "Live", "Late", "Crew-days", "Capacity"), phases)]
    if found["waiting_on"]:
        parts = ("waiting_on", "stages", "longest_working_days")
        owners = [tuple(w[key] for key in parts) for w in found["waiting_on"]]
        lines += ["", *table(("Waiting on", "Stages", "Longest, working days"), owners)]
    money = found["savings"]
    if money["forecast_pence_a_year"]:
        now, then = (round(money[f"{key}_pence_a_year"] / 100) for key in ("realised", "forecast"))
        lines += ["", f"Saved £{now:,} a year, £{then:,} when all old circuits have ceased.",
                  money["explained"]]  # fmt: skip
    return lines


def _to_go_live(days: int | None) -> str:
    if days is None:
        return "no go-live set"
    return f"{plural(abs(days), 'day')} {'to' if days >= 0 else 'after'} go-live"


def plain(value: Any) -> Any:
    """A field's value as a JSON-ready value."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def merge_lines(document: dict[str, Any]) -> list[str]:
    """What each merge brought, and what is left to settle."""
    would = "would bring" if document["dry_run"] else "brought"
    lines = []
    for item in document["merged"]:
        if not item["transactions"]:
            lines.append(f"{item['file']}: nothing new.")
            continue
        of, pictures = item["arrived"]["changes"], item["arrived"]["photographs"]
        said = f"{item['file']} {would} {item['changes']:,} of {plural(of, 'change')}"
        said += f", {pictures:,} of {plural(pictures, 'photograph')}" if pictures else ""
        lines.append(f"{said}; {len(item['conflicts']):,} in conflict.")
    if document["open_conflicts"]:
        count = plural(document["open_conflicts"], "conflict")
        lines.append(f"{count} to settle: see “conflicts”.")
    return lines


def conflict_lines(document: list[dict[str, Any]]) -> list[str]:
    """Each conflict with what it was, and who says what; the first value is in force."""
    lines = []
    for item in document:
        what = " ".join(filter(None, (item["site"], item["stage"], item["field"])))
        lines.append(f"{item['conflict']}. {what} (was: {item['base']})")
        for number, head in enumerate(item["values"], 1):
            value = "removed" if head["value"] is None and item["field"] == "-" else head["value"]
            at = datetime.fromisoformat(head["at"]).astimezone()
            when = f"{uk(at.date())} {at:%H:%M}"
            lines.append(f"   {number}. {value}  ({head['by']}, {when})")
    return lines or ["There are no conflicts."]


def wish_lines(rows: list[dict[str, Any]]) -> list[str]:
    """The wishes with their numbers."""
    if not rows:
        return ["Nothing is wished."]
    shown = [
        (w["number"], w["kind"], uk(date.fromisoformat(w["on"])) if w["on"] else "",
         ", ".join(w["sites"]), w["reason"])
        for w in rows
    ]  # fmt: skip
    return table(("Number", "Wish", "Day", "Sites", "Reason"), shown)
