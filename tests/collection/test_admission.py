"""What `sideline serve` refuses before it starts anything."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sideline.collection.admission import admit_collection, collection_beside, engines_of
from sideline.collection.check import engine_path
from sideline.errors import CollectionError, ConfigError, EngineError
from tests.collection.repositories import write_tiny_collection

SIDELINE = str(Path(sys.executable).with_name("sideline"))


@pytest.fixture
def mixed(repository: Path, tmp_path: Path) -> Path:
    """A repository whose ID decoder was trained with another detector than the recorded one that lies there."""
    own = shutil.copytree(repository, tmp_path / "model_repository")
    path = write_tiny_collection(own)
    held = path.read_text()
    edge = held.index("trained_with:", held.index("id_decoder:"))
    start = held.index("sha256: ", edge) + len("sha256: ")
    path.write_text(held[:start] + "0a" * 32 + held[start + 64 :])
    return own


def test_the_engines_of_a_path_are_those_that_its_steps_run_or_call() -> None:
    path_a, path_b = set(engines_of("path_a")), set(engines_of("path_b"))
    assert path_a >= {"heatmap_detector", "crop_encoder", "graph_tracker", "jersey_classifier"}
    assert path_a.isdisjoint({"detr", "id_decoder", "temporal_encoder"})
    assert path_b >= {"detr", "id_decoder", "temporal_encoder", "crop_encoder", "graph_tracker"}
    with pytest.raises(ConfigError, match="path_c"):
        engines_of("path_c")


def test_recorded_engines_are_admitted(repository: Path) -> None:
    admit_collection(repository, "path_b")


def test_a_mix_is_refused_with_the_edge_but_not_where_it_is_not_served(mixed: Path) -> None:
    with pytest.raises(CollectionError, match="detr → id_decoder: id_decoder was trained with detr 0a0a0a0a0a0a"):
        admit_collection(mixed, "path_b")
    admit_collection(mixed, "path_a")


def test_an_override_gets_the_reason_instead(mixed: Path) -> None:
    reasons: list[str] = []
    admit_collection(mixed, "path_b", override=reasons.append)
    assert len(reasons) == 1
    assert "detr → id_decoder" in reasons[0]


@pytest.mark.parametrize(("content", "reason"), [(b"", "is damaged"), (None, "is not the engine detr: it ")])
def test_an_override_serves_no_file_that_is_damaged_or_another_engines(
    mixed: Path, content: bytes | None, reason: str
) -> None:
    other = engine_path(mixed, "crop_encoder").read_bytes()
    engine_path(mixed, "detr").write_bytes(other if content is None else content)
    with pytest.raises(EngineError, match=reason):
        admit_collection(mixed, "path_b", override=lambda _: None)


def test_a_repository_without_collection_is_refused(mixed: Path) -> None:
    collection_beside(mixed).unlink()
    with pytest.raises(CollectionError, match=r"models\.yaml does not exist"):
        admit_collection(mixed, "path_a")


def test_serve_ends_with_status_2_before_a_server_starts(mixed: Path) -> None:
    path = engine_path(mixed, "crop_encoder")
    path.write_bytes(path.read_bytes()[:-7])
    command = [SIDELINE, "serve", "--repository", str(mixed), "--grpc-port", "0", "--metrics-port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "starting" not in done.stdout
    assert "crop_encoder/1/model.onnx is not the recorded crop_encoder" in done.stderr
    assert "detr → id_decoder" in done.stderr


def test_serve_with_the_override_says_why_and_serves(mixed: Path) -> None:
    options = ["--repository", str(mixed), "--grpc-port", "0", "--metrics-port", "0", "--allow-mixed"]
    with subprocess.Popen([SIDELINE, "serve", *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [next(process.stdout)]
        while "ready after" not in said[-1]:
            said.append(next(process.stdout))
        process.terminate()
        assert process.wait(60) == 0
    assert "warning: served all the same (--allow-mixed)" in said[0]
    assert "detr → id_decoder" in "".join(said)
