"""Detections of two forms against each other, by hand, and the matches that panoramas come from."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from export.int8_comparison import compare_int8, render_panoramas
from sideline import tensors
from sideline.errors import EngineError
from sideline.simulator.venues import ANYWHERE, TRAINING_VENUES
from tests.serving.onnx_nodes import constants, node, value

IMAGE = np.zeros((tensors.PANORAMA_HEIGHT_PX, tensors.PANORAMA_WIDTH_PX, 3), np.uint8)


def write_answer(path: Path, columns_px: list[float], logits: list[float]) -> Path:
    """A detector that sees people in row 100 whatever it is shown."""
    points = [[column / tensors.PANORAMA_WIDTH_PX, 100 / tensors.PANORAMA_HEIGHT_PX] for column in columns_px]
    fixed = constants(
        said_points=np.array([points], np.float32), said_logits=np.array(logits, np.float32).reshape(1, -1, 1)
    )
    nodes = [node("Identity", "said_points", "points"), node("Identity", "said_logits", "logits")]
    outputs = [value(tensor) for tensor in (tensors.LOGITS, tensors.POINTS)]
    for output in outputs:
        output.type.tensor_type.shape.dim[1].dim_value = len(logits)
    graph = helper.make_graph(nodes, "answer", [value(tensors.PANORAMA)], outputs, fixed)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_who_is_seen_by_both_by_one_and_how_far_apart(tmp_path: Path) -> None:
    # The first moves by 3 px, the second is gone and somebody else is there, the third is nobody in both.
    full = write_answer(tmp_path / "full.onnx", [100, 300, 500], [2.0, 2.0, -5.0])
    int8 = write_answer(tmp_path / "int8.onnx", [103, 700, 501], [1.5, 2.0, -5.0])
    report = compare_int8("heatmap_detector", full, int8, [IMAGE, IMAGE])
    assert (report.panoramas, report.detections, report.lost, report.new) == (2, 4, 2, 2)
    assert report.differences["points"] == pytest.approx((3.0, 3.0), abs=1e-3)
    assert report.differences["logits"] == pytest.approx((0.5, 0.5))
    with pytest.raises(EngineError, match="loses 2 of 4 detections and adds 2, more than 5%"):
        report.check()


def test_the_same_detector_passes(tmp_path: Path) -> None:
    path = write_answer(tmp_path / "full.onnx", [100, 300], [2.0, 2.0])
    report = compare_int8("heatmap_detector", path, path, [IMAGE])
    assert (report.detections, report.lost, report.new) == (2, 0, 0)
    report.check()


def test_panoramas_come_from_validation_matches_of_every_training_venue_and_never_from_the_judges(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, str]] = []

    class Rendered:
        def __init__(self, seed: int, venue: str, frames: np.ndarray, _seconds: float) -> None:
            asked.append((seed, venue))
            self.images = [np.full((1, 1, 3), seed % 256, np.uint8) for _ in frames]

    monkeypatch.setattr("export.int8_comparison.render_shard", Rendered)
    panoramas = render_panoramas()
    seeds, venues = zip(*asked, strict=True)
    assert all(800_000 <= seed < 900_000 for seed in seeds)
    assert set(venues) == {*(venue.name for venue in TRAINING_VENUES), ANYWHERE}
    assert (len(panoramas.calibration), len(panoramas.comparison)) == (18, 6)
    values = [{int(image[0, 0, 0]) for image in side} for side in (panoramas.calibration, panoramas.comparison)]
    assert values[0].isdisjoint(values[1])
