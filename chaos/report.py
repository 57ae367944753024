"""The table of docs/reliability.md, from what the tries left in a results file."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from chaos.experiment import Outcome

BEGIN: Final = "<!-- table: python -m chaos report -->"
END: Final = "<!-- end of table -->"
_COLUMNS: Final = ("fault", "tries", "survived", "back after, s: median / worst", "lost", "dropped live")


def append_outcome(outcome: Outcome, path: Path) -> None:
    """Add a try to a results file, a JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(outcome)) + "\n")


def read_outcomes(path: Path) -> list[Outcome]:
    """All tries of a results file."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Outcome(**{**entry, "complaints": tuple(entry["complaints"])}) for entry in entries]


def tabulate(outcomes: Sequence[Outcome]) -> str:
    """A Markdown table, a row a fault in the order of their first tries."""
    faults = dict.fromkeys(outcome.fault for outcome in outcomes)
    rows = [_row(fault, [each for each in outcomes if each.fault == fault]) for fault in faults]
    lines = [f"| {' | '.join(_COLUMNS)} |", "|---" * len(_COLUMNS) + "|", *rows]
    return "".join(f"{line}\n" for line in lines)


def write_table(outcomes: Sequence[Outcome], page: Path) -> None:
    """Put the table between the marks of a page."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n{tabulate(outcomes)}{END}{after}", encoding="utf-8")


def _row(fault: str, tries: Sequence[Outcome]) -> str:
    survived = sum(each.is_survived for each in tries)
    times = sorted(each.recovered_s for each in tries if each.recovered_s is not None)
    recovery = f"{times[len(times) // 2]:.1f} / {times[-1]:.1f}" if times else "–"
    lost, dropped = sum(each.lost for each in tries), sum(each.dropped for each in tries)
    return f"| {fault} | {len(tries)} | {survived} | {recovery} | {lost} | {dropped} |"
