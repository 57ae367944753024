"""An engine's entry: version, hash, and what it was trained with."""

import hashlib
from pathlib import Path

import pytest

from sideline.collection.check import engine_path
from sideline.collection.lineage import write_lineage
from sideline.collection.recording import Provenance, find_commit, find_simulator, record_engine
from sideline.collection.schema import Collection
from sideline.errors import CollectionError
from tests.collection.collections import digest, five_engines, record, with_record


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in "abcde":
        path = engine_path(tmp_path / "model_repository", name)
        path.parent.mkdir(parents=True)
        path.write_bytes(f"engine {name}".encode())
    return tmp_path / "model_repository"


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    path = tmp_path / "run" / "last.pt"
    path.parent.mkdir()
    path.write_bytes(b"weights")
    return path


def test_a_new_file_is_a_new_version_with_its_hash_and_commit_and_loses_the_old_figures(
    repository: Path, checkpoint: Path
) -> None:
    before = with_record(five_engines(), "a", record("1").model_copy(update={"figures": {"recall": 0.5}}))
    entry = record_engine(before, repository, "a", Provenance(checkpoint, figures={"parity": 1e-6})).models["a"]
    assert entry.version == 2
    assert entry.sha256 == hashlib.sha256(b"engine a").hexdigest()
    assert entry.checkpoint_sha256 == hashlib.sha256(b"weights").hexdigest()
    assert entry.commit == find_commit() != "0123abc"
    assert entry.figures == {"parity": 1e-6}


def test_the_same_file_keeps_its_version_commit_and_figures_and_gets_new_ones(
    repository: Path, checkpoint: Path
) -> None:
    once = record_engine(five_engines(), repository, "a", Provenance(checkpoint, figures={"recall": 0.5}))
    twice = record_engine(once, repository, "a", Provenance(figures={"precision": 0.7}))
    assert twice.models["a"] == once.models["a"].model_copy(update={"figures": {"recall": 0.5, "precision": 0.7}})


def test_an_engine_of_a_new_name_begins_at_version_1(repository: Path) -> None:
    assert record_engine(Collection(models={}), repository, "a", Provenance()).models["a"].version == 1


def test_what_a_checkpoint_was_trained_with_is_taken_from_the_note_beside_it(
    repository: Path, checkpoint: Path
) -> None:
    write_lineage(checkpoint.parent, {"a": digest("7")})
    entry = record_engine(five_engines(), repository, "b", Provenance(checkpoint)).models["b"]
    assert entry.trained_with["a"].sha256 == digest("7")
    assert entry.trained_with["a"].via == "a_data"


def test_a_checkpoint_that_was_read_in_training_stands_for_the_engine_exported_from_it(
    repository: Path, checkpoint: Path
) -> None:
    known = with_record(five_engines(), "a", record("1").model_copy(update={"checkpoint_sha256": digest("7")}))
    write_lineage(checkpoint.parent, {"a": digest("7")})
    entry = record_engine(known, repository, "b", Provenance(checkpoint)).models["b"]
    assert entry.trained_with["a"].sha256 == digest("1")


def test_an_engine_of_unknown_upbringing_is_refused_with_the_command_that_says_it(
    repository: Path, checkpoint: Path
) -> None:
    with pytest.raises(CollectionError, match=r"with which b, c this d was trained: .*--trained-with-current"):
        record_engine(five_engines(), repository, "d", Provenance(checkpoint))
    entry = record_engine(five_engines(), repository, "d", Provenance(checkpoint, trained_with_current=True)).models[
        "d"
    ]
    assert {name: up.sha256 for name, up in entry.trained_with.items()} == {"b": digest("2"), "c": digest("3")}


def test_an_engine_without_file_cannot_be_recorded(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match="is missing: `sideline export a` writes it"):
        record_engine(five_engines(), tmp_path, "a", Provenance())


def test_the_simulators_version_is_a_commit() -> None:
    assert int(find_simulator(), 16)
