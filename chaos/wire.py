"""A cable that ends in this machine and in a network namespace: two TUN devices, and packets carried between them.

As netem does, but where the kernel has no such module (https://www.kernel.org/doc/html/latest/networking/tuntap.html).
What is lost is lost: TCP has to notice and to send again, at the pace that it thinks the link carries.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time
from typing import Final

from chaos.link import Link
from sideline.errors import ConfigError

_TUNSETIFF: Final = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_LARGEST_PACKET: Final = 65_536
_POLL_S: Final = 0.1
_QUEUE_PACKETS: Final = 1_000
"""As netem's own limit: what comes while so many are under way is lost."""


class Wire:
    """Carries packets until it is closed; runs in a thread of its own.

    Args:
        one, other: Descriptors of its ends, each of which gives and takes a packet at a time; closed with it.
    """

    def __init__(self, one: int, other: int) -> None:
        self.link = Link()
        self._ends = (one, other)
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._carried = 0
        self._is_closed = False
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the cable away, and its ends with it."""
        self._is_closed = True
        self._thread.join()
        for end in self._ends:
            os.close(end)

    def _carry(self) -> None:
        while not self._is_closed:
            due_s = self._under_way[0][0] - time.monotonic() if self._under_way else _POLL_S
            for end in select.select(self._ends, [], [], min(max(0.0, due_s), _POLL_S))[0]:
                self._take(os.read(end, _LARGEST_PACKET), to=1 - self._ends.index(end))
            while self._under_way and self._under_way[0][0] <= time.monotonic():
                _, _, to, packet = heapq.heappop(self._under_way)
                self._deliver(to, packet)

    def _take(self, packet: bytes, to: int) -> None:
        is_lost = not self.link.is_up or random.random() < self.link.loss  # noqa: S311  no secret
        if not is_lost and len(self._under_way) < _QUEUE_PACKETS:
            self._carried += 1
            heapq.heappush(self._under_way, (time.monotonic() + self.link.delay_s, self._carried, to, packet))

    def _deliver(self, to: int, packet: bytes) -> None:
        try:
            os.write(self._ends[to], packet)
        except OSError:
            return  # the device is not up yet, or its namespace is gone: a packet more that is lost


def open_tun(name: str) -> int:
    """A network device whose packets are read and written here; it goes with its descriptor.

    Args:
        name: The device's, 15 characters at most. It appears in this namespace and may be moved into another.

    Raises:
        ConfigError: This user or this machine may not make such devices.
    """
    try:
        device = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH", name.encode(), _IFF_TUN | _IFF_NO_PI))
    except OSError as error:
        raise ConfigError(
            f"no network device can be made ({error.strerror}): run as root where /dev/net/tun is allowed, or inject "
            "cut-link and bad-link, which need none"
        ) from error
    return device
