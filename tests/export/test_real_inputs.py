"""What torch and ONNX are compared on."""

import numpy as np
import torch

from export.engines import ENGINES, example_inputs
from export.real_inputs import real_inputs
from sideline.training.panoramas import render_shard


def test_the_detector_gets_panoramas_of_the_first_and_last_instant_of_a_match() -> None:
    inputs = real_inputs(ENGINES["detr"], 2)
    expected = render_shard(800_000, "oak_arena", np.array([0, 499]), 20.0).images
    assert [len(arguments) for arguments in inputs] == [1, 1]
    for (panorama,), image in zip(inputs, expected, strict=True):
        assert panorama.shape == (1, 512, 1024, 3)
        assert panorama.dtype == torch.uint8
        assert np.array_equal(panorama[0].numpy(), image)
    assert not torch.equal(inputs[0][0], inputs[1][0])


def test_the_id_decoder_gets_examples_of_a_batch_of_one_each_its_own() -> None:
    inputs = real_inputs(ENGINES["id_decoder"], 3)
    assert len(inputs) == 3
    for seed, arguments in enumerate(inputs):
        for mine, theirs in zip(arguments, example_inputs(ENGINES["id_decoder"], 1, seed), strict=True):
            assert torch.equal(mine, theirs)
