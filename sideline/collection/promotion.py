"""From candidates to the collection: nothing changes until every gate has let them pass.

Knows the order: they must fit each other and the rest, then each gate looks at a trial repository; only then are the
files exchanged. What the gates look at (parity, interface, a held-out match) is handed in.
"""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sideline.collection.check import engine_path, find_mixed_edges
from sideline.collection.graph import order_stages
from sideline.collection.recording import Provenance, record_engine
from sideline.collection.schema import COLLECTION_FILE, Collection, Judgement, read_collection, write_collection
from sideline.errors import CollectionError


@dataclass(frozen=True, slots=True)
class Gates:
    """What a promotion has to pass.

    Attributes:
        inspect: Called with an engine's name, its new file and its checkpoint; raises a SidelineError unless the file
            is such an engine and says the same as the checkpoint. Returns the largest relative difference.
        judge: Called with a whole repository; runs the held-out match through it.
        may_lose: How much lower than before the figure `decisive` may be.
        decisive: Name of that figure.
    """

    inspect: Callable[[str, Path, Path], float]
    judge: Callable[[Path], Judgement]
    may_lose: float = 0.005
    decisive: str = "hota_1m"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Engines that want to become part of a collection.

    Attributes:
        folder: Holds NAME/1/model.onnx of each, as `sideline export --repository` writes them.
        checkpoints: What each was exported from, by name.
        trained_with_current: See `Provenance`.
    """

    folder: Path
    checkpoints: Mapping[str, Path]
    trained_with_current: bool = False

    @classmethod
    def find(cls, folder: Path, runs: Path, *, trained_with_current: bool = False) -> "Candidates":
        """The engines in a folder, with their checkpoints in RUNS/NAME/last.pt.

        Raises:
            CollectionError: There is none.
        """
        names = sorted(path.parents[1].name for path in folder.glob("*/1/model.onnx"))
        if not names:
            raise CollectionError(f"{folder} holds no engine: `sideline export NAME --repository {folder}` writes one")
        return cls(folder, {name: runs / name / "last.pt" for name in names}, trained_with_current)


def promote(candidates: Candidates, path: Path, repository: Path, trial: Path, gates: Gates) -> Collection:
    """Make the candidates part of a collection if they pass.

    Args:
        candidates: The new engines.
        path: The collection's file.
        repository: Its model repository.
        trial: An empty folder; the repository is put together there as it is going to be.
        gates: What the candidates have to pass.

    Returns:
        The new collection, which then stands in the file.

    Raises:
        SidelineError: They do not pass; collection and repository are as before.
    """
    held = read_collection(path)
    wanted = _record(candidates, held)
    mixed = list(find_mixed_edges(wanted, wanted.models))
    if mixed:
        raise CollectionError("the candidates do not fit the collection: " + "; ".join(mixed))
    figures = {
        name: gates.inspect(name, engine_path(candidates.folder, name), checkpoint)
        for name, checkpoint in candidates.checkpoints.items()
    }
    wanted = _with_parity(wanted, figures)
    _assemble(repository, candidates, trial / "model_repository", wanted)
    before = gates.judge(repository)
    after = gates.judge(trial / "model_repository")
    _compare(before, after, gates)
    wanted = wanted.model_copy(update={"judged": after})
    _exchange(candidates, repository)
    write_collection(wanted, path)
    return wanted


def _record(candidates: Candidates, held: Collection) -> Collection:
    """The collection with the candidates, upstream ones first: what comes after refers to them."""
    wanted = held
    known = [name for stage in order_stages(held) for name in stage if name in candidates.checkpoints]
    for name in dict.fromkeys([*known, *candidates.checkpoints]):
        provenance = Provenance(candidates.checkpoints[name], candidates.trained_with_current)
        wanted = record_engine(wanted, candidates.folder, name, provenance)
    return wanted


def _with_parity(collection: Collection, parity: Mapping[str, float]) -> Collection:
    models = dict(collection.models)
    for name, value in parity.items():
        models[name] = models[name].model_copy(update={"figures": models[name].figures | {"parity": value}})
    return collection.model_copy(update={"models": models})


def _assemble(repository: Path, candidates: Candidates, trial: Path, wanted: Collection) -> None:
    shutil.copytree(repository, trial)
    for name in candidates.checkpoints:
        engine_path(trial, name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(engine_path(candidates.folder, name), engine_path(trial, name))
    write_collection(wanted, trial.parent / COLLECTION_FILE)


def _compare(before: Judgement, after: Judgement, gates: Gates) -> None:
    had, has = before.figures.get(gates.decisive, 0.0), after.figures.get(gates.decisive, 0.0)
    if not has >= had - gates.may_lose:  # so put, a NaN fails
        raise CollectionError(
            f"{gates.decisive} falls from {had:.3f} to {has:.3f} on {after.match}, more than {gates.may_lose:g}: not "
            "promoted; train on, or allow more with --may-lose"
        )


def _exchange(candidates: Candidates, repository: Path) -> None:
    """Put the new files in place, all copies made before the first is exchanged."""
    arrived = []
    for name in candidates.checkpoints:
        path = engine_path(repository, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".promoted")
        shutil.copyfile(engine_path(candidates.folder, name), partial)
        arrived.append((partial, path))
    for partial, path in arrived:
        partial.rename(path)
