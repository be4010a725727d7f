"""A phase: its name, window and capacity; new or to change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Create
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import new_id
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.wording import from_qdate, to_qdate


class PhaseDialog(FormDialog):
    """Changes a phase, or makes one after the last."""

    def __init__(
        self,
        state: State,
        phase: Phase | None,
        do: Callable[[Any], Any],
        parent: QWidget,
        calendar: Calendar | None = None,
    ) -> None:
        title = f"Change {phase.name}" if phase else "Add a phase"
        super().__init__(title, "Save" if phase else "Add", parent)
        self._state, self._phase, self._do = state, phase, do
        self._calendar = calendar or Calendar()
        self.name = QLineEdit()
        self.starts, self.ends = day_edit(), day_edit()
        self.capacity = QDoubleSpinBox()
        self.capacity.setRange(0, 100_000)
        self.capacity.setDecimals(1)
        self.capacity.setSuffix(" crew-days")
        self.capacity.setSpecialValueText("not set")
        self.locked = QCheckBox("Keep this phase as it is when a plan is proposed")
        self.form.addRow("&Name", self.name)
        self.form.addRow("&First day", self.starts)
        self.form.addRow("&Last day", self.ends)
        self.form.addRow("&Capacity", self.capacity)
        self.form.addRow("", self.locked)
        self._fill(phase or self._following())
        self.accept_form = self._save

    def _fill(self, phase: Phase) -> None:
        self.name.setText(phase.name)
        if phase.starts_on:
            self.starts.setDate(to_qdate(phase.starts_on))
        if phase.ends_on:
            self.ends.setDate(to_qdate(phase.ends_on))
        self.capacity.setValue(phase.capacity_days or 0)
        self.locked.setChecked(phase.locked)

    def _following(self) -> Phase:
        """A phase that goes on from the last one."""
        phases = self._state.phases_in_order
        last = phases[-1] if phases else None
        starts, go_live = self._state.programme.starts_on, self._state.programme.go_live_on
        if last and last.ends_on:
            starts = self._calendar.next_working(last.ends_on + timedelta(days=1))
        ends = starts + timedelta(days=41) if starts else None
        if starts and ends and go_live and starts < go_live:
            ends = min(ends, go_live)
        return Phase(
            id=new_id(),
            name=f"Phase {len(phases) + 1}",
            starts_on=starts,
            ends_on=ends,
            capacity_days=last.capacity_days if last else 60.0,
            order=max([p.order or 0 for p in phases], default=0) + 1,
        )

    def _values(self) -> dict[str, Any]:
        return {
            "name": self.name.text().strip(),
            "starts_on": from_qdate(self.starts.date()),
            "ends_on": from_qdate(self.ends.date()),
            "capacity_days": self.capacity.value() or None,
            "locked": self.locked.isChecked(),
        }

    def _save(self) -> None:
        values = self._values()
        if not values["name"]:
            raise UserError("The phase has no name.", remedy="Give it one.")
        if values["ends_on"] < values["starts_on"]:
            raise UserError("The phase ends before it begins.", remedy="Give a later last day.")
        if self._phase is not None:
            label = f"Change {self._phase.name}"
            self._do(Amend("phase", [self._phase.id], values, label))
            return
        made = self._following()
        self._do(Create([Phase(id=made.id, order=made.order, **values)]))
