"""The watchdog over a server of functions; on a real one it is in test_local_server.py and test_supervisor.py."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

import pytest

from sideline.errors import ConfigError, ServerError
from sideline.serving.admission import Line
from sideline.serving.process_group import is_stopped
from sideline.serving.watchdog import Probe, Watchdog


class Canaries(Executor):
    """Come back at once, or when they are let go."""

    def __init__(self) -> None:
        self.are_late = False
        self.out: list[Callable[[], None]] = []

    def submit(self, send: Callable[[], str], /) -> Future[str]:
        outcome: Future[str] = Future()
        self.out.append(lambda: outcome.set_result(send()))
        if not self.are_late:
            self.let_go()
        return outcome

    def let_go(self) -> None:
        self.out.pop()()


@dataclass
class Server:
    """Canaries that meet what ``fates`` says in turn, a line of frames, and a clock that rises a second a look.

    Attributes:
        fates: What canaries raise, None for those that are good.
        line: Frames answered, and frames that may stand in line.
        answers_a_look: Frames that are answered from one look to the next.
        turns: What steps are at.
    """

    fates: list[Exception | None] = field(default_factory=list)
    line: Line = field(default_factory=lambda: Line(0, 0))
    answers_a_look: int = 0
    turns: dict[int, int] = field(default_factory=dict)
    canaries: int = 0
    now_s: float = 0.0
    on_their_way: Canaries = field(default_factory=Canaries)

    def send_canary(self) -> None:
        self.canaries += 1
        fate = self.fates.pop(0) if self.fates else None
        if fate is not None:
            raise fate

    def look_at_line(self) -> Line:
        self.line = replace(self.line, answered=self.line.answered + self.answers_a_look)
        return self.line

    def clock_s(self) -> float:
        self.now_s += 1.0
        return self.now_s

    def watchdog(self, stubs: dict[int, str] | None = None, every_s: float = 5.0) -> Watchdog:
        probe = Probe(self.send_canary, self.look_at_line, lambda: self.turns, every_s)
        return Watchdog(lambda: False, stubs or {}, probe, self.clock_s, self.on_their_way)


@pytest.fixture
def server() -> Server:
    """A server whose canaries are late."""
    server = Server()
    server.on_their_way.are_late = True
    return server


def look(watchdog: Watchdog, times: int) -> None:
    for _ in range(times):
        watchdog.check()


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


def test_a_late_canary_while_nothing_is_answered_is_a_server_that_hangs(server: Server) -> None:
    server.line = Line(7, longest=1_000)
    watchdog = server.watchdog()
    look(watchdog, 5 + 20)  # it goes out at the sixth look at the latest
    with pytest.raises(ServerError, match="no frame was answered for 20 s, a canary's neither: the server hangs"):
        look(watchdog, 2)


def test_a_late_canary_is_waited_for_while_it_can_stand_in_line(server: Server) -> None:
    server.line, server.answers_a_look = Line(0, longest=300), 1
    watchdog = server.watchdog()
    look(watchdog, 290)
    assert len(server.on_their_way.out) == 1
    server.on_their_way.let_go()
    look_until(watchdog, lambda: len(server.on_their_way.out) == 1)
    assert server.canaries == 1


def test_a_canary_that_more_frames_overtook_than_can_stand_in_line_met_an_instance_that_hangs(server: Server) -> None:
    server.line, server.answers_a_look = Line(0, longest=300), 1
    watchdog = server.watchdog()
    with pytest.raises(ServerError, match=r"a canary is out for 30\d s, and 1 frames that came later were answered"):
        look(watchdog, 320)


def test_streams_that_came_while_a_canary_stood_in_line_lengthen_it(server: Server) -> None:
    server.line, server.answers_a_look = Line(0, longest=17), 1
    watchdog = server.watchdog()
    look(watchdog, 10)
    server.line = replace(server.line, longest=170)
    look(watchdog, 1)
    server.line = replace(server.line, longest=17)
    look(watchdog, 140)
    with pytest.raises(ServerError, match="frames that came later"):
        look(watchdog, 40)


def test_a_machine_that_slept_between_two_looks_makes_no_canary_late(server: Server) -> None:
    watchdog = server.watchdog()
    look(watchdog, 10)
    server.now_s += 3_600.0
    look(watchdog, 5)


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


def test_a_step_that_is_at_one_request_for_a_minute_hangs_and_so_does_the_engine_that_it_waits_for() -> None:
    server = Server()  # its clock rises a second a look
    watchdog = server.watchdog({os.getpid(): "assign_micro_ids", os.getppid(): "id_decoder", 1: "detr"})
    server.turns = {os.getpid(): 7}
    look(watchdog, 1)
    server.turns = {os.getpid(): 7, os.getppid(): 3}
    look(watchdog, 50)
    server.turns = {os.getpid(): 7, os.getppid(): 3, 1: 5}
    look(watchdog, 9)
    with pytest.raises(ServerError, match="60 s at one request: assign_micro_ids, id_decoder: the server hangs"):
        look(watchdog, 1)


@pytest.mark.parametrize("error", [FileNotFoundError("ca.pem"), ConfigError("token.txt is readable by others")])
def test_a_canary_that_cannot_be_sent_has_failed_and_ends_no_watch_with_another_error(error: Exception) -> None:
    server = Server([error, None, error, error])
    watchdog = server.watchdog()
    look_until(watchdog, lambda: server.canaries == 3)
    with pytest.raises(ServerError, match=str(error)):
        look_until(watchdog, lambda: server.canaries > 4)


def test_a_step_that_is_busy_all_the_time_with_one_request_after_the_other_does_not_hang() -> None:
    server = Server()
    watchdog = server.watchdog({os.getpid(): "build_graph/1/model.py"})
    for turn in range(1, 21, 2):
        server.turns = {os.getpid(): turn}
        look(watchdog, 50)


def test_a_step_is_at_nothing_for_long_while_the_machine_sleeps() -> None:
    server = Server()
    watchdog = server.watchdog({os.getpid(): "build_graph/1/model.py"})
    server.turns = {os.getpid(): 1}
    look(watchdog, 10)
    server.now_s += 3_600.0
    look(watchdog, 10)


def send_and_await(pid: int, number: signal.Signals, *, is_stopped_now: bool) -> None:
    os.kill(pid, number)
    until = time.monotonic() + 60.0
    while is_stopped(pid) != is_stopped_now:
        assert time.monotonic() < until, "the kernel does not carry the signal out"
        time.sleep(0.01)
