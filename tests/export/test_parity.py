"""Differences between torch and ONNX, by hand."""

from pathlib import Path

import pytest
import torch
from torch import nn

from export.engines import Engine
from export.onnx_file import export_onnx
from export.parity import HALF_TOLERANCE, Parity, ParityReport, compare, measure_parity
from sideline.errors import EngineError
from sideline.tensors import Tensor

ENGINE = Engine(
    "tiny",
    nn.Identity,
    lambda network: network,
    (Tensor("x", "FP32", (2,), ""),),
    (Tensor("same", "FP32", (2,), ""), Tensor("scaled", "FP32", (2,), "")),
)


class Scaled(nn.Module):
    """Its input plus nothing, and its input times a factor."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x + 0, x * self.factor


def test_the_largest_and_the_relative_difference_of_every_output_over_all_inputs(tmp_path: Path) -> None:
    # torch says 2 · (3, 4) and 2 · (0, 0), the file 1.5 times: off by (1.5, 2) of a vector of length 10.
    path = tmp_path / "m.onnx"
    export_onnx(ENGINE, Scaled(1.5).eval(), path)
    inputs = [(torch.tensor([[3.0, 4.0]]),), (torch.tensor([[0.0, 0.0]]),)]
    same, scaled = compare(ENGINE, Scaled(2.0).eval(), path, inputs)
    assert (same.output, same.absolute, same.relative) == ("same", 0, 0)
    assert scaled.output == "scaled"
    assert scaled.absolute == pytest.approx(2.0)
    assert scaled.relative == pytest.approx(2.5 / 10)


def test_without_a_network_float16_is_compared_with_the_file(tmp_path: Path) -> None:
    # A float16 has 11 bits: 1.5 · 2049 = 3073.5 is kept as 3074 from 2048, the rounded 2049.
    path = tmp_path / "m.onnx"
    export_onnx(ENGINE, Scaled(1.5).eval(), path)
    report = measure_parity(ENGINE, path, [(torch.tensor([[2049.0, 0.0]]),)])
    assert report.full == ()
    assert [row.absolute for row in report.half] == [1.0, 1.5]
    assert report.largest_half == pytest.approx(1 / 2049, rel=1e-3)
    assert report.inputs == 1


def test_rows_of_a_detector_are_paired_by_place_whatever_their_order(tmp_path: Path) -> None:
    class Rows(nn.Module):
        def __init__(self, order: list[int]) -> None:
            super().__init__()
            self.order = order

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            rows = torch.stack([x + place for place in (0.0, 3.0)], dim=1)
            rows = torch.stack([rows[:, place] for place in self.order], dim=1)
            return rows[..., :1], rows + 0

    engine = Engine(
        "rows",
        nn.Identity,
        lambda network: network,
        (Tensor("x", "FP32", (2,), ""),),
        (Tensor("logits", "FP32", (2, 1), ""), Tensor("points", "FP32", (2, 2), "")),
    )
    path = tmp_path / "m.onnx"
    export_onnx(engine, Rows([0, 1]).eval(), path)
    rows = compare(engine, Rows([1, 0]).eval(), path, [(torch.tensor([[1.0, 2.0]]),)])
    assert [row.absolute for row in rows] == [0.0, 0.0]


def test_rows_that_are_served_are_measured_by_themselves(tmp_path: Path) -> None:
    # Logits -4 and 3, of which the file says -4.5 and 3.5: only the second is above the score that is served. Of all
    # rows 0.5² + 0.5² of 4² + 3², of the served ones 0.5 of 3.
    class Logits(nn.Module):
        def __init__(self, push: float) -> None:
            super().__init__()
            self.push = push

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return (x + self.push * torch.sign(x)).unsqueeze(-1), torch.stack([x * 0.1 + 0.5, x * 0.1 + 0.5], -1)

    tensors = (Tensor("logits", "FP32", (2, 1), ""), Tensor("points", "FP32", (2, 2), ""))
    engine = Engine("rows", nn.Identity, lambda network: network, (Tensor("x", "FP32", (2,), ""),), tensors)
    path = tmp_path / "m.onnx"
    export_onnx(engine, Logits(0.5).eval(), path)
    logits, points = compare(engine, Logits(0.0).eval(), path, [(torch.tensor([[-4.0, 3.0]]),)])
    assert logits.relative == pytest.approx(0.5**0.5 / 5)
    assert logits.served == pytest.approx(0.5 / 3)
    assert (points.relative, points.served) == (0, 0)


@pytest.mark.parametrize("relative", [2 * HALF_TOLERANCE, float("nan")])
def test_a_report_beyond_its_tolerance_is_refused(relative: float) -> None:
    fine, bad = (Parity("logits", 0.0, 0.0),), (Parity("points", 1.0, relative),)
    with pytest.raises(EngineError, match=r"detr in float16 differs .* points, more than 0\.01: do not serve"):
        ParityReport("detr", "0" * 64, 1, fine, bad).check()
    ParityReport("detr", "0" * 64, 1, fine, fine).check()


@pytest.mark.parametrize("served", [2 * HALF_TOLERANCE, float("nan")])
def test_so_is_one_whose_served_rows_are_beyond_it_however_many_others_agree(served: float) -> None:
    report = ParityReport("detr", "0" * 64, 1, (), (Parity("embeddings", 1.0, 0.0, served, rows=100),))
    with pytest.raises(EngineError, match=r"detr in float16 differs .* embeddings in the rows that are served, more"):
        report.check()


@pytest.mark.parametrize(("unpaired", "is_refused"), [(9, False), (10, False), (11, True)])
def test_more_than_one_row_in_a_hundred_without_counterpart_is_refused(unpaired: int, is_refused: bool) -> None:
    report = ParityReport("detr", "0" * 64, 10, (), (Parity("logits", 0.0, 0.0, rows=1000, unpaired=unpaired),))
    if is_refused:
        with pytest.raises(EngineError, match="detr in float16 has no counterpart of 11 of the network's 1000 rows"):
            report.check()
    else:
        report.check()


def test_zeros_met_by_zeros_do_not_differ_and_met_by_anything_else_differ_without_bound(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    export_onnx(ENGINE, Scaled(0.0).eval(), path)
    inputs = [(torch.tensor([[3.0, 4.0]]),)]
    assert compare(ENGINE, Scaled(0.0).eval(), path, inputs)[1].relative == 0
    export_onnx(ENGINE, Scaled(1.0).eval(), path)
    assert compare(ENGINE, Scaled(0.0).eval(), path, inputs)[1].relative == float("inf")
