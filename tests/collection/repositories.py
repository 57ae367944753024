"""A collection for a repository of tiny engines, as if they had been trained with each other."""

from datetime import date
from pathlib import Path

from sideline.collection.schema import (
    COLLECTION_FILE,
    Collection,
    ModelRecord,
    Upstream,
    read_collection,
    write_collection,
)
from sideline.deployment.files import hash_file
from sideline.serving.installation import PROJECT_ROOT


def write_tiny_collection(repository: Path) -> Path:
    """Record every engine of `repository` beside it, with the project's edges."""
    hashes = {path.parents[1].name: hash_file(path) for path in repository.glob("*/1/model.onnx")}
    edges = read_collection(PROJECT_ROOT / COLLECTION_FILE).models
    models = {
        name: ModelRecord(
            version=1,
            sha256=digest,
            commit="0123abc",
            made_on=date(2026, 11, 21),
            data=(),
            trained_with={
                upstream: Upstream(sha256=hashes[upstream], via=entry.via)
                for upstream, entry in edges[name].trained_with.items()
            },
        )
        for name, digest in hashes.items()
    }
    path = repository.parent / COLLECTION_FILE
    write_collection(Collection(models=models), path)
    return path
