"""What an engine is made of."""

from pathlib import Path

import pytest
import torch
from torch import nn

from export.engines import ENGINES, example_inputs
from sideline.errors import TrainingError
from sideline.networks.id_decoder import IdDecoder
from sideline.training.loop import Schedule, train


def test_examples_have_the_promised_types_and_shapes() -> None:
    (panorama,) = example_inputs(ENGINES["detr"], batch=2)
    assert panorama.shape == (2, 512, 1024, 3)
    assert panorama.dtype == torch.uint8
    assert panorama.float().mean() == pytest.approx(127.5, abs=1)
    features, mask, now, now_mask, labels = example_inputs(ENGINES["id_decoder"], batch=3)
    assert features.shape == (3, 39, 32, 256)
    assert mask.shape == (3, 39, 32)
    assert mask.dtype == now_mask.dtype == torch.bool
    assert now.shape == (3, 32, 256)
    assert labels.shape == (3, 32)
    assert (labels.min(), labels.max()) == (0, 49)
    assert mask.float().mean() == pytest.approx(0.5, abs=0.05)


def test_examples_follow_from_their_seed() -> None:
    one, again, other = (example_inputs(ENGINES["id_decoder"], 1, seed)[2] for seed in (4, 4, 5))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_an_engine_is_loaded_with_the_averaged_weights_and_ready_to_run(tmp_path: Path) -> None:
    network = IdDecoder()
    schedule = Schedule(steps=3, learning_rate=0.01, warmup_steps=0)
    average = train(network, lambda step: {"loss": network.words.square().mean()}, schedule, tmp_path)
    loaded = ENGINES["id_decoder"].load(tmp_path / "last.pt")
    assert torch.equal(loaded.words, average.words)
    assert not torch.equal(loaded.words, network.words)
    assert not loaded.training
    with pytest.raises(TrainingError, match="belongs to another network than KeypointDetr"):
        ENGINES["detr"].load(tmp_path / "last.pt")


def test_only_a_keypoint_detr_is_served_as_detr() -> None:
    with pytest.raises(TypeError, match="needs a KeypointDetr, not Identity"):
        ENGINES["detr"].served(nn.Identity())
