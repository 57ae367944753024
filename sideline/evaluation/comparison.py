"""Several ways to track one match side by side: their figures, and what each has more than the first. Knows no file."""

import json
from dataclasses import asdict, dataclass
from typing import Final

from sideline.evaluation.named_seconds import NamedSeconds
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
        name: The ensemble, or with "+resolver" what became of its tracks after the match.
        fps: Frame pairs answered a second, the server being on this machine.
        report: Its figures.
        named: Identity accuracy per player-second; None where the truth does not tell who is who.
    """

    name: str
    fps: float
    report: Report
    named: NamedSeconds | None = None

    def figure(self, name: str) -> float | None:
        """The figure NAME of its report; None where it cannot be said."""
        value: float | None = getattr(self.report, name)
        return value

    @property
    def record(self) -> dict[str, object]:
        """Everything that is known of it, for JSON."""
        named = None if self.named is None else asdict(self.named)
        return {"fps": round(self.fps, 2), **asdict(self.report), "named_seconds": named}


def tabulate(contenders: list[Contender]) -> list[tuple[str, ...]]:
    """Rows of a figure each: its name, then what each contender has; those after the first with their difference."""
    rows = [_row(name, [each.figure(name) for each in contenders]) for name in FIGURES]
    for part in ("right", "wrong"):
        shares = [None if each.named is None else getattr(each.named, part) for each in contenders]
        rows.append(_row(f"players' seconds, {part} name", shares))
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
    return json.dumps({"match": match, "contenders": {each.name: each.record for each in contenders}}, indent=2)
