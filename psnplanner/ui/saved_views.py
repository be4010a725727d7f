"""Views of the sites under a name: filter, columns, order, the map's colours and extent.

Qt-free. A view is kept with the programme as JSON, of which unknown parts are passed over, so
that a newer window's views still open here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Create, Delete, Edit
from psnplanner.programme.record import RecordId, new_id
from psnplanner.programme.saved_view import SavedView
from psnplanner.programme.state import State

Pairs = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class ViewSettings:
    """What a view shows. `extent` is the world box of the map (left, top, right, bottom).

    Without columns, sorting, colour or extent a view leaves those as they are.
    """

    words: str = ""
    hidden_statuses: tuple[str, ...] = ()
    unplaced_only: bool = False
    columns: tuple[str, ...] = ()
    widths: Pairs = ()
    sorting: tuple[tuple[str, bool], ...] = ()
    colour_by: str = ""
    extent: tuple[float, ...] = ()

    def to_json(self) -> str:
        """What the programme keeps: only what says something."""
        return json.dumps({k: v for k, v in asdict(self).items() if v}, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> ViewSettings:
        """Read what the programme keeps. Raises UserError if it is no view."""
        try:
            found = json.loads(text or "{}")
            known = {item.name for item in fields(ViewSettings)}
            given = {key: value for key, value in found.items() if key in known}
            return ViewSettings(**{key: _typed(key, value) for key, value in given.items()})
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise UserError(
                "This view cannot be read.", remedy="Delete it, and save it again."
            ) from error

    def filters_as(self, other: ViewSettings) -> bool:
        """Whether both let the same sites through."""
        mine = (self.words.strip(), set(self.hidden_statuses), self.unplaced_only)
        return mine == (other.words.strip(), set(other.hidden_statuses), other.unplaced_only)

    def looks_like(self, other: ViewSettings) -> bool:
        """Whether `other`, as it is now, is still this view; where it says nothing, all is."""
        same_columns = not self.columns or self.columns == other.columns
        same_order = not self.sorting or self.sorting == other.sorting
        same_colours = not self.colour_by or self.colour_by == other.colour_by
        return self.filters_as(other) and same_columns and same_order and same_colours


def _typed(key: str, value: Any) -> Any:
    if key in ("words", "colour_by"):
        return str(value)
    if key == "unplaced_only":
        return bool(value)
    if key == "extent":
        box = tuple(float(number) for number in value)
        if len(box) != 4:
            raise ValueError("an extent has four sides")
        return box
    if key in ("columns", "hidden_statuses"):
        return tuple(str(item) for item in value)
    kind = int if key == "widths" else bool
    return tuple((str(name), kind(item)) for name, item in value)


_WHY = ("reference", "name", "status", "waiting_on", "waiting_since", "next_stage", "partner")
BUILT_IN: dict[str, ViewSettings] = {
    "All sites": ViewSettings(),
    "Blocked and why": ViewSettings(
        words="status:blocked", columns=_WHY, sorting=(("waiting_since", False),)
    ),
    "Waiting over 28 days": ViewSettings(
        words="waiting>28", columns=_WHY, sorting=(("waiting_since", False),)
    ),
    "Without wayleave": ViewSettings(
        words="wayleave:none,requested,refused,expired",
        columns=("reference", "name", "wayleave", "tenure", "status", "phase", "waiting_on"),
        sorting=(("wayleave", False), ("phase", False)),
    ),
    "No place on the map": ViewSettings(
        unplaced_only=True,
        columns=("reference", "name", "address", "postcode", "partner", "kind", "uprn"),
    ),
    "Late against contract end": ViewSettings(
        words="overrun>0 -status:live",
        columns=(
            "reference", "name", "past_contract", "contract_ends_on", "expected_on", "phase",
            "status", "annual_cost_pence",
        ),
        sorting=(("past_contract", True),),
    ),
    "Not in a phase": ViewSettings(
        words="phase:none -status:live",
        columns=("reference", "name", "partner", "kind", "priority", "access", "postcode"),
    ),
}  # fmt: skip
"""The views every programme has."""


def views_of(state: State) -> list[SavedView]:
    """The programme's own views, by name."""
    return sorted(state.saved_views.values(), key=lambda view: view.name.casefold())


def save(state: State, name: str, settings: ViewSettings) -> Edit:
    """The edit that keeps a view under a name. Raises UserError for a name that cannot be."""
    record = SavedView(
        id=new_id(), name=checked_name(state, name, None), settings=settings.to_json()
    )
    return Create([record], f"Save the view {record.name}")


def update(view: SavedView, settings: ViewSettings) -> Edit:
    """The edit that has a view show what is shown now."""
    values = {"settings": settings.to_json()}
    return Amend("saved_view", [view.id], values, f"Update the view {view.name}")


def rename(state: State, view: SavedView, name: str) -> Edit:
    """The edit that gives a view another name. Raises UserError for one that cannot be."""
    wanted = checked_name(state, name, view.id)
    label = f"Rename the view {view.name} to {wanted}"
    return Amend("saved_view", [view.id], {"name": wanted}, label)


def delete(view: SavedView) -> Edit:
    """The edit that removes a view."""
    return Delete("saved_view", [view.id])


def checked_name(state: State, name: str, own: RecordId | None) -> str:
    """A name on one line that no other view has. Raises UserError otherwise."""
    wanted = " ".join(name.split())
    if not wanted:
        raise UserError("A view needs a name.")
    taken = {v.name.casefold() for v in state.saved_views.values() if v.id != own}
    taken |= {known.casefold() for known in BUILT_IN}
    if wanted.casefold() in taken:
        raise UserError(f"There is a view “{wanted}” already.", remedy="Choose another name.")
    return wanted
