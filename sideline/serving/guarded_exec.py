"""Become another program that is told to stop when its parent dies, however the parent dies.

Run as a script: guarded_exec.py PARENT_PID PROGRAM ARGUMENT… Imports the standard library only.
"""

import ctypes
import os
import signal
import sys
from typing import Final

PR_SET_PDEATHSIG: Final = 1
"""prctl(2); the setting outlives execve."""


def main() -> None:
    """Ask the kernel for SIGTERM at the parent's death, then replace this process by the program."""
    parent_pid, program, *arguments = sys.argv[1:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent_pid):  # it died before the request was in place
        sys.exit(1)
    os.execv(program, [program, *arguments])  # noqa: S606  a fixed program, no shell


if __name__ == "__main__":
    main()
