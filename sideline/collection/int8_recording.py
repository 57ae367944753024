"""Writes an engine's int8 file into the collection, after a look whether it belongs there."""

from pathlib import Path

from sideline.collection.check import engine_path, find_foreign_files
from sideline.collection.schema import Collection
from sideline.deployment.files import hash_file
from sideline.deployment.int8_file import find_int8
from sideline.errors import CollectionError


def record_int8(collection: Collection, repository: Path, name: str) -> Collection:
    """The collection with the int8 file of the engine NAME.

    Raises:
        CollectionError: The model.onnx that it lies beside is not the recorded one.
        EngineError: The int8 file is missing, damaged, or was made from another model.onnx.
    """
    for problem in find_foreign_files(collection, repository, [name]):
        raise CollectionError(problem)
    digest = hash_file(find_int8(name, engine_path(repository, name)))
    entry = collection.models[name].model_copy(update={"int8_sha256": digest})
    return collection.model_copy(update={"models": collection.models | {name: entry}})
