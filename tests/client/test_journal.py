import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from client.journal import find_end, read_journal
from client.journal_file import JournalFile
from client.renumbering import HighestIds
from client.run import RunOptions, track_to_folder
from client.run_folder import RunFolder
from client.sinks.jsonl import JsonlSink
from client.sources.continued import Continued
from client.sources.frame_list import FrameList
from client.stream import Client
from client.tally import Tally
from sideline.arena.rig import Rig
from sideline.errors import SinkError
from sideline.tensors import Category, FrameStatus
from tests.client.conftest import make_frames
from tests.client.transports import MemoryTransport, solve_windows_of_four
from tests.client.updates import Person, end, make_update, solve


def ignore(_: Tally) -> None:
    pass


def write_run(path: Path) -> None:
    """Frames 3 and 4 with two players; windows with frame 4, and one more with END."""
    people = [Person(11, 1.5, -2.25), Person(12, -14.0, 7.5, 6, Category.AWAY, 23, camera=1)]
    sink = JsonlSink(path, live=True)
    sink.open()
    sink.write(make_update(3, people))
    sink.write(make_update(4, people, status=FrameStatus.CAMERA_MISSING, message="left camera: no image",
                           windows=solve([(3, 11, 8)], [(8, Category.HOME, 4)])))  # fmt: skip
    sink.write(end(5, solve([(3, 12, 9), (4, 12, 9)], [(9, Category.REFEREE, -1)], revisions=[(9, 2), (7, -1)])))
    sink.close()


def test_a_journal_gives_back_what_was_written(tmp_path: Path) -> None:
    write_run(tmp_path / "tracks.jsonl")
    first, second = read_journal(tmp_path / "tracks.jsonl")
    assert (first.frame_index, first.captured_at_ns, first.status) == (3, 120_000_000, FrameStatus.OK)
    assert first.timing.latency_ms(live=True) == 40.0
    assert first.detections.foot_points_m.tolist() == [[1.5, -2.25], [-14.0, 7.5]]
    assert first.detections.track_ids.tolist() == [-1, 6]
    assert first.detections.jersey_numbers.tolist() == [-1, 23]
    assert first.detections.cameras.tolist() == [-1, 1]
    assert first.detections.boxes_px.tolist() == [[0, 0, 0, 0], [10, 20, 40, 100]]
    assert (second.status, second.message) == (FrameStatus.CAMERA_MISSING, "left camera: no image")
    assert second.windows is not None
    assert second.windows.frame_indices.tolist() == [3, 3, 4]
    assert second.windows.revisions.tolist() == [[9, 2], [7, -1]]
    assert second.windows.tracks.track_ids.tolist() == [8, 9]
    assert second.windows.tracks.jersey_numbers.tolist() == [4, -1]


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_last_line_that_was_cut_off_is_left_out(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "tracks.jsonl"
    write_run(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2])[:-cut])
    assert [update.frame_index for update in read_journal(path)] == [3]
    assert find_end(path).bytes == len(lines[0])


def test_the_end_of_a_journal_tells_frame_length_and_highest_ids(tmp_path: Path) -> None:
    path = tmp_path / "tracks.jsonl"
    write_run(path)
    found = find_end(path)
    assert (found.bytes, found.frames, found.frame_index) == (path.stat().st_size, 2, 4)
    assert found.ids == HighestIds(micro_track=12, track=9)


def test_a_run_that_never_began_ends_before_its_first_frame(tmp_path: Path) -> None:
    found = find_end(tmp_path / "tracks.jsonl")
    assert (found.bytes, found.frames, found.frame_index, found.ids) == (0, 0, -1, HighestIds())


@pytest.mark.parametrize("content", ["no json\n", '{"a": 1}\n', "[1]\n", '{"frame_index": 0}\n'])
def test_another_file_is_no_journal(tmp_path: Path, content: str) -> None:
    (tmp_path / "tracks.jsonl").write_text(content)
    with pytest.raises(SinkError, match=r"no journal of a run .*: give the folder of a run"):
        find_end(tmp_path / "tracks.jsonl")


async def track(folder: RunFolder, source: FrameList, **options: bool | int) -> None:
    client = Client(transport=MemoryTransport(solve_windows_of_four))
    await track_to_folder(client, source, folder, RunOptions(overlay=False, **options), ignore)  # type: ignore[arg-type]


