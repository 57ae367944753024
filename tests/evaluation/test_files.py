"""Folders that cannot be evaluated, and what the message tells the user to do."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sideline.errors import EvaluationError
from sideline.evaluation.report import evaluate_run
from tests.evaluation.scenes import stand, write_run, write_truth


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    run_dir, match_dir = tmp_path / "run", tmp_path / "match"
    write_truth(match_dir, stand(1, 0))
    write_run(run_dir, stand(1, 0), dict.fromkeys(range(10), "OK"))
    return run_dir, match_dir


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
