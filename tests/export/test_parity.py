"""Differences between torch and ONNX, by hand."""

from pathlib import Path

import pytest
import torch
from torch import nn

from export.engines import Engine
from export.onnx_file import export_onnx
from export.parity import compare
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
