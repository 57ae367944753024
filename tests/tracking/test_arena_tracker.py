"""One arena's tracker on hand-placed foot-points: what is kept, and what each status does."""

import gc
import weakref
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sideline.arena.panorama import Panorama
from sideline.arena.rig import parse_rig
from sideline.arrays import Float32s
from sideline.tensors import EMBEDDING_DIMS, QUERIES, FrameStatus
from sideline.tracking.arena_tracker import ArenaTracker
from sideline.tracking.detection_selector import Answer, find_distinct
from tests.arena.rigs import rig_toml
from tests.tracking.decoders import RecognisingDecoder, looks_of
from tests.tracking.published import PUBLISHED, PUBLISHED_IN_ARENA

CALIBRATION = rig_toml().encode()
PANORAMA = Panorama.of(parse_rig(rig_toml()))
NOBODY: Sequence[tuple[int, float, float, float]] = ()


def detector_answer(people: Sequence[tuple[int, float, float, float]]) -> tuple[Float32s, Float32s, Float32s]:
    """Logits, points and embeddings of 100 queries for people (number, x m, z m, score); the other queries see none."""
    logits = np.full((QUERIES, 1), -9.0, np.float32)
    points, embeddings = np.zeros((QUERIES, 2), np.float32), np.zeros((QUERIES, EMBEDDING_DIMS), np.float32)
    for row, (number, x_m, z_m, score) in enumerate(people):
        logits[row] = np.log(score / (1 - score))
        points[row] = PANORAMA.uv_from_floor(np.array([[x_m, z_m]]))[0]
        embeddings[row] = looks_of(number)[0]
    return logits, points, embeddings


def show(
    tracker: ArenaTracker,
    frame_index: int,
    *people: tuple[int, float, float, float],
    status: FrameStatus = FrameStatus.OK,
    message: str = "",
    calibration: bytes = CALIBRATION,
) -> Answer:
    return tracker.update(frame_index, status, message, calibration, *detector_answer(people))


@pytest.fixture
def tracker() -> ArenaTracker:
    return ArenaTracker(RecognisingDecoder(), PUBLISHED_IN_ARENA)


def test_answers_are_in_metres_best_score_first(tracker: ArenaTracker) -> None:
    answer = show(tracker, 0, (1, -10.0, 5.0, 0.7), (2, 4.0, -6.0, 0.9), (3, 0.0, 0.0, 0.8))
    np.testing.assert_allclose(answer.foot_points_m, [[4, -6], [0, 0], [-10, 5]], atol=1e-3)
    np.testing.assert_allclose(answer.foot_points_uv, PANORAMA.uv_from_floor(answer.foot_points_m), atol=1e-5)
    np.testing.assert_allclose(answer.scores, [0.9, 0.8, 0.7], atol=1e-6)
    assert answer.micro_track_ids.tolist() == [1, 2, 3]
    assert (answer.status, answer.message) == (FrameStatus.OK, "")
    dtypes = [array.dtype for array in (answer.foot_points_uv, answer.foot_points_m, answer.scores)]
    assert dtypes == [np.float32] * 3
    assert answer.micro_track_ids.dtype == np.int64


def test_a_frame_without_detections_is_ok_and_empty(tracker: ArenaTracker) -> None:
    answer = show(tracker, 0)
    assert answer.status is FrameStatus.OK
    assert [len(answer.scores), *answer.foot_points_m.shape, *answer.foot_points_uv.shape] == [0, 0, 2, 0, 2]


@pytest.mark.parametrize(("score", "kept"), [(0.31, True), (0.29, False)])
def test_detections_below_the_score_are_dropped(tracker: ArenaTracker, score: float, kept: bool) -> None:
    show(tracker, 0, (1, 0.0, 0.0, 0.9))
    assert len(show(tracker, 1, (1, 0.0, 0.0, score)).scores) == kept


def test_a_doubtful_newborn_is_loose_and_told_apart_by_its_row(tracker: ArenaTracker) -> None:
    doubtful = [(2, 3.0, 0.0, 0.5), (3, 6.0, 0.0, 0.4)]
    assert show(tracker, 0, (1, 0.0, 0.0, 0.9), *doubtful).micro_track_ids.tolist() == [1, -2, -3]
    assert show(tracker, 1, (1, 0.0, 0.0, 0.9), *doubtful[:1]).micro_track_ids.tolist() == [1, -2]


@pytest.mark.parametrize(("apart_m", "expected"), [(0.2, [2]), (0.3, [1, 2])])
def test_of_two_detections_on_one_player_the_better_stays(
    tracker: ArenaTracker, apart_m: float, expected: list[int]
) -> None:
    show(tracker, 0, (1, 5.0, 0.0, 0.9), (2, -5.0, 0.0, 0.8))
    answer = show(tracker, 1, (1, 0.0, 0.0, 0.7), (2, apart_m, 0.0, 0.9))
    assert sorted(answer.micro_track_ids.tolist()) == expected


