"""The watchdog over a server of functions; on a real one it is in test_local_server.py and test_supervisor.py."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from sideline.errors import ServerError
from sideline.serving.process_group import is_stopped
from sideline.serving.watchdog import Probe, SlowCanaryError, Watchdog


@dataclass
class Server:
    """Canaries that meet what ``fates`` says in turn, a count of answers, and a clock that rises a second a look."""

    fates: list[Exception | None] = field(default_factory=list)
    answers: Iterator[int] = field(default_factory=lambda: iter([0] * 100))
    canaries: int = 0
    now_s: float = 0.0

    def send_canary(self) -> None:
        self.canaries += 1
        fate = self.fates.pop(0) if self.fates else None
        if fate is not None:
            raise fate

    def clock_s(self) -> float:
        self.now_s += 1.0
        return self.now_s

    def watchdog(self, stubs: dict[int, str] | None = None, every_s: float = 5.0) -> Watchdog:
        probe = Probe(self.send_canary, lambda: next(self.answers), every_s)
        return Watchdog(lambda: False, stubs or {}, probe, self.clock_s)


def look_until(watchdog: Watchdog, done: Callable[[], bool]) -> None:
    while not done():
        watchdog.check()


def test_canaries_go_out_at_their_distance() -> None:
    server = Server()
    watchdog = server.watchdog(every_s=50.0)
    for _ in range(40):
        watchdog.check()
    assert server.canaries == 0
    look_until(watchdog, lambda: server.canaries == 2)
    assert server.now_s >= 100.0


def test_one_canary_that_fails_is_followed_by_another_at_once_and_two_are_too_many() -> None:
    server = Server([ServerError("lost"), None, ServerError("lost"), ServerError("the step is gone")])
    watchdog = server.watchdog()
    look_until(watchdog, lambda: server.canaries == 2)
    with pytest.raises(ServerError, match="the step is gone"):
        look_until(watchdog, lambda: server.canaries > 4)
    assert server.canaries == 4


def test_a_slow_canary_while_nothing_is_answered_is_a_server_that_hangs() -> None:
    with pytest.raises(ServerError, match="late"):
        look_until(Server([SlowCanaryError("late")]).watchdog(), lambda: False)


def test_a_slow_canary_while_others_are_answered_is_overload_unless_it_lasts() -> None:
    server = Server([SlowCanaryError("late")] * 5, answers=iter(range(100)))
    with pytest.raises(ServerError, match="late"):
        look_until(server.watchdog(), lambda: False)
    assert server.canaries == 3


def test_a_dead_step_is_named_at_once() -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as step:
        watchdog = Server().watchdog({step.pid: "detr/1/model.onnx", os.getpid(): "other"})
        watchdog.check()
        step.kill()
        step.wait()
        with pytest.raises(ServerError, match=r"the process of detr/1/model\.onnx died"):
            watchdog.check()


def test_a_step_that_is_stopped_for_more_than_a_second_is_given_up_and_one_that_goes_on_is_not() -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as step:
        try:
            watchdog = Server().watchdog({step.pid: "detr/1/model.onnx"})  # its clock rises a second a look
            for _ in range(3):
                send_and_await(step.pid, signal.SIGSTOP, is_stopped_now=True)
                watchdog.check()
                send_and_await(step.pid, signal.SIGCONT, is_stopped_now=False)
                watchdog.check()
            send_and_await(step.pid, signal.SIGSTOP, is_stopped_now=True)
            with pytest.raises(ServerError, match=r"of detr/1/model\.onnx was stopped and Triton gave it up"):
                for _ in range(3):
                    watchdog.check()
        finally:
            step.kill()


def send_and_await(pid: int, number: signal.Signals, *, is_stopped_now: bool) -> None:
    os.kill(pid, number)
    until = time.monotonic() + 60.0
    while is_stopped(pid) != is_stopped_now:
        assert time.monotonic() < until, "the kernel does not carry the signal out"
        time.sleep(0.01)
