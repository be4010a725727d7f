"""The views of the table: applied, saved, updated, renamed and deleted from one menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QInputDialog, QMenu, QToolButton

from psnplanner.errors import UserError
from psnplanner.programme.record import RecordId
from psnplanner.programme.saved_view import SavedView
from psnplanner.ui import saved_views
from psnplanner.ui.map.colouring import KINDS
from psnplanner.ui.map.view import LARGEST_SCALE, SMALLEST_SCALE, View
from psnplanner.ui.saved_views import BUILT_IN, ViewSettings
from psnplanner.ui.table_columns import USUAL

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow
    from psnplanner.ui.panels.site_table import SiteTable

_ALL = "All sites"
_MOST_LETTERS = 26


class ViewsMenu(QObject):
    """A button that names the view shown and opens the menu of all of them."""

    def __init__(self, window: MainWindow, table: SiteTable) -> None:
        super().__init__(table)
        self._window, self._table = window, table
        self.current: str | RecordId = _ALL
        """The view applied last: a built-in one's name, or the id of a saved one."""
        self.button = QToolButton()
        self.button.setToolTip("Views: filter, columns, order, colours and extent under a name")
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setAccessibleName("Views")
        self.button.setStyleSheet(
            "QToolButton { padding: 4px 20px 4px 8px; font-weight: 600; }"
            "QToolButton::menu-indicator { subcontrol-origin: padding;"
            " subcontrol-position: right center; right: 7px; }"
        )
        self.menu = QMenu(self.button)
        self.menu.aboutToShow.connect(self._fill)
        self.button.setMenu(self.menu)
        # Several signals of one change are told in one look.
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._looking.timeout.connect(self.refresh)
        table.columns.changed.connect(self._looking.start)
        table.model.modelReset.connect(self._looking.start)
        table.roster_changed.connect(self._begin)
        self.refresh()

    def _begin(self) -> None:
        self.current = _ALL
        self.refresh()

    # What is shown now

    def now(self) -> ViewSettings:
        """What the window shows, as a view."""
        roster, table = self._window.roster, self._table
        assert roster is not None
        canvas, columns = self._window.pane.canvas, table.columns
        view = canvas.view
        box = (
            view.left,
            view.top,
            view.left + view.width / view.scale,
            view.top + view.height / view.scale,
        )
        return ViewSettings(
            words=roster.words.strip(),
            hidden_statuses=tuple(sorted(roster.hidden_statuses)),
            unplaced_only=roster.unplaced_only,
            columns=tuple(columns.shown),
            widths=tuple((k, w) for k, w in columns.widths.items() if k in columns.shown),
            sorting=table.model.sorting,
            colour_by=canvas.colourist.kind,
            extent=box,
        )

    def _saved(self) -> SavedView | None:
        if self._window.session is None or isinstance(self.current, str):
            return None
        return self._window.session.state.saved_views.get(self.current)

    def _known(self) -> tuple[str, ViewSettings]:
        saved = self._saved()
        if saved is None:
            name = self.current if isinstance(self.current, str) else _ALL
            return name, BUILT_IN[name]
        try:
            return saved.name, ViewSettings.from_json(saved.settings)
        except UserError:
            return saved.name, ViewSettings()

    def refresh(self) -> None:
        """Name the view, and say whether more than the view is filtered away."""
        name, settings = self._known()
        changed = self._window.roster is not None and not settings.looks_like(self.now())
        short = name if len(name) <= _MOST_LETTERS else name[: _MOST_LETTERS - 1] + "…"
        self.button.setText(short.replace("&", "&&") + (" · changed" if changed else ""))
        self.button.setEnabled(self._window.session is not None)

    # The menu

    def _fill(self) -> None:
        menu, session = self.menu, self._window.session
        menu.clear()
        if session is None:
            return
        for name in BUILT_IN:
            self._line(menu, name, name, lambda n=name: self.apply(n))
        menu.addSeparator()
        for view in saved_views.views_of(session.state):
            self._line(menu, view.name, view.id, lambda v=view: self.apply(v.id))
        menu.addSeparator()
        saved = self._saved()
        _do(menu, "Save as…", self.save_as, not session.read_only)
        if saved is not None:
            called = saved.name.replace("&", "&&")
            _do(menu, f"Update “{called}”", self.update, not session.read_only)
            _do(menu, f"Rename “{called}”…", self.rename, not session.read_only)
            _do(menu, f"Delete “{called}”", self.delete, not session.read_only)
        if session.read_only:
            _do(menu, "Read only: views cannot be saved", lambda: None, False)

    def _line(
        self, menu: QMenu, words: str, key: str | RecordId, act: Callable[[], object]
    ) -> None:
        action = menu.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(key == self.current)
        action.triggered.connect(lambda: act())

    # Commands

    def apply(self, view: str | RecordId) -> None:
        """Show a view: a built-in one by its name, a saved one by its id."""
        self.current = view
        saved = self._saved()
        try:
            settings = ViewSettings.from_json(saved.settings) if saved else BUILT_IN[str(view)]
        except UserError as error:
            self._window.refuse(error)
            return
        self.show(settings, usual=saved is None)
        self.refresh()

    def show(self, settings: ViewSettings, *, usual: bool = False) -> None:
        """Have table and map show this; `usual`: columns it does not name are the usual ones."""
        roster, table = self._window.roster, self._table
        if roster is None:
            return
        columns = settings.columns or (USUAL if usual else ())
        if columns:
            table.columns.show(columns, dict(settings.widths))
        sorting = settings.sorting or ((("reference", False),) if usual else ())
        if sorting:
            table.model.set_sorting(sorting)
        roster.set_filter(settings.words, settings.hidden_statuses, settings.unplaced_only)
        canvas = self._window.pane.canvas
        if settings.colour_by in KINDS:
            canvas.colour_by(settings.colour_by)
        if settings.extent:
            canvas.set_view(_view_of(settings.extent, canvas.view))

    def save_as(self) -> None:
        """Ask for a name, and keep what is shown under it."""
        self._ask("Save this view", "", lambda name: self.save(name))

    def save(self, name: str) -> None:
        """Keep what is shown under a name."""
        session = self._window.session
        edit = saved_views.save(session.state, name, self.now())
        if self._window.do(edit):
            self.current = edit.records[0].id  # type: ignore[attr-defined]
            self.refresh()

    def update(self) -> None:
        """Have the saved view show what is shown now."""
        saved = self._saved()
        if saved is not None:
            self._window.do(saved_views.update(saved, self.now()))
            self.refresh()

    def rename(self) -> None:
        """Ask for another name."""
        saved = self._saved()
        if saved is not None:
            self._ask("Rename the view", saved.name, lambda name: self._rename(saved, name))

    def _rename(self, saved: SavedView, name: str) -> None:
        self._window.do(saved_views.rename(self._window.session.state, saved, name))
        self.refresh()

    def delete(self) -> None:
        """Remove the saved view; undo brings it back."""
        saved = self._saved()
        if saved is not None and self._window.do(saved_views.delete(saved)):
            self.current = _ALL
            self.refresh()

    def _ask(self, title: str, name: str, act: Callable[[str], None]) -> Any:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name")
        dialog.setTextValue(name)
        dialog.textValueSelected.connect(lambda words: self._try(act, words))
        dialog.open()
        return dialog

    def _try(self, act: Callable[[str], None], words: str) -> None:
        try:
            act(words)
        except UserError as error:
            self._window.refuse(error)


def _do(menu: QMenu, words: str, act: Callable[[], object], enabled: bool) -> None:
    action = menu.addAction(words)
    action.setEnabled(enabled)
    action.triggered.connect(lambda: act())


def _view_of(extent: tuple[float, ...], now: View) -> View:
    """The view in which all of an extent is seen, in a window of the present size."""
    left, top, right, bottom = extent
    scale = min(now.width / max(right - left, 1e-9), now.height / max(bottom - top, 1e-9))
    scale = max(SMALLEST_SCALE, min(LARGEST_SCALE, scale))
    return View((left + right) / 2, (top + bottom) / 2, scale, now.width, now.height)