async def test_a_resumed_run_has_every_frame_once_and_ids_of_its_own(tmp_path: Path, rig: Rig) -> None:
    folder = RunFolder(tmp_path, live=False)
    await track(folder, FrameList(make_frames(10), rig), max_frames=6)
    with folder.journal.open("a") as journal:
        journal.write('{"frame_index": 6, "capt')  # as a killed client leaves it
    await track(folder, FrameList(make_frames(10), rig), resume=True)
    lines = [json.loads(line) for line in folder.journal.read_text().splitlines()]
    frames = [line for line in lines if "frame_index" in line]
    assert [line["frame_index"] for line in frames] == list(range(10))
    assert [line["detections"][0]["micro_track_id"] for line in frames] == [7] * 6 + [14] * 4
    rows = pq.read_table(tmp_path / "tracks.parquet").to_pylist()
    assert [row["frame_index"] for row in rows] == list(range(10))
    # The transport solves 0–3 and, at END, 4 and 5; taken up at 6, it solves 4–7 with frame 9 and the rest at END.
    assert [row["track_id"] for row in rows] == [1] * 6 + [2] * 4
    assert "taken up after frame 5" in json.loads(folder.summary.read_text())["warnings"][0]


async def test_resuming_a_complete_run_leaves_its_tables_as_they_are(tmp_path: Path, ten_frames: FrameList) -> None:
    folder = RunFolder(tmp_path, live=False)
    await track(folder, ten_frames)
    tables = {path.name: path.read_bytes() for path in folder.list_files() if path.name != "summary.json"}
    await track(folder, ten_frames, resume=True)
    assert {path.name: path.read_bytes() for path in folder.list_files() if path.name != "summary.json"} == tables


async def test_a_live_source_is_numbered_on(rig: Rig) -> None:
    source = Continued(FrameList(make_frames(3), rig, is_live=True), after=41)
    assert [frame.frame_index async for frame in source] == [42, 43, 44]


async def test_tables_are_rebuilt_from_the_journal_as_they_were(tmp_path: Path, ten_frames: FrameList) -> None:
    folder = RunFolder(tmp_path, live=False)
    await track(folder, ten_frames)
    names = ("tracks.parquet", "people.parquet", "tracks.mot.txt")
    before = [(tmp_path / name).read_bytes() for name in names]
    for name in names:
        (tmp_path / name).unlink()
        (tmp_path / f"{name}.partial").write_bytes(b"what a killed client left")
    assert folder.rebuild_tables() == 10
    assert [(tmp_path / name).read_bytes() for name in names] == before
    assert not list(tmp_path.glob("*.partial"))


@contextmanager
def full_disk(free_bytes: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: of a write a part is done, then comes an error."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_lines_wait_in_memory_while_the_disk_is_full_and_none_is_lost(tmp_path: Path) -> None:
    path, lines = tmp_path / "tracks.jsonl", [str(number) * 1000 for number in range(20)]
    journal = JournalFile(path)
    with full_disk(free_bytes=5500):
        for line in lines:
            journal.append([line])
        assert path.read_text().splitlines() == lines[:5]
    journal.append(["the end"])
    journal.close()
    assert path.read_text().splitlines() == [*lines, "the end"]


def test_a_disk_that_stays_full_is_an_error_that_says_how_much_is_lost(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path / "tracks.jsonl", most_waiting_bytes=10)
    with full_disk(free_bytes=3):
        journal.append(["short"])
        with pytest.raises(SinkError, match=r"File too large\); 2 lines are lost, .* --resume"):
            journal.append(["longer"])
        with pytest.raises(SinkError, match="2 lines are lost"):
            journal.close()
    assert (tmp_path / "tracks.jsonl").read_bytes() == b""


async def test_a_run_on_a_disk_that_is_full_for_a_while_loses_no_answer_and_its_tables_can_be_rebuilt(
    tmp_path: Path, rig: Rig
) -> None:
    folder, seen = RunFolder(tmp_path, live=False), []
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill_the_disk(tally: Tally) -> None:
        seen.append(tally.frames)
        if tally.frames in (100, 1390):
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096 if tally.frames == 100 else soft, hard))

    client = Client(transport=MemoryTransport())
    source = FrameList(make_frames(1400), rig)
    summary = await track_to_folder(client, source, folder, RunOptions(overlay=False), fill_the_disk)
    assert [update.frame_index for update in read_journal(folder.journal)] == list(range(1400))
    assert any("`sideline recover`" in warning for warning in summary.warnings)
    folder.rebuild_tables()
    assert pq.read_table(tmp_path / "tracks.parquet").num_rows == 1400


def test_a_writer_that_is_killed_leaves_whole_lines_and_at_most_one_in_part(tmp_path: Path) -> None:
    path = tmp_path / "tracks.jsonl"
    code = (
        "import sys; from pathlib import Path; from client.journal_file import JournalFile\n"
        "journal, number = JournalFile(Path(sys.argv[1])), 0\n"
        "while True:\n    journal.append([f'{number}:' + 'x' * 50_000]); number += 1\n"
        "    if number == 20: print('go', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
    *whole, rest = path.read_bytes().split(b"\n")
    assert whole == [f"{number}:".encode() + b"x" * 50_000 for number in range(len(whole))]
    assert len(whole) >= 20
    assert (f"{len(whole)}:".encode() + b"x" * 50_000).startswith(rest)
