import asyncio
from contextlib import aclosing

import pytest

from client.frames import FramePair
from client.messages import Answer, Refusal, Request
from client.sources.frame_list import FrameList
from client.sources.source import Frames
from client.stream import Client
from client.tracking import NEVER
from sideline.arena.rig import Rig
from sideline.errors import MatchSheetError, SourceError, StreamError
from sideline.tensors import FrameStatus
from tests.client.conftest import collect_frames, collect_indices, make_frames
from tests.client.transports import MemoryTransport, answer_well, solve_windows_of_four
from tests.client.videos import SHEET
from tests.client.virtual_time import OneLine, run_virtually


async def test_every_frame_comes_back_in_order_with_its_own_answer(ten_frames: FrameList) -> None:
    updates = await collect_frames(Client(transport=MemoryTransport()).track(ten_frames))
    assert [update.frame_index for update in updates] == list(range(10))
    assert [float(update.detections.foot_points_m[0, 0]) for update in updates] == [float(index) for index in range(10)]


async def test_the_answer_to_end_is_the_last_update_and_the_only_one_that_is_no_frame(ten_frames: FrameList) -> None:
    updates = [update async for update in Client(transport=MemoryTransport()).track(ten_frames)]
    assert [update.is_end for update in updates] == [False] * 10 + [True]
    assert updates[-1].status is FrameStatus.END_OF_STREAM
    assert len(updates[-1].detections) == 0


async def test_windows_ride_on_later_updates_and_the_rest_of_them_on_the_last(ten_frames: FrameList) -> None:
    session = Client(transport=MemoryTransport(solve_windows_of_four)).track(ten_frames)
    updates = [update async for update in session]
    solved = {each.frame_index: each.windows.frame_indices.tolist() for each in updates if each.windows is not None}
    assert solved == {5: [0, 1, 2, 3], 9: [4, 5, 6, 7], 10: [8, 9]}


async def test_a_session_that_is_stopped_still_gets_the_last_windows(rig: Rig) -> None:
    session = Client(transport=MemoryTransport(solve_windows_of_four)).track(FrameList(make_frames(1000), rig))
    updates = []
    async for update in session:
        updates.append(update)
        session.stop()
    assert updates[-1].is_end
    assert updates[-1].windows is not None
    assert updates[-1].windows.frame_indices[-1] == updates[-2].frame_index


async def test_the_match_sheet_goes_with_start_alone(ten_frames: FrameList) -> None:
    transport = MemoryTransport()
    async for _ in Client(transport=transport).track(ten_frames, match_sheet=SHEET):
        pass
    assert [request.match_sheet for request in transport.requests] == [SHEET.encode()] + [b""] * 10


async def test_without_a_match_sheet_start_carries_none(ten_frames: FrameList) -> None:
    transport = MemoryTransport()
    async for _ in Client(transport=transport).track(ten_frames):
        pass
    assert {request.match_sheet for request in transport.requests} == {b""}


def test_a_match_sheet_that_cannot_be_used_is_refused_before_anything_is_sent(ten_frames: FrameList) -> None:
    with pytest.raises(MatchSheetError, match=r"away.*missing"):
        Client(transport=MemoryTransport()).track(ten_frames, match_sheet=SHEET.split("[away]")[0])


async def test_the_sequence_opens_with_start_and_closes_with_an_end_request_without_pictures(
    ten_frames: FrameList,
) -> None:
    transport = MemoryTransport()
    session = Client(transport=transport).track(ten_frames)
    async for _ in session:
        pass
    assert [request.start for request in transport.requests] == [True] + [False] * 10
    assert [request.end for request in transport.requests] == [False] * 10 + [True]
    assert transport.requests[-1].frame.left_jpeg is None
    assert transport.requests[-1].frame.right_jpeg is None
    assert transport.requests[-1].frame.frame_index == 10
    assert {request.correlation_id for request in transport.requests} == {session.correlation_id}


async def test_each_session_has_a_fresh_correlation_id(rig: Rig) -> None:
    transport = MemoryTransport()
    for _ in range(50):
        await collect_frames(Client(transport=transport).track(FrameList(make_frames(1), rig)))
    started = [request.correlation_id for request in transport.requests if request.start]
    assert len(set(started)) == 50
    assert all(0 < correlation_id <= 2**62 for correlation_id in started)


async def test_a_source_without_frames_sends_nothing_and_gives_nothing(rig: Rig) -> None:
    transport = MemoryTransport()
    assert [update async for update in Client(transport=transport).track(FrameList([], rig))] == []
    assert transport.requests == []


