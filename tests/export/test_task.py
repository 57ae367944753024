"""Path B over a few frames of a match, and what is kept of it."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from export.exporting import Exported, TaskChange, check_exported
from export.task import candidate_repository, run_task
from sideline.errors import EngineError
from sideline.serving.installation import MODEL_REPOSITORY
from sideline.simulator.match import Match
from sideline.simulator.recording import record_match


@pytest.fixture(scope="module")
def match_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight frames."""
    folder = tmp_path_factory.mktemp("matches") / "short"
    record_match(Match.create(800_000, "oak_arena", 0.32), folder)
    return folder


def test_a_match_is_tracked_and_some_of_what_the_engines_were_given_is_kept(match_dir: Path) -> None:
    run = run_task(MODEL_REPOSITORY, match_dir, frames=8, keep=3)
    assert 0.3 < run.hota_1m <= 1
    shapes = {name: [array.shape for array in met[0]] for name, met in run.inputs.items() if met}
    assert shapes["detr"] == [(1, 512, 1024, 3)]
    assert shapes["crop_encoder"] == [(1, 256, 128, 3)]
    assert {len(met) for name, met in run.inputs.items() if name in ("detr", "crop_encoder", "id_decoder")} == {3}
    first, *others = (array[0] for (array,) in run.inputs["detr"])
    assert not any(np.array_equal(first, other) for other in others)


def test_a_repository_has_the_candidate_in_the_place_of_its_engine(tmp_path: Path) -> None:
    candidate = tmp_path / "candidate.onnx"
    candidate.write_bytes(b"new")
    with candidate_repository(MODEL_REPOSITORY, {"detr": candidate}) as folder:
        assert (folder / "detr" / "1" / "model.onnx").read_bytes() == b"new"
        other = folder / "id_decoder" / "1" / "model.onnx"
        assert other.samefile(MODEL_REPOSITORY / "id_decoder" / "1" / "model.onnx")
    assert not folder.exists()


def test_in_float16_every_engine_rounds_after_its_nodes() -> None:
    with candidate_repository(MODEL_REPOSITORY, {}, half=True) as folder:
        nodes = onnx.load(folder / "jersey_classifier" / "1" / "model.onnx").graph.node
        assert any(output.endswith("_rounded") for node in nodes for output in node.output)


@pytest.mark.parametrize(("half", "is_refused"), [(0.596, False), (0.604, False), (0.594, True), (0.606, True)])
def test_float16_may_change_hota_by_half_a_point(half: float, is_refused: bool) -> None:
    exported = Exported((), TaskChange(0.6, half, 250))
    if is_refused:
        with pytest.raises(EngineError, match=r"changes hota_1m by [+-]0\.60 points, more than 0\.5"):
            check_exported(exported)
    else:
        check_exported(exported)
