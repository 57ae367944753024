"""`sideline serve`: the local Triton in the foreground."""

import signal
from contextlib import suppress
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from sideline.errors import ConfigError, ServerError

if TYPE_CHECKING:
    from sideline.serving.generation_source import Source
    from sideline.serving.generations import SwappableServer
    from sideline.serving.local_server import LocalServer
    from sideline.serving.server_process import Endpoints

    Server = LocalServer | SwappableServer


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
    profile: Annotated[str, typer.Option(help="cpu, int8 (CPUs with VNNI), gpu or tensorrt.")] = "cpu",
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
    collection: Annotated[
        Path | None, typer.Option(help="Collection of the engines; models.yaml beside the repository by default.")
    ] = None,
    allow_mixed: Annotated[
        bool,
        typer.Option("--allow-mixed", help="Serve engines that do not belong together all the same; it is logged."),
    ] = False,
    volume: Annotated[
        Path | None,
        typer.Option(
            help="Folder that outlives a container: the project's repository is copied there once and served."
        ),
    ] = None,
    hot_swap: Annotated[
        bool, typer.Option("--hot-swap", help="SIGHUP loads the promoted collection beside the running one.")
    ] = False,
) -> None:
    """Start Triton with one ensemble; ready when a canary frame passed it.

    Only the models of the path that is served are loaded, and only engines
    that were trained with each other (`sideline models check`).
    Starts it again when it or one of its steps dies, or when canary
    frames no longer pass. Stops cleanly on Ctrl-C or SIGTERM, with
    status 0: takes no new stream, waits for the live ones, then ends.
    The server comes from the wheel nvidia-pytriton and predates security fixes: keep it on
    127.0.0.1. In production use NVIDIA's container (docs/architecture.md).

    With --hot-swap, SIGHUP (systemctl reload) loads the repository as it is
    then beside the one that runs; when a canary frame has passed, new streams
    go there and old ones finish where they are. If it is broken, nothing changes.

    With --profile int8 the detector computes in 8-bit integers: less CPU a
    frame, nearly the same answers (docs/engines.md).

    With --profile tensorrt, plans that are missing for this GPU are built
    first, into the folder plans beside the repository (in the volume).

    Example: sideline serve --grpc-port 8001
    """
    try:
        from ensemble_configs.schema import read_profile
        from sideline.collection.admission import admit_collection, engines_of, int8_engines_of
        from sideline.security.settings import OPEN, read_server_security
        from sideline.serving.first_plans import ensure_plans
        from sideline.serving.generation_source import Source
        from sideline.serving.installation import MODEL_REPOSITORY, PROJECT_ROOT
        from sideline.serving.local_server import LocalServer
        from sideline.serving.repository_layout import PLANS_FOLDER, Sources
        from sideline.serving.server_process import Endpoints, raise_descriptor_limit
        from sideline.serving.tracing import Tracing
        from sideline.serving.volume import prepare_volume
    except ImportError as error:
        raise ServerError(f"the server cannot start: {error}; run: pip install 'sideline[serve]'") from error
    signal.signal(signal.SIGTERM, _interrupt)
    raise_descriptor_limit()
    console = _ServiceConsole()
    known = OPEN if security is None else read_server_security(security)
    if volume is not None:
        repository = prepare_volume(volume, PROJECT_ROOT)
    override = partial(_warn_of_mix, console) if allow_mixed else None
    beside = ("resolve_identities",) if resolver else ()
    prepare = partial(
        ensure_plans, read_profile(profile), engines_of(path.ensemble), tell=partial(_print_event, console)
    )
    folder = (repository or MODEL_REPOSITORY).resolve()
    source = Source(folder, path.ensemble, beside, collection, override, profile, prepare)
    options = partial(
        LocalServer,
        profile=profile,
        ensemble=source.ensemble,
        beside=beside,
        security=known,
        tracing=None if trace_to is None else Tracing(trace_to, trace_every),
        log_path=log_file,
    )
    _warn_of_open_host(console, host, bool(known.client_ca or known.token_file))
    if int8_engines_of(path.ensemble, profile):
        _warn_of_old_cpu(console)
    asked = Endpoints(host, grpc_port, metrics_port, http_port, metrics_host)
    if hot_swap:
        _serve_swappable(source, options, asked, console, drain_s)
        return
    admit_collection(source.repository, source.ensemble, collection, override, profile)
    prepare(Sources(source.repository, source.repository.parent / PLANS_FOLDER))
    server = options(
        source.repository,
        host=host,
        metrics_host=metrics_host,
        grpc_port=grpc_port,
        metrics_port=metrics_port,
        http_port=http_port,
    )
    _keep_running(server, console, drain_s)


