"""A model repository for one profile, laid out in a folder: configurations, steps, engines or plans.

Knows files; what a configuration says comes from `ensemble_configs`. A folder is exchanged when the new one is whole.
"""

import shutil
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from ensemble_configs.render import config_text, render_repository
from ensemble_configs.schema import ENSEMBLES, Engine, Profile, read_ensemble, read_models, read_profile
from sideline.deployment.files import INT8_FILE, PlanName, find_plan
from sideline.deployment.int8_file import find_int8
from sideline.deployment.onnx_interface import check_interface
from sideline.deployment.tensorrt import builder_name, gpu_name, load_tensorrt
from sideline.errors import ConfigError

Place: TypeAlias = Callable[[Path, Path], object]
"""Puts a file at a path: a copy or a link."""
PLANS_FOLDER: Final = "plans"
"""Beside the model repository, unless told."""
_CODE: Final = "*.py"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where models are taken from.

    Attributes:
        repository: Model repository with steps and ONNX files.
        plans: Folder of the plans, for the profile tensorrt.
        gpu: What the plans were built for where the GPU is not here, e.g. "sm89"; None for this machine's.
    """

    repository: Path
    plans: Path
    gpu: str | None = None


def write_repository(profile: str, sources: Sources, out: Path) -> list[str]:
    """Write a complete repository of copies; an earlier rendering in the folder is replaced at once, or not at all.

    Args:
        profile: One of `PROFILES`.
        sources: Where models are taken from.
        out: Folder to write.

    Returns:
        Names of the models.

    Raises:
        ConfigError: there is no such profile, or the folder holds something else or cannot be written.
        EngineError: an engine is missing, damaged, another one than its name says, or its plan or int8 file is stale.
    """
    if out.exists() and not any(out.glob("*/config.pbtxt")) and not _is_empty(out):
        raise ConfigError(f"{out} holds something else than a model repository: name another folder with --out")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as beside:
            whole = Path(beside) / "new"
            names = lay_out(profile, sources, whole, shutil.copyfile)
            if out.exists():
                out.rename(Path(beside) / "old")
            whole.rename(out)
    except OSError as exc:
        raise ConfigError(f"{out} cannot be written ({exc.strerror}): make space, or name another with --out") from exc
    return names


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def lay_out(
    profile: str, sources: Sources, folder: Path, place: Place, models: Collection[str] | None = None
) -> list[str]:
    """Lay models out in a folder that does not exist.

    Args:
        profile: As in `write_repository`.
        sources: As in `write_repository`.
        folder: The folder.
        place: How files are put there.
        models: Names of those that are wanted; None for all.

    Returns:
        Names of the models.

    Raises:
        ConfigError, EngineError: as `write_repository`.
    """
    deployed, catalogue = read_profile(profile), read_models()
    configs = render_repository(deployed, catalogue, map(read_ensemble, ENSEMBLES))
    names = [name for name in configs if models is None or name in models]
    for name in names:
        version = folder / name / "1"
        version.mkdir(parents=True)
        model = catalogue.models.get(name)
        if isinstance(model, Engine):
            file = _find_engine(name, deployed, sources)
            configs[name].default_model_filename = file.name
            place(file, version / file.name)
        elif model is not None:
            _place_code(sources.repository / name / "1", version, place)
        (folder / name / "config.pbtxt").write_text(config_text(configs[name], profile), encoding="utf-8")
    return names


def link(source: Path, target: Path) -> None:
    """Put a file there as a link, for a repository that goes before its sources do."""
    target.symlink_to(source.resolve())


def _place_code(source: Path, version: Path, place: Place) -> None:
    files = sorted(source.glob(_CODE))
    if not files:
        raise ConfigError(f"{source} holds no step: name the model repository with --repository")
    for file in files:
        place(file, version / file.name)


def _find_engine(name: str, profile: Profile, sources: Sources) -> Path:
    onnx_path = onnx_file(name, sources)
    check_interface(name, onnx_path)
    if profile.engines.backend == "tensorrt":
        return find_plan(sources.plans, wanted_plan(name, sources))
    return find_int8(name, onnx_path) if profile.file_of(name) == INT8_FILE else onnx_path


def onnx_file(name: str, sources: Sources) -> Path:
    """The ONNX file of an engine."""
    return sources.repository / name / "1" / "model.onnx"


def wanted_plan(name: str, sources: Sources) -> PlanName:
    """What the plan of an engine has to be named here.

    Raises:
        EngineError: the ONNX file cannot be read, no TensorRT is installed, or no GPU is here and none is named.
    """
    return PlanName.of(name, sources.gpu or gpu_name(), builder_name(load_tensorrt()), onnx_file(name, sources))
