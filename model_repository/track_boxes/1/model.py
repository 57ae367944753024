"""Step of the baseline: boxes in the cameras → micro-tracks, by ByteTrack. Holds one tracker per stream."""

from sideline import tensors
from sideline.serving.admission import most_streams
from sideline.serving.sequence_states import SequenceStates
from sideline.serving.triton_step import answer_requests, is_end, is_start, read, state_expiry_s
from sideline.tracking.box_tracker import BoxTracker
from sideline.tracking.bytetrack.settings import ByteTrackSettings

FPS = 25


class TritonPythonModel:
    """Streams never meet: each has its own tracker from START to END."""

    def initialize(self, args):
        settings = ByteTrackSettings(frame_rate=FPS)
        self._trackers = SequenceStates(lambda: BoxTracker(settings), state_expiry_s(args), most_streams)

    def execute(self, requests):
        return answer_requests(requests, self._track)

    def _track(self, request):
        tracker = self._trackers.enter(request.correlation_id(), is_start(request))
        micro_track_ids = tracker.update(
            int(read(request, tensors.FRAME_INDEX)[0]),
            read(request, tensors.BOXES_PX),
            read(request, tensors.SCORES),
            read(request, tensors.CAMERAS).tolist(),
        )
        if is_end(request):
            self._trackers.leave(request.correlation_id())
        return {tensors.MICRO_TRACK_IDS: micro_track_ids}
