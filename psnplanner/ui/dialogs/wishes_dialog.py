"""Every wish the planner heeds, to be shown on the map and taken back."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.words import uk
from psnplanner.ui.dialogs.roomy_tree import RoomyTree
from psnplanner.ui.wish_words import take_back, wish_words
from psnplanner.ui.wording import NOTHING

_NONE = (
    "Nothing is wished yet. Choose sites on the map or in the table, then Plan, Wish for the "
    "selected sites."
)


class WishesDialog(QDialog):
    """A list that stays open beside the map."""

    sites_wanted = Signal(object)
    refused = Signal(object)

    def __init__(self, session: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setWindowTitle("Wishes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.said = QLabel()
        self.said.setWordWrap(True)
        headings, widths = ("Wish", "Day", "Sites", "Reason"), (280, 130, 60, 160)
        self.tree = RoomyTree("Wishes", headings, widths)
        self.tree.setRootIsDecorated(False)
        self.tree.setSelectionMode(RoomyTree.SelectionMode.ExtendedSelection)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.look = self.buttons.addButton("&Show the sites", role)
        self.back = self.buttons.addButton("&Take back", role)
        layout = QVBoxLayout(self)
        layout.addWidget(self.said)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.buttons)
        self.resize(680, 340)
        self.buttons.rejected.connect(self.close)
        self.look.clicked.connect(self._show)
        self.back.clicked.connect(self._take_back)
        self.tree.itemDoubleClicked.connect(lambda *_: self._show())
        self.tree.itemSelectionChanged.connect(self._refresh_buttons)
        # Told in whatever thread makes a change: the window's own signal brings it here.
        bridge = getattr(parent, "_bridge", None)
        if bridge is not None:
            bridge.happened.connect(self.refresh)
        self.refresh()

    def refresh(self, _happened: object = None) -> None:
        """Show the wishes as they are now."""
        state = self._session.state
        self.tree.clear()
        for wish in sorted(state.wishes.values(), key=lambda w: (w.kind, w.id)):
            words = wish_words(state, dataclasses.replace(wish, on=None, reason=""))
            cells = [words, uk(wish.on) if wish.on else NOTHING, f"{len(wish.sites):,}",
                     wish.reason]  # fmt: skip
            item = QTreeWidgetItem(self.tree, cells)
            item.setData(0, Qt.ItemDataRole.UserRole, wish.id)
            for column, cell in enumerate(cells):
                item.setToolTip(column, cell)
        count = len(state.wishes)
        many = plural(count, "wish is", "wishes are")
        self.said.setText(f"{many} heeded by the next plan." if count else _NONE)
        self._refresh_buttons()

    def _chosen(self) -> list[bytes]:
        return [i.data(0, Qt.ItemDataRole.UserRole) for i in self.tree.selectedItems()]

    def _refresh_buttons(self) -> None:
        chosen = bool(self._chosen())
        self.look.setEnabled(chosen)
        self.back.setEnabled(chosen and not self._session.read_only)

    def _show(self) -> None:
        wishes = self._session.state.wishes
        sites = [site for ident in self._chosen() for site in wishes[ident].sites]
        self.sites_wanted.emit([site for site in sites if site in self._session.state.sites])

    def _take_back(self) -> None:
        try:
            self._session.do(take_back(self._chosen()))
        except UserError as error:
            self.refused.emit(error)
