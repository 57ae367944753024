"""The lines of a basketball court as polylines on the floor, after FIBA's rules 2024, art. 2."""

import numpy as np

from sideline.arena.court import Court
from sideline.arena.landmarks import ARC_M, ARC_TO_SIDE_M, CIRCLE_M, HOOP_M, KEY_HALF_WIDTH_M, KEY_LENGTH_M
from sideline.arrays import Float64s


def court_lines(court: Court) -> list[Float64s]:
    """Every line as an open or closed run of points, [N, 2], x and z in metres."""
    x, z = court.length_m / 2, court.width_m / 2
    corners = court.corners_m()
    half = [
        _key(x),
        _arc(x - KEY_LENGTH_M, CIRCLE_M, 90, 270),
        _three_point_line(x, z),
        _arc(x - HOOP_M, 0.25, 0, 360),
    ]
    whole = [np.vstack([corners, corners[:1]]), np.array([[0, -z], [0, z]]), _arc(0, CIRCLE_M, 0, 360)]
    return whole + half + [line * [-1, 1] for line in half]


def _arc(x_m: float, radius_m: float, start_deg: float, end_deg: float) -> Float64s:
    angles = np.radians(np.linspace(start_deg, end_deg, 49))
    return np.column_stack([x_m + radius_m * np.cos(angles), radius_m * np.sin(angles)])


def _key(x: float) -> Float64s:
    far, width = x - KEY_LENGTH_M, KEY_HALF_WIDTH_M
    return np.array([[x, -width], [far, -width], [far, width], [x, width]])


def _three_point_line(x: float, z: float) -> Float64s:
    side = z - ARC_TO_SIDE_M
    reach = float(np.degrees(np.arcsin(min(1.0, side / ARC_M))))
    curve = _arc(x - HOOP_M, ARC_M, 180 + reach, 180 - reach)
    return np.vstack([[[x, -side]], curve, [[x, side]]])
