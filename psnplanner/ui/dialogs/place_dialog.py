"""Where a site is: typed, or picked on the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit, QSpinBox, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from psnplanner.ui.dialogs.form_dialog import FormDialog
from psnplanner.ui.typed_values import place_of, place_words


def place_edit(site: Site, position: Position | None) -> Amend:
    """Put a site there by hand."""
    name = site.reference or site.name
    label = f"Place {name} by hand" if position else f"Take {name} off the map"
    return Amend("site", [site.id], {"position": position}, label)


class PlaceDialog(FormDialog):
    """Reads a place; `pick` is called instead where the person would rather click."""

    def __init__(
        self, site: Site, do: Callable[[Any], Any], pick: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(f"Place of {site.reference or site.name}", "Place", parent)
        self._site, self._do = site, do
        self.where, self.accuracy = QLineEdit(), QSpinBox()
        self.where.setPlaceholderText("CH41 1AA, or SJ 3409 9031, or 53.4048, -2.9916")
        if site.position:
            self.where.setText(place_words(site.position))
        elif site.postcode:
            self.where.setText(site.postcode)
        self.accuracy.setRange(0, 50_000)
        self.accuracy.setSuffix(" m")
        self.accuracy.setSpecialValueText("as good as what is given")
        self.accuracy.setToolTip("The building is probably within this distance")
        said = ", ".join(part for part in (site.name, site.address, site.postcode) if part)
        self.say(f"Where is {said or site.reference}?")
        self.form.addRow("&Where", self.where)
        self.form.addRow("&Good to", self.accuracy)
        hint = QLabel("A postcode, a grid reference, or latitude and longitude.")
        hint.setObjectName("faint")
        self.form.addRow("", hint)
        self.pick = self.buttons.addButton(
            "Pick on the map", QDialogButtonBox.ButtonRole.ActionRole
        )
        self.pick.setAutoDefault(False)
        self.pick.clicked.connect(self.reject)
        self.pick.clicked.connect(pick)
        self.accept_form = self._save

    def _save(self) -> None:
        if not self.where.text().strip():
            raise UserError("No place is given.", remedy="Type one, or pick it on the map.")
        position = place_of(self.where.text())
        if self.accuracy.value():
            position = position._replace(accuracy_m=float(self.accuracy.value()))
        self._do(place_edit(self._site, position))
