import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from client.messages import Answer, Refusal, Request
from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.sources.frame_list import FrameList
from client.stream import Client
from client.tally import Tally
from client.tracking import NEVER
from sideline.arena.rig import Rig
from sideline.errors import ConfigError, MatchSheetError, SinkError, StreamError
from tests.client.conftest import make_frames
from tests.client.transports import MemoryTransport, answer_well, solve_windows_of_four
from tests.client.videos import SHEET

TABLES = {"tracks.jsonl", "tracks.parquet", "people.parquet", "tracks.mot.txt", "summary.json"}


def ignore(_: Tally) -> None:
    pass


def names(folder: RunFolder) -> set[str]:
    return {path.name for path in folder.list_files()}


async def test_a_run_writes_all_its_files(tmp_path: Path, ten_frames: FrameList) -> None:
    folder = RunFolder(tmp_path / "new" / "run", live=False)
    counts: list[int] = []
    summary = await track_to_folder(
        Client(transport=MemoryTransport()), ten_frames, folder, RunOptions(), lambda tally: counts.append(tally.frames)
    )
    assert names(folder) == TABLES | {"overlay.mp4", "contact_sheet.png"}
    assert counts == [*range(1, 11), 10]  # the last answer is END's
    assert summary.frames == json.loads(folder.summary.read_text())["frames"] == 10
    assert len((folder.path / "tracks.jsonl").read_text().splitlines()) == 10


async def test_the_last_windows_reach_the_files(tmp_path: Path, ten_frames: FrameList) -> None:
    folder = RunFolder(tmp_path, live=False)
    client = Client(transport=MemoryTransport(solve_windows_of_four))
    summary = await track_to_folder(client, ten_frames, folder, RunOptions(overlay=False), ignore)
    assert (summary.tracks, summary.micro_tracks) == (1, 1)
    assert pq.read_table(tmp_path / "tracks.parquet")["track_id"].to_pylist() == [1] * 10
    assert pq.read_table(tmp_path / "people.parquet")["detections"].to_pylist() == [10]
    assert {line.split(",")[1] for line in (tmp_path / "tracks.mot.txt").read_text().splitlines()} == {"1"}
    lines = [json.loads(line) for line in (tmp_path / "tracks.jsonl").read_text().splitlines()]
    assert [line["solved_windows"]["frame_index"] for line in lines if "solved_windows" in line] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
    ]


async def test_a_match_sheet_goes_to_the_server_and_its_warnings_into_the_summary(
    tmp_path: Path, ten_frames: FrameList
) -> None:
    transport = MemoryTransport()
    sheet = SHEET.replace("#f2f2f0", "#aa1923").replace('"#141418"', '"#aa1923"').encode()
    options = RunOptions(overlay=False, match_sheet=sheet)
    summary = await track_to_folder(
        Client(transport=transport), ten_frames, RunFolder(tmp_path, live=False), options, ignore
    )
    assert transport.requests[0].match_sheet == sheet
    assert len(summary.warnings) == 1
    assert "nearly the same" in summary.warnings[0]


async def test_a_match_sheet_that_cannot_be_used_makes_no_folder(tmp_path: Path, ten_frames: FrameList) -> None:
    folder = RunFolder(tmp_path / "run", live=False)
    with pytest.raises(MatchSheetError):
        await track_to_folder(
            Client(transport=MemoryTransport()), ten_frames, folder, RunOptions(match_sheet=b"= broken"), ignore
        )
    assert not folder.path.exists()


async def test_without_overlay_only_the_tables_are_written(tmp_path: Path, ten_frames: FrameList) -> None:
    folder = RunFolder(tmp_path, live=True)
    client = Client(transport=MemoryTransport())
    summary = await track_to_folder(client, ten_frames, folder, RunOptions(overlay=False, max_frames=3), ignore)
    assert names(folder) == TABLES
    assert summary.latency_ms.measured_from == "scheduled capture"
    assert summary.frames == 3


async def test_a_stream_that_breaks_leaves_what_was_answered_and_its_summary(tmp_path: Path, rig: Rig) -> None:
    def refuse_fifth(request: Request) -> Answer | Refusal:
        return Refusal("out of memory") if request.frame.frame_index == 5 else answer_well(request)

    folder = RunFolder(tmp_path, live=False)
    client = Client(transport=MemoryTransport(refuse_fifth), reconnect=NEVER)
    with pytest.raises(StreamError, match="frame 5"):
        await track_to_folder(client, FrameList(make_frames(9), rig), folder, RunOptions(overlay=False), ignore)
    assert len((tmp_path / "tracks.jsonl").read_text().splitlines()) == 5
    assert json.loads(folder.summary.read_text())["frames"] == 5


async def test_a_server_out_of_reach_leaves_an_earlier_run_alone(tmp_path: Path, ten_frames: FrameList) -> None:
    (tmp_path / "tracks.jsonl").write_text("an earlier run")
    client = Client("127.0.0.1:9")
    with pytest.raises(StreamError, match=r"no Triton answers at 127\.0\.0\.1:9 .*`sideline serve`"):
        await track_to_folder(client, ten_frames, RunFolder(tmp_path, live=False), RunOptions(), ignore)
    assert (tmp_path / "tracks.jsonl").read_text() == "an earlier run"
    assert [path.name for path in tmp_path.iterdir()] == ["tracks.jsonl"]


async def test_an_interrupt_ends_the_run_in_good_order(tmp_path: Path, rig: Rig) -> None:
    transport = MemoryTransport(delay_s=0.005)
    folder = RunFolder(tmp_path, live=False)
    endless = FrameList(make_frames(100_000), rig)
    running = asyncio.create_task(
        track_to_folder(Client(transport=transport), endless, folder, RunOptions(overlay=False), ignore)
    )
    await asyncio.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)
    summary = await asyncio.wait_for(running, 5)
    assert 0 < summary.frames < 100_000
    assert transport.requests[-1].end
    assert len((tmp_path / "tracks.jsonl").read_text().splitlines()) == summary.frames


async def test_traces_without_their_extra_or_without_a_collector_are_refused_before_a_file_is_made(
    tmp_path: Path, ten_frames: FrameList, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def track_traced(url: str) -> None:
        client = Client(transport=MemoryTransport())
        folder = RunFolder(tmp_path / "run", live=False)
        await track_to_folder(client, ten_frames, folder, RunOptions(overlay=False, trace_to=url), ignore)

    with pytest.raises(ConfigError, match="is no address of a collector"):
        await track_traced("collector:4318")
    monkeypatch.setitem(sys.modules, "client.sinks.traces", None)
    with pytest.raises(SinkError, match=r"pip install 'sideline\[trace\]'"):
        await track_traced("http://127.0.0.1:4318/v1/traces")
    assert not (tmp_path / "run" / "tracks.jsonl").exists()
