"""What is in the way of a local server is named before it is started, with the cure."""

import shutil
import socket
from pathlib import Path

import pytest

from ensemble_configs.schema import read_profile
from sideline.deployment.telemetry import GpuReading
from sideline.errors import ServerError
from sideline.serving import preflight
from sideline.serving.local_server import models_to_serve


def test_this_machine_passes() -> None:
    preflight.check_machine()


@pytest.mark.parametrize("version", [(3, 10), (3, 13)])
def test_a_python_without_stub_or_numpy_is_refused(version: tuple[int, int]) -> None:
    with pytest.raises(ServerError, match=r"Python 3\.11 or 3\.12"):
        preflight.check_python(version)


def test_numpy_2_is_refused_with_the_command_that_cures_it() -> None:
    with pytest.raises(ServerError, match=r"pip install 'numpy==1\.26\.4'"):
        preflight.check_numpy("2.1.0")


@pytest.mark.parametrize(
    ("machine", "libc", "message"),
    [
        ("aarch64", ("glibc", "2.36"), "x86-64"),
        ("x86_64", ("", ""), "other libc"),
        ("x86_64", ("glibc", "2.31"), "glibc 2.31 is too old"),
    ],
)
def test_a_platform_that_the_binary_was_not_built_for_is_refused(
    machine: str, libc: tuple[str, str], message: str
) -> None:
    with pytest.raises(ServerError, match=message):
        preflight.check_platform(machine, libc)


def test_too_little_shared_memory_is_refused_with_the_option_of_the_container(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="--shm-size=1g"):
        preflight.check_shared_memory(tmp_path / "absent")


def test_a_taken_port_is_named_with_the_option_that_changes_it() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port} on 127.0.0.1 .*--metrics-port"):
            preflight.check_ports("127.0.0.1", {"--metrics-port": port})
    preflight.check_ports("127.0.0.1", {"--metrics-port": port})


def test_two_services_on_one_port_are_refused() -> None:
    with pytest.raises(ServerError, match="--grpc-port, --http-port"):
        preflight.check_ports("127.0.0.1", {"--grpc-port": 8001, "--http-port": 8001})


def test_an_address_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(ServerError, match=r"192\.0\.2\.1"):
        preflight.check_ports("192.0.2.1", {"--grpc-port": 8001})


def test_a_complete_repository_passes(repository: Path) -> None:
    preflight.check_repository(repository, models_to_serve("path_b"))


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="--repository"):
        preflight.check_repository(tmp_path, ["detr"])


@pytest.mark.parametrize(
    ("missing", "message"),
    [("detr/1/model.onnx", "train and export"), ("ingest_frames/1/model.py", r"model\.py is missing")],
)
def test_a_missing_engine_or_step_is_named(own_repository: Path, missing: str, message: str) -> None:
    (own_repository / missing).unlink()
    with pytest.raises(ServerError, match=message):
        preflight.check_repository(own_repository, models_to_serve("path_b"))


def test_a_model_that_is_not_there_is_named_and_one_that_is_not_served_may_be_missing(own_repository: Path) -> None:
    shutil.rmtree(own_repository / "id_decoder")
    preflight.check_repository(own_repository, models_to_serve("path_a"))
    with pytest.raises(ServerError, match=r"id_decoder/config\.pbtxt is missing"):
        preflight.check_repository(own_repository, models_to_serve("path_b"))


def test_an_ensemble_without_its_empty_version_folder_is_refused(own_repository: Path) -> None:
    (own_repository / "path_b" / "1" / ".gitkeep").unlink()
    (own_repository / "path_b" / "1").rmdir()
    with pytest.raises(ServerError, match="version folder"):
        preflight.check_repository(own_repository, models_to_serve("path_b"))


def test_an_unreadable_configuration_is_named(own_repository: Path) -> None:
    (own_repository / "detr" / "config.pbtxt").write_text("name: {")
    with pytest.raises(ServerError, match="sideline render"):
        preflight.check_repository(own_repository, models_to_serve("path_b"))


def test_a_backend_that_the_wheel_lacks_is_named_with_the_profiles_that_run(own_repository: Path) -> None:
    path = own_repository / "detr" / "config.pbtxt"
    path.write_text(path.read_text().replace('backend: "onnxruntime"', 'backend: "pytorch"'))
    with pytest.raises(ServerError, match="'pytorch', which this Triton lacks: serve with --profile cpu"):
        preflight.check_repository(own_repository, models_to_serve("path_b"))


def _gpu(capability: tuple[int, int] | None) -> GpuReading:
    return GpuReading(0, "NVIDIA card", "580.65", capability, None, None, None, None, None, None)


@pytest.mark.parametrize("profile", ["gpu", "tensorrt"])
def test_a_profile_for_gpus_is_refused_where_there_is_none(profile: str) -> None:
    with pytest.raises(ServerError, match=f"the profile {profile} needs GPU 0, and 0 are to be seen here: serve with"):
        preflight.check_gpus(read_profile(profile), ())
    preflight.check_gpus(read_profile("cpu"), ())


def test_a_gpu_that_is_too_old_is_refused_and_turing_is_not() -> None:
    with pytest.raises(ServerError, match=r"GPU 0 \(NVIDIA card\) is too old: it has compute capability 6\.1, 7\.5"):
        preflight.check_gpus(read_profile("gpu"), [_gpu((6, 1))])
    for capability in ((7, 5), (12, 0), None):
        preflight.check_gpus(read_profile("gpu"), [_gpu(capability)])


def test_a_cpu_that_multiplies_bytes_is_known_by_its_flags() -> None:
    assert preflight.has_vnni("flags : fpu avx2 avx512_vnni")
    assert preflight.has_vnni("flags : fpu avx2 avx_vnni")
    assert not preflight.has_vnni("flags : fpu avx2 avx512f")
