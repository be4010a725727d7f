"""The real window over a real programme, without a display."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from psnplanner import home
from psnplanner.session import Session
from psnplanner.ui import look
from psnplanner.ui.main_window import MainWindow
from psnplanner.ui.table_columns import USUAL
from tests.ui.sample import create

SITES = 120


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme of 120 sites, half way, made once."""
    path = tmp_path_factory.mktemp("sample") / "sample.gpkg"
    create(path, SITES).close()
    return path


@pytest.fixture
def sample(sample_file: Path, tmp_path: Path) -> Iterator[Session]:
    """That programme, open, in a file of its own."""
    path = tmp_path / "cm.gpkg"
    shutil.copy(sample_file, path)
    session = Session.open(path, author="tester")
    yield session
    session.close()


@pytest.fixture
def empty_window(qtbot: object) -> Iterator[MainWindow]:
    """A window without a programme."""
    yield from _new_window()


def _new_window() -> Iterator[MainWindow]:
    if look.is_dark() or not QApplication.instance().styleSheet():
        look.apply("light")
    made = MainWindow()
    made.resize(1366, 768)
    made.show()
    QApplication.processEvents()
    yield made
    _close(made)


def _close(window: MainWindow) -> None:
    """Close a window and end it here: events alone leave it, and its timers, to the next test."""
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


@pytest.fixture
def window(
    request: pytest.FixtureRequest, sample: Session, settle: Callable[..., None]
) -> Iterator[MainWindow]:
    """The window showing the programme, its jobs done.

    A module that says ONE_WINDOW = True has one window for all its tests, which takes up a fresh
    programme for each as it does when a person opens another: several times as quick. A test of
    it that closes the window asks for `own_window`.
    """
    if not getattr(request.module, "ONE_WINDOW", False):
        yield request.getfixturevalue("own_window")
        return
    made: MainWindow = request.getfixturevalue("kept_window")
    _take_up(made, sample)
    _usual_table(made)
    settle(made)
    yield made
    assert made.isVisible(), "the next test has no window: ask for own_window"
    settle(made)
    made.let_go()


@pytest.fixture
def own_window(
    empty_window: MainWindow, sample: Session, settle: Callable[..., None]
) -> Iterator[MainWindow]:
    """A window that no other test sees, showing the programme, its jobs done."""
    _take_up(empty_window, sample)
    settle(empty_window)
    yield empty_window
    empty_window.let_go()


def _take_up(window: MainWindow, session: Session) -> None:
    if look.is_dark():
        look.apply("light")
    window.adopt(session)
    window.activateWindow()


def _usual_table(window: MainWindow) -> None:
    """Columns and order are the person's, not the programme's: those the last test left go."""
    columns, model = window.table.columns, window.table.model
    if columns.widths or columns.shown != list(USUAL) or model.sorting != ((USUAL[0], False),):
        columns.usual()
        columns.sort(USUAL[0], False)
    window.table.view.horizontalScrollBar().setValue(0)


@pytest.fixture(scope="module")
def kept_window(qapp: QApplication) -> Iterator[MainWindow]:
    """A window without a programme, for a whole module."""
    yield from _new_window()


@pytest.fixture
def settle(qtbot: object) -> Callable[[MainWindow], None]:
    """Wait until the window's jobs are done and it is painted."""

    def wait(window: MainWindow) -> None:
        qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)  # type: ignore[attr-defined]
        QApplication.processEvents()

    return wait


@pytest.fixture(scope="module")
def shared_window(
    sample_file: Path, tmp_path_factory: pytest.TempPathFactory, qapp: QApplication
) -> Iterator[MainWindow]:
    """One window for a whole module of tests that leave it as they find it."""
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSNPLANNER_HOME", str(folder))
        home.machine.cache_clear()
        path = folder / "cm.gpkg"
        shutil.copy(sample_file, path)
        look.apply("light")
        made = MainWindow()
        made.resize(1366, 768)
        made.show()
        made.adopt(Session.open(path, author="tester"))
        rest(made)
        yield made
        _close(made)
        QApplication.processEvents()


def rest(window: MainWindow) -> None:
    """Let the window's jobs come to their end."""
    clock = QDeadlineTimer(60_000)
    while window.jobs.busy and not clock.hasExpired():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
    QApplication.processEvents()
