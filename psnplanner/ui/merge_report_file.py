"""Writes a report to a file: a web page as it is, or printed to PDF on A4."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEventLoop, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from psnplanner.whole_file import whole_file


def write_report(out: Path, page: str) -> None:
    """Write it, whole or not at all, over another only if the person chose that name.

    Raises UserError if it cannot be written. May be called in any thread.
    """
    with whole_file(out) as beside:
        if out.suffix.casefold() == ".pdf":
            _print(beside, page)
        else:
            beside.write_text(page, "utf-8")


def _print(out: Path, page: str) -> None:
    # A document lays itself out by timers: in a pool's thread they want somebody to hold them.
    held = QEventLoop()
    writer = QPdfWriter(str(out))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    writer.setPageMargins(QMarginsF(12, 12, 12, 12), QPageLayout.Unit.Millimeter)
    writer.setResolution(96)
    document = QTextDocument()
    document.setHtml(page)
    document.setPageSize(writer.pageLayout().paintRectPixels(96).size())
    document.print_(writer)
    held.quit()
