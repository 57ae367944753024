"""`sideline serve`: the local Triton in the foreground."""

import signal
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from sideline.errors import ServerError

if TYPE_CHECKING:
    from sideline.serving.local_server import LocalServer


class ServedPath(StrEnum):
    """Which ensemble to serve."""

    A = "a"
    B = "b"
    BASELINE = "baseline"

    @property
    def ensemble(self) -> str:
        """Its name in the model repository."""
        return self.value if self is ServedPath.BASELINE else f"path_{self.value}"


def serve(
    path: Annotated[
        ServedPath, typer.Option(help="b: micro-tracks and graph; a: graph alone; baseline: seven models.")
    ] = (ServedPath.B),
    profile: Annotated[str, typer.Option(help="cpu, gpu or tensorrt.")] = "cpu",
    grpc_port: Annotated[int, typer.Option(help="Port of gRPC, for frames; 0 takes a free one.")] = 8001,
    metrics_port: Annotated[int, typer.Option(help="Port of the Prometheus metrics; 0 takes a free one.")] = 8002,
    http_port: Annotated[int | None, typer.Option(help="Port of HTTP; off unless given.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on for frames.")] = "127.0.0.1",
    metrics_host: Annotated[str, typer.Option(help="Address to listen on for metrics.")] = "127.0.0.1",
    security: Annotated[Path | None, typer.Option(help="Security file: certificates and token.")] = None,
    trace_to: Annotated[str | None, typer.Option(help="Collector that takes OTLP over HTTP.")] = None,
    trace_every: Annotated[int, typer.Option(min=1, help="Trace one frame of so many.")] = 250,
    repository: Annotated[Path | None, typer.Option(help="Model repository; the project's own by default.")] = None,
    log_file: Annotated[Path | None, typer.Option(help="Keep the server's log in this file.")] = None,
    resolver: Annotated[bool, typer.Option(help="Load resolve_identities, too: who is who, after the match.")] = False,
    drain_s: Annotated[float, typer.Option(min=0.0, help="How long a stop waits for live streams to end.")] = 5.0,
) -> None:
    """Start Triton with one ensemble; ready when a canary frame passed it.

    Only the models of the path that is served are loaded.
    Starts it again when it or one of its steps dies, or when canary
    frames no longer pass. Stops cleanly on Ctrl-C or SIGTERM, with
    status 0: takes no new stream, waits for the live ones, then ends.
    The server comes from the wheel nvidia-pytriton and predates security fixes: keep it on
    127.0.0.1. In production use NVIDIA's container (docs/architecture.md).

    Example: sideline serve --grpc-port 8001
    """
    try:
        from sideline.security.settings import OPEN, read_server_security
        from sideline.serving.installation import MODEL_REPOSITORY
        from sideline.serving.local_server import LocalServer
        from sideline.serving.supervisor import keep_running
        from sideline.serving.tracing import Tracing
    except ImportError as error:
        raise ServerError(f"the server cannot start: {error}; run: pip install 'sideline[serve]'") from error
    signal.signal(signal.SIGTERM, _interrupt)
    console = Console()
    known = OPEN if security is None else read_server_security(security)
    server = LocalServer(
        repository or MODEL_REPOSITORY,
        profile=profile,
        ensemble=path.ensemble,
        beside=("resolve_identities",) if resolver else (),
        host=host,
        metrics_host=metrics_host,
        security=known,
        tracing=None if trace_to is None else Tracing(trace_to, trace_every),
        grpc_port=grpc_port,
        metrics_port=metrics_port,
        http_port=http_port,
        log_path=log_file,
    )
    _warn_of_open_host(console, host, bool(known.client_ca or known.token_file))
    try:
        keep_running(server, partial(_tell, console, server))
    except KeyboardInterrupt:
        _stop(server, console, drain_s)


def _tell(console: Console, server: "LocalServer", event: str) -> None:
    console.print(event, highlight=False, markup=False)
    if event.startswith("ready"):
        console.print(
            f"  frames   sideline track MATCH_DIR --model {server.ensemble} --url {server.url}", highlight=False
        )
        console.print(f"  metrics  {server.metrics_url}", highlight=False)
        console.print("  stop     Ctrl-C", highlight=False)


def _stop(server: "LocalServer", console: Console, drain_s: float) -> None:
    """Let the live streams end, for a while; a second Ctrl-C does not wait."""
    try:
        if server.is_running and drain_s > 0:
            console.print("stopping: no new stream is taken; Ctrl-C again stops at once", highlight=False)
            server.drain(drain_s)
    except KeyboardInterrupt:
        server.stop(at_once=True)
    server.stop()
    console.print("stopped", highlight=False)


def _warn_of_open_host(console: Console, host: str, guarded: bool) -> None:
    if host not in ("127.0.0.1", "localhost"):
        console.print(
            f"[yellow]warning:[/] listening on {host}: this Triton (24.10) predates the security fixes of 2025–26; "
            "let only trusted machines reach it"
            + ("" if guarded else "; anybody who does may stream: ask for certificates or a token with --security"),
            highlight=False,
        )


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
