"""Wishes from the window: made for the chosen sites, listed, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.ui.main_window import MainWindow

WORDS = {
    "not before": "Not &before a day…",
    "not after": "Not a&fter a day…",
    "together": "&Together in one phase…",
    "apart": "In phases &apart…",
}


class WishCommands:
    """Each public method is one command."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def fill_menu(self, menu: QMenu) -> None:
        """The lines of the wish menu for the sites chosen now."""
        menu.clear()
        chosen = self._chosen
        for kind, words in WORDS.items():
            action = menu.addAction(words)
            pair = kind in ("together", "apart")
            action.setEnabled(len(chosen) > 1 if pair else bool(chosen))
            action.triggered.connect(lambda _=False, k=kind: self.make(k))
        menu.addSeparator()
        self._add_known(menu, chosen)
        menu.addAction("&All wishes…").triggered.connect(self.show_all)

    def _add_known(self, menu: QMenu, chosen: list[RecordId]) -> None:
        from psnplanner.ui.wish_words import take_back, wish_words

        state, about = self._window.session.state, set(chosen)
        known = [wish for wish in state.wishes.values() if about & set(wish.sites)]
        for wish in known[:8]:
            words = wish_words(state, wish).replace("&", "&&")
            action = menu.addAction(f"Take back: {words}")
            action.setEnabled(not self._window.session.read_only)
            edit = take_back([wish.id])
            action.triggered.connect(lambda _=False, e=edit: self._window.do(e))
        if known:
            menu.addSeparator()

    @property
    def _chosen(self) -> list[RecordId]:
        roster = self._window.roster
        return [i for i in roster.rows.index_of if i in roster.selected] if roster else []

    def make(self, kind: str) -> Any:
        """Ask for the rest of a wish about the chosen sites."""
        from psnplanner.ui.dialogs.wish_dialog import WishDialog

        session = self._window.session
        dialog = WishDialog(session, kind, self._chosen, self._window)
        dialog.open()
        return dialog

    def show_all(self) -> Any:
        """List every wish, to be shown and taken back."""
        from psnplanner.ui.dialogs.wishes_dialog import WishesDialog

        dialog = WishesDialog(self._window.session, self._window)
        dialog.sites_wanted.connect(self._window.show_sites)
        dialog.refused.connect(self._window.refuse)
        dialog.show()
        return dialog
