"""How the parts of a network over time must fit."""

import pytest
import torch
from torch import Tensor

from sideline.errors import TrainingError
from sideline.networks.persistence import PersistenceHead, PersistenceNetwork, StatisticalFeatures, TransformerSequence
from sideline.networks.sequence_parts import FeatureExtractor, InputKind, SequenceNetwork, check_inputs


class _Wide(FeatureExtractor):
    input_kind = InputKind.PIXELS
    output_dims = 65

    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        return torch.zeros(*mask.shape, self.output_dims)


class _Constant(_Wide):
    output_dims = 64


def test_parts_of_other_widths_are_refused() -> None:
    with pytest.raises(TrainingError, match="_Wide gives 65 numbers a step and TransformerSequence takes 64"):
        SequenceNetwork(_Wide(), TransformerSequence(), PersistenceHead())


def test_an_extractor_of_another_kind_plugs_in() -> None:
    network = SequenceNetwork(_Constant(), TransformerSequence(), PersistenceHead())
    assert network.input_kind is InputKind.PIXELS
    clip, mask = torch.zeros(2, 25, 8, 8, 3, dtype=torch.uint8), torch.ones(2, 25, dtype=torch.bool)
    assert network.explain(clip, mask).logits.shape == (2, 25)
    with pytest.raises(TrainingError, match=r"eats pixels, uint8 \[B, T, H, W, 3\]; it got torch.float32 \[2, 25, 2\]"):
        network.explain(torch.zeros(2, 25, 2), mask)


def test_a_mask_of_another_length_or_type_is_refused() -> None:
    points = torch.zeros(2, 25, 2)
    with pytest.raises(TrainingError, match=r"the mask must be bool \[2, 25\]"):
        check_inputs(InputKind.COORDINATES, points, torch.ones(2, 24, dtype=torch.bool))
    with pytest.raises(TrainingError, match="the mask must be bool"):
        check_inputs(InputKind.COORDINATES, points, torch.ones(2, 25))


def test_an_explanation_holds_features_layers_and_attention_and_the_same_logits() -> None:
    torch.manual_seed(0)
    network = PersistenceNetwork().eval()
    points, mask = torch.randn(3, 25, 2), torch.rand(3, 25) < 0.7
    with torch.no_grad():
        said, logits = network.explain(points, mask), network(points, mask)
    assert said.features.shape == (3, 25, StatisticalFeatures.output_dims)
    assert [layer.shape for layer in said.states.layers] == [(3, 25, 64)] * 4
    assert [weights.shape for weights in said.states.attention] == [(3, 4, 25, 25)] * 4
    for weights in said.states.attention:
        assert torch.allclose(weights.sum(-1), torch.ones(3, 4, 25), atol=1e-5)
        assert float((weights * ~mask[:, None, None, :]).max()) < 1e-6  # nobody attends to what was not seen
    assert torch.equal(said.logits, logits)
