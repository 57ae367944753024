"""Several ways to track one match side by side: their figures, and what each has more than the first."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from sideline.evaluation.report import Report

FIGURES: Final = (
    "hota_1m",
    "deta_1m",
    "assa_1m",
    "hota_5m",
    "idf1",
    "id_switches",
    "recall",
    "precision",
    "team_accuracy",
    "jersey_accuracy",
    "jersey_coverage",
    "gs_hota",
)
"""Of `Report`, those that are compared."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to track a match.

    Attributes:
        name: The ensemble.
        fps: Frame pairs answered a second, the server being on this machine.
        report: Its figures.
    """

    name: str
    fps: float
    report: Report

    def figure(self, name: str) -> float | None:
        """The figure NAME of its report; None where it cannot be said."""
        value: float | None = getattr(self.report, name)
        return value


def tabulate(contenders: list[Contender]) -> list[tuple[str, ...]]:
    """Rows of a figure each: its name, then what each contender has; those after the first with their difference."""
    rows = [_row(name, [each.figure(name) for each in contenders]) for name in FIGURES]
    return [*rows, ("frame pairs a second", *(f"{each.fps:.1f}" for each in contenders))]


def _row(name: str, values: list[float | None]) -> tuple[str, ...]:
    first = values[0]
    return (name, _write(first, None), *(_write(value, first) for value in values[1:]))


def _write(value: float | None, beside: float | None) -> str:
    if value is None:
        return "–"
    text = str(value) if isinstance(value, int) else f"{value:.3f}"
    if beside is None:
        return text
    return f"{text} ({value - beside:+d})" if isinstance(value, int) else f"{text} ({value - beside:+.3f})"


def to_json(match: str, contenders: list[Contender]) -> str:
    """One JSON object: the match, and the whole report of each contender by name."""
    rows: Mapping[str, object] = {each.name: {"fps": round(each.fps, 2), **asdict(each.report)} for each in contenders}
    return json.dumps({"match": match, "contenders": rows}, indent=2)
