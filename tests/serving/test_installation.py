"""Which Triton is run: the wheel's, or one that is named."""

import os
from pathlib import Path

import pytest

from sideline.errors import ServerError
from sideline.serving.installation import (
    TRITON_VARIABLE,
    assemble_backends,
    find_triton,
    known_backends,
    native_triton,
    wheel_libraries,
)
from sideline.serving.local_server import LocalServer


@pytest.fixture
def native(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The wheel's Triton laid out as NVIDIA's container has it, its libraries known to the environment as there."""
    libraries = wheel_libraries()
    folder = tmp_path / "tritonserver"
    assemble_backends(folder / "backends")
    (folder / "bin").symlink_to(find_triton() / "bin")
    monkeypatch.setenv(TRITON_VARIABLE, str(folder))
    inherited = os.environ.get("LD_LIBRARY_PATH")
    monkeypatch.setenv("LD_LIBRARY_PATH", ":".join([*map(str, libraries), *([inherited] if inherited else [])]))
    return folder


def test_without_the_variable_it_is_the_wheels_with_its_libraries_and_the_drop_ins() -> None:
    assert native_triton() is None
    assert find_triton().parts[-2:] == ("pytriton", "tritonserver")
    assert [folder.name for folder in wheel_libraries()] == ["nvidia_pytriton.libs"]
    assert {"python", "onnxruntime"} <= known_backends()


def test_a_named_triton_is_run_with_its_own_backends(native: Path, repository: Path) -> None:
    assert find_triton() == native
    assert wheel_libraries() == []
    assert known_backends() == {path.name for path in (native / "backends").iterdir()}
    assert assemble_backends(native.parent / "unused") == native / "backends"
    with LocalServer(repository, grpc_port=0, metrics_port=None) as server:
        assert Path(f"/proc/{server.pid}/cmdline").read_bytes().startswith(f"{native}/bin/tritonserver".encode())


def test_a_named_folder_without_triton_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRITON_VARIABLE, str(tmp_path))
    with pytest.raises(ServerError, match=r"SIDELINE_TRITON is .* holds no bin/tritonserver"):
        find_triton()
