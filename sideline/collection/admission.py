"""Whether a model repository may be served: the collection beside it, asked before any process starts.

Knows which engines an ensemble needs; starts nothing.
"""

from collections.abc import Callable
from pathlib import Path

from ensemble_configs.render import DEFAULT_PROFILE
from ensemble_configs.schema import Engine, read_ensemble, read_models, read_profile
from ensemble_configs.wiring import models_of
from sideline.collection.check import check_collection, engine_path
from sideline.collection.schema import COLLECTION_FILE, read_collection
from sideline.deployment.files import INT8_FILE
from sideline.errors import CollectionError


def int8_engines_of(ensemble: str, profile: str) -> tuple[str, ...]:
    """Names of the engines of an ensemble that a profile serves in int8.

    Raises:
        ConfigError: There is no such ensemble or profile.
    """
    deployed = read_profile(profile)
    return tuple(name for name in engines_of(ensemble) if deployed.file_of(name) == INT8_FILE)


def engines_of(ensemble: str) -> tuple[str, ...]:
    """Names of the engines that the project's ensemble NAME runs, those that steps call included.

    Raises:
        ConfigError: There is no such ensemble.
    """
    models = read_models().models
    return tuple(name for name in models_of(read_ensemble(ensemble), models) if isinstance(models.get(name), Engine))


def collection_beside(repository: Path) -> Path:
    """Where the collection of a model repository lies."""
    return repository.resolve().parent / COLLECTION_FILE


def admit_collection(
    repository: Path,
    ensemble: str,
    collection: Path | None = None,
    override: Callable[[str], None] | None = None,
    profile: str = DEFAULT_PROFILE,
) -> None:
    """Refuse to serve engines that are not the recorded ones or were never trained with each other.

    Args:
        repository: The model repository.
        ensemble: What is to be served; only its engines are looked at.
        collection: The collection; models.yaml beside the repository by default.
        override: Called with the reason instead of refusing; it has to log it. A file that is damaged or another
            engine's is refused all the same: it could not be served.
        profile: In which profile; only its files are looked at.

    Raises:
        CollectionError: The collection is missing, cannot be read, or does not fit, and nothing overrides.
        EngineError: It is overridden, but a file is no ONNX file, or not of the engine that its folder says.
    """
    engines = engines_of(ensemble)
    try:
        held = read_collection(collection or collection_beside(repository))
        check_collection(held, repository, engines, int8_engines_of(ensemble, profile))
    except CollectionError as error:
        if override is None:
            raise
        override(str(error))
        from sideline.deployment.onnx_interface import check_interface

        for name in engines:
            check_interface(name, engine_path(repository, name))
