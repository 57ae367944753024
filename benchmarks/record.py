"""The record of one benchmark run: what was measured on which machine, one JSON line.

    record = Record.now("latency", settings={"arenas": 1}, figures={"p50_ms": 71.2})
    keep_record(record, results)      # appends to results/latency.jsonl and prints the line, the run's last

Knows neither what is measured nor how; figures carry their unit in their name.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from benchmarks.machine import read_commit, read_machine, read_versions
from sideline.errors import BenchmarkError
from sideline.serving.installation import PROJECT_ROOT

RESULTS: Final = PROJECT_ROOT / "benchmarks" / "results"
"""Where records are kept unless told otherwise."""


class Record(BaseModel):
    """One run of one benchmark.

    Attributes:
        benchmark: Name of the module in benchmarks/.
        measured_at: When the run ended, UTC, ISO 8601.
        commit: The code, "+changes" when it was not committed.
        machine: As `benchmarks.machine.Machine`; whoever measures on a GPU adds it here.
        versions: Version by package.
        settings: What was asked for, enough to run it again.
        figures: What was measured; units stand in the names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    benchmark: str
    measured_at: str
    commit: str
    machine: Mapping[str, JsonValue]
    versions: Mapping[str, str]
    settings: Mapping[str, JsonValue]
    figures: Mapping[str, JsonValue]

    @classmethod
    def now(cls, benchmark: str, settings: Mapping[str, object], figures: Mapping[str, object]) -> "Record":
        """The record of a run that has just ended, on this machine; settings and figures are what JSON can hold."""
        return cls.model_validate(
            {
                "benchmark": benchmark,
                "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "commit": read_commit(),
                "machine": asdict(read_machine()),
                "versions": read_versions(),
                "settings": settings,
                "figures": figures,
            }
        )


def keep_record(record: Record, results: Path = RESULTS) -> None:
    """Append the record to `<results>/<benchmark>.jsonl` and print its line, which is to be the run's last.

    Raises:
        BenchmarkError: The file cannot be written.
    """
    line = record.model_dump_json()
    path = results / f"{record.benchmark}.jsonl"
    try:
        results.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as exc:
        raise BenchmarkError(f"cannot write {path} ({exc.strerror}): give another folder with --results") from exc
    print(line, flush=True)


def read_records(benchmark: str, results: Path = RESULTS) -> list[Record]:
    """All kept records of a benchmark, oldest first; none when there is no file.

    Raises:
        BenchmarkError: A line is no record.
    """
    path = results / f"{benchmark}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    try:
        return [Record.model_validate_json(line) for line in lines]
    except ValidationError as exc:
        raise BenchmarkError(f"{path} holds a line that is no record ({exc}): remove the line") from exc
