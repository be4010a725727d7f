"""The photographs of a site: small pictures in rows; add by button, drop or paste."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import RecordId
from psnplanner.ui import look
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.panels.photo_edits import caption_edit, remove_edit
from psnplanner.ui.panels.photo_words import PICTURES, name_of, not_added, told_of
from psnplanner.ui.pictures import Thumbnails, as_jpeg

SMALL = QSize(104, 78)
_CELL = QSize(112, 104)
EMPTY = "None yet. Add some, drop pictures here, or paste one."
_PHOTOGRAPH = int(Qt.ItemDataRole.UserRole)


class PhotoBox(QWidget):
    """Shows the photographs of one site. `do` makes an edit and raises UserError."""

    refused = Signal(object)

    def __init__(self, jobs: Jobs, do: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._do = jobs, do
        self._session: Any = None
        self._site: RecordId | None = None
        self._shown: list[Photograph] = []
        self.thumbnails = Thumbnails(jobs, SMALL * 2, self)
        self.thumbnails.ready.connect(self._picture_ready)
        self.heading, self.empty = QLabel("Photographs"), QLabel(EMPTY)
        self.add, self.list = QPushButton("Add…"), QListWidget()
        self.viewer: Any = None
        self._build()
        self._list_them()
        self.setAcceptDrops(True)

    def _build(self) -> None:
        self.heading.setObjectName("heading")
        self.empty.setObjectName("faint")
        self.empty.setWordWrap(True)
        self.add.setAccessibleName("Add photographs")
        self.add.setToolTip("JPEG, PNG or WebP. You can also drop them here, or paste one.")
        self.add.clicked.connect(self.ask)
        view = self.list
        view.setAccessibleName("Photographs")
        view.setViewMode(QListView.ViewMode.IconMode)
        view.setResizeMode(QListView.ResizeMode.Adjust)
        view.setMovement(QListView.Movement.Static)
        view.setIconSize(SMALL)
        view.setWordWrap(False)
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        view.setStyleSheet("QListView { border: none; }")
        view.setGridSize(_CELL)
        view.setUniformItemSizes(True)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu)
        view.itemActivated.connect(self._open_item)
        view.itemClicked.connect(self._open_item)
        view.installEventFilter(self)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.empty)
        layout.addWidget(view)

    # Showing

    def show_site(self, session: Any, site: RecordId | None) -> None:
        """Show the photographs of this site (None: of none)."""
        if session is not self._session:
            self.thumbnails.clear()
        if site != self._site and self.viewer is not None:
            self.viewer.close()
        self._session, self._site = session, site
        found = session.state.photographs_of(site) if session is not None and site else []
        self.add.setVisible(session is not None and not session.read_only)
        if found != self._shown:
            self._shown = found
            self._list_them()
        if self.viewer is not None:
            self.viewer.follow(found)

    def _list_them(self) -> None:
        row = self.list.currentRow()
        self.list.clear()
        for photograph in self._shown:
            item = QListWidgetItem(self._icon(photograph), name_of(photograph))
            item.setData(_PHOTOGRAPH, photograph)
            item.setToolTip(f"{name_of(photograph)}\n{told_of(photograph, self._site_record())}")
            self.list.addItem(item)
        self.list.setCurrentRow(min(row, self.list.count() - 1))
        count = len(self._shown)
        self.heading.setText(f"Photographs ({count})" if count else "Photographs")
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))
        self._fit()

    def _site_record(self) -> Any:
        return self._session.state.sites.get(self._site) if self._session is not None else None

    def _icon(self, photograph: Photograph) -> QIcon:
        return QIcon(_cell(self.thumbnails.get(self._session, photograph)))

    def _picture_ready(self, digest: str) -> None:
        for row, photograph in enumerate(self._shown):
            if photograph.digest == digest:
                item = self.list.item(row)
                item.setIcon(self._icon(photograph))
                if self.thumbnails.failed(digest):
                    item.setText("Cannot be shown")

    def _fit(self) -> None:
        """As tall as its rows: the form round it does the scrolling."""
        across = max(1, (self.width() - 4) // _CELL.width())
        rows = -(-len(self._shown) // across)
        self.list.setFixedHeight(rows * _CELL.height() + 4)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fit()

    # Adding

    @property
    def _writable(self) -> bool:
        return self._session is not None and self._site is not None and not self._session.read_only

    def ask(self) -> None:
        """Let a person choose files."""
        if not self._writable:
            return
        names, _ = QFileDialog.getOpenFileNames(self, "Add photographs", "", PICTURES)
        self.take([Path(name) for name in names])

    def take(self, sources: list[Path | bytes]) -> None:
        """Add these files or pictures; what cannot be is told in one message."""
        if not self._writable or not sources:
            return
        session, site = self._session, self._site

        def work(progress: Any) -> list[UserError]:
            faults = []
            for index, source in enumerate(sources):
                progress(index / len(sources), _doing(source))
                try:
                    session.add_photograph(site, source)
                except UserError as error:
                    faults.append(error)
            return faults

        def done(faults: list[UserError]) -> None:
            if faults:
                self.refused.emit(not_added(faults, len(sources)))

        title = f"Adding {plural(len(sources), 'photograph')}"
        self._jobs.start(title, work, done, self.refused.emit)

    def paste(self) -> bool:
        """Add the picture, or the picture files, on the clipboard; whether there was any."""
        return self._take_data(QGuiApplication.clipboard().mimeData())

    def _take_data(self, data: Any) -> bool:
        files = files_of(data)
        if files:
            self.take(list(files))
        elif data is not None and data.hasImage():
            image = QImage(data.imageData())
            self.take([as_jpeg(image)])
        else:
            return False
        return True

    def dragEnterEvent(self, event: Any) -> None:
        if self._writable and has_pictures(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: Any) -> None:
        if self._take_data(event.mimeData()):
            event.acceptProposedAction()

    # What is done with one

    def _open_item(self, item: QListWidgetItem) -> None:
        self.open(item.data(_PHOTOGRAPH))

    def open(self, photograph: Photograph) -> Any:
        """Show it large."""
        from psnplanner.ui.panels.photo_view import PhotoView

        if self.viewer is not None:
            self.viewer.show_photograph(photograph)
            return self.viewer
        self.viewer = PhotoView(self._session, self._jobs, self._do, self)
        self.viewer.refused.connect(self.refused)
        self.viewer.finished.connect(self._viewer_gone)
        self.viewer.follow(self._shown)
        self.viewer.show_photograph(photograph)
        self.viewer.open()
        return self.viewer

    def _viewer_gone(self) -> None:
        if self.viewer is not None:
            self.viewer.deleteLater()
            self.viewer = None

    def remove(self, photograph: Photograph) -> None:
        """Remove it; undo brings it back."""
        self._try(remove_edit(self._session.state, photograph))

    def rename(self, photograph: Photograph) -> None:
        """Ask for its caption."""
        dialog = QInputDialog(self)
        dialog.setWindowTitle("Caption")
        dialog.setLabelText("What the photograph shows:")
        dialog.setTextValue(photograph.caption)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(
            lambda words: self._try(caption_edit(self._session.state, photograph, words.strip()))
        )
        dialog.open()

    def _try(self, edit: Any) -> None:
        try:
            self._do(edit)
        except UserError as error:
            self.refused.emit(error)

    def _menu(self, at: QPoint) -> None:
        item, menu = self.list.itemAt(at), QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if item is not None:
            photograph = item.data(_PHOTOGRAPH)
            menu.addAction("View large").triggered.connect(lambda: self.open(photograph))
            if self._writable:
                menu.addAction("Caption…").triggered.connect(lambda: self.rename(photograph))
                menu.addAction("Remove").triggered.connect(lambda: self.remove(photograph))
        if self._writable:
            menu.addAction("Paste").triggered.connect(self.paste)
        menu.popup(self.list.mapToGlobal(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if watched is self.list and event.type() == QEvent.Type.ShortcutOverride:
            return self._claim(event)
        return super().eventFilter(watched, event)

    def event(self, event: Any) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self._claim(event):
            return True
        return super().event(event)

    @staticmethod
    def _claim(event: Any) -> bool:
        """Pasting here means a picture, whatever the window's own Paste would do with it."""
        if event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
            return True
        return False

    def _key(self, event: Any) -> bool:
        item = self.list.currentItem()
        if event.matches(QKeySequence.StandardKey.Paste):
            return self.paste()
        if item is None or not self._writable:
            return False
        if event.key() == Qt.Key.Key_Delete:
            self.remove(item.data(_PHOTOGRAPH))
        elif event.key() == Qt.Key.Key_F2:
            self.rename(item.data(_PHOTOGRAPH))
        else:
            return False
        return True

    def keyPressEvent(self, event: Any) -> None:
        if not (event.matches(QKeySequence.StandardKey.Paste) and self.paste()):
            super().keyPressEvent(event)


def _cell(image: QImage | None) -> QPixmap:
    """The middle of a picture, filling its place; a plain ground where there is none yet."""
    cell = QPixmap(SMALL * 2)
    cell.setDevicePixelRatio(2)
    cell.fill(look.colour("line"))
    if image is not None:
        painter = QPainter(cell)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        cover = image.size().scaled(SMALL, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        target = QRect(QPoint(0, 0), cover)
        target.moveCenter(QRect(QPoint(0, 0), SMALL).center())
        painter.drawImage(target, image)
        painter.end()
    return cell


def has_pictures(data: Any) -> bool:
    """Whether dropped or pasted things may be pictures: what they are, reading tells."""
    return bool(data is not None and (data.hasImage() or files_of(data)))


def files_of(data: Any) -> list[Path]:
    """The files that were dropped or pasted."""
    if data is None or not data.hasUrls():
        return []
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if path.is_file()]


def _doing(source: Path | bytes) -> str:
    return source.name if isinstance(source, Path) else "the picture that was pasted"
