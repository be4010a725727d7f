"""One scenario: its name, and what it changes of the programme."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.planning.scenario import AS_IT_IS, Settings, named
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.wording import from_qdate, to_qdate

_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class ScenarioDialog(FormDialog):
    """Makes a scenario, or changes the one of a name."""

    def __init__(self, session: Any, name: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Change “{name}”" if name else "Add a scenario", "Keep", parent)
        self._session, self._name = session, name
        state = session.state
        known = named(state, name) if name else None
        self._settings = Settings.from_json(known.settings) if known else Settings()
        self.name, self.note = QLineEdit(name), QLineEdit(known.note if known else "")
        self.name.setPlaceholderText("Two crews more")
        self.crews = QDoubleSpinBox()
        self.crews.setRange(-50, 50)
        self.crews.setDecimals(1)
        self.crews.setSuffix(" at any time")
        self.crews.setSpecialValueText("")
        self.crews.setValue(self._settings.extra_crews)
        self.later, self.go_live = QCheckBox("Another &go-live"), day_edit()
        on = self._settings.go_live_on or state.programme.go_live_on or session.present_day
        self.go_live.setDate(to_qdate(on))
        self.later.setChecked(self._settings.go_live_on is not None)
        self.later.toggled.connect(self.go_live.setEnabled)
        self.go_live.setEnabled(self.later.isChecked())
        self.phases = QSpinBox()
        self.phases.setRange(0, 60)
        self.phases.setSpecialValueText("as they are")
        self.phases.setValue(self._settings.phases or 0)
        self.partners = QListWidget()
        self.partners.setMinimumHeight(120)
        self._list_partners(state)
        for words, field in (("&Name", self.name), ("Crews &more", self.crews),
                             (self.later, self.go_live), ("&Phases", self.phases),
                             ("&Without", self.partners), ("N&ote", self.note)):  # fmt: skip
            self.form.addRow(words, field)
        self.accept_form = self._keep

    def _list_partners(self, state: Any) -> None:
        out = {name.casefold() for name in self._settings.without}
        for partner in sorted(state.partners.values(), key=lambda p: p.name.casefold()):
            item = QListWidgetItem(partner.name, self.partners)
            item.setCheckState(_CHECKED if partner.name.casefold() in out else _UNCHECKED)

    @property
    def settings(self) -> Settings:
        """What is asked for."""
        items = (self.partners.item(row) for row in range(self.partners.count()))
        return Settings(
            extra_crews=self.crews.value(),
            go_live_on=from_qdate(self.go_live.date()) if self.later.isChecked() else None,
            without=tuple(item.text() for item in items if item.checkState() == _CHECKED),
            phases=self.phases.value() or None,
            prices=self._settings.prices,
        )

    def _keep(self) -> None:
        name, settings = self.name.text().strip(), self.settings
        if not name:
            raise UserError("The scenario has no name.", remedy="Give it one.")
        known = {s.name.casefold() for s in self._session.state.scenarios.values()}
        renamed = name.casefold() != self._name.casefold()
        if name.casefold() == AS_IT_IS.casefold() or (renamed and name.casefold() in known):
            raise UserError(f"“{name}” is taken.", remedy="Give the scenario another name.")
        if settings == Settings():
            raise UserError("Nothing would be different.", remedy="Change something.")
        self._session.keep_scenario(name, settings, self.note.text().strip())
        if self._name and renamed:
            self._session.forget_scenario(self._name)
