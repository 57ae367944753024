"""What a generation is made from: a private copy, looked at before anything starts."""

import shutil
import threading
from pathlib import Path

import onnx
import pytest

from sideline.collection.check import engine_path
from sideline.errors import CollectionError, ServerError
from sideline.serving.generation_source import Source
from sideline.serving.repository_layout import Sources
from tests.collection.repositories import write_tiny_collection

NOT_STOPPED = threading.Event()


@pytest.fixture
def own(repository: Path, tmp_path: Path) -> Path:
    folder = shutil.copytree(repository, tmp_path / "own" / "model_repository")
    write_tiny_collection(folder)
    return folder


def test_a_copy_holds_what_is_served_its_collection_and_the_plans_and_shares_no_file(own: Path, tmp_path: Path) -> None:
    (own.parent / "plans").mkdir()
    (own.parent / "plans" / "detr.plan").write_bytes(b"plan")
    copy = Source(own, "path_b").copy_into(tmp_path / "generation", NOT_STOPPED)
    assert engine_path(copy, "detr").read_bytes() == engine_path(own, "detr").read_bytes()
    assert not engine_path(copy, "detr").samefile(engine_path(own, "detr"))
    assert (copy / "build_graph" / "1" / "model.py").is_file()
    assert not (copy / "path_a").exists()
    assert (copy.parent / "models.yaml").read_bytes() == (own.parent / "models.yaml").read_bytes()
    assert (copy.parent / "plans" / "detr.plan").read_bytes() == b"plan"


def test_plans_are_made_for_the_copy_but_kept_beside_the_repository_and_copied_when_they_are_there(
    own: Path, tmp_path: Path
) -> None:
    def prepare(sources: Sources, *, stopped: threading.Event) -> None:
        assert stopped is NOT_STOPPED
        assert sources.repository == tmp_path / "generation" / "model_repository"
        sources.plans.mkdir()
        (sources.plans / "detr.plan").write_bytes(engine_path(sources.repository, "detr").read_bytes())

    copy = Source(own, "path_b", prepare=prepare).copy_into(tmp_path / "generation", NOT_STOPPED)
    for folder in (own.parent, copy.parent):
        assert (folder / "plans" / "detr.plan").read_bytes() == engine_path(own, "detr").read_bytes()


def test_nothing_is_made_for_engines_that_do_not_belong_together(own: Path, tmp_path: Path) -> None:
    engine_path(own, "detr").write_bytes(b"another one")

    def prepare(sources: Sources, *, stopped: threading.Event) -> None:
        raise AssertionError("nothing is to be made")

    with pytest.raises(CollectionError):
        Source(own, "path_b", prepare=prepare).copy_into(tmp_path / "generation", NOT_STOPPED)


def test_a_model_beside_the_ensemble_is_copied_too(own: Path, tmp_path: Path) -> None:
    copy = Source(own, "path_b", ("resolve_identities",)).copy_into(tmp_path / "generation", NOT_STOPPED)
    assert (copy / "resolve_identities" / "config.pbtxt").is_file()


def test_a_mix_is_refused_unless_somebody_takes_it_upon_himself(own: Path, tmp_path: Path) -> None:
    path = engine_path(own, "detr")
    model = onnx.load(path)
    model.doc_string = "another one"
    onnx.save(model, path)
    with pytest.raises(CollectionError, match="is not the recorded detr"):
        Source(own, "path_b").copy_into(tmp_path / "first", NOT_STOPPED)
    reasons: list[str] = []
    Source(own, "path_b", override=reasons.append).copy_into(tmp_path / "second", NOT_STOPPED)
    assert "is not the recorded detr" in reasons[0]


def test_a_missing_model_or_no_space_for_the_copy_is_refused(own: Path, tmp_path: Path) -> None:
    shutil.rmtree(own / "detr")
    with pytest.raises(ServerError, match=r"cannot be copied to .*free some space, or fetch what is missing"):
        Source(own, "path_b").copy_into(tmp_path / "generation", NOT_STOPPED)
