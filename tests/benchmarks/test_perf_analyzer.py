"""What perf_analyzer is given, and how its report is read; the tool itself is not installed with the tests."""

import base64
import json
from pathlib import Path

import pytest

from benchmarks import perf_analyzer
from sideline import tensors
from sideline.errors import BenchmarkError
from tests.client.videos import write_match


def test_the_data_file_holds_every_input_of_a_sequence_whose_indices_rise(tmp_path: Path) -> None:
    match_dir = write_match(tmp_path / "match", 2)
    perf_analyzer.main(None, tmp_path / "data.json", match_dir, frames=3, results=tmp_path)
    (sequence,) = json.loads((tmp_path / "data.json").read_text())["data"]
    assert [set(step) for step in sequence] == [{tensor.name for tensor in tensors.REQUEST}] * 3
    assert [step["frame_index"] for step in sequence] == [[0], [1], [2]]
    jpeg = base64.b64decode(sequence[1]["left_jpeg"]["b64"])
    assert jpeg.startswith(b"\xff\xd8")
    assert sequence[1]["left_jpeg"]["shape"] == [len(jpeg)]


def test_the_report_has_microseconds() -> None:
    row = {"Request Rate": "4", "p50 latency": "81250", "p90 latency": "90000", "p99 latency": "120500"}
    assert perf_analyzer.read_report(row) == {"p50_ms": 81.25, "p90_ms": 90.0, "p99_ms": 120.5}


def test_its_libraries_are_found_in_the_wheel_of_the_server(tmp_path: Path) -> None:
    folder = perf_analyzer.link_libraries(tmp_path / "libraries")
    assert {link.name for link in folder.iterdir()} == {"libb64.so.0d", "libcudart.so.12"}
    assert all(link.resolve().is_file() for link in folder.iterdir())


def test_without_the_program_it_is_said_how_to_give_it(tmp_path: Path) -> None:
    match_dir = write_match(tmp_path / "match", 2)
    with pytest.raises(BenchmarkError, match="give the program perf_analyzer with --binary"):
        perf_analyzer.main(None, None, match_dir, results=tmp_path)