async def test_never_more_frames_are_in_flight_than_the_window_allows(rig: Rig) -> None:
    transport = MemoryTransport(delay_s=0.002)
    client = Client(transport=transport, window=3)
    assert len(await collect_frames(client.track(FrameList(make_frames(30), rig)))) == 30
    assert transport.most_in_flight == 3


async def test_a_consumer_that_stops_taking_updates_stops_the_source(rig: Rig) -> None:
    transport = MemoryTransport()
    async with aclosing(aiter(Client(transport=transport, window=2).track(FrameList(make_frames(30), rig)))) as updates:
        await anext(updates)
        await asyncio.sleep(0.05)
        # One was taken; two more may be on their way or wait to be taken.
        assert len(transport.requests) == 3


async def test_max_frames_ends_the_stream_with_end_after_so_many(ten_frames: FrameList) -> None:
    transport = MemoryTransport()
    updates = await collect_frames(Client(transport=transport).track(ten_frames, max_frames=4))
    assert len(updates) == 4
    assert [request.end for request in transport.requests] == [False] * 4 + [True]


async def test_stop_still_answers_the_frames_in_flight_and_sends_end(rig: Rig) -> None:
    transport = MemoryTransport(delay_s=0.002)
    session = Client(transport=transport).track(FrameList(make_frames(1000), rig))
    indices = []
    async for update in session:
        indices.append(update.frame_index)
        if update.frame_index == 5:
            session.stop()
    assert indices == list(range(len(indices)))
    assert 7 <= len(indices) <= 12
    assert transport.requests[-1].end
    assert len(transport.requests) == len(indices)


async def test_leaving_the_loop_early_sends_end_so_that_the_server_frees_its_state(rig: Rig) -> None:
    transport = MemoryTransport()
    async with aclosing(aiter(Client(transport=transport).track(FrameList(make_frames(100), rig)))) as updates:
        async for update in updates:
            if update.frame_index == 3:
                break
    assert transport.requests[-1].end


async def test_cancelling_the_task_sends_end_and_raises_cancelled(rig: Rig) -> None:
    transport = MemoryTransport(delay_s=0.002)

    async def track() -> None:
        async with aclosing(aiter(Client(transport=transport).track(FrameList(make_frames(10_000), rig)))) as updates:
            async for _ in updates:
                pass

    task = asyncio.create_task(track())
    while not transport.requests:
        await asyncio.sleep(0.002)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.requests[-1].end


async def test_a_refusal_belongs_to_the_frame_at_its_position(ten_frames: FrameList) -> None:
    def refuse_sixth(request: Request) -> Answer | Refusal:
        return Refusal("out of memory") if request.frame.frame_index == 6 else answer_well(request)

    transport = MemoryTransport(refuse_sixth)
    seen: list[int] = []
    with pytest.raises(StreamError, match=r"refused frame 6: out of memory"):
        await collect_indices(Client(transport=transport, reconnect=NEVER).track(ten_frames), seen)
    assert seen == [0, 1, 2, 3, 4, 5]
    assert transport.requests[-1].end


async def test_the_last_windows_come_although_a_frame_was_refused(ten_frames: FrameList) -> None:
    def refuse_seventh(request: Request) -> Answer | Refusal:
        return Refusal("out of memory") if request.frame.frame_index == 7 else solve_windows_of_four(request)

    updates = []
    with pytest.raises(StreamError, match="refused frame 7"):
        async for update in Client(transport=MemoryTransport(refuse_seventh), window=1, reconnect=NEVER).track(
            ten_frames
        ):
            updates.append(update)  # noqa: PERF401
    assert [update.frame_index for update in updates] == [0, 1, 2, 3, 4, 5, 6, 8]
    assert updates[-1].is_end
    assert updates[-1].windows is not None


async def test_of_several_refusals_the_first_is_told(ten_frames: FrameList) -> None:
    transport = MemoryTransport(lambda request: Refusal(f"no {request.frame.frame_index}"))
    with pytest.raises(StreamError, match="refused frame 0 at the START: no 0"):
        await collect_indices(Client(transport=transport).track(ten_frames), [])


async def test_a_refused_start_says_so(ten_frames: FrameList) -> None:
    transport = MemoryTransport(lambda _: Refusal("no free slot"))
    with pytest.raises(StreamError, match="refused frame 0 at the START: no free slot"):
        async for _ in Client(transport=transport).track(ten_frames):
            pass


