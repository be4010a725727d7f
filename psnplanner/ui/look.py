"""How the window looks, light and dark: palette, a small style sheet, the map's colours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from psnplanner.style import base_colour

APPEARANCES = ("system", "light", "dark")
ACCENT = "#1f6fb2"
ACCENT_DARK = "#5aa9e6"

_LIGHT = {
    "window": "#f3f5f7",
    "base": "#ffffff",
    "alternate": "#f7f9fa",
    "text": "#1b2329",
    "faint": "#5c6870",
    "button": "#ffffff",
    "line": "#d3d9de",
    "accent": ACCENT,
    "on_accent": "#ffffff",
    "chosen": "#d7e8f7",
    "warning": "#fff4d6",
    "danger": "#b3261e",
    "danger_ground": "#fdecea",
    "good": "#1a7f5a",
    "tick": "#ffffff",
    "frame": "#f3f5f7",
}
_DARK = {
    "window": "#20262b",
    "base": "#181d21",
    "alternate": "#1d2328",
    "text": "#e8edf0",
    "faint": "#9aa7b0",
    "button": "#2c343a",
    "line": "#3a444c",
    "accent": ACCENT_DARK,
    "on_accent": "#0d1418",
    "chosen": "#274a66",
    "warning": "#4a3f1c",
    "danger": "#ff8a80",
    "danger_ground": "#472624",
    "good": "#5fd0a3",
    "tick": "#4a5660",
    "frame": "#93a3af",
}


@dataclass(frozen=True)
class MapColours:
    """The colours of everything on the map but the sites."""

    dark: bool
    sea: QColor
    land: QColor
    water: QColor
    coast: QColor
    river: QColor
    town: QColor
    halo: QColor


@cache
def map_colours(dark: bool) -> MapColours:
    """The base map's colours: the board's by day, dimmed ones by night."""
    if not dark:
        names = ("sea", "land", "water", "coast", "river", "town")
        parts = [QColor(base_colour(name)) for name in names]
        return MapColours(False, *parts, QColor(255, 255, 255, 215))
    night = ("#151d24", "#2a3138", "#1a242c", "#46525b", "#2b4254", "#aab6bf")
    return MapColours(True, *[QColor(colour) for colour in night], QColor(24, 30, 35, 220))


def is_dark() -> bool:
    """Whether the window is drawn dark now."""
    return QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def colour(name: str) -> QColor:
    """A colour of the present look by its name ("accent", "faint", "danger"...)."""
    return QColor((_DARK if is_dark() else _LIGHT)[name])


def refusal_style() -> str:
    """How a label in a dialog looks that says why something is refused."""
    return (
        f"QLabel {{ padding: 8px; border-radius: 5px; color: {colour('text').name()};"
        f" background: {colour('danger_ground').name()}; }}"
    )


def apply(appearance: str = "system") -> None:
    """Dress the application; "system" follows the desktop's own light or dark."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    dark = appearance == "dark" or (appearance == "system" and _desktop_is_dark())
    shades = _DARK if dark else _LIGHT
    app.setStyle("Fusion")
    app.setPalette(_palette(shades))
    for kind in ("QCheckBox", "QRadioButton"):
        app.setPalette(_framed(shades, shades["tick"]), kind)
    for kind in ("QComboBox", "QDateEdit", "QSpinBox", "QDoubleSpinBox"):
        app.setPalette(_framed(shades, shades["base"]), kind)
    app.setStyleSheet(_SHEET.format_map(shades))


def _desktop_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _palette(shades: dict[str, str]) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    chosen = {
        role.Window: "window",
        role.WindowText: "text",
        role.Base: "base",
        role.AlternateBase: "alternate",
        role.Text: "text",
        role.Button: "button",
        role.ButtonText: "text",
        role.PlaceholderText: "faint",
        role.ToolTipBase: "base",
        role.ToolTipText: "text",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.Accent: "accent",
        role.Link: "accent",
        role.Mid: "line",
    }
    for part, name in chosen.items():
        palette.setColor(part, QColor(shades[name]))
    faint = QColor(shades["faint"])
    for part in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, faint)
    return palette


