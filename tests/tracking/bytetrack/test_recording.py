"""A whole recording: against the authors' own code, against golden figures, and by hand."""

from pathlib import Path

import motmetrics
import numpy as np
import pandas as pd
import pytest

from sideline.arrays import Float64s
from sideline.tracking.bytetrack.recording import Detections, Tracklets, track_recording
from sideline.tracking.bytetrack.settings import ByteTrackSettings
from tests.tracking.bytetrack.boxes import box

_TRACE = Path(__file__).with_name("published_trace.npz")
"""What the authors' tracker (github.com/ifzhang/ByteTrack, with lap 0.5) gives on 400 frames of 9 simulated people who
cross, hide and score low behind each other, with false detections: 2,871 detections; IDs, rows and boxes it gave
    out."""


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("default", ByteTrackSettings(frame_rate=25)),
        ("mot20", ByteTrackSettings(frame_rate=25, mot20=True, track_thresh=0.6, match_thresh=0.7, track_buffer=10)),
    ],
)
def test_every_id_and_box_is_that_of_the_published_code(name: str, settings: ByteTrackSettings) -> None:
    trace = np.load(_TRACE)
    detections = Detections(trace["frame_numbers"].astype(np.int64), trace["bboxes"], trace["confidences"])
    tracklets = track_recording(detections, settings)
    assert tracklets.tracklet_id.tolist() == trace[f"{name}_ids"].tolist()
    assert tracklets.detection_indices.tolist() == trace[f"{name}_detections"].tolist()
    assert np.abs(tracklets.filtered_bboxes - trace[f"{name}_boxes"]).max() < 1e-4  # as the trace is rounded


_TUD = Path(motmetrics.__file__).parent / "data"


def _read_tud(file: str) -> pd.DataFrame:
    return motmetrics.io.loadtxt(_TUD / file, fmt="mot15-2D").sort_index()


def _judge(truth: pd.DataFrame, result: pd.DataFrame) -> tuple[float, float, int]:
    """MOTA, IDF1 and identity switches; boxes are one from an IoU of 0.5 on."""
    events = motmetrics.utils.compare_to_groundtruth(truth, result, "iou", distth=0.5)
    row = motmetrics.metrics.create().compute(events, metrics=["mota", "idf1", "num_switches"]).iloc[0]
    return round(float(row["mota"]), 4), round(float(row["idf1"]), 4), int(row["num_switches"])


def _as_table(tracklets: Tracklets) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([tracklets.frame_numbers, tracklets.tracklet_id], names=["FrameId", "Id"])
    boxes: Float64s = tracklets.bboxes
    sides = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    return pd.DataFrame(sides, columns=["X", "Y", "Width", "Height"], index=index).sort_index()


@pytest.mark.parametrize(
    ("name", "golden", "expected"),
    [
        ("TUD-Campus", (0.5265, 0.5577, 7), (0.5376, 0.5779, 2)),
        ("TUD-Stadtmitte", (0.5640, 0.6446, 7), (0.5666, 0.6519, 6)),
    ],
)
def test_tud_boxes_tracked_anew_reach_the_published_codes_figures(
    name: str, golden: tuple[float, float, int], expected: tuple[float, float, int]
) -> None:
    """The yardstick first: motmetrics' golden figures of the tracker output that it ships. Then that output's boxes,
    its IDs thrown away, tracked here; the authors' code gives the same IDs and so the same figures."""
    truth, shipped = _read_tud(f"{name}/gt.txt"), _read_tud(f"{name}/test.txt")
    assert _judge(truth, shipped) == golden
    boxes = shipped[["X", "Y", "Width", "Height"]].to_numpy(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    frames = shipped.index.get_level_values("FrameId").to_numpy(np.int64)
    detections = Detections(frames, boxes, np.full(len(boxes), 0.9))
    tracklets = track_recording(detections, ByteTrackSettings(frame_rate=25))
    assert _judge(truth, _as_table(tracklets)) == expected


def test_a_tracklet_names_frames_boxes_scores_and_rows_of_its_detections() -> None:
    """Two people for two frames, in changing order; frame numbers begin anywhere."""
    boxes = np.array([box(0), box(300), box(301), box(1)], np.float64)
    detections = Detections(np.array([70, 70, 71, 71]), boxes, np.array([0.9, 0.8, 0.7, 0.95]))
    tracklets = track_recording(detections, ByteTrackSettings())
    assert tracklets.tracklet_id.tolist() == [1, 1, 2, 2]
    assert tracklets.frame_numbers.tolist() == [70, 71, 70, 71]
    assert tracklets.detection_indices.tolist() == [0, 3, 1, 2]
    assert tracklets.bboxes.tolist() == boxes[[0, 3, 1, 2]].tolist()
    assert tracklets.confidences.tolist() == [0.9, 0.95, 0.8, 0.7]
    assert tracklets.count == 2


def test_frames_without_detections_count_towards_the_buffer() -> None:
    detections = Detections(np.array([1, 6, 7]), np.array([box(0)] * 3, np.float64), np.full(3, 0.9))
    kept = track_recording(detections, ByteTrackSettings(track_buffer=3))
    forgotten = track_recording(detections, ByteTrackSettings(track_buffer=2))
    assert kept.tracklet_id.tolist() == [1, 1, 1]
    assert forgotten.tracklet_id.tolist() == [1, 2]


def test_a_recording_without_detections_has_no_tracklets() -> None:
    nothing = Detections(np.empty(0, np.int64), np.empty((0, 4)), np.empty(0))
    tracklets = track_recording(nothing, ByteTrackSettings())
    assert (tracklets.count, tracklets.bboxes.shape, tracklets.filtered_bboxes.shape) == (0, (0, 4), (0, 4))


def test_every_frame_with_detections_is_reported() -> None:
    frames = []
    detections = Detections(np.array([1, 1, 9]), np.array([box(0), box(300), box(0)], np.float64), np.full(3, 0.9))
    track_recording(detections, ByteTrackSettings(), lambda: frames.append(1))
    assert len(frames) == 2
