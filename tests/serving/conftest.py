"""Streams to the suite's server, and a repository to spoil."""

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sideline.serving.local_server import LocalServer
from tests.serving.stream import Stream


@pytest.fixture
def own_repository(repository: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return shutil.copytree(repository, tmp_path / "model_repository")


@pytest.fixture
def stream(server: LocalServer) -> Iterator[Stream]:
    with Stream(server.url) as open_stream:
        yield open_stream


@pytest.fixture(scope="session")
def new_id() -> Callable[[], int]:
    """Correlation IDs that no other test uses."""
    counter = itertools.count(1000)
    return lambda: next(counter)
