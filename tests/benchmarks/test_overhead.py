"""The comparison's arithmetic, and the whole of it in its shortest form."""

from pathlib import Path

import pytest

from benchmarks import overhead
from benchmarks.frames import Film
from benchmarks.in_process import PathB
from benchmarks.record import read_records
from benchmarks.streaming import stream_film
from sideline.errors import BenchmarkError
from sideline.serving.local_server import LocalServer
from tests.client.videos import write_match
from tests.serving.marks import red_hall, rig_of


def test_ratios_are_taken_round_by_round_and_their_median_counts() -> None:
    speeds = {"served": [12.0, 9.0, 15.0], "plain_loop": [10.0, 10.0, 10.0], "litserve": [6.0, 9.0, 5.0]}
    figures = overhead.summarise(speeds, {"detr": 80.0, "crop_encoder": 20.0}, {"tritonserver": 4.0}, cores=2)
    assert figures["served_frames_per_s"] == 12.0
    assert figures["ideal_frames_per_s"] == 20.0  # two cores, 100 ms a frame
    assert figures["ratio_to_plain_loop"] == 1.2
    assert figures["ratio_to_litserve"] == 2.0  # of 2.0, 1.0 and 3.0
    assert figures["ratio_to_ideal"] == 0.6


def test_the_plain_loop_says_what_the_server_says(repository: Path, server: LocalServer) -> None:
    scene = red_hall()
    film = Film(tuple(scene.jpegs(index) for index in range(20)), rig_of(scene), 25.0, b"")
    served = stream_film(server.url, server.ensemble, film, 20).updates[0]
    with PathB(1, repository) as path:
        alone = [path.update(frame, film.calibration, b"") for frame in film.play(20)]
    for update, answer in zip(served[:-1], alone, strict=True):
        assert update.detections.track_ids.tolist() == answer.track_ids.tolist()
        assert update.detections.team_probabilities.tolist() == answer.team_probabilities.tolist()


def test_the_shortest_comparison_keeps_a_record_with_all_three_ratios(repository: Path, tmp_path: Path) -> None:
    match_dir = write_match(tmp_path / "match", 3)
    overhead.main(match_dir, frames=2, rounds=1, window=2, repository=repository, results=tmp_path / "results")
    (record,) = read_records("overhead", tmp_path / "results")
    for other in ("plain_loop", "ideal", "litserve"):
        ratio = record.figures[f"ratio_to_{other}"]
        assert isinstance(ratio, float)
        assert ratio > 0
    spent = record.figures["step_cpu_ms_per_frame"]
    assert isinstance(spent, dict)
    assert {"ingest_frames", "detr", "crop_encoder", "build_graph"} <= set(spent)


def test_a_frame_that_cannot_be_tracked_ends_the_comparison(repository: Path, tmp_path: Path) -> None:
    scene = red_hall()
    film = Film(((b"no JPEG", b"no JPEG"),), rig_of(scene), 25.0, b"")
    with PathB(1, repository) as path, pytest.raises(BenchmarkError, match="BAD_IMAGE"):
        overhead.run_plain_loop(path, film, 1)
