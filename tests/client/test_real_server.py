"""The client against a real Triton with tiny engines: the twins of the tests over the in-memory transport."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from client.frames import FramePair, Update
from client.messages import Answer, Refusal, Request
from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.settling import Settler
from client.sources.frame_list import FrameList
from client.stream import Client
from client.tracking import NEVER
from client.transport import TritonTransport
from sideline.errors import StreamError
from sideline.serving.local_server import LocalServer
from sideline.tensors import Category, FrameStatus
from tests.client.conftest import collect_frames, collect_indices
from tests.serving.marks import Scene, blue_hall, red_hall, rig_of, two_teams

FRAMES = 24
TWO_TEAMS = """
home = { shirt = "#ff0000", shorts = "#ff0000", players = [{ number = "10", name = "Rosso" }] }
away = { shirt = "#00ff00", shorts = "#00ff00", players = [{ number = "22", name = "Verdi" }] }
"""


def film(scene: Scene, frames: int = FRAMES) -> FrameList:
    pictures = [FramePair(index, index * 40_000_000, *scene.jpegs(index)) for index in range(frames)]
    return FrameList(pictures, rig_of(scene))


def essence(update: Update) -> tuple[int, FrameStatus, bytes, bytes, bytes]:
    return (
        update.frame_index,
        update.status,
        update.detections.foot_points_m.tobytes(),
        update.detections.scores.tobytes(),
        update.detections.micro_track_ids.tobytes(),
    )


async def track(url: str, source: FrameList, window: int = 4) -> list[Update]:
    return await collect_frames(Client(url, window=window).track(source))


async def test_every_frame_comes_back_in_order_with_the_players_where_they_are(server: LocalServer) -> None:
    scene = red_hall()
    updates = await track(server.url, film(scene))
    assert [update.frame_index for update in updates] == list(range(FRAMES))
    assert {update.status for update in updates} == {FrameStatus.OK}
    for index, update in enumerate(updates):
        distances_m = np.linalg.norm(update.detections.foot_points_m[None] - scene.places_m(index)[:, None], axis=2)
        assert distances_m.min(axis=1).max() < 0.5
    assert {tuple(sorted(update.detections.micro_track_ids.tolist())) for update in updates} == {(1, 2, 3, 4)}


async def test_the_last_update_answers_end(server: LocalServer) -> None:
    updates = [update async for update in Client(server.url).track(film(red_hall(), 4))]
    assert [update.is_end for update in updates] == [False] * 4 + [True]
    assert len(updates[-1].detections) == 0


async def test_every_detection_gets_a_final_track_and_the_sheet_names_teams_and_numbers(
    server: LocalServer,
) -> None:
    """The twin of the windows of ``solve_windows_of_four``: they come by END, since the stream is shorter than one."""
    settler = Settler()
    session = Client(server.url).track(film(two_teams()), match_sheet=TWO_TEAMS)
    frames = [frame async for update in session for frame in settler.take(update)]
    assert [frame.update.frame_index for frame in frames] == list(range(FRAMES))
    found = [(float(x), int(track)) for frame in frames for (x, _), track in
             zip(frame.update.detections.foot_points_m, frame.track_ids, strict=True)]  # fmt: skip
    (red,), (green,) = ({track for x, track in found if (x < 0) is left} for left in (True, False))
    assert len(found) == 2 * FRAMES
    said = {track: (verdict.category, verdict.jersey_number) for track, verdict in settler.last_word.verdicts.items()}
    assert said == {red: (Category.HOME, 10), green: (Category.AWAY, 22)}
    assert all(frame.teams_named for frame in frames)


async def test_the_run_folder_holds_what_the_windows_said(server: LocalServer, tmp_path: Path) -> None:
    options = RunOptions(overlay=False, match_sheet=TWO_TEAMS.encode())
    client, folder = Client(server.url), RunFolder(tmp_path, live=False)
    summary = await track_to_folder(client, film(two_teams()), folder, options, lambda _: None)
    assert (summary.tracks, summary.teams_named, summary.warnings) == (2, True, [])
    people = pq.read_table(tmp_path / "people.parquet").to_pylist()
    assert {(row["category"], row["jersey_number"], row["detections"]) for row in people} == {
        ("home", 10, FRAMES),
        ("away", 22, FRAMES),
    }
    rows = pq.read_table(tmp_path / "tracks.parquet").to_pylist()
    assert {row["camera"] for row in rows} <= {"left", "right"}
    assert all(len(row["box"]) == 4 for row in rows)


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
    good = [
        Request(frame, calibration, b"", 4_000_001, start=not index, end=False)
        for index, frame in enumerate(film(scene, 3).frames)
    ]
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
    updates = await collect_frames(session)
    assert [update.frame_index for update in updates] == list(range(8))
    assert session.drops.frames == 0


async def test_a_server_that_dies_under_a_stream_is_reported_after_what_it_answered(
    repository: Path,
) -> None:
    seen: list[int] = []
    own = LocalServer(repository, grpc_port=0, metrics_port=None)
    await asyncio.to_thread(own.start)
    try:
        session = Client(own.url, window=2, reconnect=NEVER).track(film(red_hall(), 500 // 10))
        with pytest.raises(StreamError, match=r"broke off .* start it again with `sideline serve`"):
            async for update in session:
                seen.append(update.frame_index)
                if update.frame_index == 3:
                    os.kill(own.pid, signal.SIGKILL)
    finally:
        await asyncio.to_thread(own.stop)
    assert seen[:4] == [0, 1, 2, 3]
    assert len(seen) < 50


async def test_a_server_that_is_killed_and_comes_back_costs_a_recording_no_frame(repository: Path) -> None:
    own = LocalServer(repository, grpc_port=0, metrics_port=None)
    await asyncio.to_thread(own.start)
    try:
        tracking = Client(own.url, window=2, answer_timeout_s=60.0).track(film(red_hall(), 30))
        updates: list[Update] = []
        async for update in tracking:
            updates.append(update)
            if update.frame_index == 8 and not tracking.breaks:
                os.kill(own.pid, signal.SIGKILL)
                await asyncio.to_thread(own.stop)
                await asyncio.to_thread(own.start)
    finally:
        await asyncio.to_thread(own.stop)
    frames = [update for update in updates if not update.is_end]
    assert [update.frame_index for update in frames] == list(range(30))
    assert len(tracking.breaks) == 1
    first = tracking.breaks[0].frame_index
    assert first is not None
    before, after = (
        {track for update in part for track in update.detections.micro_track_ids.tolist()}
        for part in (frames[:first], frames[first:])
    )
    assert (before, after) == ({1, 2, 3, 4}, {5, 6, 7, 8})
