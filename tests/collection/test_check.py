"""Engines that do not belong together are named, edge by edge and file by file."""

import hashlib
from pathlib import Path

import pytest

from sideline.collection.check import check_collection, engine_path, find_foreign_files, find_mixed_edges
from sideline.collection.schema import Collection
from sideline.errors import CollectionError
from tests.collection.collections import five_engines, record, with_record


def test_engines_that_were_trained_with_each_other_pass() -> None:
    collection = five_engines()
    assert list(find_mixed_edges(collection, collection.models)) == []


def test_an_engine_that_was_trained_with_another_upstream_engine_is_named_with_the_edge_and_both_hashes() -> None:
    mixed = with_record(five_engines(), "a", record("9"))
    problems = list(find_mixed_edges(mixed, mixed.models))
    assert [problem.split(":")[0] for problem in problems] == ["a → b", "a → c"]
    assert "b was trained with a 1f1f1f1f1f1f, the collection holds 9f9f9f9f9f9f" in problems[0]


def test_an_upstream_engine_that_the_collection_lacks_is_named() -> None:
    whole = five_engines()
    without = Collection(models={name: entry for name, entry in whole.models.items() if name != "c"})
    assert list(find_mixed_edges(without, whole.models)) == ["c → d: the collection has no c, with which d was trained"]


def test_an_edge_to_an_engine_that_is_not_served_does_not_count() -> None:
    mixed = with_record(five_engines(), "b", record("9", {"a": "1"}))
    assert list(find_mixed_edges(mixed, ["a", "c", "d", "e"])) == []
    assert [problem.split(":")[0] for problem in find_mixed_edges(mixed, ["b", "d"])] == ["b → d"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = engine_path(tmp_path, "a")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the engine a")
    return tmp_path


def _collection_of(content: bytes) -> Collection:
    entry = record("1").model_copy(update={"sha256": hashlib.sha256(content).hexdigest()})
    return Collection(models={"a": entry})


def test_the_recorded_file_passes(repository: Path) -> None:
    check_collection(_collection_of(b"the engine a"), repository, ["a"])


@pytest.mark.parametrize("content", [b"the engine b", b"the engin", b""], ids=["another", "truncated", "empty"])
def test_a_file_that_is_not_the_recorded_one_is_refused_with_both_hashes(repository: Path, content: bytes) -> None:
    engine_path(repository, "a").write_bytes(content)
    recorded, found = (hashlib.sha256(each).hexdigest()[:12] for each in (b"the engine a", content))
    with pytest.raises(CollectionError, match=rf"is not the recorded a \(SHA-256 {found}, recorded {recorded}\)"):
        check_collection(_collection_of(b"the engine a"), repository, ["a"])


def test_a_missing_file_and_an_engine_that_nobody_recorded_are_named(tmp_path: Path) -> None:
    problems = list(find_foreign_files(_collection_of(b""), tmp_path, ["a", "b"]))
    assert problems == [
        f"{engine_path(tmp_path, 'a')} is missing: fetch it again, or export it",
        "b is not recorded: `sideline models record b`",
    ]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    mixed = with_record(five_engines(), "a", record("9"))
    with pytest.raises(CollectionError, match=r"do not belong together: .*is missing.*; a → b: .*; a → c: "):
        check_collection(mixed, tmp_path, mixed.models)
