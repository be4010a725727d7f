"""What is shown while no programme is open: recent ones, a new one, another, the demo."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.words import plural
from psnplanner.ui import look
from psnplanner.ui.recent_programmes import Recent, forget, recent
from psnplanner.ui.wording import short_day

_SHOWN = 6
_WIDE_PX, _LINE_PX = 560, 54


class StartPage(QFrame):
    """A card over the base map."""

    open_wanted = Signal(object)
    """A path, or None to ask for one."""
    new_wanted = Signal()
    demo_wanted = Signal()
    restore_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setFixedWidth(_WIDE_PX)
        title = QLabel("PSN Planner")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() + 9)
        font.setBold(True)
        title.setFont(font)
        words = QLabel("Plan and track a public services fibre network, building by building.")
        words.setObjectName("faint")
        words.setWordWrap(True)
        self.new, self.open = QPushButton("&New programme…"), QPushButton("&Open…")
        self.demo, self.restore = QPushButton("&Demo"), QPushButton("&Restore a backup…")
        self.demo.setToolTip("An illustrative programme of 934 made-up buildings")
        self.restore.setToolTip("Make a backup the programme you work with again")
        self.new.setProperty("primary", True)
        line = QHBoxLayout()
        line.setSpacing(8)
        for button in (self.new, self.open, self.demo, self.restore):
            line.addWidget(button)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 20)
        layout.setSpacing(10)
        layout.addWidget(title)
        layout.addWidget(words)
        layout.addSpacing(6)
        layout.addLayout(line)
        layout.addSpacing(8)
        self._heading = QLabel("Recent programmes")
        self._heading.setObjectName("heading")
        layout.addWidget(self._heading)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        layout.addLayout(self._recent)
        self._tip = QLabel("Or drop a programme (.gpkg) anywhere on this window.")
        self._tip.setObjectName("faint")
        layout.addWidget(self._tip)
        self.lines: list[RecentLine] = []
        self.new.clicked.connect(self.new_wanted)
        self.open.clicked.connect(lambda: self.open_wanted.emit(None))
        self.demo.clicked.connect(self.demo_wanted)
        self.restore.clicked.connect(self.restore_wanted)

    def refresh(self) -> None:
        """Show the recent programmes as they are now."""
        while (item := self._recent.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().deleteLater()
        self.lines = [RecentLine(found) for found in recent()[:_SHOWN]]
        for line in self.lines:
            self._recent.addWidget(line)
            line.open_wanted.connect(self.open_wanted)
            line.forget_wanted.connect(self._forget)
        if not self.lines:
            none = QLabel(
                "None yet. The demo shows what a programme half way looks like; "
                "a new programme begins with your partners' lists of sites."
            )
            none.setObjectName("faint")
            none.setWordWrap(True)
            self._recent.addWidget(none)
        self.adjustSize()

    def _forget(self, path: Path) -> None:
        at = next((n for n, line in enumerate(self.lines) if line.recent.path == path), 0)
        forget(path)
        self.refresh()
        if self.lines:
            self.lines[min(at, len(self.lines) - 1)].button.setFocus()
        else:
            self.new.setFocus()

    def focus_first(self) -> None:
        """Have the keyboard begin where most people go on."""
        there = [line.button for line in self.lines if not line.recent.missing]
        (there[0] if there else self.new).setFocus()

    def keyPressEvent(self, event: Any) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(event.key())
        stops: list[QAbstractButton] = [self.new, *(line.button for line in self.lines)]
        if step is None:
            super().keyPressEvent(event)
            return
        now = next((n for n, stop in enumerate(stops) if stop.hasFocus()), 0)
        stops[max(0, min(len(stops) - 1, now + step))].setFocus()


class RecentLine(QWidget):
    """One recent programme: open it, or take it out of the list."""

    open_wanted = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self, known: Recent) -> None:
        super().__init__()
        self.recent = known
        self.button = _Card(known)
        self.remove = QToolButton()
        self.remove.setText("✕")
        self.remove.setToolTip("Take it out of this list; the file is not touched")
        self.remove.setAccessibleName(f"Take {known.path.name} out of the list")
        self.remove.setStyleSheet("QToolButton { color: palette(placeholder-text); }")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.button, 1)
        layout.addWidget(self.remove)
        self.button.clicked.connect(self._open)
        self.remove.clicked.connect(lambda: self.forget_wanted.emit(known.path))

    def _open(self) -> None:
        if not self.recent.missing:
            self.open_wanted.emit(self.recent.path)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.forget_wanted.emit(self.recent.path)
        else:
            super().keyPressEvent(event)


class _Card(QAbstractButton):
    """Two lines: what the programme is called and how far it is; where it lies and since when."""

    def __init__(self, known: Recent) -> None:
        super().__init__()
        self._known, self._missing = known, known.missing
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        called = known.name or known.path.stem
        self.setText(called)
        if self._missing:
            self.setToolTip(f"{known.path}\nThis file is no longer there. Delete takes it out.")
            self.setAccessibleName(f"{called}, missing")
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(str(known.path))
            self.setAccessibleName(f"Open {called}")
        self.setAccessibleDescription(progress_words(known))

    def sizeHint(self) -> QSize:
        return QSize(300, _LINE_PX)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOption()
        option.initFrom(self)
        self._paint_ground(painter, bool(option.state & QStyle.StateFlag.State_MouseOver))
        rect = self.rect().adjusted(12, 7, -12, -7)
        faint = look.colour("faint")
        half = rect.height() // 2
        top, below = rect.adjusted(0, 0, 0, -half), rect.adjusted(0, half, 0, 0)
        right = "file missing" if self._missing else progress_words(self._known)
        font = painter.font()
        metrics = self.fontMetrics()
        taken = metrics.horizontalAdvance(right) + 16
        self._say(
            painter, top, right, look.colour("danger") if self._missing else faint, right=True
        )
        opened = opened_words(self._known)
        self._say(painter, below, opened, faint, right=True)
        room = rect.width() - metrics.horizontalAdvance(opened) - 16
        where = metrics.elidedText(
            str(self._known.path), Qt.TextElideMode.ElideMiddle, max(60, room)
        )
        self._say(painter, below, where, faint)
        font.setBold(True)
        painter.setFont(font)
        name = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, max(60, rect.width() - taken)
        )
        self._say(painter, top, name, faint if self._missing else look.colour("text"))
        painter.end()

    def _paint_ground(self, painter: QPainter, hovered: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if hovered and not self._missing:
            painter.setBrush(look.colour("chosen"))
            painter.drawRoundedRect(self.rect(), 6, 6)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(look.colour("accent"))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)

    @staticmethod
    def _say(painter: QPainter, rect: Any, words: str, ink: QColor, *, right: bool = False) -> None:
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.setPen(ink)
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, words)


def progress_words(known: Recent) -> str:
    """How far a programme was when it was last open: 312 of 934 live · go-live 1 Apr 2015."""
    if not known.name and not known.sites:
        return ""
    parts = [f"{known.live:,} of {plural(known.sites, 'site')} live" if known.sites else "no sites"]
    if known.go_live_on:
        with suppress(ValueError):
            parts.append(f"go-live {short_day(date.fromisoformat(known.go_live_on))}")
    return " · ".join(parts)


def opened_words(known: Recent) -> str:
    """When a programme was last open: today, yesterday, 3 Jun 2014."""
    opened = known.opened
    if opened is None:
        return ""
    days = (datetime.now(UTC).astimezone().date() - opened.astimezone().date()).days
    if days <= 0:
        return "opened today"
    return "opened yesterday" if days == 1 else f"opened {short_day(opened.astimezone().date())}"
