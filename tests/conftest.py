"""One real Triton with tiny engines for the whole suite; it starts with the first test that asks for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sideline.serving.installation import MODEL_REPOSITORY
from sideline.serving.local_server import LocalServer
from tests.collection.repositories import write_tiny_collection
from tests.serving.tiny_engines import write_tiny_engines


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's repository with tiny engines, recorded beside it, for the trained ones; not to be changed."""
    folder = tmp_path_factory.mktemp("served") / "model_repository"
    shutil.copytree(MODEL_REPOSITORY, folder, ignore=shutil.ignore_patterns("*.onnx", "__pycache__"))
    write_tiny_engines(folder)
    write_tiny_collection(folder)
    return folder


@pytest.fixture(scope="session")
def server(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    log_path = tmp_path_factory.mktemp("log") / "tritonserver.log"
    with LocalServer(repository, grpc_port=0, metrics_port=0, log_path=log_path) as running:
        yield running
