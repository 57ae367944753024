"""What the forms of an engine are compared on."""

import numpy as np
import torch

from export.engines import ENGINES, example_inputs
from export.real_inputs import real_inputs


def test_what_an_engine_was_given_comes_back_as_tensors_and_no_more_than_wanted() -> None:
    met = [(np.full((1, 256, 128, 3), value, np.uint8),) for value in range(5)]
    inputs = real_inputs(ENGINES["crop_encoder"], {"crop_encoder": met}, 3)
    assert [int(crops[0, 0, 0, 0]) for (crops,) in inputs] == [0, 1, 2]
    assert inputs[0][0].dtype == torch.uint8


def test_every_detector_gets_the_panoramas_of_path_bs() -> None:
    met = [(np.full((1, 512, 1024, 3), 7, np.uint8),)]
    ((panorama,),) = real_inputs(ENGINES["heatmap_detector"], {"detr": met}, 3)
    assert panorama.shape == (1, 512, 1024, 3)
    assert int(panorama.max()) == 7


def test_where_nothing_was_recorded_inputs_are_random_each_of_its_own() -> None:
    inputs = real_inputs(ENGINES["id_decoder"], {}, 3)
    assert len(inputs) == 3
    for seed, arguments in enumerate(inputs):
        for mine, theirs in zip(arguments, example_inputs(ENGINES["id_decoder"], 1, seed), strict=True):
            assert torch.equal(mine, theirs)
