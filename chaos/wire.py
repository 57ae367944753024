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
from collections.abc import Callable
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
    """Carries packets between two ends.

    Args:
        one, other: Descriptors of its ends, each of which gives and takes a packet at a time; closed with it.
        clock_s: Monotonic clock, seconds.
    """

    def __init__(self, one: int, other: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.link = Link()
        self._ends = (one, other)
        for end in self._ends:
            os.set_blocking(end, False)
        self._clock_s = clock_s
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._carried = 0
        self._is_closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Carry in a thread of its own until it is closed."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the cable away, and its ends with it."""
        self._is_closed.set()
        if self._thread is not None:
            self._thread.join()
        for end in self._ends:
            os.close(end)

    def carry(self, longest_s: float) -> None:
        """Take what is there, or comes within so long, and deliver what is due."""
        due_s = self._under_way[0][0] - self._clock_s() if self._under_way else longest_s
        for end in select.select(self._ends, [], [], min(max(0.0, due_s), longest_s))[0]:
            self._take(os.read(end, _LARGEST_PACKET), to=1 - self._ends.index(end))
        while self._under_way and self._under_way[0][0] <= self._clock_s():
            _, _, to, packet = heapq.heappop(self._under_way)
            self._deliver(to, packet)

    def _run(self) -> None:
        while not self._is_closed.is_set():
            self.carry(_POLL_S)

    def _take(self, packet: bytes, to: int) -> None:
        is_lost = not self.link.is_up or random.random() < self.link.loss  # noqa: S311  no secret
        if not is_lost and len(self._under_way) < _QUEUE_PACKETS:
            self._carried += 1
            heapq.heappush(self._under_way, (self._clock_s() + self.link.delay_s, self._carried, to, packet))

    def _deliver(self, to: int, packet: bytes) -> None:
        try:
            os.write(self._ends[to], packet)
        except OSError:
            return  # the device is full or not up yet, or its namespace is gone: a packet more that is lost


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
