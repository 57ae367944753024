"""A traced frame is one trace from the camera to the result: the client's spans beside those of Triton's steps."""

import time
from pathlib import Path

import pytest

from client.frames import Timing
from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.sinks.traces import TraceSink
from client.stream import Client
from sideline.errors import ConfigError
from sideline.serving.local_server import LocalServer
from sideline.serving.tracing import Tracing, trace_arguments
from tests.client.test_real_server import film
from tests.client.updates import make_update
from tests.monitoring.collector import CollectedSpan, Collector, collect_spans
from tests.serving.marks import red_hall

EVERY = 5
PATIENCE_S = 30.0
STEPS = {"path_b", "ingest_frames", "detr", "assign_micro_ids", "project_crops", "crop_encoder", "build_graph"}


def models_of(spans: list[CollectedSpan]) -> set[str]:
    return {span.name for span in spans if span.service == "sideline-triton"} & STEPS


def await_traces(collector: Collector, traces: int) -> dict[str, list[CollectedSpan]]:
    """The spans by trace, once so many traces hold the client's frame and every step."""
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        by_trace: dict[str, list[CollectedSpan]] = {}
        for span in list(collector.spans):
            by_trace.setdefault(span.trace_id, []).append(span)
        whole = {
            trace: spans
            for trace, spans in by_trace.items()
            if models_of(spans) == STEPS and any(span.name == "frame" for span in spans)
        }
        if len(whole) >= traces or time.monotonic() > deadline_s:
            assert len(whole) >= traces, [(span.service, span.name, span.trace_id) for span in collector.spans]
            return whole
        time.sleep(0.1)


async def test_the_clients_spans_stand_in_tritons_trace(repository: Path, tmp_path: Path) -> None:
    with collect_spans() as collector:
        tracing = Tracing(collector.url, EVERY)
        with LocalServer(repository, grpc_port=0, metrics_port=None, tracing=tracing) as server:
            options = RunOptions(overlay=False, trace_to=collector.url)
            folder = RunFolder(tmp_path, live=False)
            summary = await track_to_folder(
                Client(server.url), film(red_hall(), 4 * EVERY), folder, options, lambda _: None
            )
            assert summary.frames == 4 * EVERY
            traces = await_traces(collector, 3)
    called = {span.name for spans in traces.values() for span in spans}
    assert "id_decoder" in called  # by assign_micro_ids, outside the ensemble's wiring
    for spans in traces.values():
        (frame,) = [span for span in spans if span.name == "frame"]
        assert frame.parent_id == ""
        assert frame.attributes["sideline.arena"] == "red hall"
        parts = [span for span in spans if span.parent_id == frame.span_id]
        assert [span.name for span in parts] == ["wait for the stream", "exchange with the server", "write the result"]
        (whole,) = [span for span in spans if span.name == "path_b"]
        # Triton may close its span a moment after the answer has reached the client.
        assert parts[1].started_at_ns < whole.started_at_ns < parts[1].ended_at_ns
        assert frame.started_at_ns <= parts[1].started_at_ns
        assert frame.ended_at_ns >= parts[1].ended_at_ns
    indices = {span.attributes["sideline.frame_index"] for spans in traces.values() for span in spans
               if span.name == "frame"}  # fmt: skip
    assert len(indices) == len(traces)


def test_a_frame_that_was_not_traced_leaves_no_span_and_a_recording_begins_with_its_sending() -> None:
    with collect_spans() as collector:
        sink = TraceSink(collector.url, "oak")
        sink.open()
        sink.write(make_update(0))
        sent_at_ns = 1_700_000_000 * 10**9
        traced = make_update(1)
        object.__setattr__(traced, "traceparent", f"00-{'ab' * 16}-{'cd' * 8}-01")
        object.__setattr__(traced, "timing", Timing(40, sent_at_ns, sent_at_ns + 5))
        sink.write(traced)
        sink.close()
    assert {span.trace_id for span in collector.spans} == {"ab" * 16}
    assert min(span.started_at_ns for span in collector.spans) == sent_at_ns


def test_nothing_is_traced_unless_asked() -> None:
    assert trace_arguments(None) == []


@pytest.mark.parametrize("url", ["127.0.0.1:4318", "ftp://collector/v1", "http://a b/c", "http://collector,rate=1/x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="give one such as"):
        trace_arguments(Tracing(url, 1))
