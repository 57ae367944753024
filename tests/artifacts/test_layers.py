"""What a change recomputes, counted; and parallel workers of both kinds."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sideline.artifacts.cache import ArtifactCache, Outcome
from sideline.artifacts.entries import read_entry
from sideline.artifacts.pipeline import Pipeline, precompute
from sideline.artifacts.workers import LocalWorkers
from sideline.errors import ArtifactError
from tests.artifacts.counting import Refs, counting_pipeline, make_matches, noted

Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Precompute two matches with the engines of these names; what was computed."""
    matches = make_matches(tmp_path / "matches", 2)
    log = tmp_path / "log"

    def precompute_with(refs: Refs, workers: int = 1) -> list[str]:
        log.unlink(missing_ok=True)
        list(precompute(matches, counting_pipeline(log, refs), tmp_path / "cache", LocalWorkers(workers)))
        return noted(log)

    return precompute_with


BOTH = ["frames:0", "frames:1", "tracks:0", "tracks:1"]
TRACKS = ["tracks:0", "tracks:1"]


def test_a_second_run_computes_nothing(run: Run) -> None:
    assert run(Refs()) == BOTH
    assert run(Refs()) == []


@pytest.mark.parametrize(
    ("changed", "computed"),
    [
        (Refs(detector="detector-2"), BOTH),
        (Refs(encoder="encoder-2"), BOTH),
        (Refs(tracker="tracker-2"), TRACKS),
    ],
)
def test_a_change_computes_its_own_layer_and_those_above(run: Run, changed: Refs, computed: list[str]) -> None:
    run(Refs())
    assert run(changed) == computed
    assert run(Refs()) == [], "the old ones are kept"


def test_another_video_is_another_match(run: Run, tmp_path: Path) -> None:
    run(Refs())
    (tmp_path / "matches" / "1" / "right.mp4").write_text("a new cut")
    assert run(Refs()) == ["frames:1", "tracks:1"]


def test_many_processes_compute_everything_once(tmp_path: Path) -> None:
    matches = make_matches(tmp_path / "matches", 3)
    pipeline = counting_pipeline(tmp_path / "log")
    done = list(precompute(matches * 3, pipeline, tmp_path / "cache", LocalWorkers(2)))
    assert len(done) == 9
    assert noted(tmp_path / "log") == ["frames:0", "frames:1", "frames:2", "tracks:0", "tracks:1", "tracks:2"]
    shift = int(done[0].match_dir.name)
    assert read_entry(done[0].tracks_path)["track_ids"].tolist() == [shift, shift + 1, shift + 2]


_ON_RAY = """
import sys
from pathlib import Path
from sideline.artifacts.pipeline import precompute
from sideline.artifacts.workers import RayWorkers
from tests.artifacts.counting import counting_pipeline, make_matches
folder = Path(sys.argv[1])
pipeline = counting_pipeline(folder / "log")
matches = sorted((folder / "matches").iterdir())
for done in precompute(matches, pipeline, folder / "cache", RayWorkers("local", 2)):
    print(done.match_dir.name, done.frames, done.tracks)
"""


def test_two_workers_of_a_ray_cluster_do_the_same_without_a_change_of_code(tmp_path: Path) -> None:
    make_matches(tmp_path / "matches", 4)
    command = [sys.executable, "-c", _ON_RAY, str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert sorted(result.stdout.splitlines()) == [f"{match} computed computed" for match in range(4)]
    assert len(noted(tmp_path / "log")) == 8
    processes = {line.split()[1] for line in (tmp_path / "log").read_text().splitlines()}
    assert 1 <= len(processes) <= 4
    again = list(
        precompute(
            sorted((tmp_path / "matches").iterdir()),
            counting_pipeline(tmp_path / "log"),
            tmp_path / "cache",
            LocalWorkers(1),
        )
    )
    assert {each.frames for each in again} == {Outcome.FOUND}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content.replace(b"artifact 1 ", b"artifact 0 ", 1),
        lambda content: content[:-1] + b"x",
    ],
)
def test_a_damaged_entry_and_one_of_another_version_are_computed_anew(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    (match,) = make_matches(tmp_path / "matches", 1)
    pipeline = counting_pipeline(tmp_path / "log")
    (first,) = precompute([match], pipeline, tmp_path / "cache", LocalWorkers())
    whole = first.frames_path.read_bytes()
    first.frames_path.write_bytes(spoil(whole))
    with pytest.raises(ArtifactError, match=r"no artifact|of format 0|damaged or was cut off"):
        read_entry(first.frames_path)
    (second,) = precompute([match], pipeline, tmp_path / "cache", LocalWorkers())
    assert (second.frames, second.tracks) == (Outcome.REPAIRED, Outcome.FOUND)
    assert read_entry(second.frames_path)["points"].tolist() == [0.0, 1.0, 2.0]


def test_what_fails_is_not_kept(tmp_path: Path) -> None:
    (match,) = make_matches(tmp_path / "matches", 1)
    pipeline = counting_pipeline(tmp_path / "log")
    failing = Pipeline("d", "e", "t", pipeline.compute_frames, lambda *_: 1 / 0)  # type: ignore[arg-type, return-value]
    with pytest.raises(ZeroDivisionError):
        list(precompute([match], failing, tmp_path / "cache", LocalWorkers()))
    frames, tracks = failing.keys_of(match)
    cache = ArtifactCache(tmp_path / "cache")
    assert (cache.path_of(frames).exists(), cache.path_of(tracks).exists()) == (True, False)
    assert not list((tmp_path / "cache").rglob("*.partial"))


def test_a_folder_that_is_no_match_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"cannot read .*left\.mp4"):
        list(precompute([tmp_path], counting_pipeline(tmp_path / "log"), tmp_path / "cache", LocalWorkers()))
