"""Correlation IDs of the server's own streams, for canaries: they begin with a secret that no client can guess.

Places are kept for them, and nobody counts them; a client that could use one would make every canary fail. The secret
lies in shared memory, for all servers and canaries of one user on one machine. Knows no table and no server.
"""

import fcntl
import os
import secrets
from functools import cache
from pathlib import Path
from typing import Final

from sideline.errors import ServerError
from sideline.serving.shared_memory import SHARED_MEMORY

_SECRET_BITS: Final = 40
_NUMBER_BITS: Final = 21
_SECRET_BYTES: Final = 8


def new_own_id() -> int:
    """The correlation ID of a new stream of the server's own, below 2⁶³ as Triton's client wants it."""
    return (_secret() << _NUMBER_BITS) + secrets.randbits(_NUMBER_BITS)


def is_own(correlation_id: int | str) -> bool:
    """Whether ``new_own_id`` gave it, to this process or to another of this user."""
    return isinstance(correlation_id, int) and correlation_id >> _NUMBER_BITS == _secret()


@cache
def _secret() -> int:
    return read_secret(SHARED_MEMORY / f"sideline-own-streams-{os.getuid()}")


def read_secret(path: Path) -> int:
    """The number that own IDs begin with; made up when there is none yet.

    Raises:
        ServerError: The file cannot be used, or belongs to somebody else, who could know what is in it.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as exc:
        raise ServerError(f"{path} cannot be opened ({exc.strerror}): remove it") from exc
    with os.fdopen(file, "r+b") as content:
        owner = os.fstat(file)
        if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
            raise ServerError(f"{path} is open to others: remove it, it is made anew")
        fcntl.flock(file, fcntl.LOCK_EX)
        known = content.read(_SECRET_BYTES)
        if len(known) < _SECRET_BYTES:
            known = secrets.token_bytes(_SECRET_BYTES)
            content.seek(0)
            content.write(known)
            content.flush()
    top = 1 << _SECRET_BITS + 1  # above what Sideline's client draws, 1 to 2⁶²
    return top + int.from_bytes(known) % (1 << _SECRET_BITS)
