"""The cable between two sockets that carry a packet at a time, in place of network devices, which need root."""

import os
import socket
from collections.abc import Iterator

import pytest

from chaos import wire
from chaos.wire import Wire


class Cable:
    """A wire that carries when it is told to, on a clock that is set by hand, and the sockets at its ends."""

    def __init__(self) -> None:
        self.here, one = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.there, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self.here, self.there):
            end.setblocking(False)
        self.now_s = 1000.0
        self.wire = Wire(one.detach(), other.detach(), lambda: self.now_s)

    def close(self) -> None:
        self.wire.close()
        for end in (self.here, self.there):
            end.close()

    def send(self, *numbers: int) -> None:
        for number in numbers:
            self.here.send(b"%d" % number)
            self.wire.carry(0.0)

    def arrived(self) -> list[int]:
        """Numbers of the packets that are there by now."""
        self.wire.carry(0.0)
        numbers = []
        while True:
            try:
                numbers.append(int(self.there.recv(100)))
            except BlockingIOError:
                return numbers


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.close()


def test_packets_pass_both_ways_whole_and_in_order(cable: Cable) -> None:
    cable.send(*range(20))
    assert cable.arrived() == list(range(20))
    cable.there.send(b"back")
    cable.wire.carry(0.0)
    assert cable.here.recv(100) == b"back"


def test_a_slow_cable_holds_each_packet_back_and_keeps_their_order(cable: Cable) -> None:
    cable.wire.link.delay_s = 0.2
    cable.send(1, 2)
    cable.now_s += 0.1
    cable.send(3)
    cable.now_s += 0.09
    assert cable.arrived() == []
    cable.now_s += 0.02
    assert cable.arrived() == [1, 2]
    cable.now_s += 0.1
    assert cable.arrived() == [3]


def test_nothing_passes_a_cut_cable_and_what_was_sent_meanwhile_never_comes(cable: Cable) -> None:
    cable.wire.link.is_up = False
    cable.send(1)
    cable.wire.link.is_up = True
    cable.send(2)
    assert cable.arrived() == [2]


def test_a_lossy_cable_loses_about_its_share(cable: Cable) -> None:
    cable.wire.link.loss = 0.5
    came = []
    for number in range(400):
        cable.send(number)
        came += cable.arrived()
    assert came == sorted(came)
    assert 120 < len(came) < 280  # 8 standard deviations


def test_of_more_packets_than_may_be_under_way_the_last_are_lost(cable: Cable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_QUEUE_PACKETS", 50)
    cable.wire.link.delay_s = 1.0
    cable.send(*range(60))
    cable.now_s += 2.0
    assert cable.arrived() == list(range(50))


def test_a_wire_that_runs_carries_by_itself_and_leaves_no_descriptor_and_no_thread() -> None:
    before = len(os.listdir("/proc/self/fd"))
    cable = Cable()
    cable.there.settimeout(60.0)
    cable.wire.start()
    cable.here.send(b"7")
    assert cable.there.recv(100) == b"7"
    cable.close()
    assert len(os.listdir("/proc/self/fd")) == before
