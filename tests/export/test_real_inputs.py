"""What the forms of an engine are compared on."""

import numpy as np
import torch

from export.engines import ENGINES, example_inputs
from export.real_inputs import real_inputs
from sideline.training.panoramas import render_shard


def test_what_an_engine_was_given_comes_back_as_tensors_and_no_more_than_wanted() -> None:
    met = [(np.full((1, 256, 128, 3), value, np.uint8),) for value in range(5)]
    inputs = real_inputs(ENGINES["crop_encoder"], 3, {"crop_encoder": met})
    assert [int(crops[0, 0, 0, 0]) for (crops,) in inputs] == [0, 1, 2]
    assert inputs[0][0].dtype == torch.uint8


def test_every_detector_gets_the_panoramas_of_path_bs() -> None:
    met = [(np.full((1, 512, 1024, 3), 7, np.uint8),)]
    ((panorama,),) = real_inputs(ENGINES["heatmap_detector"], 3, {"detr": met})
    assert panorama.shape == (1, 512, 1024, 3)
    assert int(panorama.max()) == 7


def test_where_nothing_was_recorded_inputs_are_random_each_of_its_own() -> None:
    inputs = real_inputs(ENGINES["id_decoder"], 3)
    assert len(inputs) == 3
    for seed, arguments in enumerate(inputs):
        for mine, theirs in zip(arguments, example_inputs(ENGINES["id_decoder"], 1, seed), strict=True):
            assert torch.equal(mine, theirs)


def test_where_nothing_was_recorded_a_detector_gets_panoramas_of_a_match() -> None:
    inputs = real_inputs(ENGINES["detr"], 2)
    expected = render_shard(800_000, "oak_arena", np.array([0, 499]), 20.0).images
    assert [arguments[0].shape for arguments in inputs] == [(1, 512, 1024, 3)] * 2
    for (panorama,), image in zip(inputs, expected, strict=True):
        assert np.array_equal(panorama[0].numpy(), image)
    assert not torch.equal(inputs[0][0], inputs[1][0])
