"""The layers of a simulated second, by tiny engines: what is in them, and what a changed engine computes anew."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from sideline.artifacts.cache import Outcome
from sideline.artifacts.entries import read_entry
from sideline.artifacts.pipeline import MatchArtifacts, precompute
from sideline.artifacts.repository_pipeline import make_pipeline
from sideline.artifacts.workers import LocalWorkers
from sideline.cli import app
from sideline.engines import engine_file
from sideline.errors import ArtifactError
from sideline.simulator.match import Match
from sideline.simulator.recording import record_match
from sideline.tensors import NO_TRACK


@pytest.fixture(scope="module")
def match_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("match") / "second"
    record_match(Match.create(5, "maple_hall", 1.0, 10.0), folder)
    return folder


@pytest.fixture
def own(repository: Path, tmp_path: Path) -> Path:
    """A repository whose engines may be changed."""
    return shutil.copytree(repository, tmp_path / "model_repository")


def run(match_dir: Path, repository: Path, cache: Path) -> MatchArtifacts:
    (done,) = precompute([match_dir], make_pipeline(repository, crop_stride=1), cache, LocalWorkers())
    return done


def test_layers_hold_every_detection_its_crop_and_its_track(match_dir: Path, own: Path, tmp_path: Path) -> None:
    done = run(match_dir, own, tmp_path / "cache")
    frames, tracks = read_entry(done.frames_path), read_entry(done.tracks_path)
    count = int(frames["detections"].sum())
    assert frames["frame_index"].tolist() == list(range(10))
    assert count > 10, "the tiny detector finds bright shirts and lines"
    assert (frames["foot_points_m"].shape, frames["scores"].shape) == ((count, 2), (count,))
    crops = len(frames["crop_rows"])
    assert 0 < crops <= count
    assert (frames["appearance"].shape, frames["jersey"].shape) == ((crops, 64), (crops, 133))
    assert (np.diff(frames["crop_rows"]) > 0).all()
    assert tracks["track_ids"].shape == (count,)
    assert (tracks["track_ids"] != NO_TRACK).any()
    moments = np.repeat(np.arange(10), frames["detections"])
    kept = tracks["track_ids"] != NO_TRACK
    pairs = set(zip(moments[kept].tolist(), tracks["track_ids"][kept].tolist(), strict=True))
    assert len(pairs) == int(kept.sum()), "nobody is twice in a frame"


def test_the_command_says_which_frame_level_it_kept_and_the_second_time_that_it_was_found(
    match_dir: Path, own: Path, tmp_path: Path
) -> None:
    command = ["precompute", str(match_dir), "--cache", str(tmp_path / "cache"), "--repository", str(own)]
    for outcome in ("computed", "found"):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        (kept,) = (tmp_path / "cache" / "frames").rglob("*.npz")
        assert f"{match_dir}: frames {outcome}, tracks {outcome}: {kept}" in result.stderr


def test_whoever_asks_is_told_after_every_frame(match_dir: Path, own: Path, tmp_path: Path) -> None:
    told: list[tuple[Path, int]] = []
    pipeline = make_pipeline(own, on_frame=lambda folder, frame: told.append((folder, frame)))
    list(precompute([match_dir], pipeline, tmp_path / "cache", LocalWorkers()))
    assert told == [(match_dir, frame) for frame in range(10)]


@pytest.mark.parametrize(
    ("engine", "frames", "tracks"),
    [
        ("jersey_classifier", Outcome.FOUND, Outcome.FOUND),
        ("graph_tracker", Outcome.FOUND, Outcome.COMPUTED),
        ("crop_encoder", Outcome.COMPUTED, Outcome.COMPUTED),
        ("heatmap_detector", Outcome.COMPUTED, Outcome.COMPUTED),
    ],
)
def test_a_changed_engine_computes_only_what_follows_from_it(
    match_dir: Path, own: Path, tmp_path: Path, engine: str, frames: Outcome, tracks: Outcome
) -> None:
    run(match_dir, own, tmp_path / "cache")
    path = engine_file(own, engine)
    # An empty metadata entry (field 14 of ModelProto) is another file and the same network.
    path.write_bytes(path.read_bytes() + b"\x72\x00")
    again = run(match_dir, own, tmp_path / "cache")
    assert (again.frames, again.tracks) == (frames, tracks)


def test_a_repository_without_an_engine_is_named(own: Path) -> None:
    engine_file(own, "crop_encoder").unlink()
    with pytest.raises(ArtifactError, match=r"crop_encoder/1/model\.onnx"):
        make_pipeline(own)
