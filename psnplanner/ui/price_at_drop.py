"""What letting go would cost, while sites are dragged over the phases or the timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QAbstractScrollArea

from psnplanner.errors import UserError
from psnplanner.ui.price_asker import PriceAsker, Question
from psnplanner.ui.price_card import PriceCard
from psnplanner.ui.site_drag import sites_of

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.ui.main_window import MainWindow

Spot = tuple["RecordId | None"]
"""The phase under the hand, in a tuple: no tuple is no phase, a None in it “No phase”."""

_TYPE = QEvent.Type
_OVER = (_TYPE.DragEnter, _TYPE.DragMove)


class PriceAtDrop(QObject):
    """Watches the viewports where sites may be dropped; one card for all of them."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.asker = PriceAsker(window.jobs, self)
        self.asker.answered.connect(self._tell)
        self.card = PriceCard(window)
        self._spots: dict[QObject, Callable[[QPoint], Spot | None]] = {}
        self._takes: dict[QObject, bool] = {}
        self._asked: Question | None = None
        self._at = QPoint()

    def adopt(self) -> None:
        """A programme comes or goes; the panels are there by now."""
        window = self._window
        self.put_away()
        self.asker.set_session(window.session)
        self._watch(window.phases.view, self._phase_at, takes=False)
        if window.timeline is not None:
            self._watch(window.timeline.view, self._row_at, takes=True)

    def _watch(
        self, view: QAbstractScrollArea, spot: Callable[[QPoint], Spot | None], *, takes: bool
    ) -> None:
        port = view.viewport()
        if port not in self._spots:
            self._spots[port], self._takes[port] = spot, takes
            port.setAcceptDrops(True)
            port.installEventFilter(self)

    def _phase_at(self, at: QPoint) -> Spot | None:
        phases = self._window.phases
        index = phases.view.indexAt(at)
        return (phases.model.lines[index.row()].id,) if index.isValid() else None

    def _row_at(self, at: QPoint) -> Spot | None:
        from psnplanner.ui.timeline.rows import PHASE

        line = self._window.timeline.view.line_at(at.y())
        return (line.what.id,) if line is not None and line.kind == PHASE else None

    # The drag

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _OVER:
            return self._over(watched, event)
        if kind == _TYPE.DragLeave:
            self.put_away()
        elif kind == _TYPE.Drop:
            self.put_away()
            return self._dropped(watched, event)
        return False

    def _over(self, watched: Any, event: Any) -> bool:
        sites, session = sites_of(event.mimeData()), self._window.session
        if not sites or session is None or session.read_only:
            return False
        at = event.position().toPoint()
        spot = self._spots[watched](at)
        self._at = watched.mapToGlobal(at)
        if spot is None:
            self.put_away()
        else:
            self._ask(Question(tuple(sites), spot[0]))
        if not self._takes[watched]:
            return False  # the list takes drops itself
        if spot is None:
            event.ignore()
        else:
            event.acceptProposedAction()
        return True

    def _ask(self, question: Question) -> None:
        if question == self._asked:
            self.card.place(self._at)
            return
        self._asked = question
        phase = self._window.session.state.phases.get(question.phase or b"")
        self.card.show_waiting(len(question.sites), phase.name if phase else "", self._at)
        self.asker.ask(question)

    def _tell(self, question: Question, price: Any) -> None:
        if question != self._asked:
            return
        if isinstance(price, UserError):
            self.card.show_refusal(price.what, self._at)
        else:
            self.card.show_price(price, self._at)

    def _dropped(self, watched: QObject, event: Any) -> bool:
        spot = self._spots[watched](event.position().toPoint())
        sites = sites_of(event.mimeData())
        if not self._takes[watched] or spot is None or not sites:
            return False
        event.acceptProposedAction()
        self._window.plan.move(sites, spot[0])
        return True

    def put_away(self) -> None:
        """Nothing is dragged here any more."""
        self._asked = None
        self.asker.forget()
        self.card.hide()
