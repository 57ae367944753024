import asyncio
from contextlib import aclosing

import pytest

from client.clock import now_ns
from client.frames import Drops, FramePair
from client.live import Mailbox, keep_newest, present_on_clock
from client.sources.source import Frames
from tests.client.conftest import make_frames


async def give(frames: list[FramePair], every_s: float = 0.0) -> Frames:
    for frame in frames:
        await asyncio.sleep(every_s)
        yield frame


async def test_frames_are_presented_when_they_are_due_and_carry_that_moment() -> None:
    started_ns = now_ns()
    presented = [(frame.captured_at_ns, now_ns()) async for frame in present_on_clock(give(make_frames(6, fps=50.0)))]
    due_ns = [captured_ns - presented[0][0] for captured_ns, _ in presented]
    assert due_ns == [20_000_000 * index for index in range(6)]
    assert presented[0][0] >= started_ns
    assert all(shown_ns >= captured_ns for captured_ns, shown_ns in presented)


async def test_a_frame_that_comes_late_is_presented_at_once_with_the_moment_it_was_due() -> None:
    presented = [
        (frame.captured_at_ns, now_ns()) async for frame in present_on_clock(give(make_frames(4, 100.0), 0.03))
    ]
    assert [captured_ns - presented[0][0] for captured_ns, _ in presented] == [0, 10**7, 2 * 10**7, 3 * 10**7]
    assert all(shown_ns - captured_ns > 15_000_000 for captured_ns, shown_ns in presented[1:])


@pytest.mark.parametrize(("capacity", "kept"), [(1, [4]), (2, [3, 4]), (9, [0, 1, 2, 3, 4])])
async def test_a_full_mailbox_drops_its_oldest_frame_and_counts_it(capacity: int, kept: list[int]) -> None:
    drops = Drops()
    mailbox = Mailbox(drops, capacity)
    for frame in make_frames(5):
        mailbox.put(frame)
    mailbox.close()
    received = []
    while (frame := await mailbox.get()) is not None:
        received.append(frame.frame_index)
    assert received == kept
    assert drops.frames == drops.left == drops.right == 5 - len(kept)


async def test_only_cameras_that_had_a_picture_are_counted() -> None:
    drops = Drops()
    for frame in (FramePair(0, 0, b"l", None), FramePair(1, 0, None, b"r"), FramePair(2, 0, b"l", b"r")):
        drops.count(frame)
    assert (drops.frames, drops.left, drops.right) == (3, 2, 2)


async def test_a_slow_consumer_gets_the_newest_frame_and_never_an_older_one() -> None:
    drops = Drops()
    received = []
    async with aclosing(keep_newest(give(make_frames(40), 0.002), drops)) as frames:
        async for frame in frames:
            received.append(frame.frame_index)
            await asyncio.sleep(0.02)
    assert received == sorted(set(received))
    assert received[-1] == 39
    assert drops.frames == 40 - len(received) > 20


async def test_a_consumer_that_keeps_up_loses_nothing() -> None:
    drops = Drops()
    received = [frame.frame_index async for frame in keep_newest(give(make_frames(20), 0.001), drops)]
    assert received == list(range(20))
    assert drops == Drops()
