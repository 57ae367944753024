"""Folders that cannot be evaluated, and what the message tells the user to do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from client.frames import FramePair, Timing, Update
from client.sinks.jsonl import JsonlSink
from client.sinks.parquet import ParquetSink
from sideline.errors import EvaluationError
from sideline.evaluation.report import evaluate_run
from sideline.tensors import FrameStatus
from tests.evaluation.scenes import stand, write_run, write_truth


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    run_dir, match_dir = tmp_path / "run", tmp_path / "match"
    write_truth(match_dir, stand(1, 0))
    write_run(run_dir, stand(1, 0), dict.fromkeys(range(10), "OK"))
    return run_dir, match_dir


def test_what_the_sinks_write_is_what_the_evaluation_reads(tmp_path: Path) -> None:
    """The twin of `write_run`: the same run through the client's sinks."""
    write_truth(tmp_path / "match", stand(1, 2.0, range(4)))
    (tmp_path / "run").mkdir()
    sinks = [JsonlSink(tmp_path / "run" / "tracks.jsonl", live=False), ParquetSink(tmp_path / "run" / "tracks.parquet")]
    answers = [(0, "OK", 1), (1, "NO_IMAGE", 0), (3, "CAMERA_MISSING", 1), (4, "END_OF_STREAM", 0)]
    for sink in sinks:
        sink.open()
        for frame_index, status, count in answers:
            sink.write(make_update(frame_index, FrameStatus[status], count))
        sink.close()
    report = evaluate_run(tmp_path / "run", tmp_path / "match")
    assert (report.frames, report.answered_frames) == (4, 3)
    assert (report.recall, report.precision) == pytest.approx((2 / 3, 1.0))
    assert report.foot_point_error_m.median == pytest.approx(0.25, abs=1e-3)


def make_update(frame_index: int, status: FrameStatus, count: int) -> Update:
    places = np.full((count, 2), (2.25, 0.0), np.float32)
    return Update(
        frame=FramePair(frame_index, 0, None, None),
        status=status,
        message="",
        foot_points_m=places,
        foot_points_uv=places * 0,
        scores=np.full(count, 0.9, np.float32),
        micro_track_ids=np.arange(1, count + 1),
        timing=Timing(0, 0, 0),
    )


def remove(path: Path) -> None:
    path.unlink()


def spoil(path: Path) -> None:
    path.write_bytes(b"\xff\xfe spoilt")


def drop_columns(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["x_m", "z_m"]), path)


def write_everybody_twice(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(pa.concat_tables([table, table]), path)


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("match/truth.parquet", remove, "MATCH_DIR is the folder that `sideline simulate` wrote"),
        ("match/truth.parquet", spoil, "cannot read .*truth.parquet"),
        ("match/truth.parquet", drop_columns, "lacks the columns x_m, z_m: write it again with `sideline simulate`"),
        ("match/truth.parquet", write_everybody_twice, "ID 1 stands twice in frame 0"),
        ("run/tracks.parquet", remove, "RUN_DIR is the folder that `sideline track` wrote"),
        ("run/tracks.parquet", spoil, "cannot read .*tracks.parquet"),
        ("run/tracks.parquet", drop_columns, "lacks the columns x_m, z_m: write it again with `sideline track`"),
        ("run/tracks.parquet", write_everybody_twice, "ID 1 stands twice in frame 0"),
        ("run/tracks.jsonl", remove, "RUN_DIR is the folder that `sideline track` wrote"),
        ("run/tracks.jsonl", spoil, "cannot read .*tracks.jsonl"),
    ],
)
def test_a_damaged_folder_is_refused_with_what_to_do(
    folders: tuple[Path, Path], name: str, damage: Callable[[Path], None], message: str
) -> None:
    damage(folders[0].parent / name)
    with pytest.raises(EvaluationError, match=message):
        evaluate_run(*folders)


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "3", '{"frame_index": 1}', '{"frame_index": 1, "status": "FINE"}', '{"status": "OK"}']
)
def test_a_line_that_is_no_answer_is_named(folders: tuple[Path, Path], line: str) -> None:
    path = folders[0] / "tracks.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"tracks\.jsonl, line 11: not an answer"):
        evaluate_run(*folders)


def test_a_match_without_players_is_refused(folders: tuple[Path, Path]) -> None:
    write_truth(folders[1], [], stand(1, 0))
    with pytest.raises(EvaluationError, match="has nobody on the floor"):
        evaluate_run(*folders)
