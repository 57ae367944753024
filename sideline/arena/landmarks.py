"""Points of a basketball court that can be found in a picture, by name, with their place in metres.

FIBA, Official Basketball Rules 2024, art. 2 and diagrams 1–2, and Basketball Equipment 2024 for the backboard. A
landmark lies at the edge of the line from which the rules measure: the inner edge of side and end lines, the outer
edge of every other line. Knows nothing about cameras.
"""

from typing import Final

import numpy as np

from sideline.arena.court import Court

HOOP_M: Final = 1.575
"""From the end line to the point below the ring's centre."""
ARC_M: Final = 6.75
"""Radius of the three-point line."""
ARC_TO_SIDE_M: Final = 0.9
KEY_LENGTH_M: Final = 5.8
KEY_HALF_WIDTH_M: Final = 2.45
CIRCLE_M: Final = 1.8
"""Radius of the centre circle and of the free-throw semicircles."""
_BOARD_M: Final = 1.2
"""From the end line to the front of the backboard."""
_BOARD_HALF_WIDTH_M: Final = 0.9
_BOARD_LOW_M, _BOARD_TOP_M = 2.90, 3.95

Point = tuple[float, float, float]
"""x along the court, y up, z towards the cameras; metres."""


def landmarks_m(court: Court) -> dict[str, Point]:
    """Every landmark of a court; left is x < 0, near is z > 0, the cameras' side.

    Returns:
        Name → (x, y, z) in metres; y = 0 on the floor.
    """
    half_z = court.width_m / 2
    places: dict[str, Point] = {
        "centre_line_far": (0.0, 0.0, -half_z),
        "centre_line_near": (0.0, 0.0, half_z),
        "centre_circle_far": (0.0, 0.0, -CIRCLE_M),
        "centre_circle_near": (0.0, 0.0, CIRCLE_M),
    }
    for end, end_sign in (("left", -1), ("right", 1)):
        places[f"{end}_three_point_top"] = (end_sign * (court.length_m / 2 - HOOP_M - ARC_M), 0.0, 0.0)
        places[f"centre_circle_{end}"] = (end_sign * CIRCLE_M, 0.0, 0.0)
        for side, side_sign in (("far", -1), ("near", 1)):
            for name, (x, y, z) in _quarter(court).items():
                places[f"{end}_{side}_{name}"] = (end_sign * x, y, side_sign * z)
    return places


def _quarter(court: Court) -> dict[str, Point]:
    """The landmarks with x > 0 and z > 0, without end and side in their names."""
    x, z = court.length_m / 2, court.width_m / 2
    arc_z = z - ARC_TO_SIDE_M
    bend = x - HOOP_M - float(np.sqrt(max(ARC_M**2 - arc_z**2, 0.0)))
    return {
        "corner": (x, 0.0, z),
        "key_baseline": (x, 0.0, KEY_HALF_WIDTH_M),
        "key_corner": (x - KEY_LENGTH_M, 0.0, KEY_HALF_WIDTH_M),
        "free_throw": (x - KEY_LENGTH_M, 0.0, CIRCLE_M),
        "three_point_baseline": (x, 0.0, arc_z),
        "three_point_bend": (bend, 0.0, arc_z),
        "backboard_low": (x - _BOARD_M, _BOARD_LOW_M, _BOARD_HALF_WIDTH_M),
        "backboard_top": (x - _BOARD_M, _BOARD_TOP_M, _BOARD_HALF_WIDTH_M),
    }
