"""Step: the detector's raw answer → detections with micro-track IDs. Holds one tracker per stream."""

from sideline import tensors
from sideline.serving.admission import most_streams
from sideline.serving.detection_step import read_frame, write_detections
from sideline.serving.sequence_states import SequenceStates
from sideline.serving.triton_step import answer_requests, call_engine, is_end, is_start, read, state_expiry_s
from sideline.tracking.arena_tracker import ArenaTracker
from sideline.tracking.decoder_inputs import ask_for_few

ID_DECODER_INPUTS = (
    tensors.TRAJECTORY_FEATURES,
    tensors.TRAJECTORY_MASK,
    tensors.CURRENT_FEATURES,
    tensors.CURRENT_MASK,
    tensors.TRAJECTORY_LABELS,
)


class TritonPythonModel:
    """Streams never meet: each has its own tracker from START to END."""

    def initialize(self, args):
        self._trackers = SequenceStates(lambda: ArenaTracker(decode_ids), state_expiry_s(args), most_streams)

    def execute(self, requests):
        return answer_requests(requests, self._assign)

    def _assign(self, request):
        tracker = self._trackers.enter(request.correlation_id(), is_start(request))
        answer = tracker.update(
            **read_frame(request),
            logits=read(request, tensors.LOGITS)[0],
            points=read(request, tensors.POINTS)[0],
            embeddings=read(request, tensors.EMBEDDINGS)[0],
        )
        if is_end(request):
            self._trackers.leave(request.correlation_id())
        return write_detections(answer)


def decode_ids(features, mask, current, current_mask):
    return ask_for_few(_call_decoder, features, mask, current, current_mask)


def _call_decoder(*arrays):
    return call_engine("id_decoder", dict(zip(ID_DECODER_INPUTS, arrays, strict=True)), tensors.ID_LOGITS)
