"""Conflicts side by side: what it was, who says what, and which of it shall stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.exchange.merge_told import can_keep_both, conflict_told
from psnplanner.programme.record import RecordId
from psnplanner.programme.settle import Settlement, both_notes, choice
from psnplanner.programme.state import State
from psnplanner.programme.travel import Conflict
from psnplanner.ui.dialogs.conflict_card import ValueCard
from psnplanner.ui.dialogs.roomy_tree import RoomyTree
from psnplanner.ui.merge_rehearsal import Slot, slot
from psnplanner.ui.wording import when

MINE, THEIRS, BOTH, LATER = "mine", "theirs", "both", "later"
_HEADINGS = ("Site", "What", "Before", "Now in force", "Decision")
_DECISION = 4


class ConflictsView(QWidget):
    """A list of conflicts, the chosen one in full below; `decisions` are the settlements so far."""

    changed = Signal()
    shown_site = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.decisions: dict[Slot, Settlement] = {}
        self._words: dict[Slot, str] = {}
        self._conflicts: list[Conflict] = []
        self._state: State = State()
        self._theirs: Callable[[Conflict, int], bool] = lambda _conflict, _head: False
        self.list = RoomyTree("Conflicts", _HEADINGS, (200, 150, 130, 150))
        self.list.setRootIsDecorated(False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.currentItemChanged.connect(self._show_current)
        self.list.itemSelectionChanged.connect(self._refresh_buttons)
        self.buttons: dict[str, QPushButton] = {}
        self.cards: list[ValueCard] = []
        self._lay_out()

    def _lay_out(self) -> None:
        bulk = QHBoxLayout()
        self.chosen = QLabel("For those selected:")
        self.chosen.setObjectName("faint")
        bulk.addWidget(self.chosen)
        offers = (
            (MINE, "Keep &mine", "Keep what the office has, where it has a value of its own"),
            (THEIRS, "Keep &theirs", "Keep what came from the field; the latest of several"),
            (BOTH, "&Both notes", "Keep all the texts, one below the other"),
            (LATER, "&Later", "Leave them open: the value in force stands until somebody decides"),
        )
        for how, words, tip in offers:
            button = QPushButton(words)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, how=how: self.decide_selected(how))
            bulk.addWidget(button)
            self.buttons[how] = button
        bulk.addStretch(1)
        self.all = QPushButton("Select &all")
        self.all.setAutoDefault(False)
        self.all.clicked.connect(self.list.selectAll)
        bulk.addWidget(self.all)
        self.title = QLabel()
        self.title.setObjectName("heading")
        self.title.setWordWrap(True)
        self._cards = QHBoxLayout()
        self._cards.setContentsMargins(0, 0, 0, 0)
        holder = QWidget()
        holder.setLayout(self._cards)
        self.detail = QScrollArea()
        self.detail.setWidget(holder)
        self.detail.setWidgetResizable(True)
        self.detail.setMinimumHeight(170)
        holder.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self.list, 3)
        layout.addLayout(bulk)
        layout.addWidget(self.title)
        layout.addWidget(self.detail, 2)

    # What is shown

    def show_conflicts(
        self,
        conflicts: Sequence[Conflict],
        state: State,
        theirs: Callable[[Conflict, int], bool],
    ) -> None:
        """List these; `theirs` says whether a value of a conflict came from the field."""
        if list(conflicts) == self._conflicts and conflicts:
            self._state, self._theirs = state, theirs
            return  # somebody is looking at them: nothing moves under the hand
        kept = self._current_slot()
        self._conflicts, self._state, self._theirs = list(conflicts), state, theirs
        known = {slot(item) for item in conflicts}
        self.decisions = {key: value for key, value in self.decisions.items() if key in known}
        self._words = {key: words for key, words in self._words.items() if key in known}
        held = self.list.blockSignals(True)
        self.list.clear()
        for conflict in conflicts:
            told = conflict_told(state, conflict)
            cells = [told.where, told.what, told.base, told.values[0] if told.values else ""]
            item = QTreeWidgetItem([_one_line(words) for words in cells] + [""])
            for column, words in enumerate(cells):
                item.setToolTip(column, words)
            self.list.addTopLevelItem(item)
        places = [place for place, item in enumerate(conflicts) if slot(item) == kept]
        if conflicts:
            self.list.setCurrentItem(self.list.topLevelItem(places[0] if places else 0))
        self.list.blockSignals(held)
        self._refresh_decisions()
        self._show_card()
        self._refresh_buttons()

    @property
    def count(self) -> int:
        """How many conflicts are listed."""
        return len(self._conflicts)

    def words_of(self, conflict: Conflict) -> str:
        """How a conflict is to be settled, in words."""
        return self._words.get(slot(conflict), "later")

    def _current_slot(self) -> Slot | None:
        place = self.list.indexOfTopLevelItem(self.list.currentItem())
        return slot(self._conflicts[place]) if 0 <= place < len(self._conflicts) else None

    def _places(self) -> list[int]:
        return sorted(self.list.indexOfTopLevelItem(item) for item in self.list.selectedItems())

    def _refresh_buttons(self) -> None:
        chosen = [self._conflicts[place] for place in self._places()]
        for button in self.buttons.values():
            button.setEnabled(bool(chosen))
        self.buttons[BOTH].setEnabled(any(map(can_keep_both, chosen)))
        for how in (MINE, THEIRS):
            self.buttons[how].setEnabled(any(self._head(item, how) is not None for item in chosen))
        self.chosen.setText(f"For the {len(chosen)} selected:" if len(chosen) > 1 else "For this:")

    def _show_current(self, *_items: object) -> None:
        site = self._show_card()
        if site is not None:
            self.shown_site.emit(site)

    def _show_card(self) -> RecordId | None:
        """Show the current conflict in full; its site."""
        while self._cards.count():
            held = self._cards.takeAt(0).widget()
            if held is not None:
                held.setParent(None)
                held.deleteLater()
        self.cards = []
        place = self.list.indexOfTopLevelItem(self.list.currentItem())
        if not 0 <= place < len(self._conflicts):
            self.title.setText("No conflict: nothing to settle." if not self._conflicts else "")
            return None
        conflict = self._conflicts[place]
        told = conflict_told(self._state, conflict)
        self.title.setText(f"{told.where} — {told.what}")
        if told.base:
            self._cards.addWidget(ValueCard("Before", "both began from this", told.base), 1)
        for number, (head, words) in enumerate(zip(conflict.heads, told.values, strict=True)):
            card = self._card(conflict, number, head, words)
            self.cards.append(card)
            self._cards.addWidget(card, 1)
        self._mark_cards(conflict)
        return told.site

    def _card(self, conflict: Conflict, number: int, head: Any, words: str) -> ValueCard:
        side = "Theirs" if self._theirs(conflict, number) else "Mine"
        force = " · in force now" if number == 0 else ""
        card = ValueCard(
            f"{side}: {head.author}", f"{when(head.recorded_at)}{force}", words, "Keep this"
        )
        card.setToolTip(head.label)
        card.kept.connect(lambda: self._decide([conflict], lambda _item: number))
        return card

    # Deciding

    def _head(self, conflict: Conflict, how: str) -> int | None:
        """The newest value of a side; None where it has none."""
        wanted = how == THEIRS
        numbers = range(len(conflict.heads))
        return next((n for n in numbers if self._theirs(conflict, n) == wanted), None)

    def decide_selected(self, how: str) -> None:
        """Settle the selected conflicts so, where that can be said of them."""
        chosen = [self._conflicts[place] for place in self._places()]
        if how == LATER:
            for conflict in chosen:
                self.decisions.pop(slot(conflict), None)
                self._words.pop(slot(conflict), None)
            self._decided()
        elif how == BOTH:
            for conflict in filter(can_keep_both, chosen):
                self.decisions[slot(conflict)] = both_notes(conflict)
                self._words[slot(conflict)] = "both notes"
            self._decided()
        else:
            self._decide(chosen, lambda conflict: self._head(conflict, how))

    def _decide(
        self, conflicts: Iterable[Conflict], pick: Callable[[Conflict], int | None]
    ) -> None:
        for conflict in conflicts:
            number = pick(conflict)
            if number is not None:
                side = "theirs" if self._theirs(conflict, number) else "mine"
                self.decisions[slot(conflict)] = choice(conflict, number)
                self._words[slot(conflict)] = f"{side} ({conflict.heads[number].author})"
        self._decided()

    def _decided(self) -> None:
        self._refresh_decisions()
        self.changed.emit()

    def _refresh_decisions(self) -> None:
        for place, conflict in enumerate(self._conflicts):
            item = self.list.topLevelItem(place)
            item.setText(_DECISION, self.words_of(conflict))
            face = item.font(_DECISION)
            face.setBold(slot(conflict) in self.decisions)
            item.setFont(_DECISION, face)
        current = self.list.indexOfTopLevelItem(self.list.currentItem())
        if 0 <= current < len(self._conflicts):
            self._mark_cards(self._conflicts[current])

    def _mark_cards(self, conflict: Conflict) -> None:
        made = self.decisions.get(slot(conflict))
        for number, card in enumerate(self.cards):
            both = self._words.get(slot(conflict)) == "both notes"
            card.mark(made is not None and (both or made == choice(conflict, number)))


def _one_line(words: str) -> str:
    return " ".join(words.split())
