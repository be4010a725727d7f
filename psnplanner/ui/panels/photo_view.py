"""One photograph, large: zoomed with the wheel or the keys, dragged, and the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.photograph import Photograph
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.panels.photo_edits import caption_edit, remove_edit
from psnplanner.ui.panels.photo_words import told_of
from psnplanner.ui.panels.picture_canvas import STEP, PictureCanvas
from psnplanner.ui.pictures import decode


class PhotoView(QDialog):
    """Shows the photographs of a site one at a time, with caption, place and removal."""

    refused = Signal(object)

    def __init__(self, session: Any, jobs: Jobs, do: Callable[[Any], Any], parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._do = session, jobs, do
        self._all: list[Photograph] = []
        self.photograph: Photograph | None = None
        self.canvas = PictureCanvas()
        self.previous, self.next = QPushButton("‹ Previous"), QPushButton("Next ›")
        self.nearer, self.further = QPushButton("+"), QPushButton("−")
        self.caption, self.told = QLineEdit(), QLabel()
        self.remove, self.done_ = QPushButton("Remove"), QPushButton("Close")
        self._build()
        self._connect()
        self.resize(900, 680)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.canvas.setFocus()  # so that the arrows turn the pages

    def _build(self) -> None:
        self.caption.setPlaceholderText("What it shows")
        self.caption.setAccessibleName("Caption")
        self.told.setObjectName("faint")
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for button, name in ((self.nearer, "Nearer"), (self.further, "Further")):
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setMaximumWidth(44)
        line = QHBoxLayout()
        for widget in (self.previous, self.next, self.nearer, self.further):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.remove)
        line.addWidget(self.done_)
        layout = QVBoxLayout(self)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.caption)
        layout.addWidget(self.told)
        layout.addLayout(line)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        writable = not self._session.read_only
        self.caption.setReadOnly(not writable)
        self.remove.setVisible(writable)

    def _connect(self) -> None:
        self.previous.clicked.connect(lambda: self.step(-1))
        self.next.clicked.connect(lambda: self.step(1))
        self.nearer.clicked.connect(lambda: self.canvas.zoom_by(STEP))
        self.further.clicked.connect(lambda: self.canvas.zoom_by(1 / STEP))
        self.remove.clicked.connect(self._remove)
        self.done_.clicked.connect(self.close)
        self.caption.editingFinished.connect(self._save_caption)
        for key, act in (
            (Qt.Key.Key_PageUp, lambda: self.step(-1)),
            (Qt.Key.Key_PageDown, lambda: self.step(1)),
            (QKeySequence.StandardKey.ZoomIn, lambda: self.canvas.zoom_by(STEP)),
            (QKeySequence.StandardKey.ZoomOut, lambda: self.canvas.zoom_by(1 / STEP)),
            ("Ctrl+0", self.canvas.fit),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(act)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step(-1 if event.key() == Qt.Key.Key_Left else 1)
        else:
            super().keyPressEvent(event)

    # Which one

    def follow(self, photographs: list[Photograph]) -> None:
        """The photographs there are now; one that went makes room for its neighbour."""
        before, self._all = self._all, list(photographs)
        if self.photograph is None:
            return
        if not self._all:
            self.close()
            return
        known = {item.id: item for item in self._all}
        now = known.get(self.photograph.id)
        if now is None:
            places = [item.id for item in before]
            row = places.index(self.photograph.id) if self.photograph.id in places else 0
            self.show_photograph(self._all[min(row, len(self._all) - 1)])
        elif now != self.photograph:
            self.photograph = now
            self._tell()

    def step(self, by: int) -> None:
        """The next photograph, or with -1 the one before; it stops at the ends."""
        row = self._row + by
        if self.photograph is not None and 0 <= row < len(self._all):
            self._save_caption()
            self.show_photograph(self._all[row])

    @property
    def _row(self) -> int:
        idents = [item.id for item in self._all]
        return idents.index(self.photograph.id) if self.photograph else 0

    def show_photograph(self, photograph: Photograph) -> None:
        """Show this one."""
        self.photograph = photograph
        self.canvas.show_image(None, "Opening the photograph…")
        self._tell()
        session, wanted = self._session, photograph

        def work(progress: Any) -> QImage:
            return decode(session.photograph(wanted.digest), wanted.media_type)

        def shown(image: QImage) -> None:
            if self._still(wanted):
                self.canvas.show_image(image)

        def failed(error: UserError) -> None:
            if self._still(wanted):
                self.canvas.show_image(None, f"{error.what}\n{error.remedy}")

        job = self._jobs.start("Photograph", work, quiet=True)
        job.finished.connect(shown)
        job.failed.connect(failed)

    def _still(self, photograph: Photograph) -> bool:
        return self.photograph is not None and self.photograph.digest == photograph.digest

    def _tell(self) -> None:
        assert self.photograph is not None
        site = self._session.state.sites.get(self.photograph.site)
        name = (site.reference or site.name) if site else ""
        self.setWindowTitle(f"{name}: photograph {self._row + 1} of {len(self._all)}")
        if not self.caption.hasFocus() or not self.caption.isModified():
            self.caption.setText(self.photograph.caption)
        self.told.setText(told_of(self.photograph, site))
        self.previous.setEnabled(self._row > 0)
        self.next.setEnabled(self._row < len(self._all) - 1)

    # Changing it

    def _save_caption(self) -> None:
        words = self.caption.text().strip()
        if self.photograph is not None and words != self.photograph.caption:
            self._try(caption_edit(self._session.state, self.photograph, words))
        self.caption.setModified(False)

    def _remove(self) -> None:
        if self.photograph is not None:
            self._try(remove_edit(self._session.state, self.photograph))

    def _try(self, edit: Any) -> None:
        try:
            self._do(edit)
        except UserError as error:
            self.refused.emit(error)

    def done(self, result: int) -> None:
        self._save_caption()
        self.photograph = None  # a picture still being opened has nowhere to be shown
        super().done(result)
