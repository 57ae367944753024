"""`sideline serve --hot-swap`: SIGHUP exchanges the collection, or says why not; nothing is left after the stop."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from sideline.collection.check import engine_path
from sideline.tensors import FrameStatus
from tests.collection.repositories import write_tiny_collection
from tests.serving.marks import red_hall
from tests.serving.stream import Stream, requests_of

SIDELINE = str(Path(sys.executable).with_name("sideline"))


def _read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        if words in line:
            return line
        said.append(line)
    raise AssertionError(f"it ended without saying {words!r}: {''.join(said)}")


def test_sighup_takes_a_new_collection_refuses_a_broken_one_and_the_service_goes_on(
    repository: Path, tmp_path: Path
) -> None:
    own = shutil.copytree(repository, tmp_path / "model_repository")
    write_tiny_collection(own)
    command = [SIDELINE, "serve", "--hot-swap", "--repository", str(own), "--grpc-port", "0", "--metrics-port", "0"]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"TMPDIR": str(temporary), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    ) as process:
        try:
            url = _read_until(process, "--url").split()[-1]
            process.send_signal(signal.SIGHUP)
            assert "generation 2 takes new streams" in _read_until(process, "generation")

            path = engine_path(own, "detr")
            path.write_bytes(path.read_bytes()[:-7])
            process.send_signal(signal.SIGHUP)
            refused = _read_until(process, "error:")
            assert "the collection was not taken, generation 2 serves on" in refused
            assert "is not the recorded detr" in refused

            with Stream(url) as stream:
                assert stream.ask_all(requests_of(red_hall, 21, 1))[0].status is FrameStatus.OK
            process.send_signal(signal.SIGTERM)
            _read_until(process, "stopped")
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert list(temporary.glob("sideline-*")) == []
