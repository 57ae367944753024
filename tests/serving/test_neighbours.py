"""What one stream does to the others that share its steps: nothing. On a real server with held steps."""

import time
from pathlib import Path

from sideline.security.channel import connect
from sideline.serving.local_server import LocalServer
from sideline.tensors import FrameStatus
from tests.serving.marks import blue_hall, red_hall
from tests.serving.stream import Stream, requests_of
from tests.serving.test_tracks import window_rows


def exchange(step: Path, old: str, new: str) -> None:
    source = step.read_text()
    assert source.count(old) == 1
    step.write_text(source.replace(old, new))


def count_executions(url: str, model: str) -> int:
    """Requests that a model has answered or refused."""
    with connect(url) as client:
        found = client.get_inference_statistics(model).model_stats[0].inference_stats
    return int(found.success.count + found.fail.count)


def await_executions(url: str, model: str, count: int) -> None:
    """Wait until a model has answered or refused so many requests in all; two minutes are enough on any machine."""
    deadline_s = time.monotonic() + 120.0
    while count_executions(url, model) < count:
        assert time.monotonic() < deadline_s, f"{model} has not come to {count} requests"
        time.sleep(0.1)


HELD_STEP = """    def execute(self, requests):
        import os, time
        while requests[0].correlation_id() < 2**62 and os.path.exists({hold!r}):  # canaries pass
            time.sleep(0.02)
"""

HELD_SOLVER = """

class _HeldExecutor(ThreadPoolExecutor):
    def submit(self, solve, *arguments):
        return super().submit(self._wait, solve, arguments)

    def _wait(self, solve, arguments):
        import os, time
        while os.path.exists({hold!r}):
            time.sleep(0.02)
        return solve(*arguments)
"""


def test_a_client_that_sends_without_taking_answers_has_16_frames_inside_the_others_are_refused_and_end_passes(
    own_repository: Path, tmp_path: Path
) -> None:
    hold = tmp_path / "hold"
    hold.touch()
    step = own_repository / "assign_micro_ids" / "1" / "model.py"
    exchange(step, "    def execute(self, requests):\n", HELD_STEP.format(hold=str(hold)))
    door = own_repository / "ingest_frames" / "1" / "model.py"  # however slow the machine is, this is no silence
    exchange(door, "int(read_parameter(args, MAX_STREAMS))", "int(read_parameter(args, MAX_STREAMS)), silence_s=600.0")
    requests = requests_of(red_hall, 7, 20)
    with LocalServer(own_repository, grpc_port=0, metrics_port=None) as server, Stream(server.url) as stream:
        before = count_executions(server.url, "ingest_frames")
        for request in requests:
            stream.send(request)
        await_executions(server.url, "ingest_frames", before + 21)
        hold.unlink()
        replies = [stream.receive() for _ in requests]
        assert [reply.status for reply in replies[:16]] == [FrameStatus.OK] * 16
        assert all("RESOURCE_EXHAUSTED: 16 frames of this stream" in str(reply.error) for reply in replies[16:20])
        assert replies[20].status is FrameStatus.END_OF_STREAM
        assert stream.ask_all(requests_of(red_hall, 7, 1))[0].status is FrameStatus.OK


def test_the_end_of_one_stream_waits_for_its_window_while_frames_of_another_pass_the_same_instance(
    own_repository: Path, tmp_path: Path
) -> None:
    hold = tmp_path / "hold"
    step = own_repository / "build_graph" / "1" / "model.py"
    exchange(step, "ThreadPoolExecutor(1)\n", "_HeldExecutor(1)\n")
    exchange(step, "\n\nclass TritonPythonModel", HELD_SOLVER.format(hold=str(hold)) + "\n\nclass TritonPythonModel")
    exchange(own_repository / "build_graph" / "config.pbtxt", "  count: 2\n", "  count: 1\n")
    ending, other = requests_of(red_hall, 7, 8), requests_of(blue_hall, 8, 8)
    with (
        LocalServer(own_repository, grpc_port=0, metrics_port=None) as server,
        Stream(server.url) as one,
        Stream(server.url) as two,
    ):
        hold.touch()
        seen = one.ask_all(ending[:-1])
        before = count_executions(server.url, "project_crops")
        one.send(ending[-1])
        await_executions(server.url, "project_crops", before + 1)  # END goes to build_graph ahead of the others
        assert [reply.status for reply in two.ask_all(other[:-1])] == [FrameStatus.OK] * 8
        assert one.is_silent
        two.send(other[-1])
        hold.unlink()
        end = one.receive()
        assert end.status is FrameStatus.END_OF_STREAM
        assert len(window_rows([end])) == sum(len(reply.ids()) for reply in seen) == 8 * 4
        assert two.receive().status is FrameStatus.END_OF_STREAM
