"""The cost of numbers, in its shortest form against a real server."""

from pathlib import Path

from benchmarks.metrics_cost import main
from benchmarks.record import read_records


def test_the_shortest_run_keeps_a_record_of_both_costs(tmp_path: Path) -> None:
    main(frames=100, values=100, results=tmp_path)
    (record,) = read_records("metrics_cost", tmp_path)
    assert record.figures["observe_frame_us_count"] == record.figures["publish_value_us_count"] == 100
    for figure in ("observe_frame_us", "publish_value_us"):
        p50, p99 = (record.figures[f"{figure}_{label}"] for label in ("p50", "p99"))
        assert isinstance(p50, float)
        assert isinstance(p99, float)
        assert 0 < p50 <= p99
