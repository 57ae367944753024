"""The three exchangeable parts of a network over time: features of each step, a model of the sequence, a task's head.

Knows how parts must fit, and refuses those that do not; which parts there are is for other modules to say.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn

from sideline.errors import TrainingError


class InputKind(StrEnum):
    """What a feature extractor eats."""

    COORDINATES = "coordinates"
    """[B, T, 2] float, metres, beside a mask [B, T]."""
    PIXELS = "pixels"
    """[B, T, H, W, 3] uint8 RGB, beside a mask [B, T]."""


class FeatureExtractor(nn.Module, ABC):
    """Input → features of each time step.

    Attributes:
        input_kind: What it eats.
        output_dims: Length of a step's features.
    """

    input_kind: InputKind
    output_dims: int

    @abstractmethod
    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Inputs of `input_kind`, mask [B, T] true where there is something → [B, T, output_dims]."""


class SequenceModel(nn.Module, ABC):
    """Features of the steps → features that know of each other.

    Attributes:
        input_dims, output_dims: Lengths of a step's features before and after.
    """

    input_dims: int
    output_dims: int

    @abstractmethod
    def forward(self, features: Tensor, mask: Tensor) -> "SequenceStates":
        """[B, T, input_dims], mask [B, T] → states."""


@dataclass(frozen=True, slots=True, eq=False)
class SequenceStates:
    """What a sequence model makes of the features.

    Attributes:
        layers: [B, T, output_dims] after each layer; the last is the result.
        attention: [B, heads, T, T] of each layer, rows sum to 1; empty for a model without attention.
    """

    layers: tuple[Tensor, ...]
    attention: tuple[Tensor, ...]

    @property
    def result(self) -> Tensor:
        """[B, T, output_dims] after the last layer."""
        return self.layers[-1]


class TaskHead(nn.Module, ABC):
    """The sequence model's result → the answer.

    Attributes:
        input_dims: Length of a step's features.
    """

    input_dims: int

    @abstractmethod
    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """[B, T, input_dims], mask [B, T] → logits [B, T] or [B, …]."""


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """An answer with all that led to it.

    Attributes:
        features: [B, T, D] of the extractor.
        states: Of the sequence model, attention included.
        logits: Of the head.
    """

    features: Tensor
    states: SequenceStates
    logits: Tensor


class SequenceNetwork(nn.Module):
    """Extractor, sequence model and head as one network.

    Raises:
        TrainingError: two neighbours do not fit each other.
    """

    def __init__(self, extractor: FeatureExtractor, sequence: SequenceModel, head: TaskHead) -> None:
        super().__init__()
        _check_fit(extractor, extractor.output_dims, sequence, sequence.input_dims)
        _check_fit(sequence, sequence.output_dims, head, head.input_dims)
        self.extractor, self.sequence, self.head = extractor, sequence, head

    @property
    def input_kind(self) -> InputKind:
        """What the network eats."""
        return self.extractor.input_kind

    def explain(self, inputs: Tensor, mask: Tensor) -> Explanation:
        """Run with everything in between.

        Raises:
            TrainingError: the inputs are of another kind or length than the extractor and the mask want.
        """
        check_inputs(self.input_kind, inputs, mask)
        features = self.extractor(inputs, mask)
        states = self.sequence(features, mask)
        return Explanation(features, states, self.head(states.result, mask))

    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Inputs, mask [B, T] → the head's logits."""
        features = self.extractor(inputs, mask)
        logits: Tensor = self.head(self.sequence(features, mask).result, mask)
        return logits


def check_inputs(kind: InputKind, inputs: Tensor, mask: Tensor) -> None:
    """Refuse inputs that are not of this kind.

    Raises:
        TrainingError: dtype, shape or length do not fit.
    """
    if kind is InputKind.COORDINATES:
        fits = inputs.is_floating_point() and inputs.ndim == 3 and inputs.shape[-1] == 2
        wanted = "float [B, T, 2]"
    else:
        fits = inputs.dtype is torch.uint8 and inputs.ndim == 5 and inputs.shape[-1] == 3
        wanted = "uint8 [B, T, H, W, 3]"
    if not fits:
        raise TrainingError(f"this network eats {kind}, {wanted}; it got {inputs.dtype} {list(inputs.shape)}")
    if mask.dtype is not torch.bool or mask.shape != inputs.shape[:2]:
        raise TrainingError(f"the mask must be bool {list(inputs.shape[:2])}, not {mask.dtype} {list(mask.shape)}")


def _check_fit(before: nn.Module, gives: int, after: nn.Module, takes: int) -> None:
    if gives != takes:
        raise TrainingError(
            f"{type(before).__name__} gives {gives} numbers a step and {type(after).__name__} takes {takes}; "
            "choose parts of one width"
        )
