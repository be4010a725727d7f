"""What is told of a photograph beside the picture: its caption, day, photographer and place."""

from __future__ import annotations

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.site import Site
from psnplanner.ui.wording import short_day

PICTURES = "Pictures (*.jpg *.jpeg *.jpe *.png *.webp)"
"""What a file dialog offers."""


def name_of(photograph: Photograph) -> str:
    """What to call a photograph: its caption, else its day, else the file it came in."""
    return photograph.caption or (
        short_day(photograph.taken_on)
        if photograph.taken_on
        else photograph.file_name or "Untitled"
    )


def told_of(photograph: Photograph, site: Site | None) -> str:
    """When, by whom and where it was taken, as far as that is known."""
    parts = [f"Taken {short_day(photograph.taken_on)}"] if photograph.taken_on else []
    parts += [f"added by {photograph.by}"] if photograph.by else []
    if photograph.position is not None:
        position = photograph.position
        place = f"at {position.latitude:.5f}, {position.longitude:.5f}"
        parts.append(place + _from_site(photograph, site))
    if photograph.size:
        parts.append(f"{photograph.size / 1e6:.1f} MB")
    words = " · ".join(parts)
    return words[:1].upper() + words[1:]


def _from_site(photograph: Photograph, site: Site | None) -> str:
    """How far from the site's own position the camera stood: a picture of elsewhere shows."""
    if site is None or site.position is None or photograph.position is None:
        return ""
    from psnplanner.geography.distance import geodesic_m
    from psnplanner.geography.near import distance_words

    here, there = site.position, photograph.position
    metres = geodesic_m(here.latitude, here.longitude, there.latitude, there.longitude)
    return f", {distance_words(metres)} from the site"


def not_added(faults: list[UserError], wanted: int) -> UserError:
    """Everything that kept pictures from being added, in one message."""
    lines = [f"{fault.where}: {fault.what}" if fault.where else fault.what for fault in faults[:8]]
    if len(faults) > 8:
        lines.append(f"and {len(faults) - 8} more.")
    what = f"{len(faults)} of {plural(wanted, 'picture')} could not be added."
    if wanted == 1:
        what = "The picture could not be added."
    remedies = dict.fromkeys(fault.remedy for fault in faults if fault.remedy)
    return UserError("\n".join([what, *lines]), remedy=" ".join(remedies))
