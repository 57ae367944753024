"""The pictures beside the records: distributions, latencies over time, curves. Knows matplotlib and no benchmark."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sideline.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot_latency(path: Path, times_s: Floats, latencies_ms: Floats, marks_ms: Mapping[str, float], title: str) -> None:
    """Write the distribution of latencies and the latencies over time beside each other.

    Args:
        path: The picture; its ending says which kind (.png, .svg).
        times_s, latencies_ms: (N,) when each frame was captured, and its latency.
        marks_ms: Lines to draw, by what they are, such as p99.
        title: What was measured.
    """
    figure, (left, right) = _make_figure(2)
    left.plot(np.sort(latencies_ms), (np.arange(len(latencies_ms)) + 1) / len(latencies_ms))
    left.set(xlabel="latency from scheduled capture, ms", ylabel="share of frames", ylim=(0, 1))
    right.plot(times_s, latencies_ms, ".", markersize=3)
    right.set(xlabel="captured after, s", ylabel="latency, ms", ylim=(0, None))
    for number, (name, value_ms) in enumerate(marks_ms.items()):
        colour = f"C{number + 1}"
        left.axvline(value_ms, color=colour, linewidth=1, label=f"{name} {value_ms:.0f} ms")
        right.axhline(value_ms, color=colour, linewidth=1)
    left.legend()
    _write(figure, path, title)


def plot_curves(
    path: Path, x: Sequence[float], curves: Mapping[str, Sequence[float]], x_label: str, title: str
) -> None:
    """Write one panel a curve, all over the same x.

    Args:
        path: The picture.
        x: (N,) rising.
        curves: (N,) values by the label of their axis.
        x_label: What x is, with its unit.
        title: What was measured.
    """
    figure, axes = _make_figure(len(curves))
    for panel, (label, values) in zip(axes, curves.items(), strict=True):
        panel.plot(x, values, "o-")
        panel.set(xlabel=x_label, ylabel=label, ylim=(0, None))
    _write(figure, path, title)


def _make_figure(panels: int) -> "tuple[Figure, list[Axes]]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5 * panels, 4), layout="constrained")
    return figure, list(figure.subplots(1, panels, squeeze=False)[0])


def _write(figure: "Figure", path: Path, title: str) -> None:
    figure.suptitle(title)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