def _serve_swappable(
    source: "Source", options: "partial[LocalServer]", asked: "Endpoints", console: Console, drain_s: float
) -> None:
    from sideline.serving.generations import SwappableServer

    if asked.http_port is not None:
        raise ConfigError("--hot-swap leads gRPC and metrics only: leave --http-port out")
    make_server = partial(options, grpc_port=0, metrics_port=0)
    server = SwappableServer(source, make_server, asked, partial(_print_event, console))
    signal.signal(signal.SIGHUP, lambda *_: server.ask_for_swap())
    try:
        _keep_running(server, console, drain_s)
    finally:
        server.close()


def _keep_running(server: "Server", console: Console, drain_s: float) -> None:
    from sideline.serving.supervisor import keep_running

    try:
        keep_running(server, partial(_tell, console, server))
    except KeyboardInterrupt:
        _stop(server, console, drain_s)


class _ServiceConsole(Console):
    """Goes on where its words cannot be written: a full disk or a reader that is gone ends no service."""

    def print(self, *objects: Any, **options: Any) -> None:
        """As a console's, or not at all."""
        with suppress(OSError):
            super().print(*objects, **options)

    def on_broken_pipe(self) -> None:
        """Say no more."""
        self.quiet = True


def _print_event(console: Console, event: str) -> None:
    console.print(event, highlight=False, markup=False, soft_wrap=True)  # a line of the journal is one of ours


def _tell(console: Console, server: "Server", event: str) -> None:
    _print_event(console, event)
    if event.startswith("ready"):
        _print_event(console, f"  frames   sideline track MATCH_DIR --model {server.ensemble} --url {server.url}")
        _print_event(console, f"  metrics  {server.metrics_url}")
        _print_event(console, "  stop     Ctrl-C")


def _stop(server: "Server", console: Console, drain_s: float) -> None:
    """Let the live streams end, for a while; a second Ctrl-C does not wait."""
    try:
        if server.is_running and drain_s > 0:
            _print_event(console, "stopping: no new stream is taken; Ctrl-C again stops at once")
            server.drain(drain_s)
    except KeyboardInterrupt:
        server.stop(at_once=True)
    server.stop()
    _print_event(console, "stopped")


def _warn_of_mix(console: Console, reason: str) -> None:
    console.print(f"[yellow]warning:[/] served all the same (--allow-mixed): {escape(reason)}", highlight=False)


def _warn_of_open_host(console: Console, host: str, guarded: bool) -> None:
    from sideline.serving.installation import native_triton

    if host not in ("127.0.0.1", "localhost") and native_triton() is None:
        console.print(
            f"[yellow]warning:[/] listening on {host}: this Triton (24.10) predates the security fixes of 2025–26; "
            "let only trusted machines reach it"
            + ("" if guarded else "; anybody who does may stream: ask for certificates or a token with --security"),
            highlight=False,
        )


def _warn_of_old_cpu(console: Console) -> None:
    from sideline.serving.preflight import has_vnni

    if not has_vnni(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")):
        console.print(
            "[yellow]warning:[/] this CPU has no VNNI: int8 saves little here, and sums may saturate; --profile cpu is "
            "the better choice",
            highlight=False,
        )


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
