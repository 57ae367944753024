"""Streams whose server goes away and comes back; the twins on a real server are in test_real_server.py."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import pytest

from client.messages import Answer, Refusal, Request
from client.sources.frame_list import FrameList
from client.sources.source import Frames
from client.stream import Client
from client.tracking import NEVER, Reconnect
from sideline.arena.rig import Rig
from sideline.errors import StreamError, StreamLostError
from tests.client.conftest import collect_frames, collect_indices, make_frames
from tests.client.transports import MemoryTransport, answer_well, solve_windows_of_four

QUICK = Reconnect(give_up_after_s=5.0, first_wait_s=0.001, longest_wait_s=0.01)


class FailingTransport:
    """Breaks the exchanges in turn at the frames given, before they are answered; later exchanges hold.

    A place of None refuses the connection.
    """

    def __init__(self, *breaks: int | None, answer: Callable[[Request], Answer | Refusal | None] = answer_well) -> None:
        self.exchanges: list[MemoryTransport] = []
        self._breaks = list(breaks)
        self._answer = answer

    @property
    def requests(self) -> list[list[Request]]:
        return [exchange.requests for exchange in self.exchanges]

    async def exchange(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Answer | Refusal, None]:
        place = self._breaks.pop(0) if self._breaks else -1
        if place is None:
            raise StreamLostError("no Triton answers")
        inner = MemoryTransport(self._answer)
        self.exchanges.append(inner)
        async with aclosing(inner.exchange(requests)) as answers:
            async for answer in answers:
                if isinstance(answer, Answer) and answer.frame_index == place:
                    raise StreamLostError("the link was cut")
                yield answer


def indices_of(requests: list[Request]) -> list[int]:
    return [request.frame.frame_index for request in requests]


async def test_after_a_break_every_frame_is_answered_once_and_in_order(ten_frames: FrameList) -> None:
    transport = FailingTransport(4, 7)
    tracking = Client(transport=transport, reconnect=QUICK).track(ten_frames)
    assert [update.frame_index for update in await collect_frames(tracking)] == list(range(10))
    assert [each.frame_index for each in tracking.breaks] == [4, 7]
    assert "the link was cut" in tracking.breaks[0].reason


async def test_a_new_session_begins_with_start_a_fresh_id_and_the_first_frame_not_answered(
    ten_frames: FrameList,
) -> None:
    transport = FailingTransport(4)
    await collect_frames(Client(transport=transport, reconnect=QUICK).track(ten_frames, match_sheet=b""))
    before, after = transport.requests
    assert indices_of(after) == [*range(4, 10), 10]
    assert [request.start for request in after] == [True] + [False] * 6
    assert after[-1].end
    assert len({request.correlation_id for request in before + after}) == 2


async def test_ids_of_a_new_session_go_on_where_those_before_ended(ten_frames: FrameList) -> None:
    """Every session calls its player micro-track 7 and its window's track 1."""
    transport = FailingTransport(7, answer=solve_windows_of_four)
    updates = [update async for update in Client(transport=transport, reconnect=QUICK).track(ten_frames)]
    micro = [update.detections.micro_track_ids.tolist() for update in updates if not update.is_end]
    assert micro == [[7]] * 7 + [[14]] * 3
    windows = [(each.windows.micro_track_ids.tolist(), each.windows.track_ids.tolist(),
                each.windows.tracks.track_ids.tolist()) for each in updates if each.windows is not None]  # fmt: skip
    assert windows[0] == ([7] * 4, [1] * 4, [1])
    assert windows[1:] == [([14] * 4, [2] * 4, [2]), ([14] * 2, [2] * 2, [2])]


async def test_a_detection_without_a_track_stays_without_one_after_a_break(ten_frames: FrameList) -> None:
    tracking = Client(transport=FailingTransport(2, answer=solve_windows_of_four), reconnect=QUICK).track(ten_frames)
    assert {int(track) for update in await collect_frames(tracking) for track in update.detections.track_ids} == {-1}


async def test_a_server_that_is_away_is_asked_again_until_it_is_back(ten_frames: FrameList) -> None:
    transport = FailingTransport(5, None, None, None)
    tracking = Client(transport=transport, reconnect=QUICK).track(ten_frames)
    assert len(await collect_frames(tracking)) == 10
    assert len(tracking.breaks) == 1


async def test_the_first_connection_is_not_tried_again(ten_frames: FrameList) -> None:
    with pytest.raises(StreamError, match="no Triton answers"):
        await collect_indices(Client(transport=FailingTransport(None), reconnect=QUICK).track(ten_frames), [])


