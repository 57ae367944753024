"""A collector of OpenTelemetry traces (OTLP over HTTP) in this process, which keeps what it gets."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class CollectedSpan:
    """One span as it arrived."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    started_at_ns: int
    ended_at_ns: int
    attributes: dict[str, str]


class Collector(HTTPServer):
    """Listens on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.spans: list[CollectedSpan] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/traces"


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_json = "json" in self.headers["Content-Type"]
        self.server.spans += _read_json(body) if is_json else _read_protobuf(body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


def _read_protobuf(body: bytes) -> list[CollectedSpan]:
    """As the client's exporter sends them."""
    request = ExportTraceServiceRequest.FromString(body)
    return [
        CollectedSpan(
            _values(resource.resource.attributes)["service.name"],
            span.name,
            span.trace_id.hex(),
            span.span_id.hex(),
            span.parent_span_id.hex(),
            span.start_time_unix_nano,
            span.end_time_unix_nano,
            _values(span.attributes),
        )
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _values(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {each.key: str(getattr(each.value, str(each.value.WhichOneof("value")))) for each in attributes}


def _read_json(body: bytes) -> list[CollectedSpan]:
    """As Triton sends them: OTLP's own JSON, with IDs in hexadecimal."""
    found = []
    for resource in json.loads(body)["resourceSpans"]:
        attributes = resource["resource"]["attributes"]
        (service,) = [each["value"]["stringValue"] for each in attributes if each["key"] == "service.name"]
        for span in (span for scope in resource["scopeSpans"] for span in scope["spans"]):
            times = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
            parent = span.get("parentSpanId", "")
            found.append(CollectedSpan(service, span["name"], span["traceId"], span["spanId"], parent, *times, {}))
    return found


@contextmanager
def collect_spans() -> Iterator[Collector]:
    collector = Collector()
    thread = threading.Thread(target=collector.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        collector.shutdown()
        thread.join()
        collector.server_close()
