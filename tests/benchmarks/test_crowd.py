"""Players that are made up: where they are, and that the tracker sees so many."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.crowd import Crowd
from benchmarks.long_match import LongMatch
from sideline.arena.panorama import Panorama
from sideline.tracking.graph.settings import GraphSettings
from tests.serving.marks import red_hall, rig_of


def nearest_m(places_m: np.ndarray) -> float:
    ways = np.linalg.norm(places_m[:, None] - places_m[None], axis=2)
    return float(ways[~np.eye(len(ways), dtype=bool)].min())


@pytest.mark.parametrize("players", [5, 13, 50])
def test_nobody_comes_near_anybody_and_all_stay_on_the_court(players: int) -> None:
    crowd = Crowd(players, rig_of(red_hall()))
    for frame_index in range(0, 150, 10):
        places_m = crowd.places_m(frame_index)
        assert crowd.rig.court.contains(places_m, 0.0).all()
        assert nearest_m(places_m) > 0.8


def test_the_detections_lie_where_the_players_are() -> None:
    crowd = Crowd(7, rig_of(red_hall()))
    logits, points, _ = crowd.detect(12)
    assert (logits[0, :, 0] > 0).sum() == 7
    floor_m = Panorama.of(crowd.rig).floor_from_uv(points[0, :7])
    np.testing.assert_allclose(floor_m, crowd.places_m(12), atol=1e-3)


def test_every_player_is_one_track_for_as_long_as_the_match_lasts(repository: Path) -> None:
    match = LongMatch(Crowd(6, rig_of(red_hall())), repository, GraphSettings(window_frames=16))
    match.play(40)
    kept = match.kept_items
    match.play(40 + 5 * 16)  # ends at the same place within a window
    assert match.kept_items == kept
    assert len(match.windows.cpu_ms) == 7
