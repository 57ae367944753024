"""What each engine is: its network, its inputs and outputs as ``sideline.tensors`` names them, example inputs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import nn

from sideline import tensors
from sideline.networks.detr import DetrEngine, KeypointDetr
from sideline.networks.id_decoder import IdDecoder
from sideline.tensors import Tensor
from sideline.training.loop import load_averaged

_DTYPES: Final = {"UINT8": torch.uint8, "FP32": torch.float32, "BOOL": torch.bool}


@dataclass(frozen=True, slots=True)
class Engine:
    """A network that is served as one ONNX file.

    Attributes:
        name: Folder in the model repository.
        network: Makes the network with random weights, as it is trained.
        served: Wraps it as it is served.
        inputs, outputs: Tensors in the order of the served network's arguments and results.
    """

    name: str
    network: Callable[[], nn.Module]
    served: Callable[[nn.Module], nn.Module]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def load(self, checkpoint: Path) -> nn.Module:
        """The served network with the averaged weights of ``checkpoint``, ready to run."""
        return self.served(load_averaged(self.network(), checkpoint)).eval()


def _serve_detr(network: nn.Module) -> nn.Module:
    if not isinstance(network, KeypointDetr):
        raise TypeError(f"the engine detr needs a KeypointDetr, not {type(network).__name__}")
    return DetrEngine(network)


ENGINES: Final = {
    "detr": Engine(
        "detr",
        KeypointDetr,
        _serve_detr,
        (tensors.PANORAMA,),
        (tensors.LOGITS, tensors.POINTS, tensors.EMBEDDINGS),
    ),
    "id_decoder": Engine(
        "id_decoder",
        IdDecoder,
        lambda network: network,
        (
            tensors.TRAJECTORY_FEATURES,
            tensors.TRAJECTORY_MASK,
            tensors.CURRENT_FEATURES,
            tensors.CURRENT_MASK,
        ),
        (tensors.ID_LOGITS,),
    ),
}


def example_inputs(engine: Engine, batch: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """Random inputs of the right dtypes and shapes; masks are half true."""
    generator = torch.Generator().manual_seed(seed)
    return tuple(_random(tensor, batch, generator) for tensor in engine.inputs)


def _random(tensor: Tensor, batch: int, generator: torch.Generator) -> torch.Tensor:
    shape = (batch, *tensor.dims)
    dtype = _DTYPES[tensor.dtype]
    if dtype is torch.uint8:
        return torch.randint(0, 256, shape, dtype=dtype, generator=generator)
    if dtype is torch.bool:
        return torch.rand(shape, generator=generator) < 0.5
    return torch.randn(shape, generator=generator)
