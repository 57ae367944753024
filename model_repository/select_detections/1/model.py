"""Step of path A: the detector's raw answer → detections, each a micro-track of its own. Holds a counter per stream."""

import numpy as np

from sideline import tensors
from sideline.serving.admission import most_streams
from sideline.serving.detection_step import read_frame, write_detections
from sideline.serving.sequence_states import SequenceStates
from sideline.serving.triton_step import answer_requests, is_end, is_start, read, state_expiry_s
from sideline.tracking.detection_selector import DetectionSelector, RawDetections, number_detections


class TritonPythonModel:
    """Streams never meet: each has its own selector from START to END."""

    def initialize(self, args):
        self._selectors = SequenceStates(
            lambda: DetectionSelector(number_detections()), state_expiry_s(args), most_streams
        )

    def execute(self, requests):
        return answer_requests(requests, self._select)

    def _select(self, request):
        selector = self._selectors.enter(request.correlation_id(), is_start(request))
        points = read(request, tensors.POINTS)[0]
        answer = selector.update(
            **read_frame(request),
            raw=RawDetections(read(request, tensors.LOGITS)[0], points, np.empty((len(points), 0), np.float32)),
        )
        if is_end(request):
            self._selectors.leave(request.correlation_id())
        return write_detections(answer)
