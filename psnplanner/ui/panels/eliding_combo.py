"""A combo box that ends a long name in dots, where Qt would cut through a letter."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

_PART, _CONTROL = QStyle.SubControl, QStyle.ComplexControl


class ElidingCombo(QComboBox):
    """As wide as there is room; its list shows every name whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(7)

    def shown_text(self, option: QStyleOptionComboBox) -> str:
        """The name as it fits."""
        field = _PART.SC_ComboBoxEditField
        box = self.style().subControlRect(_CONTROL.CC_ComboBox, option, field, self)
        room = box.width() - 8
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)

    def paintEvent(self, event: Any) -> None:
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text(option)
        painter.drawComplexControl(_CONTROL.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def showPopup(self) -> None:
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)
        super().showPopup()
