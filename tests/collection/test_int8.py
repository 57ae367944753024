"""The int8 file of an engine in the collection: recorded, void with its engine, refused when it is another one."""

import shutil
from pathlib import Path

import pytest

from sideline.collection.admission import admit_collection, collection_beside
from sideline.collection.check import check_collection, engine_path
from sideline.collection.int8_recording import record_int8
from sideline.collection.recording import Provenance, record_engine
from sideline.collection.schema import Collection, read_collection, write_collection
from sideline.deployment.files import hash_file, int8_path
from sideline.errors import CollectionError, EngineError
from tests.collection.repositories import write_tiny_collection
from tests.serving.tiny_engines import write_tiny_int8


@pytest.fixture
def own(repository: Path, tmp_path: Path) -> Path:
    """A repository with both detectors in int8, recorded."""
    folder = shutil.copytree(repository, tmp_path / "model_repository")
    path = write_tiny_collection(folder)
    write_tiny_int8(folder, "detr", "heatmap_detector")
    held = read_collection(path)
    for name in ("detr", "heatmap_detector"):
        held = record_int8(held, folder, name)
    write_collection(held, path)
    return folder


def _int8(repository: Path) -> Path:
    return int8_path(engine_path(repository, "detr"))


def _held(repository: Path) -> Collection:
    return read_collection(collection_beside(repository))


def test_the_recorded_file_is_admitted_and_its_hash_stands_in_the_entry(own: Path) -> None:
    admit_collection(own, "path_b", profile="int8")
    assert _held(own).models["detr"].int8_sha256 == hash_file(_int8(own))
    assert _held(own).models["id_decoder"].int8_sha256 is None


def test_a_changed_file_is_refused_by_the_profile_that_serves_it_and_by_a_check_of_everything(own: Path) -> None:
    _int8(own).write_bytes(_int8(own).read_bytes() + b"!")
    held = _held(own)
    with pytest.raises(CollectionError, match=r"detr/1/model_int8\.onnx is not the recorded one"):
        admit_collection(own, "path_b", profile="int8")
    with pytest.raises(CollectionError, match=r"detr/1/model_int8\.onnx is not the recorded one"):
        check_collection(held, own, held.models)
    admit_collection(own, "path_b", profile="cpu")
    admit_collection(own, "path_a", profile="int8")  # runs heatmap_detector instead


def test_a_missing_file_is_refused_with_the_command_that_makes_it(own: Path) -> None:
    _int8(own).unlink()
    with pytest.raises(CollectionError, match=r"model_int8\.onnx is missing: `sideline export detr --int8` makes it"):
        admit_collection(own, "path_b", profile="int8")


def test_the_record_is_void_when_the_engine_changes(own: Path) -> None:
    engine_path(own, "detr").write_bytes(b"a newer detector")
    held = record_engine(_held(own), own, "detr", Provenance())
    assert held.models["detr"].int8_sha256 is None
    with pytest.raises(CollectionError, match=r"model_int8\.onnx does not belong to the recorded detr"):
        check_collection(held, own, ["detr"])
    with pytest.raises(EngineError, match=r"was made from another model\.onnx"):
        record_int8(held, own, "detr")


def test_an_engine_that_is_recorded_again_as_it_is_keeps_its_int8_file(own: Path) -> None:
    before = _held(own)
    assert record_engine(before, own, "detr", Provenance()).models["detr"] == before.models["detr"]


def test_beside_an_engine_that_is_not_the_recorded_one_nothing_is_recorded(own: Path) -> None:
    engine_path(own, "detr").write_bytes(b"a newer detector")
    with pytest.raises(CollectionError, match=r"detr/1/model\.onnx is not the recorded detr"):
        record_int8(_held(own), own, "detr")


def test_the_profiles_without_int8_need_no_such_file(repository: Path) -> None:
    admit_collection(repository, "path_b", profile="cpu")
    held = _held(repository)
    check_collection(held, repository, held.models)
