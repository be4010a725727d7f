"""The prices a person has changed, kept for all plans made on this machine."""

from __future__ import annotations

import json

from psnplanner.ui.settings import settings

_KEY = "plan/prices"


def kept_prices() -> dict[str, float]:
    """The changed prices by name; none where nothing was changed."""
    try:
        found = json.loads(str(settings().value(_KEY) or "{}"))
        return {str(name): float(value) for name, value in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def keep_prices(changed: dict[str, float]) -> None:
    """Keep these for the plans to come."""
    settings().setValue(_KEY, json.dumps(changed))
