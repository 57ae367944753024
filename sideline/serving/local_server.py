"""The local Triton: started, proven by a canary, watched, stopped.

Knows the order of events; what each of them takes is in the modules beside it.
"""

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, NoReturn, Self

from tritonclient.utils import InferenceServerException

from ensemble_configs.render import DEFAULT_PROFILE
from ensemble_configs.schema import DEFAULT_ENSEMBLE, read_ensemble, read_models, read_profile
from ensemble_configs.wiring import models_of
from sideline.deployment.telemetry import read_gpus
from sideline.errors import ConfigError, ServerError
from sideline.security.channel import connect, is_handshake_failure
from sideline.security.settings import OPEN, ClientSecurity, ServerSecurity
from sideline.serving import preflight
from sideline.serving.admission import Line, StreamTable, table_path
from sideline.serving.canary import send_canary
from sideline.serving.installation import MODEL_REPOSITORY, assemble_backends, link_library
from sideline.serving.process_group import find_stubs, model_of
from sideline.serving.repository_layout import PLANS_FOLDER, Sources, lay_out, link
from sideline.serving.server_process import Endpoints, ServerProcess, command_line
from sideline.serving.shared_memory import SHARED_MEMORY
from sideline.serving.tracing import Tracing
from sideline.serving.watchdog import Probe, Watchdog
from sideline.serving.work_table import find_turns, work_table_path

_POLL_S: Final = 0.05
_CANARY_TIMEOUT_S: Final = 600.0
"""The watchdog gives a canary up much sooner, unless the server answers others all the while."""