@pytest.mark.parametrize(
    ("xs_m", "expected"),
    [
        ([], []),
        ([0.0], [True]),
        ([0.0, 0.2, 0.4], [True, False, True]),  # the second fell away, so it does not push the third out
        ([0.2, 0.0, 0.4], [True, False, False]),
        ([0.0, 0.0, 0.0], [True, False, False]),
    ],
)
def test_distinct_points_best_first(xs_m: list[float], expected: list[bool]) -> None:
    points_m = np.array([[x, 0.0] for x in xs_m], np.float64).reshape(-1, 2)
    assert find_distinct(points_m, 0.25).tolist() == expected


@pytest.mark.parametrize(
    ("x_m", "z_m", "kept"),
    [(14.9, 0.0, True), (15.1, 0.0, False), (0.0, 8.4, True), (0.0, -8.6, False), (-15.1, 0.0, False)],
)
def test_detections_further_than_a_metre_outside_the_court_are_dropped(
    tracker: ArenaTracker, x_m: float, z_m: float, kept: bool
) -> None:
    assert len(show(tracker, 0, (1, x_m, z_m, 0.9)).scores) == kept


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("tensor", [0, 1, 2])
def test_detections_that_are_not_finite_are_dropped(tracker: ArenaTracker, tensor: int, broken: float) -> None:
    raw = detector_answer([(1, 0.0, 0.0, 0.9), (2, 3.0, 0.0, 0.8)])
    raw[tensor][0, 0] = broken if tensor else np.nan
    answer = tracker.update(0, FrameStatus.OK, "", CALIBRATION, *raw)
    np.testing.assert_allclose(answer.scores, [0.8], atol=1e-6)


@pytest.mark.parametrize("frame_index", [7, 3])
def test_an_index_that_does_not_rise_is_answered_and_changes_nothing(tracker: ArenaTracker, frame_index: int) -> None:
    show(tracker, 7, (1, 0.0, 0.0, 0.9))
    answer = show(tracker, frame_index, (2, 3.0, 0.0, 0.9))
    assert answer.status is FrameStatus.OUT_OF_ORDER
    assert "send frame indices that rise" in answer.message
    assert len(answer.micro_track_ids) == 0
    assert show(tracker, 8, (1, 0.0, 0.0, 0.9), (2, 3.0, 0.0, 0.8)).micro_track_ids.tolist() == [1, 2]


@pytest.mark.parametrize(
    "status",
    [FrameStatus.CAMERA_MISSING, FrameStatus.BAD_IMAGE, FrameStatus.WRONG_SIZE, FrameStatus.TOO_LARGE],
)
def test_a_frame_with_half_an_image_is_tracked_and_keeps_its_status(tracker: ArenaTracker, status: FrameStatus) -> None:
    answer = show(tracker, 0, (1, 0.0, 0.0, 0.9), status=status, message="left camera: plug it in")
    assert (answer.status, answer.message) == (status, "left camera: plug it in")
    assert answer.micro_track_ids.tolist() == [1]


@pytest.mark.parametrize("status", [FrameStatus.BAD_CALIBRATION, FrameStatus.END_OF_STREAM])
def test_frames_that_were_not_tracked_leave_the_state_alone(tracker: ArenaTracker, status: FrameStatus) -> None:
    show(tracker, 5, (1, 0.0, 0.0, 0.9))
    for frame_index in range(6, 60):
        answer = show(tracker, frame_index, (2, 3.0, 0.0, 0.9), status=status, message="why")
        assert (answer.status, answer.message, len(answer.scores)) == (status, "why", 0)
    assert show(tracker, 6, (1, 0.0, 0.0, 0.9)).micro_track_ids.tolist() == [1]


@pytest.mark.parametrize(("missing", "expected"), [(38, [1]), (39, [2])])
def test_frames_without_an_image_age_the_memory(tracker: ArenaTracker, missing: int, expected: list[int]) -> None:
    show(tracker, 0, (1, 0.0, 0.0, 0.9))
    for frame_index in range(1, missing + 1):
        answer = show(tracker, frame_index, (2, 3.0, 0.0, 0.9), status=FrameStatus.NO_IMAGE, message="no picture")
        assert (answer.status, answer.message, len(answer.scores)) == (FrameStatus.NO_IMAGE, "no picture", 0)
    assert show(tracker, missing, (1, 0.0, 0.0, 0.9)).status is FrameStatus.OUT_OF_ORDER
    assert show(tracker, missing + 1, (1, 0.0, 0.0, 0.9)).micro_track_ids.tolist() == expected


@pytest.mark.parametrize("calibration", [b"", b"arena = ", b"\xff\xfe", CALIBRATION.replace(b"760.0", b"nan")])
def test_a_calibration_that_cannot_be_read_is_answered_and_changes_nothing(
    tracker: ArenaTracker, calibration: bytes
) -> None:
    show(tracker, 0, (1, 0.0, 0.0, 0.9))
    answer = show(tracker, 1, (1, 0.0, 0.0, 0.9), calibration=calibration)
    assert answer.status is FrameStatus.BAD_CALIBRATION
    assert answer.message
    assert show(tracker, 1, (1, 0.0, 0.0, 0.9)).micro_track_ids.tolist() == [1]


