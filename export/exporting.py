"""Engines from checkpoints into a repository: exported, compared, and put in place only when all of them passed."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.progress import track
from torch import nn

from export.engines import ENGINES, Engine
from export.onnx_file import export_onnx
from export.parity import ParityReport, measure_parity
from export.real_inputs import EngineInputs, real_inputs
from sideline.deployment.onnx_interface import check_interface
from sideline.errors import EngineError
from sideline.serving.installation import MODEL_REPOSITORY

LARGEST_LOSS_POINTS: Final = 0.5
"""Of HOTA at 1 m, in hundredths, that float16 may change."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the forms of an engine are compared on.

    Attributes:
        match_dir: Match folder with truth.
        frames: Frames of it; 0 for random inputs, and no task.
        inputs: Inputs of each engine, at most.
    """

    match_dir: Path
    frames: int
    inputs: int


@dataclass(frozen=True, slots=True)
class TaskChange:
    """HOTA at 1 m in [0, 1] of path B with all engines in float32, and with float16's roundings, over some frames."""

    full: float
    half: float
    frames: int

    @property
    def change_points(self) -> float:
        """What float16 changes, in hundredths."""
        return 100 * (self.half - self.full)


@dataclass(frozen=True, slots=True)
class Exported:
    """Parity by engine, and the change of the final figure; None where no match was tracked."""

    reports: tuple[ParityReport, ...]
    task: TaskChange | None


def export_engines(checkpoints: Mapping[str, Path], repository: Path, comparison: Comparison) -> Exported:
    """Export engines; the repository changes only when every one of them passed.

    Args:
        checkpoints: Checkpoint by engine.
        repository: Model repository to write into; path B's other engines come from it, or from the project's own.
        comparison: What to compare on.

    Raises:
        TrainingError: a checkpoint or network does not fit.
        EngineError: an engine differs too much from its network, float16 changes the tracks too much, or the repository
            cannot be written.
    """
    networks = {name: ENGINES[name].load(checkpoint) for name, checkpoint in checkpoints.items()}
    with ExitStack() as leftovers:
        candidates = {name: repository / name / "1" / "model.candidate.onnx" for name in networks}
        for name, network in networks.items():
            leftovers.callback(_remove_candidates, candidates[name].parent)
            _write(ENGINES[name], network, candidates[name])
        task, met = _measure_task(repository, candidates, comparison)
        reports = []
        for name in track(networks, description="comparing torch, float32 and float16"):
            inputs = real_inputs(ENGINES[name], comparison.inputs, met.inputs)
            reports.append(measure_parity(ENGINES[name], candidates[name], inputs, networks[name], met.calibration))
        exported = Exported(tuple(reports), task)
        check_exported(exported)
        for path in candidates.values():
            path.rename(path.with_name("model.onnx"))
    return exported


def compare_repository(names: Iterable[str], repository: Path, comparison: Comparison) -> Exported:
    """Compare what a repository holds with its float16 version; needs no checkpoint and writes nothing.

    Args:
        names: Engines to compare.
        repository: Model repository.
        comparison: What to compare on.

    Raises:
        EngineError: a file cannot be read or is another engine's, or float16 changes an engine or the tracks too much.
    """
    names = list(names)
    for name in names:
        check_interface(name, repository / name / "1" / "model.onnx")
    task, met = _measure_task(repository, {}, comparison)
    reports = []
    for name in track(names, description="comparing float32 and float16"):
        inputs = real_inputs(ENGINES[name], comparison.inputs, met.inputs)
        path = repository / name / "1" / "model.onnx"
        reports.append(measure_parity(ENGINES[name], path, inputs, calibration=met.calibration))
    exported = Exported(tuple(reports), task)
    check_exported(exported)
    return exported


def check_exported(exported: Exported) -> None:
    """Refuse engines that say something else than their networks.

    Raises:
        EngineError: the first that does.
    """
    for report in exported.reports:
        report.check()
    if exported.task is not None and abs(exported.task.change_points) > LARGEST_LOSS_POINTS:
        raise EngineError(
            f"float16 changes hota_1m by {exported.task.change_points:+.2f} points, more than {LARGEST_LOSS_POINTS}: "
            "do not serve these engines in float16; look into the parity of each"
        )


@dataclass(frozen=True, slots=True)
class _Met:
    """What the engines were given in a match, and its rig file; nothing where no match was tracked."""

    inputs: EngineInputs = field(default_factory=dict)
    calibration: bytes | None = None


def _measure_task(
    repository: Path, candidates: Mapping[str, Path], comparison: Comparison
) -> tuple[TaskChange | None, _Met]:
    if not comparison.frames:
        return None, _Met()
    from export.task import candidate_repository, run_task

    base = (
        repository if all((repository / name / "1" / "model.onnx").is_file() for name in ENGINES) else MODEL_REPOSITORY
    )
    for name in ENGINES.keys() - candidates.keys():
        check_interface(name, base / name / "1" / "model.onnx")
    match_dir, frames = comparison.match_dir, comparison.frames
    with candidate_repository(base, candidates) as engines:
        full = run_task(engines, match_dir, frames, comparison.inputs)
    with candidate_repository(base, candidates, half=True) as engines:
        half = run_task(engines, match_dir, frames)
    return TaskChange(full.hota_1m, half.hota_1m, frames), _Met(full.inputs, full.calibration)


def _write(engine: Engine, network: nn.Module, path: Path) -> None:
    try:
        export_onnx(engine, network, path)
    except OSError as exc:
        raise EngineError(
            f"{path.parent} cannot be written ({exc.strerror}): make space there and give it to this user, or name "
            "another folder with --repository"
        ) from exc


def _remove_candidates(folder: Path) -> None:
    for leftover in folder.glob("model.candidate*"):
        leftover.unlink()