async def test_an_answer_with_another_index_than_the_frame_at_its_position_ends_the_stream(
    ten_frames: FrameList,
) -> None:
    def swap(request: Request) -> Answer:
        return Answer(5 if request.frame.frame_index == 4 else request.frame.frame_index, FrameStatus.OK)

    with pytest.raises(StreamError, match="answer to frame 4 came with index 5"):
        async for _ in Client(transport=MemoryTransport(swap), reconnect=NEVER).track(ten_frames):
            pass


async def test_a_server_that_closes_the_stream_early_is_reported(ten_frames: FrameList) -> None:
    def close_at_three(request: Request) -> Answer | Refusal | None:
        return None if request.frame.frame_index == 3 else answer_well(request)

    with pytest.raises(StreamError, match="closed the stream"):
        async for _ in Client(transport=MemoryTransport(close_at_three), reconnect=NEVER).track(ten_frames):
            pass


async def test_a_silent_server_fails_after_the_timeout(ten_frames: FrameList) -> None:
    client = Client(transport=MemoryTransport(delay_s=60), answer_timeout_s=0.05)
    with pytest.raises(StreamError, match=r"no answer for 0\.05 s"):
        async for _ in client.track(ten_frames):
            pass


def test_frames_that_wait_for_those_before_them_are_not_late(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four in flight at 8 s each: the fourth is answered after 32 s, 8 s after the third."""

    async def track() -> list[int]:
        client = Client(transport=OneLine(lambda number: 8.0), window=4, answer_timeout_s=20.0, reconnect=NEVER)
        return [update.frame_index async for update in client.track(FrameList(make_frames(6), rig))]

    assert run_virtually(monkeypatch, track()) == [0, 1, 2, 3, 4, 5, 6]


def test_a_frame_whose_turn_it_is_is_late_however_many_were_answered(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def track() -> None:
        client = Client(
            transport=OneLine(lambda number: 30.0 if number == 3 else 8.0), answer_timeout_s=20.0, reconnect=NEVER
        )
        await collect_indices(client.track(FrameList(make_frames(6), rig)), seen)

    seen: list[int] = []
    with pytest.raises(StreamError, match="no answer for 20 s"):
        run_virtually(monkeypatch, track())
    assert seen == [0, 1, 2]


class PausingSource(FrameList):
    """Waits longer than the answer timeout between two frames."""

    async def __aiter__(self) -> Frames:
        for frame in self.frames:
            await asyncio.sleep(0.08)
            yield frame


async def test_a_camera_that_pauses_is_no_silent_server(rig: Rig) -> None:
    client = Client(transport=MemoryTransport(), answer_timeout_s=0.05)
    assert len(await collect_frames(client.track(PausingSource(make_frames(3), rig)))) == 3


class BreakingSource(FrameList):
    """Fails after its frames."""

    async def __aiter__(self) -> Frames:
        for frame in self.frames:
            yield frame
        raise SourceError("the cable was pulled")


@pytest.mark.parametrize("live", [False, True])
async def test_a_source_that_fails_is_raised_after_the_frames_before_it_and_end(rig: Rig, live: bool) -> None:
    transport = MemoryTransport()
    seen: list[int] = []
    session = Client(transport=transport).track(BreakingSource(make_frames(3), rig), live=live)
    with pytest.raises(SourceError, match="cable"):
        await collect_indices(session, seen)
    assert seen == [0, 1, 2]
    assert transport.requests[-1].end


async def test_live_latency_counts_from_the_scheduled_capture_and_otherwise_from_sending(rig: Rig) -> None:
    # 20 ms per answer and 10 ms between frames: what waits grows older than what was just sent.
    client = Client(transport=MemoryTransport(delay_s=0.02), window=1)
    updates = await collect_frames(client.track(FrameList(make_frames(12, fps=100.0), rig), live=True))
    for update in updates:
        assert update.timing.latency_ms(live=True) >= update.timing.latency_ms(live=False) >= 19.0


async def test_the_newest_frame_wins_and_every_other_one_is_counted_per_camera(rig: Rig) -> None:
    frames = [FramePair(index, index * 5_000_000, b"left", None) for index in range(40)]
    session = Client(transport=MemoryTransport(delay_s=0.03), window=1).track(FrameList(frames, rig), live=True)
    indices = [update.frame_index for update in await collect_frames(session)]
    assert indices == sorted(set(indices))
    assert session.drops.frames == session.drops.left == 40 - len(indices) > 20
    assert session.drops.right == 0
    assert indices[-1] == 39
