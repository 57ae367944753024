"""Losses of the number branch, by hand."""

import math

import numpy as np
import pytest
import torch

from sideline.crops.jersey import label_jerseys
from sideline.networks.crop_encoder import NumberSight
from sideline.tensors import NO_NUMBER
from sideline.training.crop_samples import CropLabels
from sideline.training.number_loss import number_losses, place_targets, stack_digits


def _labels(numbers: list[int], digits: list[int]) -> CropLabels:
    count = len(numbers)
    return CropLabels(
        identities=np.arange(count),
        visibility=np.ones(count, np.float32),
        jersey=label_jerseys(np.array(numbers), np.array(digits)),
        number_places=np.tile(np.float32([[67.5, 99.5], [59.5, 99.5], [75.5, 99.5]]), (count, 1, 1)),
        categories=np.zeros(count, np.int64),
        kits=np.zeros((count, 6), np.float32),
    )


def test_each_place_has_its_digit() -> None:
    digits = stack_digits(_labels([7, 42, NO_NUMBER], [1, 2, 2]).jersey)
    assert digits.tolist() == [[7, NO_NUMBER, NO_NUMBER], [NO_NUMBER, 4, 2], [NO_NUMBER] * 3]


def test_a_place_in_the_middle_of_a_cell_is_that_cell_above_all() -> None:
    # Cells of 8 px from column 16 and row 48 on: the cell in row 6 and column 6 has its middle at x 67.5, y 99.5.
    shares = place_targets(torch.tensor([[[67.5, 99.5]]]))[0, 0]
    assert shares.sum().item() == pytest.approx(1)
    assert int(shares.argmax()) == 6 * 12 + 6
    assert (shares[6 * 12 + 7] / shares[6 * 12 + 6]).item() == pytest.approx(math.exp(-64 / 50))
    assert (shares[7 * 12 + 6] / shares[6 * 12 + 6]).item() == pytest.approx(math.exp(-64 / 50))


def _sight(digits: torch.Tensor, places: torch.Tensor) -> NumberSight:
    return NumberSight(torch.zeros(len(digits), 384), digits, places)


def test_a_branch_that_sees_nothing_pays_for_every_choice_it_had() -> None:
    losses = number_losses(_sight(torch.zeros(2, 3, 10), torch.zeros(2, 4, 144)), _labels([7, 42], [1, 2]))
    assert losses["number_digit"].item() == pytest.approx(math.log(10))
    assert losses["number_place"].item() == pytest.approx(math.log(144) / 2)


def test_digits_count_where_they_are_and_places_wherever_a_number_is() -> None:
    digits = torch.zeros(3, 3, 10, requires_grad=True)
    places = torch.zeros(3, 4, 144, requires_grad=True)
    losses = number_losses(_sight(digits, places), _labels([7, 42, NO_NUMBER], [1, 2, 2]))
    torch.stack(list(losses.values())).sum().backward()
    assert digits.grad is not None
    assert places.grad is not None
    assert digits.grad.abs().sum(-1).bool().tolist() == [[True, False, False], [False, True, True], [False] * 3]
    # The place of the whole number, and those of the tens and ones where there are both; never the free one.
    assert places.grad.abs().sum(-1).bool().tolist() == [
        [True, False, False, False], [True, True, True, False], [False] * 4,
    ]  # fmt: skip


def test_a_batch_without_any_number_costs_nothing() -> None:
    losses = number_losses(_sight(torch.zeros(1, 3, 10), torch.zeros(1, 4, 144)), _labels([NO_NUMBER], [2]))
    assert [loss.item() for loss in losses.values()] == [0, 0]
