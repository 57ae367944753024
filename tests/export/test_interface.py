"""Only a file with an engine's own inputs and outputs is that engine."""

from pathlib import Path

import pytest

from export.engines import ENGINES
from export.interface import check_interface
from sideline.errors import TrainingError
from sideline.serving.installation import MODEL_REPOSITORY


def _file_of(name: str) -> Path:
    return MODEL_REPOSITORY / name / "1" / "model.onnx"


@pytest.mark.parametrize("name", list(ENGINES))
def test_every_committed_engine_passes_as_what_it_is(name: str) -> None:
    check_interface(ENGINES[name], _file_of(name))


def test_another_engine_under_the_name_is_refused_with_what_it_has_and_what_is_wanted() -> None:
    with pytest.raises(
        TrainingError, match=r"is no detr: its outputs are logits FP32 \[\?, 100, 1\], points .*embeddings"
    ):
        check_interface(ENGINES["detr"], _file_of("heatmap_detector"))
    with pytest.raises(TrainingError, match="is no id_decoder: its inputs are panorama UINT8"):
        check_interface(ENGINES["id_decoder"], _file_of("detr"))


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(_file_of("jersey_classifier").read_bytes()[:-1000])
    with pytest.raises(TrainingError, match="is no valid ONNX file"):
        check_interface(ENGINES["jersey_classifier"], path)
