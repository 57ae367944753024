"""What a camera would say of its stream, by hand."""

import numpy as np
import pytest

from benchmarks.latency import added_shares
from benchmarks.live_load import ArenaRun, CameraFigures, answered_while_solving, solving_spans
from client.detections import Detections
from client.frames import FramePair, Timing, Update
from client.windows import SolvedWindows
from sideline.tensors import FrameStatus

MS = 1_000_000


def answered(index: int, captured_ms: int, answered_ms: int, *, window: bool = False) -> Update:
    frame = FramePair(index, captured_ms * MS, None, None)
    timing = Timing(captured_ms * MS, captured_ms * MS, answered_ms * MS)
    windows = SolvedWindows.none() if window else None
    return Update(frame, FrameStatus.OK, "", Detections.none(), False, windows, timing)


def run_of(*updates: Update, sent: int, solving_ns: list[tuple[int, int]] | None = None) -> ArenaRun:
    return ArenaRun(list(updates), np.zeros(len(updates)), sent, solving_ns or [])


def test_drops_stale_frames_and_missed_deadlines_are_counted_apart() -> None:
    # Interval 100 ms, deadline 150 ms: in time; stale (120 > 100); stale and missed (200 > 150); one never answered.
    run = run_of(answered(0, 0, 60), answered(1, 100, 220), answered(3, 300, 500), sent=4)
    figures = CameraFigures.of(run, interval_ms=100.0, deadline_ms=150.0)
    assert (figures.frames, figures.dropped, figures.stale, figures.deadline_misses) == (4, 1, 2, 2)
    assert figures.latency_ms.count == 3
    assert figures.latency_ms.max == 200.0


def test_jitter_is_how_far_the_gap_of_two_answers_is_from_that_of_their_captures() -> None:
    run = run_of(answered(0, 0, 60), answered(1, 100, 190), answered(3, 300, 350), sent=4)
    assert run.jitter_ms.tolist() == [30.0, 40.0]  # 130 for 100, 160 for 200


def test_a_window_is_being_solved_from_the_answer_that_closed_it_to_the_one_that_brings_it() -> None:
    updates = [answered(index, 100 * index, 100 * index + 50, window=index == 6) for index in range(9)]
    assert solving_spans(updates, window_frames=4) == [(450 * MS, 650 * MS)]


def test_frames_of_any_arena_that_overlap_a_window_are_held_apart() -> None:
    solver = run_of(answered(0, 0, 50), answered(1, 100, 160), sent=2, solving_ns=[(120 * MS, 180 * MS)])
    other = run_of(answered(0, 50, 110), answered(1, 170, 230), sent=2)
    during, otherwise = answered_while_solving([solver, other])
    assert during.tolist() == [60.0, 60.0]
    assert otherwise.tolist() == [50.0, 60.0]


def test_what_serving_adds_is_a_share_of_the_steps_own_time() -> None:
    shares = added_shares(np.array([110.0, 110.0, 110.0]), np.array([100.0, 100.0, 100.0]))
    assert shares == pytest.approx({"p50": 0.1, "p99": 0.1})
