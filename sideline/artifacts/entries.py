"""An artifact as a file: named arrays behind a line that says format and checksum. A damaged file is noticed."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sideline.errors import ArtifactError
from sideline.whole_file import written_whole

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_FORMAT: Final = 1
_MAGIC: Final = b"sideline-artifact"


def write_entry(path: Path, arrays: Arrays) -> None:
    """Write arrays as one file, whole or not at all.

    Raises:
        ArtifactError: the disk refused.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    content = buffer.getvalue()
    head = b"%s %d %s\n" % (_MAGIC, _FORMAT, hashlib.sha256(content).hexdigest().encode())
    with written_whole(path, ArtifactError) as temporary:
        temporary.write_bytes(head + content)


def read_entry(path: Path) -> Arrays:
    """Read what :func:`write_entry` wrote.

    Raises:
        ArtifactError: it is absent, of another format, or damaged; the message says which.
    """
    try:
        head, _, content = path.read_bytes().partition(b"\n")
    except OSError as exc:
        raise ArtifactError(f"cannot read {path} ({exc.strerror}): compute it with `sideline precompute`") from exc
    words = head.split(b" ")
    if len(words) != 3 or words[0] != _MAGIC:
        raise ArtifactError(f"{path} is no artifact: remove it")
    if words[1] != str(_FORMAT).encode():
        raise ArtifactError(f"{path} is of format {words[1].decode(errors='replace')}, this version reads {_FORMAT}")
    if hashlib.sha256(content).hexdigest().encode() != words[2]:
        raise ArtifactError(f"{path} is damaged or was cut off: its checksum differs")
    with np.load(io.BytesIO(content)) as arrays:
        return {name: arrays[name] for name in arrays.files}
