"""What is wrong with the plan as it stands, each with its remedy and "show me"."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.words import plural
from psnplanner.ui import look

_ROLE = Qt.ItemDataRole
FINDING_ROLE = int(_ROLE.UserRole) + 1
SIGNS = {"error": ("danger", "✖"), "warning": ("accent", "▲"), "note": ("faint", "●")}
_LEFT, _PAD = 28, 7


class FindingModel(QAbstractListModel):
    """The findings, worst first."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.findings: list[Any] = []

    def show_findings(self, findings: list[Any]) -> None:
        """Show these."""
        self.beginResetModel()
        self.findings = findings
        self.endResetModel()

    def rowCount(self, parent: Any = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.findings)

    def data(self, index: Any, role: int = _ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        finding = self.findings[index.row()]
        if role == FINDING_ROLE:
            return finding
        if role == _ROLE.DisplayRole:
            return finding.sentence
        if role in (_ROLE.ToolTipRole, _ROLE.AccessibleDescriptionRole):
            return f"{finding.severity}: {finding.sentence}\n{finding.remedy}"
        return None


class FindingDelegate(QStyledItemDelegate):
    """Paints a finding over as many lines as it needs, its remedy below in a fainter ink."""

    def sizeHint(self, option: Any, index: Any) -> QSize:
        wide = option.widget.viewport().width() if option.widget else 260
        finding = index.data(FINDING_ROLE)
        tall = sum(
            text_layout(words, option.font, wide - _LEFT - 10)[1]
            for words in (finding.sentence, _below(finding))
        )
        return QSize(wide, int(tall) + 2 * _PAD + 2)

    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        finding, area = index.data(FINDING_ROLE), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(area, look.colour("alternate"))
        painter.setPen(look.colour("line"))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        colour, sign = SIGNS.get(finding.severity, SIGNS["note"])
        painter.setPen(look.colour(colour))
        top = area.top() + _PAD
        mark = QRectF(area.left() + 8, top, 16, option.fontMetrics.height())
        painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, sign)
        for words, ink in ((finding.sentence, "text"), (_below(finding), "faint")):
            layout, tall = text_layout(words, option.font, area.width() - _LEFT - 10)
            painter.setPen(look.colour(ink))
            layout.draw(painter, area.topLeft() + QRectF(_LEFT, top - area.top(), 1, 1).topLeft())
            top += tall
        painter.restore()


def _below(finding: Any) -> str:
    show = f"  Show {plural(len(finding.sites), 'site')} ›" if finding.sites else ""
    return f"{finding.remedy}{show}"


def text_layout(words: str, font: QFont, width: float) -> tuple[QTextLayout, float]:
    """Words broken into lines of a width, and how tall they are."""
    layout = QTextLayout(words, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    tall = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(40.0, width))
        line.setPosition(QRectF(0, tall, 1, 1).topLeft())
        tall += line.height()
    layout.endLayout()
    return layout, tall


class FindingsPanel(QWidget):
    """The list of findings; a click shows the sites."""

    show_sites = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = FindingModel(self)
        self.view = QListView()
        self.view.setAccessibleName("Findings")
        self.view.setModel(self.model)
        self.view.setItemDelegate(FindingDelegate(self.view))
        self.view.setFrameShape(QListView.Shape.NoFrame)
        self.view.setMouseTracking(True)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        # A bar that came and went would change the width the sentences are broken at.
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.clicked.connect(self._show)
        self.view.activated.connect(self._show)
        self.empty = QLabel("Open a programme to see what needs attention.")
        self.empty.setObjectName("faint")
        self.empty.setWordWrap(True)
        self.empty.setMargin(14)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.empty)
        layout.addWidget(self.view, 1)
        self.view.hide()

    def show_findings(self, findings: list[Any] | None) -> None:
        """Show these findings; None where no programme is open."""
        self.model.show_findings(findings or [])
        self.view.setVisible(bool(findings))
        self.empty.setVisible(not findings)
        if findings is not None:
            self.empty.setText("Nothing needs attention: no finding.")

    def _show(self, index: Any) -> None:
        finding = self.model.findings[index.row()]
        if finding.sites:
            self.show_sites.emit(finding.sites)
