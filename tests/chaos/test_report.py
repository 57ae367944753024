from pathlib import Path

from chaos.experiment import Outcome
from chaos.report import append_outcome, read_outcomes, write_table


def outcome(fault: str, recovered_s: float | None, complaints: tuple[str, ...] = ()) -> Outcome:
    return Outcome(fault, recovered_s, lost=1, dropped=2, restarts=0, memory_mb=900.0, usage={"memory": 1.0},
                   complaints=complaints, note="")  # fmt: skip


def test_the_table_counts_tries_and_gives_median_and_worst(tmp_path: Path) -> None:
    results, page = tmp_path / "results.jsonl", tmp_path / "page.md"
    for each in (outcome("kill", 3.0), outcome("kill", 9.0), outcome("kill", 4.0), outcome("fuzz", None, ("hung",))):
        append_outcome(each, results)
    page.write_text("before\n<!-- table: python -m chaos report -->\nold\n<!-- end of table -->\nafter\n")
    write_table(read_outcomes(results), page)
    assert page.read_text().splitlines() == [
        "before",
        "<!-- table: python -m chaos report -->",
        "| fault | tries | survived | back after, s: median / worst | lost | dropped live |",
        "|---|---|---|---|---|---|",
        "| kill | 3 | 3 | 4.0 / 9.0 | 3 | 6 |",
        "| fuzz | 1 | 0 | – | 1 | 2 |",
        "<!-- end of table -->",
        "after",
    ]
