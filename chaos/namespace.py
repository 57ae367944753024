"""A network namespace with one link to this machine, which can be cut: for a client behind a real cable.

Needs the right to make namespaces (root, or a container with CAP_NET_ADMIN and CAP_SYS_ADMIN).
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sideline.errors import ConfigError

_HOST: Final = "10.213.7.1"
_CLIENT: Final = "10.213.7.2"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace and its link.

    Attributes:
        name: Of the namespace.
        link: Of this machine's end of the link.
        host: This machine's address on the link.
    """

    name: str
    link: str
    host: str = _HOST

    @property
    def command(self) -> tuple[str, ...]:
        """What runs a program inside."""
        return ("ip", "netns", "exec", self.name)

    def cut(self) -> None:
        """Nothing passes any longer."""
        _ip("link", "set", self.link, "down")

    def mend(self) -> None:
        """The link is back."""
        _ip("link", "set", self.link, "up")


@contextmanager
def network_namespace() -> Iterator[Namespace]:
    """Make a namespace, and remove it at the end.

    Raises:
        ConfigError: this user or this machine may not.
    """
    namespace = Namespace(f"sideline-{os.getpid()}", f"sl{os.getpid()}a"[:15])
    peer = f"{namespace.link[:-1]}b"
    _ip("netns", "add", namespace.name)
    try:
        _ip("link", "add", namespace.link, "type", "veth", "peer", "name", peer, "netns", namespace.name)
        _ip("addr", "add", f"{_HOST}/30", "dev", namespace.link)
        _ip("link", "set", namespace.link, "up")
        _ip("-n", namespace.name, "addr", "add", f"{_CLIENT}/30", "dev", peer)
        _ip("-n", namespace.name, "link", "set", peer, "up")
        yield namespace
    finally:
        _ip("netns", "del", namespace.name)


def _ip(*arguments: str) -> None:
    try:
        subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)  # noqa: S607  of the PATH
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise ConfigError(
            f"`ip {' '.join(arguments)}` failed ({reason.strip()}): run as root where namespaces are allowed, or "
            "inject cut-link, which needs none"
        ) from error
