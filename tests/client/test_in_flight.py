"""Whole clients on a virtual clock against a server with one line: what is on its way follows from what it carries."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.frames import Update
from client.in_flight import Answered, LiveLimit
from client.sources.frame_list import FrameList
from client.stream import Client
from sideline.arena.rig import Rig
from tests.client.conftest import make_frames
from tests.client.virtual_time import OneLine, run_virtually


@dataclass(frozen=True)
class Run:
    """What one stream was answered, and the frames that it dropped."""

    updates: list[Update]
    dropped: int

    def after(self, seconds: float) -> "Run":
        first_ns = self.updates[0].timing.sent_at_ns + int(seconds * 1e9)
        return Run([update for update in self.updates if update.timing.sent_at_ns >= first_ns], self.dropped)

    @property
    def age_s(self) -> float:
        return median(update.timing.latency_ms(live=True) for update in self.updates) / 1e3

    @property
    def interval_s(self) -> float:
        answered_ns = [update.timing.answered_at_ns for update in self.updates]
        return (answered_ns[-1] - answered_ns[0]) / 1e9 / (len(answered_ns) - 1)


async def stream(server: OneLine, rig: Rig, fps: float, seconds: float, window: int = 4, begins_s: float = 0.0) -> Run:
    await asyncio.sleep(begins_s)
    frames = FrameList(make_frames(int(seconds * fps), fps), rig, fps)
    tracking = Client(transport=server, window=window).track(frames, live=True)
    return Run([update async for update in tracking if not update.is_end], tracking.drops.frames)


def steady(work_s: float) -> Callable[[int], float]:
    return lambda number: work_s


def test_at_three_times_the_load_an_answer_is_no_older_than_two_of_the_intervals_in_which_they_come(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 80 ms of work a frame, and 400 ms at START; 37.5 asked for, 12.5 carried. Four in flight would be 4 × 80 ms old.
    server = OneLine(lambda number: 0.08 if number else 0.4)
    run = run_virtually(monkeypatch, stream(server, rig, 37.5, 40.0)).after(3.0)
    assert run.age_s <= 2 * run.interval_s
    assert run.interval_s == pytest.approx(0.08, rel=0.05)


def test_where_steps_overlap_a_second_frame_stays_in_flight_for_the_answers_that_it_brings(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One alone: 50 + 40 ms, 11 answers a second; two: 20 a second, each 100 ms old.
    run = run_virtually(monkeypatch, stream(OneLine(steady(0.05), 0.04), rig, 60.0, 40.0)).after(3.0)
    assert 1 / run.interval_s > 18.0
    assert run.age_s <= 0.16


def test_streams_that_ask_for_far_too_much_together_do_not_queue_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve of 3 frames a second on a server that carries 6; they begin one after the other, the last in a jam."""
    server = OneLine(steady(1 / 6))
    queues_s: list[float] = []

    async def watch() -> None:
        for _ in range(6):
            await asyncio.sleep(10.0)
            queues_s.append(server.queue_s())

    async def stream_all() -> list[Run]:
        watching = asyncio.create_task(watch())
        runs = await asyncio.gather(*(stream(server, rig, 3.0, 60.0, begins_s=0.5 * number) for number in range(12)))
        await watching
        return runs

    runs = run_virtually(monkeypatch, stream_all())
    # One frame of each are 2 s; four of each would be 8 s.
    assert max(queues_s[2:]) < 3.0
    answers = [len(run.updates) for run in runs]
    assert min(answers) > 15, "each has a share"
    assert sum(answers) > 0.95 * 6 * 60


def test_a_machine_that_keeps_up_gets_as_many_as_before_however_its_frames_vary(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 10 frames a second of 50 to 90 ms, one in a hundred of 330: four in flight wait it out, and so must this."""

    def work_s(number: int) -> float:
        return 0.33 if number % 100 == 57 else 0.05 + 0.04 * (number * 7 % 11) / 10

    run = run_virtually(monkeypatch, stream(OneLine(work_s), rig, 10.0, 120.0))
    assert run.dropped == 0


def test_a_long_link_is_filled_up_to_the_window(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    # 240 ms to the answer at 25 frames a second: six are on their way.
    run = run_virtually(monkeypatch, stream(OneLine(steady(0.02), 0.22), rig, 25.0, 30.0, window=8))
    assert run.dropped == 0


def test_a_link_that_became_long_is_filled_again_when_the_short_one_is_forgotten(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = OneLine(steady(0.02), 0.02)

    async def lengthen() -> Run:
        streaming = asyncio.create_task(stream(server, rig, 25.0, 120.0, window=8))
        await asyncio.sleep(20.0)
        server.way_s = 0.24
        return await streaming

    run = run_virtually(monkeypatch, lengthen())
    late = run.after(90.0)
    indices = [update.frame_index for update in late.updates]
    assert all(later - earlier == 1 for earlier, later in pairwise(indices))


def test_a_stream_that_sends_every_frame_keeps_its_window_full(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def send_all() -> list[Update]:
        frames = FrameList(make_frames(100), rig)
        return [update async for update in Client(transport=OneLine(steady(0.08)), window=4).track(frames)]

    updates = run_virtually(monkeypatch, send_all())
    waits_s = [update.timing.latency_ms(live=False) / 1e3 for update in updates[4:100]]
    assert waits_s == pytest.approx([4 * 0.08] * len(waits_s))


def test_one_answer_that_is_seconds_old_is_enough_when_newer_frames_were_dropped() -> None:
    limit = LiveLimit(4)
    limit.take(Answered(0, 5_000_000_000, was_alone=True, still_out=3, dropped=9))
    assert limit.frames == 1


answers = st.lists(st.tuples(st.integers(1, 5_000), st.booleans(), st.integers(0, 15), st.integers(0, 2)), max_size=300)


@given(st.integers(1, 16), answers)
def test_whatever_answers_tell_the_limit_is_one_to_most_and_moves_by_one_step_up(
    most: int, told: list[tuple[int, bool, int, int]]
) -> None:
    limit, now_ns, dropped = LiveLimit(most), 0, 0
    for latency_ms, was_alone, still_out, newly_dropped in told:
        before, now_ns, dropped = limit.frames, now_ns + 40_000_000, dropped + newly_dropped
        limit.take(Answered(now_ns - latency_ms * 1_000_000, now_ns, was_alone, still_out, dropped))
        assert 1 <= limit.frames <= min(most, before + 1)


@given(st.integers(1, 16), st.lists(st.tuples(st.integers(1, 5_000), st.booleans(), st.integers(0, 15)), max_size=300))
def test_while_nothing_is_dropped_nothing_is_taken_back(most: int, told: list[tuple[int, bool, int]]) -> None:
    limit = LiveLimit(most)
    for number, (latency_ms, was_alone, still_out) in enumerate(told):
        limit.take(Answered(number * 10**7 - latency_ms * 10**6, number * 10**7, was_alone, still_out, 0))
    assert limit.frames == most
