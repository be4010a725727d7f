"""Snapshots from the window: asked for, looked at, written, issued, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from shiboken6 import isValid

from psnplanner import home
from psnplanner.ui.dialogs.snapshot_dialog import SnapshotDialog
from psnplanner.ui.settings import previews


def ask(window: Any) -> SnapshotDialog:
    """Ask for whom, of when and where, with a look at it first; then write it and open it."""
    dialog = SnapshotDialog(window.session, parent=window)
    dialog.preview.connect(lambda: _preview(window, dialog))
    dialog.compared.connect(lambda first, last: _compare(window, dialog, first, last))
    dialog.accepted.connect(lambda: _write(window, dialog))
    dialog.open()
    return dialog


def _writer(session: Any, dialog: SnapshotDialog, outs: list[Path], *, issue: bool) -> Any:
    wanted, first, last = dialog.wanted, dialog.from_day, dialog.to_day
    foreseen, prospects = dialog.foreseen, dialog.prospects

    def work(progress: Any) -> None:
        if first is not None:
            for out in outs:
                session.write_comparison(
                    out, first, last, audience=wanted["audience"], progress=progress
                )
        else:
            odds = None
            if foreseen:
                odds = session.forecast_for_board(
                    as_at=wanted["as_at"], audience=wanted["audience"], progress=progress
                )
            how = {**wanted, "forecast": odds, "progress": progress}
            if prospects is not None:
                how["joiners"] = session.joiners(prospects, audience=wanted["audience"])
            if not issue:
                session.snapshot(*outs, **how)
            for out in outs if issue else ():
                session.issue(out, **how)

    return work


def _preview(window: Any, dialog: SnapshotDialog) -> None:
    # One file of each kind, written over: the browser reads it after we are done with it.
    home.made_folder(previews().name)
    out = previews() / f"preview{dialog.endings[0]}"
    work = _writer(window.session, dialog, [out], issue=False)
    window.jobs.start("Drawing the preview", work, lambda _made: _open(out), window.refuse)


def _write(window: Any, dialog: SnapshotDialog) -> None:
    outs = dialog.outs
    issue = dialog.issue.isChecked() and dialog.issue.isEnabled() and dialog.from_day is None
    work = _writer(window.session, dialog, outs, issue=issue)

    def done(_made: object) -> None:
        names = " and ".join(out.name for out in outs)
        window.say(f"{'Issued' if issue else 'Wrote'} the snapshot {names}.")
        _open(outs[0])

    window.jobs.start("Writing the snapshot", work, done, window.refuse)


def _compare(window: Any, dialog: SnapshotDialog, first: Any, last: Any) -> None:
    session, audience = window.session, dialog.wanted["audience"]

    def done(found: Any) -> None:
        # Another day or audience may have been chosen since, and the dialog may be gone.
        if isValid(dialog) and (dialog.from_day, dialog.to_day, dialog.wanted["audience"]) == (
            first, last, audience,
        ):  # fmt: skip
            dialog.said.show_comparison(found)

    window.jobs.start(
        "Comparing", lambda _progress: session.compare(first, last, audience=audience),
        done, lambda error: isValid(dialog) and dialog.said.say(str(error)),
    )  # fmt: skip


def _open(out: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(out)))
