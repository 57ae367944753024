"""The jersey classifier: what must not change its answer, and what must."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sideline.crops.jersey import JERSEY_DIMS, number_log_probabilities
from sideline.networks.jersey_classifier import JerseyClassifier, log_numbers
from sideline.tensors import JERSEY_CROPS, NUMBERS
from tests.training.jersey_banks import say_jerseys

BATCH = 3


@pytest.fixture(scope="module")
def classifier() -> JerseyClassifier:
    torch.manual_seed(0)
    network = JerseyClassifier().eval()
    torch.nn.init.normal_(network.head[2].weight, std=0.2)
    return network


@pytest.fixture(scope="module")
def crops() -> Tensor:
    torch.manual_seed(1)
    return 3 * torch.randn(BATCH, JERSEY_CROPS, JERSEY_DIMS)


@pytest.fixture(scope="module")
def mask() -> Tensor:
    return torch.rand(BATCH, JERSEY_CROPS, generator=torch.Generator().manual_seed(2)) < 0.4


def _read(classifier: JerseyClassifier, crops: Tensor, mask: Tensor) -> Tensor:
    with torch.no_grad():
        return classifier(crops, mask)


def _assert_same(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, atol=1e-4, rtol=0)


def test_every_track_gets_a_logit_for_each_number_and_for_nothing(
    classifier: JerseyClassifier, crops: Tensor, mask: Tensor
) -> None:
    assert _read(classifier, crops, mask).shape == (BATCH, NUMBERS + 1)


def test_the_network_has_between_100_and_300_thousand_parameters(classifier: JerseyClassifier) -> None:
    assert 100_000 <= sum(parameter.numel() for parameter in classifier.parameters()) <= 300_000


@pytest.mark.parametrize("garbage", [0.0, 1e30, float("nan"), float("inf")])
def test_a_track_without_crops_says_nothing_legible_whatever_stands_there(
    classifier: JerseyClassifier, garbage: float
) -> None:
    nothing = torch.zeros(1, JERSEY_CROPS, dtype=torch.bool)
    probabilities = _read(classifier, torch.full((1, JERSEY_CROPS, JERSEY_DIMS), garbage), nothing).softmax(-1)
    assert probabilities[0, NUMBERS] > 0.999


@pytest.mark.parametrize("garbage", [50.0, float("nan"), float("-inf")])
def test_masked_crops_change_nothing(classifier: JerseyClassifier, crops: Tensor, mask: Tensor, garbage: float) -> None:
    spoilt = torch.where(mask[..., None], crops, garbage)
    _assert_same(_read(classifier, spoilt, mask), _read(classifier, crops, mask))


def test_crops_that_are_there_do_matter(classifier: JerseyClassifier, crops: Tensor, mask: Tensor) -> None:
    one = torch.where(mask & (mask.cumsum(1) == 1), 1.0, 0.0)[..., None]
    assert (_read(classifier, crops * (1 - one), mask) - _read(classifier, crops, mask)).abs().max() > 1e-2


def test_the_order_of_the_crops_does_not_matter(classifier: JerseyClassifier, crops: Tensor, mask: Tensor) -> None:
    order = torch.randperm(JERSEY_CROPS, generator=torch.Generator().manual_seed(3))
    _assert_same(_read(classifier, crops[:, order], mask[:, order]), _read(classifier, crops, mask))


def test_a_batch_is_each_track_alone(classifier: JerseyClassifier, crops: Tensor, mask: Tensor) -> None:
    together = _read(classifier, crops, mask)
    for track in range(BATCH):
        _assert_same(_read(classifier, crops[track : track + 1], mask[track : track + 1])[0], together[track])


def test_logits_stay_finite_when_the_encoder_shouts(classifier: JerseyClassifier, crops: Tensor, mask: Tensor) -> None:
    assert torch.isfinite(_read(classifier, crops * 1e30, mask)).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), st.integers(0, 1000))
def test_untrained_the_network_already_reads_what_clear_crops_show(number: int, seed: int) -> None:
    torch.manual_seed(seed)
    crops = say_jerseys(np.full(5, number), np.random.default_rng(seed), strength=8.0, noise=0.5)
    logits = _read(JerseyClassifier().eval(), torch.from_numpy(crops)[None], torch.ones(1, 5, dtype=torch.bool))
    assert logits[0, :NUMBERS].argmax() == number


def test_the_torch_mixture_is_that_of_numpy_but_for_legibility_the_mean_and_the_floor() -> None:
    rng = np.random.default_rng(0)
    crops = rng.normal(0, 1.0, (50, JERSEY_DIMS)).astype(np.float32)
    expected = number_log_probabilities(crops)[:, :NUMBERS].astype(np.float64)
    expected = np.maximum(expected - expected.max(axis=1, keepdims=True), -6)
    expected -= expected.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(log_numbers(torch.from_numpy(crops)).numpy(), expected, atol=1e-4)
