"""Makes the entry of an engine: hash, commit, day, the engines that it was trained with.

What a checkpoint was trained with stands in `made_with.json` beside it (`sideline.collection.lineage`). Knows git;
draws no conclusions.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sideline.collection.check import engine_path
from sideline.collection.lineage import read_lineage
from sideline.collection.schema import Collection, DataSet, ModelRecord, Upstream
from sideline.deployment.files import hash_file
from sideline.errors import CollectionError


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a user says of an engine; what is left out is taken from the entry before.

    Attributes:
        checkpoint: What it was exported from, when it is at hand.
        trained_with_current: Its upstream engines are those that the collection holds now.
        data: What it was trained on.
        figures: What it reaches, by name; added to those of before unless the engine has changed.
    """

    checkpoint: Path | None = None
    trained_with_current: bool = False
    data: tuple[DataSet, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)


def record_engine(collection: Collection, repository: Path, name: str, provenance: Provenance) -> Collection:
    """The collection with a new entry of the engine NAME.

    Args:
        collection: What is recorded so far; the entry's edges are kept.
        repository: The model repository that holds the engine.
        name: The engine.
        provenance: What is known of it beside its file.

    Raises:
        CollectionError: There is no such file, or it is not known which engines it was trained with.
    """
    path = engine_path(repository, name)
    if not path.is_file():
        raise CollectionError(f"{path} is missing: `sideline export {name}` writes it")
    before, digest = collection.models.get(name), hash_file(path)
    is_new = before is None or before.sha256 != digest
    kept = {} if before is None or is_new else before.figures
    entry = ModelRecord(
        version=(before.version if before else 0) + is_new,
        sha256=digest,
        int8_sha256=None if before is None or is_new else before.int8_sha256,
        checkpoint_sha256=_hash_checkpoint(provenance.checkpoint, before, is_new),
        commit=find_commit() if is_new or before is None else before.commit,
        made_on=date.today() if is_new or before is None else before.made_on,
        data=provenance.data or (before.data if before else ()),
        figures=kept | dict(provenance.figures),
        trained_with=_upstreams(collection, name, provenance, is_new),
        imitates=before.imitates if before else {},
    )
    return collection.model_copy(update={"models": collection.models | {name: entry}})


def _hash_checkpoint(checkpoint: Path | None, before: ModelRecord | None, is_new: bool) -> str | None:
    if checkpoint is not None and checkpoint.is_file():
        return hash_file(checkpoint)
    return None if is_new or before is None else before.checkpoint_sha256


def _upstreams(collection: Collection, name: str, provenance: Provenance, is_new: bool) -> dict[str, Upstream]:
    before = collection.models.get(name)
    edges = before.trained_with if before else {}
    if provenance.trained_with_current:
        return {upstream: _with_hash(entry, _held(collection, upstream)) for upstream, entry in edges.items()}
    read = read_lineage(provenance.checkpoint.parent) if provenance.checkpoint else {}
    if edges.keys() <= read.keys():
        known = {upstream: edges.get(upstream, Upstream(sha256=digest)) for upstream, digest in read.items()}
        return {upstream: _with_hash(entry, _resolve(collection, upstream, read)) for upstream, entry in known.items()}
    if is_new:
        missing = ", ".join(sorted(edges.keys() - read.keys()))
        raise CollectionError(
            f"it is not known with which {missing} this {name} was trained: if with the one that the collection holds "
            f"now, run `sideline models record {name} --trained-with-current`; otherwise train it anew"
        )
    return edges


def _with_hash(entry: Upstream, digest: str) -> Upstream:
    return entry.model_copy(update={"sha256": digest})


def _held(collection: Collection, upstream: str) -> str:
    if upstream not in collection.models:
        raise CollectionError(f"the collection holds no {upstream}: record that first")
    return collection.models[upstream].sha256


def _resolve(collection: Collection, upstream: str, read: Mapping[str, str]) -> str:
    """The engine's hash where the training read the checkpoint from which the collection's engine was exported."""
    held = collection.models.get(upstream)
    return held.sha256 if held and read[upstream] == held.checkpoint_sha256 else read[upstream]


def find_commit() -> str:
    """The commit of the code that runs, with "+changes" where files of the library differ from it.

    Raises:
        CollectionError: The code does not lie in a git checkout.
    """
    root = Path(__file__).resolve().parents[2]
    commit = _ask_git(root, "rev-parse", "--short=7", "HEAD")
    return commit + ("+changes" if _ask_git(root, "status", "--porcelain", "--", "sideline", "export") else "")


def find_simulator() -> str:
    """The last commit that changed the simulator: its version."""
    return _ask_git(
        Path(__file__).resolve().parents[2], "log", "-1", "--format=%h", "--abbrev=7", "--", "sideline/simulator"
    )


def _ask_git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError) as exc:
        raise CollectionError(
            f"{root} is no git checkout, so the commit of this code is not known: record engines in one"
        ) from exc
    return done.stdout.strip()
