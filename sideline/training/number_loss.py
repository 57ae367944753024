"""Losses of the crop encoder's number branch: where the number and its digits are, and which digits they are."""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from sideline.crops.jersey import JerseyLabels
from sideline.networks.crop_encoder import CELL_PX, DIGIT_PLACES, NUMBER_WINDOW, NumberSight
from sideline.tensors import NO_NUMBER
from sideline.training.crop_samples import CropLabels

_SIGMA_PX: Final = 5.0
"""A place is right when it is about this near."""


def number_losses(sight: NumberSight, labels: CropLabels) -> dict[str, Tensor]:
    """Cross-entropies of places and digits, by name; both over the numbers and digits that can be read alone."""
    device = sight.places.device
    digits = stack_digits(labels.jersey).to(device)
    read = digits != NO_NUMBER
    found = read.clone()
    found[:, 0] = torch.from_numpy(labels.jersey.whole_number).to(device) != NO_NUMBER
    wanted = place_targets(torch.from_numpy(labels.number_places).to(device))
    places = sight.places[:, : len(DIGIT_PLACES)].float().log_softmax(dim=-1)
    digit_errors = F.cross_entropy(sight.digits.float().flatten(0, 1), digits.clamp(min=0).flatten(), reduction="none")
    return {
        "number_place": _mean_where(-(wanted * places).sum(dim=-1), found) / 2,
        "number_digit": _mean_where(digit_errors.view_as(digits), read),
    }


def stack_digits(jersey: JerseyLabels) -> Tensor:
    """The digit at each of DIGIT_PLACES [N, 3]: that of a number of one digit, the tens and the ones of one of two."""
    parts = (jersey.single_digit, jersey.tens_digit, jersey.ones_digit)
    return torch.stack([torch.from_numpy(part) for part in parts], dim=1)


def place_targets(places_px: Tensor) -> Tensor:
    """Shares of the grid's cells [N, K, 144] around places [N, K, 2], pixels of the crop; each sums to 1."""
    rows, columns = (torch.arange(part.start, part.stop, CELL_PX) + (CELL_PX - 1) / 2 for part in NUMBER_WINDOW)
    centres = torch.stack([columns.repeat(len(rows)), rows.repeat_interleave(len(columns))], dim=-1)
    distances = (places_px.unsqueeze(-2) - centres.to(places_px.device)).square().sum(dim=-1)
    return (-distances / (2 * _SIGMA_PX**2)).softmax(dim=-1)


def _mean_where(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum() / mask.sum().clamp(min=1)
