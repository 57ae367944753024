"""Losses of the crop encoder and of the temporal encoder: appearance, jersey number, kit."""

from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from sideline.arrays import Int64s
from sideline.crops.jersey import split_jersey
from sideline.crops.kit import PLAYER, REFEREE, split_team
from sideline.networks.crop_encoder import Encoding
from sideline.tensors import NO_NUMBER, Category
from sideline.training.appearance_bank import STAFF
from sideline.training.crop_samples import PERSONS_PER_MATCH, CropLabels

_TEMPERATURE: Final = 0.1
_COLOUR_WEIGHT: Final = 6.0
_COLOUR_SCALE: Final = 0.05
"""Colour errors below this (5 units of CIELAB) count by their square, larger ones linearly."""
_LEAST_VISIBLE: Final = 0.3
"""Colours of people of whom less is visible are not asked for."""


def encoding_losses(encoding: Encoding, labels: CropLabels) -> dict[str, Tensor]:
    """All losses by name; the network minimises their sum."""
    device = encoding.appearance.device
    identities = torch.from_numpy(labels.identities).to(device)
    return {
        "appearance": contrast_within_matches(encoding.appearance.float(), identities),
        **_jersey_losses(encoding.jersey.float(), labels),
        **_team_losses(encoding.team.float(), labels),
    }


def contrast_within_matches(appearance: Tensor, identities: Tensor) -> Tensor:
    """Supervised contrastive loss (Khosla et al., 2020), the second form, among the crops of each match alone.

    Args:
        appearance: [N, 64] unit length.
        identities: [N] see `CropLabels`.
    """
    itself = torch.eye(len(identities), dtype=torch.bool, device=identities.device)
    match = identities // PERSONS_PER_MATCH
    compared = (match[:, None] == match[None]) & ~itself
    positive = (identities[:, None] == identities[None]) & ~itself
    logits = (appearance @ appearance.T / _TEMPERATURE).masked_fill(~compared, -1e4)
    log_share = logits.log_softmax(dim=1)
    positives = positive.sum(dim=1)
    per_crop = -(log_share * positive).sum(dim=1) / positives.clamp(min=1)
    return _mean_where(per_crop, positives > 0)


def _jersey_losses(jersey: Tensor, labels: CropLabels) -> dict[str, Tensor]:
    parts, wanted = split_jersey(jersey), labels.jersey
    return {
        "legibility": _classify(parts.legibility, wanted.legibility),
        "digits": _classify(parts.single_digit, wanted.single_digit) / 2
        + _classify(parts.tens_digit, wanted.tens_digit) / 2
        + _classify(parts.ones_digit, wanted.ones_digit) / 2,
        "whole_number": _classify(parts.whole_number, wanted.whole_number) / 2,
    }


def _team_losses(team: Tensor, labels: CropLabels) -> dict[str, Tensor]:
    parts = split_team(team)
    kinds = np.where(labels.categories == Category.REFEREE, REFEREE, PLAYER)
    kinds[labels.categories == STAFF] = NO_NUMBER
    kits = torch.from_numpy(labels.kits).to(team.device)
    colours = torch.cat([parts.shirt_lab, parts.shorts_lab], dim=-1)
    errors = F.smooth_l1_loss(colours, kits, beta=_COLOUR_SCALE, reduction="none").mean(dim=-1)
    asked = torch.from_numpy((labels.categories != STAFF) & (labels.visibility >= _LEAST_VISIBLE)).to(team.device)
    return {"category": _classify(parts.category, kinds), "colours": _COLOUR_WEIGHT * _mean_where(errors, asked)}


def _classify(logits: Tensor, wanted: Int64s) -> Tensor:
    """Cross-entropy where there is something to say; 0 where there is nothing at all."""
    target = torch.from_numpy(wanted).to(logits.device)
    per_crop = F.cross_entropy(logits, target.clamp(min=0), reduction="none")
    return _mean_where(per_crop, target != NO_NUMBER)


def _mean_where(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum() / mask.sum().clamp(min=1)
