"""Two columns that stand beside each other where there is room, and below each other else."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QVBoxLayout, QWidget

_DIRECTION = QBoxLayout.Direction


class TwoColumns(QWidget):
    """`first` and `second` are the layouts to fill; `beside_px` the width from which they fit."""

    def __init__(self, beside_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._beside_px = beside_px
        self._layout = QBoxLayout(_DIRECTION.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)
        self.first, self.second = self._column(), self._column()

    def _column(self) -> QVBoxLayout:
        column = QWidget()
        # Both may be made as narrow as the window asks: their labels wrap.
        column.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self._layout.addWidget(column, 1)
        return layout

    @property
    def beside(self) -> bool:
        """Whether they stand beside each other now."""
        return self._layout.direction() == _DIRECTION.LeftToRight

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        wide = self.width() >= self._beside_px
        if wide != self.beside:
            self._layout.setDirection(_DIRECTION.LeftToRight if wide else _DIRECTION.TopToBottom)
            self._layout.setSpacing(24 if wide else 10)