def _framed(shades: dict[str, str], ground: str) -> QPalette:
    """For what Fusion draws a frame round, in a shade darker than the window's own.

    By night that frame could not be seen, nor a tick's box of the ground's own colour.
    """
    palette = _palette(shades)
    palette.setColor(QPalette.ColorRole.Base, QColor(ground))
    palette.setColor(QPalette.ColorRole.Window, QColor(shades["frame"]))
    return palette


_SHEET = """
QMainWindow::separator {{ width: 5px; height: 5px; background: {window}; }}
QMainWindow::separator:hover {{ background: {accent}; }}
QDockWidget {{ titlebar-close-icon: none; font-weight: 600; color: {text}; }}
QDockWidget::title {{ padding: 6px 10px; background: {window}; text-align: left; }}
QToolBar {{ background: {window}; border: none; border-bottom: 1px solid {line};
    spacing: 4px; padding: 4px 6px; }}
QToolButton {{ padding: 4px 8px; border-radius: 5px; border: 1px solid transparent; }}
QToolButton:hover {{ background: {chosen}; }}
QToolButton:pressed, QToolButton:checked {{ background: {chosen}; border-color: {accent}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton:disabled {{ color: {faint}; }}
QStatusBar {{ background: {window}; border-top: 1px solid {line}; }}
QStatusBar::item {{ border: none; }}
QPushButton {{ padding: 5px 14px; border-radius: 5px; border: 1px solid {line};
    background: {button}; }}
QPushButton:hover {{ border-color: {accent}; }}
QPushButton:focus {{ border: 1px solid {accent}; }}
QPushButton:pressed {{ background: {chosen}; }}
QPushButton:disabled {{ color: {faint}; background: {window}; }}
QPushButton[primary="true"] {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
QPushButton[primary="true"]:disabled {{ background: {line}; color: {faint};
    border-color: {line}; }}
QLineEdit, QPlainTextEdit {{
    padding: 4px 6px; border: 1px solid {line}; border-radius: 5px; background: {base};
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {accent}; }}
QComboBox, QDateEdit, QSpinBox, QDoubleSpinBox {{ min-height: 20px; }}
QTableView, QListView, QTreeView {{ background: {base}; border: 1px solid {line};
    alternate-background-color: {alternate}; selection-background-color: {chosen};
    selection-color: {text}; gridline-color: {line}; outline: none; }}
QHeaderView::section {{ background: {window}; border: none; border-right: 1px solid {line};
    border-bottom: 1px solid {line}; padding: 5px 8px; font-weight: 600; }}
QTabBar::tab {{ padding: 6px 12px; border: none; color: {faint};
    border-bottom: 2px solid transparent; background: transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {accent}; font-weight: 600; }}
QTabBar::tab:hover {{ color: {text}; }}
QScrollArea {{ border: none; background: {base}; }}
QProgressBar {{ border: 1px solid {line}; border-radius: 4px; background: {base};
    text-align: center; max-height: 14px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
QMenu {{ background: {base}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 14px; border-radius: 4px; }}
QMenu::item:selected {{ background: {chosen}; color: {text}; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
QScrollBar::handle {{ background: {line}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:hover {{ background: {faint}; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {line}; }}
QToolTip {{ background: {base}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QFrame#card {{ background: {base}; border: 1px solid {line}; border-radius: 7px; }}
QFrame#banner {{ background: {warning}; border: none; border-bottom: 1px solid {line}; }}
QFrame#refusal {{ background: {danger_ground}; border: 1px solid {danger}; border-radius: 6px; }}
QFrame#record {{ background: {alternate}; border: 1px solid {accent}; border-radius: 6px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QLabel#faint {{ color: {faint}; }}
QLabel#heading {{ font-weight: 600; }}
QWidget#paper {{ background: {base}; }}
"""
