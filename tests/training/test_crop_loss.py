"""Losses of the encoders, by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sideline.crops.jersey import label_jerseys
from sideline.networks.crop_encoder import Encoding
from sideline.tensors import NO_NUMBER, Category
from sideline.training.appearance_bank import STAFF
from sideline.training.crop_loss import contrast_within_matches, encoding_losses
from sideline.training.crop_samples import PERSONS_PER_MATCH, CropLabels


def _appearance(*directions: int) -> torch.Tensor:
    return torch.eye(64)[list(directions)]


def test_contrast_by_hand() -> None:
    # Crops 0 and 1 are one person and alike, crop 2 is somebody else at right angles; the temperature is 0.1.
    loss = contrast_within_matches(_appearance(0, 0, 1), torch.tensor([5, 5, 6]))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-10)), rel=1e-3)
    mixed_up = contrast_within_matches(_appearance(0, 1, 0), torch.tensor([5, 5, 6]))
    # Crop 0 is alike to crop 2 (similarity 1) and not to its other crop (0), crop 1 is alike to nobody.
    assert mixed_up.item() == pytest.approx((math.log(1 + math.exp(10)) + math.log(2)) / 2, rel=1e-3)


def test_people_of_another_match_do_not_count() -> None:
    alone = contrast_within_matches(_appearance(0, 0, 1), torch.tensor([5, 5, 6]))
    stranger = torch.tensor([5, 5, 6, 5 + PERSONS_PER_MATCH])
    assert contrast_within_matches(_appearance(0, 0, 1, 0), stranger).item() == pytest.approx(alone.item())


def test_a_person_with_one_crop_has_nothing_to_be_like() -> None:
    assert contrast_within_matches(_appearance(0, 1), torch.tensor([5, 6])).item() == 0


def _labels() -> CropLabels:
    """A home player with a legible 23, one whose number is hidden, a referee, a coach."""
    return CropLabels(
        identities=np.arange(4),
        visibility=np.ones(4, np.float32),
        jersey=label_jerseys(np.array([23, NO_NUMBER, NO_NUMBER, NO_NUMBER]), np.array([2, 2, 0, 0])),
        number_places=np.zeros((4, 3, 2), np.float32),
        categories=np.array([Category.HOME, Category.HOME, Category.REFEREE, STAFF]),
        kits=np.full((4, 6), 0.5, np.float32),
    )


def _mute() -> Encoding:
    return Encoding(_appearance(0, 1, 2, 3), torch.zeros(4, 133), torch.zeros(4, 8))


def test_an_encoder_that_says_nothing_pays_for_every_choice_it_had() -> None:
    losses = encoding_losses(_mute(), _labels())
    assert set(losses) == {"appearance", "legibility", "digits", "whole_number", "category", "colours"}
    assert losses["legibility"].item() == pytest.approx(math.log(3))
    assert losses["digits"].item() == pytest.approx(math.log(10))  # tens and ones, half each; no single digit
    assert losses["whole_number"].item() == pytest.approx(math.log(100) / 2)
    assert losses["category"].item() == pytest.approx(math.log(2))
    assert losses["colours"].item() == pytest.approx(6 * (0.5 - 0.025))  # linear beyond 0.05


def _sensitive(losses: dict[str, torch.Tensor], wanted: torch.Tensor) -> list[int]:
    """Rows of `wanted` that the losses depend on."""
    torch.stack(list(losses.values())).sum().backward()
    assert wanted.grad is not None
    return torch.nonzero(wanted.grad.abs().sum(dim=1)).flatten().tolist()


def test_numbers_are_asked_for_only_where_they_can_be_read() -> None:
    jersey = torch.zeros(4, 133, requires_grad=True)
    losses = encoding_losses(_with_jersey(jersey), _labels())
    assert _sensitive({name: losses[name] for name in ("digits", "whole_number")}, jersey) == [0]


def test_nobody_asks_for_a_coachs_kit_and_category() -> None:
    team = torch.zeros(4, 8, requires_grad=True)
    losses = encoding_losses(Encoding(_appearance(0, 1, 2, 3), torch.zeros(4, 133), team), _labels())
    assert _sensitive({name: losses[name] for name in ("category", "colours")}, team) == [0, 1, 2]


def test_nobody_asks_for_the_colours_of_a_hidden_person() -> None:
    team = torch.zeros(4, 8, requires_grad=True)
    labels = replace(_labels(), visibility=np.array([1.0, 0.2, 1.0, 1.0], np.float32))
    losses = encoding_losses(Encoding(_appearance(0, 1, 2, 3), torch.zeros(4, 133), team), labels)
    assert _sensitive({"colours": losses["colours"]}, team) == [0, 2]


def _with_jersey(jersey: torch.Tensor) -> Encoding:
    return Encoding(_appearance(0, 1, 2, 3), jersey, torch.zeros(4, 8))


def test_a_batch_without_any_number_costs_nothing_and_stays_finite() -> None:
    labels = replace(_labels(), jersey=label_jerseys(np.full(4, NO_NUMBER), np.zeros(4, np.int64)))
    losses = encoding_losses(_mute(), labels)
    assert losses["digits"].item() == 0
    assert losses["whole_number"].item() == 0
