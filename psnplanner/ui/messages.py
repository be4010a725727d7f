"""What went wrong, said in one box: what, where and what to do. Never a traceback."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from psnplanner import logs
from psnplanner.errors import UserError


def show_error(parent: QWidget | None, error: UserError, title: str = "PSN Planner") -> QMessageBox:
    """Show a refusal or a fault, without stopping the window behind it."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(title)
    box.setText(f"{error.where}: {error.what}" if error.where else error.what)
    box.setInformativeText(error.remedy)
    return _open(box)


def tell(parent: QWidget | None, text: str, more: str = "") -> QMessageBox:
    """Say something worth a click."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Information)
    box.setWindowTitle("PSN Planner")
    box.setText(text)
    box.setInformativeText(more)
    return _open(box)


def _open(box: QMessageBox) -> QMessageBox:
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box


class Mishaps(QObject):
    """Our own faults: written to a log, and told to the person once, in plain words."""

    happened = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._box: QMessageBox | None = None
        self.happened.connect(self._show)

    def install(self) -> None:
        """Catch whatever nobody caught, in any thread."""
        sys.excepthook = self.catch
        threading.excepthook = lambda args: self.catch(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def catch(
        self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None
    ) -> None:
        """Log the fault and tell the person; a UserError nobody caught is just shown."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
            return
        if isinstance(fault, UserError):
            self.happened.emit(str(fault))
            return
        written = logs.fault(fault, trace)
        self.happened.emit(
            "Something went wrong inside PSN Planner. Every change you made is saved."
            + (f" What happened is written in {written}." if written else "")
        )

    def _show(self, words: str) -> None:
        if self._box is not None:
            return
        self._box = QMessageBox(QMessageBox.Icon.Warning, "PSN Planner", words)
        self._box.setTextFormat(Qt.TextFormat.PlainText)
        self._box.finished.connect(self._closed)
        self._box.open()

    def _closed(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.deleteLater()
