"""A network namespace with one cable to this machine, a `Wire`: for a client behind a link that loses packets.

Needs the right to make namespaces and devices (root, or a container with CAP_NET_ADMIN and CAP_SYS_ADMIN).
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from chaos.link import Link
from chaos.wire import Wire, open_tun
from sideline.errors import ConfigError

_HOST: Final = "10.213.7.1"
_CLIENT: Final = "10.213.7.2"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace and its link.

    Attributes:
        name: Of the namespace.
        link: What its cable does to packets.
        host: This machine's address on the cable.
    """

    name: str
    link: Link
    host: str = _HOST

    @property
    def command(self) -> tuple[str, ...]:
        """What runs a program inside."""
        return ("ip", "netns", "exec", self.name)


@contextmanager
def network_namespace() -> Iterator[Namespace]:
    """Make a namespace, and remove it at the end.

    Raises:
        ConfigError: this user or this machine may not.
    """
    name, here, there = f"sideline-{os.getpid()}", f"sl{os.getpid()}a", f"sl{os.getpid()}b"
    _ip("netns", "add", name)
    try:
        wire = Wire(open_tun(here), open_tun(there))
        try:
            _ip("addr", "add", f"{_HOST}/30", "dev", here)
            _ip("link", "set", here, "up")
            _ip("link", "set", there, "netns", name)
            _ip("-n", name, "addr", "add", f"{_CLIENT}/30", "dev", there)
            _ip("-n", name, "link", "set", there, "up")
            wire.start()
            yield Namespace(name, wire.link)
        finally:
            wire.close()
    finally:
        _ip("netns", "del", name)


def _ip(*arguments: str) -> None:
    try:
        subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)  # noqa: S607  of the PATH
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise ConfigError(
            f"`ip {' '.join(arguments)}` failed ({reason.strip()}): run as root where namespaces are allowed, or "
            "inject cut-link and bad-link, which need none"
        ) from error