def test_a_new_calibration_counts_from_its_frame_on(tracker: ArenaTracker) -> None:
    longer = CALIBRATION.replace(b"length_m = 28.0", b"length_m = 29.0")
    points = detector_answer([(1, 10.0, 2.0, 0.9)])
    before = tracker.update(0, FrameStatus.OK, "", CALIBRATION, *points)
    after = tracker.update(1, FrameStatus.OK, "", longer, *points)
    expected = Panorama.of(parse_rig(longer.decode())).floor_from_uv(points[1][:1])
    np.testing.assert_allclose(before.foot_points_m, [[10, 2]], atol=1e-3)
    np.testing.assert_allclose(after.foot_points_m, expected, atol=1e-3)
    assert abs(after.foot_points_m[0, 0] - 10) > 0.05


def test_a_decoder_that_fails_leaves_the_frame_to_be_sent_again() -> None:
    decoder = RecognisingDecoder()
    tracker = ArenaTracker(decoder, PUBLISHED_IN_ARENA)
    show(tracker, 0, (1, 0.0, 0.0, 0.9))
    decoder.broken = True
    with pytest.raises(RuntimeError, match="engine is gone"):
        show(tracker, 1, (1, 0.0, 0.0, 0.9))
    decoder.broken = False
    assert show(tracker, 1, (1, 0.0, 0.0, 0.9)).micro_track_ids.tolist() == [1]


def test_two_interleaved_arenas_give_what_each_gives_alone() -> None:
    rng = np.random.default_rng(2)
    frames = [
        [(person, *rng.uniform(-7, 7, 2), rng.uniform(0.2, 0.95)) for person in rng.permutation(13)[: rng.integers(13)]]
        for _ in range(60)
    ]

    def describe(answer: Answer) -> tuple[list[int], list[float]]:
        return answer.micro_track_ids.tolist(), answer.foot_points_m.ravel().tolist()

    def run(people: list[list[tuple[int, float, float, float]]]) -> list[tuple[list[int], list[float]]]:
        tracker = ArenaTracker(RecognisingDecoder(), PUBLISHED_IN_ARENA)
        return [describe(show(tracker, index, *frame)) for index, frame in enumerate(people)]

    first, second = (
        ArenaTracker(RecognisingDecoder(), PUBLISHED_IN_ARENA),
        ArenaTracker(RecognisingDecoder(), PUBLISHED_IN_ARENA),
    )
    backwards = frames[::-1]
    together = [
        (describe(show(first, i, *frames[i])), describe(show(second, i, *backwards[i]))) for i in range(len(frames))
    ]
    assert [one for one, _ in together] == run(frames)
    assert [other for _, other in together] == run(backwards)


def test_settings_move_the_limits() -> None:
    tracker = ArenaTracker(
        RecognisingDecoder(), replace(PUBLISHED_IN_ARENA, duplicate_radius_m=0.6, court_margin_m=0.0)
    )
    answer = show(tracker, 0, (1, 0.0, 0.0, 0.9), (2, 0.5, 0.0, 0.8), (3, 14.2, 0.0, 0.7))
    np.testing.assert_allclose(answer.foot_points_m, [[0, 0]], atol=1e-3)


def tracker_with_reach() -> ArenaTracker:
    """A label reaches 1 m and half a metre per frame further."""
    within = replace(PUBLISHED, motion=replace(PUBLISHED.motion, reach_slack_m=1.0, reach_m_per_frame=0.5))
    return ArenaTracker(RecognisingDecoder(), replace(PUBLISHED_IN_ARENA, micro_tracks=within))


def test_every_detection_is_gated_by_its_own_place_on_the_floor() -> None:
    tracker = tracker_with_reach()
    show(tracker, 0, (1, -6.0, 2.0, 0.9), (2, 6.0, -2.0, 0.8))
    outside, walked, leapt = (9, 16.0, 0.0, 0.95), (1, -5.0, 3.0, 0.7), (2, 6.0, 0.0, 0.9)
    answer = show(tracker, 1, outside, walked, leapt)
    np.testing.assert_allclose(answer.foot_points_m, [[6, 0], [-5, 3]], atol=1e-3)
    assert answer.micro_track_ids.tolist() == [3, 1]


@pytest.mark.parametrize(("missing", "expected"), [(6, [2]), (7, [1])])
def test_reach_grows_over_frames_without_an_image(missing: int, expected: list[int]) -> None:
    tracker = tracker_with_reach()
    show(tracker, 0, (1, 0.0, 0.0, 0.9))
    for frame_index in range(1, missing + 1):
        show(tracker, frame_index, status=FrameStatus.NO_IMAGE, message="no picture")
    assert show(tracker, missing + 1, (1, 4.8, 0.0, 0.9)).micro_track_ids.tolist() == expected


def test_a_tracker_that_nobody_needs_any_more_goes_at_once_and_not_with_the_next_garbage_collection() -> None:
    gc.disable()
    try:
        tracker = ArenaTracker(RecognisingDecoder(), PUBLISHED_IN_ARENA)
        show(tracker, 0, (1, -10.0, 5.0, 0.7))
        known = weakref.ref(tracker)
        del tracker
        assert known() is None
    finally:
        gc.enable()
