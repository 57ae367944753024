"""The tritonserver process: its command line, its environment, its log, its end.

Knows processes; knows nothing of readiness, models or frames.
"""

import os
import re
import resource
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sideline.security.settings import OPEN, ServerSecurity
from sideline.serving import guarded_exec
from sideline.serving.access import access_arguments
from sideline.serving.installation import find_libpython, find_triton, wheel_libraries
from sideline.serving.process_group import find_stubs
from sideline.serving.tracing import Tracing, trace_arguments

GRACE_S: Final = 4
"""Time to finish after SIGTERM. Triton counts a stream without END as in flight (measured) and would wait for it, so
this is what a stop with live cameras takes; a frame in flight needs a fraction of it."""
_KILL_AFTER_S: Final = GRACE_S + 5.0
_DEATH_S: Final = 5.0
"""The kernel needs a moment to carry out SIGKILL."""
_MOST_DESCRIPTORS: Final = 65_536
_FIRST_ERRORS: Final = 2
_MOST_LOG_BYTES: Final = 2**20
"""A log may be that of months."""
_LAST_LINES: Final = 3
_LONGEST_LINE: Final = 500
_ERROR_LINE: Final = re.compile(r"E\d{4} (?!.*(CUDA driver|CudaDriverHelper))")
"""Triton's error lines, but for those that every machine without a GPU gives."""

_KEPT_MEMORY: Final = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20)}
"""For glibc's malloc: pictures of 3 MB come and go with every frame, and giving their pages back to the kernel each
time cost two thirds of `project_crops` and a third of Triton itself in CPU time (measured). glibc takes no larger
threshold than 32 MiB."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the server listens; None for a service that is off."""

    host: str
    grpc_port: int
    metrics_port: int | None
    http_port: int | None
    metrics_host: str = "127.0.0.1"


def command_line(
    repository: Path,
    backends: Path,
    endpoints: Endpoints,
    shm_prefix: str,
    security: ServerSecurity = OPEN,
    tracing: Tracing | None = None,
) -> list[str]:
    """The arguments of `tritonserver`, the program first."""
    services = {
        "metrics": (endpoints.metrics_host, endpoints.metrics_port),
        "http": (endpoints.host, endpoints.http_port),
    }
    arguments = [
        f"--model-repository={repository}",
        f"--backend-directory={backends}",
        f"--backend-config=python,shm-region-prefix-name={shm_prefix}",
        "--model-control-mode=none",
        "--strict-readiness=true",
        "--disable-auto-complete-config",
        f"--exit-timeout-secs={GRACE_S}",
        f"--grpc-address={endpoints.host}",
        f"--grpc-port={endpoints.grpc_port}",
    ]
    for service, (host, port) in services.items():
        arguments.append(f"--allow-{service}={str(port is not None).lower()}")
        if port is not None:
            arguments += [f"--{service}-port={port}", f"--{service}-address={host}"]
    arguments += trace_arguments(tracing)
    arguments += access_arguments(security, http=endpoints.http_port is not None)
    return [str(find_triton() / "bin" / "tritonserver"), *arguments]


def environment() -> dict[str, str]:
    """The server's environment: this one, with the paths of the stub and one thread per numerical library.

    The stub's interpreter ignores PYTHONPATH and PYTHONHOME (it is isolated), but finds a virtual environment by the
    first `python3` on PATH: that must be this one.

    Cameras run in parallel on the instances of a step, so threads within a step would only fight for the cores.
    """
    libraries = [*map(str, wheel_libraries()), str(find_libpython().parent)]
    inherited = os.environ.get("LD_LIBRARY_PATH")
    return os.environ | {
        "LD_LIBRARY_PATH": ":".join(libraries + ([inherited] if inherited else [])),
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": "1",
        **_KEPT_MEMORY,
    }


def raise_descriptor_limit() -> None:
    """Let this process and those that it starts have as many descriptors as it may, 65,536 at most.

    A connection takes one, and the usual 1,024 are few: as many clients that only connect would keep everybody out.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    may = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < may:
        resource.setrlimit(resource.RLIMIT_NOFILE, (may, hard))


class ServerProcess:
    """A running tritonserver with its stubs, in a session of its own so that Ctrl-C reaches only Sideline.

    Args:
        command: The program and its arguments.
        log_path: File that takes everything the server and its steps write.
        folder: Working folder; it leads the steps' import path.
        bound_to_parent: Stop it when this process dies. The kernel counts the death of the *thread* that started it,
            so this is for a thread that lasts.
    """

    def __init__(self, command: list[str], log_path: Path, folder: Path, bound_to_parent: bool) -> None:
        self.log_path: Final = log_path
        if bound_to_parent:
            command = [sys.executable, "-I", "-S", guarded_exec.__file__, str(os.getpid()), *command]
        with log_path.open("ab") as log:
            self._log_began: Final = log.tell()
            self._process: Final = subprocess.Popen(
                command,
                cwd=folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process ID, which is also that of its process group."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """The exit status, or None while it runs."""
        return self._process.poll()

    def last_lines(self) -> str:
        """What its log says at the end, after the first errors since its start, which tend to be the cause."""
        with self.log_path.open("rb") as log:
            errors = [line for line in self._read_log(log, self._log_began) if _ERROR_LINE.match(line)]
            lines = self._read_log(log, max(self._log_began, log.seek(0, os.SEEK_END) - _MOST_LOG_BYTES))
        return "\n".join(line[:_LONGEST_LINE] for line in errors[:_FIRST_ERRORS] + lines[-_LAST_LINES:])

    def _read_log(self, log: BinaryIO, first: int) -> list[str]:
        log.seek(first)
        return log.read(_MOST_LOG_BYTES).decode(errors="replace").splitlines()

    def stop(self, *, at_once: bool = False) -> None:
        """End it with its stubs: SIGTERM, wait for the frames in flight, then SIGKILL for whatever is left.

        Args:
            at_once: SIGKILL for all of them, now.
        """
        if self._process.poll() is None and not at_once:
            self._process.terminate()
            try:
                self._process.wait(_KILL_AFTER_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._kill_group()
        self._process.wait()

    def _kill_group(self) -> None:
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # all gone, as it should be
        deadline_s = time.monotonic() + _DEATH_S
        while find_stubs(self.pid) and time.monotonic() < deadline_s:
            time.sleep(0.01)
