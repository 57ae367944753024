"""A promotion changes everything that it should, or nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sideline.collection.check import check_collection, engine_path
from sideline.collection.lineage import write_lineage
from sideline.collection.promotion import Candidates, Gates, promote
from sideline.collection.schema import Collection, Judgement, Upstream, read_collection, write_collection
from sideline.errors import CollectionError, TrainingError
from tests.collection.collections import digest, record


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(folder: Path, name: str, content: bytes) -> None:
    path = engine_path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


class Bench:
    """A collection of an engine `eye` and an engine `memory` that was trained with it, and a folder of candidates."""

    def __init__(self, folder: Path) -> None:
        self.repository, self.candidates = folder / "model_repository", folder / "candidates"
        self.runs, self.trial, self.collection = folder / "runs", folder / "trial", folder / "models.yaml"
        self.trial.mkdir()
        eye, memory = b"old eye", b"old memory"
        _write(self.repository, "eye", eye)
        _write(self.repository, "memory", memory)
        trained = {"eye": Upstream(sha256=_sha(eye), via="views")}
        models = {
            "eye": record("1").model_copy(update={"sha256": _sha(eye)}),
            "memory": record("2").model_copy(update={"sha256": _sha(memory), "trained_with": trained}),
        }
        write_collection(Collection(models=models), self.collection)
        self.judged: list[tuple[bytes, bytes]] = []

    def offer(self, name: str, content: bytes, made_with: dict[str, str] | None = None) -> None:
        _write(self.candidates, name, content)
        run = self.runs / name
        run.mkdir(parents=True)
        (run / "last.pt").write_bytes(b"weights of " + content)
        write_lineage(run, made_with or {})

    def gates(self, hota: Callable[[bytes], float] = lambda _: 0.7) -> Gates:
        """Judges a repository by the content of its eye."""

        def judge(repository: Path) -> Judgement:
            eye, memory = (engine_path(repository, name).read_bytes() for name in ("eye", "memory"))
            self.judged.append((eye, memory))
            return Judgement(match="val", ensemble="path_b", engines={}, figures={"hota_1m": hota(eye)})

        return Gates(lambda name, path, checkpoint: 1e-6, judge)

    def promote(self, gates: Gates | None = None) -> Collection:
        candidates = Candidates.find(self.candidates, self.runs)
        return promote(candidates, self.collection, self.repository, self.trial, gates or self.gates())

    def content(self) -> dict[str, bytes]:
        paths = [*self.repository.rglob("*"), self.collection]
        return {str(path): path.read_bytes() for path in paths if path.is_file()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_engines_that_pass_together_take_their_places_and_are_recorded_with_the_judgement(bench: Bench) -> None:
    bench.offer("eye", b"new eye")
    bench.offer("memory", b"new memory", {"eye": _sha(b"new eye")})
    held = bench.promote()
    assert engine_path(bench.repository, "eye").read_bytes() == b"new eye"
    assert held == read_collection(bench.collection)
    assert {name: entry.version for name, entry in held.models.items()} == {"eye": 2, "memory": 2}
    assert held.models["memory"].figures == {"parity": 1e-6}
    assert held.judged is not None
    assert held.judged.figures == {"hota_1m": 0.7}
    check_collection(held, bench.repository, held.models)
    assert [path.name for path in engine_path(bench.repository, "eye").parent.iterdir()] == ["model.onnx"]


def test_the_collection_before_and_the_one_to_come_are_judged_whole(bench: Bench) -> None:
    bench.offer("memory", b"new memory", {"eye": _sha(b"old eye")})
    bench.promote()
    assert bench.judged == [(b"old eye", b"old memory"), (b"old eye", b"new memory")]


def test_a_checkpoint_that_was_read_before_its_export_counts_as_the_candidate_beside_it(bench: Bench) -> None:
    bench.offer("eye", b"new eye")
    bench.offer("memory", b"new memory", {"eye": _sha(b"weights of new eye")})
    assert bench.promote().models["memory"].trained_with["eye"].sha256 == _sha(b"new eye")


@pytest.mark.parametrize(
    ("hota", "passes"),
    [
        (lambda eye: 0.7 if eye == b"old eye" else 0.697, True),
        (lambda eye: 0.7 if eye == b"old eye" else 0.69, False),
        (lambda eye: 0.7 if eye == b"old eye" else float("nan"), False),
    ],
    ids=["a little worse", "worse", "not a number"],
)
def test_a_collection_that_tracks_worse_is_not_promoted(
    bench: Bench, hota: Callable[[bytes], float], passes: bool
) -> None:
    bench.offer("eye", b"new eye")
    bench.offer("memory", b"new memory", {"eye": _sha(b"new eye")})
    before = bench.content()
    if passes:
        bench.promote(bench.gates(hota))
        assert bench.content() != before
    else:
        with pytest.raises(CollectionError, match=r"hota_1m falls from 0\.700 to .* on val"):
            bench.promote(bench.gates(hota))
        assert bench.content() == before


def test_a_new_eye_alone_is_refused_before_anything_is_judged(bench: Bench) -> None:
    bench.offer("eye", b"new eye")
    before = bench.content()
    with pytest.raises(CollectionError, match="do not fit the collection: eye → memory"):
        bench.promote()
    assert bench.content() == before
    assert bench.judged == []


def test_a_candidate_of_another_upbringing_is_refused(bench: Bench) -> None:
    bench.offer("memory", b"new memory", {"eye": digest("7")})
    with pytest.raises(CollectionError, match="eye → memory: memory was trained with eye 7f7f7f7f7f7f"):
        bench.promote()


def test_a_file_that_does_not_pass_inspection_changes_nothing(bench: Bench) -> None:
    bench.offer("memory", b"a truncated fi", {"eye": _sha(b"old eye")})
    before = bench.content()

    def refuse(name: str, path: Path, checkpoint: Path) -> float:
        raise TrainingError(f"{path.read_bytes().decode()} of {name} from {checkpoint.parent.name}")

    with pytest.raises(TrainingError, match="a truncated fi of memory from memory"):
        bench.promote(replace(bench.gates(), inspect=refuse))
    assert bench.content() == before
    assert bench.judged == []


def test_a_folder_without_candidates_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="sideline export NAME --repository"):
        Candidates.find(tmp_path, tmp_path)
