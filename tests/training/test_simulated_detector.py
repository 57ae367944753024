"""The drawn detector: what it gives of people who stand still, hide or meet."""

import numpy as np
import pytest

from sideline.training.sightings import NOBODY, Sightings
from sideline.training.simulated_detector import detect_people, draw_wander

VIEWER_M = np.array([0.0, 14.0])
FRAMES, PEOPLE = 400, 4
PLACES_M = np.array([[-6, 0], [-2, 0], [2, 0], [6, 0]], np.float32)


def _detect(seed: int, visibility: float = 1.0, places_m: np.ndarray = PLACES_M) -> Sightings:  # type: ignore[type-arg]
    truth_m = np.tile(places_m, (FRAMES, 1, 1))
    on_floor = np.ones((FRAMES, PEOPLE), np.bool_)
    seen = np.full((FRAMES, PEOPLE), visibility, np.float32)
    return detect_people(truth_m, on_floor, seen, VIEWER_M, np.random.default_rng(seed))


def test_who_is_wholly_visible_is_nearly_always_seen_and_near_the_true_place() -> None:
    found = _detect(0)
    true = found.select(found.persons != NOBODY)
    assert 0.93 < len(true) / (FRAMES * PEOPLE) < 1.0
    errors_m = np.linalg.norm(true.points_m - PLACES_M[true.persons], axis=1)
    assert 0.04 < np.median(errors_m) < 0.2
    assert (true.persons == true.neighbours).all()


@pytest.mark.parametrize(("visibility", "least", "most"), [(0.0, 0.0, 0.1), (0.3, 0.05, 0.95), (0.7, 0.85, 1.0)])
def test_the_hidden_are_missed(visibility: float, least: float, most: float) -> None:
    seen = np.mean([(_detect(seed, visibility).persons != NOBODY).sum() for seed in range(8)]) / (FRAMES * PEOPLE)
    assert least <= seen <= most


def test_the_hidden_are_misplaced_more() -> None:
    def error_m(visibility: float) -> float:
        found = _detect(3, visibility)
        true = found.select(found.persons != NOBODY)
        return float(np.linalg.norm(true.points_m - PLACES_M[true.persons], axis=1).mean())

    assert error_m(0.5) > 1.2 * error_m(1.0)


def test_rows_are_by_frame_and_falling_score_without_doubles() -> None:
    close = np.array([[0, 0], [0.1, 0], [6, 0], [-6, 0]], np.float32)
    found = _detect(1, places_m=close)
    for rows in found.split_by_frame():
        assert len(set(found.frames[rows].tolist())) == 1
        assert (np.diff(found.scores[rows]) <= 0).all()
        apart_m = np.linalg.norm(found.points_m[rows][:, None] - found.points_m[rows][None], axis=2)
        assert (apart_m[np.triu_indices(len(rows), 1)] >= 0.25).all()
    assert (np.diff(found.frames) >= 0).all()
    both = np.mean([{0, 1} <= set(found.persons[rows].tolist()) for rows in found.split_by_frame()])
    assert both < 0.5


def test_false_detections_last_some_frames_near_somebody() -> None:
    found = _detect(2)
    false = found.select(found.persons == NOBODY)
    assert len(false) > 20
    apart_m = np.linalg.norm(false.points_m - PLACES_M[false.neighbours], axis=1)
    assert np.median(apart_m) < 1.5
    follow = np.mean(np.isin(false.frames + 1, false.frames))
    assert follow > 0.6


def test_nobody_on_the_floor_gives_no_rows() -> None:
    nothing = np.zeros((10, 3), np.bool_)
    found = detect_people(
        np.zeros((10, 3, 2), np.float32), nothing, np.ones((10, 3), np.float32), VIEWER_M, np.random.default_rng(0)
    )
    assert len(found) == 0


def test_wander_has_unit_variance_and_lasts() -> None:
    noise = draw_wander((20000, 3), 10.0, np.random.default_rng(0))
    assert noise.std() == pytest.approx(1.0, abs=0.05)
    # An autoregressive process of first order keeps exp(-lag / 10) of its value.
    assert (noise[10:] * noise[:-10]).mean() == pytest.approx(np.exp(-1.0), abs=0.06)
