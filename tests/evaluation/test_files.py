"""Folders that cannot be evaluated, and what the message tells the user to do."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pytest import approx

from client.frames import Update
from client.run_folder import RunFolder
from sideline.errors import EvaluationError
from sideline.evaluation.report import evaluate_run
from sideline.tensors import Category, FrameStatus
from tests.client.updates import Person, end, make_update, solve
from tests.evaluation.scenes import stand, write_people, write_run, write_truth


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    run_dir, match_dir = tmp_path / "run", tmp_path / "match"
    write_truth(match_dir, stand(1, 0))
    write_run(run_dir, stand(1, 0), dict.fromkeys(range(10), "OK"))
    return run_dir, match_dir


def test_what_the_sinks_write_is_what_the_evaluation_reads(tmp_path: Path) -> None:
    """The twin of `write_run`: the same run through the client's sinks."""
    write_truth(tmp_path / "match", stand(1, 2.0, range(40)), people={1: ("away", "00")})
    folder = RunFolder(tmp_path / "run", live=False)
    folder.create()
    person = Person(1, 2.25)
    windows = solve([(frame, 1, 9) for frame in range(30)], [(9, Category.AWAY, 0)])
    updates = [make_update(frame, [person] if frame != 1 else []) for frame in range(39)]
    updates[1] = make_update(1, status=FrameStatus.NO_IMAGE)
    write(folder, [*updates, end(39, windows)])
    report = evaluate_run(folder.path, tmp_path / "match")
    assert (report.frames, report.answered_frames) == (40, 39)
    # The window told of frames 0-29: its track has 29 detections, the micro-track the other 9 too; the person has 39.
    assert (report.recall, report.precision) == approx((29 / 39, 1.0))
    assert report.foot_point_error_m.median == approx(0.25, abs=1e-3)
    assert (report.teams_named, report.team_accuracy) == (True, 1.0)
    assert (report.player_tracks, report.jersey_coverage, report.jersey_accuracy) == (1, 1.0, 1.0)
    assert report.idf1 == approx(2 * 29 / (39 + 29))
    assert report.micro is not None
    assert report.micro.idf1 == approx(2 * 38 / (39 + 38))


def write(folder: RunFolder, updates: list[Update]) -> None:
    for sink in (folder.journal_sink(None), folder.settling_sink(None)):
        sink.open()
        for update in updates:
            sink.write(update)
        sink.close()


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


@pytest.fixture
def tracked(tmp_path: Path) -> tuple[Path, Path]:
    """One home player in two micro-tracks and one track; a third micro-track that no window took."""
    run_dir, match_dir = tmp_path / "run", tmp_path / "match"
    write_truth(match_dir, stand(1, 0) + stand(2, 10), people={1: ("home", "4"), 2: ("referee", "")})
    rows = stand(1, 0, range(5)) + stand(2, 0, range(5, 10)) + stand(3, 10)
    write_run(run_dir, rows, dict.fromkeys(range(10), "OK"), {1: 8, 2: 8, 3: -1}, {8: ("home", 4)})
    return run_dir, match_dir


def test_a_detection_without_a_track_is_nobody(tracked: tuple[Path, Path]) -> None:
    report = evaluate_run(*tracked)
    assert (report.recall, report.precision, report.assa_1m) == approx((0.5, 1.0, 1.0))
    assert report.micro is not None
    assert report.micro.assa_1m == approx(0.75)  # ten detections at 1/2, ten at 1
    assert (report.team_accuracy, report.jersey_accuracy, report.jersey_coverage) == (1.0, 1.0, 1.0)


def test_a_loose_detection_counts_for_its_track_and_is_no_micro_track(tracked: tuple[Path, Path]) -> None:
    rows = stand(1, 0, range(9)) + stand(-1, 0, [9]) + stand(-2, 10)
    write_run(tracked[0], rows, dict.fromkeys(range(10), "OK"), {1: 8, -1: 8, -2: -1}, {8: ("home", 4)})
    report = evaluate_run(*tracked)
    assert (report.recall, report.precision, report.assa_1m) == approx((0.5, 1.0, 1.0))
    assert report.micro is not None
    assert report.micro.assa_1m == approx(0.9)  # nine of ten detections


@pytest.mark.parametrize(("home", "named"), [("home", True), ("A", False)])
def test_the_categories_names_tell_whether_the_teams_are_named(
    tracked: tuple[Path, Path], home: str, named: bool
) -> None:
    write_people(tracked[0], {8: (home, 4)})
    report = evaluate_run(*tracked)
    assert (report.teams_named, report.team_accuracy) == (named, 1.0)


def test_a_run_whose_windows_never_came_is_judged_by_its_micro_tracks(tracked: tuple[Path, Path]) -> None:
    rows = stand(1, 0) + stand(2, 10)
    write_run(tracked[0], rows, dict.fromkeys(range(10), "OK"), {1: -1, 2: -1})
    report = evaluate_run(*tracked)
    assert (report.micro, report.team_accuracy, report.gs_hota) == (None, None, None)
    assert report.assa_1m == approx(1.0)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ({1: ("goalkeeper", "1"), 2: ("home", "2")}, "category 'goalkeeper': known are home, away"),
        ({1: ("home", "x"), 2: ("home", "2")}, "number 'x'"),
        ({1: ("home", "123"), 2: ("home", "2")}, "number '123'"),
    ],
)
def test_a_truth_with_an_unusable_name_is_refused(
    tracked: tuple[Path, Path], people: dict[int, tuple[str, str]], message: str
) -> None:
    write_truth(tracked[1], stand(1, 0) + stand(2, 10), people=people)
    with pytest.raises(EvaluationError, match=message):
        evaluate_run(*tracked)


def test_tracks_without_people_parquet_are_refused_with_what_to_do(tracked: tuple[Path, Path]) -> None:
    remove(tracked[0] / "people.parquet")
    with pytest.raises(EvaluationError, match=r"people\.parquet.*RUN_DIR is the folder that `sideline track` wrote"):
        evaluate_run(*tracked)


def test_one_track_in_two_places_at_once_is_refused(tracked: tuple[Path, Path]) -> None:
    write_run(tracked[0], stand(1, 0) + stand(2, 10), dict.fromkeys(range(10), "OK"), {1: 8, 2: 8}, {8: ("home", 4)})
    with pytest.raises(EvaluationError, match="ID 8 stands twice in frame 0"):
        evaluate_run(*tracked)
