"""Tracklets made by hand, and a small roster."""

import numpy as np

from sideline.identity.tracklets import Tracklets
from sideline.match_sheet import MatchSheet
from sideline.tensors import NO_NUMBER

HOME, AWAY, REFEREE = (0.96, 0.02, 0.02), (0.02, 0.96, 0.02), (0.02, 0.02, 0.96)
ANY = (1 / 3, 1 / 3, 1 / 3)
SHEET_TEXT = """
[home]
shirt = "#ffffff"
shorts = "#ffffff"
players = [{ number = 4, name = "Home 4" }, { number = 5, name = "Home 5" }, { number = 6, name = "Home 6" }]
[away]
shirt = "#000000"
shorts = "#000000"
players = [{ number = 4, name = "Away 4" }, { number = 7, name = "Away 7" }]
"""


def roster() -> MatchSheet:
    sheet = MatchSheet.parse(SHEET_TEXT)
    assert sheet is not None
    return sheet


def make_tracklets(
    times_s: list[tuple[float, float]],
    teams: list[tuple[float, float, float]] | None = None,
    numbers: dict[int, tuple[int, float]] | None = None,
    looks: list[list[float]] | None = None,
    places_m: list[tuple[tuple[float, float], tuple[float, float]]] | None = None,
) -> Tracklets:
    """``numbers``: by row, number and probability; ``places_m``: start and end of each. IDs are 100, 101, …"""
    count, read = len(times_s), numbers or {}
    return Tracklets(
        ids=np.arange(100, 100 + count),
        first_s=np.array([first for first, _ in times_s], np.float64),
        last_s=np.array([last for _, last in times_s], np.float64),
        team_probabilities=None if teams is None else np.array(teams, np.float64).reshape(-1, 3),
        numbers=np.array([read.get(row, (NO_NUMBER, 0.0))[0] for row in range(count)], np.int64),
        number_probabilities=np.array([read.get(row, (NO_NUMBER, 0.0))[1] for row in range(count)], np.float64),
        appearance=None if looks is None else np.array(looks, np.float64).reshape(count, -1 if count else 2),
        starts_m=None if places_m is None else np.array([start for start, _ in places_m], np.float64),
        ends_m=None if places_m is None else np.array([end for _, end in places_m], np.float64),
    )
