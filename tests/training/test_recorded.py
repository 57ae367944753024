"""Shards of recorded matches: the right pictures, the right places, only annotated frames."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sideline.arena.panorama import Panorama
from sideline.arena.rig import load_rig
from sideline.cli import app
from sideline.errors import TrainingError
from sideline.simulator.match import Match
from sideline.simulator.recording import record_match
from sideline.training.annotations import import_annotations
from sideline.training.crops import sample_group
from sideline.training.panoramas import open_shards
from sideline.training.recorded import choose_frames, fill_with_recorded, record_shard
from tests.training.matches import PLACES_M, place_m, write_csv, write_recorded


@pytest.fixture(scope="module")
def match(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_recorded(tmp_path_factory.mktemp("matches") / "recorded.v1")
    import_annotations(write_csv(folder, [0, 4, 8, 12, 13, 14]), folder)
    return folder


def test_a_shard_shows_the_annotated_frames(match: Path) -> None:
    shard = record_shard(match, 24, in_a_row=False)
    assert shard.truth.frame_index.tolist() == [0, 4, 8, 12, 13, 14]
    assert shard.images.shape == (6, 512, 1024, 3)
    brightness = [np.median(image[image.any(axis=2)]) for image in shard.images]  # frame k is grey of 20 + 8 k
    assert (np.array(brightness) - 20) / 8 == pytest.approx(shard.truth.frame_index, abs=0.6)


def test_people_stand_where_they_were_marked(match: Path) -> None:
    truth = record_shard(match, 24, in_a_row=False).truth
    panorama = Panorama.of(load_rig(match / "rig.toml"))
    for column, person in enumerate(PLACES_M):
        floor = panorama.floor_from_uv((truth.points_px[:, column] + 0.5) / [1024, 512])
        assert floor == pytest.approx(np.array([place_m(person, int(k)) for k in truth.frame_index]), abs=1e-3)
    assert truth.required.all()
    assert (truth.visibility == 1).all()
    assert truth.person_ids.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("frames", "in_a_row", "chosen"),
    [
        (3, False, [0, 8, 14]),
        (24, False, [0, 4, 8, 12, 13, 14]),
        (24, True, [12, 13, 14]),
        (2, True, [12, 13]),
    ],
)
def test_frames_are_spread_or_in_a_row(frames: int, in_a_row: bool, chosen: list[int]) -> None:
    assert choose_frames(np.array([0, 4, 8, 12, 13, 14]), frames, in_a_row=in_a_row).tolist() == chosen


def _write_truth(match: Path, folder: Path, **columns: list[float]) -> Path:
    folder.mkdir()
    for name in ("left.mp4", "right.mp4", "rig.toml"):
        (folder / name).symlink_to(match / name)
    pq.write_table(pa.table(columns), folder / "truth.parquet")
    return folder


def test_someone_absent_hidden_or_off_the_floor_is_not_required(match: Path, tmp_path: Path) -> None:
    other = _write_truth(
        match,
        tmp_path / "other",
        frame_index=[0, 0, 0, 1],
        person_id=[10, 20, 30, 10],
        x_m=[-3.0, 3.0, 1.0, -3.0],
        z_m=[0.0, 0.0, 8.7, 0.0],
        visibility=[1.0, 0.05, 1.0, 1.0],
    )
    truth = record_shard(other, 10, in_a_row=False).truth
    assert truth.required.tolist() == [[True, False, False], [True, False, False]]
    assert truth.ignored.tolist() == [[False, True, True], [False, False, False]]
    assert np.isfinite(truth.points_px).all()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"frame_index": [0], "person_id": [1], "x_m": [0.0]}, "lacks the columns z_m"),
        ({"frame_index": [0], "person_id": [1], "x_m": [float("nan")], "z_m": [0.0]}, "an empty x_m or z_m"),
        ({"frame_index": [900, 901], "person_id": [1, 1], "x_m": [0.0, 0.0], "z_m": [0.0, 0.0]}, "0 of the 2 frames"),
    ],
)
def test_truth_that_does_not_fit_is_refused(
    match: Path, tmp_path: Path, columns: dict[str, list[float]], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        record_shard(_write_truth(match, tmp_path / "other", **columns), 10, in_a_row=False)


def test_a_match_without_truth_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="import-annotations"):
        record_shard(write_recorded(tmp_path / "match"), 10, in_a_row=False)


def test_a_made_shard_is_kept_until_the_match_or_the_frames_change(match: Path, tmp_path: Path) -> None:
    fill_with_recorded(tmp_path, [match], 3, in_a_row=False)
    (made,) = tmp_path.glob("*.npz")
    written = made.stat().st_mtime_ns
    fill_with_recorded(tmp_path, [match], 3, in_a_row=False)
    assert made.stat().st_mtime_ns == written
    fill_with_recorded(tmp_path, [match], 2, in_a_row=False)
    (shard,) = open_shards(tmp_path)
    assert shard.truth.frame_index.tolist() == [0, 14]
    written = made.stat().st_mtime_ns
    os.utime(match / "truth.parquet", ns=(written + 10**9, written + 10**9))
    fill_with_recorded(tmp_path, [match], 2, in_a_row=False)
    assert made.stat().st_mtime_ns > written


def test_the_command_makes_shards_that_can_be_trained_on(match: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["train", "data", "--out", str(tmp_path), "--match", str(match), "--frames", "4"])
    assert result.exit_code == 0, result.output
    shards = list(open_shards(tmp_path))
    assert [len(shard.images) for shard in shards] == [4]
    first, second = sample_group(shards, np.random.default_rng(0), 2)
    assert first.required.any()
    assert set(first.labels) <= {0, 1, 2}
    assert second.image.shape == (256, 512, 3)


def test_a_recorded_simulation_gives_the_truth_of_the_simulated_shard(tmp_path: Path) -> None:
    folder = tmp_path / "simulated"
    record_match(Match.create(4, "oak_arena", 0.2, 10.0), folder)
    recorded = record_shard(folder, 2, in_a_row=True).truth
    match = Match.create(4, "oak_arena", 0.2, 10.0)
    assert len(match.people.persons) == recorded.required.shape[1]
    assert recorded.frame_index.tolist() == [0, 1]
    panorama = Panorama.of(match.rig)
    expected = panorama.uv_from_floor(match.motion.positions_m[0]) * [1024, 512] - 0.5
    inside = ((expected > 0) & (expected < [1023, 511])).all(1)
    assert recorded.points_px[0, inside] == pytest.approx(expected[inside], abs=1e-2)
    assert recorded.required[0].sum() >= 10
