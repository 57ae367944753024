"""IDF1 against the library's own, and its size."""

import contextlib
import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from sideline.evaluation.metrics import MATCH_RADIUS_M, distances_between, measure_matching
from sideline.evaluation.observations import Observations
from tests.evaluation.scenes import observations, stand

FRAMES = np.arange(8)


def measure_by_library(truth: Observations, found: Observations) -> float:
    with contextlib.redirect_stdout(io.StringIO()):
        from trackeval.metrics.identity import Identity
    rows = list(zip(truth.rows_of(FRAMES), found.rows_of(FRAMES), strict=True))
    people, numbers = np.unique(truth.ids, return_inverse=True)
    tracks, track_numbers = np.unique(found.ids, return_inverse=True)
    near = [distances_between(truth.points_m[true], found.points_m[seen]) <= MATCH_RADIUS_M for true, seen in rows]
    sequence = {
        "num_timesteps": len(FRAMES),
        "num_gt_ids": len(people),
        "num_tracker_ids": len(tracks),
        "num_gt_dets": len(truth.ids),
        "num_tracker_dets": len(found.ids),
        "gt_ids": [numbers[true] for true, _ in rows],
        "tracker_ids": [track_numbers[seen] for _, seen in rows],
        "similarity_scores": [each.astype(float) for each in near],
    }
    return float(Identity({"THRESHOLD": 0.5, "PRINT_CONFIG": False}).eval_sequence(sequence)["IDF1"])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 9))
def test_idf1_is_the_librarys(seed: int, people: int, tracks: int) -> None:
    rng = np.random.default_rng(seed)
    who = [(frame, person, *rng.uniform(-0.8, 0.8, 2)) for frame in range(8) for person in range(people)]
    seen = [(frame, track, *rng.uniform(-0.8, 0.8, 2)) for frame in range(8) for track in range(tracks)
            if rng.random() < 0.7]  # fmt: skip
    truth, found = observations(who), observations(seen)
    assert measure_matching(truth, found, FRAMES).idf1 == approx(measure_by_library(truth, found))


def test_twenty_thousand_tracks_of_one_detection_each_need_no_square_matrix() -> None:
    rows = [(frame % 8, 100 + frame, 0.0 if frame < 8 else 9.0 + frame, 0.0) for frame in range(20_000)]
    figures = measure_matching(observations(stand(1, 0, range(8))), observations(rows), FRAMES)
    assert figures.idf1 == approx(2 * 1 / (8 + 20_000))
