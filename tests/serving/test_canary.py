"""The canary as a watchdog sends it, for months. What it finds is in test_local_server.py."""

import socket
import threading
import time

import pytest

from sideline.errors import ServerError
from sideline.serving import canary
from sideline.serving.canary import send_canary
from sideline.serving.local_server import LocalServer


def await_threads(count: int) -> None:
    """Wait until there are no more than so many; gRPC ends its own a moment after the call."""
    deadline_s = time.monotonic() + 30.0
    while threading.active_count() > count:
        assert time.monotonic() < deadline_s, [thread.name for thread in threading.enumerate()]
        time.sleep(0.05)


def test_a_canary_leaves_no_thread_behind(server: LocalServer) -> None:
    before = threading.active_count()
    for _ in range(3):
        send_canary(server.url, "path_b", 60.0)
    await_threads(before)


def test_what_keeps_it_from_being_sent_is_said(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise ServerError("the secret is open to others: remove it")

    monkeypatch.setattr(canary, "new_own_id", refuse)
    with pytest.raises(ServerError, match=r"^the secret is open to others: remove it$"):
        send_canary(server.url, "path_b", 60.0)


def test_one_that_does_not_come_back_leaves_none_either(server: LocalServer) -> None:
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = "{}:{}".format(*silent.getsockname())
        with pytest.raises(ServerError, match=r"it is overloaded or hangs: no answer within 0\.5 s"):
            send_canary(url, "path_b", 0.5)
    with pytest.raises(ServerError, match=r"canary frame did not pass path_a: .*path_a"):
        send_canary(server.url, "path_a", 60.0)
    await_threads(before)
