"""What the two steps share that turn the detector's answer into detections: the frame they read, the answer they write.

Imported inside Triton's Python stub only. Knows order and names of tensors; which detections are worth keeping is for
`sideline.tracking` to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from sideline import tensors
from sideline.serving.triton_step import Arrays, as_string, read
from sideline.tensors import FrameStatus
from sideline.tracking.detection_selector import Answer

if TYPE_CHECKING:  # Triton's module is still empty when a step is imported
    import triton_python_backend_utils as pb_utils


class FrameHead(TypedDict):
    """What a request says of its frame; arguments of `DetectionSelector.update` and `ArenaTracker.update`."""

    frame_index: int
    status: FrameStatus
    message: str
    calibration: bytes


def read_frame(request: pb_utils.InferenceRequest) -> FrameHead:
    """The head of a request's frame."""
    return {
        "frame_index": int(read(request, tensors.FRAME_INDEX)[0]),
        "status": FrameStatus(int(read(request, tensors.STATUS)[0])),
        "message": read(request, tensors.MESSAGE)[0].decode(),
        "calibration": read(request, tensors.CALIBRATION).tobytes(),
    }


def write_detections(answer: Answer) -> Arrays:
    """The tensors that answer a frame."""
    return {
        tensors.STATUS: np.array([answer.status], np.int32),
        tensors.MESSAGE: as_string(answer.message),
        tensors.FOOT_POINTS_UV: answer.foot_points_uv,
        tensors.FOOT_POINTS_M: answer.foot_points_m,
        tensors.SCORES: answer.scores,
        tensors.MICRO_TRACK_IDS: answer.micro_track_ids,
    }
