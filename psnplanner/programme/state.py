"""All records of a programme at one moment, and the folding of changes into the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import ClassVar, TypeVar, cast

from psnplanner.programme.baseline import Baseline
from psnplanner.programme.boundary import Boundary
from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.issued import IssuedSnapshot
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Record, RecordId, day, pairs, text, whole, yes_no
from psnplanner.programme.saved_view import SavedView
from psnplanner.programme.scenario import Scenario
from psnplanner.programme.site import Override, Site, StageRecord, Wayleave
from psnplanner.programme.stage import Workflow
from psnplanner.programme.wish import Wish

PROGRAMME_ID: RecordId = bytes(15) + b"\x01"
"""The id of the one programme record of every file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme(Record):
    """The whole undertaking. `status_on` None means today; `workflow` is its stages as TOML.

    `list_columns` remembers how columns were understood, by the shape of the list they were in.
    """

    ENTITY: ClassVar[str] = "programme"
    ENTITY_NUMBER: ClassVar[int] = 1

    name: str = text(1)
    go_live_on: date | None = day(2)
    status_on: date | None = day(3)
    starts_on: date | None = day(4)
    workflow: str = text(5)
    saving_target_pence: int | None = whole(6)
    illustrative: bool = yes_no(7)
    list_columns: tuple[tuple[str, str], ...] = pairs(8)


RECORD_TYPES: dict[str, type[Record]] = {
    kind.ENTITY: kind
    for kind in (
        Programme,
        Partner,
        Node,
        Phase,
        Site,
        StageRecord,
        Wayleave,
        Certificate,
        ClosedWindow,
        Override,
        Boundary,
        SavedView,
        Photograph,
        FieldPack,
        Wish,
        Scenario,
        Baseline,
        IssuedSnapshot,
    )
}
"""Every kind of record by its entity name."""

R = TypeVar("R", bound=Record)
T = TypeVar("T")
NO_STAGES: Mapping[str, StageRecord] = {}
_STATE = attrgetter("state")
_parse_workflow = lru_cache(maxsize=8)(Workflow.parse)


def _empty() -> dict[str, dict[RecordId, Record]]:
    return {entity: {} for entity in RECORD_TYPES}


