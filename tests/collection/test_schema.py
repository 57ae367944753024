"""models.yaml: what it may say, and what it is told when it says something else."""

from pathlib import Path

import pytest

from sideline.collection.schema import Judgement, read_collection, write_collection
from sideline.errors import CollectionError
from tests.collection.collections import digest, five_engines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "models.yaml"


def test_what_is_written_is_read_back(path: Path) -> None:
    judged = Judgement(
        match="800100 oak_arena", ensemble="path_b", engines={"a": digest("1")}, figures={"hota_1m": 0.5}
    )
    collection = five_engines().model_copy(update={"judged": judged})
    write_collection(collection, path)
    assert read_collection(path) == collection
    assert [file.name for file in path.parent.iterdir()] == ["models.yaml"]


def test_a_commit_that_looks_like_a_number_stays_a_text(path: Path) -> None:
    whole = five_engines()
    odd = whole.models["a"].model_copy(update={"commit": "1234e56"})
    write_collection(whole.model_copy(update={"models": {"a": odd}}), path)
    assert read_collection(path).models["a"].commit == "1234e56"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            f"  a:\n    version: 1\n    sha256: {digest('1')}\n",
            "  a:\n    version: 1\n",
            r"`models\.a\.sha256`: Field required",
        ),
        (f"        sha256: {digest('2')}\n", "", r"`models\.d\.trained_with\.b\.sha256`: Field required"),
        (digest("5"), "5f5f", r"`models\.e\.sha256`: String should match"),
        ("version: 1", "version: 0", r"`models\.a\.version`"),
        ("version: 1", "versoin: 1", r"`models\.a\.version`: Field required"),
        ("models:", "engines:", r"`models`: Field required"),
    ],
)
def test_a_missing_hash_or_an_unusable_key_is_named(path: Path, old: str, new: str, message: str) -> None:
    write_collection(five_engines(), path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(CollectionError, match=message):
        read_collection(path)


@pytest.mark.parametrize("content", [b"", b"- a list", b"models: [", b"\xff\xfe\x00"])
def test_a_file_of_something_else_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CollectionError, match=r"models\.yaml"):
        read_collection(path)


def test_a_missing_file_says_what_writes_it(path: Path) -> None:
    with pytest.raises(CollectionError, match="does not exist: `sideline models record ENGINE` writes it"):
        read_collection(path)
