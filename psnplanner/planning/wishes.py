"""Wishes as arrays: which phases they leave a site, which sites are one unit, which must part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np

from psnplanner.errors import UserError
from psnplanner.planning.grouping import Flags, Ints
from psnplanner.programme.gates import uk
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.wish import APART, NOT_AFTER, NOT_BEFORE, TOGETHER, Wish


@dataclass(frozen=True, eq=False)
class Wished:
    """`open_to` (N, K) phases that wishes leave a site; `unit` (N,) sites that are one;
    `apart` (M, 2) pairs of units that must not meet."""

    open_to: Flags
    unit: Ints
    apart: Ints


def wished(
    state: State, sites: Sequence[Site], phases: Sequence[Phase], fixed: Flags, current: Ints
) -> Wished:
    """The wishes about these sites. Sites that stay where they are (`fixed`) heed no dates.

    Raises UserError, naming both, where wishes contradict each other or a lock.
    """
    row = {site.id: i for i, site in enumerate(sites)}
    open_to = _open_to(state, row, phases, len(sites))
    open_to[fixed] = True
    unit = _units(state, row, len(sites))
    _check_units(sites, phases, unit, fixed, current)
    pairs = _apart(state, sites, phases, row, unit, fixed, current)
    return Wished(open_to, unit, pairs)


def _open_to(state: State, row: dict[RecordId, int], phases: Sequence[Phase], count: int) -> Flags:
    """Where the dates wished for let each site be. Raises UserError where they leave no day."""
    result = np.ones((count, len(phases)), dtype=bool)
    earliest: dict[RecordId, date] = {}
    latest: dict[RecordId, date] = {}
    for wish in state.wishes.values():
        on = wish.on
        if on is None:
            continue
        for ident in wish.sites:
            if wish.kind == NOT_BEFORE:
                earliest[ident] = max(earliest.get(ident, on), on)
            elif wish.kind == NOT_AFTER:
                latest[ident] = min(latest.get(ident, on), on)
    for ident, i in row.items():
        first, last = earliest.get(ident, date.min), latest.get(ident, date.max)
        if first > last:
            raise UserError(
                f"Wishes about {_name(state, ident)} contradict each other: not before "
                f"{uk(first)}, and not after {uk(last)}.",
                remedy="Take one of them back.",
            )
        if ident in earliest or ident in latest:
            result[i] = [
                first <= (p.starts_on or date.min) and (p.ends_on or date.max) <= last
                for p in phases
            ]
    return result


def _units(state: State, row: dict[RecordId, int], count: int) -> Ints:
    """The unit of each site: those wished together share one, all others are alone."""
    first = list(range(count))

    def root(i: int) -> int:
        while first[i] != i:
            i = first[i]
        return i

    for wish in state.wishes.values():
        rows = [row[ident] for ident in wish.sites if ident in row]
        if wish.kind == TOGETHER:
            for i in rows[1:]:
                low, high = sorted((root(rows[0]), root(i)))
                first[high] = low
    roots = [root(i) for i in range(count)]
    return np.unique(roots, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _check_units(
    sites: Sequence[Site], phases: Sequence[Phase], unit: Ints, fixed: Flags, current: Ints
) -> None:
    held: dict[int, int] = {}
    for i in np.flatnonzero(fixed).tolist():
        other = held.setdefault(int(unit[i]), i)
        if current[other] != current[i]:
            raise UserError(
                f"{_title(sites[other])} and {_title(sites[i])} are wished together, but stay in "
                f"{phases[current[other]].name} and {phases[current[i]].name}.",
                remedy="Unlock one of them, or take the wish back.",
            )


def _apart(
    state: State,
    sites: Sequence[Site],
    phases: Sequence[Phase],
    row: dict[RecordId, int],
    unit: Ints,
    fixed: Flags,
    current: Ints,
) -> Ints:
    pairs: set[tuple[int, int]] = set()
    for wish in state.wishes.values():
        rows = [row[ident] for ident in wish.sites if ident in row]
        for i, j in combinations(rows, 2) if wish.kind == APART else ():
            together = f"{_title(sites[i])} and {_title(sites[j])} are wished apart"
            if unit[i] == unit[j]:
                raise UserError(f"{together}, and together.", remedy="Take one wish back.")
            if fixed[i] and fixed[j] and current[i] == current[j]:
                raise UserError(
                    f"{together}, but both stay in {phases[current[i]].name}.",
                    remedy="Unlock one of them, or take the wish back.",
                )
            pairs.add((min(int(unit[i]), int(unit[j])), max(int(unit[i]), int(unit[j]))))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def broken(state: State, phase_of: dict[RecordId, Phase], held: frozenset[RecordId]) -> list[str]:
    """The wishes that a plan breaks, each in a sentence; `held` sites may not be moved by one."""
    return [said for wish in state.wishes.values() for said in _broken(state, wish, phase_of, held)]


def _broken(
    state: State, wish: Wish, phase_of: dict[RecordId, Phase], held: frozenset[RecordId]
) -> list[str]:
    inside = [ident for ident in wish.sites if ident in phase_of]
    free = [ident for ident in inside if ident not in held]
    if wish.kind in (NOT_BEFORE, NOT_AFTER) and wish.on is not None:
        return [
            f"{_name(state, ident)} is in {phase_of[ident].name}, "
            f"though wished {wish.kind} {uk(wish.on)}"
            for ident in free
            if not _keeps(wish, phase_of[ident])
        ]
    where = [phase_of[ident].id for ident in inside]
    if wish.kind == TOGETHER and len(set(where)) > 1 and free:
        return [f"{_name(state, inside[0])} and {len(inside) - 1} more are not together"]
    if wish.kind == APART and len(set(where)) < len(where) and free:
        return [f"{_name(state, inside[0])} and {len(inside) - 1} more are not apart"]
    return []


def _keeps(wish: Wish, phase: Phase) -> bool:
    if wish.on is None:
        return True
    if wish.kind == NOT_BEFORE:
        return wish.on <= (phase.starts_on or date.min)
    return (phase.ends_on or date.max) <= wish.on


def _name(state: State, ident: RecordId) -> str:
    return _title(state.sites[ident])


def _title(site: Site) -> str:
    return site.reference or site.name
