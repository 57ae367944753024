"""Four arenas streaming, each client a process of its own: two send every frame, two live."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_EXIT_S: Final = 40.0
_START_NS: Final = 4_000_000_000
"""Four clients need so long to start on one core; a live one drops the frames that were due before."""


@dataclass(frozen=True, slots=True)
class ArenaPlan:
    """How one arena streams.

    Attributes:
        name: Name of its run folder.
        clip: Folder of its clip.
        live: Whether the newest frame wins.
        options: Further options of `chaos.arena`.
    """

    name: str
    clip: Path
    live: bool
    options: tuple[str, ...] = ()


class Arena:
    """One client.

    Args:
        plan: How it streams.
        folder: Where its run folder is made.
        url: The server's address.
        fps: Frames a second.
    """

    def __init__(self, plan: ArenaPlan, folder: Path, url: str, fps: float) -> None:
        self.plan = plan
        self.out = folder / plan.name
        self.url = url
        self.fps = fps
        self._began_ns = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The client's process ID; 0 before it was started."""
        return 0 if self._process is None else self._process.pid

    def start(self, *more: str, through: tuple[str, ...] = ()) -> None:
        """Start the client, or start it again with ``--resume`` where it was killed.

        Args:
            more: Further options.
            through: A command that runs it, such as `ip netns exec NAME`.
        """
        self.out.mkdir(parents=True, exist_ok=True)
        self._began_ns = self._began_ns or time.time_ns() + _START_NS
        command = [*through, sys.executable, "-m", "chaos.arena", str(self.plan.clip), "--url", self.url, "--out"]
        command += [
            str(self.out),
            "--fps",
            str(self.fps),
            "--began-ns",
            str(self._began_ns),
            *self.plan.options,
            *more,
        ]
        with (self.out / "client.log").open("ab") as log:
            self._process = subprocess.Popen(command + ["--live"] * self.plan.live, stdout=log, stderr=log)

    def has_ended(self) -> bool:
        """Whether the client is gone."""
        return self._process is None or self._process.poll() is not None

    def interrupt(self) -> None:
        """Ask the client to end its stream in good order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def await_end(self) -> int:
        """The client's exit status; it is killed when it does not end."""
        if self._process is None:
            return 0
        try:
            return self._process.wait(_EXIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def answers(self) -> list[tuple[int, int]]:
        """(index, when it was due in ns since the Unix epoch) of each frame that was answered so far."""
        journal = self.out / "tracks.jsonl"
        found = []
        for line in journal.read_bytes().split(b"\n")[:-1] if journal.is_file() else ():
            if line.startswith(b'{"frame_index"'):
                index = int(json.loads(line)["frame_index"])
                found.append((index, self._began_ns + int(index * 1e9 / self.fps)))
        return found


class Fleet:
    """All arenas.

    Args:
        arenas: Not started.
    """

    def __init__(self, arenas: list[Arena]) -> None:
        self.arenas = arenas

    def start(self, first_through: tuple[str, ...] = ()) -> None:
        """Start all of them.

        Args:
            first_through: A command that runs the first one's client.
        """
        for number, arena in enumerate(self.arenas):
            arena.start(through=() if number else first_through)

    def await_answers(self, count: int, longest_s: float) -> bool:
        """Wait until each arena has so many answers; false when the time is over."""
        return self._await(lambda arena: len(arena.answers()) >= count, longest_s)

    def await_service_after(self, moment_ns: int, longest_s: float) -> float | None:
        """Wait until each arena has an answer to a frame that was due after a moment.

        Returns:
            Seconds from the moment to the last arena's first such answer; None when one has none in time.
        """
        done = self._await(lambda arena: any(due_ns > moment_ns for _, due_ns in arena.answers()), longest_s)
        return (time.time_ns() - moment_ns) / 1e9 if done else None

    def stop(self) -> dict[str, int]:
        """End all streams in good order; exit status by arena."""
        for arena in self.arenas:
            arena.interrupt()
        return {arena.plan.name: arena.await_end() for arena in self.arenas}

    def _await(self, is_done: Callable[[Arena], bool], longest_s: float) -> bool:
        until_s = time.monotonic() + longest_s
        while not all(is_done(arena) for arena in self.arenas):
            if time.monotonic() > until_s:
                return False
            time.sleep(0.1)
        return True
