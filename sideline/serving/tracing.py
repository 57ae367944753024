"""Triton's own tracing, by OpenTelemetry: which frames, and where their spans go.

A traced frame has a span for every step and engine of the ensemble, with the time it waited and the time it took.
Knows Triton's options; the client's side is `client.sinks.traces`.
"""

import re
from dataclasses import dataclass
from typing import Final

from sideline.errors import ConfigError

_COLLECTOR: Final = re.compile(r"https?://[^\s/,@]+/\S+")


@dataclass(frozen=True, slots=True)
class Tracing:
    """What is traced.

    Attributes:
        url: Where the collector takes OTLP over HTTP, e.g. "http://127.0.0.1:4318/v1/traces".
        every: One frame of so many; a traced frame has about thirty spans.
    """

    url: str
    every: int


def trace_arguments(tracing: Tracing | None) -> list[str]:
    """The arguments of `tritonserver` for it; none where nothing is traced."""
    if tracing is None:
        return []
    settings = (
        "mode=opentelemetry",
        "level=TIMESTAMPS",
        f"rate={tracing.every}",
        "count=-1",
        f"opentelemetry,url={check_collector(tracing.url)}",
        "opentelemetry,resource=service.name=sideline-triton",
    )
    return [f"--trace-config={setting}" for setting in settings]


def check_collector(url: str) -> str:
    """The address, if it is one that spans can be sent to.

    Raises:
        ConfigError: It is none.
    """
    if not _COLLECTOR.fullmatch(url):
        raise ConfigError(f"{url!r} is no address of a collector: give one such as http://127.0.0.1:4318/v1/traces")
    return url