@dataclass(frozen=True)
class State:
    """Every record at one moment. Never altered in place: `after` gives the next one.

    A state may be read from any thread. `tables` maps an entity to its records by id;
    the properties below are the same dictionaries with their proper types.
    """

    tables: Mapping[str, Mapping[RecordId, Record]] = field(default_factory=_empty)

    @property
    def programme(self) -> Programme:
        """The programme's own record; an unnamed one where there is none yet."""
        found = self._table(Programme).get(PROGRAMME_ID)
        return found or Programme(id=PROGRAMME_ID)

    @property
    def partners(self) -> Mapping[RecordId, Partner]:
        """Partners by id."""
        return self._table(Partner)

    @property
    def nodes(self) -> Mapping[RecordId, Node]:
        """Nodes by id."""
        return self._table(Node)

    @property
    def phases(self) -> Mapping[RecordId, Phase]:
        """Phases by id."""
        return self._table(Phase)

    @property
    def sites(self) -> Mapping[RecordId, Site]:
        """Sites by id."""
        return self._table(Site)

    @property
    def wayleaves(self) -> Mapping[RecordId, Wayleave]:
        """Wayleaves by id (`Wayleave.id_for(site)`)."""
        return self._table(Wayleave)

    @property
    def certificates(self) -> Mapping[RecordId, Certificate]:
        """Compliance certificates by id."""
        return self._table(Certificate)

    @property
    def closed_windows(self) -> Mapping[RecordId, ClosedWindow]:
        """Closed windows by id."""
        return self._table(ClosedWindow)

    @property
    def overrides(self) -> Mapping[RecordId, Override]:
        """Authorised overrides by id."""
        return self._table(Override)

    @property
    def boundaries(self) -> Mapping[RecordId, Boundary]:
        """Boundaries by id."""
        return self._table(Boundary)

    @property
    def saved_views(self) -> Mapping[RecordId, SavedView]:
        """Saved views by id."""
        return self._table(SavedView)

    @property
    def wishes(self) -> Mapping[RecordId, Wish]:
        """Wishes about a plan by id."""
        return self._table(Wish)

    @property
    def scenarios(self) -> Mapping[RecordId, Scenario]:
        """Scenarios by id."""
        return self._table(Scenario)

    @property
    def baselines(self) -> Mapping[RecordId, Baseline]:
        """Baselines by id."""
        return self._table(Baseline)

    @property
    def issued_snapshots(self) -> Mapping[RecordId, IssuedSnapshot]:
        """Issued snapshots by id."""
        return self._table(IssuedSnapshot)

    @property
    def photographs(self) -> Mapping[RecordId, Photograph]:
        """Photographs by id."""
        return self._table(Photograph)

    @property
    def field_packs(self) -> Mapping[RecordId, FieldPack]:
        """Field packs by id."""
        return self._table(FieldPack)

    @cached_property
    def _photographs_by_site(self) -> Mapping[RecordId | None, list[Photograph]]:
        result: dict[RecordId | None, list[Photograph]] = {}
        for photograph in self.photographs.values():
            result.setdefault(photograph.site, []).append(photograph)
        return result

    def photographs_of(self, site: RecordId) -> list[Photograph]:
        """A site's photographs, in the order in which they were added."""
        return list(self._photographs_by_site.get(site, ()))

    def _table(self, kind: type[R]) -> Mapping[RecordId, R]:
        return cast("Mapping[RecordId, R]", self.tables[kind.ENTITY])

    @cached_property
    def workflow(self) -> Workflow:
        """The installation workflow of this programme."""
        return _parse_workflow(self.programme.workflow)

    @cached_property
    def stages_by_site(self) -> Mapping[RecordId, Mapping[str, StageRecord]]:
        """The stage records of each site that has any, by stage key."""
        result: dict[RecordId, dict[str, StageRecord]] = {}
        for record in self._table(StageRecord).values():
            if record.site is not None:
                result.setdefault(record.site, {})[record.stage] = record
        return result

    def stages_of(self, site: RecordId) -> Mapping[str, StageRecord]:
        """A site's stage records by stage key; a stage never touched has none."""
        return self.stages_by_site.get(site, NO_STAGES)

    def wayleave_of(self, site: RecordId) -> Wayleave | None:
        """A site's wayleave, if anything is recorded of one."""
        return self.wayleaves.get(Wayleave.id_for(site))

    @cached_property
    def statuses(self) -> Mapping[RecordId, str]:
        """The headline status of every site, derived from its stages."""
        return self.of_stages(self.workflow.status)

    def of_stages(
        self, derive: Callable[[Site, Mapping[str, StageRecord]], T]
    ) -> dict[RecordId, T]:
        """What follows, for every site, from how its stages stand and from nothing else."""
        firsts = set(self._alike.values())
        found = {ident: derive(self.sites[ident], self.stages_of(ident)) for ident in firsts}
        return {ident: found[first] for ident, first in self._alike.items()}

    @cached_property
    def _alike(self) -> Mapping[RecordId, RecordId]:
        """For every site the first whose stages stand as its own: of thousands, some hundred."""
        held, result = self.stages_by_site, dict[RecordId, RecordId]()
        first: dict[tuple[str, ...], RecordId] = {}
        for ident, site in self.sites.items():
            records = held.get(ident, NO_STAGES)
            case = (site.access, site.tenure, *records, *map(_STATE, records.values()))
            result[ident] = first.setdefault(case, ident)
        return result

    @cached_property
    def phases_in_order(self) -> list[Phase]:
        """Phases by their order, then window, then name."""
        return sorted(
            self.phases.values(),
            key=lambda p: (p.order is None, p.order or 0, p.starts_on or date.max, p.name),
        )

    @cached_property
    def sites_by_phase(self) -> Mapping[RecordId | None, list[Site]]:
        """Sites of each phase; under None those of no phase, or of one that does not exist."""
        result: dict[RecordId | None, list[Site]] = {}
        for site in self.sites.values():
            key = site.phase if site.phase in self.phases else None
            result.setdefault(key, []).append(site)
        return result

    @cached_property
    def site_by_reference(self) -> Mapping[str, Site]:
        """Sites by reference, case folded; of several with one reference, the first."""
        result: dict[str, Site] = {}
        for site in self.sites.values():
            result.setdefault(site.reference.casefold(), site)
        return result

    def partner_name(self, ident: RecordId | None) -> str:
        """A partner's name, or an empty text."""
        found = self.partners.get(ident) if ident else None
        return found.name if found else ""

    def effort_days(self, site: Site) -> float:
        """Crew-days to connect a site: its own figure, else its access type's."""
        if site.effort_days is not None:
            return site.effort_days
        return self.workflow.effort_days(site.access)

    def after(self, changes: Iterable[Change]) -> State:
        """The state once these changes have been made, in order.

        A field change to a record that does not exist, or with a name this version does
        not know, is passed over: it stays in the journal for a version that does.
        """
        tables: dict[str, Mapping[RecordId, Record]] = dict(self.tables)
        touched: dict[str, set[RecordId]] = {}
        for change in changes:
            if change.entity not in tables:
                continue
            if change.entity not in touched:
                tables[change.entity] = dict(tables[change.entity])
                touched[change.entity] = set()
            touched[change.entity].add(change.record)
            _apply(cast("dict[RecordId, Record]", tables[change.entity]), change)
        if not touched:
            return self
        following = State(tables)
        self._carry_views(following, touched)
        return following

    def _carry_views(self, following: State, touched: Mapping[str, set[RecordId]]) -> None:
        # Most edits touch a few records: what they do not touch need not be worked out again.
        ready = self.__dict__
        for name, sources in _VIEW_SOURCES.items():
            if name in ready and not any(source in touched for source in sources):
                following.__dict__[name] = ready[name]
        if "stages_by_site" in ready and "stage" in touched:
            following.__dict__["stages_by_site"] = self._stages_after(following, touched["stage"])
        same_workflow = following.programme.workflow == self.programme.workflow
        if same_workflow and "workflow" in ready:
            following.__dict__["workflow"] = ready["workflow"]
        if same_workflow and "statuses" in ready:
            following.__dict__["statuses"] = self._statuses_after(following, touched)

    def stage_owners(self, following: State, stages: Iterable[RecordId]) -> set[RecordId]:
        """The sites that these stage records belong to, in this state or the following one."""
        owners = set()
        for ident in stages:
            for table in (self.tables["stage"], following.tables["stage"]):
                record = table.get(ident)
                if isinstance(record, StageRecord) and record.site is not None:
                    owners.add(record.site)
        return owners

    def _stages_after(
        self, following: State, stages: set[RecordId]
    ) -> Mapping[RecordId, Mapping[str, StageRecord]]:
        result = dict(self.stages_by_site)
        for owner in self.stage_owners(following, stages):
            result[owner] = dict(result.get(owner, {}))
        for ident in stages:
            for table, present in (
                (self.tables["stage"], False),
                (following.tables["stage"], True),
            ):
                record = table.get(ident)
                if isinstance(record, StageRecord) and record.site is not None:
                    kept = cast("dict[str, StageRecord]", result[record.site])
                    if present:
                        kept[record.stage] = record
                    else:
                        kept.pop(record.stage, None)
        return result

    def _statuses_after(
        self, following: State, touched: Mapping[str, set[RecordId]]
    ) -> Mapping[RecordId, str]:
        changed = touched.get("site", set()) | self.stage_owners(
            following, touched.get("stage", ())
        )
        result = dict(self.statuses)
        for ident in changed:
            site = following.sites.get(ident)
            if site is None:
                result.pop(ident, None)
            else:
                result[ident] = following.workflow.status(site, following.stages_of(ident))
        return result


_VIEW_SOURCES = {
    "sites_by_phase": ("site", "phase"),
    "site_by_reference": ("site",),
    "phases_in_order": ("phase",),
    "stages_by_site": ("stage",),
    "_alike": ("site", "stage"),
    "_photographs_by_site": ("photograph",),
}
"""The views of a state that only these tables decide."""


def _apply(table: dict[RecordId, Record], change: Change) -> None:
    if change.field == DELETED:
        table.pop(change.record, None)
        return
    kind = RECORD_TYPES[change.entity]
    if change.field == CREATED:
        table[change.record] = kind(id=change.record, **change.new)
        return
    record = table.get(change.record)
    if record is not None and hasattr(record, change.field):
        table[change.record] = dataclasses.replace(record, **{change.field: change.new})
