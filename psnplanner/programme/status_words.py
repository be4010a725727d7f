"""The headline statuses of a site: words alone, so that colours can be looked up by them early."""

STATUSES = (
    "planned",
    "surveyed",
    "wayleave",
    "building",
    "fibre in",
    "installed",
    "live",
    "blocked",
)
"""The headline values of a site, in the order of progress; blocked stands apart."""