class LocalServer:
    """A Triton of the wheel `nvidia-pytriton` under this process's control; use it as a context manager.

    Args:
        repository: The model repository; the project's own by default.
        profile: Another profile than "cpu" is rendered anew, beside the repository.
        ensemble: What to serve: only its models are loaded, and the canary goes through it.
        beside: Models that are loaded, too, e.g. "resolve_identities".
        host: Address to listen on with gRPC and HTTP. The wheel's Triton predates security fixes: keep it local.
        metrics_host: Address to listen on with the metrics, which Triton can neither encrypt nor guard.
        security: Certificates and token; none by default.
        tracing: Which frames are traced; none by default.
        grpc_port: Port of gRPC; 0 takes a free one.
        metrics_port: Port of the Prometheus metrics; 0 takes a free one, None turns them off.
        http_port: Port of HTTP; off by default.
        log_path: File for the server's log; by default one that goes with the server.
        ready_timeout_s: Time to load all models.
    """

    def __init__(
        self,
        repository: Path = MODEL_REPOSITORY,
        *,
        profile: str = DEFAULT_PROFILE,
        ensemble: str = DEFAULT_ENSEMBLE,
        beside: tuple[str, ...] = (),
        host: str = "127.0.0.1",
        metrics_host: str = "127.0.0.1",
        security: ServerSecurity = OPEN,
        tracing: Tracing | None = None,
        grpc_port: int = 8001,
        metrics_port: int | None = 8002,
        http_port: int | None = None,
        log_path: Path | None = None,
        ready_timeout_s: float = 120.0,
    ) -> None:
        self._repository = repository.resolve()
        self._profile = profile
        self._ensemble = ensemble
        self._beside = beside
        self._requested = Endpoints(host, grpc_port, metrics_port, http_port, metrics_host)
        self._security = security
        self._tracing = tracing
        self._log_path = log_path
        self._ready_timeout_s = ready_timeout_s
        self._endpoints: Endpoints | None = None
        self._folder: Path | None = None
        self._process: ServerProcess | None = None
        self._stubs: dict[int, str] = {}
        self._table = Path()
        self._work_table = Path()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def endpoints(self) -> Endpoints:
        """Where it listens.

        Raises:
            ServerError: It was not started.
        """
        if self._endpoints is None:
            raise ServerError("the server is not running: start it first")
        return self._endpoints

    @property
    def url(self) -> str:
        """Host and port of gRPC."""
        return f"{self.endpoints.host}:{self.endpoints.grpc_port}"

    @property
    def metrics_url(self) -> str | None:
        """Address of the Prometheus metrics, None when they are off."""
        port = self.endpoints.metrics_port
        return None if port is None else f"http://{self.endpoints.metrics_host}:{port}/metrics"

    @property
    def ensemble(self) -> str:
        """Name of the ensemble that it serves."""
        return self._ensemble

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The process ID of tritonserver."""
        return self._running().pid

    @property
    def log_path(self) -> Path:
        """What the server and its steps write; events of the steps are lines of JSON (`event_log`)."""
        return self._running().log_path

    def start(self, *, thread_lasts: bool | None = None) -> None:
        """Check the machine, start tritonserver and return when a canary frame has passed the whole ensemble.

        Args:
            thread_lasts: Whether this thread lives as long as the server is to; by default the main thread does. Then
                the server ends with it, and so with this process, however that ends.

        Raises:
            ServerError: Something is in the way, the server died, or the canary did not come back.
            ConfigError: There is no such profile.
        """
        if self._process is not None:
            raise ServerError("the server is running already: stop it first")
        self._check()
        if thread_lasts is None:
            thread_lasts = threading.current_thread() is threading.main_thread()
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="sideline-server-"))
            self._process = self._launch(self._folder, thread_lasts)
            self._table, self._work_table = table_path(self._process.pid), work_table_path(self._process.pid)
            self._await_ready(self._process)
            self._stubs = find_stubs(self._process.pid)
            send_canary(self.url, self._ensemble, self._ready_timeout_s, self._security.own_client)
        except OSError as exc:
            self.stop()
            raise ServerError(f"the server cannot be laid out and started: {exc}; see to the disk and memory") from exc
        except BaseException:
            self.stop()
            raise

    def wait(self) -> NoReturn:
        """Block until the server or one of its steps dies, or canaries no longer pass the ensemble.

        Raises:
            ServerError: What happened; the message ends with the last log lines when the server died.
        """
        while True:
            self.watch(until=lambda: False)

    def watch(self, until: Callable[[], bool], canary_every_s: float = 5.0) -> None:
        """As ``wait``, but return when something else is to be done; asked several times a second.

        Raises:
            ServerError: As in ``wait``.
        """
        process, table = self._running(), StreamTable.of_server(self._table)
        known = self._security.own_client
        probe = Probe(
            partial(send_canary, self.url, self._ensemble, _CANARY_TIMEOUT_S, known),
            table.look_at_line if table else lambda: Line(0, 0),
            self._turns_finder(),
            canary_every_s,
        )
        Watchdog(lambda: process.exit_status() is not None, self._stubs, probe).watch(until)
        if process.exit_status() is not None:
            raise _died(process, "died")

    def drain(self, longest_s: float) -> int:
        """Take no new stream, and wait until those that are live have ended.

        Args:
            longest_s: Time to wait at most.

        Returns:
            Streams that are still live.
        """
        self.close_doors()
        until_s = time.monotonic() + longest_s
        while (live := self.count_streams()) and time.monotonic() < until_s:
            time.sleep(_POLL_S)
        return live

    def close_doors(self) -> None:
        """Take no new stream from now on; those that are live go on."""
        if table := StreamTable.of_server(self._table):
            table.close_doors()

    def count_streams(self, silence_s: float | None = None) -> int:
        """Streams that have not ended, and have not been silent for so long (5 s unless given)."""
        table = StreamTable.of_server(self._table)
        return table.count_live(silence_s) if table else 0

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server with all its processes, and remove its temporary files; harmless when it does not run.

        Args:
            at_once: Give the frames in flight no time: for a server that is broken.
        """
        process, self._process = self._process, None
        folder, self._folder = self._folder, None
        self._endpoints = None
        if process is not None:
            process.stop(at_once=at_once)
            self._table.unlink(missing_ok=True)
            self._work_table.unlink(missing_ok=True)
        if folder is not None:
            shutil.rmtree(folder)
            for region in SHARED_MEMORY.glob(f"{folder.name}*"):
                region.unlink(missing_ok=True)

    def _running(self) -> ServerProcess:
        if self._process is None:
            raise ServerError("the server is not running: start it first")
        return self._process

    def _check(self) -> None:
        preflight.check_machine()
        preflight.check_gpus(read_profile(self._profile), read_gpus())
        preflight.check_repository(self._repository, models_to_serve(self._ensemble, self._beside))
        asked = self._requested
        if asked.http_port is not None and self._security.certificate is not None:
            raise ConfigError("Triton has no HTTP with encryption: leave --http-port off, or serve without --security")
        ports = {"--grpc-port": asked.grpc_port, "--metrics-port": asked.metrics_port, "--http-port": asked.http_port}
        preflight.check_ports(asked.host, {option: port for option, port in ports.items() if port})

    def _turns_finder(self) -> Callable[[], dict[int, int]]:
        """Finds what the steps are at; models beside the ensemble may take their time."""
        table, stubs = self._work_table, self._stubs.items()
        watched = {pid for pid, file in stubs if model_of(file) not in self._beside}
        return lambda: {pid: turn for pid, turn in find_turns(table).items() if pid in watched}

    def _launch(self, folder: Path, bound_to_parent: bool) -> ServerProcess:
        # A server that is started again is where its clients look for it.
        self._endpoints = self._requested = _with_free_ports(self._requested)
        models = models_to_serve(self._ensemble, self._beside)
        repository = stage_repository(self._repository, self._profile, models, folder / "repository")
        backends = assemble_backends(folder / "backends")
        return ServerProcess(
            command_line(
                repository,
                backends,
                self._endpoints,
                shm_prefix=folder.name,
                security=self._security,
                tracing=self._tracing,
            ),
            self._log_path or folder / "tritonserver.log",
            link_library(folder / "library"),
            bound_to_parent,
        )

    def _await_ready(self, process: ServerProcess) -> None:
        deadline_s = time.monotonic() + self._ready_timeout_s
        while not _is_ready(self.endpoints, self._security.own_client):
            if process.exit_status() is not None:
                raise _died(process, "did not start")
            if time.monotonic() > deadline_s:
                raise ServerError(
                    f"tritonserver was not ready after {self._ready_timeout_s:g} s: try again on a quieter machine; "
                    f"its last lines:\n{process.last_lines()}"
                )
            time.sleep(_POLL_S)


