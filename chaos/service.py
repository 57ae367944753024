"""`sideline serve` as a process of its own, as an operator runs it, and a look into its processes."""

import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sideline.errors import ServerError
from sideline.serving.process_group import find_stubs, is_living, model_of

_READY_S: Final = 150.0
"""Longer than `sideline serve` itself waits for Triton, so that it can say what is in the way."""
_STOP_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What the service's processes hold together.

    Attributes:
        memory_mb: Resident memory; what they share counts in each.
        descriptors: Open file descriptors.
        threads: Of all of them.
    """

    memory_mb: float
    descriptors: int
    threads: int

    def compare(self, before: "Usage") -> dict[str, float]:
        """What there is now as a share of what there was before, by what it is."""
        return {
            "memory": self.memory_mb / before.memory_mb,
            "file descriptors": self.descriptors / before.descriptors,
            "threads": self.threads / before.threads,
        }


class Service:
    """A running `sideline serve`; a context manager.

    Args:
        folder: Takes the logs.
        repository: Another model repository than the project's.
        options: Further options of `sideline serve`.
    """

    def __init__(self, folder: Path, repository: Path | None = None, options: tuple[str, ...] = ()) -> None:
        self._folder = folder
        self._command = [str(Path(sys.executable).with_name("sideline")), "serve", "--grpc-port", "0"]
        self._command += ["--metrics-port", "0", "--log-file", str(folder / "tritonserver.log"), *options]
        self._command += [] if repository is None else ["--repository", str(repository)]
        self.warm_starts = 0
        self.lines: list[str] = []
        self.url = ""

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.await_ready()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def starts(self) -> int:
        """How often it became ready."""
        return sum(line.startswith("ready") for line in self.lines)

    @property
    def server_pid(self) -> int:
        """The process ID of tritonserver; 0 while there is none."""
        threads = Path(f"/proc/{self._process.pid}/task").iterdir()
        children = {int(pid) for thread in threads for pid in (thread / "children").read_text().split()}
        for pid in children:
            if is_living(pid) and b"tritonserver" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]:
                return pid
        return 0

    def stubs(self) -> dict[int, str]:
        """Name of the step by the process ID of its stub; none while the server is being started again."""
        files = find_stubs(self.server_pid).items() if self.server_pid else ()
        return {pid: model_of(file) for pid, file in files if model_of(file)}

    @property
    def is_up(self) -> bool:
        """Whether it is ready and was not found broken since."""
        told = [line.split()[0] for line in self.lines if line.startswith(("ready", "error"))]
        return bool(told) and told[-1] == "ready" and self.url != ""

    def await_ready(self) -> None:
        """Wait until it is ready.

        Raises:
            ServerError: It ended, or takes too long.
        """
        until_s = time.monotonic() + _READY_S
        while not self.is_up:
            if self._process.poll() is not None or time.monotonic() > until_s:
                raise ServerError("`sideline serve` is not ready: " + " | ".join(self.lines[-4:]))
            time.sleep(0.05)

    def measure(self) -> Usage:
        """Look at `sideline serve`, tritonserver and its stubs."""
        pids = [pid for pid in (self._process.pid, self.server_pid, *self.stubs()) if pid]
        return Usage(
            round(sum(_resident_mb(pid) for pid in pids), 1),
            sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids),
            sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids),
        )

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def _read(self) -> None:
        if self._process.stdout is None:
            return
        with self._process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip())
                if (found := re.search(r"--url (\S+)", line)) is not None:
                    self.url = found[1]


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
