"""Hot swap: a collection is loaded beside the running one, proves itself, then takes new streams.

Each generation is a Triton of its own on a copy of the repository, so nothing that happens to the files or to the
newcomer touches the one that serves. A front leads new connections to the newest; old ones finish where they began.
Knows the order of events; copies, servers and forwarding are in the modules beside it.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from sideline.errors import ServerError, SidelineError
from sideline.serving.front import Front
from sideline.serving.generation_source import Source
from sideline.serving.local_server import LocalServer
from sideline.serving.preflight import check_ports
from sideline.serving.server_process import Endpoints

MakeServer = Callable[[Path], LocalServer]
"""Makes a server, not yet started, for a repository; it has to choose free ports on this machine."""
_POLL_S: Final = 0.2
_RETIREMENT_S: Final = 10.0
"""What a server without streams needs to stop, generously."""
_SILENCE_S: Final = 30.0
"""A stream that sent nothing for so long has expired in Triton, too (`max_idle_s` of models.toml)."""


@dataclass(slots=True)
class Generation:
    """One collection, loaded.

    Attributes:
        number: Counts from 1.
        folder: Its copy of the repository.
        server: Runs on that copy.
    """

    number: int
    folder: Path
    server: LocalServer

    def end(self) -> None:
        """Stop the server and drop the copy."""
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class SwappableServer:
    """A service whose collection can be exchanged while streams run; it is kept running like a `LocalServer`.

    Args:
        source: Where generations come from.
        make_server: Makes the server of a generation.
        asked: Where to listen for frames and metrics; port 0 takes a free one.
        tell: Takes a line for the operator.

    Raises:
        ServerError: A port cannot be listened on.
    """

    def __init__(
        self,
        source: Source,
        make_server: MakeServer,
        asked: Endpoints,
        tell: Callable[[str], None],
    ) -> None:
        self._source: Final = source
        self._make_server: Final = make_server
        self._asked: Final = asked
        self._tell: Final = tell
        ports = {"--grpc-port": asked.grpc_port, "--metrics-port": asked.metrics_port}
        check_ports(asked.host, {option: port for option, port in ports.items() if port})
        self._front: Final = Front(asked.host, asked.grpc_port)
        metrics_port = asked.metrics_port
        self._metrics_front: Final = None if metrics_port is None else Front(asked.metrics_host, metrics_port)
        self._current: Generation | None = None
        self._count = 0
        self._retiring: threading.Thread | None = None
        self._closing: Final = threading.Event()
        self._loader: Final = ThreadPoolExecutor(1, "sideline-loader")
        self._loading: Future[Generation] | None = None
        self._is_swap_asked = False

    @property
    def current(self) -> Generation:
        """The generation that takes new streams.

        Raises:
            ServerError: There is none yet.
        """
        if self._current is None:
            raise ServerError("the service is not running: start it first")
        return self._current

    @property
    def ensemble(self) -> str:
        """Name of the ensemble that it serves."""
        return self._source.ensemble

    @property
    def url(self) -> str:
        """Host and port for frames, the same for all generations."""
        return f"{self._asked.host}:{self._front.port}"

    @property
    def metrics_url(self) -> str | None:
        """Address of the metrics of the current generation, None when they are off."""
        front = self._metrics_front
        return None if front is None else f"http://{self._asked.metrics_host}:{front.port}/metrics"

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._current is not None and self._current.server.is_running

    def start(self) -> None:
        """Load the first generation; later, start the current one again from its own copy: what was promoted since has
        not proven itself.

        Raises:
            CollectionError, ServerError: It does not belong together or does not start.
        """
        if self._current is None:
            self._lead_to(self._load())
        else:
            self._current.server.start()

    def ask_for_swap(self) -> None:
        """Have the collection exchanged as soon as possible; may be called from a signal handler."""
        self._is_swap_asked = True

    def wait(self) -> NoReturn:
        """Serve until the current server dies; exchange the collection when asked. It is watched meanwhile.

        Raises:
            ServerError: It died; see `LocalServer.wait`.
        """
        while True:
            self.current.server.watch(until=self._has_news)
            if self._loading is not None:
                self._take_newcomer()
            else:
                self._is_swap_asked = False
                self._tell("loading the collection beside the one that runs …")
                self._loading = self._loader.submit(self._load)

    def swap(self) -> None:
        """Load the repository as it is now beside what runs, and lead new streams there once a canary came back.

        Raises:
            CollectionError, ServerError: It does not belong together, does not load, or its canary did not come back;
                or streams still finish on the generation before. What runs has not noticed.
        """
        self._loading = loading = self._loading or self._loader.submit(self._load)
        wait([loading])  # broken off, it is left to `close`
        self._loading = None
        self._lead_to(loading.result())

    def drain(self, longest_s: float) -> int:
        """See `LocalServer.drain`; only the current generation is waited for."""
        return self.current.server.drain(longest_s)

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the current generation's server; streams that finish on the one before go on."""
        if self._current is not None:
            self._current.server.stop(at_once=at_once)

    def close(self) -> None:
        """End every generation, also one that is just loading, and listen no more; harmless when nothing runs."""
        for front in (self._front, self._metrics_front):
            if front is not None:
                front.close()
        self._closing.set()
        if self._retiring is not None:
            self._retiring.join()
        if self._current is not None:
            self._current.end()
            self._current = None
        if self._loading is not None:
            with suppress(SidelineError):
                self._loading.result().end()
            self._loading = None
        self._loader.shutdown()

    def _has_news(self) -> bool:
        return self._is_swap_asked if self._loading is None else self._loading.done()

    def _take_newcomer(self) -> None:
        try:
            self.swap()
        except SidelineError as error:
            self._tell(f"error: the collection was not taken, generation {self.current.number} serves on: {error}")
        else:
            self._tell(f"generation {self.current.number} takes new streams, those of before finish where they are")

    def _load(self) -> Generation:
        """In the loader's thread, or in the main one: both last as long as the server."""
        self._await_retirement()
        try:
            folder = Path(tempfile.mkdtemp(prefix="sideline-generation-"))
        except OSError as exc:
            raise ServerError(f"there is no room for a copy of the collection: {exc}") from exc
        try:
            server = self._make_server(self._source.copy_into(folder, self._closing))
            server.start(thread_lasts=True)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._count += 1
        return Generation(self._count, folder, server)

    def _await_retirement(self) -> None:
        if self._retiring is not None:
            self._retiring.join(_RETIREMENT_S)
        if self._retiring is not None and self._retiring.is_alive():
            raise ServerError("streams still finish on the generation before: ask again when they have ended")

    def _lead_to(self, generation: Generation) -> None:
        before, self._current = self._current, generation
        self._front.aim(generation.server.endpoints.grpc_port)
        if self._metrics_front is not None:
            self._metrics_front.aim(generation.server.endpoints.metrics_port)
        if before is not None:
            self._retiring = threading.Thread(target=self._retire, args=(before,), name=f"retire {before.number}")
            self._retiring.start()

    def _retire(self, generation: Generation) -> None:
        """Let the streams of a generation finish, then end it."""
        server = generation.server
        if self._metrics_front is not None and server.endpoints.metrics_port is not None:
            self._metrics_front.cut(server.endpoints.metrics_port)
        server.close_doors()
        while server.count_streams(_SILENCE_S) and not self._closing.wait(_POLL_S):
            pass
        generation.end()
