"""The ensemble as a graph of named edges: who produces which tensor, and whether everything fits.

Knows `sideline.tensors` and the schema; knows nothing of Triton's configuration.
"""

from dataclasses import dataclass
from typing import Final

from ensemble_configs.schema import Engine, Ensemble, Model, Models, Wiring
from sideline import tensors
from sideline.errors import ConfigError
from sideline.tensors import Tensor

TENSORS: Final = {value.name: value for value in vars(tensors).values() if isinstance(value, Tensor)}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models of a repository together with the tensors that they exchange.

    Attributes:
        models: Every model by name.
        rows_of_frame: By engine tensor, the length of its batch axis in one frame: 1, or -1 where it varies.
    """

    models: dict[str, Model]
    rows_of_frame: dict[str, int]

    @classmethod
    def of(cls, config: Models) -> "Catalogue":
        """Look up every tensor and every called model.

        Raises:
            ConfigError: A model names a tensor or a model that does not exist, or two engines a tensor that one of
                them gets once a frame and the other many times.
        """
        for name, model in config.models.items():
            _check_known(name, model, config.models)
        return cls(config.models, _count_rows(config.models))

    def dims_outside_engines(self, tensor: Tensor) -> tuple[int, ...]:
        """The tensor's shape in Python steps and ensembles, where an engine's batch axis is an axis like any other."""
        rows = self.rows_of_frame.get(tensor.name)
        return tensor.dims if rows is None else (rows, *tensor.dims)

    def model(self, name: str, asked_by: str) -> Model:
        """The model NAME.

        Raises:
            ConfigError: There is no such model.
        """
        if name not in self.models:
            raise ConfigError(f"{asked_by} names the model {name!r}; models.toml has {', '.join(self.models)}")
        return self.models[name]


def _count_rows(models: dict[str, Model]) -> dict[str, int]:
    rows_of_frame: dict[str, int] = {}
    for name, model in models.items():
        if not isinstance(model, Engine):
            continue
        rows = 1 if model.rows == "one" else -1
        for tensor in model.inputs + model.outputs:
            if rows_of_frame.setdefault(tensor, rows) != rows:
                raise ConfigError(
                    f"engine {name} has other `rows` than another engine with {tensor!r}; make them equal"
                )
    return rows_of_frame


def _check_known(name: str, model: Model, models: dict[str, Model]) -> None:
    for tensor in model.inputs + model.outputs:
        if tensor not in TENSORS:
            raise ConfigError(f"model {name} names the tensor {tensor!r}; define it in sideline/tensors.py")
    for called in () if isinstance(model, Engine) else model.calls:
        if not isinstance(models.get(called), Engine):
            raise ConfigError(f"model {name} calls {called!r}; add this engine to models.toml")


def models_of(ensemble: Ensemble, models: dict[str, Model]) -> tuple[str, ...]:
    """Names of all that the ensemble needs, called engines included, and last the ensemble itself."""
    names: list[str] = []
    for step in ensemble.steps:
        model = models[step.model]
        names += [step.model, *(() if isinstance(model, Engine) else model.calls)]
    return (*dict.fromkeys(names), ensemble.name)


def taken_edges(ensemble: Ensemble, models: dict[str, Model]) -> frozenset[str]:
    """Edges that a step takes."""
    return frozenset(step.inputs.get(name, name) for step in ensemble.steps for name in models[step.model].inputs)


def consumed_edges(ensemble: Ensemble, models: dict[str, Model]) -> frozenset[str]:
    """Edges that a step takes or the answer holds; what nobody wants is not asked of an engine."""
    return taken_edges(ensemble, models) | {tensor.name for tensor in tensors.ANSWER}


def check_ensemble(ensemble: Ensemble, catalogue: Catalogue) -> None:
    """Check that every edge has one producer, before its consumers, and carries one shape.

    Raises:
        ConfigError: The first edge that does not fit, and what to change.
    """
    edges = {tensor.name: tensor.name for tensor in tensors.REQUEST}
    for step in ensemble.steps:
        model = catalogue.model(step.model, f"ensemble {ensemble.name}")
        _check_renames(step, model)
        for name in model.inputs:
            _check_edge(step, name, step.inputs.get(name, name), edges)
        for name in model.outputs:
            edge = step.outputs.get(name, name)
            if edge in edges:
                raise ConfigError(f"{step.model} gives {edge!r}, which is given already; rename it under its `outputs`")
            edges[edge] = name
    taken = taken_edges(ensemble, catalogue.models)
    for tensor in tensors.REQUEST:
        if tensor.name not in taken:
            raise ConfigError(f"no step of {ensemble.name} takes {tensor.name!r}, which Triton does not allow")
    for tensor in tensors.ANSWER:
        if edges.get(tensor.name) != tensor.name:
            raise ConfigError(f"no step of {ensemble.name} gives {tensor.name!r}, which the answer must hold")


def _check_edge(step: Wiring, name: str, edge: str, edges: dict[str, str]) -> None:
    if edge not in edges:
        raise ConfigError(f"{step.model} takes {edge!r}, which no earlier step gives; check the order and the renames")
    if TENSORS[edges[edge]].dims != TENSORS[name].dims or TENSORS[edges[edge]].dtype != TENSORS[name].dtype:
        raise ConfigError(f"{step.model} takes {name!r} from {edge!r}, which has another type or shape")


def _check_renames(step: Wiring, model: Model) -> None:
    for name in (*step.inputs, *step.outputs):
        if name not in (*model.inputs, *model.outputs):
            raise ConfigError(f"{step.model} has no tensor {name!r} to rename")
