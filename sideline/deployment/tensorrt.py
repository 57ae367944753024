"""TensorRT where it is installed, TensorRT for RTX otherwise: which of the two, which version, which GPU.

Both have one Python API. Knows nothing of a particular engine.
"""

import importlib
from types import ModuleType
from typing import Final

from sideline.deployment.telemetry import read_gpus
from sideline.errors import EngineError

LIBRARIES: Final = ("tensorrt", "tensorrt_rtx")


def load_tensorrt() -> ModuleType:
    """The library.

    Raises:
        EngineError: neither is installed.
    """
    for name in LIBRARIES:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise EngineError(
        "neither tensorrt nor tensorrt_rtx is installed: pip install tensorrt_rtx; for NVIDIA's container build the "
        "image with TENSORRT_VERSION (docs/deploy.md)"
    )


def builder_name(library: ModuleType) -> str:
    """Library and version as in a plan's name, e.g. "tensorrt_rtx-1.7.1.116"."""
    return f"{library.__name__}-{library.__version__}"


def gpu_name() -> str:
    """Name of this machine's first GPU, e.g. "NVIDIA L4".

    Raises:
        EngineError: there is none.
    """
    readings = read_gpus()
    if not readings:
        raise EngineError(
            "no GPU is to be seen here: build plans on the machine that will run them (the container needs --gpus "
            "all), or name a GPU that is not here, e.g. --gpu SM89"
        )
    return readings[0].name
