"""One thread for torch, and every engine exported once, with random weights."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn

from export.engines import ENGINES, Engine
from export.onnx_file import export_onnx
from sideline.networks.detr import KeypointDetr

torch.set_num_threads(1)


@dataclass(frozen=True, slots=True)
class Exported:
    """An engine, the network it was exported from, and the file."""

    engine: Engine
    network: nn.Module
    path: Path


@pytest.fixture(scope="session", params=list(ENGINES))
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    engine = ENGINES[request.param]
    torch.manual_seed(0)
    served = engine.served(_stir(engine.network())).eval()
    path = tmp_path_factory.mktemp("exported") / engine.name / "1" / "model.onnx"
    export_onnx(engine, served, path)
    return Exported(engine, served, path)


def _stir(network: nn.Module) -> nn.Module:
    """Weights where there are zeros, so that every part has a say, and batch statistics of noise, so that the heatmap's
    peaks lie well apart in height: rounding may order two equal ones either way."""
    for parameter in network.parameters():
        if not parameter.any():
            nn.init.normal_(parameter, std=0.02)
    if isinstance(network, KeypointDetr):
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = 1.0
        with torch.no_grad():
            network.train()(torch.randint(0, 256, (2, 128, 256, 3), dtype=torch.uint8))
            network.heatmap[-1].weight.mul_(4)
    return network
