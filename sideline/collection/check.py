"""What must not be served together: engines never trained with each other, files that are not the recorded ones."""

from collections.abc import Collection as Names
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sideline.collection.schema import Collection, ModelRecord
from sideline.deployment.files import hash_file, how_to_make_int8, int8_path
from sideline.errors import CollectionError

_SHOWN: Final = 12
"""Digits of a hash that a message shows."""


def check_collection(
    collection: Collection, repository: Path, engines: Names[str], in_int8: Names[str] | None = None
) -> None:
    """Refuse a collection whose engines do not belong together.

    Args:
        collection: What is recorded.
        repository: The model repository that holds the files.
        engines: Engines that are to be served together; edges to others do not count.
        in_int8: Those of them that are served in int8; None for all that have such a file or the record of one.

    Raises:
        CollectionError: Naming every edge and file that does not fit.
    """
    problems = [
        *find_foreign_files(collection, repository, engines),
        *find_foreign_int8(collection, repository, _in_int8(collection, repository, engines, in_int8)),
        *find_mixed_edges(collection, engines),
    ]
    if problems:
        raise CollectionError("these engines do not belong together: " + "; ".join(problems))


def find_mixed_edges(collection: Collection, engines: Names[str]) -> Iterator[str]:
    """A sentence for each engine that was trained with another upstream engine than the collection holds."""
    for name in engines:
        record = collection.models.get(name)
        for upstream, trained in record.trained_with.items() if record else ():
            if upstream not in engines:
                continue
            held = collection.models.get(upstream)
            if held is None:
                yield f"{upstream} → {name}: the collection has no {upstream}, with which {name} was trained"
            elif trained.sha256 != held.sha256:
                yield (
                    f"{upstream} → {name}: {name} was trained with {upstream} {_short(trained.sha256)}, the collection "
                    f"holds {_short(held.sha256)}: train {name} anew, or put that {upstream} back"
                )


def find_foreign_files(collection: Collection, repository: Path, engines: Names[str]) -> Iterator[str]:
    """A sentence for each engine whose file is absent, is another one than recorded, or is recorded nowhere."""
    for name in engines:
        record = collection.models.get(name)
        path = engine_path(repository, name)
        if record is None:
            yield f"{name} is not recorded: `sideline models record {name}`"
        elif not path.is_file():
            yield f"{path} is missing: fetch it again, or export it"
        else:
            yield from _compare_hash(name, record, path)


def _compare_hash(name: str, record: ModelRecord, path: Path) -> Iterator[str]:
    found = hash_file(path)
    if found != record.sha256:
        yield (
            f"{path} is not the recorded {name} (SHA-256 {_short(found)}, recorded {_short(record.sha256)}): fetch it "
            f"again, or `sideline models record {name}` if it was exported anew"
        )


def find_foreign_int8(collection: Collection, repository: Path, engines: Names[str]) -> Iterator[str]:
    """A sentence for each engine whose int8 file is absent, recorded nowhere, or another one than recorded."""
    for name in engines:
        record, path = collection.models.get(name), int8_path(engine_path(repository, name))
        recorded = record.int8_sha256 if record else None
        if not path.is_file():
            yield f"{path} is missing: {how_to_make_int8(name)}"
        elif recorded is None:
            yield f"{path} does not belong to the recorded {name}: {how_to_make_int8(name)}"
        elif (found := hash_file(path)) != recorded:
            yield (
                f"{path} is not the recorded one (SHA-256 {_short(found)}, recorded {_short(recorded)}): fetch it "
                f"again; {how_to_make_int8(name)}"
            )


def _in_int8(collection: Collection, repository: Path, engines: Names[str], asked: Names[str] | None) -> Names[str]:
    if asked is not None:
        return asked
    held = {name: record.int8_sha256 for name, record in collection.models.items()}
    return [name for name in engines if held.get(name) or int8_path(engine_path(repository, name)).is_file()]


def engine_path(repository: Path, name: str) -> Path:
    """The ONNX file of the engine NAME."""
    return repository / name / "1" / "model.onnx"


def _short(digest: str) -> str:
    return digest[:_SHOWN]
