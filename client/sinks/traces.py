"""Traces from the camera to the result, by OpenTelemetry: the client's spans join the trace that Triton began.

Triton chooses which frames are traced (`sideline serve --trace-to`) and its answer names the trace. The client's spans
are known only afterwards, so they are recorded with the times that each update carries. Knows no videos and no files.
"""

from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Link, SpanContext, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from client.clock import now_ns
from client.frames import Timing, Update

_SERVICE: Final = "sideline-client"
_RECORDING_NS: Final = 600 * 10**9
"""A frame that was captured so long before it was sent comes from a recording."""


class TraceSink:
    """Takes the updates of one run and gives the traced ones to a collector.

    Args:
        url: Where the collector takes OTLP over HTTP, e.g. "http://127.0.0.1:4318/v1/traces".
        arena: Name of the rig's arena.
        processor: Takes the spans instead of the exporter to ``url``.
    """

    def __init__(self, url: str, arena: str, processor: SpanProcessor | None = None) -> None:
        self._url = url
        self._arena = arena
        self._processor = processor
        self._ids = _JoinedIds()
        resource = Resource.create({"service.name": _SERVICE})
        self._provider = TracerProvider(resource=resource, id_generator=self._ids)

    def open(self) -> None:
        """See ``Sink``."""
        self._provider.add_span_processor(self._processor or BatchSpanProcessor(OTLPSpanExporter(self._url)))

    def write(self, update: Update) -> None:
        """Record one span for the frame's whole way and one for each part of it; nothing for an untraced frame."""
        triton = _read_context(update.traceparent)
        if triton is None or update.is_end:
            return
        written_at_ns = now_ns()
        timing, tracer = update.timing, self._provider.get_tracer(__name__)
        began_at_ns = _find_beginning(timing)
        attributes: dict[str, str | int] = {
            "sideline.arena": self._arena,
            "sideline.frame_index": update.frame_index,
            "sideline.status": update.status.name,
        }
        self._ids.trace_id = triton.trace_id
        frame = tracer.start_span(
            "frame", Context(), attributes=attributes, links=[Link(triton)], start_time=began_at_ns
        )
        way = trace.set_span_in_context(frame)
        _record(tracer, way, "wait for the stream", began_at_ns, timing.sent_at_ns)
        _record(tracer, way, "exchange with the server", timing.sent_at_ns, timing.answered_at_ns)
        _record(tracer, way, "write the result", timing.answered_at_ns, written_at_ns)
        frame.end(written_at_ns)

    def close(self) -> None:
        """See ``Sink``; waits until the collector has the spans, or has refused them."""
        self._provider.shutdown()


class _JoinedIds(RandomIdGenerator):
    """Gives a root span the trace that is set, so that it stands beside Triton's root, not in a trace of its own."""

    trace_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id


def _find_beginning(timing: Timing) -> int:
    """The capture, or for a recording the sending, ns since the Unix epoch."""
    return timing.captured_at_ns if timing.sent_at_ns - timing.captured_at_ns < _RECORDING_NS else timing.sent_at_ns


def _read_context(traceparent: str) -> SpanContext | None:
    context = TraceContextTextMapPropagator().extract({"traceparent": traceparent})
    found = trace.get_current_span(context).get_span_context()
    return found if found.is_valid else None


def _record(tracer: Tracer, context: Context, name: str, started_at_ns: int, ended_at_ns: int) -> None:
    tracer.start_span(name, context, start_time=started_at_ns).end(max(started_at_ns, ended_at_ns))
