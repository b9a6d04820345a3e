"""Whether a live run is to end: asked by what reads, in the process of the command."""

import threading

DRAIN = threading.Event()
"""Set when nothing more is to be read; what was read is still worked off."""
