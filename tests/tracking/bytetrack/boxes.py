"""Boxes that tests write down by hand."""

from sideline.tracking.bytetrack.boxes import Box


def box(x0: float, width: float = 40, height: float = 100) -> Box:
    """A box that stands at y = 0 … height, by its left edge, x0 y0 x1 y1 px."""
    return (x0, 0, x0 + width, height)
