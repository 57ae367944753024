"""The processes of a group, read from /proc: which live, and which step each of Triton's stubs runs.

Triton neither restarts a stub that died nor calls itself unready then (triton-inference-server/server#7230).
"""

from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_ZOMBIE: Final = "Z"
_STOPPED: Final = "T"


def is_living(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    state, _ = _read_state(pid)
    return state not in ("", _ZOMBIE)


def is_stopped(pid: int) -> bool:
    """Whether a process was stopped by a signal and goes on with SIGCONT only."""
    return _read_state(pid)[0] == _STOPPED


def start_ticks(pid: int) -> int:
    """When a process was started, clock ticks since the machine's boot; 0 for one that does not exist.

    With the process ID it names a process for good: the ID alone is used again, and differs between containers.
    """
    fields = _read_fields(pid)
    return int(fields[19]) if fields else 0


def find_stubs(group: int) -> dict[int, str]:
    """The living stubs of a process group.

    Args:
        group: Process group ID of tritonserver.

    Returns:
        The file of the step by process ID.
    """
    pids = (int(folder.name) for folder in _PROC.iterdir() if folder.name.isdigit())
    members = [pid for pid in pids if pid != group and _read_state(pid)[1] == group and is_living(pid)]
    return {pid: _first_argument(pid) for pid in members}


def model_of(file: str) -> str:
    """Name of the model whose file a stub runs; empty for another program's argument."""
    parents = Path(file).parents
    return parents[1].name if len(parents) > 1 else ""


def _read_state(pid: int) -> tuple[str, int]:
    """State letter and process group; ("", 0) for a process that does not exist."""
    fields = _read_fields(pid)
    return (fields[0], int(fields[2])) if fields else ("", 0)


def _read_fields(pid: int) -> list[str]:
    """What proc(5) calls the fields 3, 4 … of stat; empty for a process that does not exist."""
    try:
        # The program's name stands in parentheses and may hold anything; fields are counted after it.
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _first_argument(pid: int) -> str:
    try:
        arguments = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return arguments[1].decode(errors="replace") if len(arguments) > 1 else ""
