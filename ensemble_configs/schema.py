"""What the TOML files may say: frozen models that refuse unknown keys, each error naming the file and the key.

Knows names and numbers only; whether an ensemble's wiring is sound is checked by `render`.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError, field_validator

from sideline.errors import ConfigError

CONFIG_DIR: Final = Path(__file__).parent
PROFILES: Final = ("cpu", "int8", "gpu", "tensorrt")
MIGRATION: Final = (
    "baseline",
    "merged_encoder",
    "category_head",
    "motip",
    "motip_graph",
    "motip_temporal",
    "path_b",
)
"""Ensembles from the arrangement of seven models to path B, each one step further than the one before."""
ENSEMBLES: Final = ("path_a", *MIGRATION)
DEFAULT_ENSEMBLE: Final = "path_b"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SequenceBatching(_Strict):
    """How a step keeps the frames of one camera pair in order and on one instance.

    Attributes:
        max_candidate_sequences: Streams that one instance works on at the same time; more wait.
        max_idle_s: A stream without frames for so long is over; its next frame needs START.
    """

    max_candidate_sequences: PositiveInt
    max_idle_s: PositiveFloat


class PythonStep(_Strict):
    """A step in Python.

    Attributes:
        inputs, outputs: Names of `sideline.tensors`.
        sequence: Set where frames of one stream must stay in order.
        calls: Engines that the step calls itself (BLS), outside the ensemble's wiring.
        touches_pixels: Whether it decodes, stitches or cuts images; the profile says where.
        parameters: What the step is told at its start. Two models may share one version folder by a link and differ
            in this alone, since Triton's wiring carries tensors only.
    """

    kind: Literal["python"]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    sequence: SequenceBatching | None = None
    calls: tuple[str, ...] = ()
    touches_pixels: bool = False
    parameters: dict[str, str] = {}


class Engine(_Strict):
    """A network; tensors carry a batch axis in front of the dims in `sideline.tensors`.

    Attributes:
        inputs, outputs: Names of `sideline.tensors`.
        max_batch_size: Rows that it takes at once.
        rows: What one frame brings: "one" row, or "many" (crops, tracklets, graphs), of which there is at least one.
    """

    kind: Literal["engine"]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    max_batch_size: PositiveInt
    rows: Literal["one", "many"] = "one"


Model = Annotated[PythonStep | Engine, Field(discriminator="kind")]


class Models(_Strict):
    """Every model of the repository by name. One with `like = "NAME"` takes over what it does not say itself."""

    models: dict[str, Model]

    @field_validator("models", mode="before")
    @classmethod
    def _take_over(cls, models: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
        return {name: _completed(model, models) for name, model in models.items()}


def _completed(model: dict[str, object], models: Mapping[str, dict[str, object]]) -> dict[str, object]:
    if "like" not in model:
        return model
    base = models.get(str(model["like"]), {})
    if "kind" not in base:
        raise ValueError(f"`like` names {model['like']!r}, which is no model with a `kind` of its own")
    return base | {key: value for key, value in model.items() if key != "like"}


class Wiring(_Strict):
    """One step of an ensemble; a tensor that is not renamed keeps its own name on the wire."""

    model: str
    inputs: dict[str, str] = {}
    outputs: dict[str, str] = {}


class Ensemble(_Strict):
    """Steps in order; the ensemble takes `tensors.REQUEST` and gives `tensors.ANSWER`."""

    name: str
    steps: tuple[Wiring, ...]


class EngineDeployment(_Strict):
    """How all engines of a profile are run.

    Attributes:
        backend: Triton's name of the backend.
        model_file: The engine's file in the version folder.
        instance_kind: Where instances live.
        max_queue_delay_microseconds: How long a frame may wait for frames of other arenas to share its batch.
        warm_up: Run every engine on zeros before the server is ready, with one row and with its largest batch.
        pinned_memory: Stage copies between CPU and GPU in memory that is not paged out.
        parameters: What the backend is told for every engine; those of a model of its own prevail.
    """

    backend: Literal["onnxruntime", "tensorrt"]
    model_file: str
    instance_kind: Literal["KIND_CPU", "KIND_GPU"]
    max_queue_delay_microseconds: Annotated[int, Field(ge=0)]
    warm_up: bool = False
    pinned_memory: bool = False
    parameters: dict[str, str] = {}


class ModelDeployment(_Strict):
    """One model's instances and backend parameters in a profile.

    Attributes:
        instances: How many run at the same time.
        parameters: What its backend is told.
        model_file: An engine's file in the version folder; None for the one of all engines.
    """

    instances: PositiveInt = 1
    parameters: dict[str, str] = {}
    model_file: str | None = None


class Profile(_Strict):
    """Where and how a repository runs; models that are not named get one instance.

    A file with `like = "NAME"` takes over what that profile says and it does not, model by model.

    Attributes:
        name: The profile's name.
        pixels: Where images are decoded, stitched and cut.
        gpus: GPUs for engines and, if they are on it, pixels. A frame's pixels stay on one GPU: with several, run a
            server for each.
        engines, models: How each is run.
    """

    name: str
    pixels: Literal["cpu", "gpu"] = "cpu"
    gpus: tuple[int, ...] = ()
    engines: EngineDeployment
    models: dict[str, ModelDeployment] = {}

    def file_of(self, engine: str) -> str:
        """Name of the engine's file in its version folder."""
        return self.models.get(engine, ModelDeployment()).model_file or self.engines.model_file


_Config = TypeVar("_Config", bound=BaseModel)


def read_config(kind: type[_Config], path: Path) -> _Config:
    """Read one TOML file.

    Raises:
        ConfigError: The file is missing, is not TOML, or has an unknown, missing or unusable key.
    """
    return _validate(kind, _read_toml(path), path)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise ConfigError(f"{path} does not exist; there are: {_names(path.parent)}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} is not valid TOML: {exc}") from exc


def _validate(kind: type[_Config], content: dict[str, Any], path: Path) -> _Config:
    try:
        return kind.model_validate(content)
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: `{key}`: {first['msg']}; correct this key") from exc


def _names(folder: Path) -> str:
    return ", ".join(sorted(path.name for path in folder.glob("*.toml"))) or "none"


def read_models(folder: Path = CONFIG_DIR) -> Models:
    """Read `models.toml`."""
    return read_config(Models, folder / "models.toml")


def read_ensemble(name: str, folder: Path = CONFIG_DIR) -> Ensemble:
    """Read the ensemble NAME, e.g. "path_b".

    Raises:
        ConfigError: There is no such ensemble, or its file cannot be used.
    """
    return read_config(Ensemble, folder / f"{name}.toml")


def read_profile(name: str, folder: Path = CONFIG_DIR) -> Profile:
    """Read the profile NAME, e.g. "cpu".

    Raises:
        ConfigError: There is no such profile, or its file cannot be used.
    """
    if name not in PROFILES:
        raise ConfigError(f"there is no profile {name!r}; choose one of {', '.join(PROFILES)}")
    path = folder / f"{name}.toml"
    own = _read_toml(path)
    base = _read_toml(folder / f"{own.pop('like')}.toml") if "like" in own else {}
    models = base.get("models", {}) | {
        model: base.get("models", {}).get(model, {}) | said for model, said in own.get("models", {}).items()
    }
    return _validate(Profile, base | own | {"models": models}, path)
