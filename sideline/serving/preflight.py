"""Everything that is known to keep the local Triton from working, asked before it is started.

Each check raises a ServerError that names the cure. Knows the machine and the repository; starts nothing.
"""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2 as pb

from ensemble_configs.schema import Profile
from sideline.deployment.telemetry import GpuReading
from sideline.errors import ServerError
from sideline.serving.installation import find_libpython, find_triton, known_backends
from sideline.serving.shared_memory import SHARED_MEMORY

PYTHON_VERSIONS: Final = ((3, 11), (3, 12))
OLDEST_GLIBC: Final = (2, 35)
OLDEST_CAPABILITY: Final = (7, 5)
"""Of a GPU, for TensorRT 11 and CUDA 13: Turing."""
SHARED_MEMORY_BYTES: Final = 64 * 2**20
"""Tensors travel between the steps in /dev/shm: 46 MiB with one arena of 1280×720 px and 8 frames in flight, 92 MiB
with eight and 16 (measured); Docker gives 64 MiB unless told."""


def check_machine() -> None:
    """Check interpreter, libraries and shared memory.

    Raises:
        ServerError: The first thing that is in the way.
    """
    check_python(sys.version_info[:2])
    check_numpy(np.__version__)
    check_platform(platform.machine(), platform.libc_ver())
    find_triton()
    find_libpython()
    check_shared_memory(SHARED_MEMORY)


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that NumPy 1.26 or the stubs do not exist for."""
    if version not in PYTHON_VERSIONS:
        found = ".".join(map(str, version))
        raise ServerError(f"Python {found} cannot run the steps: make the environment with Python 3.11 or 3.12")


def check_numpy(version: str) -> None:
    """Refuse NumPy 2: with it the wheel's stub silently empties every tensor that a step returns."""
    if not version.startswith("1."):
        raise ServerError(
            f"NumPy {version} is installed; the local server's steps would return empty tensors: "
            "pip install 'numpy==1.26.4' (pip install 'sideline[serve]' does)"
        )


def check_platform(machine: str, libc: tuple[str, str]) -> None:
    """Refuse what the wheel's tritonserver binary was not built for."""
    name, version = libc
    if machine != "x86_64" or name != "glibc":
        raise ServerError(f"the local server runs on Linux x86-64 with glibc, not on {machine}/{name or 'other libc'}")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_GLIBC:
        raise ServerError(f"glibc {version} is too old, 2.35 is needed: use Debian 12, Ubuntu 22.04 or newer")


def check_shared_memory(folder: Path) -> None:
    """Refuse a shared memory that a few frames would fill."""
    free = shutil.disk_usage(folder).free if folder.is_dir() else 0
    if free < SHARED_MEMORY_BYTES:
        raise ServerError(
            f"{folder} has {free // 2**20} MiB free, {SHARED_MEMORY_BYTES // 2**20} are needed: "
            "start the container with --shm-size=1g, or enlarge it with `mount -o remount,size=1g /dev/shm`"
        )


def check_ports(host: str, port_of_option: Mapping[str, int]) -> None:
    """Check that every port can be listened on.

    Args:
        host: Address to listen on.
        port_of_option: Port by the option that changes it, e.g. {"--grpc-port": 8001}.

    Raises:
        ServerError: Naming the first port that is taken, and the option.
    """
    if len(set(port_of_option.values())) < len(port_of_option):
        raise ServerError(f"two services cannot share a port: change one of {', '.join(port_of_option)}")
    for option, port in port_of_option.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as exc:
                reason = os.strerror(exc.errno) if exc.errno else str(exc)
                raise ServerError(
                    f"port {port} on {host} cannot be used ({reason}): stop the program that holds it, "
                    f"or choose another port with {option}"
                ) from exc


def check_gpus(profile: Profile, gpus: Sequence[GpuReading]) -> None:
    """Refuse a profile that needs GPUs which are not there or too old.

    Args:
        profile: What is to be served.
        gpus: What NVML sees.

    Raises:
        ServerError: Naming the first GPU that is in the way.
    """
    if profile.engines.instance_kind != "KIND_GPU":
        return
    for number in profile.gpus:
        if number >= len(gpus):
            raise ServerError(
                f"the profile {profile.name} needs GPU {number}, and {len(gpus)} are to be seen here: serve with "
                "--profile cpu, or give the container its GPUs (--gpus all) and the machine NVIDIA's driver"
            )
        capability = gpus[number].compute_capability
        if capability is not None and capability < OLDEST_CAPABILITY:
            raise ServerError(
                f"GPU {number} ({gpus[number].name}) is too old: it has compute capability "
                f"{capability[0]}.{capability[1]}, 7.5 (Turing) is needed: serve with --profile cpu"
            )


def has_vnni(flags: str) -> bool:
    """Whether a CPU multiplies bytes without saturating and faster than floats, by /proc/cpuinfo's text."""
    return "_vnni" in flags


def check_repository(repository: Path, models: Collection[str]) -> None:
    """Check that each of the models has its configuration and its file in the repository.

    Raises:
        ServerError: Naming the first file that is missing or cannot be read.
    """
    if not any(repository.glob("*/config.pbtxt")):
        raise ServerError(f"{repository} holds no models: give a model repository with --repository")
    for name in sorted(models):
        _check_model(repository / name / "config.pbtxt")


def _check_model(path: Path) -> None:
    if not path.is_file():
        raise ServerError(f"{path} is missing: `sideline render` writes it, or fetch the model again")
    try:
        config = text_format.Parse(path.read_text(encoding="utf-8"), pb.ModelConfig())
    except (text_format.ParseError, UnicodeDecodeError) as exc:
        raise ServerError(f"{path} cannot be read ({exc}): `sideline render` writes it anew") from exc
    version = path.parent / "1"
    if config.platform == "ensemble":
        if not version.is_dir():
            raise ServerError(f"{version} is missing: Triton wants an empty version folder for an ensemble; make it")
        return
    if config.backend not in known_backends():
        raise ServerError(
            f"{path} wants the backend {config.backend!r}, which this Triton lacks: serve with --profile cpu "
            "or gpu, or serve this repository with NVIDIA's container"
        )
    engine = config.default_model_filename or "model.py"
    if not (version / engine).is_file():
        raise ServerError(f"{version / engine} is missing: train and export it (`sideline export`), or fetch it again")
