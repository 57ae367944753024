"""The profile int8 on the real server, and what `serve` refuses before it starts one."""

import subprocess
import sys
from pathlib import Path

from sideline.serving.local_server import LocalServer
from sideline.tensors import FrameStatus
from tests.collection.repositories import write_tiny_collection
from tests.serving.marks import red_hall
from tests.serving.stream import Stream, requests_of
from tests.serving.tiny_engines import write_tiny_int8

SIDELINE = str(Path(sys.executable).with_name("sideline"))


def test_the_detector_that_is_served_is_the_int8_file(own_repository: Path, stream: Stream) -> None:
    write_tiny_int8(own_repository, "detr")  # sees nobody
    assert stream.ask_all(requests_of(red_hall, 7, 1))[0].ids() != []
    with (
        LocalServer(own_repository, profile="int8", grpc_port=0, metrics_port=None) as server,
        Stream(server.url) as other,
    ):
        answer = other.ask_all(requests_of(red_hall, 7, 1))[0]
    assert answer.status is FrameStatus.OK
    assert answer.ids() == []


def test_serve_refuses_a_repository_without_int8_files_before_a_server_starts(own_repository: Path) -> None:
    write_tiny_collection(own_repository)
    command = [SIDELINE, "serve", "--profile", "int8", "--repository", str(own_repository), "--grpc-port", "0"]
    done = subprocess.run([*command, "--metrics-port", "0"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "starting" not in done.stdout
    assert "detr/1/model_int8.onnx is missing: `sideline export detr --int8` makes it" in done.stderr.replace("\n", " ")
