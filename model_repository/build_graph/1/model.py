"""Step: detections and what their crops say → tracks with team and number. Holds one graph per stream."""

from concurrent.futures import ThreadPoolExecutor

from sideline.serving.admission import most_streams, table_of_parent
from sideline.serving.gpu_gauges import also_read_gpus
from sideline.serving.graph_engines import graph_engines, graph_settings
from sideline.serving.graph_requests import GraphRequest
from sideline.serving.ledger import Ledger
from sideline.serving.observer import StreamObserver
from sideline.serving.sequence_states import SequenceStates
from sideline.serving.triton_metrics import MetricsPublisher
from sideline.serving.triton_step import Later, answer_requests, state_expiry_s
from sideline.tracking.graph.arena_graph import ArenaGraph

MOST_ENDS = 16  # streams whose END may wait for its windows at once


class TritonPythonModel:
    """Streams never meet but in the one thread that solves their windows, one after the other. END waits elsewhere."""

    def initialize(self, args):
        engines, settings, self._solver = graph_engines(args), graph_settings(args), ThreadPoolExecutor(1)
        self._ends = ThreadPoolExecutor(MOST_ENDS)
        self._graphs = SequenceStates(
            lambda: ArenaGraph(engines, self._solver, settings), state_expiry_s(args), most_streams
        )
        ledger = Ledger()
        self._observer = StreamObserver(ledger, state_expiry_s(args))
        self._publisher = MetricsPublisher(ledger, also_read_gpus(args, ledger, self._observer.forget_silent))

    def execute(self, requests):
        return answer_requests(requests, self._build)

    def finalize(self):
        self._publisher.stop()
        self._solver.shutdown(wait=False, cancel_futures=True)
        self._ends.shutdown(wait=False, cancel_futures=True)

    def _build(self, triton_request):
        request = GraphRequest.of(triton_request)
        if streams := table_of_parent():
            streams.note_answer(request.correlation_id, request.frame.frame_index, request.frame.is_end)
        graph = self._graphs.enter(request.correlation_id, request.is_start)
        answer = request.answer(graph, self._observer)
        if not request.frame.is_end:
            return answer()
        self._graphs.leave(request.correlation_id)
        return Later(self._ends, answer)
