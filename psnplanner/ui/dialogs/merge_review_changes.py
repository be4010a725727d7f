"""Every change that a merge would bring, by site: what it was, what it becomes, who, when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QTreeWidgetItem, QVBoxLayout, QWidget

from psnplanner.exchange.merge_told import Told
from psnplanner.programme.edits import plural
from psnplanner.ui.dialogs.roomy_tree import RoomyTree
from psnplanner.ui.wording import when

_HEADINGS = ("Site and what changed", "Was", "Becomes", "By", "When")
_SITE, _LINES = int(Qt.ItemDataRole.UserRole), int(Qt.ItemDataRole.UserRole) + 1
OPEN_AT_ONCE = 200
"""So many changes are all shown opened; more of them site by site."""


class ChangesView(QWidget):
    """A line a site with its changes below; the filter looks at every word of them."""

    shown_site = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: Sequence[Told] = ()
        self.filter, self.said = QLineEdit(), QLabel()
        self.filter.setPlaceholderText("Filter: a site, a field, a value, who")
        self.filter.setAccessibleName("Filter the changes")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._fill)
        self.said.setObjectName("faint")
        self.tree = RoomyTree("Changes by site", _HEADINGS, (240, 130, 190, 80))
        self.tree.itemExpanded.connect(self._open)
        self.tree.currentItemChanged.connect(self._chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self.filter)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.said)

    def show_told(self, told: Sequence[Told]) -> None:
        """Show these changes."""
        self._told = told
        self._fill()

    def _fill(self, _words: str = "") -> None:
        shown = list(_matching(self._told, self.filter.text()))
        by_site: dict[Any, list[Told]] = {}
        for line in shown:
            by_site.setdefault(line.site or line.where, []).append(line)
        self.tree.clear()
        items = []
        for lines in by_site.values():
            item = QTreeWidgetItem([lines[0].where, "", plural(len(lines), "change")])
            item.setData(0, _SITE, lines[0].site)
            item.setData(0, _LINES, lines)
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            face = item.font(0)
            face.setBold(True)
            item.setFont(0, face)
            item.setToolTip(0, lines[0].where)
            items.append(item)
        self.tree.addTopLevelItems(items)
        if len(shown) <= OPEN_AT_ONCE:
            self.tree.expandAll()
        of = f" of {len(self._told):,}" if len(shown) < len(self._told) else ""
        self.said.setText(
            f"{plural(len(shown), 'change')}{of} at {plural(len(by_site), 'place')}."
            if self._told
            else "Nothing changes in the programme."
        )

    def _open(self, item: QTreeWidgetItem) -> None:
        if item.childCount():
            return
        for line in item.data(0, _LINES) or ():
            moment = when(line.at) if line.at else ""
            cells = [line.what, line.was, line.now, line.who, moment]
            child = QTreeWidgetItem([" ".join(words.split()) for words in cells])
            child.setData(0, _SITE, line.site)
            for column, words in enumerate(cells):
                child.setToolTip(column, words)
            item.addChild(child)

    def _chosen(self, item: QTreeWidgetItem | None, _before: object = None) -> None:
        site = item.data(0, _SITE) if item is not None else None
        if site is not None:
            self.shown_site.emit(bytes(site))


def _matching(told: Iterable[Told], words: str) -> Iterable[Told]:
    wanted = words.casefold().split()
    for line in told:
        text = " ".join((line.where, line.what, line.was, line.now, line.who)).casefold()
        if all(word in text for word in wanted):
            yield line
