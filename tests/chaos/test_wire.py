"""The cable between two sockets that carry a packet at a time, in place of network devices, which need root."""

import os
import socket
import time
from collections.abc import Iterator

import pytest

from chaos.wire import Wire


class Cable:
    """A wire and the sockets at its ends."""

    def __init__(self) -> None:
        self.here, one = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.there, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.wire = Wire(one.detach(), other.detach())

    def close(self) -> None:
        self.wire.close()
        for end in (self.here, self.there):
            end.close()

    def receive_all(self, silence_s: float) -> list[int]:
        """Numbers of the packets that come there, until none comes any more."""
        self.there.settimeout(silence_s)
        numbers = []
        while True:
            try:
                numbers.append(int(self.there.recv(100)))
            except TimeoutError:
                return numbers


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.close()


def test_packets_pass_both_ways_whole_and_in_order(cable: Cable) -> None:
    for number in range(50):
        cable.here.send(b"%d" % number)
    assert [int(cable.there.recv(100)) for _ in range(50)] == list(range(50))
    cable.there.send(b"back")
    assert cable.here.recv(100) == b"back"


def test_a_slow_cable_holds_packets_back_and_keeps_their_order(cable: Cable) -> None:
    cable.wire.link.delay_s = 0.3
    began_s = time.monotonic()
    for number in range(20):
        cable.here.send(b"%d" % number)
    assert [int(cable.there.recv(100)) for _ in range(20)] == list(range(20))
    assert time.monotonic() - began_s >= 0.3


def test_nothing_passes_a_cut_cable_and_what_was_sent_meanwhile_never_comes(cable: Cable) -> None:
    cable.wire.link.is_up = False
    cable.here.send(b"1")
    assert cable.receive_all(silence_s=0.5) == []
    cable.wire.link.is_up = True
    cable.here.send(b"2")
    assert int(cable.there.recv(100)) == 2


def test_a_lossy_cable_loses_about_its_share(cable: Cable) -> None:
    cable.wire.link.loss = 0.5
    for number in range(400):
        cable.here.send(b"%d" % number)
    came = cable.receive_all(silence_s=1.0)
    assert came == sorted(came)
    assert 120 < len(came) < 280  # 8 standard deviations


def test_a_wire_that_is_closed_leaves_no_descriptor() -> None:
    before = len(os.listdir("/proc/self/fd"))
    Cable().close()
    assert len(os.listdir("/proc/self/fd")) == before