async def test_a_server_that_stays_away_ends_the_stream_after_what_it_answered(ten_frames: FrameList) -> None:
    away: list[int | None] = [None] * 1000
    seen: list[int] = []
    policy = Reconnect(give_up_after_s=0.05, first_wait_s=0.001, longest_wait_s=0.01)
    with pytest.raises(StreamError, match="no Triton answers"):
        await collect_indices(Client(transport=FailingTransport(3, *away), reconnect=policy).track(ten_frames), seen)
    assert seen == [0, 1, 2]


async def test_never_means_never(ten_frames: FrameList) -> None:
    seen: list[int] = []
    with pytest.raises(StreamError, match="cut"):
        await collect_indices(Client(transport=FailingTransport(3), reconnect=NEVER).track(ten_frames), seen)
    assert seen == [0, 1, 2]


async def test_a_frame_refused_once_is_sent_again_and_the_windows_of_its_end_are_kept(rig: Rig) -> None:
    refused: list[int] = []

    def refuse_sixth_once(request: Request) -> Answer | Refusal | None:
        if request.frame.frame_index == 6 and not refused:
            refused.append(6)
            return Refusal("the stub died")
        return solve_windows_of_four(request)

    client = Client(transport=MemoryTransport(refuse_sixth_once), window=1, reconnect=QUICK)
    updates = [update async for update in client.track(FrameList(make_frames(10), rig))]
    assert [update.frame_index for update in updates] == list(range(11))
    assert [update.is_end for update in updates] == [False] * 10 + [True]
    # END at index 7 of the first session solved 4 … 6 (the transport's rule); they ride on frame 6, answered anew.
    assert updates[6].windows is not None
    assert updates[6].windows.frame_indices.tolist()[:3] == [4, 5, 6]


async def test_a_break_at_end_after_the_last_answer_ends_the_stream_in_peace(ten_frames: FrameList) -> None:
    tracking = Client(transport=FailingTransport(10), reconnect=QUICK).track(ten_frames)
    assert [update.frame_index async for update in tracking] == list(range(10))
    assert [each.frame_index for each in tracking.breaks] == [None]


async def test_live_a_break_drops_what_was_on_its_way_and_goes_on_with_the_newest(rig: Rig) -> None:
    frames = [replace(frame, captured_at_ns=frame.frame_index * 5_000_000) for frame in make_frames(40)]
    policy = Reconnect(give_up_after_s=5.0, first_wait_s=0.05, longest_wait_s=0.05)
    client = Client(transport=FailingTransport(10), reconnect=policy)
    tracking = client.track(FrameList(frames, rig), live=True)
    indices = [update.frame_index for update in await collect_frames(tracking)]
    assert indices == sorted(set(indices))
    assert 10 not in indices
    assert indices[-1] == 39
    assert len(indices) + tracking.drops.frames == 40


async def test_stop_during_an_outage_ends_at_once(ten_frames: FrameList) -> None:
    away: list[int | None] = [None] * 1000
    policy = Reconnect(give_up_after_s=60.0, first_wait_s=30.0, longest_wait_s=30.0)
    tracking = Client(transport=FailingTransport(3, *away), reconnect=policy).track(ten_frames)
    seen: list[int] = []
    running = asyncio.create_task(collect_indices(tracking, seen))
    while len(seen) < 3:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)
    tracking.stop()
    with pytest.raises(StreamError):
        await asyncio.wait_for(running, 5)


class ClosingSource(FrameList):
    """Says when it was closed, and by whom it was not."""

    closed = 0

    async def __aiter__(self) -> Frames:
        try:
            for frame in self.frames:
                await asyncio.sleep(0)
                yield frame
        finally:
            type(self).closed += 1


async def test_the_source_outlives_the_sessions_and_is_closed_once(rig: Rig) -> None:
    ClosingSource.closed = 0
    client = Client(transport=FailingTransport(2, 5, 8), reconnect=QUICK)
    assert len(await collect_frames(client.track(ClosingSource(make_frames(12), rig)))) == 12
    assert ClosingSource.closed == 1


async def test_max_frames_counts_over_all_sessions(rig: Rig) -> None:
    client = Client(transport=FailingTransport(2, 4), reconnect=QUICK)
    updates = await collect_frames(client.track(FrameList(make_frames(100), rig), max_frames=6))
    assert [update.frame_index for update in updates] == [0, 1, 2, 3, 4, 5]


def test_waits_double_up_to_the_longest_with_a_random_part() -> None:
    policy = Reconnect(first_wait_s=0.1, longest_wait_s=1.0)
    waits = np.array([[policy.wait_s(attempt) for attempt in (0, 1, 2, 3, 4, 5000)] for _ in range(200)])
    longest = np.array([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])
    assert (waits <= longest).all()
    assert (waits >= longest / 2).all()
    assert (waits.std(axis=0) > 0).all()
