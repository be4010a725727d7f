"""Why a site is in its phase: the binding reasons, the next best phases, the wishes about it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.edits import Compose, MoveToPhase
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.ui import look
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.settings import settings
from psnplanner.ui.wish_words import take_back, wish_words

_OPEN = "site/why_open"
_WAIT_MS = 120
"""Whoever runs through a list of sites asks about none of them."""


class WhyBox(QWidget):
    """Asks the planner when it is open; closed, it costs nothing."""

    sites_wanted = Signal(object)
    refused = Signal(object)

    def __init__(self, jobs: Jobs, do: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._do = jobs, do
        self._session: Any = None
        self._site: RecordId | None = None
        self._shown: tuple[Any, RecordId] | None = None
        self.explanation: Any = None
        self.button = QToolButton()
        self.button.setText("Why this phase?")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.RichText)
        self.told.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.told.setAccessibleName("Why this phase")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.told)
        self._soon = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._soon.timeout.connect(self._ask)
        self.button.toggled.connect(self._toggle)
        self.told.linkActivated.connect(self._follow)
        self.button.setChecked(str(settings().value(_OPEN, "false")).lower() == "true")
        self._toggle(self.button.isChecked())

    def show_site(self, session: Any, site: RecordId | None) -> None:
        """Explain this site of this programme; None explains none."""
        self._session, self._site = session, site
        if site is None:
            self._shown = None
            self._soon.stop()
        elif self.button.isChecked() and self._shown != (session.state, site):
            self._soon.start()

    def _toggle(self, on: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self.told.setVisible(on)
        settings().setValue(_OPEN, on)
        if on and self._site is not None:
            self._ask()

    # Asking

    def _ask(self) -> None:
        session, site = self._session, self._site
        if session is None or site is None:
            return
        state = session.state
        self._shown = (state, site)
        self.explanation = None
        self.told.setText("Asking the planner…")

        def current() -> bool:
            return self._shown is not None and self._shown == (state, site)

        def done(found: Any) -> None:
            if current():
                self.explanation = found
                self.told.setText(explanation_words(found, state, site))

        def failed(error: UserError) -> None:
            if current():
                wishes = _wishes(state, site)
                self.told.setText(escape(str(error)) + (f"<br>{wishes}" if wishes else ""))

        self._jobs.start("Why", lambda _: session.explain(site), done, failed, quiet=True)

    # Links

    def _follow(self, link: str) -> None:
        what, _, rest = link.partition(":")
        if what == "show":
            self.sites_wanted.emit([self._site, *self._moves(int(rest))])
        elif what == "move":
            self._move(int(rest))
        elif what == "forget":
            self._try(take_back([bytes.fromhex(rest)]))
        elif what == "wish":
            wish = self._session.state.wishes.get(bytes.fromhex(rest))
            if wish is not None:
                self.sites_wanted.emit(list(wish.sites))

    def _moves(self, place: int) -> dict[RecordId, str]:
        """The sites that an alternative takes along, and where to."""
        found = self._session.state.site_by_reference
        return {
            found[reference.casefold()].id: phase
            for reference, phase in self.explanation.alternatives[place].moves
            if reference.casefold() in found
        }

    def _move(self, place: int) -> None:
        """Do as an alternative says, as one transaction."""
        state, chosen = self._session.state, self.explanation.alternatives[place]
        phase_of = {phase.name: phase.id for phase in state.phases.values()}
        edits = [MoveToPhase([self._site], phase_of.get(chosen.phase))]
        edits += [
            MoveToPhase([site], phase_of.get(phase)) for site, phase in self._moves(place).items()
        ]
        label = f"Move {self.explanation.reference} to {chosen.phase}"
        if len(edits) > 1:
            label += f", and {len(edits) - 1:,} to make room"
        self._try(Compose(label, edits))

    def _try(self, edit: Any) -> None:
        try:
            self._do(edit)
        except UserError as error:
            self.refused.emit(error)


def explanation_words(found: Any, state: State, site: RecordId) -> str:
    """An explanation as rich text with links: show, move."""
    said = [*found.reasons, *([found.days] if found.days else [])]
    parts = [_list(said)] if said else []
    if found.alternatives:
        parts.append("<b>The next best phases</b>")
        lines = []
        for place, item in enumerate(found.alternatives):
            colour = look.colour("danger" if item.pounds > 0.5 else "good").name()
            more = f"£{abs(item.pounds):,.0f} {'more' if item.pounds >= 0 else 'less'}"
            moves = ", ".join(f"{who} to {phase}" for who, phase in item.moves)
            lines.append(
                f"{escape(item.phase)}: <b style='color:{colour}'>{more}</b>"
                + (f"; {escape(moves)} as well" if moves else "")
                + f" · <a href='show:{place}'>Show me</a> · <a href='move:{place}'>Move</a>"
            )
        parts.append(_list(lines, escaped=True))
    wishes = _wishes(state, site)
    if wishes:
        parts.append(wishes)
    return "".join(parts) or "The planner has nothing to say of this site."


def _wishes(state: State, site: RecordId) -> str:
    """The wishes about a site, each to be shown and taken back."""
    lines = [
        f"{escape(wish_words(state, wish))} · <a href='wish:{wish.id.hex()}'>Show me</a>"
        f" · <a href='forget:{wish.id.hex()}'>Take back</a>"
        for wish in state.wishes.values()
        if site in wish.sites
    ]
    return f"<b>Wishes</b>{_list(lines, escaped=True)}" if lines else ""


def _list(lines: Any, *, escaped: bool = False) -> str:
    items = (line if escaped else escape(line) for line in lines)
    return "".join(f"<p style='margin: 2px 0 4px 0'>• {item}</p>" for item in items)
