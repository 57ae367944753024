"""Requests and answers as Triton's tensors; names, dtypes and shapes come from ``sideline.tensors``."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import InferInput, InferRequestedOutput, InferResult

from client.detections import Detections
from client.messages import Answer, Request
from client.windows import SolvedTracks, SolvedWindows
from sideline import tensors
from sideline.errors import StreamError
from sideline.tensors import FrameStatus, Tensor

_OUTPUTS: Final = [InferRequestedOutput(tensor.name) for tensor in tensors.ANSWER]


def encode_request(request: Request, model: str) -> dict[str, object]:
    """The arguments of Triton's stream call for one request."""
    frame = request.frame
    values: dict[Tensor, NDArray[Any]] = {
        tensors.LEFT_JPEG: _bytes_tensor(frame.left_jpeg),
        tensors.RIGHT_JPEG: _bytes_tensor(frame.right_jpeg),
        tensors.FRAME_INDEX: np.array([frame.frame_index], np.int64),
        tensors.CAPTURED_AT_NS: np.array([frame.captured_at_ns], np.int64),
        tensors.CALIBRATION: _bytes_tensor(request.calibration),
        tensors.MATCH_SHEET: _bytes_tensor(request.match_sheet),
    }
    return {
        "model_name": model,
        "inputs": [_to_input(tensor, values[tensor]) for tensor in tensors.REQUEST],
        "outputs": _OUTPUTS,
        "request_id": str(frame.frame_index),
        "sequence_id": request.correlation_id,
        "sequence_start": request.start,
        "sequence_end": request.end,
        "parameters": {tensors.DROPPED_FRAMES: request.dropped} if request.dropped else None,
    }


def decode_answer(result: InferResult) -> Answer:
    """Read the tensors of one answer.

    Raises:
        StreamError: a tensor is missing or the status is unknown: client and server are of different versions.
    """
    try:
        return Answer(
            frame_index=int(_array(result, tensors.FRAME_INDEX)[0]),
            status=FrameStatus(int(_array(result, tensors.STATUS)[0])),
            message=_array(result, tensors.MESSAGE)[0].decode(errors="replace"),
            detections=_read_detections(result),
            teams_named=bool(_array(result, tensors.TEAMS_NAMED)[0]),
            windows=_read_windows(result),
            traceparent=_array(result, tensors.TRACEPARENT)[0].decode(errors="replace"),
        )
    except (ValueError, IndexError) as error:
        raise StreamError(
            f"the server's answer cannot be read ({error}): use client and server of one version"
        ) from error


def _read_detections(result: InferResult) -> Detections:
    return Detections(
        foot_points_m=_array(result, tensors.FOOT_POINTS_M),
        foot_points_uv=_array(result, tensors.FOOT_POINTS_UV),
        scores=_array(result, tensors.SCORES),
        micro_track_ids=_array(result, tensors.MICRO_TRACK_IDS),
        cameras=_array(result, tensors.CAMERAS),
        camera_reasons=_array(result, tensors.CAMERA_REASONS),
        boxes_px=_array(result, tensors.BOXES_PX),
        track_ids=_array(result, tensors.TRACK_IDS),
        team_probabilities=_array(result, tensors.TEAM_PROBABILITIES),
        jersey_numbers=_array(result, tensors.JERSEY_NUMBERS),
        jersey_probabilities=_array(result, tensors.JERSEY_PROBABILITIES),
    )


def _read_windows(result: InferResult) -> SolvedWindows | None:
    tracks = SolvedTracks(
        track_ids=_array(result, tensors.SOLVED_TRACK_IDS),
        team_probabilities=_array(result, tensors.SOLVED_TEAM_PROBABILITIES),
        jersey_numbers=_array(result, tensors.SOLVED_JERSEY_NUMBERS),
        jersey_probabilities=_array(result, tensors.SOLVED_JERSEY_PROBABILITIES),
    )
    windows = SolvedWindows(
        frame_indices=_array(result, tensors.WINDOW_FRAMES),
        micro_track_ids=_array(result, tensors.WINDOW_MICRO_TRACK_IDS),
        track_ids=_array(result, tensors.WINDOW_TRACK_IDS),
        tracks=tracks,
        revisions=_array(result, tensors.REVISED_TRACK_IDS),
    )
    return windows if len(windows) or len(tracks.track_ids) else None


def _bytes_tensor(content: bytes | None) -> NDArray[np.uint8]:
    return np.frombuffer(content or b"", np.uint8)


def _to_input(tensor: Tensor, value: NDArray[Any]) -> InferInput:
    entry = InferInput(tensor.name, list(value.shape), tensor.dtype)
    entry.set_data_from_numpy(value)
    return entry


def _array(result: InferResult, tensor: Tensor) -> NDArray[Any]:
    value: NDArray[Any] | None = result.as_numpy(tensor.name)
    if value is None:
        raise StreamError(f"the server's answer lacks {tensor.name!r}: use client and server of one version")
    return value
