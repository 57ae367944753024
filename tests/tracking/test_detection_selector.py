"""What a selector keeps of hand-placed detections, and path A's numbering; ArenaTracker's tests cover the rest."""

from collections.abc import Sequence

import numpy as np
import pytest

from sideline.arrays import Int64s
from sideline.tensors import FrameStatus
from sideline.tracking.detection_selector import (
    Answer,
    Detections,
    DetectionSelector,
    RawDetections,
    SelectionSettings,
    number_detections,
)
from tests.tracking.test_arena_tracker import CALIBRATION, detector_answer

Person = tuple[int, float, float, float]


def show(
    selector: DetectionSelector, frame_index: int, *people: Person, status: FrameStatus = FrameStatus.OK
) -> Answer:
    logits, points, _ = detector_answer(people)
    raw = RawDetections(logits, points, np.empty((len(points), 0), np.float32))
    return selector.update(frame_index, status, "why", CALIBRATION, raw)


def ids_of(answers: Sequence[Answer]) -> list[list[int]]:
    return [answer.micro_track_ids.tolist() for answer in answers]


def test_in_path_a_every_detection_is_a_micro_track_of_its_own() -> None:
    selector = DetectionSelector(number_detections())
    still = [(1, 0.0, 0.0, 0.9), (2, 3.0, 0.0, 0.8)]
    answers = [show(selector, 0, *still), show(selector, 1), show(selector, 2, *still[:1]), show(selector, 9, *still)]
    assert ids_of(answers) == [[1, 2], [], [3], [4, 5]]
    assert all(answer.micro_track_ids.dtype == np.int64 for answer in answers)


def test_only_what_is_kept_is_numbered() -> None:
    doubtful, double, outside = (2, 5.0, 0.0, 0.29), (3, 0.2, 0.0, 0.8), (4, 16.0, 0.0, 0.95)
    answer = show(DetectionSelector(number_detections()), 0, doubtful, double, outside, (1, 0.0, 0.0, 0.9))
    assert answer.micro_track_ids.tolist() == [1]
    np.testing.assert_allclose(answer.foot_points_m, [[0, 0]], atol=1e-3)


def test_in_path_a_a_doubtful_detection_is_loose_and_takes_no_number() -> None:
    selector = DetectionSelector(number_detections())
    doubtful, sure = (2, 5.0, 0.0, 0.44), (1, 0.0, 0.0, 0.9)
    answers = [show(selector, 0, doubtful), show(selector, 1, doubtful, sure), show(selector, 2, sure)]
    assert ids_of(answers) == [[-1], [1, -2], [2]]


@pytest.mark.parametrize(
    ("status", "frame_index", "expected"),
    [
        (FrameStatus.END_OF_STREAM, 6, FrameStatus.END_OF_STREAM),
        (FrameStatus.NO_IMAGE, 6, FrameStatus.NO_IMAGE),
        (FrameStatus.BAD_CALIBRATION, 6, FrameStatus.BAD_CALIBRATION),
        (FrameStatus.OK, 5, FrameStatus.OUT_OF_ORDER),
    ],
)
def test_frames_that_are_not_tracked_number_nothing(
    status: FrameStatus, frame_index: int, expected: FrameStatus
) -> None:
    selector = DetectionSelector(number_detections())
    show(selector, 5, (1, 0.0, 0.0, 0.9))
    answer = show(selector, frame_index, (1, 0.0, 0.0, 0.9), status=status)
    assert (answer.status, len(answer.scores)) == (expected, 0)
    assert show(selector, 7, (1, 0.0, 0.0, 0.9)).micro_track_ids.tolist() == [2]


def test_who_identifies_hears_of_every_frame_that_counts_also_of_one_without_an_image() -> None:
    heard: list[tuple[int, int]] = []

    def identify(frame_index: int, found: Detections) -> Int64s:
        heard.append((frame_index, len(found.scores)))
        return np.arange(len(found.scores))

    selector = DetectionSelector(identify)
    show(selector, 0, (1, 0.0, 0.0, 0.9))
    show(selector, 1, (1, 0.0, 0.0, 0.9), status=FrameStatus.NO_IMAGE)
    show(selector, 1, (1, 0.0, 0.0, 0.9))
    show(selector, 2, (1, 0.0, 0.0, 0.9), status=FrameStatus.BAD_CALIBRATION)
    assert heard == [(0, 1), (1, 0)]


@pytest.mark.parametrize(("score", "kept"), [(0.61, 1), (0.59, 0)])
def test_the_settings_say_which_score_is_enough(score: float, kept: int) -> None:
    selector = DetectionSelector(number_detections(), SelectionSettings(detection_score=0.6))
    assert len(show(selector, 0, (1, 0.0, 0.0, score)).scores) == kept


def test_two_selectors_count_by_themselves() -> None:
    first, second = DetectionSelector(number_detections()), DetectionSelector(number_detections())
    show(first, 0, (1, 0.0, 0.0, 0.9), (2, 3.0, 0.0, 0.8))
    assert show(second, 0, (1, 0.0, 0.0, 0.9)).micro_track_ids.tolist() == [1]
