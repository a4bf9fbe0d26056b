"""What leaves the page: pages and pictures that stand alone."""

from __future__ import annotations


class CannotDraw(ValueError):
    """A picture that cannot be made of this recording: why, and what would work."""
