"""Field mode: the window for a tablet on site, narrow and with large targets."""
