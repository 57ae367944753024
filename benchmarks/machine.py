"""On what a figure was measured: the machine, the versions of what counts, and the commit.

Knows where Linux, Python and git say so; measures nothing.
"""

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from sideline.deployment.telemetry import GpuReading, read_gpus
from sideline.serving.installation import PROJECT_ROOT

_PACKAGES: Final = (
    "sideline",
    "numpy",
    "onnxruntime",
    "nvidia-pytriton",
    "tritonclient",
    "grpcio",
    "opencv-python-headless",
    "simplejpeg",
    "scipy",
    "litserve",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, as far as it decides on speed.

    Attributes:
        cpu: The processor's own name for itself.
        cores: Cores that this process may run on.
        machine_cores: Cores that the machine has.
        memory_gib: Main memory.
        system: Kernel and C library.
        gpus: The GPUs as NVML saw them at that moment; empty where there is none.
        load_1min: Processes that wanted a core, mean of the minute before: above 1 the machine was not quiet.
    """

    cpu: str
    cores: int
    machine_cores: int
    memory_gib: float
    system: str
    load_1min: float
    gpus: list[GpuReading]


def read_machine() -> Machine:
    """This machine, now."""
    return Machine(
        cpu=_read_field(Path("/proc/cpuinfo"), r"model name\s*:\s*(.+)") or platform.machine(),
        cores=count_cores(),
        machine_cores=os.cpu_count() or 1,
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.release()}, {' '.join(platform.libc_ver())}",
        load_1min=round(os.getloadavg()[0], 2),
        gpus=list(read_gpus()),
    )


def count_cores() -> int:
    """Cores that this process, and what it starts, may run on."""
    return len(os.sched_getaffinity(0))


def read_versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide on speed; those that are not installed are left out."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def read_commit(root: Path = PROJECT_ROOT) -> str:
    """The commit that is checked out in `root`, with "+changes" when a tracked file differs; "unknown" without git."""
    try:
        commit = _git(root, "rev-parse", "--short=12", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", ":!benchmarks/results")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}+changes" if changed else commit


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _read_field(path: Path, pattern: str) -> str | None:
    found = re.search(pattern, path.read_text(encoding="utf-8")) if path.is_file() else None
    return found.group(1).strip() if found else None
