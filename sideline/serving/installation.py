"""Where the wheel's Triton, this interpreter's shared library and the project's own files lie.

Knows paths only; whether what lies there works is asked by `preflight`.
"""

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sideline.errors import ServerError

PROJECT_ROOT: Final = Path(__file__).resolve().parents[2]
MODEL_REPOSITORY: Final = PROJECT_ROOT / "model_repository"
DROP_IN_BACKENDS: Final = PROJECT_ROOT / "backends"
PYTHON_VERSION: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
PYTHON_BACKEND: Final = "python"
TRITON_VARIABLE: Final = "SIDELINE_TRITON"
STUB_NAME: Final = "triton_python_backend_stub"


def find_triton() -> Path:
    """Triton's folder: what the variable `SIDELINE_TRITON` names (in NVIDIA's container /opt/tritonserver), otherwise
    `pytriton/tritonserver` of the wheel `nvidia-pytriton`, of whose Python nothing is imported.

    Raises:
        ServerError: There is no tritonserver.
    """
    native = native_triton()
    if native is not None:
        return native
    spec = importlib.util.find_spec("pytriton")
    folder = Path(spec.origin).parent / "tritonserver" if spec and spec.origin else None
    if folder is None or not (folder / "bin" / "tritonserver").is_file():
        raise ServerError("the wheel with tritonserver is not installed here: pip install 'sideline[serve]'")
    return folder


def native_triton() -> Path | None:
    """The folder that `SIDELINE_TRITON` names; None where the wheel's Triton is meant.

    Raises:
        ServerError: It holds no tritonserver.
    """
    named = os.environ.get(TRITON_VARIABLE)
    if not named:
        return None
    if not (Path(named) / "bin" / "tritonserver").is_file():
        raise ServerError(
            f"{TRITON_VARIABLE} is {named}, which holds no bin/tritonserver: name Triton's folder, or unset it"
        )
    return Path(named)


def wheel_libraries() -> list[Path]:
    """Folders of shared libraries that the wheel's Triton needs; a native one has its own."""
    return [] if native_triton() else [find_triton().parents[1] / "nvidia_pytriton.libs"]


def known_backends() -> set[str]:
    """Backends that a model may ask for: Python and the drop-ins, or whatever lies in a native Triton."""
    native = native_triton()
    if native is None:
        return {PYTHON_BACKEND, *(folder.name for folder in DROP_IN_BACKENDS.iterdir())}
    return {folder.name for folder in (native / "backends").iterdir()}


def library_folders() -> Iterator[Path]:
    """Folders where this interpreter's shared library may lie, the most likely one first."""
    configured = sysconfig.get_config_var("LIBDIR")
    if configured:
        yield Path(configured)
        yield Path(configured) / (sysconfig.get_config_var("MULTIARCH") or "")
    yield Path(sys.base_prefix) / "lib"
    yield Path("/usr/lib/x86_64-linux-gnu")


def find_libpython() -> Path:
    """The interpreter's shared library, which Triton's Python stub is linked against.

    Raises:
        ServerError: There is none.
    """
    name = f"libpython{PYTHON_VERSION}.so.1.0"
    for folder in library_folders():
        if (folder / name).is_file():
            return folder / name
    raise ServerError(
        f"{name} is not there; Triton's Python steps need it: on Debian or Ubuntu `apt-get install "
        f"libpython{PYTHON_VERSION}`, with pyenv install Python with PYTHON_CONFIGURE_OPTS=--enable-shared"
    )


def assemble_backends(folder: Path) -> Path:
    """Put a backend directory together: the wheel's Python backend with the stub of this Python, and the drop-ins.

    Args:
        folder: Where to make it. It gets copies, as Triton refuses links that leave the directory.

    Returns:
        The folder, for `--backend-directory`; that of a native Triton, as it is.
    """
    triton = find_triton()
    if native_triton():
        return triton / "backends"
    python = folder / "python"
    shutil.copytree(triton / "backends" / "python", python)
    shutil.copy2(triton / "python_backend_stubs" / PYTHON_VERSION / STUB_NAME, python)
    shutil.copytree(DROP_IN_BACKENDS, folder, dirs_exist_ok=True)
    return folder


def link_library(folder: Path) -> Path:
    """Make a working folder for the server from which the steps import this very library, not another checkout's.

    Args:
        folder: Where to make it. The stub puts its working folder first on the import path.

    Returns:
        The folder.
    """
    folder.mkdir()
    (folder / "sideline").symlink_to(PROJECT_ROOT / "sideline")
    return folder
