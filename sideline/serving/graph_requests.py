"""A request of the graph's step as the library takes it, the library's answer as tensors, and what is seen of both.

Imported inside Triton's Python stub only, as `triton_step`. Knows names of tensors; knows no graph.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import triton_python_backend_utils as pb_utils

from sideline import tensors
from sideline.serving.observer import Sighting, StreamObserver, read_dropped
from sideline.serving.triton_step import Arrays, as_string, find_trace, is_end, is_start, read
from sideline.tracking.graph.arena_graph import ArenaGraph
from sideline.tracking.graph.frames import GraphAnswer, GraphFrame

_DETECTIONS: Final = (tensors.FOOT_POINTS_M, tensors.SCORES, tensors.MICRO_TRACK_IDS)
_CROPS: Final = (tensors.CROP_ROWS, tensors.APPEARANCE, tensors.JERSEY, tensors.TEAM, tensors.CROP_FEATURES)
_LIVE: Final = (tensors.TRACK_IDS, tensors.TEAM_PROBABILITIES, tensors.JERSEY_NUMBERS, tensors.JERSEY_PROBABILITIES)
_WINDOWS: Final = (
    tensors.WINDOW_FRAMES, tensors.WINDOW_MICRO_TRACK_IDS, tensors.WINDOW_TRACK_IDS, tensors.SOLVED_TRACK_IDS,
    tensors.SOLVED_TEAM_PROBABILITIES, tensors.SOLVED_JERSEY_NUMBERS, tensors.SOLVED_JERSEY_PROBABILITIES,
    tensors.REVISED_TRACK_IDS,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class GraphRequest:
    """One request, read and copied: Triton's memory goes when `execute` returns, and END is answered later.

    Attributes:
        frame: What the graph takes.
        message: What the steps before say of the frame.
        correlation_id, is_start, calibration, captured_at_ns, dropped: As in `Sighting`.
        traceparent: As the tensor says.
    """

    frame: GraphFrame
    message: str
    correlation_id: int | str
    is_start: bool
    calibration: bytes
    captured_at_ns: int
    dropped: int
    traceparent: str

    @classmethod
    def of(cls, request: pb_utils.InferenceRequest) -> GraphRequest:
        """Read a request of the step."""
        frame = GraphFrame(
            frame_index=int(read(request, tensors.FRAME_INDEX)[0]),
            status=tensors.FrameStatus(int(read(request, tensors.STATUS)[0])),
            match_sheet=read(request, tensors.MATCH_SHEET).tobytes(),
            is_end=is_end(request),
            **{tensor.name: read(request, tensor).copy() for tensor in _DETECTIONS + _CROPS},
        )
        return cls(
            frame,
            read(request, tensors.MESSAGE)[0].decode(),
            request.correlation_id(),
            is_start(request),
            read(request, tensors.CALIBRATION).tobytes(),
            int(read(request, tensors.CAPTURED_AT_NS)[0]),
            read_dropped(request.parameters()),
            find_trace(request),
        )

    def answer(self, graph: ArenaGraph, observer: StreamObserver) -> Callable[[], Arrays]:
        """What works out the answer, once it is called."""
        return lambda: self._answer(graph, observer)

    def _answer(self, graph: ArenaGraph, observer: StreamObserver) -> Arrays:
        answer = graph.update(self.frame)
        message = "; ".join(each for each in (self.message, answer.message) if each)
        observer.see(self._describe(answer, message, graph.kept_items))
        return {
            tensors.MESSAGE: as_string(message),
            tensors.TEAMS_NAMED: np.array([answer.teams_named]),
            tensors.TRACEPARENT: as_string(self.traceparent),
            **{tensor: getattr(answer, tensor.name) for tensor in _LIVE},
            **{tensor: getattr(answer.windows, tensor.name) for tensor in _WINDOWS},
        }

    def _describe(self, answer: GraphAnswer, message: str, state_items: int) -> Sighting:
        return Sighting(
            correlation_id=self.correlation_id,
            calibration=self.calibration,
            frame_index=self.frame.frame_index,
            captured_at_ns=self.captured_at_ns,
            dropped=self.dropped,
            status=self.frame.status,
            message=message,
            detections=len(self.frame.micro_track_ids),
            state_items=state_items,
            window_solve_s=answer.window_solve_s,
            failed_windows=answer.failed_windows,
            is_start=self.is_start,
            is_end=self.frame.is_end,
        )
