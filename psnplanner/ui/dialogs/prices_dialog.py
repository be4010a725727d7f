"""What things cost the planner: every price of the model, with its meaning, to be changed."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QWidget,
)

from psnplanner.planning.prices import Prices, with_prices
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.prices import keep_prices, kept_prices

MEANINGS = {
    "saving_share": ("Saving share", "part of a circuit's cost saved, where no target is set"),
    "double_running_share": ("Double running", "part of a circuit's cost paid twice once live"),
    "out_of_contract_share": ("Out of contract", "premium on a circuit past its contract"),
    "waiting_high": ("Waiting, high priority", "pounds a calendar day"),
    "waiting_medium": ("Waiting, medium priority", "pounds a calendar day"),
    "waiting_low": ("Waiting, low priority", "pounds a calendar day"),
    "crew_km_pounds": ("Crew travel", "pounds a kilometre driven"),
    "route_factor": ("Route factor", "kilometres of road for a straight one"),
    "shared_work_pounds": ("Shared work", "pounds a crew-day and straight km from the base"),
    "attendance_days": ("Attendance", "days at every site beside its crew-days"),
    "partner_visit_pounds": ("Partner disturbed", "pounds for each partner in a phase"),
    "phase_pounds": ("Phase", "pounds for each: decides how many are designed"),
    "normal_share": ("Normal load", "part of crew-days without overtime"),
    "overtime_pounds": ("Overtime", "pounds a crew-day above the normal load"),
    "uneven_pounds": ("Uneven load", "pounds a crew-day fuller than all phases together"),
    "move_pounds": ("Site moved", "pounds for each site out of its promised phase"),
    "near_move_factor": ("Moved late", "times as dear on the day the phase starts"),
    "near_move_days": ("Late from", "calendar days before a phase starts"),
    "certificate_pounds": ("Certificate lapsed", "pounds for each site done after it"),
    "miss_pounds": ("Go-live missed", "pounds for each site, on top of its dearest phase"),
}
"""The model's prices: what to call them, and what they are in."""


def usual_prices() -> dict[str, float]:
    """The model's own prices by name, those of the priorities as `with_prices` names them."""
    prices = Prices()
    values = {f.name: getattr(prices, f.name) for f in dataclasses.fields(prices)}
    waiting = values.pop("waiting_pounds_per_day")
    return values | {f"waiting_{priority}": pounds for priority, pounds in waiting.items()}


class PricesDialog(FormDialog):
    """A line for each price; what differs from the usual is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Prices of the planner", "Keep", parent)
        self.setMinimumWidth(640)
        self.say("Plans are judged in pounds at these prices. They are estimates: put your own.")
        self.fields: dict[str, QDoubleSpinBox] = {}
        self._usual = usual_prices()
        kept = kept_prices()
        inside = QWidget()
        form = QFormLayout(inside)
        for name, (words, unit) in MEANINGS.items():
            field = QDoubleSpinBox()
            field.setRange(0, 1e7)
            field.setDecimals(2)
            field.setGroupSeparatorShown(True)
            field.setFixedWidth(120)
            field.setValue(kept.get(name, self._usual[name]))
            field.setToolTip(f"Usually {self._usual[name]:,g}")
            unit_label = QLabel(unit, objectName="faint")
            unit_label.setWordWrap(True)
            line = QHBoxLayout()
            line.addWidget(field)
            line.addWidget(unit_label, 1)
            form.addRow(words, line)
            field.setAccessibleName(f"{words}: {unit}")
            self.fields[name] = field
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        self.form.addRow(scroll)
        scroll.setMinimumHeight(420)
        usual = self.buttons.addButton("&Usual prices", QDialogButtonBox.ButtonRole.ResetRole)
        usual.clicked.connect(self._reset)
        self.accept_form = self._keep

    @property
    def changed(self) -> dict[str, float]:
        """The prices that are not the usual ones."""
        values = {name: field.value() for name, field in self.fields.items()}
        return {name: value for name, value in values.items() if value != self._usual[name]}

    def _reset(self) -> None:
        for name, field in self.fields.items():
            field.setValue(self._usual[name])

    def _keep(self) -> None:
        with_prices(Prices(), self.changed)
        keep_prices(self.changed)
