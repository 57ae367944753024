"""Runs the library `trackers` over a recording and prints how long it took; in that library's own environment.

Usage: python trackers_bytetrack.py detections_raw.npz. Detections are put into the library's type before the clock
starts.
"""

import json
import sys
import time

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker


def main() -> None:
    """Track every frame after a warm-up of 50."""
    recording = np.load(sys.argv[1])
    numbers = recording["frame_numbers"]
    frames = [
        sv.Detections(
            xyxy=recording["bboxes"][numbers == frame],
            confidence=recording["confidences"][numbers == frame],
            class_id=np.zeros(int((numbers == frame).sum()), int),
        )
        for frame in range(int(numbers.max()) + 1)
    ]
    _track(frames[:50])
    print(json.dumps({"seconds": _track(frames)}))


def _track(frames: list[sv.Detections]) -> float:
    tracker = ByteTrackTracker(
        lost_track_buffer=30,
        frame_rate=25,
        track_activation_threshold=0.6,
        minimum_iou_threshold=0.2,
        high_conf_det_threshold=0.5,
    )
    started = time.perf_counter()
    for detections in frames:
        tracker.update(detections)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
