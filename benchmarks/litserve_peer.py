"""The same pipeline behind LitServe, as its documentation would have it: one API object, JSON with pictures in base64.

Run as a script it serves: python -m benchmarks.litserve_peer PORT THREADS REPOSITORY. LitServe knows no streams: which
worker a request reaches is chance, so what remembers a stream must have one worker; and requests in flight overtake
each other, so a stream can have but one. That worker has ONNX Runtime with both cores; HTTP, JSON and base64 are
another process's work.
"""

import asyncio
import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import aiohttp
import litserve
from pydantic import BaseModel

from benchmarks.frames import Film
from benchmarks.in_process import PathB
from client.frames import FramePair
from sideline.errors import BenchmarkError
from sideline.serving.installation import MODEL_REPOSITORY, PROJECT_ROOT

_START_S: Final = 60.0


class FrameRequest(BaseModel):
    """One frame; pictures in base64, empty for END."""

    frame_index: int
    left_jpeg: str
    right_jpeg: str
    calibration: str
    match_sheet: str
    is_end: bool


class FrameResponse(BaseModel):
    """The answer's columns, one row a detection, and how many detections the solved windows hold."""

    track_ids: list[int]
    jersey_numbers: list[int]
    team_probabilities: list[list[float]]
    window_detections: int


class PathBAPI(litserve.LitAPI):
    """Path B in LitServe's terms.

    Args:
        threads: ONNX Runtime's threads.
        repository: The model repository.
    """

    def __init__(self, threads: int, repository: Path) -> None:
        super().__init__()
        self._threads = threads
        self._repository = repository

    def setup(self, device: str) -> None:
        """Load the engines, in the worker."""
        self._path = PathB(self._threads, self._repository)

    def decode_request(self, request: FrameRequest) -> FrameRequest:
        """Base64 is decoded with the rest."""
        return request

    def predict(self, request: FrameRequest) -> FrameResponse:
        """Take the frame through all steps."""
        pictures = (base64.b64decode(text) or None for text in (request.left_jpeg, request.right_jpeg))
        answer = self._path.update(
            FramePair(request.frame_index, 0, *pictures),
            request.calibration.encode(),
            request.match_sheet.encode(),
            is_end=request.is_end,
        )
        return FrameResponse(
            track_ids=answer.track_ids.tolist(),
            jersey_numbers=answer.jersey_numbers.tolist(),
            team_probabilities=answer.team_probabilities.tolist(),
            window_detections=len(answer.windows.window_frames),
        )

    def encode_response(self, output: FrameResponse) -> FrameResponse:
        """Pydantic's JSON."""
        return output


@contextmanager
def serve_path_b(threads: int, repository: Path = MODEL_REPOSITORY) -> Iterator[str]:
    """A LitServe with path B in processes of its own.

    Yields:
        Its address.

    Raises:
        BenchmarkError: It did not start.
    """
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.litserve_peer", str(port), str(threads), str(repository)]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        command, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _await_health(f"{url}/health", process)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # SIGTERM ends its first process and leaves its workers behind
        process.wait()


def send_film(url: str, film: Film, frames: int) -> float:
    """Send so many frames, then END, one request at a time: with more, frames of a stream came out of order.

    Returns:
        Seconds to the last answer.

    Raises:
        BenchmarkError: A request failed.
    """
    return asyncio.run(_send_film(url, film, frames))


async def _send_film(url: str, film: Film, frames: int) -> float:
    started_s = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        for frame in [*film.play(frames), FramePair(frames, 0, None, None)]:
            async with session.post(f"{url}/predict", json=_request_of(frame, film).model_dump()) as response:
                if response.status != 200:
                    raise BenchmarkError(f"LitServe answered {response.status}: {await response.text()}")
                await response.read()
    return time.perf_counter() - started_s


def _request_of(frame: FramePair, film: Film) -> FrameRequest:
    left, right = (base64.b64encode(jpeg or b"").decode() for jpeg in (frame.left_jpeg, frame.right_jpeg))
    return FrameRequest(
        frame_index=frame.frame_index,
        left_jpeg=left,
        right_jpeg=right,
        calibration=film.calibration.decode(),
        match_sheet=film.match_sheet.decode() if frame.frame_index == 0 else "",
        is_end=frame.left_jpeg is None,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  our own address on the loopback
                return
        except OSError:
            time.sleep(0.1)
    raise BenchmarkError(f"LitServe did not start at {url}: is `pip install 'sideline[bench]'` complete?")


def _end_with_parent(parent_pid: int) -> None:
    """However the benchmark ends, nothing is left behind: the whole process group goes with it."""
    while os.getppid() == parent_pid:
        time.sleep(0.5)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Serve until the process group is killed."""
    port, threads, repository = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    server = litserve.LitServer(PathBAPI(threads, repository), accelerator="cpu", devices=1, workers_per_device=1)
    server.run(host="127.0.0.1", port=port, generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main()
