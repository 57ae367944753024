"""What each engine is: its network, its inputs and outputs as ``sideline.tensors`` names them, example inputs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import nn

from sideline import tensors
from sideline.networks.crop_encoder import CropEncoder
from sideline.networks.detr import DetrEngine, KeypointDetr
from sideline.networks.graph_tracker import GraphTracker
from sideline.networks.heatmap_detector import HeatmapDetector, HeatmapEngine
from sideline.networks.id_decoder import IdDecoder
from sideline.networks.jersey_classifier import JerseyClassifier
from sideline.networks.persistence import PersistenceEngine, PersistenceNetwork
from sideline.networks.temporal_encoder import TemporalEncoder
from sideline.tensors import Tensor
from sideline.training.loop import load_averaged

_DTYPES: Final = {"UINT8": torch.uint8, "FP32": torch.float32, "BOOL": torch.bool, "INT64": torch.int64}


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


def _serve_heatmap_detector(network: nn.Module) -> nn.Module:
    if not isinstance(network, HeatmapDetector):
        raise TypeError(f"the engine heatmap_detector needs a HeatmapDetector, not {type(network).__name__}")
    return HeatmapEngine(network)


def _serve_persistence(network: nn.Module) -> nn.Module:
    if not isinstance(network, PersistenceNetwork):
        raise TypeError(f"the engine persistence needs a PersistenceNetwork, not {type(network).__name__}")
    return PersistenceEngine(network)


ENGINES: Final = {
    "detr": Engine(
        "detr",
        KeypointDetr,
        _serve_detr,
        (tensors.PANORAMA,),
        (tensors.LOGITS, tensors.POINTS, tensors.EMBEDDINGS),
    ),
    "heatmap_detector": Engine(
        "heatmap_detector",
        HeatmapDetector,
        _serve_heatmap_detector,
        (tensors.PANORAMA,),
        (tensors.LOGITS, tensors.POINTS),
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
            tensors.TRAJECTORY_LABELS,
        ),
        (tensors.ID_LOGITS,),
    ),
    "crop_encoder": Engine(
        "crop_encoder",
        CropEncoder,
        lambda network: network,
        (tensors.CROPS,),
        (tensors.APPEARANCE, tensors.JERSEY, tensors.TEAM, tensors.CROP_FEATURES),
    ),
    "temporal_encoder": Engine(
        "temporal_encoder",
        TemporalEncoder,
        lambda network: network,
        (tensors.TRACKLET_FEATURES, tensors.TRACKLET_MASK),
        (tensors.TRACKLET_APPEARANCE, tensors.TRACKLET_JERSEY, tensors.TRACKLET_TEAM),
    ),
    "graph_tracker": Engine(
        "graph_tracker",
        GraphTracker,
        lambda network: network,
        (tensors.NODES, tensors.PAIRS, tensors.PAIR_MASK, tensors.LEVEL, tensors.TEAM_EVIDENCE),
        (tensors.PAIR_LOGITS, tensors.CATEGORY_LOGITS),
    ),
    "jersey_classifier": Engine(
        "jersey_classifier",
        JerseyClassifier,
        lambda network: network,
        (tensors.JERSEY_SEQUENCE, tensors.JERSEY_MASK),
        (tensors.NUMBER_LOGITS,),
    ),
    "persistence": Engine(
        "persistence",
        PersistenceNetwork,
        _serve_persistence,
        (tensors.TRACK_POINTS, tensors.TRACK_MASK),
        (tensors.PERSISTENCE,),
    ),
}


_EXAMPLE_LENGTH: Final = 32
"""Of axes that `sideline.tensors` leaves open."""


def example_inputs(engine: Engine, batch: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """Random inputs of the right dtypes and shapes; masks are half true, integers are labels."""
    generator = torch.Generator().manual_seed(seed)
    return tuple(_random(tensor, batch, generator) for tensor in engine.inputs)


def _random(tensor: Tensor, batch: int, generator: torch.Generator) -> torch.Tensor:
    shape = (batch, *(_EXAMPLE_LENGTH if size == -1 else size for size in tensor.dims))
    dtype = _DTYPES[tensor.dtype]
    if dtype is torch.uint8:
        return torch.randint(0, 256, shape, dtype=dtype, generator=generator)
    if dtype is torch.int64:
        return torch.randint(0, tensors.IDENTITY_SLOTS, shape, generator=generator)
    if dtype is torch.bool:
        return torch.rand(shape, generator=generator) < 0.5
    return torch.randn(shape, generator=generator)
