"""What a record holds, and that it comes back as it was kept."""

import json
from pathlib import Path

import pytest

from benchmarks.record import Record, keep_record, read_records
from sideline.errors import BenchmarkError


def a_record(p50_ms: float = 71.5) -> Record:
    return Record.now("latency", settings={"arenas": 2}, figures={"p50_ms": p50_ms})


def test_a_record_names_machine_versions_and_commit() -> None:
    record = a_record()
    assert record.machine["cores"]
    assert record.machine["cpu"]
    assert record.versions["numpy"].startswith("1.26")
    assert record.commit
    assert record.measured_at.endswith("+00:00")


def test_records_are_appended_and_come_back_as_they_were(tmp_path: Path) -> None:
    first, second = a_record(1.0), a_record(2.0)
    keep_record(first, tmp_path / "results")
    keep_record(second, tmp_path / "results")
    assert read_records("latency", tmp_path / "results") == [first, second]


def test_the_line_that_is_printed_is_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_record(a_record(), tmp_path)
    line = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(line)["figures"] == {"p50_ms": 71.5}


def test_a_benchmark_that_never_ran_has_no_records(tmp_path: Path) -> None:
    assert read_records("latency", tmp_path) == []


def test_a_line_that_is_no_record_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "latency.jsonl").write_text('{"benchmark": "latency"}\n')
    with pytest.raises(BenchmarkError, match=r"latency\.jsonl holds a line that is no record"):
        read_records("latency", tmp_path)


def test_a_folder_that_cannot_be_written_is_said_with_the_option_that_changes_it(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file in the way")
    with pytest.raises(BenchmarkError, match="give another folder with --results"):
        keep_record(a_record(), tmp_path / "results")
