"""Each benchmark runs in its shortest form, on a real server with tiny engines, and keeps a record."""

import shutil
from pathlib import Path

import pytest

from benchmarks import capacity, latency, profiles, scaling, steps
from benchmarks.record import Record, read_records
from tests.client.videos import write_match
from tests.serving.tiny_engines import write_tiny_int8


@pytest.fixture
def match_dir(tmp_path: Path) -> Path:
    return write_match(tmp_path / "match", 4)


@pytest.fixture
def own_int8(repository: Path, tmp_path: Path) -> Path:
    """A repository whose detector has an int8 file."""
    own = shutil.copytree(repository, tmp_path / "model_repository")
    write_tiny_int8(own, "detr")
    return own


def the_record(benchmark: str, results: Path) -> Record:
    (record,) = read_records(benchmark, results)
    return record


def test_latency_of_two_arenas(repository: Path, match_dir: Path, tmp_path: Path) -> None:
    latency.main(match_dir, 2, 10.0, 1.0, 0.2, 4, 0.0, 200.0, repository, tmp_path)
    figures = the_record("latency", tmp_path).figures
    assert isinstance(figures["cameras"], list)
    assert [camera["frames"] for camera in figures["cameras"] if isinstance(camera, dict)] == [8, 8]
    assert isinstance(figures["steps"], dict)
    assert {"path_b", "ingest_frames", "detr", "build_graph"} <= set(figures["steps"])
    assert (tmp_path / "latency_2x10fps.png").stat().st_size > 10_000


def test_capacity_up_to_two_arenas(repository: Path, match_dir: Path, tmp_path: Path) -> None:
    capacity.main(match_dir, 2.0, capacity.Vary.ARENAS, 2, 1.0, 0.0, repository, tmp_path)
    figures = the_record("capacity", tmp_path).figures
    assert figures["most_arenas"] in (0, 1, 2)
    assert isinstance(figures["probes"], list)
    assert (tmp_path / "capacity_arenas_2fps.png").is_file()


def test_steps_and_engines_against_their_bounds(repository: Path, match_dir: Path, tmp_path: Path) -> None:
    steps.main(match_dir, 3, 1, repository, tmp_path)
    figures = the_record("steps", tmp_path).figures
    assert isinstance(figures["engines"], dict)
    assert {"detr", "crop_encoder"} <= set(figures["engines"])
    assert isinstance(figures["steps"], dict)
    assert {"ingest_frames", "build_graph"} <= set(figures["steps"])


def test_the_cost_of_a_frame_in_two_profiles(own_int8: Path, match_dir: Path, tmp_path: Path) -> None:
    profiles.main(match_dir, None, 3, 1, own_int8, tmp_path)
    costs = the_record("profiles", tmp_path).figures["cpu_ms_per_frame"]
    assert isinstance(costs, dict)
    for cost in costs.values():
        assert {"detr", "ingest_frames", "tritonserver", "total"} <= set(cost)
    assert set(costs) == {"cpu", "int8"}


def test_scaling_along_every_axis(repository: Path, match_dir: Path, tmp_path: Path) -> None:
    scaling.main(None, match_dir, 4, 8, 0.01, repository, tmp_path)
    figures = the_record("scaling", tmp_path).figures
    assert set(figures) == {"players", "arenas", "windows", "length"}
    length = figures["length"]
    assert isinstance(length, dict)
    assert isinstance(length["readings"], list)
    assert len(length["readings"]) == 10
