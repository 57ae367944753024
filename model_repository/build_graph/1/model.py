"""Step: detections and what their crops say → tracks with team and number. Holds one graph per stream."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from sideline import tensors
from sideline.serving.graph_engines import graph_engines, graph_settings
from sideline.serving.sequence_states import SequenceStates
from sideline.serving.triton_step import Later, answer_requests, as_string, is_end, is_start, read, state_expiry_s
from sideline.tracking.graph.arena_graph import ArenaGraph
from sideline.tracking.graph.frames import GraphFrame

DETECTIONS = (tensors.FOOT_POINTS_M, tensors.SCORES, tensors.MICRO_TRACK_IDS)
CROPS = (tensors.CROP_ROWS, tensors.APPEARANCE, tensors.JERSEY, tensors.TEAM, tensors.CROP_FEATURES)
LIVE = (tensors.TRACK_IDS, tensors.TEAM_PROBABILITIES, tensors.JERSEY_NUMBERS, tensors.JERSEY_PROBABILITIES)
WINDOWS = (tensors.WINDOW_FRAMES, tensors.WINDOW_MICRO_TRACK_IDS, tensors.WINDOW_TRACK_IDS)
SOLVED = (
    tensors.SOLVED_TRACK_IDS,
    tensors.SOLVED_TEAM_PROBABILITIES,
    tensors.SOLVED_JERSEY_NUMBERS,
    tensors.SOLVED_JERSEY_PROBABILITIES,
)


MOST_ENDS = 16  # streams whose END may wait for its windows at once


class TritonPythonModel:
    """Streams never meet but in the one thread that solves their windows, one after the other. END waits elsewhere."""

    def initialize(self, args):
        engines, settings, self._solver = graph_engines(args), graph_settings(args), ThreadPoolExecutor(1)
        self._ends = ThreadPoolExecutor(MOST_ENDS)
        self._graphs = SequenceStates(lambda: ArenaGraph(engines, self._solver, settings), state_expiry_s(args))

    def execute(self, requests):
        return answer_requests(requests, self._build)

    def finalize(self):
        self._solver.shutdown(wait=False, cancel_futures=True)
        self._ends.shutdown(wait=False, cancel_futures=True)

    def _build(self, request):
        graph = self._graphs.enter(request.correlation_id(), is_start(request))
        frame = GraphFrame(
            frame_index=int(read(request, tensors.FRAME_INDEX)[0]),
            status=tensors.FrameStatus(int(read(request, tensors.STATUS)[0])),
            match_sheet=read(request, tensors.MATCH_SHEET).tobytes(),
            is_end=is_end(request),
            **{tensor.name: read(request, tensor).copy() for tensor in DETECTIONS + CROPS},
        )
        compute = partial(_update, graph, frame, read(request, tensors.MESSAGE)[0].decode())
        if not frame.is_end:
            return compute()
        self._graphs.leave(request.correlation_id())
        return Later(self._ends, compute)


def _update(graph, frame, message):
    answer = graph.update(frame)
    return {
        tensors.MESSAGE: as_string("; ".join(each for each in (message, answer.message) if each)),
        tensors.TEAMS_NAMED: np.array([answer.teams_named]),
        **{tensor: getattr(answer, tensor.name) for tensor in LIVE},
        **{tensor: getattr(answer.windows, tensor.name) for tensor in WINDOWS + SOLVED},
    }
