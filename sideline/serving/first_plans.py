"""TensorRT plans that a service lacks: built at its first start on a GPU, and after a promotion or another TensorRT.

Each is built by a process of its own: a builder that crashes, or keeps the GPU's memory, touches nothing that serves.
Knows what is missing and what is in the way; the building is done by `sideline export --tensorrt`.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

from ensemble_configs.schema import Profile
from sideline.deployment.files import find_plan
from sideline.deployment.onnx_interface import check_interface
from sideline.deployment.telemetry import read_gpus
from sideline.errors import EngineError, ServerError
from sideline.serving.preflight import check_gpus
from sideline.serving.repository_layout import Sources, onnx_file, wanted_plan
from sideline.serving.volume import check_space, check_writable

Tell: TypeAlias = Callable[[str], None]
"""Takes a line for the operator."""
ROOM_FOR_KERNELS_BYTES: Final = 16 * 2**20
"""In a plan, beside the weights: TensorRT for RTX takes 4 to 9 MB (measured), others are asked for more."""
_POLL_S: Final = 0.2
_ERROR: Final = "error: "
"""How the command line begins a message on stderr (`sideline.cli`)."""


def ensure_plans(
    profile: Profile, engines: Sequence[str], sources: Sources, tell: Tell, stopped: threading.Event | None = None
) -> None:
    """Build the plans that are missing; those that belong to GPU, TensorRT and ONNX file are kept.

    Args:
        profile: What is to be served; nothing happens unless its engines are plans.
        engines: Names of the engines that are to be served.
        sources: Where the ONNX files are, and the folder that the plans go to; it is made.
        tell: Hears of each plan before and after it is built.
        stopped: Set when nobody wants them any more; the one that is being built is broken off.

    Raises:
        ServerError: There is no GPU, it is too old, the folder cannot be written or has no space, or it was stopped.
        EngineError: No TensorRT is installed, or an engine is missing, damaged, another one, or refused by TensorRT.
            Plans that were finished stay.
    """
    if profile.engines.backend != "tensorrt":
        return
    if sources.gpu is None:
        check_gpus(profile, read_gpus())
    missing = [name for name in engines if not _is_there(name, sources)]
    if not missing:
        return
    for name in missing:
        check_interface(name, onnx_file(name, sources))
    check_writable(sources.plans)
    check_space(
        sources.plans, sum(onnx_file(name, sources).stat().st_size + ROOM_FOR_KERNELS_BYTES for name in missing)
    )
    tell(f"{sources.plans} lacks {len(missing)} of {len(engines)} plans for this GPU; this takes minutes, once")
    for number, name in enumerate(missing, 1):
        tell(f"  plan {number} of {len(missing)}: building {name} …")
        began_s = time.monotonic()
        _build(name, sources, stopped or threading.Event())
        tell(f"  plan {number} of {len(missing)}: {name} is there after {time.monotonic() - began_s:.0f} s")


def _is_there(name: str, sources: Sources) -> bool:
    wanted = wanted_plan(name, sources)
    try:
        find_plan(sources.plans, wanted)
    except EngineError:  # none, or stale ones only, which are left to the image that they belong to
        return False
    return True


def _build(name: str, sources: Sources, stopped: threading.Event) -> None:
    places = ("--repository", sources.repository, "--plans", sources.plans)
    target = () if sources.gpu is None else ("--gpu", sources.gpu)
    command = [sys.executable, "-m", "sideline.cli", "export", name, "--tensorrt", *map(str, (*places, *target))]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as builder:
        try:
            complaints = _await_end(builder, stopped)
        except BaseException:
            builder.kill()
            raise
    if builder.returncode != 0:
        raise EngineError(f"the plan of {name} was not built: {_reason(builder.returncode, complaints)}")


def _await_end(builder: "subprocess.Popen[str]", stopped: threading.Event) -> str:
    """What the builder writes on stderr."""
    while True:
        with suppress(subprocess.TimeoutExpired):
            return builder.communicate(timeout=_POLL_S)[1]
        if stopped.is_set():
            raise ServerError("the service is being stopped; plans that were finished stay")


def _reason(status: int, complaints: str) -> str:
    lines = [line for line in complaints.splitlines() if line.strip()]
    told = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
    return told[-1] if told else f"its builder ended with status {status}: {' '.join(lines[-1:]) or 'silently'}"
