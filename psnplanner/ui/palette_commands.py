"""Opening the command palette, and what it lists: every command, site, phase, partner, view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from psnplanner.ui.command_palette import CommandPalette, Entry

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.ui.main_window import MainWindow

_ABOUT_SITES = ("zoom_chosen", "select_none", "lock", "unlock")
_ABOUT_ONE_SITE = ("edit_site", "place_site", "type_place")
_READING = ("zoom_chosen", "select_none")


class PaletteCommands:
    """The palette of a window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.dialog: CommandPalette | None = None

    def add_actions(self, add: Callable[..., QAction], menu: QMenu) -> None:
        """The menu's line that opens it."""
        action = add(menu, "palette", "Find a &command…", self.show)
        action.setShortcuts([QKeySequence("Ctrl+K"), QKeySequence("Ctrl+Shift+P")])

    def show(self) -> CommandPalette:
        """Open it over the window."""
        self.dialog = CommandPalette(self._window, list(self.entries()), self.sites)
        self.dialog.show_over()
        return self.dialog

    def entries(self) -> Iterator[Entry]:
        """Commands first, then phases, partners and views; sites are looked for as one types."""
        for menu_action in self._window.menuBar().actions():
            menu = menu_action.menu()
            if menu is not None:
                yield from self._of_menu(menu, _plain(menu_action.text()))
        if self._window.session is not None and self._window.roster is not None:
            yield from self._of_programme()

    def _of_menu(self, menu: Any, path: str) -> Iterator[Entry]:
        menu.aboutToShow.emit()  # menus that are filled when they open
        for action in menu.actions():
            words = _plain(action.text())
            placeholder = not action.isEnabled() and not action.objectName() and not action.menu()
            if action.isSeparator() or not words or placeholder:
                continue
            if action.menu() is not None:
                if action.isEnabled():
                    yield from self._of_menu(action.menu(), f"{path} › {words}")
                else:
                    yield Entry(words, path, why_not=self.why_not(action), do=None)
                continue
            keys = [
                key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()
            ]
            why_not = "" if action.isEnabled() else self.why_not(action)
            ticked = "✓ " if action.isCheckable() and action.isChecked() else ""
            if not action.objectName() and " › " in path:
                # A line made as its menu opens means nothing without the menu's words.
                words = f"{path.rpartition(' › ')[2]} › {words}"
            yield Entry(ticked + words, path, ", ".join(keys[:1]), why_not, action.trigger)

    def why_not(self, action: QAction) -> str:
        """Why a command cannot be used now. An action may say so itself, as "why_not"."""
        window, name = self._window, action.objectName()
        if said := action.property("why_not"):
            return str(said)
        if name in ("undo", "redo"):
            return f"There is nothing to {name}"
        if window.session is None:
            return "Open a programme first"
        if window.session.read_only and name not in _READING:
            return "The programme is open for reading only"
        if name in _ABOUT_ONE_SITE:
            return "Select one site first"
        if name in _ABOUT_SITES or action.menu() is not None:
            return "Select sites first"
        return "Not possible now"

    def _of_programme(self) -> Iterator[Entry]:
        from psnplanner.ui.saved_views import BUILT_IN, views_of

        window = self._window
        state, views = window.session.state, window.sheet.views
        for phase in state.phases_in_order:
            yield Entry(phase.name, "Phase", do=lambda p=phase.id: self._phase(p))
        for partner in sorted(state.partners.values(), key=lambda p: p.name.casefold()):
            yield Entry(partner.name, "Partner", do=lambda p=partner.name: self._partner(p))
        for name in BUILT_IN:
            yield Entry(name, "View", do=lambda n=name: views.apply(n))
        for view in views_of(state):
            yield Entry(view.name, "Saved view", do=lambda v=view.id: views.apply(v))

    def _phase(self, phase: RecordId) -> None:
        window = self._window
        window.show_sites(window.plan.sites_in(phase))

    def _partner(self, name: str) -> None:
        window = self._window
        window.roster.set_filter(f'partner:"{name}"', (), False)
        window.pane.canvas.zoom_to()

    def sites(self, words: list[str], most: int) -> list[Entry]:
        """Sites whose reference, name, postcode or other facts hold all the words, best first."""
        roster = self._window.roster
        if roster is None:
            return []
        texts = roster.rows.texts
        first, *rest = words
        found = [place for place, text in enumerate(texts) if first in text]
        for word in rest:
            found = [place for place in found if word in texts[place]]
        sites = roster.rows.sites
        whole = " ".join(words)

        def rank(place: int) -> tuple[int, str]:
            site = sites[place]
            reference, name = site.reference.casefold(), site.name.casefold()
            postcode = site.postcode.casefold().replace(" ", "")
            marks = (
                whole == reference,
                reference.startswith(whole) or postcode.startswith(whole.replace(" ", "")),
                name.startswith(whole),
                all(word in name for word in words),
            )
            best = next((at for at, mark in enumerate(marks) if mark), len(marks))
            return best, reference

        found.sort(key=rank) if len(found) < 20_000 else None
        return [self._site(sites[place]) for place in found[:most]]

    def _site(self, site: Any) -> Entry:
        what = " · ".join(part for part in ("Site", site.postcode, site.kind) if part)
        return Entry(f"{site.reference}  {site.name}".strip(), what, do=lambda: self._open(site.id))

    def _open(self, ident: RecordId) -> None:
        window = self._window
        if window.roster is not None and ident in window.roster.rows.index_of:
            place = window.roster.rows.index_of[ident]
            if not window.roster.shown[place]:
                window.roster.clear_filter()
            window.table.activated.emit(ident)


def _plain(words: str) -> str:
    """An action's text without its marks."""
    return words.replace("&&", "\0").replace("&", "").replace("\0", "&").partition("\t")[0]
