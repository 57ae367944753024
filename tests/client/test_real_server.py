"""The client against a real Triton with tiny engines: the twins of the tests over the in-memory transport."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from client.frames import FramePair, Update
from client.messages import Answer, Refusal, Request
from client.sources.frame_list import FrameList
from client.stream import Client
from client.transport import TritonTransport
from sideline.errors import StreamError
from sideline.serving.local_server import LocalServer
from sideline.tensors import FrameStatus
from tests.client.conftest import collect_indices
from tests.serving.marks import Scene, blue_hall, red_hall, rig_of

FRAMES = 24


def film(scene: Scene, frames: int = FRAMES) -> FrameList:
    pictures = [FramePair(index, index * 40_000_000, *scene.jpegs(index)) for index in range(frames)]
    return FrameList(pictures, rig_of(scene))


def essence(update: Update) -> tuple[int, FrameStatus, bytes, bytes, bytes]:
    return (
        update.frame_index,
        update.status,
        update.foot_points_m.tobytes(),
        update.scores.tobytes(),
        update.micro_track_ids.tobytes(),
    )


async def track(url: str, source: FrameList, window: int = 4) -> list[Update]:
    return [update async for update in Client(url, window=window).track(source)]


async def test_every_frame_comes_back_in_order_with_the_players_where_they_are(server: LocalServer) -> None:
    scene = red_hall()
    updates = await track(server.url, film(scene))
    assert [update.frame_index for update in updates] == list(range(FRAMES))
    assert {update.status for update in updates} == {FrameStatus.OK}
    for index, update in enumerate(updates):
        distances_m = np.linalg.norm(update.foot_points_m[None] - scene.places_m(index)[:, None], axis=2)
        assert distances_m.min(axis=1).max() < 0.5
    assert {tuple(sorted(update.micro_track_ids.tolist())) for update in updates} == {(1, 2, 3, 4)}


async def test_the_window_changes_nothing_but_time(server: LocalServer) -> None:
    one, eight = [await track(server.url, film(red_hall()), window) for window in (1, 8)]
    assert [essence(update) for update in one] == [essence(update) for update in eight]


async def test_two_arenas_at_once_give_what_each_gives_alone(server: LocalServer) -> None:
    scenes: list[Callable[[], Scene]] = [red_hall, blue_hall]
    alone = [await track(server.url, film(scene()), 8) for scene in scenes]
    together = await asyncio.gather(*(track(server.url, film(scene()), 8) for scene in scenes))
    for single, shared in zip(alone, together, strict=True):
        assert [essence(update) for update in single] == [essence(update) for update in shared]


async def test_a_bad_frame_is_an_answer_and_the_stream_lives_on(server: LocalServer) -> None:
    frames = list(film(red_hall(), 8).frames)
    frames[2] = replace(frames[2], left_jpeg=None)
    frames[4] = replace(frames[4], right_jpeg=b"this is no JPEG")
    frames[6] = replace(frames[6], left_jpeg=None, right_jpeg=None)
    updates = await track(server.url, FrameList(frames, rig_of(red_hall())))
    statuses = {update.frame_index: update.status for update in updates if update.status is not FrameStatus.OK}
    assert statuses == {2: FrameStatus.CAMERA_MISSING, 4: FrameStatus.BAD_IMAGE, 6: FrameStatus.NO_IMAGE}
    assert all(updates[index].message for index in statuses)


async def test_a_refusal_stands_at_the_position_of_its_request(server: LocalServer) -> None:
    scene = red_hall()
    calibration = rig_of(scene).to_toml().encode()
    good = [Request(frame, calibration, 4_000_001, start=not index, end=False) for index, frame in
            enumerate(film(scene, 3).frames)]  # fmt: skip
    never_started = replace(good[1], correlation_id=4_000_002)

    async def requests() -> AsyncIterator[Request]:
        for request in (good[0], never_started, good[1], replace(good[2], end=True)):
            yield request

    exchange = TritonTransport(server.url, "path_b").exchange(requests())
    answers = [answer async for answer in exchange]
    assert [type(answer) for answer in answers] == [Answer, Refusal, Answer, Answer]
    assert isinstance(answers[1], Refusal)
    assert "START" in answers[1].message


async def test_leaving_the_loop_early_frees_the_server_for_the_next_session(server: LocalServer) -> None:
    client = Client(server.url)
    for _ in range(12):
        async with aclosing(aiter(client.track(film(red_hall(), 6)))) as updates:
            await anext(updates)
    assert len(await track(server.url, film(red_hall(), 6))) == 6


async def test_an_unknown_model_is_named(server: LocalServer) -> None:
    with pytest.raises(StreamError, match="has no model 'path_z' that is ready"):
        await collect_indices(Client(server.url, model="path_z").track(film(red_hall(), 1)), [])


async def test_live_and_unhurried_nothing_is_dropped(server: LocalServer) -> None:
    frames = [replace(frame, captured_at_ns=frame.frame_index * 200_000_000) for frame in film(red_hall(), 8).frames]
    session = Client(server.url).track(FrameList(frames, rig_of(red_hall())), live=True)
    updates = [update async for update in session]
    assert [update.frame_index for update in updates] == list(range(8))
    assert session.drops.frames == 0


async def test_a_server_that_dies_under_a_stream_is_reported_after_what_it_answered(
    repository: Path,
) -> None:
    seen: list[int] = []
    own = LocalServer(repository, grpc_port=0, metrics_port=None)
    await asyncio.to_thread(own.start)
    try:
        session = Client(own.url, window=2).track(film(red_hall(), 500 // 10))
        with pytest.raises(StreamError, match=r"broke off .* start it again with `sideline serve`"):
            async for update in session:
                seen.append(update.frame_index)
                if update.frame_index == 3:
                    os.kill(own.pid, signal.SIGKILL)
    finally:
        await asyncio.to_thread(own.stop)
    assert seen[:4] == [0, 1, 2, 3]
    assert len(seen) < 50
