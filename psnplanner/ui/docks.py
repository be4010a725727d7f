"""The panels round the map: where they stand, put away on the start page, remembered."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QToolBar, QWidget

from psnplanner.ui.settings import settings

LAYOUT_VERSION = 3

_AREA = Qt.DockWidgetArea
_WIDEST_TABS, _BOLD_PX = 330, 14


class Docks:
    """Plan at the left, Site at the right; below Sites, and behind it Timeline and Savings."""

    def __init__(self, window: QMainWindow, phases: QWidget, findings: QWidget) -> None:
        self._window = window
        self._put_away: list[QDockWidget] | None = None
        self._layout = QByteArray()
        self._known = False
        window.setDockNestingEnabled(True)
        window.setCorner(Qt.Corner.BottomRightCorner, _AREA.RightDockWidgetArea)
        window.setCorner(Qt.Corner.BottomLeftCorner, _AREA.LeftDockWidgetArea)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Plan")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(phases, "Phases")
        self.tabs.addTab(findings, "Findings")
        self.plan = self._dock("Plan", self.tabs, _AREA.LeftDockWidgetArea)
        # The tabs say what this is; a title above them would say it twice.
        self.plan.setTitleBarWidget(QWidget())
        self.site = self._dock("Site", QWidget(), _AREA.RightDockWidgetArea)
        self.table = self._dock("Sites", QWidget(), _AREA.BottomDockWidgetArea)
        self.timeline = self._dock("Timeline", QWidget(), _AREA.BottomDockWidgetArea)
        self.savings = self._dock("Savings", QWidget(), _AREA.BottomDockWidgetArea)
        for dock in (self.timeline, self.savings):
            dock.setTitleBarWidget(QWidget())
            window.tabifyDockWidget(self.table, dock)
        window.setTabPosition(_AREA.BottomDockWidgetArea, QTabWidget.TabPosition.North)
        self.table.raise_()
        self.all = [self.plan, self.site, self.table, self.timeline, self.savings]
        self._arrange()

    def _dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self._window.addDockWidget(area, dock)
        return dock

    def _arrange(self) -> None:
        wide, tall = self._window.width() or 1366, self._window.height()
        self._window.resizeDocks(
            [self.plan, self.site],
            [max(280, wide // 6), max(330, wide * 10 // 43)],
            Qt.Orientation.Horizontal,
        )
        self._window.resizeDocks([self.table], [max(210, tall * 10 // 33)], Qt.Orientation.Vertical)

    def name_tab(self, panel: QWidget, words: str) -> None:
        """Name a tab at the left, and give the tabs the room their names need."""
        self.tabs.setTabText(self.tabs.indexOf(panel), words)
        wide = self.tabs.tabBar().sizeHint().width() + _BOLD_PX
        self.tabs.setMinimumWidth(min(_WIDEST_TABS, wide))

    def put_away(self) -> None:
        """Hide them for as long as there is nothing to show in them."""
        if self._put_away is None:
            self._show_new()
            self._put_away = [dock for dock in self.all if not dock.isHidden()]
            self._layout = self._window.saveState(LAYOUT_VERSION)
            for dock in self._put_away:
                dock.hide()

    def _show_new(self) -> None:
        """What was just made counts as hidden, and would be kept so, until Qt lays it out."""
        for part in (*self.all, *self._window.findChildren(QToolBar)):
            if not part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
                part.show()

    def bring_back(self) -> None:
        """Show again those that were put away, each as large as it was."""
        if self._put_away is not None:
            for dock in self._put_away:
                dock.show()
            # Qt would deal the room out anew to docks that come back.
            self._restore(self._layout)
            self._put_away = None
        if not self._known:
            # Nobody has said yet how large each should be: now the window has its real size.
            self._known = True
            self._arrange()

    def _restore(self, layout: QByteArray) -> bool:
        """Qt's restoreState makes a new row of tabs, and leaves the old one lying there, dead."""
        before = self._rows()
        restored = self._window.restoreState(layout, LAYOUT_VERSION)
        if set(self._rows()) - set(before):
            for row in before:
                row.hide()
        return restored

    def _rows(self) -> list[QTabBar]:
        only = Qt.FindChildOption.FindDirectChildrenOnly
        return self._window.findChildren(QTabBar, options=only)

    def usual(self) -> None:
        """Put every panel back where it was at first."""
        below = _AREA.BottomDockWidgetArea
        places = (_AREA.LeftDockWidgetArea, _AREA.RightDockWidgetArea, below, below, below)
        for dock, place in zip(self.all, places, strict=True):
            dock.setFloating(False)
            # What stands right is let be: Qt leaves the bar of tabs taken apart on the table.
            if self._window.dockWidgetArea(dock) != place:
                self._window.addDockWidget(place, dock)
            dock.show()
        for dock in (self.timeline, self.savings):
            if dock not in self._window.tabifiedDockWidgets(self.table):
                self._window.tabifyDockWidget(self.table, dock)
        self.table.raise_()
        self._arrange()

    def show_timeline(self) -> None:
        """Bring the timeline to the front, ready for the keys."""
        self.timeline.show()
        self.timeline.raise_()
        self.timeline.widget().setFocus()

    def restore(self) -> None:
        """As they were left, else as suits the window."""
        state = settings().value("layout")
        if isinstance(state, QByteArray):
            self._known = self._restore(state)
        else:
            self._arrange()

    def keep(self) -> None:
        """Remember how the window is left."""
        if self._put_away is not None:
            self.bring_back()
        kept = settings()
        kept.setValue("geometry", self._window.saveGeometry())
        kept.setValue("layout", self._window.saveState(LAYOUT_VERSION))
