"""The facts of a site, to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QDateEdit, QLineEdit, QPlainTextEdit, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.programme.site import ACCESS_TYPES, PRIORITIES, TENURES, Site
from psnplanner.programme.state import State
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.wording import capital, from_qdate, to_qdate

_TEXTS = (
    ("name", "&Name"),
    ("kind", "&Kind"),
    ("address", "&Address"),
    ("postcode", "&Postcode"),
    ("contact", "C&ontact"),
)
_CHOICES = (
    ("access", "A&ccess", ACCESS_TYPES),
    ("tenure", "&Tenure", TENURES),
    ("priority", "P&riority", PRIORITIES),
)


class SiteDialog(FormDialog):
    """Changes what is known of one site."""

    def __init__(self, state: State, site: Site, do: Callable[[Any], Any], parent: QWidget) -> None:
        super().__init__(f"Facts of {site.reference or site.name}", "Save", parent)
        self._site, self._do = site, do
        self.texts: dict[str, QLineEdit] = {}
        self.choices: dict[str, QComboBox] = {}
        for field, words in _TEXTS:
            self.texts[field] = QLineEdit(getattr(site, field))
            self.form.addRow(words, self.texts[field])
        for field, words, values in _CHOICES:
            self.choices[field] = _choice(values, getattr(site, field))
            self.form.addRow(words, self.choices[field])
        self._add_records(state, site)
        self.accept_form = self._save

    def _add_records(self, state: State, site: Site) -> None:
        self.partner, self.node = QComboBox(), QComboBox()
        for box, records, now in (
            (self.partner, state.partners, site.partner),
            (self.node, state.nodes, site.node),
        ):
            box.addItem("—", None)
            for record in sorted(records.values(), key=lambda record: record.name):
                box.addItem(record.name, record.id)
                if record.id == now:
                    box.setCurrentIndex(box.count() - 1)
        pence = site.annual_cost_pence
        self.cost = QLineEdit("" if pence is None else f"{pence / 100:.2f}".removesuffix(".00"))
        self.cost.setPlaceholderText("pounds a year")
        self.has_end, self.end = QCheckBox("ends on"), day_edit()
        self.end.setAccessibleName("Contract ends on")
        self.has_end.setChecked(site.contract_ends_on is not None)
        self.end.setEnabled(self.has_end.isChecked())
        self.has_end.toggled.connect(self.end.setEnabled)
        if site.contract_ends_on:
            self.end.setDate(to_qdate(site.contract_ends_on))
        self.note = QPlainTextEdit(site.note)
        self.note.setTabChangesFocus(True)
        self.note.setMaximumHeight(70)
        self.form.addRow("Partner", self.partner)
        self.form.addRow("Nod&e", self.node)
        self.form.addRow("Annual co&st (£)", self.cost)
        self.form.addRow("Contract", _beside(self.has_end, self.end))
        self.form.addRow("Note", self.note)

    def values(self) -> dict[str, Any]:
        """What the person has put in, as fields of a site. Raises UserError for a bad amount."""
        values: dict[str, Any] = {f: edit.text().strip() for f, edit in self.texts.items()}
        values |= {field: box.currentData() for field, box in self.choices.items()}
        values["partner"], values["node"] = self.partner.currentData(), self.node.currentData()
        values["annual_cost_pence"] = to_pence(self.cost.text())
        ends = from_qdate(self.end.date()) if self.has_end.isChecked() else None
        values["contract_ends_on"] = ends
        values["note"] = self.note.toPlainText().strip()
        return values

    def _save(self) -> None:
        values = {k: v for k, v in self.values().items() if v != getattr(self._site, k)}
        if values:
            self._do(Amend("site", [self._site.id], values))


def to_pence(words: str) -> int | None:
    """Pence of an amount in pounds ("1,234.50", "£1234"); None for nothing.

    Raises UserError if it is no amount.
    """
    plain = words.replace(",", "").replace("£", "").strip()
    if not plain:
        return None
    try:
        pounds = float(plain)
    except ValueError:
        pounds = -1.0
    if not 0 <= pounds < 1e9:
        raise UserError(f"“{words}” is no amount of money.", remedy="Write pounds: 1,250 or 99.50.")
    return round(pounds * 100)


def _choice(values: tuple[str, ...], now: str) -> QComboBox:
    box = QComboBox()
    box.addItem("Not known", "")
    for value in values if now in values or not now else (*values, now):
        box.addItem(capital(value), value)
        if value == now:
            box.setCurrentIndex(box.count() - 1)
    return box


def _beside(check: QCheckBox, edit: QDateEdit) -> QWidget:
    from PySide6.QtWidgets import QHBoxLayout

    pair = QWidget()
    line = QHBoxLayout(pair)
    line.setContentsMargins(0, 0, 0, 0)
    line.addWidget(check)
    line.addWidget(edit, 1)
    return pair