def models_to_serve(ensemble: str, beside: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Names of all models that the project's ensemble NAME needs, itself included, and of those `beside` it."""
    return (*models_of(read_ensemble(ensemble), read_models().models), *beside)


def stage_repository(repository: Path, profile: str, models: tuple[str, ...], folder: Path) -> Path:
    """Lay out some models as links: Triton loads every model that it finds.

    Args:
        repository: The repository that holds the models.
        profile: One of `PROFILES`; for another one than the default, configurations are rendered anew, and
            plans are taken from the folder "plans" beside the repository.
        models: Their names.
        folder: A folder that does not exist.

    Returns:
        The folder.
    """
    if profile == DEFAULT_PROFILE:
        folder.mkdir(parents=True)
        for model in models:
            (folder / model).symlink_to(repository / model)
    else:
        lay_out(profile, Sources(repository, repository.parent / PLANS_FOLDER), folder, link, models)
    preflight.check_repository(folder, models)
    return folder


def _is_ready(endpoints: Endpoints, security: ClientSecurity) -> bool:
    # gRPC would wait a second or more between two attempts to connect; a plain socket need not.
    with socket.socket() as probe:
        if probe.connect_ex((endpoints.host, endpoints.grpc_port)) != 0:
            return False
    try:
        with connect(f"{endpoints.host}:{endpoints.grpc_port}", security) as client:
            return bool(client.is_server_ready(client_timeout=5.0))
    except InferenceServerException as exc:
        if is_handshake_failure(str(exc)):
            raise ServerError(
                f"the server is up, but its own canary cannot get in ({exc.message()}): check dates and names of the "
                "certificates, `canary.ca` and `canary.server_name` (docs/security.md)"
            ) from exc
        return False


def _with_free_ports(asked: Endpoints) -> Endpoints:
    with ExitStack() as held:  # all at once, or two of them could be given the same port

        def choose(port: int | None) -> int | None:
            if port != 0:
                return port
            probe = held.enter_context(socket.socket())
            probe.bind((asked.host, 0))
            return int(probe.getsockname()[1])

        grpc_port = choose(asked.grpc_port) or 0
        return replace(
            asked, grpc_port=grpc_port, metrics_port=choose(asked.metrics_port), http_port=choose(asked.http_port)
        )


def _died(process: ServerProcess, what: str) -> ServerError:
    return ServerError(
        f"tritonserver {what} (exit status {process.exit_status()}); its last lines:\n{process.last_lines()}"
    )
