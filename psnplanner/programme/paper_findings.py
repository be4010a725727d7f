"""What is wrong with the papers: certificates, contracts, wayleaves, waiting, gates passed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from psnplanner.programme.edits import plural
from psnplanner.programme.finding import ERROR, NOTE, WARNING, Finding, Look, finding, ids
from psnplanner.programme.gates import WAYLEAVE_STAGE, breaches, uk
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import BLOCKED, PASSED, WAITING, Stage


def certificates(look: Look) -> Iterator[Finding]:
    """Partners whose certificate will not cover the day their sites go live."""
    go_live_on = look.state.programme.go_live_on
    on = max(go_live_on, look.on) if go_live_on else look.on
    by_partner: dict[RecordId, list[Site]] = {}
    for site in look.waiting:
        for ident in dict.fromkeys((site.partner, *site.sharing)):
            if ident is not None and ident in look.state.partners:
                by_partner.setdefault(ident, []).append(site)
    for ident, sites in by_partner.items():
        held = [c for c in look.state.certificates.values() if c.partner == ident]
        if any(certificate.covers(on) for certificate in held):
            continue
        name = look.state.partners[ident].name
        fault = f"does not cover {uk(on)}" if held else "is missing"
        yield Finding(
            "certificate",
            WARNING,
            f"The compliance certificate of {name} {fault}: {plural(len(sites), 'site')} "
            "cannot go live.",
            ids(sites),
            f"Record a certificate of {name} that is valid on {uk(on)}.",
        )


def contracts(look: Look) -> Iterator[Finding]:
    """Old contracts that end too soon, or run on and are paid twice."""
    runs_out, pays_twice = [], []
    for site in look.waiting:
        phase, ends_on = look.phase(site), site.contract_ends_on
        if phase is None or phase.ends_on is None or ends_on is None:
            continue
        if ends_on < phase.ends_on:
            runs_out.append(site)
        elif ends_on > phase.ends_on:
            pays_twice.append(site)
    yield from finding(
        "out_of_contract",
        NOTE,
        runs_out,
        "lose their old contract before their phase ends",
        "Agree to extend the old service month by month, or move them to an earlier phase.",
        "loses its old contract before its phase ends",
    )
    go_live_on = look.state.programme.go_live_on
    beyond = [
        s for s in pays_twice if go_live_on and (s.contract_ends_on or go_live_on) > go_live_on
    ]
    pence = sum(site.annual_cost_pence or 0 for site in beyond)
    yield from finding(
        "double_running",
        NOTE,
        beyond,
        f"pay twice after go-live: their old contracts (£{pence / 100:,.0f} a year) run on",
        "Negotiate an early end with the old supplier, or let them go last.",
        f"pays twice after go-live: its old contract (£{pence / 100:,.0f} a year) runs on",
    )


def wayleaves(look: Look) -> Iterator[Finding]:
    """Wayleaves lost, and wayleaves nobody has requested in time."""
    state, stage = look.state, look.state.workflow.by_key.get(WAYLEAVE_STAGE)
    fallen: list[Site] = []
    unasked: list[Site] = []
    for site in look.waiting:
        wayleave = state.wayleave_of(site.id)
        if wayleave is not None and _is_lost(wayleave.state, wayleave.expires_on, look.on):
            fallen.append(site)
        elif not (wayleave and wayleave.state) and stage and _is_due(look, site, stage):
            unasked.append(site)
    yield from finding(
        "wayleave_lost",
        ERROR,
        fallen,
        "have a wayleave that was refused or has expired",
        "Ask the landowner again, find another route, or move the site to a later phase.",
        "has a wayleave that was refused or has expired",
    )
    likely = stage.working_days[1] if stage else 0
    yield from finding(
        "wayleave_not_requested",
        WARNING,
        unasked,
        f"need a wayleave nobody has requested, and start within the {likely:.0f} working days "
        "one takes",
        "Request the wayleaves now, or move the sites to a later phase.",
        f"needs a wayleave nobody has requested, and starts within the {likely:.0f} working days "
        "one takes",
    )


def _is_lost(state: str, expires_on: date | None, on: date) -> bool:
    return state in ("refused", "expired") or (expires_on is not None and expires_on < on)


def _is_due(look: Look, site: Site, stage: Stage) -> bool:
    if not site.tenure or not stage.applies_to(site):
        return False
    record = look.state.stages_of(site.id).get(stage.key)
    if record is not None and record.state in (*PASSED, WAITING, BLOCKED):
        return False
    phase = look.phase(site)
    if phase is None or phase.starts_on is None:
        return False
    return phase.starts_on < look.calendar.add(look.on, int(stage.working_days[1]))


def waiting(look: Look) -> Iterator[Finding]:
    """Stages that have waited beyond their longest duration, by stage."""
    overdue: dict[str, list[tuple[date, Site, StageRecord]]] = {}
    for site in look.waiting:
        for key, record in look.state.stages_of(site.id).items():
            stage = look.state.workflow.by_key.get(key)
            since = record.waiting_since
            if stage is None or record.state != WAITING or since is None:
                continue
            if look.calendar.between(since, look.on) > stage.working_days[2]:
                overdue.setdefault(key, []).append((since, site, record))
    for key, held in overdue.items():
        stage = look.state.workflow.by_key[key]
        since, site, record = min(held, key=lambda item: (item[0], item[1].reference))
        verb = "has" if len(held) == 1 else "have"
        yield Finding(
            "waiting_too_long",
            WARNING,
            f"{plural(len(held), 'site')} {verb} waited more than {stage.working_days[2]:.0f} "
            f"working days for “{stage.name}”: {site.reference} longest, on "
            f"{record.waiting_on or stage.owner} since {uk(since)}.",
            ids(look.ordered(item[1] for item in held)),
            f"Next: {record.next_action or stage.next_action}.",
        )


def broken_gates(look: Look) -> Iterator[Finding]:
    """Done work whose ground was taken from under it since, by reason."""
    broken: dict[tuple[str, str], dict[RecordId, Site]] = {}
    for site, stage, gate in breaches(look.state, look.state.sites.values()):
        broken.setdefault((stage.name, gate.sentence), {})[site.id] = site
    for (stage_name, sentence), sites in broken.items():
        yield Finding(
            "gate_breach",
            ERROR,
            f"{plural(len(sites), 'site')} with “{stage_name}” done, although {sentence}: "
            f"{next(iter(sites.values())).reference} first.",
            tuple(sites),
            "Put the condition right, reopen the stage, or record it again with a reason.",
        )


def overrides(look: Look) -> Iterator[Finding]:
    """Gates passed for a reason: each stays on record."""
    held = sorted(look.state.overrides.values(), key=lambda o: (o.given_on or date.min, o.id))
    for override in held:
        site = look.state.sites.get(override.site or b"")
        stage = look.state.workflow.by_key.get(override.stage)
        who, name = override.by or "somebody", site.reference if site else "a site now gone"
        day = f" on {uk(override.given_on)}" if override.given_on else ""
        yield Finding(
            "override",
            NOTE,
            f"{name}: “{stage.name if stage else override.stage}” was passed by {who}{day} "
            f"although {override.gate} (“{override.reason}”).",
            (site.id,) if site else (),
            "Nothing to do: an override stays on record.",
        )
